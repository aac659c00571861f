/* columns.c - sums of columns, in parallel over columns: the order of the rows is fixed. */
#include "columns.h"
#include "lm/vector.h"

typedef struct {
    lm_real *y;
    const lm_real *x;
    size_t ld, N, C;
} sums;

static void sum_columns(void *context, size_t i)
{
    const sums *s = context;
    const size_t at = i * LM_NN_COLUMNS, left = s->C - at;
    const size_t n = left < LM_NN_COLUMNS ? left : LM_NN_COLUMNS;
    for (size_t row = 0; row < s->N;) {
        lm_real part[LM_NN_COLUMNS] = {0};
        const size_t end = s->N - row < LM_NN_COLUMN_ROWS ? s->N : row + LM_NN_COLUMN_ROWS;
        for (; row < end; row++) lm_vec_axpy(part, 1, s->x + row * s->ld + at, n);
        lm_vec_axpy(s->y + at, 1, part, n);
    }
}

void lm_nn_column_sums(const lm_compute *on, lm_real *y, const lm_real *x, size_t ld, size_t N,
                       size_t C)
{
    sums s = {y, x, ld, N, C};
    lm_parallel_for(lm_compute_pool(on), (C + LM_NN_COLUMNS - 1) / LM_NN_COLUMNS, sum_columns, &s);
}
