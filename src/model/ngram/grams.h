/* grams.h - n-grams in any order become sorted tables, in memory or through runs on disk.
 *
 *     lm_grams *grams;
 *     LM_TRY(lm_grams_new(&grams, &counts, mass, run, e));
 *     LM_TRY(lm_grams_add(grams, &batch, last, run, e));       batch by batch, or
 *     LM_TRY(lm_grams_add_input(grams, &input, e));            something sorted already
 *     LM_TRY(lm_grams_finish(grams, run, e));                  fills the tables
 *     lm_grams_free(grams);
 *
 * A gram is what begins at one place of the text: `order` words, or fewer at a sentence's end.
 * Its prefixes are the n-grams of the shorter orders.  The first words are cut into parts, which
 * are sorted, merged and filled independently of each other. */
#ifndef LM_NGRAM_GRAMS_H
#define LM_NGRAM_GRAMS_H
#include "counts.h"

typedef struct {
    int length;
    uint32_t word[LM_NGRAM_ORDER_MAX];
    uint64_t count;
} lm_gram;

/* How many of the first `most` words are the same. */
static inline int lm_gram_common(const uint32_t *a, const uint32_t *b, int most)
{
    int n = 0;
    while (n < most && a[n] == b[n]) n++;
    return n;
}

/* Grams that begin at id[0], id[step], .. id[(starts-1) * step]; each ends before a <s>, before
 * LM_NO_WORD, at `length` or after `order` words. */
typedef struct {
    const uint32_t *id; /* ranks */
    size_t length;
    size_t starts, step;
    const uint32_t *count; /* (starts) how often each occurs; NULL: once */
} lm_gram_batch;

/* Grams in sorted order, each once, from `gram->word[0] >= from` on. */
typedef struct lm_gram_source {
    void *context;
    lm_status (*seek)(struct lm_gram_source *source, uint32_t from, lm_err *e);
    /* length 0 at the end */
    lm_status (*next)(struct lm_gram_source *source, lm_gram *gram, lm_err *e);
} lm_gram_source;

typedef struct lm_grams lm_grams;

/* The tables are those of `counts`, whose order, vocabulary and ranks are set.  mass[r]: how many
 * grams begin with rank r, about; parts are cut to have the same mass. */
LM_MUST_USE lm_status lm_grams_new(lm_grams **grams, lm_ngram_counts *counts, const uint64_t *mass,
                                   const lm_run *run, lm_err *e);
void lm_grams_free(lm_grams *grams); /* NULL is allowed */
/* What is added next are n-grams with the counts they have, not grams whose prefixes count too. */
void lm_grams_exact(lm_grams *grams);

/* Sorts a batch.  The first one, if it is also the last, stays in memory, and the tables are
 * filled at once; others become runs in temporary files. */
LM_MUST_USE lm_status lm_grams_add(lm_grams *grams, const lm_gram_batch *batch, bool last,
                                   const lm_run *run, lm_err *e);
/* Bytes that lm_grams_add takes for every gram of a batch. */
enum { LM_GRAM_BYTES = 33 };
/* How many grams, of at most `most`, a batch may have: as many as the memory that is left can hold,
 * be it little, if the batch itself takes `bytes` for each. */
size_t lm_grams_room(uint64_t most, uint64_t bytes, const lm_run *run);

/* `open` makes a source for one part, `close` frees it: the parts are merged in parallel. */
typedef struct {
    void *context;
    lm_status (*open)(void *context, lm_gram_source *source, lm_err *e);
    void (*close)(lm_gram_source *source);
} lm_gram_input;
LM_MUST_USE lm_status lm_grams_add_input(lm_grams *grams, const lm_gram_input *input, lm_err *e);

/* Merges runs and inputs and fills the tables. */
LM_MUST_USE lm_status lm_grams_finish(lm_grams *grams, const lm_run *run, lm_err *e);
#endif
