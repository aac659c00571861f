/* correlation.h - how two series of numbers go together.  Computed in double, in one order. */
#ifndef LM_CORRELATION_H
#define LM_CORRELATION_H
#include <stddef.h>
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pearson's r of x (n) and y (n); NaN if either does not vary, or n < 2. */
double lm_pearson(const double *x, const double *y, size_t n);

/* Spearman's rho: Pearson's r of the ranks; equal numbers have the mean of their ranks.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_spearman(const double *x, const double *y, size_t n, double *rho,
                                  lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
