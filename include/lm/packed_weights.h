/* packed_weights.h - a matrix of weights, packed once for many products, in 32, 16 or 8 bits.
 *
 *     LM_TRY(lm_packed_new(&w, LM_WEIGHTS_INT8, &matrix, on, e));
 *     lm_packed_product(on, w, out, in, N, bias);               out = in W' + bias
 *     lm_packed_free(w);
 *
 * LM_WEIGHTS_F32: weights are as they were.
 * LM_WEIGHTS_BF16: weights are rounded to bfloat16.
 * LM_WEIGHTS_INT8: for each output, weights are whole numbers of -127 .. 127 times a scale, the
 * greatest |weight| / 127.
 * The product has the bits of lm_gemm (gemm.h) with these weights, of int8 with the whole numbers
 * and then times the scale: of every row the same at every CPU level, whatever the other rows and
 * the threads. */
#ifndef LM_PACKED_WEIGHTS_H
#define LM_PACKED_WEIGHTS_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/compute.h"
#include "lm/real.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { LM_WEIGHTS_F32, LM_WEIGHTS_BF16, LM_WEIGHTS_INT8 } lm_weight_form;
#define LM_WEIGHT_FORM_NAMES "f32|bf16|int8"

typedef struct {
    size_t inputs, outputs; /* I, O */
    const lm_real *weight;  /* (O,I), or with in_major (I,O) */
    bool in_major;
} lm_weight_matrix;

typedef struct lm_packed lm_packed;

/* Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_packed_new(lm_packed **packed, lm_weight_form form,
                                    const lm_weight_matrix *matrix, const lm_compute *on,
                                    lm_err *e);
void lm_packed_free(lm_packed *packed); /* NULL is allowed */

/* out (N,O) = in (N,I) W' + bias (O), rows of `in` and `out` one after the other; bias NULL:
 * none. */
void lm_packed_product(const lm_compute *on, const lm_packed *packed, lm_real *out,
                       const lm_real *in, size_t N, const lm_real *bias);

/* The values that the packed weights stand for, as (O,I); of int8, without their scale, which is
 * put into scale (O). */
void lm_packed_values(const lm_packed *packed, lm_real *weight, lm_real *scale);

#ifdef __cplusplus
}
#endif
#endif
