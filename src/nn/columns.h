/* columns.h - sums of columns, the gradient of what is added to every row. */
#ifndef LM_NN_COLUMNS_H
#define LM_NN_COLUMNS_H
#include <stddef.h>
#include "lm/compute.h"
#include "lm/real.h"

enum {
    LM_NN_COLUMNS = 128,   /* a task sums so many columns */
    LM_NN_COLUMN_ROWS = 64 /* rows are summed by so many, then the sums */
};

/* y (C) += the sums of the columns of x (N,C), whose rows begin `ld` elements apart. */
void lm_nn_column_sums(const lm_compute *on, lm_real *y, const lm_real *x, size_t ld, size_t N,
                       size_t C);

#endif
