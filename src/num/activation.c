/* activation.c - the functions between layers, and their derivatives. */
#include "lm/activation.h"
#include "vector_level.h"

void lm_activate(lm_activation f, lm_real *y, const lm_real *x, size_t n)
{
    lm_vector_now()->activate[f](y, x, n);
}

void lm_activate_backward(lm_activation f, lm_real *dx, const lm_real *dy, const lm_real *x,
                          const lm_real *y, size_t n)
{
    const bool by_x = f == LM_ACT_GELU_TANH || f == LM_ACT_GELU_ERF;
    lm_vector_now()->backward[f](dx, dy, by_x ? x : y, n);
}
