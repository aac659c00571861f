/* gaps.c - models that predict a word from those on both sides of it, on text. */
#include "lm/gaps.h"
#include <math.h>
#include "lm/memory.h"
#include "lm/sample.h"
#include "lm/scalar.h"
#include "lm/w2v_fill.h"

/* The words of a line, copied. */
typedef struct {
    lm_str bytes;
    size_t *end; /* (count) of each in bytes */
    size_t count, capacity;
    lm_slice *word; /* (count) */
    size_t word_capacity;
} line;

static void free_line(line *l)
{
    lm_str_free(&l->bytes);
    lm_free(l->end);
    lm_free(l->word);
}

static lm_status add_word(line *l, lm_slice word, lm_err *e)
{
    LM_TRY(lm_str_add(&l->bytes, word.text, word.length, e));
    LM_TRY(lm_reserve(&l->end, &l->capacity, l->count + 1, sizeof *l->end, e));
    l->end[l->count++] = l->bytes.length;
    return LM_OK;
}

/* Reads a line; *more = false: there is none. */
static lm_status read_line(line *l, lm_text *text, bool *more, lm_err *e)
{
    lm_slice token;
    l->count = l->bytes.length = 0;
    for (lm_text_event event = LM_TOKEN; event == LM_TOKEN;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        *more = event != LM_TEXT_END;
        if (event == LM_TOKEN) LM_TRY(add_word(l, token, e));
    }
    LM_TRY(lm_reserve(&l->word, &l->word_capacity, l->count, sizeof *l->word, e));
    for (size_t i = 0, at = 0; i < l->count; at = l->end[i++])
        l->word[i] = (lm_slice){l->bytes.text + at, l->end[i] - at};
    return LM_OK;
}

typedef struct {
    const lm_w2v *model;
    lm_w2v_filler *filler;
    double *p;
    lm_slice *around;
    uint32_t *rank, *order;
    lm_str text;
    line line;
} gaps;

static lm_status open_gaps(gaps *g, const lm_w2v *model, lm_err *e)
{
    const uint32_t V = model->lang.vocab->size;
    *g = (gaps){.model = model};
    LM_TRY(lm_w2v_filler_new(&g->filler, model, e));
    g->p = lm_new(V, sizeof *g->p, e);
    g->around = lm_new(2 * (size_t)model->shape.window, sizeof *g->around, e);
    g->order = lm_new(V, sizeof *g->order, e);
    LM_TRY(e->status);
    return lm_vocab_byte_ranks(model->lang.vocab, &g->rank, e);
}

static void close_gaps(gaps *g)
{
    lm_w2v_filler_free(g->filler);
    lm_free(g->p);
    lm_free(g->around);
    lm_free(g->rank);
    lm_free(g->order);
    lm_str_free(&g->text);
    free_line(&g->line);
}

/* p of all words at place i of the line. */
static lm_status predict(gaps *g, size_t i, size_t *known, lm_err *e)
{
    const size_t window = (size_t)g->model->shape.window;
    const size_t from = i < window ? 0 : i - window;
    const size_t to = g->line.count - i <= window ? g->line.count : i + window + 1;
    size_t n = 0;
    for (size_t k = from; k < to; k++)
        if (k != i) g->around[n++] = g->line.word[k];
    return lm_w2v_fill(g->filler, g->around, n, g->p, known, e);
}

/* ---- filling ---- */

static lm_status find_gap(const gaps *g, lm_text *text, size_t *gap, lm_err *e)
{
    size_t found = 0;
    for (size_t i = 0; i < g->line.count; i++) {
        if (!lm_slice_is(g->line.word[i], "_")) continue;
        *gap = i;
        found++;
    }
    if (found == 1) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: a line with %zu gaps '_', expected one", lm_text_place(text),
                   found);
}

static lm_status show(gaps *g, uint32_t top, lm_out *out, lm_err *e)
{
    const lm_lang *lang = &g->model->lang;
    const uint32_t count = top < lang->vocab->size ? top : lang->vocab->size;
    LM_TRY(lm_rank_words(g->p, lang->vocab->size, g->rank, count, g->order, e));
    g->text.length = 0;
    for (uint32_t i = 0; i < count; i++) {
        LM_TRY(lm_lang_add_word(lang, g->order[i], &g->text, e));
        LM_TRY(lm_str_addf(&g->text, e, "\t%.7g\n", g->p[g->order[i]]));
    }
    return lm_out_write(out, g->text.text, g->text.length, e);
}

static lm_status fill_lines(gaps *g, lm_text *text, uint32_t top, lm_out *out, lm_err *e)
{
    size_t gap = 0, known;
    bool more;
    for (uint64_t answered = 0;; answered++) {
        LM_TRY(read_line(&g->line, text, &more, e));
        if (!more) return LM_OK;
        LM_TRY(find_gap(g, text, &gap, e));
        LM_TRY(predict(g, gap, &known, e));
        if (known == 0)
            return lm_fail(e, LM_EFORMAT, "%s: no word near the gap has a vector",
                           lm_text_place(text));
        if (answered) LM_TRY(lm_out_text(out, "\n", e));
        LM_TRY(show(g, top, out, e));
    }
}

lm_status lm_gaps_fill(const lm_w2v *model, lm_text *text, uint32_t top, lm_out *out, lm_err *e)
{
    gaps g;
    lm_status s = open_gaps(&g, model, e);
    if (!s) s = fill_lines(&g, text, top, out, e);
    close_gaps(&g);
    return s;
}

/* ---- the pseudo-likelihood ---- */

typedef struct {
    uint64_t sentences, words, unknown, predicted;
    double nats;
} totals;

static lm_status score_line(gaps *g, totals *t, lm_err *e)
{
    t->sentences++;
    for (size_t i = 0; i < g->line.count; i++) {
        size_t known;
        const uint32_t id = lm_vocab_find(g->model->lang.vocab, g->line.word[i]);
        t->words++;
        t->unknown += id == LM_NO_WORD;
        if (id == LM_NO_WORD) continue;
        LM_TRY(predict(g, i, &known, e));
        if (known == 0) continue;
        t->predicted++;
        t->nats -= g->p[id] > 0 ? lm_log(g->p[id]) : -(double)INFINITY;
    }
    return LM_OK;
}

static lm_status score_lines(gaps *g, lm_text *text, totals *t, const lm_run *run, lm_err *e)
{
    for (bool more;;) {
        LM_TRY(read_line(&g->line, text, &more, e));
        if (!more) break;
        LM_TRY(score_line(g, t, e));
        lm_progress(run, "predicting", (double)t->words, 0, "words");
    }
    lm_progress(run, NULL, 0, 0, NULL);
    return t->words ? LM_OK : lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(text));
}

static lm_status write_totals(const totals *t, lm_out *out, lm_err *e)
{
    const double mean = t->predicted ? t->nats / (double)t->predicted : (double)NAN;
    LM_TRY(lm_out_printf(out, e, "sentences\t%llu\nwords\t%llu\nunknown\t%llu\npredicted\t%llu\n",
                         (unsigned long long)t->sentences, (unsigned long long)t->words,
                         (unsigned long long)t->unknown, (unsigned long long)t->predicted));
    return lm_out_printf(out, e, "pseudo_nats\t%.10g\npseudo_ppl\t%.7g\n", t->nats, lm_exp(mean));
}

lm_status lm_gaps_evaluate(const lm_w2v *model, lm_text *text, lm_out *out, const lm_run *run,
                           lm_err *e)
{
    gaps g;
    totals t = {0};
    lm_status s = open_gaps(&g, model, e);
    if (!s) s = score_lines(&g, text, &t, run, e);
    if (!s) s = write_totals(&t, out, e);
    close_gaps(&g);
    return s;
}
