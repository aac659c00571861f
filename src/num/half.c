/* half.c - 16-bit floating point numbers. */
#include "lm/half.h"
#include <string.h>

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The exponent's bias grows from 15 to 127; denormal numbers are their fraction in units of 2^-24,
 * which a float holds exactly. */
float lm_half_from_f16(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    const uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent == 31) return from_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent > 0) return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    const float size = (float)fraction * 0x1p-24f;
    return sign ? -size : size;
}

float lm_half_from_bf16(uint16_t bits)
{
    return from_bits((uint32_t)bits << 16);
}
