/* tok_write_json.c - writes tokenizer.json, as Hugging Face's tokenizers read it: the members are
 * those that the library writes, in its order. */
#include <string.h>
#include "tok_private.h"

/* ---- strings ---- */

/* What is written, and buffers for use here. */
typedef struct {
    const lm_tokenizer *t;
    lm_out *out;
    lm_str piece, text, both;
} writer;

static lm_status write_string(writer *w, lm_slice text, lm_err *e)
{
    w->text.length = 0;
    LM_TRY(lm_json_add_string(&w->text, text, e));
    return lm_out_write(w->out, w->text.text, w->text.length, e);
}

static lm_status write_piece(writer *w, const char *before, uint32_t id, lm_err *e)
{
    LM_TRY(lm_out_text(w->out, before, e));
    LM_TRY(lm_tok_spell(w->t, id, &w->piece, e));
    return write_string(w, (lm_slice){w->piece.text, w->piece.length}, e);
}

/* ---- what comes before the model ---- */

static lm_status write_tokens(writer *w, lm_err *e)
{
    const lm_tokenizer *t = w->t;
    LM_TRY(lm_out_text(w->out, "  \"added_tokens\": [", e));
    for (size_t i = 0; i < t->specials; i++) {
        LM_TRY(lm_out_printf(w->out, e, "%s\n    {\"id\": %u, \"content\": ", i ? "," : "",
                             (unsigned)t->special[i]));
        LM_TRY(write_piece(w, "", t->special[i], e));
        LM_TRY(lm_out_text(w->out,
                           ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
                           "\"normalized\": false, \"special\": true}",
                           e));
    }
    return lm_out_text(w->out, t->specials ? "\n  ],\n" : "],\n", e);
}

/* A BERT puts [CLS] and [SEP] around its texts. */
static lm_status write_template(writer *w, lm_err *e)
{
    const uint32_t cls = lm_tokenizer_special(w->t, "[CLS]");
    const uint32_t sep = lm_tokenizer_special(w->t, "[SEP]");
    if (cls == LM_NO_WORD || sep == LM_NO_WORD)
        return lm_out_text(w->out, "  \"post_processor\": null,\n", e);
    LM_TRY(lm_out_text(w->out,
                       "  \"post_processor\": {\n"
                       "    \"type\": \"TemplateProcessing\",\n"
                       "    \"single\": [\n"
                       "      {\"SpecialToken\": {\"id\": \"[CLS]\", \"type_id\": 0}},\n"
                       "      {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}},\n"
                       "      {\"SpecialToken\": {\"id\": \"[SEP]\", \"type_id\": 0}}\n"
                       "    ],\n"
                       "    \"pair\": [\n"
                       "      {\"SpecialToken\": {\"id\": \"[CLS]\", \"type_id\": 0}},\n"
                       "      {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}},\n"
                       "      {\"SpecialToken\": {\"id\": \"[SEP]\", \"type_id\": 0}},\n"
                       "      {\"Sequence\": {\"id\": \"B\", \"type_id\": 1}},\n"
                       "      {\"SpecialToken\": {\"id\": \"[SEP]\", \"type_id\": 1}}\n"
                       "    ],\n",
                       e));
    return lm_out_printf(
        w->out, e,
        "    \"special_tokens\": {\n"
        "      \"[CLS]\": {\"id\": \"[CLS]\", \"ids\": [%u], \"tokens\": [\"[CLS]\"]},\n"
        "      \"[SEP]\": {\"id\": \"[SEP]\", \"ids\": [%u], \"tokens\": [\"[SEP]\"]}\n"
        "    }\n"
        "  },\n",
        (unsigned)cls, (unsigned)sep);
}

static lm_status write_bytes(writer *w, lm_err *e)
{
    return lm_out_text(
        w->out,
        "  \"normalizer\": null,\n"
        "  \"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false, "
        "\"trim_offsets\": true, \"use_regex\": true},\n"
        "  \"post_processor\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true, "
        "\"trim_offsets\": false, \"use_regex\": true},\n"
        "  \"decoder\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true, "
        "\"trim_offsets\": true, \"use_regex\": true},\n",
        e);
}

static lm_status write_words(writer *w, lm_err *e)
{
    LM_TRY(lm_out_printf(
        w->out, e,
        "  \"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true, "
        "\"handle_chinese_chars\": true, \"strip_accents\": null, \"lowercase\": %s},\n"
        "  \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},\n",
        w->t->lower ? "true" : "false"));
    if (w->t->kind == LM_TOK_BPE)
        return lm_out_text(w->out,
                           "  \"post_processor\": null,\n"
                           "  \"decoder\": {\"type\": \"BPEDecoder\", \"suffix\": \"</w>\"},\n",
                           e);
    LM_TRY(write_template(w, e));
    return lm_out_text(
        w->out,
        "  \"decoder\": {\"type\": \"WordPiece\", \"prefix\": \"##\", \"cleanup\": false},\n", e);
}

/* ---- the model ---- */

static lm_status write_vocabulary(writer *w, lm_err *e)
{
    LM_TRY(lm_out_text(w->out, "    \"vocab\": {", e));
    for (uint32_t id = 0; id < w->t->vocab->size; id++) {
        LM_TRY(write_piece(w, id ? ",\n      " : "\n      ", id, e));
        LM_TRY(lm_out_printf(w->out, e, ": %u", (unsigned)id));
    }
    return lm_out_text(w->out, "\n    }", e);
}

static bool has_blank(const lm_tokenizer *t, uint32_t id)
{
    const lm_slice piece = lm_vocab_word(t->vocab, id);
    return memchr(piece.text, ' ', piece.length) != NULL;
}

/* "a b", which every version of the library reads; its later ones also ["a", "b"], which a blank
 * in a piece needs.  In the letters for bytes there are no blanks. */
static bool are_pairs(const lm_tokenizer *t)
{
    if (t->kind == LM_TOK_BYTE_BPE) return false;
    for (size_t i = 0; i < t->merges; i++)
        if (has_blank(t, t->merge[i][0]) || has_blank(t, t->merge[i][1])) return true;
    return false;
}

static lm_status write_merge(writer *w, const uint32_t merge[2], bool pair, lm_err *e)
{
    lm_str *both = &w->both;
    if (pair) {
        LM_TRY(write_piece(w, "[", merge[0], e));
        LM_TRY(write_piece(w, ", ", merge[1], e));
        return lm_out_text(w->out, "]", e);
    }
    both->length = 0;
    for (int k = 0; k < 2; k++) {
        LM_TRY(lm_tok_spell(w->t, merge[k], &w->piece, e));
        LM_TRY(lm_str_add(both, w->piece.text, w->piece.length, e));
        if (k == 0) LM_TRY(lm_str_add(both, " ", 1, e));
    }
    return write_string(w, (lm_slice){both->text, both->length}, e);
}

static lm_status write_merges(writer *w, lm_err *e)
{
    const bool pairs = are_pairs(w->t);
    LM_TRY(lm_out_text(w->out, ",\n    \"merges\": [", e));
    for (size_t i = 0; i < w->t->merges; i++) {
        LM_TRY(lm_out_text(w->out, i ? ",\n      " : "\n      ", e));
        LM_TRY(write_merge(w, w->t->merge[i], pairs, e));
    }
    return lm_out_text(w->out, w->t->merges ? "\n    ]" : "]", e);
}

static lm_status write_bpe(writer *w, lm_err *e)
{
    const bool words = w->t->kind == LM_TOK_BPE;
    LM_TRY(lm_out_text(w->out,
                       "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n"
                       "    \"unk_token\": ",
                       e));
    if (words)
        LM_TRY(write_piece(w, "", w->t->vocab->unk, e));
    else
        LM_TRY(lm_out_text(w->out, "null", e));
    LM_TRY(lm_out_printf(w->out, e,
                         ",\n    \"continuing_subword_prefix\": \"\",\n"
                         "    \"end_of_word_suffix\": \"%s\",\n    \"fuse_unk\": false,\n"
                         "    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n",
                         words ? "</w>" : ""));
    LM_TRY(write_vocabulary(w, e));
    return write_merges(w, e);
}

static lm_status write_wordpiece(writer *w, lm_err *e)
{
    LM_TRY(lm_out_text(w->out,
                       "  \"model\": {\n    \"type\": \"WordPiece\",\n    \"unk_token\": ", e));
    LM_TRY(write_piece(w, "", w->t->vocab->unk, e));
    LM_TRY(lm_out_printf(w->out, e,
                         ",\n    \"continuing_subword_prefix\": \"##\",\n"
                         "    \"max_input_chars_per_word\": %u,\n",
                         (unsigned)w->t->longest));
    return write_vocabulary(w, e);
}

static lm_status write_all(writer *w, lm_err *e)
{
    const lm_tok_kind kind = w->t->kind;
    LM_TRY(lm_out_text(
        w->out, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n", e));
    LM_TRY(write_tokens(w, e));
    LM_TRY(kind == LM_TOK_BYTE_BPE ? write_bytes(w, e) : write_words(w, e));
    LM_TRY(kind == LM_TOK_WORDPIECE ? write_wordpiece(w, e) : write_bpe(w, e));
    return lm_out_text(w->out, "\n  }\n}\n", e);
}

lm_status lm_tok_write_json(const lm_tokenizer *t, lm_out *out, lm_err *e)
{
    writer w = {.t = t, .out = out};
    const lm_status s = write_all(&w, e);
    lm_str_free(&w.piece);
    lm_str_free(&w.text);
    lm_str_free(&w.both);
    return s;
}
