/* ngram.c - training and querying an n-gram model. */
#include "lm/ngram.h"
#include "counts.h"
#include "lm/memory.h"
#include "lm/ngram_counts.h"
#include "trie.h"

/* ---- making and freeing ---- */

/* Makes a model of counts, which are used up. */
static lm_status make_model(lm_ngram **out, lm_ngram_counts *counts,
                            const lm_ngram_options *options, const lm_run *run, lm_err *e)
{
    lm_ngram *model = lm_new(1, sizeof *model, e);
    lm_status s = model ? LM_OK : e->status;
    if (!s) {
        model->lang.type = &lm_ngram_lang;
        model->lang.unit = counts->unit;
        model->lang.marks_as_words = counts->marks_as_words;
        s = lm_ngram_estimate(model, counts, options, run, e);
        if (!s) s = lm_ngram_pack(model, counts, run, e);
    }
    if (s)
        lm_ngram_free(model);
    else
        *out = model;
    return s;
}

lm_status lm_ngram_train(lm_ngram **out, lm_text *text, const lm_ngram_options *options,
                         const lm_run *run, lm_err *e)
{
    lm_ngram_counts counts;
    *out = NULL;
    LM_TRY(lm_ngram_check_options(options, e));
    LM_TRY(lm_ngram_count_text(&counts, text, options, run, e));
    lm_status s = LM_OK;
    if (lm_ngram_counts_empty(&counts))
        s = lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(text));
    if (!s) s = make_model(out, &counts, options, run, e);
    lm_ngram_counts_drop(&counts);
    return s;
}

lm_status lm_ngram_train_counts(lm_ngram **out, char *const *paths, size_t count,
                                const lm_ngram_options *options, lm_inputs *inputs,
                                const lm_run *run, lm_err *e)
{
    lm_ngram_counts counts;
    *out = NULL;
    LM_TRY(lm_ngram_check_options(options, e));
    LM_TRY(lm_ngram_count_files(&counts, paths, count, options, run, e));
    lm_status s = LM_OK;
    if (lm_ngram_counts_empty(&counts))
        s = lm_fail(e, LM_EFORMAT, "%s: counts of no text", paths[0]);
    for (size_t i = 0; !s && i < counts.inputs.count; i++)
        s = lm_inputs_add(inputs, &counts.inputs.item[i], e);
    if (!s) s = make_model(out, &counts, options, run, e);
    lm_ngram_counts_drop(&counts);
    return s;
}

void lm_ngram_free(lm_ngram *model)
{
    if (!model) return;
    lm_vocab_free(model->lang.vocab);
    lm_tables_free(&model->tables);
    lm_free(model->packed);
    lm_free(model);
}

/* ---- walking the trie ---- */

/* The state goes on to an n-gram of k words, unless that is the highest order. */
static void enter(const lm_ngram *m, lm_ngram_state *state, int k, uint64_t slot)
{
    if (k >= m->lang.order) return;
    const lm_ngram_entry entry = lm_ngram_at(m, k, slot);
    state->length = (uint8_t)k;
    state->context[k - 1].begin = entry.begin;
    state->context[k - 1].end = entry.end;
    state->context[k - 1].bow = entry.bow;
}

void lm_ngram_begin(const lm_ngram *m, lm_ngram_state *state, bool inside)
{
    *state = (lm_ngram_state){0};
    const uint32_t bos = m->lang.vocab->bos;
    if (inside || bos == LM_NO_WORD || m->lang.order == 1) return;
    enter(m, state, 1, m->rank[bos]);
    state->wanted = 1;
}

/* ---- scoring: in steps, so that memory can be asked for ahead ---- */

/* The n-grams that end with a word: slot[k] has the one of k words, k <= found. */
typedef struct {
    int found; /* 0: the word is not in the vocabulary */
    uint64_t slot[LM_NGRAM_ORDER_MAX + 1];
} hits;

/* Asks for where the word will be looked for. */
static void ask_for_word(const lm_ngram *m, const lm_ngram_state *state, uint32_t word)
{
    if (word >= m->lang.vocab->size) return;
    const uint32_t rank = m->rank[word];
    const uint64_t scaled = lm_ngram_scale(rank, m->count[1]);
    if (m->lang.order > 1) LM_PREFETCH(&m->node[1][rank]);
    for (int k = state->length; k >= 1; k--)
        lm_ngram_ask(m, k + 1, state->context[k - 1].begin, state->context[k - 1].end, scaled);
}

static void look_up(const lm_ngram *m, const lm_ngram_state *state, uint32_t word, hits *h)
{
    h->found = 0;
    if (word >= m->lang.vocab->size) return;
    const uint32_t rank = m->rank[word];
    const uint64_t scaled = lm_ngram_scale(rank, m->count[1]);
    h->slot[1] = rank;
    for (int k = 1;; k++) {
        h->found = k;
        if (k > state->length) return;
        const uint64_t slot = lm_ngram_find(m, k + 1, state->context[k - 1].begin,
                                            state->context[k - 1].end, rank, scaled);
        if (slot == LM_NGRAM_NONE) return;
        h->slot[k + 1] = slot;
        lm_ngram_ask_samples(m, k + 1, slot);
    }
}

/* ADDK: p of a word whose longest known n-gram has `found` words and probability `prob`. */
static double score_addk(const lm_ngram *m, const lm_ngram_state *before, int found, double prob,
                         int *order)
{
    const bool seen = before->length == before->wanted; /* was the whole context seen? */
    *order = seen ? before->length + 1 : 0;
    if (!seen) return 1.0 / (double)lm_vocab_outputs(m->lang.vocab);
    return found > before->length ? prob : (double)before->context[before->length - 1].bow;
}

static double weigh(const lm_ngram *m, const lm_ngram_state *state, const hits *h, int *order)
{
    *order = 0;
    if (h->found == 0) return 0;
    double p = (double)lm_ngram_prob(m, h->found, h->slot[h->found]);
    if (m->smooth == LM_NGRAM_ADDK) return score_addk(m, state, h->found, p, order);
    for (int k = h->found; k <= state->length; k++) p *= (double)state->context[k - 1].bow;
    *order = h->found;
    return p;
}

static void ask_for_children(const lm_ngram *m, const hits *h)
{
    for (int k = 2; k <= h->found && k < m->lang.order; k++) lm_ngram_ask_marks(m, k, h->slot[k]);
}

/* Moves the state past the word; what follows an unknown one has an unseen context. */
static void move_on(const lm_ngram *m, lm_ngram_state *state, const hits *h)
{
    const int most = m->lang.order - 1;
    state->wanted = (uint8_t)(state->wanted < most ? state->wanted + 1 : most);
    state->length = 0;
    for (int k = 1; k <= h->found; k++) enter(m, state, k, h->slot[k]);
}

double lm_ngram_score(const lm_ngram *m, lm_ngram_state *state, uint32_t word, int *order)
{
    hits h;
    ask_for_word(m, state, word);
    look_up(m, state, word, &h);
    if (m->packed) ask_for_children(m, &h);
    const double p = weigh(m, state, &h, order);
    move_on(m, state, &h);
    return p;
}

/* ---- all next words ---- */

/* p of the words that follow the context of k words, by id. */
static void set_children(const lm_ngram *m, const lm_ngram_state *state, int k, double *p)
{
    for (uint64_t i = state->context[k - 1].begin; i < state->context[k - 1].end; i++) {
        const uint32_t rank = lm_ngram_word(m, k + 1, i);
        if (rank < m->count[1]) p[lm_ngram_word(m, 1, rank)] = (double)lm_ngram_prob(m, k + 1, i);
    }
}

static void predict_addk(const lm_ngram *m, const lm_ngram_state *state, double *p)
{
    const lm_vocab *vocab = m->lang.vocab;
    const bool seen = state->length == state->wanted;
    const double rest = seen && state->length ? (double)state->context[state->length - 1].bow
                                              : 1.0 / (double)lm_vocab_outputs(vocab);
    for (uint32_t w = 0; w < vocab->size; w++)
        p[w] = seen && !state->length ? (double)lm_ngram_prob(m, 1, m->rank[w]) : rest;
    if (seen && state->length) set_children(m, state, state->length, p);
}

static void predict_backoff(const lm_ngram *m, const lm_ngram_state *state, double *p)
{
    const uint32_t size = m->lang.vocab->size;
    for (uint32_t w = 0; w < size; w++) p[w] = (double)lm_ngram_prob(m, 1, m->rank[w]);
    for (int k = 1; k <= state->length; k++) {
        const double weight = (double)state->context[k - 1].bow;
        for (uint32_t w = 0; w < size; w++) p[w] *= weight;
        set_children(m, state, k, p);
    }
}

void lm_ngram_predict(const lm_ngram *m, const lm_ngram_state *state, double *p)
{
    if (m->smooth == LM_NGRAM_ADDK)
        predict_addk(m, state, p);
    else
        predict_backoff(m, state, p);
    if (m->lang.vocab->bos != LM_NO_WORD) p[m->lang.vocab->bos] = 0;
}

/* ---- as a word-level language model ---- */

static const lm_ngram *of(const lm_lang *lang)
{
    return (const lm_ngram *)lang; /* an lm_ngram begins with its lm_lang */
}

static lm_status lang_load(lm_lang **lang, const lm_ckpt *ckpt, lm_err *e)
{
    lm_ngram *model;
    *lang = NULL;
    LM_TRY(lm_ngram_load(&model, ckpt, e));
    *lang = &model->lang;
    return LM_OK;
}

static void lang_free(lm_lang *lang)
{
    lm_ngram_free((lm_ngram *)lang);
}

static size_t lang_state_size(const lm_lang *lang)
{
    (void)lang;
    return sizeof(lm_ngram_state);
}

static void lang_begin(const lm_lang *lang, void *state, bool inside)
{
    lm_ngram_begin(of(lang), state, inside);
}

/* Lines are scored some at a time, a word of each in turn: while the others have theirs, what the
 * next step needs comes from memory. */
enum { LANES = 8 };

typedef struct {
    lm_ngram_state state;
    size_t at, end; /* ids still to come; the last may be LM_LINE_BREAK */
    hits hits;
} lane;

typedef struct {
    const lm_ngram *model;
    const uint32_t *ids;
    size_t next, count; /* where the next line begins; all ids */
    double *p;
    int *order;
    lm_ngram_state *state; /* before the first, then after the last id */
    lane lines[LANES];
    int open;
} scoring;

/* Opens the line that begins at s->next. */
static void open_line(scoring *s)
{
    lane *line = &s->lines[s->open++];
    line->at = line->end = s->next;
    while (line->end < s->count && s->ids[line->end++] != LM_LINE_BREAK) continue;
    if (s->next == 0)
        line->state = *s->state;
    else
        lm_ngram_begin(s->model, &line->state, false);
    s->next = line->end;
}

static void score_next(scoring *s, lane *line)
{
    const size_t i = line->at;
    line->hits.found = 0;
    s->p[i] = 1;
    s->order[i] = 0;
    if (s->ids[i] == LM_LINE_BREAK) return;
    look_up(s->model, &line->state, s->ids[i], &line->hits);
    s->p[i] = weigh(s->model, &line->state, &line->hits, &s->order[i]);
}

/* Past the id; true if it was the line's last. */
static bool go_on(scoring *s, lane *line)
{
    if (s->ids[line->at++] == LM_LINE_BREAK)
        lm_ngram_begin(s->model, &line->state, false);
    else
        move_on(s->model, &line->state, &line->hits);
    if (line->at < line->end) {
        ask_for_word(s->model, &line->state, s->ids[line->at]);
        return false;
    }
    if (line->end == s->count) *s->state = line->state;
    return true;
}

static lm_status lang_score(const lm_lang *lang, void *state, const uint32_t *ids, size_t count,
                            double *p, int *order, lm_err *e)
{
    scoring s = {.model = of(lang), .ids = ids, .count = count, .p = p, .order = order};
    s.state = state;
    (void)e;
    for (;;) {
        while (s.open < LANES && s.next < count) open_line(&s);
        if (s.open == 0) return LM_OK;
        for (int i = 0; i < s.open; i++) score_next(&s, &s.lines[i]);
        if (s.model->packed)
            for (int i = 0; i < s.open; i++) ask_for_children(s.model, &s.lines[i].hits);
        for (int i = s.open - 1; i >= 0; i--)
            if (go_on(&s, &s.lines[i])) s.lines[i] = s.lines[--s.open];
    }
}

static lm_status lang_predict(const lm_lang *lang, const void *state, double *p, lm_err *e)
{
    (void)e;
    lm_ngram_predict(of(lang), state, p);
    return LM_OK;
}

const lm_lang_type lm_ngram_lang = {
    .kind = "ngram",
    .load = lang_load,
    .free = lang_free,
    .state_size = lang_state_size,
    .begin = lang_begin,
    .score = lang_score,
    .predict = lang_predict,
};
