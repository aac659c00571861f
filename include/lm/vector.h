/* vector.h - functions of vectors, in the instructions of this CPU, and reductions in a fixed
 * order.  The same bits at every CPU level.  Errors against the exact value are stated in ulp of a
 * float and tested over the whole range; infinities, NaN and denormals as C99 annex F. */
#ifndef LM_VECTOR_H
#define LM_VECTOR_H
#include <stddef.h>
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y (n) = f(x); y may be x. */
void lm_vec_exp(lm_real *y, const lm_real *x, size_t n);
void lm_vec_log(lm_real *y, const lm_real *x, size_t n);
void lm_vec_tanh(lm_real *y, const lm_real *x, size_t n);
void lm_vec_sigmoid(lm_real *y, const lm_real *x, size_t n);
void lm_vec_erf(lm_real *y, const lm_real *x, size_t n);

/* y (n) += a x */
void lm_vec_axpy(lm_real *y, lm_real a, const lm_real *x, size_t n);
/* y (n) = a x; y may be x */
void lm_vec_scale(lm_real *y, lm_real a, const lm_real *x, size_t n);

/* Reductions: 16 lanes, element i in lane i mod 16, the lanes then added by halves. */
lm_real lm_vec_sum(const lm_real *x, size_t n);
lm_real lm_vec_dot(const lm_real *x, const lm_real *y, size_t n);
lm_real lm_vec_max(const lm_real *x, size_t n);       /* n > 0; NaN if any is */
double lm_vec_square_sum(const lm_real *x, size_t n); /* in double */

/* y (n) = exp(x - max); returns the sum of y, and max in *max.  y may be x.  n > 0 */
lm_real lm_vec_exp_max(lm_real *y, lm_real *max, const lm_real *x, size_t n);
/* y (n) = softmax(x); y may be x.  n > 0 */
void lm_vec_softmax(lm_real *y, const lm_real *x, size_t n);
/* log sum exp x.  n > 0 */
lm_real lm_vec_log_sum_exp(const lm_real *x, size_t n);

#ifdef __cplusplus
}
#endif
#endif
