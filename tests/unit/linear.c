/* linear.c - tests of the linear layer: the same bits by any threads, row by row; what is not
 * wanted. */
#include "lm/linear.h"
#include "arrays.h"

enum { N = 137, I = 67, O = 301 };

typedef struct {
    lm_real *in, *weight, *bias, *d_out;
} given;

typedef struct {
    lm_real *out, *sum, *d_sum, *d_in, *d_weight, *d_bias;
} results;

static given draw(void)
{
    return (given){drawn(N * I), drawn(I * O), drawn(O), drawn(N * O)};
}

static results run(lm_compute *on, const given *g, lm_layout layout)
{
    const results r = {zeros(N * O), zeros(N * O), zeros(N * O),
                       zeros(N * I), zeros(I * O), zeros(O)};
    lm_linear_forward(on, r.out, g->in, g->weight, g->bias, layout, LM_ACT_TANH, N, I, O);
    lm_linear_forward(on, r.sum, g->in, g->weight, g->bias, layout, LM_ACT_NONE, N, I, O);
    lm_activation_forward(on, r.sum, r.sum, LM_ACT_TANH, N * O);
    lm_activation_backward(on, r.d_sum, g->d_out, LM_ACT_TANH, NULL, r.out, N * O);
    lm_linear_backward(on, r.d_in, r.d_weight, r.d_bias, r.d_sum, g->in, g->weight, layout, N, I,
                       O);
    return r;
}

static void check_same(const results *a, const results *b)
{
    CHECK_SAME(a->out, b->out, N * O);
    CHECK_SAME(a->sum, b->sum, N * O);
    CHECK_SAME(a->d_sum, b->d_sum, N * O);
    CHECK_SAME(a->d_in, b->d_in, N * I);
    CHECK_SAME(a->d_weight, b->d_weight, I * O);
    CHECK_SAME(a->d_bias, b->d_bias, O);
}

TEST(linear_by_any_threads)
{
    const given g = draw();
    for (int layout = 0; layout < 2; layout++) {
        lm_compute *one = with_threads(1);
        const results first = run(one, &g, (lm_layout)layout);
        CHECK_SAME(first.sum, first.out, N * O); /* fused or not */
        for (size_t threads = 2; threads <= 3; threads++) {
            lm_compute *on = with_threads(threads);
            const results r = run(on, &g, (lm_layout)layout);
            check_same(&r, &first);
            without_threads(on);
        }
        without_threads(one);
    }
}

TEST(linear_row_by_row)
{
    const given g = draw();
    lm_compute *on = with_threads(2);
    for (int layout = 0; layout < 2; layout++) {
        const results whole = run(on, &g, (lm_layout)layout);
        for (size_t n = 0; n < N; n += 5) {
            lm_real *out = zeros(O), *d_in = zeros(I);
            lm_linear_forward(on, out, g.in + n * I, g.weight, g.bias, (lm_layout)layout,
                              LM_ACT_TANH, 1, I, O);
            CHECK_SAME(out, whole.out + n * O, O);
            lm_linear_backward(on, d_in, NULL, NULL, whole.d_sum + n * O, g.in, g.weight,
                               (lm_layout)layout, 1, I, O);
            CHECK_SAME(d_in, whole.d_in + n * I, I);
        }
    }
    without_threads(on);
}

TEST(linear_sums)
{
    const given g = draw();
    lm_compute *on = with_threads(1);
    const results r = run(on, &g, LM_OUT_MAJOR);
    double *out = doubles(N * O), *d_bias = doubles(O);
    for (size_t n = 0; n < N; n++)
        for (size_t o = 0; o < O; o++) {
            double sum = (double)g.bias[o];
            for (size_t i = 0; i < I; i++)
                sum += (double)g.in[n * I + i] * (double)g.weight[o * I + i];
            out[n * O + o] = tanh(sum);
            d_bias[o] += (double)r.d_sum[n * O + o];
        }
    CHECK_CLOSE(r.out, out, N * O, 1e-5);
    CHECK_CLOSE(r.d_bias, d_bias, O, 1e-5);
    without_threads(on);
}

/* Without a bias: as with one of zeros.  Gradients that are not wanted change no other. */
TEST(linear_without)
{
    given g = draw();
    lm_compute *on = with_threads(2);
    memset(g.bias, 0, O * sizeof *g.bias);
    const results all = run(on, &g, LM_IN_MAJOR);
    lm_real *out = zeros(N * O), *d_in = zeros(N * I), *d_weight = zeros(I * O), *d_bias = zeros(O);
    lm_linear_forward(on, out, g.in, g.weight, NULL, LM_IN_MAJOR, LM_ACT_TANH, N, I, O);
    CHECK_SAME(out, all.out, N * O);
    lm_linear_backward(on, NULL, NULL, d_bias, all.d_sum, g.in, g.weight, LM_IN_MAJOR, N, I, O);
    lm_linear_backward(on, NULL, d_weight, NULL, all.d_sum, g.in, g.weight, LM_IN_MAJOR, N, I, O);
    lm_linear_backward(on, d_in, NULL, NULL, all.d_sum, g.in, g.weight, LM_IN_MAJOR, N, I, O);
    CHECK_SAME(d_in, all.d_in, N * I);
    CHECK_SAME(d_weight, all.d_weight, I * O);
    CHECK_SAME(d_bias, all.d_bias, O);
    without_threads(on);
}

/* Gradients are added to what is there. */
TEST(linear_accumulates)
{
    const given g = draw();
    lm_compute *on = with_threads(1);
    const results once = run(on, &g, LM_OUT_MAJOR);
    lm_real *d_bias = zeros(O), *d_in = zeros(N * I), *d_weight = zeros(I * O);
    for (int i = 0; i < 2; i++)
        lm_linear_backward(on, d_in, d_weight, d_bias, once.d_sum, g.in, g.weight, LM_OUT_MAJOR, N,
                           I, O);
    for (size_t i = 0; i < O; i++) CHECK_NEAR(d_bias[i], 2 * once.d_bias[i], 1e-4);
    for (size_t i = 0; i < N * I; i++) CHECK_NEAR(d_in[i], 2 * once.d_in[i], 1e-4);
    for (size_t i = 0; i < I * O; i++) CHECK_NEAR(d_weight[i], 2 * once.d_weight[i], 1e-4);
    without_threads(on);
}
