/* kmeans.c - rows in clusters, each about its mean.
 *
 * Of all means the nearest to x has the largest x c - |c|^2 / 2: a matrix product.  Sums over rows
 * are in double, of fixed chunks or row by row, whoever computes them. */
#include "lm/kmeans.h"
#include <math.h>
#include <string.h>
#include "lm/gemm.h"
#include "lm/memory.h"
#include "lm/random.h"
#include "lm/vector.h"

enum {
    CHUNK = 4096,   /* rows of a sum */
    TILE = 1 << 20, /* products at a time */
    FEWEST = 64     /* rows of them */
};

typedef struct {
    const lm_compute *on;
    const lm_real *rows; /* (N, stride) */
    size_t N, D, stride, K, chunks;
    uint32_t *cluster; /* (N) */
    lm_real *means;    /* (K, stride) */
    lm_real *half;     /* (K) -|mean|^2 / 2 */
    double *squares;   /* (N) |row|^2 */
    double *away;      /* (N) square of the distance to the mean; while seeding, to the nearest */
    double *sums;      /* (chunks) */
    lm_real *tile;     /* (tile_rows, K) */
    size_t tile_rows, first, count; /* rows of the tile */
    size_t *begin;                  /* (K + 1) of each cluster's rows in */
    uint32_t *order;                /* (N) */
    double *sum;                    /* (K, D) */
    size_t changed;
    const lm_real *seed; /* the mean that was added last */
} clustering;

static const lm_real *row_of(const clustering *c, size_t i)
{
    return c->rows + i * c->stride;
}

static size_t end_of(const clustering *c, size_t chunk)
{
    return c->N - chunk * CHUNK < CHUNK ? c->N : (chunk + 1) * CHUNK;
}

static void each_chunk(clustering *c, void (*body)(void *context, size_t chunk))
{
    lm_parallel_for(lm_compute_pool(c->on), c->chunks, body, c);
}

static double sum_of_chunks(const clustering *c)
{
    double sum = 0;
    for (size_t i = 0; i < c->chunks; i++) sum += c->sums[i];
    return sum;
}

/* ---- seeding ---- */

static void begin_chunk(void *context, size_t chunk)
{
    clustering *c = context;
    for (size_t i = chunk * CHUNK; i < end_of(c, chunk); i++) {
        c->squares[i] = lm_vec_square_sum(row_of(c, i), c->D);
        c->away[i] = HUGE_VAL;
    }
}

/* Distances to the nearest of the means so far, and their sum. */
static void approach_chunk(void *context, size_t chunk)
{
    clustering *c = context;
    const double square = lm_vec_square_sum(c->seed, c->D);
    double sum = 0;
    for (size_t i = chunk * CHUNK; i < end_of(c, chunk); i++) {
        const double product = (double)lm_vec_dot(row_of(c, i), c->seed, c->D);
        const double away = c->squares[i] - 2 * product + square;
        if (away < c->away[i]) c->away[i] = away > 1e-6 * square ? away : 0; /* else rounding */
        sum += c->away[i];
    }
    c->sums[chunk] = sum;
}

/* The row at which the sum of `away` up to it passes `part`; never one that is a mean already,
 * unless all are. */
static size_t row_at(const clustering *c, double part)
{
    size_t chunk = 0, last = 0;
    while (chunk + 1 < c->chunks && part >= c->sums[chunk]) part -= c->sums[chunk++];
    for (; chunk < c->chunks; chunk++)
        for (size_t i = chunk * CHUNK; i < end_of(c, chunk); i++) {
            if (!(c->away[i] > 0)) continue;
            last = i;
            if (part < c->away[i]) return i;
            part -= c->away[i];
        }
    return last;
}

static void add_mean(clustering *c, size_t k, size_t row)
{
    memcpy(c->means + k * c->stride, row_of(c, row), c->stride * sizeof *c->means);
    c->seed = c->means + k * c->stride;
    each_chunk(c, approach_chunk);
}

/* Each mean is a row, drawn with a chance as the square of its distance to those before. */
static void seed_means(clustering *c, uint64_t seed, const lm_run *run)
{
    each_chunk(c, begin_chunk);
    for (size_t k = 0; k < c->K; k++) {
        const lm_random_block block = lm_random_at(seed, LM_RANDOM_CLUSTER, 0, k);
        const double all = k ? sum_of_chunks(c) : 0;
        add_mean(c, k,
                 k ? row_at(c, lm_random_real(block) * all) : (size_t)lm_random_below(block, c->N));
        lm_progress(run, "seeding", (double)k, (double)c->K, "clusters");
    }
}

/* ---- iterations ---- */

static void choose(void *context, size_t i)
{
    clustering *c = context;
    const size_t row = c->first + i;
    const lm_real *products = c->tile + i * c->K, most = lm_vec_max(products, c->K);
    uint32_t k = 0;
    while (products[k] < most) k++;
    c->cluster[row] = k;
    c->away[row] = c->squares[row] - 2 * (double)most;
}

static void choose_some(void *context, size_t part)
{
    clustering *c = context;
    const size_t end = c->count - part * FEWEST < FEWEST ? c->count : (part + 1) * FEWEST;
    for (size_t i = part * FEWEST; i < end; i++) choose(c, i);
}

static void find_nearest(clustering *c, uint32_t *before)
{
    memcpy(before, c->cluster, c->N * sizeof *before);
    for (c->first = 0; c->first < c->N; c->first += c->count) {
        c->count = c->N - c->first < c->tile_rows ? c->N - c->first : c->tile_rows;
        lm_gemm(c->on, &(lm_product){.m = c->count,
                                     .n = c->K,
                                     .k = c->D,
                                     .a = row_of(c, c->first),
                                     .lda = c->stride,
                                     .b = c->means,
                                     .ldb = c->stride,
                                     .tb = true,
                                     .c = c->tile,
                                     .ldc = c->K,
                                     .bias = c->half});
        lm_parallel_for(lm_compute_pool(c->on), (c->count + FEWEST - 1) / FEWEST, choose_some, c);
    }
    c->changed = 0;
    for (size_t i = 0; i < c->N; i++) c->changed += c->cluster[i] != before[i];
}

static void sort_rows(clustering *c)
{
    memset(c->begin, 0, (c->K + 1) * sizeof *c->begin);
    for (size_t i = 0; i < c->N; i++) c->begin[c->cluster[i] + 1]++;
    for (size_t k = 0; k < c->K; k++) c->begin[k + 1] += c->begin[k];
    for (size_t i = 0; i < c->N; i++) c->order[c->begin[c->cluster[i]]++] = (uint32_t)i;
    for (size_t k = c->K; k > 0; k--) c->begin[k] = c->begin[k - 1];
    c->begin[0] = 0;
}

/* The row farthest from its mean that is not alone there; N: all are at theirs. */
static size_t farthest(const clustering *c)
{
    size_t row = c->N;
    for (size_t i = 0; i < c->N; i++) {
        const size_t k = c->cluster[i];
        if (c->begin[k + 1] - c->begin[k] > 1 && c->away[i] > 1e-6 * c->squares[i] &&
            (row == c->N || c->away[i] > c->away[row]))
            row = i;
    }
    return row;
}

static void fill_empty(clustering *c)
{
    sort_rows(c);
    for (size_t k = 0; k < c->K; k++) {
        if (c->begin[k + 1] > c->begin[k]) continue;
        const size_t row = farthest(c);
        if (row == c->N) return;
        c->cluster[row] = (uint32_t)k;
        c->away[row] = 0;
        c->changed++;
        sort_rows(c);
    }
}

/* The mean of cluster k, whose rows are added in their order. */
static void take_mean(void *context, size_t k)
{
    clustering *c = context;
    double *sum = c->sum + k * c->D;
    lm_real *mean = c->means + k * c->stride;
    const size_t count = c->begin[k + 1] - c->begin[k];
    memset(sum, 0, c->D * sizeof *sum);
    for (size_t i = c->begin[k]; i < c->begin[k + 1]; i++)
        for (size_t d = 0; d < c->D; d++) sum[d] += (double)row_of(c, c->order[i])[d];
    for (size_t d = 0; count && d < c->D; d++) mean[d] = (lm_real)(sum[d] / (double)count);
    c->half[k] = (lm_real)(lm_vec_square_sum(mean, c->D) / -2);
}

static void take_means(clustering *c)
{
    lm_parallel_for(lm_compute_pool(c->on), c->K, take_mean, c);
}

/* ---- the end ---- */

static void add_chunk(void *context, size_t chunk)
{
    clustering *c = context;
    double sum = 0;
    for (size_t i = chunk * CHUNK; i < end_of(c, chunk); i++) {
        const lm_real *row = row_of(c, i), *mean = c->means + c->cluster[i] * c->stride;
        for (size_t d = 0; d < c->D; d++) {
            const double x = (double)row[d] - (double)mean[d];
            sum += x * x;
        }
    }
    c->sums[chunk] = sum;
}

/* Clusters numbered by their first rows; `number` (K) is room. */
static size_t renumber(clustering *c, uint32_t *number)
{
    uint32_t next = 0;
    for (size_t k = 0; k < c->K; k++) number[k] = UINT32_MAX;
    for (size_t i = 0; i < c->N; i++) {
        uint32_t *own = &number[c->cluster[i]];
        if (*own == UINT32_MAX) *own = next++;
        c->cluster[i] = *own;
    }
    return next;
}

static void find_clusters(clustering *c, const lm_kmeans_options *how, uint32_t *before,
                          lm_kmeans_end *end, const lm_run *run)
{
    *end = (lm_kmeans_end){0};
    seed_means(c, how->seed, run);
    for (size_t k = 0; k < c->K; k++)
        c->half[k] = (lm_real)(lm_vec_square_sum(c->means + k * c->stride, c->D) / -2);
    for (size_t i = 0; i < c->N; i++) c->cluster[i] = UINT32_MAX; /* none yet: all will change */
    while (end->iterations < how->iterations && !end->settled) {
        find_nearest(c, before);
        fill_empty(c);
        take_means(c);
        end->settled = c->changed == 0;
        end->iterations++;
        lm_progress(run, "clustering", (double)end->iterations, (double)how->iterations, "rounds");
    }
    each_chunk(c, add_chunk);
    end->inertia = sum_of_chunks(c);
    end->empty = c->K - renumber(c, before);
    lm_progress(run, NULL, 0, 0, "");
}

lm_status lm_kmeans(const lm_compute *on, const lm_real *rows, size_t N, size_t D, size_t stride,
                    const lm_kmeans_options *how, uint32_t *cluster, lm_kmeans_end *end,
                    const lm_run *run, lm_err *e)
{
    const size_t K = how->clusters, wide = TILE / K > FEWEST ? TILE / K : FEWEST;
    lm_arena arena = {0};
    clustering c = {.on = on,
                    .rows = rows,
                    .N = N,
                    .D = D,
                    .stride = stride,
                    .K = K,
                    .chunks = (N + CHUNK - 1) / CHUNK,
                    .cluster = cluster,
                    .tile_rows = wide < N ? wide : N};
    c.means = lm_arena_new(&arena, K, stride * sizeof *c.means, e);
    c.half = lm_arena_new(&arena, K, sizeof *c.half, e);
    c.squares = lm_arena_new(&arena, N, sizeof *c.squares, e);
    c.away = lm_arena_new(&arena, N, sizeof *c.away, e);
    c.sums = lm_arena_new(&arena, c.chunks, sizeof *c.sums, e);
    c.tile = lm_arena_new(&arena, c.tile_rows, K * sizeof *c.tile, e);
    c.begin = lm_arena_new(&arena, K + 1, sizeof *c.begin, e);
    c.order = lm_arena_new(&arena, N, sizeof *c.order, e);
    c.sum = lm_arena_new(&arena, K, D * sizeof *c.sum, e);
    uint32_t *before = lm_arena_new(&arena, N > K ? N : K, sizeof *before, e);
    if (!e->status) find_clusters(&c, how, before, end, run);
    lm_arena_free(&arena);
    return e->status;
}
