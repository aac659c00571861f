/* attention.h - scaled dot-product attention of several heads, exact, in tiles.
 * Vaswani et al. 2017, arXiv:1706.03762, eq. 1: out = softmax(q k' / sqrt(D)) v, for each head,
 * over the keys that a pattern (pattern.h) allows.  The matrix of all pairs is never there: the
 * softmax is taken tile by tile, rescaled when a larger logit comes (Milakov and Gimelshein 2018,
 * arXiv:1805.02867; Dao et al. 2022, arXiv:2205.14135).
 *
 *     lm_attention_forward(on, &shape, sequences, B, lse, room);
 *     lm_attention_backward(on, &shape, sequences, gradients, B, lse, room);
 *
 * A row of out is the same bits whatever other rows are computed with it: alone, with the keys
 * before it kept from earlier calls, or in a batch.  Work grows as the pairs that are allowed. */
#ifndef LM_ATTENTION_H
#define LM_ATTENTION_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/compute.h"
#include "lm/dropout.h"
#include "lm/pattern.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* H heads of width D; head h has columns h D .. h D + D-1 of every row, but see kv_head. */
typedef struct {
    size_t heads, dim;                      /* H, D */
    size_t q_stride, kv_stride, out_stride; /* elements from row to row of q; k and v; out */
    size_t kv_head; /* and from head to head of k and v; 0: D, a row has them side by side */
    lm_pattern pattern;
    bool causal;
    lm_dropout drop; /* of the probabilities; p 0: none */
    size_t first;    /* for it: the place of sequence 0 in the whole batch, of sequences of */
    size_t longest;  /* at most so many keys */
} lm_attention;

/* One sequence of T keys; its queries are the last ones of them. */
typedef struct {
    const lm_real *q;     /* (queries, H D) */
    const lm_real *k, *v; /* (keys, H D), or with kv_head (H, keys, D) */
    lm_real *out;         /* (queries, H D) */
    size_t queries, keys;
} lm_sequence;

/* Where its gradients are added, in rows as those of q, k, v; and that of out. */
typedef struct {
    lm_real *d_q, *d_k, *d_v;
    const lm_real *d_out;
} lm_sequence_gradients;

/* Elements of `room`, for sequences of at most that many queries, on a compute with this pool. */
size_t lm_attention_room(const lm_pool *pool, size_t queries);

/* out of every sequence, zeros where a query may look at nothing.  lse: log sum exp of the logits
 * of each query, H times `queries` of every sequence, one after the other. */
void lm_attention_forward(const lm_compute *on, const lm_attention *shape, const lm_sequence *s,
                          size_t count, lm_real *lse, lm_real *room);

/* d_q, d_k, d_v += the gradients, from out and lse of the forward pass.  Only for sequences whose
 * queries are all of their keys. */
void lm_attention_backward(const lm_compute *on, const lm_attention *shape, const lm_sequence *s,
                           const lm_sequence_gradients *d, size_t count, const lm_real *lse,
                           lm_real *room);

/* p (queries, keys): the probabilities of one head, 0 for what is not allowed. */
void lm_attention_map(const lm_compute *on, const lm_attention *shape, const lm_sequence *s,
                      size_t head, lm_real *p);

#ifdef __cplusplus
}
#endif
#endif
