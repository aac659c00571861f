/* count.c - counting the n-grams of a text.
 *
 * Reading numbers the words as they appear.  Then the vocabulary is known, the numbers become
 * ranks, and what begins at every place of the text is sorted: all at once if it fits the memory,
 * else in batches that are merged. */
#include "grams.h"
#include "lm/memory.h"
#include "lm/tokens.h"
#include "lm/words.h"

/* ---- the vocabulary ---- */

/* mass[r]: tokens of rank r. */
static void weigh(const lm_ngram_counts *c, const lm_ngram_found *found, const uint32_t *map,
                  uint64_t *mass)
{
    for (uint32_t w = 0; w < found->vocab->size; w++) mass[map[w]] += found->count[w];
    mass[c->bos] += found->lines;
    if (c->eos != LM_NO_WORD) mass[c->eos] += found->lines;
}

lm_status lm_ngram_choose(lm_ngram_counts *c, const lm_ngram_found *found,
                          const lm_ngram_options *options, uint32_t *map, lm_grams **grams,
                          const lm_run *run, lm_err *e)
{
    *grams = NULL;
    LM_TRY(lm_vocab_new(&c->vocab, e));
    LM_TRY(lm_words_choose(c->vocab, map, found->vocab, found->count, &options->choice, e));
    LM_TRY(lm_ngram_rank_words(c, run, e));
    for (uint32_t w = 0; w < found->vocab->size; w++) map[w] = c->rank[map[w]];
    uint64_t *mass = lm_new(c->vocab->size, sizeof *mass, e);
    if (!mass) return e->status;
    weigh(c, found, map, mass);
    const lm_status s = lm_grams_new(grams, c, mass, run, e);
    lm_free(mass);
    return s;
}

/* ---- batches ---- */

typedef struct {
    lm_tokens *tokens;
    lm_tokens_map map;
    lm_grams *grams;
    uint32_t *id; /* (batch + order) */
} job;

/* A batch ends anywhere; the tokens after it are looked at, not counted. */
static lm_status add_batches(const job *j, size_t batch, int order, const lm_run *run, lm_err *e)
{
    const uint64_t length = j->tokens->length;
    for (uint64_t from = 0; from < length; from += batch) {
        const uint64_t left = length - from;
        const size_t starts = left < batch ? (size_t)left : batch;
        const size_t looked = left - starts < (size_t)order ? (size_t)left : starts + (size_t)order;
        LM_TRY(lm_tokens_take(j->tokens, from, looked, &j->map, j->id, run, e));
        if (starts == length) { /* now they are in memory twice */
            lm_free(j->tokens->id);
            j->tokens->id = NULL;
        }
        lm_progress(run, "sorting", 1e-6 * (double)from, 1e-6 * (double)length, "M words");
        const lm_gram_batch b = {j->id, looked, starts, 1, NULL};
        LM_TRY(lm_grams_add(j->grams, &b, from + starts == length, run, e));
    }
    return LM_OK;
}

static lm_status sort_tokens(lm_ngram_counts *c, lm_tokens *t, const uint32_t *map, lm_grams *grams,
                             const lm_run *run, lm_err *e)
{
    const size_t batch = lm_grams_room(t->length, sizeof *t->id, run);
    job j = {.tokens = t, .map = {map, c->bos, c->eos}, .grams = grams};
    j.id = lm_resize(NULL, batch + (size_t)c->order, sizeof *j.id, e);
    lm_status s = j.id ? add_batches(&j, batch, c->order, run, e) : e->status;
    lm_free(j.id);
    return s;
}

static lm_status count_tokens(lm_ngram_counts *c, lm_tokens *t, const lm_ngram_options *options,
                              const lm_run *run, lm_err *e)
{
    lm_grams *grams = NULL;
    uint32_t *map = lm_new(t->vocab->size, sizeof *map, e);
    const lm_ngram_found found = {t->vocab, t->count, t->lines};
    lm_status s = map ? lm_ngram_choose(c, &found, options, map, &grams, run, e) : e->status;
    lm_vocab_free(t->vocab); /* its words are in the chosen one */
    t->vocab = NULL;
    if (!s) s = sort_tokens(c, t, map, grams, run, e);
    lm_free(map);
    if (!s) s = lm_grams_finish(grams, run, e);
    lm_grams_free(grams);
    return s;
}

lm_status lm_ngram_count_text(lm_ngram_counts *c, lm_text *text, const lm_ngram_options *options,
                              const lm_run *run, lm_err *e)
{
    lm_tokens t;
    *c = (lm_ngram_counts){.order = options->order,
                           .marks = !options->choice.no_marks,
                           .unit = lm_text_unit(text),
                           .marks_as_words = lm_text_marks_as_words(text)};
    LM_TRY(lm_tokens_read(&t, text, c->marks, run, e));
    const lm_status s = count_tokens(c, &t, options, run, e);
    lm_tokens_free(&t);
    if (s) lm_ngram_counts_drop(c);
    return s;
}

void lm_ngram_counts_drop(lm_ngram_counts *c)
{
    lm_vocab_free(c->vocab);
    lm_vocab_free(c->ranked);
    lm_inputs_free(&c->inputs);
    lm_tables_free(&c->tables);
    *c = (lm_ngram_counts){0};
}

bool lm_ngram_counts_empty(const lm_ngram_counts *c)
{
    for (uint64_t rank = 0; rank < c->size[1]; rank++)
        if (c->count[1][rank]) return false;
    return true;
}
