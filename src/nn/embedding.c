/* embedding.c - rows of a table by their ids. */
#include "lm/embedding.h"
#include <string.h>
#include "lm/vector.h"
#include "slices.h"

typedef struct {
    lm_real *out;
    const uint32_t *ids;
    const lm_real *table;
    size_t C;
} lookup;

static void look_up(void *context, size_t first, size_t end)
{
    const lookup *l = context;
    for (size_t n = first; n < end; n++) {
        lm_real *out = l->out + n * l->C;
        if (l->ids[n] == LM_NO_ROW)
            memset(out, 0, l->C * sizeof *out);
        else
            memcpy(out, l->table + l->ids[n] * l->C, l->C * sizeof *out);
    }
}

void lm_embedding_forward(const lm_compute *on, lm_real *out, const uint32_t *ids,
                          const lm_real *table, size_t N, size_t C)
{
    lookup l = {out, ids, table, C};
    lm_nn_slices(on, N, C, look_up, &l);
}

typedef struct {
    lm_real *d_table;
    const lm_real *d_out;
    const uint32_t *ids;
    size_t N, C, columns;
} scatter;

static void scatter_columns(void *context, size_t i)
{
    const scatter *s = context;
    const size_t at = i * s->columns, left = s->C - at;
    const size_t width = left < s->columns ? left : s->columns;
    for (size_t n = 0; n < s->N; n++)
        if (s->ids[n] != LM_NO_ROW)
            lm_vec_axpy(s->d_table + s->ids[n] * s->C + at, 1, s->d_out + n * s->C + at, width);
}

/* Threads share the columns: each goes through all rows in their order, so that no sum is split and
 * a word that fills half the text does not keep one thread busy alone.  At least two cache lines
 * each. */
void lm_embedding_backward(const lm_compute *on, lm_real *d_table, const lm_real *d_out,
                           const uint32_t *ids, size_t N, size_t C)
{
    const size_t least = 128 / sizeof *d_table, threads = lm_pool_threads(lm_compute_pool(on));
    const size_t share = (C + threads - 1) / threads, columns = share < least ? least : share;
    scatter s = {d_table, d_out, ids, N, C, columns};
    lm_parallel_for(lm_compute_pool(on), (C + columns - 1) / columns, scatter_columns, &s);
}
