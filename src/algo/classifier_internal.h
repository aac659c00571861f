/* classifier_internal.h - what the files of classifiers share. */
#ifndef LM_CLASSIFIER_INTERNAL_H
#define LM_CLASSIFIER_INTERNAL_H
#include "lm/classifier.h"

/* Lays out the parameters, of labels and dim.  Errors: LM_EUSAGE if they are too many, LM_ENOMEM.
 */
LM_MUST_USE lm_status lm_classifier_prepare(lm_classifier *c, lm_err *e);
/* Gives them room, all zero. */
LM_MUST_USE lm_status lm_classifier_room(lm_classifier *c, lm_err *e);

/* Adds "LENGTH:CRC" of the model's file. */
LM_MUST_USE lm_status lm_classifier_name_vectors(lm_str *vectors, const lm_space *space, lm_err *e);

#endif
