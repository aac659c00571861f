/* word_options.h - the options that say what a word is, and which ones a model has; shared by all
 * programs that make word-level models.
 *
 *     {.kind = LM_OPT_GROUP, .name = "", .group = lm_word_option_rows},
 *     ...
 *     LM_TRY(lm_word_options_get(&choice, &history, e));     after parsing
 *     lm_word_options_free(&choice);
 */
#ifndef LM_WORD_OPTIONS_H
#define LM_WORD_OPTIONS_H
#include <stdbool.h>
#include "lm/option.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/text.h"
#include "lm/words.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const lm_option lm_word_option_rows[];

/* The same for models without marks, in which words that are not chosen are left out; a list may
 * have counts. */
extern const lm_option lm_word_option_rows_bare[];
/* Before the table is read. */
void lm_word_options_set_bare(int64_t min_count);

/* What was given: how text is read. */
lm_unit lm_word_option_unit(void);
bool lm_word_option_marks_as_words(void);
/* The same decided otherwise, by files of counts. */
void lm_word_option_set(lm_unit unit, bool marks_as_words);

/* lm_text_open with them. */
LM_MUST_USE lm_status lm_word_options_open(lm_text **text, char *const *paths, size_t count,
                                           lm_err *e);

/* What was given, with the words of --vocab, which is added to the history as an input; its
 * no_marks is left alone.  Errors: LM_EUSAGE, LM_EIO, LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_word_options_get(lm_word_choice *choice, lm_str *history, lm_err *e);
void lm_word_options_free(lm_word_choice *choice);

#ifdef __cplusplus
}
#endif
#endif
