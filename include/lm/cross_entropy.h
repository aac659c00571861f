/* cross_entropy.h - the output layer and its loss in one: logits = sum of in W' + bias, softmax,
 * and -log p of the target, in nats, with the gradients, never holding N x V logits of a large
 * vocabulary.
 *
 *     const lm_logits logits = {
 *         .N = N, .V = V, .bias = b, .d_bias = d_b,
 *         .term = {{.in = h, .weight = u, .width = H, .d_in = d_h, .d_weight = d_u},
 *                  {.in = x, .weight = w, .width = X, .d_in = d_x, .d_weight = d_w}}};
 *     room = lm_arena_new(arena, lm_cross_entropy_room(N, V, true), sizeof *room, e);
 *     sum = lm_cross_entropy_both(on, losses, &logits, targets, 1 / (lm_real)N, NULL, room);
 *
 * The second term is for connections past the hidden layer (Bengio et al. 2003, eq. 1); one that
 * is all zeros is none.  Losses, log_sums, probabilities and the gradients of the inputs are the
 * same bits row by row as in a batch of any size; those of weights and bias are the same for any
 * number of threads. */
#ifndef LM_CROSS_ENTROPY_H
#define LM_CROSS_ENTROPY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/compute.h"
#include "lm/linear.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A target that counts for nothing: its loss is 0, its gradients are 0.  Such a row still costs its
 * products; where they are many, leave them out. */
#define LM_IGNORE UINT32_MAX

/* in (N,width) times a weight, and where their gradients are added: only by
 * lm_cross_entropy_both, NULL where not wanted. */
typedef struct {
    const lm_real *in;     /* (N,width) */
    const lm_real *weight; /* (V,width), or with LM_IN_MAJOR (width,V) */
    lm_layout layout;
    size_t width;
    lm_real *d_in;     /* (N,width) */
    lm_real *d_weight; /* as weight */
} lm_logit_term;

enum { LM_LOGIT_TERMS = 2, LM_CROSS_ENTROPY_PANEL = 2048 };

typedef struct {
    size_t N, V;                        /* V > 0 */
    lm_logit_term term[LM_LOGIT_TERMS]; /* the first is needed */
    const lm_real *bias;                /* (V); NULL: none */
    lm_real *d_bias;                    /* (V) */
    lm_real *factors; /* (N, panels), kept for lm_cross_entropy_weights; NULL: they are not */
} lm_logits;

/* How many elements `room` has (best at a multiple of 64 bytes) for N rows of this V, or fewer:
 * for lm_cross_entropy_both (gradients: 64 MiB of float, or 64 rows of V where that is more, or all
 * N rows where that is less) or for lm_cross_entropy_forward (4 MiB likewise).  SIZE_MAX if that
 * does not fit. */
size_t lm_cross_entropy_room(size_t N, size_t V, bool gradients);

/* The same for lm_cross_entropy_both with factors, and lm_cross_entropy_weights. */
size_t lm_cross_entropy_room_apart(size_t N, size_t V);

/* Panels of words, LM_CROSS_ENTROPY_PANEL in each but the last. */
size_t lm_cross_entropy_panels(size_t V);

/* losses (N) = -log p(target); log_sums (N) = log sum exp of the row's logits, also where the
 * target is LM_IGNORE.  targets (N) < V or LM_IGNORE.  Returns the sum of losses in the order of
 * N.  log_sums may be NULL; so may losses and targets, together: then 0 is returned. */
double lm_cross_entropy_forward(const lm_compute *on, lm_real *losses, lm_real *log_sums,
                                const lm_logits *logits, const uint32_t *targets, lm_real *room);

/* Forward and backward in one, while logits are at hand: losses (N) and their sum as above, and +=
 * the gradients of the sum of scale * row_scale (N) * losses.  row_scale NULL: ones. */
double lm_cross_entropy_both(const lm_compute *on, lm_real *losses, const lm_logits *logits,
                             const uint32_t *targets, lm_real scale, const lm_real *row_scale,
                             lm_real *room);

/* The gradient of a panel of weights by itself, after lm_cross_entropy_both without d_weight,
 * d_bias and row_scale: d_weight (words of the panel, width) +=, the same bits.  Logits are made
 * anew, so no more of them are kept than a panel's.  The weights are one term, LM_OUT_MAJOR, what
 * they were. */
void lm_cross_entropy_weights(const lm_compute *on, const lm_logits *logits,
                              const uint32_t *targets, lm_real scale, size_t panel,
                              lm_real *d_weight, lm_real *room);

/* probabilities (N,V) = softmax of each row's logits. */
void lm_cross_entropy_softmax(const lm_compute *on, lm_real *probabilities,
                              const lm_logits *logits);

#ifdef __cplusplus
}
#endif
#endif
