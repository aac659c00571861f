/* classifier.h - multinomial logistic regression of vectors: p(label | x) = softmax(W x + b).
 * Trained to the one least of
 *
 *     mean over examples of -ln p(label | x) + l2 / 2 |W|^2
 *
 *     LM_TRY(lm_classifier_train(&classifier, space, &lines, unit, l2, run, e));
 *     LM_TRY(lm_classifier_save(classifier, writer, e));                or lm_classifier_open
 *     lm_classifier_predict(classifier, x, p);
 *     lm_classifier_free(classifier);
 *
 * Checkpoints of kind "classifier" hold weight (L,D), bias (L) and in lm.config the labels. */
#ifndef LM_CLASSIFIER_H
#define LM_CLASSIFIER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/embed.h"
#include "lm/params.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_CLASSIFIER_LABELS_MAX = 1 << 12 };

typedef struct {
    lm_vocab *labels; /* L, in byte order */
    size_t dim;       /* D */
    bool unit;        /* of lm_embed */
    lm_str vectors;   /* "LENGTH:CRC" of the model whose vectors it was trained on */
    lm_params *params;
    lm_real *values;
    struct {
        lm_real *weight, *bias; /* (L,D), (L) */
    } weights;
} lm_classifier;

/* Says how it went as a note.  The same bits for any number of threads.  Errors: LM_EFORMAT for
 * labels that are not UTF-8, less than two, or more than LM_CLASSIFIER_LABELS_MAX; LM_ENOMEM. */
LM_MUST_USE lm_status lm_classifier_train(lm_classifier **classifier, const lm_space *space,
                                          const lm_labelled *lines, bool unit, double l2,
                                          const lm_run *run, lm_err *e);
void lm_classifier_free(lm_classifier *classifier); /* NULL is allowed */

/* The classifier must outlive the writer's use of it. */
LM_MUST_USE lm_status lm_classifier_save(const lm_classifier *classifier, lm_ckpt_writer *writer,
                                         lm_err *e);
LM_MUST_USE lm_status lm_classifier_load(lm_classifier **classifier, const lm_ckpt *ckpt,
                                         lm_err *e);
/* Loads one to be used on these vectors; if it was trained on others, that is a warning, and
 * LM_EUSAGE if they have more or less numbers. */
LM_MUST_USE lm_status lm_classifier_open(lm_classifier **classifier, const char *path,
                                         const lm_space *space, const lm_run *run, lm_err *e);

/* p (L) of x (D). */
void lm_classifier_predict(const lm_classifier *classifier, const lm_real *x, double *p);

typedef struct {
    uint64_t examples, right;
    double nats; /* sum of -ln p(label); infinite if a label is not known */
} lm_classifier_test;

/* Writes for each line of text the `top` most probable labels on one line, "label TAB probability",
 * TABs between them; of equally probable ones the first in byte order.  Errors: those of
 * lm_text_next; LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_classifier_write(const lm_classifier *classifier, const lm_space *space,
                                          lm_text *text, int64_t top, lm_out *out, lm_err *e);

/* Of equally probable labels the first in byte order is the answer.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_classifier_try(const lm_classifier *classifier, const lm_labelled *lines,
                                        lm_classifier_test *test, lm_err *e);
/* The same as lines "key TAB value": examples, right, accuracy, loss (nats each). */
LM_MUST_USE lm_status lm_classifier_report(const lm_classifier *classifier,
                                           const lm_labelled *lines, lm_out *out, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
