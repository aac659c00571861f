/* update_avx2.c - the steps of the optimisers with AVX2 and FMA. */
#if defined(__x86_64__) && defined(__GNUC__)
#define WITH_AVX2
#include <immintrin.h>
#define INLINE static inline __attribute__((always_inline, target("avx2,fma")))
#define KERNEL static __attribute__((target("avx2,fma")))
#ifdef LM_DOUBLE
typedef __m256d lanes;
#define OPERATION(name) _mm256_##name##_pd
#else
typedef __m256 lanes;
#define OPERATION(name) _mm256_##name##_ps
#endif
#include "lm/real.h"

enum { WIDTH = sizeof(lanes) / sizeof(lm_real) };

INLINE lanes all(lm_real x)
{
    return OPERATION(set1)(x);
}

INLINE lanes load(const lm_real *x)
{
    return OPERATION(load)(x);
}

INLINE void store(lm_real *x, lanes y)
{
    OPERATION(store)(x, y);
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
    return OPERATION(fmadd)(x, y, z);
}
#endif
#include "update_kernels.h"

lm_update_kernel *const *lm_update_avx2(void)
{
#ifdef WITH_AVX2
    return kernels;
#else
    return NULL;
#endif
}
