/* ngram.h - n-gram models: counting, estimating, querying.
 * Chen and Goodman, An empirical study of smoothing techniques for language modeling, 1999.
 *
 *     lm_ngram_options options = LM_NGRAM_DEFAULTS;
 *     LM_TRY(lm_ngram_train(&model, text, &options, run, e));      or lm_ngram_load
 *     lm_ngram_begin(model, &state, false);
 *     p = lm_ngram_score(model, &state, lm_lang_id(&model->lang, word), &order);
 *
 * The n-grams are a trie from the first word to the last.  The nodes of order k stand in one
 * table, sorted by their words; the children of a node are neighbours in the next table.  In the
 * tables a word is its rank, its place in the order of a hash of the spellings (<s> last).  So the
 * ranks of the children of any node are spread evenly, and where a child stands can be told from
 * its rank, but for a few slots: large blocks of children have unused slots that keep it so.  A
 * node holds all that is wanted of it, and takes one cache line to read. */
#ifndef LM_NGRAM_H
#define LM_NGRAM_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/lang.h"
#include "lm/run.h"
#include "lm/smooth.h"
#include "lm/status.h"
#include "lm/tables.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An n-gram below the highest order. */
typedef struct {
    uint32_t word;  /* rank of its last word; at order 1, where the slot is the rank: its id;
                     * LM_NO_WORD: the slot is unused */
    uint32_t first; /* children: from here to before the first of the next slot, by rank */
    float prob;     /* of the last word after the others */
    float bow;      /* weight of the shorter context for words that are not children; ADDK: the
                     * probability of each of them */
} lm_ngram_node;

/* An n-gram of the highest order. */
typedef struct {
    uint32_t word;
    float prob;
} lm_ngram_leaf;

/* A model of n-grams up to lang.order; count[k] is how many there are of order k. */
typedef struct {
    lm_lang lang; /* vocabulary, spelling, unit */
    lm_ngram_smooth smooth;
    bool backoff;
    double k;
    uint64_t count[LM_NGRAM_ORDER_MAX + 2];
    uint64_t slots[LM_NGRAM_ORDER_MAX + 2]; /* the same with unused slots */
    const uint32_t *rank;                   /* (vocabulary) rank of an id */
    const lm_ngram_node
        *node[LM_NGRAM_ORDER_MAX];              /* k < order: slots[k] + 1, one to end the last */
    const lm_ngram_leaf *leaf;                  /* slots[order] */
    double discount[LM_NGRAM_ORDER_MAX + 1][3]; /* ABS, KN, MKN: D1, D2, D3+ by order */
    struct lm_ngram_packed *packed;             /* from order 2 on instead of these (quantize.h) */
    lm_tables tables;                           /* of a model that was made here */
} lm_ngram;

/* Reads `text` to its end, one sentence a line, and estimates a model.  Its units and marks
 * follow `text` and `options`.  The result depends on neither threads nor memory.
 * Errors: LM_EUSAGE (options); LM_EFORMAT (no text; discounts that cannot be estimated; over
 * 2^32 - 2 n-grams of one order); LM_EIO; LM_ENOMEM; LM_ESTOPPED. */
LM_MUST_USE lm_status lm_ngram_train(lm_ngram **model, lm_text *text,
                                     const lm_ngram_options *options, const lm_run *run, lm_err *e);

/* Leaves out n-grams whose loss raises the model's perplexity by less than a share `threshold`
 * each, unless a longer one needs them (Stolcke, Entropy-based pruning of backoff language
 * models, 1998).  Errors: LM_EUSAGE (ADDK does not back off); LM_EFORMAT; LM_ENOMEM. */
LM_MUST_USE lm_status lm_ngram_prune(lm_ngram *model, double threshold, const lm_run *run,
                                     lm_err *e);

/* Adds configuration and tables to a writer of kind "ngram"; the model must outlive it. */
LM_MUST_USE lm_status lm_ngram_save(const lm_ngram *model, lm_ckpt_writer *writer, lm_err *e);
/* Views the tables of a checkpoint, which must outlive the model.  Tables are checked against
 * the configuration; their contents here up to 64 MiB, and at every use. */
LM_MUST_USE lm_status lm_ngram_load(lm_ngram **model, const lm_ckpt *ckpt, lm_err *e);
void lm_ngram_free(lm_ngram *model); /* NULL is allowed */

/* Where a model stands: the suffixes of the words before that it knows. */
typedef struct {
    uint8_t length; /* words of the longest one; 0: none */
    uint8_t wanted; /* words there were, at most order-1 (ADDK: unseen if more than length) */
    struct {
        uint32_t begin, end; /* children, in the table of the next order */
        float bow;
    } context[LM_NGRAM_ORDER_MAX - 1]; /* [i]: the suffix of i + 1 words */
} lm_ngram_state;

/* After <s>, or `inside` a sentence with nothing known. */
void lm_ngram_begin(const lm_ngram *model, lm_ngram_state *state, bool inside);

/* p(word | state), then moves the state past the word.  *order: words it was taken from, itself
 * included.  LM_NO_WORD: 0, and nothing is known after it. */
double lm_ngram_score(const lm_ngram *model, lm_ngram_state *state, uint32_t word, int *order);

/* p (vocabulary size): the probability of every word after the state; 0 for <s>. */
void lm_ngram_predict(const lm_ngram *model, const lm_ngram_state *state, double *p);

/* The model as a word-level language model. */
extern const lm_lang_type lm_ngram_lang;

#ifdef __cplusplus
}
#endif
#endif
