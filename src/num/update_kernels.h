/* update_kernels.h - the steps of the optimisers over the vectors of one CPU level.
 *
 * The file that includes this defines the type `lanes` of WIDTH elements, what is done to it, and
 * how functions are declared: INLINE, KERNEL. */
#ifndef LM_UPDATE_KERNELS_H
#define LM_UPDATE_KERNELS_H
#include "lm/update.h"

/* Kernels by method; NULL where the level was not compiled in. */
lm_update_kernel *const *lm_update_ref(void);
lm_update_kernel *const *lm_update_neon(void);
lm_update_kernel *const *lm_update_avx2(void);

#ifdef KERNEL

#define EACH for (size_t i = 0; i < n; i += WIDTH)

KERNEL void sgd(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                size_t n)
{
    const lanes scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    (void)m;
    (void)v;
    EACH
    {
        const lanes old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        store(p + i, fmadd(d, down, old));
    }
}

KERNEL void with_momentum(const lm_update *how, lm_real *p, lm_real *m, lm_real *v,
                          const lm_real *g, size_t n)
{
    const lanes scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const lanes momentum = all(how->momentum);
    (void)v;
    EACH
    {
        const lanes old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const lanes mean = add(mul(load(m + i), momentum), d);
        store(m + i, mean);
        store(p + i, fmadd(mean, down, old));
    }
}

KERNEL void nesterov(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                     size_t n)
{
    const lanes scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const lanes momentum = all(how->momentum);
    (void)v;
    EACH
    {
        const lanes old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const lanes mean = add(mul(load(m + i), momentum), d);
        store(m + i, mean);
        store(p + i, fmadd(fmadd(mean, momentum, d), down, old));
    }
}

KERNEL void adagrad(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                    size_t n)
{
    const lanes scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const lanes eps = all(how->eps);
    (void)m;
    EACH
    {
        const lanes old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const lanes sum = fmadd(d, d, load(v + i));
        store(v + i, sum);
        store(p + i, add(old, divide(mul(down, d), add(root(sum), eps))));
    }
}

/* The two moments, and the factors they move by. */
typedef struct {
    lanes beta1, rest1, beta2, rest2;
} decays;

INLINE decays decays_of(const lm_update *how)
{
    return (decays){all(how->beta1), all(how->rest1), all(how->beta2), all(how->rest2)};
}

INLINE lanes first_moment(const decays *by, lanes d, lm_real *m)
{
    const lanes mean = fmadd(d, by->rest1, mul(load(m), by->beta1));
    store(m, mean);
    return mean;
}

INLINE lanes second_moment(const decays *by, lanes d, lm_real *v)
{
    const lanes square = fmadd(mul(by->rest2, d), d, mul(load(v), by->beta2));
    store(v, square);
    return square;
}

KERNEL void adam(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                 size_t n)
{
    const lanes scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const lanes eps = all(how->eps), correction = all(how->correction), keep = all(how->keep);
    const decays by = decays_of(how);
    EACH
    {
        const lanes old = load(p + i), d = fmadd(old, decay, mul(load(g + i), scale));
        const lanes mean = first_moment(&by, d, m + i), square = second_moment(&by, d, v + i);
        const lanes below = add(divide(root(square), correction), eps);
        store(p + i, add(mul(old, keep), divide(mul(down, mean), below)));
    }
}

KERNEL void bert(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                 size_t n)
{
    const lanes scale = all(how->scale), decay = all(how->decay), down = all(-how->rate);
    const lanes eps = all(how->eps);
    const decays by = decays_of(how);
    EACH
    {
        const lanes old = load(p + i), d = mul(load(g + i), scale);
        const lanes mean = first_moment(&by, d, m + i), square = second_moment(&by, d, v + i);
        const lanes step = fmadd(old, decay, divide(mean, add(root(square), eps)));
        store(p + i, fmadd(step, down, old));
    }
}

KERNEL void average(const lm_update *how, lm_real *p, lm_real *m, lm_real *v, const lm_real *g,
                    size_t n)
{
    const lanes rate = all(how->rate);
    (void)m;
    (void)v;
    EACH
    {
        const lanes old = load(p + i);
        store(p + i, fmadd(sub(load(g + i), old), rate, old));
    }
}

static lm_update_kernel *const kernels[LM_UPDATE_METHODS] = {
    [LM_UPDATE_SGD] = sgd,           [LM_UPDATE_MOMENTUM] = with_momentum,
    [LM_UPDATE_NESTEROV] = nesterov, [LM_UPDATE_ADAGRAD] = adagrad,
    [LM_UPDATE_ADAM] = adam,         [LM_UPDATE_BERT] = bert,
    [LM_UPDATE_AVERAGE] = average,
};

#endif
#endif
