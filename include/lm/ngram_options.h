/* ngram_options.h - the options that say how an n-gram model is estimated, for the table of any
 * program that does it.
 *
 *     {.kind = LM_OPT_GROUP, .name = "", .group = lm_ngram_option_rows},
 *     ...
 *     lm_ngram_options o;
 *     LM_TRY(lm_ngram_options_get(&o, &history, e));
 *     LM_TRY(lm_word_options_open(&text, paths, count, e));
 *     ...
 *     lm_ngram_options_free(&o);
 */
#ifndef LM_NGRAM_OPTIONS_H
#define LM_NGRAM_OPTIONS_H
#include "lm/ngram.h"
#include "lm/ngram_counts.h"
#include "lm/option.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/word_options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Their variables are the process's, as a command line is. */
extern const lm_option lm_ngram_option_rows[];

/* For counts in place of text, before the other functions: options that were not given are as the
 * counts were made.  Errors: LM_EUSAGE where they were given and cannot be so. */
LM_MUST_USE lm_status lm_ngram_options_of_counts(const lm_ngram_counting *how, lm_err *e);

/* What was given, checked; reads the file of --vocab and adds its input to the history.
 * Errors: LM_EUSAGE, naming the option; LM_EIO, LM_EFORMAT for the file; LM_ENOMEM. */
LM_MUST_USE lm_status lm_ngram_options_get(lm_ngram_options *options, lm_str *history, lm_err *e);
void lm_ngram_options_free(lm_ngram_options *options);

#ifdef __cplusplus
}
#endif
#endif
