/* classifier.c - tests of lines as vectors and of classifying them: worked out by hand, against
 * what scipy found, the same for any threads, files that lie. */
#include "lm/classifier.h"
#include <stdio.h>
#include <stdlib.h>
#include "failing.h"
#include "spaces.h"
#include "test.h"

static lm_space *two_numbers(void)
{
    static const lm_real values[] = {9, 9, 3, 4, 1, 0, 0, 0};
    write_space("v.w2v", (lm_w2v_shape){.dim = 2}, "<unk> a b c", values, NULL);
    return open_space("v.w2v");
}

static lm_labelled labelled(const lm_space *space, bool unit, const char *text)
{
    lm_err e = {0};
    lm_labelled lines;
    CHECK_OK(lm_labelled_read(&lines, space, unit, lm_slice_of(text), "l.tsv", &e), &e);
    return lines;
}

static void check_line(const lm_labelled *lines, size_t i, uint32_t label, double x, double y)
{
    CHECK_INT(lines->label[i], label);
    CHECK_NEAR(lines->x[2 * i], x, 1e-7);
    CHECK_NEAR(lines->x[2 * i + 1], y, 1e-7);
}

TEST(embed_lines_with_labels)
{
    lm_space *space = two_numbers();
    lm_labelled lines = labelled(space, false, "x\ta b\ny\t\nx\tzebra b\tc <unk>\r\nz z\ta");
    CHECK_INT(lines.count, 4);
    CHECK_INT(lines.labels->size, 3);
    CHECK(lm_slice_is(lm_vocab_word(lines.labels, 2), "z z"));
    check_line(&lines, 0, 0, 2, 2);
    check_line(&lines, 1, 1, 0, 0);
    check_line(&lines, 2, 0, 0.5, 0); /* c has a vector, which is of zeros */
    check_line(&lines, 3, 2, 3, 4);
    lm_labelled_free(&lines);
    lines = labelled(space, true, "x\ta b\n");
    check_line(&lines, 0, 0, 0.8, 0.4);
    lm_labelled_free(&lines);
    lm_space_close(space);
}

TEST(embed_refuses_lines_without_labels)
{
    static const char *const texts[] = {"x\ta\nb\n", "x\ta\n\n", "x\ta\n\tb\n"};
    lm_space *space = two_numbers();
    for (size_t i = 0; i < 3; i++) {
        lm_err e = {0};
        lm_labelled lines;
        CHECK_FAILS(lm_labelled_read(&lines, space, false, lm_slice_of(texts[i]), "l.tsv", &e),
                    LM_EFORMAT, &e, "l.tsv:2: expected a label, a TAB and text");
        CHECK(lines.x == NULL);
    }
    lm_err e = {0};
    lm_labelled lines;
    CHECK_FAILS(lm_labelled_read(&lines, space, false, lm_slice_of("x\ta\nx\t<s>\n"), "l.tsv", &e),
                LM_EFORMAT, &e, "l.tsv:2: '<s>' is a mark");
    lm_space_close(space);
}

/* ---- training ---- */

static lm_classifier *trained(const lm_space *space, const char *text, double l2, size_t threads)
{
    lm_err e = {0};
    lm_run run = {.pool = NULL};
    lm_classifier *c;
    lm_labelled lines = labelled(space, false, text);
    CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    CHECK_OK(lm_classifier_train(&c, space, &lines, false, l2, &run, &e), &e);
    lm_pool_free(run.pool);
    lm_labelled_free(&lines);
    return c;
}

/* Labels without any difference have their shares as probabilities. */
TEST(classifier_of_shares)
{
    static const lm_real x[] = {5, 6};
    double p[3];
    lm_space *space = two_numbers();
    lm_classifier *c = trained(space, "z\tc\ny\t\nz\tc c\nx\tc\n", 0.1, 2);
    CHECK(lm_slice_is(lm_vocab_word(c->labels, 0), "x"));
    CHECK(lm_slice_is(lm_vocab_word(c->labels, 2), "z"));
    lm_classifier_predict(c, x, p);
    CHECK_NEAR(p[0], 0.25, 1e-6);
    CHECK_NEAR(p[1], 0.25, 1e-6);
    CHECK_NEAR(p[2], 0.5, 1e-6);
    lm_classifier_free(c);
    lm_space_close(space);
}

/* scipy.optimize.minimize 1.10.1 (BFGS, gtol 1e-12) of the same function of the examples
 *     u (3,4), v (1,0), v (2,2), u (0,0), w (1,0)    with l2 = 0.1
 * by tests/oracle/classifier.py. */
static const double scipy_weight[] = {-0.708665718, 0.798190733, 0.493683397,
                                      -0.204306363, 0.214982321, -0.593884370};
static const double scipy_bias[] = {0.319774761, -0.083992747, -0.235782014};

TEST(classifier_as_scipy_finds_it)
{
    lm_space *space = two_numbers();
    lm_classifier *c = trained(space, "u\ta\nv\tb\nv\ta b\nu\tc\nw\tb\n", 0.1, 1);
    CHECK_INT(c->labels->size, 3);
    for (size_t i = 0; i < 6; i++) CHECK_NEAR(c->weights.weight[i], scipy_weight[i], 1e-6);
    for (size_t i = 0; i < 3; i++) CHECK_NEAR(c->weights.bias[i], scipy_bias[i], 1e-6);
    for (size_t threads = 2; threads < 4; threads++) {
        lm_classifier *other = trained(space, "u\ta\nv\tb\nv\ta b\nu\tc\nw\tb\n", 0.1, threads);
        CHECK_BYTES(other->values, c->values, c->params->size * sizeof *c->values);
        lm_classifier_free(other);
    }
    lm_classifier_free(c);
    lm_space_close(space);
}

TEST(classifier_tested)
{
    lm_err e = {0};
    lm_classifier_test test;
    lm_space *space = two_numbers();
    lm_classifier *c = trained(space, "z\tc\ny\tc\nz\tc c\nx\tc\n", 0.1, 1);
    lm_labelled lines = labelled(space, false, "z\ta\nx\tb\n");
    CHECK_OK(lm_classifier_try(c, &lines, &test, &e), &e);
    CHECK(test.examples == 2 && test.right == 1);
    CHECK_NEAR(test.nats, log(2) + log(4), 1e-6);
    lm_labelled_free(&lines);
    lines = labelled(space, false, "new\ta\n");
    CHECK_OK(lm_classifier_try(c, &lines, &test, &e), &e);
    CHECK(test.right == 0 && isinf(test.nats) && test.nats > 0);
    lm_labelled_free(&lines);
    lm_classifier_free(c);
    lm_space_close(space);
}

static void refuse_training(const lm_space *space, const char *text, const char *message)
{
    lm_err e = {0};
    lm_classifier *c;
    lm_labelled lines = labelled(space, false, text);
    CHECK_FAILS(lm_classifier_train(&c, space, &lines, false, 1, NULL, &e), LM_EFORMAT, &e,
                message);
    CHECK(c == NULL);
    lm_labelled_free(&lines);
}

TEST(classifier_refuses_labels)
{
    lm_space *space = two_numbers();
    refuse_training(space, "", "0 labels, expected 2 to 4096");
    refuse_training(space, "x\ta\nx\tb\n", "1 labels, expected 2 to 4096");
    refuse_training(space, "x\ta\n\xff\tb\n", "label 2 is not UTF-8");
    lm_space_close(space);
}

/* ---- files ---- */

static void write_classifier(const lm_classifier *c, const char *path)
{
    lm_err e = {0};
    lm_ckpt_writer *writer = new_checkpoint("classifier");
    CHECK_OK(lm_classifier_save(c, writer, &e), &e);
    write_checkpoint(writer, path, NULL);
}

TEST(classifier_saved_and_loaded)
{
    lm_err e = {0};
    lm_space *space = two_numbers();
    lm_classifier *d, *c = trained(space, "\"q\"\\ \ta\nv\tb\n\xc3\xa4\ta b\n", 0.1, 1);
    write_classifier(c, "c");
    CHECK_OK(lm_classifier_open(&d, "c", space, NULL, &e), &e);
    CHECK(d->dim == 2 && !d->unit && d->labels->size == 3);
    for (uint32_t i = 0; i < 3; i++)
        CHECK_INT(lm_slice_compare(lm_vocab_word(c->labels, i), lm_vocab_word(d->labels, i)), 0);
    CHECK_TEXT(d->vectors.text, c->vectors.text);
    CHECK_BYTES(d->values, c->values, c->params->size * sizeof *c->values);
    lm_classifier_free(c);
    lm_classifier_free(d);
    lm_space_close(space);
}

TEST(classifier_of_other_vectors)
{
    static const lm_real one[] = {1, 2};
    lm_err e = {0};
    lm_space *space = two_numbers();
    lm_classifier *d, *c = trained(space, "x\ta\ny\tb\n", 0.1, 1);
    write_classifier(c, "c");
    lm_space_close(space);
    write_space("one.w2v", (lm_w2v_shape){.dim = 1}, "a b", one, NULL);
    space = open_space("one.w2v");
    CHECK_FAILS(lm_classifier_open(&d, "c", space, NULL, &e), LM_EUSAGE, &e,
                "c: for vectors of 2 numbers, but the model's have 1");
    e = (lm_err){0};
    CHECK_FAILS(lm_classifier_open(&d, "one.w2v", space, NULL, &e), LM_EFORMAT, &e,
                "one.w2v: not a classifier (kind 'w2v')");
    CHECK(d == NULL);
    lm_classifier_free(c);
    lm_space_close(space);
}

static void refuse_config(const char *config, const char *message)
{
    static const lm_real zeros[64];
    lm_err e = {0};
    lm_classifier *c;
    lm_ckpt_writer *w = new_checkpoint("classifier");
    CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of(config), &e), &e);
    const lm_tensor weight = {"weight", LM_F32, 2, {2, 2}, 16, zeros};
    const lm_tensor bias = {"bias", LM_F32, 1, {2}, 8, zeros};
    CHECK_OK(lm_ckpt_add(w, &weight, &e), &e);
    CHECK_OK(lm_ckpt_add(w, &bias, &e), &e);
    write_checkpoint(w, "c", NULL);
    lm_ckpt *ckpt = open_checkpoint("c");
    CHECK_FAILS(lm_classifier_load(&c, ckpt, &e), LM_EFORMAT, &e, message);
    CHECK(c == NULL);
    lm_ckpt_close(ckpt);
}

TEST(classifier_files_that_lie)
{
    refuse_config("{}", "c: lm.config: 0 labels, vectors of 0 numbers");
    refuse_config("{\"dim\":2,\"labels\":[\"a\"]}", "1 labels, vectors of 2 numbers");
    refuse_config("{\"dim\":0,\"labels\":[\"a\",\"b\"]}", "2 labels, vectors of 0 numbers");
    refuse_config("{\"dim\":2,\"labels\":[\"a\",\"a\"]}", "a label that is there twice");
    refuse_config("{\"dim\":2,\"labels\":[\"a\",1]}", "lm.config");
    refuse_config("{\"dim\":3,\"labels\":[\"a\",\"b\"]}", "'weight'");
    refuse_config("{\"dim\":2,\"labels\":[\"a\",\"b\",\"c\"]}", "'");
    refuse_config("{\"dim\":18446744073709551615,\"labels\":[\"a\",\"b\"]}", "lm.config");
    refuse_config("{\"dim\":9223372036854775807,\"labels\":[\"a\",\"b\"]}", "lm.config");
}

TEST(classifier_without_memory)
{
    lm_space *space = two_numbers();
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_labelled lines;
        lm_classifier *c = NULL;
        const lm_slice text = lm_slice_of("x\ta\ny\tb\n");
        lm_status s = lm_labelled_read(&lines, space, false, text, "l.tsv", &e);
        if (!s) s = lm_classifier_train(&c, space, &lines, false, 1, NULL, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_classifier_free(c);
        lm_labelled_free(&lines);
        failing_end();
    }
    lm_space_close(space);
}
