/* vector_neon.c - the functions of vectors in the NEON of 64-bit ARM. */
#include "vector_level.h"

#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(LM_DOUBLE)
#include <arm_neon.h>
#include <stdint.h>

enum { WIDTH = 4 };
typedef float32x4_t vf;
typedef uint32x4_t vi, vm;
typedef struct {
    float64x2_t low, high;
} vd;

static inline vf load(const float *p)
{
    return vld1q_f32(p);
}

static inline void store(float *p, vf v)
{
    vst1q_f32(p, v);
}

static inline vf all(float v)
{
    return vdupq_n_f32(v);
}

static inline vf add(vf a, vf b)
{
    return vaddq_f32(a, b);
}

static inline vf sub(vf a, vf b)
{
    return vsubq_f32(a, b);
}

static inline vf mul(vf a, vf b)
{
    return vmulq_f32(a, b);
}

static inline vf divide(vf a, vf b)
{
    return vdivq_f32(a, b);
}

static inline vf root(vf v)
{
    return vsqrtq_f32(v);
}

static inline vf fmadd(vf a, vf b, vf c)
{
    return vfmaq_f32(c, a, b);
}

static inline vf fnmadd(vf a, vf b, vf c)
{
    return vfmsq_f32(c, a, b);
}

/* Not vmaxq_f32 and vminq_f32: those give NaN if either is NaN. */
static inline vf larger(vf a, vf b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}

static inline vf smaller(vf a, vf b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}

static inline vm less(vf a, vf b)
{
    return vcltq_f32(a, b);
}

static inline vm is_nan(vf v)
{
    return vmvnq_u32(vceqq_f32(v, v));
}

static inline vm either(vm a, vm b)
{
    return vorrq_u32(a, b);
}

static inline bool any(vm m)
{
    return vmaxvq_u32(m) != 0;
}

static inline vf choose(vm m, vf a, vf b)
{
    return vbslq_f32(m, a, b);
}

static inline vi ints(uint32_t v)
{
    return vdupq_n_u32(v);
}

static inline vi bits(vf v)
{
    return vreinterpretq_u32_f32(v);
}

static inline vf from_bits(vi i)
{
    return vreinterpretq_f32_u32(i);
}

static inline vf to_float(vi i)
{
    return vcvtq_f32_u32(i);
}

static inline vi add_ints(vi a, vi b)
{
    return vaddq_u32(a, b);
}

static inline vi sub_ints(vi a, vi b)
{
    return vsubq_u32(a, b);
}

static inline vi both_bits(vi a, vi b)
{
    return vandq_u32(a, b);
}

static inline vi either_bits(vi a, vi b)
{
    return vorrq_u32(a, b);
}

static inline vi shift_left(vi i, int n)
{
    return vshlq_u32(i, vdupq_n_s32(n));
}

static inline vi shift_right(vi i, int n)
{
    return vshlq_u32(i, vdupq_n_s32(-n));
}

/* The sums of the lanes of each, by halves. */
static inline void four_totals(float *z, vf a, vf b, vf c, vf d)
{
    const float32x2_t p = vadd_f32(vget_low_f32(a), vget_high_f32(a));
    const float32x2_t q = vadd_f32(vget_low_f32(b), vget_high_f32(b));
    const float32x2_t r = vadd_f32(vget_low_f32(c), vget_high_f32(c));
    const float32x2_t s = vadd_f32(vget_low_f32(d), vget_high_f32(d));
    vst1_f32(z, vpadd_f32(p, q));
    vst1_f32(z + 2, vpadd_f32(r, s));
}

static inline vd double_zero(void)
{
    return (vd){vdupq_n_f64(0), vdupq_n_f64(0)};
}

/* The square of a float is exact in double: fused or not is the same. */
static inline vd add_square(vd sum, vf v)
{
    const float64x2_t low = vcvt_f64_f32(vget_low_f32(v)), high = vcvt_high_f64_f32(v);
    return (vd){vfmaq_f64(sum.low, low, low), vfmaq_f64(sum.high, high, high)};
}

static inline void store_double(double *p, vd v)
{
    vst1q_f64(p, v.low);
    vst1q_f64(p + 2, v.high);
}

#include "vector_functions.h"
#include "vector_loops.h"

const lm_vector_level *lm_vector_neon(void)
{
    return &level;
}
#else
const lm_vector_level *lm_vector_neon(void)
{
    return NULL;
}
#endif
