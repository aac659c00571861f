/* update_neon.c - the steps of the optimisers in the NEON of 64-bit ARM. */
#if defined(__aarch64__) && defined(__ARM_NEON)
#define WITH_NEON
#include <arm_neon.h>
#define INLINE static inline
#define KERNEL static
#ifdef LM_DOUBLE
typedef float64x2_t lanes;
#define OPERATION(name) v##name##q_f64
#else
typedef float32x4_t lanes;
#define OPERATION(name) v##name##q_f32
#endif
#include "lm/real.h"

enum { WIDTH = sizeof(lanes) / sizeof(lm_real) };

INLINE lanes all(lm_real x)
{
#ifdef LM_DOUBLE
    return vdupq_n_f64(x);
#else
    return vdupq_n_f32(x);
#endif
}

INLINE lanes load(const lm_real *x)
{
    return OPERATION(ld1)(x);
}

INLINE void store(lm_real *x, lanes y)
{
    OPERATION(st1)(x, y);
}

INLINE lanes add(lanes x, lanes y)
{
    return OPERATION(add)(x, y);
}

INLINE lanes sub(lanes x, lanes y)
{
    return OPERATION(sub)(x, y);
}

INLINE lanes mul(lanes x, lanes y)
{
    return OPERATION(mul)(x, y);
}

INLINE lanes divide(lanes x, lanes y)
{
    return OPERATION(div)(x, y);
}

INLINE lanes root(lanes x)
{
    return OPERATION(sqrt)(x);
}

INLINE lanes fmadd(lanes x, lanes y, lanes z)
{
    return OPERATION(fma)(z, x, y);
}
#endif
#include "update_kernels.h"

lm_update_kernel *const *lm_update_neon(void)
{
#ifdef WITH_NEON
    return kernels;
#else
    return NULL;
#endif
}
