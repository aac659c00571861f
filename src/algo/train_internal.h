/* train_internal.h - what the files of the training loop share: train.c, which turns the wheel,
 * train_state.c, which keeps its state in a file, train_log.c and train_options.c. */
#ifndef LM_TRAIN_INTERNAL_H
#define LM_TRAIN_INTERNAL_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/shuffle.h"
#include "lm/train.h"

/* How far a run is: all numbers of its state.  A step is settled when what follows it has been
 * done: evaluation, a line of the log, the ends of sums.  A run may stop before that. */
typedef struct {
    uint64_t step;        /* steps made */
    uint64_t settled;     /* 0: the last of them is not */
    uint64_t logged;      /* the last step with a line in the log */
    lm_loss interval;     /* since that line */
    lm_loss epoch;        /* since the epoch began */
    double norm;          /* of the last gradient */
    uint64_t evaluations; /* so far */
    uint64_t worse;       /* of them, since the best */
    uint64_t best_step;   /* after which it was made, */
    double best;          /* and what it found, nats per event */
    uint64_t diverged;    /* the step that could not be made; 0: none */
} lm_train_progress;

typedef struct {
    const lm_task *task;
    const lm_train_options *o;
    const lm_run *run;
    const char *output;
    lm_str history;    /* of what is made */
    lm_str state_path; /* empty: no state is kept */

    uint64_t steps, epoch_steps; /* of the run, of an epoch (0: there are none) */
    lm_schedule schedule;
    lm_shuffle order; /* of the epoch under way */
    uint64_t *ids;    /* (batch) */

    lm_compute *on;
    lm_optim *optim;
    lm_real *values, *grads;
    lm_real *average; /* NULL: none is taken */
    lm_real *best;    /* NULL: nothing is evaluated */

    lm_train_progress at;
    bool saved; /* the state of step `saved_at` is in its file */
    uint64_t saved_at;

    lm_out *out;       /* of the model */
    lm_out *log;       /* NULL: none */
    bool json;         /* its form */
    double begun;      /* seconds on the clock */
    uint64_t begun_at; /* the step with which this process began */
    char what[96];     /* the line of progress */
} lm_training;

/* May there be a state beside this output?  Not beside a stream or a device. */
bool lm_train_keeps_state(const char *output);
LM_MUST_USE lm_status lm_train_state_path(lm_str *path, const char *output, lm_err *e);

uint64_t lm_train_epoch_steps(const lm_task *task, const lm_train_options *o);

/* The parameters to evaluate and to write: the average, if one is taken. */
const lm_real *lm_train_current(const lm_training *t);

/* ---- train_state.c ---- */
/* Writes the whole state; after a divergence (t->at.diverged), the best parameters alone.
 * Errors: LM_EIO, LM_ENOMEM; LM_EDIVERGED if parameters are not finite, and the file stays. */
LM_MUST_USE lm_status lm_train_save(lm_training *t, lm_err *e);
/* Reads it, if the file is there.  Errors: LM_EUSAGE if it is of other options or data. */
LM_MUST_USE lm_status lm_train_load(lm_training *t, bool *found, lm_err *e);
/* Reads the parameters of a model or of a state, and puts its history before this run's. */
LM_MUST_USE lm_status lm_train_init(lm_training *t, const char *path, lm_err *e);

/* ---- train_log.c ---- */
/* Opens the log and cuts it back to what t->at says has been written. */
LM_MUST_USE lm_status lm_train_log_open(lm_training *t, lm_err *e);
/* One row.  `valid`: what evaluation found, NaN: there was none. */
LM_MUST_USE lm_status lm_train_log_row(lm_training *t, double rate, bool epoch_ends, double valid,
                                       lm_err *e);
/* Seconds since this process began to train. */
double lm_train_clock(void);

#endif
