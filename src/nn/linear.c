/* linear.c - y = f(x W' + b), as matrix products. */
#include "lm/linear.h"
#include "columns.h"
#include "products.h"
#include "slices.h"

static lm_nn_product product_of(lm_layout layout, size_t N, size_t I, size_t O)
{
    return (lm_nn_product){N, I, O, layout, layout == LM_OUT_MAJOR ? I : O, O};
}

void lm_linear_forward(const lm_compute *on, lm_real *out, const lm_real *in, const lm_real *weight,
                       const lm_real *bias, lm_layout layout, lm_activation f, size_t N, size_t I,
                       size_t O)
{
    const lm_nn_product p = product_of(layout, N, I, O);
    lm_nn_forward(on, &p, out, in, weight, bias, f, false);
}

void lm_linear_backward(const lm_compute *on, lm_real *d_in, lm_real *d_weight, lm_real *d_bias,
                        const lm_real *d_out, const lm_real *in, const lm_real *weight,
                        lm_layout layout, size_t N, size_t I, size_t O)
{
    const lm_nn_product p = product_of(layout, N, I, O);
    if (d_bias) lm_nn_column_sums(on, d_bias, d_out, O, N, O);
    lm_nn_backward(on, &p, d_in, d_weight, d_out, in, weight);
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
