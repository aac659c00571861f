/* arrays.h - what the tests of numbers share: arrays just as long as they must be, threads. */
#ifndef ARRAYS_H
#define ARRAYS_H
#include <stdlib.h>
#include <string.h>
#include "lm/compute.h"
#include "lm/real.h"
#include "test.h"
#include "unit/chance.h"

/* `count` zeroed elements that nobody frees: a test is a process.  Each array by itself on the
 * heap, so that a sanitizer sees what lies outside; known here, so that it sees no leak. */
static inline void *array(size_t count, size_t size)
{
    static void *known[4096];
    static size_t arrays;
    void *x = calloc(count + !count, size);
    CHECK(x && arrays < sizeof known / sizeof *known);
    known[arrays++] = x;
    return x;
}

static inline lm_real *zeros(size_t count)
{
    return array(count, sizeof(lm_real));
}

static inline double *doubles(size_t count)
{
    return array(count, sizeof(double));
}

/* Uniform in [-1, 1). */
static inline lm_real *drawn(size_t count)
{
    lm_real *x = zeros(count);
    for (size_t i = 0; i < count; i++) x[i] = (lm_real)below(1 << 20) / (lm_real)(1 << 19) - 1;
    return x;
}

static inline lm_real *copied(const lm_real *x, size_t count)
{
    lm_real *y = zeros(count);
    memcpy(y, x, count * sizeof *y);
    return y;
}

/* Freed by without_threads. */
static inline lm_compute *with_threads(size_t threads)
{
    static lm_err e;
    lm_pool *pool;
    lm_compute *on;
    CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
    CHECK_OK(lm_compute_new(&on, pool, false, &e), &e);
    return on;
}

static inline void without_threads(lm_compute *on)
{
    lm_pool *pool = lm_compute_pool(on);
    lm_compute_free(on);
    lm_pool_free(pool);
}

/* max|found - expected| <= tolerance max(max|expected|, 1e-3) */
static inline void check_close(test_place place, const lm_real *found, const double *expected,
                               size_t count, double tolerance)
{
    double most = 0, worst = 0;
    for (size_t i = 0; i < count; i++) {
        const double error = fabs((double)found[i] - expected[i]);
        most = fmax(most, fabs(expected[i]));
        worst = error <= worst ? worst : error; /* NaN stays */
    }
    test_near(place, worst, 0, tolerance * fmax(most, 1e-3));
}
#define CHECK_CLOSE(found, expected, count, tolerance)                                             \
    check_close(TEST_PLACE(#found), found, expected, count, tolerance)

#define CHECK_SAME(found, expected, count) CHECK_BYTES(found, expected, (count) * sizeof *(found))
#endif
