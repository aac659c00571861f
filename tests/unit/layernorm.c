/* layernorm.c - tests of layer normalisation: sums, the same bits by any threads and row by row. */
#include "lm/layernorm.h"
#include "arrays.h"

enum { N = 203, C = 277 };

typedef struct {
    lm_real *in, *gain, *bias, *d_out;
} given;

typedef struct {
    lm_real *out, *mean, *rstd, *d_in, *d_gain, *d_bias;
} results;

static given draw(void)
{
    return (given){drawn(N * C), drawn(C), drawn(C), drawn(N * C)};
}

static results run(lm_compute *on, const given *g)
{
    const results r = {zeros(N * C), zeros(N), zeros(N), zeros(N * C), zeros(C), zeros(C)};
    lm_layernorm_forward(on, r.out, r.mean, r.rstd, g->in, g->gain, g->bias, 1e-5, N, C);
    lm_layernorm_backward(on, r.d_in, r.d_gain, r.d_bias, g->d_out, g->in, g->gain, r.mean, r.rstd,
                          N, C);
    return r;
}

TEST(layernorm_by_any_threads)
{
    const given g = draw();
    lm_compute *one = with_threads(1);
    const results first = run(one, &g);
    for (size_t threads = 2; threads <= 3; threads++) {
        lm_compute *on = with_threads(threads);
        const results r = run(on, &g);
        CHECK_SAME(r.out, first.out, N * C);
        CHECK_SAME(r.mean, first.mean, N);
        CHECK_SAME(r.rstd, first.rstd, N);
        CHECK_SAME(r.d_in, first.d_in, N * C);
        CHECK_SAME(r.d_gain, first.d_gain, C);
        CHECK_SAME(r.d_bias, first.d_bias, C);
        without_threads(on);
    }
    without_threads(one);
}

TEST(layernorm_row_by_row_and_in_place)
{
    const given g = draw();
    lm_compute *on = with_threads(2);
    const results whole = run(on, &g);
    for (size_t n = 0; n < N; n += 7) {
        lm_real *x = copied(g.in + n * C, C), *d_in = zeros(C);
        lm_layernorm_forward(on, x, NULL, NULL, x, g.gain, g.bias, 1e-5, 1, C);
        CHECK_SAME(x, whole.out + n * C, C);
        lm_layernorm_backward(on, d_in, NULL, NULL, g.d_out + n * C, g.in + n * C, g.gain,
                              whole.mean + n, whole.rstd + n, 1, C);
        CHECK_SAME(d_in, whole.d_in + n * C, C);
    }
    without_threads(on);
}

/* Rows a hundred times as far from 0 as they vary: the mean must go before anything is squared. */
TEST(layernorm_far_from_zero)
{
    const size_t sizes[] = {1, 2, 15, 16, 17, C};
    lm_compute *on = with_threads(1);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t n = sizes[s];
        const given g = draw();
        lm_real *out = zeros(n), mean, rstd;
        double *expected = doubles(n), sum = 0, square = 0;
        for (size_t i = 0; i < n; i++) g.in[i] += 100;
        for (size_t i = 0; i < n; i++) sum += (double)g.in[i] / (double)n;
        for (size_t i = 0; i < n; i++)
            square += ((double)g.in[i] - sum) * ((double)g.in[i] - sum) / (double)n;
        for (size_t i = 0; i < n; i++)
            expected[i] = ((double)g.in[i] - sum) / sqrt(square + 1e-5) * (double)g.gain[i] +
                          (double)g.bias[i];
        lm_layernorm_forward(on, out, &mean, &rstd, g.in, g.gain, g.bias, 1e-5, 1, n);
        CHECK_NEAR(mean, sum, 1e-3);
        CHECK_NEAR((double)rstd * sqrt(square + 1e-5), 1, 1e-5);
        CHECK_CLOSE(out, expected, n, 1e-3);
    }
    without_threads(on);
}

/* Rows all alike: their variance is 0. */
TEST(layernorm_of_constants)
{
    lm_compute *on = with_threads(1);
    const given g = draw();
    lm_real *out = zeros(C);
    for (size_t i = 0; i < C; i++) g.in[i] = 0.25f;
    lm_layernorm_forward(on, out, NULL, NULL, g.in, g.gain, g.bias, 1e-12, 1, C);
    CHECK_SAME(out, g.bias, C);
    without_threads(on);
}
