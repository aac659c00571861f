/* gpt_gguf.h - writes a GPT as a file that llama.cpp loads: architecture gpt2, with its tokenizer.
 *
 * The matrices and the table of tokens have the type asked for, layer norms, biases and the table
 * of positions are F32; a matrix whose rows are not whole blocks is F16 where Q8_0 was asked for.
 */
#ifndef LM_GPT_GGUF_H
#define LM_GPT_GGUF_H
#include "lm/file.h"
#include "lm/gguf.h"
#include "lm/gpt.h"
#include "lm/run.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Errors: LM_EUSAGE for a model that llama.cpp cannot compute: post-norm layers, positions that are
 * sines, attention that is not dense; or a tokenizer other than byte-bpe or byte, or without
 * <|endoftext|>. */
LM_MUST_USE lm_status lm_gpt_gguf_check(const lm_gpt *gpt, lm_err *e);

/* Writes one that was checked, and has its values.  Errors: those of lm_gguf_write. */
LM_MUST_USE lm_status lm_gpt_gguf_write(const lm_gpt *gpt, lm_gguf_type type, lm_out *out,
                                        const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
