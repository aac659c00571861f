/* mix_weights.c - the weights of a mixture, by EM on held-out text. */
#include <math.h>
#include <string.h>
#include "lm/mix.h"
#include "lm/scalar.h"

/* ---- EM over probabilities that are known ---- */

enum { CHUNK = 4096 }; /* tokens summed up at once; sums are of chunks, in their order */

typedef struct {
    double log_p;                      /* sum of ln p */
    double expected[LM_MIX_PARTS_MAX]; /* tokens that each model accounts for */
    uint64_t zeroprobs;
} sums;

typedef struct {
    const double *p; /* (tokens, models) */
    size_t tokens, models;
    const double *weight; /* (models) */
    sums *chunk;          /* (chunks) */
} em;

static void add_token(const em *m, const double *p, sums *s)
{
    double total = 0;
    for (size_t i = 0; i < m->models; i++) total += m->weight[i] * p[i];
    if (!(total > 0)) {
        s->zeroprobs++;
        return;
    }
    s->log_p += lm_log(total);
    for (size_t i = 0; i < m->models; i++) s->expected[i] += m->weight[i] * p[i] / total;
}

static void add_chunk(void *context, size_t k)
{
    const em *m = context;
    const size_t begin = k * CHUNK, rest = m->tokens - begin, n = rest < CHUNK ? rest : CHUNK;
    m->chunk[k] = (sums){0};
    for (size_t t = begin; t < begin + n; t++) add_token(m, m->p + t * m->models, &m->chunk[k]);
}

/* The E-step. */
static sums expect(em *m, const lm_run *run)
{
    sums all = {0};
    const size_t chunks = (m->tokens + CHUNK - 1) / CHUNK;
    lm_parallel_for(lm_run_pool(run), chunks, add_chunk, m);
    for (size_t k = 0; k < chunks; k++) {
        all.log_p += m->chunk[k].log_p;
        all.zeroprobs += m->chunk[k].zeroprobs;
        for (size_t i = 0; i < m->models; i++) all.expected[i] += m->chunk[k].expected[i];
    }
    return all;
}

/* The M-step: a model's weight is its part of the tokens that have a probability at all. */
static void maximise(const em *m, const sums *s, double *weight)
{
    double total = 0;
    for (size_t i = 0; i < m->models; i++) total += s->expected[i];
    for (size_t i = 0; i < m->models && total > 0; i++) weight[i] = s->expected[i] / total;
}

static lm_status climb(em *m, const lm_mix_stop *stop, const lm_run *run, double *weight,
                       lm_mix_fit *fit, lm_err *e)
{
    sums s = expect(m, run);
    while (!fit->converged && fit->iterations < stop->iterations) {
        const double before = s.log_p;
        if (lm_stopped(run)) return lm_fail(e, LM_ESTOPPED, "stopped while weighing the models");
        maximise(m, &s, weight);
        s = expect(m, run);
        fit->iterations++;
        fit->converged = fabs(s.log_p - before) <= stop->tolerance * fabs(s.log_p);
        lm_detail(run, "iteration %lld: log-likelihood %.12g", (long long)fit->iterations, s.log_p);
    }
    fit->zeroprobs = s.zeroprobs;
    fit->nats = s.zeroprobs ? (double)INFINITY : -s.log_p;
    return LM_OK;
}

lm_status lm_mix_em(const double *p, size_t tokens, size_t models, const lm_mix_stop *stop,
                    const lm_run *run, double *weight, lm_mix_fit *fit, lm_err *e)
{
    em m = {p, tokens, models, weight, NULL};
    *fit = (lm_mix_fit){0};
    m.chunk = lm_new((tokens + CHUNK - 1) / CHUNK, sizeof *m.chunk, e);
    if (!m.chunk) return e->status;
    const lm_status s = climb(&m, stop, run, weight, fit, e);
    lm_free(m.chunk);
    return s;
}

/* ---- what each part gives to a text ---- */

enum { BLOCK = 1024 }; /* tokens and line breaks scored at once */

/* One part at work; each has its own, since all score at the same time. */
typedef struct {
    double p[BLOCK];
    int order[BLOCK];
    lm_status status;
    lm_err err;
} answer;

typedef struct {
    const lm_mix *mix;
    const lm_run *run;
    lm_mix_report *report;
    void *state;
    uint32_t id[BLOCK];
    size_t count;
    answer *part; /* (parts) */
    double *p;    /* (tokens, parts) of the whole text */
    size_t capacity;
} reading;

static void score_part(void *context, size_t i)
{
    reading *r = context;
    answer *a = &r->part[i];
    a->status = lm_mix_score_part(r->mix, i, r->state, r->id, r->count, a->p, a->order, &a->err);
}

static lm_status score_block(reading *r, lm_err *e)
{
    const size_t parts = r->mix->count;
    lm_mix_report *report = r->report;
    if (lm_stopped(r->run)) return lm_fail(e, LM_ESTOPPED, "stopped while reading");
    lm_parallel_for(lm_run_pool(r->run), parts, score_part, r);
    for (size_t i = 0; i < parts; i++)
        if (r->part[i].status) return lm_fail(e, r->part[i].status, "%s", r->part[i].err.message);
    LM_TRY(lm_reserve(&r->p, &r->capacity, (size_t)report->tokens + r->count, parts * sizeof *r->p,
                      e));
    for (size_t t = 0; t < r->count; t++) {
        if (r->id[t] == LM_LINE_BREAK) continue;
        double *row = r->p + (size_t)report->tokens++ * parts;
        for (size_t i = 0; i < parts; i++) {
            row[i] = r->part[i].p[t];
            report->part_nats[i] -= row[i] > 0 ? lm_log(row[i]) : -(double)INFINITY;
        }
    }
    r->count = 0;
    return LM_OK;
}

static lm_status push(reading *r, uint32_t id, lm_err *e)
{
    r->id[r->count++] = id;
    return r->count == BLOCK ? score_block(r, e) : LM_OK;
}

static lm_status push_word(reading *r, lm_slice token, lm_err *e)
{
    const uint32_t id = lm_lang_id(&r->mix->lang, token);
    r->report->words++;
    r->report->unknown += id == LM_NO_WORD || id == r->mix->lang.vocab->unk;
    return push(r, id, e);
}

static lm_status push_line_end(reading *r, lm_text *text, lm_err *e)
{
    const uint32_t eos = r->mix->lang.vocab->eos;
    r->report->sentences++;
    if (eos != LM_NO_WORD) LM_TRY(push(r, eos, e));
    lm_progress(r->run, "reading", 1e-6 * (double)lm_text_bytes(text), 0, "MB");
    return push(r, LM_LINE_BREAK, e);
}

static lm_status read_text(reading *r, lm_text *text, lm_err *e)
{
    lm_slice token;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TOKEN) LM_TRY(push_word(r, token, e));
        if (event == LM_LINE_END) LM_TRY(push_line_end(r, text, e));
    }
    LM_TRY(score_block(r, e));
    lm_progress(r->run, NULL, 0, 0, NULL);
    return r->report->tokens ? LM_OK : lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(text));
}

static void comment(const lm_mix_report *report, const lm_mix_stop *stop, const lm_run *run)
{
    const lm_mix_fit *fit = &report->fit;
    if (fit->zeroprobs)
        lm_note(run, "%llu of %llu tokens have probability 0, so ppl is infinite",
                (unsigned long long)fit->zeroprobs, (unsigned long long)report->tokens);
    if (stop->iterations && !fit->converged)
        lm_warn(run, "EM ended at iteration %lld, before the weights settled",
                (long long)fit->iterations);
}

lm_status lm_mix_tune(lm_mix *mix, lm_text *text, const lm_mix_stop *stop, const lm_run *run,
                      lm_mix_report *report, lm_err *e)
{
    *report = (lm_mix_report){0};
    reading *r = lm_new(1, sizeof *r, e);
    if (!r) return e->status;
    r->mix = mix;
    r->run = run;
    r->report = report;
    r->state = lm_new(1, mix->state_size, e);
    r->part = lm_new(mix->count, sizeof *r->part, e);
    lm_status s = r->state && r->part ? LM_OK : e->status;
    if (!s) {
        lm_mix_lang.begin(&mix->lang, r->state, false);
        s = read_text(r, text, e);
    }
    if (!s)
        s = lm_mix_em(r->p, (size_t)report->tokens, mix->count, stop, run, mix->weight,
                      &report->fit, e);
    if (!s) comment(report, stop, run);
    lm_free(r->state);
    lm_free(r->part);
    lm_free(r->p);
    lm_free(r);
    return s;
}

/* ---- the report ---- */

static lm_status add_counts(const lm_mix_report *r, lm_str *out, lm_err *e)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"sentences", r->sentences},     {"words", r->words},
                  {"unknown", r->unknown},         {"tokens", r->tokens},
                  {"zeroprobs", r->fit.zeroprobs}, {"iterations", (uint64_t)r->fit.iterations}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        LM_TRY(
            lm_str_addf(out, e, "%s\t%llu\n", counts[i].key, (unsigned long long)counts[i].value));
    return LM_OK;
}

lm_status lm_mix_report_add(const lm_mix_report *r, const lm_mix *mix, lm_str *out, lm_err *e)
{
    const double tokens = (double)r->tokens;
    if (r->tokens) LM_TRY(add_counts(r, out, e));
    for (size_t i = 0; i < mix->count; i++)
        LM_TRY(lm_str_addf(out, e, "weight_%zu\t%.9g\n", i, mix->weight[i]));
    for (size_t i = 0; i < mix->count && r->tokens; i++)
        LM_TRY(lm_str_addf(out, e, "ppl_%zu\t%.9g\n", i, lm_exp(r->part_nats[i] / tokens)));
    return r->tokens ? lm_str_addf(out, e, "ppl\t%.9g\n", lm_exp(r->fit.nats / tokens)) : LM_OK;
}
