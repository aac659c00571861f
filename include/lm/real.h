/* real.h - the scalar of all neural models: float, or double where the tests compile the same
 * sources with -DLM_DOUBLE, so that gradients can be held against central differences. */
#ifndef LM_REAL_H
#define LM_REAL_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef LM_DOUBLE
typedef double lm_real;
#define LM_REAL_DTYPE LM_F64
#else
typedef float lm_real;
#define LM_REAL_DTYPE LM_F32
#endif

/* The values of 16-bit floats, exact: IEEE 754 binary16, and bfloat16. */
float lm_real_of_f16(uint16_t bits);
float lm_real_of_bf16(uint16_t bits);

#ifdef __cplusplus
}
#endif
#endif
