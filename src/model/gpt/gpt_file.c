/* gpt_file.c - GPTs in checkpoints.
 *
 * lm.config: {"layers":12,"heads":12,"width":768,"context":1024,"vocab":50257,"norm":"pre",
 *             "positions":"learned","pattern":"dense","tokenizer":{...}}
 * and "eps":X where it is another than 1e-5.
 * Tensors: the parameters, by Hugging Face's names; those of the tokenizer. */
#include <string.h>
#include "gpt_private.h"

static lm_status add_config(const void *model, lm_str *out, lm_err *e)
{
    const lm_gpt *g = model;
    const lm_gpt_shape *s = &g->shape;
    LM_TRY(lm_str_addf(out, e,
                       "{\"layers\":%llu,\"heads\":%llu,\"width\":%llu,\"context\":%llu,"
                       "\"vocab\":%llu,\"norm\":\"%s\",\"positions\":\"%s\",\"pattern\":\"",
                       (unsigned long long)s->layers, (unsigned long long)s->heads,
                       (unsigned long long)s->width, (unsigned long long)s->context,
                       (unsigned long long)s->vocab, s->post_norm ? "post" : "pre",
                       s->sine ? "sine" : "learned"));
    LM_TRY(lm_patterns_text(s->pattern, s->patterns, out, e));
    LM_TRY(lm_str_addf(out, e, "\""));
    if (s->eps > 0) {
        LM_TRY(lm_str_addf(out, e, ",\"eps\":"));
        LM_TRY(lm_str_add_real(out, s->eps, e));
    }
    if (g->tokenizer) {
        LM_TRY(lm_str_addf(out, e, ",\"tokenizer\":"));
        LM_TRY(lm_tokenizer_config(g->tokenizer, out, e));
    }
    return lm_str_addf(out, e, "}");
}

lm_status lm_gpt_save(const lm_gpt *g, lm_ckpt_writer *writer, lm_err *e)
{
    lm_status s = lm_ckpt_write_meta(writer, "lm.config", add_config, g, e);
    if (!s && g->tokenizer) s = lm_tokenizer_save(g->tokenizer, writer, e);
    return s;
}

/* ---- loading ---- */

typedef struct {
    lm_gpt_shape shape;
    bool tokenizer; /* there is one */
} configuration;

/* One of two words; *second: it is the other one. */
static lm_status read_either(lm_json *j, const char *one, const char *other, bool *second,
                             lm_err *e)
{
    lm_slice word;
    LM_TRY(lm_json_raw_string(j, &word, e));
    *second = lm_json_is(word, other);
    if (*second || lm_json_is(word, one)) return LM_OK;
    return lm_json_fail(j, e, "expected \"%s\" or \"%s\"", one, other);
}

static lm_status read_patterns(lm_json *j, lm_gpt_shape *s, lm_err *e)
{
    lm_str text = {0};
    lm_err why = {0};
    lm_status status = lm_json_string(j, &text, e);
    if (!status && lm_patterns_parse(text.text ? text.text : "", s->pattern, &s->patterns, &why))
        status = lm_json_fail(j, e, "%s", why.message);
    lm_str_free(&text);
    return status;
}

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    configuration *found = context;
    lm_gpt_shape *s = &found->shape;
    if (lm_json_is(key, "layers")) return lm_json_u64(j, &s->layers, e);
    if (lm_json_is(key, "heads")) return lm_json_u64(j, &s->heads, e);
    if (lm_json_is(key, "width")) return lm_json_u64(j, &s->width, e);
    if (lm_json_is(key, "context")) return lm_json_u64(j, &s->context, e);
    if (lm_json_is(key, "vocab")) return lm_json_u64(j, &s->vocab, e);
    if (lm_json_is(key, "norm")) return read_either(j, "pre", "post", &s->post_norm, e);
    if (lm_json_is(key, "positions")) return read_either(j, "learned", "sine", &s->sine, e);
    if (lm_json_is(key, "pattern")) return read_patterns(j, s, e);
    if (lm_json_is(key, "eps")) return lm_json_real(j, &s->eps, e);
    if (lm_json_is(key, "tokenizer")) found->tokenizer = true; /* which reads it itself */
    return lm_json_skip(j, NULL, e);
}

lm_status lm_gpt_load_values(lm_gpt *g, const char *prefix, const lm_ckpt *ckpt, lm_err *e)
{
    LM_TRY(lm_params_expect(g->params, prefix, ckpt, e));
    LM_TRY(lm_params_block(g->params, &g->values, e));
    LM_TRY(lm_params_load(g->params, g->values, prefix, ckpt, e));
    lm_params_bind(g->params, g->values, &g->weights);
    return LM_OK;
}

static lm_status read_config(configuration *found, const lm_ckpt *ckpt, lm_err *e)
{
    *found = (configuration){.shape = {.patterns = 1}};
    return lm_ckpt_config(ckpt, read_member, found, e);
}

lm_status lm_gpt_read_shape(lm_gpt_shape *shape, const lm_ckpt *ckpt, lm_err *e)
{
    configuration found;
    LM_TRY(read_config(&found, ckpt, e));
    *shape = found.shape;
    return LM_OK;
}

static lm_status load(lm_gpt *g, const lm_ckpt *ckpt, lm_err *e)
{
    configuration found;
    lm_err why = {0};
    LM_TRY(read_config(&found, ckpt, e));
    g->shape = found.shape;
    if (found.tokenizer) LM_TRY(lm_tokenizer_load(&g->tokenizer, ckpt, e));
    if (lm_gpt_prepare(g, &why)) return lm_ckpt_refuse_config(ckpt, &why, e);
    return lm_gpt_load_values(g, "", ckpt, e);
}

lm_status lm_gpt_load(lm_gpt **gpt, const lm_ckpt *ckpt, lm_err *e)
{
    *gpt = NULL;
    if (strcmp(lm_ckpt_kind(ckpt), LM_GPT_KIND) != 0)
        return lm_fail(e, LM_EFORMAT, "%s: not a GPT (kind '%s')", lm_ckpt_path(ckpt),
                       lm_ckpt_kind(ckpt));
    lm_gpt *g = lm_new(1, sizeof *g, e);
    if (!g) return e->status;
    const lm_status s = load(g, ckpt, e);
    if (s)
        lm_gpt_free(g);
    else
        *gpt = g;
    return s;
}
