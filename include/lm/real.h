/* real.h - the scalar of all neural models: float, or double where the tests compile the same
 * sources with -DLM_DOUBLE, so that gradients can be held against central differences. */
#ifndef LM_REAL_H
#define LM_REAL_H

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

#ifdef __cplusplus
}
#endif
#endif
