/* columns.h - sums of columns, the gradient of what is added to every row. */
#ifndef LM_NN_COLUMNS_H
#define LM_NN_COLUMNS_H
#include <stddef.h>
#include "lm/compute.h"
#include "lm/real.h"

/* y (C) += the sums over N rows of what add(context, sum, row, at, n) adds to sum (n): its part of
 * the row, of the columns from `at` on.  Rows are summed by fixed numbers, then those sums. */
void lm_nn_columns(const lm_compute *on, lm_real *y, size_t N, size_t C,
                   void (*add)(const void *context, lm_real *sum, size_t row, size_t at, size_t n),
                   const void *context);

/* y (C) += the sums of the columns of x (N,C), whose rows begin `ld` elements apart. */
void lm_nn_column_sums(const lm_compute *on, lm_real *y, const lm_real *x, size_t ld, size_t N,
                       size_t C);

#endif
