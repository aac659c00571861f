/* count.c - counting n-grams with one sort.
 *
 * The text becomes one array of ids, every sentence after a <s>.  The positions of the array
 * are sorted by the words that begin there, at most `order` of them and none past the end of
 * the sentence.  In that order the n-grams of every length come out sorted, equal ones side by
 * side, as a walk through the trie: a position shares its first `common` words with the one
 * before it and opens new nodes for the others. */
#include <string.h>
#include "counts.h"
#include "lm/sort.h"

typedef struct {
    uint32_t *id;
    size_t length, capacity;
} tokens;

/* While reading, words are numbered by appearance. */
#define NEW_BOS UINT32_MAX
#define NEW_EOS (UINT32_MAX - 1)

typedef struct {
    lm_vocab *vocab;
    uint32_t *count;
    size_t capacity;
} new_words;

/* ---- reading ---- */

static lm_status put(tokens *t, uint32_t id, lm_err *e)
{
    if (t->length >= UINT32_MAX - 1)
        return lm_fail(e, LM_EFORMAT, "more than %u words and marks", UINT32_MAX - 1);
    LM_TRY(lm_reserve(&t->id, &t->capacity, t->length + 1, sizeof *t->id, e));
    t->id[t->length++] = id;
    return LM_OK;
}

static lm_status put_word(tokens *t, new_words *words, lm_slice word, lm_err *e)
{
    uint32_t id;
    const uint32_t size = words->vocab->size;
    LM_TRY(lm_vocab_add(words->vocab, word, &id, e));
    if (id == size) {
        LM_TRY(
            lm_reserve(&words->count, &words->capacity, (size_t)size + 1, sizeof *words->count, e));
        words->count[id] = 0;
    }
    words->count[id]++;
    return put(t, id, e);
}

static lm_status read_tokens(tokens *t, new_words *words, lm_text *text, bool marks,
                             const lm_run *run, lm_err *e)
{
    bool in_line = false;
    lm_slice token;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TEXT_END) break;
        if (!in_line && (event == LM_TOKEN || marks)) LM_TRY(put(t, NEW_BOS, e));
        in_line = event == LM_TOKEN;
        if (event == LM_TOKEN) {
            LM_TRY(put_word(t, words, token, e));
        } else {
            if (marks) LM_TRY(put(t, NEW_EOS, e));
            if (lm_stopped(run)) return lm_fail(e, LM_ESTOPPED, "stopped while reading");
            lm_progress(run, "reading", 1e-6 * (double)lm_text_bytes(text), 0, "MB");
        }
    }
    if (t->length == 0) return lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(text));
    if (lm_text_invalid(text))
        lm_warn(run, "%llu bytes of the text are not UTF-8; each was taken as a character",
                (unsigned long long)lm_text_invalid(text));
    return LM_OK;
}

/* ---- from ids of reading to those of the vocabulary ---- */

static lm_status rename_tokens(tokens *t, lm_vocab *vocab, const new_words *words,
                               const lm_ngram_options *options, lm_err *e)
{
    uint32_t *map = lm_new(words->vocab->size, sizeof *map, e);
    lm_status s = map ? LM_OK : e->status;
    if (!s) s = lm_ngram_choose_words(vocab, map, words->vocab, words->count, options, e);
    for (size_t i = 0; !s && i < t->length; i++) {
        const uint32_t id = t->id[i];
        t->id[i] = id == NEW_BOS ? vocab->bos : id == NEW_EOS ? vocab->eos : map[id];
    }
    lm_free(map);
    return s;
}

/* ---- sorting positions ---- */

enum { INSERTION_MAX = 24 };

typedef struct {
    const uint32_t *id; /* the tokens */
    size_t length;
    uint32_t bos;
    int order;
    int bits;    /* of a word in a key; 0 stands for "no word", id + 1 for a word */
    int per_key; /* words in a key */
    lm_keyed *item, *spare;
    uint8_t *shape; /* per sorted position: words in common with the one before, words */

    /* Parts are ranges of first words; they are sorted and walked independently. */
    size_t parts;
    uint32_t *part_word;                           /* (parts + 1) */
    size_t *part_start;                            /* (parts + 1), in item */
    uint64_t (*part_size)[LM_NGRAM_ORDER_MAX + 2]; /* nodes of each order in a part */
    lm_ngram_counts *counts;
} sorter;

/* Words of the n-gram that begins at p: up to `order`, none past the sentence. */
static int words_at(const sorter *s, size_t p)
{
    int n = 1;
    while (n < s->order && p + (size_t)n < s->length && s->id[p + (size_t)n] != s->bos) n++;
    return n;
}

/* Words from, from+1, .. of the n-gram at p as a number that sorts as they do. */
static uint64_t key_at(const sorter *s, size_t p, int from)
{
    uint64_t key = 0;
    const int until = from + s->per_key < s->order ? from + s->per_key : s->order;
    const int words = words_at(s, p);
    for (int i = from; i < until; i++)
        key = key << s->bits | (i < words ? s->id[p + (size_t)i] + (uint64_t)1 : 0);
    return key;
}

static void sort_small(lm_keyed *item, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const lm_keyed moving = item[i];
        size_t j = i;
        for (; j > 0 && item[j - 1].key > moving.key; j--) item[j] = item[j - 1];
        item[j] = moving;
    }
}

/* Items are sorted by their first `depth` words; sorts each run of equal ones by the next. */
static void sort_deeper(const sorter *s, lm_keyed *item, lm_keyed *spare, size_t count, int depth)
{
    const uint64_t last_word = ((uint64_t)1 << s->bits) - 1;
    for (size_t begin = 0, end; begin < count; begin = end) {
        const uint64_t key = item[begin].key;
        for (end = begin + 1; end < count && item[end].key == key;) end++;
        const size_t run = end - begin;
        if (run == 1 || (key & last_word) == 0) continue; /* nothing follows */
        for (size_t i = begin; i < end; i++) item[i].key = key_at(s, (size_t)item[i].value, depth);
        if (run <= INSERTION_MAX)
            sort_small(item + begin, run);
        else
            lm_sort_keyed(item + begin, spare + begin, run, s->bits * s->per_key);
        if (depth + s->per_key < s->order)
            sort_deeper(s, item + begin, spare + begin, run, depth + s->per_key);
    }
}

static int words_in_common(const sorter *s, size_t p, size_t q, int most)
{
    int n = 0;
    while (n < most && s->id[p + (size_t)n] == s->id[q + (size_t)n]) n++;
    return n;
}

/* Notes, for every position of the part, what it shares with the one before and how long it
 * is, and counts the nodes it opens. */
static void measure_part(const sorter *s, size_t part)
{
    uint64_t *size = s->part_size[part];
    int before = 0;
    for (size_t i = s->part_start[part]; i < s->part_start[part + 1]; i++) {
        const size_t p = (size_t)s->item[i].value;
        const int words = words_at(s, p), least = words < before ? words : before;
        const int common = before ? words_in_common(s, p, (size_t)s->item[i - 1].value, least) : 0;
        s->shape[i] = (uint8_t)(common << 4 | words);
        for (int k = common + 1; k <= words; k++) size[k]++;
        before = words;
    }
}

static void sort_part(void *context, size_t part)
{
    const sorter *s = context;
    const size_t start = s->part_start[part], count = s->part_start[part + 1] - start;
    lm_sort_keyed(s->item + start, s->spare + start, count, s->bits * s->per_key);
    if (s->per_key < s->order) sort_deeper(s, s->item + start, s->spare + start, count, s->per_key);
    measure_part(s, part);
}

/* ---- from sorted positions to the trie ---- */

static void fill_part(void *context, size_t part)
{
    const sorter *s = context;
    lm_ngram_counts *c = s->counts;
    uint64_t at[LM_NGRAM_ORDER_MAX + 2] = {0}; /* next free node of each order */
    for (size_t earlier = 0; earlier < part; earlier++)
        for (int k = 2; k <= s->order; k++) at[k] += s->part_size[earlier][k];
    uint32_t next_word = s->part_word[part];
    for (size_t i = s->part_start[part]; i < s->part_start[part + 1]; i++) {
        const uint32_t *id = s->id + s->item[i].value;
        const int common = s->shape[i] >> 4, words = s->shape[i] & 15;
        if (common == 0 && s->order > 1)
            while (next_word <= id[0]) c->first[1][next_word++] = (uint32_t)at[2];
        for (int k = common < 1 ? 2 : common + 1; k <= words; k++) {
            c->word[k][at[k]] = id[k - 1];
            if (k < s->order) c->first[k][at[k]] = (uint32_t)at[k + 1];
            at[k]++;
        }
        c->count[1][id[0]]++;
        for (int k = 2; k <= words; k++) c->count[k][at[k] - 1]++;
    }
    if (s->order > 1)
        while (next_word < s->part_word[part + 1]) c->first[1][next_word++] = (uint32_t)at[2];
}

static lm_status new_tables(lm_ngram_counts *c, lm_err *e)
{
    for (int k = 1; k <= c->order; k++) {
        if (c->size[k] >= UINT32_MAX)
            return lm_fail(e, LM_EFORMAT, "%llu n-grams of order %d; at most %u fit",
                           (unsigned long long)c->size[k], k, UINT32_MAX - 1);
        const size_t size = (size_t)c->size[k];
        c->count[k] = lm_arena_new(&c->arena, size, sizeof **c->count, e);
        if (!c->count[k]) return e->status;
        if (k > 1 && !(c->word[k] = lm_arena_new(&c->arena, size, sizeof **c->word, e)))
            return e->status;
        if (k < c->order && !(c->first[k] = lm_arena_new(&c->arena, size + 1, 4, e)))
            return e->status;
    }
    return LM_OK;
}

static lm_status fill_tables(sorter *s, const lm_run *run, lm_err *e)
{
    lm_ngram_counts *c = s->counts;
    c->size[1] = c->vocab->size;
    for (size_t part = 0; part < s->parts; part++)
        for (int k = 2; k <= s->order; k++) c->size[k] += s->part_size[part][k];
    LM_TRY(new_tables(c, e));
    lm_parallel_for(lm_run_pool(run), s->parts, fill_part, s);
    for (int k = 1; k < s->order; k++) c->first[k][c->size[k]] = (uint32_t)c->size[k + 1];
    c->bos = c->vocab->bos;
    c->unk = c->vocab->unk;
    c->eos = c->vocab->eos;
    c->border[1] = c->bos;
    for (int k = 2; k <= s->order; k++) c->border[k] = c->first[k - 1][c->border[k - 1]];
    return LM_OK;
}

/* ---- parts ---- */

/* Cuts the words into ranges of about the same number of positions. */
static void cut_parts(sorter *s, const uint32_t *word_count, uint32_t words)
{
    const size_t wanted = s->length / s->parts + 1;
    size_t part = 0, start = 0, placed = 0;
    for (uint32_t w = 0; w < words; w++) {
        if (placed - start >= wanted && part + 1 < s->parts) {
            s->part_word[++part] = w;
            s->part_start[part] = start = placed;
        }
        placed += word_count[w];
    }
    while (part < s->parts) {
        s->part_word[++part] = words;
        s->part_start[part] = placed;
    }
}

/* Puts every position, with its first key, into its part. */
static lm_status place_positions(sorter *s, uint32_t words, lm_err *e)
{
    uint32_t *count = lm_new((size_t)words + 1, sizeof *count, e);
    size_t *next = lm_new(s->parts, sizeof *next, e);
    uint16_t *part_of = lm_new(words, sizeof *part_of, e);
    const lm_status status = count && next && part_of ? LM_OK : e->status;
    if (!status) {
        for (size_t p = 0; p < s->length; p++) count[s->id[p]]++;
        cut_parts(s, count, words);
        for (size_t part = 0; part < s->parts; part++) {
            next[part] = s->part_start[part];
            for (uint32_t w = s->part_word[part]; w < s->part_word[part + 1]; w++)
                part_of[w] = (uint16_t)part;
        }
        for (size_t p = 0; p < s->length; p++)
            s->item[next[part_of[s->id[p]]]++] = (lm_keyed){key_at(s, p, 0), p};
    }
    lm_free(count);
    lm_free(next);
    lm_free(part_of);
    return status;
}

static int bits_of(uint64_t x)
{
    int bits = 0;
    for (; x; x >>= 1) bits++;
    return bits;
}

static lm_status sort_and_fill(sorter *s, const lm_run *run, lm_err *e)
{
    s->item = lm_resize(NULL, s->length, sizeof *s->item, e);
    s->spare = lm_resize(NULL, s->length, sizeof *s->spare, e);
    s->shape = lm_resize(NULL, s->length, sizeof *s->shape, e);
    s->part_word = lm_new(s->parts + 1, sizeof *s->part_word, e);
    s->part_start = lm_new(s->parts + 1, sizeof *s->part_start, e);
    s->part_size = lm_new(s->parts, sizeof *s->part_size, e);
    if (!s->item || !s->spare || !s->shape || !s->part_word || !s->part_start || !s->part_size)
        return e->status;
    LM_TRY(place_positions(s, s->counts->vocab->size, e));
    lm_progress(run, "sorting", 1e-6 * (double)s->length, 0, "M n-grams");
    lm_parallel_for(lm_run_pool(run), s->parts, sort_part, s);
    return fill_tables(s, run, e);
}

static lm_status count_tokens(lm_ngram_counts *c, const tokens *t, const lm_run *run, lm_err *e)
{
    const size_t threads = lm_pool_threads(lm_run_pool(run));
    sorter s = {.id = t->id,
                .length = t->length,
                .bos = c->vocab->bos,
                .order = c->order,
                .bits = bits_of(c->vocab->size),
                .parts = threads > 1 ? 8 * threads : 1,
                .counts = c};
    s.per_key = 63 / s.bits < c->order ? 63 / s.bits : c->order;
    const lm_status status = sort_and_fill(&s, run, e);
    lm_free(s.item);
    lm_free(s.spare);
    lm_free(s.shape);
    lm_free(s.part_word);
    lm_free(s.part_start);
    lm_free(s.part_size);
    return status;
}

lm_status lm_ngram_count_text(lm_ngram_counts *c, lm_text *text, const lm_ngram_options *options,
                              const lm_run *run, lm_err *e)
{
    tokens t = {0};
    new_words words = {0};
    *c = (lm_ngram_counts){.order = options->order, .marks = !options->no_marks};
    lm_status s = lm_vocab_new(&words.vocab, e);
    if (!s) s = lm_vocab_new(&c->vocab, e);
    if (!s) s = read_tokens(&t, &words, text, c->marks, run, e);
    if (!s) s = rename_tokens(&t, c->vocab, &words, options, e);
    lm_vocab_free(words.vocab);
    lm_free(words.count);
    if (!s) s = count_tokens(c, &t, run, e);
    lm_free(t.id);
    if (s) lm_ngram_counts_free(c);
    return s;
}

void lm_ngram_counts_free(lm_ngram_counts *c)
{
    lm_vocab_free(c->vocab);
    lm_arena_free(&c->arena);
    *c = (lm_ngram_counts){0};
}
