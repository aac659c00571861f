/* prep.c - what becomes of a word: signs taken off, lower case, Chinese words, stop words. */
#include "lm/prep.h"
#include "lm/unicode.h"
#include "lm/utf8.h"

void lm_prep_desk_free(lm_prep_desk *desk)
{
    lm_str_free(&desk->small);
    lm_segment_desk_free(&desk->segment);
}

/* ---- lower case ---- */

static lm_status add_lower(lm_str *out, const char *text, size_t length, uint32_t code, lm_err *e)
{
    uint32_t small[LM_UNICODE_MAX];
    char bytes[4];
    if (code == LM_REPLACEMENT) return lm_str_add(out, text, length, e); /* whatever it was */
    const size_t count = lm_unicode_lower(code, small);
    for (size_t i = 0; i < count; i++)
        LM_TRY(lm_str_add(out, bytes, lm_utf8_write(small[i], bytes), e));
    return LM_OK;
}

/* *word in lower case; it is then the desk's. */
static lm_status lower_word(lm_str *out, lm_slice *word, lm_err *e)
{
    uint32_t code;
    out->length = 0;
    for (size_t at = 0, length; at < word->length; at += length) {
        length = lm_utf8_read(word->text + at, word->length - at, &code);
        LM_TRY(add_lower(out, word->text + at, length, code, e));
    }
    *word = (lm_slice){out->text, out->length};
    return LM_OK;
}

/* ---- cutting ---- */

typedef enum { LETTER, BLANK, SIGN, HAN } kind;

typedef struct {
    const lm_prep *prep;
    const lm_unicode *unicode;
    lm_slice word;
    const lm_word_sink *sink;
    unsigned before; /* the class of the last character that is no mark */
} cutting;

/* Of a letter or digit that a sign may be joined with, else 0.  Han letters are not: U+2019 ends a
 * quotation there. */
static unsigned joint_class(unsigned class)
{
    return class & (LM_CASED | LM_NUMBER);
}

/* Is the sign a part of the word that it stands in? */
static bool is_joint(const cutting *c, uint32_t code, size_t next)
{
    enum { APOSTROPHE = 0x2019 };
    uint32_t after;
    const bool joins = code == '\'' || code == APOSTROPHE || code == '.' || code == ',';
    if (!joins || next == c->word.length) return false;
    (void)lm_utf8_read(c->word.text + next, c->word.length - next, &after);
    const unsigned a = joint_class(c->before);
    const unsigned b = joint_class(lm_unicode_class(c->unicode, after));
    return code == '.' || code == ',' ? a & b & LM_NUMBER : a && b;
}

/* What the character `code` is, after which byte `next` comes. */
static kind kind_of(cutting *c, uint32_t code, size_t next)
{
    const unsigned class = lm_unicode_class(c->unicode, code);
    if (c->prep->segment && code >= 0x3000 && lm_segment_is_han(code)) return HAN;
    if (!c->prep->split) return LETTER;
    if (class & LM_SPACE) return BLANK;
    if (class & LM_PUNCTUATION && !is_joint(c, code, next)) return SIGN;
    if (!(class & LM_MARK)) c->before = class;
    return LETTER;
}

static lm_status put(const cutting *c, size_t start, size_t end, lm_err *e)
{
    const lm_slice word = {c->word.text + start, end - start};
    const lm_vocab *stop = c->prep->stop;
    if (start == end || (stop && lm_vocab_find(stop, word) != LM_NO_WORD)) return LM_OK;
    return c->sink->put(c->sink->context, word, e);
}

static lm_status put_han(void *context, lm_slice word, lm_err *e)
{
    const cutting *c = context;
    const size_t start = (size_t)(word.text - c->word.text);
    return put(c, start, start + word.length, e);
}

/* Where the Han characters from there on end. */
static size_t end_of_han(const cutting *c, size_t at)
{
    uint32_t code;
    for (size_t length; at < c->word.length; at += length) {
        length = lm_utf8_read(c->word.text + at, c->word.length - at, &code);
        if (code < 0x3000 || !lm_segment_is_han(code)) break;
    }
    return at;
}

static lm_status cut_han(cutting *c, lm_prep_desk *desk, size_t start, size_t end, lm_err *e)
{
    const lm_word_sink sink = {put_han, c};
    const lm_slice han = {c->word.text + start, end - start};
    return lm_segment_cut(c->prep->segment, &desk->segment, han, &sink, e);
}

static lm_status cut(cutting *c, lm_prep_desk *desk, lm_err *e)
{
    const size_t length = c->word.length;
    size_t start = 0; /* of the word whose letters are being read */
    uint32_t code;
    for (size_t at = 0, next; at < length; at = next) {
        next = at + lm_utf8_read(c->word.text + at, length - at, &code);
        const kind k = kind_of(c, code, next);
        if (k == LETTER) continue;
        LM_TRY(put(c, start, at, e));
        c->before = 0;
        if (k == SIGN) LM_TRY(put(c, at, next, e));
        if (k == HAN) {
            next = end_of_han(c, next);
            LM_TRY(cut_han(c, desk, at, next, e));
        }
        start = next;
    }
    return put(c, start, length, e);
}

static bool is_mark(lm_slice word)
{
    return lm_slice_is(word, "<unk>") || lm_slice_is(word, "<s>") || lm_slice_is(word, "</s>");
}

lm_status lm_prep_word(const lm_prep *prep, lm_prep_desk *desk, lm_slice word,
                       const lm_word_sink *sink, lm_err *e)
{
    if (is_mark(word)) return sink->put(sink->context, word, e);
    if (prep->lower) LM_TRY(lower_word(&desk->small, &word, e));
    cutting c = {.prep = prep, .unicode = lm_unicode_tables(), .word = word, .sink = sink};
    if (prep->split || prep->segment) return cut(&c, desk, e);
    return put(&c, 0, word.length, e);
}
