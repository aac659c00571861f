/* tok_formats.c - tokenizers in the files of other programs: which format a file has, and what the
 * formats have in common. */
#include "lm/tok_formats.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/unicode.h"
#include "lm/utf8.h"
#include "tok_private.h"

/* ---- recognising ---- */

static bool begins(lm_slice bytes, const char *with)
{
    const size_t length = strlen(with);
    return bytes.length >= length && memcmp(bytes.text, with, length) == 0;
}

/* Does a line say [UNK]? */
static bool is_list(lm_slice bytes)
{
    lm_slice line;
    while (lm_tok_line(&bytes, &line))
        if (lm_slice_is(line, "[UNK]")) return true;
    return false;
}

lm_tok_format lm_tok_recognise(lm_slice bytes)
{
    const lm_tok_format json = lm_tok_json_format(bytes);
    if (json != LM_TOK_FORMAT_NONE) return json;
    if (begins(bytes, "#version")) return LM_TOK_FORMAT_BPE_FILES;
    if (lm_tok_is_tiktoken(bytes)) return LM_TOK_FORMAT_TIKTOKEN;
    return is_list(bytes) ? LM_TOK_FORMAT_VOCAB_TXT : LM_TOK_FORMAT_NONE;
}

/* ---- the case of letters ---- */

static bool has_upper(lm_slice piece)
{
    for (size_t at = 0; at < piece.length;) {
        uint32_t code, lower[LM_UNICODE_MAX];
        at += lm_utf8_read(piece.text + at, piece.length - at, &code);
        const size_t count = lm_unicode_lower(code, lower);
        if (count != 1 || lower[0] != code) return true;
    }
    return false;
}

/* [unused1] has none either, but [UNUSED1] might be there. */
static bool is_bracketed(lm_slice piece)
{
    return piece.length > 1 && piece.text[0] == '[' && piece.text[piece.length - 1] == ']';
}

lm_status lm_tok_looks_lower(const lm_tokenizer *t, bool *lower, lm_err *e)
{
    unsigned char *special = lm_tok_specials(t, e);
    if (!special) return e->status;
    *lower = true;
    for (uint32_t id = 0; id < t->vocab->size && *lower; id++) {
        const lm_slice piece = lm_vocab_word(t->vocab, id);
        *lower = special[id] || is_bracketed(piece) || !has_upper(piece);
    }
    lm_free(special);
    return LM_OK;
}

/* What tokenizer_config.json says: -1 nothing, 0 false, 1 true. */
typedef struct {
    int lower, ideographs, strip, prefix;
} settings;

static lm_status read_flag(lm_json *j, int *flag, lm_err *e)
{
    lm_json_type type;
    bool value;
    LM_TRY(lm_json_peek(j, &type, e));
    if (type == LM_JSON_NULL) return lm_json_skip(j, NULL, e);
    LM_TRY(lm_json_bool(j, &value, e));
    *flag = value;
    return LM_OK;
}

static lm_status read_settings(const lm_tok_file *file, settings *s, lm_err *e)
{
    lm_json j;
    *s = (settings){-1, -1, -1, -1};
    if (!file->bytes.text) return LM_OK;
    lm_json_open(&j, file->bytes, file->name, 0);
    LM_TRY(lm_json_object(&j, e));
    for (bool more;;) {
        lm_slice key;
        LM_TRY(lm_json_member(&j, &more, &key, e));
        if (!more) return lm_json_end(&j, e);
        int *flag = lm_json_is(key, "do_lower_case")            ? &s->lower
                    : lm_json_is(key, "tokenize_chinese_chars") ? &s->ideographs
                    : lm_json_is(key, "strip_accents")          ? &s->strip
                    : lm_json_is(key, "add_prefix_space")       ? &s->prefix
                                                                : NULL;
        LM_TRY(flag ? read_flag(&j, flag, e) : lm_json_skip(&j, NULL, e));
    }
}

static lm_status choose_case(lm_tokenizer *t, const lm_tok_source *source, int told,
                             const lm_run *run, lm_err *e)
{
    if (source->letters != LM_CASE_AUTO) {
        t->lower = source->letters == LM_CASE_LOWER;
        return LM_OK;
    }
    if (source->format == LM_TOK_FORMAT_JSON) return LM_OK;
    if (told >= 0) {
        t->lower = told;
        return LM_OK;
    }
    LM_TRY(lm_tok_looks_lower(t, &t->lower, e));
    lm_note(run, "%s: %s piece has an upper-case letter; text is read %s", source->file.name,
            t->lower ? "no" : "some", t->lower ? "in lower case, without accents" : "as it is");
    return LM_OK;
}

static lm_status follow_settings(lm_tokenizer *t, const lm_tok_source *source, const lm_run *run,
                                 lm_err *e)
{
    settings s;
    const bool bytes = t->kind == LM_TOK_BYTE_BPE;
    LM_TRY(read_settings(&source->settings, &s, e));
    if (bytes && source->letters == LM_CASE_LOWER)
        return lm_fail(e, LM_EUSAGE, "%s: a byte-level tokenizer reads text as it is",
                       source->file.name);
    if (bytes && s.prefix == 1)
        return lm_fail(e, LM_EFORMAT, "%s: add_prefix_space is true; expected false",
                       source->settings.name);
    if (bytes) return LM_OK;
    LM_TRY(choose_case(t, source, s.lower, run, e));
    if (s.ideographs == 0)
        return lm_fail(e, LM_EFORMAT, "%s: tokenize_chinese_chars is false; expected true",
                       source->settings.name);
    if (s.strip >= 0 && s.strip != t->lower)
        return lm_fail(e, LM_EFORMAT, "%s: strip_accents is %s; expected it to be as do_lower_case",
                       source->settings.name, s.strip ? "true" : "false");
    return LM_OK;
}

/* ---- reading ---- */

static lm_status read_format(lm_tokenizer **t, const lm_tok_source *source, const lm_run *run,
                             lm_err *e)
{
    switch (source->format) {
    case LM_TOK_FORMAT_BPE_FILES:
        return lm_tok_read_files(t, source, e);
    case LM_TOK_FORMAT_TIKTOKEN:
        return lm_tok_read_tiktoken(t, source, run, e);
    case LM_TOK_FORMAT_VOCAB_TXT:
        return lm_tok_read_list(t, source, e);
    case LM_TOK_FORMAT_JSON:
        return lm_tok_read_json(t, source, run, e);
    case LM_TOK_FORMAT_NONE:
        break;
    }
    return lm_fail(e, LM_EFORMAT, "%s: not a tokenizer's file", source->file.name);
}

lm_status lm_tok_read(lm_tokenizer **t, const lm_tok_source *source, const lm_run *run, lm_err *e)
{
    *t = NULL;
    lm_status s = read_format(t, source, run, e);
    if (!s) s = follow_settings(*t, source, run, e);
    if (!s) s = lm_tokenizer_settle(*t, source->file.name, e);
    if (s) {
        lm_tokenizer_free(*t);
        *t = NULL;
    }
    return s;
}

/* ---- writing ---- */

lm_status lm_tok_write(const lm_tokenizer *t, lm_tok_format format, lm_out *out, lm_err *e)
{
    switch (format) {
    case LM_TOK_FORMAT_BPE_FILES:
        return lm_tok_write_vocabulary(t, out, e);
    case LM_TOK_FORMAT_TIKTOKEN:
        return lm_tok_write_tiktoken(t, out, e);
    case LM_TOK_FORMAT_VOCAB_TXT:
        return lm_tok_write_list(t, out, e);
    case LM_TOK_FORMAT_JSON:
        return lm_tok_write_json(t, out, e);
    case LM_TOK_FORMAT_NONE:
        break;
    }
    return lm_fail(e, LM_EUSAGE, "not a tokenizer's format");
}
