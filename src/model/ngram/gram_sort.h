/* gram_sort.h - sorting one batch of grams in memory. */
#ifndef LM_NGRAM_GRAM_SORT_H
#define LM_NGRAM_GRAM_SORT_H
#include "grams.h"
#include "lm/sort.h"

/* A batch and its order.  Parts are ranges of first words: part i has the grams item[start[i]] ..
 * item[start[i+1] - 1], sorted; their values are numbers of starts. */
typedef struct {
    lm_gram_batch batch;
    uint32_t bos;
    int order;
    int bits;    /* of a word in a key; 0 stands for "no word", rank + 1 for a word */
    int per_key; /* words in a key */
    lm_keyed *item, *spare;
    uint8_t *shape; /* per sorted gram: words in common with the one before << 4 | words */
    size_t parts;
    const uint32_t *part_word; /* (parts + 1): first words of each part */
    size_t *start;             /* (parts + 1) */
} lm_gram_sort;

/* Sorts the batch; the arrays are freed by lm_gram_sort_free. */
LM_MUST_USE lm_status lm_gram_sort_batch(lm_gram_sort *s, const lm_run *run, lm_err *e);
void lm_gram_sort_free(lm_gram_sort *s);

/* Sets bits and per_key for so many words. */
void lm_gram_sort_keys(lm_gram_sort *s, uint32_t words);
/* Sorts some items by their grams: batch, bos, order and keys of *s say which values mean what. */
void lm_gram_sort_items(const lm_gram_sort *s, lm_keyed *item, lm_keyed *spare, size_t count);

/* The words of the gram that is i-th in order. */
static inline const uint32_t *lm_gram_sorted(const lm_gram_sort *s, size_t i)
{
    return s->batch.id + s->item[i].value * s->batch.step;
}
#endif
