/* layernorm.c - the gradients of layer normalisation. */
#include "lm/layernorm.h"
#include "gradient.h"

enum { ROWS = 67, WIDE = 131, MOST = 600 }; /* over a chunk of rows, and a task of columns */

typedef struct {
    lm_compute *on;
    size_t N, C;
    double eps;
    lm_real in[MOST], gain[MOST], bias[MOST], score[MOST];
} problem;

static double loss(void *context)
{
    const problem *p = context;
    lm_real out[MOST];
    double sum = 0;
    lm_layernorm_forward(p->on, out, NULL, NULL, p->in, p->gain, p->bias, p->eps, p->N, p->C);
    for (size_t i = 0; i < p->N * p->C; i++) sum += p->score[i] * out[i];
    return sum;
}

static void check(size_t N, size_t C, double eps)
{
    problem p = {compute_with(NULL), N, C, eps, {0}, {0}, {0}, {0}};
    lm_real out[MOST], mean[MOST], rstd[MOST];
    lm_real d_in[MOST] = {0}, d_gain[MOST] = {0}, d_bias[MOST] = {0};
    fill(p.in, N * C);
    fill(p.gain, C);
    fill(p.bias, C);
    fill(p.score, N * C);
    lm_layernorm_forward(p.on, out, mean, rstd, p.in, p.gain, p.bias, eps, N, C);
    lm_layernorm_backward(p.on, d_in, d_gain, d_bias, p.score, p.in, p.gain, mean, rstd, N, C);
    const tensor all[] = {
        {"in", p.in, d_in, N * C}, {"gain", p.gain, d_gain, C}, {"bias", p.bias, d_bias, C}};
    check_gradients(all, COUNT(all), loss, &p);
    lm_compute_free(p.on);
}

TEST(layernorm_gradient)
{
    check(5, 7, 1e-5);
    check(1, 16, 1e-5);
    check(3, 33, 1e-12);
    check(4, WIDE, 1e-5);
    check(ROWS, 5, 1e-5);
    check(3, 1, 1e-5);
    check(1, 1, 1e-3);
    check(2, 2, 0.1);
}
