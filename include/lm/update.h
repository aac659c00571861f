/* update.h - what one step of an optimiser does to a piece of the parameters, in one pass, in the
 * instructions of this CPU; optim.h says which step that is.
 *
 *     lm_update_kernel *kernel = lm_update_kernel_of(LM_UPDATE_ADAM);
 *     kernel(&how, p, m, v, g, n);
 *
 * Every operation is rounded on its own, but for those written fma(a, b, c) = ab + c, rounded once:
 * the same bits at every CPU level, and those of PyTorch's kernels for AVX2, which round alike. */
#ifndef LM_UPDATE_H
#define LM_UPDATE_H
#include <stddef.h>
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each begins with d = g scale, the gradient; all but BERT and AVERAGE go on with
 * d = fma(p, decay, d). */
typedef enum {
    LM_UPDATE_SGD,      /* p = fma(d, -rate, p) */
    LM_UPDATE_MOMENTUM, /* m = m momentum + d; p = fma(m, -rate, p) */
    LM_UPDATE_NESTEROV, /* m = m momentum + d; p = fma(fma(m, momentum, d), -rate, p) */
    LM_UPDATE_ADAGRAD,  /* v = fma(d, d, v); p = p + (-rate d) / (sqrt(v) + eps) */
    LM_UPDATE_ADAM,     /* m = fma(d, rest1, m beta1); v = fma(rest2 d, d, v beta2);
                         * p = p keep + (-rate m) / (sqrt(v) / correction + eps) */
    LM_UPDATE_BERT,     /* m, v so; p = fma(fma(p, decay, m / (sqrt(v) + eps)), -rate, p) */
    LM_UPDATE_AVERAGE,  /* p = fma(g - p, rate, p): p follows g */
    LM_UPDATE_METHODS
} lm_update_method;

typedef struct {
    lm_real scale, decay, rate, momentum;
    lm_real beta1, rest1, beta2, rest2; /* rest: 1 - beta */
    lm_real eps, correction, keep;
} lm_update;

/* p: parameters; m, v: moments, not used where a method has none; g: gradients, which stay; n of
 * each, a multiple of 16. */
typedef void lm_update_kernel(const lm_update *how, lm_real *p, lm_real *m, lm_real *v,
                              const lm_real *g, size_t n);

/* That of the CPU level in use. */
lm_update_kernel *lm_update_kernel_of(lm_update_method method);

#ifdef __cplusplus
}
#endif
#endif
