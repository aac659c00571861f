/* gpt_hf.c - writes a GPT as a folder that Hugging Face's transformers load. */
#include "lm/gpt_hf.h"
#include "gpt_private.h"
#include "lm/gpt_train.h"
#include "lm/json.h"
#include "lm/tok_formats.h"
#include "lm/tok_open.h"

/* ---- what can be ---- */

/* Is a pattern as good as dense, for all that is in reach? */
static bool is_dense(lm_pattern pattern, uint64_t T)
{
    return pattern.kind == LM_DENSE ||
           lm_pattern_pairs(pattern, true, (size_t)T) == T * (T + 1) / 2;
}

lm_status lm_gpt_check_plain(const lm_gpt *g, lm_err *e)
{
    const lm_gpt_shape *s = &g->shape;
    if (s->sine)
        return lm_fail(e, LM_EUSAGE,
                       "its positions are sines, and models of this format have learned ones");
    for (size_t i = 0; i < s->patterns && i < s->layers; i++)
        if (!is_dense(s->pattern[i], s->context))
            return lm_fail(e, LM_EUSAGE,
                           "its attention, of layer %zu, is not dense, as in models of this format",
                           i);
    if (!g->tokenizer) return lm_fail(e, LM_EUSAGE, "it has no tokenizer");
    return LM_OK;
}

lm_status lm_gpt_export_tokenizer(const lm_gpt *g, const lm_tokenizer **t, lm_tokenizer **made,
                                  lm_err *e)
{
    *made = NULL;
    *t = g->tokenizer;
    if (g->tokenizer->kind != LM_TOK_BYTE) return LM_OK;
    LM_TRY(lm_tok_of_bytes(made, g->tokenizer, e));
    *t = *made;
    return LM_OK;
}

lm_status lm_gpt_hf_check(const lm_gpt *g, lm_err *e)
{
    const lm_tokenizer *t;
    lm_tokenizer *made;
    LM_TRY(lm_gpt_check_plain(g, e));
    LM_TRY(lm_gpt_export_tokenizer(g, &t, &made, e));
    const lm_status s = lm_tok_check(t, LM_TOK_FORMAT_JSON, NULL, e);
    lm_tokenizer_free(made);
    return s;
}

/* ---- the tokenizer ---- */

static lm_status add_token(const lm_tokenizer *t, const char *key, uint32_t id, lm_str *out,
                           lm_err *e)
{
    if (id == LM_NO_WORD) return LM_OK;
    LM_TRY(lm_str_addf(out, e, "  \"%s\": ", key));
    LM_TRY(lm_json_add_string(out, lm_vocab_word(t->vocab, id), e));
    return lm_str_addf(out, e, ",\n");
}

/* GPT2Tokenizer adds <|endoftext|> where there is none, with a number that the model has no vector
 * for; the general class takes tokenizer.json as it is. */
static lm_status add_settings(const lm_gpt *g, const lm_tokenizer *t, lm_str *out, lm_err *e)
{
    const uint32_t end = lm_tokenizer_special(t, LM_END_OF_TEXT);
    const bool bytes = t->kind == LM_TOK_BYTE_BPE;
    LM_TRY(lm_str_addf(out, e, "{\n"));
    LM_TRY(add_token(t, "bos_token", end, out, e));
    LM_TRY(add_token(t, "eos_token", end, out, e));
    LM_TRY(add_token(t, "unk_token", bytes ? end : t->vocab->unk, out, e));
    if (bytes) LM_TRY(lm_str_addf(out, e, "  \"add_prefix_space\": false,\n"));
    if (!bytes)
        LM_TRY(lm_str_addf(out, e, "  \"do_lower_case\": %s,\n", t->lower ? "true" : "false"));
    return lm_str_addf(out, e,
                       "  \"clean_up_tokenization_spaces\": false,\n"
                       "  \"model_max_length\": %llu,\n  \"tokenizer_class\": \"%s\"\n}\n",
                       (unsigned long long)g->shape.context,
                       bytes && end != LM_NO_WORD ? "GPT2Tokenizer" : "PreTrainedTokenizerFast");
}

/* ---- files ---- */

typedef struct {
    const lm_gpt *gpt;
    const lm_tokenizer *tokenizer;
    const lm_run *run;
} export;

static lm_status write_text(const export *x, lm_out *out,
                            lm_status (*add)(const export *x, lm_str *text, lm_err *e), lm_err *e)
{
    lm_str text = {0};
    lm_status s = add(x, &text, e);
    if (!s) s = lm_out_write(out, text.text, text.length, e);
    lm_str_free(&text);
    return s;
}

static lm_status add_config_text(const export *x, lm_str *text, lm_err *e)
{
    return lm_gpt_hf_add_config(x->gpt, text, e);
}

static lm_status add_settings_text(const export *x, lm_str *text, lm_err *e)
{
    return add_settings(x->gpt, x->tokenizer, text, e);
}

static lm_status write_config(const export *x, lm_out *out, lm_err *e)
{
    return write_text(x, out, add_config_text, e);
}

static lm_status write_settings(const export *x, lm_out *out, lm_err *e)
{
    return write_text(x, out, add_settings_text, e);
}

static lm_status write_weights(const export *x, lm_out *out, lm_err *e)
{
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, NULL, e));
    lm_status s = lm_params_save(x->gpt->params, x->gpt->values, "", writer, e);
    if (!s) s = lm_ckpt_write(writer, out, x->run, e);
    lm_ckpt_writer_free(writer);
    return s;
}

static lm_status write_tokenizer(const export *x, lm_out *out, lm_err *e)
{
    return lm_tok_write(x->tokenizer, LM_TOK_FORMAT_JSON, out, e);
}

static lm_status write_vocabulary(const export *x, lm_out *out, lm_err *e)
{
    return lm_tok_write(x->tokenizer, LM_TOK_FORMAT_BPE_FILES, out, e);
}

static lm_status write_merges(const export *x, lm_out *out, lm_err *e)
{
    return lm_tok_write_merges(x->tokenizer, out, e);
}

static const struct {
    const char *name;
    lm_status (*write)(const export *x, lm_out *out, lm_err *e);
} files[] = {{"config.json", write_config},
             {"tokenizer.json", write_tokenizer},
             {"tokenizer_config.json", write_settings},
             {"model.safetensors", write_weights},
             {LM_TOK_VOCABULARY, write_vocabulary},
             {LM_TOK_MERGES, write_merges}};
enum { FILES = sizeof files / sizeof *files, FILES_OF_BPE = 2 };

static lm_status write_files(const export *x, lm_folder *folder, lm_err *e)
{
    lm_err why = {0};
    const lm_status pair = lm_tok_check(x->tokenizer, LM_TOK_FORMAT_BPE_FILES, NULL, &why);
    if (pair == LM_ENOMEM) return lm_fail(e, pair, "%s", why.message);
    for (size_t i = 0; i < FILES - (pair ? FILES_OF_BPE : 0); i++) {
        lm_out *out;
        LM_TRY(lm_folder_file(folder, files[i].name, &out, e));
        LM_TRY(lm_out_close(out, files[i].write(x, out, e), e));
    }
    return LM_OK;
}

lm_status lm_gpt_hf_write(const lm_gpt *g, lm_folder *folder, const lm_run *run, lm_err *e)
{
    export x = {.gpt = g, .run = run};
    lm_tokenizer *made;
    LM_TRY(lm_gpt_export_tokenizer(g, &x.tokenizer, &made, e));
    const lm_status s = write_files(&x, folder, e);
    lm_tokenizer_free(made);
    return s;
}
