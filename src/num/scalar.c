/* scalar.c - exp, log and kin in double, from +, -, * and / alone.
 *
 * Written without fused multiply-adds: IEEE 754 fixes every bit of the result, and the speed
 * does not depend on the machine having them.  Constants ending in _HI are the leading bits
 * of the constant, few enough that the products they enter are exact; _LO is the rest,
 * rounded to nearest. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "lm/scalar.h"

/* log(2): 32 bits; times an exponent (11 bits) exact. */
#define LN2_HI 0x1.62e42feep-1
#define LN2_LO 0x1.a39ef35793c76p-33

/* log10(2): 32 bits. */
#define LOG10_2_HI 0x1.34413508p-2
#define LOG10_2_LO 0x1.f79fef311f12bp-34

/* log(10), 1/log(2), 1/log(10): 26 bits; times another number of 26 bits exact. */
#define LN10_HI     0x1.26bb1b8p+1
#define LN10_LO     0x1.daaa8ac16ea57p-26
#define INV_LN2_HI  0x1.7154760p+0
#define INV_LN2_LO  0x1.4ae0bf85ddf44p-26
#define INV_LN10_HI 0x1.bcb7b10p-2
#define INV_LN10_LO 0x1.49b9438ca9aaep-28

#define LOG2_10 0x1.a934f0979a371p+1

static inline uint64_t to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The leading 26 of x's 53 bits. */
static inline double leading(double x)
{
    return from_bits(to_bits(x) & ~((UINT64_C(1) << 27) - 1));
}

/* 2^n for a normal result. */
static inline double two_to(int n)
{
    return from_bits((uint64_t)(n + 1023) << 52);
}

static inline int nearest(double x)
{
    return (int)(x < 0 ? x - 0.5 : x + 0.5);
}

/* exp(hi + lo) 2^n for |hi + lo| <= 0.35, |lo| < 2^-20.
 * Taylor's series of (exp(r) - 1 - r) / r^2; the first term left out is below 2^-57. */
static inline double exp_scaled(double hi, double lo, int n)
{
    const double r = hi + lo, r2 = r * r, r4 = r2 * r2;
    const double c0 = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    const double c4 = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    const double c8 =
        (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
    const double series = r2 * (c0 + r4 * (c4 + r4 * c8));
    const double sum = 1 + hi;
    const double y = sum + ((hi - (sum - 1)) + (lo + series));
    /* In two steps, of which the first is exact: 2^n may lie outside the normal numbers. */
    return y * two_to(n / 2) * two_to(n - n / 2);
}

double lm_exp(double x)
{
    if (!(x < 710)) return x >= 710 ? HUGE_VAL : x;
    if (x < -746) return 0;
    const int n = nearest(x * (INV_LN2_HI + INV_LN2_LO));
    return exp_scaled(x - n * LN2_HI, -n * LN2_LO, n);
}

double lm_exp10(double x)
{
    if (!(x < 309)) return x >= 309 ? HUGE_VAL : x;
    if (x < -324) return 0;
    const int n = nearest(x * LOG2_10);
    const double r = x - n * LOG10_2_HI;
    const double head = leading(r), tail = (r - head) - n * LOG10_2_LO;
    return exp_scaled(head * LN10_HI, head * LN10_LO + tail * (LN10_HI + LN10_LO), n);
}

/* The logarithm of x to the base b, with power = log_b(2) and factor = 1 / log(b).
 *
 * x = 2^n (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2); s = f / (2 + f);
 * log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + 2s^2/3 + 2s^4/5 + ...), the arrangement of
 * fdlibm's log; the first term left out is below 2^-60 of the sum.  The parts that matter to
 * the last bit, f - f^2/2 and n power, are carried as leading bits and rest. */
static inline double log_in_base(double x, double power_hi, double power_lo, double factor_hi,
                                 double factor_lo)
{
    if (!(x > 0 && x <= DBL_MAX)) {
        if (x == 0) return -HUGE_VAL;
        return x < 0 ? (double)NAN : x;
    }
    int n = -1023;
    if (x < DBL_MIN) {
        x *= 0x1p54;
        n -= 54;
    }
    const uint64_t one = UINT64_C(0x3ff0000000000000), sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
    const uint64_t bits = to_bits(x) + (one - sqrt_half);
    n += (int)(bits >> 52);
    const double f = from_bits((bits & ((UINT64_C(1) << 52) - 1)) + sqrt_half) - 1;

    const double s = f / (2 + f), z = s * s, z2 = z * z, z4 = z2 * z2;
    const double c0 = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
    const double c4 = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
    const double c8 = 2.0 / 19 + z * (2.0 / 21);
    const double series = z * (c0 + z4 * (c4 + z4 * c8));
    const double half_square = 0.5 * f * f;
    const double hi = leading(f - half_square);
    const double lo = ((f - hi) - half_square) + s * (half_square + series);

    const double whole = n * power_hi, part = hi * factor_hi; /* both exact */
    const double sum = whole + part;
    const double rest = n * power_lo + (hi * factor_lo + lo * (factor_hi + factor_lo));
    return sum + ((part - (sum - whole)) + rest);
}

double lm_log(double x)
{
    return log_in_base(x, LN2_HI, LN2_LO, 1, 0);
}

double lm_log2(double x)
{
    return log_in_base(x, 1, 0, INV_LN2_HI, INV_LN2_LO);
}

double lm_log10(double x)
{
    return log_in_base(x, LOG10_2_HI, LOG10_2_LO, INV_LN10_HI, INV_LN10_LO);
}
