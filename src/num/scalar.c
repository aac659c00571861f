/* scalar.c - exp, log and kin in double, from +, -, * and / alone.
 *
 * Written without fused multiply-adds: IEEE 754 fixes every bit of the result, and the speed
 * does not depend on the machine having them.  Constants ending in _HI are the leading bits
 * of the constant, few enough that the products they enter are exact; _LO is the rest,
 * rounded to nearest. */
#include <float.h>
#include <math.h>
#include <stdbool.h>
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

/* exp(r) - 1 - r for |r| <= 0.35: Taylor's series; the first term left out is below 2^-57. */
static inline double exp_series(double r)
{
    const double r2 = r * r, r4 = r2 * r2;
    const double c0 = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    const double c4 = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    const double c8 =
        (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
    return r2 * (c0 + r4 * (c4 + r4 * c8));
}

/* (one + exp(hi + lo) - 1) 2^n for |hi + lo| <= 0.35, |lo| < 2^-20, |one| > |hi|. */
static inline double exp_scaled(double one, double hi, double lo, int n)
{
    const double sum = one + hi;
    const double y = sum + ((hi - (sum - one)) + (lo + exp_series(hi + lo)));
    /* In two steps, of which the first is exact: 2^n may lie outside the normal numbers. */
    return y * two_to(n / 2) * two_to(n - n / 2);
}

double lm_exp(double x)
{
    if (!(x < 710)) return x >= 710 ? HUGE_VAL : x;
    if (x < -746) return 0;
    const int n = nearest(x * (INV_LN2_HI + INV_LN2_LO));
    return exp_scaled(1, x - n * LN2_HI, -n * LN2_LO, n);
}

double lm_exp10(double x)
{
    if (!(x < 309)) return x >= 309 ? HUGE_VAL : x;
    if (x < -324) return 0;
    const int n = nearest(x * LOG2_10);
    const double r = x - n * LOG10_2_HI;
    const double head = leading(r), tail = (r - head) - n * LOG10_2_LO;
    return exp_scaled(1, head * LN10_HI, head * LN10_LO + tail * (LN10_HI + LN10_LO), n);
}

double lm_expm1(double x)
{
    if (!(x < 710)) return x >= 710 ? HUGE_VAL : x;
    if (x < -40) return -1;
    if (fabs(x) < 0x1p-54) return x;
    const int n = nearest(x * (INV_LN2_HI + INV_LN2_LO));
    if (n == 0) return x + exp_series(x);
    const double one = n < 64 ? 1 - two_to(-n) : 1;
    return exp_scaled(one, x - n * LN2_HI, -n * LN2_LO, n);
}

/* (exp(2a) - 1) / (exp(2a) + 1), or with -2a and the signs turned: what loses less. */
double lm_tanh(double x)
{
    const double a = fabs(x);
    if (a > 20) return copysign(1, x);
    const double e = lm_expm1(a < 0.14 ? -2 * a : 2 * a);
    return copysign(fabs(e) / (e + 2), x);
}

/* x = 2^n (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for a positive finite x. */
static inline int log_split(double x, double *f)
{
    int n = -1023;
    if (x < DBL_MIN) {
        x *= 0x1p54;
        n -= 54;
    }
    const uint64_t one = UINT64_C(0x3ff0000000000000), sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
    const uint64_t bits = to_bits(x) + (one - sqrt_half);
    *f = from_bits((bits & ((UINT64_C(1) << 52) - 1)) + sqrt_half) - 1;
    return n + (int)(bits >> 52);
}

/* log(1 + f) + rest as leading 26 bits and what remains.
 *
 * s = f / (2 + f); log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + 2s^2/3 + 2s^4/5 + ...), the
 * arrangement of fdlibm's log; the first term left out is below 2^-60 of the sum. */
static inline double log_parts(double f, double rest, double *lo)
{
    const double s = f / (2 + f), z = s * s, z2 = z * z, z4 = z2 * z2;
    const double c0 = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
    const double c4 = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
    const double c8 = 2.0 / 19 + z * (2.0 / 21);
    const double series = z * (c0 + z4 * (c4 + z4 * c8));
    const double half_square = 0.5 * f * f;
    const double hi = leading(f - half_square);
    *lo = ((f - hi) - half_square) + (s * (half_square + series) + rest);
    return hi;
}

/* The logarithm of x to the base b, with power = log_b(2) and factor = 1 / log(b).  The parts that
 * matter to the last bit are carried as leading bits and rest. */
static inline double log_in_base(double x, double power_hi, double power_lo, double factor_hi,
                                 double factor_lo)
{
    if (!(x > 0 && x <= DBL_MAX)) {
        if (x == 0) return -HUGE_VAL;
        return x < 0 ? (double)NAN : x;
    }
    double f, lo;
    const int n = log_split(x, &f);
    const double hi = log_parts(f, 0, &lo);
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

/* 1 + x = u + rest, u rounded: log(1 + x) = log(u) + rest / u. */
double lm_log1p(double x)
{
    if (!(x > -1 && x <= DBL_MAX)) {
        if (x == -1) return -HUGE_VAL;
        return x < -1 ? (double)NAN : x;
    }
    if (fabs(x) < 0x1p-54) return x;
    double f, lo;
    const double u = 1 + x, rest = fabs(x) < 1 ? x - (u - 1) : 1 - (u - x);
    const int n = log_split(u, &f);
    const double hi = log_parts(n == 0 ? x : f, n == 0 ? 0 : rest / u, &lo);
    const double whole = n * LN2_HI, sum = whole + hi;
    return sum + ((hi - (sum - whole)) + (n * LN2_LO + lo));
}

/* a b - product, exactly, where product is a b rounded. */
static inline double product_rest(double a, double b, double product)
{
    const double a_hi = leading(a), a_lo = a - a_hi, b_hi = leading(b), b_lo = b - b_hi;
    return ((a_hi * b_hi - product) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo;
}

/* 2/5 z + 2/7 z^2 + ... of log_pair; the first term left out is below 2^-62 of 2/3. */
static inline double log_pair_series(double z)
{
    const double z2 = z * z, z4 = z2 * z2;
    const double c0 = (2.0 / 5 + z * (2.0 / 7)) + z2 * (2.0 / 9 + z * (2.0 / 11));
    const double c4 = (2.0 / 13 + z * (2.0 / 15)) + z2 * (2.0 / 17 + z * (2.0 / 19));
    return z * (c0 + z4 * (c4 + z4 * (2.0 / 21 + z * (2.0 / 23))));
}

/* log(x) with some 65 bits, returned and *lo, for a positive finite x: 2 s + s z (2/3 + ...),
 * z = s^2, with sums and products of pairs. */
static inline double log_pair(double x, double *lo)
{
    double f;
    const int n = log_split(x, &f);
    const double u = 2 + f, u_lo = f - (u - 2), s = f / u, su = s * u;
    const double s_lo = ((f - su) - product_rest(s, u, su) - s * u_lo) / u;
    const double z = s * s, z_lo = product_rest(s, s, z) + 2 * s * s_lo;
    const double third = 2.0 / 3, third_lo = 0x1.5555555555555p-55; /* 2/3 - third */
    const double more = log_pair_series(z), c = third + more;
    const double c_lo = more - (c - third) + third_lo;
    const double t = z * c, t_lo = product_rest(z, c, t) + (z * c_lo + z_lo * c);
    const double w = s * t, w_lo = product_rest(s, t, w) + (s * t_lo + s_lo * t);
    const double hi = 2 * s + w, rest = (w - (hi - 2 * s)) + (2 * s_lo + w_lo);
    const double whole = n * LN2_HI, sum = whole + hi;
    const double tail = (n ? hi - (sum - whole) : 0) + (n * LN2_LO + rest);
    const double y = sum + tail;
    *lo = tail - (y - sum);
    return y;
}

/* x^y for a positive finite x. */
static double power(double x, double y)
{
    double log_lo;
    const double log_hi = log_pair(x, &log_lo), p = y * log_hi;
    if (!(fabs(p) < 800)) return p > 0 ? HUGE_VAL : 0;
    const double p_lo = product_rest(y, log_hi, p) + y * log_lo;
    const int n = nearest(p * (INV_LN2_HI + INV_LN2_LO));
    if (n < -1100 || n > 1100) return n > 0 ? HUGE_VAL : 0;
    return exp_scaled(1, p - n * LN2_HI, p_lo - n * LN2_LO, n);
}

double lm_pow(double x, double y)
{
    if (y == 0 || x == 1) return 1;
    if (isnan(x) || isnan(y)) return x + y;
    const double a = fabs(x);
    const bool odd = fabs(y) < 0x1p53 && y == floor(y) && y / 2 != floor(y / 2);
    double size;
    if (isinf(y))
        size = a == 1 ? 1 : (a > 1) == (y > 0) ? HUGE_VAL : 0;
    else if (a == 0 || isinf(a))
        size = (a == 0) == (y > 0) ? 0 : HUGE_VAL;
    else if (x < 0 && y != floor(y))
        return (double)NAN;
    else
        size = power(a, y);
    return signbit(x) && odd ? -size : size;
}

/* erf(x) / x - 1, z = x^2 <= 0.5625: 2 / sqrt(pi) times Taylor's series; the first term left out is
 * below 2^-57. */
static inline double erf_series(double z)
{
    const double two_over_sqrt_pi = 1.1283791670955126;
    double sum = 0;
    static const double over_factorial[] = {-1.0 / 3,
                                            1.0 / 10,
                                            -1.0 / 42,
                                            1.0 / 216,
                                            -1.0 / 1320,
                                            1.0 / 9360,
                                            -1.0 / 75600,
                                            1.0 / 685440,
                                            -1.0 / 6894720,
                                            1.0 / 76204800,
                                            -1.0 / 918086400,
                                            1.0 / 11975040000.0,
                                            -1.0 / 168129561600.0,
                                            1.0 / 2528170444800.0};
    for (int i = (int)(sizeof over_factorial / sizeof *over_factorial); i-- > 0;)
        sum = over_factorial[i] + z * sum;
    return 0x1.06eba8214db69p-3 + two_over_sqrt_pi * (z * sum);
}

/* exp(x^2) erfc(x) for 0.75 <= x < 27.5: p(t) / (x + 4), t = (x - 4) / (x + 4); a minimax fit
 * (Remez's algorithm at 60 digits), error below 2^-60. */
static inline double erfc_scaled(double x)
{
    static const double c[] = {
        0x1.18932bf08e154p+0,   -0x1.f3fe31ecb49bfp-1,  0x1.8be202d26c704p-1,
        -0x1.14eacb1ad0361p-1,  0x1.52cac23710215p-2,   -0x1.645fd8a4ba7b6p-3,
        0x1.38dbd2c8dcbdep-4,   -0x1.b00c052d314c3p-6,  0x1.908f47293efe9p-8,
        -0x1.269b4f74273fbp-12, -0x1.dd2847d27633dp-12, 0x1.72cd84376d9e3p-13,
        -0x1.e7e2584a8d12ap-19, -0x1.3c6a2ef3b0b0ap-16, 0x1.3afe1fd9711dep-18,
        0x1.7d895f478f8bap-20,  -0x1.c5593465e682dp-21, -0x1.30b0a32eba1b3p-24,
        0x1.047157b216364p-23,  -0x1.c1bc4d5e7bd7fp-29, -0x1.ba8dd3ed89773p-27,
        0x1.df2570d4d1dbep-30};
    const double t = (x - 4) / (x + 4);
    double p = 0;
    for (int i = (int)(sizeof c / sizeof *c); i-- > 0;) p = c[i] + t * p;
    return p / (x + 4);
}

/* erfc(x) for 0.75 <= x < 27.5.  The scale keeps what may be denormal to the last product. */
static inline double erfc_tail(double x)
{
    const double hi = leading(x), lo = x - hi, square = hi * hi;
    const int n = nearest(square * -(INV_LN2_HI + INV_LN2_LO));
    const double r = -square - n * LN2_HI, r_lo = -n * LN2_LO - lo * (x + hi);
    const double head = r + r_lo;
    return exp_scaled(1, head, r_lo - (head - r), n + 64) * erfc_scaled(x) * 0x1p-64;
}

double lm_erf(double x)
{
    const double a = fabs(x);
    if (a < 0.75) return x + x * erf_series(x * x);
    if (!(a < 6)) return a >= 6 ? copysign(1, x) : x;
    return copysign(1 - erfc_tail(a), x);
}

double lm_erfc(double x)
{
    if (fabs(x) < 0.75) return (1 - x) - x * erf_series(x * x);
    if (x >= 27.5) return 0;
    if (x < 0) return x < -6 ? 2 : 2 - erfc_tail(-x);
    return x > 0 ? erfc_tail(x) : x; /* NaN */
}

/* pi/2 in pieces of 33 bits, times n exact, and the rest. */
#define PI_2_A 0x1.921fb544p+0
#define PI_2_B 0x1.0b4611a6p-34
#define PI_2_C 0x1.3198a2ep-69
#define PI_2_D 0x1.b839a252049c1p-104

/* a - b rounded, and what is lost. */
static inline double difference(double a, double b, double *lost)
{
    const double d = a - b, back = a - d;
    *lost = (a - (d + back)) + (back - b);
    return d;
}

/* x - n pi/2 as a double and *lo, for the nearest n; returns n mod 4. */
static inline unsigned quadrant(double x, double *r, double *lo)
{
    const double n = floor(x * (2 / 3.141592653589793) + 0.5);
    double lost_b, lost_c;
    const double b = difference(x - n * PI_2_A, n * PI_2_B, &lost_b);
    const double c = difference(b, n * PI_2_C, &lost_c);
    const double rest = lost_b + (lost_c - n * PI_2_D);
    *r = c + rest;
    *lo = rest - (*r - c);
    return (unsigned)((int)n & 3);
}

/* Taylor's series; the first terms left out are below 2^-62 and 2^-64. */
static inline double sin_series(double r, double lo)
{
    const double z = r * r, z2 = z * z, z4 = z2 * z2;
    const double c0 = (-1.0 / 6 + z * (1.0 / 120)) + z2 * (-1.0 / 5040 + z * (1.0 / 362880));
    const double c4 = (-1.0 / 39916800 + z * (1.0 / 6227020800)) +
                      z2 * (-1.0 / 1307674368000 + z * (1.0 / 355687428096000));
    return r + (r * z * (c0 + z4 * c4) + lo * (1 - 0.5 * z));
}

static inline double cos_series(double r, double lo)
{
    const double z = r * r, z2 = z * z, z4 = z2 * z2, half = 0.5 * z, one = 1 - half;
    const double c0 = (1.0 / 24 + z * (-1.0 / 720)) + z2 * (1.0 / 40320 + z * (-1.0 / 3628800));
    const double c4 = (1.0 / 479001600 + z * (-1.0 / 87178291200)) +
                      z2 * (1.0 / 20922789888000 + z * (-1.0 / 6402373705728000));
    return one + (((1 - one) - half) + (z2 * (c0 + z4 * c4) - r * lo));
}

/* sin(x + turn pi/2) */
static double sin_turned(double x, unsigned turn)
{
    double r, lo;
    if (!(fabs(x) <= 0x1p20)) return (double)NAN;
    const unsigned q = (quadrant(x, &r, &lo) + turn) & 3;
    const double y = q & 1 ? cos_series(r, lo) : sin_series(r, lo);
    return q & 2 ? -y : y;
}

double lm_sin(double x)
{
    return fabs(x) < 0x1p-27 ? x : sin_turned(x, 0);
}

double lm_cos(double x)
{
    return sin_turned(x, 1);
}
