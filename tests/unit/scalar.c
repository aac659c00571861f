/* scalar.c - exp, log and kin against the long double functions of the C library. */
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
