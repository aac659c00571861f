/* evaluate.c - measuring a language model on text.
 *
 * Blocks of whole lines are scored by several threads.  Sums are taken of each line and added in
 * the order of the text, so that they depend on neither threads nor blocks.  A line longer than
 * a block is scored in one thread, block by block, where blocks come in order again. */
#include "lm/evaluate.h"
#include <math.h>
#include <string.h>
#include "lm/memory.h"
#include "lm/pipeline.h"
#include "lm/scalar.h"

enum {
    BLOCK = 1 << 18, /* bytes of text in a block */
    BATCH = 1024     /* events and line breaks scored at once */
};

static const double least_product = 0x1p-500;            /* its square is a normal number */
static const double bits_per_nat = 1.4426950408889634;   /* 1 / ln 2 */
static const double log10_per_nat = 0.43429448190325182; /* log10(e) */

typedef struct {
    double nats[LM_EVENT_KINDS];
    double spell_bits;
} sums;

/* The line under way.  A logarithm takes longer than all else that is done to an event here, so
 * probabilities are multiplied while the product can be held. */
typedef struct {
    sums sum;
    double product[LM_EVENT_KINDS]; /* not yet in `sum` */
    uint64_t events, unknown;
} line;

typedef struct {
    const lm_lang *lang;
    lm_text *text;
    size_t block_size;
    lm_report report;
    lm_out *out;
    const lm_run *run;
    lm_evaluation *total;
    void *state; /* in the middle of a line that is longer than a block, */
    line line;   /* and what there is of it so far */
} evaluation;

/* A block of text and what comes of it. */
typedef struct {
    lm_text_block block;
    lm_evaluation counts; /* its sums are in `lines` */
    sums *lines;
    size_t line_count, line_capacity;
    lm_str out;
    lm_status status; /* of scoring it, reported when what came before is written */
    lm_err e;

    void *state;
    line line;
    size_t count, words; /* of the batch */
    uint32_t id[BATCH], word_id[BATCH];
    lm_slice word[BATCH];
    double p[BATCH];
    int order[BATCH];
} part;

/* ---- reports ---- */

static lm_status add_log10(lm_str *out, double nats, lm_err *e)
{
    if (isinf(nats)) return lm_str_add(out, "-inf", 4, e);
    return lm_str_addf(out, e, "%.7g", nats == 0 ? 0 : -nats * log10_per_nat);
}

static lm_status report_event(const evaluation *v, part *b, lm_slice word, size_t i, lm_err *e)
{
    const double nats = b->p[i] > 0 ? -lm_log(b->p[i]) : (double)INFINITY;
    const bool plain = v->lang->unit == LM_UNIT_WORD || word.text == NULL;
    if (!word.text) word = lm_slice_of("</s>");
    LM_TRY(plain ? lm_str_add(&b->out, word.text, word.length, e)
                 : lm_str_add_escaped(&b->out, word, e));
    LM_TRY(lm_str_addf(&b->out, e, "\t%d\t", b->order[i]));
    LM_TRY(add_log10(&b->out, nats, e));
    return lm_str_add(&b->out, "\n", 1, e);
}

static double all_kinds(const double nats[LM_EVENT_KINDS])
{
    return nats[LM_KNOWN_WORD] + nats[LM_UNKNOWN_WORD] + nats[LM_SENTENCE_END];
}

static lm_status report_line(part *b, lm_err *e)
{
    LM_TRY(add_log10(&b->out, all_kinds(b->line.sum.nats), e));
    return lm_str_addf(&b->out, e, "\t%llu\t%llu\n", (unsigned long long)b->line.events,
                       (unsigned long long)b->line.unknown);
}

/* ---- scoring a block ---- */

static const line new_line = {.product = {1, 1, 1}};

static void add_probability(line *l, lm_event_kind kind, double p)
{
    double *product = &l->product[kind], *nats = &l->sum.nats[kind];
    if (p < least_product) {
        *nats -= lm_log(p);
        return;
    }
    *product *= p;
    if (*product < least_product) {
        *nats -= lm_log(*product);
        *product = 1;
    }
}

/* Adds event i; `word` is {NULL} for a sentence's end. */
static lm_status add_event(const evaluation *v, part *b, size_t i, lm_slice word, lm_err *e)
{
    lm_evaluation *t = &b->counts;
    const uint32_t id = b->id[i];
    const lm_event_kind kind = !word.text                                      ? LM_SENTENCE_END
                               : id == LM_NO_WORD || id == v->lang->vocab->unk ? LM_UNKNOWN_WORD
                                                                               : LM_KNOWN_WORD;
    add_probability(&b->line, kind, b->p[i]);
    b->line.events++;
    t->events++;
    t->words += kind != LM_SENTENCE_END;
    t->zeroprobs += !(b->p[i] > 0);
    if (b->order[i] < LM_EVALUATE_ORDERS) t->by_order[b->order[i]]++;
    if (kind == LM_UNKNOWN_WORD) {
        t->unknown++;
        b->line.unknown++;
        b->line.sum.spell_bits += lm_spell_bits(&v->lang->spell, word);
    }
    return v->report == LM_REPORT_TOKENS ? report_event(v, b, word, i, e) : LM_OK;
}

static lm_status end_line(const evaluation *v, part *b, lm_err *e)
{
    sums *sum = &b->line.sum;
    for (int kind = 0; kind < LM_EVENT_KINDS; kind++)
        sum->nats[kind] -= lm_log(b->line.product[kind]);
    b->counts.sentences++;
    LM_TRY(lm_reserve(&b->lines, &b->line_capacity, b->line_count + 1, sizeof *b->lines, e));
    b->lines[b->line_count++] = *sum;
    if (v->report == LM_REPORT_LINES) LM_TRY(report_line(b, e));
    b->line = new_line;
    return LM_OK;
}

/* What waits to be scored: LM_NO_WORD in `id` stands for the next of the words. */
static lm_status score_batch(const evaluation *v, part *b, lm_err *e)
{
    const lm_lang *lang = v->lang;
    const uint32_t eos = lang->vocab->eos;
    lm_lang_ids(lang, b->word, b->words, b->word_id);
    for (size_t i = 0, w = 0; i < b->count; i++)
        if (b->id[i] == LM_NO_WORD) b->id[i] = b->word_id[w++];
    LM_TRY(lang->type->score(lang, b->state, b->id, b->count, b->p, b->order, e));
    for (size_t i = 0, w = 0; i < b->count; i++) {
        if (b->id[i] == LM_LINE_BREAK) {
            LM_TRY(end_line(v, b, e));
        } else {
            const bool end = b->id[i] == eos && eos != LM_NO_WORD;
            LM_TRY(add_event(v, b, i, end ? (lm_slice){0} : b->word[w++], e));
        }
    }
    b->count = b->words = 0;
    return LM_OK;
}

/* Puts all events of the block into batches, and has full ones scored. */
static lm_status read_events(const evaluation *v, part *b, lm_err *e)
{
    lm_text_cursor cursor = lm_text_cut(&b->block);
    lm_text_event event;
    for (;;) {
        if (b->count + 2 > BATCH) LM_TRY(score_batch(v, b, e));
        LM_TRY(lm_text_cursor_next(&cursor, &event, &b->word[b->words], e));
        if (event == LM_TEXT_END) return LM_OK;
        if (event == LM_TOKEN) {
            b->words++;
            b->id[b->count++] = LM_NO_WORD;
            continue;
        }
        if (v->lang->vocab->eos != LM_NO_WORD) b->id[b->count++] = v->lang->vocab->eos;
        b->id[b->count++] = LM_LINE_BREAK;
    }
}

/* What stands before a token that is refused is scored all the same. */
static lm_status score_events(const evaluation *v, part *b)
{
    lm_err late = {0};
    const lm_status read = read_events(v, b, &b->e);
    const lm_status scored = score_batch(v, b, read ? &late : &b->e);
    return read ? read : scored;
}

/* ---- blocks through the pipeline ---- */

static bool is_whole(const part *b)
{
    return b->block.begins_line && b->block.ends_line;
}

static lm_status take_block(void *context, void *item, bool *more, lm_err *e)
{
    evaluation *v = context;
    part *b = item;
    lm_progress(v->run, "evaluating", 1e-6 * (double)lm_text_bytes(v->text), 0, "MB");
    return lm_text_next_block(v->text, v->block_size, &b->block, more, e);
}

static void begin_block(part *b)
{
    b->counts = (lm_evaluation){0};
    b->line_count = b->count = b->words = 0;
    b->out.length = 0;
    b->e = (lm_err){0};
}

static lm_status score_lines(void *context, void *item, lm_err *e)
{
    const evaluation *v = context;
    part *b = item;
    (void)e;
    begin_block(b);
    if (!is_whole(b)) return LM_OK;
    b->line = new_line;
    v->lang->type->begin(v->lang, b->state, false);
    b->status = score_events(v, b);
    return LM_OK;
}

/* A block that does not begin where a line does goes on where the one before it ended. */
static void score_piece(evaluation *v, part *b)
{
    const size_t size = v->lang->type->state_size(v->lang);
    if (b->block.begins_line) {
        v->line = new_line;
        v->lang->type->begin(v->lang, v->state, false);
    }
    memcpy(b->state, v->state, size);
    b->line = v->line;
    b->status = score_events(v, b);
    memcpy(v->state, b->state, size);
    v->line = b->line;
}

static void add_counts(lm_evaluation *t, const lm_evaluation *counts)
{
    t->sentences += counts->sentences;
    t->words += counts->words;
    t->unknown += counts->unknown;
    t->events += counts->events;
    t->zeroprobs += counts->zeroprobs;
    for (int k = 0; k < LM_EVALUATE_ORDERS; k++) t->by_order[k] += counts->by_order[k];
}

static lm_status add_block(void *context, void *item, lm_err *e)
{
    evaluation *v = context;
    part *b = item;
    lm_evaluation *t = v->total;
    if (!is_whole(b)) score_piece(v, b);
    add_counts(t, &b->counts);
    for (size_t i = 0; i < b->line_count; i++) {
        for (int kind = 0; kind < LM_EVENT_KINDS; kind++) t->nats[kind] += b->lines[i].nats[kind];
        t->spell_bits += b->lines[i].spell_bits;
    }
    if (b->out.length) LM_TRY(lm_out_write(v->out, b->out.text, b->out.length, e));
    if (b->status) *e = b->e;
    return b->status;
}

static lm_status new_state(const lm_lang *lang, void **state, lm_err *e)
{
    *state = lm_new(1, lang->type->state_size(lang), e);
    return *state ? LM_OK : e->status;
}

static void free_parts(part *parts, size_t count)
{
    for (size_t i = 0; parts && i < count; i++) {
        lm_text_block_free(&parts[i].block);
        lm_str_free(&parts[i].out);
        lm_free(parts[i].lines);
        lm_free(parts[i].state);
    }
    lm_free(parts);
}

static lm_status evaluate(evaluation *v, lm_pool *pool, lm_err *e)
{
    static const lm_pipeline steps = {take_block, score_lines, add_block};
    const size_t count = lm_pipeline_items(pool);
    part *parts = lm_new(count, sizeof *parts, e);
    lm_status s = parts ? new_state(v->lang, &v->state, e) : e->status;
    for (size_t i = 0; !s && i < count; i++) s = new_state(v->lang, &parts[i].state, e);
    if (!s) s = lm_pipeline_run(&steps, v, parts, count, sizeof *parts, pool, e);
    v->total->bytes = lm_text_bytes(v->text);
    free_parts(parts, count);
    lm_free(v->state);
    return s;
}

lm_status lm_evaluate_blocks(const lm_lang *lang, lm_text *text, size_t size, lm_report report,
                             lm_out *out, const lm_run *run, lm_evaluation *total, lm_err *e)
{
    /* A thread that waits for the second line would keep the first one's answer back. */
    const bool answer = report != LM_REPORT_TOTAL && lm_text_waits(text);
    evaluation v = {.lang = lang,
                    .text = text,
                    .block_size = answer ? 0 : size,
                    .report = report,
                    .out = out,
                    .run = run,
                    .total = total};
    *total = (lm_evaluation){0};
    return evaluate(&v, answer ? NULL : lm_run_pool(run), e);
}

lm_status lm_evaluate(const lm_lang *lang, lm_text *text, lm_report report, lm_out *out,
                      const lm_run *run, lm_evaluation *total, lm_err *e)
{
    return lm_evaluate_blocks(lang, text, BLOCK, report, out, run, total, e);
}

/* ---- totals ---- */

double lm_evaluation_nats(const lm_evaluation *t)
{
    return all_kinds(t->nats);
}

/* exp(nats / count); 0 / 0 would have a sign to print. */
static double perplexity(double nats, uint64_t count)
{
    return count ? lm_exp(nats / (double)count) : (double)NAN;
}

double lm_evaluation_ppl(const lm_evaluation *t, unsigned without)
{
    double nats = t->nats[LM_KNOWN_WORD];
    uint64_t count = t->words - t->unknown;
    if (!(without & LM_WITHOUT_UNKNOWN)) {
        nats += t->nats[LM_UNKNOWN_WORD];
        count += t->unknown;
    }
    if (!(without & LM_WITHOUT_ENDS)) {
        nats += t->nats[LM_SENTENCE_END];
        count += t->events - t->words;
    }
    return perplexity(nats, count);
}

double lm_evaluation_bits_per_byte(const lm_evaluation *t)
{
    return (lm_evaluation_nats(t) * bits_per_nat + t->spell_bits) / (double)t->bytes;
}

lm_status lm_evaluation_write(const lm_evaluation *t, int orders, lm_out *out, lm_err *e)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"sentences", t->sentences}, {"words", t->words}, {"unknown", t->unknown},
                  {"tokens", t->events},       {"bytes", t->bytes}, {"zeroprobs", t->zeroprobs}};
    const double nats = lm_evaluation_nats(t);
    const struct {
        const char *key;
        double value;
    } reals[] = {{"nats", nats},
                 {"log10_p", nats == 0 ? 0 : -nats * log10_per_nat},
                 {"ppl", lm_evaluation_ppl(t, 0)},
                 {"ppl_known", lm_evaluation_ppl(t, LM_WITHOUT_UNKNOWN)},
                 {"ppl_words", lm_evaluation_ppl(t, LM_WITHOUT_ENDS)},
                 {"ppl_known_words", lm_evaluation_ppl(t, LM_WITHOUT_UNKNOWN | LM_WITHOUT_ENDS)},
                 /* SRILM's: known words pay for the sentence ends, too */
                 {"ppl1", perplexity(t->nats[LM_KNOWN_WORD] + t->nats[LM_SENTENCE_END],
                                     t->words - t->unknown)},
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
