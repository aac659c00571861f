/* segment.c - tests of Chinese words, against trying all cuts: tests/oracle/segment.tsv. */
#include "lm/segment.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "test.h"

/* Joins words with blanks. */
static lm_status add_word(void *context, lm_slice word, lm_err *e)
{
    lm_str *out = context;
    if (out->length) LM_TRY(lm_str_add(out, " ", 1, e));
    return lm_str_add(out, word.text, word.length, e);
}

static void check_cut(const lm_segment *segment, const char *text, const char *expected)
{
    lm_err e = {0};
    lm_str words = {0};
    lm_segment_desk desk = {0};
    const lm_word_sink sink = {add_word, &words};
    CHECK_OK(lm_segment_cut(segment, &desk, lm_slice_of(text), &sink, &e), &e);
    CHECK_TEXT(words.text, expected);
    lm_segment_desk_free(&desk);
    lm_str_free(&words);
}

static lm_segment *read_dictionary(const char *lines)
{
    lm_err e = {0};
    lm_segment *segment;
    CHECK_OK(lm_segment_read(&segment, lm_slice_of(lines), "words", &e), &e);
    return segment;
}

static void check_once(const char *dictionary, const char *text, const char *expected)
{
    lm_segment *segment = read_dictionary(dictionary);
    check_cut(segment, text, expected);
    lm_segment_free(segment);
}

TEST(segment_oracle)
{
    FILE *file = fopen(test_path("tests/oracle/segment.tsv"), "r");
    char *line = NULL;
    size_t room = 0;
    int cuts = 0;
    lm_segment *segment = NULL;
    CHECK(file);
    while (getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *rest = strchr(line, '\t') + 1;
        if (strncmp(line, "dictionary\t", 11) == 0) {
            for (char *c = rest; *c; c++) *c = *c == '|' ? '\n' : *c;
            lm_segment_free(segment);
            segment = read_dictionary(rest);
            continue;
        }
        char *expected = strchr(rest, '\t');
        *expected = '\0';
        check_cut(segment, rest, expected + 1);
        cuts++;
    }
    CHECK_INT(cuts, 200);
    lm_segment_free(segment);
    free(line);
    fclose(file);
}

/* 4 5 5 / 30^3 is more than 5 5 1 / 30^3, and more than 5 5 5 5 / 30^4. */
TEST(segment_by_hand)
{
    check_once("南京 5\n市 5\n南京市 4\n长江 5\n大桥 5\n市长 5\n江大桥 1\n", "南京市长江大桥",
               "南京市 长江 大桥");
    check_once("甲 1\n", "甲乙", "甲 乙");
    check_once("甲 1\n甲乙 1\n乙丙 1\n丙 1\n", "甲乙丙", "甲乙 丙"); /* the longest first */
    check_once("甲 1\n甲乙 1\n甲乙 1\n乙丙 1\n乙丙 2\n丙 1\n", "甲乙丙", "甲 乙丙");
    check_once("甲乙 0\n乙 1\n", "甲乙", "甲 乙");                               /* none */
    check_once("\xEF\xBB\xBF\r\n甲乙\t3 n x\r\n\n 丙 2 y", "甲乙丙", "甲乙 丙"); /* blanks */
    check_once("a 5\n甲b 5\n甲\xff 5\n乙甲 1\n", "甲乙甲", "甲 乙甲");
    check_once("甲 9223372036854775807\n甲甲 1\n", "甲甲", "甲 甲");
    check_once("甲 1\n", "", NULL);
}

TEST(segment_han)
{
    static const uint32_t ends[] = {0x3005, 0x3006, 0x3007, 0x3008, 0x3400,  0x4dc0,
                                    0x4e00, 0xa000, 0xf900, 0xfb00, 0x20000, 0x40000};
    bool inside = false;
    size_t next = 0;
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (next < sizeof ends / sizeof *ends && c == ends[next]) {
            inside = !inside;
            next++;
        }
        CHECK_INT(lm_segment_is_han(c), inside);
    }
}

TEST(segment_malformed)
{
    static const char *const malformed[][2] = {
        {"甲 1\n乙\n", "words:2: expected a word and how often it occurs"},
        {"甲 x\n", "words:1: expected a word"},
        {"甲 -1\n", "words:1: expected a word"},
        {"甲 1.5\n", "words:1: expected a word"},
        {"1 甲\n", "words:1: expected a word"},
        {"", "words: no words"},
        {"\n \n", "words: no words"},
        {"甲 0\n", "words: no words"},
        {"a 9223372036854775807\nb 9223372036854775807\nc 2\n", "words:3: the sum"},
    };
    lm_err e;
    lm_segment *segment;
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        e = (lm_err){0};
        CHECK_FAILS(lm_segment_read(&segment, lm_slice_of(malformed[i][0]), "words", &e),
                    LM_EFORMAT, &e, malformed[i][1]);
        CHECK(segment == NULL);
    }
}

TEST(segment_longest)
{
    lm_err e = {0};
    lm_segment *segment;
    lm_str word = {0}, line = {0};
    for (int i = 0; i < LM_SEGMENT_LONGEST; i++) CHECK_OK(lm_str_add(&word, "甲", 3, &e), &e);
    CHECK_OK(lm_str_addf(&line, &e, "%s 1\n", word.text), &e);
    check_once(line.text, word.text, word.text);
    line.length = 0;
    CHECK_OK(lm_str_addf(&line, &e, "%s甲 1\n", word.text), &e);
    CHECK_FAILS(lm_segment_read(&segment, lm_slice_of(line.text), "words", &e), LM_EFORMAT, &e,
                "words:1: a word of more than 64 characters");
    lm_str_free(&word);
    lm_str_free(&line);
}

/* Many words, and a text as long as a word of a text may be: each place looks no further than
 * the longest word. */
TEST(segment_much)
{
    enum { WORDS = 20000, LETTERS = 350000 };
    lm_err e = {0};
    lm_str lines = {0}, text = {0}, words = {0};
    lm_segment_desk desk = {0};
    const lm_word_sink sink = {add_word, &words};
    for (int i = 0; i < WORDS; i++) {
        for (uint64_t n = 1 + below(6); n > 0; n--)
            CHECK_OK(lm_str_add(&lines, below(2) ? "甲" : &"乙丙"[3 * below(2)], 3, &e), &e);
        CHECK_OK(lm_str_addf(&lines, &e, " %d\n", (int)below(1000)), &e);
    }
    for (int i = 0; i < LETTERS; i++)
        CHECK_OK(lm_str_add(&text, below(3) ? "甲" : &"乙丙"[3 * below(2)], 3, &e), &e);
    lm_segment *segment = read_dictionary(lines.text);
    CHECK_OK(lm_segment_cut(segment, &desk, (lm_slice){text.text, text.length}, &sink, &e), &e);
    size_t letters = 0;
    for (size_t i = 0; i < words.length; i++)
        if (words.text[i] != ' ') CHECK_INT(words.text[i], text.text[letters++]);
    CHECK_INT(letters, text.length);
    lm_segment_desk_free(&desk);
    lm_segment_free(segment);
    lm_str_free(&lines);
    lm_str_free(&text);
    lm_str_free(&words);
}

/* Whatever a dictionary is, it is read or refused. */
TEST(segment_of_any_bytes)
{
    static const char some[] = "\xE7\x94\xB2\xB9 \t\n\r0199x\xff";
    for (int round = 0; round < 20000; round++) {
        lm_err e = {0};
        lm_segment *segment;
        char bytes[64];
        const size_t length = (size_t)below(sizeof bytes);
        for (size_t i = 0; i < length; i++) bytes[i] = some[below(sizeof some)];
        const lm_status s = lm_segment_read(&segment, (lm_slice){bytes, length}, "words", &e);
        CHECK(s == LM_OK || s == LM_EFORMAT);
        CHECK((segment == NULL) == (s != LM_OK));
        if (!s) check_cut(segment, "甲", "甲");
        lm_segment_free(segment);
    }
}

TEST(segment_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_segment *segment;
        lm_str words = {0};
        lm_segment_desk desk = {0};
        const lm_word_sink sink = {add_word, &words};
        lm_status s = lm_segment_read(&segment, lm_slice_of("甲乙 3\n丙 2\n"), "words", &e);
        if (!s) s = lm_segment_cut(segment, &desk, lm_slice_of("甲乙丙"), &sink, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_segment_desk_free(&desk);
        lm_segment_free(segment);
        lm_str_free(&words);
        failing_end();
    }
}
