/* nearest.h - the rows of a table nearest to given vectors, exactly.
 *
 * With rows and vectors of length 1, a score is a cosine.  An analogy "a is to b as c is to ?" is
 * the row nearest to b - a + c (Mikolov, Yih, Zweig 2013: 3CosAdd), or the one with the largest
 *
 *     s(b) s(c) / (s(a) + 1e-6),  s(y) = (1 + cos(x, y)) / 2
 *
 * (Levy, Goldberg 2014, Linguistic regularities in sparse and explicit word representations, eq. 4
 * with its note 7: 3CosMul).
 *
 *     const lm_nearest_table table = {.rows = rows, .count = V, .dim = D, .stride = S};
 *     const lm_nearest_queries queries = {.x = x, .count = Q, .top = K};
 *     LM_TRY(lm_nearest(on, &table, &queries, found, e));
 *
 * Scores are the same bits for any number of threads and queries. */
#ifndef LM_NEAREST_H
#define LM_NEAREST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/compute.h"
#include "lm/real.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LM_NO_ROW UINT32_MAX

typedef struct {
    const lm_real *rows; /* (count, stride), finite */
    size_t count, dim, stride;
    /* Which of two rows of equal score comes first: a if < 0.  NULL: the lower number. */
    int (*order)(const void *context, uint32_t a, uint32_t b);
    const void *context;
} lm_nearest_table;

typedef struct {
    const lm_real *x; /* (Q, stride of the table); if multiply (3 Q, stride): a, b, c of each */
    size_t count;     /* Q */
    size_t top;       /* K > 0: rows wanted for each */
    bool multiply;    /* 3CosMul; else the score is the product of row and vector */
    /* Rows that answer not: without[begin[q]] .. without[begin[q + 1] - 1]; NULL: all may. */
    const uint32_t *without;
    const size_t *begin; /* (Q + 1) */
} lm_nearest_queries;

typedef struct {
    uint32_t row;
    lm_real score;
} lm_neighbour;

/* found (Q, K): of each query the best first; LM_NO_ROW after the last where there are less than
 * K.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_nearest(const lm_compute *on, const lm_nearest_table *table,
                                 const lm_nearest_queries *queries, lm_neighbour *found, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
