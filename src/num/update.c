/* update.c - the steps of the optimisers in plain C, and the level in use. */
#include "lm/update.h"
#include <math.h>
#include "lm/os.h"

#define INLINE static inline
#define KERNEL static
typedef lm_real lanes;

enum { WIDTH = 1 };

INLINE lanes all(lm_real x)
{
    return x;
}

INLINE lanes load(const lm_real *x)
{
    return *x;
}

INLINE void store(lm_real *x, lanes y)
{
    *x = y;
}

INLINE lanes add(lanes x, lanes y)
{
    return x + y;
}

INLINE lanes sub(lanes x, lanes y)
{
    return x - y;
}

INLINE lanes mul(lanes x, lanes y)
{
    return x * y;
}

INLINE lanes divide(lanes x, lanes y)
{
    return x / y;
}

#ifdef LM_DOUBLE
INLINE lanes root(lanes x)
{
    return sqrt(x);
}

INLINE lanes fmadd(lanes x, lanes y, lanes z)
{
    return fma(x, y, z);
}
#else
INLINE lanes root(lanes x)
{
    return sqrtf(x);
}

INLINE lanes fmadd(lanes x, lanes y, lanes z)
{
    return fmaf(x, y, z);
}
#endif

#include "update_kernels.h"

lm_update_kernel *const *lm_update_ref(void)
{
    return kernels;
}

lm_update_kernel *lm_update_kernel_of(lm_update_method method)
{
    const lm_cpu_level level = lm_os_cpu();
    lm_update_kernel *const *table = NULL;
    if (level >= LM_CPU_AVX2) table = lm_update_avx2();
    if (!table && level >= LM_CPU_NEON) table = lm_update_neon();
    return (table ? table : lm_update_ref())[method];
}
