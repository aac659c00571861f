/* tok_json.c - reads tokenizer.json of Hugging Face's tokenizers, where it describes one of
 * GPT-2's, GPT-1's or BERT's kind.  A setting that could not be followed is refused, never left
 * out. */
#include <string.h>
#include "tok_private.h"
#include "tokenizer_internal.h"

/* ---- settings: members of an object, as JSON text ---- */

typedef struct {
    const char *key;
    lm_slice raw; /* text NULL: it is not there */
} setting;

typedef struct {
    const char *name, *start; /* of the file */
    const lm_run *run;
} reader;

static void open_raw(lm_json *j, const reader *r, lm_slice raw)
{
    lm_json_open(j, raw, r->name, (uint64_t)(raw.text - r->start));
}

/* There, and not null? */
static bool is_given(const setting *s)
{
    return s->raw.text && !lm_slice_is(s->raw, "null");
}

/* Reads an object, whose members must be among the settings, which end with {0}, or null. */
static lm_status read_object(lm_json *j, setting *settings, lm_err *e)
{
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        lm_slice key, raw;
        setting *s = settings;
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) return LM_OK;
        LM_TRY(lm_json_skip(j, &raw, e));
        while (s->key && !lm_json_is(key, s->key)) s++;
        if (s->raw.text) return lm_json_fail(j, e, "\"%s\" is there twice", s->key);
        if (s->key)
            s->raw = raw;
        else if (!lm_slice_is(raw, "null"))
            return lm_json_fail(j, e, "\"%.*s\": a setting that is not known here",
                                (int)(key.length < 40 ? key.length : 40), key.text);
    }
}

static lm_status read_settings(const reader *r, const setting *object, setting *settings, lm_err *e)
{
    lm_json j;
    if (!is_given(object))
        return lm_fail(e, LM_EFORMAT, "%s: there is no \"%s\"", r->name, object->key);
    open_raw(&j, r, object->raw);
    return read_object(&j, settings, e);
}

static lm_status refuse(const reader *r, const setting *s, const char *expected, lm_err *e)
{
    lm_json j;
    if (!s->raw.text)
        return lm_fail(e, LM_EFORMAT, "%s: \"%s\" is missing; expected %s", r->name, s->key,
                       expected);
    open_raw(&j, r, s->raw);
    return lm_json_fail(&j, e, "\"%s\" is %.*s; expected %s", s->key,
                        (int)(s->raw.length < 60 ? s->raw.length : 60), s->raw.text, expected);
}

/* It must be JSON text `value`; `optional`: or null, or not there. */
static lm_status expect(const reader *r, const setting *s, const char *value, bool optional,
                        lm_err *e)
{
    if ((optional && !is_given(s)) || lm_slice_is(s->raw, value)) return LM_OK;
    return refuse(r, s, value, e);
}

/* A string; what is not there or null is empty. */
static lm_status read_text(const reader *r, const setting *s, lm_str *text, lm_err *e)
{
    lm_json j;
    text->length = 0;
    LM_TRY(lm_str_add(text, "", 0, e));
    if (!is_given(s)) return LM_OK;
    open_raw(&j, r, s->raw);
    return lm_json_string(&j, text, e);
}

/* ---- the model ---- */

enum { TYPE, VOCAB, MERGES, DROPOUT, UNK, PREFIX, SUFFIX, FUSE, FALLBACK, IGNORE, LONGEST, MODEL };

typedef struct {
    reader r;
    lm_tok_kind kind;
    bool lower;
    uint64_t longest;
    lm_str unknown; /* how its token is spelled */
    setting model[MODEL + 1];
} description;

/* It has what a model of one kind has, and nothing that another has. */
static lm_status check_bpe(description *d, lm_str *text, lm_err *e)
{
    const setting *m = d->model;
    LM_TRY(expect(&d->r, &m[TYPE], "\"BPE\"", true, e));
    if (!lm_slice_is(m[DROPOUT].raw, "0") && !lm_slice_is(m[DROPOUT].raw, "0.0"))
        LM_TRY(expect(&d->r, &m[DROPOUT], "null", true, e));
    LM_TRY(expect(&d->r, &m[PREFIX], "\"\"", true, e));
    LM_TRY(expect(&d->r, &m[FALLBACK], "false", true, e));
    LM_TRY(expect(&d->r, &m[IGNORE], "false", true, e));
    LM_TRY(expect(&d->r, &m[LONGEST], "null", true, e));
    LM_TRY(read_text(&d->r, &m[SUFFIX], text, e));
    d->kind = text->length ? LM_TOK_BPE : LM_TOK_BYTE_BPE;
    if (text->length) LM_TRY(expect(&d->r, &m[SUFFIX], "\"" LM_WORD_END "\"", false, e));
    /* Of bytes none is unknown. */
    return text->length ? expect(&d->r, &m[FUSE], "false", true, e) : LM_OK;
}

static lm_status check_wordpiece(description *d, lm_err *e)
{
    static const int others[] = {DROPOUT, SUFFIX, FUSE, FALLBACK, IGNORE};
    const setting *m = d->model;
    lm_json j;
    d->kind = LM_TOK_WORDPIECE;
    LM_TRY(expect(&d->r, &m[TYPE], "\"WordPiece\"", true, e));
    LM_TRY(expect(&d->r, &m[PREFIX], "\"" LM_WORD_INSIDE "\"", false, e));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        LM_TRY(expect(&d->r, &m[others[i]], "null", true, e));
    if (!is_given(&m[LONGEST])) return refuse(&d->r, &m[LONGEST], "a number", e);
    open_raw(&j, &d->r, m[LONGEST].raw);
    LM_TRY(lm_json_u64(&j, &d->longest, e));
    if (d->longest < 1 || d->longest > UINT32_MAX)
        return refuse(&d->r, &m[LONGEST], "1 to 4294967295", e);
    return LM_OK;
}

/* Files of the first versions have no type: only BPE has merges. */
static lm_status check_model(description *d, lm_err *e)
{
    const setting *m = d->model;
    lm_str text = {0};
    if (!is_given(&m[VOCAB])) return refuse(&d->r, &m[VOCAB], "an object", e);
    lm_status s = is_given(&m[MERGES]) ? check_bpe(d, &text, e) : check_wordpiece(d, e);
    lm_str_free(&text);
    if (!s) s = read_text(&d->r, &m[UNK], &d->unknown, e);
    if (!s && d->unknown.length == 0 && d->kind != LM_TOK_BYTE_BPE)
        s = refuse(&d->r, &m[UNK], "the token for the unknown", e);
    if (!s && memchr(d->unknown.text, '\0', d->unknown.length))
        s = refuse(&d->r, &m[UNK], "a token without NUL", e);
    return s;
}

/* ---- how text is read and split ---- */

static lm_status check_bytes(const reader *r, const setting *normalizer, const setting *splitter,
                             lm_err *e)
{
    setting s[] = {
        {"type", {0}}, {"add_prefix_space", {0}}, {"trim_offsets", {0}}, {"use_regex", {0}}, {0}};
    if (is_given(normalizer)) return refuse(r, normalizer, "null", e);
    LM_TRY(read_settings(r, splitter, s, e));
    LM_TRY(expect(r, &s[0], "\"ByteLevel\"", false, e));
    LM_TRY(expect(r, &s[1], "false", false, e));
    return expect(r, &s[3], "true", true, e);
}

/* BERT's words; strip_accents null: as `lowercase`. */
static lm_status check_words(const reader *r, const setting *normalizer, const setting *splitter,
                             bool *lower, lm_err *e)
{
    setting n[] = {{"type", {0}},          {"clean_text", {0}}, {"handle_chinese_chars", {0}},
                   {"strip_accents", {0}}, {"lowercase", {0}},  {0}};
    setting s[] = {{"type", {0}}, {0}};
    LM_TRY(read_settings(r, normalizer, n, e));
    LM_TRY(expect(r, &n[0], "\"BertNormalizer\"", false, e));
    LM_TRY(expect(r, &n[1], "true", false, e));
    LM_TRY(expect(r, &n[2], "true", false, e));
    *lower = lm_slice_is(n[4].raw, "true");
    if (!*lower) LM_TRY(expect(r, &n[4], "false", false, e));
    LM_TRY(expect(r, &n[3], *lower ? "true" : "false", true, e));
    LM_TRY(read_settings(r, splitter, s, e));
    return expect(r, &s[0], "\"BertPreTokenizer\"", false, e);
}

/* ---- pieces, merges, special tokens ---- */

/* "a b", or ["a", "b"]. */
static lm_status read_merge(lm_tok_build *b, lm_json *j, lm_str text[2], lm_err *e)
{
    lm_json_type type;
    bool more;
    const uint64_t place = j->offset + (uint64_t)(j->at - j->start);
    text[0].length = text[1].length = 0;
    LM_TRY(lm_json_peek(j, &type, e));
    if (type == LM_JSON_ARRAY) {
        LM_TRY(lm_json_array(j, e));
        for (int k = 0; k < 2; k++) {
            LM_TRY(lm_json_element(j, &more, e));
            if (!more) return lm_json_fail(j, e, "expected two pieces");
            LM_TRY(lm_json_string(j, &text[k], e));
        }
        LM_TRY(lm_json_element(j, &more, e));
        if (more) return lm_json_fail(j, e, "expected two pieces");
        return lm_tok_build_merge(b, (lm_slice){text[0].text, text[0].length},
                                  (lm_slice){text[1].text, text[1].length}, place, e);
    }
    LM_TRY(lm_json_string(j, &text[0], e));
    const char *blank = text[0].length ? memchr(text[0].text, ' ', text[0].length) : NULL;
    const size_t left = blank ? (size_t)(blank - text[0].text) : 0;
    const size_t right = blank ? text[0].length - left - 1 : 0;
    if (!blank || memchr(blank + 1, ' ', right))
        return lm_json_fail(j, e, "expected two pieces with a blank between");
    return lm_tok_build_merge(b, (lm_slice){text[0].text, left}, (lm_slice){blank + 1, right},
                              place, e);
}

static lm_status read_merges(lm_tok_build *b, lm_json *j, lm_err *e)
{
    lm_str text[2] = {{0}, {0}};
    bool more = true;
    lm_status s = lm_json_array(j, e);
    while (!s && more) {
        s = lm_json_element(j, &more, e);
        if (!s && more) s = read_merge(b, j, text, e);
    }
    lm_str_free(&text[0]);
    lm_str_free(&text[1]);
    return s;
}

/* Adds it to the pieces, or marks the one that it is. */
static lm_status add_token(const reader *r, lm_tok_pieces *pieces, const setting *s, lm_str *text,
                           lm_err *e)
{
    uint64_t id;
    lm_json j;
    if (!is_given(&s[0])) return refuse(r, &s[0], "a number", e);
    open_raw(&j, r, s[0].raw);
    LM_TRY(lm_json_u64(&j, &id, e));
    LM_TRY(read_text(r, &s[1], text, e));
    const lm_slice content = {text->text, text->length};
    uint32_t at = lm_vocab_find(pieces->spellings, content);
    if (at == LM_NO_WORD) {
        at = pieces->spellings->size;
        LM_TRY(lm_tok_pieces_add(pieces, content, id, (uint64_t)(s[0].raw.text - r->start), e));
    }
    if (pieces->id[at] != id)
        return lm_json_fail(&j, e, "the vocabulary has it as %u", pieces->id[at]);
    pieces->flags[at] |= LM_TOK_SPECIAL;
    return LM_OK;
}

/* Tokens that are found in text always, or only in some places, are not to be had here. */
static lm_status read_token(const reader *r, lm_tok_pieces *pieces, lm_json *j, lm_str *text,
                            lm_err *e)
{
    setting s[] = {{"id", {0}},     {"content", {0}}, {"special", {0}},    {"single_word", {0}},
                   {"lstrip", {0}}, {"rstrip", {0}},  {"normalized", {0}}, {0}};
    LM_TRY(read_object(j, s, e));
    LM_TRY(expect(r, &s[2], "true", false, e));
    for (int i = 3; i < 6; i++) LM_TRY(expect(r, &s[i], "false", true, e));
    return add_token(r, pieces, s, text, e);
}

static lm_status read_tokens(const reader *r, lm_tok_pieces *pieces, const setting *tokens,
                             lm_err *e)
{
    lm_json j;
    lm_str text = {0};
    bool more = true;
    if (!is_given(tokens)) return LM_OK;
    open_raw(&j, r, tokens->raw);
    lm_status s = lm_json_array(&j, e);
    while (!s && more) {
        s = lm_json_element(&j, &more, e);
        if (!s && more) s = read_token(r, pieces, &j, &text, e);
    }
    lm_str_free(&text);
    return s;
}

/* ---- all of it ---- */

enum {
    VERSION,
    TRUNCATION,
    PADDING,
    ADDED,
    NORMALIZER,
    PRE_TOKENIZER,
    POST_PROCESSOR,
    DECODER,
    TOP_MODEL
};

/* What is done to whole texts, and what is put around them, is not the tokenizer's part here.
 * The processor of GPT-2's kind changes offsets alone. */
static void note_left_out(const reader *r, const setting *top)
{
    static const int parts[] = {TRUNCATION, PADDING, POST_PROCESSOR};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const setting *s = &top[parts[i]];
        setting byte_level[] = {{"type", {0}},
                                {"add_prefix_space", {0}},
                                {"trim_offsets", {0}},
                                {"use_regex", {0}},
                                {0}};
        lm_json j;
        lm_err other = {0};
        if (!is_given(s)) continue;
        open_raw(&j, r, s->raw);
        if (parts[i] == POST_PROCESSOR && read_object(&j, byte_level, &other) == LM_OK &&
            lm_slice_is(byte_level[0].raw, "\"ByteLevel\""))
            continue;
        lm_note(r->run, "%s: \"%s\" is left out, which is the programs' part here", r->name,
                s->key);
    }
}

static lm_status build(description *d, lm_tok_build *b, const setting *top, lm_tokenizer **t,
                       lm_err *e)
{
    lm_json j;
    open_raw(&j, &d->r, d->model[VOCAB].raw);
    LM_TRY(lm_tok_pieces_json(b->pieces, &j, e));
    LM_TRY(read_tokens(&d->r, b->pieces, &top[ADDED], e));
    if (is_given(&d->model[MERGES])) {
        open_raw(&j, &d->r, d->model[MERGES].raw);
        LM_TRY(read_merges(b, &j, e));
    }
    b->letters = d->kind == LM_TOK_BYTE_BPE;
    LM_TRY(lm_tok_build_end(b, d->kind, b->letters ? NULL : d->unknown.text, t, e));
    (*t)->lower = d->lower;
    if (d->kind == LM_TOK_WORDPIECE) (*t)->longest = (uint32_t)d->longest;
    return LM_OK;
}

static lm_status read_description(description *d, setting *top, lm_slice bytes, lm_err *e)
{
    lm_json j;
    lm_json_open(&j, bytes, d->r.name, 0);
    LM_TRY(read_object(&j, top, e));
    LM_TRY(lm_json_end(&j, e));
    LM_TRY(expect(&d->r, &top[VERSION], "\"1.0\"", true, e));
    LM_TRY(read_settings(&d->r, &top[TOP_MODEL], d->model, e));
    LM_TRY(check_model(d, e));
    LM_TRY(d->kind == LM_TOK_BYTE_BPE
               ? check_bytes(&d->r, &top[NORMALIZER], &top[PRE_TOKENIZER], e)
               : check_words(&d->r, &top[NORMALIZER], &top[PRE_TOKENIZER], &d->lower, e));
    note_left_out(&d->r, top);
    return LM_OK;
}

lm_status lm_tok_read_json(lm_tokenizer **t, const lm_tok_source *source, const lm_run *run,
                           lm_err *e)
{
    setting top[] = {{"version", {0}},        {"truncation", {0}},
                     {"padding", {0}},        {"added_tokens", {0}},
                     {"normalizer", {0}},     {"pre_tokenizer", {0}},
                     {"post_processor", {0}}, {"decoder", {0}},
                     {"model", {0}},          {0}};
    description d = {.r = {source->file.name, source->file.bytes.text, run},
                     .model = {{"type", {0}},
                               {"vocab", {0}},
                               {"merges", {0}},
                               {"dropout", {0}},
                               {"unk_token", {0}},
                               {"continuing_subword_prefix", {0}},
                               {"end_of_word_suffix", {0}},
                               {"fuse_unk", {0}},
                               {"byte_fallback", {0}},
                               {"ignore_merges", {0}},
                               {"max_input_chars_per_word", {0}},
                               {0}}};
    lm_tok_pieces pieces;
    LM_TRY(lm_tok_pieces_new(&pieces, d.r.name, false, e));
    lm_tok_build b = {.pieces = &pieces, .name = d.r.name};
    lm_status s = read_description(&d, top, source->file.bytes, e);
    if (!s) s = build(&d, &b, top, t, e);
    lm_str_free(&d.unknown);
    lm_tok_build_free(&b);
    lm_tok_pieces_free(&pieces);
    return s;
}

/* ---- recognising ---- */

static lm_tok_format find_format(lm_json *j, lm_err *e)
{
    lm_json_type type;
    lm_slice key;
    bool more, first = true;
    if (lm_json_object(j, e)) return LM_TOK_FORMAT_NONE;
    for (;; first = false) {
        if (lm_json_member(j, &more, &key, e) || !more || lm_json_peek(j, &type, e))
            return LM_TOK_FORMAT_NONE;
        if (first && type == LM_JSON_NUMBER) return LM_TOK_FORMAT_BPE_FILES;
        if (lm_json_is(key, "model") && type == LM_JSON_OBJECT) return LM_TOK_FORMAT_JSON;
        if (lm_json_skip(j, NULL, e)) return LM_TOK_FORMAT_NONE;
    }
}

lm_tok_format lm_tok_json_format(lm_slice bytes)
{
    lm_json j;
    lm_err ignored = {0};
    lm_json_open(&j, bytes, "", 0);
    return find_format(&j, &ignored);
}
