/* counts.h - n-gram counts as a trie: what counting gives and estimating takes. */
#ifndef LM_NGRAM_COUNTS_H
#define LM_NGRAM_COUNTS_H
#include "lm/ngram.h"

/* The same tables as lm_ngram's, with counts from counting on, with probabilities and back-off
 * weights from estimating on.  <s> is the last word of table 1, so that the n-grams that begin
 * with it are the last of every table. */
typedef struct {
    int order;
    bool marks;             /* <s> and </s> are events of the model, not only borders of lines */
    lm_vocab *vocab;        /* <s> included, whether the model has it or not */
    uint32_t bos, unk, eos; /* places of the marks in table 1; LM_NO_WORD if there is none */
    uint64_t size[LM_NGRAM_ORDER_MAX + 2];
    uint32_t *word[LM_NGRAM_ORDER_MAX + 1];
    uint32_t *first[LM_NGRAM_ORDER_MAX + 1];
    uint32_t *suffix[LM_NGRAM_ORDER_MAX + 1];
    uint32_t *count[LM_NGRAM_ORDER_MAX + 1]; /* times the n-gram was read */
    uint64_t border[LM_NGRAM_ORDER_MAX + 1]; /* first n-gram that begins with <s> */
    float *prob[LM_NGRAM_ORDER_MAX + 1], *bow[LM_NGRAM_ORDER_MAX + 1];
    lm_arena arena;
} lm_ngram_counts;

/* |V|: the words that are predicted, all but <s>, stand at 0 .. |V|-1 of table 1. */
static inline uint64_t lm_ngram_outputs(const lm_ngram_counts *c)
{
    return c->border[1];
}

/* For every n-gram of order k >= 2 its place in order k-1 without its first word. */
static inline const uint32_t *lm_ngram_suffixes(const lm_ngram_counts *c, int k)
{
    return k == 2 ? c->word[2] : c->suffix[k];
}

/* ---- counting ---- */

/* Counts the n-grams of all orders up to options->order. */
LM_MUST_USE lm_status lm_ngram_count_text(lm_ngram_counts *counts, lm_text *text,
                                          const lm_ngram_options *options, const lm_run *run,
                                          lm_err *e);
void lm_ngram_counts_free(lm_ngram_counts *counts); /* the vocabulary too, if still there */

/* Chooses the words of the model among those `found` (by appearance, read count[i] times) and
 * those of the options.  Fills `vocab`, empty before: <unk>, </s>, the words by descending
 * count with ties in byte order, <s>; and `map`: from found to chosen, or <unk>. */
LM_MUST_USE lm_status lm_ngram_choose_words(lm_vocab *vocab, uint32_t *map, const lm_vocab *found,
                                            const uint32_t *count, const lm_ngram_options *options,
                                            lm_err *e);

/* Fills counts->suffix from words and children.  A suffix that is not in the trie becomes
 * LM_NO_WORD, and so do those of its children; never after counting. */
LM_MUST_USE lm_status lm_ngram_link_suffixes(lm_ngram_counts *counts, const lm_run *run, lm_err *e);

/* The child of node `parent` of order k that ends in `word`, or -1. */
int64_t lm_ngram_child(const uint32_t *first, const uint32_t *words, uint64_t words_size,
                       uint64_t parent, uint32_t word);

/* ---- estimating ---- */

/* Estimates the model from the counts and takes over their tables and vocabulary. */
LM_MUST_USE lm_status lm_ngram_estimate(lm_ngram *model, lm_ngram_counts *counts,
                                        const lm_ngram_options *options, const lm_run *run,
                                        lm_err *e);
/* Gives tables and vocabulary to the model; what is left is freed by lm_ngram_counts_free. */
void lm_ngram_take_tables(lm_ngram *model, lm_ngram_counts *counts);

/* D(a) for a count of a; counts from the last on have the same. */
enum { LM_NGRAM_DISCOUNTS = 9 };

/* The discounts of order k, from how many n-grams have which count. */
LM_MUST_USE lm_status lm_ngram_find_discounts(double discount[LM_NGRAM_DISCOUNTS],
                                              const lm_ngram_counts *counts, int k,
                                              const uint32_t *count,
                                              const lm_ngram_options *options, const lm_run *run,
                                              lm_err *e);

/* Calls body(job, h, end) for ranges h .. end-1 that together are the n-grams of an order. */
void lm_ngram_for_ranges(uint64_t size, void (*body)(void *job, uint64_t h, uint64_t end),
                         void *job, const lm_run *run);

/* ---- sharing with shorter contexts ----
 * Before: prob holds what each n-gram has of its own, bow what is free in each context. */

/* p(w|h) = prob(hw) + bow(h) p(w|h'). */
void lm_ngram_interpolate(const lm_ngram_counts *counts, const lm_run *run);

/* Sums of p(w|h) over all words of h, less 1: not 0, since tables hold floats. */
typedef struct {
    double none;                          /* of the empty context */
    float *after[LM_NGRAM_ORDER_MAX + 1]; /* by order of h */
} lm_ngram_excess;
LM_MUST_USE lm_status lm_ngram_excess_new(lm_ngram_excess *excess, const lm_ngram_counts *counts,
                                          lm_err *e);
void lm_ngram_excess_free(lm_ngram_excess *excess);
/* Of tables that are complete. */
void lm_ngram_excess_fill(lm_ngram_excess *excess, const lm_ngram_counts *counts,
                          const lm_run *run);

/* rest(h): the sum of p(w|h') over the words that did not follow h, a context of order k >= 1,
 * where `below` is the sum over those that did. */
double lm_ngram_rest(const lm_ngram_counts *counts, const lm_ngram_excess *excess, int k,
                     uint64_t h, double below);

/* bow(h) becomes free(h) / rest(h), so that p(w|h) sums to 1.  Fills the excess. */
void lm_ngram_back_off(const lm_ngram_counts *counts, lm_ngram_excess *excess, const lm_run *run);

/* The back-off weights of complete tables, whose excess is `before`, without the n-grams that
 * are not kept (keep[order][i] = 0). */
void lm_ngram_back_off_without(const lm_ngram_counts *counts, uint8_t *const *keep,
                               const lm_ngram_excess *before, lm_ngram_excess *after,
                               const lm_run *run);

/* ---- pruning ---- */

/* Removes the n-grams of order 2 and more with keep[order][i] = 0, counts with them. */
LM_MUST_USE lm_status lm_ngram_drop(lm_ngram_counts *counts, uint8_t *const *keep, lm_err *e);
/* keep[k] of all orders k >= 2, zeroed. */
LM_MUST_USE lm_status lm_ngram_keep_new(uint8_t **keep, const lm_ngram_counts *counts, lm_err *e);
void lm_ngram_keep_free(uint8_t **keep);

/* N-grams of order k that were read no more often than threshold[k] times. */
LM_MUST_USE lm_status lm_ngram_prune_counts(lm_ngram_counts *counts, const uint32_t *threshold,
                                            lm_err *e);
/* What lm_ngram_prune does, on tables that are complete. */
LM_MUST_USE lm_status lm_ngram_prune_entropy(lm_ngram_counts *counts, double threshold,
                                             const lm_run *run, lm_err *e);

/* Do the tables hold together?  `path` is named in messages. */
LM_MUST_USE lm_status lm_ngram_check_tables(const lm_ngram *model, const char *path, lm_err *e);
#endif
