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
    float *prob[LM_NGRAM_ORDER_MAX + 1];      /* of the last word after the others */
    float *bow[LM_NGRAM_ORDER_MAX + 1];       /* k < order: weight of the shorter context */
    lm_tables tables;                         /* hold all of these but the vocabularies */

    /* Of counts that are to be saved. */
    lm_unit unit;
    bool marks_as_words;
    lm_inputs inputs;
    lm_vocab *ranked; /* the vocabulary in the order of the tables */
} lm_ngram_counts;

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

/* Fills counts->suffix from words and children.  A suffix that is not in the trie becomes
 * LM_NO_WORD, and so do those of its children; never after counting. */
LM_MUST_USE lm_status lm_ngram_link_suffixes(lm_ngram_counts *counts, const lm_run *run, lm_err *e);

/* Estimates prob and bow of all orders, options->smooth. */
LM_MUST_USE lm_status lm_ngram_estimate(lm_ngram *model, lm_ngram_counts *counts,
                                        const lm_ngram_options *options, const lm_run *run,
                                        lm_err *e);
/* Turns the tables into those of the model, which takes over the vocabulary. */
LM_MUST_USE lm_status lm_ngram_pack(lm_ngram *model, lm_ngram_counts *counts, const lm_run *run,
                                    lm_err *e);

/* The estimators: prob and bow of all orders. */
LM_MUST_USE lm_status lm_ngram_mle(lm_ngram *model, lm_ngram_counts *counts, const lm_run *run,
                                   lm_err *e);
LM_MUST_USE lm_status lm_ngram_addk(lm_ngram *model, lm_ngram_counts *counts, double k,
                                    const lm_run *run, lm_err *e);
LM_MUST_USE lm_status lm_ngram_kneser_ney(lm_ngram *model, lm_ngram_counts *counts,
                                          const lm_ngram_options *options, const lm_run *run,
                                          lm_err *e);
#endif
