/* embedding.h - rows of a table by their ids: what is looked up, and the gradient of the table.
 *
 *     lm_embedding_forward(on, out, ids, table, N, C);
 *     lm_embedding_backward(on, d_table, d_out, ids, N, C);
 *
 * A window of K words is N * K ids: out is (N, K C), each row its words' vectors in a line. */
#ifndef LM_EMBEDDING_H
#define LM_EMBEDDING_H
#include <stddef.h>
#include <stdint.h>
#include "lm/compute.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stands for no row: zeros, and no gradient. */
#define LM_NO_ROW UINT32_MAX

/* out (N,C) = rows ids (N) of table (V,C); every id < V, or LM_NO_ROW. */
void lm_embedding_forward(const lm_compute *on, lm_real *out, const uint32_t *ids,
                          const lm_real *table, size_t N, size_t C);

/* d_table (V,C) += d_out (N,C) at the rows ids (N); what meets in one row is added in the order of
 * N. */
void lm_embedding_backward(const lm_compute *on, lm_real *d_table, const lm_real *d_out,
                           const uint32_t *ids, size_t N, size_t C);

#ifdef __cplusplus
}
#endif
#endif
