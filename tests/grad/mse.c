/* mse.c - the gradients of the mean squared error. */
#include "lm/mse.h"
#include "gradient.h"

enum { N = 131 };

typedef struct {
    lm_compute *on;
    size_t n;
    lm_real a[N], b[N];
} problem;

static double loss(void *context)
{
    const problem *p = context;
    return 0.7 * lm_mse_forward(p->on, p->a, p->b, p->n);
}

TEST(mse_gradient)
{
    const size_t sizes[] = {1, 2, 63, N};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        problem p = {.on = compute_with(NULL), .n = sizes[i]};
        lm_real d_a[N] = {0}, d_b[N] = {0};
        fill(p.a, p.n);
        fill(p.b, p.n);
        lm_mse_backward(p.on, d_a, d_b, 0.7, p.a, p.b, p.n);
        const tensor all[] = {{"a", p.a, d_a, p.n}, {"b", p.b, d_b, p.n}};
        check_gradients(all, COUNT(all), loss, &p);
        lm_compute_free(p.on);
    }
}
