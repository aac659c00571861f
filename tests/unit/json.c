/* json.c - tests of the JSON reader and the writer of strings; the grammar is RFC 8259's. */
#include "lm/json.h"
#include <float.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "test.h"

static lm_json reader(const char *text)
{
    lm_json j;
    lm_json_open(&j, lm_slice_of(text), "t", 0);
    return j;
}

/* The whole of `text` is one value. */
static lm_status read_all(lm_slice text, lm_err *e)
{
    lm_json j;
    lm_json_open(&j, text, "t", 0);
    LM_TRY(lm_json_skip(&j, NULL, e));
    return lm_json_end(&j, e);
}

static void accepts(const char *text)
{
    lm_err e = {0};
    CHECK_OK(read_all(lm_slice_of(text), &e), &e);
}

static void refuses(const char *text, const char *message)
{
    lm_err e = {0};
    CHECK_FAILS(read_all(lm_slice_of(text), &e), LM_EFORMAT, &e, message);
}

static const char sample[] = " {\"a\" : [1, -0.5e+3, true ,false,null, [], "
                             "{}],\t\"b\\u00e9\\n\":\"x\\uD834\\uDD1E\xC3\xA9\"}\r\n";

TEST(json_accepts_the_grammar)
{
    const char *const values[] = {"0",    "-0",      "12",      "-1.50",     "1e5",  "1E+5",
                                  "1e-5", "[]",      "{}",      "[[],{}]",   "\"\"", "true",
                                  "null", " false ", "[1 , 2]", "{\"\":{}}", sample, "\"\x7F\""};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) accepts(values[i]);
}

TEST(json_refuses_all_else)
{
    refuses("", "t: byte 0: expected a value, found the end");
    refuses("01", "t: byte 1: a number begins with 0");
    refuses("-01", "byte 2: a number begins with 0");
    refuses("+1", "byte 0: expected a value, found '+'");
    refuses(".5", "byte 0: expected a value, found '.'");
    refuses("1.", "byte 2: expected a digit, found the end");
    refuses("1.e5", "byte 2: expected a digit, found 'e'");
    refuses("1e", "byte 2: expected a digit");
    refuses("-", "byte 1: expected a digit");
    refuses("0x10", "byte 1: expected the end, found 'x'");
    refuses("NaN", "byte 0: expected a value, found 'N'");
    refuses("-Infinity", "byte 1: expected a digit, found 'I'");
    refuses("nul", "byte 0: expected null");
    refuses("nullx", "byte 4: expected the end, found 'x'");
    refuses("True", "byte 0: expected a value");
    refuses("trux", "byte 0: expected true or false");
    refuses("[1,]", "byte 3: expected a value, found ']'");
    refuses("[,1]", "byte 1: expected a value, found ','");
    refuses("[1 2]", "byte 3: expected ',' or ']', found '2'");
    refuses("[1}", "byte 2: expected ',' or ']', found '}'");
    refuses("{\"a\":1,}", "byte 7: expected a key in quotes, found '}'");
    refuses("{\"a\" 1}", "byte 5: expected ':', found '1'");
    refuses("{\"a\":}", "byte 5: expected a value, found '}'");
    refuses("{a:1}", "byte 1: expected a key in quotes, found 'a'");
    refuses("{\"a\":1 \"b\":2}", "byte 7: expected ',' or '}', found '\"'");
    refuses("{\"a\":1]", "byte 6: expected ',' or '}', found ']'");
    refuses("1 2", "byte 2: expected the end, found '2'");
    refuses("'a'", "byte 0: expected a value");
    refuses("// a\n1", "byte 0: expected a value, found '/'");
    refuses("\xEF\xBB\xBF"
            "1",
            "byte 0: expected a value, found byte 0xef");
    refuses("\v1", "found byte 0x0b");
}

TEST(json_refuses_bad_strings)
{
    refuses("\"a", "byte 2: expected '\"', found the end");
    refuses("\"a\nb\"", "byte 2: control byte 0x0a in a string");
    refuses("\"\\x41\"", "byte 1: malformed escape");
    refuses("\"\\'\"", "byte 1: malformed escape");
    refuses("\"\\u12g4\"", "byte 1: malformed escape");
    refuses("\"\\u123\"", "byte 1: malformed escape");
    refuses("\"\\U0041\"", "byte 1: malformed escape");
    refuses("\"\\", "byte 1: malformed escape");
    lm_err e = {0};
    CHECK_FAILS(read_all((lm_slice){"\"a\0b\"", 5}, &e), LM_EFORMAT, &e,
                "byte 2: control byte 0x00");
}

/* Every prefix lies in a block of exactly its size: the address sanitizer sees a read past it. */
TEST(json_refuses_every_truncation)
{
    const size_t length = strlen(sample);
    const size_t whole = length - 2; /* the final CR LF may be missing */
    for (size_t n = 0; n <= length; n++) {
        char *block = malloc(n ? n : 1);
        CHECK(block != NULL);
        if (!block) return;
        memcpy(block, sample, n);
        lm_err e = {0};
        const lm_status s = read_all((lm_slice){block, n}, &e);
        CHECK_INT(s, n < whole ? LM_EFORMAT : LM_OK);
        free(block);
    }
}

/* Any byte in place of any other: an answer, whichever it is, and no read past the end. */
TEST(json_survives_every_changed_byte)
{
    const size_t length = strlen(sample);
    char *block = malloc(length);
    CHECK(block != NULL);
    if (!block) return;
    for (size_t at = 0; at < length; at++) {
        for (int byte = 0; byte < 256; byte++) {
            memcpy(block, sample, length);
            block[at] = (char)byte;
            lm_err e = {0};
            const lm_status s = read_all((lm_slice){block, length}, &e);
            CHECK(s == LM_OK || s == LM_EFORMAT);
            CHECK((s == LM_OK) == (e.message[0] == '\0'));
        }
    }
    free(block);
}

TEST(json_limits_depth)
{
    char text[2 * LM_JSON_DEPTH + 3];
    memset(text, '[', LM_JSON_DEPTH);
    memset(text + LM_JSON_DEPTH, ']', LM_JSON_DEPTH);
    text[2 * LM_JSON_DEPTH] = '\0';
    accepts(text);
    memset(text, '[', LM_JSON_DEPTH + 1);
    memset(text + LM_JSON_DEPTH + 1, ']', LM_JSON_DEPTH + 1);
    text[2 * LM_JSON_DEPTH + 2] = '\0';
    refuses(text, "byte 64: nested more than 64 deep");
    char *deep = malloc(1000001);
    CHECK(deep != NULL);
    if (!deep) return;
    for (int i = 0; i < 1000000; i++) deep[i] = "{\"a\":"[i % 5];
    deep[1000000] = '\0';
    refuses(deep, "nested more than 64 deep");
    free(deep);
}

TEST(json_walks_an_object)
{
    lm_json j =
        reader("{\"ord\\u0065r\": 5, \"skip\": [1, {\"a\": null}], \"on\":true, \"x\":[1,2,3]}");
    lm_err e = {0};
    lm_slice key = {0}, raw = {0};
    int64_t order = 0, sum = 0;
    bool on = false;
    CHECK_OK(lm_json_object(&j, &e), &e);
    for (bool more = true;;) {
        CHECK_OK(lm_json_member(&j, &more, &key, &e), &e);
        if (!more) break;
        if (lm_json_is(key, "order")) {
            CHECK_OK(lm_json_int(&j, &order, &e), &e);
        } else if (lm_json_is(key, "on")) {
            CHECK_OK(lm_json_bool(&j, &on, &e), &e);
        } else if (lm_json_is(key, "x")) {
            CHECK_OK(lm_json_array(&j, &e), &e);
            for (bool element = true;;) {
                int64_t value = 0;
                CHECK_OK(lm_json_element(&j, &element, &e), &e);
                if (!element) break;
                CHECK_OK(lm_json_int(&j, &value, &e), &e);
                sum += value;
            }
        } else {
            CHECK_OK(lm_json_skip(&j, &raw, &e), &e);
        }
    }
    CHECK_OK(lm_json_end(&j, &e), &e);
    CHECK_INT(order, 5);
    CHECK_INT(sum, 6);
    CHECK(on);
    CHECK(lm_slice_is(raw, "[1, {\"a\": null}]"));
}

TEST(json_peeks)
{
    const struct {
        const char *text;
        lm_json_type type;
    } cases[] = {{" null", LM_JSON_NULL}, {"true", LM_JSON_BOOL}, {"false", LM_JSON_BOOL},
                 {"-1", LM_JSON_NUMBER},  {"7", LM_JSON_NUMBER},  {"\"\"", LM_JSON_STRING},
                 {"[", LM_JSON_ARRAY},    {"\n{", LM_JSON_OBJECT}};
    lm_err e = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lm_json j = reader(cases[i].text);
        lm_json_type type = LM_JSON_NULL;
        CHECK_OK(lm_json_peek(&j, &type, &e), &e);
        CHECK_INT(type, cases[i].type);
    }
}

TEST(json_refuses_the_wrong_type)
{
    lm_err e = {0};
    int64_t whole;
    double real;
    bool flag;
    lm_slice raw;
    lm_json j = reader("[]");
    CHECK_FAILS(lm_json_object(&j, &e), LM_EFORMAT, &e, "expected an object, found '['");
    e = (lm_err){0}, j = reader("{}");
    CHECK_FAILS(lm_json_array(&j, &e), LM_EFORMAT, &e, "expected an array, found '{'");
    e = (lm_err){0}, j = reader("\"5\"");
    CHECK_FAILS(lm_json_int(&j, &whole, &e), LM_EFORMAT, &e, "expected a whole number");
    e = (lm_err){0}, j = reader("null");
    CHECK_FAILS(lm_json_real(&j, &real, &e), LM_EFORMAT, &e, "expected a number, found 'n'");
    e = (lm_err){0}, j = reader("1");
    CHECK_FAILS(lm_json_bool(&j, &flag, &e), LM_EFORMAT, &e, "expected true or false");
    e = (lm_err){0}, j = reader("1");
    CHECK_FAILS(lm_json_raw_string(&j, &raw, &e), LM_EFORMAT, &e, "expected a string");
}

static int64_t int_of(const char *text)
{
    lm_json j = reader(text);
    lm_err e = {0};
    int64_t value = 99;
    CHECK_OK(lm_json_int(&j, &value, &e), &e);
    CHECK_OK(lm_json_end(&j, &e), &e);
    return value;
}

static void refuses_int(const char *text, const char *message)
{
    lm_json j = reader(text);
    lm_err e = {0};
    int64_t value;
    CHECK_FAILS(lm_json_int(&j, &value, &e), LM_EFORMAT, &e, message);
}

TEST(json_reads_whole_numbers)
{
    CHECK_INT(int_of("0"), 0);
    CHECK_INT(int_of("-0"), 0);
    CHECK_INT(int_of(" 42 "), 42);
    CHECK_INT(int_of("9223372036854775807"), INT64_MAX);
    CHECK_INT(int_of("-9223372036854775808"), INT64_MIN);
    CHECK_INT(int_of("-9223372036854775807"), INT64_MIN + 1);
    refuses_int(" 9223372036854775808", "byte 1: expected a whole number of 64 bits, found 922");
    refuses_int("-9223372036854775809", "byte 0: expected a whole number");
    refuses_int("99999999999999999999999", "byte 0: expected a whole number");
    refuses_int("1.0", "byte 0: expected a whole number of 64 bits, found 1.0");
    refuses_int("1e3", "byte 0: expected a whole number of 64 bits, found 1e3");
}

TEST(json_reads_unsigned_numbers)
{
    lm_err e = {0};
    uint64_t value = 0;
    lm_json j = reader("18446744073709551615");
    CHECK_OK(lm_json_u64(&j, &value, &e), &e);
    CHECK(value == UINT64_MAX);
    j = reader("18446744073709551616");
    CHECK_FAILS(lm_json_u64(&j, &value, &e), LM_EFORMAT, &e, "found 18446744073709551616");
    e = (lm_err){0}, j = reader("-1");
    CHECK_FAILS(lm_json_u64(&j, &value, &e), LM_EFORMAT, &e, "from 0 in 64 bits, found -1");
}

static double real_of(const char *text)
{
    lm_json j = reader(text);
    lm_err e = {0};
    double value = 0;
    CHECK_OK(lm_json_real(&j, &value, &e), &e);
    CHECK_OK(lm_json_end(&j, &e), &e);
    return value;
}

TEST(json_reads_reals)
{
    CHECK(real_of("0.1") == 0.1);
    CHECK(real_of("-2.5e-3") == -0.0025);
    CHECK(real_of("1.7976931348623157e308") == DBL_MAX);
    CHECK(real_of("1e-999") == 0.0);
    char text[1202];
    memset(text, '1', sizeof text);
    text[sizeof text - 1] = '\0';
    lm_json j = reader("1e999");
    lm_err e = {0};
    double value;
    CHECK_FAILS(lm_json_real(&j, &value, &e), LM_EFORMAT, &e, "that fits a double, found 1e999");
    e = (lm_err){0}, j = reader(text);
    CHECK_FAILS(lm_json_real(&j, &value, &e), LM_EFORMAT, &e, "at most 1100 characters");
    accepts(text);
}

/* The number ends where the block ends: nothing may look for a NUL behind it. */
TEST(json_reads_a_number_at_the_end)
{
    lm_err e = {0};
    lm_json j;
    double real = 0;
    int64_t whole = 0;
    char *block = malloc(3);
    CHECK(block != NULL);
    if (!block) return;
    memcpy(block, "2.5", 3);
    lm_json_open(&j, (lm_slice){block, 3}, "t", 0);
    CHECK_OK(lm_json_real(&j, &real, &e), &e);
    CHECK(real == 2.5);
    memcpy(block, "123", 3);
    lm_json_open(&j, (lm_slice){block, 3}, "t", 0);
    CHECK_OK(lm_json_int(&j, &whole, &e), &e);
    CHECK_INT(whole, 123);
    free(block);
}

/* `expected` is the decoded form of the JSON string `text`. */
static void decodes(const char *text, const char *expected, size_t length)
{
    lm_json j = reader(text);
    lm_err e = {0};
    lm_str s = {0};
    CHECK_OK(lm_json_string(&j, &s, &e), &e);
    CHECK_OK(lm_json_end(&j, &e), &e);
    CHECK_INT(s.length, length);
    CHECK(memcmp(s.text, expected, length + 1) == 0);
    lm_str_free(&s);
}

TEST(json_decodes_strings)
{
    decodes("\"\"", "", 0);
    decodes("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz", 10);
    decodes("\"\\u0041\\u00e9\\u20AC\"", "A\xC3\xA9\xE2\x82\xAC", 6);
    /* RFC 8259, section 7: the G clef, U+1D11E, is "\uD834\uDD1E". */
    decodes("\"\\uD834\\uDD1E\"", "\xF0\x9D\x84\x9E", 4);
    decodes("\"\\uDBFF\\uDFFF\"", "\xF4\x8F\xBF\xBF", 4); /* U+10FFFF */
    decodes("\"\\ud834x\"", "\xEF\xBF\xBDx", 4);
    decodes("\"\\udd1e\\ud834\"", "\xEF\xBF\xBD\xEF\xBF\xBD", 6);
    decodes("\"\\ud834\\u0041\"",
            "\xEF\xBF\xBD"
            "A",
            4);
    decodes("\"\\ud834\\n\"", "\xEF\xBF\xBD\n", 4);
    decodes("\"a\\u0000b\"", "a\0b", 3);
    decodes("\"\xC3\xA9\xFF\"", "\xC3\xA9\xFF", 3); /* bytes from 0x80 are taken as they are */
}

TEST(json_decode_checks_raw_text)
{
    const char *const bad[] = {"\\", "\\u12", "\\q", "a\\"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lm_err e = {0};
        lm_str s = {0};
        CHECK_FAILS(lm_json_decode(lm_slice_of(bad[i]), &s, &e), LM_EFORMAT, &e, "malformed");
        CHECK(!lm_json_is(lm_slice_of(bad[i]), bad[i]));
        lm_str_free(&s);
    }
}

TEST(json_compares_keys)
{
    CHECK(lm_json_is(lm_slice_of("order"), "order"));
    CHECK(lm_json_is(lm_slice_of("\\u006frder"), "order"));
    CHECK(lm_json_is(lm_slice_of("\\uD834\\uDD1E"), "\xF0\x9D\x84\x9E"));
    CHECK(lm_json_is(lm_slice_of(""), ""));
    CHECK(!lm_json_is(lm_slice_of("order"), "orde"));
    CHECK(!lm_json_is(lm_slice_of("orde"), "order"));
    CHECK(!lm_json_is(lm_slice_of("a\\u0000"), "a"));
    CHECK(!lm_json_is(lm_slice_of(""), "a"));
}

TEST(json_counts_bytes_from_the_offset)
{
    lm_json j;
    lm_err e = {0};
    lm_json_open(&j, lm_slice_of("  ?"), "model.st", 8);
    CHECK_INT(lm_json_object(&j, &e), LM_EFORMAT);
    CHECK_TEXT(e.message, "model.st: byte 10: expected an object, found '?'");
    e = (lm_err){0};
    CHECK_INT(lm_json_fail(&j, &e, "order %d is too high", 9), LM_EFORMAT);
    CHECK_TEXT(e.message, "model.st: byte 10: order 9 is too high");
}

static void writes(const char *text, size_t length, const char *expected)
{
    lm_err e = {0};
    lm_str s = {0};
    CHECK_OK(lm_json_add_string(&s, (lm_slice){text, length}, &e), &e);
    CHECK_TEXT(s.text, expected);
    accepts(s.text);
    lm_str_free(&s);
}

TEST(json_writes_strings)
{
    writes("", 0, "\"\"");
    writes("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
    writes("\b\f\n\r\t\x01\x1F\0", 8, "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u0000\"");
    writes("\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E", 9, "\"\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E\"");
}

/* Unicode 15, table 3-7: overlong forms, surrogates, beyond U+10FFFF, cut short, stray. */
TEST(json_replaces_ill_formed_utf8)
{
#define R "\xEF\xBF\xBD"
    writes("\xC0\x80", 2, "\"" R R "\"");
    writes("\xE0\x9F\x80", 3, "\"" R R R "\"");
    writes("\xED\xA0\x80", 3, "\"" R R R "\"");
    writes("\xF0\x8F\xBF\xBF", 4, "\"" R R R R "\"");
    writes("\xF4\x90\x80\x80", 4, "\"" R R R R "\"");
    writes("\xF5", 1, "\"" R "\"");
    writes("a\xE2\x82", 3, "\"a" R R "\"");
    writes("\xE2\x82\"", 3, "\"" R R "\\\"\"");
    writes("\x80z", 2, "\"" R "z\"");
    writes("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", 10,
           "\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\"");
#undef R
}

/* What is written reads back as it was, for every byte below 0x80 and a few above. */
TEST(json_round_trips)
{
    char text[132];
    for (int i = 0; i < 128; i++) text[i] = (char)i;
    memcpy(text + 128, "\xF0\x9D\x84\x9E", 4);
    lm_err e = {0};
    lm_str written = {0}, read = {0};
    CHECK_OK(lm_json_add_string(&written, (lm_slice){text, sizeof text}, &e), &e);
    lm_json j = reader(written.text);
    CHECK_OK(lm_json_string(&j, &read, &e), &e);
    CHECK_INT(read.length, sizeof text);
    CHECK_BYTES(read.text, text, sizeof text);
    lm_str_free(&written);
    lm_str_free(&read);
}
