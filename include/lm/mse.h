/* mse.h - the mean squared error, over all elements. */
#ifndef LM_MSE_H
#define LM_MSE_H
#include <stddef.h>
#include "lm/compute.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The mean of (a - b)^2 over n > 0 elements. */
double lm_mse_forward(const lm_compute *on, const lm_real *a, const lm_real *b, size_t n);

/* d_a (n), d_b (n) += the gradients of scale times the mean; each may be NULL: not wanted. */
void lm_mse_backward(const lm_compute *on, lm_real *d_a, lm_real *d_b, lm_real scale,
                     const lm_real *a, const lm_real *b, size_t n);

#ifdef __cplusplus
}
#endif
#endif
