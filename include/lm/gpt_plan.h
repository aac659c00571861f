/* gpt_plan.h - what a run of pretraining will take: said before it begins.
 *
 *     lm_gpt_plan plan;
 *     LM_TRY(lm_gpt_plan_of(&plan, trainer, &options, pool, e));
 *     LM_TRY(lm_gpt_plan_lines(&plan, &text, e));                      key TAB value
 */
#ifndef LM_GPT_PLAN_H
#define LM_GPT_PLAN_H
#include <stdint.h>
#include "lm/gpt_train.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/thread.h"
#include "lm/train.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    lm_gpt_count parameters;
    uint64_t memory;       /* bytes: parameters, gradients, moments, activations, text */
    double tokens;         /* of the whole run */
    double token_flops;    /* to train on one: 6 for each parameter it is multiplied with, and 12 C
                              for each key that attention looks at in a layer */
    double flops;          /* of the whole run */
    double flops_a_second; /* of this machine's matrix products, tried for a moment; 0: not tried */
} lm_gpt_plan;

/* `pool`: what it is tried with, if there is a text to train on.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_plan_of(lm_gpt_plan *plan, const lm_gpt_trainer *trainer,
                                     const lm_train_options *o, lm_pool *pool, lm_err *e);

LM_MUST_USE lm_status lm_gpt_plan_lines(const lm_gpt_plan *plan, lm_str *out, lm_err *e);
/* The same for people, in one line. */
LM_MUST_USE lm_status lm_gpt_plan_sentence(const lm_gpt_plan *plan, lm_str *out, lm_err *e);

/* Has --dry-run show the plan of this run, or tells it now.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_plan_tell(lm_gpt_trainer *trainer, const lm_train_options *o,
                                       const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
