/* train.c - the one training loop.
 *
 * All that a step depends on is in lm_train_progress, the parameters and the moments: the examples
 * of step t are places of a permutation that is computed, the rate is a function of t.  So a state
 * saved between any two steps is enough to go on as if nothing had been. */
#include "lm/train.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lm/memory.h"
#include "lm/program.h"
#include "train_internal.h"

/* ---- where a run stands ---- */

static unsigned long long number(uint64_t x)
{
    return x;
}

/* Has a period of so many steps just ended?  0: there are no such periods. */
static bool ends(uint64_t step, uint64_t period)
{
    return period > 0 && step > 0 && step % period == 0;
}

static bool is_last(const lm_training *t)
{
    return t->at.step == t->steps;
}

static bool finished(const lm_training *t)
{
    const uint64_t patience = (uint64_t)t->o->patience;
    return is_last(t) || (patience > 0 && t->at.worse >= patience);
}

static bool evaluates_now(const lm_training *t)
{
    const uint64_t every = t->o->valid_every ? (uint64_t)t->o->valid_every : t->epoch_steps;
    return t->task->evaluate && (ends(t->at.step, every) || is_last(t));
}

/* Epochs that are shorter than an interval have no row of their own. */
static bool logs_now(const lm_training *t)
{
    const uint64_t every = (uint64_t)t->o->log_every;
    return ends(t->at.step, every) || is_last(t) || evaluates_now(t) ||
           (ends(t->at.step, t->epoch_steps) && t->epoch_steps >= every);
}

const lm_real *lm_train_current(const lm_training *t)
{
    return t->average ? t->average : t->values;
}

static double rate_of(const lm_training *t, uint64_t step)
{
    return lm_schedule_rate(&t->schedule, step);
}

/* ---- one step ---- */

/* Fails because step `step` (from 1) cannot be made; the state is told so. */
static lm_status fail_diverged(lm_training *t, uint64_t step, const char *what, double x, lm_err *e)
{
    t->at.diverged = step;
    return lm_fail(e, LM_EDIVERGED, "training diverged at step %llu: %s is %s", number(step), what,
                   isnan(x) ? "not a number" : "infinite");
}

/* Numbers of the examples of the next step, into t->ids; returns how many. */
static size_t choose_examples(lm_training *t)
{
    const uint64_t batch = (uint64_t)t->o->batch, count = t->task->examples;
    if (t->epoch_steps == 0) { /* the model draws them itself */
        for (uint64_t i = 0; i < batch; i++) t->ids[i] = t->at.step * batch + i;
        return (size_t)batch;
    }
    const uint64_t first = t->at.step % t->epoch_steps * batch;
    const size_t n = (size_t)(count - first < batch ? count - first : batch);
    const uint32_t epoch = (uint32_t)(t->at.step / t->epoch_steps);
    if (t->order.count != count || t->order.epoch != epoch)
        t->order = lm_shuffle_of(count, (uint64_t)t->o->seed, epoch);
    for (size_t i = 0; i < n; i++)
        t->ids[i] = t->o->no_shuffle ? first + i : lm_shuffle_at(&t->order, first + i);
    return n;
}

static double events_of(const lm_training *t, const uint64_t *ids, size_t count)
{
    return t->task->events ? t->task->events(t->task->model, ids, count) : (double)count;
}

/* The gradient of the mean loss over `count` examples, part by part, and their loss. */
static lm_status compute_gradient(lm_training *t, size_t count, lm_loss *loss, lm_err *e)
{
    const size_t part = lm_train_micro_batch(t->o);
    const double events = events_of(t, t->ids, count);
    lm_block_clear(t->on, t->grads, t->task->params->size);
    for (size_t from = 0; from < count; from += part) {
        const uint64_t *ids = t->ids + from;
        const size_t n = count - from < part ? count - from : part;
        const double share = n == count ? 1 : events > 0 ? events_of(t, ids, n) / events : 0;
        const lm_batch batch = {ids, n, from, t->at.step};
        LM_TRY(t->task->step(t->task->model, t->on, t->values, t->grads, &batch, share, loss, e));
    }
    return LM_OK;
}

/* Are the loss of the next step, and its gradient, numbers? */
static lm_status check_step(lm_training *t, double loss, double norm, lm_err *e)
{
    const uint64_t step = t->at.step + 1;
    if (!isfinite(loss)) return fail_diverged(t, step, "the loss", loss, e);
    if (!isfinite(norm)) return fail_diverged(t, step, "the norm of the gradient", norm, e);
    t->at.norm = norm;
    return LM_OK;
}

/* Until the gradient is known to be good nothing of the state is changed. */
static lm_status descend(lm_training *t, lm_loss *loss, lm_err *e)
{
    LM_TRY(compute_gradient(t, choose_examples(t), loss, e));
    const double norm = lm_grad_norm(t->on, t->task->params, t->grads);
    LM_TRY(check_step(t, loss->loss, norm, e));
    lm_optim_step(t->on, t->optim, t->values, t->grads, rate_of(t, t->at.step),
                  lm_clip_scale(norm, t->o->clip));
    return LM_OK;
}

typedef struct {
    lm_training *t;
    double squares; /* of the gradient's elements so far */
} early_step;

static void take_part(void *context, const lm_block_part *grads)
{
    early_step *s = context;
    lm_training *t = s->t;
    s->squares += lm_grad_squares(t->on, t->task->params, grads);
    lm_optim_part(t->on, t->optim, t->values, grads, rate_of(t, t->at.step));
}

/* As descend, but parameters move while gradients are being computed: there is no way back. */
static lm_status descend_early(lm_training *t, lm_loss *loss, lm_err *e)
{
    const lm_batch batch = {t->ids, choose_examples(t), 0, t->at.step};
    early_step s = {.t = t};
    const lm_grad_sink sink = {take_part, &s};
    assert(t->task->stream);
    lm_optim_begin(t->optim);
    LM_TRY(t->task->stream(t->task->model, t->on, t->values, &batch, &sink, loss, e));
    return check_step(t, loss->loss, sqrt(s.squares), e);
}

/* The model moves its parameters itself. */
static lm_status move(lm_training *t, lm_loss *loss, lm_err *e)
{
    const lm_batch batch = {t->ids, choose_examples(t), 0, t->at.step};
    LM_TRY(
        t->task->move(t->task->model, t->on, t->values, &batch, rate_of(t, t->at.step), loss, e));
    if (isfinite(loss->loss)) return LM_OK;
    return fail_diverged(t, t->at.step + 1, "the loss", loss->loss, e);
}

static lm_status make_step(lm_training *t, lm_err *e)
{
    lm_loss loss = {0};
    if (t->task->move)
        LM_TRY(move(t, &loss, e));
    else
        LM_TRY(t->o->early ? descend_early(t, &loss, e) : descend(t, &loss, e));
    if (t->average) lm_average_step(t->on, t->task->params, t->average, t->values, t->o->average);
    lm_loss_add(&t->at.interval, loss);
    lm_loss_add(&t->at.epoch, loss);
    t->at.step++;
    t->at.settled = 0;
    return LM_OK;
}

/* ---- what follows a step ---- */

static lm_status evaluate(lm_training *t, double *valid, lm_err *e)
{
    lm_loss loss = {0};
    LM_TRY(t->task->evaluate(t->task->model, t->on, lm_train_current(t), &loss, e));
    *valid = lm_loss_mean(loss);
    if (isfinite(*valid)) return LM_OK;
    return fail_diverged(t, t->at.step, "the loss on held-out data", *valid, e);
}

static void judge(lm_training *t, double valid)
{
    t->at.evaluations++;
    t->at.worse++;
    if (t->at.evaluations > 1 && valid >= t->at.best) return;
    memcpy(t->best, lm_train_current(t), t->task->params->size * sizeof *t->best);
    t->at.best = valid;
    t->at.best_step = t->at.step;
    t->at.worse = 0;
}

/* What can fail comes first: then the step is still to be settled, and all else is as it was. */
static lm_status settle(lm_training *t, lm_err *e)
{
    const bool logs = logs_now(t), evaluates = evaluates_now(t);
    const bool epoch_ends = ends(t->at.step, t->epoch_steps);
    double valid = (double)NAN;
    if (evaluates) LM_TRY(evaluate(t, &valid, e));
    if (logs) LM_TRY(lm_train_log_row(t, rate_of(t, t->at.step - 1), epoch_ends, valid, e));
    if (evaluates) judge(t, valid);
    if (logs) {
        t->at.interval = (lm_loss){0};
        t->at.logged = t->at.step;
    }
    if (epoch_ends) t->at.epoch = (lm_loss){0};
    t->at.settled = 1;
    return LM_OK;
}

/* The phase is told by the pointer, so its text may say how things are. */
static void show_progress(lm_training *t)
{
    char epoch[32] = "", valid[40] = "";
    if (!t->run || !t->run->progress) return;
    if (t->epoch_steps)
        (void)snprintf(epoch, sizeof epoch, "epoch %llu, ",
                       number((t->at.step - 1) / t->epoch_steps + 1));
    if (t->at.evaluations) (void)snprintf(valid, sizeof valid, ", best valid %.5g", t->at.best);
    if (t->at.interval.events > 0)
        (void)snprintf(t->what, sizeof t->what, "%sloss %.5g%s", epoch,
                       lm_loss_mean(t->at.interval), valid);
    lm_progress(t->run, t->what, (double)t->at.step, (double)t->steps, "steps");
}

static lm_status save_if_due(lm_training *t, lm_err *e)
{
    const bool due = ends(t->at.step, (uint64_t)t->o->save_every);
    const bool asked = lm_save_asked(t->run);
    if (!t->state_path.length || !(due || asked)) return LM_OK;
    if (!t->saved || t->saved_at != t->at.step) LM_TRY(lm_train_save(t, e));
    if (asked)
        lm_note(t->run, "the state of step %llu is in %s", number(t->at.step), t->state_path.text);
    return LM_OK;
}

/* Steps until the last one, or until it is stopped or fails. */
static lm_status work(lm_training *t, lm_err *e)
{
    for (;;) {
        if (lm_stopped(t->run)) return LM_ESTOPPED;
        if (!t->at.settled) LM_TRY(settle(t, e));
        if (finished(t)) return LM_OK;
        LM_TRY(save_if_due(t, e));
        LM_TRY(make_step(t, e));
        show_progress(t);
    }
}

/* ---- the end ---- */

static lm_status stop(lm_training *t, lm_err *e)
{
    *e = (lm_err){0}; /* a model that saw it first may have said so */
    if (!t->state_path.length)
        return lm_fail(e, LM_ESTOPPED, "stopped after step %llu; nothing is kept",
                       number(t->at.step));
    LM_TRY(lm_train_save(t, e));
    return lm_fail(e, LM_ESTOPPED, "stopped after step %llu; its state is in %s, --resume goes on",
                   number(t->at.step), t->state_path.text);
}

/* Says what is left of a run that diverged: a state on the disk, else the best parameters, which
 * are put there. */
static lm_status diverge(lm_training *t, lm_err *e)
{
    lm_err failed = {0}, said = {0};
    const char *path = t->state_path.text;
    if (!t->at.diverged) t->at.diverged = t->at.step + 1;
    if (!t->saved && path && t->at.evaluations > 0 && lm_train_save(t, &failed) == LM_OK)
        (void)lm_fail(&said, LM_EDIVERGED, "%s; the best parameters, of step %llu, are in %s",
                      e->message, number(t->at.best_step), path);
    else if (t->saved)
        (void)lm_fail(&said, LM_EDIVERGED, "%s; the state of step %llu is in %s", e->message,
                      number(t->saved_at), path);
    else
        (void)lm_fail(&said, LM_EDIVERGED,
                      "%s; no state was saved (a lower --lr, --clip or --save-every help)",
                      e->message);
    *e = said;
    return LM_EDIVERGED;
}

static lm_status add_model(const lm_training *t, const lm_real *values, lm_ckpt_writer *writer,
                           lm_err *e)
{
    const lm_slice history = {t->history.text, t->history.length};
    LM_TRY(lm_ckpt_set_meta(writer, "lm.history", history, e));
    LM_TRY(t->task->save(t->task->model, writer, e));
    return lm_params_save(t->task->params, values, "", writer, e);
}

static lm_status write_model(lm_training *t, lm_err *e)
{
    lm_ckpt_writer *writer;
    const lm_real *values = t->at.evaluations > 0 ? t->best : lm_train_current(t);
    const double norm = lm_grad_norm(t->on, t->task->params, values);
    if (!isfinite(norm)) return fail_diverged(t, t->at.step, "the norm of the parameters", norm, e);
    LM_TRY(lm_ckpt_writer_new(&writer, t->task->kind, e));
    lm_status s = add_model(t, values, writer, e);
    if (!s) s = lm_ckpt_write(writer, t->out, t->run, e);
    lm_ckpt_writer_free(writer);
    if (s) return s;
    s = lm_out_close(t->out, LM_OK, e);
    t->out = NULL;
    return s;
}

static lm_status finish(lm_training *t, lm_err *e)
{
    LM_TRY(write_model(t, e));
    if (t->state_path.length && unlink(t->state_path.text) != 0 && errno != ENOENT)
        lm_warn(t->run, "%s: remove: %s", t->state_path.text, strerror(errno));
    if (t->at.evaluations > 0)
        lm_note(t->run, "written: the parameters of step %llu, valid %.5g, the best of %llu",
                number(t->at.best_step), t->at.best, number(t->at.evaluations));
    return LM_OK;
}

/* Trains, and whatever happens keeps what there is. */
static lm_status train(lm_training *t, lm_err *e)
{
    lm_err again = {0};
    lm_status s = work(t, e);
    if (!s) s = finish(t, e);
    if (s == LM_ESTOPPED) s = stop(t, e);
    if (s == LM_ESTOPPED) return s;
    if (s == LM_EDIVERGED) return diverge(t, e);
    /* A full disk may hold up the log or the model and yet have room for the state. */
    if (s && t->state_path.length && lm_train_save(t, &again) == LM_OK)
        lm_note(t->run, "the state of step %llu is in %s", number(t->at.step), t->state_path.text);
    return s;
}

/* ---- the beginning ---- */

lm_status lm_train_state_path(lm_str *path, const char *output, lm_err *e)
{
    return lm_str_addf(path, e, "%s.run", output);
}

static lm_status new_blocks(lm_training *t, lm_err *e)
{
    const lm_params *params = t->task->params;
    LM_TRY(lm_params_block(params, &t->values, e));
    if (!t->task->move && !t->o->early) LM_TRY(lm_params_block(params, &t->grads, e));
    if (t->o->average > 0) LM_TRY(lm_params_block(params, &t->average, e));
    if (t->task->evaluate) LM_TRY(lm_params_block(params, &t->best, e));
    if (!t->task->move) LM_TRY(lm_optim_new(&t->optim, params, &t->o->optim, e));
    t->ids = lm_new((size_t)t->o->batch, sizeof *t->ids, e);
    return t->ids ? lm_compute_new(&t->on, lm_run_pool(t->run), t->o->bf16, e) : LM_ENOMEM;
}

static lm_status draw_values(lm_training *t, lm_err *e)
{
    const lm_task *task = t->task;
    LM_TRY(lm_params_init(task->params, t->values, t->o->init_rule, (uint64_t)t->o->seed,
                          lm_run_pool(t->run), e));
    return task->init ? task->init(task->model, t->values, e) : LM_OK;
}

static lm_status set_values(lm_training *t, lm_err *e)
{
    LM_TRY(t->o->init ? lm_train_init(t, t->o->init, e) : draw_values(t, e));
    if (t->average) memcpy(t->average, t->values, t->task->params->size * sizeof *t->values);
    return LM_OK;
}

/* Goes on from the state, if it is to and there is one. */
static lm_status take_up(lm_training *t, lm_err *e)
{
    const char *path = t->state_path.text;
    bool found = false;
    if (!path) return LM_OK;
    if (!t->o->resume) {
        if (access(path, F_OK) == 0)
            lm_warn(t->run, "%s: an unfinished run is begun anew; --resume would go on", path);
        return LM_OK;
    }
    LM_TRY(lm_train_load(t, &found, e));
    if (found)
        lm_note(t->run, "%s: going on after step %llu of %llu", path, number(t->at.step),
                number(t->steps));
    return LM_OK;
}

static lm_status prepare(lm_training *t, const char *history, lm_err *e)
{
    LM_TRY(lm_program_output(&t->out, t->output, e));
    if (lm_train_keeps_state(t->output)) LM_TRY(lm_train_state_path(&t->state_path, t->output, e));
    LM_TRY(lm_str_addf(&t->history, e, "%s", history));
    LM_TRY(new_blocks(t, e));
    LM_TRY(set_values(t, e));
    LM_TRY(take_up(t, e));
    t->begun = lm_train_clock();
    t->begun_at = t->at.step;
    (void)snprintf(t->what, sizeof t->what, "training");
    return lm_train_log_open(t, e);
}

/* How long the run is, and the rates of its steps. */
static lm_status measure(lm_training *t, lm_err *e)
{
    const lm_train_options *o = t->o;
    t->steps = lm_train_steps(t->task, o);
    t->epoch_steps = lm_train_epoch_steps(t->task, o);
    if (t->steps == 0 && t->task->examples == 0)
        return lm_fail(e, LM_EUSAGE,
                       "--epochs: the data have none; --steps says how long to train");
    if (t->steps == 0) return lm_fail(e, LM_EUSAGE, "--epochs: too many steps to count");
    t->schedule = (lm_schedule){(lm_schedule_kind)o->schedule, o->lr, o->min_lr,
                                (uint64_t)o->warmup, t->steps};
    return lm_schedule_check(&t->schedule, e);
}

static lm_status print_plan(const lm_training *t, lm_err *e)
{
    lm_str text = {0};
    lm_out *out;
    lm_status s = lm_program_stdout(&out, false, e);
    if (!s) s = lm_train_plan(t->task, t->o, &text, e);
    if (!s) s = lm_out_write(out, text.text, text.length, e);
    lm_str_free(&text);
    return s;
}

static void release(lm_training *t)
{
    lm_compute_free(t->on);
    lm_optim_free(t->optim);
    lm_block_free(t->values);
    lm_block_free(t->grads);
    lm_block_free(t->average);
    lm_block_free(t->best);
    lm_free(t->ids);
    lm_str_free(&t->history);
    lm_str_free(&t->state_path);
}

lm_status lm_train(const lm_task *task, const lm_train_options *o, const char *output,
                   const char *history, const lm_run *run, lm_err *e)
{
    lm_training t = {.task = task, .o = o, .run = run, .output = output, .at.settled = 1};
    LM_TRY(measure(&t, e));
    if (o->dry_run) return print_plan(&t, e);
    lm_status s = prepare(&t, history, e);
    lm_heed(run, t.state_path.length > 0);
    if (!s) s = train(&t, e);
    s = lm_out_close(t.log, s, e);
    s = lm_out_close(t.out, s, e); /* still open: it failed */
    lm_heed(run, false);
    lm_progress(run, NULL, 0, 0, NULL);
    release(&t);
    return s;
}
