/* gemm_ref.c - the plain kernels of matrix products, which define their sums. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "gemm_kernels.h"

enum { ROWS = 4, COLUMNS = 4 };

lm_real lm_gemm_bf16(lm_real x)
{
    float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    if (f == f)
        bits += 0x7fff + (bits >> 16 & 1);
    else
        bits |= 0x400000; /* so that a payload in the lower half is not lost with it */
    bits &= 0xffff0000;
    memcpy(&f, &bits, sizeof f);
    return (lm_real)f;
}

/* In double, which no other level has, speed is worth more than the last bit. */
static inline lm_real multiply_add(lm_real a, lm_real b, lm_real sum)
{
#ifdef LM_DOUBLE
    return a * b + sum;
#else
    return fmaf(a, b, sum);
#endif
}

static void pack_panel(lm_real *to, lm_gemm_lines l, size_t lines, size_t width, size_t depth)
{
    for (size_t k = 0; k < depth; k++)
        for (size_t i = 0; i < width; i++) {
            lm_real x = 0;
            if (i < lines) x = l.across ? l.from[k * l.stride + i] : l.from[i * l.stride + k];
            to[k * width + i] = l.round ? lm_gemm_bf16(x) : x;
        }
}

static void pack(lm_real *to, lm_gemm_lines from, size_t lines, size_t width, size_t depth)
{
    for (size_t i = 0; i < lines; i += width) {
        pack_panel(to, from, lines - i < width ? lines - i : width, width, depth);
        to += width * depth;
        from.from += from.across ? width : width * from.stride;
    }
}

static void pack_rows(lm_real *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack(to, from, lines, ROWS, depth);
}

static void pack_columns(lm_real *to, lm_gemm_lines from, size_t lines, size_t depth)
{
    pack(to, from, lines, COLUMNS, depth);
}

static void tile(lm_real *c, size_t ldc, const lm_real *a, const lm_real *b, size_t m, size_t depth,
                 bool add)
{
    for (size_t i = 0; i < m; i++, c += ldc) {
        lm_real sum[COLUMNS] = {0};
        for (size_t k = 0; k < depth; k++)
            for (size_t j = 0; j < COLUMNS; j++)
                sum[j] = multiply_add(a[k * ROWS + i], b[k * COLUMNS + j], sum[j]);
        for (size_t j = 0; j < COLUMNS; j++) c[j] = add ? c[j] + sum[j] : sum[j];
    }
}

static void add(lm_real *y, const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

const lm_gemm_kernels lm_gemm_ref = {.rows = ROWS,
                                     .columns = COLUMNS,
                                     .pack_rows = pack_rows,
                                     .pack_columns = pack_columns,
                                     .tile = tile,
                                     .add = add};
