/* unicode.c - tests of classes, lower case and letters without marks: known characters, and all
 * of them against tests/oracle/unicode.tsv. */
#include "lm/unicode.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arrays.h"
#include "test.h"

enum { CODES = 0x110000 };

static unsigned class_of(uint32_t code)
{
    return lm_unicode_class(lm_unicode_tables(), code);
}

/* ---- classes ---- */

TEST(unicode_ascii)
{
    for (uint32_t c = 0; c < 128; c++) {
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        const bool digit = c >= '0' && c <= '9', control = c < 32 || c == 127;
        const bool space = c == ' ' || (c >= 9 && c <= 13);
        const bool ignorable = c == '\'' || c == '.' || c == ':' || c == '^' || c == '`';
        unsigned expected = letter ? LM_LETTER | LM_CASED : digit ? LM_NUMBER : 0;
        if (space) expected |= LM_SPACE;
        if (control) expected |= LM_CONTROL;
        if (!letter && !digit && !space && !control) expected |= LM_PUNCTUATION;
        if (ignorable) expected |= LM_CASE_IGNORABLE;
        CHECK_INT(class_of(c), expected);
    }
}

/* Of every class and plane, and what lies on either side of ranges (chapter 4 of the standard,
 * the charts). */
TEST(unicode_known_classes)
{
    enum { CASED = LM_LETTER | LM_CASED, MARK = LM_MARK | LM_CASE_IGNORABLE };
    static const struct {
        uint32_t code;
        unsigned class;
    } known[] = {
        {0x85, LM_CONTROL | LM_SPACE},
        {0xa0, LM_SPACE},
        {0xad, LM_CONTROL | LM_CASE_IGNORABLE}, /* soft hyphen */
        {0xa7, LM_PUNCTUATION},
        {0xa3, 0}, /* pound sign: a symbol */
        {0xb2, LM_NUMBER},
        {0xe9, CASED},
        {0x1c5, CASED}, /* title case */
        {0x2b0, CASED | LM_CASE_IGNORABLE},
        {0x301, MARK},
        {0x345, MARK | LM_CASED},
        {0x378, 0}, /* unassigned */
        {0x5d0, LM_LETTER},
        {0x660, LM_NUMBER},
        {0x903, 0}, /* a mark with a width */
        {0x1680, LM_SPACE},
        {0x200b, LM_CONTROL | LM_CASE_IGNORABLE}, /* no space */
        {0x2019, LM_PUNCTUATION | LM_CASE_IGNORABLE},
        {0x2028, LM_SPACE},
        {0x2160, LM_NUMBER | LM_CASED}, /* a Roman numeral */
        {0x24b6, LM_CASED},             /* a letter in a circle: a symbol that is cased */
        {0x3000, LM_SPACE},
        {0x3001, LM_PUNCTUATION},
        {0x3007, LM_NUMBER},
        {0x33ff, 0},
        {0x3400, LM_LETTER},
        {0x4dbf, LM_LETTER},
        {0x4dc0, 0},
        {0x4e00, LM_LETTER},
        {0x9fff, LM_LETTER},
        {0xac00, LM_LETTER},
        {0xd7a3, LM_LETTER},
        {0xd7a4, 0},
        {0xd800, 0},
        {0xdfff, 0},
        {0xe000, 0},
        {0xfeff, LM_CONTROL | LM_CASE_IGNORABLE},
        {0xff0c, LM_PUNCTUATION},
        {0xfffd, 0},
        {0xffff, 0},
        {0x10400, CASED},
        {0x11f50, LM_NUMBER}, /* new in 15.0 */
        {0x1d7ff, LM_NUMBER},
        {0x1f600, 0},
        {0x1ffff, 0},
        {0x20000, LM_LETTER},
        {0x2a6df, LM_LETTER},
        {0x2a6e0, 0},
        {0x2fa1d, LM_LETTER},
        {0x30000, LM_LETTER},
        {0x323af, LM_LETTER}, /* the last of those new in 15.0 */
        {0x323b0, 0},
        {0x40000, 0},
        {0xe0001, LM_CONTROL | LM_CASE_IGNORABLE},
        {0xe0100, MARK},
        {0xe01ef, MARK},
        {0xe01f0, 0},
        {0xf0000, 0},
        {0x10ffff, 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        CHECK_INT(class_of(known[i].code), known[i].class);
        CHECK_INT(lm_unicode_class_above(known[i].code), known[i].class);
    }
}

/* UAX 44, White_Space. */
TEST(unicode_spaces)
{
    int spaces = 0;
    for (uint32_t c = 0; c < CODES; c++) {
        const bool space = (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xa0 ||
                           c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
                           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
        CHECK_INT((class_of(c) & LM_SPACE) != 0, space);
        spaces += space;
    }
    CHECK_INT(spaces, 25);
}

TEST(unicode_table_and_search)
{
    const lm_unicode *unicode = lm_unicode_tables();
    for (uint32_t c = 0; c < LM_UNICODE_FLAT; c++)
        CHECK_INT(unicode->flat[c], lm_unicode_class_above(c));
}

/* Both ends of its ranges, and all between, in BERT's tokenization.py. */
TEST(unicode_ideographs)
{
    static const uint32_t ends[] = {0x3400,  0x4dc0,  0x4e00,  0xa000,  0xf900,  0xfb00, 0x20000,
                                    0x2a6e0, 0x2a700, 0x2ceb0, 0x2f800, 0x2fa20, CODES};
    bool inside = false;
    size_t next = 0;
    for (uint32_t c = 0; c < CODES; c++) {
        if (c == ends[next]) {
            inside = !inside;
            next++;
        }
        CHECK_INT(lm_unicode_is_ideograph(c), inside);
    }
    CHECK_INT(next, sizeof ends / sizeof *ends - 1);
}

/* ---- what becomes of a code point ---- */

typedef size_t mapping(uint32_t code, uint32_t out[LM_UNICODE_MAX]);

/* Zeros end what is expected. */
static void check_becomes(mapping *map, uint32_t code, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t expected[] = {a, b, c};
    const size_t count = c ? 3 : b ? 2 : a ? 1 : 0;
    uint32_t out[LM_UNICODE_MAX] = {0};
    CHECK_INT(map(code, out), count);
    for (size_t i = 0; i < count; i++) CHECK_INT(out[i], expected[i]);
}

TEST(unicode_lower)
{
    for (uint32_t c = 1; c < 128; c++)
        check_becomes(lm_unicode_lower, c, c >= 'A' && c <= 'Z' ? c + 32 : c, 0, 0);
    check_becomes(lm_unicode_lower, 0xc0, 0xe0, 0, 0);
    check_becomes(lm_unicode_lower, 0xd7, 0xd7, 0, 0); /* the times sign among letters */
    check_becomes(lm_unicode_lower, 0xdf, 0xdf, 0, 0);
    check_becomes(lm_unicode_lower, 0x100, 0x101, 0, 0);
    check_becomes(lm_unicode_lower, 0x101, 0x101, 0, 0);
    check_becomes(lm_unicode_lower, 0x130, 'i', 0x307, 0);
    check_becomes(lm_unicode_lower, 0x178, 0xff, 0, 0);
    check_becomes(lm_unicode_lower, 0x1c4, 0x1c6, 0, 0);
    check_becomes(lm_unicode_lower, 0x1c5, 0x1c6, 0, 0);
    check_becomes(lm_unicode_lower, 0x3a3, 0x3c3, 0, 0); /* sigma, in no place */
    check_becomes(lm_unicode_lower, 0x416, 0x436, 0, 0);
    check_becomes(lm_unicode_lower, 0x10a0, 0x2d00, 0, 0);
    check_becomes(lm_unicode_lower, 0x13a0, 0xab70, 0, 0);
    check_becomes(lm_unicode_lower, 0x1e9e, 0xdf, 0, 0);
    check_becomes(lm_unicode_lower, 0x212a, 'k', 0, 0); /* kelvin */
    check_becomes(lm_unicode_lower, 0x2160, 0x2170, 0, 0);
    check_becomes(lm_unicode_lower, 0x4e00, 0x4e00, 0, 0);
    check_becomes(lm_unicode_lower, 0xff21, 0xff41, 0, 0);
    check_becomes(lm_unicode_lower, 0x10400, 0x10428, 0, 0);
    check_becomes(lm_unicode_lower, 0x1e921, 0x1e943, 0, 0);
    check_becomes(lm_unicode_lower, 0x10ffff, 0x10ffff, 0, 0);
}

TEST(unicode_fold)
{
    for (uint32_t c = 1; c < 128; c++)
        check_becomes(lm_unicode_fold, c, c >= 'A' && c <= 'Z' ? c + 32 : c, 0, 0);
    check_becomes(lm_unicode_fold, 0xc9, 'e', 0, 0);
    check_becomes(lm_unicode_fold, 0xe9, 'e', 0, 0);
    check_becomes(lm_unicode_fold, 0xd8, 0xf8, 0, 0); /* its stroke is no mark */
    check_becomes(lm_unicode_fold, 0x130, 'i', 0, 0);
    check_becomes(lm_unicode_fold, 0x301, 0, 0, 0);
    check_becomes(lm_unicode_fold, 0x344, 0, 0, 0); /* a mark made of two */
    check_becomes(lm_unicode_fold, 0x374, 0x2b9, 0, 0);
    check_becomes(lm_unicode_fold, 0x903, 0x903, 0, 0); /* a mark with a width stays */
    check_becomes(lm_unicode_fold, 0x958, 0x915, 0, 0);
    check_becomes(lm_unicode_fold, 0x9cb, 0x9c7, 0x9be, 0);
    check_becomes(lm_unicode_fold, 0xddd, 0xdd9, 0xdcf, 0);
    check_becomes(lm_unicode_fold, 0x1ec4, 'e', 0, 0); /* two marks */
    check_becomes(lm_unicode_fold, 0x1f88, 0x3b1, 0, 0);
    check_becomes(lm_unicode_fold, 0x212b, 'a', 0, 0); /* angstrom */
    check_becomes(lm_unicode_fold, 0x304c, 0x304b, 0, 0);
    check_becomes(lm_unicode_fold, 0xac00, 0x1100, 0x1161, 0);
    check_becomes(lm_unicode_fold, 0xac01, 0x1100, 0x1161, 0x11a8);
    check_becomes(lm_unicode_fold, 0xd7a3, 0x1112, 0x1175, 0x11c2);
    check_becomes(lm_unicode_fold, 0xd7a4, 0xd7a4, 0, 0);
    check_becomes(lm_unicode_fold, 0xf900, 0x8c48, 0, 0);
    check_becomes(lm_unicode_fold, 0xfa0e, 0xfa0e, 0, 0); /* unified, though among them */
    check_becomes(lm_unicode_fold, 0xfad9, 0x9f8e, 0, 0);
    check_becomes(lm_unicode_fold, 0x1d164, 0x1d158, 0x1d165, 0x1d172);
    check_becomes(lm_unicode_fold, 0x2f800, 0x4e3d, 0, 0);
    check_becomes(lm_unicode_fold, 0x2fa1d, 0x2a600, 0, 0);
    check_becomes(lm_unicode_fold, 0x2fa1e, 0x2fa1e, 0, 0);
}

/* ---- everything ---- */

/* The line of the stored table that begins so, to be freed. */
static char *stored_line(const char *name)
{
    FILE *file = fopen(test_path("tests/oracle/unicode.tsv"), "r");
    char *line = NULL;
    size_t room = 0;
    CHECK(file);
    while (getline(&line, &room, file) > 0 && strncmp(line, name, strlen(name)) != 0) continue;
    CHECK(!feof(file));
    fclose(file);
    return line;
}

/* Of every code point: is it in the ranges of that name? */
static const bool *stored_set(const char *name)
{
    bool *set = array(CODES, sizeof *set);
    char *line = stored_line(name), *at = strchr(line, '\t');
    while (*at != '\n') {
        const unsigned long first = strtoul(at + 1, &at, 16), last = strtoul(at + 1, &at, 16);
        CHECK(first <= last && last < CODES && (*at == ' ' || *at == '\n'));
        memset(set + first, true, last - first + 1);
    }
    free(line);
    return set;
}

static void add_number(uint64_t *sum, uint32_t number)
{
    *sum = (*sum ^ number) * 0x100000001b3;
}

static void add_sequence(uint64_t *sum, mapping *map, uint32_t code)
{
    uint32_t out[LM_UNICODE_MAX];
    const size_t count = map(code, out);
    add_number(sum, code);
    add_number(sum, (uint32_t)count);
    for (size_t i = 0; i < count; i++) add_number(sum, out[i]);
}

TEST(unicode_oracle)
{
    enum { BLOCK = 0x1000, SUMS = 3 };
    const bool *assigned = stored_set("assigned");
    for (uint32_t start = 0; start < CODES; start += BLOCK) {
        uint64_t sums[SUMS] = {0xcbf29ce484222325, 0xcbf29ce484222325, 0xcbf29ce484222325};
        char line[100];
        int any = 0;
        for (uint32_t c = start; c < start + BLOCK; c++) {
            if (!assigned[c]) continue;
            any = 1;
            add_number(&sums[0], c);
            add_number(&sums[0], class_of(c) & ~(unsigned)(LM_CASED | LM_CASE_IGNORABLE));
            add_sequence(&sums[1], lm_unicode_lower, c);
            add_sequence(&sums[2], lm_unicode_fold, c);
        }
        if (!any) continue;
        (void)snprintf(line, sizeof line, "sums\t%" PRIx32 "\t", start);
        char *expected = stored_line(line);
        (void)snprintf(line + strlen(line), sizeof line - strlen(line),
                       "%016" PRIx64 "\t%016" PRIx64 "\t%016" PRIx64 "\n", sums[0], sums[1],
                       sums[2]);
        CHECK_TEXT(line, expected);
        free(expected);
    }
}

/* Modifier letters to which 15.0 gave Other_Lowercase. */
static bool is_cased_since(uint32_t code)
{
    return code == 0x10fc || (code >= 0xa7f2 && code <= 0xa7f4) || code == 0xab69;
}

TEST(unicode_oracle_of_case)
{
    const bool *assigned = stored_set("assigned"), *cased = stored_set("cased");
    const bool *ignorable = stored_set("ignorable");
    for (uint32_t c = 0; c < CODES; c++) {
        if (!assigned[c]) continue;
        CHECK_INT((class_of(c) & LM_CASED) != 0, cased[c] || is_cased_since(c));
        CHECK_INT((class_of(c) & LM_CASE_IGNORABLE) != 0, ignorable[c]);
    }
}

/* What is true of any version: what is folded stays so, and nothing that is no character has a
 * class or becomes another. */
TEST(unicode_of_all)
{
    uint32_t out[LM_UNICODE_MAX], again[LM_UNICODE_MAX];
    for (uint32_t c = 0; c < CODES; c++) {
        const size_t count = lm_unicode_fold(c, out);
        CHECK(count < LM_UNICODE_MAX);
        CHECK_INT(count == 0, (class_of(c) & LM_MARK) != 0);
        for (size_t i = 0; i < count; i++) {
            CHECK_INT(lm_unicode_fold(out[i], again), 1);
            CHECK_INT(again[0], out[i]);
        }
        if ((c & 0xfffe) != 0xfffe && !(c >= 0xd800 && c <= 0xf8ff) && c < 0xf0000) continue;
        CHECK_INT(class_of(c), 0);
        CHECK_INT(out[0], c);
    }
}
