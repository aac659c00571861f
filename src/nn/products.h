/* products.h - the products of a layer y = x W', whichever way W is stored, of all its outputs or
 * of some that stand together. */
#ifndef LM_NN_PRODUCTS_H
#define LM_NN_PRODUCTS_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/linear.h"

typedef struct {
    size_t N, I, O; /* rows, inputs, outputs */
    lm_layout layout;
    size_t ld_weight, ld_out; /* elements from one row to the next, as they are stored */
} lm_nn_product;

/* out (N,O) = f(in (N,I) W' + bias (O)), or with `accumulate` added to out; bias NULL: none. */
void lm_nn_forward(const lm_compute *on, const lm_nn_product *p, lm_real *out, const lm_real *in,
                   const lm_real *weight, const lm_real *bias, lm_activation f, bool accumulate);

/* d_in (N,I) += d_out W and d_weight += d_out' in; either may be NULL. */
void lm_nn_backward(const lm_compute *on, const lm_nn_product *p, lm_real *d_in, lm_real *d_weight,
                    const lm_real *d_out, const lm_real *in, const lm_real *weight);

#endif
