/* real.c - the values of 16-bit floats: all 65,536 of either kind. */
#include "lm/real.h"
#include "test.h"

/* By the definition: (-1)^s 2^(e - bias) 1.f, or 0.f for the least exponent. */
static double value_of(unsigned bits, int exponent_bits, int fraction_bits)
{
    const int most = (1 << exponent_bits) - 1, bias = most / 2;
    const int exponent = (int)(bits >> fraction_bits) & most;
    const double fraction =
        (double)(bits & ((1u << fraction_bits) - 1)) / (double)(1u << fraction_bits);
    const double sign = bits & 0x8000u ? -1 : 1;
    if (exponent == most) return fraction > 0 ? (double)NAN : sign * (double)INFINITY;
    if (exponent == 0) return sign * ldexp(fraction, 1 - bias);
    return sign * ldexp(1 + fraction, exponent - bias);
}

static void check_value(float found, double expected)
{
    if (isnan(expected))
        CHECK(isnan(found));
    else
        CHECK((double)found == expected && !signbit(found) == !signbit(expected));
}

TEST(sixteen_bit_floats)
{
    for (unsigned bits = 0; bits <= 0xffff; bits++) {
        check_value(lm_real_of_f16((uint16_t)bits), value_of(bits, 5, 10));
        check_value(lm_real_of_bf16((uint16_t)bits), value_of(bits, 8, 7));
    }
}
