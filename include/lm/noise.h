/* noise.h - noise contrastive estimation: learning to tell the next word from noise, at a cost that
 * does not depend on the vocabulary.  Gutmann and Hyvarinen 2010; Mnih and Teh 2012, A fast and
 * simple algorithm for training neural probabilistic language models, with all normalising
 * constants taken as 1.
 *
 * With s(w) the logit of w after a context, q the distribution of the noise and k noise words,
 * which all rows of a batch share,
 *
 *     loss = -ln sigma(s(target) - ln k q(target)) - sum over noise of ln sigma(ln k q(n) - s(n))
 */
#ifndef LM_NOISE_H
#define LM_NOISE_H
#include <stddef.h>
#include <stdint.h>
#include "lm/compute.h"
#include "lm/cross_entropy.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const uint32_t *ids; /* (k) < V */
    size_t k;
    const lm_real *ln_kq; /* (V) */
} lm_noise;

/* Elements of `room` for N rows and k noise words, where the wider term has `width`; SIZE_MAX if
 * that does not fit. */
size_t lm_noise_room(size_t N, size_t k, size_t width);

/* losses (N), and += the gradients of scale times their sum: to the rows of targets (N) < V and of
 * the noise alone.  Weights are LM_OUT_MAJOR and there is a bias.  Returns the sum of losses. */
double lm_noise_both(const lm_compute *on, lm_real *losses, const lm_logits *logits,
                     const uint32_t *targets, const lm_noise *noise, lm_real scale, lm_real *room);

#ifdef __cplusplus
}
#endif
#endif
