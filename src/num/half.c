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

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* A carry out of the fraction goes into the exponent, as it should.  Below 2^-14, the sum with 1/2
 * has the denormal number in its last bits, rounded by the addition. */
uint16_t lm_half_to_f16(float value)
{
    const uint32_t all = bits_of(value), size = all & 0x7fffffff;
    const uint16_t sign = (uint16_t)(all >> 16 & 0x8000);
    if (size > 0x7f800000) return (uint16_t)(sign | 0x7e00);
    if (size >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
    if (size < 0x38800000) return (uint16_t)(sign | (bits_of(from_bits(size) + 0.5f) - 0x3f000000));
    const uint32_t odd = size >> 13 & 1;
    return (uint16_t)(sign | (size - (112u << 23) + 0xfff + odd) >> 13);
}
