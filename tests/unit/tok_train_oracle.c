/* tok_train_oracle.c - tokenizers as an independent implementation of the rule trains them
 * (tests/oracle/tokenizer.py), and what texts are encoded as. */
#include <stdlib.h>
#include <string.h>
#include "lm/encode.h"
#include "lm/file.h"
#include "lm/tok_train.h"
#include "test.h"

enum { SPECIALS_MAX = 8, FIELDS = 8 };

/* What stands before the next `end`, which is taken too. */
static lm_slice take(lm_slice *text, char end)
{
    const char *at = text->length ? memchr(text->text, end, text->length) : NULL;
    const lm_slice field = {text->text, at ? (size_t)(at - text->text) : text->length};
    text->text += field.length + (at != NULL);
    text->length -= field.length + (at != NULL);
    return field;
}

static int64_t number(lm_slice text)
{
    int64_t n = -1;
    CHECK(lm_parse_int(text, &n));
    return n;
}

static bool is(lm_slice a, lm_slice b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* FILE:LINES of data/, or = and a text. */
static void read_text(lm_slice from, lm_str *text)
{
    lm_err e = {0};
    lm_str path = {0};
    lm_map map;
    if (*from.text == '=') {
        CHECK_OK(lm_str_add_unescaped(text, (lm_slice){from.text + 1, from.length - 1}, &e), &e);
        return;
    }
    const lm_slice name = take(&from, ':');
    CHECK_OK(lm_str_addf(&path, &e, "data/%.*s", (int)name.length, name.text), &e);
    CHECK_OK(lm_map_open(&map, test_path(path.text), &e), &e);
    lm_slice rest = {(const char *)map.bytes, map.length};
    for (int64_t lines = number(from); lines; lines--) (void)take(&rest, '\n');
    const size_t length = (size_t)(rest.text - (const char *)map.bytes);
    CHECK_OK(lm_str_add(text, (const char *)map.bytes, length, &e), &e);
    lm_map_close(&map);
    lm_str_free(&path);
}

/* Trains what a row `case` says. */
static lm_tokenizer *train(lm_slice row)
{
    lm_err e = {0};
    lm_slice field[FIELDS];
    lm_str text = {0}, spelling[SPECIALS_MAX] = {{0}};
    const char *special[SPECIALS_MAX];
    lm_text *in;
    lm_tokenizer *t;
    for (int i = 0; i < FIELDS; i++) field[i] = take(&row, '\t');
    lm_tok_train_options o = {.special = special, .unit = LM_BY_DOCUMENT};
    while (!lm_slice_is(field[1], lm_tok_kind_name(o.kind))) o.kind++;
    o.vocab_size = (uint64_t)number(field[2]);
    o.min_count = (uint64_t)number(field[3]);
    if (lm_slice_is(field[4], "likelihood")) o.score = LM_TOK_LIKELIHOOD;
    o.lower = number(field[5]) == 1;
    while (field[6].length && *field[6].text != '-') {
        CHECK_OK(lm_str_add_unescaped(&spelling[o.specials], take(&field[6], ' '), &e), &e);
        special[o.specials] = spelling[o.specials].text;
        o.specials++;
    }
    read_text(field[7], &text);
    const lm_slice bytes = {text.text, text.length};
    CHECK_OK(lm_text_memory(&in, bytes, "text", LM_UNIT_BYTE, true, &e), &e);
    CHECK_OK(lm_tok_train(&t, in, &o, NULL, &e), &e);
    lm_text_close(in);
    lm_str_free(&text);
    for (size_t i = 0; i < o.specials; i++) lm_str_free(&spelling[i]);
    return t;
}

static void check_tokens(const lm_tokenizer *t, lm_slice row)
{
    lm_err e = {0};
    lm_str spelling = {0};
    uint32_t id = 0;
    (void)take(&row, '\t');
    for (; row.length; id++) {
        const lm_slice token = take(&row, ' ');
        CHECK(id < t->vocab->size);
        const lm_slice found = lm_vocab_word(t->vocab, id);
        spelling.length = 0;
        CHECK_OK(lm_str_add_unescaped(&spelling, token, &e), &e);
        CHECK(is(found, (lm_slice){spelling.text, spelling.length}));
    }
    CHECK_INT(t->vocab->size, id);
    lm_str_free(&spelling);
}

static void check_merges(const lm_tokenizer *t, lm_slice row)
{
    size_t i = 0;
    (void)take(&row, '\t');
    for (; row.length; i++) {
        lm_slice pair = take(&row, ' ');
        const lm_slice left = take(&pair, ',');
        CHECK(i < t->merges);
        CHECK_INT(t->merge[i][0], number(left));
        CHECK_INT(t->merge[i][1], number(pair));
    }
    CHECK_INT(t->merges, i);
}

static void check_ids(const lm_tokenizer *t, lm_slice row)
{
    lm_err e = {0};
    lm_encoder *encoder;
    lm_str text = {0};
    lm_ids ids = {0};
    size_t i = 0;
    (void)take(&row, '\t');
    CHECK_OK(lm_str_add_unescaped(&text, take(&row, '\t'), &e), &e);
    CHECK_OK(lm_encoder_new(&encoder, t, false, &e), &e);
    CHECK_OK(lm_encode(encoder, (lm_slice){text.text, text.length}, &ids, &e), &e);
    for (; row.length; i++) {
        CHECK(i < ids.count);
        CHECK_INT(ids.id[i], number(take(&row, ' ')));
    }
    CHECK_INT(ids.count, i);
    lm_encoder_free(encoder);
    lm_ids_free(&ids);
    lm_str_free(&text);
}

TEST(tokenizers_as_the_rule_has_them)
{
    lm_err e = {0};
    lm_map map;
    lm_tokenizer *t = NULL;
    int cases = 0, texts = 0;
    CHECK_OK(lm_map_open(&map, test_path("tests/oracle/tokenizer.tsv"), &e), &e);
    for (lm_slice rows = {(const char *)map.bytes, map.length}; rows.length;) {
        const lm_slice row = take(&rows, '\n');
        lm_slice rest = row;
        const lm_slice name = take(&rest, '\t');
        if (lm_slice_is(name, "case")) {
            lm_tokenizer_free(t);
            t = train(row);
            cases++;
        } else if (lm_slice_is(name, "tokens")) {
            check_tokens(t, row);
        } else if (lm_slice_is(name, "merges")) {
            check_merges(t, row);
        } else {
            check_ids(t, row);
            texts++;
        }
    }
    CHECK_INT(cases, 25);
    CHECK_INT(texts, 5 * cases);
    lm_tokenizer_free(t);
    lm_map_close(&map);
}
