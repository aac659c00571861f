/* rows.h - n-grams in any order, with their values, become the tables of a trie.
 *
 *     LM_TRY(lm_ngram_rows_new(&rows[k], k, count, &counts, run, e));     k = 2 .. order
 *     ... fill them ...
 *     LM_TRY(lm_ngram_rows_sort(&rows[k], &counts, second, run, e));
 *     LM_TRY(lm_ngram_rows_join(rows, &counts, run, e));
 *
 * The first words are cut into parts, which are worked on independently of each other. */
#ifndef LM_NGRAM_ROWS_H
#define LM_NGRAM_ROWS_H
#include <string.h>
#include "counts.h"

enum { LM_NGRAM_ROW_PARTS = 256 };

typedef struct {
    int order;
    size_t width; /* of a row: `order` ranks, prob, and below the highest order bow */
    uint64_t count;
    uint32_t *cell; /* (count, width), among the tables of the counts */
} lm_ngram_rows;

/* Order, vocabulary and ranks of the counts are set. */
LM_MUST_USE lm_status lm_ngram_rows_new(lm_ngram_rows *rows, int order, uint64_t count,
                                        lm_ngram_counts *counts, const lm_run *run, lm_err *e);

/* Sorts rows by their words.  second[part]: of the rows of that part, counted from 0, the first
 * one that equals one before it; UINT64_MAX if there is none. */
LM_MUST_USE lm_status lm_ngram_rows_sort(lm_ngram_rows *rows, lm_ngram_counts *counts,
                                         uint64_t second[LM_NGRAM_ROW_PARTS], const lm_run *run,
                                         lm_err *e);

/* Makes words, children, suffixes, prob and bow of orders 2 and up from sorted rows, and frees
 * them.  Prefixes and suffixes that are missing are added: what they say is had by backing off. */
LM_MUST_USE lm_status lm_ngram_rows_join(lm_ngram_rows rows[LM_NGRAM_ORDER_MAX + 1],
                                         lm_ngram_counts *counts, const lm_run *run, lm_err *e);

/* The part of a first word. */
static inline size_t lm_ngram_row_part(uint32_t rank, uint64_t words)
{
    return (size_t)(rank * (uint64_t)LM_NGRAM_ROW_PARTS / words);
}

static inline uint32_t *lm_ngram_row(const lm_ngram_rows *rows, uint64_t i)
{
    return rows->cell + i * rows->width;
}

static inline void lm_ngram_row_set(const lm_ngram_rows *rows, uint32_t *row, float prob, float bow)
{
    memcpy(row + rows->order, &prob, sizeof prob);
    if (rows->width > (size_t)rows->order + 1) memcpy(row + rows->order + 1, &bow, sizeof bow);
}
#endif
