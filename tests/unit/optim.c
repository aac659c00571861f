/* optim.c - tests of the optimisers: PyTorch's bits, threads, CPU levels, decay, clipping, saving.
 */
#include "lm/optim.h"
#include "../../src/num/vector_level.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "lm/os.h"
#include "lm/update.h"
#include "optim_oracle.h"
#include "test.h"

/* Single precision keeps this of 20 steps. */
TEST(optim_oracle)
{
    CHECK_INT(oracle_replay(2e-5), 17);
}

TEST(optim_oracle_in_plain_code)
{
    lm_vector_use(LM_CPU_REF);
    CHECK_INT(oracle_replay(2e-5), 17);
}

/* ---- a table with rows of all sorts, over several pieces ---- */

static const lm_param rows[] = {
    {"small", 0, 1, .shape = {3}, .init = LM_INIT_NORMAL, .scale = 1},
    {"none", 0, 2, .shape = {0, 5}},
    {"large", 0, 2, .shape = {100, 333}, .init = LM_INIT_NORMAL, .scale = 1, .decay = true},
    {"frozen", 0, 1, .shape = {9000}, .init = LM_INIT_NORMAL, .scale = 1, .decay = true,
     .frozen = true},
    {"plain", 0, 1, .shape = {12345}, .init = LM_INIT_NORMAL, .scale = 1},
    {"last", 0, 1, .shape = {1}, .init = LM_INIT_NORMAL, .scale = 1, .decay = true},
};
enum { ROWS = sizeof rows / sizeof *rows, LARGE = 2, FROZEN = 3, PLAIN = 4 };

typedef struct {
    lm_pool *pool;
    lm_compute *on;
    lm_params *params;
    lm_real *values, *grads;
    lm_optim *optim;
} setup;

static setup make(const lm_optim_options *how, size_t threads)
{
    setup s = {0};
    lm_err e = {0};
    CHECK_OK(lm_pool_new(&s.pool, threads, &e), &e);
    CHECK_OK(lm_compute_new(&s.on, s.pool, false, &e), &e);
    CHECK_OK(lm_params_new(&s.params, rows, ROWS, &e), &e);
    CHECK_OK(lm_params_block(s.params, &s.values, &e), &e);
    CHECK_OK(lm_params_block(s.params, &s.grads, &e), &e);
    CHECK_OK(lm_params_init(s.params, s.values, "default", 1, NULL, &e), &e);
    CHECK_OK(lm_params_init(s.params, s.grads, "default", 2, NULL, &e), &e);
    CHECK_OK(lm_optim_new(&s.optim, s.params, how, &e), &e);
    return s;
}

static void unmake(setup *s)
{
    lm_optim_free(s->optim);
    lm_block_free(s->grads);
    lm_block_free(s->values);
    lm_params_free(s->params);
    lm_compute_free(s->on);
    lm_pool_free(s->pool);
}

static lm_real *copy(const setup *s, const lm_real *block)
{
    lm_err e = {0};
    lm_real *twin = NULL;
    CHECK_OK(lm_params_block(s->params, &twin, &e), &e);
    memcpy(twin, block, s->params->size * sizeof *twin);
    return twin;
}

/* Steps with gradients that change, of which one in three is 0. */
static void run_steps(setup *s, uint64_t from, uint64_t to)
{
    lm_err e = {0};
    for (uint64_t t = from; t < to; t++) {
        if (t % 3 == 1)
            memset(s->grads, 0, s->params->size * sizeof *s->grads);
        else
            CHECK_OK(lm_params_init(s->params, s->grads, "default", 100 + t, NULL, &e), &e);
        const double norm = lm_grad_norm(s->on, s->params, s->grads);
        lm_optim_step(s->on, s->optim, s->values, s->grads, 0.01, lm_clip_scale(norm, 50));
    }
}

enum { KINDS = LM_OPTIM_GPT1 + 3 };

/* All kinds, and SGD's two with momentum. */
static lm_optim_options options_of(int i)
{
    lm_optim_options how = lm_optim_defaults(i > LM_OPTIM_GPT1 ? LM_OPTIM_SGD : (lm_optim_kind)i);
    if (i > LM_OPTIM_GPT1) how.momentum = 0.9;
    how.nesterov = i == LM_OPTIM_GPT1 + 2;
    how.decay = 0.1;
    return how;
}

static void check_same(const setup *a, const setup *b)
{
    const size_t bytes = a->params->size * sizeof *a->values;
    CHECK_BYTES(a->values, b->values, bytes);
    CHECK_INT(a->optim->moments, b->optim->moments);
    for (int i = 0; i < a->optim->moments; i++)
        CHECK_BYTES(a->optim->moment[i], b->optim->moment[i], bytes);
}

TEST(optim_threads)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const lm_optim_options how = options_of(kind);
        setup one = make(&how, 1);
        run_steps(&one, 0, 4);
        const double norm = lm_grad_norm(one.on, one.params, one.grads);
        for (size_t threads = 2; threads <= 3; threads++) {
            setup many = make(&how, threads);
            run_steps(&many, 0, 4);
            check_same(&one, &many);
            CHECK(lm_grad_norm(many.on, many.params, many.grads) == norm);
            unmake(&many);
        }
        unmake(&one);
    }
}

TEST(optim_cpu_levels)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const lm_optim_options how = options_of(kind);
        setup best = make(&how, 1), ref = make(&how, 1);
        lm_vector_use(lm_os_cpu());
        run_steps(&best, 0, 4);
        lm_average_step(best.on, best.params, best.values, best.grads, 0.9);
        lm_vector_use(LM_CPU_REF);
        run_steps(&ref, 0, 4);
        lm_average_step(ref.on, ref.params, ref.values, ref.grads, 0.9);
        check_same(&best, &ref);
        unmake(&best);
        unmake(&ref);
    }
}

/* Where the row says so parameters and moments stay; elsewhere every one moves. */
TEST(optim_frozen)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const lm_optim_options how = options_of(kind);
        setup s = make(&how, 2);
        lm_real *before = copy(&s, s.values);
        run_steps(&s, 0, 1);
        for (size_t r = 0; r < ROWS; r++) {
            const lm_param *row = &s.params->item[r];
            for (size_t i = row->at; i < row->at + row->count; i++) {
                CHECK((s.values[i] == before[i]) == row->frozen);
                for (int m = 0; row->frozen && m < s.optim->moments; m++)
                    CHECK(s.optim->moment[m][i] == 0);
            }
        }
        lm_block_free(before);
        unmake(&s);
    }
}

/* With gradients of 0, decay alone moves the rows that have it: for the kinds that add it to the
 * step or shrink by it, to (1 - rate decay) of what they were. */
TEST(optim_decay)
{
    static const int direct[] = {LM_OPTIM_SGD, LM_OPTIM_ADAMW, LM_OPTIM_BERT};
    for (size_t k = 0; k < 3; k++) {
        const lm_optim_options how = options_of(direct[k]);
        setup s = make(&how, 2);
        lm_real *before = copy(&s, s.values);
        memset(s.grads, 0, s.params->size * sizeof *s.grads);
        lm_optim_step(s.on, s.optim, s.values, s.grads, 0.5, 1);
        for (size_t r = 0; r < ROWS; r++) {
            const lm_param *row = &s.params->item[r];
            const double keep = row->decay && !row->frozen ? 1 - 0.5 * 0.1 : 1;
            for (size_t i = row->at; i < row->at + row->count; i++) {
                const double expected = keep * (double)before[i];
                CHECK_NEAR(s.values[i], expected, 1e-7 * fabs(expected));
            }
        }
        lm_block_free(before);
        unmake(&s);
    }
}

/* Moments fade where gradients are 0, and parameters go on with them. */
TEST(optim_zero_gradients)
{
    const lm_optim_options how = lm_optim_defaults(LM_OPTIM_ADAM);
    setup s = make(&how, 1);
    lm_optim_step(s.on, s.optim, s.values, s.grads, 0.01, 1);
    lm_real *m = copy(&s, s.optim->moment[0]), *before = copy(&s, s.values);
    memset(s.grads, 0, s.params->size * sizeof *s.grads);
    lm_optim_step(s.on, s.optim, s.values, s.grads, 0.01, 1);
    const lm_param *row = &s.params->item[LARGE];
    for (size_t i = row->at; i < row->at + row->count; i++) {
        CHECK(s.optim->moment[0][i] == m[i] * (lm_real)0.9);
        CHECK(s.values[i] != before[i]);
    }
    lm_block_free(m);
    lm_block_free(before);
    unmake(&s);
}

/* A scale is as good as gradients multiplied by it before, which stay as they are. */
TEST(optim_scale)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const lm_optim_options how = options_of(kind);
        setup scaled = make(&how, 1), before = make(&how, 1);
        lm_real *kept = copy(&scaled, scaled.grads);
        lm_optim_step(scaled.on, scaled.optim, scaled.values, scaled.grads, 0.01, 0.3);
        CHECK_BYTES(scaled.grads, kept, scaled.params->size * sizeof *kept);
        for (size_t i = 0; i < before.params->size; i++) before.grads[i] *= (lm_real)0.3;
        lm_optim_step(before.on, before.optim, before.values, before.grads, 0.01, 1);
        check_same(&scaled, &before);
        lm_block_free(kept);
        unmake(&scaled);
        unmake(&before);
    }
}

/* ---- norms ---- */

TEST(optim_grad_norm)
{
    const lm_optim_options how = lm_optim_defaults(LM_OPTIM_SGD);
    setup s = make(&how, 2);
    long double sum = 0;
    for (size_t r = 0; r < ROWS; r++) {
        const lm_param *row = &s.params->item[r];
        for (size_t i = row->at; !row->frozen && i < row->at + row->count; i++)
            sum += (long double)s.grads[i] * (long double)s.grads[i];
    }
    const double exact = (double)sqrtl(sum);
    CHECK_NEAR(lm_grad_norm(s.on, s.params, s.grads), exact, 1e-12 * exact);

    const size_t frozen = s.params->item[FROZEN].at, plain = s.params->item[PLAIN].at + 12344;
    s.grads[frozen] = (lm_real)NAN;
    CHECK_NEAR(lm_grad_norm(s.on, s.params, s.grads), exact, 1e-12 * exact);
    s.grads[plain] = (lm_real)-INFINITY;
    CHECK(lm_grad_norm(s.on, s.params, s.grads) == HUGE_VAL);
    s.grads[0] = (lm_real)NAN;
    CHECK(isnan(lm_grad_norm(s.on, s.params, s.grads)));
    unmake(&s);
}

TEST(optim_clip_scale)
{
    CHECK(lm_clip_scale(4, 1) == 0.25);
    CHECK(lm_clip_scale(1, 1) == 1 && lm_clip_scale(0.5, 1) == 1);
    CHECK(lm_clip_scale(0, 1) == 1 && lm_clip_scale(0, 0) == 1);
    CHECK(lm_clip_scale(1e9, 0) == 1);
    CHECK(lm_clip_scale(HUGE_VAL, 1) == 0);
    CHECK(isnan(lm_clip_scale((double)NAN, 1)));
}

/* ---- averages ---- */

TEST(optim_average)
{
    const lm_optim_options how = lm_optim_defaults(LM_OPTIM_SGD);
    setup s = make(&how, 2);
    lm_real *average = copy(&s, s.values);
    lm_average_step(s.on, s.params, average, s.values, 0.999);
    CHECK_BYTES(average, s.values, s.params->size * sizeof *average);
    for (int t = 0; t < 3; t++) lm_average_step(s.on, s.params, average, s.grads, 0.5);
    for (size_t r = 0; r < ROWS; r++) {
        const lm_param *row = &s.params->item[r];
        for (size_t i = row->at; i < row->at + row->count; i++) {
            const double old = (double)s.values[i], now = (double)s.grads[i];
            const double expected = row->frozen ? old : 0.125 * old + 0.875 * now;
            CHECK_NEAR(average[i], expected, 1e-6 * (fabs(old) + fabs(now)));
        }
    }
    lm_block_free(average);
    unmake(&s);
}

/* ---- saving ---- */

static lm_status save(const setup *s, lm_err *e)
{
    lm_ckpt_writer *writer;
    lm_out *out;
    LM_TRY(lm_ckpt_writer_new(&writer, "test", e));
    lm_status status = lm_params_save(s->params, s->values, "", writer, e);
    if (status == LM_OK) status = lm_optim_save(s->optim, "run.", writer, e);
    if (status == LM_OK) status = lm_out_open(&out, "t.lm", e);
    if (status == LM_OK) status = lm_out_close(out, lm_ckpt_write(writer, out, NULL, e), e);
    lm_ckpt_writer_free(writer);
    return status;
}

/* A run that was saved and taken up again ends as one that was not. */
TEST(optim_resume)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const lm_optim_options how = options_of(kind);
        setup whole = make(&how, 1), second = make(&how, 1);
        lm_err e = {0};
        lm_ckpt *ckpt;
        run_steps(&whole, 0, 3);
        CHECK_OK(save(&whole, &e), &e);
        run_steps(&whole, 3, 6);
        CHECK_OK(lm_ckpt_open(&ckpt, "t.lm", LM_CKPT_CHECK_ALL, &e), &e);
        CHECK_INT(lm_ckpt_count(ckpt), ROWS * (1 + (size_t)whole.optim->moments));
        CHECK_OK(lm_params_load(second.params, second.values, "", ckpt, &e), &e);
        CHECK_OK(lm_optim_load(second.optim, "run.", ckpt, &e), &e);
        lm_ckpt_close(ckpt);
        second.optim->steps = 3;
        run_steps(&second, 3, 6);
        check_same(&whole, &second);
        unmake(&whole);
        unmake(&second);
    }
}

TEST(optim_load_refuses)
{
    const lm_optim_options sgd = options_of(LM_OPTIM_GPT1 + 1), adam = options_of(LM_OPTIM_ADAM);
    setup from = make(&sgd, 1), to = make(&adam, 1);
    lm_err e = {0};
    lm_ckpt *ckpt;
    CHECK_OK(save(&from, &e), &e);
    CHECK_OK(lm_ckpt_open(&ckpt, "t.lm", LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_FAILS(lm_optim_load(to.optim, "run.", ckpt, &e), LM_EFORMAT, &e,
                "t.lm: tensor 'run.moment2.small' is missing");
    lm_ckpt_close(ckpt);
    unmake(&from);
    unmake(&to);
}

/* ---- what is refused ---- */

static void check_refused(lm_optim_options how, const char *message)
{
    lm_err e = {0};
    lm_params *params;
    lm_optim *optim;
    CHECK_OK(lm_params_new(&params, rows, ROWS, &e), &e);
    CHECK_FAILS(lm_optim_new(&optim, params, &how, &e), LM_EUSAGE, &e, message);
    lm_params_free(params);
}

TEST(optim_refuses)
{
    check_refused((lm_optim_options){LM_OPTIM_SGD, .momentum = 1}, "momentum 1: expected");
    check_refused((lm_optim_options){LM_OPTIM_SGD, .momentum = -0.5}, "momentum -0.5: expected");
    check_refused((lm_optim_options){LM_OPTIM_SGD, .nesterov = true}, "Nesterov");
    check_refused((lm_optim_options){LM_OPTIM_SGD, .decay = -1}, "weight decay -1: expected");
    check_refused((lm_optim_options){LM_OPTIM_SGD, .decay = HUGE_VAL}, "weight decay inf");
    check_refused((lm_optim_options){LM_OPTIM_ADAM, .beta1 = 1, .eps = 1}, "betas 1 and 0");
    check_refused((lm_optim_options){LM_OPTIM_ADAMW, .beta2 = -0.1, .eps = 1}, "betas 0 and -0.1");
    check_refused((lm_optim_options){LM_OPTIM_BERT, .eps = 0}, "epsilon 0: expected more");
    check_refused((lm_optim_options){LM_OPTIM_GPT1, .eps = (double)NAN}, "epsilon nan");
    check_refused((lm_optim_options){LM_OPTIM_ADAGRAD, .eps = 0}, "epsilon 0: expected more");
    check_refused((lm_optim_options){LM_OPTIM_ADAGRAD, .initial = -1, .eps = 1}, "squares -1");
    if (sizeof(lm_real) == sizeof(float))
        check_refused((lm_optim_options){LM_OPTIM_ADAM, .eps = 1e-60}, "epsilon 1e-60");
}

/* TensorFlow's: no epsilon, but sums that begin with a number. */
TEST(optim_adagrad_without_epsilon)
{
    const lm_optim_options how = {LM_OPTIM_ADAGRAD, .initial = 1};
    setup s = make(&how, 1);
    lm_real *before = copy(&s, s.values);
    lm_optim_step(s.on, s.optim, s.values, s.grads, 0.2, 1);
    for (size_t i = 0; i < 3; i++) {
        const double g = (double)s.grads[i];
        const double expected = (double)before[i] - 0.2 * g / sqrt(1 + g * g);
        CHECK_NEAR(s.values[i], expected, 1e-6 * fabs(expected));
    }
    for (size_t i = 3; i < 16; i++) CHECK(s.values[i] == 0);
    lm_block_free(before);
    unmake(&s);
}

TEST(optim_without_memory)
{
    const lm_optim_options how = lm_optim_defaults(LM_OPTIM_ADAM);
    setup s = make(&how, 1);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_optim *optim = NULL;
        lm_ckpt_writer *writer = NULL;
        lm_status status = lm_optim_new(&optim, s.params, &how, &e);
        if (status == LM_OK) status = lm_ckpt_writer_new(&writer, "test", &e);
        if (status == LM_OK) status = lm_optim_save(optim, "", writer, &e);
        CHECK_INT(status, failing.failed ? LM_ENOMEM : LM_OK);
        lm_ckpt_writer_free(writer);
        lm_optim_free(optim);
        failing_end();
    }
    unmake(&s);
}
