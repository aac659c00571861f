/* gpt_next.h - the most probable next tokens of a context. */
#ifndef LM_GPT_NEXT_H
#define LM_GPT_NEXT_H
#include <stdint.h>
#include "lm/file.h"
#include "lm/gpt.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For every line of a text of LM_UNIT_BYTE, which begins a document, writes the `top` most probable
 * tokens after it: spelling TAB probability, blanks and control bytes as \xHH, ties by number; an
 * empty line between contexts.  A CR at a line's end is no part of it.  Of a context that is too
 * long the end counts, which is told.
 * Errors: LM_EFORMAT for a model without tokenizer, or an empty line where there is no end-of-text
 * token to begin with; LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_next_tokens(const lm_gpt *gpt, lm_text *text, uint32_t top,
                                         lm_out *out, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
