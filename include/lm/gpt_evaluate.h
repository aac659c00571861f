/* gpt_evaluate.h - measuring a GPT on text. */
#ifndef LM_GPT_EVALUATE_H
#define LM_GPT_EVALUATE_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/gpt_train.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    lm_passage_unit unit; /* what a document is */
    uint64_t stride;      /* tokens from one window to the next; 0: the context */
    uint64_t batch;       /* windows at once */
    bool bf16;
} lm_gpt_evaluation;

/* Reads a text of LM_UNIT_BYTE to its end and writes "key TAB value" lines: documents, tokens (ends
 * of documents among them), unknown, bytes, nats, log10_p, ppl, bits_per_byte.  Every token counts:
 * the first follows the end of a document; without such a token it is one of V.  After the first
 * window each begins `stride` later, and predicts what those before it did not.
 * bits_per_byte is that of a code for the text, so it is left out where ids do not tell the text,
 * or where there are several documents and no token for their ends.
 * Errors: LM_EUSAGE for a stride longer than the context; LM_EFORMAT for a model without tokenizer,
 * or no text; LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_evaluate(const lm_gpt *gpt, lm_text *text,
                                      const lm_gpt_evaluation *how, lm_out *out, const lm_run *run,
                                      lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
