/* encode.c - fuzzes splitting and encoding: an input is a text for a tokenizer of some kind.
 *
 * The ids are in range and become text again, of kinds that know all bytes the same one; a text
 * that is cut where splitting may stop has the same ids; an encoder that met all pieces before,
 * too. */
#include "lm/encode.h"
#include <stdlib.h>
#include <string.h>
#include "lm/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

/* ---- tokenizers, made once ---- */

static uint32_t add(lm_tokenizer *t, const char *piece, size_t length)
{
    lm_err e = {0};
    uint32_t id;
    demand(lm_vocab_add(t->vocab, (lm_slice){piece, length}, &id, &e) == LM_OK);
    return id;
}

static void merge(lm_tokenizer *t, const char *left, const char *right)
{
    char both[32];
    lm_err e = {0};
    const size_t a = strlen(left), b = strlen(right);
    demand(a + b <= sizeof both);
    memcpy(both, left, a);
    memcpy(both + a, right, b);
    (void)add(t, both, a + b);
    demand(lm_tokenizer_add_merge(t, add(t, left, a), add(t, right, b), &e) == LM_OK);
}

/* Merges of which some go through characters, to one piece in two ways, and without an end. */
static void add_merges(lm_tokenizer *t)
{
    static const char *const merges[][2] = {
        {"a", "a"},    {"aa", "aa"},   {"aaaa", "aaaa"}, {"t", "h"},           {"th", "e"},
        {"h", "e"},    {"t", "he"},    {"\xc3", "\xa9"}, {"\xe4", "\xb8"},     {"\xb8", "\xad"},
        {" ", "t"},    {" t", "he"},   {"'", "s"},       {"\xff", "\xff"},     {" ", " "},
        {"e", "</w>"}, {"a</w>", "b"}, {"th", "e</w>"},  {"\xe4\xb8", "\xad"}, {"\n", "\n"}};
    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++)
        merge(t, merges[i][0], merges[i][1]);
}

static void add_pieces(lm_tokenizer *t)
{
    static const char *const pieces[] = {"a",       "the",      "##e", "##he", "##a",   "a</w>",
                                         "e</w>",   "t</w>",    "#",   ".",    "##a##", "\xc3\xa9",
                                         "##\xa9x", "\xe4\xb8", " ",   "\n",   "##",    "h"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        (void)add(t, pieces[i], strlen(pieces[i]));
}

static lm_tokenizer *make(lm_tok_kind kind, bool lower)
{
    lm_err e = {0};
    uint32_t id;
    lm_tokenizer *t;
    demand(lm_tokenizer_new(&t, kind, &e) == LM_OK);
    t->lower = lower;
    if (kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BYTE)
        for (int b = 0; b < 256; b++) (void)add(t, &(char){(char)b}, 1);
    add_pieces(t);
    if (kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BPE) add_merges(t);
    if (kind == LM_TOK_WORDPIECE) t->longest = 20;
    demand(lm_tokenizer_add_mark(t, "<unk>", &t->vocab->unk, &e) == LM_OK);
    demand(lm_tokenizer_add_mark(t, "<|x|>", &id, &e) == LM_OK);
    demand(lm_tokenizer_add_mark(t, "<|x|>a b", &id, &e) == LM_OK);
    demand(lm_tokenizer_settle(t, "fuzz", &e) == LM_OK);
    return t;
}

enum { TOKENIZERS = 2 * (LM_TOK_BYTE + 1) };

static const lm_tokenizer *const *all_tokenizers(void)
{
    static lm_tokenizer *all[TOKENIZERS];
    for (int i = 0; !all[TOKENIZERS - 1] && i < TOKENIZERS; i++)
        all[i] = make((lm_tok_kind)(i / 2), i % 2);
    return (const lm_tokenizer *const *)all;
}

/* ---- what holds of any text ---- */

static void encode(lm_encoder *encoder, lm_slice text, lm_ids *ids)
{
    lm_err e = {0};
    demand(lm_encode(encoder, text, ids, &e) == LM_OK && e.message[0] == '\0');
}

static lm_encoder *new_encoder(const lm_tokenizer *t, bool special)
{
    lm_err e = {0};
    lm_encoder *encoder;
    demand(lm_encoder_new(&encoder, t, special, &e) == LM_OK);
    return encoder;
}

static void check_decoded(const lm_tokenizer *t, const lm_ids *ids, lm_slice text)
{
    lm_err e = {0};
    lm_str back = {0};
    lm_decoder decoder = {0};
    for (size_t i = 0; i < ids->count; i++) demand(ids->id[i] < t->vocab->size);
    demand(lm_decode(&decoder, t, ids->id, ids->count, &back, &e) == LM_OK);
    if (t->kind == LM_TOK_BYTE_BPE || t->kind == LM_TOK_BYTE) {
        demand(back.length == text.length);
        demand(text.length == 0 || memcmp(back.text, text.text, text.length) == 0);
    }
    lm_str_free(&back);
}

static void check_same(const lm_ids *a, const lm_ids *b)
{
    demand(a->count == b->count);
    demand(a->count == 0 || memcmp(a->id, b->id, a->count * sizeof *a->id) == 0);
}

static void try_text(const lm_tokenizer *t, lm_slice text, bool special)
{
    lm_ids ids = {0}, again = {0};
    lm_encoder *encoder = new_encoder(t, special);
    encode(encoder, text, &ids);
    check_decoded(t, &ids, text);
    /* A special token may be cut. */
    const size_t place = special ? 0 : lm_split_place(text);
    encode(encoder, (lm_slice){text.text, place}, &again);
    encode(encoder, (lm_slice){text.text + place, text.length - place}, &again);
    check_same(&ids, &again);
    lm_ids_free(&again);
    lm_ids_free(&ids);
    lm_encoder_free(encoder);
}

/* An encoder takes megabytes, so that all of them would take most of the time. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 2166136261u; /* FNV-1a: another one for another text */
    for (size_t i = 0; i < length; i++) sum = (sum ^ bytes[i]) * 16777619u;
    sum ^= sum >> 16;
    const lm_tokenizer *t = all_tokenizers()[sum % TOKENIZERS];
    try_text(t, (lm_slice){(const char *)bytes, length}, sum / TOKENIZERS % 2);
    return 0;
}
