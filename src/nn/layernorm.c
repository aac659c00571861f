/* layernorm.c - normalisation of each row. */
#include "lm/layernorm.h"
#include <math.h>
#include <string.h>
#include "columns.h"
#include "lm/vector.h"
#include "slices.h"

/* Lanes of sums, as in vector.h; and elements are done by so many into an array of their own, which
 * overlaps nothing, so that a compiler may use vector instructions. */
enum { LANES = 16 };

/* y (n) = x - mean; y may be x. */
static void centre(lm_real *y, const lm_real *x, lm_real mean, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        lm_real part[LANES];
        for (size_t l = 0; l < LANES; l++) part[l] = x[i + l] - mean;
        memcpy(y + i, part, sizeof part);
    }
    for (; i < n; i++) y[i] = x[i] - mean;
}

/* y (n) = y rstd gain + bias */
static void rescale(lm_real *y, lm_real rstd, const lm_real *gain, const lm_real *bias, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        lm_real part[LANES];
        for (size_t l = 0; l < LANES; l++) part[l] = y[i + l] * rstd * gain[i + l] + bias[i + l];
        memcpy(y + i, part, sizeof part);
    }
    for (; i < n; i++) y[i] = y[i] * rstd * gain[i] + bias[i];
}

typedef struct {
    lm_real *out, *mean, *rstd;
    const lm_real *in, *gain, *bias;
    double eps;
    size_t C;
} forward_loop;

static void normalise_rows(void *context, size_t first, size_t end)
{
    const forward_loop *l = context;
    const size_t C = l->C;
    for (size_t n = first; n < end; n++) {
        const lm_real *x = l->in + n * C;
        lm_real *y = l->out + n * C;
        const lm_real mean = lm_vec_sum(x, C) / (lm_real)C;
        centre(y, x, mean, C);
        const lm_real rstd = (lm_real)(1 / sqrt(lm_vec_square_sum(y, C) / (double)C + l->eps));
        rescale(y, rstd, l->gain, l->bias, C);
        if (l->mean) l->mean[n] = mean;
        if (l->rstd) l->rstd[n] = rstd;
    }
}

void lm_layernorm_forward(const lm_compute *on, lm_real *out, lm_real *mean, lm_real *rstd,
                          const lm_real *in, const lm_real *gain, const lm_real *bias, double eps,
                          size_t N, size_t C)
{
    forward_loop l = {out, mean, rstd, in, gain, bias, eps, C};
    lm_nn_slices(on, N, C, normalise_rows, &l);
}

typedef struct {
    lm_real *d_in;
    const lm_real *d_out, *in, *gain, *mean, *rstd;
    size_t N, C;
} backward_loop;

/* A row's gradient: with z = (x - mean) rstd and g = gain dy,
 * dx = rstd (g - mean(g) - z mean(g z)). */
typedef struct {
    const lm_real *dy, *x, *gain;
    lm_real mean, rstd, mean_g, mean_gz;
    size_t C;
} row;

static inline void add_terms(lm_real *restrict sum, lm_real *restrict moment, const row *r,
                             size_t i)
{
    const lm_real g = r->gain[i] * r->dy[i];
    *sum += g;
    *moment += g * ((r->x[i] - r->mean) * r->rstd);
}

/* The means, the first time over the row. */
static void find_means(row *r)
{
    const row copy = *r; /* which what is written here does not overlap */
    lm_real sum[LANES] = {0}, moment[LANES] = {0}, total[2][LANES];
    size_t i = 0;
    for (; i + LANES <= copy.C; i += LANES)
        for (size_t l = 0; l < LANES; l++) add_terms(&sum[l], &moment[l], &copy, i + l);
    for (size_t l = 0; i + l < copy.C; l++) add_terms(&sum[l], &moment[l], &copy, i + l);
    memcpy(total[0], sum, sizeof sum);
    memcpy(total[1], moment, sizeof moment);
    r->mean_g = lm_vec_sum(total[0], LANES) / (lm_real)copy.C;
    r->mean_gz = lm_vec_sum(total[1], LANES) / (lm_real)copy.C;
}

static inline lm_real slope(const row *r, size_t i)
{
    const lm_real z = (r->x[i] - r->mean) * r->rstd;
    return r->rstd * (r->gain[i] * r->dy[i] - r->mean_g - z * r->mean_gz);
}

static void add_slopes(lm_real *dx, const row *r)
{
    const row copy = *r;
    size_t i = 0;
    for (; i + LANES <= r->C; i += LANES) {
        lm_real part[LANES];
        for (size_t l = 0; l < LANES; l++) part[l] = dx[i + l] + slope(&copy, i + l);
        memcpy(dx + i, part, sizeof part);
    }
    for (; i < r->C; i++) dx[i] += slope(&copy, i);
}

static void rows_backward(void *context, size_t first, size_t end)
{
    const backward_loop *l = context;
    const size_t C = l->C;
    for (size_t n = first; n < end; n++) {
        row r = {l->d_out + n * C, l->in + n * C, l->gain, l->mean[n], l->rstd[n], 0, 0, C};
        find_means(&r);
        add_slopes(l->d_in + n * C, &r);
    }
}

/* sum (n) += dy z of one row */
static void add_row(lm_real *restrict sum, const lm_real *dy, const lm_real *x, lm_real mean,
                    lm_real rstd, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) sum[i + l] += dy[i + l] * ((x[i + l] - mean) * rstd);
    for (; i < n; i++) sum[i] += dy[i] * ((x[i] - mean) * rstd);
}

/* What row n adds to d_gain. */
static void add_gain(const void *context, lm_real *sum, size_t n, size_t at, size_t width)
{
    const backward_loop *l = context;
    const size_t place = n * l->C + at;
    add_row(sum, l->d_out + place, l->in + place, l->mean[n], l->rstd[n], width);
}

void lm_layernorm_backward(const lm_compute *on, lm_real *d_in, lm_real *d_gain, lm_real *d_bias,
                           const lm_real *d_out, const lm_real *in, const lm_real *gain,
                           const lm_real *mean, const lm_real *rstd, size_t N, size_t C)
{
    backward_loop l = {d_in, d_out, in, gain, mean, rstd, N, C};
    if (d_bias) lm_nn_column_sums(on, d_bias, d_out, C, N, C);
    if (d_gain) lm_nn_columns(on, d_gain, N, C, add_gain, &l);
    if (d_in) lm_nn_slices(on, N, C, rows_backward, &l);
}
