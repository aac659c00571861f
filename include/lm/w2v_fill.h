/* w2v_fill.h - what a CBOW model says of a word from those around it.
 *
 *     LM_TRY(lm_w2v_filler_new(&filler, model, e));
 *     LM_TRY(lm_w2v_fill(filler, words, count, p, &known, e));
 *     lm_w2v_filler_free(filler);
 *
 * With h made of the words around as in training,
 *
 *     softmax     p(w) = exp(h u(w) + b(w)) / sum
 *     hierarchy   p(w) = product over the nodes on w's path of s(+-h u(node))
 *     negative    p(w) = q(w) exp(h u(w)) / sum, q(w) = count(w) ^ power
 *
 * the last because h u(w) learns ln p(w) - ln K q(w), q the distribution of the noise (Levy and
 * Goldberg 2014, Neural word embedding as implicit matrix factorization). */
#ifndef LM_W2V_FILL_H
#define LM_W2V_FILL_H
#include <stddef.h>
#include "lm/status.h"
#include "lm/str.h"
#include "lm/w2v.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lm_w2v_filler lm_w2v_filler;

/* The model must outlive it.  Errors: LM_EUSAGE for a model that is no CBOW, or of vectors alone;
 * LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_filler_new(lm_w2v_filler **filler, const lm_w2v *model, lm_err *e);
void lm_w2v_filler_free(lm_w2v_filler *filler); /* NULL is allowed */

/* p (V): the probability of every word to stand between `words`; *known: how many of them have a
 * vector; if none has, all is 0.  Errors: LM_EFORMAT if weights or counts give no probabilities;
 * LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_fill(lm_w2v_filler *filler, const lm_slice *words, size_t count,
                                  double *p, size_t *known, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
