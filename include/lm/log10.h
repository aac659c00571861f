/* log10.h - decimal logarithms of floats in bulk, as ARPA files have them: what lm_log10 and
 * lm_exp10 give, rounded, from a table and a short series.
 *
 *     lm_log10_table table;
 *     lm_log10_fill(&table);
 *     units = lm_log10_units(&table, p); */
#ifndef LM_LOG10_H
#define LM_LOG10_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_LOG10_PART_BITS = 9, LM_LOG10_PARTS = 1 << LM_LOG10_PART_BITS, LM_LOG10_POWERS = 64 };

typedef struct {
    struct {
        double inverse; /* of the middle of a part of [1, 2) */
        double log;     /* log10 of that middle, scaled */
    } part[LM_LOG10_PARTS];
    double power[LM_LOG10_POWERS]; /* 2^(i / LM_LOG10_POWERS) */
} lm_log10_table;

void lm_log10_fill(lm_log10_table *table);

/* lm_decimal_units(lm_log10(x)) for a finite x > 0. */
int64_t lm_log10_units(const lm_log10_table *table, float x);

/* (float)lm_exp10(y) for |y| <= 38; 0 below. */
float lm_log10_inverse(const lm_log10_table *table, double y);

#ifdef __cplusplus
}
#endif
#endif
