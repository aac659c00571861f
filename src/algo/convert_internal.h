/* convert_internal.h - what conversions share, of models of any kind. */
#ifndef LM_CONVERT_INTERNAL_H
#define LM_CONVERT_INTERNAL_H
#include "lm/convert.h"
#include "lm/vectors.h"

/* One conversion under way. */
typedef struct {
    const lm_conversion *how;
    lm_format from, to;      /* AUTO until it is known */
    const lm_map *source;    /* NULL: a folder */
    const char *path, *name; /* of the source: as it was given, and in messages */
    lm_out *out;
    const lm_run *run;
} lm_converter;

/* Sets `history` to that of the source (NULL: none), and the line about this program. */
LM_MUST_USE lm_status lm_convert_history(const lm_converter *c, const char *before, lm_str *history,
                                         lm_err *e);

/* ---- convert_vectors.c ---- */

/* AUTO for a format that is not of word vectors. */
lm_vectors_form lm_format_vectors(lm_format format);

/* Of a checkpoint's model: its vectors to another format, or the checkpoint slimmed. */
LM_MUST_USE lm_status lm_convert_w2v(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e);
LM_MUST_USE lm_status lm_convert_nnlm(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e);

/* From a file of vectors. */
LM_MUST_USE lm_status lm_convert_vectors(const lm_converter *c, lm_err *e);

/* ---- convert_tokenizer.c ---- */

/* NONE for a format that is not a tokenizer's; AUTO for none. */
lm_tok_format lm_format_tokenizer(lm_format format);
lm_format lm_tokenizer_format(lm_tok_format format);

/* Of a file, with its format known, or a folder; files beside it belong to it. */
LM_MUST_USE lm_status lm_convert_tokenizer(lm_converter *c, lm_err *e);

/* Of a checkpoint: its tokenizer to another format. */
LM_MUST_USE lm_status lm_convert_ckpt_tokenizer(const lm_converter *c, const lm_ckpt *ckpt,
                                                lm_err *e);

LM_MUST_USE lm_status lm_convert_export_tokenizer(const lm_converter *c, const lm_tokenizer *t,
                                                  lm_err *e);

/* ---- convert_gpt.c ---- */

/* Of a checkpoint, or of another maker's folder or file. */
LM_MUST_USE lm_status lm_convert_ckpt_gpt(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e);
LM_MUST_USE lm_status lm_convert_gpt(lm_converter *c, lm_err *e);

/* ---- convert.c ---- */

/* Can it be, and is it for the formats that are known? */
LM_MUST_USE lm_status lm_convert_check(const lm_converter *c, lm_err *e);

#endif
