/* str.h - slices, growing strings, and numbers as text.
 *
 *     lm_str s = {0};
 *     LM_TRY(lm_str_addf(&s, e, "%d words", n));
 *     puts(s.text);
 *     lm_str_free(&s);
 */
#ifndef LM_STR_H
#define LM_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that somebody else owns; may hold NUL. */
typedef struct {
    const char *text;
    size_t length;
} lm_slice;

/* A growing string.  `text` is NUL-terminated once anything was added, NULL before. */
typedef struct {
    char *text;
    size_t length, capacity;
} lm_str;

LM_MUST_USE lm_status lm_str_add(lm_str *s, const char *text, size_t length, lm_err *e);
LM_MUST_USE lm_status lm_str_addf(lm_str *s, lm_err *e, const char *format, ...) LM_PRINTF(3, 4);
void lm_str_free(lm_str *s); /* s is {0} again */

lm_slice lm_slice_of(const char *text); /* up to its NUL */
bool lm_slice_is(lm_slice a, const char *text);
bool lm_slice_ends(lm_slice a, const char *suffix); /* is that the end of it? */

/* Byte order: as memcmp, a prefix before its extensions. */
int lm_slice_compare(lm_slice a, lm_slice b);

/* Adds `text` with every control byte, space, DEL and backslash written as \xHH, so that it
 * fits between TABs and blanks. */
LM_MUST_USE lm_status lm_str_add_escaped(lm_str *s, lm_slice text, lm_err *e);

/* Adds the bytes that lm_str_add_escaped wrote as `text`.  Errors: LM_EFORMAT for a
 * backslash that does not begin \xHH. */
LM_MUST_USE lm_status lm_str_add_unescaped(lm_str *s, lm_slice text, lm_err *e);

/* The whole of `text` as a number; false if it is anything else ("10x", "", "nan", "inf",
 * leading blanks) or does not fit.  Sizes take a suffix K, M, G or T (powers of 1024). */
LM_MUST_USE bool lm_parse_int(lm_slice text, int64_t *out);
LM_MUST_USE bool lm_parse_real(lm_slice text, double *out);
LM_MUST_USE bool lm_parse_size(lm_slice text, uint64_t *out);
/* The same of exactly `count` numbers with commas between them. */
LM_MUST_USE bool lm_parse_reals(lm_slice text, double *out, size_t count);

/* The shortest decimal text that reads back as exactly `x` (%.15g, %.16g or %.17g). */
LM_MUST_USE lm_status lm_str_add_real(lm_str *s, double x, lm_err *e);

/* Levenshtein distance, for "did you mean"; strings over 64 bytes count as far apart. */
size_t lm_edit_distance(const char *a, const char *b);

#ifdef __cplusplus
}
#endif
#endif
