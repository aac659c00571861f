/* products.c - the products of a layer. */
#include "products.h"
#include "lm/gemm.h"

void lm_nn_forward(const lm_compute *on, const lm_nn_product *p, lm_real *out, const lm_real *in,
                   const lm_real *weight, const lm_real *bias, lm_activation f, bool accumulate)
{
    lm_gemm(on, &(lm_product){.m = p->N,
                              .n = p->O,
                              .k = p->I,
                              .a = in,
                              .lda = p->I,
                              .b = weight,
                              .ldb = p->ld_weight,
                              .tb = p->layout == LM_OUT_MAJOR,
                              .c = out,
                              .ldc = p->ld_out,
                              .accumulate = accumulate,
                              .bias = bias,
                              .activation = f});
}

/* d_weight (O,I) += d_out' in, or (I,O) += in' d_out. */
static void weight_gradient(const lm_compute *on, const lm_nn_product *p, lm_real *d_weight,
                            const lm_real *d_out, const lm_real *in)
{
    const bool out_major = p->layout == LM_OUT_MAJOR;
    lm_gemm(on, &(lm_product){.m = out_major ? p->O : p->I,
                              .n = out_major ? p->I : p->O,
                              .k = p->N,
                              .a = out_major ? d_out : in,
                              .lda = out_major ? p->ld_out : p->I,
                              .ta = true,
                              .b = out_major ? in : d_out,
                              .ldb = out_major ? p->I : p->ld_out,
                              .c = d_weight,
                              .ldc = p->ld_weight,
                              .accumulate = true});
}

void lm_nn_backward(const lm_compute *on, const lm_nn_product *p, lm_real *d_in, lm_real *d_weight,
                    const lm_real *d_out, const lm_real *in, const lm_real *weight)
{
    if (d_weight) weight_gradient(on, p, d_weight, d_out, in);
    if (d_in)
        lm_gemm(on, &(lm_product){.m = p->N,
                                  .n = p->I,
                                  .k = p->O,
                                  .a = d_out,
                                  .lda = p->ld_out,
                                  .b = weight,
                                  .ldb = p->ld_weight,
                                  .tb = p->layout == LM_IN_MAJOR,
                                  .c = d_in,
                                  .ldc = p->I,
                                  .accumulate = true});
}
