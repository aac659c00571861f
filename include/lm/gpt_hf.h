/* gpt_hf.h - writes a GPT as a folder that Hugging Face's transformers load:
 *
 *     config.json               model_type gpt2, of post-norm models openai-gpt
 *     model.safetensors         the weights, F32
 *     tokenizer.json            for the tokenizers library
 *     vocab.json, merges.txt    for programs without it, if these can hold the tokenizer
 *     tokenizer_config.json
 *
 * gpt_open.h reads it again. */
#ifndef LM_GPT_HF_H
#define LM_GPT_HF_H
#include "lm/folder.h"
#include "lm/gpt.h"
#include "lm/run.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Errors: LM_EUSAGE for a model that transformers cannot compute: positions that are sines,
 * attention that is not dense; or a tokenizer that is missing or has no form there. */
LM_MUST_USE lm_status lm_gpt_hf_check(const lm_gpt *gpt, lm_err *e);

/* Writes one that was checked, and has its values.  Errors: LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_hf_write(const lm_gpt *gpt, lm_folder *folder, const lm_run *run,
                                      lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
