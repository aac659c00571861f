/* unicode.c - classes of code points, their lower case, and that without marks. */
#include "lm/unicode.h"
#include <pthread.h>

/* `count` code points from `first`, `step` apart, become `to`, to + rise, ... */
typedef struct {
    uint32_t first;
    uint8_t count, step;
    uint32_t to;
    uint8_t rise;
} run;

#include "unicode_tables.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- classes ---- */

static lm_unicode tables;

static void fill_tables(void)
{
    for (size_t i = 0; i + 1 < COUNT(classes); i++) {
        const uint32_t end = classes[i + 1] >> 8;
        for (uint32_t code = classes[i] >> 8; code < end && code < LM_UNICODE_FLAT; code++)
            tables.flat[code] = classes[i] & 0xff;
    }
}

const lm_unicode *lm_unicode_tables(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, fill_tables);
    return &tables;
}

unsigned lm_unicode_class_above(uint32_t code)
{
    size_t from = 0, to = COUNT(classes); /* classes[from] begins at or before it, [to] after */
    while (to - from > 1) {
        const size_t middle = from + (to - from) / 2;
        if (classes[middle] >> 8 <= code)
            from = middle;
        else
            to = middle;
    }
    return classes[from] & 0xff;
}

bool lm_unicode_is_ideograph(uint32_t code)
{
    static const uint32_t blocks[][2] = {
        {0x4e00, 0x9fff},   {0x3400, 0x4dbf},   {0x20000, 0x2a6df}, {0x2a700, 0x2b73f},
        {0x2b740, 0x2b81f}, {0x2b820, 0x2ceaf}, {0xf900, 0xfaff},   {0x2f800, 0x2fa1f},
    };
    if (code < 0x3400) return false;
    for (size_t i = 0; i < COUNT(blocks); i++)
        if (code >= blocks[i][0] && code <= blocks[i][1]) return true;
    return false;
}

/* ---- what a code point becomes ---- */

/* Runs are in order and do not interleave. */
static uint32_t by_runs(const run *runs, size_t count, uint32_t code)
{
    size_t from = 0;
    if (code < runs[0].first) return code;
    for (size_t to = count; to - from > 1;) {
        const size_t middle = from + (to - from) / 2;
        if (runs[middle].first <= code)
            from = middle;
        else
            to = middle;
    }
    const run *r = &runs[from];
    const uint32_t beyond = code - r->first, place = beyond / r->step;
    return place < r->count && beyond % r->step == 0 ? r->to + place * r->rise : code;
}

size_t lm_unicode_lower(uint32_t code, uint32_t out[LM_UNICODE_MAX])
{
    if (code < 0x80) {
        out[0] = code - 'A' < 26 ? code + ('a' - 'A') : code;
        return 1;
    }
    if (code == 0x130) { /* I with a dot above: i, and the dot */
        out[0] = 'i';
        out[1] = 0x307;
        return 2;
    }
    out[0] = by_runs(lower, COUNT(lower), code);
    return 1;
}

/* The Unicode Standard, section 3.12: a syllable's leading consonant, vowel and, if it has one,
 * trailing consonant. */
static size_t hangul(uint32_t syllable, uint32_t out[LM_UNICODE_MAX])
{
    enum { TRAILING = 28, VOWELS = 21 };
    const uint32_t trailing = syllable % TRAILING;
    out[0] = 0x1100 + syllable / (TRAILING * VOWELS);
    out[1] = 0x1161 + syllable / TRAILING % VOWELS;
    if (trailing == 0) return 2;
    out[2] = 0x11a7 + trailing;
    return 3;
}

/* What is left of a code point in lower case. */
static size_t without_marks(uint32_t code, uint32_t out[LM_UNICODE_MAX])
{
    enum { HANGUL = 0xac00, HANGUL_COUNT = 11172, SEVERAL = 0x110000 };
    if (lm_unicode_class(lm_unicode_tables(), code) & LM_MARK) return 0;
    if (code - HANGUL < HANGUL_COUNT) return hangul(code - HANGUL, out);
    if (code - 0xf900 < COUNT(ideographs))
        out[0] = ideographs[code - 0xf900];
    else if (code - 0x2f800 < COUNT(more_ideographs))
        out[0] = more_ideographs[code - 0x2f800];
    else
        out[0] = by_runs(base, COUNT(base), code);
    if (out[0] < SEVERAL) return 1;
    const uint32_t *three = several[out[0] - SEVERAL];
    for (size_t i = 0; i < 3; i++) out[i] = three[i];
    return out[2] ? 3 : 2;
}

size_t lm_unicode_fold(uint32_t code, uint32_t out[LM_UNICODE_MAX])
{
    uint32_t small[LM_UNICODE_MAX];
    const size_t count = lm_unicode_lower(code, small);
    size_t length = 0;
    if (code < 0x80) {
        out[0] = small[0];
        return 1;
    }
    for (size_t i = 0; i < count; i++) length += without_marks(small[i], out + length);
    return length;
}
