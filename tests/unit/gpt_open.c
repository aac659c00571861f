/* gpt_open.c - tests of GPTs in the files of others: what is written is read again, in all forms
 * that such files have, and computes what another program finds. */
#include "lm/gpt_open.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "failing.h"
#include "lm/gpt_gguf.h"
#include "lm/gpt_hf.h"
#include "lm/gpt_train.h"
#include "lm/half.h"
#include "models.h"
#include "test.h"

static lm_err e;

/* ---- models ---- */

static lm_tokenizer *bytes_with_merges(void)
{
    lm_tokenizer *t;
    uint32_t id;
    CHECK_OK(lm_tokenizer_new(&t, LM_TOK_BYTE_BPE, &e), &e);
    for (int b = 0; b < 256; b++) {
        const char byte = (char)b;
        CHECK_OK(lm_vocab_add(t->vocab, (lm_slice){&byte, 1}, &id, &e), &e);
    }
    CHECK_OK(lm_vocab_add(t->vocab, lm_slice_of(" t"), &id, &e), &e);
    CHECK_OK(lm_vocab_add(t->vocab, lm_slice_of(" th"), &id, &e), &e);
    CHECK_OK(lm_tokenizer_add_merge(t, ' ', 't', &e), &e);
    CHECK_OK(lm_tokenizer_add_merge(t, 256, 'h', &e), &e);
    CHECK_OK(lm_tokenizer_add_mark(t, LM_END_OF_TEXT, &id, &e), &e);
    CHECK_OK(lm_tokenizer_settle(t, "test", &e), &e);
    return t;
}

/* Values of the size of a model's that has learned; no vector is all ones or zeros. */
static void draw_values(lm_gpt *g)
{
    CHECK_OK(lm_params_block(g->params, &g->values, &e), &e);
    CHECK_OK(lm_params_init(g->params, g->values, "default", 7, NULL, &e), &e);
    for (size_t i = 0; i < g->params->count; i++)
        for (size_t k = 0; k < g->params->item[i].count; k++) {
            lm_real *x = &g->values[g->params->item[i].at + k];
            *x = *x * 5 + (lm_real)((k * 7 + i) % 11) / 40 - (lm_real)0.1;
        }
    lm_params_bind(g->params, g->values, &g->weights);
}

static lm_gpt *model(uint64_t width, uint64_t vocab, bool post_norm, lm_tokenizer *t)
{
    lm_gpt *g;
    const lm_gpt_shape shape = {.layers = 2,
                                .heads = 2,
                                .width = width,
                                .context = 8,
                                .vocab = vocab,
                                .post_norm = post_norm,
                                .patterns = 1};
    CHECK_OK(lm_gpt_new(&g, &shape, t, &e), &e);
    draw_values(g);
    return g;
}

static lm_gpt *small_model(void)
{
    return model(8, 260, false, bytes_with_merges());
}

static void write_folder(const lm_gpt *g, const char *path)
{
    lm_folder *folder;
    CHECK_OK(lm_gpt_hf_check(g, &e), &e);
    CHECK_OK(lm_folder_open(&folder, path, &e), &e);
    const lm_status s = lm_gpt_hf_write(g, folder, NULL, &e);
    CHECK_OK(lm_folder_close(folder, s, &e), &e);
}

static void write_ours(const lm_gpt *g, const char *path)
{
    lm_ckpt_writer *w = new_checkpoint(LM_GPT_KIND);
    CHECK_OK(lm_gpt_save(g, w, &e), &e);
    CHECK_OK(lm_params_save(g->params, g->values, "", w, &e), &e);
    write_checkpoint(w, path, NULL);
}

static void check_same(const lm_gpt *a, const lm_gpt *b)
{
    const lm_gpt_shape *x = &a->shape, *y = &b->shape;
    CHECK(x->layers == y->layers && x->heads == y->heads && x->width == y->width);
    CHECK(x->context == y->context && x->vocab == y->vocab && x->eps == y->eps);
    CHECK(x->post_norm == y->post_norm && x->sine == y->sine);
    CHECK_INT(a->tokenizer->vocab->size, b->tokenizer->vocab->size);
    CHECK_INT(a->tokenizer->merges, b->tokenizer->merges);
    CHECK_INT(a->tokenizer->specials, b->tokenizer->specials);
    CHECK_INT(a->params->size, b->params->size);
    CHECK_BYTES(a->values, b->values, a->params->size * sizeof *a->values);
}

static void check_opens(const char *path, const lm_gpt *as)
{
    lm_gpt_opened o;
    CHECK_OK(lm_gpt_open(&o, path, NULL, &e), &e);
    check_same(o.gpt, as);
    CHECK(o.history.text && strncmp(o.history.text, " input=", 7) == 0);
    lm_gpt_close(&o);
}

static void check_refused(const char *path, const char *text)
{
    lm_err why = {0};
    lm_gpt_opened o;
    CHECK_FAILS(lm_gpt_open(&o, path, NULL, &why), LM_EFORMAT, &why, text);
    CHECK(o.gpt == NULL && o.ckpt == NULL && o.history.text == NULL);
}

/* ---- there and back ---- */

TEST(gpt_folders_are_read_again)
{
    for (int form = 0; form < 8; form++) {
        char name[16];
        lm_tokenizer *t;
        if (form & 1)
            CHECK_OK(lm_tokenizer_of_bytes(&t, LM_END_OF_TEXT, &e), &e);
        else
            t = bytes_with_merges();
        lm_gpt *g = model(8, form & 2 ? 300 : 259, form & 4, t);
        snprintf(name, sizeof name, "m%d", form);
        write_folder(g, name);
        check_opens(name, g);
        snprintf(name, sizeof name, "m%d.lm", form);
        write_ours(g, name);
        check_opens(name, g);
        lm_gpt_free(g);
    }
    check_refused(".", ".: a model of another maker without config.json, model.safetensors, "
                       "tokenizer.json (or vocab.json and merges.txt) in its folder");
}

/* Another epsilon, and attention that is dense as far as the context goes. */
TEST(gpt_folders_of_other_shapes)
{
    lm_gpt *g = small_model();
    lm_gpt_shape shape = g->shape;
    lm_gpt_free(g);
    shape.eps = 0.003;
    shape.patterns = 2;
    shape.pattern[1] = (lm_pattern){.kind = LM_BAND, .k = 8};
    CHECK_OK(lm_gpt_new(&g, &shape, bytes_with_merges(), &e), &e);
    draw_values(g);
    write_folder(g, "m");
    check_opens("m", g);
    write_ours(g, "m.lm");
    check_opens("m.lm", g);
    lm_gpt_free(g);
}

/* ---- tensors of others ---- */

/* What is different about a file. */
typedef struct {
    const char *prefix;
    lm_dtype dtype;
    bool masks; /* and an lm_head that is the table */
    const char *extra;
    bool untied; /* an lm_head that is not */
} variation;

static void add_values(lm_ckpt_writer *w, const lm_param *row, const lm_real *x, const variation *v,
                       const char *name, void *room)
{
    char whole[128];
    lm_tensor t = {.name = whole, .dtype = v->dtype, .dims = row->dims, .data = room};
    snprintf(whole, sizeof whole, "%s%s", v->prefix, name);
    memcpy(t.shape, row->shape, sizeof row->shape);
    t.bytes = row->count * lm_dtype_size(v->dtype);
    for (size_t i = 0; i < row->count; i++) {
        const float value = (float)x[i];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (v->dtype == LM_F32) ((float *)room)[i] = value;
        if (v->dtype == LM_BF16) ((uint16_t *)room)[i] = (uint16_t)(bits >> 16);
        if (v->dtype == LM_F16) ((uint16_t *)room)[i] = lm_half_to_f16(value);
    }
    CHECK_OK(lm_ckpt_add(w, &t, &e), &e);
}

static void write_weights(const lm_gpt *g, const char *path, const variation *v)
{
    enum { ROOMS = 64 };
    void *room[ROOMS] = {0};
    static float mask[64];
    lm_ckpt_writer *w;
    size_t n = 0;
    CHECK_OK(lm_ckpt_writer_new(&w, NULL, &e), &e);
    for (size_t i = 0; i < g->params->count; i++, n++) {
        const lm_param *row = &g->params->item[i];
        room[n] = malloc(row->count * sizeof(float));
        add_values(w, row, g->values + row->at, v, row->name, room[n]);
    }
    if (v->masks || v->untied) {
        const variation bare = {.prefix = "", .dtype = v->dtype};
        room[n] = malloc(g->params->item[0].count * sizeof(float));
        add_values(w, &g->params->item[0], g->values + (v->untied ? 1 : 0), &bare, "lm_head.weight",
                   room[n++]);
    }
    const lm_tensor m = {"h.0.attn.bias", LM_F32, 2, {8, 8}, sizeof mask, mask};
    const lm_tensor extra = {v->extra, LM_F32, 2, {8, 8}, sizeof mask, mask};
    if (v->masks) CHECK_OK(lm_ckpt_add(w, &m, &e), &e);
    if (v->extra) CHECK_OK(lm_ckpt_add(w, &extra, &e), &e);
    write_checkpoint(w, path, NULL);
    for (size_t i = 0; i < n; i++) free(room[i]);
}

/* Values that all types hold. */
static void coarsen(lm_gpt *g)
{
    for (size_t i = 0; i < g->params->size; i++)
        g->values[i] = (lm_real)(int)(g->values[i] * 16) / 16;
}

static int warnings;

static void count_warnings(void *context, lm_say_level level, const char *text)
{
    (void)context;
    CHECK(level == LM_SAY_WARNING);
    CHECK_TEXT(text, "m/model.safetensors: tensors that such a model does not have, left out: 1, "
                     "as 'score.weight'");
    warnings++;
}

TEST(gpt_weights_of_others)
{
    static const variation variations[] = {
        {.prefix = "transformer.", .dtype = LM_F32},
        {.prefix = "", .dtype = LM_BF16},
        {.prefix = "transformer.", .dtype = LM_F16},
        {.prefix = "transformer.", .dtype = LM_F16, .masks = true},
        {.prefix = "", .dtype = LM_F32, .masks = true},
        {.prefix = "", .dtype = LM_F32, .extra = "score.weight"}};
    enum { COUNT = sizeof variations / sizeof *variations };
    const lm_run run = {.say = count_warnings};
    lm_gpt *g = small_model();
    coarsen(g);
    write_folder(g, "m");
    for (size_t i = 0; i < COUNT; i++) {
        lm_gpt_opened o;
        write_weights(g, "m/model.safetensors", &variations[i]);
        CHECK_OK(lm_gpt_open(&o, i % 2 ? "m/model.safetensors" : "m/", &run, &e), &e);
        check_same(o.gpt, g);
        lm_gpt_close(&o);
    }
    CHECK_INT(warnings, 1);
    lm_gpt_free(g);
}

TEST(gpt_weights_that_are_refused)
{
    lm_gpt *g = small_model();
    write_folder(g, "m");
    write_weights(g, "m/model.safetensors",
                  &(variation){.prefix = "", .dtype = LM_F32, .untied = true});
    check_refused("m", "m/model.safetensors: tensor 'lm_head.weight' is not the same as "
                       "'wte.weight': a model with weights of its own for the output");
    write_weights(g, "m/model.safetensors", &(variation){.prefix = "x.", .dtype = LM_F32});
    check_refused("m", "m/model.safetensors: tensor 'wte.weight' is missing");
    lm_gpt_free(g);
    g = model(16, 260, false, bytes_with_merges());
    write_weights(g, "m/model.safetensors",
                  &(variation){.prefix = "transformer.", .dtype = LM_F32});
    check_refused("m", "m/model.safetensors: tensor 'transformer.wte.weight': found F32 [260,16], "
                       "expected F32, F64, F16 or BF16 [260,8]");
    lm_gpt_free(g);
}

/* ---- the same numbers ---- */

enum { IDS = 7 };

/* Of what follows the ids. */
static void find_logits(const lm_gpt *g, const uint32_t *ids, lm_real *logits)
{
    lm_compute *on;
    lm_gpt_room room;
    lm_kv_cache cache, *caches[1] = {&cache};
    const size_t length = IDS;
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    CHECK_OK(lm_gpt_room_new(&room, g, IDS, 1, LM_INFERENCE, NULL, &e), &e);
    CHECK_OK(lm_kv_cache_new(&cache, &g->transformer, IDS, &e), &e);
    memcpy(room.ids, ids, IDS * sizeof *ids);
    lm_gpt_next(on, g, &g->weights, &room, caches, &length, 1, logits);
    lm_kv_cache_free(&cache);
    lm_gpt_room_free(&room);
    lm_compute_free(on);
}

static bool has_python(void)
{
    return system("python3 -c '' 2>/dev/null") == 0;
}

/* Those that the program in tests/oracle finds in a file or folder. */
static void check_logits(const lm_gpt *g, const char *path, double tolerance)
{
    static const uint32_t ids[IDS] = {116, 257, 3, 0, 258, 200, 31};
    static lm_real logits[512];
    char command[512];
    double found;
    find_logits(g, ids, logits);
    int n = snprintf(command, sizeof command, "python3 %s logits %s",
                     test_path("tests/oracle/gpt_files.py"), path);
    for (int i = 0; i < IDS; i++)
        n += snprintf(command + n, sizeof command - (size_t)n, " %u", (unsigned)ids[i]);
    FILE *pipe = popen(command, "r");
    CHECK(pipe != NULL);
    for (size_t v = 0; v < g->shape.vocab; v++) {
        CHECK_INT(fscanf(pipe, "%lf", &found), 1);
        CHECK_NEAR(logits[v], found, tolerance);
    }
    CHECK_INT(pclose(pipe), 0);
}

TEST(gpt_folders_give_the_same_logits)
{
    if (!has_python()) SKIP("no python3");
    for (int post_norm = 0; post_norm < 2; post_norm++) {
        lm_gpt *g = model(12, 260, post_norm, bytes_with_merges());
        write_folder(g, post_norm ? "gpt1" : "gpt2");
        check_logits(g, post_norm ? "gpt1" : "gpt2", 1e-5);
        lm_gpt_free(g);
    }
}

/* Every norm has it, the last one too. */
TEST(gpt_folders_of_another_epsilon_give_the_same_logits)
{
    if (!has_python()) SKIP("no python3");
    lm_gpt *g = model(12, 260, false, bytes_with_merges());
    lm_gpt_shape shape = g->shape;
    lm_gpt_free(g);
    shape.eps = 0.05;
    CHECK_OK(lm_gpt_new(&g, &shape, bytes_with_merges(), &e), &e);
    draw_values(g);
    write_folder(g, "epsilon");
    check_logits(g, "epsilon", 1e-5);
    lm_gpt_free(g);
}

static void write_gguf(const lm_gpt *g, lm_gguf_type type, const char *path)
{
    lm_out *out;
    CHECK_OK(lm_gpt_gguf_check(g, &e), &e);
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    const lm_status s = lm_gpt_gguf_write(g, type, out, NULL, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
}

TEST(gpt_gguf_gives_the_same_logits)
{
    if (!has_python()) SKIP("no python3");
    lm_gpt *g = model(32, 260, false, bytes_with_merges());
    write_gguf(g, LM_GGUF_F32, "f32.gguf");
    check_logits(g, "f32.gguf", 1e-4);
    write_gguf(g, LM_GGUF_F16, "f16.gguf");
    check_logits(g, "f16.gguf", 0.02);
    write_gguf(g, LM_GGUF_Q8_0, "q8_0.gguf");
    check_logits(g, "q8_0.gguf", 0.5);
    lm_gpt_free(g);
}

/* ---- what has no form ---- */

static void check_no_form(const lm_gpt_shape *shape, lm_tokenizer *t, const char *hf,
                          const char *gguf)
{
    lm_gpt *g;
    lm_err why = {0}, other = {0};
    CHECK_OK(lm_gpt_new(&g, shape, t, &e), &e);
    if (hf) CHECK_FAILS(lm_gpt_hf_check(g, &why), LM_EUSAGE, &why, hf);
    if (!hf) CHECK_OK(lm_gpt_hf_check(g, &why), &why);
    CHECK_FAILS(lm_gpt_gguf_check(g, &other), LM_EUSAGE, &other, gguf);
    lm_gpt_free(g);
}

TEST(gpt_without_a_form)
{
    lm_gpt *g = small_model();
    const lm_gpt_shape plain = g->shape;
    lm_tokenizer *t;
    uint32_t id;
    lm_gpt_shape shape = plain;
    shape.sine = true;
    check_no_form(&shape, bytes_with_merges(), "positions are sines", "positions are sines");
    shape = plain;
    shape.patterns = 2;
    shape.pattern[1] = (lm_pattern){.kind = LM_BAND, .k = 7};
    check_no_form(&shape, bytes_with_merges(), "its attention, of layer 1, is not dense",
                  "its attention, of layer 1, is not dense");
    check_no_form(&plain, NULL, "it has no tokenizer", "it has no tokenizer");
    shape = plain;
    shape.post_norm = true;
    check_no_form(&shape, bytes_with_merges(), NULL, "its layers are post-norm");
    CHECK_OK(lm_tokenizer_new(&t, LM_TOK_WORD, &e), &e);
    CHECK_OK(lm_vocab_add(t->vocab, lm_slice_of("a"), &id, &e), &e);
    CHECK_OK(lm_tokenizer_settle(t, "test", &e), &e);
    check_no_form(&plain, t, "a tokenizer of kind 'word' has no form as tokenizer-json",
                  "a tokenizer of kind 'word' has no form as gguf");
    CHECK_OK(lm_tokenizer_of_bytes(&t, "<end>", &e), &e);
    check_no_form(&plain, t, NULL, "its tokenizer has no <|endoftext|>");
    lm_gpt_free(g);
}

/* ---- without memory ---- */

static lm_status open_and_write(lm_err *why)
{
    lm_gpt_opened o;
    lm_folder *folder;
    lm_out *out;
    lm_status s = lm_gpt_open(&o, "m", NULL, why);
    if (s) return s;
    s = lm_gpt_hf_check(o.gpt, why);
    if (!s) s = lm_gpt_gguf_check(o.gpt, why);
    if (!s) s = lm_out_open(&out, "/dev/null", why);
    if (!s) s = lm_out_close(out, lm_gpt_gguf_write(o.gpt, LM_GGUF_F32, out, NULL, why), why);
    if (!s) s = lm_folder_open(&folder, "copy", why);
    if (!s) s = lm_folder_close(folder, lm_gpt_hf_write(o.gpt, folder, NULL, why), why);
    lm_gpt_close(&o);
    return s;
}

TEST(gpt_files_without_memory)
{
    lm_tokenizer *t;
    lm_map map;
    CHECK_OK(lm_tokenizer_of_bytes(&t, LM_END_OF_TEXT, &e), &e);
    lm_gpt *g = model(4, 257, false, t);
    write_folder(g, "m");
    /* Without room to note what is mapped, all goes on; so let there be some. */
    CHECK_OK(lm_map_open(&map, "m/config.json", &e), &e);
    /* Each piece of the tokenizer takes some: one of a few is enough. */
    for (size_t k = 1; failing_round(k); k += k < 200 ? 1 : 17) {
        lm_err why = {0};
        const lm_status s = open_and_write(&why);
        failing_end();
        CHECK(s == LM_OK || (s == LM_ENOMEM && failing.failed));
        CHECK(s == LM_OK || access("copy", F_OK) != 0);
    }
    lm_map_close(&map);
    check_opens("copy", g);
    lm_gpt_free(g);
}
