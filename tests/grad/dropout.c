/* dropout.c - the gradient of dropout. */
#include "lm/dropout.h"
#include "gradient.h"

enum { N = 203 };

typedef struct {
    lm_compute *on;
    lm_dropout drop;
    size_t n;
    lm_real in[N], score[N];
} problem;

static double loss(void *context)
{
    const problem *p = context;
    lm_real out[N];
    double sum = 0;
    lm_dropout_forward(p->on, out, p->in, &p->drop, p->n);
    for (size_t i = 0; i < p->n; i++) sum += p->score[i] * out[i];
    return sum;
}

static void check(double rate, uint64_t first, size_t n)
{
    problem p = {.on = compute_with(NULL),
                 .drop = {.p = rate, .seed = 5, .step = 3, .site = 2, .first = first},
                 .n = n};
    lm_real d_in[N] = {0};
    fill(p.in, n);
    fill(p.score, n);
    lm_dropout_backward(p.on, d_in, p.score, &p.drop, n);
    const tensor all[] = {{"in", p.in, d_in, n}};
    check_gradients(all, 1, loss, &p);
    lm_compute_free(p.on);
}

TEST(dropout_gradient)
{
    check(0, 0, N);
    check(0.5, 0, N);
    check(0.1, 3, N);
    check(0.9, 61, 1);
}
