/* hf_config.c - config.json of Hugging Face's GPT-2 and GPT-1 (configuration_gpt2.py,
 * configuration_openai.py of transformers). */
#include <string.h>
#include "gpt_private.h"
#include "lm/gpt_train.h"
#include "lm/json.h"

/* ---- reading ---- */

/* Texts are raw strings; text NULL: not there. */
typedef struct {
    lm_gpt_hf_config *config;
    lm_slice type, activation, afn;
    uint64_t inner; /* 0: not said */
} reading;

static const struct {
    const char *key;
    size_t field; /* of lm_gpt_shape */
} numbers[] = {{"vocab_size", offsetof(lm_gpt_shape, vocab)},
               {"n_positions", offsetof(lm_gpt_shape, context)},
               {"n_embd", offsetof(lm_gpt_shape, width)},
               {"n_layer", offsetof(lm_gpt_shape, layers)},
               {"n_head", offsetof(lm_gpt_shape, heads)}};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* What must be so, and is if nothing is said. */
static const struct {
    const char *key;
    bool expected;
} flags[] = {{"scale_attn_weights", true},
             {"scale_attn_by_inverse_layer_idx", false},
             {"add_cross_attention", false}};
enum { FLAGS = sizeof flags / sizeof *flags };

static uint64_t *number_of(lm_gpt_shape *shape, size_t i)
{
    return (uint64_t *)(void *)((char *)shape + numbers[i].field);
}

static lm_status read_flag(lm_json *j, size_t i, lm_err *e)
{
    bool value;
    LM_TRY(lm_json_bool(j, &value, e));
    if (value == flags[i].expected) return LM_OK;
    return lm_json_fail(j, e, "%s is %s: such a model cannot be computed here", flags[i].key,
                        value ? "true" : "false");
}

/* A value that may be null, which says nothing. */
static lm_status read_inner(lm_json *j, uint64_t *inner, lm_err *e)
{
    lm_json_type type;
    LM_TRY(lm_json_peek(j, &type, e));
    return type == LM_JSON_NULL ? lm_json_skip(j, NULL, e) : lm_json_u64(j, inner, e);
}

static lm_status read_eps(lm_json *j, double *eps, lm_err *e)
{
    LM_TRY(lm_json_real(j, eps, e));
    if (!(*eps > 0 && *eps <= 1)) /* or NaN */
        return lm_json_fail(j, e, "layer_norm_epsilon: expected a number above 0, up to 1");
    if (*eps == LM_GPT_EPS) *eps = 0; /* the usual one */
    return LM_OK;
}

static lm_status read_member(reading *r, lm_json *j, lm_slice key, lm_err *e)
{
    lm_gpt_shape *shape = &r->config->shape;
    for (size_t i = 0; i < NUMBERS; i++)
        if (lm_json_is(key, numbers[i].key)) return lm_json_u64(j, number_of(shape, i), e);
    for (size_t i = 0; i < FLAGS; i++)
        if (lm_json_is(key, flags[i].key)) return read_flag(j, i, e);
    if (lm_json_is(key, "model_type")) return lm_json_raw_string(j, &r->type, e);
    if (lm_json_is(key, "activation_function")) return lm_json_raw_string(j, &r->activation, e);
    if (lm_json_is(key, "afn")) return lm_json_raw_string(j, &r->afn, e);
    if (lm_json_is(key, "n_inner")) return read_inner(j, &r->inner, e);
    if (lm_json_is(key, "layer_norm_epsilon")) return read_eps(j, &shape->eps, e);
    if (lm_json_is(key, "tie_word_embeddings")) return lm_json_bool(j, &r->config->tied, e);
    return lm_json_skip(j, NULL, e);
}

static lm_status read_members(reading *r, lm_json *j, lm_err *e)
{
    lm_slice key;
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) return lm_json_end(j, e);
        LM_TRY(read_member(r, j, key, e));
    }
}

/* gelu_new is the approximation by tanh, to which gelu_pytorch_tanh is another name; what GPT-1's
 * code calls gelu is that, too. */
static lm_status check_activation(const reading *r, const char *name, lm_err *e)
{
    const bool post_norm = r->config->shape.post_norm;
    const lm_slice found = post_norm ? r->afn : r->activation;
    if (!found.text) return LM_OK;
    if (post_norm && lm_json_is(found, "gelu")) return LM_OK;
    if (lm_json_is(found, "gelu_new") || lm_json_is(found, "gelu_pytorch_tanh")) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: %s is '%.*s': only %s can be computed here", name,
                   post_norm ? "afn" : "activation_function", (int)found.length, found.text,
                   post_norm ? "gelu" : "gelu_new");
}

static lm_status check(const reading *r, const char *name, lm_err *e)
{
    lm_gpt_shape *shape = &r->config->shape;
    if (!r->type.text)
        return lm_fail(e, LM_EFORMAT, "%s: model_type is missing; expected gpt2 or openai-gpt",
                       name);
    shape->post_norm = lm_json_is(r->type, "openai-gpt");
    if (!shape->post_norm && !lm_json_is(r->type, "gpt2"))
        return lm_fail(e, LM_EFORMAT, "%s: model_type is '%.*s'; expected gpt2 or openai-gpt", name,
                       (int)r->type.length, r->type.text);
    for (size_t i = 0; i < NUMBERS; i++)
        if (*number_of(shape, i) == 0)
            return lm_fail(e, LM_EFORMAT, "%s: %s is missing, or 0", name, numbers[i].key);
    if (r->inner && (r->inner % 4 || r->inner / 4 != shape->width))
        return lm_fail(e, LM_EFORMAT,
                       "%s: n_inner is %llu: only 4 n_embd, %llu, can be computed "
                       "here",
                       name, (unsigned long long)r->inner, 4 * (unsigned long long)shape->width);
    return check_activation(r, name, e);
}

lm_status lm_gpt_hf_read_config(lm_gpt_hf_config *config, lm_slice text, const char *name,
                                lm_err *e)
{
    lm_json j;
    reading r = {.config = config};
    *config = (lm_gpt_hf_config){.shape = {.patterns = 1}, .tied = true};
    lm_json_open(&j, text, name, 0);
    LM_TRY(read_members(&r, &j, e));
    return check(&r, name, e);
}

/* ---- writing ---- */

static lm_status add_end(const lm_gpt *g, const char *key, lm_str *out, lm_err *e)
{
    const uint32_t end = lm_tokenizer_special(g->tokenizer, LM_END_OF_TEXT);
    if (end == LM_NO_WORD) return lm_str_addf(out, e, "  \"%s\": null,\n", key);
    return lm_str_addf(out, e, "  \"%s\": %u,\n", key, (unsigned)end);
}

static lm_status add_numbers(const lm_gpt_shape *s, lm_str *out, lm_err *e)
{
    lm_gpt_shape copy = *s;
    for (size_t i = 0; i < NUMBERS; i++)
        LM_TRY(lm_str_addf(out, e, "  \"%s\": %llu,\n", numbers[i].key,
                           (unsigned long long)*number_of(&copy, i)));
    /* Some readers, as llama.cpp's converter, want the context by this name. */
    return lm_str_addf(out, e, "  \"n_ctx\": %llu,\n", (unsigned long long)s->context);
}

lm_status lm_gpt_hf_add_config(const lm_gpt *g, lm_str *out, lm_err *e)
{
    const lm_gpt_shape *s = &g->shape;
    LM_TRY(lm_str_addf(out, e, "{\n  \"architectures\": [\"%s\"],\n  \"model_type\": \"%s\",\n",
                       s->post_norm ? "OpenAIGPTLMHeadModel" : "GPT2LMHeadModel",
                       s->post_norm ? "openai-gpt" : "gpt2"));
    LM_TRY(add_numbers(s, out, e));
    LM_TRY(lm_str_addf(out, e, "  \"%s\",\n",
                       s->post_norm ? "afn\": \"gelu" : "activation_function\": \"gelu_new"));
    if (!s->post_norm) LM_TRY(lm_str_addf(out, e, "  \"n_inner\": null,\n"));
    LM_TRY(lm_str_addf(out, e, "  \"layer_norm_epsilon\": "));
    LM_TRY(lm_str_add_real(out, s->eps > 0 ? s->eps : LM_GPT_EPS, e));
    LM_TRY(lm_str_addf(out, e, ",\n"));
    LM_TRY(add_end(g, "bos_token_id", out, e));
    LM_TRY(add_end(g, "eos_token_id", out, e));
    return lm_str_addf(out, e,
                       "  \"tie_word_embeddings\": true,\n  \"torch_dtype\": \"float32\"\n}\n");
}
