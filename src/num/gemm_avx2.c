/* gemm_avx2.c - the kernels of matrix products with AVX2 and FMA: tiles of 6 x 16. */
#include "gemm_kernels.h"

#ifdef LM_GEMM_X86
#include <immintrin.h>

#define AVX2   __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline, target("avx2,fma")))

enum {
    ROWS = 6,
    COLUMNS = 16,
    LANES = 8,
    LINE = 16,        /* elements of a cache line */
    AHEAD = 8,        /* stored rows, to ask for before they are packed */
    ROW_PANELS = 8,   /* packed together from rows that hold an element of every line, so that */
    COLUMN_PANELS = 4 /* whole cache lines are read */
};

/* ---- packing ---- */

INLINE __m256 rounded(__m256 x)
{
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i up = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    const __m256i nan = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256 is_nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
    const __m256 y = _mm256_blendv_ps(_mm256_castsi256_ps(up), _mm256_castsi256_ps(nan), is_nan);
    return _mm256_and_ps(y, _mm256_castsi256_ps(_mm256_set1_epi32(-0x10000)));
}

/* The first n lanes. */
INLINE __m256i mask(size_t n)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lane);
}

INLINE __m256 load_two(const float *lower, const float *upper)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(lower)), _mm_loadu_ps(upper),
                                1);
}

/* Elements k .. k+4 of lines 0-3 in the lower halves, of lines 4-7 in the upper; of 6 lines, what
 * would be the last two may be anything.  Few addresses reach all lines. */
INLINE void load_halves(__m256 r[4], const float *from, size_t stride, size_t lines)
{
    const float *third = from + 3 * stride, *sixth = lines > 6 ? third + 3 * stride : third;
    r[0] = load_two(from, from + 4 * stride);
    r[1] = load_two(from + stride, third + 2 * stride);
    r[2] = load_two(from + 2 * stride, sixth);
    r[3] = load_two(third, lines > 6 ? third + 4 * stride : third);
}

/* From rows to columns, in either half. */
INLINE void transpose_halves(__m256 r[4])
{
    const __m256 t0 = _mm256_unpacklo_ps(r[0], r[1]), t1 = _mm256_unpackhi_ps(r[0], r[1]);
    const __m256 t2 = _mm256_unpacklo_ps(r[2], r[3]), t3 = _mm256_unpackhi_ps(r[2], r[3]);
    r[0] = _mm256_shuffle_ps(t0, t2, 0x44);
    r[1] = _mm256_shuffle_ps(t0, t2, 0xee);
    r[2] = _mm256_shuffle_ps(t1, t3, 0x44);
    r[3] = _mm256_shuffle_ps(t1, t3, 0xee);
}

/* r[k] = elements k of `lines` (6 or 8) lines that are stored rows. */
INLINE void load_lines(__m256 r[LANES], const float *from, size_t stride, size_t lines, bool round)
{
    load_halves(r, from, stride, lines);
    load_halves(r + 4, from + 4, stride, lines);
    transpose_halves(r);
    transpose_halves(r + 4);
    if (round) {
        UNROLL for (size_t k = 0; k < LANES; k++) r[k] = rounded(r[k]);
    }
}

/* A row of 8 elements of a panel, or the 6 it has; the next row goes over what is too much. */
INLINE void store(float *to, __m256 x, size_t width, bool last)
{
    if (width >= LANES || !last) {
        _mm256_storeu_ps(to, x);
        return;
    }
    _mm_storeu_ps(to, _mm256_castps256_ps128(x));
    _mm_storel_pi((__m64 *)(void *)(to + 4), _mm256_extractf128_ps(x, 1));
}

/* 8 (6 where the panel is so wide) lines of a panel, `lines` of which are there. */
INLINE void pack_along(float *to, const float *from, size_t stride, size_t lines, size_t width,
                       size_t depth, bool round)
{
    const size_t full = width < LANES ? width : LANES;
    __m256 r[LANES];
    size_t k = 0;
    for (; lines >= full && k + LANES <= depth; k += LANES) {
        load_lines(r, from + k, stride, full, round);
        const bool last = k + LANES == depth;
        UNROLL for (size_t i = 0; i < LANES; i++)
            store(to + (k + i) * width, r[i], width, last && i == LANES - 1);
    }
    for (; k < depth; k++)
        for (size_t i = 0; i < full; i++) {
            const float x = i < lines ? from[i * stride + k] : 0;
            to[k * width + i] = round ? lm_gemm_bf16(x) : x;
        }
}

/* A row of a panel; `lines` of its elements are there. */
INLINE void copy(float *to, const float *from, size_t lines, size_t width, bool round)
{
    for (size_t i = 0; i < width; i += LANES) {
        __m256 x = lines >= i + LANES ? _mm256_loadu_ps(from + i) : _mm256_setzero_ps();
        if (lines > i && lines < i + LANES) x = _mm256_maskload_ps(from + i, mask(lines - i));
        store(to + i, round ? rounded(x) : x, width - i, true);
    }
}

/* The same of a panel that is not the last: there are 8 elements to read. */
INLINE void copy_full(float *to, const float *from, size_t width, bool round, bool last)
{
    for (size_t i = 0; i < width; i += LANES) {
        const __m256 x = _mm256_loadu_ps(from + i);
        store(to + i, round ? rounded(x) : x, width - i, last);
    }
}

INLINE void pack_across(float *to, const float *from, size_t stride, size_t lines, size_t width,
                        size_t depth, bool round)
{
    const size_t padded = (width + LANES - 1) / LANES * LANES;
    for (size_t k = 0; k < depth; k++, from += stride, to += width) {
        const bool last = k + 1 == depth;
        size_t i = 0;
        for (; i < lines; i += LINE)
            _mm_prefetch((const char *)(from + AHEAD * stride + i), _MM_HINT_T0);
        for (i = 0; i + padded <= lines; i += width)
            copy_full(to + i * depth, from + i, width, round, last);
        for (; i < lines; i += width)
            copy(to + i * depth, from + i, lines - i < width ? lines - i : width, width, round);
    }
}

INLINE void pack(float *to, lm_gemm_lines from, size_t lines, size_t width, size_t panels,
                 size_t depth, bool round)
{
    const size_t step = from.across ? width * panels : width;
    for (size_t i = 0; i < lines; i += step) {
        const size_t rest = lines - i < step ? lines - i : step;
        if (from.across) {
            pack_across(to, from.from + i, from.stride, rest, width, depth, round);
        } else {
            const float *at = from.from + i * from.stride;
            for (size_t j = 0; j < width; j += LANES) {
                const size_t left = rest < j ? 0 : rest - j;
                pack_along(to + j, at + (left ? j * from.stride : 0), from.stride,
                           left < LANES ? left : LANES, width, depth, round);
            }
        }
        to += step * depth;
    }
}

/* With `round` known to the compiler. */
INLINE void pack_lines(float *to, lm_gemm_lines from, size_t lines, size_t width, size_t panels,
                       size_t depth)
{
    if (from.round)
        pack(to, from, lines, width, panels, depth, true);
    else
        pack(to, from, lines, width, panels, depth, false);
}

AVX2 void lm_gemm_pack_few_avx2(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack_lines(to, from, lines, ROWS, ROW_PANELS, depth);
}

AVX2 static void pack_columns(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack_lines(to, from, lines, COLUMNS, COLUMN_PANELS, depth);
}

/* ---- tiles ---- */

/* What the elements of a panel are. */
enum { FLOATS, HALVES, NUMBERS };

/* 8 columns of a step. */
INLINE __m256 load_columns(const void *b, size_t at, const int elements)
{
    if (elements == HALVES) {
        const __m128i x = _mm_loadu_si128((const void *)((const uint16_t *)b + at));
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(x), 16));
    }
    if (elements == NUMBERS) {
        const __m128i x = _mm_loadl_epi64((const void *)((const int8_t *)b + at));
        return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(x));
    }
    return _mm256_loadu_ps((const float *)b + at);
}

INLINE void add_step(__m256 s[ROWS][2], const float *a, const void *b, size_t k, const size_t m,
                     const size_t vectors, const int elements)
{
    __m256 y[2];
    UNROLL for (size_t j = 0; j < vectors; j++) y[j] =
        load_columns(b, k * COLUMNS + j * LANES, elements);
    UNROLL for (size_t i = 0; i < m; i++)
    {
        const __m256 x = _mm256_broadcast_ss(a + k * ROWS + i);
        UNROLL for (size_t j = 0; j < vectors; j++) s[i][j] = _mm256_fmadd_ps(x, y[j], s[i][j]);
    }
}

/* m rows of one or two vectors. */
INLINE void sum_of(float *c, size_t ldc, const float *a, const void *b, const size_t m,
                   const size_t vectors, size_t depth, bool add, const int elements)
{
    __m256 s[ROWS][2];
    UNROLL for (size_t i = 0; i < m; i++)
    {
        s[i][0] = s[i][1] = _mm256_setzero_ps();
        _mm_prefetch((const char *)(c + i * ldc), _MM_HINT_T0);
        _mm_prefetch((const char *)(c + i * ldc + vectors * LANES - 1), _MM_HINT_T0);
    }
    size_t k = 0;
    for (; k + 4 <= depth; k += 4) {
        UNROLL for (size_t n = 0; n < 4; n++) add_step(s, a, b, k + n, m, vectors, elements);
    }
    for (; k < depth; k++) add_step(s, a, b, k, m, vectors, elements);
    UNROLL for (size_t i = 0; i < m; i++, c += ldc)
    {
        UNROLL for (size_t j = 0; j < vectors; j++)
        {
            if (add) s[i][j] = _mm256_add_ps(_mm256_loadu_ps(c + j * LANES), s[i][j]);
            _mm256_storeu_ps(c + j * LANES, s[i][j]);
        }
    }
}

/* CASE(m) for every m. */
#define FOR_ROWS(m)                                                                                \
    switch (m) {                                                                                   \
        CASE(1);                                                                                   \
        CASE(2);                                                                                   \
        CASE(3);                                                                                   \
        CASE(4);                                                                                   \
        CASE(5);                                                                                   \
        CASE(6);                                                                                   \
    }

#define CASE(m)                                                                                    \
    case m:                                                                                        \
        sum_of(c, ldc, a, b, m, vectors, depth, add, elements);                                    \
        break
INLINE void sum_rows(float *c, size_t ldc, const float *a, const void *b, size_t m,
                     const size_t vectors, size_t depth, bool add, const int elements)
{
    FOR_ROWS(m)
}
#undef CASE

AVX2 static void tile(float *c, size_t ldc, const float *a, const float *b, size_t m, size_t depth,
                      bool add)
{
    sum_rows(c, ldc, a, b, m, 2, depth, add, FLOATS);
}

AVX2 static void half_tile(float *c, size_t ldc, const float *a, const float *b, size_t m,
                           size_t depth, bool add)
{
    sum_rows(c, ldc, a, b, m, 1, depth, add, FLOATS);
}

AVX2 static void tile_bf16(float *c, size_t ldc, const float *a, const uint16_t *b, size_t m,
                           size_t depth, bool add)
{
    sum_rows(c, ldc, a, b, m, 2, depth, add, HALVES);
}

AVX2 static void tile_int8(float *c, size_t ldc, const float *a, const int8_t *b, size_t m,
                           size_t depth, bool add)
{
    sum_rows(c, ldc, a, b, m, 2, depth, add, NUMBERS);
}

/* ---- one row ---- */

INLINE void sum_row(float *c, const float *a, const unsigned char *b, size_t next, size_t depth,
                    bool add, const int elements)
{
    enum { PANELS = LM_GEMM_ROW_PANELS };
    __m256 s[PANELS][2];
    UNROLL for (size_t p = 0; p < PANELS; p++) s[p][0] = s[p][1] = _mm256_setzero_ps();
    for (size_t k = 0; k < depth; k++) {
        const __m256 x = _mm256_broadcast_ss(a + k * ROWS);
        UNROLL for (size_t p = 0; p < PANELS; p++)
        {
            UNROLL for (size_t j = 0; j < 2; j++)
            {
                const __m256 y = load_columns(b + p * next, k * COLUMNS + j * LANES, elements);
                s[p][j] = _mm256_fmadd_ps(x, y, s[p][j]);
            }
        }
    }
    UNROLL for (size_t p = 0; p < PANELS; p++)
    {
        UNROLL for (size_t j = 0; j < 2; j++, c += LANES)
        {
            if (add) s[p][j] = _mm256_add_ps(_mm256_loadu_ps(c), s[p][j]);
            _mm256_storeu_ps(c, s[p][j]);
        }
    }
}

AVX2 static void row(float *c, const float *a, const float *b, size_t next, size_t depth, bool add)
{
    sum_row(c, a, (const unsigned char *)b, next, depth, add, FLOATS);
}

AVX2 static void row_bf16(float *c, const float *a, const uint16_t *b, size_t next, size_t depth,
                          bool add)
{
    sum_row(c, a, (const unsigned char *)b, next, depth, add, HALVES);
}

AVX2 static void row_int8(float *c, const float *a, const int8_t *b, size_t next, size_t depth,
                          bool add)
{
    sum_row(c, a, (const unsigned char *)b, next, depth, add, NUMBERS);
}

/* ---- few rows: columns are read once, so they are not worth packing ---- */

/* Rows of op(B) are stored rows: all sums stay in the first-level cache while `step` of them
 * stream by. */
INLINE void sum_across(float *sums, size_t stride, const float *a, const size_t m, lm_gemm_lines b,
                       size_t n, const size_t step)
{
    __m256 x[LANES][ROWS];
    UNROLL for (size_t k = 0; k < step; k++)
    {
        UNROLL for (size_t i = 0; i < m; i++) x[k][i] = _mm256_broadcast_ss(a + k * ROWS + i);
    }
    for (size_t j = 0; j < n; j += LANES) {
        __m256 y[LANES];
        UNROLL for (size_t k = 0; k < step; k++)
        {
            const float *from = b.from + k * b.stride + j;
            y[k] = n - j >= LANES ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, mask(n - j));
            if (b.round) y[k] = rounded(y[k]);
        }
        UNROLL for (size_t i = 0; i < m; i++)
        {
            __m256 s = _mm256_loadu_ps(sums + i * stride + j);
            UNROLL for (size_t k = 0; k < step; k++) s = _mm256_fmadd_ps(x[k][i], y[k], s);
            _mm256_storeu_ps(sums + i * stride + j, s);
        }
    }
}

INLINE void sum_few_across(float *sums, size_t stride, const float *a, const size_t m,
                           lm_gemm_lines b, size_t n, size_t depth)
{
    const size_t step = m == 1 ? 8 : m <= 3 ? 4 : 2;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j += LANES)
            _mm256_storeu_ps(sums + i * stride + j, _mm256_setzero_ps());
    for (; depth >= step; depth -= step, a += step * ROWS, b.from += step * b.stride)
        sum_across(sums, stride, a, m, b, n, step);
    for (; depth > 0; depth--, a += ROWS, b.from += b.stride)
        sum_across(sums, stride, a, m, b, n, 1);
}

/* Columns of op(B) are stored rows: `groups` times 8 of them, transposed on their way, four k at a
 * time. */
INLINE void sum_along(float *sums, size_t stride, const float *a, const size_t m, lm_gemm_lines b,
                      const size_t groups, size_t depth)
{
    __m256 s[2][ROWS], r[4];
    UNROLL for (size_t g = 0; g < groups; g++)
    {
        UNROLL for (size_t i = 0; i < m; i++) s[g][i] = _mm256_setzero_ps();
    }
    for (; depth >= 4; depth -= 4, b.from += 4, a += 4 * ROWS) {
        UNROLL for (size_t g = 0; g < groups; g++)
        {
            load_halves(r, b.from + g * LANES * b.stride, b.stride, LANES);
            transpose_halves(r);
            UNROLL for (size_t k = 0; k < 4; k++)
            {
                if (b.round) r[k] = rounded(r[k]);
                UNROLL for (size_t i = 0; i < m; i++)
                {
                    const __m256 x = _mm256_broadcast_ss(a + k * ROWS + i);
                    s[g][i] = _mm256_fmadd_ps(x, r[k], s[g][i]);
                }
            }
        }
    }
    for (size_t k = 0; k < depth; k++, a += ROWS) {
        UNROLL for (size_t g = 0; g < groups; g++)
        {
            const float *from = b.from + g * LANES * b.stride + k;
            const size_t l = b.stride;
            __m256 y = _mm256_setr_ps(from[0], from[l], from[2 * l], from[3 * l], from[4 * l],
                                      from[5 * l], from[6 * l], from[7 * l]);
            if (b.round) y = rounded(y);
            UNROLL for (size_t i = 0; i < m; i++) s[g][i] =
                _mm256_fmadd_ps(_mm256_broadcast_ss(a + i), y, s[g][i]);
        }
    }
    UNROLL for (size_t g = 0; g < groups; g++)
    {
        UNROLL for (size_t i = 0; i < m; i++)
            _mm256_storeu_ps(sums + i * stride + g * LANES, s[g][i]);
    }
}

/* The same of fewer than 8. */
INLINE void sum_rest_along(float *sums, size_t stride, const float *a, const size_t m,
                           lm_gemm_lines b, size_t n, size_t depth)
{
    for (size_t j = 0; j < n; j++) {
        __m128 s[ROWS];
        UNROLL for (size_t i = 0; i < m; i++) s[i] = _mm_setzero_ps();
        for (size_t k = 0; k < depth; k++) {
            __m128 y = _mm_load_ss(b.from + j * b.stride + k);
            if (b.round) y = _mm256_castps256_ps128(rounded(_mm256_castps128_ps256(y)));
            UNROLL for (size_t i = 0; i < m; i++) s[i] =
                _mm_fmadd_ss(_mm_load_ss(a + k * ROWS + i), y, s[i]);
        }
        UNROLL for (size_t i = 0; i < m; i++) sums[i * stride + j] = _mm_cvtss_f32(s[i]);
    }
}

INLINE void sum_few_along(float *sums, size_t stride, const float *a, const size_t m,
                          lm_gemm_lines b, size_t n, size_t depth)
{
    const size_t groups = m <= 4 ? 2 : 1, columns = groups * LANES;
    for (; n >= columns; n -= columns, sums += columns, b.from += columns * b.stride)
        sum_along(sums, stride, a, m, b, groups, depth);
    for (; n >= LANES; n -= LANES, sums += LANES, b.from += LANES * b.stride)
        sum_along(sums, stride, a, m, b, 1, depth);
    sum_rest_along(sums, stride, a, m, b, n, depth);
}

INLINE void sum_few_of(float *sums, size_t stride, const float *a, const size_t m, lm_gemm_lines b,
                       size_t n, size_t depth)
{
    lm_gemm_lines plain = b;
    plain.round = false;
    if (b.across && b.round)
        sum_few_across(sums, stride, a, m, b, n, depth);
    else if (b.across)
        sum_few_across(sums, stride, a, m, plain, n, depth);
    else if (b.round)
        sum_few_along(sums, stride, a, m, b, n, depth);
    else
        sum_few_along(sums, stride, a, m, plain, n, depth);
}

#define CASE(m)                                                                                    \
    case m:                                                                                        \
        sum_few_of(sums, stride, a, m, b, n, depth);                                               \
        break

AVX2 void lm_gemm_sum_few_avx2(float *sums, size_t stride, const float *a, size_t m,
                               lm_gemm_lines b, size_t n, size_t depth){FOR_ROWS(m)}

AVX2 static void add(float *y, const float *x, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        _mm256_storeu_ps(y + i, _mm256_add_ps(_mm256_loadu_ps(y + i), _mm256_loadu_ps(x + i)));
    for (; i < n; i++) y[i] += x[i];
}

const lm_gemm_kernels lm_gemm_avx2 = {.rows = ROWS,
                                      .columns = COLUMNS,
                                      .pack_rows = lm_gemm_pack_few_avx2,
                                      .pack_columns = pack_columns,
                                      .tile = tile,
                                      .half_tile = half_tile,
                                      .pack_few = lm_gemm_pack_few_avx2,
                                      .sum_few = lm_gemm_sum_few_avx2,
                                      .few = ROWS,
                                      .add = add,
                                      .tile_bf16 = tile_bf16,
                                      .tile_int8 = tile_int8,
                                      .row = row,
                                      .row_bf16 = row_bf16,
                                      .row_int8 = row_int8};
#endif
