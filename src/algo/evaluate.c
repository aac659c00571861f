/* evaluate.c - measuring a language model on text. */
#include "lm/evaluate.h"
#include <math.h>
#include "lm/memory.h"
#include "lm/scalar.h"

enum { BLOCK = 1024 }; /* events scored at once */

static const double bits_per_nat = 1.4426950408889634; /* 1 / ln 2 */

typedef struct {
    const lm_lang *lang;
    lm_report report;
    lm_out *out;
    lm_evaluation *total;
    void *state;

    size_t count; /* events and line breaks that wait to be scored */
    uint32_t id[BLOCK];
    bool unknown[BLOCK];
    double p[BLOCK];
    int order[BLOCK];
    lm_str words; /* their spellings, for TOKENS */
    size_t word_end[BLOCK];

    double line_nats; /* of the line under way, for LINES */
    uint64_t line_events, line_unknown;
} evaluation;

/* ---- reports ---- */

static lm_status write_log10(double nats, const char *before, const char *after, lm_out *out,
                             lm_err *e)
{
    if (isinf(nats)) return lm_out_printf(out, e, "%s-inf%s", before, after);
    const double log10_p = nats == 0 ? 0 : -nats * 0.43429448190325182; /* log10(e) */
    return lm_out_printf(out, e, "%s%.7g%s", before, log10_p, after);
}

static lm_status report_event(evaluation *v, size_t i, double nats, lm_err *e)
{
    const size_t start = i ? v->word_end[i - 1] : 0;
    LM_TRY(lm_out_write(v->out, v->words.text + start, v->word_end[i] - start, e));
    LM_TRY(lm_out_printf(v->out, e, "\t%d", v->order[i]));
    return write_log10(nats, "\t", "\n", v->out, e);
}

static lm_status report_line(evaluation *v, lm_err *e)
{
    LM_TRY(write_log10(v->line_nats, "", "", v->out, e));
    LM_TRY(lm_out_printf(v->out, e, "\t%llu\t%llu\n", (unsigned long long)v->line_events,
                         (unsigned long long)v->line_unknown));
    v->line_nats = 0;
    v->line_events = v->line_unknown = 0;
    return LM_OK;
}

/* ---- scoring ---- */

static lm_status add_event(evaluation *v, size_t i, lm_err *e)
{
    lm_evaluation *t = v->total;
    const double nats = v->p[i] > 0 ? -lm_log(v->p[i]) : (double)INFINITY;
    t->events++;
    t->zeroprobs += !(v->p[i] > 0);
    t->nats += nats;
    if (!v->unknown[i]) t->nats_known += nats;
    if (v->order[i] < LM_EVALUATE_ORDERS) t->by_order[v->order[i]]++;
    v->line_nats += nats;
    v->line_events++;
    v->line_unknown += v->unknown[i];
    return v->report == LM_REPORT_TOKENS ? report_event(v, i, nats, e) : LM_OK;
}

static lm_status score_block(evaluation *v, lm_err *e)
{
    LM_TRY(v->lang->type->score(v->lang, v->state, v->id, v->count, v->p, v->order, e));
    for (size_t i = 0; i < v->count; i++) {
        if (v->id[i] != LM_LINE_BREAK)
            LM_TRY(add_event(v, i, e));
        else if (v->report == LM_REPORT_LINES)
            LM_TRY(report_line(v, e));
    }
    v->count = 0;
    v->words.length = 0;
    return LM_OK;
}

static lm_status push(evaluation *v, uint32_t id, bool unknown, lm_slice spelling, lm_err *e)
{
    if (v->report == LM_REPORT_TOKENS) {
        LM_TRY(v->lang->unit == LM_UNIT_WORD || id == v->lang->vocab->eos
                   ? lm_str_add(&v->words, spelling.text, spelling.length, e)
                   : lm_str_add_escaped(&v->words, spelling, e));
        v->word_end[v->count] = v->words.length;
    }
    v->id[v->count] = id;
    v->unknown[v->count++] = unknown;
    return v->count == BLOCK ? score_block(v, e) : LM_OK;
}

static lm_status push_word(evaluation *v, lm_slice token, lm_err *e)
{
    const lm_vocab *vocab = v->lang->vocab;
    const uint32_t id = lm_lang_id(v->lang, token);
    const bool unknown = id == LM_NO_WORD || id == vocab->unk;
    v->total->words++;
    if (unknown) {
        v->total->unknown++;
        v->total->spell_bits += lm_spell_bits(&v->lang->spell, token);
    }
    return push(v, id, unknown, token, e);
}

static lm_status push_line_end(evaluation *v, lm_text *text, const lm_run *run, lm_err *e)
{
    const uint32_t eos = v->lang->vocab->eos;
    v->total->sentences++;
    if (eos != LM_NO_WORD) LM_TRY(push(v, eos, false, lm_slice_of("</s>"), e));
    LM_TRY(push(v, LM_LINE_BREAK, false, lm_slice_of(""), e));
    lm_progress(run, "evaluating", 1e-6 * (double)lm_text_bytes(text), 0, "MB");
    /* A reader at the other end may wait for each line's answer. */
    return v->report == LM_REPORT_TOTAL ? LM_OK : score_block(v, e);
}

static lm_status evaluate(evaluation *v, lm_text *text, const lm_run *run, lm_err *e)
{
    lm_slice token;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TOKEN) LM_TRY(push_word(v, token, e));
        if (event == LM_LINE_END) LM_TRY(push_line_end(v, text, run, e));
    }
    v->total->bytes = lm_text_bytes(text);
    return score_block(v, e);
}

lm_status lm_evaluate(const lm_lang *lang, lm_text *text, lm_report report, lm_out *out,
                      const lm_run *run, lm_evaluation *total, lm_err *e)
{
    *total = (lm_evaluation){0};
    evaluation *v = lm_new(1, sizeof *v, e);
    if (!v) return e->status;
    v->lang = lang;
    v->report = report;
    v->out = out;
    v->total = total;
    v->state = lm_new(1, lang->type->state_size(lang), e);
    lm_status s = v->state ? LM_OK : e->status;
    if (!s) {
        lang->type->begin(lang, v->state, false);
        s = evaluate(v, text, run, e);
    }
    lm_str_free(&v->words);
    lm_free(v->state);
    lm_free(v);
    return s;
}

/* ---- totals ---- */

double lm_evaluation_ppl(const lm_evaluation *t)
{
    return lm_exp(t->nats / (double)t->events);
}

double lm_evaluation_ppl_known(const lm_evaluation *t)
{
    if (t->events == t->unknown) return (double)NAN; /* 0 / 0 would have a sign to print */
    return lm_exp(t->nats_known / (double)(t->events - t->unknown));
}

double lm_evaluation_bits_per_byte(const lm_evaluation *t)
{
    return (t->nats * bits_per_nat + t->spell_bits) / (double)t->bytes;
}

lm_status lm_evaluation_write(const lm_evaluation *t, int orders, lm_out *out, lm_err *e)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"sentences", t->sentences}, {"words", t->words}, {"unknown", t->unknown},
                  {"tokens", t->events},       {"bytes", t->bytes}, {"zeroprobs", t->zeroprobs}};
    const struct {
        const char *key;
        double value;
    } reals[] = {{"nats", t->nats},
                 {"ppl", lm_evaluation_ppl(t)},
                 {"ppl_known", lm_evaluation_ppl_known(t)},
                 {"bits_per_byte", lm_evaluation_bits_per_byte(t)},
                 {"unk_spell_bits", t->spell_bits}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        LM_TRY(lm_out_printf(out, e, "%s\t%llu\n", counts[i].key,
                             (unsigned long long)counts[i].value));
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        LM_TRY(lm_out_printf(out, e, "%s\t%.9g\n", reals[i].key, reals[i].value));
    for (int k = 1; k <= orders && k < LM_EVALUATE_ORDERS; k++)
        LM_TRY(lm_out_printf(out, e, "order_%d\t%llu\n", k, (unsigned long long)t->by_order[k]));
    return LM_OK;
}
