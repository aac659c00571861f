/* str.c - tests of slices, growing strings, escapes, and numbers as text. */
#include "lm/str.h"
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "lm/random.h"
#include "test.h"

TEST(str_add_and_addf)
{
    lm_err e = {0};
    lm_str s = {0};
    CHECK_OK(lm_str_add(&s, NULL, 0, &e), &e);
    CHECK_TEXT(s.text, "");
    CHECK_OK(lm_str_add(&s, "abcdef", 3, &e), &e);
    CHECK_OK(lm_str_addf(&s, &e, "-%d-%s", 12, "x"), &e);
    CHECK_TEXT(s.text, "abc-12-x");
    CHECK_INT(s.length, 8);
    CHECK_OK(lm_str_add(&s, "\0z", 2, &e), &e);
    CHECK_BYTES(s.text, "abc-12-x\0z", 11);
    CHECK_OK(lm_str_addf(&s, &e, "%s", ""), &e);
    CHECK_INT(s.length, 10);
    CHECK_OK(lm_str_addf(&s, &e, "%5000d", 7), &e);
    CHECK_INT(s.length, 5010);
    CHECK_INT(s.text[5009], '7');
    CHECK_INT(s.text[5010], 0);
    lm_str_free(&s);
    CHECK(s.text == NULL && s.length == 0 && s.capacity == 0);
    lm_str_free(&s);
}

TEST(str_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_str s = {0};
        lm_status status = lm_str_add(&s, "abc", 3, &e);
        if (!status) {
            status = lm_str_addf(&s, &e, "%100d", 1);
            CHECK_INT(s.length, status ? 3 : 103);
            if (status) CHECK_TEXT(s.text, "abc");
        }
        if (!status) status = lm_str_add_escaped(&s, (lm_slice){"\n\n\n\n\n\n\n\n\n", 9}, &e);
        if (!status) status = lm_str_add_real(&s, 0.1, &e);
        CHECK_INT(status, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, status);
        lm_str_free(&s);
        failing_end();
    }
}

TEST(str_slices)
{
    const lm_slice none = {NULL, 0};
    CHECK(lm_slice_is(lm_slice_of(""), ""));
    CHECK(lm_slice_is(none, ""));
    CHECK(!lm_slice_is(none, "a"));
    CHECK(lm_slice_is((lm_slice){"abc", 2}, "ab"));
    CHECK(!lm_slice_is((lm_slice){"abc", 2}, "abc"));
    CHECK(!lm_slice_is((lm_slice){"a\0b", 3}, "a"));
    CHECK(lm_slice_ends(none, ""));
    CHECK(!lm_slice_ends(none, "a"));
    CHECK(lm_slice_ends((lm_slice){"abc", 2}, "ab"));
    CHECK(lm_slice_ends((lm_slice){"abc", 2}, "b"));
    CHECK(!lm_slice_ends((lm_slice){"abc", 2}, "c"));
    CHECK(!lm_slice_ends((lm_slice){"abc", 2}, "zab"));
    CHECK(lm_slice_compare(none, lm_slice_of("")) == 0);
    CHECK(lm_slice_compare(none, lm_slice_of("a")) < 0);
    CHECK(lm_slice_compare(lm_slice_of("ab"), lm_slice_of("a")) > 0);
    CHECK(lm_slice_compare(lm_slice_of("ab"), lm_slice_of("b")) < 0);
    CHECK(lm_slice_compare(lm_slice_of("\xff"), lm_slice_of("a")) > 0); /* bytes are unsigned */
    CHECK(lm_slice_compare((lm_slice){"a\0b", 3}, (lm_slice){"a\0c", 3}) < 0);
    CHECK(lm_slice_compare((lm_slice){"a\0", 2}, lm_slice_of("a")) > 0);
    CHECK(lm_slice_compare(lm_slice_of("same"), lm_slice_of("same")) == 0);
}

/* ---- escapes ---- */

TEST(str_escapes_every_byte)
{
    lm_err e = {0};
    char all[256];
    lm_str escaped = {0}, back = {0};
    for (int i = 0; i < 256; i++) all[i] = (char)i;
    CHECK_OK(lm_str_add_escaped(&escaped, (lm_slice){all, 256}, &e), &e);
    CHECK_INT(escaped.length, 256 + 3 * (33 + 2)); /* 0 to blank, backslash and DEL */
    for (size_t i = 0; i < escaped.length; i++)
        CHECK((unsigned char)escaped.text[i] > ' ' && escaped.text[i] != 0x7f);
    CHECK_OK(lm_str_add_unescaped(&back, (lm_slice){escaped.text, escaped.length}, &e), &e);
    CHECK_INT(back.length, 256);
    CHECK_BYTES(back.text, all, 256);
    lm_str_free(&escaped);
    lm_str_free(&back);
}

TEST(str_escapes_as_documented)
{
    lm_err e = {0};
    lm_str s = {0};
    CHECK_OK(lm_str_add_escaped(&s, lm_slice_of("a b\\\t\x7f\xc3\xa9"), &e), &e);
    CHECK_TEXT(s.text, "a\\x20b\\x5C\\x09\\x7F\xc3\xa9");
    s.length = 0;
    CHECK_OK(lm_str_add_unescaped(&s, lm_slice_of("\\x4a\\x4B\\x5cx"), &e), &e);
    CHECK_TEXT(s.text, "JK\\x");
    lm_str_free(&s);
}

TEST(str_malformed_escapes)
{
    static const char *const malformed[] = {"\\",    "a\\",   "\\x",   "\\x4",  "\\y41",
                                            "\\X41", "\\x4g", "\\xg4", "\\\\41"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        lm_err e = {0};
        lm_str s = {0};
        CHECK_FAILS(lm_str_add_unescaped(&s, lm_slice_of(malformed[i]), &e), LM_EFORMAT, &e,
                    "backslash");
        lm_str_free(&s);
    }
    lm_err e = {0};
    lm_str s = {0}; /* what follows the slice is not looked at */
    CHECK_FAILS(lm_str_add_unescaped(&s, (lm_slice){"\\x41", 3}, &e), LM_EFORMAT, &e, "backslash");
    lm_str_free(&s);
}

/* ---- numbers ---- */

static bool parses_int(const char *text, int64_t expected)
{
    int64_t value;
    return lm_parse_int(lm_slice_of(text), &value) && value == expected;
}

static bool parses_real(const char *text, double expected)
{
    double value;
    return lm_parse_real(lm_slice_of(text), &value) && value <= expected && value >= expected;
}

static bool parses_size(const char *text, uint64_t expected)
{
    uint64_t value;
    return lm_parse_size(lm_slice_of(text), &value) && value == expected;
}

TEST(str_parse_int)
{
    int64_t value;
    CHECK(parses_int("0", 0));
    CHECK(parses_int("-0", 0));
    CHECK(parses_int("+5", 5));
    CHECK(parses_int("007", 7)); /* decimal, not octal */
    CHECK(parses_int("9223372036854775807", INT64_MAX));
    CHECK(parses_int("-9223372036854775808", INT64_MIN));
    static const char *const refused[] = {
        "",
        "10x",
        " 1",
        "1 ",
        "0x10",
        "1e3",
        "1.0",
        ".5",
        "+",
        "-",
        "--1",
        "+-1",
        "x",
        "1,000",
        "\t1",
        "nan",
        "inf",
        "1K",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999999999999999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK(!lm_parse_int(lm_slice_of(refused[i]), &value));
    CHECK(!lm_parse_int((lm_slice){"1\0", 2}, &value));
    CHECK(!lm_parse_int((lm_slice){"1\0002", 3}, &value));
    CHECK(lm_parse_int((lm_slice){"123", 2}, &value) &&
          value == 12); /* no further than the slice */
}

TEST(str_parse_real)
{
    double value;
    CHECK(parses_real("1e3", 1000));
    CHECK(parses_real(".5", 0.5));
    CHECK(parses_real("5.", 5));
    CHECK(parses_real("+5", 5));
    CHECK(parses_real("-2.5E-1", -0.25));
    CHECK(parses_real("1e-999", 0));
    CHECK(parses_real("1.7976931348623157e308", DBL_MAX));
    CHECK(parses_real("4.9406564584124654e-324", 0x1p-1074));
    static const char *const refused[] = {
        "",   "10x", "nan", "inf", "-inf", "infinity", "NAN(1)", " 1",  "1 ",    "0x10", "0x1p3",
        "1e", "1e+", ".",   "-.",  "e3",   "1e999",    "-1e999", "1,5", "1.2.3", "--1"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK(!lm_parse_real(lm_slice_of(refused[i]), &value));
    CHECK(!lm_parse_real((lm_slice){"1\0", 2}, &value));
}

TEST(str_parse_reals)
{
    double x[3] = {0};
    CHECK(lm_parse_reals(lm_slice_of("0.5,-2,1e1"), x, 3) && x[0] == 0.5 && x[1] == -2 &&
          x[2] == 10);
    CHECK(lm_parse_reals(lm_slice_of("7"), x, 1) && x[0] == 7);
    static const char *const refused[] = {"",     "1",      "1,2",   "1,2,3,4", "1,2,3,", ",1,2,3",
                                          "1,,3", "1, 2,3", "1;2;3", "1,2,x",   "1,2,nan"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK(!lm_parse_reals(lm_slice_of(refused[i]), x, 3));
    CHECK(!lm_parse_reals(lm_slice_of(""), x, 0) && !lm_parse_reals(lm_slice_of(""), x, 1));
}

TEST(str_parse_size)
{
    uint64_t value;
    CHECK(parses_size("0", 0));
    CHECK(parses_size("123", 123));
    CHECK(parses_size("1K", 1024));
    CHECK(parses_size("3M", UINT64_C(3145728)));
    CHECK(parses_size("2G", UINT64_C(2147483648)));
    CHECK(parses_size("1T", UINT64_C(1099511627776)));
    CHECK(parses_size("16777215T", UINT64_MAX - UINT64_C(1099511627775)));
    CHECK(parses_size("9223372036854775807", (uint64_t)INT64_MAX));
    CHECK(parses_size("18446744073709551615", UINT64_MAX));
    static const char *const refused[] = {"",
                                          "K",
                                          "1KK",
                                          "1k",
                                          "1KB",
                                          "1P",
                                          "-1",
                                          "-1K",
                                          " 1",
                                          "1 K",
                                          "1.5G",
                                          "0x1",
                                          "16777216T",
                                          "18014398509481984K",
                                          "18446744073709551616",
                                          "nan",
                                          "inf"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK(!lm_parse_size(lm_slice_of(refused[i]), &value));
}

/* The text reads back as the same double, and is the first of those with 15, 16 and 17 digits
 * that does. */
static void check_real(double x)
{
    lm_err e = {0};
    lm_str s = {0};
    char text[64];
    CHECK_OK(lm_str_add_real(&s, x, &e), &e);
    const double back = strtod(s.text, NULL);
    CHECK_BYTES(&back, &x, sizeof x); /* the sign of zero, too */
    for (int digits = 15; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        const double shorter = strtod(text, NULL);
        if (memcmp(&shorter, &x, sizeof x) != 0) continue;
        CHECK_TEXT(s.text, text);
        break;
    }
    lm_str_free(&s);
}

TEST(str_add_real_reads_back)
{
    static const double chosen[] = {
        0.0,         -0.0,           1,         -1,         0.1,
        1.0 / 3,     1e22,           1e23,      5e-324,     DBL_MIN,
        DBL_MAX,     -DBL_MAX,       123456789, 2.5,        1e15,
        1e16,        1e17,           0x1p53,    0x1p53 + 2, 9007199254740993.0,
        DBL_EPSILON, 1 + DBL_EPSILON};
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) check_real(chosen[i]);
    for (uint64_t i = 0; i < 20000; i++) {
        const lm_random_block block = lm_random_at(1, LM_RANDOM_TEST, 0, i);
        const uint64_t bits = block.word[0] | (uint64_t)block.word[1] << 32;
        double x;
        memcpy(&x, &bits, sizeof x);
        if (isfinite(x)) check_real(x);
        check_real((double)block.word[2] / 1000);
    }
}

/* IEEE 754: 0.1 needs one digit; 0.1 + 0.2 is 0.30000000000000004. */
TEST(str_add_real_is_short)
{
    lm_err e = {0};
    lm_str s = {0};
    const double values[] = {0.1, 0.1 + 0.2, 100, 1e100, -2.5, -0.0};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        CHECK_OK(lm_str_add_real(&s, values[i], &e), &e);
        CHECK_OK(lm_str_add(&s, " ", 1, &e), &e);
    }
    CHECK_TEXT(s.text, "0.1 0.30000000000000004 100 1e+100 -2.5 -0 ");
    lm_str_free(&s);
}

/* kitten/sitting 3 and saturday/sunday 3 are the textbook pairs; the rest by hand. */
TEST(str_edit_distance)
{
    char longest[65], longer[66];
    memset(longest, 'a', 64);
    memset(longer, 'a', 65);
    longest[64] = longer[65] = '\0';
    CHECK_INT(lm_edit_distance("", ""), 0);
    CHECK_INT(lm_edit_distance("", "abc"), 3);
    CHECK_INT(lm_edit_distance("abc", ""), 3);
    CHECK_INT(lm_edit_distance("kitten", "sitting"), 3);
    CHECK_INT(lm_edit_distance("saturday", "sunday"), 3);
    CHECK_INT(lm_edit_distance("sunday", "saturday"), 3);
    CHECK_INT(lm_edit_distance("order", "odrer"), 2);
    CHECK_INT(lm_edit_distance("same", "same"), 0);
    CHECK_INT(lm_edit_distance(longest, longest), 0);
    CHECK_INT(lm_edit_distance(longest, longest + 1), 1);
    CHECK_INT(lm_edit_distance(longer, longer), 65); /* too long to compare: far apart */
    CHECK_INT(lm_edit_distance("a", longer), 65);
}
