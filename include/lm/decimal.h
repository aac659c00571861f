/* decimal.h - decimal numbers in bulk: what ARPA files and vector tables are made of, many
 * times faster than printf and strtod.  No locale. */
#ifndef LM_DECIMAL_H
#define LM_DECIMAL_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_DECIMAL_MAX = 32 }; /* longest text lm_decimal_write makes */

/* Writes x, |x| < 1e9, rounded to 7 decimals, without trailing zeros ("-1.25", "0", "-99").
 * Ties round away from zero.  No NUL; returns the length. */
size_t lm_decimal_write(double x, char text[LM_DECIMAL_MAX]);

/* The whole of `text` as a number, with the value lm_parse_real gives. */
LM_MUST_USE bool lm_decimal_read(lm_slice text, double *out);

#ifdef __cplusplus
}
#endif
#endif
