/* counts_file.h - a count file while it is read: its tables, and its grams in order. */
#ifndef LM_NGRAM_COUNTS_FILE_H
#define LM_NGRAM_COUNTS_FILE_H
#include "grams.h"
#include "lm/inputs.h"

typedef struct {
    lm_ckpt *ckpt;
    lm_vocab *vocab; /* ids are ranks */
    int order;
    bool marks, marks_as_words;
    lm_unit unit;
    lm_inputs inputs;
    uint64_t size[LM_NGRAM_ORDER_MAX + 2];
    const uint32_t *word[LM_NGRAM_ORDER_MAX + 1];
    const uint32_t *first[LM_NGRAM_ORDER_MAX + 1];
    const uint32_t *count[LM_NGRAM_ORDER_MAX + 1];
} lm_counts_file;

/* Opens a count file; its sums are checked only to `verify`, that of its header always.  What is in
 * the tables is checked where it is used. */
LM_MUST_USE lm_status lm_counts_file_open(lm_counts_file *file, const char *path, bool verify,
                                          lm_err *e);
void lm_counts_file_close(lm_counts_file *file);

/* The grams of a file cut to `order` words, in its own order; words become map[rank]. */
typedef struct {
    const lm_counts_file *file;
    int order;
    const uint32_t *map;
    int depth;                            /* words of the node the walk is at; 0: none yet */
    uint64_t at[LM_NGRAM_ORDER_MAX + 1];  /* the node of each order on the way to it */
    uint64_t end[LM_NGRAM_ORDER_MAX + 1]; /* of its parent's children */
    uint32_t next_first;                  /* the first word to begin with */
} lm_counts_walk;

lm_counts_walk lm_counts_walk_from(const lm_counts_file *file, int order, const uint32_t *map,
                                   uint32_t first_rank);
/* Length 0 at the end.  Errors: LM_EFORMAT. */
LM_MUST_USE lm_status lm_counts_walk_next(lm_counts_walk *walk, lm_gram *gram, lm_err *e);
#endif
