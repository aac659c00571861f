/* tokenizer.c - tokenizers: pieces of text and their numbers. */
#include "lm/tokenizer.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/sort.h"
#include "tokenizer_internal.h"

const char *lm_tok_kind_name(lm_tok_kind kind)
{
    static const char *const names[] = {"byte-bpe", "bpe", "wordpiece", "word", "char", "byte"};
    return names[kind];
}

/* ---- making one ---- */

static lm_status new_tokenizer(lm_tokenizer **tokenizer, lm_tok_kind kind, lm_err *e)
{
    lm_tokenizer *t = *tokenizer = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    t->kind = kind;
    t->longest = LM_TOK_LONGEST;
    t->own = lm_new(1, sizeof *t->own, e);
    return t->own ? LM_OK : e->status;
}

static lm_status new_failed(lm_tokenizer **t, lm_status s)
{
    if (s) {
        lm_tokenizer_free(*t);
        *t = NULL;
    }
    return s;
}

lm_status lm_tokenizer_new(lm_tokenizer **t, lm_tok_kind kind, lm_err *e)
{
    lm_status s = new_tokenizer(t, kind, e);
    if (!s) s = lm_vocab_new(&(*t)->vocab, e);
    return new_failed(t, s);
}

void lm_tokenizer_free(lm_tokenizer *t)
{
    if (!t) return;
    lm_vocab_free(t->vocab);
    lm_free(t->merge);
    lm_free(t->special);
    if (t->own) {
        lm_free(t->own->slots);
        lm_free(t->own->is_special);
        lm_ckpt_close(t->own->ckpt);
    }
    lm_free(t->own);
    lm_free(t);
}

lm_status lm_tokenizer_add_merge(lm_tokenizer *t, uint32_t left, uint32_t right, lm_err *e)
{
    LM_TRY(lm_reserve(&t->merge, &t->own->merge_capacity, t->merges + 1, sizeof *t->merge, e));
    t->merge[t->merges][0] = left;
    t->merge[t->merges++][1] = right;
    return LM_OK;
}

lm_status lm_tokenizer_add_special(lm_tokenizer *t, uint32_t id, lm_err *e)
{
    LM_TRY(
        lm_reserve(&t->special, &t->own->special_capacity, t->specials + 1, sizeof *t->special, e));
    t->special[t->specials++] = id;
    return LM_OK;
}

lm_status lm_tokenizer_add_mark(lm_tokenizer *t, const char *spelling, uint32_t *id, lm_err *e)
{
    const uint32_t size = t->vocab->size;
    LM_TRY(lm_vocab_add(t->vocab, lm_slice_of(spelling), id, e));
    return *id == size ? lm_tokenizer_add_special(t, *id, e) : LM_OK;
}

/* ---- special tokens ---- */

static int compare_ids(const void *context, const void *a, const void *b)
{
    (void)context;
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static lm_status settle_specials(lm_tokenizer *t, const char *name, lm_err *e)
{
    const uint32_t size = t->vocab->size;
    uint64_t *bits = t->own->is_special = lm_new(size / 64 + 1, sizeof *bits, e);
    if (!bits) return e->status;
    if (t->specials)
        LM_TRY(lm_sort(t->special, t->specials, sizeof *t->special, compare_ids, NULL, e));
    for (size_t i = 0; i < t->specials; i++) {
        const uint32_t id = t->special[i];
        if (id >= size)
            return lm_fail(e, LM_EFORMAT, "%s: special token %u is outside the vocabulary of %u",
                           name, id, size);
        if (i && id == t->special[i - 1])
            return lm_fail(e, LM_EFORMAT, "%s: special token %u is there twice", name, id);
        if (lm_vocab_word(t->vocab, id).length == 0)
            return lm_fail(e, LM_EFORMAT, "%s: special token %u has no spelling", name, id);
        bits[id / 64] |= UINT64_C(1) << id % 64;
    }
    return LM_OK;
}

bool lm_tokenizer_is_special(const lm_tokenizer *t, uint32_t id)
{
    return t->own->is_special[id / 64] >> id % 64 & 1;
}

uint32_t lm_tokenizer_special(const lm_tokenizer *t, const char *spelling)
{
    for (size_t i = 0; i < t->specials; i++)
        if (lm_slice_is(lm_vocab_word(t->vocab, t->special[i]), spelling)) return t->special[i];
    return LM_NO_WORD;
}

/* ---- merges ---- */

static lm_merge_slot *first_slot(const lm_tokenizer *t, uint32_t left, uint32_t right)
{
    uint64_t h = ((uint64_t)left << 32 | right) * 0xbb67ae8584caa73bu; /* odd, random-looking */
    return &t->own->slots[(h ^ h >> 29) >> 17 & (t->own->slot_count - 1)];
}

/* The slot of a pair, or the free one where it would stand. */
static lm_merge_slot *find_slot(const lm_tokenizer *t, uint32_t left, uint32_t right)
{
    const lm_merge_slot *end = t->own->slots + t->own->slot_count;
    for (lm_merge_slot *m = first_slot(t, left, right);;) {
        if (m->left == LM_NO_WORD || (m->left == left && m->right == right)) return m;
        if (++m == end) m = t->own->slots;
    }
}

uint32_t lm_tokenizer_merged(const lm_tokenizer *t, uint32_t left, uint32_t right, uint32_t *rank)
{
    const lm_merge_slot *m = find_slot(t, left, right);
    if (m->left == LM_NO_WORD) return LM_NO_WORD;
    *rank = m->rank;
    return m->piece;
}

/* The piece spelled as the two of a merge are; `spelling` is for use here. */
static lm_status find_merged(const lm_tokenizer *t, size_t i, lm_str *spelling, const char *name,
                             uint32_t *piece, lm_err *e)
{
    const uint32_t *pair = t->merge[i], size = t->vocab->size;
    spelling->length = 0;
    for (int k = 0; k < 2; k++) {
        if (pair[k] >= size || lm_tokenizer_is_special(t, pair[k]))
            return lm_fail(e, LM_EFORMAT, "%s: merge %zu: %u is %s", name, i, pair[k],
                           pair[k] >= size ? "outside the vocabulary" : "a special token");
        const lm_slice part = lm_vocab_word(t->vocab, pair[k]);
        LM_TRY(lm_str_add(spelling, part.text, part.length, e));
    }
    *piece = lm_vocab_find(t->vocab, (lm_slice){spelling->text, spelling->length});
    if (*piece == LM_NO_WORD || lm_tokenizer_is_special(t, *piece))
        return lm_fail(e, LM_EFORMAT, "%s: merge %zu: what %u and %u become is no piece", name, i,
                       pair[0], pair[1]);
    return LM_OK;
}

static lm_status list_merges(const lm_tokenizer *t, lm_str *spelling, const char *name, lm_err *e)
{
    for (size_t i = 0; i < t->merges; i++) {
        uint32_t piece = LM_NO_WORD;
        LM_TRY(find_merged(t, i, spelling, name, &piece, e));
        lm_merge_slot *m = find_slot(t, t->merge[i][0], t->merge[i][1]);
        if (m->left != LM_NO_WORD)
            return lm_fail(e, LM_EFORMAT, "%s: merge %zu is that of %u and %u again", name, i,
                           m->left, m->right);
        *m = (lm_merge_slot){t->merge[i][0], t->merge[i][1], (uint32_t)i, piece};
    }
    return LM_OK;
}

static lm_status settle_merges(lm_tokenizer *t, const char *name, lm_err *e)
{
    size_t slots = 64, bytes;
    if (t->merges >= LM_NO_WORD)
        return lm_fail(e, LM_EFORMAT, "%s: more than 2^32 - 2 merges", name);
    if (t->merges && t->kind != LM_TOK_BYTE_BPE && t->kind != LM_TOK_BPE)
        return lm_fail(e, LM_EFORMAT, "%s: a tokenizer of kind '%s' has no merges", name,
                       lm_tok_kind_name(t->kind));
    while (slots < 2 * t->merges) slots *= 2;
    t->own->slots = lm_resize(NULL, slots, sizeof *t->own->slots, e);
    if (!t->own->slots) return e->status;
    bytes = slots * sizeof *t->own->slots;
    memset(t->own->slots, 0xff, bytes); /* every left LM_NO_WORD */
    t->own->slot_count = slots;
    lm_str spelling = {0};
    const lm_status s = list_merges(t, &spelling, name, e);
    lm_str_free(&spelling);
    return s;
}

/* ---- what kinds need ---- */

static lm_status settle_bytes(lm_tokenizer *t, const char *name, lm_err *e)
{
    for (int b = 0; b < 256; b++) {
        const char byte = (char)b;
        const uint32_t id = lm_vocab_find(t->vocab, (lm_slice){&byte, 1});
        if (id == LM_NO_WORD || lm_tokenizer_is_special(t, id))
            return lm_fail(e, LM_EFORMAT, "%s: byte %d is no piece", name, b);
        t->own->byte_piece[b] = id;
    }
    return LM_OK;
}

static void note_neighbours(lm_tokenizer *t, lm_slice piece)
{
    for (size_t i = 1; i < piece.length; i++) {
        const unsigned char a = (unsigned char)piece.text[i - 1], b = (unsigned char)piece.text[i];
        t->own->follows[a * 4 + b / 64] |= UINT64_C(1) << b % 64;
    }
}

static void note_pieces(lm_tokenizer *t)
{
    for (uint32_t id = 0; id < t->vocab->size; id++) {
        const lm_slice piece = lm_vocab_word(t->vocab, id);
        if (lm_tokenizer_is_special(t, id)) continue;
        if (piece.length > t->own->longest_piece) t->own->longest_piece = piece.length;
        if (t->kind == LM_TOK_BYTE_BPE) note_neighbours(t, piece);
    }
}

lm_status lm_tokenizer_settle(lm_tokenizer *t, const char *name, lm_err *e)
{
    const bool bytes = t->kind == LM_TOK_BYTE_BPE || t->kind == LM_TOK_BYTE;
    const bool words = t->kind == LM_TOK_BPE || t->kind == LM_TOK_WORDPIECE;
    const uint32_t unk = t->vocab->unk;
    LM_TRY(settle_specials(t, name, e));
    if (bytes) LM_TRY(settle_bytes(t, name, e));
    if (words && unk == LM_NO_WORD)
        return lm_fail(e, LM_EFORMAT, "%s: a tokenizer of kind '%s' needs a token for the unknown",
                       name, lm_tok_kind_name(t->kind));
    if (unk != LM_NO_WORD && unk >= t->vocab->size)
        return lm_fail(e, LM_EFORMAT, "%s: the unknown token, %u, is outside the vocabulary of %u",
                       name, unk, t->vocab->size);
    note_pieces(t);
    return settle_merges(t, name, e);
}

/* ---- checkpoints ---- */

lm_status lm_tokenizer_save(const lm_tokenizer *t, lm_ckpt_writer *writer, lm_err *e)
{
    LM_TRY(lm_vocab_save(t->vocab, writer, e));
    if (!t->merges) return LM_OK;
    return lm_ckpt_add_table(writer, "tokenizer.merges", LM_U32, 2 * (uint64_t)t->merges, t->merge,
                             e);
}

lm_status lm_tokenizer_config(const lm_tokenizer *t, lm_str *out, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, "{\"kind\":\"%s\",\"size\":%u,\"merges\":%zu,\"lower\":%s",
                       lm_tok_kind_name(t->kind), t->vocab->size, t->merges,
                       t->lower ? "true" : "false"));
    if (t->kind == LM_TOK_WORDPIECE) LM_TRY(lm_str_addf(out, e, ",\"longest\":%u", t->longest));
    if (t->vocab->unk != LM_NO_WORD) LM_TRY(lm_str_addf(out, e, ",\"unk\":%u", t->vocab->unk));
    LM_TRY(lm_str_addf(out, e, ",\"special\":["));
    for (size_t i = 0; i < t->specials; i++)
        LM_TRY(lm_str_addf(out, e, "%s%u", i ? "," : "", t->special[i]));
    return lm_str_addf(out, e, "]}");
}

/* What the member "tokenizer" of lm.config says. */
typedef struct {
    lm_tokenizer *t;
    bool there;
    uint64_t size, merges, unk;
    int kind;
} description;

static lm_status read_kind(lm_json *j, int *kind, lm_err *e)
{
    lm_slice name;
    LM_TRY(lm_json_raw_string(j, &name, e));
    for (*kind = 0; *kind <= LM_TOK_BYTE; ++*kind)
        if (lm_json_is(name, lm_tok_kind_name((lm_tok_kind)*kind))) return LM_OK;
    return lm_json_fail(j, e, "no kind of tokenizer that this version knows");
}

static lm_status read_specials(lm_json *j, lm_tokenizer *t, lm_err *e)
{
    LM_TRY(lm_json_array(j, e));
    for (bool more;;) {
        uint64_t id;
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        LM_TRY(lm_json_u64(j, &id, e));
        LM_TRY(lm_tokenizer_add_special(t, id < LM_NO_WORD ? (uint32_t)id : LM_NO_WORD, e));
    }
}

static lm_status read_member(description *d, lm_json *j, lm_slice key, lm_err *e)
{
    uint64_t longest;
    if (lm_json_is(key, "kind")) return read_kind(j, &d->kind, e);
    if (lm_json_is(key, "size")) return lm_json_u64(j, &d->size, e);
    if (lm_json_is(key, "merges")) return lm_json_u64(j, &d->merges, e);
    if (lm_json_is(key, "unk")) return lm_json_u64(j, &d->unk, e);
    if (lm_json_is(key, "lower")) return lm_json_bool(j, &d->t->lower, e);
    if (lm_json_is(key, "special")) return read_specials(j, d->t, e);
    if (!lm_json_is(key, "longest")) return lm_json_skip(j, NULL, e);
    LM_TRY(lm_json_u64(j, &longest, e));
    d->t->longest = longest < UINT32_MAX ? (uint32_t)longest : UINT32_MAX;
    return LM_OK;
}

static lm_status read_description(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    description *d = context;
    if (!lm_json_is(key, "tokenizer")) return lm_json_skip(j, NULL, e);
    d->there = true;
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) return LM_OK;
        LM_TRY(read_member(d, j, key, e));
    }
}

static lm_status load_merges(lm_tokenizer *t, const lm_ckpt *ckpt, uint64_t count, lm_err *e)
{
    const void *data;
    if (count == 0) return LM_OK;
    if (count >= LM_NO_WORD)
        return lm_fail(e, LM_EFORMAT, "%s: %llu merges", lm_ckpt_path(ckpt),
                       (unsigned long long)count);
    LM_TRY(lm_ckpt_table(ckpt, "tokenizer.merges", LM_U32, 2 * count, &data, e));
    t->merge = lm_new((size_t)count, sizeof *t->merge, e);
    if (!t->merge) return e->status;
    memcpy(t->merge, data, (size_t)count * sizeof *t->merge);
    t->merges = t->own->merge_capacity = (size_t)count;
    return LM_OK;
}

static lm_status load(lm_tokenizer *t, const lm_ckpt *ckpt, lm_err *e)
{
    const char *path = lm_ckpt_path(ckpt);
    description d = {.t = t, .unk = LM_NO_WORD, .kind = -1};
    LM_TRY(lm_ckpt_config(ckpt, read_description, &d, e));
    if (!d.there)
        return lm_fail(e, LM_EFORMAT, "%s: there is no tokenizer in this checkpoint of kind '%s'",
                       path, lm_ckpt_kind(ckpt));
    if (d.kind < 0 || d.size >= LM_NO_WORD || d.unk > LM_NO_WORD)
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: tokenizer: kind or size is missing or wrong",
                       path);
    t->kind = (lm_tok_kind)d.kind;
    LM_TRY(lm_vocab_load(&t->vocab, ckpt, (uint32_t)d.size, (uint32_t)d.unk, LM_NO_WORD, LM_NO_WORD,
                         e));
    LM_TRY(load_merges(t, ckpt, d.merges, e));
    return lm_tokenizer_settle(t, path, e);
}

lm_status lm_tokenizer_load(lm_tokenizer **t, const lm_ckpt *ckpt, lm_err *e)
{
    lm_status s = new_tokenizer(t, LM_TOK_BYTE, e);
    if (!s) s = load(*t, ckpt, e);
    return new_failed(t, s);
}

static lm_status describe(const lm_tokenizer *t, lm_slice history, lm_ckpt_writer *writer,
                          lm_str *config, lm_err *e)
{
    LM_TRY(lm_str_addf(config, e, "{\"tokenizer\":"));
    LM_TRY(lm_tokenizer_config(t, config, e));
    LM_TRY(lm_str_addf(config, e, "}"));
    LM_TRY(lm_ckpt_set_meta(writer, "lm.config", (lm_slice){config->text, config->length}, e));
    LM_TRY(lm_ckpt_set_meta(writer, "lm.history", history, e));
    return lm_tokenizer_save(t, writer, e);
}

lm_status lm_tokenizer_write(const lm_tokenizer *t, lm_slice history, lm_out *out, lm_err *e)
{
    lm_ckpt_writer *writer;
    lm_str config = {0};
    LM_TRY(lm_ckpt_writer_new(&writer, LM_TOKENIZER_KIND, e));
    lm_status s = describe(t, history, writer, &config, e);
    if (!s) s = lm_ckpt_write(writer, out, NULL, e);
    lm_ckpt_writer_free(writer);
    lm_str_free(&config);
    return s;
}

lm_status lm_tokenizer_open(lm_tokenizer **t, const char *path, lm_err *e)
{
    lm_ckpt *ckpt;
    *t = NULL;
    LM_TRY(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_SMALL, e));
    const lm_status s = lm_tokenizer_load(t, ckpt, e);
    if (s)
        lm_ckpt_close(ckpt);
    else
        (*t)->own->ckpt = ckpt;
    return s;
}
