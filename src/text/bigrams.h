/* bigrams.h - how often which word follows which in a text.
 *
 * The words that follow a word are gathered in one list, and a list is counted by itself: that
 * takes 4 bytes a token, for a part of the words at a time where memory is little, and no table
 * of all pairs. */
#ifndef LM_BIGRAMS_H
#define LM_BIGRAMS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/run.h"
#include "lm/status.h"
#include "lm/tokens.h"

typedef struct {
    uint32_t a, b, count;
    uint32_t group; /* for the caller */
    bool kept;      /* is it one of `keep`, or has it a word that is LM_BIGRAM_KEEP? */
} lm_bigram;

typedef struct {
    lm_bigram *item; /* by a; {0} is an empty list */
    size_t count, capacity;
} lm_bigrams;

/* What a word is to its neighbours, as bits. */
enum {
    LM_BIGRAM_NONE = 1, /* it is in no pair; its neighbours are not neighbours of each other */
    LM_BIGRAM_KEEP = 2  /* its pairs are found however rare they are */
};

typedef struct {
    lm_tokens *tokens;
    const uint8_t *kind;   /* (words) */
    uint64_t min_count;    /* pairs that are rarer are left out */
    const lm_bigram *keep; /* (kept) different ones, by a: but not these; only a and b matter */
    size_t kept;
    bool within_lines; /* else the last word of a line is followed by the first of the next */
} lm_bigram_counting;

LM_MUST_USE lm_status lm_bigrams_add(lm_bigrams *pairs, lm_bigram pair, lm_err *e);

/* Adds the pairs of a text, by a; of one a, in an order that depends on the text alone.
 * Errors: LM_EIO, LM_ENOMEM, LM_ESTOPPED; LM_EFORMAT for a word more frequent than 2^32 - 1. */
LM_MUST_USE lm_status lm_bigrams_count(lm_bigrams *pairs, const lm_bigram_counting *how,
                                       const lm_run *run, lm_err *e);

void lm_bigrams_free(lm_bigrams *pairs); /* it is {0} again */

#endif
