/* generate_options.h - the options that say how a GPT writes.
 *
 *     {.kind = LM_OPT_GROUP, .name = "", .group = lm_generate_option_rows},
 *     ...
 *     lm_generation how;
 *     LM_TRY(lm_generate_options_get(&how, e));
 */
#ifndef LM_GENERATE_OPTIONS_H
#define LM_GENERATE_OPTIONS_H
#include "lm/generate.h"
#include "lm/option.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Their variables are the process's, as a command line is. */
extern const lm_option lm_generate_option_rows[];

/* What was given; beams 0: no beam search.  Errors: LM_EUSAGE for what contradicts itself. */
LM_MUST_USE lm_status lm_generate_options_get(lm_generation *how, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
