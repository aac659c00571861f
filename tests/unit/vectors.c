/* vectors.c - tests of word vectors as text: what is read, what is refused, and that what is
 * written is read again as it was. */
#include "lm/vectors.h"
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "test.h"

static lm_vectors read_text(const char *text)
{
    lm_err e = {0};
    lm_vectors v;
    CHECK_OK(lm_vectors_read(&v, lm_slice_of(text), "v.txt", &e), &e);
    return v;
}

static void check_word(const lm_vectors *v, uint32_t id, const char *word, const float *value)
{
    CHECK(lm_slice_is(lm_vocab_word(v->vocab, id), word));
    CHECK_INT(lm_vocab_find(v->vocab, lm_slice_of(word)), id);
    CHECK_BYTES(v->value + id * v->dim, value, v->dim * sizeof *value);
}

TEST(vectors_read)
{
    lm_vectors v = read_text("3 2\nthe 0.5 -1\nof 1e-3 .25\n</s> +2 3.\n");
    CHECK_INT(v.vocab->size, 3);
    CHECK_INT(v.dim, 2);
    CHECK(v.vocab->eos == LM_NO_WORD); /* a word as others are */
    check_word(&v, 0, "the", (float[]){0.5F, -1});
    check_word(&v, 1, "of", (float[]){0.001F, 0.25F});
    check_word(&v, 2, "</s>", (float[]){2, 3});
    lm_vectors_free(&v);
    CHECK(v.vocab == NULL && v.value == NULL);
    lm_vectors_free(&v);
}

/* Line ends of DOS, blanks at the ends of lines, as word2vec writes them, empty lines at the end;
 * no newline at the end. */
TEST(vectors_read_with_blanks)
{
    static const char *const texts[] = {
        "2 2\r\na 1 2\r\nb 3 4\r\n", "2 2 \na 1 2 \nb 3 4 \n",  "2 2\na 1 2\nb 3 4",
        "2\t2\na\t1\t2\nb  3  4",    "2 2\na 1 2\nb 3 4\n\n\n", " 2 2\n a 1 2\n b 3 4\n \r\n\t"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lm_vectors v = read_text(texts[i]);
        CHECK_INT(v.vocab->size, 2);
        check_word(&v, 0, "a", (float[]){1, 2});
        check_word(&v, 1, "b", (float[]){3, 4});
        lm_vectors_free(&v);
    }
}

/* The smallest files there can be. */
TEST(vectors_read_of_least_size)
{
    lm_vectors v = read_text("1 1\na 0");
    check_word(&v, 0, "a", (float[]){0});
    lm_vectors_free(&v);
    v = read_text("3 3\na 0 1 2\nb 3 4 5\nc 6 7 8");
    check_word(&v, 2, "c", (float[]){6, 7, 8});
    lm_vectors_free(&v);
}

/* Of a word that is there twice the first line counts, and other words are where they should be. */
TEST(vectors_read_of_a_word_twice)
{
    lm_vectors v = read_text("4 1\na 1\nb 2\na 3\nc 4\n");
    CHECK_INT(v.vocab->size, 3);
    check_word(&v, 0, "a", (float[]){1});
    check_word(&v, 1, "b", (float[]){2});
    check_word(&v, 2, "c", (float[]){4});
    lm_vectors_free(&v);
}

static void refuse(const char *text, const char *message)
{
    lm_err e = {0};
    lm_vectors v;
    CHECK_FAILS(lm_vectors_read(&v, lm_slice_of(text), "v.txt", &e), LM_EFORMAT, &e, message);
    CHECK(v.vocab == NULL && v.value == NULL);
}

TEST(vectors_refused_for_their_first_line)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "a 1\n",
                                        "1\na 1\n",
                                        "1 1 1\na 1\n",
                                        "0 1\n",
                                        "1 0\na",
                                        "-1 1\na 1\n",
                                        "1 -1\na 1\n",
                                        "1.0 1\na 1\n",
                                        "1 x\na 1\n",
                                        "1e0 1\na 1\n",
                                        "\n1 1\na 1\n",
                                        "99999999999999999999 1\na 1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuse(texts[i], "v.txt:1: expected two numbers: how many words, and numbers each");
}

/* Nothing is allocated for what the file is too short to hold. */
TEST(vectors_refused_for_their_claims)
{
    static const char *const texts[] = {"1000000000 1000000000\na 1\n",
                                        "9223372036854775807 9223372036854775807\na 1\n",
                                        "1 9223372036854775807\na 1\n",
                                        "9223372036854775807 1\na 1\n",
                                        "1 4611686018427387903\na 1\n",
                                        "2 1\na 1\n",
                                        "1 2\na 1\n",
                                        "1 1\na",
                                        "1 1\n",
                                        "1 1"};
    failing_begin(0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) refuse(texts[i], "do not fit the");
    refuse("2 1\na 1\n", "v.txt:1: 2 words of 1 numbers do not fit the file's 4 bytes");
    CHECK_INT(failing.calls, 0);
    failing_end();
}

TEST(vectors_refused_for_their_lines)
{
    refuse("2 2\na 1 2\nb 3\n ", "v.txt:3: number 2 is '', expected a number");
    refuse("2 2\na 1\nb 3 4 5\n", "v.txt:2: number 2 is '', expected a number");
    refuse("2 2\na 1 2 3\nb 3 4\n", "v.txt:2: more than 2 numbers");
    refuse("2 2\na 1 2\nb 3 4 x\n", "v.txt:3: more than 2 numbers");
    refuse("2 1\na 1        \n", "v.txt:2: ends after 1 words of 2");
    refuse("1 2\na 1 2\nb 3 4\n", "v.txt:3: more than the 1 words of line 1");
    refuse("1 2\na 1 2\n\n \nb\n", "v.txt:5: more than the 1 words of line 1");
    refuse("2 1\na 1\n\nb 2\n", "v.txt:3: number 1 is '', expected a number");
    refuse("1 3\na 1 0x2 3\n", "v.txt:2: number 2 is '0x2', expected a number");
    refuse("1 2\na 1,5 2\n", "v.txt:2: number 1 is '1,5', expected a number");
    refuse("1 1\na nan\n", "v.txt:2: number 1 is 'nan', expected a number");
    refuse("1 1\na -inf\n", "v.txt:2: number 1 is '-inf', expected a number");
    refuse("1 1\na 1e39\n", "v.txt:2: number 1 is '1e39', expected a number");
    refuse("1 1\na 3.40282356779733661638e38\n", "v.txt:2: number 1 is '3.402823567797336");
    refuse("1 1\na -3.4028236e38\n", "v.txt:2: number 1 is '-3.4028236e38'");
    refuse("1 1\na 1e999\n", "v.txt:2: number 1 is '1e999', expected a number");
    refuse("1 1\na x234567890123456789012345678901234567890123456789\n",
           "v.txt:2: number 1 is 'x234567890123456789012345678901234567890', expected a number");
}

/* ---- writing ---- */

enum { DIM = 61 };

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Of every sign and exponent the least and the greatest fraction, and some between. */
static size_t all_kinds(float *x)
{
    size_t n = 0;
    random_state = 5;
    for (uint32_t high = 0; high < 512; high++)
        for (uint32_t i = 0; high % 256 < 255 && i < 8; i++) {
            const uint32_t fractions[] = {0, 1, 0x7fffff, 0x7ffffe, 0x400000};
            x[n++] = from_bits(high << 23 | (i < 5 ? fractions[i] : (uint32_t)below(0x800000)));
        }
    return n;
}

TEST(vectors_written_and_read)
{
    static float x[512 * 8 + DIM];
    lm_err e = {0};
    lm_out *out;
    lm_map map;
    lm_vectors v;
    const size_t words = (all_kinds(x) + DIM - 1) / DIM;
    CHECK(x[254 * 8 + 2] == FLT_MAX && x[0] == 0 && x[1] == FLT_TRUE_MIN);
    CHECK_OK(lm_out_open(&out, "v.txt", &e), &e);
    CHECK_OK(lm_vectors_begin(out, words, DIM, &e), &e);
    for (size_t w = 0; w < words; w++) {
        char word[32];
        snprintf(word, sizeof word, "w%zu", w);
        CHECK_OK(lm_vectors_add(out, lm_slice_of(word), x + w * DIM, DIM, &e), &e);
    }
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    CHECK_OK(lm_map_open(&map, "v.txt", &e), &e);
    CHECK_OK(lm_vectors_read(&v, (lm_slice){(const char *)map.bytes, map.length}, "v.txt", &e), &e);
    CHECK_INT(v.vocab->size, words);
    CHECK_INT(v.dim, DIM);
    CHECK_BYTES(v.value, x, words * DIM * sizeof *x);
    lm_vectors_free(&v);
    lm_map_close(&map);
}

TEST(vectors_as_they_are_written)
{
    static const char expected[] =
        "2 3\n<s> 1 -0 0.100000001\n\xc3\xa4 3.40282347e+38 1.40129846e-45 2.5\n";
    lm_err e = {0};
    lm_out *out;
    lm_map map;
    CHECK_OK(lm_out_open(&out, "v.txt", &e), &e);
    CHECK_OK(lm_vectors_begin(out, 2, 3, &e), &e);
    CHECK_OK(lm_vectors_add(out, lm_slice_of("<s>"), (lm_real[]){1, -0.0F, 0.1F}, 3, &e), &e);
    CHECK_OK(
        lm_vectors_add(out, lm_slice_of("\xc3\xa4"), (lm_real[]){FLT_MAX, 1e-45F, 2.5F}, 3, &e),
        &e);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    CHECK_OK(lm_map_open(&map, "v.txt", &e), &e);
    CHECK_INT(map.length, sizeof expected - 1);
    if (memcmp(map.bytes, expected, sizeof expected - 1) != 0)
        printf("%s", (const char *)map.bytes);
    CHECK_BYTES(map.bytes, expected, sizeof expected - 1);
    lm_map_close(&map);
}

TEST(vectors_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_vectors v;
        const lm_status s = lm_vectors_read(&v, lm_slice_of("2 1\na 1\nb 2\n"), "v.txt", &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK((v.vocab == NULL) == (s != LM_OK) && (v.value == NULL) == (s != LM_OK));
        lm_vectors_free(&v);
        failing_end();
    }
}
