/* tok_write.c - writes tokenizers as vocab.json and merges.txt, tiktoken's rank files, vocab.txt.
 *
 * GPT-2's own encoder.json, vocab.bpe and rank file, and BERT's vocab.txt, are written as they are,
 * byte for byte. */
#include "lm/utf8.h"
#include "tok_private.h"

lm_status lm_tok_spell(const lm_tokenizer *t, uint32_t id, lm_str *out, lm_err *e)
{
    const lm_slice piece = lm_vocab_word(t->vocab, id);
    out->length = 0;
    if (t->kind == LM_TOK_BYTE_BPE && !lm_tokenizer_is_special(t, id))
        return lm_tok_add_letters(out, piece, e);
    return lm_str_add(out, piece.text, piece.length, e);
}

/* ---- vocab.json, as Python's json module writes it ---- */

static lm_status write_unit(lm_out *out, uint32_t unit, lm_err *e)
{
    return lm_out_printf(out, e, "\\u%04x", (unsigned)unit);
}

static lm_status write_character(lm_out *out, uint32_t code, lm_err *e)
{
    const char ascii = (char)code;
    if (code >= 0x10000) {
        LM_TRY(write_unit(out, 0xd800 + ((code - 0x10000) >> 10), e));
        return write_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff), e);
    }
    switch (code) {
    case '"':
    case '\\':
        return lm_out_printf(out, e, "\\%c", ascii);
    case '\n':
        return lm_out_text(out, "\\n", e);
    case '\r':
        return lm_out_text(out, "\\r", e);
    case '\t':
        return lm_out_text(out, "\\t", e);
    case '\b':
        return lm_out_text(out, "\\b", e);
    case '\f':
        return lm_out_text(out, "\\f", e);
    default:
        return code < ' ' || code > 0x7f ? write_unit(out, code, e)
                                         : lm_out_write(out, &ascii, 1, e);
    }
}

static lm_status write_pieces(const lm_tokenizer *t, lm_str *piece, lm_out *out, lm_err *e)
{
    for (uint32_t id = 0; id < t->vocab->size; id++) {
        LM_TRY(lm_out_text(out, id ? ", \"" : "{\"", e));
        LM_TRY(lm_tok_spell(t, id, piece, e));
        for (size_t at = 0; at < piece->length;) {
            uint32_t code;
            at += lm_utf8_read(piece->text + at, piece->length - at, &code);
            LM_TRY(write_character(out, code, e));
        }
        LM_TRY(lm_out_printf(out, e, "\": %u", (unsigned)id));
    }
    return lm_out_text(out, "}", e);
}

lm_status lm_tok_write_vocabulary(const lm_tokenizer *t, lm_out *out, lm_err *e)
{
    lm_str piece = {0};
    const lm_status s = write_pieces(t, &piece, out, e);
    lm_str_free(&piece);
    return s;
}

/* ---- merges.txt ---- */

static lm_status write_merges(const lm_tokenizer *t, lm_str *piece, lm_out *out, lm_err *e)
{
    LM_TRY(lm_out_text(out, "#version: 0.2\n", e));
    for (size_t i = 0; i < t->merges; i++)
        for (int k = 0; k < 2; k++) {
            LM_TRY(lm_tok_spell(t, t->merge[i][k], piece, e));
            LM_TRY(lm_out_write(out, piece->text, piece->length, e));
            LM_TRY(lm_out_text(out, k ? "\n" : " ", e));
        }
    return LM_OK;
}

lm_status lm_tok_write_merges(const lm_tokenizer *t, lm_out *out, lm_err *e)
{
    lm_str piece = {0};
    const lm_status s = write_merges(t, &piece, out, e);
    lm_str_free(&piece);
    return s;
}

/* ---- rank files ---- */

static lm_status write_base64(lm_out *out, lm_slice bytes, lm_err *e)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < bytes.length; at += 3) {
        const size_t count = bytes.length - at < 3 ? bytes.length - at : 3;
        uint32_t value = 0;
        char four[4];
        for (size_t i = 0; i < 3; i++)
            value = value << 8 | (i < count ? (unsigned char)bytes.text[at + i] : 0);
        for (size_t i = 0; i < 4; i++)
            four[i] = i <= count ? digits[value >> (18 - 6 * i) & 63] : '=';
        LM_TRY(lm_out_write(out, four, sizeof four, e));
    }
    return LM_OK;
}

lm_status lm_tok_write_tiktoken(const lm_tokenizer *t, lm_out *out, lm_err *e)
{
    for (uint32_t id = 0; id < t->vocab->size; id++) {
        if (lm_tokenizer_is_special(t, id)) continue;
        LM_TRY(write_base64(out, lm_vocab_word(t->vocab, id), e));
        LM_TRY(lm_out_printf(out, e, " %u\n", (unsigned)id));
    }
    return LM_OK;
}

/* ---- vocab.txt ---- */

lm_status lm_tok_write_list(const lm_tokenizer *t, lm_out *out, lm_err *e)
{
    for (uint32_t id = 0; id < t->vocab->size; id++) {
        const lm_slice piece = lm_vocab_word(t->vocab, id);
        LM_TRY(lm_out_write(out, piece.text, piece.length, e));
        LM_TRY(lm_out_text(out, "\n", e));
    }
    return LM_OK;
}
