/* shuffle.c - tests of the orders of examples. */
#include "lm/shuffle.h"
#include <string.h>
#include "test.h"

TEST(shuffle_is_a_permutation)
{
    static bool seen[5000];
    static const uint64_t counts[] = {999, 1000, 1023, 1024, 1025, 4999};
    for (uint64_t n = 1; n < 200 + sizeof counts / sizeof *counts; n++) {
        const uint64_t count = n < 200 ? n : counts[n - 200];
        for (uint32_t epoch = 0; epoch < 3; epoch++) {
            const lm_shuffle order = lm_shuffle_of(count, n, epoch);
            memset(seen, 0, sizeof seen);
            for (uint64_t i = 0; i < count; i++) {
                const uint64_t at = lm_shuffle_at(&order, i);
                CHECK(at < count);
                CHECK(!seen[at]);
                seen[at] = true;
            }
        }
    }
}

TEST(shuffle_of_very_many)
{
    static const uint64_t counts[] = {UINT64_C(1) << 40, (UINT64_C(1) << 62) + 12345};
    for (int c = 0; c < 2; c++) {
        const lm_shuffle order = lm_shuffle_of(counts[c], 1, 0);
        for (uint64_t i = 0; i < 1000; i++)
            CHECK(lm_shuffle_at(&order, counts[c] - 1 - i) < counts[c]);
    }
}

TEST(shuffle_differs_by_seed_and_epoch)
{
    const lm_shuffle orders[] = {lm_shuffle_of(1000, 1, 0), lm_shuffle_of(1000, 1, 1),
                                 lm_shuffle_of(1000, 2, 0)};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < a; b++) {
            int same = 0;
            for (uint64_t i = 0; i < 1000; i++)
                same += lm_shuffle_at(&orders[a], i) == lm_shuffle_at(&orders[b], i);
            CHECK(same < 10); /* 1 is expected; more than 9: one in 10 million */
        }
}

/* Chi-square of equally likely cells: its mean is the degrees of freedom. */
static void check_uniform(const int *seen, int cells, int draws)
{
    double chi = 0;
    const double expected = (double)draws / cells, freedom = cells - 1;
    for (int i = 0; i < cells; i++) chi += (seen[i] - expected) * (seen[i] - expected) / expected;
    CHECK_NEAR(chi, freedom, 5 * sqrt(2 * freedom));
}

static int factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* The number of an order among all: how many later ones are smaller, digit by digit. */
static int rank_of(const lm_shuffle *order)
{
    int rank = 0;
    for (uint64_t i = 0; i < order->count; i++) {
        int smaller = 0;
        for (uint64_t k = i + 1; k < order->count; k++)
            smaller += lm_shuffle_at(order, k) < lm_shuffle_at(order, i);
        rank = rank * (int)(order->count - i) + smaller;
    }
    return rank;
}

TEST(shuffle_orders_of_few_are_equally_likely)
{
    for (int count = 2; count <= 5; count++) {
        int seen[120] = {0};
        const int orders = factorial(count), draws = 100 * orders;
        for (int epoch = 0; epoch < draws; epoch++) {
            const lm_shuffle order = lm_shuffle_of((uint64_t)count, 3, (uint32_t)epoch);
            seen[rank_of(&order)]++;
        }
        check_uniform(seen, orders, draws);
    }
}

/* Where two neighbours come to stand, in tenths, and the first with the third: 10 x 10 cells. */
TEST(shuffle_places_of_many_are_equally_likely)
{
    static const uint64_t counts[] = {1000, 4096, 10007};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        int first[100] = {0}, second[100] = {0};
        const uint64_t count = counts[c] / 10 * 10; /* tenths are equal */
        for (uint32_t epoch = 0; epoch < 10000; epoch++) {
            const lm_shuffle order = lm_shuffle_of(count, 11, epoch);
            const uint64_t at = epoch % (count - 2);
            const int a = (int)(lm_shuffle_at(&order, at) * 10 / count);
            const int b = (int)(lm_shuffle_at(&order, at + 1) * 10 / count);
            const int d = (int)(lm_shuffle_at(&order, at + 2) * 10 / count);
            first[10 * a + b]++;
            second[10 * a + d]++;
        }
        check_uniform(first, 100, 10000);
        check_uniform(second, 100, 10000);
    }
}

/* Neighbours do not stay neighbours. */
TEST(shuffle_scatters_neighbours)
{
    const lm_shuffle order = lm_shuffle_of(10000, 5, 0);
    int near = 0;
    for (uint64_t i = 0; i + 1 < 10000; i++) {
        const double a = (double)lm_shuffle_at(&order, i), b = (double)lm_shuffle_at(&order, i + 1);
        near += fabs(a - b) <= 100 ? 1 : 0;
    }
    CHECK(near > 100 && near < 300); /* 199 are expected, deviation 14 */
}
