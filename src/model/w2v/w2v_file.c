/* w2v_file.c - word vectors in checkpoints.
 *
 * lm.config: {"mode":"cbow","loss":"negative","dim":100,"window":5,"sum":false,"bias":false,
 *             "noise_power":0.75,"min_n":0,"max_n":0,"buckets":0, and the words as in
 * lang_config.h} Tensors: embeddings.weight (V,D); linear.weight (V,D) and linear.bias (V), or
 * nodes.weight (V-1,D); subwords.weight (buckets,D); words.count, U64 (V). */
#include <string.h>
#include "../lang_config.h"
#include "lm/memory.h"
#include "w2v_private.h"

static const char *const mode_names[] = {"cbow", "sg"};
static const char *const loss_names[] = {"negative", "hierarchy", "softmax", "none"};

const lm_lang_type lm_w2v_lang = {.kind = "w2v"};

static const char *name_of(bool holds)
{
    return holds ? "true" : "false";
}

static lm_status add_config(const void *model, lm_str *out, lm_err *e)
{
    const lm_w2v *m = model;
    const lm_w2v_shape *s = &m->shape;
    LM_TRY(lm_str_addf(out, e, "{\"mode\":\"%s\",\"loss\":\"%s\",\"dim\":%llu,\"window\":%llu",
                       mode_names[s->mode], loss_names[s->loss], (unsigned long long)s->dim,
                       (unsigned long long)s->window));
    LM_TRY(lm_str_addf(out, e, ",\"sum\":%s,\"bias\":%s", name_of(s->sum), name_of(s->bias)));
    LM_TRY(lm_str_addf(out, e, ",\"noise_power\":"));
    LM_TRY(lm_str_add_real(out, s->noise_power, e));
    LM_TRY(lm_str_addf(out, e, ",\"min_n\":%llu,\"max_n\":%llu,\"buckets\":%llu",
                       (unsigned long long)s->min_n, (unsigned long long)s->max_n,
                       (unsigned long long)s->buckets));
    LM_TRY(lm_lang_config_add(&m->lang, out, e));
    return lm_str_addf(out, e, "}");
}

lm_status lm_w2v_save(const lm_w2v *m, lm_ckpt_writer *writer, lm_err *e)
{
    lm_status s = lm_ckpt_write_meta(writer, "lm.config", add_config, m, e);
    if (!s) s = lm_lang_save(&m->lang, writer, e);
    if (!s) s = lm_ckpt_add_table(writer, "words.count", LM_U64, m->lang.vocab->size, m->count, e);
    return s;
}

lm_status lm_w2v_write_vocab(const lm_w2v *m, lm_out *out, lm_err *e)
{
    lm_str line = {0};
    lm_status s = LM_OK;
    for (uint32_t w = 0; !s && w < m->lang.vocab->size; w++) {
        line.length = 0;
        s = lm_lang_add_word(&m->lang, w, &line, e);
        if (!s) s = lm_str_addf(&line, e, " %llu\n", (unsigned long long)m->count[w]);
        if (!s) s = lm_out_write(out, line.text, line.length, e);
    }
    lm_str_free(&line);
    return s;
}

/* ---- loading ---- */

typedef struct {
    lm_w2v *model;
    lm_lang_config words;
} configuration;

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    configuration *found = context;
    lm_w2v_shape *s = &found->model->shape;
    int choice = 0;
    if (lm_json_is(key, "mode")) {
        LM_TRY(lm_config_choice(j, mode_names, 2, &choice, e));
        s->mode = (lm_w2v_mode)choice;
        return LM_OK;
    }
    if (lm_json_is(key, "loss")) {
        LM_TRY(lm_config_choice(j, loss_names, 4, &choice, e));
        s->loss = (lm_w2v_loss)choice;
        return LM_OK;
    }
    if (lm_json_is(key, "dim")) return lm_json_u64(j, &s->dim, e);
    if (lm_json_is(key, "window")) return lm_json_u64(j, &s->window, e);
    if (lm_json_is(key, "noise_power")) return lm_json_real(j, &s->noise_power, e);
    if (lm_json_is(key, "sum")) return lm_json_bool(j, &s->sum, e);
    if (lm_json_is(key, "bias")) return lm_json_bool(j, &s->bias, e);
    if (lm_json_is(key, "min_n")) return lm_json_u64(j, &s->min_n, e);
    if (lm_json_is(key, "max_n")) return lm_json_u64(j, &s->max_n, e);
    if (lm_json_is(key, "buckets")) return lm_json_u64(j, &s->buckets, e);
    return lm_lang_config_member(&found->words, j, key, e);
}

static lm_status load_counts(lm_w2v *m, const lm_ckpt *ckpt, lm_err *e)
{
    const size_t V = m->lang.vocab->size;
    const void *data;
    LM_TRY(lm_ckpt_table(ckpt, "words.count", LM_U64, V, &data, e));
    m->count = lm_new(V, sizeof *m->count, e);
    if (!m->count) return e->status;
    memcpy(m->count, data, V * sizeof *m->count);
    return LM_OK;
}

static lm_status load(lm_w2v *m, const lm_ckpt *ckpt, lm_err *e)
{
    configuration found = {m, LM_LANG_CONFIG_EMPTY};
    lm_err bad = {0};
    LM_TRY(lm_ckpt_config(ckpt, read_member, &found, e));
    LM_TRY(lm_lang_load(&m->lang, &found.words, ckpt, e));
    if (lm_w2v_prepare(m, &bad)) return lm_ckpt_refuse_config(ckpt, &bad, e);
    LM_TRY(load_counts(m, ckpt, e));
    LM_TRY(lm_params_expect(m->params, "", ckpt, e));
    LM_TRY(lm_w2v_room(m, e));
    return lm_params_load(m->params, m->values, "", ckpt, e);
}

lm_status lm_w2v_load(lm_w2v **model, const lm_ckpt *ckpt, lm_err *e)
{
    *model = NULL;
    lm_w2v *m = lm_new(1, sizeof *m, e);
    if (!m) return e->status;
    m->lang.type = &lm_w2v_lang;
    const lm_status s = load(m, ckpt, e);
    if (s)
        lm_w2v_free(m);
    else
        *model = m;
    return s;
}
