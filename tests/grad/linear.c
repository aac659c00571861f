/* linear.c - the gradients of a linear layer in both layouts, with every function after it. */
#include "lm/linear.h"
#include "gradient.h"

enum { MOST = 70 };

typedef struct {
    lm_compute *on;
    size_t N, I, O;
    lm_layout layout;
    lm_activation f;
    bool with_bias;
    lm_real in[MOST], weight[MOST], bias[MOST], score[MOST];
} problem;

static bool from_sum(lm_activation f)
{
    return f == LM_ACT_GELU_TANH || f == LM_ACT_GELU_ERF;
}

static double loss(void *context)
{
    const problem *p = context;
    lm_real out[MOST];
    double sum = 0;
    lm_linear_forward(p->on, out, p->in, p->weight, p->with_bias ? p->bias : NULL, p->layout, p->f,
                      p->N, p->I, p->O);
    for (size_t i = 0; i < p->N * p->O; i++) sum += p->score[i] * out[i];
    return sum;
}

static void check(size_t N, size_t I, size_t O, lm_layout layout, lm_activation f, bool with_bias)
{
    problem p = {compute_with(NULL), N, I, O, layout, f, with_bias, {0}, {0}, {0}, {0}};
    lm_real sum[MOST], out[MOST], d_sum[MOST] = {0};
    lm_real d_in[MOST] = {0}, d_weight[MOST] = {0}, d_bias[MOST] = {0};
    fill(p.in, N * I);
    fill(p.weight, I * O);
    fill(p.bias, O);
    fill(p.score, N * O);
    lm_linear_forward(p.on, sum, p.in, p.weight, with_bias ? p.bias : NULL, layout, LM_ACT_NONE, N,
                      I, O);
    lm_activation_forward(p.on, out, sum, f, N * O);
    lm_activation_backward(p.on, d_sum, p.score, f, from_sum(f) ? sum : NULL,
                           from_sum(f) ? NULL : out, N * O);
    lm_linear_backward(p.on, d_in, d_weight, with_bias ? d_bias : NULL, d_sum, p.in, p.weight,
                       layout, N, I, O);
    const tensor all[] = {{"in", p.in, d_in, N * I},
                          {"weight", p.weight, d_weight, I * O},
                          {"bias", p.bias, d_bias, O}};
    check_gradients(all, with_bias ? 3 : 2, loss, &p);
    lm_compute_free(p.on);
}

static void check_all(lm_activation f)
{
    for (int layout = 0; layout < 2; layout++)
        for (int with_bias = 0; with_bias < 2; with_bias++) {
            check(5, 7, 9, (lm_layout)layout, f, with_bias);
            check(1, 3, 5, (lm_layout)layout, f, with_bias);
            check(3, 1, 1, (lm_layout)layout, f, with_bias);
            check(1, 1, 1, (lm_layout)layout, f, with_bias);
        }
}

TEST(linear_gradient)
{
    check_all(LM_ACT_NONE);
}
TEST(linear_tanh_gradient)
{
    check_all(LM_ACT_TANH);
}
TEST(linear_sigmoid_gradient)
{
    check_all(LM_ACT_SIGMOID);
}
TEST(linear_relu_gradient)
{
    check_all(LM_ACT_RELU);
}
TEST(linear_gelu_gradient)
{
    check_all(LM_ACT_GELU_TANH);
    check_all(LM_ACT_GELU_ERF);
}
