/* vocab.c - a vocabulary: words <-> ids. */
#include "lm/vocab.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/os.h"
#include "lm/sort.h"

enum { BATCH = 32 }; /* words looked up side by side */

/* Open addressing, linear probing.  A slot tells words of up to 8 bytes apart without a look
 * elsewhere. */
typedef struct {
    uint64_t head; /* the first 8 bytes, zeros after a shorter word */
    uint32_t tag;  /* part of the hash, and the length in the lowest byte, 255 for more */
    uint32_t id;   /* LM_NO_WORD: free */
} slot;

struct lm_vocab_own {
    slot *slots;
    size_t slot_count; /* a power of two, at least twice the words in it */
    size_t listed;     /* words in the table: all but <s> and </s> */
    char *bytes;       /* of a vocabulary that grows; NULL for a view */
    uint32_t *offsets;
    size_t bytes_capacity, offsets_capacity;
};

static inline uint64_t load(const char *p, size_t bytes)
{
    uint64_t x = 0;
    memcpy(&x, p, bytes);
    return x;
}

/* The first 8 bytes, zeros after a shorter word; loads of fixed size are fast. */
static uint64_t head_of(lm_slice word)
{
    const char *p = word.text;
    const size_t n = word.length;
    if (n >= 8) return load(p, 8);
    if (n >= 4) return load(p, 4) | load(p + n - 4, 4) << 8 * (n - 4);
    if (n == 0) return 0;
    return load(p, 1) | load(p + n / 2, 1) << 8 * (n / 2) | load(p + n - 1, 1) << 8 * (n - 1);
}

/* Eight bytes at a time, multiplied and folded; the constants are odd and random-looking
 * (fractional digits of the square roots of 2 and 3). */
static uint64_t fold(uint64_t h, uint64_t piece)
{
    h = (h ^ piece) * 0xbb67ae8584caa73bu;
    return h ^ h >> 32;
}

/* The slot that `word` would have, without an id, and where to look for it. */
static slot slot_of(lm_slice word, uint64_t *place)
{
    const uint64_t head = head_of(word);
    uint64_t h = fold(0x6a09e667f3bcc909u ^ word.length, head);
    if (word.length > 8) {
        const char *last = word.text + word.length - 8;
        for (const char *p = word.text + 8; p < last; p += 8) h = fold(h, load(p, 8));
        h = fold(h, load(last, 8));
    }
    *place = h *= 0xbb67ae8584caa73bu;
    const size_t length = word.length < 255 ? word.length : 255;
    return (slot){head, (uint32_t)(h >> 8 & 0xffffff00) | (uint32_t)length, LM_NO_WORD};
}

/* ---- the table ---- */

static bool is_word(const lm_vocab *v, uint32_t id, lm_slice word)
{
    const lm_slice there = lm_vocab_word(v, id);
    return there.length == word.length && memcmp(there.text, word.text, word.length) == 0;
}

static slot *first_slot(const lm_vocab *v, uint64_t place)
{
    return &v->own->slots[(size_t)(place >> 32) & (v->own->slot_count - 1)];
}

/* The slot of `word`, or the free one where it would stand. */
static slot *find_slot(const lm_vocab *v, lm_slice word, const slot *its, uint64_t place)
{
    const slot *end = v->own->slots + v->own->slot_count;
    for (slot *s = first_slot(v, place);;) {
        const bool same = s->head == its->head && s->tag == its->tag;
        if (s->id == LM_NO_WORD) return s;
        if (same && (word.length <= 8 || is_word(v, s->id, word))) return s;
        if (++s == end) s = v->own->slots;
    }
}

/* What is looked for in a large table lies in memory far away: the slots of many words are
 * asked for before the first one is needed. */
typedef struct {
    slot its[BATCH];
    uint64_t place[BATCH];
} batch;

static void begin_batch(batch *b, const lm_vocab *v, const lm_slice *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        b->its[i] = slot_of(words[i], &b->place[i]);
        LM_PREFETCH(first_slot(v, b->place[i]));
    }
}

static lm_status make_table(lm_vocab *v, size_t slot_count, lm_err *e)
{
    slot *slots = lm_resize(NULL, slot_count, sizeof *slots, e);
    if (!slots) return e->status;
    memset(slots, 0xff, slot_count * sizeof *slots); /* every id LM_NO_WORD */
    lm_free(v->own->slots);
    v->own->slots = slots;
    v->own->slot_count = slot_count;
    return LM_OK;
}

/* Enters a word; of the same spelling twice the first one counts. */
static void list_word(lm_vocab *v, uint32_t id, lm_slice word, const slot *its, uint64_t place)
{
    slot *s = find_slot(v, word, its, place);
    if (id == v->bos || id == v->eos || s->id != LM_NO_WORD) return;
    *s = *its;
    s->id = id;
    v->own->listed++;
}

/* Enters all words but the marks <s> and </s>. */
static void list_words(lm_vocab *v)
{
    v->own->listed = 0;
    for (uint32_t id = 0, n; id < v->size; id += n) {
        lm_slice words[BATCH];
        batch b;
        n = v->size - id < BATCH ? v->size - id : BATCH;
        for (uint32_t i = 0; i < n; i++) words[i] = lm_vocab_word(v, id + i);
        begin_batch(&b, v, words, n);
        for (uint32_t i = 0; i < n; i++) list_word(v, id + i, words[i], &b.its[i], b.place[i]);
    }
}

uint32_t lm_vocab_find(const lm_vocab *v, lm_slice word)
{
    uint64_t place;
    const slot its = slot_of(word, &place);
    return find_slot(v, word, &its, place)->id;
}

void lm_vocab_find_all(const lm_vocab *v, const lm_slice *words, size_t count, uint32_t *ids)
{
    for (size_t n; count; words += n, ids += n, count -= n) {
        batch b;
        n = count < BATCH ? count : BATCH;
        begin_batch(&b, v, words, n);
        for (size_t i = 0; i < n; i++) ids[i] = find_slot(v, words[i], &b.its[i], b.place[i])->id;
    }
}

lm_slice lm_vocab_word(const lm_vocab *v, uint32_t id)
{
    return (lm_slice){v->bytes + v->offsets[id], v->offsets[id + 1] - v->offsets[id]};
}

bool lm_vocab_same(const lm_vocab *a, const lm_vocab *b)
{
    bool same = a->size == b->size;
    for (uint32_t id = 0; same && id < a->size; id++) same = is_word(a, id, lm_vocab_word(b, id));
    return same;
}

/* ---- growing ---- */

static lm_status new_vocab(lm_vocab **vocab, lm_err *e)
{
    lm_vocab *v = lm_new(1, sizeof *v, e);
    if (!v) return e->status;
    v->unk = v->bos = v->eos = LM_NO_WORD;
    v->own = lm_new(1, sizeof *v->own, e);
    if (!v->own) {
        lm_free(v);
        return e->status;
    }
    *vocab = v;
    return LM_OK;
}

lm_status lm_vocab_new(lm_vocab **vocab, lm_err *e)
{
    *vocab = NULL;
    LM_TRY(new_vocab(vocab, e));
    struct lm_vocab_own *own = (*vocab)->own;
    lm_status s = lm_reserve(&own->bytes, &own->bytes_capacity, 1, 1, e);
    if (!s) s = lm_reserve(&own->offsets, &own->offsets_capacity, 1, sizeof *own->offsets, e);
    if (!s) s = make_table(*vocab, 1 << 10, e);
    if (s) {
        lm_vocab_free(*vocab);
        *vocab = NULL;
        return s;
    }
    own->offsets[0] = 0;
    (*vocab)->bytes = own->bytes;
    (*vocab)->offsets = own->offsets;
    return LM_OK;
}

void lm_vocab_free(lm_vocab *v)
{
    if (!v) return;
    lm_free(v->own->slots);
    lm_free(v->own->bytes);
    lm_free(v->own->offsets);
    lm_free(v->own);
    lm_free(v);
}

/* Gives `word` the next id, without entering it into the table. */
static lm_status append(lm_vocab *v, lm_slice word, uint32_t *id, lm_err *e)
{
    struct lm_vocab_own *own = v->own;
    const uint32_t used = own->offsets[v->size];
    if (v->size >= LM_NO_WORD - 1 || word.length > UINT32_MAX - used)
        return lm_fail(e, LM_EFORMAT, "the vocabulary is too large: %u words, %u bytes", v->size,
                       used);
    LM_TRY(lm_reserve(&own->bytes, &own->bytes_capacity, used + word.length, 1, e));
    v->bytes = own->bytes; /* at once: what follows may fail */
    LM_TRY(lm_reserve(&own->offsets, &own->offsets_capacity, (size_t)v->size + 2,
                      sizeof *own->offsets, e));
    if (word.length) memcpy(own->bytes + used, word.text, word.length);
    own->offsets[v->size + 1] = used + (uint32_t)word.length;
    v->offsets = own->offsets;
    *id = v->size++;
    return LM_OK;
}

lm_status lm_vocab_add(lm_vocab *v, lm_slice word, uint32_t *id, lm_err *e)
{
    uint64_t place;
    const slot its = slot_of(word, &place);
    slot *s = find_slot(v, word, &its, place);
    *id = s->id;
    if (s->id != LM_NO_WORD) return LM_OK;
    if (2 * (v->own->listed + 1) > v->own->slot_count) {
        LM_TRY(make_table(v, 2 * v->own->slot_count, e));
        list_words(v);
        s = find_slot(v, word, &its, place);
    }
    LM_TRY(append(v, word, id, e));
    *s = its;
    s->id = *id;
    v->own->listed++;
    return LM_OK;
}

void lm_vocab_clear(lm_vocab *v)
{
    memset(v->own->slots, 0xff, v->own->slot_count * sizeof *v->own->slots);
    v->own->listed = 0;
    v->own->offsets[0] = 0;
    v->size = 0;
    v->unk = v->bos = v->eos = LM_NO_WORD;
}

lm_status lm_vocab_add_mark(lm_vocab *v, const char *spelling, uint32_t *mark, lm_err *e)
{
    if (mark == &v->unk) return lm_vocab_add(v, lm_slice_of(spelling), mark, e);
    return append(v, lm_slice_of(spelling), mark, e);
}

/* ---- reading a list ---- */

static bool is_mark(lm_slice word, bool marks_as_words)
{
    return lm_slice_is(word, "<unk>") ||
           (!marks_as_words && (lm_slice_is(word, "<s>") || lm_slice_is(word, "</s>")));
}

static lm_status read_list(lm_vocab *v, lm_text *text, bool marks_as_words, lm_err *e)
{
    bool in_line = false;
    uint32_t id;
    lm_slice word;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &word, e));
        if (event == LM_TOKEN && in_line)
            return lm_fail(e, LM_EFORMAT, "%s: more than one word on a line", lm_text_place(text));
        in_line = event == LM_TOKEN;
        if (in_line && !is_mark(word, marks_as_words)) LM_TRY(lm_vocab_add(v, word, &id, e));
    }
    return LM_OK;
}

lm_status lm_vocab_read(lm_vocab **vocab, lm_slice bytes, const char *name, lm_unit unit,
                        bool marks_as_words, lm_err *e)
{
    lm_text *text;
    *vocab = NULL;
    LM_TRY(lm_text_memory(&text, bytes, name, unit, true, e));
    lm_status s = lm_vocab_new(vocab, e);
    if (!s) s = read_list(*vocab, text, marks_as_words, e);
    lm_text_close(text);
    if (s) {
        lm_vocab_free(*vocab);
        *vocab = NULL;
    }
    return s;
}

/* ---- outputs and ranks ---- */

bool lm_vocab_is_output(const lm_vocab *v, uint32_t id)
{
    return id < v->size && id != v->bos;
}

uint32_t lm_vocab_outputs(const lm_vocab *v)
{
    return v->size - (v->bos != LM_NO_WORD);
}

static int compare_spellings(const void *context, const void *a, const void *b)
{
    const lm_vocab *v = context;
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return lm_slice_compare(lm_vocab_word(v, x), lm_vocab_word(v, y));
}

lm_status lm_vocab_byte_ranks(const lm_vocab *v, uint32_t **rank, lm_err *e)
{
    *rank = lm_new(v->size, sizeof **rank, e);
    uint32_t *order = lm_new(v->size, sizeof *order, e);
    lm_status s = *rank && order ? LM_OK : e->status;
    for (uint32_t id = 0; !s && id < v->size; id++) order[id] = id;
    if (!s) s = lm_sort(order, v->size, sizeof *order, compare_spellings, v, e);
    for (uint32_t place = 0; !s && place < v->size; place++) (*rank)[order[place]] = place;
    lm_free(order);
    if (s) {
        lm_free(*rank);
        *rank = NULL;
    }
    return s;
}

/* ---- checkpoints ---- */

lm_status lm_vocab_save(const lm_vocab *v, lm_ckpt_writer *writer, lm_err *e)
{
    LM_TRY(lm_ckpt_add_table(writer, "tokenizer.bytes", LM_U8, v->offsets[v->size], v->bytes, e));
    return lm_ckpt_add_table(writer, "tokenizer.offsets", LM_U32, (uint64_t)v->size + 1, v->offsets,
                             e);
}

static lm_status check_marks(const lm_vocab *v, const char *path, lm_err *e)
{
    const uint32_t marks[] = {v->unk, v->bos, v->eos};
    for (int i = 0; i < 3; i++)
        if (marks[i] != LM_NO_WORD && marks[i] >= v->size)
            return lm_fail(e, LM_EFORMAT, "%s: mark %u is outside the vocabulary of %u", path,
                           marks[i], v->size);
    return LM_OK;
}

/* The offsets must climb from 0 and end inside the bytes. */
static lm_status check_offsets(const lm_vocab *v, uint64_t bytes, const char *path, lm_err *e)
{
    for (uint32_t id = 0; id < v->size; id++)
        if (v->offsets[id] > v->offsets[id + 1])
            return lm_fail(e, LM_EFORMAT, "%s: tensor 'tokenizer.offsets': descends at %u", path,
                           id);
    if (v->offsets[0] != 0 || v->offsets[v->size] > bytes)
        return lm_fail(e, LM_EFORMAT, "%s: tensor 'tokenizer.offsets': leaves tokenizer.bytes",
                       path);
    return LM_OK;
}

static lm_status view_tensors(lm_vocab *v, const lm_ckpt *ckpt, uint32_t size, lm_err *e)
{
    const char *path = lm_ckpt_path(ckpt);
    const lm_tensor *bytes = lm_ckpt_find(ckpt, "tokenizer.bytes");
    const void *offsets;
    if (!bytes || bytes->dtype != LM_U8)
        return lm_fail(e, LM_EFORMAT, "%s: tensor 'tokenizer.bytes' (U8) is missing", path);
    LM_TRY(lm_ckpt_table(ckpt, "tokenizer.offsets", LM_U32, (uint64_t)size + 1, &offsets, e));
    v->size = size;
    v->bytes = bytes->data;
    v->offsets = offsets;
    LM_TRY(check_offsets(v, bytes->bytes, path, e));
    LM_TRY(check_marks(v, path, e));
    size_t slots = 1 << 10;
    while (slots < 2 * (size_t)size) slots *= 2;
    LM_TRY(make_table(v, slots, e));
    list_words(v);
    return LM_OK;
}

lm_status lm_vocab_load(lm_vocab **vocab, const lm_ckpt *ckpt, uint32_t size, uint32_t unk,
                        uint32_t bos, uint32_t eos, lm_err *e)
{
    *vocab = NULL;
    LM_TRY(new_vocab(vocab, e));
    lm_vocab *v = *vocab;
    v->unk = unk;
    v->bos = bos;
    v->eos = eos;
    const lm_status s = view_tensors(v, ckpt, size, e);
    if (s) {
        lm_vocab_free(v);
        *vocab = NULL;
    }
    return s;
}
