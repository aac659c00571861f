/* gemm_neon.c - the kernels of matrix products with NEON: tiles of 8 x 12. */
#include "gemm_kernels.h"

#ifdef LM_GEMM_NEON
#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))

enum { ROWS = 8, COLUMNS = 12, LANES = 4 };

/* ---- packing ---- */

INLINE float32x4_t rounded(float32x4_t x)
{
    const uint32x4_t bits = vreinterpretq_u32_f32(x);
    const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t up = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
    const uint32x4_t nan = vorrq_u32(bits, vdupq_n_u32(0x400000));
    const uint32x4_t y = vbslq_u32(vceqq_f32(x, x), up, nan);
    return vreinterpretq_f32_u32(vandq_u32(y, vdupq_n_u32(0xffff0000)));
}

/* Up to 4 elements, then zeros. */
INLINE float32x4_t load(const float *from, size_t n, bool round)
{
    float some[LANES] = {0};
    for (size_t i = 0; n < LANES && i < n; i++) some[i] = from[i];
    const float32x4_t x = vld1q_f32(n < LANES ? some : from);
    return round ? rounded(x) : x;
}

INLINE void transpose(float32x4_t r[LANES])
{
    const float32x4_t t0 = vtrn1q_f32(r[0], r[1]), t1 = vtrn2q_f32(r[0], r[1]);
    const float32x4_t t2 = vtrn1q_f32(r[2], r[3]), t3 = vtrn2q_f32(r[2], r[3]);
    r[0] = vcombine_f32(vget_low_f32(t0), vget_low_f32(t2));
    r[1] = vcombine_f32(vget_low_f32(t1), vget_low_f32(t3));
    r[2] = vcombine_f32(vget_high_f32(t0), vget_high_f32(t2));
    r[3] = vcombine_f32(vget_high_f32(t1), vget_high_f32(t3));
}

/* Four lines of a panel, `lines` of which are there, that are stored rows. */
INLINE void pack_along(float *to, lm_gemm_lines l, size_t lines, size_t width, size_t depth,
                       bool round)
{
    for (size_t k = 0; k < depth; k += LANES) {
        float32x4_t r[LANES];
        UNROLL for (size_t i = 0; i < LANES; i++) r[i] =
            i < lines ? load(l.from + i * l.stride + k, depth - k, round) : vdupq_n_f32(0);
        transpose(r);
        for (size_t i = 0; i < LANES && k + i < depth; i++) vst1q_f32(to + (k + i) * width, r[i]);
    }
}

INLINE void pack_across(float *to, lm_gemm_lines l, size_t lines, size_t width, size_t depth,
                        bool round)
{
    for (size_t k = 0; k < depth; k++)
        vst1q_f32(to + k * width,
                  lines > 0 ? load(l.from + k * l.stride, lines, round) : vdupq_n_f32(0));
}

INLINE void pack(float *to, lm_gemm_lines from, size_t lines, size_t width, size_t depth,
                 bool round)
{
    const size_t padded = (lines + width - 1) / width * width;
    for (size_t i = 0; i < padded; i += LANES) {
        float *at = to + i / width * width * depth + i % width;
        lm_gemm_lines l = from;
        const size_t left = i < lines ? lines - i : 0;
        if (left) l.from += from.across ? i : i * from.stride;
        if (from.across)
            pack_across(at, l, left, width, depth, round);
        else
            pack_along(at, l, left, width, depth, round);
    }
}

/* With `round` known to the compiler. */
INLINE void pack_lines(float *to, lm_gemm_lines from, size_t lines, size_t width, size_t depth)
{
    if (from.round)
        pack(to, from, lines, width, depth, true);
    else
        pack(to, from, lines, width, depth, false);
}

static void pack_rows(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack_lines(to, from, lines, ROWS, depth);
}

static void pack_columns(float *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack_lines(to, from, lines, COLUMNS, depth);
}

/* ---- tiles ---- */

/* One row of a tile: its element of op(A) is a lane of x. */
#define ADD_ROW(i, x, lane)                                                                        \
    do {                                                                                           \
        if ((i) < rows) {                                                                          \
            s[i][0] = vfmaq_laneq_f32(s[i][0], b0, x, lane);                                       \
            s[i][1] = vfmaq_laneq_f32(s[i][1], b1, x, lane);                                       \
            s[i][2] = vfmaq_laneq_f32(s[i][2], b2, x, lane);                                       \
        }                                                                                          \
    } while (0)

INLINE void add_step(float32x4_t s[ROWS][3], const float *a, const float *b, const size_t rows)
{
    const float32x4_t b0 = vld1q_f32(b), b1 = vld1q_f32(b + 4), b2 = vld1q_f32(b + 8);
    const float32x4_t low = vld1q_f32(a), high = vld1q_f32(a + 4);
    ADD_ROW(0, low, 0);
    ADD_ROW(1, low, 1);
    ADD_ROW(2, low, 2);
    ADD_ROW(3, low, 3);
    ADD_ROW(4, high, 0);
    ADD_ROW(5, high, 1);
    ADD_ROW(6, high, 2);
    ADD_ROW(7, high, 3);
}

/* The first m <= rows rows of a tile: the others, whose panel is zero there, are not stored. */
INLINE void sum_tile(float *c, size_t ldc, const float *a, const float *b, const size_t rows,
                     size_t m, size_t depth, bool add)
{
    float32x4_t s[ROWS][3];
    UNROLL for (size_t i = 0; i < rows; i++) s[i][0] = s[i][1] = s[i][2] = vdupq_n_f32(0);
    for (; depth > 0; depth--, a += ROWS, b += COLUMNS) add_step(s, a, b, rows);
    UNROLL for (size_t i = 0; i < rows; i++, c += ldc)
    {
        if (i >= m) break;
        UNROLL for (size_t j = 0; j < 3; j++)
        {
            if (add) s[i][j] = vaddq_f32(vld1q_f32(c + j * LANES), s[i][j]);
            vst1q_f32(c + j * LANES, s[i][j]);
        }
    }
}

static void tile(float *c, size_t ldc, const float *a, const float *b, size_t m, size_t depth,
                 bool add)
{
    if (m == 1)
        sum_tile(c, ldc, a, b, 1, m, depth, add);
    else if (m <= 4)
        sum_tile(c, ldc, a, b, 4, m, depth, add);
    else
        sum_tile(c, ldc, a, b, ROWS, m, depth, add);
}

static void add(float *y, const float *x, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        vst1q_f32(y + i, vaddq_f32(vld1q_f32(y + i), vld1q_f32(x + i)));
    for (; i < n; i++) y[i] += x[i];
}

const lm_gemm_kernels lm_gemm_neon = {.rows = ROWS,
                                      .columns = COLUMNS,
                                      .pack_rows = pack_rows,
                                      .pack_columns = pack_columns,
                                      .tile = tile,
                                      .add = add};
#endif
