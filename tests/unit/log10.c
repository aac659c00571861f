/* log10.c - tests of logarithms in bulk against those of scalar.c, which they must equal. */
#include "lm/log10.h"
#include <float.h>
#include <math.h>
#include <string.h>
#include "lm/decimal.h"
#include "lm/random.h"
#include "lm/scalar.h"
#include "test.h"

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void check_units(const lm_log10_table *t, float x)
{
    CHECK_INT(lm_log10_units(t, x), lm_decimal_units(lm_log10((double)x)));
}

TEST(log10_units_of_all_kinds_of_floats)
{
    lm_log10_table t;
    lm_log10_fill(&t);
    for (uint32_t bits = 1; bits < 0x7f800000; bits += 1021) check_units(&t, float_of(bits));
    for (uint32_t i = 1; i < 3000; i++) { /* around 1, where the logarithm changes its sign */
        check_units(&t, float_of(0x3f800000 + i));
        check_units(&t, float_of(0x3f800000 - i));
    }
    check_units(&t, 1);
    check_units(&t, FLT_MAX);
    check_units(&t, FLT_MIN);
    CHECK_INT(lm_log10_units(&t, 0.5f), -3010300);
    CHECK_INT(lm_log10_units(&t, 1000), 30000000);
}

/* Logarithms for which the rounding is as close to a tie as a series could miss. */
TEST(log10_units_close_to_ties)
{
    lm_log10_table t;
    lm_log10_fill(&t);
    int close = 0;
    for (int64_t units = -450000000; units < 380000000; units += 4001) {
        const float x = (float)pow(10, ((double)units + 0.5) * 1e-7);
        const double exact = log10((double)x) * 1e7;
        close += fabs(exact - floor(exact) - 0.5) < 1e-4;
        check_units(&t, x);
    }
    CHECK(close > 0);
}

TEST(log10_inverse_of_decimals)
{
    lm_log10_table t;
    lm_log10_fill(&t);
    for (uint64_t i = 0; i < 1000000; i++) {
        const lm_random_block block = lm_random_at(3, LM_RANDOM_TEST, 0, i);
        const double most = i % 2 ? 2.0 : 48.0; /* denormal floats too */
        const double y = floor((lm_random_real(block) - 0.79) * most * 1e7) * 1e-7;
        CHECK(lm_log10_inverse(&t, y) == (float)lm_exp10(y));
    }
    CHECK(lm_log10_inverse(&t, 0) == 1);
    CHECK(lm_log10_inverse(&t, 2) == 100);
    CHECK(lm_log10_inverse(&t, 38) == 1e38f);
    CHECK(lm_log10_inverse(&t, -99) == 0);
    CHECK(lm_log10_inverse(&t, -1e300) == 0);
}

/* What is written is read back to within half a unit, and as the same units. */
TEST(log10_there_and_back)
{
    lm_log10_table t;
    lm_log10_fill(&t);
    for (uint32_t bits = 0x30000000; bits < 0x50000000; bits += 4093) {
        const double y = 1e-7 * (double)lm_log10_units(&t, float_of(bits));
        CHECK_NEAR(y, log10((double)float_of(bits)), 0.5001e-7);
        CHECK_NEAR(log10((double)lm_log10_inverse(&t, y)), y, 0.3e-7);
    }
}
