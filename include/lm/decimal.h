/* decimal.h - decimal numbers in bulk: what ARPA files and vector tables are made of, many
 * times faster than printf and strtod.  No locale. */
#ifndef LM_DECIMAL_H
#define LM_DECIMAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LM_DECIMAL_MAX = 32,        /* room for what lm_decimal_write makes */
    LM_DECIMAL_SCALE = 10000000 /* units in 1 */
};

/* x, |x| < 1e9, in units of the seventh decimal; ties away from zero. */
int64_t lm_decimal_units(double x);

/* Writes a number of units, |units| < 1e16, without trailing zeros ("-1.25", "0", "-99").  No
 * NUL, but all of LM_DECIMAL_MAX may be written to; returns the length. */
size_t lm_decimal_write(int64_t units, char text[LM_DECIMAL_MAX]);

/* Writes x as printf writes "%.9g", from which every float is read again exactly.  No NUL, but all
 * of LM_DECIMAL_MAX may be written to; returns the length. */
size_t lm_decimal_write_float(float x, char text[LM_DECIMAL_MAX]);

/* The number that `text` begins with, if it is written with digits alone and at most 15 of them,
 * a sign '-' and a point.  Returns its length; 0: there is none, or not one of this form. */
size_t lm_decimal_scan(lm_slice text, double *out);

/* The whole of `text` as a number, with the value lm_parse_real gives. */
LM_MUST_USE bool lm_decimal_read(lm_slice text, double *out);

#ifdef __cplusplus
}
#endif
#endif
