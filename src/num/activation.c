/* activation.c - the functions between layers, and their derivatives. */
#include "lm/activation.h"
#include <math.h>

void lm_activate(lm_activation f, lm_real *y, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double v = (double)x[i];
        switch (f) {
        case LM_ACT_NONE:
            y[i] = x[i];
            break;
        case LM_ACT_TANH:
            y[i] = (lm_real)tanh(v);
            break;
        case LM_ACT_SIGMOID:
            y[i] = (lm_real)(1 / (1 + exp(-v)));
            break;
        case LM_ACT_RELU:
            y[i] = x[i] > 0 ? x[i] : 0;
            break;
        case LM_ACT_GELU_TANH:
            y[i] = (lm_real)(0.5 * v * (1 + tanh(0.7978845608028654 * (v + 0.044715 * v * v * v))));
            break;
        case LM_ACT_GELU_ERF:
            y[i] = (lm_real)(0.5 * v * (1 + erf(v * 0.7071067811865476)));
            break;
        }
    }
}

void lm_activate_backward(lm_activation f, lm_real *dx, const lm_real *dy, const lm_real *x,
                          const lm_real *y, size_t n)
{
    (void)x;
    for (size_t i = 0; i < n; i++) switch (f) {
        case LM_ACT_NONE:
            dx[i] += dy[i];
            break;
        case LM_ACT_TANH:
            dx[i] += dy[i] * (1 - y[i] * y[i]);
            break;
        case LM_ACT_SIGMOID:
            dx[i] += dy[i] * y[i] * (1 - y[i]);
            break;
        case LM_ACT_RELU:
            dx[i] += y[i] > 0 ? dy[i] : 0;
            break;
        case LM_ACT_GELU_TANH:
        case LM_ACT_GELU_ERF:
            break;
        }
}
