/* activation.h - the functions between layers, element by element, and their derivatives.
 *
 * gelu: Hendrycks and Gimpel 2016, arXiv:1606.08415: x Phi(x) (erf), and its approximation
 * 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (tanh), which GPT-2 and BERT's code use. */
#ifndef LM_ACTIVATION_H
#define LM_ACTIVATION_H
#include <stddef.h>
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_ACT_NONE,
    LM_ACT_TANH,
    LM_ACT_SIGMOID,
    LM_ACT_RELU,
    LM_ACT_GELU_TANH,
    LM_ACT_GELU_ERF
} lm_activation;

/* y (n) = f(x); y may be x, but they may not overlap in part.  The same bits at every CPU level and
 * wherever an element stands.
 *
 * Errors: tanh and sigmoid as in vector.h.  gelu (erf): 5 ulp of a float, of results below 2^-120
 * that of 2^-120.  gelu (tanh): 4 ulp for x >= -1, below that 2^-24.  Of -infinity both are -0. */
void lm_activate(lm_activation f, lm_real *y, const lm_real *x, size_t n);

/* dx (n) += dy f'(x), from x or y = f(x), whichever f' is told by: x for the gelu forms, y for the
 * others; the other one may be NULL.  Errors of f' <= 2^-22. */
void lm_activate_backward(lm_activation f, lm_real *dx, const lm_real *dy, const lm_real *x,
                          const lm_real *y, size_t n);

#ifdef __cplusplus
}
#endif
#endif
