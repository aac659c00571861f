/* pca.h - principal components: the plane in which rows differ most.  Pearson 1901; the
 * eigenvectors by Jacobi's rotations (Golub, Van Loan, Matrix computations, section 8.5).
 *
 *     LM_TRY(lm_pca(rows, N, D, 2, place, share, e));
 *
 * All in double and in one order, without functions of libm but sqrt: the same bits everywhere. */
#ifndef LM_PCA_H
#define LM_PCA_H
#include <stddef.h>
#include "lm/real.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* place (N,C): of rows (N,D), less their mean, along each of the C directions of largest variance,
 * the largest first; 0 along those that rows do not have.  A direction is turned so that the row
 * farthest along it, the first if there are several, is on its positive side.  share (C): of the
 * whole variance; 0 if there is none.  Takes time as the third power of the lesser of N and D.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_pca(const lm_real *rows, size_t N, size_t D, size_t C, double *place,
                             double *share, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
