/* merges.h - pairs of neighbours in sequences of symbols: counted, and merged into one symbol.
 *
 *     LM_TRY(lm_merges_new(&m, cells, LM_TOK_COUNT, 2, e));
 *     LM_TRY(lm_merges_add(m, symbols, length, weight, e));     every sequence, once
 *     LM_TRY(lm_merges_begin(m, e));
 *     while (lm_merges_best(m, pair))
 *         LM_TRY(lm_merges_apply(m, pair, symbol, e));          or not: it does not come again
 *
 * The count of a pair is the number of places where its two symbols are neighbours, each as often
 * as its sequence has weight: "aaa" has the pair aa twice.  It is merged from the left, "aaa" to
 * "(aa)a", and all counts are then those of what this left.  So the k-th merge costs the places
 * where the pair is and no more, and memory is some 16 bytes a symbol and 40 a different pair. */
#ifndef LM_MERGES_H
#define LM_MERGES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/tok_train.h"

typedef struct lm_merges lm_merges;

/* Room for sequences with so many symbols in all, and one cell more for each sequence.  Pairs are
 * never the best that occur less than min_count times, at least 1.  Errors: LM_ENOMEM; LM_EFORMAT
 * for 2^32 cells or more. */
LM_MUST_USE lm_status lm_merges_new(lm_merges **m, uint64_t cells, lm_tok_score score,
                                    uint64_t min_count, lm_err *e);
void lm_merges_free(lm_merges *m); /* NULL is allowed */

/* A sequence of symbols below 2^31.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_merges_add(lm_merges *m, const uint32_t *symbols, size_t length,
                                    uint64_t weight, lm_err *e);

/* Counts the pairs.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_merges_begin(lm_merges *m, lm_err *e);

/* The pair with the largest score, of these that with the smallest left and then right symbol.
 * false: there is none. */
bool lm_merges_best(lm_merges *m, uint32_t pair[2]);

/* Merges the pair, which lm_merges_best gave, into a symbol that was in no sequence.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_merges_apply(lm_merges *m, const uint32_t pair[2], uint32_t symbol,
                                      lm_err *e);

#endif
