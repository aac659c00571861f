/* gemm_avx512.c - the kernels of matrix products with AVX-512: tiles of 14 x 32, in float, and in
 * bfloat16 with the instruction that takes pairs.
 *
 * That instruction (VDPBF16PS) adds the product of the odd elements of a pair to the sum, then
 * that of the even ones, each a fused multiply-add to nearest; numbers below the normal ones are
 * zero.  A last element without a partner is paired with zero, so here too the sum is the same for
 * every shape and zeros at the end change nothing.  Intel: Intel 64 and IA-32 Architectures
 * Software Developer's Manual, volume 2. */
#include "gemm_kernels.h"

#ifdef LM_GEMM_X86
#include <immintrin.h>

#define AVX512      __attribute__((target("avx512f")))
#define AVX512_BF16 __attribute__((target("avx512f,avx512bf16")))
#define INLINE      static inline __attribute__((always_inline, target("avx512f")))
#define INLINE_BF16 static inline __attribute__((always_inline, target("avx512f,avx512bf16")))

enum {
    ROWS = 14,
    COLUMNS = 32,
    LANES = 16,
    AHEAD = 8 /* stored rows to ask for */,
    STREAM = 4096 /* bytes */
};

/* ---- packing ---- */

/* The first n of 16 lanes, from lane `from` on. */
INLINE __mmask16 lanes(size_t n, size_t from)
{
    if (n <= from) return 0;
    if (n - from >= LANES) return 0xffff;
    return (__mmask16)((1u << (n - from)) - 1);
}

INLINE __m512i rounded(__m512i x)
{
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(x, 16), _mm512_set1_epi32(1));
    const __m512i up = _mm512_add_epi32(x, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __m512i nan = _mm512_or_si512(x, _mm512_set1_epi32(0x400000));
    const __m512 f = _mm512_castsi512_ps(x);
    const __mmask16 is_nan = _mm512_cmp_ps_mask(f, f, _CMP_UNORD_Q);
    return _mm512_and_si512(_mm512_mask_mov_epi32(up, is_nan, nan), _mm512_set1_epi32(-0x10000));
}

/* Pairs (elements 0 and 1, 2 and 3, ...) of 32 rounded elements. */
INLINE __m512i pairs_along(__m512i x, __m512i y)
{
    const __m512i low = _mm512_set1_epi64(0xffff), high = _mm512_set1_epi64(0xffff0000);
    x = _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi64(x, 16), low),
                        _mm512_and_si512(_mm512_srli_epi64(x, 32), high));
    y = _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi64(y, 16), low),
                        _mm512_and_si512(_mm512_srli_epi64(y, 32), high));
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(x)),
                              _mm512_cvtepi64_epi32(y), 1);
}

/* Pairs of an element of x with that of y. */
INLINE __m512i pairs_across(__m512i x, __m512i y)
{
    return _mm512_or_si512(_mm512_srli_epi32(x, 16), y);
}

INLINE void transpose(__m512i r[LANES])
{
    __m512i t[LANES];
    UNROLL for (int i = 0; i < 8; i++)
    {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    UNROLL for (int i = 0; i < 16; i += 4)
    {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    UNROLL for (int i = 0; i < 4; i++)
    {
        t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
        t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
        t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
        t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
    }
    UNROLL for (int i = 0; i < 4; i++)
    {
        r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
        r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
        r[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
        r[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
    }
}

/* 16 elements, or pairs, from the k-th on of a line that is a stored row. */
INLINE __m512i load_line(const float *from, size_t k, size_t depth, bool round, bool pairs)
{
    const size_t at = pairs ? 2 * k : k;
    __m512i x = _mm512_maskz_loadu_epi32(lanes(depth, at), from + at);
    if (round) x = rounded(x);
    if (!pairs) return x;
    const __m512i y = _mm512_maskz_loadu_epi32(lanes(depth, at + LANES), from + at + LANES);
    return pairs_along(x, rounded(y));
}

/* A panel of lines that are stored rows; `steps`: elements or pairs of a line. */
INLINE void pack_along(float *to, lm_gemm_lines l, size_t lines, size_t width, size_t depth,
                       bool round, bool pairs)
{
    const size_t steps = pairs ? (depth + 1) / 2 : depth;
    for (size_t j = 0; j < width; j += LANES)
        for (size_t k = 0; k < steps; k += LANES) {
            __m512i r[LANES];
            UNROLL for (size_t i = 0; i < LANES; i++) r[i] =
                j + i < lines ? load_line(l.from + (j + i) * l.stride, k, depth, round, pairs)
                              : _mm512_setzero_si512();
            transpose(r);
            UNROLL for (size_t i = 0; i < LANES; i++) if (k + i < steps)
                _mm512_mask_storeu_epi32(to + (k + i) * width + j, lanes(width, j), r[i]);
        }
}

/* A panel of lines of which a stored row holds one element each. */
INLINE void pack_across(float *to, lm_gemm_lines l, size_t lines, size_t width, size_t depth,
                        bool round, bool pairs)
{
    const size_t step = pairs ? 2 : 1;
    for (size_t k = 0; k < depth; k += step, to += width)
        for (size_t j = 0; j < width; j += LANES) {
            const float *from = l.from + k * l.stride + j;
            const __mmask16 there = lanes(lines, j);
            _mm_prefetch((const char *)(from + AHEAD * l.stride), _MM_HINT_T0);
            __m512i x = _mm512_maskz_loadu_epi32(there, from);
            if (round) x = rounded(x);
            if (pairs) {
                const __mmask16 also = k + 1 < depth ? there : 0;
                const __m512i y = _mm512_maskz_loadu_epi32(also, from + l.stride);
                x = pairs_across(x, rounded(y));
            }
            _mm512_mask_storeu_epi32(to + j, lanes(width, j), x);
        }
}

INLINE void pack(float *to, lm_gemm_lines from, size_t lines, size_t width, size_t depth,
                 bool round, bool pairs)
{
    for (size_t i = 0; i < lines; i += width, to += width * depth) {
        const size_t now = lines - i < width ? lines - i : width;
        if (from.across)
            pack_across(to, from, now, width, depth, round, pairs);
        else
            pack_along(to, from, now, width, depth, round, pairs);
        from.from += from.across ? width : width * from.stride;
    }
}

/* With `round` known to the compiler. */
INLINE void pack_lines(float *to, lm_gemm_lines from, size_t lines, size_t width, size_t depth)
{
    if (from.round)
        pack(to, from, lines, width, depth, true, false);
    else
        pack(to, from, lines, width, depth, false, false);
}

AVX512 static void pack_rows(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack_lines(to, from, lines, ROWS, depth);
}

AVX512 static void pack_columns(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack_lines(to, from, lines, COLUMNS, depth);
}

AVX512 static void pack_row_pairs(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack(to, from, lines, ROWS, depth, true, true);
}

AVX512 static void pack_column_pairs(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack(to, from, lines, COLUMNS, depth, true, true);
}

/* ---- tiles ---- */

INLINE void start(__m512 s[ROWS][2], const float *c, size_t ldc, const size_t rows, size_t m)
{
    UNROLL for (size_t i = 0; i < rows; i++)
    {
        s[i][0] = s[i][1] = _mm512_setzero_ps();
        if (i < m) {
            _mm_prefetch((const char *)(c + i * ldc), _MM_HINT_T0);
            _mm_prefetch((const char *)(c + i * ldc + LANES), _MM_HINT_T0);
            _mm_prefetch((const char *)(c + i * ldc + COLUMNS - 1), _MM_HINT_T0);
        }
    }
}

INLINE void finish(__m512 s[ROWS][2], float *c, size_t ldc, const size_t rows, size_t m, bool add)
{
    UNROLL for (size_t i = 0; i < rows; i++)
    {
        if (i < m && add) {
            s[i][0] = _mm512_add_ps(_mm512_loadu_ps(c + i * ldc), s[i][0]);
            s[i][1] = _mm512_add_ps(_mm512_loadu_ps(c + i * ldc + LANES), s[i][1]);
        }
        if (i < m) {
            _mm512_storeu_ps(c + i * ldc, s[i][0]);
            _mm512_storeu_ps(c + i * ldc + LANES, s[i][1]);
        }
    }
}

/* What the elements of a panel are. */
enum { FLOATS, HALVES, NUMBERS };

/* The columns of step k.  A single row streams panels from memory faster than the CPU foresees. */
INLINE void load_columns(__m512 y[2], const void *b, size_t k, const int elements)
{
    const size_t size = elements == FLOATS ? 4 : elements == HALVES ? 2 : 1;
    UNROLL for (size_t j = 0; j < COLUMNS * size; j += 64)
        _mm_prefetch((const char *)b + k * COLUMNS * size + STREAM + j, _MM_HINT_T0);
    UNROLL for (size_t j = 0; j < 2; j++)
    {
        const size_t at = k * COLUMNS + j * LANES;
        if (elements == FLOATS) y[j] = _mm512_loadu_ps((const float *)b + at);
        if (elements == HALVES) {
            const __m256i x = _mm256_loadu_si256((const void *)((const uint16_t *)b + at));
            y[j] = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16));
        }
        if (elements == NUMBERS) {
            const __m128i x = _mm_loadu_si128((const void *)((const int8_t *)b + at));
            y[j] = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(x));
        }
    }
}

/* The first m <= rows rows of a tile: the others, whose panel is zero there, are not stored. */
INLINE void sum_of(float *c, size_t ldc, const float *a, const void *b, const size_t rows, size_t m,
                   size_t depth, bool add, const int elements)
{
    __m512 s[ROWS][2];
    start(s, c, ldc, rows, m);
    for (size_t k = 0; k < depth; k++, a += ROWS) {
        __m512 y[2];
        load_columns(y, b, k, elements);
        UNROLL for (size_t i = 0; i < rows; i++)
        {
            const __m512 x = _mm512_set1_ps(a[i]);
            s[i][0] = _mm512_fmadd_ps(x, y[0], s[i][0]);
            s[i][1] = _mm512_fmadd_ps(x, y[1], s[i][1]);
        }
    }
    finish(s, c, ldc, rows, m, add);
}

INLINE void sum_tile(float *c, size_t ldc, const float *a, const void *b, const size_t rows,
                     size_t m, size_t depth, bool add)
{
    sum_of(c, ldc, a, b, rows, m, depth, add, FLOATS);
}

INLINE void sum_halves(float *c, size_t ldc, const float *a, const void *b, const size_t rows,
                       size_t m, size_t depth, bool add)
{
    sum_of(c, ldc, a, b, rows, m, depth, add, HALVES);
}

INLINE void sum_numbers(float *c, size_t ldc, const float *a, const void *b, const size_t rows,
                        size_t m, size_t depth, bool add)
{
    sum_of(c, ldc, a, b, rows, m, depth, add, NUMBERS);
}

INLINE_BF16 void sum_pairs(float *c, size_t ldc, const float *a, const float *b, const size_t rows,
                           size_t m, size_t depth, bool add)
{
    __m512 s[ROWS][2];
    start(s, c, ldc, rows, m);
    for (depth = (depth + 1) / 2; depth > 0; depth--, a += ROWS, b += COLUMNS) {
        const __m512bh b0 = (__m512bh)_mm512_loadu_ps(b), b1 = (__m512bh)_mm512_loadu_ps(b + LANES);
        UNROLL for (size_t i = 0; i < rows; i++)
        {
            const __m512bh x = (__m512bh)_mm512_set1_ps(a[i]);
            s[i][0] = _mm512_dpbf16_ps(s[i][0], x, b0);
            s[i][1] = _mm512_dpbf16_ps(s[i][1], x, b1);
        }
    }
    finish(s, c, ldc, rows, m, add);
}

/* The sum of m rows, of the smallest even number of rows that has them, or of one alone. */
#define EVEN_ROWS(sum)                                                                             \
    if (m == 1) {                                                                                  \
        sum(c, ldc, a, b, 1, 1, depth, add);                                                       \
        return;                                                                                    \
    }                                                                                              \
    switch ((m + 1) / 2) {                                                                         \
    case 1:                                                                                        \
        sum(c, ldc, a, b, 2, m, depth, add);                                                       \
        break;                                                                                     \
    case 2:                                                                                        \
        sum(c, ldc, a, b, 4, m, depth, add);                                                       \
        break;                                                                                     \
    case 3:                                                                                        \
        sum(c, ldc, a, b, 6, m, depth, add);                                                       \
        break;                                                                                     \
    case 4:                                                                                        \
        sum(c, ldc, a, b, 8, m, depth, add);                                                       \
        break;                                                                                     \
    case 5:                                                                                        \
        sum(c, ldc, a, b, 10, m, depth, add);                                                      \
        break;                                                                                     \
    case 6:                                                                                        \
        sum(c, ldc, a, b, 12, m, depth, add);                                                      \
        break;                                                                                     \
    default:                                                                                       \
        sum(c, ldc, a, b, 14, m, depth, add);                                                      \
    }

AVX512 static void tile(float *c, size_t ldc, const float *a, const float *b, size_t m,
                        size_t depth, bool add){EVEN_ROWS(sum_tile)}

AVX512_BF16 static void tile_pairs(float *c, size_t ldc, const float *a, const float *b, size_t m,
                                   size_t depth, bool add){EVEN_ROWS(sum_pairs)}

AVX512 static void tile_bf16(float *c, size_t ldc, const float *a, const uint16_t *b, size_t m,
                             size_t depth, bool add){EVEN_ROWS(sum_halves)}

AVX512 static void tile_int8(float *c, size_t ldc, const float *a, const int8_t *b, size_t m,
                             size_t depth, bool add){EVEN_ROWS(sum_numbers)}

AVX512 static void add(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask16 there = lanes(n, i);
        const __m512 sum =
            _mm512_add_ps(_mm512_maskz_loadu_ps(there, y + i), _mm512_maskz_loadu_ps(there, x + i));
        _mm512_mask_storeu_ps(y + i, there, sum);
    }
}

const lm_gemm_kernels lm_gemm_avx512 = {.rows = ROWS,
                                        .columns = COLUMNS,
                                        .pack_rows = pack_rows,
                                        .pack_columns = pack_columns,
                                        .tile = tile,
                                        .pack_few = lm_gemm_pack_few_avx2,
                                        .sum_few = lm_gemm_sum_few_avx2,
                                        .few = 6,
                                        .add = add,
                                        .tile_bf16 = tile_bf16,
                                        .tile_int8 = tile_int8};

/* There is nothing for few rows: at this level the sum of pairs is the definition. */
const lm_gemm_kernels lm_gemm_avx512bf16 = {.rows = ROWS,
                                            .columns = COLUMNS,
                                            .pack_rows = pack_row_pairs,
                                            .pack_columns = pack_column_pairs,
                                            .tile = tile_pairs,
                                            .add = add};
#endif
