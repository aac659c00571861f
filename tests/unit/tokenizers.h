/* tokenizers.h - small tokenizers for tests, made piece by piece, and texts for them.
 *
 *     lm_tokenizer *t = byte_bpe();
 *     merge_in(t, "a", "b");
 *     settle(t);
 *     lm_ids ids = ids_of(t, text, false);
 */
#ifndef TOKENIZERS_H
#define TOKENIZERS_H
#include <stdlib.h>
#include <string.h>
#include "lm/encode.h"
#include "lm/tokenizer.h"
#include "lm/utf8.h"
#include "chance.h"
#include "test.h"

static inline lm_tokenizer *new_tokenizer(lm_tok_kind kind)
{
    lm_err e = {0};
    lm_tokenizer *t;
    CHECK_OK(lm_tokenizer_new(&t, kind, &e), &e);
    return t;
}

static inline uint32_t add_bytes(lm_tokenizer *t, const char *bytes, size_t length)
{
    lm_err e = {0};
    uint32_t id;
    CHECK_OK(lm_vocab_add(t->vocab, (lm_slice){bytes, length}, &id, &e), &e);
    return id;
}

static inline uint32_t add_piece(lm_tokenizer *t, const char *spelling)
{
    return add_bytes(t, spelling, strlen(spelling));
}

static inline uint32_t add_special(lm_tokenizer *t, const char *spelling)
{
    lm_err e = {0};
    uint32_t id;
    CHECK_OK(lm_tokenizer_add_mark(t, spelling, &id, &e), &e);
    return id;
}

/* A special one that stands for the unknown. */
static inline void add_unknown(lm_tokenizer *t, const char *spelling)
{
    t->vocab->unk = add_special(t, spelling);
}

/* What two pieces become, and that they do; all three are added where they are not there. */
static inline uint32_t merge_ids(lm_tokenizer *t, uint32_t left, uint32_t right)
{
    lm_err e = {0};
    lm_str both = {0};
    for (int i = 0; i < 2; i++) {
        const lm_slice part = lm_vocab_word(t->vocab, i ? right : left);
        CHECK_OK(lm_str_add(&both, part.text, part.length, &e), &e);
    }
    const uint32_t id = add_bytes(t, both.text, both.length);
    CHECK_OK(lm_tokenizer_add_merge(t, left, right, &e), &e);
    lm_str_free(&both);
    return id;
}

static inline uint32_t merge_in(lm_tokenizer *t, const char *left, const char *right)
{
    const uint32_t a = add_piece(t, left), b = add_piece(t, right);
    return merge_ids(t, a, b);
}

static inline void settle(lm_tokenizer *t)
{
    lm_err e = {0};
    CHECK_OK(lm_tokenizer_settle(t, "test", &e), &e);
}

/* With every byte, from 255 down, so that no id is the byte's number. */
static inline lm_tokenizer *with_bytes(lm_tok_kind kind)
{
    lm_tokenizer *t = new_tokenizer(kind);
    for (int b = 256; b-- > 0;) {
        const char byte = (char)b;
        CHECK_INT(add_bytes(t, &byte, 1), 255 - b);
    }
    return t;
}

/* ---- encoding at once; the results are to be freed ---- */

static inline lm_ids ids_of(const lm_tokenizer *t, lm_slice text, bool special)
{
    lm_err e = {0};
    lm_ids ids = {0};
    lm_encoder *encoder;
    CHECK_OK(lm_encoder_new(&encoder, t, special, &e), &e);
    CHECK_OK(lm_encode(encoder, text, &ids, &e), &e);
    lm_encoder_free(encoder);
    return ids;
}

static inline lm_str text_of(const lm_tokenizer *t, const lm_ids *ids)
{
    lm_err e = {0};
    lm_str text = {0};
    lm_decoder decoder = {0};
    CHECK_OK(lm_str_add(&text, "", 0, &e), &e);
    CHECK_OK(lm_decode(&decoder, t, ids->id, ids->count, &text, &e), &e);
    return text;
}

static inline bool same_ids(const lm_ids *a, const lm_ids *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->id, b->id, a->count * sizeof *a->id) == 0);
}

/* Are the pieces of a text, with one blank between them, these? */
static inline void check_pieces(const lm_tokenizer *t, const char *text, bool special,
                                const char *expected)
{
    lm_err e = {0};
    lm_str list = {0};
    lm_ids ids = ids_of(t, lm_slice_of(text), special);
    CHECK_OK(lm_str_add(&list, "", 0, &e), &e);
    for (size_t i = 0; i < ids.count; i++) {
        const lm_slice piece = lm_vocab_word(t->vocab, ids.id[i]);
        if (i) CHECK_OK(lm_str_add(&list, " ", 1, &e), &e);
        CHECK_OK(lm_str_add_escaped(&list, piece, &e), &e);
    }
    CHECK_TEXT(list.text, expected);
    lm_str_free(&list);
    lm_ids_free(&ids);
}

/* ---- texts ---- */

/* A block of its exact length, so that a sanitizer sees a read past its end; to be freed. */
static inline char *exactly(const char *bytes, size_t length)
{
    char *copy = malloc(length ? length : 1);
    CHECK(copy != NULL);
    if (length) memcpy(copy, bytes, length);
    return copy;
}

/* A character of a kind that splitting knows, or a byte that is none. */
static inline size_t draw_character(char *out)
{
    static const char *const texts[] = {
        " ",        "\n",         "\t",     "\r",      "\v",
        " ",        "\n",         "'s",     "'ll",     "'",
        "a",        "B",          "zebra",  "7",       "42",
        ".",        "##",         "<|x|>",  "\u00a0",  "\u3000",
        "\xc2\x85", "\u2028",     "\u00e9", "\u03a3",  "\u0391\u03a3",
        "\u4e2d",   "\u3042",     "\ud55c", "e\u0301", "\u0301",
        "\u00ad",   "\ufeff",     "\u00b2", "\u2019",  "\U0001f600",
        "\u200d",   "\U00020000", "\ue000"};
    const uint64_t which = below(sizeof texts / sizeof *texts + 4);
    if (which >= sizeof texts / sizeof *texts) {
        static const uint32_t limits[] = {0x80, 0x800, 0xd800, 0x100}; /* the last: any byte */
        const uint32_t code = (uint32_t)below(limits[which % 4]);
        if (which % 4 < 3) return lm_utf8_write(code, out);
        out[0] = (char)code;
        return 1;
    }
    const size_t length = strlen(texts[which]);
    memcpy(out, texts[which], length);
    return length;
}

/* Fills text[0 .. length) with such characters, the last one cut short where it must be. */
static inline void draw_text(char *text, size_t length)
{
    for (size_t at = 0, n; at < length; at += n) {
        char character[16];
        n = draw_character(character);
        if (n > length - at) n = length - at;
        memcpy(text + at, character, n);
    }
}
#endif
