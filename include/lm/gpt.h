/* gpt.h - generative pre-trained transformers: GPT-1, GPT-2, GPT-3.
 * Radford et al. 2018 and 2019; Brown et al. 2020, arXiv:2005.14165.
 *
 *     h0 = wte[ids] + wpe[positions];   h = layers(h0), GPT-2: LN_f;   logits = h wte'
 *
 *     LM_TRY(lm_gpt_new(&gpt, &shape, tokenizer, e));               or lm_gpt_load
 *     LM_TRY(lm_gpt_room_new(&room, gpt, N, B, LM_TRAINING, pool, e));
 *     fill room.ids and room.targets
 *     lm_gpt_both(on, gpt, &w, &d, &room, lengths, B, scale, &chance);
 *
 * GPT-1 has post-norm layers and no LN_f; GPT-2 and GPT-3 pre-norm ones; GPT-3 alternates dense and
 * banded attention.  Tensors have Hugging Face's names, matrices are stored from input to output.
 */
#ifndef LM_GPT_H
#define LM_GPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/compute.h"
#include "lm/memory.h"
#include "lm/params.h"
#include "lm/pattern.h"
#include "lm/real.h"
#include "lm/status.h"
#include "lm/tokenizer.h"
#include "lm/transformer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_GPT_LAYERS_MAX = 128, LM_GPT_WIDTH_MAX = 1 << 16, LM_GPT_CONTEXT_MAX = 1 << 24 };

typedef struct {
    uint64_t layers, heads, width, context, vocab; /* L, H, C, T, V; the inner width is 4 C */
    double eps;                                    /* of the layer norms; 0: 1e-5 */
    bool post_norm;                                /* GPT-1: post-norm, no LN_f, its names */
    bool sine; /* positions are sines and cosines (Vaswani et al., section 3.5), not learned */
    lm_pattern pattern[LM_PATTERNS_MAX]; /* layer l has pattern[l % patterns] */
    size_t patterns;
} lm_gpt_shape;

/* The shape of a preset, by its place among the names; *lr: the peak rate of its paper. */
lm_gpt_shape lm_gpt_preset(size_t place, double *lr);
#define LM_GPT_PRESETS                                                                             \
    "gpt1|gpt2|gpt2-medium|gpt2-large|gpt2-xl|gpt3-small|gpt3-medium|gpt3-large|gpt3-xl|"          \
    "gpt3-2.7b|gpt3-6.7b|gpt3-13b|gpt3-175b"

/* In this order: gpt_early.c tells parts of the parameters by their fields. */
typedef struct {
    lm_real *wte, *wpe;        /* (V,C), (T,C); wpe NULL: sines */
    lm_real *ln_f, *ln_f_bias; /* (C); NULL: post-norm */
    lm_layer layer[LM_GPT_LAYERS_MAX];
} lm_gpt_weights;

typedef struct {
    lm_gpt_shape shape;
    lm_transformer transformer;
    lm_tokenizer *tokenizer; /* its own; NULL: none is known */
    lm_params *params;
    lm_real *sines;          /* (T,C); NULL: learned */
    lm_real *values;         /* of a model that was loaded; else NULL: the training loop has them */
    lm_gpt_weights weights;  /* point into values */
    lm_packed_layer *packed; /* (L): of lm_gpt_pack, else NULL; */
    lm_packed *packed_wte;   /* and the output layer */
    lm_arena names;          /* of its parameters */
} lm_gpt;

/* A model with this tokenizer (NULL: none), which it takes over, also on failure.
 * Errors: LM_EUSAGE for a shape that contradicts itself or the tokenizer; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_new(lm_gpt **gpt, const lm_gpt_shape *shape, lm_tokenizer *tokenizer,
                                 lm_err *e);
void lm_gpt_free(lm_gpt *gpt); /* NULL is allowed */

/* How many parameters; of them in tables of tokens and positions; and those that are multiplied
 * with every token, the output layer among them. */
typedef struct {
    uint64_t total, embedding, matmul;
} lm_gpt_count;
lm_gpt_count lm_gpt_counts(const lm_gpt *gpt);

/* lm.config and tokenizer: all but the parameters, which are lm_params_save's.  The model must
 * outlive the writer's use of it. */
LM_MUST_USE lm_status lm_gpt_save(const lm_gpt *gpt, lm_ckpt_writer *writer, lm_err *e);
/* Its own tokenizer views the checkpoint, which must outlive it.  Errors: LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_load(lm_gpt **gpt, const lm_ckpt *ckpt, lm_err *e);
#define LM_GPT_KIND "gpt"

/* Packs the matrices of a loaded model, for lm_gpt_next alone from now on: their values are lost
 * but for the vectors of tokens and positions.  With LM_WEIGHTS_F32 the logits keep their bits.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_pack(lm_gpt *gpt, lm_weight_form form, const lm_compute *on,
                                  lm_err *e);

/* ---- batches ---- */

/* N rows in at most B sequences. */
typedef struct {
    lm_transformer_room layers;
    uint32_t *ids;                /* (N) */
    uint32_t *targets;            /* (N): the next ones; LM_IGNORE: none is predicted */
    lm_real *losses;              /* (N): -ln p(target), in nats */
    lm_real *out;                 /* (N,C): what the logits are of */
    lm_real *mean, *rstd, *d_out; /* of LN_f; private, as what follows */
    lm_real *room;
    lm_arena arena;
} lm_gpt_room;

LM_MUST_USE lm_status lm_gpt_room_new(lm_gpt_room *room, const lm_gpt *gpt, size_t N, size_t B,
                                      lm_transformer_mode mode, lm_pool *pool, lm_err *e);
void lm_gpt_room_free(lm_gpt_room *room);
/* Bytes that it takes, about. */
uint64_t lm_gpt_room_bytes(const lm_gpt *gpt, size_t N, lm_transformer_mode mode);

/* room->losses; returns their sum.  Sequence b has lengths[b] rows, at most the context. */
double lm_gpt_losses(const lm_compute *on, const lm_gpt *gpt, const lm_gpt_weights *w,
                     lm_gpt_room *room, const size_t *lengths, size_t B);

typedef struct {
    double embedding; /* dropout of h0 */
    lm_transformer_chance layers;
} lm_gpt_chance;

/* The losses, and d += the gradient of scale times their sum, which is returned. */
double lm_gpt_both(const lm_compute *on, const lm_gpt *gpt, const lm_gpt_weights *w,
                   const lm_gpt_weights *d, lm_gpt_room *room, const size_t *lengths, size_t B,
                   lm_real scale, const lm_gpt_chance *chance);

/* logits (B,V) of what follows each sequence, whose lengths[b] rows of room->ids come after those
 * that caches[b] has.  Room of LM_INFERENCE. */
void lm_gpt_next(const lm_compute *on, const lm_gpt *gpt, const lm_gpt_weights *w,
                 lm_gpt_room *room, lm_kv_cache *const *caches, const size_t *lengths, size_t B,
                 lm_real *logits);

#ifdef __cplusplus
}
#endif
#endif
