/* convert_tokenizer.c - tokenizers from one file format to another. */
#include "convert_internal.h"
#include "lm/tok_open.h"

lm_tok_format lm_format_tokenizer(lm_format format)
{
    switch (format) {
    case LM_FORMAT_BPE_FILES:
        return LM_TOK_FORMAT_BPE_FILES;
    case LM_FORMAT_TIKTOKEN:
        return LM_TOK_FORMAT_TIKTOKEN;
    case LM_FORMAT_VOCAB_TXT:
        return LM_TOK_FORMAT_VOCAB_TXT;
    case LM_FORMAT_TOKENIZER_JSON:
        return LM_TOK_FORMAT_JSON;
    default:
        return LM_TOK_FORMAT_NONE;
    }
}

lm_format lm_tokenizer_format(lm_tok_format format)
{
    static const lm_format formats[] = {LM_FORMAT_AUTO, LM_FORMAT_BPE_FILES, LM_FORMAT_TIKTOKEN,
                                        LM_FORMAT_VOCAB_TXT, LM_FORMAT_TOKENIZER_JSON};
    return formats[format];
}

/* ---- reading ---- */

static lm_status open_all(lm_tok_files *f, lm_converter *c, lm_err *e)
{
    const lm_tok_format format = lm_format_tokenizer(c->from);
    lm_str folder = {0};
    f->source.letters = c->how->letters;
    if (c->source) {
        const lm_slice bytes = {c->source->bytes ? (const char *)c->source->bytes : "",
                                c->source->length};
        return lm_tok_files_beside(f, (lm_tok_file){bytes, c->name}, c->path, format, e);
    }
    lm_status s = lm_str_addf(&folder, e, "%s/", c->name);
    if (!s) s = lm_tok_files_folder(f, folder.text, c->name, format, e);
    lm_str_free(&folder);
    if (!s) c->from = lm_tokenizer_format(f->source.format);
    return s;
}

/* ---- writing ---- */

static lm_status write_file(const lm_tokenizer *t, lm_folder *folder, bool merges, lm_err *e)
{
    lm_out *out;
    LM_TRY(lm_folder_file(folder, merges ? LM_TOK_MERGES : LM_TOK_VOCABULARY, &out, e));
    const lm_status s =
        merges ? lm_tok_write_merges(t, out, e) : lm_tok_write(t, LM_TOK_FORMAT_BPE_FILES, out, e);
    return lm_out_close(out, s, e);
}

lm_status lm_convert_export_tokenizer(const lm_converter *c, const lm_tokenizer *t, lm_err *e)
{
    const lm_tok_format format = lm_format_tokenizer(c->to);
    lm_err why = {0};
    const lm_status s = lm_tok_check(t, format, c->run, &why);
    if (s) return lm_fail(e, s, "%s: %s", c->name, why.message);
    if (format != LM_TOK_FORMAT_BPE_FILES) return lm_tok_write(t, format, c->out, e);
    LM_TRY(write_file(t, c->how->folder, false, e));
    return write_file(t, c->how->folder, true, e);
}

static lm_status import_tokenizer(const lm_converter *c, const lm_tok_files *f,
                                  const lm_tokenizer *t, lm_err *e)
{
    lm_str history = {0};
    lm_status s = lm_str_addf(&history, e, "%s", c->how->history);
    if (!s) s = lm_tok_files_history(f, &history, e);
    if (!s) s = lm_tokenizer_write(t, (lm_slice){history.text, history.length}, c->out, e);
    lm_str_free(&history);
    return s;
}

static lm_status convert_files(lm_converter *c, lm_tok_files *f, lm_err *e)
{
    lm_tokenizer *t;
    LM_TRY(open_all(f, c, e));
    LM_TRY(lm_convert_check(c, e));
    LM_TRY(lm_tok_read(&t, &f->source, c->run, e));
    const lm_status s =
        c->to == LM_FORMAT_LM ? import_tokenizer(c, f, t, e) : lm_convert_export_tokenizer(c, t, e);
    lm_tokenizer_free(t);
    return s;
}

lm_status lm_convert_tokenizer(lm_converter *c, lm_err *e)
{
    lm_tok_files f = {0};
    const lm_status s = convert_files(c, &f, e);
    lm_tok_files_close(&f);
    return s;
}

lm_status lm_convert_ckpt_tokenizer(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e)
{
    lm_tokenizer *t;
    LM_TRY(lm_tokenizer_load(&t, ckpt, e));
    const lm_status s = lm_convert_export_tokenizer(c, t, e);
    lm_tokenizer_free(t);
    return s;
}
