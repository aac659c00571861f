/* split.c - tests of splitting text into pieces: against regular expressions of JavaScript, stored
 * in tests/oracle/split.tsv, what these cannot express by hand, and where a text can be cut. */
#include "lm/split.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "tokenizers.h"

/* Adds the pieces in hexadecimal, a blank after each. */
static void add_pieces(lm_str *list, lm_tok_kind kind, bool lower, lm_slice text)
{
    lm_err e = {0};
    lm_split split;
    lm_slice piece;
    char *copy = exactly(text.text, text.length);
    lm_split_open(&split, kind, lower);
    lm_split_text(&split, (lm_slice){copy, text.length});
    for (bool more;;) {
        CHECK_OK(lm_split_next(&split, &piece, &more, &e), &e);
        if (!more) break;
        CHECK(piece.length > 0);
        for (size_t i = 0; i < piece.length; i++)
            CHECK_OK(lm_str_addf(list, &e, "%02x", (unsigned char)piece.text[i]), &e);
        CHECK_OK(lm_str_add(list, " ", 1, &e), &e);
    }
    lm_split_close(&split);
    free(copy);
}

static lm_str pieces_of(lm_tok_kind kind, bool lower, lm_slice text)
{
    lm_err e = {0};
    lm_str list = {0};
    CHECK_OK(lm_str_add(&list, "", 0, &e), &e);
    add_pieces(&list, kind, lower, text);
    return list;
}

static void check_split(lm_tok_kind kind, bool lower, lm_slice text, const char *expected)
{
    lm_str found = pieces_of(kind, lower, text);
    CHECK_TEXT(found.text, expected);
    lm_str_free(&found);
}

/* ---- by hand ---- */

/* `expected` has a bar between two pieces; none has a bar itself. */
static void expect(lm_tok_kind kind, bool lower, const char *text, size_t length,
                   const char *expected)
{
    lm_err e = {0};
    lm_str hex = {0};
    CHECK_OK(lm_str_add(&hex, "", 0, &e), &e);
    for (const char *p = expected; *p; p++)
        if (*p == '|')
            CHECK_OK(lm_str_add(&hex, " ", 1, &e), &e);
        else
            CHECK_OK(lm_str_addf(&hex, &e, "%02x", (unsigned char)*p), &e);
    if (*expected) CHECK_OK(lm_str_add(&hex, " ", 1, &e), &e);
    check_split(kind, lower, (lm_slice){text, length}, hex.text);
    lm_str_free(&hex);
}
#define EXPECT(kind, lower, text, expected) expect(kind, lower, text, sizeof(text) - 1, expected)

TEST(split_nothing)
{
    for (int kind = LM_TOK_BYTE_BPE; kind <= LM_TOK_BYTE; kind++) {
        check_split((lm_tok_kind)kind, true, (lm_slice){"", 0}, "");
        check_split((lm_tok_kind)kind, true, (lm_slice){NULL, 0}, "");
    }
    CHECK_INT(lm_split_place((lm_slice){"", 0}), 0);
    CHECK_INT(lm_split_place((lm_slice){NULL, 0}), 0);
}

/* A byte that is no part of well-formed UTF-8 is like a sign: it joins runs of signs, and takes the
 * blank before it. */
TEST(split_invalid_utf8_like_signs)
{
    EXPECT(LM_TOK_BYTE_BPE, false, "a\xff\xfe.b", "a|\xff\xfe.|b");
    EXPECT(LM_TOK_BYTE_BPE, false, "a \x80 1\x80 \xc3", "a| \x80| 1|\x80| \xc3");
    EXPECT(LM_TOK_BYTE_BPE, false, "\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80x",
           "\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80|x");
    EXPECT(LM_TOK_BYTE_BPE, false, "\xe4\xb8\xad\xe4\xb8x", "\xe4\xb8\xad|\xe4\xb8|x");
    EXPECT(LM_TOK_BYTE_BPE, false, "\xe3\x80\x80\xe3\x80", "\xe3\x80\x80|\xe3\x80");
    EXPECT(LM_TOK_BYTE_BPE, false, "  \xff's", " | \xff'|s");
}

/* It is dropped like U+FFFD, and separates nothing. */
TEST(split_invalid_utf8_dropped)
{
    for (int kind = LM_TOK_BPE; kind <= LM_TOK_WORDPIECE; kind++) {
        EXPECT((lm_tok_kind)kind, false, "a\xff\xfe.b", "a|.|b");
        EXPECT((lm_tok_kind)kind, true, "A\x80g \xff \xc3", "ag");
        EXPECT((lm_tok_kind)kind, false, "\xc0\xaf\xed\xa0\x80x\xf4\x90\x80\x80", "x");
        EXPECT((lm_tok_kind)kind, true, "\xe4\xb8\xad\xe4\xb8x", "\xe4\xb8\xad|x");
        /* A sigma is final or not whatever was dropped. */
        EXPECT((lm_tok_kind)kind, true, "\xce\x91\xff\xce\xa3\xff\xce\x91",
               "\xce\xb1\xcf\x83\xce\xb1");
        EXPECT((lm_tok_kind)kind, true, "\xce\x91\xff\xce\xa3\xff", "\xce\xb1\xcf\x82");
    }
}

TEST(split_words)
{
    EXPECT(LM_TOK_WORD, true, "  a\tB\r\n\0c\xff d", "a|B|c\xff|d");
    EXPECT(LM_TOK_WORD, false, " \t\r\n", "");
    EXPECT(LM_TOK_WORD, false,
           "a\xc2\xa0"
           "b\vc \xe3\x80\x80",
           "a\xc2\xa0"
           "b\vc|\xe3\x80\x80");
}

TEST(split_characters)
{
    EXPECT(LM_TOK_CHAR, true, "A\xc3\xa9\xff \n\xe4\xb8\xad\xe4\xb8",
           "A|\xc3\xa9|\xff| |\n|\xe4\xb8\xad|\xe4|\xb8");
    check_split(LM_TOK_CHAR, false, (lm_slice){"\0\r", 2}, "00 0d ");
    EXPECT(LM_TOK_BYTE, true, "A\xc3\xa9\n", "A|\xc3|\xa9|\n");
}

/* Runs of letters end wherever they end in words of eight bytes. */
TEST(split_runs_of_letters)
{
    char text[64];
    for (size_t length = 1; length < 40; length++)
        for (int end = 0; end < 256; end++) {
            lm_str expected = {0};
            lm_err e = {0};
            const bool letter = (end >= 'a' && end <= 'z') || (end >= 'A' && end <= 'Z');
            memset(text, "azAZ"[length % 4], length);
            text[length] = (char)end;
            text[length + 1] = '~';
            for (size_t i = 0; i < length; i++)
                CHECK_OK(lm_str_addf(&expected, &e, "%02x", (unsigned char)text[i]), &e);
            CHECK_OK(lm_str_addf(&expected, &e, letter ? "%02x 7e " : " %02x", end), &e);
            lm_str found = pieces_of(LM_TOK_BYTE_BPE, false, (lm_slice){text, length + 2});
            CHECK(strncmp(found.text, expected.text, expected.length) == 0);
            lm_str_free(&found);
            lm_str_free(&expected);
        }
}

/* ---- against JavaScript ---- */

static size_t from_hex(const char *hex, char *out)
{
    size_t n = 0;
    for (unsigned byte; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++) out[n] = (char)byte;
    return n;
}

/* The field after the next TAB. */
static char *cut_field(char **rest)
{
    char *field = *rest, *end = field + strcspn(field, "\t\n");
    *rest = end + 1;
    *end = '\0';
    return field;
}

/* Hexadecimal pieces of a text by their lengths. */
static void by_lengths(const char *hex, const char *lengths, char *out)
{
    for (char *end; *lengths; lengths = end + (*end == ' ')) {
        const size_t n = 2 * strtoul(lengths, &end, 10);
        memcpy(out, hex, n);
        out[n] = ' ';
        out += n + 1;
        hex += n;
    }
    *out = '\0';
}

static void check_words(lm_tok_kind kind, bool lower, lm_slice text, const char *words)
{
    lm_str found = pieces_of(kind, lower, text);
    if (found.length) found.text[found.length - 1] = '\0';
    CHECK_TEXT(found.text, words);
    lm_str_free(&found);
}

TEST(split_as_regular_expressions_do)
{
    char line[4096], bytes[1024], expected[4096];
    int lines = 0;
    FILE *file = fopen(test_path("tests/oracle/split.tsv"), "r");
    CHECK(file != NULL);
    for (; fgets(line, sizeof line, file); lines++) {
        char *rest = line;
        const char *hex = cut_field(&rest), *lengths = cut_field(&rest);
        const char *cased = cut_field(&rest), *lower = cut_field(&rest);
        const lm_slice text = {bytes, from_hex(hex, bytes)};
        if (strcmp(lower, "=") == 0) lower = cased;
        by_lengths(hex, lengths, expected);
        check_split(LM_TOK_BYTE_BPE, lines % 2, text, expected);
        check_words(LM_TOK_WORDPIECE, false, text, cased);
        check_words(LM_TOK_WORDPIECE, true, text, lower);
        check_words(LM_TOK_BPE, true, text, lower);
    }
    CHECK(lines > 200);
    fclose(file);
}

/* ---- places to cut ---- */

TEST(split_places_by_hand)
{
    static const struct {
        const char *text;
        size_t place;
    } known[] = {{"a b", 1},       {"ab", 0},          {" a", 0},         {"a ", 1},
                 {"a  b", 1},      {"a b c", 3},       {"  ", 0},         {"a\n", 1},
                 {"a\r\nb", 1},    {"a\n\nb", 1},      {"\u3000 ", 0},    {"a\u3000", 0},
                 {"a\u3000 b", 0}, {"\xe3\x80 b", 2},  {"\x80\x80 ", 2},  {"a b\u00a0", 1},
                 {"\v a", 0},      {"x\u4e2d b c", 6}, {"a\xc2\x85 b", 0}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        CHECK_INT(lm_split_place(lm_slice_of(known[i].text)), known[i].place);
}

/* All parts of a text, cut at one place after another from the end, are split as the whole is. */
static void check_places(lm_tok_kind kind, bool lower, lm_slice text)
{
    lm_str whole = pieces_of(kind, lower, text);
    for (size_t n = text.length;;) {
        n = lm_split_place((lm_slice){text.text, n});
        if (n == 0) break;
        lm_str parts = pieces_of(kind, lower, (lm_slice){text.text, n});
        add_pieces(&parts, kind, lower, (lm_slice){text.text + n, text.length - n});
        CHECK_TEXT(parts.text, whole.text);
        lm_str_free(&parts);
    }
    lm_str_free(&whole);
}

TEST(split_at_places)
{
    random_state = 3;
    for (int round = 0; round < 400; round++) {
        char bytes[200];
        const lm_slice text = {bytes, (size_t)below(sizeof bytes + 1)};
        draw_text(bytes, text.length);
        for (int kind = LM_TOK_BYTE_BPE; kind <= LM_TOK_BYTE; kind++)
            check_places((lm_tok_kind)kind, round % 2, text);
    }
}

/* The place does not depend on what follows, but for the byte after the one it is looked for in. */
TEST(split_places_stay)
{
    random_state = 4;
    for (int round = 0; round < 2000; round++) {
        char bytes[40];
        draw_text(bytes, sizeof bytes);
        const size_t n = 1 + (size_t)below(sizeof bytes - 1);
        const size_t place = lm_split_place((lm_slice){bytes, n});
        const size_t all = lm_split_place((lm_slice){bytes, sizeof bytes});
        CHECK(place < n && (place == 0 || lm_split_is_blank(bytes[place])) && all >= place);
        CHECK(all < n ? all == place : true);
    }
}

/* ---- long texts and little memory ---- */

/* Words and pieces of any length; each step looks at what is left once. */
TEST(split_long_runs)
{
    enum { LENGTH = 1 << 20 };
    static const char *const units[] = {"a", "\u4e2d", ".", " ", "\n", "\xff", "\u0301", "\u03a3."};
    char *text = malloc(LENGTH);
    CHECK(text != NULL);
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (int kind = LM_TOK_BYTE_BPE; kind <= LM_TOK_WORD; kind++) {
            lm_err e = {0};
            lm_split split;
            lm_slice piece;
            size_t bytes = 0;
            for (size_t i = 0; i < LENGTH; i++) text[i] = units[u][i % strlen(units[u])];
            lm_split_open(&split, (lm_tok_kind)kind, true);
            lm_split_text(&split, (lm_slice){text, LENGTH});
            for (bool more = true; more; bytes += more ? piece.length : 0)
                CHECK_OK(lm_split_next(&split, &piece, &more, &e), &e);
            CHECK(kind == LM_TOK_BYTE_BPE ? bytes == LENGTH : bytes <= 2 * LENGTH);
            lm_split_close(&split);
        }
    free(text);
}

TEST(split_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_split split;
        lm_slice piece;
        lm_status s = LM_OK;
        lm_split_open(&split, LM_TOK_WORDPIECE, true);
        lm_split_text(&split, lm_slice_of("\u0391\u03a3, \u4e2d\u6587 an \u00c9tude of a word"));
        for (bool more = true; !s && more;) s = lm_split_next(&split, &piece, &more, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_split_close(&split);
        failing_end();
    }
}
