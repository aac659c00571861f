/* vector_double.h - the elementary functions of double, by scalar.h, in the place of
 * vector_functions.h. */
#ifndef LM_VECTOR_DOUBLE_H
#define LM_VECTOR_DOUBLE_H
#include <math.h>
#include "lm/scalar.h"

static inline vf root(vf v)
{
    return sqrt(v);
}

static inline vf fmadd(vf a, vf b, vf c)
{
    return fma(a, b, c);
}

static inline vf fnmadd(vf a, vf b, vf c)
{
    return fma(-a, b, c);
}

static inline vf exp_of(vf x)
{
    return lm_exp(x);
}

static inline vf exp_negative(vf x)
{
    return lm_exp(x);
}

static inline vf log_of(vf x)
{
    return lm_log(x);
}

static inline vf tanh_of(vf x)
{
    return lm_tanh(x);
}

static inline vf erf_of(vf x)
{
    return lm_erf(x);
}

static inline vf sigmoid_of(vf x)
{
    const double e = lm_exp(-fabs(x));
    return (x < 0 ? e : 1) / (1 + e);
}

static inline vf relu_of(vf x)
{
    return larger(0, x);
}

static inline vf same(vf x)
{
    return x;
}

/* 2 sqrt(2/pi) */
#define GELU_1 1.5957691216057308
#define GELU_3 (0.044715 * GELU_1)

/* Beyond it either form is x or 0 to the last bit, its slope 1 or 0. */
#define GELU_FAR 40.0

static inline double clamped(double x)
{
    return larger(-GELU_FAR, smaller(GELU_FAR, x));
}

/* x / (1 + exp(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3). */
static inline vf gelu_tanh_of(vf x)
{
    const double c = clamped(x);
    return larger(-GELU_FAR, x) * sigmoid_of(c * (GELU_1 + GELU_3 * c * c));
}

static inline vf gelu_tanh_slope(vf x)
{
    const double c = clamped(x), u = c * (GELU_1 + GELU_3 * c * c);
    const double slope = GELU_1 + 3 * GELU_3 * c * c;
    return sigmoid_of(u) + c * slope * sigmoid_of(u) * sigmoid_of(-u);
}

/* x Phi(x) */
static inline vf gelu_erf_of(vf x)
{
    return larger(-GELU_FAR, x) * (0.5 * lm_erfc(clamped(x) * -0.7071067811865476));
}

static inline vf gelu_erf_slope(vf x)
{
    const double c = clamped(x);
    const double density = 0.3989422804014327 * lm_exp(-0.5 * c * c);
    return 0.5 * lm_erfc(c * -0.7071067811865476) + c * density;
}
#endif
