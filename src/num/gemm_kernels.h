/* gemm_kernels.h - what a CPU level gives to matrix products: packing, and sums of tiles.
 *
 * The sum that defines a product, the same at every level (but bfloat16 with its instruction,
 * see gemm_avx512.c): k is cut into blocks that start at multiples of LM_GEMM_DEPTH; the sum of a
 * block is a chain of fused multiply-adds from zero, k ascending; the sums of the blocks are added
 * one after the other.  Zeros after the end of an operand change nothing.
 *
 * A line is a row of op(A) or a column of op(B).  A panel holds `rows` or `columns` lines of one
 * block, side by side: the elements of all lines for the first k, then for the next; missing
 * lines are zero.  Where the instruction takes pairs, a pair of rounded elements is the element. */
#ifndef GEMM_KERNELS_H
#define GEMM_KERNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/real.h"

#if !defined(LM_DOUBLE) && defined(__GNUC__)
#if defined(__x86_64__)
#define LM_GEMM_X86
#elif defined(__aarch64__) && !defined(__ARM_BIG_ENDIAN)
#define LM_GEMM_NEON
#endif
#endif

/* Before a loop of few rounds, known to the compiler. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

enum {
    LM_GEMM_DEPTH = 512,
    LM_GEMM_MAX_COLUMNS = 32, /* of a tile */
    LM_GEMM_MAX_ROWS = 14,
    LM_GEMM_ROW_PANELS = 4
};

/* Lines as they lie in memory. */
typedef struct {
    const lm_real *from;
    size_t stride; /* from one stored row to the next */
    bool across;   /* a stored row holds one element of every line, else it is a line */
    bool round;    /* to bfloat16 */
} lm_gemm_lines;

typedef struct {
    size_t rows, columns; /* of a tile */

    /* Packs `lines` lines of a block of `depth`, panel after panel, each rows x depth (columns x
     * depth) elements long. */
    void (*pack_rows)(lm_real *to, lm_gemm_lines from, size_t lines, size_t depth);
    void (*pack_columns)(lm_real *to, lm_gemm_lines from, size_t lines, size_t depth);

    /* C (m, columns) = or += the sum of a block, m <= rows. */
    void (*tile)(lm_real *c, size_t ldc, const lm_real *a, const lm_real *b, size_t m, size_t depth,
                 bool add);
    /* The same of the first half of the columns; NULL: there is none. */
    void (*half_tile)(lm_real *c, size_t ldc, const lm_real *a, const lm_real *b, size_t m,
                      size_t depth, bool add);

    /* sums (m, n), stored `stride` apart, a multiple of 8 >= n, = the sum of a block over columns
     * that are not packed, m <= few; a: a panel of that many rows.  NULL: there is none. */
    void (*sum_few)(lm_real *sums, size_t stride, const lm_real *a, size_t m, lm_gemm_lines b,
                    size_t n, size_t depth);
    void (*pack_few)(lm_real *to, lm_gemm_lines from, size_t lines, size_t depth);
    size_t few;

    void (*add)(lm_real *y, const lm_real *x, size_t n); /* y (n) += x */

    /* tile of a panel whose elements are narrow: upper halves of floats, and whole numbers.  NULL:
     * there is none. */
    void (*tile_bf16)(lm_real *c, size_t ldc, const lm_real *a, const uint16_t *b, size_t m,
                      size_t depth, bool add);
    void (*tile_int8)(lm_real *c, size_t ldc, const lm_real *a, const int8_t *b, size_t m,
                      size_t depth, bool add);

    /* One row of C over LM_GEMM_ROW_PANELS panels, whose blocks lie `next` bytes apart: where the
     * sums of one panel alone would wait for one another.  NULL: there is none. */
    void (*row)(lm_real *c, const lm_real *a, const lm_real *b, size_t next, size_t depth,
                bool add);
    void (*row_bf16)(lm_real *c, const lm_real *a, const uint16_t *b, size_t next, size_t depth,
                     bool add);
    void (*row_int8)(lm_real *c, const lm_real *a, const int8_t *b, size_t next, size_t depth,
                     bool add);
} lm_gemm_kernels;

extern const lm_gemm_kernels lm_gemm_ref;
const lm_gemm_kernels *lm_gemm_kernels_now(bool bf16); /* those of this CPU */
#ifdef LM_GEMM_X86
extern const lm_gemm_kernels lm_gemm_avx2, lm_gemm_avx512, lm_gemm_avx512bf16;
void lm_gemm_sum_few_avx2(float *sums, size_t stride, const float *a, size_t m, lm_gemm_lines b,
                          size_t n, size_t depth);
void lm_gemm_pack_few_avx2(float *to, lm_gemm_lines from, size_t lines, size_t depth);
#endif
#ifdef LM_GEMM_NEON
extern const lm_gemm_kernels lm_gemm_neon;
#endif

/* x rounded to bfloat16: to nearest, ties to even; NaN stays NaN. */
lm_real lm_gemm_bf16(lm_real x);
#endif
