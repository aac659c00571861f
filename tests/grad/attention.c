/* attention.c - attention against its definition, and its gradients, for every pattern. */
#include "lm/attention.h"
#include <stdio.h>
#include "gradient.h"
#include "lm/pattern.h"

enum { WIDE = 140 * 3 * 12, LONG = 140, SEQUENCES = 2 };

/* Sequences of T positions, H heads of D; q, k, v are columns of one (T, 3 H D). */
typedef struct {
    lm_compute *on;
    lm_attention shape;
    size_t T, C;
    lm_real qkv[SEQUENCES][WIDE], out[SEQUENCES][WIDE], score[SEQUENCES][WIDE];
    lm_real lse[SEQUENCES * WIDE], *room;
} problem;

static void sequences_of(problem *p, lm_sequence s[SEQUENCES])
{
    for (int n = 0; n < SEQUENCES; n++)
        s[n] = (lm_sequence){.q = p->qkv[n],
                             .k = p->qkv[n] + p->C,
                             .v = p->qkv[n] + 2 * p->C,
                             .out = p->out[n],
                             .queries = p->T - (size_t)n, /* one is shorter */
                             .keys = p->T - (size_t)n};
}

static void forward(problem *p)
{
    lm_sequence s[SEQUENCES];
    sequences_of(p, s);
    lm_attention_forward(p->on, &p->shape, s, SEQUENCES, p->lse, p->room);
}

static double loss(void *context)
{
    problem *p = context;
    double sum = 0;
    forward(p);
    for (size_t n = 0; n < SEQUENCES; n++)
        for (size_t i = 0; i < (p->T - n) * p->C; i++) sum += p->score[n][i] * p->out[n][i];
    return sum;
}

/* out of one query, by the definition. */
static void define(const problem *p, size_t n, size_t h, size_t i, double *out)
{
    const size_t D = p->shape.dim, T = p->T - n;
    const lm_real *q = p->qkv[n] + i * 3 * p->C + h * D;
    double sum = 0;
    memset(out, 0, D * sizeof *out);
    for (size_t j = 0; j < T; j++) {
        const lm_real *k = p->qkv[n] + j * 3 * p->C + p->C + h * D, *v = k + p->C;
        double logit = 0;
        if (!lm_pattern_allows(p->shape.pattern, p->shape.causal, i, j)) continue;
        for (size_t d = 0; d < D; d++) logit += q[d] * k[d] / sqrt((double)D);
        sum += exp(logit);
        for (size_t d = 0; d < D; d++) out[d] += exp(logit) * v[d];
    }
    for (size_t d = 0; d < D && sum > 0; d++) out[d] /= sum;
}

static void check_definition(problem *p)
{
    double expected[16];
    forward(p);
    for (size_t n = 0; n < SEQUENCES; n++)
        for (size_t i = 0; i < p->T - n; i++)
            for (size_t h = 0; h < p->shape.heads; h++) {
                define(p, n, h, i, expected);
                for (size_t d = 0; d < p->shape.dim; d++)
                    CHECK_NEAR(p->out[n][i * p->C + h * p->shape.dim + d], expected[d], 1e-12);
            }
}

static void check_backward(problem *p)
{
    static lm_real d_qkv[SEQUENCES][WIDE];
    lm_sequence s[SEQUENCES];
    lm_sequence_gradients d[SEQUENCES];
    tensor all[SEQUENCES];
    memset(d_qkv, 0, sizeof d_qkv);
    sequences_of(p, s);
    for (int n = 0; n < SEQUENCES; n++) {
        d[n] = (lm_sequence_gradients){d_qkv[n], d_qkv[n] + p->C, d_qkv[n] + 2 * p->C, p->score[n]};
        all[n] = (tensor){"qkv", p->qkv[n], d_qkv[n], (p->T - (size_t)n) * 3 * p->C};
    }
    lm_attention_backward(p->on, &p->shape, s, d, SEQUENCES, p->lse, p->room);
    check_gradients(all, SEQUENCES, loss, p);
}

static void check(const char *pattern, bool causal, size_t T, size_t H, size_t D, double dropout)
{
    static problem p;
    static lm_err e;
    lm_pattern list[LM_PATTERNS_MAX];
    size_t count;
    memset(&p, 0, sizeof p);
    CHECK_OK(lm_patterns_parse(pattern, list, &count, &e), &e);
    p.on = compute_with(NULL);
    p.T = T;
    p.C = H * D;
    p.shape = (lm_attention){.heads = H,
                             .dim = D,
                             .q_stride = 3 * p.C,
                             .kv_stride = 3 * p.C,
                             .out_stride = p.C,
                             .pattern = list[0],
                             .causal = causal,
                             .drop = {.p = dropout, .seed = 1, .step = 2, .site = 3},
                             .first = 2,
                             .longest = T};
    p.room = calloc(lm_attention_room(NULL, T), sizeof *p.room);
    CHECK(p.room);
    for (int n = 0; n < SEQUENCES; n++) {
        fill(p.qkv[n], WIDE);
        fill(p.score[n], WIDE);
    }
    if (dropout == 0) check_definition(&p);
    forward(&p);
    check_backward(&p);
    free(p.room);
    lm_compute_free(p.on);
}

static const char *const patterns[] = {
    "dense",      "local:0",  "local:3",   "local:70",   "band:1",  "band:5",   "atrous:1",
    "atrous:3",   "sparse:1", "sparse:3",  "sparse:10",  "block:4", "block:65", "column:3",
    "column:4:2", "fixed:3",  "fixed:8:3", "column:1:1", "fixed:1"};

TEST(attention_gradient)
{
    for (size_t i = 0; i < COUNT(patterns); i++)
        for (int causal = 0; causal < 2; causal++) {
            check(patterns[i], causal, 13, 2, 4, 0);
            check(patterns[i], causal, LONG, 3, 3, 0);
            check(patterns[i], causal, 2, 1, 1, 0);
        }
}

TEST(attention_gradient_with_dropout)
{
    for (size_t i = 0; i < COUNT(patterns); i++) {
        check(patterns[i], true, 70, 2, 4, 0.3);
        check(patterns[i], false, 21, 1, 5, 0.3);
    }
}
