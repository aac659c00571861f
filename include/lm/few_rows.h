/* few_rows.h - products of a few rows that lie anywhere in a table, and steps along them: what a
 * loss needs that looks at few inputs and few outputs at a time.
 *
 *     lm_rows_dots(z, x, m, u, n, D);
 *     lm_rows_slopes(g, z, y, rate, m * n);
 *     lm_rows_update(x, x, m, u, n, g, D);                 one step of gradient descent
 *
 * x and u are arrays of pointers to rows of D numbers, padded with zeros to lm_rows_stride(D).  The
 * same bits at every CPU level. */
#ifndef LM_FEW_ROWS_H
#define LM_FEW_ROWS_H
#include <stddef.h>
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers from one row to the next: D, rounded up to 64 bytes of floats. */
static inline size_t lm_rows_stride(size_t D)
{
    return (D + 15) / 16 * 16;
}

/* z (m,n) = x (m,D) u (n,D)': the bits of lm_vec_dot up to D = 4096. */
void lm_rows_dots(lm_real *z, lm_real *const *x, size_t m, lm_real *const *u, size_t n, size_t D);

/* y (m,D) += g (m,n) u (n,D) and u (n,D) += g' x (m,D), both by the u and x of before, but six u
 * after the other; y is x, or rows apart from x and u.  A row that is among the x or u several
 * times takes its steps one after another. */
void lm_rows_update(lm_real *const *y, lm_real *const *x, size_t m, lm_real *const *u, size_t n,
                    const lm_real *g, size_t D);

/* g (n) = a (y - s(z)), s the logistic function as in lm_vec_sigmoid: a step of logistic regression
 * along z, at the rate a.  All have room for lm_rows_stride(n) numbers. */
void lm_rows_slopes(lm_real *g, const lm_real *z, const lm_real *y, lm_real a, size_t n);

/* sum (D) = a times the sum of x (m,D), in order; it may be one of the x.  m > 0 */
void lm_rows_sum(lm_real *sum, lm_real a, lm_real *const *x, size_t m, size_t D);

/* y (m,D) += a x (D), each */
void lm_rows_add(lm_real *const *y, size_t m, lm_real a, const lm_real *x, size_t D);

#ifdef __cplusplus
}
#endif
#endif
