/* decimal.c - decimal numbers in bulk. */
#include "lm/decimal.h"
#include <stdint.h>

enum { DECIMALS = 7, SCALE = 10000000 };

static size_t write_digits(uint64_t value, char *text)
{
    char reversed[LM_DECIMAL_MAX];
    size_t length = 0;
    do {
        reversed[length++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < length; i++) text[i] = reversed[length - 1 - i];
    return length;
}

size_t lm_decimal_write(double x, char text[LM_DECIMAL_MAX])
{
    size_t length = 0;
    const double size = x < 0 ? -x : x;
    const uint64_t units = (uint64_t)(size * SCALE + 0.5);
    uint64_t rest = units % SCALE;
    if (x < 0 && units) text[length++] = '-';
    length += write_digits(units / SCALE, text + length);
    if (rest == 0) return length;
    text[length++] = '.';
    for (uint64_t unit = SCALE / 10; rest; unit /= 10) {
        text[length++] = (char)('0' + rest / unit);
        rest %= unit;
    }
    return length;
}

/* A decimal whose digits fit a double exactly, divided by a power of ten that does too, is
 * rounded once, as strtod would: Clinger 1990, How to read floating point numbers accurately. */
bool lm_decimal_read(lm_slice text, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool negative = text.length && *text.text == '-';
    size_t i = negative, digits = 0, decimals = 0;
    uint64_t value = 0;
    bool point = false;
    for (; i < text.length; i++) {
        const char c = text.text[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') break;
        value = value * 10 + (uint64_t)(c - '0');
        decimals += point;
        if (++digits > 15) break;
    }
    if (i < text.length || digits == 0) return lm_parse_real(text, out);
    *out = (double)value / powers[decimals];
    if (negative) *out = -*out;
    return true;
}
