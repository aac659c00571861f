/* transformer.h - a stack of transformer layers: what GPT and BERT share.
 * Vaswani et al. 2017, arXiv:1706.03762. With f the activation, drop dropout,
 *
 *     pre-norm (GPT-2)       m = x + drop(attention(LN1(x)));   x' = m + drop(mlp(LN2(m)))
 *     post-norm (GPT-1)      n = LN1(x + drop(attention(x)));   x' = LN2(n + drop(mlp(n)))
 *     attention(h) = heads(h Wqkv + bqkv) Wproj + bproj;        mlp(h) = f(h Wfc + bfc) Wout + bout
 *
 *     LM_TRY(lm_transformer_room_new(&room, &t, N, B, LM_TRAINING, pool, e));
 *     fill room.x, the input
 *     x = lm_transformer_forward(on, &t, layers, &room, lengths, B, &chance);       the output
 *     fill room.d_x, its gradient
 *     lm_transformer_backward(on, &t, layers, d_layers, &room, lengths, B, &chance); that of the
 * input
 *
 * N rows are B sequences of lengths[b] positions, one after the other; no sequence sees another.
 * Every row of the output is the same bits whatever is computed with it. */
#ifndef LM_TRANSFORMER_H
#define LM_TRANSFORMER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/activation.h"
#include "lm/attention.h"
#include "lm/compute.h"
#include "lm/linear.h"
#include "lm/memory.h"
#include "lm/packed_weights.h"
#include "lm/pattern.h"
#include "lm/real.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The parameters of a layer, or their gradients, by GPT-2's names: width C, inner width F. */
typedef struct {
    lm_real *ln_1, *ln_1_bias;   /* (C) */
    lm_real *c_attn, *attn_bias; /* (C,3C), (3C): queries, keys, values */
    lm_real *c_proj, *proj_bias; /* (C,C), (C) */
    lm_real *ln_2, *ln_2_bias;   /* (C) */
    lm_real *c_fc, *fc_bias;     /* (C,F), (F) */
    lm_real *c_out, *out_bias;   /* (F,C), (C): mlp.c_proj */
} lm_layer;

/* The matrices of a layer, packed. */
typedef struct {
    lm_packed *c_attn, *c_proj, *c_fc, *c_out;
} lm_packed_layer;

typedef struct {
    size_t layers, heads, width, inner; /* L, H (a divisor of C), C, F */
    bool pre_norm, causal;
    lm_activation activation;
    double eps;                /* of the layer norms */
    lm_layout layout;          /* of the matrices; the shapes above are those of LM_IN_MAJOR */
    const lm_pattern *pattern; /* (patterns): layer l has pattern[l % patterns] */
    size_t patterns;
    const lm_packed_layer *packed; /* (L), in place of the matrices of lm_layer; NULL: these */
} lm_transformer;

typedef enum {
    LM_TRAINING,    /* all that the backward pass needs is kept */
    LM_RECOMPUTING, /* only what goes into each layer is; the rest is computed again */
    LM_INFERENCE    /* no backward pass */
} lm_transformer_mode;

/* N: the rows of B sequences. */
size_t lm_transformer_rows(const size_t *lengths, size_t B);

/* What is random in a step of training. */
typedef struct {
    double attention, residual; /* dropout of probabilities, and of what is added to the stream */
    uint64_t seed, step;
    uint64_t first;   /* place of the first sequence in the whole batch, */
    uint64_t longest; /* of sequences of at most that many positions */
} lm_transformer_chance;

/* Room for N rows in at most B sequences, on a compute with this pool. */
typedef struct {
    lm_transformer_mode mode;
    size_t N, B;
    lm_real *x;                   /* (N,C): the input, and of LM_INFERENCE the output */
    lm_real *d_x;                 /* (N,C): the gradient of the output, then of the input */
    struct lm_layer_saved *saved; /* private, as all that follows: (L), or 1 */
    struct lm_layer_scratch *scratch;
    lm_arena arena;
} lm_transformer_room;

LM_MUST_USE lm_status lm_transformer_room_new(lm_transformer_room *room, const lm_transformer *t,
                                              size_t N, size_t B, lm_transformer_mode mode,
                                              lm_pool *pool, lm_err *e);
void lm_transformer_room_free(lm_transformer_room *room);
/* Bytes that it takes, about. */
uint64_t lm_transformer_room_bytes(const lm_transformer *t, size_t N, lm_transformer_mode mode);

/* Returns the output (N,C).  chance NULL: nothing is dropped. */
lm_real *lm_transformer_forward(const lm_compute *on, const lm_transformer *t,
                                const lm_layer *layers, lm_transformer_room *room,
                                const size_t *lengths, size_t B,
                                const lm_transformer_chance *chance);

/* What the last forward pass returned. */
const lm_real *lm_transformer_output(const lm_transformer *t, const lm_transformer_room *room);

/* p (T,T): the probabilities of a head of a layer in the first sequence of the last forward pass,
 * of T positions.  Only of a room of LM_TRAINING, which keeps what they are of. */
void lm_transformer_map(const lm_compute *on, const lm_transformer *t, lm_transformer_room *room,
                        size_t layer, size_t head, size_t T, lm_real *p);

/* d_layers += the gradients, from room->d_x, which becomes that of the input. */
void lm_transformer_backward(const lm_compute *on, const lm_transformer *t, const lm_layer *layers,
                             const lm_layer *d_layers, lm_transformer_room *room,
                             const size_t *lengths, size_t B, const lm_transformer_chance *chance);

/* The same for layer l alone: the last layer first, all of them in turn. */
void lm_transformer_layer_backward(const lm_compute *on, const lm_transformer *t, size_t l,
                                   const lm_layer *layer, const lm_layer *d_layer,
                                   lm_transformer_room *room, const size_t *lengths, size_t B,
                                   const lm_transformer_chance *chance);

/* ---- one position after the other ---- */

/* The keys and values of a sequence, of all layers. */
typedef struct {
    lm_real *kv;             /* (L,2,H,capacity,D) */
    size_t length, capacity; /* positions */
} lm_kv_cache;

LM_MUST_USE lm_status lm_kv_cache_new(lm_kv_cache *cache, const lm_transformer *t, size_t capacity,
                                      lm_err *e);
void lm_kv_cache_free(lm_kv_cache *cache);
/* `to` becomes the first n positions of `from`; both have the same capacity. */
void lm_kv_cache_copy(lm_kv_cache *to, const lm_kv_cache *from, const lm_transformer *t, size_t n);

/* The same as the forward pass, where the lengths[b] rows of sequence b follow the positions that
 * caches[b] has, and are added to them; there must be room for them, in all caches as much.
 * Room of LM_INFERENCE. */
lm_real *lm_transformer_extend(const lm_compute *on, const lm_transformer *t,
                               const lm_layer *layers, lm_transformer_room *room,
                               lm_kv_cache *const *caches, const size_t *lengths, size_t B);

#ifdef __cplusplus
}
#endif
#endif
