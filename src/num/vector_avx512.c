/* vector_avx512.c - the functions of vectors in AVX-512. */
#include "vector_level.h"

#if defined(__AVX512F__) && defined(__AVX512DQ__) && !defined(LM_DOUBLE)
#include <immintrin.h>
#include <stdint.h>

enum { WIDTH = 16 };
typedef __m512 vf;
typedef __m512i vi;
typedef __mmask16 vm;
typedef struct {
    __m512d low, high;
} vd;

static inline vf load(const float *p)
{
    return _mm512_loadu_ps(p);
}

static inline void store(float *p, vf v)
{
    _mm512_storeu_ps(p, v);
}

static inline vf all(float v)
{
    return _mm512_set1_ps(v);
}

static inline vf add(vf a, vf b)
{
    return _mm512_add_ps(a, b);
}

static inline vf sub(vf a, vf b)
{
    return _mm512_sub_ps(a, b);
}

static inline vf mul(vf a, vf b)
{
    return _mm512_mul_ps(a, b);
}

static inline vf divide(vf a, vf b)
{
    return _mm512_div_ps(a, b);
}

static inline vf root(vf v)
{
    return _mm512_sqrt_ps(v);
}

static inline vf fmadd(vf a, vf b, vf c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline vf fnmadd(vf a, vf b, vf c)
{
    return _mm512_fnmadd_ps(a, b, c);
}

static inline vf larger(vf a, vf b)
{
    return _mm512_max_ps(a, b);
}

static inline vf smaller(vf a, vf b)
{
    return _mm512_min_ps(a, b);
}

static inline vm less(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

static inline vm is_nan(vf v)
{
    return _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
}

static inline vm either(vm a, vm b)
{
    return (vm)(a | b);
}

static inline bool any(vm m)
{
    return m != 0;
}

static inline vf choose(vm m, vf a, vf b)
{
    return _mm512_mask_blend_ps(m, b, a);
}

static inline vi ints(uint32_t v)
{
    return _mm512_set1_epi32((int)v);
}

static inline vi bits(vf v)
{
    return _mm512_castps_si512(v);
}

static inline vf from_bits(vi i)
{
    return _mm512_castsi512_ps(i);
}

static inline vf to_float(vi i)
{
    return _mm512_cvtepi32_ps(i);
}

static inline vi add_ints(vi a, vi b)
{
    return _mm512_add_epi32(a, b);
}

static inline vi sub_ints(vi a, vi b)
{
    return _mm512_sub_epi32(a, b);
}

static inline vi both_bits(vi a, vi b)
{
    return _mm512_and_si512(a, b);
}

static inline vi either_bits(vi a, vi b)
{
    return _mm512_or_si512(a, b);
}

static inline vi shift_left(vi i, unsigned n)
{
    return _mm512_sll_epi32(i, _mm_cvtsi32_si128((int)n));
}

static inline vi shift_right(vi i, unsigned n)
{
    return _mm512_srl_epi32(i, _mm_cvtsi32_si128((int)n));
}

static inline __m128 quarter_sum(vf v)
{
    const __m256 low = _mm512_castps512_ps256(v), high = _mm512_extractf32x8_ps(v, 1);
    const __m256 half = _mm256_add_ps(low, high);
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
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
    return (vd){_mm512_setzero_pd(), _mm512_setzero_pd()};
}

/* The square of a float is exact in double: fused or not is the same. */
static inline vd add_square(vd sum, vf v)
{
    const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
    const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
    return (vd){_mm512_fmadd_pd(low, low, sum.low), _mm512_fmadd_pd(high, high, sum.high)};
}

static inline void store_double(double *p, vd v)
{
    _mm512_storeu_pd(p, v.low);
    _mm512_storeu_pd(p + 8, v.high);
}

#include "vector_functions.h"
#include "vector_loops.h"

const lm_vector_level *lm_vector_avx512(void)
{
    return &level;
}
#else
const lm_vector_level *lm_vector_avx512(void)
{
    return NULL;
}
#endif
