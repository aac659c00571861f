/* activation.c - the functions between layers and their derivatives against formulas in double. */
#include "lm/activation.h"
#include <float.h>
#include "lm/random.h"
#include "lm/scalar.h"
#include "test.h"

static double sigmoid(double x)
{
    return 1 / (1 + lm_exp(-x));
}

static const double a = 0.044715, c = 0.7978845608028654; /* sqrt(2 / pi) */

static double gelu_tanh(double x)
{
    return 0.5 * x * (1 + lm_tanh(c * (x + a * x * x * x)));
}

static double gelu_tanh_slope(double x)
{
    const double t = lm_tanh(c * (x + a * x * x * x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * a * x * x);
}

static double gelu_erf(double x)
{
    return 0.5 * x * lm_erfc(-x * sqrt(0.5));
}

static double gelu_erf_slope(double x)
{
    return 0.5 * lm_erfc(-x * sqrt(0.5)) + x * c / 2 * lm_exp(-x * x / 2);
}

static float value(lm_activation f, float x)
{
    float y;
    lm_activate(f, &y, &x, 1);
    return y;
}

static float slope(lm_activation f, float x)
{
    const float y = value(f, x), one = 1;
    float dx = 0;
    lm_activate_backward(f, &dx, &one, &x, &y, 1);
    return dx;
}

static double ulp(double x)
{
    int exponent;
    frexp(x, &exponent);
    return ldexp(1, (exponent < FLT_MIN_EXP ? FLT_MIN_EXP : exponent) - FLT_MANT_DIG);
}

static double draw(uint32_t step, uint64_t i, double from, double to)
{
    return from + (to - from) * lm_random_real(lm_random_at(8, LM_RANDOM_TEST, step, i));
}

enum { POINTS = 100000 };

/* The bounds of activation.h. */
TEST(activation_gelu_error)
{
    for (uint64_t i = 0; i < POINTS; i++) {
        const double from = i % 2 ? -18 : -4, to = i % 2 ? 18 : 4;
        const float x = (float)draw(0, i, from, to);
        const double v = (double)x, y = gelu_erf(v), least = 0x1p-120;
        CHECK_NEAR(value(LM_ACT_GELU_ERF, x), y, 5 * ulp(fmax(fabs(y), least)));
        const double z = gelu_tanh(v);
        CHECK_NEAR(value(LM_ACT_GELU_TANH, x), z, x < -1 ? 0x1p-24 : 4 * ulp(z));
    }
}

TEST(activation_slope_error)
{
    for (uint64_t i = 0; i < POINTS; i++) {
        const float x = (float)draw(1, i, i % 2 ? -18 : -4, i % 2 ? 18 : 4);
        const double v = (double)x, t = lm_tanh(v), s = sigmoid(v);
        CHECK_NEAR(slope(LM_ACT_GELU_ERF, x), gelu_erf_slope(v), 0x1p-22);
        CHECK_NEAR(slope(LM_ACT_GELU_TANH, x), gelu_tanh_slope(v), 0x1p-22);
        CHECK_NEAR(slope(LM_ACT_TANH, x), 1 - t * t, 0x1p-22);
        CHECK_NEAR(slope(LM_ACT_SIGMOID, x), s * (1 - s), 0x1p-22);
        CHECK(slope(LM_ACT_RELU, x) == (x > 0 ? 1 : 0) && slope(LM_ACT_NONE, x) == 1);
    }
}

TEST(activation_gelu_ends)
{
    for (int k = 0; k < 2; k++) {
        const lm_activation f = k ? LM_ACT_GELU_ERF : LM_ACT_GELU_TANH;
        CHECK(value(f, 0) == 0 && value(f, -0.0f) == 0 && signbit(value(f, -0.0f)));
        CHECK(value(f, INFINITY) == INFINITY && value(f, -INFINITY) == 0);
        CHECK(value(f, FLT_MAX) == FLT_MAX && value(f, -FLT_MAX) == 0);
        CHECK(value(f, 100) == 100 && value(f, -100) == 0);
        CHECK(slope(f, INFINITY) == 1 && slope(f, -INFINITY) == 0);
        CHECK(slope(f, FLT_MAX) == 1 && slope(f, -FLT_MAX) == 0);
        CHECK(isnan(value(f, NAN)) && isnan(slope(f, NAN)));
        CHECK(value(f, 0x1p-149f) <= 0x1p-149f && slope(f, 0) == 0.5f);
    }
}

TEST(activation_simple)
{
    CHECK(value(LM_ACT_RELU, 3) == 3 && value(LM_ACT_RELU, -3) == 0);
    CHECK(value(LM_ACT_RELU, INFINITY) == INFINITY && value(LM_ACT_RELU, -INFINITY) == 0);
    CHECK(isnan(value(LM_ACT_RELU, NAN)) && value(LM_ACT_NONE, -3) == -3);
    CHECK_NEAR(value(LM_ACT_TANH, 0.5f), lm_tanh(0.5), 0x1p-24);
    CHECK_NEAR(value(LM_ACT_SIGMOID, 0.5f), sigmoid(0.5), 0x1p-24);
}

/* dx is added to; the argument that f' does not need may be NULL. */
TEST(activation_backward_accumulates)
{
    float x[40], y[40], dy[40], dx[40], once[40];
    for (int f = LM_ACT_NONE; f <= LM_ACT_GELU_ERF; f++) {
        const bool by_x = f == LM_ACT_GELU_TANH || f == LM_ACT_GELU_ERF;
        for (uint64_t i = 0; i < 40; i++) {
            x[i] = (float)draw(2, i, -2, 2);
            dy[i] = (float)draw(3, i, -2, 2);
            dx[i] = (float)i;
            once[i] = 0;
        }
        lm_activate((lm_activation)f, y, x, 40);
        lm_activate_backward((lm_activation)f, dx, dy, by_x ? x : NULL, by_x ? NULL : y, 40);
        lm_activate_backward((lm_activation)f, once, dy, x, y, 40);
        for (int i = 0; i < 40; i++) {
            CHECK_NEAR(once[i], dy[i] * slope((lm_activation)f, x[i]), 0x1p-22);
            CHECK_NEAR(dx[i], (float)i + once[i], 0x1p-18);
        }
    }
}
