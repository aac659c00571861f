/* toy.h - tasks small enough to know what training must do with them.
 *
 * `line`: linear regression in three features, whose optimum follows from the normal equations.
 * `counter`: one number that grows by the rate at every step, evaluated by a script. */
#ifndef TOY_H
#define TOY_H
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lm/train.h"
#include "test.h"

enum { LINE_FEATURES = 3, LINE_WEIGHTS = LINE_FEATURES + 1, LINE_EXAMPLES = 24, LINE_HELD_OUT = 9 };

typedef struct {
    lm_real *weight, *bias;
} line_fields;

/* What happens in the course of a run, besides steps; a step of 0 or NO_STEP: never. */
typedef struct {
    uint64_t stop_at, nan_at, die_at, fail_at; /* in this step, from 1 */
    uint64_t die_in_evaluation;                /* in this one, from 1 */
    volatile sig_atomic_t stop, save;
    uint64_t evaluations;
    uint64_t ids[4096]; /* all examples that were asked for */
    size_t id_count;
    size_t most; /* in one call */
} events;

typedef struct {
    double x[LINE_EXAMPLES + LINE_HELD_OUT][LINE_FEATURES], y[LINE_EXAMPLES + LINE_HELD_OUT];
    double repeat[LINE_EXAMPLES]; /* an example counts as so many */
    events happen;
    line_fields w;
    lm_params *params;
} line;

/* Numbers in [-1, 1), the same in every run, and no generator of the library's. */
static inline double toy_number(uint64_t i)
{
    const uint64_t z = (i + 1) * 0x9e3779b97f4a7c15U;
    return (double)((z ^ (z >> 31)) * 0xbf58476d1ce4e5b9U >> 11) * 0x1p-52 - 1;
}

static inline void toy_note(events *happen, uint64_t step, const uint64_t *ids, size_t count)
{
    for (size_t i = 0; i < count && happen->id_count < 4096; i++)
        happen->ids[happen->id_count++] = ids[i];
    if (count > happen->most) happen->most = count;
    if (step + 1 == happen->stop_at) happen->stop = 1;
    if (step + 1 == happen->die_at) (void)raise(SIGKILL);
}

/* ---- line ---- */

typedef struct {
    line *m;
    const lm_real *values;
    lm_real *grads;
    const uint64_t *ids;
    size_t count;
    double factor;
} line_job;

static inline double line_error(const line *m, const lm_real *values, uint64_t i)
{
    line_fields w;
    union {
        const lm_real *read;
        lm_real *bind;
    } block = {values};
    lm_params_bind(m->params, block.bind, &w);
    double sum = (double)w.bias[0] - m->y[i];
    for (int j = 0; j < LINE_FEATURES; j++) sum += (double)w.weight[j] * m->x[i][j];
    return sum;
}

/* The gradient of one weight: threads share the weights. */
static inline void line_gradient(void *context, size_t j)
{
    const line_job *job = context;
    line_fields g;
    double sum = 0;
    for (size_t k = 0; k < job->count; k++) {
        const uint64_t i = job->ids[k];
        const double x = j < LINE_FEATURES ? job->m->x[i][j] : 1;
        sum += job->m->repeat[i] * line_error(job->m, job->values, i) * x;
    }
    lm_params_bind(job->m->params, job->grads, &g);
    lm_real *place = j < LINE_FEATURES ? &g.weight[j] : &g.bias[0];
    *place += (lm_real)(sum * job->factor);
}

static inline double line_events(void *model, const uint64_t *ids, size_t count)
{
    const line *m = model;
    double sum = 0;
    for (size_t k = 0; k < count; k++) sum += m->repeat[ids[k]];
    return sum;
}

static inline lm_status line_step(void *model, const lm_compute *on, const lm_real *values,
                                  lm_real *grads, const lm_batch *batch, double share,
                                  lm_loss *loss, lm_err *e)
{
    line *m = model;
    const uint64_t *const ids = batch->ids, step = batch->step;
    const size_t count = batch->count;
    toy_note(&m->happen, step, ids, count);
    if (step + 1 == m->happen.fail_at) return lm_fail(e, LM_EIO, "the data are gone");
    const double n = line_events(m, ids, count);
    line_job job = {m, values, grads, ids, count, share / n};
    lm_parallel_for(lm_compute_pool(on), LINE_WEIGHTS, line_gradient, &job);
    for (size_t k = 0; k < count; k++) {
        const double error = line_error(m, values, ids[k]);
        lm_loss_add(loss, (lm_loss){0.5 * m->repeat[ids[k]] * error * error, m->repeat[ids[k]]});
    }
    if (step + 1 == m->happen.nan_at) loss->loss = (double)NAN;
    return LM_OK;
}

static inline lm_status line_evaluate(void *model, const lm_compute *on, const lm_real *values,
                                      lm_loss *loss, lm_err *e)
{
    line *m = model;
    (void)on;
    (void)e;
    if (++m->happen.evaluations == m->happen.die_in_evaluation) (void)raise(SIGKILL);
    for (uint64_t i = LINE_EXAMPLES; i < LINE_EXAMPLES + LINE_HELD_OUT; i++) {
        const double error = line_error(m, values, i);
        lm_loss_add(loss, (lm_loss){0.5 * error * error, 1});
    }
    return LM_OK;
}

static inline lm_status toy_save(void *model, lm_ckpt_writer *writer, lm_err *e)
{
    (void)model;
    return lm_ckpt_set_meta(writer, "lm.config", lm_slice_of("{\"toy\":1}"), e);
}

/* A noisy plane; `m` is to be freed with line_free. */
static inline lm_task line_new(line *m)
{
    static const double truth[LINE_WEIGHTS] = {1.5, -2, 0.5, 0.25};
    lm_err e = {0};
    *m = (line){0};
    for (size_t i = 0; i < LINE_EXAMPLES + LINE_HELD_OUT; i++) {
        m->y[i] = truth[LINE_FEATURES] + 0.3 * toy_number(1000 + i);
        for (size_t j = 0; j < LINE_FEATURES; j++) {
            m->x[i][j] = toy_number(LINE_FEATURES * i + j);
            m->y[i] += truth[j] * m->x[i][j];
        }
        if (i < LINE_EXAMPLES) m->repeat[i] = 1;
    }
    const lm_param rows[] = {{"weight",
                              offsetof(line_fields, weight),
                              1,
                              {LINE_FEATURES},
                              .init = LM_INIT_NORMAL,
                              .scale = 0.5},
                             {"bias", offsetof(line_fields, bias), 1, {1}, .init = LM_INIT_ZERO}};
    CHECK_OK(lm_params_new(&m->params, rows, 2, &e), &e);
    return (lm_task){.kind = "toy-line",
                     .params = m->params,
                     .model = m,
                     .examples = LINE_EXAMPLES,
                     .step = line_step,
                     .save = toy_save};
}

static inline void line_free(line *m)
{
    lm_params_free(m->params);
    m->params = NULL;
}

/* The weights that minimise the mean loss: X'X w = X'y, by elimination. */
static inline void line_optimum(const line *m, double w[LINE_WEIGHTS])
{
    double a[LINE_WEIGHTS][LINE_WEIGHTS + 1] = {{0}};
    for (size_t i = 0; i < LINE_EXAMPLES; i++) {
        double row[LINE_WEIGHTS + 1];
        for (size_t j = 0; j < LINE_FEATURES; j++) row[j] = m->x[i][j];
        row[LINE_FEATURES] = 1;
        row[LINE_WEIGHTS] = m->y[i];
        for (size_t j = 0; j < LINE_WEIGHTS; j++)
            for (size_t k = 0; k <= LINE_WEIGHTS; k++) a[j][k] += m->repeat[i] * row[j] * row[k];
    }
    for (size_t p = 0; p < LINE_WEIGHTS; p++) /* positive definite: no pivoting */
        for (size_t j = 0; j < LINE_WEIGHTS; j++)
            for (size_t k = LINE_WEIGHTS + 1; j != p && k-- > p;)
                a[j][k] -= a[j][p] / a[p][p] * a[p][k];
    for (size_t p = 0; p < LINE_WEIGHTS; p++) w[p] = a[p][LINE_WEIGHTS] / a[p][p];
}

/* ---- counter ---- */

typedef struct {
    lm_real *value;
} counter_fields;

typedef struct {
    const double *script; /* what evaluations find, one after another */
    events happen;
    lm_params *params;
} counter;

static inline lm_status counter_step(void *model, const lm_compute *on, const lm_real *values,
                                     lm_real *grads, const lm_batch *batch, double share,
                                     lm_loss *loss, lm_err *e)
{
    counter *m = model;
    const size_t count = batch->count;
    (void)on;
    (void)e;
    toy_note(&m->happen, batch->step, batch->ids, count);
    grads[0] -= (lm_real)share;
    lm_loss_add(loss, (lm_loss){(double)values[0] * (double)count, (double)count});
    return LM_OK;
}

static inline lm_status counter_evaluate(void *model, const lm_compute *on, const lm_real *values,
                                         lm_loss *loss, lm_err *e)
{
    counter *m = model;
    (void)on;
    (void)values;
    (void)e;
    lm_loss_add(loss, (lm_loss){2 * m->script[m->happen.evaluations++], 2});
    return LM_OK;
}

static inline lm_task counter_new(counter *m)
{
    lm_err e = {0};
    const lm_param row = {"value", offsetof(counter_fields, value), 1, {1}, .init = LM_INIT_ZERO};
    *m = (counter){0};
    CHECK_OK(lm_params_new(&m->params, &row, 1, &e), &e);
    return (lm_task){.kind = "toy-counter",
                     .params = m->params,
                     .model = m,
                     .examples = 10,
                     .step = counter_step,
                     .save = toy_save};
}

/* ---- what was written ---- */

/* The numbers of a tensor of a checkpoint. */
static inline void toy_tensor(const char *path, const char *name, double *out, size_t count)
{
    lm_ckpt *ckpt;
    lm_err e = {0};
    CHECK_OK(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, &e), &e);
    const lm_tensor *tensor = lm_ckpt_find(ckpt, name);
    CHECK(tensor != NULL);
    CHECK_INT(tensor->dtype, LM_REAL_DTYPE);
    CHECK_INT(tensor->bytes, count * sizeof(lm_real));
    for (size_t i = 0; i < count; i++) out[i] = (double)((const lm_real *)tensor->data)[i];
    lm_ckpt_close(ckpt);
}

static inline void line_written(const char *path, double w[LINE_WEIGHTS])
{
    toy_tensor(path, "weight", w, LINE_FEATURES);
    toy_tensor(path, "bias", w + LINE_FEATURES, 1);
}

static inline size_t toy_read(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    const size_t length = fread(bytes, 1, room - 1, file);
    CHECK(length < room - 1);
    bytes[length] = '\0';
    fclose(file);
    return length;
}

static inline void toy_same_file(const char *a, const char *b)
{
    static char x[1 << 16], y[1 << 16];
    const size_t length = toy_read(a, x, sizeof x);
    CHECK_INT(toy_read(b, y, sizeof y), length);
    CHECK_BYTES(x, y, length);
}

static inline bool toy_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
#endif
