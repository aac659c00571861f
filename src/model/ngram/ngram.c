/* ngram.c - training and querying an n-gram model. */
#include "lm/ngram.h"
#include <string.h>
#include "counts.h"

/* ---- making and freeing ---- */

lm_status lm_ngram_train(lm_ngram **out, lm_text *text, const lm_ngram_options *options,
                         const lm_run *run, lm_err *e)
{
    lm_ngram_counts counts;
    *out = NULL;
    LM_TRY(lm_ngram_check_options(options, e));
    LM_TRY(lm_ngram_count_text(&counts, text, options, run, e));
    lm_ngram *model = lm_new(1, sizeof *model, e);
    lm_status s = model ? LM_OK : e->status;
    if (!s) {
        model->lang.type = &lm_ngram_lang;
        model->lang.unit = lm_text_unit(text);
        model->lang.marks_as_words = lm_text_marks_as_words(text);
        s = lm_ngram_estimate(model, &counts, options, run, e);
    }
    lm_ngram_counts_free(&counts);
    if (s)
        lm_ngram_free(model);
    else
        *out = model;
    return s;
}

void lm_ngram_free(lm_ngram *model)
{
    if (!model) return;
    lm_vocab_free(model->lang.vocab);
    lm_arena_free(&model->arena);
    lm_free(model);
}

/* ---- walking the trie ----
 * A checkpoint's indices are not trusted: whatever they are, no table is left. */

static int64_t child(const lm_ngram *m, int order, uint32_t node, uint32_t word)
{
    return lm_ngram_child(m->first[order], m->word[order + 1], m->count[order + 1], node, word);
}

/* The node of order `length` without its first word; the root (0) for a single word. */
static uint32_t suffix(const lm_ngram *m, int length, uint32_t node)
{
    if (length == 1) return 0;
    const uint32_t shorter = length == 2 ? m->word[2][node] : m->suffix[length][node];
    return shorter < m->count[length - 1] ? shorter : 0;
}

/* The state after the n-gram `node` of `length` words. */
static void settle(const lm_ngram *m, lm_ngram_state *state, int length, uint32_t node)
{
    const int most = m->lang.order - 1;
    if (length > most && length > 0) {
        node = suffix(m, length, node);
        length--;
    }
    state->node = node;
    state->length = (uint8_t)length;
    if (state->wanted < most) state->wanted++;
}

void lm_ngram_begin(const lm_ngram *m, lm_ngram_state *state, bool inside)
{
    *state = (lm_ngram_state){0};
    const uint32_t bos = m->lang.vocab->bos;
    if (!inside && bos != LM_NO_WORD) settle(m, state, 1, bos);
}

/* The longest context of the state after which `word` was seen, and its node there. */
static uint32_t find(const lm_ngram *m, const lm_ngram_state *state, uint32_t word, int *length,
                     double *weight)
{
    uint32_t context = state->node;
    *weight = 1;
    for (*length = state->length; *length > 0; (*length)--) {
        const int64_t node = child(m, *length, context, word);
        if (node >= 0) return (uint32_t)node;
        *weight *= (double)m->bow[*length][context];
        context = suffix(m, *length, context);
    }
    return word;
}

static double score_addk(const lm_ngram *m, const lm_ngram_state *before, int length, uint32_t node,
                         int *order)
{
    const bool seen = before->length == before->wanted; /* was the whole context seen? */
    *order = seen ? before->length + 1 : 0;
    if (!seen) return 1.0 / (double)lm_vocab_outputs(m->lang.vocab);
    if (length < before->length) return (double)m->bow[before->length][before->node];
    return (double)m->prob[length + 1][node];
}

double lm_ngram_score(const lm_ngram *m, lm_ngram_state *state, uint32_t word, int *order)
{
    double weight;
    int length;
    *order = 0;
    if (word >= m->lang.vocab->size) { /* unknown: what follows it has an unseen context */
        const uint8_t wanted = (uint8_t)(m->lang.order - 1);
        const uint8_t more = state->wanted < wanted ? (uint8_t)(state->wanted + 1) : wanted;
        *state = (lm_ngram_state){0, 0, more};
        return 0;
    }
    const lm_ngram_state before = *state;
    const uint32_t node = find(m, &before, word, &length, &weight);
    settle(m, state, length + 1, node);
    if (m->smooth == LM_NGRAM_ADDK) return score_addk(m, &before, length, node, order);
    *order = length + 1;
    return weight * (double)m->prob[length + 1][node];
}

/* ---- all next words ---- */

static void set_children(const lm_ngram *m, int length, uint32_t node, double *p)
{
    const uint64_t size = m->count[length + 1];
    const uint64_t begin = m->first[length][node], end = m->first[length][node + 1];
    for (uint64_t i = begin; i < end && i < size; i++) {
        const uint32_t word = m->word[length + 1][i];
        if (word < m->lang.vocab->size) p[word] = (double)m->prob[length + 1][i];
    }
}

static void predict_addk(const lm_ngram *m, const lm_ngram_state *state, double *p)
{
    const lm_vocab *vocab = m->lang.vocab;
    const bool seen = state->length == state->wanted;
    const double rest = seen && state->length ? (double)m->bow[state->length][state->node]
                                              : 1.0 / (double)lm_vocab_outputs(vocab);
    for (uint32_t w = 0; w < vocab->size; w++)
        p[w] = seen && !state->length ? (double)m->prob[1][w] : rest;
    if (seen && state->length) set_children(m, state->length, state->node, p);
}

static void predict_backoff(const lm_ngram *m, const lm_ngram_state *state, double *p)
{
    uint32_t node[LM_NGRAM_ORDER_MAX];
    node[state->length] = state->node;
    for (int k = state->length; k > 1; k--) node[k - 1] = suffix(m, k, node[k]);
    for (uint32_t w = 0; w < m->lang.vocab->size; w++) p[w] = (double)m->prob[1][w];
    for (int k = 1; k <= state->length; k++) {
        const double weight = (double)m->bow[k][node[k]];
        for (uint32_t w = 0; w < m->lang.vocab->size; w++) p[w] *= weight;
        set_children(m, k, node[k], p);
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

static lm_status lang_score(const lm_lang *lang, void *state, const uint32_t *ids, size_t count,
                            double *p, int *order, lm_err *e)
{
    (void)e;
    for (size_t i = 0; i < count; i++) {
        if (ids[i] != LM_LINE_BREAK) {
            p[i] = lm_ngram_score(of(lang), state, ids[i], &order[i]);
            continue;
        }
        p[i] = 1;
        order[i] = 0;
        lm_ngram_begin(of(lang), state, false);
    }
    return LM_OK;
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
