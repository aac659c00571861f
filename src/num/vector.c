/* vector.c - functions of vectors: the level in use, and what is made of its table. */
#include "lm/vector.h"
#include <math.h>
#include <stdatomic.h>
#include "lm/scalar.h"
#include "vector_level.h"

/* A part of a sum that is kept in floats; the sums of the parts are added in double. */
enum { PART = 4096 };

static _Atomic(const lm_vector_level *) now;

void lm_vector_use(lm_cpu_level level)
{
    const lm_vector_level *table = NULL;
    if (level >= LM_CPU_AVX512) table = lm_vector_avx512();
    if (!table && level >= LM_CPU_AVX2) table = lm_vector_avx2();
    if (!table && level >= LM_CPU_NEON) table = lm_vector_neon();
    if (!table) table = lm_vector_ref();
    atomic_store_explicit(&now, table, memory_order_release);
}

/* Threads that come here first at the same time all store the same. */
const lm_vector_level *lm_vector_now(void)
{
    const lm_vector_level *table = atomic_load_explicit(&now, memory_order_acquire);
    if (table) return table;
    lm_vector_use(lm_os_cpu());
    return atomic_load_explicit(&now, memory_order_acquire);
}

void lm_vec_exp(lm_real *y, const lm_real *x, size_t n)
{
    lm_vector_now()->exp(y, x, n);
}

void lm_vec_log(lm_real *y, const lm_real *x, size_t n)
{
    lm_vector_now()->log(y, x, n);
}

void lm_vec_tanh(lm_real *y, const lm_real *x, size_t n)
{
    lm_vector_now()->tanh(y, x, n);
}

void lm_vec_sigmoid(lm_real *y, const lm_real *x, size_t n)
{
    lm_vector_now()->sigmoid(y, x, n);
}

void lm_vec_erf(lm_real *y, const lm_real *x, size_t n)
{
    lm_vector_now()->erf(y, x, n);
}

void lm_vec_axpy(lm_real *y, lm_real a, const lm_real *x, size_t n)
{
    lm_vector_now()->axpy(y, a, x, n);
}

void lm_vec_scale(lm_real *y, lm_real a, const lm_real *x, size_t n)
{
    lm_vector_now()->scale(y, a, x, n);
}

static size_t part_of(size_t n)
{
    return n < PART ? n : PART;
}

lm_real lm_vec_sum(const lm_real *x, size_t n)
{
    const lm_vector_level *level = lm_vector_now();
    if (n <= PART) return level->sum(x, n);
    double sum = 0;
    for (size_t size; n > 0; n -= size, x += size) {
        size = part_of(n);
        sum += (double)level->sum(x, size);
    }
    return (lm_real)sum;
}

lm_real lm_vec_dot(const lm_real *x, const lm_real *y, size_t n)
{
    const lm_vector_level *level = lm_vector_now();
    if (n <= PART) return level->dot(x, y, n);
    double sum = 0;
    for (size_t size; n > 0; n -= size, x += size, y += size) {
        size = part_of(n);
        sum += (double)level->dot(x, y, size);
    }
    return (lm_real)sum;
}

lm_real lm_vec_max(const lm_real *x, size_t n)
{
    return lm_vector_now()->max(x, n);
}

double lm_vec_square_sum(const lm_real *x, size_t n)
{
    return lm_vector_now()->square_sum(x, n);
}

static double exp_sub(lm_real *y, const lm_real *x, lm_real shift, size_t n)
{
    const lm_vector_level *level = lm_vector_now();
    double sum = 0;
    for (size_t size; n > 0; n -= size, x += size, y += size) {
        size = part_of(n);
        sum += (double)level->exp_sub(y, x, shift, size);
    }
    return sum;
}

lm_real lm_vec_exp_sub(lm_real *y, const lm_real *x, lm_real shift, size_t n)
{
    return (lm_real)exp_sub(y, x, shift, n);
}

lm_real lm_vec_exp_max(lm_real *y, lm_real *max, const lm_real *x, size_t n)
{
    *max = lm_vec_max(x, n);
    const lm_real shift = *max == (lm_real)-HUGE_VAL ? 0 : *max; /* -infinity less itself is none */
    return (lm_real)exp_sub(y, x, shift, n);
}

void lm_vec_softmax(lm_real *y, const lm_real *x, size_t n)
{
    lm_real max;
    const lm_real sum = lm_vec_exp_max(y, &max, x, n);
    lm_vec_scale(y, 1 / sum, y, n);
}

lm_soft_sum lm_vec_soft_sum(const lm_real *x, size_t n)
{
    const lm_vector_level *level = lm_vector_now();
    lm_soft_sum s = {lm_vec_max(x, n), 0};
    if (s.max == (lm_real)-HUGE_VAL) return s;
    for (size_t size; n > 0; n -= size, x += size) {
        size = part_of(n);
        s.sum += (double)level->exp_sum(x, s.max, size);
    }
    return s;
}

lm_soft_sum lm_soft_sum_add(lm_soft_sum a, lm_soft_sum b)
{
    const lm_soft_sum *high = a.max > b.max ? &a : &b, *low = high == &a ? &b : &a;
    if (low->sum == 0) return *high;
    return (lm_soft_sum){high->max,
                         high->sum + low->sum * lm_exp((double)low->max - (double)high->max)};
}

double lm_soft_sum_log(lm_soft_sum s)
{
    return (double)s.max + lm_log(s.sum);
}

lm_real lm_vec_log_sum_exp(const lm_real *x, size_t n)
{
    return (lm_real)lm_soft_sum_log(lm_vec_soft_sum(x, n));
}
