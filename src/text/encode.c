/* encode.c - from text to ids, and back. */
#include "lm/encode.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/os.h"
#include "lm/split.h"
#include "lm/utf8.h"
#include "merging.h"
#include "tokenizer_internal.h"

/* ---- pieces met before ---- */

enum {
    KEY_BYTES = 15, /* of the longest piece that is remembered */
    KEY_IDS = 4,    /* most ids of one */
    BATCH = 32,     /* pieces looked up side by side */
    SETS_BITS = 15, /* of the number of pairs of places */
    SETS = 1 << SETS_BITS
};

/* A piece: 15 bytes, zeros after a shorter one, then its length in the low four bits of the last
 * byte.  That byte's high bits are the count of its ids. */
typedef struct {
    uint64_t bytes, more;
    uint32_t id[KEY_IDS];
} memory;

#define COUNT_SHIFT 60
#define COUNT_MASK  (UINT64_C(15) << COUNT_SHIFT)

struct lm_encoder {
    const lm_tokenizer *t;
    bool special;
    bool begins_special[256]; /* does a special token begin with the byte? */
    lm_split split;
    lm_merging merging;
    lm_str suffix;       /* of a word, for WORDPIECE */
    uint32_t ascii[128]; /* CHAR: ids of characters */
    memory (*sets)[2];   /* (SETS) the last one met first */
};

/* The key of piece[0 .. length), length <= KEY_BYTES, which is followed by `room` bytes that may be
 * read. */
static inline memory key_of(const char *piece, size_t length, size_t room)
{
    memory key = {0};
    if (length + room >= 16) {
        memcpy(&key.bytes, piece, 8);
        memcpy(&key.more, piece + 8, 8);
        if (length < 8) {
            key.bytes &= ~(~UINT64_C(0) << 8 * length);
            key.more = 0;
        } else {
            key.more &= ~(~UINT64_C(0) << 8 * (length - 8));
        }
    } else {
        char bytes[16] = {0};
        memcpy(bytes, piece, length);
        memcpy(&key.bytes, bytes, 8);
        memcpy(&key.more, bytes + 8, 8);
    }
    key.more |= (uint64_t)length << 56;
    return key;
}

static inline memory *set_of(const lm_encoder *c, const memory *key)
{
    uint64_t h = (key->bytes ^ key->more * 0x9e3779b97f4a7c15u) * 0xbb67ae8584caa73bu;
    return c->sets[h >> (64 - SETS_BITS)];
}

static inline bool is_it(const memory *m, const memory *key)
{
    return m->bytes == key->bytes && (m->more & ~COUNT_MASK) == key->more;
}

static inline lm_status make_room(lm_ids *ids, size_t count, lm_err *e)
{
    if (ids->capacity - ids->count >= count) return LM_OK;
    return lm_reserve(&ids->id, &ids->capacity, ids->count + count, sizeof *ids->id, e);
}

/* Adds the ids of a piece if it is remembered; there is room for KEY_IDS. */
static inline bool recall(const lm_encoder *c, const memory *key, lm_ids *ids)
{
    const memory *m = set_of(c, key);
    if (!is_it(m, key) && !is_it(++m, key)) return false;
    memcpy(ids->id + ids->count, m->id, sizeof m->id);
    ids->count += (size_t)(m->more >> COUNT_SHIFT);
    return true;
}

static void remember(const lm_encoder *c, memory key, const uint32_t *id, size_t count)
{
    memory *set = set_of(c, &key);
    if (count > KEY_IDS) return;
    memcpy(key.id, id, count * sizeof *id);
    key.more |= (uint64_t)count << COUNT_SHIFT;
    set[1] = set[0];
    set[0] = key;
}

/* ---- encoders ---- */

lm_status lm_ids_add(lm_ids *ids, const uint32_t *id, size_t count, lm_err *e)
{
    LM_TRY(lm_reserve(&ids->id, &ids->capacity, ids->count + count, sizeof *ids->id, e));
    if (count) memcpy(ids->id + ids->count, id, count * sizeof *id);
    ids->count += count;
    return LM_OK;
}

void lm_ids_free(lm_ids *ids)
{
    lm_free(ids->id);
    *ids = (lm_ids){0};
}

static bool remembers(lm_tok_kind kind)
{
    return kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BPE || kind == LM_TOK_WORDPIECE;
}

/* The id of a word or character; LM_NO_WORD if it has none. */
static uint32_t find_piece(const lm_tokenizer *t, lm_slice piece)
{
    const uint32_t id = lm_vocab_find(t->vocab, piece);
    if (id == LM_NO_WORD) return t->vocab->unk;
    /* A special token's spelling is nothing special in text. */
    return id != t->vocab->unk && lm_tokenizer_is_special(t, id) ? t->vocab->unk : id;
}

static lm_status begin_encoder(lm_encoder *c, const lm_tokenizer *t, bool special, lm_err *e)
{
    c->t = t;
    c->special = special;
    lm_split_open(&c->split, t->kind, t->lower);
    for (size_t i = 0; i < t->specials; i++)
        c->begins_special[(unsigned char)*lm_vocab_word(t->vocab, t->special[i]).text] = true;
    for (int i = 0; i < 128; i++) {
        const char character = (char)i;
        c->ascii[i] = find_piece(t, (lm_slice){&character, 1});
    }
    if (!remembers(t->kind)) return LM_OK;
    c->sets = lm_new(SETS, sizeof *c->sets, e);
    return c->sets ? LM_OK : e->status;
}

lm_status lm_encoder_new(lm_encoder **encoder, const lm_tokenizer *t, bool special, lm_err *e)
{
    *encoder = lm_new(1, sizeof **encoder, e);
    if (!*encoder) return e->status;
    const lm_status s = begin_encoder(*encoder, t, special, e);
    if (s) {
        lm_encoder_free(*encoder);
        *encoder = NULL;
    }
    return s;
}

void lm_encoder_free(lm_encoder *c)
{
    if (!c) return;
    lm_split_close(&c->split);
    lm_merging_free(&c->merging);
    lm_str_free(&c->suffix);
    lm_free(c->sets);
    lm_free(c);
}

/* ---- words, characters, bytes ---- */

static lm_status add_id(const lm_encoder *c, lm_slice piece, uint32_t id, lm_ids *ids, lm_err *e)
{
    lm_str shown = {0};
    if (id != LM_NO_WORD) {
        LM_TRY(make_room(ids, 1, e));
        ids->id[ids->count++] = id;
        return LM_OK;
    }
    lm_status s = lm_str_add_escaped(&shown, piece, e);
    if (!s)
        s = lm_fail(e, LM_EFORMAT, "%s '%.60s' is not in the vocabulary, which has no <unk>",
                    c->t->kind == LM_TOK_WORD ? "word" : "character", shown.text);
    lm_str_free(&shown);
    return s;
}

static lm_status encode_units(lm_encoder *c, lm_slice text, lm_ids *ids, lm_err *e)
{
    lm_split_text(&c->split, text);
    for (bool more;;) {
        lm_slice piece;
        LM_TRY(lm_split_next(&c->split, &piece, &more, e));
        if (!more) return LM_OK;
        const unsigned char first = (unsigned char)*piece.text;
        const bool ascii = piece.length == 1 && first < 128;
        LM_TRY(add_id(c, piece, ascii ? c->ascii[first] : find_piece(c->t, piece), ids, e));
    }
}

static lm_status encode_bytes(const lm_encoder *c, lm_slice text, lm_ids *ids, lm_err *e)
{
    if (text.length == 0) return LM_OK;
    LM_TRY(make_room(ids, text.length, e));
    uint32_t *id = ids->id + ids->count;
    for (size_t i = 0; i < text.length; i++)
        id[i] = c->t->own->byte_piece[(unsigned char)text.text[i]];
    ids->count += text.length;
    return LM_OK;
}

/* ---- byte-level BPE ---- */

static lm_status merge_bytes(lm_encoder *c, lm_slice part, lm_ids *ids, lm_err *e)
{
    const size_t before = ids->count;
    size_t count = part.length;
    LM_TRY(encode_bytes(c, part, ids, e));
    LM_TRY(lm_merge(&c->merging, c->t, ids->id + before, &count, e));
    ids->count = before + count;
    return LM_OK;
}

/* Encodes text that is followed by `room` readable bytes and was not met before, or is long. */
static lm_status learn_bytes(lm_encoder *c, lm_slice part, size_t room, lm_ids *ids, lm_err *e)
{
    const size_t before = ids->count;
    LM_TRY(merge_bytes(c, part, ids, e));
    if (part.length <= KEY_BYTES)
        remember(c, key_of(part.text, part.length, room), ids->id + before, ids->count - before);
    return LM_OK;
}

/* A piece, or a part of one over whose ends no merge goes. */
static lm_status encode_part(lm_encoder *c, lm_slice part, size_t room, lm_ids *ids, lm_err *e)
{
    LM_TRY(make_room(ids, KEY_IDS, e));
    if (part.length <= KEY_BYTES) {
        const memory key = key_of(part.text, part.length, room);
        if (recall(c, &key, ids)) return LM_OK;
    }
    return learn_bytes(c, part, room, ids, e);
}

/* A piece that is not remembered as a whole, in parts. */
static lm_status encode_parts(lm_encoder *c, lm_slice piece, size_t room, lm_ids *ids, lm_err *e)
{
    const unsigned char *p = (const unsigned char *)piece.text;
    size_t from = 0;
    for (size_t i = 1; i < piece.length; i++) {
        if (lm_tokenizer_follows(c->t, p[i - 1], p[i])) continue;
        const lm_slice part = {piece.text + from, i - from};
        LM_TRY(encode_part(c, part, piece.length - i + room, ids, e));
        from = i;
    }
    const lm_slice last = {piece.text + from, piece.length - from};
    return from ? encode_part(c, last, room, ids, e) : learn_bytes(c, last, room, ids, e);
}

/* Pieces whose places in memory are asked for before the first is needed. */
typedef struct {
    lm_slice piece[BATCH];
    memory key[BATCH]; /* of those that may be remembered */
    size_t count;
} batch;

static lm_status fill_batch(lm_encoder *c, batch *b, const char *end, lm_err *e)
{
    for (b->count = 0; b->count < BATCH; b->count++) {
        lm_slice *piece = &b->piece[b->count];
        bool more;
        LM_TRY(lm_split_next(&c->split, piece, &more, e));
        if (!more) break;
        if (piece->length > KEY_BYTES) continue;
        memory *key = &b->key[b->count];
        *key = key_of(piece->text, piece->length, (size_t)(end - piece->text) - piece->length);
        LM_PREFETCH(set_of(c, key));
    }
    return LM_OK;
}

static lm_status encode_byte_bpe(lm_encoder *c, lm_slice text, lm_ids *ids, lm_err *e)
{
    const char *end = text.text + text.length;
    batch b;
    lm_split_text(&c->split, text);
    do {
        LM_TRY(fill_batch(c, &b, end, e));
        for (size_t i = 0; i < b.count; i++) {
            const lm_slice piece = b.piece[i];
            LM_TRY(make_room(ids, KEY_IDS, e));
            if (piece.length <= KEY_BYTES && recall(c, &b.key[i], ids)) continue;
            LM_TRY(encode_parts(c, piece, (size_t)(end - piece.text) - piece.length, ids, e));
        }
    } while (b.count == BATCH);
    return LM_OK;
}

/* ---- BPE with marked ends of words, and WordPiece ---- */

/* The id of a character of a word, the last one with its mark. */
static lm_status add_symbol(lm_encoder *c, lm_slice character, bool last, lm_ids *ids, lm_err *e)
{
    c->suffix.length = 0;
    LM_TRY(lm_str_add(&c->suffix, character.text, character.length, e));
    if (last) LM_TRY(lm_str_add(&c->suffix, LM_WORD_END, strlen(LM_WORD_END), e));
    const lm_slice symbol = {c->suffix.text, c->suffix.length};
    return add_id(c, symbol, find_piece(c->t, symbol), ids, e);
}

static lm_status encode_bpe_word(lm_encoder *c, lm_slice word, lm_ids *ids, lm_err *e)
{
    const size_t before = ids->count;
    for (size_t i = 0, length; i < word.length; i += length) {
        uint32_t code;
        length = lm_utf8_read(word.text + i, word.length - i, &code);
        const lm_slice character = {word.text + i, length};
        LM_TRY(add_symbol(c, character, i + length == word.length, ids, e));
    }
    size_t count = ids->count - before;
    LM_TRY(lm_merge(&c->merging, c->t, ids->id + before, &count, e));
    ids->count = before + count;
    return LM_OK;
}

static size_t count_characters(lm_slice word)
{
    size_t count = 0;
    for (size_t i = 0; i < word.length; i++) count += ((unsigned char)word.text[i] & 0xc0) != 0x80;
    return count;
}

/* The longest piece that the rest of a word begins with; LM_NO_WORD: there is none. */
static uint32_t longest_piece(const lm_encoder *c, const char *rest, size_t length, size_t *taken)
{
    const size_t longest = c->t->own->longest_piece;
    for (*taken = length < longest ? length : longest; *taken > 0; --*taken) {
        if (*taken < length && ((unsigned char)rest[*taken] & 0xc0) == 0x80) continue;
        const uint32_t id = lm_vocab_find(c->t->vocab, (lm_slice){rest, *taken});
        if (id != LM_NO_WORD && !lm_tokenizer_is_special(c->t, id)) return id;
    }
    return LM_NO_WORD;
}

/* Greedily the longest piece from the left; all of the word is unknown if this fails. */
static lm_status encode_wordpiece_word(lm_encoder *c, lm_slice word, lm_ids *ids, lm_err *e)
{
    const size_t mark = strlen(LM_WORD_INSIDE), before = ids->count;
    const uint32_t unk = c->t->vocab->unk;
    if (count_characters(word) > c->t->longest) return add_id(c, word, unk, ids, e);
    c->suffix.length = 0;
    LM_TRY(lm_str_add(&c->suffix, LM_WORD_INSIDE, mark, e));
    LM_TRY(lm_str_add(&c->suffix, word.text, word.length, e));
    char *text = c->suffix.text + mark;
    for (size_t at = 0, taken; at < word.length; at += taken) {
        if (at) memcpy(text + at - mark, LM_WORD_INSIDE, mark); /* over what was taken */
        const size_t extra = at ? mark : 0;
        const uint32_t id = longest_piece(c, text + at - extra, word.length - at + extra, &taken);
        if (id == LM_NO_WORD || taken <= extra) {
            ids->count = before;
            return add_id(c, word, unk, ids, e);
        }
        taken -= extra;
        LM_TRY(add_id(c, word, id, ids, e));
    }
    return LM_OK;
}

/* All words of a stretch without blanks. */
static lm_status encode_stretch(lm_encoder *c, lm_slice stretch, lm_ids *ids, lm_err *e)
{
    lm_split_text(&c->split, stretch);
    for (bool more;;) {
        lm_slice word;
        LM_TRY(lm_split_next(&c->split, &word, &more, e));
        if (!more) return LM_OK;
        LM_TRY(c->t->kind == LM_TOK_BPE ? encode_bpe_word(c, word, ids, e)
                                        : encode_wordpiece_word(c, word, ids, e));
    }
}

static lm_status encode_words(lm_encoder *c, lm_slice text, lm_ids *ids, lm_err *e)
{
    const char *p = text.text, *end = p + text.length;
    for (;;) {
        while (p < end && lm_split_is_blank(*p)) p++;
        if (p == end) return LM_OK;
        const char *from = p;
        while (p < end && !lm_split_is_blank(*p)) p++;
        const lm_slice stretch = {from, (size_t)(p - from)};
        const size_t before = ids->count;
        const bool brief = stretch.length <= KEY_BYTES;
        const memory key = brief ? key_of(from, stretch.length, (size_t)(end - p)) : (memory){0};
        LM_TRY(make_room(ids, KEY_IDS, e));
        if (brief && recall(c, &key, ids)) continue;
        LM_TRY(encode_stretch(c, stretch, ids, e));
        if (brief) remember(c, key, ids->id + before, ids->count - before);
    }
}

/* ---- all kinds ---- */

static lm_status encode_plain(lm_encoder *c, lm_slice text, lm_ids *ids, lm_err *e)
{
    switch (c->t->kind) {
    case LM_TOK_BYTE_BPE:
        return encode_byte_bpe(c, text, ids, e);
    case LM_TOK_BPE:
    case LM_TOK_WORDPIECE:
        return encode_words(c, text, ids, e);
    case LM_TOK_WORD:
    case LM_TOK_CHAR:
        return encode_units(c, text, ids, e);
    case LM_TOK_BYTE:
        break;
    }
    return encode_bytes(c, text, ids, e);
}

/* The longest special token that `text` begins with, LM_NO_WORD if none; *length: its bytes. */
static uint32_t special_at(const lm_tokenizer *t, lm_slice text, size_t *length)
{
    uint32_t found = LM_NO_WORD;
    *length = 0;
    for (size_t i = 0; i < t->specials; i++) {
        const lm_slice spelling = lm_vocab_word(t->vocab, t->special[i]);
        if (spelling.length <= *length || spelling.length > text.length) continue;
        if (memcmp(spelling.text, text.text, spelling.length) != 0) continue;
        found = t->special[i];
        *length = spelling.length;
    }
    return found;
}

lm_status lm_encode(lm_encoder *c, lm_slice text, lm_ids *ids, lm_err *e)
{
    size_t from = 0;
    if (text.length == 0) return LM_OK; /* its bytes may be NULL */
    for (size_t i = 0, length; c->special && i < text.length;) {
        const lm_slice rest = {text.text + i, text.length - i};
        const uint32_t id = c->begins_special[(unsigned char)*rest.text]
                                ? special_at(c->t, rest, &length)
                                : LM_NO_WORD;
        if (id == LM_NO_WORD) {
            i++;
            continue;
        }
        LM_TRY(encode_plain(c, (lm_slice){text.text + from, i - from}, ids, e));
        LM_TRY(add_id(c, rest, id, ids, e));
        from = i += length;
    }
    return encode_plain(c, (lm_slice){text.text + from, text.length - from}, ids, e);
}
