/* vectors.c - tests of word vectors in the files of other tools: what is read, what is refused, and
 * that what is written is read again as it was. */
#include "lm/vectors.h"
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "test.h"

static lm_vectors read_bytes(lm_slice bytes, lm_vectors_form form)
{
    lm_err e = {0};
    lm_vectors v;
    CHECK_OK(lm_vectors_read(&v, bytes, "v", form, NULL, &e), &e);
    return v;
}

static lm_vectors read_text(const char *text)
{
    return read_bytes(lm_slice_of(text), LM_VECTORS_AUTO);
}

/* Bytes that may be 0. */
#define BYTES(literal) ((lm_slice){literal, sizeof literal - 1})

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

static void refuse_bytes(lm_slice bytes, lm_vectors_form form, const char *message)
{
    lm_err e = {0};
    lm_vectors v;
    CHECK_FAILS(lm_vectors_read(&v, bytes, "v.txt", form, NULL, &e), LM_EFORMAT, &e, message);
    CHECK(v.vocab == NULL && v.value == NULL);
}

static void refuse(const char *text, const char *message)
{
    refuse_bytes(lm_slice_of(text), LM_VECTORS_TEXT, message);
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
    refuse("2 1\na 1\n", "v.txt:1: 2 words of 1 numbers do not fit the 4 bytes that follow");
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

/* ---- binary ---- */

/* 1, 2 and -0.5, 3.25, with a newline after each and without one. */
#define HALVES           "\x00\x00\x00\xbf\x00\x00\x50\x40"
#define ONE_TWO          "\x00\x00\x80\x3f\x00\x00\x00\x40"
#define WITHOUT_NEWLINES "2 2\nthe " ONE_TWO "\xc3\xa4\xff " HALVES
#define WITH_NEWLINES    "2 2\nthe " ONE_TWO "\n\xc3\xa4\xff " HALVES "\n"

TEST(vectors_read_in_binary)
{
    const lm_slice files[] = {BYTES(WITHOUT_NEWLINES), BYTES(WITH_NEWLINES)};
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(lm_vectors_recognise(files[i]), LM_VECTORS_BINARY);
        lm_vectors v = read_bytes(files[i], LM_VECTORS_AUTO);
        CHECK_INT(v.vocab->size, 2);
        check_word(&v, 0, "the", (float[]){1, 2});
        check_word(&v, 1, "\xc3\xa4\xff", (float[]){-0.5F, 3.25F});
        lm_vectors_free(&v);
    }
}

/* Whatever is cut off is missed, but for the newline at the end.  Copies of their exact size let a
 * sanitizer see a read past their end. */
TEST(vectors_in_binary_cut_off)
{
    const lm_slice files[] = {BYTES(WITHOUT_NEWLINES), BYTES(WITH_NEWLINES)};
    for (size_t i = 0; i < 2; i++)
        for (size_t n = 0; n < files[i].length; n++)
            for (int form = LM_VECTORS_AUTO; form <= LM_VECTORS_GLOVE; form++) {
                lm_err e = {0};
                lm_vectors v;
                char *copy = malloc(n + !n);
                CHECK(copy != NULL);
                memcpy(copy, files[i].text, n);
                const lm_status s =
                    lm_vectors_read(&v, (lm_slice){copy, n}, "v", (lm_vectors_form)form, NULL, &e);
                const bool whole = i == 1 && n + 1 == files[i].length;
                if (form == LM_VECTORS_BINARY) CHECK_INT(s, whole ? LM_OK : LM_EFORMAT);
                lm_vectors_free(&v);
                free(copy);
            }
}

TEST(vectors_in_binary_that_are_refused)
{
    refuse_bytes(BYTES("2 2\nthe " ONE_TWO), LM_VECTORS_BINARY,
                 "v.txt: byte 0: 2 words of 2 numbers do not fit the 12 bytes that");
    refuse_bytes(BYTES("2 2\nthe " ONE_TWO "abc " ONE_TWO), LM_VECTORS_TEXT, "v.txt:2: number");
    refuse_bytes(BYTES("2 2\nthelongword " ONE_TWO "a \0\0\0\0\0\0\0"), LM_VECTORS_BINARY,
                 "v.txt: byte 26: the file ends within the numbers of word 2 of 2");
    refuse_bytes(BYTES("2 2\nthelongword " ONE_TWO "abcdefghi"), LM_VECTORS_BINARY,
                 "v.txt: byte 24: expected a word and a blank after it");
    refuse_bytes(BYTES("1 2\na " ONE_TWO "b " ONE_TWO), LM_VECTORS_BINARY,
                 "v.txt: byte 14: more than the 1 words of the first line");
    refuse_bytes(BYTES("1 2\na \0\0\0\0\0\0\x80\x7f"), LM_VECTORS_BINARY,
                 "v.txt: byte 10: a number that is not finite");
    refuse_bytes(BYTES("1 2\na \xff\xff\xff\xff\0\0\0\0"), LM_VECTORS_BINARY,
                 "v.txt: byte 6: a number that is not finite");
    refuse_bytes(BYTES("1 1\n \0\0\0\0"), LM_VECTORS_BINARY, "v.txt: no words");
    failing_begin(0);
    refuse_bytes(BYTES("9223372036854775807 9223372036854775807\na " ONE_TWO), LM_VECTORS_BINARY,
                 "do not fit");
    refuse_bytes(BYTES("4611686018427387904 1\na " ONE_TWO), LM_VECTORS_BINARY, "do not fit");
    refuse_bytes(BYTES("1 4611686018427387905\na " ONE_TWO), LM_VECTORS_BINARY, "do not fit");
    CHECK_INT(failing.calls, 0);
    failing_end();
}

/* ---- GloVe ---- */

TEST(vectors_read_as_glove)
{
    lm_vectors v = read_text(", 1 2\n. . . -0.5 3.25\n7 7 8\n at  x 5 6 \n9 10 11 12\n\n");
    CHECK_INT(v.dim, 2);
    CHECK_INT(v.vocab->size, 5);
    check_word(&v, 0, ",", (float[]){1, 2});
    check_word(&v, 1, ". . .", (float[]){-0.5F, 3.25F});
    check_word(&v, 2, "7", (float[]){7, 8});
    check_word(&v, 3, "at  x", (float[]){5, 6});
    check_word(&v, 4, "9 10", (float[]){11, 12});
    lm_vectors_free(&v);
    v = read_bytes(lm_slice_of("3 4\nb 5"), LM_VECTORS_GLOVE);
    CHECK_INT(v.dim, 1);
    check_word(&v, 0, "3", (float[]){4});
    check_word(&v, 1, "b", (float[]){5});
    lm_vectors_free(&v);
}

TEST(vectors_of_glove_that_are_refused)
{
    refuse_bytes(BYTES("a 1 2\nb 3\n"), LM_VECTORS_GLOVE, "v.txt:2: number 1 is 'b', expected");
    refuse_bytes(BYTES("a 1 2\nb x 3\n"), LM_VECTORS_GLOVE, "v.txt:2: number 1 is 'x', expected");
    refuse_bytes(BYTES("a 1 2\n\nb 1 3\n"), LM_VECTORS_GLOVE, "v.txt:2: an empty line, and more");
    refuse_bytes(BYTES("\na 1 2\n"), LM_VECTORS_GLOVE, "v.txt:1: expected a word and its numbers");
    refuse_bytes(BYTES("a\n"), LM_VECTORS_GLOVE, "v.txt:1: expected a word and its numbers");
    refuse_bytes(BYTES(""), LM_VECTORS_GLOVE, "v.txt:1: expected a word and its numbers");
    refuse_bytes(BYTES("a nan 2 nan\n"), LM_VECTORS_GLOVE, "v.txt:1: expected a word and its");
}

/* ---- any form ---- */

/* What is neither is not guessed at: a list of words with their counts, for one. */
TEST(vectors_recognised)
{
    static const struct {
        const char *text;
        lm_vectors_form form;
    } files[] = {{"2 1\na 1\nb 2\n", LM_VECTORS_TEXT},
                 {"2 2\na x 1\n", LM_VECTORS_TEXT},
                 {"2 2\na 1\n\xc3\xa4 2\n", LM_VECTORS_TEXT},
                 {"2 2\n", LM_VECTORS_TEXT},
                 {"1 2\na \x01zzzzzzz", LM_VECTORS_BINARY},
                 {"1 2\na \xc3\xa4zzzzzz", LM_VECTORS_BINARY},
                 {"a 1 2\n", LM_VECTORS_GLOVE},
                 {"a b c 1 2\n", LM_VECTORS_GLOVE},
                 {"1 2 3\n", LM_VECTORS_GLOVE},
                 {"the 1061396\nof 593677\n", LM_VECTORS_AUTO},
                 {"It was 5 or 6 o'clock\n", LM_VECTORS_AUTO},
                 {"\n", LM_VECTORS_AUTO},
                 {"", LM_VECTORS_AUTO}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        CHECK_INT(lm_vectors_recognise(lm_slice_of(files[i].text)), files[i].form);
    refuse_bytes(BYTES("the 12\nof 5\n"), LM_VECTORS_AUTO,
                 "v.txt:1: expected word vectors: how many words, and numbers each, or (GloVe) a");
}

TEST(files_of_others_refused)
{
    static const struct {
        lm_slice bytes;
        const char *message;
    } files[] = {
        {{"\x80\x02}q", 4}, "v.txt: a Python pickle, as gensim saves models; let gensim write"},
        {{"\x80\x05\x95", 3}, "v.txt: a Python pickle"},
        {{"\xba\x16\x4f\x2f\x0c\0\0\0", 8}, "v.txt: a model of fastText; its vectors are in"},
        {{"\x89HDF\r\n\x1a\n", 8}, "v.txt: an HDF5 file"},
        {{"\x93NUMPY\1\0", 8}, "v.txt: a NumPy array, which has no words"},
        {{"PK\3\4", 4}, "v.txt: a zip archive; unpack it first"},
        {{"\x1f\x8b\x08", 3}, "v.txt: compressed; let 'gzip -dc' write it"},
        {{"BZh9", 4}, "v.txt: compressed; let 'bzip2 -dc'"},
        {{"\xfd"
          "7zXZ",
          5},
         "v.txt: compressed; let 'xz -dc'"},
        {{"\x28\xb5\x2f\xfd", 4}, "v.txt: compressed; let 'zstd -dc'"},
        {{"\2\0\0\0\0\0\0\0{}", 10}, "v.txt: a checkpoint; 'ckpt-convert --to w2v'"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        refuse_bytes(files[i].bytes, LM_VECTORS_AUTO, files[i].message);
    refuse_bytes(BYTES("\x80"), LM_VECTORS_AUTO, "v.txt:1: expected word vectors");
    refuse_bytes(BYTES("\xba\x16\x4f"), LM_VECTORS_AUTO, "v.txt:1: expected word vectors");
}

/* A model of fastText from before it had a magic number. */
TEST(old_fasttext_refused)
{
    int32_t header[14] = {10, 5, 5, 5, 5, 1, 2, 2, 1000, 3, 6, 10000, 0, 0};
    refuse_bytes((lm_slice){(const char *)header, sizeof header}, LM_VECTORS_AUTO,
                 "v.txt: a model of fastText");
    header[6] = 4;
    refuse_bytes((lm_slice){(const char *)header, sizeof header}, LM_VECTORS_AUTO,
                 "v.txt:1: expected word vectors");
}

TEST(vectors_of_long_words)
{
    enum { MOST = 1 << 20 };
    static const char *const ends[] = {" 5\n", " \0\0\xa0\x40", " 5 6\n"};
    static const size_t lengths[] = {3, 5, 5};
    static const char *const heads[] = {"1 1\n", "1 1\n", ""};
    static char file[MOST + 16];
    for (int i = 0; i < 3; i++)
        for (int over = 0; over < 2; over++) {
            const lm_vectors_form form = (lm_vectors_form)(LM_VECTORS_TEXT + i);
            const size_t word = MOST + (size_t)over, head = strlen(heads[i]);
            memset(file, 'w', sizeof file);
            memcpy(file, heads[i], head);
            memcpy(file + head + word, ends[i], lengths[i]);
            const lm_slice bytes = {file, head + word + lengths[i]};
            if (over) {
                refuse_bytes(bytes, form, "a word of more than 1048576 bytes");
                continue;
            }
            lm_vectors v = read_bytes(bytes, form);
            CHECK_INT(lm_vocab_word(v.vocab, 0).length, MOST);
            CHECK(v.value[0] == 5);
            lm_vectors_free(&v);
        }
}

static char warned[256];

static void hear(void *context, lm_say_level level, const char *text)
{
    (void)context;
    CHECK_INT(level, LM_SAY_WARNING);
    snprintf(warned + strlen(warned), sizeof warned - strlen(warned), "%s\n", text);
}

TEST(vectors_left_out_are_told)
{
    const lm_run run = {.say = hear};
    lm_err e = {0};
    lm_vectors v;
    CHECK_OK(lm_vectors_read(&v,
                             BYTES("4 1\na \0\0\x80\x3f \0\0\x80\x3f"
                                   "a \0\0\0\0b \0\0\0\x40"),
                             "v", LM_VECTORS_AUTO, &run, &e),
             &e);
    CHECK_INT(v.vocab->size, 2);
    check_word(&v, 0, "a", (float[]){1});
    check_word(&v, 1, "b", (float[]){2});
    CHECK_TEXT(warned, "v: words that came before, whose vectors are left out: 1\n"
                       "v: empty words, whose vectors are left out: 1\n");
    lm_vectors_free(&v);
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

static void write_file(lm_vectors_form form, bool compat, lm_vectors_writer *w,
                       const char *const *words, const lm_real *x, size_t count, size_t dim)
{
    lm_err e = {0};
    lm_out *out, *list;
    CHECK_OK(lm_out_open(&out, "v", &e), &e);
    CHECK_OK(lm_out_open(&list, "words", &e), &e);
    *w = (lm_vectors_writer){out, form, compat, list, dim, 0};
    CHECK_OK(lm_vectors_begin(w, count, &e), &e);
    for (size_t i = 0; i < count; i++) {
        char word[32];
        snprintf(word, sizeof word, "w%zu", i);
        CHECK_OK(lm_vectors_add(w, lm_slice_of(words ? words[i] : word), x + i * dim, &e), &e);
    }
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    CHECK_OK(lm_out_close(list, LM_OK, &e), &e);
}

TEST(vectors_written_and_read)
{
    static float x[512 * 8 + DIM];
    const size_t words = (all_kinds(x) + DIM - 1) / DIM;
    CHECK(x[254 * 8 + 2] == FLT_MAX && x[0] == 0 && x[1] == FLT_TRUE_MIN);
    for (int form = LM_VECTORS_TEXT; form <= LM_VECTORS_GLOVE; form++)
        for (int compat = 0; compat < 2; compat++) {
            lm_err e = {0};
            lm_map map;
            lm_vectors_writer w;
            if (compat && form != LM_VECTORS_BINARY) continue;
            write_file((lm_vectors_form)form, compat, &w, NULL, x, words, DIM);
            CHECK_OK(lm_map_open(&map, "v", &e), &e);
            const lm_slice bytes = {(const char *)map.bytes, map.length};
            CHECK_INT(lm_vectors_recognise(bytes), form);
            lm_vectors v = read_bytes(bytes, LM_VECTORS_AUTO);
            CHECK_INT(v.vocab->size, words);
            CHECK_INT(v.dim, DIM);
            CHECK_BYTES(v.value, x, words * DIM * sizeof *x);
            lm_vectors_free(&v);
            lm_map_close(&map);
        }
}

static void check_file(const char *name, lm_slice expected)
{
    lm_err e = {0};
    lm_map map;
    CHECK_OK(lm_map_open(&map, name, &e), &e);
    CHECK_INT(map.length, expected.length);
    CHECK_BYTES(map.bytes, expected.text, expected.length);
    lm_map_close(&map);
}

TEST(vectors_as_they_are_written)
{
    static const char *const words[] = {"<s>", "\xc3\xa4"};
    static const lm_real x[] = {1, -0.0F, 0.1F, FLT_MAX, 1e-45F, 2.5F};
    lm_vectors_writer w;
    write_file(LM_VECTORS_TEXT, false, &w, words, x, 2, 3);
    check_file("v",
               BYTES("2 3\n<s> 1 -0 0.100000001\n\xc3\xa4 3.40282347e+38 1.40129846e-45 2.5\n"));
    check_file("words", BYTES("<s>\n\xc3\xa4\n"));
    CHECK_INT(w.escaped, 0);
    write_file(LM_VECTORS_GLOVE, false, &w, words, x, 1, 3);
    check_file("v", BYTES("<s> 1 -0 0.100000001\n"));
    write_file(LM_VECTORS_TEXT, true, &w, words, x, 1, 3);
    check_file("v", BYTES("1 3\n<s> 1.000000 -0.000000 0.100000 \n"));
    write_file(LM_VECTORS_BINARY, false, &w, words, x, 1, 2);
    check_file("v", BYTES("1 2\n<s> \0\0\x80\x3f\0\0\0\x80"));
    write_file(LM_VECTORS_BINARY, true, &w, words, x, 1, 2);
    check_file("v", BYTES("1 2\n<s> \0\0\x80\x3f\0\0\0\x80\n"));
    write_file(LM_VECTORS_NPY, false, &w, words, x, 1, 1);
    check_file("v", BYTES("\x93NUMPY\1\0\x76\0"
                          "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }"
                          "                                                          \n"
                          "\0\0\x80\x3f"));
}

/* What would end a word is escaped where it would. */
TEST(vectors_of_words_with_blanks_as_they_are_written)
{
    static const char *const words[] = {". .", "a\tb", "a\nb", " a", "a ", "a\\ b", "a\rb"};
    static const lm_real x[7] = {0};
    static const char glove[] =
        ". . 0\na\\x09b 0\na\\x0Ab 0\n\\x20a 0\na\\x20 0\na\\ b 0\na\\x0Db 0\n";
    lm_vectors_writer w;
    write_file(LM_VECTORS_TEXT, false, &w, words, x, 7, 1);
    check_file("v", BYTES("7 1\n.\\x20. 0\na\\x09b 0\na\\x0Ab 0\n\\x20a 0\na\\x20 0\n"
                          "a\\x5C\\x20b 0\na\\x0Db 0\n"));
    CHECK_INT(w.escaped, 7);
    write_file(LM_VECTORS_GLOVE, false, &w, words, x, 7, 1);
    check_file("v", BYTES(glove));
    CHECK_INT(w.escaped, 5);
    write_file(LM_VECTORS_BINARY, false, &w, words + 1, x, 2, 1);
    check_file("v", BYTES("2 1\na\tb \0\0\0\0a\\x0Ab \0\0\0\0"));
    write_file(LM_VECTORS_NPY, false, &w, words, x, 7, 1);
    check_file("words", BYTES(". .\na\tb\na\\x0Ab\n a\na \na\\ b\na\\x0Db\n"));
}

TEST(vectors_without_memory)
{
    const lm_slice files[] = {BYTES("2 1\na 1\nb 2\n"), BYTES(WITH_NEWLINES),
                              BYTES("a 1 2\nb c 3 4\n")};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_vectors v;
            const lm_status s = lm_vectors_read(&v, files[i], "v", LM_VECTORS_AUTO, NULL, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            CHECK((v.vocab == NULL) == (s != LM_OK) && (v.value == NULL) == (s != LM_OK));
            lm_vectors_free(&v);
            failing_end();
        }
}
