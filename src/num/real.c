/* real.c - the values of 16-bit floats. */
#include "lm/real.h"
#include <string.h>

static float of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The exponent's bias is 15 there and 127 here; a denormal there is a normal number here. */
float lm_real_of_f16(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 0x1fu, fraction = half & 0x3ffu;
    if (exponent == 0x1f) return of_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent) return of_bits(sign | (exponent + 112) << 23 | fraction << 13);
    const float magnitude = (float)fraction * 0x1p-24f;
    return sign ? -magnitude : magnitude;
}

float lm_real_of_bf16(uint16_t half)
{
    return of_bits((uint32_t)half << 16);
}
