/* few_rows.c - products of a few rows that lie anywhere in a table, and steps along them. */
#include "lm/few_rows.h"
#include "vector_level.h"

void lm_rows_dots(lm_real *z, lm_real *const *x, size_t m, lm_real *const *u, size_t n, size_t D)
{
    lm_vector_now()->rows_dots(z, x, m, u, n, D);
}

void lm_rows_update(lm_real *const *y, lm_real *const *x, size_t m, lm_real *const *u, size_t n,
                    const lm_real *g, size_t D)
{
    lm_vector_now()->rows_update(y, x, m, u, n, g, D);
}

void lm_rows_slopes(lm_real *g, const lm_real *z, const lm_real *y, lm_real a, size_t n)
{
    lm_vector_now()->rows_slopes(g, z, y, a, n);
}

void lm_rows_sum(lm_real *sum, lm_real a, lm_real *const *x, size_t m, size_t D)
{
    lm_vector_now()->rows_sum(sum, a, x, m, D);
}

void lm_rows_add(lm_real *const *y, size_t m, lm_real a, const lm_real *x, size_t D)
{
    lm_vector_now()->rows_add(y, m, a, x, D);
}
