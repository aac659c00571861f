/* nnlm_file.c - NNLMs in checkpoints.
 *
 * lm.config: {"order":5,"dim":100,"hidden":200,"activation":"tanh","direct":false,"tied":false,
 *             "classes":0, and the words as in lang_config.h}
 * Tensors: the parameters, by PyTorch's names; with classes "classes.begin", U32 (G + 1): class g
 * has the words from begin[g] to before begin[g+1]. */
#include <string.h>
#include "../lang_config.h"
#include "nnlm_private.h"

static const char *const activation_names[] = {"tanh", "sigmoid", "relu"};
enum { ACTIVATIONS = sizeof activation_names / sizeof *activation_names };

static const char *name_of(bool holds)
{
    return holds ? "true" : "false";
}

static lm_status add_config(const void *model, lm_str *out, lm_err *e)
{
    const lm_nnlm *m = model;
    const lm_nnlm_shape *s = &m->shape;
    LM_TRY(lm_str_addf(out, e, "{\"order\":%d,\"dim\":%llu,\"hidden\":%llu,\"activation\":\"%s\"",
                       s->order, (unsigned long long)s->dim, (unsigned long long)s->hidden,
                       activation_names[s->activation - LM_ACT_TANH]));
    LM_TRY(lm_str_addf(out, e, ",\"direct\":%s,\"tied\":%s,\"classes\":%llu", name_of(s->direct),
                       name_of(s->tied), (unsigned long long)s->classes));
    LM_TRY(lm_lang_config_add(&m->lang, out, e));
    return lm_str_addf(out, e, "}");
}

lm_status lm_nnlm_save(const lm_nnlm *m, lm_ckpt_writer *writer, lm_err *e)
{
    lm_status s = lm_ckpt_write_meta(writer, "lm.config", add_config, m, e);
    if (!s) s = lm_lang_save(&m->lang, writer, e);
    if (!s && m->shape.classes)
        s = lm_ckpt_add_table(writer, "classes.begin", LM_U32, m->shape.classes + 1, m->class_begin,
                              e);
    return s;
}

/* ---- loading ---- */

typedef struct {
    lm_nnlm *model;
    lm_lang_config words;
} configuration;

static lm_status read_activation(lm_json *j, lm_activation *f, lm_err *e)
{
    int choice = 0;
    LM_TRY(lm_config_choice(j, activation_names, ACTIVATIONS, &choice, e));
    *f = (lm_activation)(LM_ACT_TANH + choice);
    return LM_OK;
}

static lm_status read_order(lm_json *j, int *order, lm_err *e)
{
    int64_t value;
    LM_TRY(lm_json_int(j, &value, e));
    *order = value < 0 || value > LM_NNLM_ORDER_MAX ? 0 : (int)value; /* which is refused */
    return LM_OK;
}

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    configuration *found = context;
    lm_nnlm_shape *s = &found->model->shape;
    if (lm_json_is(key, "order")) return read_order(j, &s->order, e);
    if (lm_json_is(key, "dim")) return lm_json_u64(j, &s->dim, e);
    if (lm_json_is(key, "hidden")) return lm_json_u64(j, &s->hidden, e);
    if (lm_json_is(key, "activation")) return read_activation(j, &s->activation, e);
    if (lm_json_is(key, "direct")) return lm_json_bool(j, &s->direct, e);
    if (lm_json_is(key, "tied")) return lm_json_bool(j, &s->tied, e);
    if (lm_json_is(key, "classes")) return lm_json_u64(j, &s->classes, e);
    return lm_lang_config_member(&found->words, j, key, e);
}

/* Every output has one class, and no class is empty. */
static lm_status load_classes(lm_nnlm *m, const lm_ckpt *ckpt, lm_err *e)
{
    const size_t G = (size_t)m->shape.classes;
    const void *data;
    if (G == 0) return LM_OK;
    LM_TRY(lm_ckpt_table(ckpt, "classes.begin", LM_U32, G + 1, &data, e));
    m->class_begin = lm_new(G + 1, sizeof *m->class_begin, e);
    m->class_of = lm_new(m->outputs, sizeof *m->class_of, e);
    if (!m->class_begin || !m->class_of) return e->status;
    memcpy(m->class_begin, data, (G + 1) * sizeof *m->class_begin);
    bool good = m->class_begin[0] == 0 && m->class_begin[G] == m->outputs;
    for (size_t g = 0; good && g < G; g++) good = m->class_begin[g] < m->class_begin[g + 1];
    if (!good)
        return lm_fail(e, LM_EFORMAT, "%s: tensor 'classes.begin': not %zu classes of %u words",
                       lm_ckpt_path(ckpt), G, m->outputs);
    for (size_t g = 0; g < G; g++)
        for (uint32_t w = m->class_begin[g]; w < m->class_begin[g + 1]; w++)
            m->class_of[w] = (uint32_t)g;
    return LM_OK;
}

static lm_status load_parameters(lm_nnlm *m, const lm_ckpt *ckpt, lm_err *e)
{
    LM_TRY(lm_params_expect(m->params, "", ckpt, e));
    LM_TRY(lm_params_block(m->params, &m->values, e));
    LM_TRY(lm_params_load(m->params, m->values, "", ckpt, e));
    lm_params_bind(m->params, m->values, &m->weights);
    return LM_OK;
}

static lm_status load(lm_nnlm *m, const lm_ckpt *ckpt, lm_err *e)
{
    configuration found = {m, LM_LANG_CONFIG_EMPTY};
    lm_err bad = {0};
    LM_TRY(lm_ckpt_config(ckpt, read_member, &found, e));
    LM_TRY(lm_lang_load(&m->lang, &found.words, ckpt, e));
    if (lm_nnlm_prepare(m, &bad)) return lm_ckpt_refuse_config(ckpt, &bad, e);
    LM_TRY(load_classes(m, ckpt, e));
    return load_parameters(m, ckpt, e);
}

lm_status lm_nnlm_load(lm_nnlm **model, const lm_ckpt *ckpt, lm_err *e)
{
    *model = NULL;
    lm_nnlm *m = lm_new(1, sizeof *m, e);
    if (!m) return e->status;
    m->lang.type = &lm_nnlm_lang;
    const lm_status s = load(m, ckpt, e);
    if (s)
        lm_nnlm_free(m);
    else
        *model = m;
    return s;
}
