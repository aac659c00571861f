/* scalar.c - the functions of scalar.h against the long double functions of the C library. */
#include "lm/scalar.h"
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "lm/random.h"
#include "test.h"

enum { POINTS = 25000 }; /* per function and range */

/* Ranges of arguments; BITS draws all positive numbers, denormal ones included, by their bits. */
typedef enum { EVEN, BITS, AROUND } spread;

typedef struct {
    spread spread;
    double from, to; /* EVEN: the ends; BITS: the ends; AROUND: from +- 2^-0 .. 2^-to */
} range;

static double draw(range r, uint64_t i)
{
    const lm_random_block block = lm_random_at(11, LM_RANDOM_TEST, (uint32_t)r.spread, i);
    const double u = lm_random_real(block);
    uint64_t low, high;
    double x;
    switch (r.spread) {
    case EVEN:
        return r.from + u * (r.to - r.from);
    case AROUND:
        return r.from + ldexp(u - 0.5, -(int)(block.word[2] % (uint32_t)r.to));
    default:
        memcpy(&low, &r.from, sizeof low);
        memcpy(&high, &r.to, sizeof high);
        low += lm_random_below(block, high - low + 1);
        memcpy(&x, &low, sizeof x);
        return x;
    }
}

/* |found - exact| in units of the last place of a double near `exact`. */
static double ulps(double found, long double exact)
{
    if (exact > (long double)DBL_MAX) return isinf(found) ? 0 : HUGE_VAL;
    int exponent;
    frexpl(exact, &exponent);
    if (exponent < DBL_MIN_EXP) exponent = DBL_MIN_EXP;
    return (double)(fabsl((long double)found - exact) / ldexpl(1, exponent - DBL_MANT_DIG));
}

static void check(double (*found)(double), long double (*exact)(long double), double bound,
                  const range *ranges, size_t count)
{
    if (LDBL_MANT_DIG < 64) SKIP("long double is no wider than double");
    for (size_t r = 0; r < count; r++)
        for (uint64_t i = 0; i < POINTS; i++) {
            const double x = draw(ranges[r], i);
            CHECK_NEAR(ulps(found(x), exact((long double)x)), 0, bound);
        }
}

#define CHECK_RANGES(found, exact, bound, ranges)                                                  \
    check(found, exact, bound, ranges, sizeof(ranges) / sizeof *(ranges))

static const range logarithm_ranges[] = {
    {BITS, 0x1p-1074, DBL_MAX}, {BITS, 0x1p-1074, DBL_MIN}, {EVEN, 0.25, 4}, {AROUND, 1, 53}};

TEST(scalar_exp_error)
{
    static const range ranges[] = {
        {EVEN, -745.13, 709.78}, {EVEN, -745.13, -707}, {EVEN, -1, 1}, {AROUND, 0, 60}};
    CHECK_RANGES(lm_exp, expl, 1, ranges);
}

static long double power_of_ten(long double x)
{
    return powl(10, x);
}

TEST(scalar_exp10_error)
{
    static const range ranges[] = {
        {EVEN, -323.3, 308.25}, {EVEN, -323.3, -307}, {EVEN, -1, 1}, {AROUND, 0, 60}};
    CHECK_RANGES(lm_exp10, power_of_ten, 1, ranges);
}

TEST(scalar_log_error)
{
    CHECK_RANGES(lm_log, logl, 1, logarithm_ranges);
}

TEST(scalar_log2_error)
{
    CHECK_RANGES(lm_log2, log2l, 1, logarithm_ranges);
}

TEST(scalar_log10_error)
{
    CHECK_RANGES(lm_log10, log10l, 1, logarithm_ranges);
}

TEST(scalar_expm1_error)
{
    static const range ranges[] = {
        {EVEN, -41, 709.78}, {EVEN, -2, 2}, {AROUND, 0, 1020}, {AROUND, 0, 60}};
    CHECK_RANGES(lm_expm1, expm1l, 2, ranges);
}

TEST(scalar_log1p_error)
{
    static const range ranges[] = {{BITS, 0x1p-1074, DBL_MAX},
                                   {EVEN, -0.9999, 3},
                                   {AROUND, 0, 60},
                                   {AROUND, -0.5, 3},
                                   {EVEN, -1, -1 + 0x1p-20}};
    CHECK_RANGES(lm_log1p, log1pl, 2, ranges);
}

TEST(scalar_tanh_error)
{
    static const range ranges[] = {
        {EVEN, -21, 21}, {EVEN, -1, 1}, {AROUND, 0, 60}, {BITS, 0x1p-1074, DBL_MAX}};
    CHECK_RANGES(lm_tanh, tanhl, 2.5, ranges);
}

TEST(scalar_erf_error)
{
    static const range ranges[] = {
        {EVEN, -6.5, 6.5}, {EVEN, -1, 1}, {AROUND, 0.75, 40}, {BITS, 0x1p-1074, DBL_MAX}};
    CHECK_RANGES(lm_erf, erfl, 2, ranges);
}

TEST(scalar_erfc_error)
{
    static const range ranges[] = {{EVEN, -6.5, 26.5}, {EVEN, -1, 1}, {AROUND, 0.75, 40},
                                   {EVEN, 26.5, 28},   {EVEN, 0, 6},  {BITS, 0x1p-1074, DBL_MAX}};
    CHECK_RANGES(lm_erfc, erfcl, 5, ranges);
}

static const range turns[] = {{EVEN, -10, 10},
                              {EVEN, -0x1p20, 0x1p20},
                              {AROUND, 0, 60},
                              {BITS, 0x1p-1074, 0x1p20},
                              {AROUND, 3.141592653589793, 50}};

TEST(scalar_sin_error)
{
    CHECK_RANGES(lm_sin, sinl, 2, turns);
}

TEST(scalar_cos_error)
{
    CHECK_RANGES(lm_cos, cosl, 2, turns);
}

/* Doubles near multiples of pi/2: of all below 2^20 the nearest, and the values there (mpmath). */
TEST(scalar_turns_near_multiples)
{
    CHECK_NEAR(lm_cos(0x1.6c6cbc45dc8dep+5) / -0x1.6d61b58c99c43p-61, 1, 2 * DBL_EPSILON);
    CHECK_NEAR(lm_sin(0x1.6c6cbc45dc8dep+6) / -0x1.6d61b58c99c43p-60, 1, 2 * DBL_EPSILON);
    CHECK_NEAR(lm_sin(0x1.6c6cbc45dc8dep+7) / 0x1.6d61b58c99c43p-59, 1, 2 * DBL_EPSILON);
    CHECK_NEAR(lm_sin(0x1.6c6cbc45dc8dep+8) / 0x1.6d61b58c99c43p-58, 1, 2 * DBL_EPSILON);
}

/* Bases over all doubles, with exponents for results over all doubles; bases near 1. */
TEST(scalar_pow_error)
{
    if (LDBL_MANT_DIG < 64) SKIP("long double is no wider than double");
    static const range bases[] = {{BITS, 0x1p-1074, DBL_MAX}, {EVEN, 0, 10}, {AROUND, 1, 50}};
    for (size_t r = 0; r < sizeof bases / sizeof *bases; r++)
        for (uint64_t i = 0; i < POINTS; i++) {
            const double x = draw(bases[r], i), log2 = lm_log2(x);
            const double u = lm_random_real(lm_random_at(12, LM_RANDOM_TEST, (uint32_t)r, i));
            const double y = log2 == 0 ? u : (2099 * u - 1074) / log2;
            if (!isfinite(y)) continue;
            CHECK_NEAR(ulps(lm_pow(x, y), powl((long double)x, (long double)y)), 0, 1);
        }
}

/* Powers that a double holds exactly; what learning schedules ask for. */
TEST(scalar_pow_exact)
{
    for (int base = 2; base <= 10; base++) {
        double power = 1;
        for (int n = 0; power < 0x1p53; n++, power *= base) CHECK(lm_pow(base, n) == power);
    }
    for (int n = -1074; n < 1024; n++) CHECK(lm_pow(2, n) == ldexp(1, n));
    for (int n = 1; n < 1000; n++) {
        CHECK(lm_pow((double)n * n, 0.5) == n);
        CHECK(lm_pow(-n, 3) == -(double)n * n * n && lm_pow(-n, 2) == (double)n * n);
        CHECK(lm_pow(n, 1) == n && lm_pow(n, 0) == 1 && lm_pow(1, n) == 1);
    }
}

/* C99, annex F.9.4.4. */
TEST(scalar_special_powers)
{
    const double inf = HUGE_VAL, nan = (double)NAN;
    for (double sign = -1; sign <= 1; sign += 2) {
        const double zero = sign * 0.0;
        CHECK(lm_pow(zero, -3) == sign * inf && lm_pow(zero, -2) == inf);
        CHECK(lm_pow(zero, 3) == 0 && signbit(lm_pow(zero, 3)) == signbit(zero));
        CHECK(lm_pow(zero, 2.5) == 0 && !signbit(lm_pow(zero, 2.5)) && lm_pow(zero, -2.5) == inf);
        CHECK(lm_pow(-1, sign * inf) == 1 && lm_pow(1, sign * inf) == 1);
        CHECK(lm_pow(nan, zero) == 1 && lm_pow(inf, zero) == 1);
        CHECK(lm_pow(sign * 0.5, -inf) == inf && lm_pow(sign * 2, -inf) == 0);
        CHECK(lm_pow(sign * 0.5, inf) == 0 && lm_pow(sign * 2, inf) == inf);
        CHECK(lm_pow(sign * inf, 3) == sign * inf && lm_pow(sign * inf, 2) == inf);
        CHECK(lm_pow(sign * inf, -3) == 0 && signbit(lm_pow(-inf, -3)) &&
              lm_pow(sign * inf, -2) == 0);
        CHECK(lm_pow(sign * 3, DBL_MAX) == inf && lm_pow(sign * 3, -DBL_MAX) == 0);
    }
    CHECK(lm_pow(1, nan) == 1 && isnan(lm_pow(2, nan)) && isnan(lm_pow(nan, 2)));
    CHECK(isnan(lm_pow(-2, 0.5)) && isnan(lm_pow(-2, 0x1p-1074)) && lm_pow(2, 0x1p-1074) == 1);
    CHECK(lm_pow(-2, 0x1p53 + 2) == inf && lm_pow(0x1p-1074, 1) == 0x1p-1074);
}

/* C99, annex F.9. */
TEST(scalar_special_values)
{
    double (*const odd[])(double) = {lm_expm1, lm_log1p, lm_tanh, lm_erf, lm_sin};
    for (int i = 0; i < 5; i++) {
        CHECK(odd[i](0) == 0 && !signbit(odd[i](0)) && signbit(odd[i](-0.0)));
        CHECK(odd[i](0x1p-1074) == (odd[i] == lm_erf ? lm_erf(0x1p-1074) : 0x1p-1074));
        CHECK(isnan(odd[i]((double)NAN)));
    }
    CHECK(lm_expm1(HUGE_VAL) == HUGE_VAL && lm_expm1(-HUGE_VAL) == -1);
    CHECK(lm_log1p(HUGE_VAL) == HUGE_VAL && lm_log1p(-1) == -HUGE_VAL && isnan(lm_log1p(-1.5)));
    CHECK(lm_tanh(HUGE_VAL) == 1 && lm_tanh(-HUGE_VAL) == -1);
    CHECK(lm_erf(HUGE_VAL) == 1 && lm_erf(-HUGE_VAL) == -1);
    CHECK(lm_erfc(HUGE_VAL) == 0 && lm_erfc(-HUGE_VAL) == 2 && isnan(lm_erfc((double)NAN)));
    CHECK(lm_cos(0) == 1 && lm_cos(-0.0) == 1 && isnan(lm_cos((double)NAN)));
    CHECK(isnan(lm_sin(HUGE_VAL)) && isnan(lm_cos(-HUGE_VAL)) && isnan(lm_sin(0x1.0001p20)));
}

/* Powers of two; powers of ten that a double holds exactly. */
TEST(scalar_exact)
{
    for (int n = -1074; n < 1024; n++) CHECK(lm_log2(ldexp(1, n)) == n);
    double power = 1;
    for (int n = 0; n <= 22; n++, power *= 10) {
        CHECK(lm_log10(power) == n);
        CHECK(lm_exp10(n) == power);
    }
    CHECK(lm_exp(0) == 1 && lm_exp(-0.0) == 1 && lm_exp10(0) == 1 && lm_exp10(-0.0) == 1);
    CHECK(lm_log(1) == 0 && !signbit(lm_log(1)) && !signbit(lm_log2(1)) && !signbit(lm_log10(1)));
}

/* C99, annex F.9.3. */
TEST(scalar_special_exponentials)
{
    double (*const functions[])(double) = {lm_exp, lm_exp10};
    for (int i = 0; i < 2; i++) {
        double (*f)(double) = functions[i];
        CHECK(isnan(f((double)NAN)));
        CHECK(f(HUGE_VAL) == HUGE_VAL && f(DBL_MAX) == HUGE_VAL);
        CHECK(f(-HUGE_VAL) == 0 && !signbit(f(-HUGE_VAL)) && f(-DBL_MAX) == 0);
        CHECK(f(0x1p-1074) == 1 && f(-0x1p-1074) == 1);
    }
}

/* Neighbouring doubles on both sides of the log of 2^1024 - 2^970, the middle between the
 * largest double and the next power, and of 2^-1075, half the least (mpmath). */
TEST(scalar_exponentials_at_the_ends)
{
    CHECK(isfinite(lm_exp(709.782712893384)) && lm_exp(709.7827128933841) == HUGE_VAL);
    CHECK(lm_exp(-745.1332191019411) == 0x1p-1074 && lm_exp(-745.1332191019412) == 0);
    CHECK(isfinite(lm_exp10(308.2547155599167)) && lm_exp10(308.25471555991675) == HUGE_VAL);
    CHECK(lm_exp10(-323.60724533877976) == 0x1p-1074 && lm_exp10(-323.6072453387798) == 0);
}

TEST(scalar_special_logarithms)
{
    double (*const functions[])(double) = {lm_log, lm_log2, lm_log10};
    for (int i = 0; i < 3; i++) {
        double (*f)(double) = functions[i];
        CHECK(isnan(f((double)NAN)));
        CHECK(isnan(f(-1)) && isnan(f(-0x1p-1074)) && isnan(f(-HUGE_VAL)));
        CHECK(f(0) == -HUGE_VAL && f(-0.0) == -HUGE_VAL);
        CHECK(f(HUGE_VAL) == HUGE_VAL && isfinite(f(DBL_MAX)));
    }
}
