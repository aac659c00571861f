/* softmax.h - a step of training by full softmax: gradients of a batch of examples.  For small
 * vocabularies, and pairs. */
#ifndef LM_W2V_SOFTMAX_H
#define LM_W2V_SOFTMAX_H
#include "lm/compute.h"
#include "lm/memory.h"
#include "lm/w2v_train.h"

/* What a batch needs. */
typedef struct {
    const lm_w2v *model;
    const lm_w2v_text *text;
    const lm_w2v_training *how;
    uint64_t examples, epoch_steps;
    uint32_t *ids;    /* running text: the words, LM_NO_WORD at a line's end; NULL: pairs */
    size_t most;      /* words that predict, of an example */
    size_t *begin;    /* (rows + 1) the words that make a row, */
    uint32_t *word;   /* (batch * most) here */
    uint32_t *target; /* (rows) */
    size_t rows;      /* one for an example of CBOW, one for each word of skip-gram's */
    lm_real *h, *d_h; /* (rows,D) */
    lm_real *losses, *room;
    lm_arena arena;
} lm_w2v_softmax;

/* All must outlive it.  `batch`: most examples.  Errors: LM_ENOMEM, LM_EIO. */
LM_MUST_USE lm_status lm_w2v_softmax_new(lm_w2v_softmax *work, const lm_w2v *model,
                                         lm_w2v_text *text, const lm_w2v_training *how,
                                         size_t batch, lm_err *e);
void lm_w2v_softmax_free(lm_w2v_softmax *work);

/* d += the gradient of scale times the mean loss of the batch's predictions.  Returns the sum of
 * their losses; *events += how many there are. */
double lm_w2v_softmax_both(const lm_compute *on, lm_w2v_softmax *work, const lm_w2v_weights *w,
                           const lm_w2v_weights *d, const lm_batch *batch, double scale,
                           double *events);

#endif
