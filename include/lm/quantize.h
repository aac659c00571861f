/* quantize.h - the compact form of n-gram models.
 *
 *     LM_TRY(lm_ngram_quantize(model, 8, run, e));        then query, save, ... as any model
 *
 * N-grams of order 2 and up take as many bits as they need, about a third of the plain form.  Their
 * probabilities and back-off weights become codes of so many bits, each for the mean of the
 * logarithms of the values that share it; 0 and 1 are kept.  So the probabilities after a context
 * no longer sum to 1: a compact model is for measuring and ranking, not for further estimating. */
#ifndef LM_QUANTIZE_H
#define LM_QUANTIZE_H
#include "lm/ngram.h"
#include "lm/run.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 0 and 1 may need a code each; 16 bits are as good as the plain form. */
enum { LM_QUANTIZE_BITS_MIN = 2, LM_QUANTIZE_BITS_MAX = 16 };

/* Turns a model that was trained or loaded into its compact form, the same for any number of
 * threads.  After an error it can only be freed.
 * Errors: LM_EUSAGE (it is compact already; bits out of range); LM_EFORMAT (damaged tables);
 * LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_ngram_quantize(lm_ngram *model, int bits, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
