/* update_kernels.h - the steps of the optimisers, once for all CPU levels, over the primitives of
 * each; lm/update.h has the formulas. */
#ifndef LM_UPDATE_KERNELS_H
#define LM_UPDATE_KERNELS_H
#include "lm/update.h"

#define EACH for (size_t i = 0; i < n; i += WIDTH)

static void sgd(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                size_t n)
{
    const vf scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    (void)m;
    (void)v;
    EACH
    {
        const vf old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        store(p + i, fmadd(d, down, old));
    }
}

static void with_momentum(const lm_update *how, lm_real *p, lm_real *m, lm_real *v,
                          const lm_real *g, size_t n)
{
    const vf scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const vf momentum = all(how->momentum);
    (void)v;
    EACH
    {
        const vf old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const vf mean = add(mul(load(m + i), momentum), d);
        store(m + i, mean);
        store(p + i, fmadd(mean, down, old));
    }
}

static void nesterov(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                     size_t n)
{
    const vf scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const vf momentum = all(how->momentum);
    (void)v;
    EACH
    {
        const vf old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const vf mean = add(mul(load(m + i), momentum), d);
        store(m + i, mean);
        store(p + i, fmadd(fmadd(mean, momentum, d), down, old));
    }
}

static void adagrad(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                    size_t n)
{
    const vf scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const vf eps = all(how->eps);
    (void)m;
    EACH
    {
        const vf old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const vf sum = fmadd(d, d, load(v + i));
        store(v + i, sum);
        store(p + i, add(old, divide(mul(down, d), add(root(sum), eps))));
    }
}

/* The two moments, and the factors they move by. */
typedef struct {
    vf beta1, rest1, beta2, rest2;
} decays;

static inline decays decays_of(const lm_update *how)
{
    return (decays){all(how->beta1), all(how->rest1), all(how->beta2), all(how->rest2)};
}

static inline vf first_moment(const decays *by, vf d, lm_real *m)
{
    const vf mean = fmadd(d, by->rest1, mul(load(m), by->beta1));
    store(m, mean);
    return mean;
}

static inline vf second_moment(const decays *by, vf d, lm_real *v)
{
    const vf square = fmadd(mul(by->rest2, d), d, mul(load(v), by->beta2));
    store(v, square);
    return square;
}

static void adam(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                 size_t n)
{
    const vf scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const vf eps = all(how->eps), correction = all(how->correction), keep = all(how->keep);
    const decays by = decays_of(how);
    EACH
    {
        const vf old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const vf mean = first_moment(&by, d, m + i), square = second_moment(&by, d, v + i);
        const vf below = add(divide(root(square), correction), eps);
        store(p + i, add(mul(old, keep), divide(mul(down, mean), below)));
    }
}

static void bert(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                 size_t n)
{
    const vf scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const vf eps = all(how->eps);
    const decays by = decays_of(how);
    EACH
    {
        const vf old = load(p + i), d = mul(load(g + i), scale);
        const vf mean = first_moment(&by, d, m + i), square = second_moment(&by, d, v + i);
        const vf step = fmadd(old, decay, divide(mean, add(root(square), eps)));
        store(p + i, fmadd(step, down, old));
    }
}

static void average(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                    size_t n)
{
    const vf rate = all(how->rate);
    (void)m;
    (void)v;
    EACH
    {
        const vf old = load(p + i);
        store(p + i, fmadd(sub(load(g + i), old), rate, old));
    }
}
#endif
