/* columns.c - sums of columns, in parallel over columns: the order of the rows is fixed. */
#include "columns.h"
#include "lm/vector.h"

enum {
    COLUMNS = 128, /* a task sums so many columns */
    ROWS = 64      /* rows are summed by so many, then the sums */
};

typedef struct {
    lm_real *y;
    size_t N, C;
    void (*add)(const void *context, lm_real *sum, size_t row, size_t at, size_t n);
    const void *context;
} sums;

static void sum_columns(void *context, size_t i)
{
    const sums *s = context;
    const size_t at = i * COLUMNS, left = s->C - at, n = left < COLUMNS ? left : COLUMNS;
    for (size_t row = 0; row < s->N;) {
        lm_real part[COLUMNS] = {0};
        const size_t end = s->N - row < ROWS ? s->N : row + ROWS;
        for (; row < end; row++) s->add(s->context, part, row, at, n);
        lm_vec_axpy(s->y + at, 1, part, n);
    }
}

void lm_nn_columns(const lm_compute *on, lm_real *y, size_t N, size_t C,
                   void (*add)(const void *context, lm_real *sum, size_t row, size_t at, size_t n),
                   const void *context)
{
    sums s = {y, N, C, add, context};
    lm_parallel_for(lm_compute_pool(on), (C + COLUMNS - 1) / COLUMNS, sum_columns, &s);
}

typedef struct {
    const lm_real *x;
    size_t ld;
} matrix;

static void add_row(const void *context, lm_real *sum, size_t row, size_t at, size_t n)
{
    const matrix *m = context;
    lm_vec_axpy(sum, 1, m->x + row * m->ld + at, n);
}

void lm_nn_column_sums(const lm_compute *on, lm_real *y, const lm_real *x, size_t ld, size_t N,
                       size_t C)
{
    const matrix m = {x, ld};
    lm_nn_columns(on, y, N, C, add_row, &m);
}
