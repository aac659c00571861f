/* train.h - the one training loop: order of the examples, schedule, accumulation, clipping,
 * averaging, evaluation, early stop, best and last checkpoints, resume, log, progress, signals.
 *
 *     {.kind = LM_OPT_GROUP, .name = "", .group = lm_train_option_rows},       in the table
 *     ...
 *     lm_train_options o = lm_train_defaults(LM_OPTIM_SGD);                    in main
 *     o.epochs = 20;
 *     lm_train_options_set(&o);
 *     return lm_program_main(&program, argc, argv);                            .stateful = true
 *     ...
 *     LM_TRY(lm_train_options_get(&o, output, e));                             in run
 *     LM_TRY(lm_program_history(&history, e));              after it: it has effective values then
 *     read o.valid and the data, adding their inputs to the history; make the task
 *     return lm_train(&task, &o, output, history.text, run, e);
 *
 * While it works, `output`.run holds its state, a checkpoint of kind "run": written every
 * --save-every steps, at SIGUSR1, and at SIGINT, SIGTERM or SIGHUP, which end the run.  It is
 * removed when the model is written.  A resumed run writes what an uninterrupted one writes. */
#ifndef LM_TRAIN_H
#define LM_TRAIN_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/optim.h"
#include "lm/option.h"
#include "lm/run.h"
#include "lm/schedule.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of the types option tables know; 0, false and NULL switch things off unless said otherwise. */
typedef struct lm_train_options {
    int64_t epochs, steps; /* one of them is 0: the other says how long */
    int64_t batch;         /* examples of a step */
    int64_t accumulate;    /* micro-batches of a batch, computed one after another; at least 1 */
    bool no_shuffle;       /* every epoch in the order of the examples */

    double lr;        /* the peak */
    int64_t schedule; /* an lm_schedule_kind */
    int64_t warmup;   /* steps */
    double min_lr;    /* the last rate, as a share of the peak */

    int64_t optimizer;      /* an lm_optim_kind */
    lm_optim_options optim; /* the model's; what lm_train_options_get returns is ready to use */
    double clip;            /* longest gradient */
    double average;         /* decay of the average that is evaluated and saved */

    const char *valid;   /* file of held-out data; the tool reads it */
    int64_t valid_every; /* steps between evaluations; 0: an epoch, or all */
    int64_t patience;    /* evaluations without improvement before training ends */

    int64_t save_every; /* steps */
    bool resume;
    const char *log;
    int64_t log_every; /* steps; 0: an epoch */
    bool dry_run;

    bool early; /* parameters move as gradients come (lm_task's stream); no option of the table */
    bool bf16;  /* matrices rounded to bfloat16 for their products; parameters stay as they are */

    const char *init;      /* a checkpoint to start from */
    const char *init_rule; /* of lm_params_init */
    int64_t seed;
} lm_train_options;

/* Their variables are the process's, as a command line is. */
extern const lm_option lm_train_option_rows[];

/* The options of a model that says no more than its optimizer, which has its paper's values. */
lm_train_options lm_train_defaults(lm_optim_kind kind);

/* Makes these the defaults of the table, before it is read. */
void lm_train_options_set(const lm_train_options *defaults);

/* The rate that suits what else was given, where no rate was: before lm_train_options_get. */
void lm_train_options_suggest(double lr);

/* The same for the warm-up: a twentieth of the steps, but not more than that; none if epochs say
 * how long to train. */
void lm_train_options_suggest_warmup(int64_t most);

/* What was given, checked, and that `output`, its state and the log can be written (not with
 * --dry-run; NULL: not checked).  Errors: LM_EUSAGE, naming the option; LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_train_options_get(lm_train_options *o, const char *output, lm_err *e);

/* Sets o->early, as the model's `option` asks.  Errors: LM_EUSAGE for a clip, or accumulation. */
LM_MUST_USE lm_status lm_train_options_early(lm_train_options *o, const char *option, lm_err *e);

/* Most examples in one call of the task's step. */
size_t lm_train_micro_batch(const lm_train_options *o);

/* Steps of the whole run; 0: neither epochs nor steps say it, or too many to count. */
uint64_t lm_train_steps(const lm_task *task, const lm_train_options *o);

/* Bytes that it takes, about: blocks of parameters, and what the task holds. */
uint64_t lm_train_memory(const lm_task *task, const lm_train_options *o);

/* Adds the lines of --dry-run: "key TAB value": parameters, memory, steps ... */
LM_MUST_USE lm_status lm_train_plan(const lm_task *task, const lm_train_options *o, lm_str *out,
                                    lm_err *e);

/* Trains and writes the model to `output`: the best by evaluation, else the last.  `history` is
 * the line of lm_program_history with the inputs of all data.  With dry_run: writes the plan to
 * standard output instead.
 * Errors: LM_ESTOPPED: a signal; the state is saved.  LM_EDIVERGED: loss or gradient is not
 * finite; the last good state stays.  LM_EUSAGE: the state is that of other options or data.
 * LM_EIO, LM_EFORMAT, LM_ENOMEM; those of the task. */
LM_MUST_USE lm_status lm_train(const lm_task *task, const lm_train_options *o, const char *output,
                               const char *history, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
