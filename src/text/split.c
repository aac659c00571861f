/* split.c - text in the pieces that tokens never cross. */
#include "lm/split.h"
#include <string.h>
#include "lm/utf8.h"

enum {
    GPT2_CLASSES = LM_LETTER | LM_NUMBER | LM_SPACE, /* others are the fourth class */
    NOT_ASCII = 0xff
};

void lm_split_open(lm_split *s, lm_tok_kind kind, bool lower)
{
    *s = (lm_split){.kind = kind, .lower = lower, .unicode = lm_unicode_tables()};
    for (unsigned c = 0; c < 256; c++)
        s->ascii[c] = c < 128 ? s->unicode->flat[c] & GPT2_CLASSES : NOT_ASCII;
}

void lm_split_close(lm_split *s)
{
    lm_str_free(&s->words);
}

void lm_split_text(lm_split *s, lm_slice text)
{
    s->at = text.text;
    s->end = text.length ? text.text + text.length : text.text; /* which may be NULL */
    s->words.length = s->next = 0;
}

/* ---- GPT-2's pattern ---- */

/* The class of the character at p < end, and its length. */
static inline unsigned class_at(const lm_unicode *u, const char *p, const char *end, size_t *length)
{
    uint32_t code = (unsigned char)*p;
    *length = code < 0x80 ? 1 : lm_utf8_read(p, (size_t)(end - p), &code);
    return lm_unicode_class(u, code);
}

/* 's|'t|'re|'ve|'m|'ll|'d at p, where there is an apostrophe; 0: none of them. */
static size_t contraction(const char *p, const char *end)
{
    const char a = end - p > 1 ? p[1] : 0, b = end - p > 2 ? p[2] : 0;
    if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
    return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

/* Past the letters of ASCII that begin at p, eight bytes at a time: most text is made of these, and
 * the length of a run is better computed than guessed. */
static inline const char *end_of_letters(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101, highs = 0x80 * ones;
    for (uint64_t bytes; end - p >= 8; p += 8) {
        memcpy(&bytes, p, 8);
        const uint64_t lower = (bytes | 0x20 * ones) & ~highs;
        const uint64_t from_a = lower + (0x80 - 'a') * ones; /* the highest bit: at least 'a' */
        const uint64_t past_z = lower + (0x7f - 'z') * ones; /* more than 'z' */
        const uint64_t others = ~(from_a & ~past_z & ~bytes) & highs;
        if (others) return p + __builtin_ctzll(others) / 8;
    }
    return p;
}

/* Past the run of characters of one class that begins at p. */
static inline const char *end_of_run(const lm_split *s, const char *p, const char *end,
                                     unsigned class)
{
    for (size_t length;; p += length) {
        if (class == LM_LETTER) p = end_of_letters(p, end);
        while (p < end && s->ascii[(unsigned char)*p] == class) p++;
        if (p == end || s->ascii[(unsigned char)*p] != NOT_ASCII) return p;
        if ((class_at(s->unicode, p, end, &length) & GPT2_CLASSES) != class) return p;
    }
}

/* \s+(?!\S)|\s+: the last blank before something else is left to what follows it, unless it is the
 * only one. */
static const char *end_of_blanks(const lm_unicode *u, const char *p, const char *end)
{
    const char *last = p, *q = p;
    for (size_t length; q < end && class_at(u, q, end, &length) & LM_SPACE; q += length) last = q;
    return q == end || last == p ? q : last;
}

static const char *end_of_piece(const lm_split *s, const char *p, const char *end)
{
    const char *word = p + (*p == ' ');
    size_t length = *p == '\'' ? contraction(p, end) : 0;
    if (length) return p + length;
    if (word < end) {
        const unsigned class = class_at(s->unicode, word, end, &length) & GPT2_CLASSES;
        if (class != LM_SPACE) return end_of_run(s, word + length, end, class);
    }
    return end_of_blanks(s->unicode, p, end);
}

/* ---- BERT's words ---- */

static bool is_dropped(unsigned class, uint32_t code)
{
    return (class & LM_CONTROL && !(code < 0x80 && lm_split_is_blank((char)code))) ||
           code == LM_REPLACEMENT;
}

/* Is the sigma before p, which has cased letters before it, the last cased letter of its word?
 * (The condition Final_Sigma of SpecialCasing.txt, as Python's str.lower has it.) */
static bool ends_cased(const lm_unicode *u, const char *p, const char *end)
{
    for (size_t length; p < end; p += length) {
        uint32_t code;
        length = lm_utf8_read(p, (size_t)(end - p), &code);
        const unsigned class = lm_unicode_class(u, code);
        if (class & LM_CASE_IGNORABLE || is_dropped(class, code)) continue;
        return !(class & LM_CASED);
    }
    return true;
}

static lm_status add_code(lm_str *out, uint32_t code, lm_err *e)
{
    char bytes[4];
    return lm_str_add(out, bytes, lm_utf8_write(code, bytes), e);
}

/* Adds a character of a word; one of punctuation, or an ideograph, becomes a word of its own. */
static lm_status add_character(lm_split *s, uint32_t code, lm_err *e)
{
    const bool alone = lm_unicode_class(s->unicode, code) & LM_PUNCTUATION;
    if (alone) LM_TRY(lm_str_add(&s->words, " ", 1, e));
    LM_TRY(add_code(&s->words, code, e));
    return alone ? lm_str_add(&s->words, " ", 1, e) : LM_OK;
}

static lm_status add_folded(lm_split *s, uint32_t code, lm_err *e)
{
    uint32_t folded[LM_UNICODE_MAX];
    const size_t count = lm_unicode_fold(code, folded);
    for (size_t i = 0; i < count; i++) LM_TRY(add_character(s, folded[i], e));
    return LM_OK;
}

/* One character, and what is known of those before it: *cased, a word with a cased letter. */
static lm_status add_clean(lm_split *s, uint32_t code, unsigned class, const char *after,
                           const char *end, bool *cased, lm_err *e)
{
    const bool ideograph = code >= 0x3400 && lm_unicode_is_ideograph(code);
    const bool final_sigma = code == 0x3a3 && *cased && s->lower;
    if (!(class & LM_CASE_IGNORABLE)) *cased = class & LM_CASED;
    if (class & LM_SPACE) return lm_str_add(&s->words, " ", 1, e);
    if (ideograph) LM_TRY(lm_str_add(&s->words, " ", 1, e));
    if (final_sigma && ends_cased(s->unicode, after, end))
        LM_TRY(add_code(&s->words, 0x3c2, e));
    else if (s->lower)
        LM_TRY(add_folded(s, code, e));
    else
        LM_TRY(add_character(s, code, e));
    return ideograph ? lm_str_add(&s->words, " ", 1, e) : LM_OK;
}

/* Adds the words of a stretch without ASCII's blanks, with blanks between them. */
static lm_status add_words(lm_split *s, const char *p, const char *end, lm_err *e)
{
    bool cased = false;
    for (size_t length; p < end; p += length) {
        uint32_t code;
        length = lm_utf8_read(p, (size_t)(end - p), &code);
        const unsigned class = lm_unicode_class(s->unicode, code);
        if (is_dropped(class, code)) continue;
        LM_TRY(add_clean(s, code, class, p + length, end, &cased, e));
    }
    return LM_OK;
}

/* The next of the words that are there; false: none is left. */
static bool take_word(lm_split *s, lm_slice *word)
{
    const char *p = s->words.text;
    size_t from = s->next;
    while (from < s->words.length && p[from] == ' ') from++;
    for (s->next = from; s->next < s->words.length && p[s->next] != ' ';) s->next++;
    if (s->next == from) return false;
    *word = (lm_slice){p + from, s->next - from};
    return true;
}

static lm_status next_word(lm_split *s, lm_slice *word, bool *more, lm_err *e)
{
    while (!(*more = take_word(s, word))) {
        while (s->at < s->end && lm_split_is_blank(*s->at)) s->at++;
        if (s->at == s->end) return LM_OK;
        const char *from = s->at;
        while (s->at < s->end && !lm_split_is_blank(*s->at)) s->at++;
        s->words.length = s->next = 0;
        LM_TRY(add_words(s, from, s->at, e));
    }
    return LM_OK;
}

/* ---- all kinds ---- */

static bool separates(char c)
{
    return lm_split_is_blank(c) || c == '\0';
}

/* Past the piece that begins at s->at, after what separates it from the one before; s->at == end:
 * there is none. */
static const char *find_piece(lm_split *s)
{
    const char *p = s->at;
    if (s->kind == LM_TOK_WORD) {
        while (p < s->end && separates(*p)) p++;
        s->at = p;
        while (p < s->end && !separates(*p)) p++;
        return p;
    }
    if (p == s->end) return p;
    if (s->kind == LM_TOK_BYTE_BPE) return end_of_piece(s, p, s->end);
    uint32_t code;
    return p + (s->kind == LM_TOK_CHAR ? lm_utf8_read(p, (size_t)(s->end - p), &code) : 1);
}

lm_status lm_split_next(lm_split *s, lm_slice *piece, bool *more, lm_err *e)
{
    if (s->kind == LM_TOK_BPE || s->kind == LM_TOK_WORDPIECE) return next_word(s, piece, more, e);
    const char *end = find_piece(s);
    *piece = (lm_slice){s->at, (size_t)(end - s->at)};
    *more = end > s->at;
    s->at = end;
    return LM_OK;
}

/* Is what ends at text[n] white space? */
static bool ends_blank(const lm_unicode *u, const char *text, size_t n)
{
    uint32_t code = LM_REPLACEMENT;
    for (size_t back = 1; back <= 4 && back <= n; back++)
        if (lm_utf8_length(text + n - back, back) == (int)back) {
            (void)lm_utf8_read(text + n - back, back, &code);
            break;
        }
    return lm_unicode_class(u, code) & LM_SPACE;
}

size_t lm_split_place(lm_slice text)
{
    const lm_unicode *u = lm_unicode_tables();
    for (size_t n = text.length; n-- > 1;)
        if (lm_split_is_blank(text.text[n]) && !ends_blank(u, text.text, n)) return n;
    return 0;
}
