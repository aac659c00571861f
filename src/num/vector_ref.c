/* vector_ref.c - the functions of vectors in plain C, one element at a time; those of double too,
 * which only the tests use, by scalar.h. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "lm/scalar.h"
#include "vector_level.h"

enum { WIDTH = 1 };
typedef lm_real vf;
typedef bool vm;
typedef double vd;

static inline vf load(const lm_real *p)
{
    return *p;
}

static inline void store(lm_real *p, vf v)
{
    *p = v;
}

static inline vf all(lm_real v)
{
    return v;
}

static inline vf add(vf a, vf b)
{
    return a + b;
}

static inline vf sub(vf a, vf b)
{
    return a - b;
}

static inline vf mul(vf a, vf b)
{
    return a * b;
}

static inline vf divide(vf a, vf b)
{
    return a / b;
}

static inline vf larger(vf a, vf b)
{
    return a > b ? a : b;
}

static inline vf smaller(vf a, vf b)
{
    return a < b ? a : b;
}

static inline vm less(vf a, vf b)
{
    return a < b;
}

static inline vm is_nan(vf v)
{
    return v != v;
}

static inline vm either(vm a, vm b)
{
    return a || b;
}

static inline bool any(vm m)
{
    return m;
}

static inline vf choose(vm m, vf a, vf b)
{
    return m ? a : b;
}

/* The sums of the lanes of each. */
static inline void four_totals(lm_real *z, vf a, vf b, vf c, vf d)
{
    z[0] = a;
    z[1] = b;
    z[2] = c;
    z[3] = d;
}

static inline vd double_zero(void)
{
    return 0;
}

static inline vd add_square(vd sum, vf v)
{
    return sum + (double)v * (double)v;
}

static inline void store_double(double *p, vd v)
{
    *p = v;
}

#ifdef LM_DOUBLE
#include "vector_double.h"
#else

typedef uint32_t vi;

static inline vf fmadd(vf a, vf b, vf c)
{
    return fmaf(a, b, c);
}

static inline vf fnmadd(vf a, vf b, vf c)
{
    return fmaf(-a, b, c);
}

static inline vf root(vf v)
{
    return sqrtf(v);
}

static inline vi ints(uint32_t v)
{
    return v;
}

static inline vi bits(vf v)
{
    vi i;
    memcpy(&i, &v, sizeof i);
    return i;
}

static inline vf from_bits(vi i)
{
    vf v;
    memcpy(&v, &i, sizeof v);
    return v;
}

static inline vf to_float(vi i)
{
    return (float)i;
}

static inline vi add_ints(vi a, vi b)
{
    return a + b;
}

static inline vi sub_ints(vi a, vi b)
{
    return a - b;
}

static inline vi both_bits(vi a, vi b)
{
    return a & b;
}

static inline vi either_bits(vi a, vi b)
{
    return a | b;
}

static inline vi shift_left(vi i, int n)
{
    return i << n;
}

static inline vi shift_right(vi i, int n)
{
    return i >> n;
}

#include "vector_functions.h"
#endif
#include "vector_loops.h"

const lm_vector_level *lm_vector_ref(void)
{
    return &level;
}
