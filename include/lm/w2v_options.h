/* w2v_options.h - the options that say what word vectors are and how they are trained.
 *
 *     {.kind = LM_OPT_GROUP, .name = "", .group = lm_w2v_option_rows},
 *     ...
 *     lm_w2v_shape shape;
 *     lm_w2v_training how;
 *     LM_TRY(lm_w2v_options_get(&shape, &how, e));
 */
#ifndef LM_W2V_OPTIONS_H
#define LM_W2V_OPTIONS_H
#include "lm/option.h"
#include "lm/status.h"
#include "lm/train.h"
#include "lm/w2v_train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Their variables are the process's, as a command line is. */
extern const lm_option lm_w2v_option_rows[];

/* Makes the training options of word vectors the defaults of their table. */
void lm_w2v_options_set_training(void);

/* What was given, but for the seed; suggests a learning rate.  Before lm_train_options_get.
 * Errors: LM_EUSAGE for what contradicts itself. */
LM_MUST_USE lm_status lm_w2v_options_get(lm_w2v_shape *shape, lm_w2v_training *how, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
