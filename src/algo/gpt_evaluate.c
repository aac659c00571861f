/* gpt_evaluate.c - measuring a GPT on text. */
#include "lm/gpt_evaluate.h"
#include <math.h>
#include "lm/scalar.h"

static const double ln_2 = 0.693147180559945309;

/* ---- windows ---- */

typedef struct {
    const lm_gpt *gpt;
    const lm_gpt_text *text;
    const lm_gpt_evaluation *how;
    const lm_run *run;
    lm_compute *on;
    lm_gpt_room room;
    double nats;
} measure;

static lm_status score(measure *m, lm_err *e)
{
    lm_loss loss = {0};
    const lm_gpt_windows windows = {
        .text = m->text, .stride = m->how->stride ? m->how->stride : m->gpt->shape.context};
    LM_TRY(lm_gpt_measure(m->on, m->gpt, &m->gpt->weights, &m->room, &windows, m->run, &loss, e));
    m->nats = loss.loss;
    return LM_OK;
}

/* Room for a batch, but no more than the text fills. */
static lm_status make_room(measure *m, lm_err *e)
{
    const uint64_t T = m->gpt->shape.context, stride = m->how->stride ? m->how->stride : T;
    const uint64_t tokens = m->text->count - 1, rows = tokens < T ? tokens : T;
    const uint64_t windows = 1 + (tokens - rows + stride - 1) / stride;
    const size_t B = (size_t)(m->how->batch < windows ? m->how->batch : windows);
    return lm_gpt_room_new(&m->room, m->gpt, B * (size_t)rows, B, LM_INFERENCE, lm_run_pool(m->run),
                           e);
}

static lm_status measure_text(measure *m, lm_err *e)
{
    const size_t T = (size_t)m->gpt->shape.context;
    if (m->how->stride > T)
        return lm_fail(e, LM_EUSAGE, "--stride: %llu is more than the context of %zu",
                       (unsigned long long)m->how->stride, T);
    LM_TRY(lm_compute_new(&m->on, lm_run_pool(m->run), m->how->bf16, e));
    lm_status s = make_room(m, e);
    if (!s) s = score(m, e);
    lm_gpt_room_free(&m->room);
    lm_compute_free(m->on);
    return s;
}

/* ---- what is told ---- */

static uint64_t count_unknown(const lm_gpt *g, const lm_gpt_text *text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text->count; i++) count += text->id[i] == g->tokenizer->vocab->unk;
    return count;
}

/* What ids do not tell; NULL: they tell all of the text. */
static const char *what_is_lost(const lm_gpt *g, const lm_gpt_text *text, uint64_t unknown)
{
    const lm_tokenizer *t = g->tokenizer;
    if (text->documents > 1 && lm_tokenizer_special(t, LM_END_OF_TEXT) == LM_NO_WORD)
        return "where documents end";
    if (t->kind == LM_TOK_BYTE_BPE || t->kind == LM_TOK_BYTE) return NULL;
    return t->kind == LM_TOK_CHAR && unknown == 0 ? NULL : "the text";
}

static lm_status write_totals(const measure *m, uint64_t tokens, lm_out *out, lm_err *e)
{
    const lm_gpt_text *text = m->text;
    const uint64_t unknown = count_unknown(m->gpt, text);
    LM_TRY(lm_out_printf(out, e, "documents\t%llu\ntokens\t%llu\nunknown\t%llu\nbytes\t%llu\n",
                         (unsigned long long)text->documents, (unsigned long long)tokens,
                         (unsigned long long)unknown, (unsigned long long)text->bytes));
    LM_TRY(lm_out_printf(out, e, "nats\t%.7f\nlog10_p\t%.7f\nppl\t%.7g\n", m->nats,
                         -m->nats / lm_log(10), lm_exp(m->nats / (double)tokens)));
    const char *lost = what_is_lost(m->gpt, text, unknown);
    if (lost) {
        lm_note(m->run, "no bits_per_byte: the tokens do not tell %s", lost);
        return LM_OK;
    }
    return lm_out_printf(out, e, "bits_per_byte\t%.7f\n", m->nats / ln_2 / (double)text->bytes);
}

/* The text after an end-of-text token, if there is one. */
static lm_status read_text(const lm_gpt *g, lm_gpt_text *ids, lm_text *text, lm_passage_unit unit,
                           const lm_run *run, lm_err *e)
{
    const uint32_t end = lm_tokenizer_special(g->tokenizer, LM_END_OF_TEXT);
    if (end != LM_NO_WORD) LM_TRY(lm_gpt_text_add(ids, &end, 1, e));
    return lm_gpt_text_read(ids, text, g->tokenizer, unit, run, e);
}

static lm_status evaluate(const lm_gpt *g, lm_gpt_text *ids, lm_text *text,
                          const lm_gpt_evaluation *how, lm_out *out, const lm_run *run, lm_err *e)
{
    measure m = {.gpt = g, .text = ids, .how = how, .run = run};
    LM_TRY(read_text(g, ids, text, how->unit, run, e));
    const bool begun = lm_tokenizer_special(g->tokenizer, LM_END_OF_TEXT) != LM_NO_WORD;
    const uint64_t tokens = ids->count - begun;
    if (tokens == 0) return lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(text));
    if (ids->count > 1) LM_TRY(measure_text(&m, e));
    if (!begun) m.nats += lm_log((double)g->shape.vocab);
    lm_progress(run, NULL, 0, 0, NULL);
    return write_totals(&m, tokens, out, e);
}

lm_status lm_gpt_evaluate(const lm_gpt *g, lm_text *text, const lm_gpt_evaluation *how, lm_out *out,
                          const lm_run *run, lm_err *e)
{
    lm_gpt_text ids = {0};
    if (!g->tokenizer)
        return lm_fail(e, LM_EFORMAT, "the model has no tokenizer, so it cannot read text");
    const lm_status s = evaluate(g, &ids, text, how, out, run, e);
    lm_gpt_text_free(&ids);
    return s;
}
