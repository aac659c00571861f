/* dropout.h - while training, every element is 0 with probability p, else divided by 1 - p.
 * Srivastava et al. 2014, JMLR 15:1929; scaled while training, so that nothing is at other times.
 *
 *     const lm_dropout drop = {.p = 0.1, .seed = seed, .step = step, .site = layer};
 *     lm_dropout_forward(on, y, x, &drop, n);
 *     lm_dropout_backward(on, d_x, d_y, &drop, n);       the same mask, drawn again: none is kept
 *
 * The mask is a function of seed, step, site and the element's place in the whole batch, so a batch
 * done in pieces, or by any number of threads, drops the same elements. */
#ifndef LM_DROPOUT_H
#define LM_DROPOUT_H
#include <stddef.h>
#include <stdint.h>
#include "lm/compute.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double p; /* in [0, 1); 0: nothing is dropped */
    uint64_t seed;
    uint32_t step;  /* of training */
    uint32_t site;  /* which dropout of the model; < 2^24 */
    uint64_t first; /* place of the first element in the whole batch; < 2^42 */
} lm_dropout;

/* out (n) = in (n) without what is dropped; out may be in.  Element i is kept if word
 * (first + i) mod 4 of lm_random_at(seed, LM_RANDOM_DROPOUT, step, site 2^40 + (first + i) / 4)
 * >= p 2^32. */
void lm_dropout_forward(const lm_compute *on, lm_real *out, const lm_real *in,
                        const lm_dropout *drop, size_t n);

/* d_in (n) += the same of d_out (n) */
void lm_dropout_backward(const lm_compute *on, lm_real *d_in, const lm_real *d_out,
                         const lm_dropout *drop, size_t n);

#ifdef __cplusplus
}
#endif
#endif
