/* half.h - 16-bit floating point numbers, widened exactly. */
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

#ifdef __cplusplus
}
#endif
#endif
