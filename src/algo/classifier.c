/* classifier.c - multinomial logistic regression of vectors. */
#include "lm/classifier.h"
#include <math.h>
#include <string.h>
#include "lm/lbfgs.h"
#include "lm/memory.h"
#include "lm/sample.h"
#include "lm/scalar.h"
#include "lm/utf8.h"
#include "classifier_internal.h"

enum { ROWS = 2, CHUNKS = 64, STEPS = 2000 };
static const double tolerance = 1e-8; /* of the gradient; then W is as near as l2 lets it be */

/* ---- making and freeing ---- */

lm_status lm_classifier_prepare(lm_classifier *c, lm_err *e)
{
    const lm_param rows[ROWS] = {
        {.name = "weight", .field = 0, .dims = 2, .shape = {c->labels->size, c->dim}},
        {.name = "bias", .field = sizeof(lm_real *), .dims = 1, .shape = {c->labels->size}}};
    return lm_params_new(&c->params, rows, ROWS, e);
}

lm_status lm_classifier_room(lm_classifier *c, lm_err *e)
{
    LM_TRY(lm_params_block(c->params, &c->values, e));
    lm_params_bind(c->params, c->values, &c->weights);
    return LM_OK;
}

void lm_classifier_free(lm_classifier *c)
{
    if (!c) return;
    lm_vocab_free(c->labels);
    lm_str_free(&c->vectors);
    lm_params_free(c->params);
    lm_block_free(c->values);
    lm_free(c);
}

/* ---- training ---- */

/* W and b are in one vector of doubles: (L, D + 1), the bias last in its row. */
typedef struct {
    const lm_labelled *lines;
    const uint32_t *label; /* of the classifier, by those of the lines */
    size_t dim, labels;
    double l2;
    lm_pool *pool;
    size_t chunks;
    double *loss;    /* (chunks) */
    double *partial; /* (chunks, L, D + 1) gradients */
    double *p;       /* (chunks, L) */
    const double *x; /* W and b now */
} fitting;

/* p (L) = softmax of what is there; returns its log sum of exp. */
static double soften(double *p, size_t n)
{
    double most = p[0], sum = 0;
    for (size_t i = 1; i < n; i++) most = p[i] > most ? p[i] : most;
    for (size_t i = 0; i < n; i++) sum += p[i] = lm_exp(p[i] - most);
    for (size_t i = 0; i < n; i++) p[i] /= sum;
    return most + lm_log(sum);
}

static void add_example(const fitting *f, size_t i, double *p, double *gradient, double *loss)
{
    const size_t D = f->dim, L = f->labels;
    const lm_real *x = f->lines->x + i * D;
    const uint32_t label = f->label[f->lines->label[i]];
    for (size_t k = 0; k < L; k++) {
        const double *w = f->x + k * (D + 1);
        p[k] = w[D];
        for (size_t d = 0; d < D; d++) p[k] += w[d] * (double)x[d];
    }
    const double logit = p[label];
    *loss += soften(p, L) - logit;
    p[label] -= 1;
    for (size_t k = 0; k < L; k++) {
        double *g = gradient + k * (D + 1);
        for (size_t d = 0; d < D; d++) g[d] += p[k] * (double)x[d];
        g[D] += p[k];
    }
}

static void add_chunk(void *context, size_t chunk)
{
    const fitting *f = context;
    const size_t N = f->lines->count, size = f->labels * (f->dim + 1);
    double *gradient = f->partial + chunk * size, loss = 0;
    memset(gradient, 0, size * sizeof *gradient);
    for (size_t i = N * chunk / f->chunks; i < N * (chunk + 1) / f->chunks; i++)
        add_example(f, i, f->p + chunk * f->labels, gradient, &loss);
    f->loss[chunk] = loss;
}

/* Chunks do not depend on threads, and are added in their order. */
static double objective(void *context, const double *x, double *gradient)
{
    fitting *f = context;
    const size_t size = f->labels * (f->dim + 1);
    const double N = (double)f->lines->count;
    double loss = 0, square = 0;
    f->x = x;
    lm_parallel_for(f->pool, f->chunks, add_chunk, f);
    memset(gradient, 0, size * sizeof *gradient);
    for (size_t chunk = 0; chunk < f->chunks; chunk++) {
        loss += f->loss[chunk];
        for (size_t i = 0; i < size; i++) gradient[i] += f->partial[chunk * size + i];
    }
    for (size_t i = 0; i < size; i++) {
        const bool bias = i % (f->dim + 1) == f->dim;
        gradient[i] = gradient[i] / N + (bias ? 0 : f->l2 * x[i]);
        square += bias ? 0 : x[i] * x[i];
    }
    return loss / N + f->l2 / 2 * square;
}

/* Labels in byte order, whatever order they came in: map[label of the lines]. */
static lm_status order_labels(lm_classifier *c, const lm_vocab *found, uint32_t *map, lm_err *e)
{
    uint32_t *rank, *order = lm_new(found->size, sizeof *order, e), id;
    if (!order) return e->status;
    lm_status s = lm_vocab_byte_ranks(found, &rank, e);
    if (s) {
        lm_free(order);
        return s;
    }
    for (uint32_t i = 0; i < found->size; i++) order[rank[i]] = i;
    for (uint32_t i = 0; !s && i < found->size; i++) {
        s = lm_vocab_add(c->labels, lm_vocab_word(found, order[i]), &id, e);
        map[order[i]] = i;
    }
    lm_free(rank);
    lm_free(order);
    return s;
}

static lm_status check_labels(const lm_vocab *labels, lm_err *e)
{
    if (labels->size < 2 || labels->size > LM_CLASSIFIER_LABELS_MAX)
        return lm_fail(e, LM_EFORMAT, "%u labels, expected 2 to %d", labels->size,
                       LM_CLASSIFIER_LABELS_MAX);
    for (uint32_t i = 0; i < labels->size; i++) {
        const lm_slice label = lm_vocab_word(labels, i);
        for (size_t at = 0; at < label.length;) {
            const int length = lm_utf8_length(label.text + at, label.length - at);
            if (length <= 0) return lm_fail(e, LM_EFORMAT, "label %u is not UTF-8", i + 1);
            at += (size_t)length;
        }
    }
    return LM_OK;
}

static void keep(lm_classifier *c, const double *x)
{
    const size_t D = c->dim;
    for (size_t k = 0; k < c->labels->size; k++) {
        for (size_t d = 0; d < D; d++) c->weights.weight[k * D + d] = (lm_real)x[k * (D + 1) + d];
        c->weights.bias[k] = (lm_real)x[k * (D + 1) + D];
    }
}

static lm_status note_result(const lm_classifier *c, const lm_labelled *lines,
                             const lm_lbfgs_end *end, const lm_run *run, lm_err *e)
{
    lm_classifier_test test;
    LM_TRY(lm_classifier_try(c, lines, &test, e));
    lm_note(run, "%llu examples of %u labels: loss %.6f, %.2f %% right; %llu steps",
            (unsigned long long)test.examples, c->labels->size, test.nats / (double)test.examples,
            100 * (double)test.right / (double)test.examples, (unsigned long long)end->iterations);
    if (end->iterations == STEPS)
        lm_warn(run, "not at the least yet: the gradient is %.3g; a larger --l2 gets there sooner",
                end->gradient);
    return LM_OK;
}

static lm_status fit(lm_classifier *c, const lm_labelled *lines, double l2, const lm_run *run,
                     lm_arena *arena, lm_err *e)
{
    const size_t L = lines->labels->size, size = L * (c->dim + 1);
    const lm_lbfgs_options how = {tolerance, STEPS};
    lm_lbfgs_end end;
    uint32_t *map = lm_arena_new(arena, L, sizeof *map, e);
    fitting f = {.lines = lines,
                 .label = map,
                 .dim = c->dim,
                 .labels = L,
                 .l2 = l2,
                 .pool = lm_run_pool(run),
                 .chunks = lines->count < CHUNKS ? lines->count : CHUNKS};
    f.loss = lm_arena_new(arena, f.chunks, sizeof *f.loss, e);
    f.partial = lm_arena_new(arena, f.chunks, size * sizeof *f.partial, e);
    f.p = lm_arena_new(arena, f.chunks, L * sizeof *f.p, e);
    double *x = lm_arena_new(arena, size, sizeof *x, e);
    if (!map || !f.loss || !f.partial || !f.p || !x) return e->status;
    LM_TRY(order_labels(c, lines->labels, map, e));
    LM_TRY(lm_classifier_prepare(c, e));
    LM_TRY(lm_classifier_room(c, e));
    LM_TRY(lm_lbfgs(objective, &f, x, size, &how, run, &end, e));
    keep(c, x);
    return note_result(c, lines, &end, run, e);
}

lm_status lm_classifier_train(lm_classifier **out, const lm_space *space, const lm_labelled *lines,
                              bool unit, double l2, const lm_run *run, lm_err *e)
{
    lm_arena arena = {0};
    *out = NULL;
    LM_TRY(check_labels(lines->labels, e));
    lm_classifier *c = lm_new(1, sizeof *c, e);
    if (!c) return e->status;
    c->dim = space->dim;
    c->unit = unit;
    lm_status s = lm_vocab_new(&c->labels, e);
    if (!s) s = lm_classifier_name_vectors(&c->vectors, space, e);
    if (!s) s = fit(c, lines, l2, run, &arena, e);
    lm_arena_free(&arena);
    if (s)
        lm_classifier_free(c);
    else
        *out = c;
    return s;
}

/* ---- use ---- */

void lm_classifier_predict(const lm_classifier *c, const lm_real *x, double *p)
{
    for (size_t k = 0; k < c->labels->size; k++) {
        const lm_real *w = c->weights.weight + k * c->dim;
        p[k] = (double)c->weights.bias[k];
        for (size_t d = 0; d < c->dim; d++) p[k] += (double)w[d] * (double)x[d];
    }
    (void)soften(p, c->labels->size);
}

lm_status lm_classifier_try(const lm_classifier *c, const lm_labelled *lines,
                            lm_classifier_test *test, lm_err *e)
{
    const uint32_t L = c->labels->size;
    *test = (lm_classifier_test){.examples = lines->count};
    double *p = lm_new(L, sizeof *p, e);
    if (!p) return e->status;
    for (size_t i = 0; i < lines->count; i++) {
        uint32_t best = 0;
        const uint32_t label =
            lm_vocab_find(c->labels, lm_vocab_word(lines->labels, lines->label[i]));
        lm_classifier_predict(c, lines->x + i * c->dim, p);
        for (uint32_t k = 1; k < L; k++) best = p[k] > p[best] ? k : best;
        test->right += best == label;
        test->nats -= label == LM_NO_WORD ? -HUGE_VAL : lm_log(p[label]);
    }
    lm_free(p);
    return LM_OK;
}

lm_status lm_classifier_report(const lm_classifier *c, const lm_labelled *lines, lm_out *out,
                               lm_err *e)
{
    lm_classifier_test test;
    LM_TRY(lm_classifier_try(c, lines, &test, e));
    const double n = (double)test.examples;
    LM_TRY(lm_out_printf(out, e, "examples\t%llu\nright\t%llu\n", (unsigned long long)test.examples,
                         (unsigned long long)test.right));
    if (test.examples == 0) return lm_out_text(out, "accuracy\tnan\nloss\tnan\n", e);
    return lm_out_printf(out, e, "accuracy\t%.6f\nloss\t%.6f\n", (double)test.right / n,
                         test.nats / n);
}

typedef struct {
    const lm_classifier *c;
    uint32_t top;
    double *p;       /* (L) */
    uint32_t *rank;  /* (L): labels are in byte order */
    uint32_t *order; /* (top) */
    lm_out *out;
    lm_arena arena;
} writing;

static lm_status write_labels(void *context, const lm_real *x, uint64_t words, lm_err *e)
{
    const writing *w = context;
    (void)words;
    lm_classifier_predict(w->c, x, w->p);
    LM_TRY(lm_rank_words(w->p, w->c->labels->size, w->rank, w->top, w->order, e));
    for (uint32_t i = 0; i < w->top; i++) {
        const lm_slice label = lm_vocab_word(w->c->labels, w->order[i]);
        if (i) LM_TRY(lm_out_text(w->out, "\t", e));
        LM_TRY(lm_out_write(w->out, label.text, label.length, e));
        LM_TRY(lm_out_printf(w->out, e, "\t%.7g", w->p[w->order[i]]));
    }
    return lm_out_text(w->out, "\n", e);
}

lm_status lm_classifier_write(const lm_classifier *c, const lm_space *space, lm_text *text,
                              int64_t top, lm_out *out, lm_err *e)
{
    const uint32_t L = c->labels->size;
    writing w = {.c = c, .top = top < L ? (uint32_t)top : L, .out = out};
    w.p = lm_arena_new(&w.arena, L, sizeof *w.p, e);
    w.rank = lm_arena_new(&w.arena, L, sizeof *w.rank, e);
    w.order = lm_arena_new(&w.arena, L, sizeof *w.order, e);
    const bool good = w.p && w.rank && w.order;
    for (uint32_t i = 0; good && i < L; i++) w.rank[i] = i;
    const lm_status s = good ? lm_embed(space, c->unit, text, write_labels, &w, e) : e->status;
    lm_arena_free(&w.arena);
    return s;
}
