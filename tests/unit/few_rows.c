/* few_rows.c - tests of products of a few rows and steps along them: the same bits at every CPU
 * level, against plain sums in double; rows that are given twice. */
#include "lm/few_rows.h"
#include <string.h>
#include "../../src/num/vector_level.h"
#include "arrays.h"
#include "lm/vector.h"

enum { X = 7, U = 14, WIDEST = 144 };

/* Rows in an order of their own, padded with zeros, as short as they may be. */
typedef struct {
    size_t m, n, D;
    lm_real *x[X], *u[U], *y[X], *g;
} rows;

static size_t used; /* of the room for rows */

static lm_real *row_of(size_t D)
{
    static _Alignas(64) lm_real room[(2 * X + U) * WIDEST];
    const size_t stride = lm_rows_stride(D);
    CHECK(stride <= WIDEST && used + stride <= sizeof room / sizeof *room);
    lm_real *row = room + used;
    used += stride;
    memset(row, 0, stride * sizeof *row);
    for (size_t c = 0; c < D; c++) row[c] = (lm_real)below(2000) / 1000 - 1;
    return row;
}

/* The same for the same `seed`. */
static rows rows_of(size_t m, size_t n, size_t D, uint64_t seed)
{
    static lm_real g[X * U];
    rows r = {.m = m, .n = n, .D = D, .g = g};
    random_state = seed;
    used = 0; /* rows of the problem before may be gone, its own may not */
    for (size_t i = 0; i < m; i++) r.x[i] = row_of(D);
    for (size_t j = 0; j < n; j++) r.u[j] = row_of(D);
    for (size_t i = 0; i < m; i++) r.y[i] = row_of(D);
    for (size_t i = 0; i < m * n; i++) g[i] = (lm_real)below(2000) / 1000 - 1;
    return r;
}

/* A row of a list of rows; what pads it is 0 still, of either sign. */
static lm_real *put(lm_real *to, const lm_real *row, size_t D)
{
    const size_t stride = lm_rows_stride(D);
    memcpy(to, row, D * sizeof *to);
    for (size_t c = D; c < stride; c++) {
        CHECK(row[c] == 0);
        to[c] = 0;
    }
    return to + stride;
}

/* All of their numbers; returns how many. */
static size_t gather(const rows *r, lm_real *to)
{
    lm_real *at = to;
    for (size_t i = 0; i < r->m; i++) at = put(at, r->x[i], r->D);
    for (size_t j = 0; j < r->n; j++) at = put(at, r->u[j], r->D);
    for (size_t i = 0; i < r->m; i++) at = put(at, r->y[i], r->D);
    return (size_t)(at - to);
}

enum { ALL = (2 * X + U) * WIDEST };

typedef enum { DOTS, UPDATE, UPDATE_APART, SUM, SUM_IN_PLACE, ADD, CALLS } call;

/* Makes the call at a CPU level; all numbers and z go to `result`; returns how many. */
static size_t result_of(call what, size_t m, size_t n, size_t D, lm_cpu_level level,
                        lm_real result[ALL + X * U])
{
    rows r = rows_of(m, n, D, 10000 * m + 200 * n + D);
    lm_real *z = result + ALL;
    lm_vector_use(level);
    memset(result, 0, (ALL + X * U) * sizeof *result);
    if (what == DOTS) lm_rows_dots(z, r.x, m, r.u, n, D);
    if (what == UPDATE) lm_rows_update(r.x, r.x, m, r.u, n, r.g, D);
    if (what == UPDATE_APART) lm_rows_update(r.y, r.x, m, r.u, n, r.g, D);
    if (what == SUM) lm_rows_sum(r.y[0], r.g[0], r.x, m, D);
    if (what == SUM_IN_PLACE) lm_rows_sum(r.x[m - 1], r.g[0], r.x, m, D);
    if (what == ADD) lm_rows_add(r.x, m, r.g[0], r.y[0], D);
    return gather(&r, result);
}

static const size_t widths[] = {1,  2,  3,  7,  8,  9,   15,  16,  17,  31, 32,
                                33, 47, 63, 64, 65, 100, 127, 128, 129, 130};

TEST(rows_levels_agree)
{
    static lm_real plain[ALL + X * U], found[ALL + X * U];
    for (size_t m = 1; m <= X; m++)
        for (size_t n = 1; n <= U; n++)
            for (size_t k = 0; k < sizeof widths / sizeof *widths; k++)
                for (call what = 0; what < CALLS; what++) {
                    const size_t D = widths[k];
                    (void)result_of(what, m, n, D, LM_CPU_REF, plain);
                    for (lm_cpu_level level = LM_CPU_REF + 1; level <= lm_os_cpu(); level++) {
                        (void)result_of(what, m, n, D, level, found);
                        CHECK_SAME(found, plain, ALL + X * U);
                    }
                }
}

TEST(rows_dots_are_those_of_vectors)
{
    lm_real z[X * U];
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++) {
        lm_vector_use(level);
        for (size_t m = 1; m <= X; m++)
            for (size_t n = 1; n <= U; n++)
                for (size_t D = 1; D <= 130; D += 1 + D / 9) {
                    rows r = rows_of(m, n, D, D);
                    lm_rows_dots(z, r.x, m, r.u, n, D);
                    for (size_t i = 0; i < m * n; i++) {
                        const lm_real dot = lm_vec_dot(r.x[i / n], r.u[i % n], D);
                        CHECK_SAME(&z[i], &dot, 1);
                    }
                }
    }
}

/* Up to where lm_vec_dot begins to add parts in double. */
TEST(rows_dots_of_wide_rows)
{
    static _Alignas(64) lm_real wide[3][4096];
    lm_real *const x[] = {wide[0], wide[1], wide[2]};
    lm_real z[9];
    for (size_t i = 0; i < 3 * 4096; i++)
        wide[i / 4096][i % 4096] = (lm_real)below(2000) / 1000 - 1;
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++) {
        lm_vector_use(level);
        lm_rows_dots(z, x, 3, x, 3, 4096);
        for (size_t i = 0; i < 9; i++) CHECK(z[i] == lm_vec_dot(x[i / 3], x[i % 3], 4096));
    }
}

/* g = a (y - s(z)), at any length; s is lm_vec_sigmoid's. */
TEST(rows_slopes)
{
    static _Alignas(64) lm_real g[256], z[256], y[256], s[256];
    random_state = 1;
    for (size_t i = 0; i < 256; i++) {
        z[i] = (lm_real)below(40000) / 1000 - 20;
        y[i] = (lm_real)below(2);
    }
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++) {
        lm_vector_use(level);
        lm_vec_sigmoid(s, z, 256);
        for (size_t n = 1; n <= 240; n++) {
            const lm_real a = (lm_real)n / 1000;
            memset(g, 0, sizeof g);
            lm_rows_slopes(g, z, y, a, n);
            for (size_t i = 0; i < n; i++) CHECK(g[i] == a * (y[i] - s[i]));
            for (size_t i = lm_rows_stride(n); i < 256; i++) CHECK(g[i] == 0);
        }
    }
}

/* ---- against sums in double ---- */

/* What an update makes of the numbers that `gather` lists: y += g u with the u of before, six after
 * the other, and u += g' x.  `apart`: y is not x. */
static void plain_update(const rows *r, bool apart, double *all)
{
    const size_t stride = lm_rows_stride(r->D);
    double *x = all, *u = x + r->m * stride, *y = apart ? u + r->n * stride : x;
    for (size_t from = 0; from < r->n; from += 6)
        for (size_t c = 0; c < r->D; c++) {
            double move[X] = {0};
            for (size_t j = from; j < r->n && j < from + 6; j++) {
                const double old = u[j * stride + c];
                for (size_t i = 0; i < r->m; i++) {
                    move[i] += (double)r->g[i * r->n + j] * old;
                    u[j * stride + c] += (double)r->g[i * r->n + j] * x[i * stride + c];
                }
            }
            for (size_t i = 0; i < r->m; i++) y[i * stride + c] += move[i];
        }
}

static void plain_call(call what, const rows *r, double *all)
{
    const size_t stride = lm_rows_stride(r->D);
    double *x = all, *y = all + (r->m + r->n) * stride;
    double *to = what == SUM ? y : x + (r->m - 1) * stride;
    if (what == UPDATE || what == UPDATE_APART) plain_update(r, what == UPDATE_APART, all);
    for (size_t c = 0; c < r->D; c++) {
        double sum = 0;
        for (size_t i = 0; i < r->m; i++) sum += x[i * stride + c];
        if (what == SUM || what == SUM_IN_PLACE) to[c] = (double)r->g[0] * sum;
        for (size_t i = 0; what == ADD && i < r->m; i++)
            x[i * stride + c] += (double)r->g[0] * y[c];
    }
}

TEST(rows_against_double)
{
    static lm_real found[ALL + X * U], before[ALL];
    static double expected[ALL];
    for (size_t m = 1; m <= X; m++)
        for (size_t n = 1; n <= U; n++)
            for (size_t D = 1; D <= 130; D += 1 + D / 3)
                for (call what = UPDATE; what < CALLS; what++) {
                    const rows r = rows_of(m, n, D, 10000 * m + 200 * n + D);
                    const size_t count = gather(&r, before);
                    for (size_t i = 0; i < count; i++) expected[i] = (double)before[i];
                    plain_call(what, &r, expected);
                    CHECK_INT(result_of(what, m, n, D, lm_os_cpu(), found), count);
                    CHECK_CLOSE(found, expected, count, 1e-6);
                }
}

/* ---- rows that are given twice ---- */

/* A u twice among a few takes both steps; what y takes is by the u of before, or for a single x by
 * the u of one step after the other: the same as long as steps are small. */
TEST(rows_given_twice)
{
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++)
        for (size_t m = 1; m <= X; m++)
            for (size_t D = 1; D <= 130; D += 43) {
                rows r = rows_of(m, 9, D, D);
                lm_vector_use(level);
                r.u[7] = r.u[2];
                r.u[5] = r.u[3];
                for (size_t i = 0; i < m * 9; i++) r.g[i] *= (lm_real)1e-3;
                const lm_real *old[] = {copied(r.u[2], D), copied(r.u[3], D)};
                lm_rows_update(r.y, r.x, m, r.u, 9, r.g, D);
                for (size_t c = 0; c < D; c++) {
                    double two = (double)old[0][c], three = (double)old[1][c];
                    for (size_t i = 0; i < m; i++) {
                        two += (double)(r.g[i * 9 + 2] + r.g[i * 9 + 7]) * (double)r.x[i][c];
                        three += (double)(r.g[i * 9 + 3] + r.g[i * 9 + 5]) * (double)r.x[i][c];
                    }
                    CHECK_NEAR(r.u[2][c], two, 1e-6);
                    CHECK_NEAR(r.u[3][c], three, 1e-6);
                }
            }
}

/* An x that is moved twice takes both steps, and both are in what the u take. */
TEST(rows_moved_twice)
{
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++)
        for (size_t D = 1; D <= 130; D += 43) {
            rows r = rows_of(3, 2, D, D);
            lm_vector_use(level);
            r.x[2] = r.x[0];
            const lm_real *x = copied(r.x[0], D), *u[] = {copied(r.u[0], D), copied(r.u[1], D)};
            const lm_real *other = copied(r.x[1], D), *g = r.g;
            lm_rows_update(r.x, r.x, 3, r.u, 2, g, D);
            for (size_t c = 0; c < D; c++) {
                const double first = (double)(g[0] * u[0][c] + g[1] * u[1][c]);
                const double second = (double)(g[4] * u[0][c] + g[5] * u[1][c]);
                CHECK_NEAR(r.x[0][c], (double)x[c] + first + second, 1e-5);
                const double moved = (double)x[c] + first;
                CHECK_NEAR(r.u[0][c],
                           (double)(u[0][c] + g[0] * x[c] + g[2] * other[c]) + (double)g[4] * moved,
                           1e-5);
            }
            r = rows_of(3, 2, D, D);
            r.x[2] = r.x[0];
            lm_rows_add(r.x, 3, (lm_real)0.5, r.y[0], D);
            for (size_t c = 0; c < D; c++) CHECK_NEAR(r.x[0][c], x[c] + r.y[0][c], 1e-6);
        }
}
