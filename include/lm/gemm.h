/* gemm.h - C = f(op(A) op(B) + bias) or C += op(A) op(B), row-major, op: the matrix or its
 * transpose.
 *
 *     lm_gemm(on, &(lm_product){.m = B, .n = H, .k = C, .a = x, .lda = C, .b = w, .ldb = C,
 *                               .tb = true, .c = y, .ldc = H, .bias = bias});    y = x w' + bias
 *
 * Each element of C is summed over k in an order that depends on k only, never on m, n, the way
 * it was computed or the threads: row i of a large product is, bit for bit, the product of that
 * row alone.  The order: blocks of 512, each a chain of fused multiply-adds from zero, their sums
 * added one after the other (to C), then the bias.  So zeros after the end of a row of op(A)
 * change nothing either.  The bits are the same at every CPU level, but for bfloat16 where the
 * CPU has an instruction for it; which NaN a NaN is may differ. */
#ifndef LM_GEMM_H
#define LM_GEMM_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/activation.h"
#include "lm/compute.h"
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    size_t m, n, k;
    const lm_real *a; /* (m, k), or with ta stored as (k, m) */
    size_t lda;       /* elements from one stored row to the next */
    bool ta;
    const lm_real *b; /* (k, n), or with tb stored as (n, k) */
    size_t ldb;
    bool tb;
    lm_real *c; /* (m, n); overlaps no operand */
    size_t ldc;
    bool accumulate;          /* add to C */
    const lm_real *bias;      /* (n): added to every row at the end; NULL: none */
    lm_activation activation; /* applied last */
} lm_product;

/* k = 0: a sum of nothing.  m or n = 0: nothing is done. */
void lm_gemm(const lm_compute *on, const lm_product *product);

/* The same for `count` products that write apart from each other, parallel over them: what
 * attention needs, a product for each batch and head. */
void lm_gemm_each(const lm_compute *on, const lm_product *products, size_t count);

/* The same for one product, from inside a loop of lm_compute_each, whose thread it is. */
void lm_gemm_alone(const lm_compute *on, size_t thread, const lm_product *product);

#ifdef __cplusplus
}
#endif
#endif
