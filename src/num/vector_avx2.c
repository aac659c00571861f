/* vector_avx2.c - the functions of vectors in AVX2 and FMA. */
#include "vector_level.h"

#if defined(__AVX2__) && defined(__FMA__) && !defined(LM_DOUBLE)
#include <immintrin.h>
#include <stdint.h>

enum { WIDTH = 8 };
typedef __m256 vf;
typedef __m256i vi, vm;
typedef struct {
    __m256d low, high;
} vd;

static inline vf load(const float *p)
{
    return _mm256_loadu_ps(p);
}

static inline void store(float *p, vf v)
{
    _mm256_storeu_ps(p, v);
}

static inline vf all(float v)
{
    return _mm256_set1_ps(v);
}

static inline vf add(vf a, vf b)
{
    return _mm256_add_ps(a, b);
}

static inline vf sub(vf a, vf b)
{
    return _mm256_sub_ps(a, b);
}

static inline vf mul(vf a, vf b)
{
    return _mm256_mul_ps(a, b);
}

static inline vf divide(vf a, vf b)
{
    return _mm256_div_ps(a, b);
}

static inline vf root(vf v)
{
    return _mm256_sqrt_ps(v);
}

static inline vf fmadd(vf a, vf b, vf c)
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline vf fnmadd(vf a, vf b, vf c)
{
    return _mm256_fnmadd_ps(a, b, c);
}

static inline vf larger(vf a, vf b)
{
    return _mm256_max_ps(a, b);
}

static inline vf smaller(vf a, vf b)
{
    return _mm256_min_ps(a, b);
}

/* By the compiler's own comparison: so gcc knows a mask, and blends without testing its sign. */
static inline vm less(vf a, vf b)
{
    return (vm)(a < b);
}

static inline vm is_nan(vf v)
{
    return (vm)(v != v);
}

static inline vm either(vm a, vm b)
{
    return _mm256_or_si256(a, b);
}

static inline bool any(vm m)
{
    return _mm256_movemask_epi8(m) != 0;
}

static inline vf choose(vm m, vf a, vf b)
{
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(m));
}

static inline vi ints(uint32_t v)
{
    return _mm256_set1_epi32((int)v);
}

static inline vi bits(vf v)
{
    return _mm256_castps_si256(v);
}

static inline vf from_bits(vi i)
{
    return _mm256_castsi256_ps(i);
}

static inline vf to_float(vi i)
{
    return _mm256_cvtepi32_ps(i);
}

static inline vi add_ints(vi a, vi b)
{
    return _mm256_add_epi32(a, b);
}

static inline vi sub_ints(vi a, vi b)
{
    return _mm256_sub_epi32(a, b);
}

static inline vi both_bits(vi a, vi b)
{
    return _mm256_and_si256(a, b);
}

static inline vi either_bits(vi a, vi b)
{
    return _mm256_or_si256(a, b);
}

static inline vi shift_left(vi i, int n)
{
    return _mm256_slli_epi32(i, n);
}

static inline vi shift_right(vi i, int n)
{
    return _mm256_srli_epi32(i, n);
}

static inline __m128 quarter_sum(vf v)
{
    return _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
}

/* The sums of the lanes of each, by halves. */
static inline void four_totals(float *z, vf a, vf b, vf c, vf d)
{
    const __m128 p = quarter_sum(a), q = quarter_sum(b), r = quarter_sum(c), s = quarter_sum(d);
    const __m128 pq = _mm_add_ps(_mm_unpacklo_ps(p, q), _mm_unpackhi_ps(p, q));
    const __m128 rs = _mm_add_ps(_mm_unpacklo_ps(r, s), _mm_unpackhi_ps(r, s));
    _mm_storeu_ps(z, _mm_add_ps(_mm_movelh_ps(pq, rs), _mm_movehl_ps(rs, pq)));
}

static inline vd double_zero(void)
{
    return (vd){_mm256_setzero_pd(), _mm256_setzero_pd()};
}

/* The square of a float is exact in double: fused or not is the same. */
static inline vd add_square(vd sum, vf v)
{
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(v));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
    return (vd){_mm256_fmadd_pd(low, low, sum.low), _mm256_fmadd_pd(high, high, sum.high)};
}

static inline void store_double(double *p, vd v)
{
    _mm256_storeu_pd(p, v.low);
    _mm256_storeu_pd(p + 4, v.high);
}

#include "vector_functions.h"
#include "vector_loops.h"

const lm_vector_level *lm_vector_avx2(void)
{
    return &level;
}
#else
const lm_vector_level *lm_vector_avx2(void)
{
    return NULL;
}
#endif
