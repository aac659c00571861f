/* json.c - the strict JSON reader (RFC 8259) and the writer of strings. */
#include "lm/json.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/utf8.h"

/* Longest number that is turned into a double: more digits than any double needs when it is
 * written without an exponent, yet small enough for the stack. */
enum { NUMBER_MAX = 1100 };

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

void lm_json_open(lm_json *j, lm_slice text, const char *name, uint64_t offset)
{
    const char *start = text.text ? text.text : "";
    *j = (lm_json){
        .start = start, .at = start, .end = start + text.length, .name = name, .offset = offset};
}

lm_status lm_json_fail(const lm_json *j, lm_err *e, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return lm_fail(e, LM_EFORMAT, "%s: byte %" PRIu64 ": %s", j->name,
                   j->offset + (uint64_t)(j->at - j->start), what);
}

/* Fails with what was expected and what stands at the reader's place instead. */
static lm_status fail_expected(const lm_json *j, const char *what, lm_err *e)
{
    if (j->at == j->end) return lm_json_fail(j, e, "expected %s, found the end", what);
    const unsigned char c = (unsigned char)*j->at;
    if (c > ' ' && c < 0x7F) return lm_json_fail(j, e, "expected %s, found '%c'", what, c);
    return lm_json_fail(j, e, "expected %s, found byte 0x%02x", what, (unsigned)c);
}

static void skip_space(lm_json *j)
{
    while (j->at < j->end &&
           (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t')) {
        j->at++;
    }
}

static bool next_is(const lm_json *j, char c)
{
    return j->at < j->end && *j->at == c;
}

static bool take(lm_json *j, char c)
{
    if (!next_is(j, c)) return false;
    j->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool next_is_digit(const lm_json *j)
{
    return j->at < j->end && is_digit(*j->at);
}

lm_status lm_json_peek(lm_json *j, lm_json_type *type, lm_err *e)
{
    skip_space(j);
    switch (j->at < j->end ? *j->at : '\0') {
    case 'n':
        *type = LM_JSON_NULL;
        return LM_OK;
    case 't':
    case 'f':
        *type = LM_JSON_BOOL;
        return LM_OK;
    case '"':
        *type = LM_JSON_STRING;
        return LM_OK;
    case '[':
        *type = LM_JSON_ARRAY;
        return LM_OK;
    case '{':
        *type = LM_JSON_OBJECT;
        return LM_OK;
    default:
        break;
    }
    if (!next_is(j, '-') && !next_is_digit(j)) return fail_expected(j, "a value", e);
    *type = LM_JSON_NUMBER;
    return LM_OK;
}

/* ---- objects and arrays ---- */

static lm_status open_level(lm_json *j, char bracket, const char *what, lm_err *e)
{
    skip_space(j);
    if (!next_is(j, bracket)) return fail_expected(j, what, e);
    if (j->depth == LM_JSON_DEPTH)
        return lm_json_fail(j, e, "nested more than %d deep", LM_JSON_DEPTH);
    j->at++;
    j->fresh[j->depth++] = 1;
    return LM_OK;
}

/* Consumes the comma before the next item, or the closing bracket: then *more = false. */
static lm_status next_item(lm_json *j, char bracket, bool *more, lm_err *e)
{
    assert(j->depth > 0);
    unsigned char *fresh = &j->fresh[j->depth - 1];
    skip_space(j);
    if (take(j, bracket)) {
        j->depth--;
        *more = false;
        return LM_OK;
    }
    if (!*fresh && !take(j, ','))
        return fail_expected(j, bracket == '}' ? "',' or '}'" : "',' or ']'", e);
    *fresh = 0;
    *more = true;
    return LM_OK;
}

lm_status lm_json_object(lm_json *j, lm_err *e)
{
    return open_level(j, '{', "an object", e);
}

lm_status lm_json_member(lm_json *j, bool *more, lm_slice *raw_key, lm_err *e)
{
    LM_TRY(next_item(j, '}', more, e));
    if (!*more) return LM_OK;
    skip_space(j);
    if (!next_is(j, '"')) return fail_expected(j, "a key in quotes", e);
    LM_TRY(lm_json_raw_string(j, raw_key, e));
    skip_space(j);
    return take(j, ':') ? LM_OK : fail_expected(j, "':'", e);
}

lm_status lm_json_array(lm_json *j, lm_err *e)
{
    return open_level(j, '[', "an array", e);
}

lm_status lm_json_element(lm_json *j, bool *more, lm_err *e)
{
    return next_item(j, ']', more, e);
}

/* ---- true, false, null ---- */

static bool take_word(lm_json *j, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(j->end - j->at) < length || memcmp(j->at, word, length) != 0) return false;
    j->at += length;
    return true;
}

lm_status lm_json_bool(lm_json *j, bool *out, lm_err *e)
{
    skip_space(j);
    *out = take_word(j, "true");
    return *out || take_word(j, "false") ? LM_OK : fail_expected(j, "true or false", e);
}

/* ---- numbers ---- */

static lm_status take_digits(lm_json *j, lm_err *e)
{
    if (!next_is_digit(j)) return fail_expected(j, "a digit", e);
    while (next_is_digit(j)) j->at++;
    return LM_OK;
}

/* Consumes a number; *whole: it has neither fraction nor exponent. */
static lm_status take_number(lm_json *j, const char *what, lm_slice *number, bool *whole, lm_err *e)
{
    skip_space(j);
    const char *begin = j->at;
    if (!next_is(j, '-') && !next_is_digit(j)) return fail_expected(j, what, e);
    (void)take(j, '-');
    if (take(j, '0')) {
        if (next_is_digit(j)) return lm_json_fail(j, e, "a number begins with 0");
    } else {
        LM_TRY(take_digits(j, e));
    }
    *whole = true;
    if (take(j, '.')) {
        *whole = false;
        LM_TRY(take_digits(j, e));
    }
    if (take(j, 'e') || take(j, 'E')) {
        *whole = false;
        if (!take(j, '+')) (void)take(j, '-');
        LM_TRY(take_digits(j, e));
    }
    *number = (lm_slice){begin, (size_t)(j->at - begin)};
    return LM_OK;
}

/* Fails at the first byte of a number that was consumed but cannot be used. */
static lm_status fail_number(lm_json *j, lm_slice number, const char *what, lm_err *e)
{
    const int shown = number.length > 40 ? 40 : (int)number.length;
    j->at = number.text;
    return lm_json_fail(j, e, "expected %s, found %.*s", what, shown, number.text);
}

/* A whole number as sign and magnitude; it must be in [-low, high]. */
static lm_status take_whole(lm_json *j, uint64_t low, uint64_t high, const char *what,
                            bool *negative, uint64_t *magnitude, lm_err *e)
{
    lm_slice number = {0};
    bool whole = false;
    LM_TRY(take_number(j, what, &number, &whole, e));
    if (!whole) return fail_number(j, number, what, e);
    *negative = number.text[0] == '-';
    const uint64_t limit = *negative ? low : high;
    *magnitude = 0;
    for (size_t i = *negative ? 1 : 0; i < number.length; i++) {
        const uint64_t digit = (uint64_t)(number.text[i] - '0');
        if (digit > limit || *magnitude > (limit - digit) / 10)
            return fail_number(j, number, what, e);
        *magnitude = *magnitude * 10 + digit;
    }
    return LM_OK;
}

lm_status lm_json_int(lm_json *j, int64_t *out, lm_err *e)
{
    bool negative = false;
    uint64_t magnitude = 0;
    LM_TRY(take_whole(j, (uint64_t)INT64_MAX + 1, INT64_MAX, "a whole number of 64 bits", &negative,
                      &magnitude, e));
    if (!negative)
        *out = (int64_t)magnitude;
    else
        *out = magnitude > INT64_MAX ? INT64_MIN : -(int64_t)magnitude;
    return LM_OK;
}

lm_status lm_json_u64(lm_json *j, uint64_t *out, lm_err *e)
{
    bool negative = false;
    return take_whole(j, 0, UINT64_MAX, "a whole number from 0 in 64 bits", &negative, out, e);
}

lm_status lm_json_real(lm_json *j, double *out, lm_err *e)
{
    lm_slice number = {0};
    bool whole = false;
    char copy[NUMBER_MAX + 1]; /* strtod wants a NUL, which the text may lack */
    LM_TRY(take_number(j, "a number", &number, &whole, e));
    if (number.length > NUMBER_MAX)
        return fail_number(j, number, "a number of at most 1100 characters", e);
    memcpy(copy, number.text, number.length);
    copy[number.length] = '\0';
    *out = strtod(copy, NULL);
    return isfinite(*out) ? LM_OK : fail_number(j, number, "a number that fits a double", e);
}

/* ---- strings ---- */

static int hex_value(char c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Reads XXXX of \uXXXX at text[0 .. n-1]; -1 if it is not there. */
static int32_t hex4(const char *text, size_t n)
{
    int32_t code = 0;
    if (n < 4) return -1;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_value(text[i]);
        if (digit < 0) return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* Decodes \uXXXX, or a pair of surrogates, at text[0 .. n-1]; returns the bytes consumed, 0
 * if malformed. */
static size_t decode_unicode(const char *text, size_t n, char out[4], size_t *length)
{
    const int32_t high = hex4(text + 2, n - 2);
    if (high < 0) return 0;
    if (high >= 0xD800 && high <= 0xDBFF && n >= 12 && text[6] == '\\' && text[7] == 'u') {
        const int32_t low = hex4(text + 8, n - 8);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            const int32_t code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            *length = lm_utf8_write((uint32_t)code, out);
            return 12;
        }
    }
    const bool alone = high >= 0xD800 && high <= 0xDFFF;
    *length = lm_utf8_write(alone ? LM_REPLACEMENT : (uint32_t)high, out);
    return 6;
}

/* Decodes the escape at text[0 .. n-1], which begins with a backslash; returns the bytes
 * consumed, 0 if it is malformed or cut short. */
static size_t decode_escape(const char *text, size_t n, char out[4], size_t *length)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (n < 2) return 0;
    if (text[1] == 'u') return decode_unicode(text, n, out, length);
    const char *letter = memchr(letters, text[1], sizeof letters - 1);
    if (!letter) return 0;
    out[0] = values[letter - letters];
    *length = 1;
    return 2;
}

lm_status lm_json_raw_string(lm_json *j, lm_slice *raw, lm_err *e)
{
    skip_space(j);
    if (!take(j, '"')) return fail_expected(j, "a string", e);
    const char *begin = j->at;
    while (j->at < j->end && *j->at != '"') {
        const unsigned char c = (unsigned char)*j->at;
        if (c < ' ') return lm_json_fail(j, e, "control byte 0x%02x in a string", (unsigned)c);
        if (c != '\\') {
            j->at++;
            continue;
        }
        char decoded[4];
        size_t length = 0;
        const size_t used = decode_escape(j->at, (size_t)(j->end - j->at), decoded, &length);
        if (used == 0) return lm_json_fail(j, e, "malformed escape in a string");
        j->at += used;
    }
    *raw = (lm_slice){begin, (size_t)(j->at - begin)};
    return take(j, '"') ? LM_OK : fail_expected(j, "'\"'", e);
}

lm_status lm_json_string(lm_json *j, lm_str *out, lm_err *e)
{
    lm_slice raw = {0};
    LM_TRY(lm_json_raw_string(j, &raw, e));
    return lm_json_decode(raw, out, e);
}

lm_status lm_json_decode(lm_slice raw, lm_str *out, lm_err *e)
{
    /* So that an empty string, too, leaves a NUL-terminated text. */
    LM_TRY(lm_str_add(out, "", 0, e));
    for (size_t at = 0; at < raw.length;) {
        const char *text = raw.text + at;
        const size_t left = raw.length - at;
        const char *backslash = memchr(text, '\\', left);
        const size_t plain = backslash ? (size_t)(backslash - text) : left;
        if (plain > 0) {
            LM_TRY(lm_str_add(out, text, plain, e));
            at += plain;
            continue;
        }
        char decoded[4];
        size_t length = 0;
        const size_t used = decode_escape(text, left, decoded, &length);
        if (used == 0) return lm_fail(e, LM_EFORMAT, "malformed escape in a JSON string");
        LM_TRY(lm_str_add(out, decoded, length, e));
        at += used;
    }
    return LM_OK;
}

bool lm_json_is(lm_slice raw, const char *text)
{
    for (size_t at = 0; at < raw.length;) {
        char decoded[4] = {raw.text[at]};
        size_t length = 1, used = 1;
        if (raw.text[at] == '\\')
            used = decode_escape(raw.text + at, raw.length - at, decoded, &length);
        if (used == 0) return false;
        for (size_t i = 0; i < length; i++, text++) {
            if (*text == '\0' || *text != decoded[i]) return false;
        }
        at += used;
    }
    return *text == '\0';
}

/* ---- any value ---- */

static lm_status skip_object(lm_json *j, lm_err *e);
static lm_status skip_array(lm_json *j, lm_err *e);

/* Calls itself at most LM_JSON_DEPTH deep: open_level sees to that. */
static lm_status skip_value(lm_json *j, lm_err *e)
{
    lm_json_type type = LM_JSON_NULL;
    lm_slice ignored = {0};
    bool flag = false;
    LM_TRY(lm_json_peek(j, &type, e));
    switch (type) {
    case LM_JSON_NULL:
        return take_word(j, "null") ? LM_OK : fail_expected(j, "null", e);
    case LM_JSON_BOOL:
        return lm_json_bool(j, &flag, e);
    case LM_JSON_NUMBER:
        return take_number(j, "a number", &ignored, &flag, e);
    case LM_JSON_STRING:
        return lm_json_raw_string(j, &ignored, e);
    case LM_JSON_ARRAY:
        return skip_array(j, e);
    case LM_JSON_OBJECT:
        return skip_object(j, e);
    }
    return fail_expected(j, "a value", e);
}

static lm_status skip_array(lm_json *j, lm_err *e)
{
    LM_TRY(lm_json_array(j, e));
    for (bool more = true;;) {
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        LM_TRY(skip_value(j, e));
    }
}

static lm_status skip_object(lm_json *j, lm_err *e)
{
    LM_TRY(lm_json_object(j, e));
    for (bool more = true;;) {
        lm_slice key = {0};
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) return LM_OK;
        LM_TRY(skip_value(j, e));
    }
}

lm_status lm_json_skip(lm_json *j, lm_slice *raw, lm_err *e)
{
    skip_space(j);
    const char *begin = j->at;
    LM_TRY(skip_value(j, e));
    if (raw) *raw = (lm_slice){begin, (size_t)(j->at - begin)};
    return LM_OK;
}

lm_status lm_json_end(lm_json *j, lm_err *e)
{
    assert(j->depth == 0);
    skip_space(j);
    return j->at == j->end ? LM_OK : fail_expected(j, "the end", e);
}

/* ---- writing ---- */

/* Length of the start of text[0 .. n-1] that stands in a JSON string as it is. */
static size_t plain_length(const char *text, size_t n)
{
    size_t at = 0;
    while (at < n && (unsigned char)text[at] >= ' ' && text[at] != '"' && text[at] != '\\') {
        const int length = lm_utf8_length(text + at, n - at);
        if (length <= 0) break;
        at += (size_t)length;
    }
    return at;
}

static lm_status add_escaped(lm_str *out, char c, lm_err *e)
{
    static const char values[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *value = memchr(values, c, sizeof values - 1);
    if ((unsigned char)c >= 0x80) return lm_str_add(out, replacement, 3, e);
    if (value) return lm_str_addf(out, e, "\\%c", letters[value - values]);
    return lm_str_addf(out, e, "\\u%04x", (unsigned)(unsigned char)c);
}

lm_status lm_json_add_string(lm_str *out, lm_slice text, lm_err *e)
{
    LM_TRY(lm_str_add(out, "\"", 1, e));
    for (size_t at = 0; at < text.length;) {
        const size_t plain = plain_length(text.text + at, text.length - at);
        if (plain > 0) {
            LM_TRY(lm_str_add(out, text.text + at, plain, e));
            at += plain;
        } else {
            LM_TRY(add_escaped(out, text.text[at], e));
            at++;
        }
    }
    return lm_str_add(out, "\"", 1, e);
}
