/* counts.h - n-gram counts as a trie: what counting gives and estimating takes. */
#ifndef LM_NGRAM_COUNTS_H
#define LM_NGRAM_COUNTS_H
#include "lm/ngram.h"

/* The same tables as lm_ngram's, with counts in the place of probabilities.  N-grams that
 * begin with <s> are last in every table, because <s> has the largest id. */
typedef struct {
    int order;
    bool marks;      /* <s> and </s> are events of the model, not only borders of lines */
    lm_vocab *vocab; /* <s> included, whether the model has it or not */
    uint64_t size[LM_NGRAM_ORDER_MAX + 2];
    uint32_t *word[LM_NGRAM_ORDER_MAX + 1];
    uint32_t *first[LM_NGRAM_ORDER_MAX + 1];
    uint32_t *suffix[LM_NGRAM_ORDER_MAX + 1];
    uint32_t *count[LM_NGRAM_ORDER_MAX + 1]; /* times the n-gram was read */
    uint64_t border[LM_NGRAM_ORDER_MAX + 1]; /* first n-gram that begins with <s> */
    lm_arena arena;
} lm_ngram_counts;

/* Counts the n-grams of all orders up to options->order. */
LM_MUST_USE lm_status lm_ngram_count_text(lm_ngram_counts *counts, lm_text *text,
                                          const lm_ngram_options *options, const lm_run *run,
                                          lm_err *e);
void lm_ngram_counts_free(lm_ngram_counts *counts); /* the vocabulary too, if still there */

/* Fills counts->suffix from words and children.  A suffix that is not in the trie becomes
 * LM_NO_WORD, and so do those of its children; never after counting. */
LM_MUST_USE lm_status lm_ngram_link_suffixes(lm_ngram_counts *counts, const lm_run *run, lm_err *e);

/* The child of node `parent` of order k that ends in `word`, or -1. */
int64_t lm_ngram_child(const uint32_t *first, const uint32_t *words, uint64_t words_size,
                       uint64_t parent, uint32_t word);

/* Estimates the model from the counts and takes over their tables and vocabulary. */
LM_MUST_USE lm_status lm_ngram_estimate(lm_ngram *model, lm_ngram_counts *counts,
                                        const lm_ngram_options *options, const lm_run *run,
                                        lm_err *e);
/* Gives tables and vocabulary to the model; what is left is freed by lm_ngram_counts_free. */
void lm_ngram_take_tables(lm_ngram *model, lm_ngram_counts *counts);
/* The three estimators: prob and bow of all orders, allocated in counts->arena. */
LM_MUST_USE lm_status lm_ngram_mle(lm_ngram *model, lm_ngram_counts *counts, const lm_run *run,
                                   lm_err *e);
LM_MUST_USE lm_status lm_ngram_addk(lm_ngram *model, lm_ngram_counts *counts, double k,
                                    const lm_run *run, lm_err *e);
LM_MUST_USE lm_status lm_ngram_kneser_ney(lm_ngram *model, lm_ngram_counts *counts,
                                          const lm_ngram_options *options, const lm_run *run,
                                          lm_err *e);
#endif
