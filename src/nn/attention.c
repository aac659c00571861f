/* attention.c - scaled dot-product attention of several heads, exact, in tiles. */
#include "lm/attention.h"
#include <math.h>
#include <string.h>
#include "lm/gemm.h"
#include "lm/vector.h"
#include "passes.h"

enum {
    ROWS = 64, /* of a tile */
    KEYS = 64,
    CHUNK = 256, /* queries of a task, where their passes have rows side by side */
    TILE = ROWS * KEYS
};

#define NOTHING ((lm_real)-HUGE_VAL)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t parts(size_t whole, size_t part)
{
    return (whole + part - 1) / part;
}

static size_t room_of_thread(size_t queries)
{
    return 2 * TILE + parts(queries, 16) * 16;
}

size_t lm_attention_room(const lm_pool *pool, size_t queries)
{
    return lm_pool_threads(pool) * room_of_thread(queries);
}

/* ---- the queries of one head that one thread works on ---- */

typedef struct {
    const lm_compute *on;
    size_t thread;
    const lm_attention *a;
    const lm_sequence *s;
    const lm_sequence_gradients *d; /* NULL: forward */
    size_t index, head;             /* of the sequence; */
    size_t begin, end;              /* positions of the queries */
    lm_real *lse;                   /* (queries) of this head; forward: the largest logits */
    const lm_real *saved;           /* the same; backward */
    lm_real *tile, *d_tile;         /* (ROWS, KEYS) */
    lm_real *row_sum;               /* (queries): of exp; backward: of d_out out */
} work;

/* One tile: rows at positions i, i + pass.row_step, ...; columns y .. y+n-1 of the pass. */
typedef struct {
    const lm_pass *pass;
    size_t i, m, y, n;
} tile;

static size_t first_position(const work *w)
{
    return w->s->keys - w->s->queries;
}

/* Where the row of the query at position i begins, in elements. */
static size_t query_at(const work *w, size_t stride, size_t i)
{
    return (i - first_position(w)) * stride + w->head * w->a->dim;
}

static size_t key_at(const work *w, const tile *t)
{
    const size_t j = t->pass->first_key + t->y * t->pass->key_step;
    return j * w->a->kv_stride + w->head * (w->a->kv_head ? w->a->kv_head : w->a->dim);
}

static lm_real *out_of(const work *w, size_t i)
{
    return w->s->out + query_at(w, w->a->out_stride, i);
}

/* c (m, n) = rows (m, D), from the query at t->i on, times the tile's keys (n, D)' */
static void rows_by_keys(const work *w, const tile *t, lm_real *c, const lm_real *rows,
                         size_t stride, const lm_real *keys)
{
    lm_gemm_alone(w->on, w->thread,
                  &(lm_product){.m = t->m,
                                .n = t->n,
                                .k = w->a->dim,
                                .a = rows + query_at(w, stride, t->i),
                                .lda = stride * t->pass->row_step,
                                .b = keys + key_at(w, t),
                                .ldb = w->a->kv_stride * t->pass->key_step,
                                .tb = true,
                                .c = c,
                                .ldc = KEYS});
}

/* to (m, D), rows of queries, += weights (m, n) times the tile's keys or values (n, D) */
static void add_to_rows(const work *w, const tile *t, lm_real *to, size_t stride,
                        const lm_real *weights, const lm_real *keys)
{
    lm_gemm_alone(w->on, w->thread,
                  &(lm_product){.m = t->m,
                                .n = w->a->dim,
                                .k = t->n,
                                .a = weights,
                                .lda = KEYS,
                                .b = keys + key_at(w, t),
                                .ldb = w->a->kv_stride * t->pass->key_step,
                                .c = to + query_at(w, stride, t->i),
                                .ldc = stride * t->pass->row_step,
                                .accumulate = true});
}

/* to (n, D), of keys or values, += weights (m, n)' times rows of queries (m, D) */
static void add_to_keys(const work *w, const tile *t, lm_real *to, const lm_real *weights,
                        const lm_real *rows, size_t stride)
{
    lm_gemm_alone(w->on, w->thread,
                  &(lm_product){.m = t->n,
                                .n = w->a->dim,
                                .k = t->m,
                                .a = weights,
                                .lda = KEYS,
                                .ta = true,
                                .b = rows + query_at(w, stride, t->i),
                                .ldb = stride * t->pass->row_step,
                                .c = to + key_at(w, t),
                                .ldc = w->a->kv_stride * t->pass->key_step,
                                .accumulate = true});
}

/* Which of the tile's columns query i may look at: *from .. *to - 1; false: none. */
static bool columns_of(const work *w, const tile *t, size_t i, size_t *from, size_t *to)
{
    lm_pass_columns(t->pass, i, w->s->keys, from, to);
    *from = *from > t->y ? *from - t->y : 0;
    *to = *to > t->y ? smaller(*to - t->y, t->n) : 0;
    return *from < *to;
}

/* row (KEYS) of logits: scaled, -infinity where the query may not look. */
static void mask(const work *w, lm_real *row, size_t from, size_t to)
{
    lm_vec_scale(row, (lm_real)(1 / sqrt((double)w->a->dim)), row, to);
    for (size_t j = 0; j < from; j++) row[j] = NOTHING;
    for (size_t j = to; j < KEYS; j++) row[j] = NOTHING;
}

/* row (n) without what is dropped.  An element's place in the batch is told by its sequence, head,
 * query, lane and column. */
static void drop(const work *w, const tile *t, lm_real *row, size_t i)
{
    lm_dropout drop = w->a->drop;
    if (drop.p == 0) return;
    const size_t lanes = lm_pattern_lanes(w->a->pattern), T = w->a->longest;
    const size_t query = ((w->a->first + w->index) * w->a->heads + w->head) * T + i;
    drop.first = (query * lanes + t->pass->lane) * parts(T, KEYS) * KEYS + t->y;
    lm_dropout_forward(w->on, row, row, &drop, t->n);
}

/* Calls body for all tiles in which a query may look at a key, each query's in the same order. */
static void each_tile(work *w, void (*body)(work *w, const tile *t))
{
    const lm_pattern p = w->a->pattern;
    const size_t T = w->s->keys;
    for (size_t n = 0; n < lm_pattern_passes(p, w->a->causal, T); n++) {
        const lm_pass pass = lm_pattern_pass(p, w->a->causal, T, n);
        const size_t step = pass.row_step;
        size_t i = pass.first_row;
        if (i < w->begin) i += parts(w->begin - i, step) * step;
        for (; i < w->end; i += ROWS * step) {
            tile t = {.pass = &pass, .i = i, .m = smaller(ROWS, parts(w->end - i, step))};
            size_t first, end, unused;
            lm_pass_columns(&pass, i, T, &first, &unused);
            lm_pass_columns(&pass, i + (t.m - 1) * step, T, &unused, &end);
            for (t.y = first / KEYS * KEYS; t.y < end; t.y += KEYS) {
                t.n = smaller(KEYS, end - t.y);
                body(w, &t);
            }
        }
    }
}

/* ---- forward ---- */

static lm_real exp_of(lm_real x)
{
    lm_vec_exp(&x, &x, 1);
    return x;
}

/* row (KEYS): from logits to exp(logit - max), where max is the largest so far, to which all that
 * was summed up before is rescaled. */
static void take_row(work *w, const tile *t, lm_real *row, size_t i)
{
    const size_t r = i - first_position(w);
    size_t from, to;
    if (!columns_of(w, t, i, &from, &to)) {
        memset(row, 0, KEYS * sizeof *row);
        return;
    }
    mask(w, row, from, to);
    const lm_real before = w->lse[r], most = lm_vec_max(row, KEYS);
    const lm_real max = most > before || most != most ? most : before;
    if (max == NOTHING) { /* every logit is -infinity */
        memset(row, 0, KEYS * sizeof *row);
        return;
    }
    const lm_real rescale = before == NOTHING ? 0 : exp_of(before - max);
    w->row_sum[r] = w->row_sum[r] * rescale + lm_vec_exp_sub(row, row, max, KEYS);
    w->lse[r] = max;
    if (rescale != 1) lm_vec_scale(out_of(w, i), rescale, out_of(w, i), w->a->dim);
    drop(w, t, row, i);
}

static void forward_tile(work *w, const tile *t)
{
    rows_by_keys(w, t, w->tile, w->s->q, w->a->q_stride, w->s->k);
    for (size_t x = 0; x < t->m; x++)
        take_row(w, t, w->tile + x * KEYS, t->i + x * t->pass->row_step);
    add_to_rows(w, t, w->s->out, w->a->out_stride, w->tile, w->s->v);
}

/* While lse has the largest logits. */
static void forward_queries(work *w)
{
    const size_t first = first_position(w), D = w->a->dim;
    for (size_t i = w->begin; i < w->end; i++) {
        memset(out_of(w, i), 0, D * sizeof(lm_real));
        w->lse[i - first] = NOTHING;
        w->row_sum[i - first] = 0;
    }
    each_tile(w, forward_tile);
    for (size_t i = w->begin; i < w->end; i++) {
        lm_real sum = w->row_sum[i - first];
        if (sum == 0) continue; /* nothing to look at: zeros */
        lm_vec_scale(out_of(w, i), 1 / sum, out_of(w, i), D);
        lm_vec_log(&sum, &sum, 1);
        w->lse[i - first] += sum;
    }
}

/* ---- backward ---- */

static const lm_real *d_out_of(const work *w, size_t i)
{
    return w->d->d_out + query_at(w, w->a->out_stride, i);
}

/* From logits p (KEYS), and the gradients d (KEYS) of what came of dropping some of the
 * probabilities: p = these, d = the gradients of q k'. */
static void turn_row(work *w, const tile *t, lm_real *p, lm_real *d, size_t i)
{
    const size_t r = i - first_position(w);
    const lm_real scale = (lm_real)(1 / sqrt((double)w->a->dim)), mean = w->row_sum[r];
    size_t from, to;
    if (!columns_of(w, t, i, &from, &to) || w->saved[r] == NOTHING) {
        memset(p, 0, KEYS * sizeof *p);
        memset(d, 0, KEYS * sizeof *d);
        return;
    }
    mask(w, p, from, to);
    (void)lm_vec_exp_sub(p, p, w->saved[r], KEYS);
    drop(w, t, d, i);
    for (size_t j = 0; j < t->n; j++) d[j] = p[j] * (d[j] - mean) * scale;
    drop(w, t, p, i);
}

static void backward_tile(work *w, const tile *t)
{
    const lm_attention *a = w->a;
    rows_by_keys(w, t, w->tile, w->s->q, a->q_stride, w->s->k);
    rows_by_keys(w, t, w->d_tile, w->d->d_out, a->out_stride, w->s->v);
    for (size_t x = 0; x < t->m; x++)
        turn_row(w, t, w->tile + x * KEYS, w->d_tile + x * KEYS, t->i + x * t->pass->row_step);
    add_to_keys(w, t, w->d->d_v, w->tile, w->d->d_out, a->out_stride);
    add_to_rows(w, t, w->d->d_q, a->q_stride, w->d_tile, w->s->k);
    add_to_keys(w, t, w->d->d_k, w->d_tile, w->s->q, a->q_stride);
}

static void backward_queries(work *w)
{
    for (size_t i = w->begin; i < w->end; i++)
        w->row_sum[i - w->begin] = lm_vec_dot(d_out_of(w, i), out_of(w, i), w->a->dim);
    each_tile(w, backward_tile);
}

/* ---- all heads ---- */

typedef struct {
    const lm_compute *on;
    const lm_attention *a;
    const lm_sequence *s;
    const lm_sequence_gradients *d; /* NULL: forward */
    lm_real *lse;                   /* forward */
    const lm_real *saved;           /* backward */
    lm_real *room;
    size_t longest; /* queries */
    size_t chunk, chunks;
} job;

static void do_task(void *context, size_t thread, size_t i)
{
    const job *j = context;
    const size_t chunk = i % j->chunks, head = i / j->chunks % j->a->heads;
    const size_t index = i / j->chunks / j->a->heads;
    const lm_sequence *s = &j->s[index];
    lm_real *room = j->room + thread * room_of_thread(j->longest);
    size_t before = head * s->queries;
    for (size_t n = 0; n < index; n++) before += j->a->heads * j->s[n].queries;
    work w = {.on = j->on,
              .thread = thread,
              .a = j->a,
              .s = s,
              .d = j->d ? &j->d[index] : NULL,
              .index = index,
              .head = head,
              .lse = j->d ? NULL : j->lse + before,
              .saved = j->d ? j->saved + before : NULL,
              .tile = room,
              .d_tile = room + TILE,
              .row_sum = room + 2 * TILE};
    if (chunk * j->chunk >= s->queries) return;
    w.begin = s->keys - s->queries + chunk * j->chunk;
    w.end = smaller(w.begin + j->chunk, s->keys);
    if (w.d)
        backward_queries(&w);
    else
        forward_queries(&w);
}

static void do_all(job *j, size_t count)
{
    const bool side_by_side = j->a->pattern.kind != LM_ATROUS && j->a->pattern.kind != LM_SPARSE;
    for (size_t n = 0; n < count; n++)
        if (j->s[n].queries > j->longest) j->longest = j->s[n].queries;
    if (j->longest == 0) return;
    /* Keys and values get their gradients from all queries, in one order. */
    j->chunk = side_by_side && !j->d ? CHUNK : j->longest;
    j->chunks = parts(j->longest, j->chunk);
    lm_compute_each(j->on, count * j->a->heads * j->chunks, do_task, j);
}

void lm_attention_forward(const lm_compute *on, const lm_attention *shape, const lm_sequence *s,
                          size_t count, lm_real *lse, lm_real *room)
{
    job j = {.on = on, .a = shape, .s = s, .lse = lse, .room = room};
    do_all(&j, count);
}

void lm_attention_backward(const lm_compute *on, const lm_attention *shape, const lm_sequence *s,
                           const lm_sequence_gradients *d, size_t count, const lm_real *lse,
                           lm_real *room)
{
    job j = {.on = on, .a = shape, .s = s, .d = d, .saved = lse, .room = room};
    do_all(&j, count);
}

/* ---- one head, to look at ---- */

void lm_attention_map(const lm_compute *on, const lm_attention *shape, const lm_sequence *s,
                      size_t head, lm_real *p)
{
    const size_t at = head * shape->dim, first = s->keys - s->queries;
    const lm_real scale = (lm_real)(1 / sqrt((double)shape->dim));
    lm_gemm(on, &(lm_product){.m = s->queries,
                              .n = s->keys,
                              .k = shape->dim,
                              .a = s->q + at,
                              .lda = shape->q_stride,
                              .b = s->k + at,
                              .ldb = shape->kv_stride,
                              .tb = true,
                              .c = p,
                              .ldc = s->keys});
    for (size_t r = 0; r < s->queries; r++, p += s->keys) {
        bool any = false;
        for (size_t j = 0; j < s->keys; j++) {
            const bool allowed = lm_pattern_allows(shape->pattern, shape->causal, first + r, j);
            p[j] = allowed ? p[j] * scale : NOTHING;
            any = any || allowed;
        }
        if (any)
            lm_vec_softmax(p, p, s->keys);
        else
            memset(p, 0, s->keys * sizeof *p);
    }
}
