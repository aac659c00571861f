/* gpt_options.h - the options that say what a GPT is and how it is pretrained.
 *
 *     {.kind = LM_OPT_GROUP, .name = "", .group = lm_gpt_option_rows},
 *     ...
 *     lm_gpt_options_suggest();                               before lm_train_options_get
 *     LM_TRY(lm_gpt_options_get(&shape, &how, tokens, e));    tokens: the tokenizer's; 0: no text
 */
#ifndef LM_GPT_OPTIONS_H
#define LM_GPT_OPTIONS_H
#include "lm/gpt_train.h"
#include "lm/option.h"
#include "lm/status.h"
#include "lm/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Their variables are the process's, as a command line is. */
extern const lm_option lm_gpt_option_rows[];

/* Makes the training options of a GPT the defaults of their table; and what suits the preset. */
void lm_gpt_options_set_training(void);
void lm_gpt_options_suggest(void);

/* What was given.  Errors: LM_EUSAGE for what contradicts itself. */
LM_MUST_USE lm_status lm_gpt_options_get(lm_gpt_shape *shape, lm_gpt_training *how, uint64_t tokens,
                                         lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
