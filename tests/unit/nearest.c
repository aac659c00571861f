/* nearest.c - tests of searching nearest rows: small ones worked out by hand, large ones against
 * all products in double, the same bits for any threads and queries. */
#include "lm/nearest.h"
#include <stdlib.h>
#include <string.h>
#include "arrays.h"
#include "failing.h"
#include "lm/sort.h"
#include "test.h"

static const lm_real four[] = {1, 0, 0, 1, -1, 0, 0.6F, 0.8F};

static void check_found(const lm_neighbour *found, uint32_t row, double score)
{
    CHECK_INT(found->row, row);
    CHECK_NEAR(found->score, score, 1e-6);
}

static void find(const lm_nearest_table *table, const lm_nearest_queries *queries,
                 lm_neighbour *found)
{
    lm_err e = {0};
    lm_compute *on = with_threads(2);
    CHECK_OK(lm_nearest(on, table, queries, found, &e), &e);
    without_threads(on);
}

TEST(nearest_of_four)
{
    const lm_nearest_table table = {.rows = four, .count = 4, .dim = 2, .stride = 2};
    const lm_real x[] = {1, 0, 0, -1};
    const uint32_t without[] = {0, 3, 1};
    const size_t begin[] = {0, 1, 3};
    lm_neighbour found[2 * 5];
    find(&table, &(lm_nearest_queries){.x = x, .count = 2, .top = 2}, found);
    check_found(&found[0], 0, 1);
    check_found(&found[1], 3, 0.6);
    check_found(&found[2], 0, 0); /* of equal ones the first */
    check_found(&found[3], 2, 0);
    find(&table,
         &(lm_nearest_queries){.x = x, .count = 2, .top = 5, .without = without, .begin = begin},
         found);
    check_found(&found[0], 3, 0.6);
    check_found(&found[1], 1, 0);
    check_found(&found[2], 2, -1);
    CHECK(found[3].row == LM_NO_ROW && found[4].row == LM_NO_ROW);
    check_found(&found[5], 0, 0);
    check_found(&found[6], 2, 0);
    CHECK(found[7].row == LM_NO_ROW);
}

/* Levy and Goldberg's eq. 4 by hand: a = (1,0), b = (0,1), c = (0.6,0.8). */
TEST(nearest_by_product)
{
    const lm_nearest_table table = {.rows = four, .count = 4, .dim = 2, .stride = 2};
    const lm_real x[] = {1, 0, 0, 1, 0.6F, 0.8F};
    lm_neighbour found[4];
    find(&table, &(lm_nearest_queries){.x = x, .count = 1, .top = 4, .multiply = true}, found);
    CHECK_INT(found[0].row, 2);
    CHECK_NEAR((double)found[0].score * 1e-6, 0.5 * 0.2, 1e-7);
    check_found(&found[1], 1, 1 * 0.9 / (0.5 + 1e-6));
    check_found(&found[2], 3, 0.9 * 1 / (0.8 + 1e-6));
    check_found(&found[3], 0, 0.5 * 0.8 / (1 + 1e-6));
}

static int backwards(const void *context, uint32_t a, uint32_t b)
{
    CHECK(context == four);
    return a > b ? -1 : a < b;
}

TEST(nearest_with_ties)
{
    const lm_real zeros_and_one[] = {0, 0, 0, 1, 0, 0}, x = 1;
    const lm_nearest_table table = {.rows = zeros_and_one,
                                    .count = 6,
                                    .dim = 1,
                                    .stride = 1,
                                    .order = backwards,
                                    .context = four};
    lm_neighbour found[3];
    find(&table, &(lm_nearest_queries){.x = &x, .count = 1, .top = 3}, found);
    check_found(&found[0], 3, 1);
    check_found(&found[1], 5, 0);
    check_found(&found[2], 4, 0);
}

TEST(nearest_of_nothing)
{
    const lm_nearest_table table = {.rows = four, .count = 0, .dim = 2, .stride = 2};
    lm_neighbour found = {0};
    find(&table, &(lm_nearest_queries){.x = four, .count = 1, .top = 1}, &found);
    CHECK_INT(found.row, LM_NO_ROW);
    find(&table, &(lm_nearest_queries){.x = four, .count = 0, .top = 1}, &found);
}

/* ---- large ---- */

static int descending(const void *context, const void *a, const void *b)
{
    (void)context;
    const double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

/* Every row found has the score it says, and the place among all scores, but for rounding. */
static void check_query(const lm_nearest_table *t, const lm_real *x, const lm_neighbour *found,
                        size_t top)
{
    lm_err e = {0};
    double *all = doubles(t->count), *sorted = doubles(t->count);
    for (size_t r = 0; r < t->count; r++)
        for (size_t i = 0; i < t->dim; i++)
            all[r] += (double)t->rows[r * t->stride + i] * (double)x[i];
    memcpy(sorted, all, t->count * sizeof *all);
    CHECK_OK(lm_sort(sorted, t->count, sizeof *sorted, descending, NULL, &e), &e);
    for (size_t i = 0; i < top; i++) {
        CHECK_NEAR(found[i].score, all[found[i].row], 1e-5);
        CHECK_NEAR(found[i].score, sorted[i], 1e-5);
    }
}

TEST(nearest_of_many)
{
    enum { ROWS = 5000, DIM = 37, STRIDE = 48, QUERIES = 600, TOP = 7 };
    static lm_neighbour found[4][QUERIES * TOP];
    random_state = 3;
    const lm_real *rows = drawn(ROWS * STRIDE), *x = drawn(QUERIES * STRIDE);
    const lm_nearest_table table = {.rows = rows, .count = ROWS, .dim = DIM, .stride = STRIDE};
    lm_err e = {0};
    for (size_t threads = 1; threads <= 3; threads++) {
        lm_compute *on = with_threads(threads);
        const lm_nearest_queries queries = {.x = x, .count = QUERIES, .top = TOP};
        CHECK_OK(lm_nearest(on, &table, &queries, found[threads], &e), &e);
        CHECK_BYTES(found[threads], found[1], sizeof *found);
        for (size_t q = 0; threads == 1 && q < QUERIES; q += 7) {
            const lm_nearest_queries one = {.x = x + q * STRIDE, .count = 1, .top = TOP};
            CHECK_OK(lm_nearest(on, &table, &one, found[0], &e), &e);
            CHECK_BYTES(found[0], found[1] + q * TOP, TOP * sizeof **found);
        }
        without_threads(on);
    }
    for (size_t q = 0; q < QUERIES; q += 29)
        check_query(&table, x + q * STRIDE, found[1] + q * TOP, TOP);
}

TEST(nearest_without_memory)
{
    const lm_nearest_table table = {.rows = four, .count = 4, .dim = 2, .stride = 2};
    const lm_nearest_queries queries = {.x = four, .count = 1, .top = 1};
    lm_compute *on = with_threads(1);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_neighbour found;
        const lm_status s = lm_nearest(on, &table, &queries, &found, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
    without_threads(on);
}
