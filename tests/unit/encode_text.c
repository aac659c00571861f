/* encode_text.c - tests of whole texts to ids and back: what is written is what its documents
 * become one by one, wherever passages end and whatever the threads do. */
#include "lm/encode_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "failing.h"
#include "tokenizers.h"

/* ---- document by document ---- */

typedef struct {
    const lm_tokenizer *t;
    const lm_encoding *how;
    lm_encoder *encoder;
    lm_str out;
    uint64_t documents, ids;
} plain;

static void add_document(plain *p, const char *text, size_t length)
{
    lm_err e = {0};
    lm_ids ids = {0};
    CHECK_OK(lm_encode(p->encoder, (lm_slice){text, length}, &ids, &e), &e);
    if (p->how->end != LM_NO_WORD) {
        CHECK_OK(lm_reserve(&ids.id, &ids.capacity, ids.count + 1, sizeof *ids.id, &e), &e);
        ids.id[ids.count++] = p->how->end;
    }
    for (size_t i = 0; i < ids.count; i++)
        if (p->how->form == LM_IDS_U16) {
            const char bytes[] = {(char)(ids.id[i] & 255), (char)(ids.id[i] >> 8)};
            CHECK_OK(lm_str_add(&p->out, bytes, 2, &e), &e);
        } else {
            CHECK_OK(lm_str_addf(&p->out, &e, i ? " %u" : "%u", ids.id[i]), &e);
        }
    if (p->how->form != LM_IDS_U16) CHECK_OK(lm_str_add(&p->out, "\n", 1, &e), &e);
    p->documents++;
    p->ids += ids.count;
    lm_ids_free(&ids);
}

/* Up to the first of these line ends, and past them. */
static void add_documents(plain *p, const char *text, size_t length, const char *ends)
{
    const size_t n = strlen(ends);
    size_t from = 0;
    for (size_t i = 0; i + n <= length;) {
        const bool blank = n == 2 && i == from && text[i] == '\n'; /* one without text */
        if (!blank && memcmp(text + i, ends, n) != 0) {
            i++;
            continue;
        }
        add_document(p, text + from, i - from);
        from = i += blank ? 1 : n;
    }
    if (from == length) return;
    const bool newline = n == 2 && text[length - 1] == '\n';
    add_document(p, text + from, length - from - newline);
}

static plain encode_plainly(const lm_tokenizer *t, const lm_encoding *how, lm_slice text)
{
    lm_err e = {0};
    plain p = {.t = t, .how = how};
    CHECK_OK(lm_encoder_new(&p.encoder, t, how->special, &e), &e);
    if (how->unit == LM_BY_FILE && text.length) add_document(&p, text.text, text.length);
    if (how->unit != LM_BY_FILE)
        add_documents(&p, text.text, text.length, how->unit == LM_BY_LINE ? "\n" : "\n\n");
    lm_encoder_free(p.encoder);
    return p;
}

/* ---- all at once ---- */

static lm_map encode(const lm_tokenizer *t, const lm_encoding *how, lm_slice bytes, lm_pool *pool,
                     lm_encoded *done)
{
    lm_err e = {0};
    lm_text *text;
    lm_out *out;
    lm_map map;
    const lm_run run = {.pool = pool};
    CHECK_OK(lm_text_memory(&text, bytes, "text", LM_UNIT_BYTE, true, &e), &e);
    CHECK_OK(lm_out_open_live(&out, "out", 0, &e), &e);
    const lm_status s = lm_encode_text(t, text, how, out, done, &run, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
    lm_text_close(text);
    CHECK_OK(lm_map_open(&map, "out", &e), &e);
    return map;
}

/* In every `step`-th way from the first on. */
static void check_text(const lm_tokenizer *t, lm_slice text, int first, int step)
{
    static const lm_ids_form forms[] = {LM_IDS_TEXT, LM_IDS_U16};
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, 3, &e), &e);
    for (int i = first; i < 12; i += step) {
        const lm_encoding how = {.form = forms[i % 2],
                                 .unit = (lm_passage_unit)(i / 4),
                                 .end = i / 2 % 2 ? 0 : LM_NO_WORD};
        lm_encoded done;
        plain p = encode_plainly(t, &how, text);
        lm_map found = encode(t, &how, text, i % 4 ? pool : NULL, &done);
        CHECK_INT(found.length, p.out.length);
        if (found.length) CHECK_BYTES(found.bytes, p.out.text, found.length);
        CHECK_INT(done.bytes, text.length);
        CHECK_INT(done.documents, p.documents);
        CHECK_INT(done.ids, p.ids);
        lm_map_close(&found);
        lm_str_free(&p.out);
    }
    lm_pool_free(pool);
}

/* Words; what is dropped, of which a passage may have nothing else; lines; blank lines. */
static const char *const stretches[] = {"un able ", "\u00ad ",  "a", "\n",  "able\n",
                                        "a\n\n",    "\u00ad\n", " ", "\n\n"};

static void fill(char *text, size_t length, const char *unit)
{
    for (size_t i = 0, n = strlen(unit); i < length; i++) text[i] = unit[i % n];
}

static lm_tokenizer *pieces(void)
{
    lm_tokenizer *t = new_tokenizer(LM_TOK_WORDPIECE);
    add_unknown(t, "[UNK]");
    add_piece(t, "un");
    add_piece(t, "a");
    add_piece(t, "##able");
    add_piece(t, "able");
    settle(t);
    return t;
}

static lm_tokenizer *bytes(void)
{
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    merge_in(t, "a", "b");
    merge_in(t, "\n", "\n");
    settle(t);
    return t;
}

TEST(encode_text_short)
{
    static const char *const texts[] = {
        "",       "\n",    "a",       "a\n",      "\n\n",
        "\n\n\n", "a\n\n", "a\n\n\n", "\na\nb\n", "a \u00ad\n\n able\n"};
    lm_tokenizer *t = pieces(), *b = bytes();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        check_text(t, lm_slice_of(texts[i]), 0, 1);
        check_text(b, lm_slice_of(texts[i]), 0, 1);
    }
    lm_tokenizer_free(t);
    lm_tokenizer_free(b);
}

/* Two stretches of more than a block each. */
TEST(encode_text_in_passages)
{
    enum { KINDS = sizeof stretches / sizeof *stretches };
    const size_t length = LM_TEXT_BLOCK + 1000;
    char *text = malloc(2 * length);
    CHECK(text != NULL);
    lm_tokenizer *t = pieces();
    for (size_t i = 0; i < KINDS; i++) {
        const size_t other = (i * 4 + 1) % KINDS;
        fill(text, length, stretches[i]);
        fill(text + length, length, stretches[other]);
        check_text(t, (lm_slice){text, 2 * length}, (int)i % 5, 5);
    }
    lm_tokenizer_free(t);
    free(text);
}

TEST(encode_text_at_random)
{
    const size_t length = 5 * LM_TEXT_BLOCK / 2;
    char *text = malloc(length);
    CHECK(text != NULL);
    lm_tokenizer *t = pieces(), *b = bytes();
    random_state = 12;
    for (int round = 0; round < 4; round++) {
        for (size_t at = 0; at < length;) {
            const size_t most = length - at, n = 1 + (size_t)below(round % 2 ? 100 : 500000);
            fill(text + at, n < most ? n : most, stretches[below(round < 2 ? 3 : 9)]);
            at += n < most ? n : most;
        }
        check_text(round % 2 ? b : t, (lm_slice){text, length}, round, 5);
    }
    lm_tokenizer_free(t);
    lm_tokenizer_free(b);
    free(text);
}

/* ---- failures ---- */

static void refuse(const lm_tokenizer *t, const lm_encoding *how, const char *bytes,
                   lm_status status, const char *message)
{
    lm_err e = {0};
    lm_text *text;
    lm_out *out;
    lm_encoded done;
    CHECK_OK(lm_text_memory(&text, lm_slice_of(bytes), "text", LM_UNIT_BYTE, true, &e), &e);
    CHECK_OK(lm_out_open_live(&out, "out", 0, &e), &e);
    CHECK_FAILS(lm_encode_text(t, text, how, out, &done, NULL, &e), status, &e, message);
    lm_err ignored = {0};
    (void)lm_out_close(out, status, &ignored);
    lm_text_close(text);
}

TEST(encode_text_refuses)
{
    lm_tokenizer *t = new_tokenizer(LM_TOK_WORD);
    for (int i = 0; i < 65537; i++) {
        char word[16];
        (void)snprintf(word, sizeof word, "%d", i);
        add_piece(t, word);
    }
    settle(t);
    refuse(t, &(lm_encoding){.form = LM_IDS_TEXT, .unit = LM_BY_LINE, .end = LM_NO_WORD},
           "1 2\n\n3\na 4", LM_EFORMAT, "text:4: word 'a' is not in the vocabulary");
    refuse(t, &(lm_encoding){.form = LM_IDS_U32, .unit = LM_BY_DOCUMENT, .end = LM_NO_WORD},
           "1 2\n\n3\na 4", LM_EFORMAT, "text:3: word 'a' is not in the vocabulary");
    refuse(t, &(lm_encoding){.form = LM_IDS_U16, .unit = LM_BY_LINE, .end = LM_NO_WORD}, "1",
           LM_EUSAGE, "a vocabulary of 65537 does not fit numbers of 16 bits");
    lm_tokenizer_free(t);
}

TEST(encode_text_without_memory)
{
    lm_tokenizer *t = pieces();
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_text *text;
        lm_out *out = NULL;
        lm_encoded done;
        const lm_encoding how = {.form = LM_IDS_PIECES, .unit = LM_BY_LINE, .end = 0};
        lm_status s = lm_text_memory(&text, lm_slice_of("un a\nunable able\n\nx"), "text",
                                     LM_UNIT_BYTE, true, &e);
        if (!s) s = lm_out_open_live(&out, "out", 0, &e);
        if (!s) s = lm_encode_text(t, text, &how, out, &done, NULL, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        (void)lm_out_close(out, s, &e);
        lm_text_close(text);
        failing_end();
    }
    lm_tokenizer_free(t);
}

/* ---- back to text ---- */

/* Words are joined over the ends of files of numbers, and of the buffer they are read through. */
TEST(decode_binary_in_parts)
{
    enum { COUNT = 100003 };
    lm_err e = {0};
    lm_str numbers = {0}, expected = {0};
    lm_decoder decoder = {0};
    lm_out *out;
    lm_map map;
    lm_tokenizer *t = pieces();
    random_state = 13;
    for (int i = 0; i < COUNT; i++) {
        static const char *const spelled[] = {"[UNK]", "un", "a", "able", "able"};
        const char id[] = {(char)below(5), 0, 0, 0};
        CHECK_OK(lm_str_add(&numbers, id, 4, &e), &e);
        if (i && id[0] != 3) CHECK_OK(lm_str_add(&expected, " ", 1, &e), &e);
        CHECK_OK(lm_str_addf(&expected, &e, "%s", spelled[(int)id[0]]), &e);
    }
    CHECK_OK(lm_out_open_live(&out, "out", 0, &e), &e);
    for (size_t at = 0, n; at < numbers.length; at += n) {
        lm_out *part;
        lm_in in;
        n = at ? numbers.length - at : 4 * 60001;
        CHECK_OK(lm_out_open_live(&part, "part", 0, &e), &e);
        CHECK_OK(lm_out_write(part, numbers.text + at, n, &e), &e);
        CHECK_OK(lm_out_close(part, LM_OK, &e), &e);
        CHECK_OK(lm_in_open(&in, "part", &e), &e);
        CHECK_OK(lm_decode_binary(t, &in, 4, &(lm_decoding){0}, &decoder, out, &e), &e);
        lm_in_close(&in);
    }
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    CHECK_OK(lm_map_open(&map, "out", &e), &e);
    CHECK_INT(map.length, expected.length);
    CHECK_BYTES(map.bytes, expected.text, expected.length);
    lm_map_close(&map);
    lm_str_free(&numbers);
    lm_str_free(&expected);
    lm_tokenizer_free(t);
}
