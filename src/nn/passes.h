/* passes.h - a pattern of attention as rectangles of work.
 *
 * A pass has rows, the queries first_row, first_row + row_step, ..., and columns, the keys
 * first_key, first_key + key_step, ...; every row may look at one stretch of the columns.  The
 * passes of a pattern have no pair in common.  So what is sparse in positions is dense in rows and
 * columns, and costs what its pairs do. */
#ifndef LM_PASSES_H
#define LM_PASSES_H
#include "lm/pattern.h"

/* The keys, by position, that query i may look at. */
typedef enum {
    LM_REACH_ALL,         /* 0 .. */
    LM_REACH_PAST,        /* 0 .. i */
    LM_REACH_NEAR,        /* i-k .. i+k */
    LM_REACH_NEAR_PAST,   /* i-k .. i */
    LM_REACH_BELOW,       /* 0 .. i-k-1 */
    LM_REACH_ABOVE,       /* i+k+1 .. */
    LM_REACH_BLOCK,       /* its block of k */
    LM_REACH_BLOCK_PAST,  /* its block of k, up to i */
    LM_REACH_BLOCK_BELOW, /* 0 .. before its block */
    LM_REACH_BLOCK_ABOVE  /* after its block .. */
} lm_reach;

typedef struct {
    size_t first_row, row_step, first_key, key_step;
    lm_reach reach;
    size_t k;
    size_t lane; /* tells the columns of a row's passes apart; < lm_pattern_lanes */
} lm_pass;

/* The passes that T positions have, however large the pattern is. */
size_t lm_pattern_passes(lm_pattern pattern, bool causal, size_t T);
lm_pass lm_pattern_pass(lm_pattern pattern, bool causal, size_t T, size_t index);
size_t lm_pattern_lanes(lm_pattern pattern);

/* The columns *from .. *to - 1 that the pass allows query i, which is one of its rows, of T keys;
 * *from = *to: none. */
void lm_pass_columns(const lm_pass *pass, size_t i, size_t T, size_t *from, size_t *to);

#endif
