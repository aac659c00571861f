/* gpt_private.h - what the files of the GPT family share. */
#ifndef LM_GPT_PRIVATE_H
#define LM_GPT_PRIVATE_H
#include "lm/gpt.h"

#define LM_GPT_EPS 1e-5 /* of the layer norms */

/* Of a model whose shape and tokenizer are there: all that follows from them. */
LM_MUST_USE lm_status lm_gpt_prepare(lm_gpt *gpt, lm_err *e);

void lm_gpt_free_packed(lm_gpt *gpt);

/* Its values, from tensors whose names begin with `prefix`. */
LM_MUST_USE lm_status lm_gpt_load_values(lm_gpt *gpt, const char *prefix, const lm_ckpt *ckpt,
                                         lm_err *e);

/* ---- hf_config.c ---- */

/* What config.json of transformers says. */
typedef struct {
    lm_gpt_shape shape;
    bool tied; /* the output's weights are the table of tokens */
} lm_gpt_hf_config;

/* Errors: LM_EFORMAT, also for what cannot be computed here. */
LM_MUST_USE lm_status lm_gpt_hf_read_config(lm_gpt_hf_config *config, lm_slice text,
                                            const char *name, lm_err *e);

/* Adds the text of config.json. */
LM_MUST_USE lm_status lm_gpt_hf_add_config(const lm_gpt *gpt, lm_str *out, lm_err *e);

/* ---- gpt_hf.c ---- */

/* Does every layer look at all there is, and at learned positions?  Errors: LM_EUSAGE: no. */
LM_MUST_USE lm_status lm_gpt_check_plain(const lm_gpt *gpt, lm_err *e);

/* A tokenizer that formats of others can hold: its own, or one of bytes as a byte-bpe, in *made,
 * which is the caller's to free; NULL: nothing was made. */
LM_MUST_USE lm_status lm_gpt_export_tokenizer(const lm_gpt *gpt, const lm_tokenizer **t,
                                              lm_tokenizer **made, lm_err *e);

#endif
