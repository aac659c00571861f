/* log10.c - decimal logarithms of floats in bulk.
 *
 * The series are shorter than those of scalar.c: a result is theirs unless it lies so close to
 * where rounding changes that the error could matter; then theirs is asked for. */
#include "lm/log10.h"
#include <string.h>
#include "lm/decimal.h"
#include "lm/scalar.h"

#define FINE (LM_DECIMAL_SCALE * 0x1p20) /* a unit has 20 bits after the point */

#define LN_10      2.302585092994045684
#define LOG2_10    3.321928094887362348
#define LOG10_2    0.301029995663981195
#define LOG10_2_HI 0x1.34413508p-2 /* 32 bits: exact times 20 more */
#define LOG10_2_LO 0x1.f79fef311f12bp-34

void lm_log10_fill(lm_log10_table *t)
{
    for (int i = 0; i < LM_LOG10_PARTS; i++) {
        t->part[i].inverse = 1 / (1 + (i + 0.5) / LM_LOG10_PARTS);
        t->part[i].log = -lm_log10(t->part[i].inverse) * FINE;
    }
    for (int i = 0; i < LM_LOG10_POWERS; i++)
        t->power[i] = lm_exp10(i * (LOG10_2 / LM_LOG10_POWERS));
}

/* x = 2^n m, m in [1, 2); log m = -log(inverse) + log(1 + r) with r = m inverse - 1, |r| < 2^-10:
 * the first term left out is below 1.1e-6 units.  Units are rounded as integers with 20 bits after
 * the point, made positive; where rounding changes, these bits are all 0. */
int64_t lm_log10_units(const lm_log10_table *t, float x)
{
    const double exact = (double)x;
    const int64_t positive = (int64_t)1 << 49, half = 1 << 19, mask = (1 << 20) - 1, margin = 4;
    uint64_t bits;
    double m;
    memcpy(&bits, &exact, sizeof bits);
    const int n = (int)(bits >> 52) - 1023;
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1), one = UINT64_C(1023) << 52;
    const size_t i = (size_t)(fraction >> (52 - LM_LOG10_PART_BITS));
    const uint64_t mantissa = fraction | one;
    memcpy(&m, &mantissa, sizeof m);
    const double r = m * t->part[i].inverse - 1;
    const double log = r * (FINE / LN_10 - r * (FINE / LN_10 / 2 - r * (FINE / LN_10 / 3)));
    const double fine = n * (FINE * LOG10_2) + t->part[i].log + log;
    const int64_t shifted = (int64_t)(fine + (double)(positive + half));
    if (((shifted + margin) & mask) < 2 * margin) return lm_decimal_units(lm_log10(exact));
    return (shifted >> 20) - (positive >> 20);
}

/* 10^y = 2^(k / POWERS) exp(r), |r| <= log(2) / 2 / POWERS: the first term left out is below
 * 2^-44 of the sum, so that the last 29 bits, which a float has not, tell whether it matters. */
float lm_log10_inverse(const lm_log10_table *t, double y)
{
    if (!(y > -37)) return y < -60 ? 0 : (float)lm_exp10(y); /* a float may be denormal */
    const double steps = y * (LOG2_10 * LM_LOG10_POWERS);
    const int k = (int)(steps < 0 ? steps - 0.5 : steps + 0.5);
    const int whole = (k + 1024 * LM_LOG10_POWERS) / LM_LOG10_POWERS - 1024;
    const double rest =
        (y - k * (LOG10_2_HI / LM_LOG10_POWERS)) - k * (LOG10_2_LO / LM_LOG10_POWERS);
    const double r = rest * LN_10, r2 = r * r;
    const double series = (1 + r) + r2 * ((1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24));
    const uint64_t exponent = (uint64_t)(whole + 1023) << 52;
    double scale;
    uint64_t bits;
    memcpy(&scale, &exponent, sizeof scale);
    const double p = t->power[k - whole * LM_LOG10_POWERS] * scale * series;
    memcpy(&bits, &p, sizeof bits);
    const uint32_t lost = (uint32_t)bits & ((1u << 29) - 1), half = 1u << 28, margin = 1u << 12;
    return lost - (half - margin) < 2 * margin ? (float)lm_exp10(y) : (float)p;
}
