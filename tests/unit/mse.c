/* mse.c - tests of the mean squared error. */
#include "lm/mse.h"
#include "arrays.h"

TEST(mse)
{
    const size_t sizes[] = {1, 2, 63, 64, 65, 100003};
    lm_compute *one = with_threads(1);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t n = sizes[s];
        lm_real *a = drawn(n), *b = drawn(n), *first = zeros(n), *d_a = drawn(n), *d_b = zeros(n);
        double sum = 0;
        for (size_t i = 0; i < n; i++) sum += pow((double)a[i] - (double)b[i], 2);
        CHECK_NEAR(lm_mse_forward(one, a, b, n), sum / (double)n, 1e-12);
        lm_mse_backward(one, first, NULL, 3, a, b, n);
        for (size_t threads = 2; threads <= 3; threads++) {
            lm_compute *on = with_threads(threads);
            CHECK(lm_mse_forward(on, a, b, n) == lm_mse_forward(one, a, b, n));
            memset(d_a, 0, n * sizeof *d_a);
            memset(d_b, 0, n * sizeof *d_b);
            lm_mse_backward(on, d_a, d_b, 3, a, b, n);
            CHECK_SAME(d_a, first, n);
            for (size_t i = 0; i < n; i++) CHECK(d_b[i] == -d_a[i]);
            without_threads(on);
        }
    }
    without_threads(one);
}
