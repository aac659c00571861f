/* phrases_write.c - joining the words of phrases, and writing text and phrases. */
#include <string.h>
#include "lm/memory.h"
#include "lm/pipeline.h"
#include "lm/sort.h"
#include "lm/words.h"
#include "phrases_internal.h"

enum { CHUNK = 1 << 14 };

/* Open addressing, linear probing, at most half full. */
typedef struct {
    uint32_t a, b, word; /* LM_NO_WORD: free */
} slot;

/* ---- joining ---- */

typedef struct {
    slot *slots;
    size_t mask; /* slots - 1 */
} table;

static size_t place_of(const table *t, uint32_t a, uint32_t b)
{
    const uint64_t h = ((uint64_t)a << 32 | b) * 0xbb67ae8584caa73bu;
    return (size_t)(h >> 32 ^ h >> 52) & t->mask;
}

/* The slot of a pair, or the free one where it would stand. */
static slot *find_slot(const table *t, uint32_t a, uint32_t b)
{
    size_t i = place_of(t, a, b);
    while (t->slots[i].word != LM_NO_WORD && (t->slots[i].a != a || t->slots[i].b != b))
        i = (i + 1) & t->mask;
    return &t->slots[i];
}

/* The found pairs with the words that take their places, which are added to the vocabulary. */
static lm_status make_table(lm_phrases *p, table *t, lm_err *e)
{
    lm_slice spelling;
    size_t slots = 16;
    while (slots < 2 * p->found_count) slots *= 2;
    t->slots = lm_resize(NULL, slots, sizeof *t->slots, e);
    if (!t->slots) return e->status;
    memset(t->slots, 0xff, slots * sizeof *t->slots); /* every word LM_NO_WORD */
    t->mask = slots - 1;
    for (size_t i = 0; i < p->found_count; i++) {
        lm_phrase *f = &p->found[i];
        LM_TRY(lm_phrases_spell(p, f->a, f->b, &spelling, e));
        LM_TRY(lm_vocab_add(p->tokens.vocab, spelling, &f->word, e));
        *find_slot(t, f->a, f->b) = (slot){f->a, f->b, f->word};
        p->kind[f->a] |= LM_PHRASE_FIRST;
        p->kind[f->b] |= LM_PHRASE_SECOND;
    }
    return LM_OK;
}

/* Joins pairs in ids[0 .. count), in place.  *held is a word that may yet be joined with the next
 * one, and was not written; LM_TOKEN_EOS: there is none.  Returns how many are written: at most
 * one more than were read, for which there is room before ids. */
static size_t join_chunk(const lm_phrases *p, const table *t, uint32_t *ids, size_t count,
                         uint32_t *held)
{
    uint32_t *out = ids - 1, a = *held;
    for (size_t i = 0; i < count; i++) {
        const uint32_t b = ids[i];
        const bool word = b < LM_TOKEN_EOS && !(p->kind[b] & LM_BIGRAM_NONE);
        if (word && a != LM_TOKEN_EOS && p->kind[a] & LM_PHRASE_FIRST &&
            p->kind[b] & LM_PHRASE_SECOND) {
            const uint32_t joined = find_slot(t, a, b)->word;
            if (joined != LM_NO_WORD) {
                *out++ = joined;
                a = LM_TOKEN_EOS;
                continue;
            }
        }
        if (a != LM_TOKEN_EOS) *out++ = a;
        a = word ? b : LM_TOKEN_EOS;
        if (!word) *out++ = b;
    }
    *held = a;
    return (size_t)(out - (ids - 1));
}

/* Adds the joined tokens to `out`.  The text ends with the end of a line, so that no word is held
 * in the end. */
static lm_status join_all(lm_phrases *p, const table *t, lm_tokens *out, const lm_run *run,
                          lm_err *e)
{
    uint32_t held = LM_TOKEN_EOS, *ids = lm_resize(NULL, CHUNK + 1, sizeof *ids, e);
    if (!ids) return e->status;
    lm_status s = LM_OK;
    for (uint64_t from = 0; !s && from < p->tokens.length; from += CHUNK) {
        const uint64_t left = p->tokens.length - from;
        const size_t length = left < CHUNK ? (size_t)left : CHUNK;
        if (lm_stopped(run)) s = lm_fail(e, LM_ESTOPPED, "stopped while joining words");
        if (!s) s = lm_tokens_take(&p->tokens, from, length, NULL, ids + 1, run, e);
        if (!s) s = lm_tokens_add(out, ids, join_chunk(p, t, ids + 1, length, &held), run, e);
    }
    lm_free(ids);
    return s;
}

lm_status lm_phrases_join(lm_phrases *p, const lm_run *run, lm_err *e)
{
    table t = {0};
    lm_tokens joined = {0};
    lm_status s = make_table(p, &t, e);
    if (!s) s = lm_words_check_memory(p->tokens.vocab, run, e);
    if (!s) {
        s = lm_tokens_begin(&joined, p->tokens.vocab, e);
        p->tokens.vocab = NULL;
    }
    if (!s) s = join_all(p, &t, &joined, run, e);
    if (!s) s = lm_tokens_end(&joined, e);
    if (joined.vocab) {
        lm_tokens_free(&p->tokens);
        p->tokens = joined;
    }
    p->found_count = 0;
    lm_free(t.slots);
    return s ? s : lm_phrases_set_kinds(p, e);
}

/* ---- writing ---- */

/* A stretch of the text, as numbers and as bytes. */
typedef struct {
    uint32_t *ids;
    size_t count;
    bool in_line; /* the line it begins in has words before it */
    char *bytes;
    size_t length, capacity;
} stretch;

typedef struct {
    lm_phrases *p;
    lm_out *out;
    const lm_run *run;
    uint64_t from;
    bool in_line;
} writing;

static lm_status take_stretch(void *context, void *item, bool *more, lm_err *e)
{
    writing *job = context;
    stretch *it = item;
    const uint64_t left = job->p->tokens.length - job->from;
    *more = left > 0;
    if (!*more) return LM_OK;
    if (!it->ids) it->ids = lm_resize(NULL, CHUNK, sizeof *it->ids, e);
    if (!it->ids) return e->status;
    it->count = left < CHUNK ? (size_t)left : CHUNK;
    it->in_line = job->in_line;
    LM_TRY(lm_tokens_take(&job->p->tokens, job->from, it->count, NULL, it->ids, job->run, e));
    job->from += it->count;
    for (size_t i = it->count; i-- > 0;) {
        const uint32_t id = it->ids[i];
        if (id < LM_TOKEN_EOS && job->p->kind[id] & LM_PHRASE_BLANK) continue;
        job->in_line = id < LM_TOKEN_EOS;
        break;
    }
    return LM_OK;
}

static lm_status put(stretch *it, bool blank, lm_slice word, lm_err *e)
{
    if (it->capacity - it->length <= word.length)
        LM_TRY(lm_reserve(&it->bytes, &it->capacity, it->length + word.length + 1, 1, e));
    if (blank) it->bytes[it->length++] = ' ';
    memcpy(it->bytes + it->length, word.text, word.length);
    it->length += word.length;
    return LM_OK;
}

static lm_status write_stretch(void *context, void *item, lm_err *e)
{
    const writing *job = context;
    stretch *it = item;
    const lm_vocab *v = job->p->tokens.vocab;
    bool in_line = it->in_line;
    it->length = 0;
    for (size_t i = 0; i < it->count; i++) {
        const uint32_t id = it->ids[i];
        if (id == LM_TOKEN_BOS) continue;
        if (id == LM_TOKEN_EOS)
            LM_TRY(put(it, false, lm_slice_of("\n"), e));
        else if (!(job->p->kind[id] & LM_PHRASE_BLANK))
            LM_TRY(put(it, in_line, lm_vocab_word(v, id), e));
        else
            continue;
        in_line = id != LM_TOKEN_EOS;
    }
    return LM_OK;
}

static lm_status pass_on(void *context, void *item, lm_err *e)
{
    const writing *job = context;
    const stretch *it = item;
    return lm_out_write(job->out, it->bytes, it->length, e);
}

lm_status lm_phrases_write(lm_phrases *p, lm_out *out, const lm_run *run, lm_err *e)
{
    static const lm_pipeline steps = {take_stretch, write_stretch, pass_on};
    writing job = {.p = p, .out = out, .run = run};
    const size_t count = lm_pipeline_items(lm_run_pool(run));
    stretch *items = lm_new(count, sizeof *items, e);
    if (!items) return e->status;
    const lm_status s =
        lm_pipeline_run(&steps, &job, items, count, sizeof *items, lm_run_pool(run), e);
    for (size_t i = 0; i < count; i++) {
        lm_free(items[i].ids);
        lm_free(items[i].bytes);
    }
    lm_free(items);
    return s;
}

static int compare_found(const void *context, const void *x, const void *y)
{
    const lm_vocab *v = context;
    const lm_phrase *a = x, *b = y;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    const int first = lm_slice_compare(lm_vocab_word(v, a->a), lm_vocab_word(v, b->a));
    return first ? first : lm_slice_compare(lm_vocab_word(v, a->b), lm_vocab_word(v, b->b));
}

lm_status lm_phrases_list(lm_phrases *p, lm_out *out, lm_err *e)
{
    const lm_vocab *v = p->tokens.vocab;
    if (p->found_count == 0) return LM_OK;
    LM_TRY(lm_sort(p->found, p->found_count, sizeof *p->found, compare_found, v, e));
    for (size_t i = 0; i < p->found_count; i++) {
        const lm_phrase *f = &p->found[i];
        const lm_slice a = lm_vocab_word(v, f->a), b = lm_vocab_word(v, f->b);
        LM_TRY(lm_out_write(out, a.text, a.length, e));
        LM_TRY(lm_out_text(out, " ", e));
        LM_TRY(lm_out_write(out, b.text, b.length, e));
        LM_TRY(lm_out_printf(out, e, "\t%.7g\t%llu\n", f->score, (unsigned long long)f->count));
    }
    return LM_OK;
}
