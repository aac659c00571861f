/* space.c - tests of the word vectors of a model: which words there are, their vectors as they are
 * and at unit length, files that are refused. */
#include "lm/space.h"
#include <float.h>
#include <stdio.h>
#include "failing.h"
#include "nnlms.h"
#include "spaces.h"
#include "test.h"

static const char *const words = "<unk> </s> b a c <s>";
static const lm_real values[] = {9, 9, 8, 8, 3, 4, 0, 0, -1, 0, 7, 7};
static const lm_w2v_shape plain = {.dim = 2};

static void make_rows(lm_space *space, size_t threads)
{
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
    CHECK_OK(lm_space_rows(space, pool, &e), &e);
    lm_pool_free(pool);
}

static bool has_vector(const lm_space *space, const char *word, lm_real *x)
{
    lm_err e = {0};
    bool found;
    CHECK_OK(lm_space_vector(space, lm_slice_of(word), x, &found, &e), &e);
    return found;
}

TEST(space_of_words)
{
    lm_err e = {0};
    lm_str word = {0};
    write_space("v.w2v", plain, words, values, NULL);
    lm_space *space = open_space("v.w2v");
    CHECK_INT(space->count, 3);
    CHECK_INT(space->dim, 2);
    CHECK_INT(space->stride, 16);
    CHECK(space->id[0] == 2 && space->id[1] == 3 && space->id[2] == 4);
    CHECK_INT(lm_space_find(space, lm_slice_of("a")), 1);
    CHECK_INT(lm_space_find(space, lm_slice_of("c")), 2);
    CHECK_INT(lm_space_find(space, lm_slice_of("d")), LM_NO_ROW);
    CHECK_INT(lm_space_find(space, lm_slice_of("<unk>")), LM_NO_ROW);
    CHECK_INT(lm_space_find(space, lm_slice_of("</s>")), LM_NO_ROW);
    CHECK_OK(lm_space_add_word(space, 0, &word, &e), &e);
    CHECK_TEXT(word.text, "b");
    CHECK(lm_space_order(space, 0, 1) > 0 && lm_space_order(space, 1, 2) < 0);
    CHECK_INT(lm_space_order(space, 2, 2), 0);
    lm_str_free(&word);
    lm_space_close(space);
}

TEST(space_of_the_first_words)
{
    write_space("v.w2v", plain, words, values, NULL);
    lm_space *space = open_space("v.w2v");
    static const size_t expected[] = {3, 0, 0, 1, 2, 3, 3, 3};
    for (size_t n = 0; n < 8; n++) CHECK_INT(lm_space_first(space, n), expected[n]);
    lm_space_close(space);
}

/* 3-4-5 by hand; a vector of zeros has no direction. */
TEST(space_rows_of_unit_length)
{
    static const lm_real unit[] = {0.6F, 0.8F, 0, 0, -1, 0};
    write_space("v.w2v", plain, words, values, NULL);
    lm_space *space = open_space("v.w2v");
    CHECK(space->unit == NULL);
    make_rows(space, 2);
    for (size_t row = 0; row < 3; row++)
        for (size_t i = 0; i < 16; i++)
            CHECK_NEAR(space->unit[row * 16 + i], i < 2 ? unit[row * 2 + i] : 0, 1e-7);
    const lm_nearest_table table = lm_space_table(space, 2);
    CHECK(table.rows == space->unit && table.count == 2 && table.stride == 16 && table.dim == 2);
    lm_space_close(space);
}

TEST(space_vectors_as_they_are)
{
    lm_real x[2];
    write_space("v.w2v", plain, words, values, NULL);
    lm_space *space = open_space("v.w2v");
    CHECK(has_vector(space, "b", x) && x[0] == 3 && x[1] == 4);
    CHECK(!has_vector(space, "d", x) && x[0] == 0 && x[1] == 0);
    CHECK(!has_vector(space, "", x) && !has_vector(space, "<unk>", x) && x[0] == 0);
    lm_space_close(space);
}

/* Squares of these would be no floats. */
TEST(space_of_extreme_vectors)
{
    static const lm_real extreme[] = {FLT_MAX, FLT_MAX, FLT_TRUE_MIN, 0, -FLT_MIN, FLT_MIN};
    static const double unit[] = {0.70710678, 0.70710678, 1, 0, -0.70710678, 0.70710678};
    write_space("v.w2v", plain, "x y z", extreme, NULL);
    lm_space *space = open_space("v.w2v");
    make_rows(space, 1);
    for (size_t i = 0; i < 6; i++) CHECK_NEAR(space->unit[i / 2 * 16 + i % 2], unit[i], 1e-6);
    lm_space_close(space);
}

TEST(space_of_one_word_and_number)
{
    static const lm_real x = -3;
    write_space("v.w2v", (lm_w2v_shape){.dim = 1}, "x", &x, NULL);
    lm_space *space = open_space("v.w2v");
    make_rows(space, 3);
    CHECK(space->count == 1 && space->unit[0] == -1);
    lm_space_close(space);
}

/* The character n-grams of a word are told by lm_w2v_vector, whose tests are elsewhere: here only
 * that it is asked.  With one bucket all n-grams are it.  "ab" has <a, ab and b>: (v + 3 s) / 4. */
TEST(space_with_subwords)
{
    static const lm_real v[] = {4, 0}, subword[] = {0, 2};
    lm_real x[2];
    const lm_w2v_shape shape = {.dim = 2, .min_n = 2, .max_n = 2, .buckets = 1};
    write_space("v.w2v", shape, "ab", v, subword);
    lm_space *space = open_space("v.w2v");
    CHECK(has_vector(space, "ab", x) && x[0] == 1 && x[1] == 1.5F);
    CHECK(has_vector(space, "unknown", x) && x[0] == 0 && x[1] == 2);
    make_rows(space, 2);
    CHECK_NEAR(space->unit[0], 1 / sqrt(3.25), 1e-6);
    CHECK_NEAR(space->unit[1], 1.5 / sqrt(3.25), 1e-6);
    lm_space_close(space);
}

TEST(space_of_an_nnlm)
{
    const lm_nnlm_shape shape = {.order = 2, .dim = 3, .hidden = 2, .activation = LM_ACT_TANH};
    lm_real x[3];
    random_state = 1;
    lm_nnlm *m = nnlm_drawn(&shape, nnlm_words(6));
    nnlm_write(m, "n.nnlm");
    lm_space *space = open_space("n.nnlm");
    CHECK(space->count == 3 && space->dim == 3);
    CHECK(has_vector(space, "b", x));
    CHECK_BYTES(x, m->weights.embed + 3 * 3, sizeof x);
    CHECK(!has_vector(space, "<s>", x));
    lm_space_close(space);
    lm_nnlm_free(m);
}

/* Words of characters are named as they are printed. */
TEST(space_of_characters)
{
    const lm_nnlm_shape shape = {.order = 2, .dim = 1, .hidden = 1, .activation = LM_ACT_TANH};
    lm_real x;
    lm_nnlm *m = nnlm_drawn(&shape, space_words("a \t b"));
    m->lang.unit = LM_UNIT_CHAR;
    nnlm_write(m, "n.nnlm");
    lm_space *space = open_space("n.nnlm");
    CHECK_INT(lm_space_find(space, lm_slice_of("\\x09")), 1);
    CHECK_INT(lm_space_find(space, lm_slice_of("\\")), LM_NO_ROW);
    CHECK(has_vector(space, "\\x09", &x) && x == m->weights.embed[1]);
    lm_space_close(space);
    lm_nnlm_free(m);
}

static void refuse(const char *path, lm_status status, const char *message)
{
    lm_err e = {0};
    lm_space *space;
    CHECK_FAILS(lm_space_open(&space, path, &e), status, &e, message);
    CHECK(space == NULL);
}

TEST(space_refused)
{
    static const char *const texts[] = {"2 1\na 1\nb 2\n", "10 300 \r\nx", "1 1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        FILE *file = fopen("v.txt", "wb");
        CHECK(file != NULL && fputs(texts[i], file) >= 0 && fclose(file) == 0);
        refuse("v.txt", LM_EFORMAT, "v.txt: vectors as word2vec writes them; make a model of them");
    }
    lm_ckpt_writer *w = new_checkpoint("ngram");
    write_checkpoint(w, "n.lm", NULL);
    refuse("n.lm", LM_EFORMAT, "n.lm: a model of kind 'ngram', which has no word vectors");
    refuse("none", LM_EIO, "none: open: ");
}

/* What only hints at how to read a file may do without. */
TEST(space_without_memory)
{
    write_space("v.w2v", plain, words, values, NULL);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_space *space;
        lm_status s = lm_space_open(&space, "v.w2v", &e);
        if (!s) s = lm_space_rows(space, NULL, &e);
        CHECK(s ? s == LM_ENOMEM && failing.failed : space->unit != NULL);
        lm_space_close(space);
        failing_end();
    }
}
