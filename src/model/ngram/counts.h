/* counts.h - the tables of n-grams while a model is made: counts, and what estimating adds.
 *
 * The n-grams are a trie from the first word to the last.  Words stand in the tables as ranks:
 * their places in the order of a hash of the spellings, <s> after all.  So the order is the same
 * whatever was counted, and the ranks of the words after any context are spread evenly.  The table
 * of order 1 is indexed by rank; the n-grams of order k are sorted by their words, so that the
 * children of a node are neighbours in the table of order k+1.  N-grams that begin with <s> are
 * last in every table. */
#ifndef LM_NGRAM_COUNTS_PRIVATE_H
#define LM_NGRAM_COUNTS_PRIVATE_H
#include "lm/inputs.h"
#include "lm/ngram.h"
#include "lm/tables.h"

typedef struct lm_ngram_counts {
    int order;
    bool marks;             /* <s> and </s> are events of the model, not only borders of lines */
    lm_vocab *vocab;        /* <s> included, whether the model has it or not */
    uint32_t *rank;         /* (vocabulary) rank of an id */
    uint32_t *id;           /* (vocabulary) id of a rank */
    uint32_t bos, unk, eos; /* ranks of the marks, LM_NO_WORD if there is none */
    uint64_t size[LM_NGRAM_ORDER_MAX + 2];
    uint64_t border[LM_NGRAM_ORDER_MAX + 1]; /* first n-gram that begins with <s> */

    uint32_t *word[LM_NGRAM_ORDER_MAX + 1];   /* k >= 2: the last word */
    uint32_t *first[LM_NGRAM_ORDER_MAX + 1];  /* k < order, size[k] + 1 entries: children */
    uint32_t *count[LM_NGRAM_ORDER_MAX + 1];  /* times the n-gram was read */
    uint32_t *suffix[LM_NGRAM_ORDER_MAX + 1]; /* k >= 3: the n-gram without its first word */
    bool closed;                              /* all of these are there */
    float *prob[LM_NGRAM_ORDER_MAX + 1];      /* of the last word after the others */
    float *bow[LM_NGRAM_ORDER_MAX + 1];       /* k < order: weight of the shorter context */
    lm_tables tables;                         /* hold all of these but the vocabularies */

    /* Of counts that are to be saved. */
    lm_unit unit;
    bool marks_as_words;
    lm_inputs inputs;
    lm_vocab *ranked; /* the vocabulary in the order of the tables */
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

/* Words of a text as they were found, and how often. */
typedef struct {
    const lm_vocab *vocab;
    const uint64_t *count;
    uint64_t lines;
} lm_ngram_found;

struct lm_grams;

/* Chooses the vocabulary of empty tables and sets its ranks.  map[i] becomes the rank of the word
 * i that was found.  *grams is ready to fill the tables. */
LM_MUST_USE lm_status lm_ngram_choose(lm_ngram_counts *counts, const lm_ngram_found *found,
                                      const lm_ngram_options *options, uint32_t *map,
                                      struct lm_grams **grams, const lm_run *run, lm_err *e);

/* Counts the n-grams of all orders up to options->order. */
LM_MUST_USE lm_status lm_ngram_count_text(lm_ngram_counts *counts, lm_text *text,
                                          const lm_ngram_options *options, const lm_run *run,
                                          lm_err *e);
void lm_ngram_counts_drop(lm_ngram_counts *counts); /* all that is still there */
bool lm_ngram_counts_empty(const lm_ngram_counts *counts);

/* Adds up the n-grams of count files, the words chosen by the options. */
LM_MUST_USE lm_status lm_ngram_count_files(lm_ngram_counts *counts, char *const *paths,
                                           size_t count, const lm_ngram_options *options,
                                           const lm_run *run, lm_err *e);

/* Reads n-grams with their counts from lines of text. */
LM_MUST_USE lm_status lm_ngram_count_tsv(lm_ngram_counts *counts, char *const *paths, size_t count,
                                         const lm_ngram_options *options, lm_unit unit,
                                         const lm_run *run, lm_err *e);

/* Sets rank, id and the marks' ranks from the vocabulary. */
LM_MUST_USE lm_status lm_ngram_rank_words(lm_ngram_counts *counts, const lm_run *run, lm_err *e);
/* Takes them from a model. */
LM_MUST_USE lm_status lm_ngram_copy_ranks(lm_ngram_counts *counts, const lm_ngram *model,
                                          const lm_run *run, lm_err *e);

/* Fills counts->suffix from words and children.  A suffix that is not in the trie becomes
 * LM_NO_WORD, and so do those of its children; never after counting. */
LM_MUST_USE lm_status lm_ngram_link_suffixes(lm_ngram_counts *counts, const lm_run *run, lm_err *e);

/* ---- estimating ---- */

/* Estimates prob and bow of all orders. */
LM_MUST_USE lm_status lm_ngram_estimate(lm_ngram *model, lm_ngram_counts *counts,
                                        const lm_ngram_options *options, const lm_run *run,
                                        lm_err *e);
/* Turns the tables into those of the model, which takes over the vocabulary. */
LM_MUST_USE lm_status lm_ngram_pack(lm_ngram *model, lm_ngram_counts *counts, const lm_run *run,
                                    lm_err *e);
/* And back: the tables of a model, but no counts.  The vocabulary stays the model's.
 * Errors: LM_EFORMAT for a model whose tables do not hold together; `path` is named. */
LM_MUST_USE lm_status lm_ngram_unpack(lm_ngram_counts *counts, const lm_ngram *model,
                                      const char *path, const lm_run *run, lm_err *e);

/* D(a) for a count of a; counts from the last on have the same. */
enum { LM_NGRAM_DISCOUNTS = 9 };

/* The discounts of order k, from how many n-grams have which count. */
LM_MUST_USE lm_status lm_ngram_find_discounts(double discount[LM_NGRAM_DISCOUNTS],
                                              const lm_ngram_counts *counts, int k,
                                              const uint32_t *count,
                                              const lm_ngram_options *options, const lm_run *run,
                                              lm_err *e);

/* Calls body(job, h, end) for ranges h .. end-1 that together are all of 0 .. size-1, in parallel.
 */
void lm_ngram_for_ranges(uint64_t size, void (*body)(void *job, uint64_t h, uint64_t end),
                         void *job, const lm_run *run);
/* The same for the n-grams of `order`, in an order that keeps their suffixes together where the
 * tables are files. */
void lm_ngram_for_contexts(const lm_ngram_counts *counts, int order,
                           void (*body)(void *job, uint64_t h, uint64_t end), void *job,
                           const lm_run *run);
/* The same for order 2 and more; no two calls at the same time have n-grams of one suffix. */
LM_MUST_USE lm_status lm_ngram_for_suffixes(const lm_ngram_counts *counts, int order,
                                            void (*body)(void *job, uint64_t g, uint64_t end),
                                            void *job, const lm_run *run, lm_err *e);

/* ---- sharing with shorter contexts ----
 * Before: prob holds what each n-gram has of its own, bow what is free in each context. */

/* p(w|h) = prob(hw) + bow(h) p(w|h'). */
void lm_ngram_interpolate(const lm_ngram_counts *counts, const lm_run *run);

/* Sums of p(w|h) over all words of h, less 1: not 0, since tables hold floats. */
typedef struct {
    double none;                          /* of the empty context */
    float *after[LM_NGRAM_ORDER_MAX + 1]; /* by order of h */
    lm_tables tables;
} lm_ngram_excess;
LM_MUST_USE lm_status lm_ngram_excess_new(lm_ngram_excess *excess, const lm_ngram_counts *counts,
                                          const lm_run *run, lm_err *e);
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
LM_MUST_USE lm_status lm_ngram_drop(lm_ngram_counts *counts, uint8_t *const *keep,
                                    const lm_run *run, lm_err *e);
/* keep[k] of all orders k >= 2, zeroed, among the tables. */
LM_MUST_USE lm_status lm_ngram_keep_new(uint8_t **keep, lm_ngram_counts *counts, const lm_run *run,
                                        lm_err *e);
void lm_ngram_keep_free(uint8_t **keep, lm_ngram_counts *counts);

/* N-grams of order k that were read no more often than threshold[k] times. */
LM_MUST_USE lm_status lm_ngram_prune_counts(lm_ngram_counts *counts, const uint32_t *threshold,
                                            const lm_run *run, lm_err *e);
/* What lm_ngram_prune does, on tables that are complete. */
LM_MUST_USE lm_status lm_ngram_prune_entropy(lm_ngram_counts *counts, double threshold,
                                             const lm_run *run, lm_err *e);
#endif
