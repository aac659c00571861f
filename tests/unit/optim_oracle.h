/* optim_oracle.h - runs of the optimisers held to those of tests/oracle/optim.txt, in the precision
 * the library was compiled for.
 *
 *     const int runs = oracle_replay(1e-6);      tolerance for those computed in double
 */
#ifndef OPTIM_ORACLE_H
#define OPTIM_ORACLE_H
#include <stdio.h>
#include <string.h>
#include "lm/optim.h"
#include "test.h"

enum { ORACLE_STEPS = 20, ORACLE_W = 35, ORACLE_VALUES = ORACLE_W + 3, ORACLE_B = 48 };

static struct {
    FILE *file;
    lm_real start[ORACLE_VALUES], grads[ORACLE_STEPS][ORACLE_VALUES];
    lm_real after[ORACLE_STEPS + 1][ORACLE_VALUES]; /* so many steps of the run at hand */
} oracle;

static inline void oracle_floats(lm_real *x)
{
    for (int i = 0; i < ORACLE_VALUES; i++) {
        unsigned bits;
        float value;
        CHECK_INT(fscanf(oracle.file, "%x", &bits), 1);
        memcpy(&value, &bits, sizeof value);
        x[i] = (lm_real)value;
    }
}

/* Into a block, or out of it: the second row begins at the next multiple of 16. */
static inline void oracle_put(lm_real *block, const lm_real *x)
{
    memcpy(block, x, ORACLE_W * sizeof *x);
    memcpy(block + ORACLE_B, x + ORACLE_W, (ORACLE_VALUES - ORACLE_W) * sizeof *x);
}

static inline void oracle_get(lm_real *x, const lm_real *block)
{
    memcpy(x, block, ORACLE_W * sizeof *x);
    memcpy(x + ORACLE_W, block + ORACLE_B, (ORACLE_VALUES - ORACLE_W) * sizeof *x);
}

static inline void oracle_run(const lm_optim_options *how, double rate, double clip)
{
    const lm_param rows[] = {{"w", 0, 2, .shape = {7, 5}, .decay = true},
                             {"b", 0, 1, .shape = {3}}};
    lm_err e = {0};
    lm_compute *on;
    lm_params *params;
    lm_real *values, *grads;
    lm_optim *optim;
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    CHECK_OK(lm_params_new(&params, rows, 2, &e), &e);
    CHECK_OK(lm_params_block(params, &values, &e), &e);
    CHECK_OK(lm_params_block(params, &grads, &e), &e);
    CHECK_OK(lm_optim_new(&optim, params, how, &e), &e);
    oracle_put(values, oracle.start);
    for (int t = 0; t < ORACLE_STEPS; t++) {
        oracle_put(grads, oracle.grads[t]);
        const double norm = lm_grad_norm(on, params, grads);
        lm_optim_step(on, optim, values, grads, rate, lm_clip_scale(norm, clip));
        oracle_get(oracle.after[t + 1], values);
    }
    CHECK_INT(optim->steps, ORACLE_STEPS);
    for (int i = ORACLE_W; i < ORACLE_B; i++) CHECK(values[i] == 0);
    lm_optim_free(optim);
    lm_block_free(grads);
    lm_block_free(values);
    lm_params_free(params);
    lm_compute_free(on);
}

/* One line "run" of the file. */
static inline void oracle_read_run(void)
{
    int kind, nesterov;
    double rate, clip;
    lm_optim_options how = {0};
    CHECK_INT(fscanf(oracle.file, "%d %lf %d %lf %lf %lf %lf %lf %lf %lf", &kind, &how.momentum,
                     &nesterov, &how.beta1, &how.beta2, &how.eps, &how.initial, &how.decay, &rate,
                     &clip),
              10);
    how.kind = (lm_optim_kind)kind;
    how.nesterov = nesterov != 0;
    oracle_run(&how, rate, clip);
}

static inline void oracle_check(bool bits, double tolerance)
{
    lm_real expected[ORACLE_VALUES];
    int step;
    CHECK_INT(fscanf(oracle.file, "%d", &step), 1);
    const lm_real *found = oracle.after[step];
    if (bits) {
        oracle_floats(expected);
        if (sizeof(lm_real) == sizeof(float)) CHECK_BYTES(found, expected, sizeof expected);
        return;
    }
    for (int i = 0; i < ORACLE_VALUES; i++) {
        double value;
        CHECK_INT(fscanf(oracle.file, "%lf", &value), 1);
        CHECK_NEAR(found[i], value, tolerance * fmax(1, fabs(value)));
    }
}

/* How many runs. */
static inline int oracle_replay(double tolerance)
{
    char what[8];
    int runs = 0, lines = 0;
    oracle.file = fopen(test_path("tests/oracle/optim.txt"), "r");
    CHECK(oracle.file != NULL);
    while (fscanf(oracle.file, "%7s", what) == 1 && strcmp(what, "rates") != 0)
        if (strcmp(what, "start") == 0)
            oracle_floats(oracle.start);
        else if (strcmp(what, "grads") == 0)
            oracle_floats(oracle.grads[lines++]);
        else if (strcmp(what, "run") == 0)
            oracle_read_run(), runs++;
        else
            oracle_check(strcmp(what, "f32") == 0, tolerance);
    fclose(oracle.file);
    return runs;
}
#endif
