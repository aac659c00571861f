/* train_state.c - the state of a run in a file: a checkpoint of kind "run" with all that the rest
 * of the run depends on, so that a run that goes on from it makes what it would have made. */
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include "lm/json.h"
#include "train_internal.h"

static const char run_kind[] = "run";

/* ---- numbers: members of lm.config ---- */

static const struct {
    const char *name;
    size_t at; /* in lm_train_progress */
    bool real; /* a double, else a uint64_t */
} fields[] = {
    {"step", offsetof(lm_train_progress, step), false},
    {"settled", offsetof(lm_train_progress, settled), false},
    {"logged", offsetof(lm_train_progress, logged), false},
    {"interval_loss", offsetof(lm_train_progress, interval.loss), true},
    {"interval_events", offsetof(lm_train_progress, interval.events), true},
    {"epoch_loss", offsetof(lm_train_progress, epoch.loss), true},
    {"epoch_events", offsetof(lm_train_progress, epoch.events), true},
    {"norm", offsetof(lm_train_progress, norm), true},
    {"evaluations", offsetof(lm_train_progress, evaluations), false},
    {"worse", offsetof(lm_train_progress, worse), false},
    {"best_step", offsetof(lm_train_progress, best_step), false},
    {"best", offsetof(lm_train_progress, best), true},
    {"diverged", offsetof(lm_train_progress, diverged), false},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static lm_status add_config(const lm_training *t, lm_str *config, lm_err *e)
{
    const char *progress = (const char *)&t->at;
    LM_TRY(lm_str_addf(config, e, "{\"kind\":"));
    LM_TRY(lm_json_add_string(config, lm_slice_of(t->task->kind), e));
    LM_TRY(lm_str_addf(config, e, ",\"examples\":%llu", (unsigned long long)t->task->examples));
    for (int i = 0; i < FIELDS; i++) {
        LM_TRY(lm_str_addf(config, e, ",\"%s\":", fields[i].name));
        const void *field = progress + fields[i].at;
        if (fields[i].real)
            LM_TRY(lm_str_add_real(config, *(const double *)field, e));
        else
            LM_TRY(lm_str_addf(config, e, "%llu", (unsigned long long)*(const uint64_t *)field));
    }
    return lm_str_add(config, "}", 1, e);
}

typedef struct {
    lm_train_progress progress;
    bool seen[FIELDS];
    uint64_t examples;
    lm_str kind;
} config;

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    config *c = context;
    char *progress = (char *)&c->progress;
    if (lm_json_is(key, "kind")) return lm_json_string(j, &c->kind, e);
    if (lm_json_is(key, "examples")) return lm_json_u64(j, &c->examples, e);
    for (int i = 0; i < FIELDS; i++) {
        if (!lm_json_is(key, fields[i].name)) continue;
        c->seen[i] = true;
        void *field = progress + fields[i].at;
        return fields[i].real ? lm_json_real(j, field, e) : lm_json_u64(j, field, e);
    }
    return lm_json_skip(j, NULL, e);
}

static lm_status check_config(const lm_training *t, const lm_ckpt *ckpt, const config *c, lm_err *e)
{
    const char *path = lm_ckpt_path(ckpt);
    for (int i = 0; i < FIELDS; i++)
        if (!c->seen[i])
            return lm_fail(e, LM_EFORMAT, "%s: lm.config: '%s' is missing", path, fields[i].name);
    if (!c->kind.text || strcmp(c->kind.text, t->task->kind) != 0)
        return lm_fail(e, LM_EFORMAT, "%s: the state of a run for kind '%s', expected '%s'", path,
                       c->kind.text ? c->kind.text : "", t->task->kind);
    return LM_OK;
}

/* Reads lm.config of a state; c->kind is to be freed in any case. */
static lm_status read_config(const lm_training *t, const lm_ckpt *ckpt, config *c, lm_err *e)
{
    if (strcmp(lm_ckpt_kind(ckpt), run_kind) != 0)
        return lm_fail(e, LM_EFORMAT, "%s: kind '%s', expected the state of a run",
                       lm_ckpt_path(ckpt), lm_ckpt_kind(ckpt));
    LM_TRY(lm_ckpt_config(ckpt, read_member, c, e));
    return check_config(t, ckpt, c, e);
}

/* ---- writing ---- */

static lm_status add_blocks(const lm_training *t, lm_ckpt_writer *writer, lm_err *e)
{
    const lm_params *params = t->task->params;
    if (t->at.evaluations > 0) LM_TRY(lm_params_save(params, t->best, "best.", writer, e));
    if (t->at.diverged) return LM_OK;
    LM_TRY(lm_params_save(params, t->values, "last.", writer, e));
    if (t->average) LM_TRY(lm_params_save(params, t->average, "average.", writer, e));
    return t->optim ? lm_optim_save(t->optim, "", writer, e) : LM_OK;
}

static lm_status add_state(const lm_training *t, lm_ckpt_writer *writer, lm_err *e)
{
    lm_str text = {0};
    lm_status s = add_config(t, &text, e);
    if (!s) s = lm_ckpt_set_meta(writer, "lm.config", (lm_slice){text.text, text.length}, e);
    if (!s)
        s = lm_ckpt_set_meta(writer, "lm.history", (lm_slice){t->history.text, t->history.length},
                             e);
    if (!s) s = add_blocks(t, writer, e);
    lm_str_free(&text);
    return s;
}

static lm_status write_state(lm_training *t, lm_err *e)
{
    lm_ckpt_writer *writer = NULL;
    lm_out *out;
    LM_TRY(lm_out_open(&out, t->state_path.text, e));
    lm_status s = lm_ckpt_writer_new(&writer, run_kind, e);
    if (!s) s = add_state(t, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, t->run, e);
    lm_ckpt_writer_free(writer);
    return lm_out_close(out, s, e);
}

lm_status lm_train_save(lm_training *t, lm_err *e)
{
    /* The step that spoils the parameters still sees a loss that is finite. */
    if (!t->at.diverged && !isfinite(lm_grad_norm(t->on, t->task->params, t->values)))
        return lm_fail(e, LM_EDIVERGED, "training diverged at step %llu: parameters are not finite",
                       (unsigned long long)t->at.step);
    LM_TRY(write_state(t, e));
    t->saved = true;
    t->saved_at = t->at.step;
    return LM_OK;
}

/* ---- is it the state of this run? ---- */

/* Takes the next word of a history line; blanks within quotes belong to it. */
static bool next_word(const char **at, lm_slice *word)
{
    while (**at == ' ' || **at == '\n') ++*at;
    const char *begin = *at;
    for (bool quoted = false; **at && (quoted || (**at != ' ' && **at != '\n')); ++*at) {
        if (quoted && **at == '\\' && (*at)[1])
            ++*at;
        else if (**at == '"')
            quoted = !quoted;
    }
    *word = (lm_slice){begin, (size_t)(*at - begin)};
    return word->length > 0;
}

/* Has the line a word with the same name before its '='? */
static bool has_name(const char *line, lm_slice word)
{
    const char *equals = memchr(word.text, '=', word.length);
    const size_t length = equals ? (size_t)(equals - word.text) + 1 : word.length;
    for (lm_slice other; next_word(&line, &other);)
        if (other.length >= length && memcmp(other.text, word.text, length) == 0) return true;
    return false;
}

/* Compares with what this run would write; says what differs first. */
static lm_status check_history(const lm_training *t, const char *was, lm_err *e)
{
    static const char advice[] = "give what it was begun with, or remove it";
    const char *path = t->state_path.text, *now = t->history.text;
    if (!was) return lm_fail(e, LM_EFORMAT, "%s: lm.history is missing", path);
    if (strcmp(was, now) == 0) return LM_OK;
    lm_slice a = {"", 0}, b = {"", 0};
    const char *x = was, *y = now;
    for (bool same = true; same;) {
        const bool more = next_word(&x, &a), too = next_word(&y, &b);
        same = (more || too) && lm_slice_compare(a, b) == 0;
    }
    if (a.length && !has_name(now, a))
        return lm_fail(e, LM_EUSAGE, "%s: its run had %.*s, this one has not; %s", path,
                       (int)a.length, a.text, advice);
    if (b.length && !has_name(was, b))
        return lm_fail(e, LM_EUSAGE, "%s: its run had no %.*s; %s", path, (int)b.length, b.text,
                       advice);
    return lm_fail(e, LM_EUSAGE, "%s: its run had %.*s, this one has %.*s; %s", path, (int)a.length,
                   a.text, (int)b.length, b.text, advice);
}

static lm_status check_progress(const lm_training *t, const config *c, lm_err *e)
{
    const lm_train_progress *at = &c->progress;
    const char *path = t->state_path.text;
    if (c->examples != t->task->examples)
        return lm_fail(e, LM_EUSAGE, "%s: its run had %llu examples, this one has %llu", path,
                       (unsigned long long)c->examples, (unsigned long long)t->task->examples);
    if (at->step > t->steps || at->logged > at->step || at->best_step > at->step ||
        (at->evaluations > 0 && !t->best))
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: numbers that no run of %llu steps has", path,
                       (unsigned long long)t->steps);
    return LM_OK;
}

/* ---- reading ---- */

static lm_status read_blocks(lm_training *t, const lm_ckpt *ckpt, lm_err *e)
{
    const lm_params *params = t->task->params;
    if (t->at.evaluations > 0) LM_TRY(lm_params_load(params, t->best, "best.", ckpt, e));
    LM_TRY(lm_params_load(params, t->values, "last.", ckpt, e));
    if (t->average) LM_TRY(lm_params_load(params, t->average, "average.", ckpt, e));
    return t->optim ? lm_optim_load(t->optim, "", ckpt, e) : LM_OK;
}

static lm_status read_state(lm_training *t, const lm_ckpt *ckpt, config *c, lm_err *e)
{
    LM_TRY(read_config(t, ckpt, c, e));
    if (c->progress.diverged)
        return lm_fail(e, LM_EUSAGE,
                       "%s: its run diverged at step %llu and cannot go on; begin another one with"
                       " --init from a copy of it, and another --lr or --clip",
                       t->state_path.text, (unsigned long long)c->progress.diverged);
    LM_TRY(check_history(t, lm_ckpt_meta(ckpt, "lm.history"), e));
    LM_TRY(check_progress(t, c, e));
    t->at = c->progress;
    if (t->optim) t->optim->steps = t->at.step;
    return read_blocks(t, ckpt, e);
}

lm_status lm_train_load(lm_training *t, bool *found, lm_err *e)
{
    lm_ckpt *ckpt;
    config c = {0};
    *found = access(t->state_path.text, F_OK) == 0 || errno != ENOENT;
    if (!*found) return LM_OK;
    LM_TRY(lm_ckpt_open(&ckpt, t->state_path.text, LM_CKPT_CHECK_ALL, e));
    const lm_status s = read_state(t, ckpt, &c, e);
    lm_str_free(&c.kind);
    lm_ckpt_close(ckpt);
    t->saved = !s;
    t->saved_at = t->at.step;
    return s;
}

/* ---- the beginning ---- */

/* Which parameters of a state are those that it would have written as a model? */
static lm_status choose_prefix(const lm_training *t, const lm_ckpt *ckpt, const char **prefix,
                               lm_err *e)
{
    config c = {0};
    lm_status s = LM_OK;
    *prefix = "";
    if (strcmp(lm_ckpt_kind(ckpt), run_kind) == 0) {
        s = read_config(t, ckpt, &c, e);
        *prefix = c.progress.evaluations > 0 ? "best." : "last.";
        lm_str_free(&c.kind);
        return s;
    }
    const char *kind = lm_ckpt_kind(ckpt); /* "": of another maker */
    if (*kind && strcmp(kind, t->task->kind) != 0)
        return lm_fail(e, LM_EFORMAT, "%s: kind '%s', expected '%s'", lm_ckpt_path(ckpt), kind,
                       t->task->kind);
    return *kind && t->task->accept ? t->task->accept(t->task->model, ckpt, e) : LM_OK;
}

/* The lines of what made it, this run's, and that it was read. */
static lm_status join_history(lm_training *t, const lm_ckpt *ckpt, lm_err *e)
{
    lm_str joined = {0};
    const char *before = lm_ckpt_meta(ckpt, "lm.history");
    lm_status s = LM_OK;
    if (before && *before) s = lm_str_addf(&joined, e, "%s\n", before);
    if (!s) s = lm_str_add(&joined, t->history.text, t->history.length, e);
    if (!s) s = lm_ckpt_history(ckpt, &joined, e);
    if (s) {
        lm_str_free(&joined);
        return s;
    }
    lm_str_free(&t->history);
    t->history = joined;
    return LM_OK;
}

lm_status lm_train_init(lm_training *t, const char *path, lm_err *e)
{
    lm_ckpt *ckpt;
    const char *prefix;
    LM_TRY(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, e));
    lm_status s = choose_prefix(t, ckpt, &prefix, e);
    if (!s) s = lm_params_load(t->task->params, t->values, prefix, ckpt, e);
    if (!s) s = join_history(t, ckpt, e);
    lm_ckpt_close(ckpt);
    return s;
}
