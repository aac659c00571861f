/* vector.h - functions of vectors, in the instructions of this CPU, and reductions in a fixed
 * order.  The same bits at every CPU level (of NaN: some NaN), and of an element wherever it stands
 * in whatever vector.  Errors against the exact value are stated in ulp of a float and tested over
 * the whole range; infinities, NaN and denormals as C99 annex F.  In the double build, which only
 * tests use, the functions are those of scalar.h. */
#ifndef LM_VECTOR_H
#define LM_VECTOR_H
#include <math.h>
#include <stddef.h>
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y (n) = f(x); y may be x, but they may not overlap in part. */
void lm_vec_exp(lm_real *y, const lm_real *x, size_t n);     /* <= 1 ulp */
void lm_vec_log(lm_real *y, const lm_real *x, size_t n);     /* <= 1 ulp */
void lm_vec_tanh(lm_real *y, const lm_real *x, size_t n);    /* <= 2 ulp */
void lm_vec_sigmoid(lm_real *y, const lm_real *x, size_t n); /* <= 2 ulp */
void lm_vec_erf(lm_real *y, const lm_real *x, size_t n);     /* <= 2 ulp */

/* y (n) += a x, rounded once */
void lm_vec_axpy(lm_real *y, lm_real a, const lm_real *x, size_t n);
/* y (n) = a x; y may be x */
void lm_vec_scale(lm_real *y, lm_real a, const lm_real *x, size_t n);

/* Reductions: 16 lanes, element i in lane i mod 16, the lanes then added by halves; this for every
 * 4096 elements, the sums of which are added in double.  dot: products not rounded. */
lm_real lm_vec_sum(const lm_real *x, size_t n);
lm_real lm_vec_dot(const lm_real *x, const lm_real *y, size_t n);
lm_real lm_vec_max(const lm_real *x, size_t n);       /* n > 0; NaN if any is */
double lm_vec_square_sum(const lm_real *x, size_t n); /* in 16 lanes of double */

/* y (n) = exp(x - shift); returns the sum of y.  y may be x. */
lm_real lm_vec_exp_sub(lm_real *y, const lm_real *x, lm_real shift, size_t n);
/* y (n) = exp(x - max), 0 where all x are -infinity; returns the sum of y, and max in *max.  y may
 * be x.  n > 0 */
lm_real lm_vec_exp_max(lm_real *y, lm_real *max, const lm_real *x, size_t n);
/* y (n) = softmax(x); y may be x.  n > 0 */
void lm_vec_softmax(lm_real *y, const lm_real *x, size_t n);
/* log sum exp x.  n > 0 */
lm_real lm_vec_log_sum_exp(const lm_real *x, size_t n);

/* The same over chunks of a long row, whoever computes them: the sum of exp(x - max) of each, then
 * added up in order.  The bits depend on where the chunks begin.
 *
 *     lm_soft_sum all = LM_SOFT_SUM_NONE;
 *     for (size_t c = 0; c < chunks; c++) all = lm_soft_sum_add(all, sum[c]);
 *     nll = lm_soft_sum_log(all) - logit */
typedef struct {
    lm_real max;
    double sum; /* of exp(x - max) */
} lm_soft_sum;

#define LM_SOFT_SUM_NONE ((lm_soft_sum){(lm_real)-HUGE_VAL, 0})

lm_soft_sum lm_vec_soft_sum(const lm_real *x, size_t n); /* n > 0 */
lm_soft_sum lm_soft_sum_add(lm_soft_sum a, lm_soft_sum b);
double lm_soft_sum_log(lm_soft_sum s); /* log sum exp x; of nothing -infinity */

#ifdef __cplusplus
}
#endif
#endif
