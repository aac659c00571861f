/* utf8.c - well-formed UTF-8: every character, and every way to be wrong. */
#include "lm/utf8.h"
#include <stdint.h>
#include <string.h>
#include "test.h"

/* The Unicode Standard, table 3-7: the ranges of the first two bytes; others are 80..BF. */
static const struct {
    unsigned char lead[2], second[2];
    int length;
} rows[] = {
    {{0x00, 0x7f}, {0, 0}, 1},       {{0xc2, 0xdf}, {0x80, 0xbf}, 2},
    {{0xe0, 0xe0}, {0xa0, 0xbf}, 3}, {{0xe1, 0xec}, {0x80, 0xbf}, 3},
    {{0xed, 0xed}, {0x80, 0x9f}, 3}, {{0xee, 0xef}, {0x80, 0xbf}, 3},
    {{0xf0, 0xf0}, {0x90, 0xbf}, 4}, {{0xf1, 0xf3}, {0x80, 0xbf}, 4},
    {{0xf4, 0xf4}, {0x80, 0x8f}, 4},
};

static int by_table(const unsigned char *bytes, int n)
{
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (bytes[0] < rows[r].lead[0] || bytes[0] > rows[r].lead[1]) continue;
        for (int i = 1; i < n && i < rows[r].length; i++) {
            const int low = i == 1 ? rows[r].second[0] : 0x80;
            const int high = i == 1 ? rows[r].second[1] : 0xbf;
            if (bytes[i] < low || bytes[i] > high) return 0;
        }
        return n < rows[r].length ? -1 : rows[r].length;
    }
    return 0;
}

static int length_of(const unsigned char *bytes, int n)
{
    char text[8]; /* no more than n bytes of it may be read */
    memset(text, 0, sizeof text);
    memcpy(text + sizeof text - n, bytes, (size_t)n);
    return lm_utf8_length(text + sizeof text - n, (size_t)n);
}

/* The pattern of RFC 3629, section 3, in `length` bytes, valid or not. */
static void encode(uint32_t code, int length, unsigned char *bytes)
{
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = length - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    bytes[0] = (unsigned char)(marks[length] | code);
}

static int shortest(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

TEST(utf8_characters)
{
    unsigned char bytes[5];
    for (uint32_t code = 0; code <= 0x1fffff; code++) {
        const int length = shortest(code);
        const bool valid = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
        encode(code, length, bytes);
        CHECK_INT(length_of(bytes, length), valid ? length : 0);
        bytes[length] = (unsigned char)code; /* whatever follows */
        CHECK_INT(length_of(bytes, length + 1), valid ? length : 0);
        for (int n = 1; valid && n < length; n++) CHECK_INT(length_of(bytes, n), -1);
    }
}

TEST(utf8_overlong)
{
    unsigned char bytes[4];
    for (int length = 2; length <= 4; length++)
        for (uint32_t code = 0; shortest(code) < length; code++) {
            encode(code, length, bytes);
            CHECK_INT(length_of(bytes, length), 0);
        }
}

/* Wrong as soon as it can be known: after one byte, or two. */
TEST(utf8_cut_short)
{
    CHECK_INT(lm_utf8_length("\xe0", 1), -1);
    CHECK_INT(lm_utf8_length("\xe0\x9f", 2), 0); /* overlong */
    CHECK_INT(lm_utf8_length("\xed\xa0", 2), 0); /* surrogate */
    CHECK_INT(lm_utf8_length("\xf0\x8f", 2), 0); /* overlong */
    CHECK_INT(lm_utf8_length("\xf4\x90", 2), 0); /* above U+10FFFF */
    CHECK_INT(lm_utf8_length("\xf4\x8f\xbf", 3), -1);
    CHECK_INT(lm_utf8_length("\xf4\x8f ", 3), 0);
    CHECK_INT(lm_utf8_length("\xc1", 1), 0);
    CHECK_INT(lm_utf8_length("\xf5", 1), 0);
    CHECK_INT(lm_utf8_length("\x80", 1), 0);
}

/* All of one to three bytes; of four, all first pairs with the ends of every range. */
TEST(utf8_every_sequence)
{
    static const unsigned char ends[] = {0x00, 0x7f, 0x80, 0x8f, 0x90,
                                         0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    unsigned char bytes[4];
    for (uint32_t pair = 0; pair < 0x10000; pair++) {
        bytes[0] = (unsigned char)(pair >> 8);
        bytes[1] = (unsigned char)pair;
        for (int n = 1; n <= 2; n++) CHECK_INT(length_of(bytes, n), by_table(bytes, n));
        for (int third = 0; third < 256 && bytes[0] >= 0xc0; third++) {
            bytes[2] = (unsigned char)third;
            CHECK_INT(length_of(bytes, 3), by_table(bytes, 3));
        }
        for (size_t i = 0; i < sizeof ends * sizeof ends && bytes[0] >= 0xc0; i++) {
            bytes[2] = ends[i / sizeof ends];
            bytes[3] = ends[i % sizeof ends];
            CHECK_INT(length_of(bytes, 4), by_table(bytes, 4));
        }
    }
}

/* ---- reading and writing ---- */

static uint32_t read_of(const unsigned char *bytes, int n, size_t length)
{
    char text[8];
    uint32_t code = 0;
    memset(text, 0, sizeof text);
    memcpy(text + sizeof text - n, bytes, (size_t)n);
    CHECK_INT(lm_utf8_read(text + sizeof text - n, (size_t)n, &code), length);
    return code;
}

TEST(utf8_read_and_write)
{
    unsigned char bytes[5];
    char written[4];
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        const int length = shortest(code);
        if (code >= 0xd800 && code <= 0xdfff) continue;
        encode(code, length, bytes);
        CHECK_INT(read_of(bytes, length, (size_t)length), code);
        bytes[length] = 0x80; /* whatever follows */
        CHECK_INT(read_of(bytes, length + 1, (size_t)length), code);
        for (int n = 1; n < length; n++) CHECK_INT(read_of(bytes, n, 1), 0xfffd);
        CHECK_INT(lm_utf8_write(code, written), length);
        CHECK_BYTES(written, bytes, (size_t)length);
    }
}

/* A byte at a time, however many seem to belong together. */
TEST(utf8_read_what_is_ill_formed)
{
    static const char *const ill[] = {
        "\x80",         "\xbf",         "\xc0\xaf",         "\xc1\xbf",         "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff",         "\xe2\x82(",    "\xf0\x9f\x98 "};
    for (size_t i = 0; i < sizeof ill / sizeof *ill; i++) {
        uint32_t code = 0;
        CHECK_INT(lm_utf8_read(ill[i], strlen(ill[i]), &code), 1);
        CHECK_INT(code, LM_REPLACEMENT);
    }
}
