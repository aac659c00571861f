/* gradient.h - gradients against central differences, in double.
 *
 *     const tensor all[] = {{"in", in, d_in, N * I}, ...};     gradients: one backward pass
 *     check_gradients(all, COUNT(all), loss, context);
 *
 * The error of a tensor is max|a - b| / max(max|b|, 1e-3 G), b the differences, G the greatest of
 * all tensors; it must be below 1e-6. */
#ifndef GRADIENT_H
#define GRADIENT_H
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lm/compute.h"
#include "lm/real.h"
#include "test.h"
#include "unit/chance.h"

#ifndef LM_DOUBLE
#error "gradients are checked in double"
#endif

#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef struct {
    const char *name;
    lm_real *value;
    const lm_real *gradient;
    size_t count;
} tensor;

/* Uniform in [-1, 1). */
static inline void fill(lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (lm_real)below(UINT64_C(1) << 53) / (lm_real)(UINT64_C(1) << 52) - 1;
}

static inline lm_compute *compute_with(lm_pool *pool)
{
    static lm_err e;
    lm_compute *on;
    CHECK_OK(lm_compute_new(&on, pool, false, &e), &e);
    return on;
}

/* Of a large tensor this many elements are tried, the first and the last among them. */
enum { TRIED = 150 };

static inline size_t tried_at(size_t i, size_t count)
{
    return count <= TRIED ? i : i * (count - 1) / (TRIED - 1);
}

static inline double slope(double *value, double (*loss)(void *context), void *context)
{
    const double old = *value, h = 1e-5;
    *value = old + h;
    const double above = loss(context);
    *value = old - h;
    const double below_it = loss(context);
    *value = old;
    return (above - below_it) / (2 * h);
}

static inline void check_gradients(const tensor *tensors, size_t count,
                                   double (*loss)(void *context), void *context)
{
    double greatest = 0, most[16] = {0}, worst[16] = {0};
    CHECK(count <= COUNT(most));
    for (size_t k = 0; k < count; k++) {
        const tensor *t = &tensors[k];
        for (size_t i = 0; i < t->count && i < TRIED; i++) {
            const size_t at = tried_at(i, t->count);
            const double b = slope(&t->value[at], loss, context);
            const double error = fabs(t->gradient[at] - b);
            most[k] = fmax(most[k], fabs(b));
            worst[k] = error <= worst[k] ? worst[k] : error; /* NaN stays */
        }
        greatest = fmax(greatest, most[k]);
    }
    for (size_t k = 0; k < count; k++) { /* where all is 0, 1e-10 */
        const double size = fmax(most[k], fmax(1e-3 * greatest, 1e-4));
        test_near(TEST_PLACE(tensors[k].name), worst[k] / size, 0, 1e-6);
    }
}
#endif
