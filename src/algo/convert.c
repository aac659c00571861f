/* convert.c - models from one file format to another. */
#include "lm/convert.h"
#include <string.h>
#include "convert_internal.h"
#include "lm/arpa.h"
#include "lm/crc.h"
#include "lm/gpt_open.h"
#include "lm/models.h"
#include "lm/nnlm.h"
#include "lm/program.h"
#include "lm/quantize.h"
#include "lm/w2v.h"

static lm_status recognise(const lm_map *source, const char *name, lm_format *format, lm_err *e)
{
    static const lm_format formats[] = {[LM_VECTORS_TEXT] = LM_FORMAT_W2V,
                                        [LM_VECTORS_BINARY] = LM_FORMAT_W2V_BIN,
                                        [LM_VECTORS_GLOVE] = LM_FORMAT_GLOVE};
    const lm_slice bytes = {(const char *)source->bytes, source->length};
    if (lm_arpa_begins(source->bytes, source->length)) {
        *format = LM_FORMAT_ARPA;
        return LM_OK;
    }
    if (lm_ckpt_begins(bytes.text, bytes.length)) {
        *format = LM_FORMAT_LM;
        return LM_OK;
    }
    const lm_vectors_form form = lm_vectors_recognise(bytes);
    if (form != LM_VECTORS_AUTO) {
        *format = formats[form];
        return LM_OK;
    }
    *format = lm_tokenizer_format(lm_tok_recognise(bytes));
    if (*format != LM_FORMAT_AUTO) return LM_OK;
    LM_TRY(lm_vectors_refuse_others(bytes, name, e));
    return lm_fail(e, LM_EFORMAT,
                   "%s: neither a checkpoint nor ARPA text (which begins with \\data\\) nor word "
                   "vectors nor a tokenizer",
                   name);
}

lm_status lm_format_write(const lm_ngram *model, lm_format format, lm_slice history, lm_out *out,
                          const lm_run *run, lm_err *e)
{
    if (format == LM_FORMAT_ARPA) return lm_arpa_write(model, out, run, e);
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, "ngram", e));
    lm_status s = lm_ckpt_set_meta(writer, "lm.history", history, e);
    if (!s) s = lm_ngram_save(model, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, run, e);
    lm_ckpt_writer_free(writer);
    return s;
}

static bool changes_ngram(const lm_conversion *how)
{
    return how->quantize || how->entropy_prune > 0;
}

static bool changes_model(const lm_conversion *how)
{
    return changes_ngram(how) || how->slim;
}

static bool is_tokenizer(lm_format format)
{
    return lm_format_tokenizer(format) != LM_TOK_FORMAT_NONE;
}

static bool is_vectors(lm_format format)
{
    return lm_format_vectors(format) != LM_VECTORS_AUTO;
}

static bool is_gpt(lm_format format)
{
    return format == LM_FORMAT_HF || format == LM_FORMAT_GGUF;
}

/* ---- n-gram models ---- */

static lm_status change_ngram(lm_ngram *model, const lm_conversion *how, const lm_run *run,
                              lm_err *e)
{
    if (how->entropy_prune > 0) LM_TRY(lm_ngram_prune(model, how->entropy_prune, run, e));
    return how->quantize ? lm_ngram_quantize(model, how->quantize, run, e) : LM_OK;
}

lm_status lm_convert_history(const lm_converter *c, const char *before, lm_str *history, lm_err *e)
{
    LM_TRY(lm_str_addf(history, e, "%s%s%s", before ? before : "", before ? "\n" : "",
                       c->how->history));
    return lm_history_input(history, c->source->length,
                            lm_crc32c(0, c->source->bytes, c->source->length), e);
}

/* `before`: the history of the source, or NULL. */
static lm_status write_ngram(const lm_converter *c, const lm_ngram *model, const char *before,
                             lm_err *e)
{
    lm_str history = {0};
    if (c->to == LM_FORMAT_ARPA)
        return lm_format_write(model, c->to, (lm_slice){0}, c->out, c->run, e);
    lm_status s = lm_convert_history(c, before, &history, e);
    if (!s)
        s = lm_format_write(model, c->to, (lm_slice){history.text, history.length}, c->out, c->run,
                            e);
    lm_str_free(&history);
    return s;
}

/* Frees the model. */
static lm_status convert_ngram(const lm_converter *c, lm_ngram *model, const char *before,
                               lm_err *e)
{
    lm_status s = change_ngram(model, c->how, c->run, e);
    if (!s) s = write_ngram(c, model, before, e);
    lm_ngram_free(model);
    return s;
}

static lm_status from_arpa(const lm_converter *c, lm_err *e)
{
    lm_ngram *model;
    const lm_slice text = {(const char *)c->source->bytes, c->source->length};
    LM_TRY(lm_arpa_read(&model, text, c->name, c->how->unit, c->run, e));
    return convert_ngram(c, model, NULL, e);
}

/* ---- what can be ---- */

/* Of the options, with both formats known. */
static lm_status check_options(const lm_converter *c, lm_err *e)
{
    const lm_conversion *how = c->how;
    const bool vectors = is_vectors(c->from) || is_vectors(c->to);
    if (c->to == LM_FORMAT_ARPA && how->quantize)
        return lm_fail(e, LM_EUSAGE, "ARPA text has no compact form (--quantize)");
    if (vectors && changes_ngram(how))
        return lm_fail(e, LM_EUSAGE, "word vectors have no pruned or compact form");
    if (how->slim && (c->from != LM_FORMAT_LM || c->to != LM_FORMAT_LM))
        return lm_fail(e, LM_EUSAGE, "--slim: it makes a checkpoint of a checkpoint");
    if (how->compat && c->to != LM_FORMAT_W2V && c->to != LM_FORMAT_W2V_BIN)
        return lm_fail(e, LM_EUSAGE, "--compat: it is for --to w2v and --to w2v-bin");
    if (how->words && c->to != LM_FORMAT_NPY)
        return lm_fail(e, LM_EUSAGE, "--words: it is for --to npy");
    if ((is_tokenizer(c->from) || is_tokenizer(c->to)) && changes_ngram(how))
        return lm_fail(e, LM_EUSAGE, "a tokenizer has no pruned or compact form");
    if ((is_gpt(c->from) || is_gpt(c->to)) && changes_ngram(how))
        return lm_fail(e, LM_EUSAGE, "a GPT has no pruned or compact form");
    if (how->type && c->to != LM_FORMAT_GGUF)
        return lm_fail(e, LM_EUSAGE, "--type: it is for --to gguf");
    if (how->letters != LM_CASE_AUTO && !is_tokenizer(c->from))
        return lm_fail(e, LM_EUSAGE, "--case: it is for tokenizers of other formats");
    return LM_OK;
}

/* Of the kinds of things that two formats hold. */
static lm_status check_formats(const lm_converter *c, lm_err *e)
{
    if (is_gpt(c->to) && !is_gpt(c->from) && c->from != LM_FORMAT_LM)
        return lm_fail(e, LM_EUSAGE, "%s: there is no GPT in it", c->name);
    if (is_gpt(c->from) && (is_vectors(c->to) || c->to == LM_FORMAT_ARPA))
        return lm_fail(e, LM_EUSAGE, "%s: a GPT has no %s", c->name,
                       is_vectors(c->to) ? "word vectors" : "ARPA form");
    if (is_tokenizer(c->from) && !is_tokenizer(c->to) && c->to != LM_FORMAT_LM)
        return lm_fail(e, LM_EUSAGE, "%s: a tokenizer has no %s", c->name,
                       is_vectors(c->to) ? "word vectors" : "ARPA form");
    if (is_tokenizer(c->to) && !is_tokenizer(c->from) && c->from != LM_FORMAT_LM &&
        c->from != LM_FORMAT_HF)
        return lm_fail(e, LM_EUSAGE, "%s: there is no tokenizer in it", c->name);
    if (c->from == LM_FORMAT_ARPA && is_vectors(c->to))
        return lm_fail(e, LM_EUSAGE, "%s: an n-gram model has no word vectors", c->name);
    if (is_vectors(c->from) && c->to == LM_FORMAT_ARPA)
        return lm_fail(e, LM_EUSAGE, "%s: word vectors have no ARPA form", c->name);
    return LM_OK;
}

lm_status lm_convert_check(const lm_converter *c, lm_err *e)
{
    LM_TRY(check_options(c, e));
    LM_TRY(check_formats(c, e));
    if (c->from == c->to && !changes_model(c->how) && !c->how->compat)
        return lm_fail(e, LM_EUSAGE, "%s: is in the format asked for already", c->name);
    const bool binary = c->to == LM_FORMAT_LM || c->to == LM_FORMAT_W2V_BIN ||
                        c->to == LM_FORMAT_NPY || c->to == LM_FORMAT_GGUF;
    return binary ? lm_out_expect_binary(c->out, e) : LM_OK;
}

/* ---- checkpoints ---- */

static lm_status convert_ckpt(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e)
{
    const char *kind = lm_ckpt_kind(ckpt);
    const bool w2v = strcmp(kind, lm_w2v_lang.kind) == 0;
    lm_ngram *model;
    if (is_tokenizer(c->to)) return lm_convert_ckpt_tokenizer(c, ckpt, e);
    if (is_gpt(c->to) && strcmp(kind, LM_GPT_KIND) == 0) return lm_convert_ckpt_gpt(c, ckpt, e);
    if (is_gpt(c->to))
        return lm_fail(e, LM_EUSAGE, "%s: a model of kind '%s' has no such form, which gpt has",
                       c->name, kind);
    if (w2v && (is_vectors(c->to) || c->how->slim) && !changes_ngram(c->how))
        return lm_convert_w2v(c, ckpt, e);
    if (strcmp(kind, lm_nnlm_lang.kind) == 0 && is_vectors(c->to))
        return lm_convert_nnlm(c, ckpt, e);
    if (is_vectors(c->to) || c->how->slim)
        return lm_fail(e, LM_EUSAGE, "%s: a model of kind '%s' has no %s", c->name, kind,
                       c->how->slim ? "slim form, which w2v has"
                                    : "word vectors, which w2v and nnlm have");
    if (strcmp(kind, "ngram") != 0)
        return lm_fail(e, LM_EUSAGE, "%s: only an n-gram model has %s form (kind '%s')", c->name,
                       changes_model(c->how) ? "a pruned or compact" : "an ARPA", kind);
    LM_TRY(lm_ngram_load(&model, ckpt, e));
    return convert_ngram(c, model, lm_ckpt_meta(ckpt, "lm.history"), e);
}

/* The kind of model tells what to make of it. */
static lm_status choose_target(lm_converter *c, const lm_ckpt *ckpt, lm_err *e)
{
    if (c->to == LM_FORMAT_AUTO && changes_model(c->how)) c->to = LM_FORMAT_LM;
    if (c->to == LM_FORMAT_AUTO && strcmp(lm_ckpt_kind(ckpt), LM_GPT_KIND) == 0)
        return lm_fail(e, LM_EUSAGE, "%s: holds a GPT: --to hf or --to gguf is wanted", c->name);
    if (c->to == LM_FORMAT_AUTO)
        c->to = strcmp(lm_ckpt_kind(ckpt), lm_w2v_lang.kind) == 0    ? LM_FORMAT_W2V
                : strcmp(lm_ckpt_kind(ckpt), LM_TOKENIZER_KIND) == 0 ? LM_FORMAT_TOKENIZER_JSON
                                                                     : LM_FORMAT_ARPA;
    return lm_convert_check(c, e);
}

static lm_status from_lm(lm_converter *c, lm_err *e)
{
    lm_ckpt *ckpt;
    LM_TRY(
        lm_ckpt_parse(&ckpt, c->source->bytes, c->source->length, c->name, LM_CKPT_CHECK_ALL, e));
    const bool others = *lm_ckpt_kind(ckpt) == '\0';
    lm_status s = others ? LM_OK : choose_target(c, ckpt, e);
    if (!s && !others) s = convert_ckpt(c, ckpt, e);
    lm_ckpt_close(ckpt);
    if (!others) return s;
    c->from = LM_FORMAT_HF;
    return lm_convert_gpt(c, e);
}

/* A folder may hold a model, a tokenizer or both. */
static lm_status choose_source(lm_converter *c, lm_err *e)
{
    bool model;
    if (c->from == LM_FORMAT_AUTO && c->source) return recognise(c->source, c->name, &c->from, e);
    if (c->from != LM_FORMAT_AUTO || is_tokenizer(c->to)) return LM_OK;
    LM_TRY(lm_gpt_there(c->path, &model, e));
    if (model || is_gpt(c->to)) c->from = LM_FORMAT_HF;
    return LM_OK;
}

static lm_status convert(lm_converter *c, lm_err *e)
{
    LM_TRY(choose_source(c, e));
    if (c->from == LM_FORMAT_HF) return lm_convert_gpt(c, e);
    if (c->from == LM_FORMAT_LM && c->source) return from_lm(c, e);
    if (c->to == LM_FORMAT_AUTO) c->to = LM_FORMAT_LM;
    if (!c->source || is_tokenizer(c->from)) return lm_convert_tokenizer(c, e);
    LM_TRY(lm_convert_check(c, e));
    return c->from == LM_FORMAT_ARPA ? from_arpa(c, e) : lm_convert_vectors(c, e);
}

lm_status lm_convert(const lm_conversion *how, const char *path, lm_out *out, const lm_run *run,
                     lm_err *e)
{
    lm_map source = {0};
    const bool may_be =
        how->from == LM_FORMAT_AUTO || how->from == LM_FORMAT_HF || is_tokenizer(how->from);
    const bool folder = may_be && lm_is_folder(path);
    if (!folder) LM_TRY(lm_map_open(&source, path, e));
    lm_converter c = {.how = how,
                      .from = how->from,
                      .to = how->to,
                      .source = folder ? NULL : &source,
                      .path = path,
                      .name = strcmp(path, "-") == 0 ? "standard input" : path,
                      .out = out,
                      .run = run};
    const lm_status s = convert(&c, e);
    lm_map_close(&source);
    return s;
}
