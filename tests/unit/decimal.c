/* decimal.c - tests of fast decimal numbers, against printf and strtod. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/decimal.h"
#include "lm/random.h"
#include "test.h"

static const char *written(double x)
{
    static char text[LM_DECIMAL_MAX + 1];
    text[lm_decimal_write(lm_decimal_units(x), text)] = '\0';
    return text;
}

TEST(decimal_write_known)
{
    CHECK_TEXT(written(0), "0");
    CHECK_TEXT(written(-0.0), "0");
    CHECK_TEXT(written(-99), "-99");
    CHECK_TEXT(written(-1.25), "-1.25");
    CHECK_TEXT(written(-0.30103), "-0.30103");
    CHECK_TEXT(written(1e-7), "0.0000001");
    CHECK_TEXT(written(-4e-8), "0");
    CHECK_TEXT(written(0.99999999), "1");
    CHECK_TEXT(written(999999999.5), "999999999.5");
}

/* Within half a unit of the seventh decimal, plus what the multiplication rounds. */
TEST(decimal_write_is_close)
{
    for (uint64_t i = 0; i < 200000; i++) {
        const lm_random_block block = lm_random_at(1, LM_RANDOM_TEST, 0, i);
        const double x = (lm_random_real(block) - 0.9) * pow(10, block.word[3] % 4);
        CHECK_NEAR(strtod(written(x), NULL), x, 0.5000001e-7 + fabs(x) * 1e-15);
    }
}

TEST(decimal_read_equals_strtod)
{
    char text[64];
    double x;
    for (uint64_t i = 0; i < 200000; i++) {
        const lm_random_block block = lm_random_at(2, LM_RANDOM_TEST, 0, i);
        const int digits = (int)(block.word[2] % 18);
        const double value = (lm_random_real(block) - 0.9) * pow(10, block.word[3] % 20) * 1e-6;
        if (i % 2)
            (void)snprintf(text, sizeof text, "%.*f", digits, value);
        else
            (void)snprintf(text, sizeof text, "%.*g", digits, value);
        CHECK(lm_decimal_read(lm_slice_of(text), &x));
        CHECK(x == strtod(text, NULL));
    }
}

TEST(decimal_read_refuses)
{
    static const char *const bad[] = {"",   "-",   ".",   "-.",  "1.2.3", "1x", " 1",
                                      "1 ", "nan", "inf", "--1", "0x10",  "1e", "1e999"};
    double x;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!lm_decimal_read(lm_slice_of(bad[i]), &x));
    CHECK(lm_decimal_read(lm_slice_of("+5"), &x) && x == 5);
    CHECK(lm_decimal_read(lm_slice_of("12345678901234567890"), &x) && x == 12345678901234567890.0);
}

/* The number at the beginning of longer text, wherever it ends. */
TEST(decimal_scan_finds_the_end)
{
    static const char *const after[] = {"",
                                        "\t",
                                        "  <s> a b",
                                        "x12345678901234567890",
                                        "-",
                                        ".5.5",
                                        "\n0123456789012345678901234567890"};
    char text[160], number[64];
    double x;
    for (uint64_t i = 0; i < 200000; i++) {
        const lm_random_block block = lm_random_at(4, LM_RANDOM_TEST, 0, i);
        const int decimals = (int)(block.word[2] % 11);
        const double value = (lm_random_real(block) - 0.8) * pow(10, block.word[3] % 6);
        const char *rest = after[i % (sizeof after / sizeof *after)];
        if (rest[0] == '.' && decimals == 0) continue;
        (void)snprintf(number, sizeof number, "%.*f", decimals, value);
        (void)snprintf(text, sizeof text, "%s%s", number, rest);
        CHECK_INT(lm_decimal_scan(lm_slice_of(text), &x), strlen(number));
        CHECK(x == strtod(number, NULL));
    }
}

TEST(decimal_scan_leaves_others)
{
    static const char *const other[] = {"",
                                        "-",
                                        ".",
                                        "-.",
                                        "+1",
                                        "x",
                                        "\t1",
                                        "1234567890123456",
                                        "0.1234567890123456",
                                        "- 1                     ",
                                        "--1                     ",
                                        ":/                      ",
                                        "12345678901234567890123",
                                        "-.                      "};
    double x;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        CHECK_INT(lm_decimal_scan(lm_slice_of(other[i]), &x), 0);
    CHECK_INT(lm_decimal_scan(lm_slice_of("-.5                     "), &x), 3);
    CHECK(x == -0.5);
    CHECK_INT(lm_decimal_scan(lm_slice_of("7.                      "), &x), 2);
    CHECK(x == 7);
    CHECK_INT(lm_decimal_scan(lm_slice_of("12345678.25             "), &x), 11);
    CHECK(x == 12345678.25);
}

/* Every sign and exponent, and floats next to powers of ten, where digits and exponents change. */
TEST(decimal_write_float)
{
    char text[LM_DECIMAL_MAX], expected[64];
    for (uint32_t bits = 0; bits < 0xffff0000; bits += 0xfff1) {
        float x;
        memcpy(&x, &bits, sizeof x);
        const size_t n = lm_decimal_write_float(x, text);
        snprintf(expected, sizeof expected, "%.9g", (double)x);
        CHECK_INT(n, strlen(expected));
        CHECK_BYTES(text, expected, n);
    }
    for (float power = 1e-6F; power < 1e11F; power *= 10)
        for (uint32_t i = 0, bits; i < 200; i++) {
            float x;
            memcpy(&bits, &power, sizeof bits);
            bits = bits + i - 100;
            memcpy(&x, &bits, sizeof x);
            const size_t n = lm_decimal_write_float(x, text);
            snprintf(expected, sizeof expected, "%.9g", (double)x);
            CHECK_INT(n, strlen(expected));
            CHECK_BYTES(text, expected, n);
        }
}
