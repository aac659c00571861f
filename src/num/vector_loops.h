/* vector_loops.h - the loops over vectors, once for all CPU levels, and the table of them.
 *
 * An element of a result depends on its own argument only, not on its place: what is left of a
 * vector at the end is done as one more whole vector, of the last WIDTH elements, or, if there are
 * not as many, of those there are and zeros. */
#ifndef LM_VECTOR_LOOPS_H
#define LM_VECTOR_LOOPS_H
#include "update_kernels.h"
#include "vector_level.h"

enum { LANES = LM_VECTOR_LANES, PARTS = LANES / WIDTH };

#define UNROLL _Pragma("GCC unroll 16")

/* The first n < LANES of p, then `rest`. */
static inline void padded(lm_real *block, const lm_real *p, size_t n, lm_real rest)
{
    for (size_t i = 0; i < LANES; i++) block[i] = i < n ? p[i] : rest;
}

static inline void put(lm_real *p, const lm_real *block, size_t n)
{
    for (size_t i = 0; i < n; i++) p[i] = block[i];
}

/* y = f(x), f of vectors.  The last vector is read before any is written: y may be x. */
#define MAP(name, f)                                                                               \
    static void name(lm_real *y, const lm_real *x, size_t n)                                       \
    {                                                                                              \
        if (n < WIDTH) {                                                                           \
            lm_real block[LANES];                                                                  \
            padded(block, x, n, 0);                                                                \
            store(block, f(load(block)));                                                          \
            put(y, block, n);                                                                      \
            return;                                                                                \
        }                                                                                          \
        const vf last = load(x + (n - WIDTH));                                                     \
        for (size_t i = 0; i + WIDTH < n; i += WIDTH) store(y + i, f(load(x + i)));                \
        store(y + (n - WIDTH), f(last));                                                           \
    }

/* dx += dy f(v) */
#define SLOPE(name, f)                                                                             \
    static void name(lm_real *dx, const lm_real *dy, const lm_real *v, size_t n)                   \
    {                                                                                              \
        if (n < WIDTH) {                                                                           \
            lm_real a[LANES], b[LANES], c[LANES];                                                  \
            padded(a, dx, n, 0);                                                                   \
            padded(b, dy, n, 0);                                                                   \
            padded(c, v, n, 0);                                                                    \
            store(a, fmadd(load(b), f(load(c)), load(a)));                                         \
            put(dx, a, n);                                                                         \
            return;                                                                                \
        }                                                                                          \
        const size_t end = n - WIDTH;                                                              \
        const vf last = fmadd(load(dy + end), f(load(v + end)), load(dx + end));                   \
        for (size_t i = 0; i < end; i += WIDTH)                                                    \
            store(dx + i, fmadd(load(dy + i), f(load(v + i)), load(dx + i)));                      \
        store(dx + end, last);                                                                     \
    }

static inline vf one_of(vf x)
{
    (void)x;
    return all(1);
}

static inline vf tanh_slope(vf y)
{
    return fnmadd(y, y, all(1));
}

static inline vf sigmoid_slope(vf y)
{
    return fnmadd(y, y, y);
}

static inline vf relu_slope(vf y)
{
    return choose(less(all(0), y), all(1), all(0));
}

MAP(map_exp, exp_of)
MAP(map_log, log_of)
MAP(map_tanh, tanh_of)
MAP(map_sigmoid, sigmoid_of)
MAP(map_erf, erf_of)
MAP(map_same, same)
MAP(map_relu, relu_of)
MAP(map_gelu_tanh, gelu_tanh_of)
MAP(map_gelu_erf, gelu_erf_of)

SLOPE(add_dy, one_of)
SLOPE(slope_tanh, tanh_slope)
SLOPE(slope_sigmoid, sigmoid_slope)
SLOPE(slope_relu, relu_slope)
SLOPE(slope_gelu_tanh, gelu_tanh_slope)
SLOPE(slope_gelu_erf, gelu_erf_slope)

static void map_scale(lm_real *y, lm_real a, const lm_real *x, size_t n)
{
    const size_t whole = n - n % WIDTH;
    for (size_t i = 0; i < whole; i += WIDTH) store(y + i, mul(all(a), load(x + i)));
    for (size_t i = whole; i < n; i++) y[i] = a * x[i];
}

static void map_axpy(lm_real *y, lm_real a, const lm_real *x, size_t n)
{
    if (n < WIDTH) {
        lm_real block[LANES], sum[LANES];
        padded(block, x, n, 0);
        padded(sum, y, n, 0);
        store(sum, fmadd(all(a), load(block), load(sum)));
        put(y, sum, n);
        return;
    }
    const vf last = fmadd(all(a), load(x + (n - WIDTH)), load(y + (n - WIDTH)));
    for (size_t i = 0; i + WIDTH < n; i += WIDTH)
        store(y + i, fmadd(all(a), load(x + i), load(y + i)));
    store(y + (n - WIDTH), last);
}

/* Reductions: element i in lane i mod LANES, in order; the lanes by halves.  Zeros at the end
 * change no sum, as no lane is ever -0. */

typedef struct {
    vf part[PARTS];
} lanes;

static inline void fill(lanes *l, vf v)
{
    UNROLL for (int p = 0; p < PARTS; p++) l->part[p] = v;
}

static inline lm_real total(lanes l)
{
    lm_real lane[WIDTH];
    UNROLL for (int half = PARTS / 2; half > 0; half /= 2) UNROLL for (int p = 0; p < half; p++)
        l.part[p] = add(l.part[p], l.part[p + half]);
    store(lane, l.part[0]);
    UNROLL for (int half = WIDTH / 2; half > 0; half /= 2) UNROLL for (int i = 0; i < half; i++)
        lane[i] += lane[i + half];
    return lane[0];
}

static inline void sum_block(lanes *sum, const lm_real *x)
{
    UNROLL for (int p = 0; p < PARTS; p++) sum->part[p] = add(sum->part[p], load(x + p * WIDTH));
}

static lm_real vector_sum(const lm_real *x, size_t n)
{
    lanes sum;
    lm_real block[LANES];
    fill(&sum, all(0));
    for (; n >= LANES; n -= LANES, x += LANES) sum_block(&sum, x);
    if (n) {
        padded(block, x, n, 0);
        sum_block(&sum, block);
    }
    return total(sum);
}

static inline void dot_block(lanes *sum, const lm_real *x, const lm_real *y)
{
    UNROLL for (int p = 0; p < PARTS; p++) sum->part[p] =
        fmadd(load(x + p * WIDTH), load(y + p * WIDTH), sum->part[p]);
}

static lm_real vector_dot(const lm_real *x, const lm_real *y, size_t n)
{
    lanes sum;
    lm_real a[LANES], b[LANES];
    fill(&sum, all(0));
    for (; n >= LANES; n -= LANES, x += LANES, y += LANES) dot_block(&sum, x, y);
    if (n) {
        padded(a, x, n, 0);
        padded(b, y, n, 0);
        dot_block(&sum, a, b);
    }
    return total(sum);
}

static inline vm max_block(lanes *max, const lm_real *x, vm nan)
{
    UNROLL for (int p = 0; p < PARTS; p++)
    {
        const vf v = load(x + p * WIDTH);
        nan = either(nan, is_nan(v));
        max->part[p] = larger(max->part[p], v);
    }
    return nan;
}

static lm_real vector_max(const lm_real *x, size_t n)
{
    lanes max;
    lm_real block[LANES];
    vm nan = is_nan(all(0));
    fill(&max, all((lm_real)-HUGE_VAL));
    for (; n >= LANES; n -= LANES, x += LANES) nan = max_block(&max, x, nan);
    if (n) {
        padded(block, x, n, (lm_real)-HUGE_VAL);
        nan = max_block(&max, block, nan);
    }
    if (any(nan)) return (lm_real)NAN;
    UNROLL for (int p = 0; p < PARTS; p++) store(block + p * WIDTH, max.part[p]);
    for (int i = 1; i < LANES; i++) block[0] = block[0] > block[i] ? block[0] : block[i];
    return block[0];
}

static inline void square_block(vd *sum, const lm_real *x)
{
    UNROLL for (int p = 0; p < PARTS; p++) sum[p] = add_square(sum[p], load(x + p * WIDTH));
}

static double vector_square_sum(const lm_real *x, size_t n)
{
    vd sum[PARTS];
    lm_real block[LANES];
    double lane[LANES];
    UNROLL for (int p = 0; p < PARTS; p++) sum[p] = double_zero();
    for (; n >= LANES; n -= LANES, x += LANES) square_block(sum, x);
    if (n) {
        padded(block, x, n, 0);
        square_block(sum, block);
    }
    UNROLL for (int p = 0; p < PARTS; p++) store_double(lane + p * WIDTH, sum[p]);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

/* The sum of f(x - shift) for f = exp of any or of negative numbers; y is given them unless it is
 * NULL. */
#define EXP_SUM(name, f)                                                                           \
    static inline void name##_block(lanes *sum, lm_real *y, const lm_real *x, lm_real shift)       \
    {                                                                                              \
        UNROLL for (int p = 0; p < PARTS; p++)                                                     \
        {                                                                                          \
            const vf e = f(sub(load(x + p * WIDTH), all(shift)));                                  \
            sum->part[p] = add(sum->part[p], e);                                                   \
            if (y) store(y + p * WIDTH, e);                                                        \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static inline lm_real name(lm_real *y, const lm_real *x, lm_real shift, size_t n)              \
    {                                                                                              \
        lanes sum;                                                                                 \
        lm_real block[LANES];                                                                      \
        fill(&sum, all(0));                                                                        \
        size_t i = 0;                                                                              \
        for (; i + LANES <= n; i += LANES) name##_block(&sum, y ? y + i : NULL, x + i, shift);     \
        if (i < n) {                                                                               \
            padded(block, x + i, n - i, (lm_real)-HUGE_VAL);                                       \
            name##_block(&sum, block, block, shift);                                               \
            if (y) put(y + i, block, n - i);                                                       \
        }                                                                                          \
        return total(sum);                                                                         \
    }

EXP_SUM(exp_sub, exp_of)
EXP_SUM(exp_sub_below, exp_negative)

static lm_real vector_exp_sub(lm_real *y, const lm_real *x, lm_real shift, size_t n)
{
    return exp_sub(y, x, shift, n);
}

static lm_real vector_exp_sub_max(lm_real *y, const lm_real *x, lm_real max, size_t n)
{
    return exp_sub_below(y, x, max, n);
}

static lm_real vector_exp_sum(const lm_real *x, lm_real max, size_t n)
{
    return exp_sub_below(NULL, x, max, n);
}

#include "row_kernels.h"

static const lm_vector_level level = {
    .exp = map_exp,
    .log = map_log,
    .tanh = map_tanh,
    .sigmoid = map_sigmoid,
    .erf = map_erf,
    .axpy = map_axpy,
    .scale = map_scale,
    .sum = vector_sum,
    .dot = vector_dot,
    .max = vector_max,
    .square_sum = vector_square_sum,
    .exp_sub = vector_exp_sub,
    .exp_sub_max = vector_exp_sub_max,
    .exp_sum = vector_exp_sum,
    .activate = {map_same, map_tanh, map_sigmoid, map_relu, map_gelu_tanh, map_gelu_erf},
    .backward = {add_dy, slope_tanh, slope_sigmoid, slope_relu, slope_gelu_tanh, slope_gelu_erf},
    .update = {[LM_UPDATE_SGD] = sgd,
               [LM_UPDATE_MOMENTUM] = with_momentum,
               [LM_UPDATE_NESTEROV] = nesterov,
               [LM_UPDATE_ADAGRAD] = adagrad,
               [LM_UPDATE_ADAM] = adam,
               [LM_UPDATE_BERT] = bert,
               [LM_UPDATE_AVERAGE] = average},
    .rows_dots = rows_dots,
    .rows_update = rows_update,
    .rows_slopes = rows_slopes,
    .rows_sum = rows_sum,
    .rows_add = rows_add,
};
#endif
