/* w2v_file.c - tests of word vectors in checkpoints and in the files of other tools: what is saved
 * is loaded, conversions keep every bit, and files that lie are refused as malformed, or used
 * without leaving any array. */
#include <stdlib.h>
#include "contents.h"
#include "failing.h"
#include "lm/convert.h"
#include "w2v_models.h"

enum { WORDS = 6, DIM = 3 };

static lm_w2v *model_of_form(int form)
{
    const lm_w2v_shape shape = w2v_form(form, DIM);
    random_state = (uint64_t)form;
    return w2v_drawn(&shape, w2v_words(WORDS));
}

static void write_form(int form, const char *path)
{
    lm_w2v *m = model_of_form(form);
    w2v_write(m, path);
    lm_w2v_free(m);
}

static lm_w2v *load(const char *path)
{
    lm_err e = {0};
    lm_w2v *m;
    lm_ckpt *ckpt = open_checkpoint(path);
    CHECK_OK(lm_w2v_load(&m, ckpt, &e), &e);
    /* Its words are views of the checkpoint: they are copied for the time after it. */
    lm_vocab *copy;
    uint32_t id;
    CHECK_OK(lm_vocab_new(&copy, &e), &e);
    for (uint32_t i = 0; i < m->lang.vocab->size; i++)
        if (i == m->lang.vocab->eos)
            CHECK_OK(lm_vocab_add_mark(copy, "</s>", &copy->eos, &e), &e);
        else
            CHECK_OK(lm_vocab_add(copy, lm_vocab_word(m->lang.vocab, i), &id, &e), &e);
    lm_vocab_free(m->lang.vocab);
    m->lang.vocab = copy;
    lm_ckpt_close(ckpt);
    return m;
}

/* ---- there and back ---- */

static void check_same(const lm_w2v *a, const lm_w2v *b)
{
    const size_t V = a->lang.vocab->size;
    CHECK_INT(V, b->lang.vocab->size);
    CHECK_INT(a->lang.vocab->eos, b->lang.vocab->eos);
    CHECK_BYTES(&a->lang.spell, &b->lang.spell, sizeof a->lang.spell);
    CHECK(a->lang.unit == b->lang.unit && a->shape.mode == b->shape.mode);
    CHECK(a->shape.loss == b->shape.loss && a->shape.dim == b->shape.dim);
    CHECK(a->shape.window == b->shape.window && a->shape.sum == b->shape.sum);
    CHECK_NEAR(a->shape.noise_power, b->shape.noise_power, 0);
    CHECK(a->shape.bias == b->shape.bias && a->shape.min_n == b->shape.min_n);
    CHECK(a->shape.max_n == b->shape.max_n && a->shape.buckets == b->shape.buckets);
    CHECK_BYTES(a->count, b->count, V * sizeof *a->count);
    CHECK_INT(a->params->size, b->params->size);
    CHECK_BYTES(a->values, b->values, a->params->size * sizeof *a->values);
}

TEST(w2v_saved_and_loaded)
{
    for (int form = 0; form < W2V_FORMS; form++) {
        lm_w2v *m = model_of_form(form);
        m->lang.unit = form % 2 ? LM_UNIT_CHAR : LM_UNIT_WORD;
        w2v_write(m, "m.lm");
        lm_w2v *loaded = load("m.lm");
        check_same(m, loaded);
        w2v_write(loaded, "again.lm");
        CHECK(same_files("m.lm", "again.lm"));
        lm_w2v_free(loaded);
        lm_w2v_free(m);
    }
}

TEST(w2v_configuration)
{
    static contents c;
    write_form(4 + 2, "m.lm");
    take_apart(&c, "m.lm");
    CHECK_TEXT(c.kind, "w2v");
    CHECK_TEXT(c.config,
               "{\"mode\":\"sg\",\"loss\":\"softmax\",\"dim\":3,\"window\":5,\"sum\":true,"
               "\"bias\":true,\"noise_power\":0,\"min_n\":0,\"max_n\":0,\"buckets\":0,"
               "\"unit\":\"word\",\"vocab\":6,"
               "\"unk\":null,\"eos\":0,\"bos\":null,\"marks_as_words\":false}");
    drop(&c);
}

/* ---- files that lie ---- */

static void use(const lm_w2v *m)
{
    static const char *const words[] = {"a", "</s>", "", "zebra", "\xff\xc3"};
    lm_err e = {0};
    bool found;
    lm_real *x = malloc((size_t)m->shape.dim * sizeof *x);
    CHECK(x != NULL);
    for (uint32_t id = 0; id < m->lang.vocab->size; id++)
        CHECK_OK(lm_w2v_vector_of(m, id, x, &e), &e);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK_OK(lm_w2v_vector(m, lm_slice_of(words[i]), x, &found, &e), &e);
    free(x);
}

static bool try_open(const lm_ckpt *ckpt)
{
    lm_err e = {0};
    lm_w2v *m;
    const lm_status s = lm_w2v_load(&m, ckpt, &e);
    CHECK((s == LM_OK) == (m != NULL) && (s == LM_OK || s == LM_EFORMAT));
    if (s) return true;
    use(m);
    CHECK_OK(lm_w2v_slim(m, &e), &e);
    use(m);
    lm_w2v_free(m);
    return false;
}

TEST(lying_tensors_of_w2v)
{
    write_form(0, "m.lm");
    change_tensors("m.lm", 6, try_open);
    write_form(4 + 8 + 2, "m.lm");
    change_tensors("m.lm", 8, try_open);
}

TEST(lying_configurations_of_w2v)
{
    static contents c;
    static const int forms[] = {0, 4 + 2, 8 + 1, 3};
    for (size_t i = 0; i < 4; i++) {
        write_form(forms[i], "m.lm");
        take_apart(&c, "m.lm");
        change_config(&c, try_open);
        drop(&c);
    }
}

static void refuse_file(const contents *c, const char *message)
{
    lm_err e = {0};
    lm_w2v *m;
    lm_ckpt *ckpt = put_together(c, "lie.lm");
    CHECK_FAILS(lm_w2v_load(&m, ckpt, &e), LM_EFORMAT, &e, message);
    CHECK(m == NULL);
    lm_ckpt_close(ckpt);
    CHECK(strncmp(e.message, "lie.lm: ", 8) == 0);
}

static void refuse(contents *c, const char *from, const char *to, const char *message)
{
    char original[CONFIG_MAX];
    memcpy(original, c->config, sizeof original);
    replace_in_config(c, from, to);
    refuse_file(c, message);
    memcpy(c->config, original, sizeof original);
}

TEST(configurations_of_w2v_that_are_refused)
{
    static contents c;
    write_form(0, "m.lm");
    take_apart(&c, "m.lm");
    refuse(&c, "\"dim\":3", "\"dim\":0", "lm.config: vectors of 0 numbers, expected 1 to 65536");
    refuse(&c, "\"dim\":3", "\"dim\":65537", "lm.config: vectors of 65537 numbers");
    refuse(&c, "\"dim\":3", "\"dim\":4", "tensor 'embeddings.weight': found F32 [6,3]");
    refuse(&c, "\"dim\":3,", "", "lm.config: vectors of 0 numbers");
    refuse(&c, "\"window\":5", "\"window\":0", "lm.config: a window of 0 words");
    refuse(&c, "\"window\":5", "\"window\":101", "lm.config: a window of 101 words");
    refuse(&c, "\"cbow\"", "\"glove\"", "unknown value \"glove\"");
    refuse(&c, "\"negative\"", "\"mse\"", "unknown value \"mse\"");
    refuse(&c, "\"negative\"", "\"hierarchy\"", "tensor 'nodes.weight' is missing");
    refuse(&c, "\"bias\":false", "\"bias\":true", "lm.config: a bias is of the softmax");
    refuse(&c, "\"max_n\":0", "\"max_n\":3", "lm.config: subwords of 0 to 3 characters");
    refuse(&c, "\"min_n\":0,\"max_n\":0", "\"min_n\":3,\"max_n\":2",
           "lm.config: subwords of 3 to 2");
    refuse(&c, "\"min_n\":0,\"max_n\":0", "\"min_n\":3,\"max_n\":33", "subwords of 3 to 33");
    refuse(&c, "\"min_n\":0,\"max_n\":0", "\"min_n\":3,\"max_n\":6", "lm.config: 0 buckets");
    refuse(&c, "\"min_n\":0,\"max_n\":0,\"buckets\":0",
           "\"min_n\":3,\"max_n\":6,\"buckets\":4294967296",
           "lm.config: 4294967296 buckets of subwords");
    refuse(&c, "\"min_n\":0,\"max_n\":0,\"buckets\":0", "\"min_n\":3,\"max_n\":6,\"buckets\":7",
           "tensor 'subwords.weight' is missing");
    refuse(&c, "\"vocab\":6", "\"vocab\":0", "lm.config: a vocabulary of 0 words");
    refuse(&c, "\"vocab\":6", "\"vocab\":5", "lie.lm: ");
    refuse(&c, "\"eos\":0", "\"eos\":6", "mark 6 is outside the vocabulary of 6");
    refuse(&c, "{", "", "lm.config: byte 0");
    drop(&c);
}

/* Each tensor without its last row, of another type, and not at all. */
TEST(tensors_of_w2v_of_another_shape)
{
    static contents c;
    for (int form = 0; form < W2V_FORMS; form++) {
        write_form(form, "m.lm");
        take_apart(&c, "m.lm");
        for (size_t i = 0; i < c.parts; i++) {
            const lm_tensor whole = c.part[i].tensor;
            lm_tensor *t = &c.part[i].tensor;
            /* 64 bytes less where a table may have as many zeros at its end. */
            t->shape[0] -= t->dtype != LM_F32 ? 64 / lm_dtype_size(t->dtype) : 1;
            t->bytes = t->bytes / whole.shape[0] * t->shape[0];
            refuse_file(&c, c.part[i].name);
            *t = whole;
            t->dtype = whole.dtype == LM_F32 ? LM_I32 : LM_I8;
            t->shape[0] *= lm_dtype_size(whole.dtype) / lm_dtype_size(t->dtype);
            refuse_file(&c, c.part[i].name);
            *t = whole;
            const contents all = c;
            memmove(&c.part[i], &c.part[i + 1], (c.parts - i - 1) * sizeof c.part[0]);
            c.parts--;
            refuse_file(&c, all.part[i].name);
            c = all;
        }
        drop(&c);
    }
}

static size_t largest;

static void *watched(void *context, void *block, size_t size)
{
    (void)context;
    largest = size > largest ? size : largest;
    if (size) return realloc(block, size);
    free(block);
    return NULL;
}

TEST(w2v_that_claims_to_be_large)
{
    static contents c;
    write_form(8, "m.lm");
    take_apart(&c, "m.lm");
    lm_allocator_set(&(lm_allocator){watched, NULL});
    refuse(&c, "\"dim\":3", "\"dim\":65536", "'embeddings.weight'");
    refuse(&c, "\"buckets\":5", "\"buckets\":4294967295", "'subwords.weight'");
    refuse(&c, "\"vocab\":6", "\"vocab\":4000000000", "tokenizer.offsets");
    CHECK(largest < 1 << 20);
    lm_allocator_set(NULL);
    drop(&c);
}

/* ---- conversions ---- */

static void convert(const char *source, const char *target, lm_conversion how)
{
    lm_err e = {0};
    lm_out *out;
    how.from = LM_FORMAT_AUTO;
    how.history = "test";
    CHECK_OK(lm_out_open(&out, target, &e), &e);
    const lm_status s = lm_convert(&how, source, out, NULL, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
}

/* Vectors of words are those of their subwords too. */
static void check_rows(const lm_w2v *m, const lm_w2v *got)
{
    lm_err e = {0};
    lm_real x[DIM];
    CHECK_INT(got->shape.loss, LM_W2V_NONE);
    CHECK_INT(got->lang.vocab->size, WORDS);
    CHECK_INT(got->lang.vocab->eos, LM_NO_WORD); /* a word as others are */
    for (uint32_t id = 0; id < WORDS; id++) {
        CHECK_OK(lm_w2v_vector_of(m, id, x, &e), &e);
        CHECK_BYTES(x, got->weights.embed + (size_t)id * DIM, sizeof x);
        const lm_slice word = lm_vocab_word(m->lang.vocab, id);
        CHECK(lm_slice_compare(word, lm_vocab_word(got->lang.vocab, id)) == 0);
    }
}

TEST(w2v_to_other_formats_and_back)
{
    static const lm_format formats[] = {LM_FORMAT_W2V, LM_FORMAT_W2V_BIN, LM_FORMAT_GLOVE};
    for (int form = 0; form < W2V_FORMS; form++) {
        lm_w2v *m = model_of_form(form);
        w2v_write(m, "m.lm");
        for (int i = 0; i < 3; i++) {
            convert("m.lm", "v", (lm_conversion){.to = formats[i]});
            convert("v", "back.lm", (lm_conversion){.to = LM_FORMAT_AUTO});
            lm_w2v *back = load("back.lm");
            check_rows(m, back);
            lm_w2v_free(back);
        }
        lm_w2v_free(m);
    }
}

TEST(w2v_vectors_of_subwords)
{
    lm_w2v *m = model_of_form(8);
    lm_err e = {0};
    lm_real x[DIM], y[DIM];
    bool found;
    CHECK_OK(lm_w2v_vector_of(m, 1, x, &e), &e);
    CHECK_OK(lm_w2v_vector(m, lm_slice_of("a"), y, &found, &e), &e);
    CHECK(found);
    CHECK_BYTES(x, y, sizeof x);
    CHECK(x[0] != m->weights.embed[DIM]);
    CHECK_OK(lm_w2v_vector_of(m, 0, x, &e), &e); /* a mark is not made of its characters */
    CHECK_BYTES(x, m->weights.embed, sizeof x);
    lm_w2v_free(m);
}

/* Characters are escaped in files, as programs print them; they are read back if that is said. */
TEST(w2v_of_characters_there_and_back)
{
    static const char *const characters[] = {"a", " ", "\t", "\\", "\xc3\xa4"};
    const lm_w2v_shape shape = w2v_form(0, DIM);
    lm_err e = {0};
    lm_vocab *v;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    for (uint32_t i = 0, id; i < 5; i++)
        CHECK_OK(lm_vocab_add(v, lm_slice_of(characters[i]), &id, &e), &e);
    lm_w2v *m = w2v_drawn(&shape, v);
    m->lang.unit = LM_UNIT_CHAR;
    w2v_write(m, "m.lm");
    convert("m.lm", "v", (lm_conversion){.to = LM_FORMAT_W2V});
    convert("v", "back.lm", (lm_conversion){.to = LM_FORMAT_LM, .unit = LM_UNIT_CHAR});
    lm_w2v *back = load("back.lm");
    CHECK_INT(back->lang.unit, LM_UNIT_CHAR);
    for (uint32_t i = 0; i < 5; i++)
        CHECK(lm_slice_is(lm_vocab_word(back->lang.vocab, i), characters[i]));
    lm_w2v_free(back);
    lm_w2v_free(m);
}

static void refuse_conversion(const char *source, lm_conversion how, lm_status status,
                              const char *message)
{
    lm_err e = {0};
    lm_out *out;
    how.from = LM_FORMAT_AUTO;
    how.history = "test";
    CHECK_OK(lm_out_open(&out, "e", &e), &e);
    CHECK_FAILS(lm_convert(&how, source, out, NULL, &e), status, &e, message);
    CHECK_INT(lm_out_close(out, status, &e), status);
}

static void put(const char *path, const char *text)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    CHECK_OK(lm_out_text(out, text, &e), &e);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
}

TEST(vectors_no_model_can_hold)
{
    static char text[2 * 65537 + 16] = "1 65537\na";
    size_t at = strlen(text);
    for (int i = 0; i < 65537; i++, at += 2) memcpy(text + at, " 0", 2);
    put("v", text);
    refuse_conversion("v", (lm_conversion){.to = LM_FORMAT_LM}, LM_EFORMAT,
                      "v: vectors of 65537 numbers, expected 1 to 65536");
    put("v", "2 1\na 1\n\\x61 2\n");
    refuse_conversion("v", (lm_conversion){.to = LM_FORMAT_LM, .unit = LM_UNIT_BYTE}, LM_EFORMAT,
                      "v: two words are the same without escapes");
    put("v", "1 1\n\\a 1\n");
    refuse_conversion("v", (lm_conversion){.to = LM_FORMAT_LM, .unit = LM_UNIT_BYTE}, LM_EFORMAT,
                      "v: a backslash that does not begin \\xHH");
}

/* Vectors stay what they were; the loss and what belongs to it goes. */
TEST(w2v_slimmed)
{
    for (int form = 0; form < W2V_FORMS; form++) {
        lm_w2v *m = model_of_form(form);
        w2v_write(m, "m.lm");
        if (m->shape.loss == LM_W2V_NONE) {
            refuse_conversion("m.lm", (lm_conversion){.to = LM_FORMAT_AUTO, .slim = true},
                              LM_EUSAGE, "m.lm: holds nothing but what its vectors need already");
            lm_w2v_free(m);
            continue;
        }
        convert("m.lm", "slim.lm", (lm_conversion){.to = LM_FORMAT_AUTO, .slim = true});
        lm_w2v *slim = load("slim.lm");
        CHECK_INT(slim->shape.loss, LM_W2V_NONE);
        CHECK(!slim->shape.bias && slim->weights.output == NULL);
        CHECK(slim->lang.vocab->eos == 0 && slim->shape.window == 5);
        CHECK_BYTES(slim->count, m->count, WORDS * sizeof *m->count);
        CHECK_BYTES(slim->weights.embed, m->weights.embed, WORDS * DIM * sizeof(lm_real));
        if (m->shape.max_n)
            CHECK_BYTES(slim->weights.subwords, m->weights.subwords, 5 * DIM * sizeof(lm_real));
        lm_w2v_free(slim);
        lm_w2v_free(m);
    }
}
