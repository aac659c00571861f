/* train_log.c - the log of training: a table with a row for every interval, written as it goes. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "train_internal.h"

static const char header[] = "step\tepoch\tloss\tsum\trate\tnorm\tvalid\tseconds\tsteps_per_s\n";
static const char json_start[] = "{\"step\":";

double lm_train_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- cutting back ---- */

/* The step of a row; false if the line is none. */
static bool row_step(const lm_training *t, lm_slice line, uint64_t *step)
{
    const size_t skip = t->json ? sizeof json_start - 1 : 0;
    if (line.length <= skip || memcmp(line.text, json_start, skip) != 0) return false;
    *step = 0;
    size_t i = skip;
    for (; i < line.length && line.text[i] >= '0' && line.text[i] <= '9'; i++)
        *step = *step * 10 + (uint64_t)(line.text[i] - '0');
    return i > skip && i < line.length && line.text[i] == (t->json ? ',' : '\t');
}

/* Takes the next whole line, without its end. */
static bool next_line(lm_slice *rest, lm_slice *line)
{
    const char *end = rest->length ? memchr(rest->text, '\n', rest->length) : NULL;
    if (!end) return false;
    *line = (lm_slice){rest->text, (size_t)(end - rest->text)};
    *rest = (lm_slice){end + 1, rest->length - line->length - 1};
    return true;
}

/* How many bytes of a log are rows up to the state's step, the header included. */
static lm_status kept_length(const lm_training *t, lm_slice text, uint64_t *length, lm_err *e)
{
    lm_slice rest = text, line;
    uint64_t step;
    *length = 0;
    for (bool first = !t->json; next_line(&rest, &line); first = false) {
        const bool good =
            first ? line.length == sizeof header - 2 && memcmp(line.text, header, line.length) == 0
                  : row_step(t, line, &step);
        if (!good) return lm_fail(e, LM_EUSAGE, "--log: %s: not the log of this run", t->o->log);
        if (!first && step > t->at.logged) break;
        *length = text.length - rest.length;
    }
    return LM_OK;
}

lm_status lm_train_log_open(lm_training *t, lm_err *e)
{
    const char *path = t->o->log;
    uint64_t length = 0;
    if (!path) return LM_OK;
    const size_t n = strlen(path);
    t->json = n > 6 && strcmp(path + n - 6, ".jsonl") == 0;
    if (t->at.step > 0 && lm_is_regular(path)) {
        lm_map map;
        LM_TRY(lm_map_open(&map, path, e));
        const lm_slice text = {(const char *)map.bytes, map.length};
        const lm_status s = kept_length(t, text, &length, e);
        lm_map_close(&map);
        LM_TRY(s);
    }
    LM_TRY(lm_out_open_live(&t->log, path, length, e));
    return length || t->json ? LM_OK : lm_out_text(t->log, header, e);
}

/* ---- rows ---- */

/* Adds a value of a row, which begins with the step; NaN: there is none. */
static lm_status add_real(const lm_training *t, const char *name, double x, lm_str *row, lm_err *e)
{
    if (!t->json) LM_TRY(lm_str_add(row, "\t", 1, e));
    if (isnan(x)) return LM_OK;
    if (t->json) LM_TRY(lm_str_addf(row, e, ",\"%s\":", name));
    return lm_str_add_real(row, x, e);
}

/* What differs from run to run comes last. */
static lm_status add_times(const lm_training *t, lm_str *row, lm_err *e)
{
    const double passed = lm_train_clock() - t->begun;
    const double rate = passed > 0 ? (double)(t->at.step - t->begun_at) / passed : 0;
    return lm_str_addf(row, e,
                       t->json ? ",\"seconds\":%.3f,\"steps_per_s\":%.6g}\n" : "\t%.3f\t%.6g\n",
                       passed, rate);
}

static lm_status add_row(const lm_training *t, double rate, double sum, double valid, lm_str *row,
                         lm_err *e)
{
    const double epoch =
        t->epoch_steps ? (double)((t->at.step - 1) / t->epoch_steps + 1) : (double)NAN;
    LM_TRY(
        lm_str_addf(row, e, "%s%llu", t->json ? json_start : "", (unsigned long long)t->at.step));
    LM_TRY(add_real(t, "epoch", epoch, row, e));
    LM_TRY(add_real(t, "loss", lm_loss_mean(t->at.interval), row, e));
    LM_TRY(add_real(t, "sum", sum, row, e));
    LM_TRY(add_real(t, "rate", rate, row, e));
    LM_TRY(add_real(t, "norm", t->task->move ? (double)NAN : t->at.norm, row, e));
    LM_TRY(add_real(t, "valid", valid, row, e));
    return add_times(t, row, e);
}

static void say_row(const lm_training *t, double rate, double valid)
{
    char measured[40] = "", epoch[32] = "", norm[32] = "";
    if (!isnan(valid)) (void)snprintf(measured, sizeof measured, ", valid %.5g", valid);
    if (t->epoch_steps)
        (void)snprintf(epoch, sizeof epoch, ", epoch %llu",
                       (unsigned long long)((t->at.step - 1) / t->epoch_steps + 1));
    if (!t->task->move) (void)snprintf(norm, sizeof norm, ", norm %.3g", t->at.norm);
    lm_interval(t->run, "step %llu of %llu%s, loss %.5g, rate %.3g%s%s",
                (unsigned long long)t->at.step, (unsigned long long)t->steps, epoch,
                lm_loss_mean(t->at.interval), rate, norm, measured);
}

lm_status lm_train_log_row(lm_training *t, double rate, bool epoch_ends, double valid, lm_err *e)
{
    say_row(t, rate, valid);
    if (!t->log) return LM_OK;
    lm_str row = {0};
    lm_status s = add_row(t, rate, epoch_ends ? t->at.epoch.loss : (double)NAN, valid, &row, e);
    if (!s) s = lm_out_write(t->log, row.text, row.length, e);
    lm_str_free(&row);
    return s;
}
