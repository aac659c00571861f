/* task.h - what a model gives the training loop (lm/train.h): its parameters, one step, one
 * evaluation, and what its checkpoint holds besides parameters.
 *
 *     const lm_task task = {.kind = "nnlm", .params = params, .model = &model,
 *                           .examples = count, .step = step, .save = save};
 */
#ifndef LM_TASK_H
#define LM_TASK_H
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/compute.h"
#include "lm/params.h"
#include "lm/real.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lm_train_options;

/* Losses add up, so that means are over all of what was added. */
typedef struct {
    double loss;   /* sum over the events, nats */
    double events; /* what is predicted: words, sentence ends, masked tokens ... */
} lm_loss;

void lm_loss_add(lm_loss *sum, lm_loss more);
double lm_loss_mean(lm_loss sum); /* nats per event; 0 if there is none */

/* Examples of a step, all of its batch or a part. */
typedef struct {
    const uint64_t *ids;
    size_t count;   /* at most lm_train_micro_batch() */
    uint64_t first; /* place of the first one in the whole batch, */
    uint64_t step;  /* and of that in the run, from 0: for what is random in a step */
} lm_batch;

/* Takes the gradients of a step in parts, as soon as they are there. */
typedef struct {
    void (*take)(void *context, const lm_block_part *grads);
    void *context;
} lm_grad_sink;

typedef struct {
    const char *kind; /* lm.kind of the checkpoint */
    const lm_params *params;
    void *model; /* the first argument of all that follows */

    /* An epoch is every number below `examples` once.  0: there are no epochs, the model draws its
     * own examples; their numbers are then 0, 1, 2 ... in the order in which they are drawn. */
    uint64_t examples;

    /* Adds to `grads` the gradient of the mean loss per event of the batch's examples, times
     * `share`, and to *loss their loss; `values` are the parameters to use.  All events of a step
     * weigh the same: `share` is that of these examples among them.  The bits of both must not
     * depend on threads.  It allocates nothing. */
    lm_status (*step)(void *model, const lm_compute *on, const lm_real *values, lm_real *grads,
                      const lm_batch *batch, double share, lm_loss *loss, lm_err *e);

    /* In place of `step`, where one touches few of the parameters: makes the whole step, which
     * moves `values` at `rate`, and adds to *loss.  There is no optimizer then, nor a block of
     * gradients.  What it leaves in `values` when the loss is not finite does not matter. */
    lm_status (*move)(void *model, const lm_compute *on, lm_real *values, const lm_batch *batch,
                      double rate, lm_loss *loss, lm_err *e);

    /* As `step`, of a whole batch, where o->early asks for it: the sink gets every element once,
     * when the parameters are not needed any more, and may move them.  It fails, or finds a loss
     * that is not finite, before that.  NULL: there is no such way. */
    lm_status (*stream)(void *model, const lm_compute *on, const lm_real *values,
                        const lm_batch *batch, const lm_grad_sink *sink, lm_loss *loss, lm_err *e);

    /* Events of some examples, for `share`; NULL: all examples have equally many. */
    double (*events)(void *model, const uint64_t *ids, size_t count);

    /* Adds the loss on held-out data (of --valid) to *loss; NULL: there are none. */
    lm_status (*evaluate)(void *model, const lm_compute *on, const lm_real *values, lm_loss *loss,
                          lm_err *e);

    /* Changes the initial values that --init-rule gave; NULL: they are good.  Not called where
     * they are those of --init. */
    lm_status (*init)(void *model, lm_real *values, lm_err *e);

    /* May training start from this model of the same kind (--init)?  Shapes are checked apart.
     * NULL: always. */
    lm_status (*accept)(void *model, const lm_ckpt *ckpt, lm_err *e);

    /* Adds what makes a whole model besides history and parameters: lm.config, vocabulary ... */
    lm_status (*save)(void *model, lm_ckpt_writer *writer, lm_err *e);

    /* Adds lines of its own to those of --dry-run; NULL: there are none. */
    lm_status (*describe)(void *model, const struct lm_train_options *o, lm_str *out, lm_err *e);

    uint64_t
        memory; /* bytes the model holds besides parameters, for --dry-run: data, activations */
} lm_task;

#ifdef __cplusplus
}
#endif
#endif
