/* decimal.c - decimal numbers in bulk. */
#include "lm/decimal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DECIMALS = 7 };

int64_t lm_decimal_units(double x)
{
    const int64_t units = (int64_t)((x < 0 ? -x : x) * LM_DECIMAL_SCALE + 0.5);
    return x < 0 ? -units : units;
}

/* Two digits at a time. */
static void write_pair(uint32_t value, char *text)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    memcpy(text, pairs + 2 * (size_t)value, 2);
}

static size_t write_whole(uint32_t value, char *text)
{
    char reversed[10];
    size_t length = 0;
    do {
        reversed[length++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < length; i++) text[i] = reversed[length - 1 - i];
    return length;
}

size_t lm_decimal_write(int64_t units, char text[LM_DECIMAL_MAX])
{
    const uint64_t size = units < 0 ? (uint64_t)-units : (uint64_t)units;
    const uint32_t whole = (uint32_t)(size / LM_DECIMAL_SCALE);
    const uint32_t rest = (uint32_t)(size % LM_DECIMAL_SCALE);
    size_t length = 0;
    if (units < 0) text[length++] = '-';
    if (whole < 10)
        text[length++] = (char)('0' + whole);
    else
        length += write_whole(whole, text + length);
    if (rest == 0) return length;
    text[length++] = '.';
    write_pair(rest / 100000, text + length);
    write_pair(rest / 1000 % 100, text + length + 2);
    write_pair(rest / 10 % 100, text + length + 4);
    text[length + 6] = (char)('0' + rest % 10);
    length += DECIMALS;
    while (text[length - 1] == '0') length--;
    return length;
}

/* ---- floats ---- */

enum { SIGNIFICANT = 9 };

/* The nine digits of `size`, in [1e-4, 1e9), and the exponent of the first one.  False if the
 * product below, which is off by less than 2^-23, cannot tell which way to round. */
static bool nine_digits(double size, uint32_t *digits, int *exponent)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                    1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
    int down = 0;
    while (down < 12 && size * powers[down] < 1e8) down++;
    const double scaled = size * powers[down];
    *digits = (uint32_t)scaled;
    *exponent = SIGNIFICANT - 1 - down;
    const double rest = scaled - *digits;
    if (fabs(rest - 0.5) < 1e-6 || scaled > 1e9 - 1 || scaled < 1e8 + 1) return false;
    *digits += rest > 0.5;
    return true;
}

static void write_nine(uint32_t digits, char *text)
{
    text[0] = (char)('0' + digits / 100000000);
    write_pair(digits / 1000000 % 100, text + 1);
    write_pair(digits / 10000 % 100, text + 3);
    write_pair(digits / 100 % 100, text + 5);
    write_pair(digits % 100, text + 7);
}

size_t lm_decimal_write_float(float x, char text[LM_DECIMAL_MAX])
{
    const double size = fabs((double)x);
    uint32_t digits;
    int exponent;
    size_t length = 0;
    char nine[SIGNIFICANT];
    if (!(size >= 1e-4 && size < 1e9) || !nine_digits(size, &digits, &exponent))
        return (size_t)snprintf(text, LM_DECIMAL_MAX, "%.9g", (double)x);
    const size_t whole = exponent < 0 ? 0 : (size_t)exponent + 1; /* digits before the point */
    write_nine(digits, nine);
    if (x < 0) text[length++] = '-';
    memcpy(text + length, nine, whole);
    length += whole;
    if (whole == 0) text[length++] = '0';
    text[length++] = '.';
    for (int zeros = -1; zeros > exponent; zeros--) text[length++] = '0';
    memcpy(text + length, nine + whole, SIGNIFICANT - whole);
    length += SIGNIFICANT - whole;
    while (text[length - 1] == '0') length--;
    return text[length - 1] == '.' ? length - 1 : length;
}

/* ---- reading ---- */

/* The digits that 8 bytes begin with; returns how many. */
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static size_t take_digits(const char *text, uint64_t *value)
{
    static const uint32_t powers[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};
    const uint64_t zeros = UINT64_C(0x3030303030303030), high = UINT64_C(0xf0f0f0f0f0f0f0f0);
    uint64_t bytes;
    memcpy(&bytes, text, sizeof bytes);
    /* A byte is a digit if its high half is 3, and still is after adding 6. */
    const uint64_t other = ((bytes & high) ^ zeros) | (((bytes + (zeros >> 3)) & high) ^ zeros);
    const size_t count = other ? (size_t)__builtin_ctzll(other) / 8 : 8;
    if (count == 0) return 0;
    /* All digits to the end, zeros before them: pairs, fours, eights are added up. */
    uint64_t sum = (bytes ^ zeros) << 8 * (8 - count);
    sum = (sum * 10 + (sum >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    sum = (sum * 100 + (sum >> 16)) & UINT64_C(0x0000ffff0000ffff);
    sum = (sum * 10000 + (sum >> 32)) & UINT64_C(0xffffffff);
    *value = *value * powers[count] + sum;
    return count;
}
#else
static size_t take_digits(const char *text, uint64_t *value)
{
    size_t count = 0;
    for (; count < 8 && text[count] >= '0' && text[count] <= '9'; count++)
        *value = *value * 10 + (uint64_t)(text[count] - '0');
    return count;
}
#endif

/* A decimal whose digits fit a double exactly, divided by a power of ten that does too, is
 * rounded once, as strtod would: Clinger 1990, How to read floating point numbers accurately. */
static double exact_quotient(uint64_t value, size_t decimals, bool negative)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const double size = (double)value / powers[decimals];
    return negative ? -size : size;
}

/* "-1.2345678" and the like, of which 20 bytes can be read. */
static size_t scan_short(const char *text, double *out)
{
    const bool negative = *text == '-';
    uint64_t value = 0;
    size_t length = negative, decimals = 0;
    const size_t whole = take_digits(text + length, &value);
    length += whole;
    if (whole == 0 || whole > 7) return 0;
    if (text[length] == '.') {
        decimals = take_digits(text + length + 1, &value);
        length += 1 + decimals;
    }
    if (text[length] >= '0' && text[length] <= '9') return 0;
    *out = exact_quotient(value, decimals, negative);
    return length;
}

size_t lm_decimal_scan(lm_slice text, double *out)
{
    const bool negative = text.length && *text.text == '-';
    size_t i = negative, digits = 0, decimals = 0;
    uint64_t value = 0;
    bool point = false;
    if (text.length >= 20 && (i = scan_short(text.text, out)) > 0) return i;
    for (i = negative; i < text.length; i++) {
        const char c = text.text[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') break;
        value = value * 10 + (uint64_t)(c - '0');
        decimals += point;
        if (++digits > 15) return 0;
    }
    if (digits == 0) return 0;
    *out = exact_quotient(value, decimals, negative);
    return i;
}

bool lm_decimal_read(lm_slice text, double *out)
{
    return (text.length && lm_decimal_scan(text, out) == text.length) || lm_parse_real(text, out);
}
