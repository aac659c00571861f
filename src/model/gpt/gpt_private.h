/* gpt_private.h - what the files of the GPT family share. */
#ifndef LM_GPT_PRIVATE_H
#define LM_GPT_PRIVATE_H
#include "lm/gpt.h"

#define LM_GPT_EPS 1e-5 /* of the layer norms */

/* Of a model whose shape and tokenizer are there: all that follows from them. */
LM_MUST_USE lm_status lm_gpt_prepare(lm_gpt *gpt, lm_err *e);

void lm_gpt_free_packed(lm_gpt *gpt);

#endif
