/* w2v_private.h - what the files of word2vec share. */
#ifndef LM_W2V_PRIVATE_H
#define LM_W2V_PRIVATE_H
#include "lm/w2v.h"

/* Checks the shape and lays out the parameters.  Errors: LM_EUSAGE, LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_prepare(lm_w2v *model, lm_err *e);

/* ---- subwords.c ---- */

/* Buckets of a word's character n-grams; {0} is empty. */
typedef struct {
    uint32_t *bucket;
    size_t count, capacity;
} lm_w2v_grams;

/* Those of `word`, in place of what was there; none if the model has no subwords.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_grams_of(const lm_w2v_shape *shape, lm_slice word, lm_w2v_grams *grams,
                                      lm_err *e);
void lm_w2v_grams_free(lm_w2v_grams *grams);

#endif
