/* activation.c - derivatives of the functions between layers by central differences. */
#include "lm/activation.h"
#include "lm/random.h"
#include "test.h"

enum { LONGEST = 67 };

static void value(lm_activation f, double *y, const double *x, double move, size_t n)
{
    double moved[LONGEST];
    for (size_t i = 0; i < n; i++) moved[i] = x[i] + move;
    lm_activate(f, y, moved, n);
}

/* x in (-8, 8), but for relu not where the difference would meet the bend at 0. */
static double draw(lm_activation f, size_t n, size_t i, double step)
{
    const lm_random_block block = lm_random_at(9, LM_RANDOM_TEST, (uint32_t)n, i);
    const double x = 16 * lm_random_real(block) - 8;
    return f == LM_ACT_RELU && fabs(x) < 2 * step ? 1 : x;
}

static void check(lm_activation f, size_t n)
{
    const double step = 1e-4; /* the error of a difference is of its square */
    double x[LONGEST] = {0}, y[LONGEST], dy[LONGEST], dx[LONGEST], before[LONGEST], up[LONGEST],
           down[LONGEST], largest = 0, error = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = draw(f, n, i, step);
        dy[i] = lm_random_real(lm_random_at(10, LM_RANDOM_TEST, (uint32_t)n, i)) + 0.5;
        dx[i] = before[i] = (double)i;
    }
    lm_activate(f, y, x, n);
    value(f, up, x, step, n);
    value(f, down, x, -step, n);
    lm_activate_backward(f, dx, dy, x, y, n);
    for (size_t i = 0; i < n; i++) {
        const double expected = dy[i] * (up[i] - down[i]) / (2 * step);
        largest = fmax(largest, fabs(expected));
        error = fmax(error, fabs(dx[i] - before[i] - expected));
    }
    CHECK_NEAR(error, 0, 1e-6 * fmax(largest, 1e-3));
}

TEST(activation_gradients)
{
    for (int f = LM_ACT_NONE; f <= LM_ACT_GELU_ERF; f++)
        for (size_t n = 1; n <= LONGEST; n += n < 5 ? 1 : 31) check((lm_activation)f, n);
}
