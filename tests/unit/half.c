/* half.c - tests of 16-bit floating point numbers: all of them, against their definition. */
#include "lm/half.h"
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
