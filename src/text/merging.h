/* merging.h - merging the symbols of a piece of text, in the order of the merges' ranks. */
#ifndef LM_MERGING_H
#define LM_MERGING_H
#include <stddef.h>
#include <stdint.h>
#include "lm/tokenizer.h"

/* Room for the work; one for each thread. */
typedef struct {
    uint64_t *pair;         /* rank << 32 | piece of each symbol and its right neighbour */
    size_t *before, *after; /* neighbours */
    uint64_t *heap;         /* rank << 32 | place, the smallest on top */
    size_t pair_capacity, before_capacity, after_capacity, heap_capacity, heap_count;
} lm_merging; /* {0} is empty */
void lm_merging_free(lm_merging *m);

/* Merges id[0 .. *count): repeatedly the neighbours whose merge has the smallest rank, the leftmost
 * of these.  In a time that grows as n log n.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_merge(lm_merging *m, const lm_tokenizer *t, uint32_t *id, size_t *count,
                               lm_err *e);

#endif
