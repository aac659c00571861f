/* gpt_open.h - opens a GPT, whoever made it: what -m of the programs takes.
 *
 *     lm_gpt_opened opened;
 *     LM_TRY(lm_gpt_open(&opened, path, run, e));
 *     opened.gpt has its weights and its tokenizer; opened.history goes into that of what is made
 *     lm_gpt_close(&opened);
 *
 * The path is
 *   - a checkpoint of ours, of kind gpt ("-": standard input);
 *   - a folder of Hugging Face's transformers: config.json of model_type gpt2 or openai-gpt,
 *     model.safetensors, or model.safetensors.index.json and the files that it names, and
 *     tokenizer.json, or vocab.json and merges.txt;
 *   - a model.safetensors of another maker, with the other files beside it.
 *
 * Of other makers' files: tensors of F32, F16 and BF16; names with or without "transformer." before
 * them; attn.bias and attn.masked_bias are masks, which are not needed; an lm_head.weight must be
 * the same as the table of tokens.  Refused: an activation other than gelu_new, an inner width
 * other than 4 n_embd, logits not divided by the root of the heads' width, or by the layer's number
 * too, cross-attention, and pickles. */
#ifndef LM_GPT_OPEN_H
#define LM_GPT_OPEN_H
#include <stdbool.h>
#include "lm/ckpt.h"
#include "lm/gpt.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    lm_gpt *gpt;
    lm_ckpt *ckpt;  /* ours, which the tokenizer views; NULL: the files are another maker's */
    lm_str history; /* " input=..." of each file */
} lm_gpt_opened;

/* Errors: LM_EIO; LM_EFORMAT, also naming files that are missing, and what such a model has that
 * cannot be computed here; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_open(lm_gpt_opened *opened, const char *path, const lm_run *run,
                                  lm_err *e);
/* The same for a folder or a file that is known to be another maker's, not standard input. */
LM_MUST_USE lm_status lm_gpt_open_others(lm_gpt_opened *opened, const char *path, const lm_run *run,
                                         lm_err *e);
void lm_gpt_close(lm_gpt_opened *opened);

/* Is it a folder of another maker's model: with config.json, and weights in some form? */
LM_MUST_USE lm_status lm_gpt_there(const char *path, bool *there, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
