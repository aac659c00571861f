/* nnlm_options.h - the options that say what an NNLM is and how it is trained.
 *
 *     {.kind = LM_OPT_GROUP, .name = "", .group = lm_nnlm_option_rows},
 *     ...
 *     lm_nnlm_shape shape;
 *     lm_nnlm_training how;
 *     LM_TRY(lm_nnlm_options_get(&shape, &how, e));
 */
#ifndef LM_NNLM_OPTIONS_H
#define LM_NNLM_OPTIONS_H
#include "lm/nnlm_train.h"
#include "lm/option.h"
#include "lm/status.h"
#include "lm/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Their variables are the process's, as a command line is. */
extern const lm_option lm_nnlm_option_rows[];

/* Makes the training options of an NNLM the defaults of their table. */
void lm_nnlm_options_set_training(void);

/* What was given.  Errors: LM_EUSAGE for what contradicts itself. */
LM_MUST_USE lm_status lm_nnlm_options_get(lm_nnlm_shape *shape, lm_nnlm_training *how, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
