/* layernorm.h - y = gain (x - mean) rstd + bias over the last axis.
 * Ba, Kiros, Hinton 2016, arXiv:1607.06450, eq. 4; the variance is the biased one (1/C).
 *
 *     lm_layernorm_forward(on, y, mean, rstd, x, gain, bias, 1e-5, N, C);
 *     lm_layernorm_backward(on, d_x, d_gain, d_bias, d_y, x, gain, mean, rstd, N, C); */
#ifndef LM_LAYERNORM_H
#define LM_LAYERNORM_H
#include <stddef.h>
#include "lm/compute.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* out, in (N,C), C > 0, out may be in; gain, bias (C).  mean, rstd (N) are for the backward pass,
 * where rstd = 1 / sqrt(variance + eps); NULL: not kept.  eps: 1e-5 in GPT, 1e-12 in BERT. */
void lm_layernorm_forward(const lm_compute *on, lm_real *out, lm_real *mean, lm_real *rstd,
                          const lm_real *in, const lm_real *gain, const lm_real *bias, double eps,
                          size_t N, size_t C);

/* d_in (N,C), d_gain (C), d_bias (C) += the gradients; each may be NULL: not wanted. */
void lm_layernorm_backward(const lm_compute *on, lm_real *d_in, lm_real *d_gain, lm_real *d_bias,
                           const lm_real *d_out, const lm_real *in, const lm_real *gain,
                           const lm_real *mean, const lm_real *rstd, size_t N, size_t C);

#ifdef __cplusplus
}
#endif
#endif
