/* linear.h - y = f(x W' + b), and the layer f alone.
 *
 *     lm_linear_forward(on, y, x, w, b, LM_OUT_MAJOR, LM_ACT_TANH, N, I, O);
 *     ...
 *     lm_activation_backward(on, d_sum, d_y, LM_ACT_TANH, NULL, y, N * O);      d_sum was 0
 *     lm_linear_backward(on, d_x, d_w, d_b, d_sum, x, w, LM_OUT_MAJOR, N, I, O);
 *
 * The gelu forms are differentiated from the sum, which a fused f does not keep: with them, for
 * training, take LM_ACT_NONE here and lm_activation_forward after it. */
#ifndef LM_LINEAR_H
#define LM_LINEAR_H
#include <stddef.h>
#include "lm/activation.h"
#include "lm/compute.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a weight from I inputs to O outputs is stored. */
typedef enum {
    LM_OUT_MAJOR, /* (O,I): PyTorch's nn.Linear, BERT's files */
    LM_IN_MAJOR   /* (I,O): GPT-2's files */
} lm_layout;

/* out (N,O) = f(in (N,I) weight' + bias (O)); bias NULL: none.  A row of out is the same bits
 * whatever the other rows. */
void lm_linear_forward(const lm_compute *on, lm_real *out, const lm_real *in, const lm_real *weight,
                       const lm_real *bias, lm_layout layout, lm_activation f, size_t N, size_t I,
                       size_t O);

/* d_in (N,I), d_weight (as weight), d_bias (O) += the gradients; each may be NULL: not wanted.
 * d_out (N,O) is that of the sum before f. */
void lm_linear_backward(const lm_compute *on, lm_real *d_in, lm_real *d_weight, lm_real *d_bias,
                        const lm_real *d_out, const lm_real *in, const lm_real *weight,
                        lm_layout layout, size_t N, size_t I, size_t O);

/* out (n) = f(in (n)); out may be in. */
void lm_activation_forward(const lm_compute *on, lm_real *out, const lm_real *in, lm_activation f,
                           size_t n);

/* d_in (n) += d_out (n) f', from in or out as lm_activate_backward says; the other may be NULL. */
void lm_activation_backward(const lm_compute *on, lm_real *d_in, const lm_real *d_out,
                            lm_activation f, const lm_real *in, const lm_real *out, size_t n);

#ifdef __cplusplus
}
#endif
#endif
