/* linear.c - y = f(x W' + b), as matrix products. */
#include "lm/linear.h"
#include "columns.h"
#include "lm/gemm.h"
#include "slices.h"

void lm_linear_forward(const lm_compute *on, lm_real *out, const lm_real *in, const lm_real *weight,
                       const lm_real *bias, lm_layout layout, lm_activation f, size_t N, size_t I,
                       size_t O)
{
    const bool out_major = layout == LM_OUT_MAJOR;
    lm_gemm(on, &(lm_product){.m = N,
                              .n = O,
                              .k = I,
                              .a = in,
                              .lda = I,
                              .b = weight,
                              .ldb = out_major ? I : O,
                              .tb = out_major,
                              .c = out,
                              .ldc = O,
                              .bias = bias,
                              .activation = f});
}

/* d_weight (O,I) += d_out' in, or (I,O) += in' d_out. */
static void weight_gradient(const lm_compute *on, lm_real *d_weight, const lm_real *d_out,
                            const lm_real *in, lm_layout layout, size_t N, size_t I, size_t O)
{
    const bool out_major = layout == LM_OUT_MAJOR;
    lm_gemm(on, &(lm_product){.m = out_major ? O : I,
                              .n = out_major ? I : O,
                              .k = N,
                              .a = out_major ? d_out : in,
                              .lda = out_major ? O : I,
                              .ta = true,
                              .b = out_major ? in : d_out,
                              .ldb = out_major ? I : O,
                              .c = d_weight,
                              .ldc = out_major ? I : O,
                              .accumulate = true});
}

void lm_linear_backward(const lm_compute *on, lm_real *d_in, lm_real *d_weight, lm_real *d_bias,
                        const lm_real *d_out, const lm_real *in, const lm_real *weight,
                        lm_layout layout, size_t N, size_t I, size_t O)
{
    if (d_bias) lm_nn_column_sums(on, d_bias, d_out, O, N, O);
    if (d_weight) weight_gradient(on, d_weight, d_out, in, layout, N, I, O);
    if (d_in)
        lm_gemm(on, &(lm_product){.m = N,
                                  .n = I,
                                  .k = O,
                                  .a = d_out,
                                  .lda = O,
                                  .b = weight,
                                  .ldb = layout == LM_OUT_MAJOR ? I : O,
                                  .tb = layout == LM_IN_MAJOR,
                                  .c = d_in,
                                  .ldc = I,
                                  .accumulate = true});
}

typedef struct {
    lm_real *to;
    const lm_real *d_out, *in, *out;
    lm_activation f;
} element_loop;

static void activate(void *context, size_t first, size_t end)
{
    const element_loop *l = context;
    lm_activate(l->f, l->to + first, l->in + first, end - first);
}

void lm_activation_forward(const lm_compute *on, lm_real *out, const lm_real *in, lm_activation f,
                           size_t n)
{
    element_loop l = {.to = out, .in = in, .f = f};
    lm_nn_slices(on, n, 1, activate, &l);
}

static void activate_backward(void *context, size_t first, size_t end)
{
    const element_loop *l = context;
    const lm_real *in = l->in ? l->in + first : NULL, *out = l->out ? l->out + first : NULL;
    lm_activate_backward(l->f, l->to + first, l->d_out + first, in, out, end - first);
}

void lm_activation_backward(const lm_compute *on, lm_real *d_in, const lm_real *d_out,
                            lm_activation f, const lm_real *in, const lm_real *out, size_t n)
{
    element_loop l = {d_in, d_out, in, out, f};
    lm_nn_slices(on, n, 1, activate_backward, &l);
}
