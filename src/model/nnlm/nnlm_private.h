/* nnlm_private.h - what the files of the NNLM share. */
#ifndef LM_NNLM_PRIVATE_H
#define LM_NNLM_PRIVATE_H
#include "lm/cross_entropy.h"
#include "lm/nnlm.h"

/* X: numbers of the n-1 vectors. */
static inline size_t lm_nnlm_inputs(const lm_nnlm *m)
{
    return (size_t)(m->shape.order - 1) * (size_t)m->shape.dim;
}

/* Sets what follows from vocabulary and shape, once they are read from the file.
 * Errors: LM_EUSAGE or LM_EFORMAT if they contradict each other; LM_ENOMEM. */
LM_MUST_USE lm_status lm_nnlm_prepare(lm_nnlm *model, lm_err *e);

/* What the output layer reads, and where its gradients go (NULL: none). */
typedef struct {
    const lm_real *h, *x;
    lm_real *d_h, *d_x;
} lm_nnlm_rows;

/* Of a whole batch. */
static inline lm_nnlm_rows lm_nnlm_rows_of(const lm_nnlm_room *room, bool gradients)
{
    if (!gradients) return (lm_nnlm_rows){room->h, room->x, NULL, NULL};
    return (lm_nnlm_rows){room->h_dropped, room->x, room->d_h, room->d_x};
}

/* The logits of `count` rows, with where the gradients of the weights go (d NULL: none). */
/* Of all outputs, or of those of one class. */
lm_logits lm_nnlm_word_logits(const lm_nnlm *m, const lm_nnlm_weights *w, const lm_nnlm_weights *d,
                              const lm_nnlm_rows *rows, size_t count, uint32_t begin, uint32_t end);
/* Of the classes. */
lm_logits lm_nnlm_class_logits(const lm_nnlm *m, const lm_nnlm_weights *w, const lm_nnlm_weights *d,
                               const lm_nnlm_rows *rows, size_t count);

/* ---- what scoring needs, kept from call to call (nnlm_lang.c) ---- */

LM_MUST_USE lm_status lm_nnlm_idle_new(struct lm_nnlm_idle **idle, lm_err *e);
void lm_nnlm_idle_free(struct lm_nnlm_idle *idle); /* NULL is allowed */

/* ---- the examples of a batch by class (classes.c) ---- */

LM_MUST_USE lm_status lm_nnlm_groups_new(struct lm_nnlm_groups **groups, const lm_nnlm *model,
                                         size_t batch, bool gradients, lm_pool *pool, bool bf16,
                                         lm_err *e);
void lm_nnlm_groups_free(struct lm_nnlm_groups *groups);

/* Adds -ln p(word | class) to the losses of a batch whose class_of is set, and with d the gradients
 * of scale times that, to d_h and d_x too.  Returns the sum of what was added. */
double lm_nnlm_score_in_classes(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                                const lm_nnlm_weights *d, lm_nnlm_room *room, size_t count,
                                lm_real scale);
/* p (O) = class_p times p(word | class), after the first context. */
void lm_nnlm_predict_in_classes(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                                const lm_nnlm_room *room, lm_real *p);
#endif
