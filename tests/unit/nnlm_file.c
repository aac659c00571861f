/* nnlm_file.c - tests of NNLMs in checkpoints: what is saved is loaded, and files that lie are
 * refused as malformed, or used without leaving any array. */
#include <stdlib.h>
#include "contents.h"
#include "failing.h"
#include "lm/convert.h"
#include "lm/evaluate.h"
#include "lm/models.h"
#include "lm/sample.h"
#include "lm/vectors.h"
#include "nnlms.h"
#include "test.h"

enum { WORDS = 9, ORDER = 3 };

static lm_nnlm *model_of_form(int form)
{
    const lm_nnlm_shape shape = nnlm_form(form, ORDER, 2, 3);
    random_state = (uint64_t)form;
    return nnlm_drawn(&shape, nnlm_words(WORDS));
}

static void write_form(int form, const char *path)
{
    lm_nnlm *m = model_of_form(form);
    nnlm_write(m, path);
    lm_nnlm_free(m);
}

/* ---- there and back ---- */

static void check_same(const lm_nnlm *a, const lm_nnlm *b)
{
    const size_t G = (size_t)a->shape.classes;
    CHECK_INT(a->lang.vocab->size, b->lang.vocab->size);
    CHECK(a->lang.vocab->unk == b->lang.vocab->unk && a->lang.vocab->bos == b->lang.vocab->bos);
    CHECK(a->lang.vocab->eos == b->lang.vocab->eos && a->start == b->start);
    CHECK_BYTES(&a->lang.spell, &b->lang.spell, sizeof a->lang.spell);
    CHECK(a->lang.unit == b->lang.unit && a->lang.marks_as_words == b->lang.marks_as_words);
    CHECK_INT(a->shape.order, b->shape.order);
    CHECK(a->shape.dim == b->shape.dim && a->shape.hidden == b->shape.hidden);
    CHECK_INT(a->shape.activation, b->shape.activation);
    CHECK(a->shape.direct == b->shape.direct && a->shape.tied == b->shape.tied);
    CHECK(a->outputs == b->outputs && G == b->shape.classes);
    if (G) CHECK_BYTES(a->class_begin, b->class_begin, (G + 1) * sizeof *a->class_begin);
    if (G) CHECK_BYTES(a->class_of, b->class_of, a->outputs * sizeof *a->class_of);
    CHECK_INT(a->params->size, b->params->size);
    CHECK_BYTES(a->values, b->values, a->params->size * sizeof *a->values);
    CHECK((a->weights.output == NULL) == (b->weights.output == NULL));
    CHECK((a->weights.direct == NULL) == (b->weights.direct == NULL));
}

TEST(nnlm_saved_and_loaded)
{
    for (int form = 0; form < NNLM_FORMS; form++) {
        lm_err e = {0};
        lm_model model;
        lm_nnlm *m = model_of_form(form);
        m->lang.unit = form % 2 ? LM_UNIT_CHAR : LM_UNIT_WORD;
        m->lang.marks_as_words = form % 3 == 0;
        nnlm_write(m, "m.lm");
        CHECK_OK(lm_model_open(&model, "m.lm", &e), &e);
        CHECK(model.lang->type == &lm_nnlm_lang);
        const lm_nnlm *loaded = (const lm_nnlm *)model.lang;
        check_same(m, loaded);
        nnlm_write(loaded, "again.lm");
        CHECK(same_files("m.lm", "again.lm"));
        lm_model_close(&model);
        lm_nnlm_free(m);
    }
}

TEST(nnlm_configuration)
{
    static contents c;
    write_form(1, "m.lm");
    take_apart(&c, "m.lm");
    CHECK_TEXT(c.kind, "nnlm");
    CHECK_TEXT(c.config,
               "{\"order\":3,\"dim\":2,\"hidden\":3,\"activation\":\"tanh\",\"direct\":true,"
               "\"tied\":false,\"classes\":0,\"unit\":\"word\",\"vocab\":9,\"unk\":0,\"eos\":1,"
               "\"bos\":8,\"marks_as_words\":false}");
    drop(&c);
    write_form(6 + 16, "m.lm");
    take_apart(&c, "m.lm");
    CHECK_TEXT(c.config,
               "{\"order\":3,\"dim\":3,\"hidden\":3,\"activation\":\"relu\",\"direct\":false,"
               "\"tied\":true,\"classes\":4,\"unit\":\"word\",\"vocab\":9,\"unk\":0,\"eos\":1,"
               "\"bos\":8,\"marks_as_words\":false}");
    drop(&c);
}

/* Words alone, <s> and </s> among them: <s> is what stands before a sentence, and an output. */
TEST(nnlm_of_words_without_marks)
{
    static const char *const words[] = {"a", "<s>", "b", "</s>"};
    lm_err e = {0};
    lm_vocab *v;
    lm_model model;
    double p[4], sum = 0;
    const lm_nnlm_shape shape = nnlm_form(0, ORDER, 2, 3);
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    for (uint32_t i = 0, id; i < 4; i++)
        CHECK_OK(lm_vocab_add(v, lm_slice_of(words[i]), &id, &e), &e);
    lm_nnlm *m = nnlm_drawn(&shape, v);
    CHECK(m->outputs == 4 && m->start == 1);
    nnlm_write(m, "m.lm");
    CHECK_OK(lm_model_open(&model, "m.lm", &e), &e);
    check_same(m, (const lm_nnlm *)model.lang);
    void *state = malloc(lm_nnlm_lang.state_size(model.lang));
    lm_nnlm_lang.begin(model.lang, state, false);
    CHECK_OK(lm_nnlm_lang.predict(model.lang, state, p, &e), &e);
    for (int i = 0; i < 4; i++) sum += p[i];
    CHECK(p[1] > 0);
    CHECK_NEAR(sum, 1, 1e-6);
    free(state);
    lm_model_close(&model);
    lm_nnlm_free(m);
}

/* Tensors of other types are read as the floats nearest to them. */
TEST(nnlm_of_doubles)
{
    static contents c;
    lm_err e = {0};
    lm_lang *lang;
    lm_nnlm *m = model_of_form(5);
    nnlm_write(m, "m.lm");
    take_apart(&c, "m.lm");
    for (size_t i = 0; i < c.parts; i++) {
        lm_tensor *t = &c.part[i].tensor;
        const size_t count = (size_t)t->bytes / sizeof(float);
        if (t->dtype != LM_F32) continue;
        const float *old = c.part[i].data;
        double *wide = malloc(count * sizeof *wide);
        for (size_t k = 0; k < count; k++) wide[k] = (double)old[k] * (1 + 0x1p-40);
        free(c.part[i].data);
        c.part[i].data = wide;
        t->dtype = LM_F64;
        t->bytes = count * sizeof *wide;
    }
    lm_ckpt *ckpt = put_together(&c, "wide.lm");
    CHECK_OK(lm_model_load(&lang, ckpt, &e), &e);
    check_same(m, (const lm_nnlm *)lang);
    lm_nnlm_lang.free(lang);
    lm_ckpt_close(ckpt);
    lm_nnlm_free(m);
    drop(&c);
}

/* ---- files that lie ---- */

static void walk_and_predict(const lm_lang *lang)
{
    lm_err e = {0};
    const uint32_t size = lang->vocab->size;
    double *p = malloc(size * sizeof *p), score[12];
    int order[12];
    uint32_t ids[12];
    void *state = malloc(lang->type->state_size(lang));
    CHECK(p != NULL && state != NULL);
    for (uint32_t i = 0; i < 8; i++) {
        lang->type->begin(lang, state, i % 3 == 0);
        for (uint32_t j = 0; j < 12; j++) {
            const uint32_t word = (i * 7 + j * (i % 5 + 1) + i / 9) % (size + 2);
            ids[j] = word < size ? word : word == size ? LM_NO_WORD : LM_LINE_BREAK;
        }
        CHECK_OK(lang->type->score(lang, state, ids, 12, score, order, &e), &e);
        for (int j = 0; j < 12; j++) CHECK(!(score[j] < 0) && !(score[j] > 1)); /* or NaN */
        CHECK_OK(lang->type->predict(lang, state, p, &e), &e);
        for (uint32_t w = 0; w < size; w++) CHECK(!(p[w] < 0) && !(p[w] > 1.00001));
    }
    free(p);
    free(state);
}

static void evaluate_and_sample(const lm_lang *lang)
{
    const lm_sampling how = {.temperature = 0.5, .top_k = 3, .top_p = 0.9};
    lm_err e = {0};
    lm_text *text;
    lm_evaluation total;
    lm_sampler *sampler;
    const uint32_t *ids;
    size_t count;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a b c\nd x a\n"), "text", LM_UNIT_WORD, false, &e),
             &e);
    CHECK_OK(lm_evaluate(lang, text, LM_REPORT_TOTAL, NULL, NULL, &total, &e), &e);
    lm_text_close(text);
    CHECK_OK(lm_sampler_new(&sampler, lang, &how, &e), &e);
    for (uint64_t i = 0; i < 3; i++)
        CHECK_OK(lm_sampler_draw(sampler, i, NULL, 0, 10, &ids, &count, &e), &e);
    lm_sampler_free(sampler);
}

/* Refused as malformed, or used; true if it was refused. */
static bool try_open(const lm_ckpt *ckpt)
{
    lm_err e = {0};
    lm_nnlm *m;
    const char *path = lm_ckpt_path(ckpt);
    const lm_status s = lm_nnlm_load(&m, ckpt, &e);
    CHECK((s == LM_OK) == (m != NULL));
    if (s) CHECK_INT(s, LM_EFORMAT);
    if (s) CHECK(strncmp(e.message, path, strlen(path)) == 0);
    if (s) return true;
    walk_and_predict(&m->lang);
    evaluate_and_sample(&m->lang);
    lm_nnlm_free(m);
    return false;
}

/* Parameters that are no numbers, or too large: no probabilities then, and nothing worse. */
TEST(lying_tensors_of_nnlm)
{
    write_form(0, "m.lm");
    change_tensors("m.lm", 8, try_open);
    write_form(7, "m.lm");
    change_tensors("m.lm", 12, try_open);
}

TEST(lying_configurations_of_nnlm)
{
    static contents c;
    for (int form = 0; form < 8; form += 7) {
        write_form(form, "m.lm");
        take_apart(&c, "m.lm");
        change_config(&c, try_open);
        drop(&c);
    }
}

static void refuse_file(const contents *c, const char *message)
{
    lm_err e = {0};
    lm_lang *lang;
    lm_ckpt *ckpt = put_together(c, "lie.lm");
    CHECK_FAILS(lm_model_load(&lang, ckpt, &e), LM_EFORMAT, &e, message);
    CHECK(lang == NULL);
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

TEST(configurations_of_nnlm_that_are_refused)
{
    static contents c;
    write_form(0, "m.lm");
    take_apart(&c, "m.lm");
    refuse(&c, "\"order\":3", "\"order\":1", "lm.config: order 1, expected 2 to 32");
    refuse(&c, "\"order\":3", "\"order\":33", "lm.config: order 0, expected 2 to 32");
    refuse(&c, "\"order\":3", "\"order\":-3", "lm.config: order 0, expected");
    refuse(&c, "\"order\":3,", "", "lm.config: order 0, expected");
    refuse(&c, "\"order\":3", "\"order\":4",
           "tensor 'linear1.weight': found F32 [3,4], expected F32, F64, F16 or BF16 [3,6]");
    refuse(&c, "\"dim\":2", "\"dim\":0", "lm.config: vectors of 0 numbers");
    refuse(&c, "\"dim\":2", "\"dim\":3", "tensor 'embeddings.weight': found F32 [9,2], expected");
    refuse(&c, "\"dim\":2", "\"dim\":2.5", "lm.config: byte");
    refuse(&c, "\"dim\":2", "\"dim\":1048577", "lm.config: vectors of 1048577 numbers");
    refuse(&c, "\"dim\":2,\"hidden\":3", "\"dim\":1048576,\"hidden\":1048576",
           "tensor 'embeddings.weight': found F32 [9,2]");
    refuse(&c, "\"hidden\":3", "\"hidden\":4", "tensor 'linear1.weight': found F32 [3,4]");
    refuse(&c, "\"hidden\":3", "\"hidden\":18446744073709551616", "lm.config: byte");
    refuse(&c, "\"tanh\"", "\"gelu\"", "lm.config: byte 49: unknown value \"gelu\"");
    refuse(&c, "\"activation\":\"tanh\",", "", "the activation is not tanh, sigmoid or relu");
    refuse(&c, "\"direct\":false", "\"direct\":true", "tensor 'direct.weight' is missing");
    refuse(&c, "\"tied\":false", "\"tied\":true", "tied vectors need a hidden layer of their size");
    refuse(&c, "\"classes\":0", "\"classes\":2", "'classes.begin'");
    refuse(&c, "\"classes\":0", "\"classes\":9", "lm.config: 9 classes of 8 words");
    refuse(&c, "\"vocab\":9", "\"vocab\":0", "lm.config: a vocabulary of 0 words");
    refuse(&c, "\"vocab\":9", "\"vocab\":8", "lie.lm: ");
    refuse(&c, "\"vocab\":9", "\"vocab\":4294967294", "lm.config: a vocabulary of 4294967294");
    refuse(&c, "\"unk\":0", "\"unk\":9", "mark 9 is outside the vocabulary of 9");
    refuse(&c, "\"eos\":1", "\"eos\":9", "mark 9 is outside the vocabulary of 9");
    refuse(&c, "\"bos\":8", "\"bos\":9", "mark 9 is outside the vocabulary of 9");
    refuse(&c, "\"bos\":8", "\"bos\":7", "lm.config: <s> is not the last word");
    refuse(&c, "\"bos\":8", "\"bos\":null",
           "tensor 'linear2.weight': found F32 [8,3], expected F32, F64, F16 or BF16 [9,3]");
    refuse(&c, "\"word\"", "\"line\"", "unknown value \"line\"");
    refuse(&c, "{", "", "lm.config: byte 0");
    refuse(&c, "}", "", "lm.config: byte");
    drop(&c);
}

/* Each tensor without its last row, of another type, and not at all. */
TEST(tensors_of_nnlm_of_another_shape)
{
    static contents c;
    for (int form = 0; form < 8; form++) {
        write_form(form, "m.lm");
        take_apart(&c, "m.lm");
        for (size_t i = 0; i < c.parts; i++) {
            const lm_tensor whole = c.part[i].tensor;
            lm_tensor *t = &c.part[i].tensor;
            /* 64 bytes less where a table may have as many zeros at its end. */
            const bool table = t->dtype != LM_F32;
            t->shape[0] -= table ? 64 / lm_dtype_size(t->dtype) : 1;
            t->bytes = t->bytes / whole.shape[0] * t->shape[0];
            refuse_file(&c, c.part[i].name);
            *t = whole;
            t->dtype = whole.dtype == LM_U32 ? LM_I32 : whole.dtype == LM_F32 ? LM_I32 : LM_I8;
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

static void refuse_classes(contents *c, const uint32_t begin[5])
{
    size_t i = 0;
    while (strcmp(c->part[i].name, "classes.begin") != 0) i++;
    memcpy(c->part[i].data, begin, 5 * sizeof *begin);
    refuse_file(c, "tensor 'classes.begin': not 4 classes of 8 words");
}

TEST(classes_that_are_refused)
{
    static contents c;
    write_form(4, "m.lm");
    take_apart(&c, "m.lm");
    refuse(&c, "\"classes\":4", "\"classes\":3", "tensor 'classes.begin'");
    refuse(&c, "\"classes\":4", "\"classes\":5", "'classes.begin': not 5 classes of 8 words");
    refuse_classes(&c, (uint32_t[]){1, 2, 4, 6, 8});
    refuse_classes(&c, (uint32_t[]){0, 2, 4, 6, 7});
    refuse_classes(&c, (uint32_t[]){0, 2, 4, 6, 9});
    refuse_classes(&c, (uint32_t[]){0, 2, 2, 6, 8});
    refuse_classes(&c, (uint32_t[]){0, 0, 4, 6, 8});
    refuse_classes(&c, (uint32_t[]){0, 4, 3, 6, 8});
    refuse_classes(&c, (uint32_t[]){0, 2, 4, 8, 8});
    refuse_classes(&c, (uint32_t[]){0, UINT32_MAX, 3, 6, 8});
    refuse_classes(&c, (uint32_t[]){0, 2, 4, 1000000, 8});
    drop(&c);
}

/* ---- a file that only claims to be large ---- */

static size_t largest;

static void *watched(void *context, void *block, size_t size)
{
    (void)context;
    largest = size > largest ? size : largest;
    if (size) return realloc(block, size);
    free(block);
    return NULL;
}

TEST(nnlm_that_claims_to_be_large)
{
    static contents c;
    write_form(0, "m.lm");
    take_apart(&c, "m.lm");
    lm_allocator_set(&(lm_allocator){watched, NULL});
    refuse(&c, "\"dim\":2", "\"dim\":1048576", "'embeddings.weight'");
    refuse(&c, "\"hidden\":3", "\"hidden\":1048576", "'linear1.weight'");
    refuse(&c, "\"order\":3", "\"order\":32", "'linear1.weight'");
    refuse(&c, "\"vocab\":9", "\"vocab\":4000000000", "tokenizer.offsets");
    CHECK(largest < 1 << 20);
    lm_allocator_set(NULL);
    drop(&c);
}

/* ---- word vectors ---- */

static lm_status convert(const char *path, lm_format from, const lm_conversion *changes, lm_err *e)
{
    lm_conversion how = changes ? *changes : (lm_conversion){.history = "test"};
    lm_out *out;
    how.from = from;
    how.to = LM_FORMAT_W2V;
    LM_TRY(lm_out_open(&out, "v.txt", e));
    return lm_out_close(out, lm_convert(&how, path, out, NULL, e), e);
}

static void check_vectors(const lm_nnlm *m, const char *const *words)
{
    lm_err e = {0};
    lm_map map;
    lm_vectors v;
    nnlm_write(m, "m.lm");
    CHECK_OK(convert("m.lm", LM_FORMAT_AUTO, NULL, &e), &e);
    CHECK_OK(lm_map_open(&map, "v.txt", &e), &e);
    CHECK_OK(lm_vectors_read(&v, (lm_slice){(const char *)map.bytes, map.length}, "v.txt",
                             LM_VECTORS_AUTO, NULL, &e),
             &e);
    CHECK_INT(v.dim, m->shape.dim);
    CHECK_INT(v.vocab->size, m->lang.vocab->size);
    for (uint32_t i = 0; i < v.vocab->size; i++)
        CHECK(lm_slice_is(lm_vocab_word(v.vocab, i), words[i]));
    CHECK_BYTES(v.value, m->weights.embed, v.vocab->size * v.dim * sizeof *v.value);
    lm_vectors_free(&v);
    lm_map_close(&map);
}

TEST(nnlm_to_vectors)
{
    static const char *const words[] = {"<unk>", "</s>", "a", "b", "c", "d", "e", "f", "<s>"};
    for (int form = 0; form < 8; form++) {
        lm_nnlm *m = model_of_form(form);
        m->weights.embed[0] = 3.40282347e38F;
        m->weights.embed[1] = -1e-45F;
        check_vectors(m, words);
        lm_nnlm_free(m);
    }
}

/* Characters as programs print them: none of them ends a word or a line. */
TEST(nnlm_of_characters_to_vectors)
{
    static const char *const words[] = {"a", "\\x20", "\\x09", "\\x0D", "\\x5C", "\xc3\xa4"};
    static const char *const characters[] = {"a", " ", "\t", "\r", "\\", "\xc3\xa4"};
    const lm_nnlm_shape shape = nnlm_form(0, ORDER, 2, 3);
    lm_err e = {0};
    lm_vocab *v;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    for (uint32_t i = 0, id; i < 6; i++)
        CHECK_OK(lm_vocab_add(v, lm_slice_of(characters[i]), &id, &e), &e);
    lm_nnlm *m = nnlm_drawn(&shape, v);
    m->lang.unit = LM_UNIT_CHAR;
    check_vectors(m, words);
    lm_nnlm_free(m);
}

TEST(conversions_to_vectors_that_cannot_be)
{
    lm_err e = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 2;
    lm_ngram *ngram = model_of(lm_slice_of("a b\n"), LM_UNIT_WORD, &o, NULL);
    save_model(ngram, "n.lm", NULL);
    lm_ngram_free(ngram);
    CHECK_FAILS(convert("n.lm", LM_FORMAT_AUTO, NULL, &e), LM_EUSAGE, &e,
                "n.lm: a model of kind 'ngram' has no word vectors, which w2v and nnlm have");
    write_form(0, "m.lm");
    e = (lm_err){0};
    CHECK_FAILS(convert("m.lm", LM_FORMAT_LM, &(lm_conversion){.quantize = 8}, &e), LM_EUSAGE, &e,
                "word vectors have no pruned or compact form");
    e = (lm_err){0};
    CHECK_FAILS(convert("m.lm", LM_FORMAT_AUTO, &(lm_conversion){.entropy_prune = 0.1}, &e),
                LM_EUSAGE, &e, "word vectors have no pruned or compact form");
    e = (lm_err){0};
    CHECK_FAILS(convert("m.lm", LM_FORMAT_ARPA, NULL, &e), LM_EUSAGE, &e,
                "m.lm: an n-gram model has no word vectors");
}
