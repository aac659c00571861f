/* ngram_counts.h - n-gram counts: of a text, in files, added up.
 *
 *     lm_ngram_counts *counts;
 *     LM_TRY(lm_ngram_counts_of_text(&counts, text, order, no_marks, run, e));     or
 *     LM_TRY(lm_ngram_counts_of_files(&counts, paths, count, run, e));
 *     LM_TRY(lm_ngram_counts_write(counts, out, run, e));
 *     lm_ngram_counts_free(counts);
 *
 * A count file is a checkpoint of kind "ngram-counts".  Counts added up are the same, byte for
 * byte, as those of all the text in one run, whatever the order of the files. */
#ifndef LM_NGRAM_COUNTS_H
#define LM_NGRAM_COUNTS_H
#include <stdbool.h>
#include "lm/ckpt.h"
#include "lm/inputs.h"
#include "lm/ngram.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lm_ngram_counts lm_ngram_counts;

/* Counts a text to its end, with all its words; no text is no n-grams.  Errors: LM_EFORMAT,
 * LM_EIO, LM_ENOMEM, LM_ESTOPPED. */
LM_MUST_USE lm_status lm_ngram_counts_of_text(lm_ngram_counts **counts, lm_text *text, int order,
                                              bool no_marks, const lm_run *run, lm_err *e);
/* Adds up count files.  Errors: LM_EUSAGE where order, unit or marks differ; LM_EFORMAT. */
LM_MUST_USE lm_status lm_ngram_counts_of_files(lm_ngram_counts **counts, char *const *paths,
                                               size_t count, const lm_run *run, lm_err *e);
/* Reads lines "words TAB count" of the n-grams of all orders up to `order`, in any order; those of
 * the same words are added up.  Errors: LM_EFORMAT with file and line, or the words; LM_EIO. */
LM_MUST_USE lm_status lm_ngram_counts_of_tsv(lm_ngram_counts **counts, char *const *paths,
                                             size_t count, int order, lm_unit unit, bool no_marks,
                                             const lm_run *run, lm_err *e);
void lm_ngram_counts_free(lm_ngram_counts *counts); /* NULL is allowed */

/* Writes a count file. */
LM_MUST_USE lm_status lm_ngram_counts_write(const lm_ngram_counts *counts, lm_out *out,
                                            const lm_run *run, lm_err *e);
/* Writes lines "words TAB count"; words are joined by blanks, those of characters and bytes are
 * escaped (lm_str_add_escaped). */
LM_MUST_USE lm_status lm_ngram_counts_write_tsv(const lm_ngram_counts *counts, lm_out *out,
                                                const lm_run *run, lm_err *e);

/* Adds up lines "key TAB count" whose keys are equal, which stand one after the other. */
LM_MUST_USE lm_status lm_tsv_add_up(char *const *paths, size_t count, lm_out *out,
                                    const lm_run *run, lm_err *e);

/* How a text was counted. */
typedef struct {
    int order;
    lm_unit unit;
    bool no_marks, marks_as_words;
} lm_ngram_counting;

/* Are the files count files, and what is in the first?  False for texts.  Errors: LM_EUSAGE if only
 * some are; LM_EFORMAT for any other checkpoint. */
LM_MUST_USE lm_status lm_ngram_are_counts(char *const *paths, size_t count, bool *are,
                                          lm_ngram_counting *how, lm_err *e);

/* As lm_ngram_train, from count files; the options' order may be less than theirs, and whether
 * there are marks is theirs.  What the counts were made from is added to `inputs`. */
LM_MUST_USE lm_status lm_ngram_train_counts(lm_ngram **model, char *const *paths, size_t count,
                                            const lm_ngram_options *options, lm_inputs *inputs,
                                            const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
