/* mse.c - the mean squared error. */
#include "lm/mse.h"
#include "slices.h"

enum { PARTS = 64 }; /* sums side by side, whatever the threads, then added in order */

typedef struct {
    const lm_real *a, *b;
    size_t n;
    double part[PARTS];
} square_sum;

static void sum_part(void *context, size_t i)
{
    square_sum *s = context;
    const size_t step = s->n / PARTS, more = s->n % PARTS;
    const size_t first = i * step + (i < more ? i : more), end = first + step + (i < more);
    double sum = 0;
    for (size_t k = first; k < end; k++) {
        const double d = (double)s->a[k] - (double)s->b[k];
        sum += d * d;
    }
    s->part[i] = sum;
}

double lm_mse_forward(const lm_compute *on, const lm_real *a, const lm_real *b, size_t n)
{
    square_sum s = {.a = a, .b = b, .n = n};
    double sum = 0;
    lm_parallel_for(lm_compute_pool(on), PARTS, sum_part, &s);
    for (int i = 0; i < PARTS; i++) sum += s.part[i];
    return sum / (double)n;
}

typedef struct {
    lm_real *d_a, *d_b, scale;
    const lm_real *a, *b;
} difference_loop;

static void differentiate(void *context, size_t first, size_t end)
{
    const difference_loop *l = context;
    for (size_t i = first; l->d_a && i < end; i++) l->d_a[i] += l->scale * (l->a[i] - l->b[i]);
    for (size_t i = first; l->d_b && i < end; i++) l->d_b[i] += l->scale * (l->b[i] - l->a[i]);
}

void lm_mse_backward(const lm_compute *on, lm_real *d_a, lm_real *d_b, lm_real scale,
                     const lm_real *a, const lm_real *b, size_t n)
{
    difference_loop l = {d_a, d_b, (lm_real)(2 * (double)scale / (double)n), a, b};
    lm_nn_slices(on, n, 2, differentiate, &l);
}
