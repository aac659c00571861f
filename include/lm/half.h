/* half.h - 16-bit floating point numbers, and as floats. */
#ifndef LM_HALF_H
#define LM_HALF_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
float lm_half_from_f16(uint16_t bits);

/* bfloat16: the upper half of a binary32. */
float lm_half_from_bf16(uint16_t bits);

/* The nearest binary16, of two the even one; infinity from 65520 on.  A NaN stays one. */
uint16_t lm_half_to_f16(float value);

#ifdef __cplusplus
}
#endif
#endif
