/* vector.c - functions of vectors. */
#include "lm/vector.h"
#include <math.h>

void lm_vec_exp(lm_real *y, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (lm_real)exp((double)x[i]);
}

void lm_vec_log(lm_real *y, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (lm_real)log((double)x[i]);
}

void lm_vec_tanh(lm_real *y, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (lm_real)tanh((double)x[i]);
}

void lm_vec_sigmoid(lm_real *y, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (lm_real)(1 / (1 + exp(-(double)x[i])));
}

void lm_vec_erf(lm_real *y, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (lm_real)erf((double)x[i]);
}

void lm_vec_axpy(lm_real *y, lm_real a, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

void lm_vec_scale(lm_real *y, lm_real a, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = a * x[i];
}

lm_real lm_vec_sum(const lm_real *x, size_t n)
{
    lm_real sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum;
}

lm_real lm_vec_dot(const lm_real *x, const lm_real *y, size_t n)
{
    lm_real sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

lm_real lm_vec_max(const lm_real *x, size_t n)
{
    lm_real max = x[0];
    for (size_t i = 1; i < n; i++) max = x[i] > max ? x[i] : max;
    return max;
}

double lm_vec_square_sum(const lm_real *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sum;
}

lm_real lm_vec_exp_max(lm_real *y, lm_real *max, const lm_real *x, size_t n)
{
    const lm_real top = *max = lm_vec_max(x, n);
    for (size_t i = 0; i < n; i++) y[i] = (lm_real)exp((double)(x[i] - top));
    return lm_vec_sum(y, n);
}

void lm_vec_softmax(lm_real *y, const lm_real *x, size_t n)
{
    lm_real max;
    const lm_real sum = lm_vec_exp_max(y, &max, x, n);
    lm_vec_scale(y, 1 / sum, y, n);
}

lm_real lm_vec_log_sum_exp(const lm_real *x, size_t n)
{
    const lm_real max = lm_vec_max(x, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += exp((double)(x[i] - max));
    return max + (lm_real)log(sum);
}
