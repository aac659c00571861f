/* compare.c - tests of lm/compare.h: distances worked out by hand for every type. */
#include "lm/compare.h"
#include <stdint.h>
#include "test.h"

static void check(lm_dtype dtype, const void *a, const void *b, uint64_t count, double tolerance,
                  lm_difference expected)
{
    const lm_difference d = lm_compare(dtype, a, b, count, tolerance);
    CHECK_INT(d.differing, expected.differing);
    CHECK_INT(d.nan, expected.nan);
    CHECK_NEAR(d.absolute, expected.absolute, 0);
    CHECK_NEAR(d.relative, expected.relative, 0);
}

TEST(compare_reals_and_tolerance)
{
    static const float a[] = {1, 2, -4, 0}, b[] = {1, 2.5F, -3, -0.0F};
    check(LM_F32, a, a, 4, 0, (lm_difference){0});
    check(LM_F32, a, b, 4, 0, (lm_difference){2, 0, 1, 0.25});
    check(LM_F32, a, b, 4, 0.5, (lm_difference){1, 0, 1, 0.25});
    check(LM_F32, a, b, 4, 1, (lm_difference){0, 0, 1, 0.25});
    check(LM_F32, a, b, 0, 0, (lm_difference){0});
    static const double c[] = {1e300, 1}, d[] = {-1e300, 2};
    check(LM_F64, c, d, 2, 0, (lm_difference){2, 0, 2e300, 2});
}

TEST(compare_nan_and_infinity)
{
    const double inf = (double)INFINITY, nan = (double)NAN;
    const double a[] = {nan, nan, 1, inf, inf}, b[] = {nan, 1, nan, inf, -inf};
    check(LM_F64, a, b, 3, 1e300, (lm_difference){2, 2, 0, 0});
    check(LM_F64, a, b, 4, 0, (lm_difference){2, 2, 0, 0});
    check(LM_F64, a, b, 5, 1e300, (lm_difference){3, 2, inf, inf});
}

/* Bit patterns from IEEE 754: binary16 3c00 1, 3800 0.5, 0001 2^-24, 0400 2^-14, fbff -65504,
 * 7c00 infinity, 7e00 NaN; bfloat16 is the upper half of a binary32: 3f80 1, 4000 2, c000 -2. */
TEST(compare_half_precision)
{
    static const uint16_t a[] = {0x3c00, 0x0001, 0x0400, 0x8000}, b[] = {0x3800, 0, 0, 0};
    check(LM_F16, a, b, 1, 0, (lm_difference){1, 0, 0.5, 0.5});
    check(LM_F16, a + 1, b + 1, 1, 0, (lm_difference){1, 0, 0x1p-24, 1});
    check(LM_F16, a + 2, b + 2, 2, 0, (lm_difference){1, 0, 0x1p-14, 1});
    static const uint16_t c[] = {0xfbff, 0x7c00, 0x7e00, 0x7e00}, d[] = {0, 0x7c00, 0xfe01, 0};
    check(LM_F16, c, d, 4, 0, (lm_difference){2, 1, 65504, 1});
    static const uint16_t x[] = {0x3f80, 0xc000, 0x7fc0}, y[] = {0x4000, 0x4000, 0xffc0};
    check(LM_BF16, x, y, 3, 0, (lm_difference){2, 0, 4, 2});
}

TEST(compare_integers_exactly)
{
    static const int64_t a[] = {INT64_MAX, 4}, b[] = {INT64_MAX - 1, 2}, c[] = {INT64_MIN, 4};
    check(LM_I64, a, b, 1, 0, (lm_difference){1, 0, 1, 0x1p-63});
    check(LM_I64, a, b, 2, 1, (lm_difference){1, 0, 2, 0.5});
    check(LM_I64, a, c, 1, 0, (lm_difference){1, 0, 0x1p64, 2});
    static const uint64_t d[] = {UINT64_MAX}, e[] = {0};
    check(LM_U64, d, e, 1, 0, (lm_difference){1, 0, 0x1p64, 1});
    static const int32_t f[] = {-8}, g[] = {8};
    check(LM_I32, f, g, 1, 0, (lm_difference){1, 0, 16, 2});
    static const uint32_t h[] = {UINT32_MAX}, i[] = {UINT32_MAX / 2};
    check(LM_U32, h, i, 1, 0, (lm_difference){1, 0, 0x1p31, 0x1p31 / UINT32_MAX});
    static const int16_t j[] = {-1}, k[] = {1};
    check(LM_I16, j, k, 1, 0, (lm_difference){1, 0, 2, 2});
    static const uint16_t l[] = {65535}, m[] = {0};
    check(LM_U16, l, m, 1, 0, (lm_difference){1, 0, 65535, 1});
    static const int8_t n[] = {-128}, o[] = {127};
    check(LM_I8, n, o, 1, 0, (lm_difference){1, 0, 255, 255 / 128.0});
    static const uint8_t p[] = {255}, q[] = {0};
    check(LM_U8, p, q, 1, 0, (lm_difference){1, 0, 255, 1});
    check(LM_BOOL, p, q, 1, 255, (lm_difference){0, 0, 255, 1});
}
