/* half.c - tests of 16-bit floating point numbers: all of them, against their definition. */
#include "lm/half.h"
#include <float.h>
#include <math.h>
#include <string.h>
#include "test.h"

TEST(half_every_f16)
{
    for (uint32_t bits = 0; bits < 65536; bits++) {
        const int exponent = bits >> 10 & 31, fraction = bits & 1023;
        const float found = lm_half_from_f16((uint16_t)bits);
        CHECK(!signbit(found) == !(bits >> 15));
        if (exponent == 31 && fraction)
            CHECK(isnan(found));
        else if (exponent == 31)
            CHECK(isinf(found));
        else if (exponent == 0)
            CHECK(fabs((double)found) == ldexp(fraction, -24));
        else
            CHECK(fabs((double)found) == ldexp(1 + fraction / 1024.0, exponent - 15));
    }
}

TEST(half_every_bf16)
{
    for (uint32_t bits = 0; bits < 65536; bits++) {
        const float found = lm_half_from_bf16((uint16_t)bits);
        uint32_t wide;
        memcpy(&wide, &found, sizeof wide);
        CHECK_INT(wide, bits << 16);
    }
}

/* The nearest of all 65536, of two the even one; what is halfway to the next power of two, or
 * beyond, is infinite. */
static void check_f16(float value)
{
    const uint16_t found = lm_half_to_f16(value);
    const double x = fabs((double)value), y = fabs((double)lm_half_from_f16(found));
    CHECK(!signbit(value) == !(found >> 15));
    if (x >= 65520) {
        CHECK_INT(found & 0x7fff, 0x7c00);
        return;
    }
    const uint16_t size = found & 0x7fff;
    const double above = size == 0x7bff ? 65536 : (double)lm_half_from_f16((uint16_t)(size + 1));
    const double below = size == 0 ? -1 : (double)lm_half_from_f16((uint16_t)(size - 1));
    CHECK(fabs(x - y) < fabs(x - above) || (fabs(x - y) == fabs(x - above) && size % 2 == 0));
    CHECK(fabs(x - y) < fabs(x - below) || (fabs(x - y) == fabs(x - below) && size % 2 == 0));
}

TEST(half_to_f16)
{
    for (uint32_t bits = 0; bits < 65536; bits++) {
        const float value = lm_half_from_f16((uint16_t)bits);
        if (isnan(value)) {
            CHECK(isnan(lm_half_from_f16(lm_half_to_f16(value))));
            continue;
        }
        CHECK_INT(lm_half_to_f16(value), bits);
        if (isinf(value)) continue;
        check_f16(nextafterf(value, INFINITY));
        check_f16(nextafterf(value, -INFINITY));
        const float next = lm_half_from_f16((uint16_t)(bits + 1));
        const float middle = isinf(next) ? copysignf(65520, value) : value + (next - value) / 2;
        check_f16(middle);
        check_f16(nextafterf(middle, INFINITY));
        check_f16(nextafterf(middle, -INFINITY));
    }
    check_f16(FLT_MAX);
    check_f16(FLT_MIN);
}
