/* gpt_private.h - what the files of the GPT family share. */
#ifndef LM_GPT_PRIVATE_H
#define LM_GPT_PRIVATE_H
#include "lm/cross_entropy.h"
#include "lm/gpt.h"
#include "lm/task.h"

#define LM_GPT_EPS 1e-5 /* of the layer norms */

/* Of a model whose shape and tokenizer are there: all that follows from them. */
LM_MUST_USE lm_status lm_gpt_prepare(lm_gpt *gpt, lm_err *e);

/* Of the layer norms; 0: LM_GPT_EPS. */
void lm_gpt_set_eps(lm_gpt *gpt, double eps);

void lm_gpt_free_packed(lm_gpt *gpt);

/* What lm.config of a GPT says, unchecked.  Errors: LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_read_shape(lm_gpt_shape *shape, const lm_ckpt *ckpt, lm_err *e);

/* Its values, from tensors whose names begin with `prefix`. */
LM_MUST_USE lm_status lm_gpt_load_values(lm_gpt *gpt, const char *prefix, const lm_ckpt *ckpt,
                                         lm_err *e);

/* ---- gpt_batch.c: the pieces of a pass ---- */

/* lm_gpt_room_new, with so many elements of room for the output layer. */
LM_MUST_USE lm_status lm_gpt_room_with(lm_gpt_room *room, const lm_gpt *g, size_t N, size_t B,
                                       lm_transformer_mode mode, size_t head, lm_pool *pool,
                                       lm_err *e);

/* What the logits are of, in room->out, for the N rows that are there; returns N. */
size_t lm_gpt_run_layers(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                         lm_gpt_room *room, const size_t *lengths, size_t B,
                         const lm_gpt_chance *chance);
lm_logits lm_gpt_logits_of(const lm_gpt *g, const lm_gpt_weights *w, const lm_gpt_room *room,
                           size_t N);

/* The losses, in room->losses; returns their sum.  room->d_out (without LN_f: layers.d_x) = the
 * gradient of what the logits are of; += those that `logits` asks for. */
double lm_gpt_head_backward(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                            lm_gpt_room *room, lm_logits *logits, lm_real scale);
/* From there through LN_f, which there is. */
void lm_gpt_norm_backward(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                          const lm_gpt_weights *d, lm_gpt_room *room, size_t N);
/* What comes after the layers, in layers.d_x: from the gradient of their input to that of h0; then
 * d->wpe += it. */
void lm_gpt_drop_backward(const lm_compute *on, const lm_gpt *g, lm_gpt_room *room, size_t N,
                          const lm_gpt_chance *chance);
void lm_gpt_positions_backward(const lm_gpt *g, const lm_gpt_weights *d, const lm_gpt_room *room,
                               const size_t *lengths, size_t B);

/* ---- gpt_early.c ---- */

typedef struct lm_gpt_early lm_gpt_early;
/* Makes *room as well, as lm_gpt_room_new does, to train in.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_early_new(lm_gpt_early **early, lm_gpt_room *room, const lm_gpt *g,
                                       size_t N, size_t B, lm_transformer_mode mode, lm_pool *pool,
                                       lm_err *e);
void lm_gpt_early_free(lm_gpt_early *early); /* NULL is allowed */
/* Bytes of both, about. */
uint64_t lm_gpt_early_bytes(const lm_gpt *g, size_t N, lm_transformer_mode mode);

/* As lm_gpt_both, the same bits, but gradients go to the sink.  Where the sum is not finite, it
 * gets nothing. */
double lm_gpt_both_early(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                         lm_gpt_early *early, lm_gpt_room *room, const size_t *lengths, size_t B,
                         lm_real scale, const lm_gpt_chance *chance, const lm_grad_sink *sink);

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
