/* str.c - slices, growing strings, and numbers as text. */
#include "lm/str.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/memory.h"

lm_status lm_str_add(lm_str *s, const char *text, size_t length, lm_err *e)
{
    size_t need;
    if (!lm_add_size(s->length, length, &need) || !lm_add_size(need, 1, &need)) need = SIZE_MAX;
    LM_TRY(lm_reserve(&s->text, &s->capacity, need, 1, e));
    if (length) memcpy(s->text + s->length, text, length);
    s->length += length;
    s->text[s->length] = '\0';
    return LM_OK;
}

lm_status lm_str_addf(lm_str *s, lm_err *e, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) return lm_fail(e, LM_ENOMEM, "text cannot be formatted");
    LM_TRY(lm_reserve(&s->text, &s->capacity, s->length + (size_t)length + 1, 1, e));
    va_start(arguments, format);
    (void)vsnprintf(s->text + s->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    s->length += (size_t)length;
    return LM_OK;
}

void lm_str_free(lm_str *s)
{
    lm_free(s->text);
    *s = (lm_str){0};
}

lm_slice lm_slice_of(const char *text)
{
    return (lm_slice){text, strlen(text)};
}

bool lm_slice_is(lm_slice a, const char *text)
{
    return a.length == strlen(text) && (a.length == 0 || memcmp(a.text, text, a.length) == 0);
}

bool lm_slice_ends(lm_slice a, const char *suffix)
{
    const size_t n = strlen(suffix);
    return a.length >= n && (n == 0 || memcmp(a.text + a.length - n, suffix, n) == 0);
}

int lm_slice_compare(lm_slice a, lm_slice b)
{
    const size_t shorter = a.length < b.length ? a.length : b.length;
    const int order = shorter ? memcmp(a.text, b.text, shorter) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* ---- escapes ---- */

lm_status lm_str_add_escaped(lm_str *s, lm_slice text, lm_err *e)
{
    for (size_t i = 0; i < text.length; i++) {
        const unsigned char byte = (unsigned char)text.text[i];
        if (byte <= ' ' || byte == '\\' || byte == 0x7f)
            LM_TRY(lm_str_addf(s, e, "\\x%02X", byte));
        else
            LM_TRY(lm_str_add(s, text.text + i, 1, e));
    }
    return LM_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

lm_status lm_str_add_unescaped(lm_str *s, lm_slice text, lm_err *e)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.text[i];
        if (byte == '\\') {
            const bool whole = text.length - i >= 4 && text.text[i + 1] == 'x';
            const int high = whole ? hex_digit(text.text[i + 2]) : -1;
            const int low = whole ? hex_digit(text.text[i + 3]) : -1;
            if (high < 0 || low < 0)
                return lm_fail(e, LM_EFORMAT, "a backslash that does not begin \\xHH");
            byte = (char)(high * 16 + low);
            i += 3;
        }
        LM_TRY(lm_str_add(s, &byte, 1, e));
    }
    return LM_OK;
}

/* ---- numbers ---- */

enum { NUMBER_MAX = 64 }; /* longest text of a number */

/* A NUL-terminated copy of a text that may begin a number: [+-]? then a digit or a point. */
static bool number_copy(lm_slice text, char copy[NUMBER_MAX + 1])
{
    if (text.length == 0 || text.length > NUMBER_MAX || memchr(text.text, 0, text.length))
        return false;
    memcpy(copy, text.text, text.length);
    copy[text.length] = '\0';
    const char *digit = copy + (*copy == '-' || *copy == '+');
    return (*digit >= '0' && *digit <= '9') || *digit == '.';
}

bool lm_parse_int(lm_slice text, int64_t *out)
{
    char copy[NUMBER_MAX + 1], *end;
    if (!number_copy(text, copy)) return false;
    errno = 0;
    const long long value = strtoll(copy, &end, 10);
    *out = value;
    return errno == 0 && end != copy && *end == '\0';
}

bool lm_parse_real(lm_slice text, double *out)
{
    char copy[NUMBER_MAX + 1], *end;
    if (!number_copy(text, copy) || strpbrk(copy, "xX")) return false;
    *out = strtod(copy, &end);
    return end != copy && *end == '\0' && isfinite(*out);
}

bool lm_parse_size(lm_slice text, uint64_t *out)
{
    static const char suffixes[] = "KMGT";
    int shift = 0;
    if (text.length > 1) {
        const char *suffix = strchr(suffixes, text.text[text.length - 1]);
        if (suffix && *suffix) {
            shift = 10 * (int)(suffix - suffixes + 1);
            text.length--;
        }
    }
    char copy[NUMBER_MAX + 1], *end;
    if (!number_copy(text, copy) || *copy == '-') return false;
    errno = 0;
    const unsigned long long units = strtoull(copy, &end, 10);
    return errno == 0 && *end == '\0' && lm_mul_u64(units, (uint64_t)1 << shift, out);
}

bool lm_parse_reals(lm_slice text, double *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        while (n < text.length && text.text[n] != ',') n++;
        const bool last = n == text.length;
        if (last != (i + 1 == count) || !lm_parse_real((lm_slice){text.text, n}, &out[i]))
            return false;
        if (!last) text = (lm_slice){text.text + n + 1, text.length - n - 1};
    }
    return count > 0;
}

lm_status lm_str_add_real(lm_str *s, double x, lm_err *e)
{
    char text[NUMBER_MAX];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x) break;
    }
    return lm_str_add(s, text, strlen(text), e);
}

size_t lm_edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    const size_t m = strlen(a), n = strlen(b);
    if (m > LONGEST || n > LONGEST) return m > n ? m : n;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t change = diagonal + (a[i - 1] != b[j - 1]);
            const size_t insert = row[j - 1] + 1, delete = row[j] + 1;
            diagonal = row[j];
            row[j] = change;
            if (insert < row[j]) row[j] = insert;
            if (delete < row[j]) row[j] = delete;
        }
    }
    return row[n];
}
