/* attention.c - the same bits of attention whatever is computed beside it. */
#include "lm/attention.h"
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "lm/pattern.h"
#include "test.h"

enum { T = 200, H = 3, D = 20, C = H * D, B = 3, ROW = 3 * C };

static const char *const patterns[] = {"dense",    "local:70", "band:3",   "atrous:3",
                                       "sparse:6", "block:65", "column:4", "fixed:8:3"};

typedef struct {
    lm_real qkv[B][T * ROW], d_out[B][T * C];
    lm_real out[B][T * C], lse[B * T * H], d_qkv[B][T * ROW];
} arrays;

static lm_pattern parse(const char *text)
{
    static lm_err e;
    lm_pattern list[LM_PATTERNS_MAX];
    size_t count;
    CHECK_OK(lm_patterns_parse(text, list, &count, &e), &e);
    return list[0];
}

static lm_attention shape_of(const char *pattern, double dropout)
{
    return (lm_attention){.heads = H,
                          .dim = D,
                          .q_stride = ROW,
                          .kv_stride = ROW,
                          .out_stride = C,
                          .pattern = parse(pattern),
                          .causal = true,
                          .drop = {.p = dropout, .seed = 5, .step = 1, .site = 2},
                          .longest = T};
}

static lm_sequence sequence_of(arrays *x, int b, size_t queries, size_t keys)
{
    lm_real *qkv = x->qkv[b];
    return (lm_sequence){.q = qkv + (keys - queries) * ROW,
                         .k = qkv + C,
                         .v = qkv + 2 * C,
                         .out = x->out[b] + (keys - queries) * C,
                         .queries = queries,
                         .keys = keys};
}

static lm_compute *compute_with(size_t threads, lm_pool **pool)
{
    static lm_err e;
    lm_compute *on;
    CHECK_OK(lm_pool_new(pool, threads, &e), &e);
    CHECK_OK(lm_compute_new(&on, *pool, false, &e), &e);
    return on;
}

/* Forward and backward of the whole batch. */
static void run(arrays *x, const char *pattern, double dropout, size_t threads)
{
    lm_pool *pool;
    lm_compute *on = compute_with(threads, &pool);
    const lm_attention a = shape_of(pattern, dropout);
    lm_real *room = calloc(lm_attention_room(pool, T), sizeof *room);
    lm_sequence s[B];
    lm_sequence_gradients d[B];
    CHECK(room);
    for (int b = 0; b < B; b++) {
        s[b] = sequence_of(x, b, T - (size_t)b * 30, T - (size_t)b * 30);
        d[b] =
            (lm_sequence_gradients){x->d_qkv[b], x->d_qkv[b] + C, x->d_qkv[b] + 2 * C, x->d_out[b]};
    }
    memset(x->d_qkv, 0, sizeof x->d_qkv);
    lm_attention_forward(on, &a, s, B, x->lse, room);
    lm_attention_backward(on, &a, s, d, B, x->lse, room);
    free(room);
    lm_compute_free(on);
    lm_pool_free(pool);
}

static void fill(lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (lm_real)below(2001) / 1000 - 1;
}

static arrays *make(void)
{
    arrays *x = calloc(1, sizeof *x);
    CHECK(x);
    fill(x->qkv[0], sizeof x->qkv / sizeof(lm_real));
    fill(x->d_out[0], sizeof x->d_out / sizeof(lm_real));
    return x;
}

TEST(attention_threads)
{
    arrays *x = make(), *y = make();
    memcpy(y, x, sizeof *x);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        run(x, patterns[i], i % 2 ? 0.2 : 0, 1);
        for (size_t threads = 2; threads < 4; threads++) {
            run(y, patterns[i], i % 2 ? 0.2 : 0, threads);
            CHECK_INT(memcmp(x->out, y->out, sizeof x->out), 0);
            CHECK_INT(memcmp(x->lse, y->lse, sizeof x->lse), 0);
            CHECK_INT(memcmp(x->d_qkv, y->d_qkv, sizeof x->d_qkv), 0);
        }
    }
    free(x);
    free(y);
}

/* A query computed last, with the keys before it as they were, is what it is in the whole. */
TEST(attention_cached)
{
    arrays *x = make(), *y = make();
    static const size_t keys[] = {1, 2, 63, 64, 65, 128, 129, 170}, queries[] = {1, 7, 63, 130};
    lm_pool *pool;
    lm_compute *on = compute_with(1, &pool);
    lm_real *room = calloc(lm_attention_room(NULL, T), sizeof *room), lse[T * H];
    CHECK(room);
    memcpy(y, x, sizeof *x);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const lm_attention a = shape_of(patterns[i], 0);
        run(x, patterns[i], 0, 1);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
                if (queries[q] > keys[k]) continue;
                const lm_sequence s = sequence_of(y, 1, queries[q], keys[k]);
                lm_attention_forward(on, &a, &s, 1, lse, room);
                const size_t at = (keys[k] - queries[q]) * C, n = queries[q] * C;
                CHECK_INT(memcmp(y->out[1] + at, x->out[1] + at, n * sizeof(lm_real)), 0);
            }
    }
    free(room);
    lm_compute_free(on);
    lm_pool_free(pool);
    free(x);
    free(y);
}

/* The map of a head times the values is what the head gives. */
TEST(attention_map)
{
    arrays *x = make();
    lm_pool *pool;
    lm_compute *on = compute_with(1, &pool);
    static lm_real p[T * T];
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const lm_attention a = shape_of(patterns[i], 0);
        const lm_sequence s = sequence_of(x, 0, T, T);
        run(x, patterns[i], 0, 1);
        lm_attention_map(on, &a, &s, 1, p);
        for (size_t r = 0; r < T; r += 7)
            for (size_t d = 0; d < D; d++) {
                double sum = 0;
                for (size_t j = 0; j < T; j++)
                    sum += (double)(p[r * T + j] * x->qkv[0][j * ROW + 2 * C + D + d]);
                CHECK_NEAR((double)x->out[0][r * C + D + d], sum, 1e-5);
            }
    }
    lm_compute_free(on);
    lm_pool_free(pool);
    free(x);
}
