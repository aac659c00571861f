/* kmeans.c - tests of clusters: worked out by hand, or that they are what they should be: every
 * row in the cluster of the nearest mean. */
#include "lm/kmeans.h"
#include <string.h>
#include "arrays.h"
#include "failing.h"
#include "test.h"

static lm_kmeans_end cluster_rows(const lm_real *rows, size_t N, size_t D,
                                  const lm_kmeans_options *how, uint32_t *cluster, size_t threads)
{
    lm_err e = {0};
    lm_kmeans_end end;
    lm_compute *on = with_threads(threads);
    CHECK_OK(lm_kmeans(on, rows, N, D, D, how, cluster, &end, NULL, &e), &e);
    without_threads(on);
    return end;
}

/* Means 0.5 and 10.5 from any beginning, as each row is nearer to its group's rows. */
TEST(kmeans_of_two_groups)
{
    static const lm_real rows[] = {0, 10, 11, 1};
    static const uint32_t expected[] = {0, 1, 1, 0};
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint32_t cluster[4];
        const lm_kmeans_options how = {2, 10, seed};
        const lm_kmeans_end end = cluster_rows(rows, 4, 1, &how, cluster, 2);
        CHECK_BYTES(cluster, expected, sizeof expected);
        CHECK_NEAR(end.inertia, 1, 1e-6);
        CHECK(end.settled && end.empty == 0 && end.iterations <= 3);
    }
}

TEST(kmeans_of_one_and_of_all)
{
    static const lm_real rows[] = {1, 0, 0, 1, -1, 0, 0, -1, 0, 0};
    uint32_t cluster[5];
    lm_kmeans_end end = cluster_rows(rows, 5, 2, &(lm_kmeans_options){1, 10, 1}, cluster, 1);
    CHECK_NEAR(end.inertia, 4, 1e-6);
    for (int i = 0; i < 5; i++) CHECK_INT(cluster[i], 0);
    end = cluster_rows(rows, 5, 2, &(lm_kmeans_options){5, 10, 1}, cluster, 1);
    CHECK_NEAR(end.inertia, 0, 0);
    CHECK(end.settled && end.empty == 0);
    for (uint32_t i = 0; i < 5; i++) CHECK_INT(cluster[i], i);
}

TEST(kmeans_of_equal_rows)
{
    static const lm_real same[] = {0.3F, 0.3F, 0.3F, 0.3F}, zeros_too[] = {0, 0, 2, 0};
    uint32_t cluster[4];
    lm_kmeans_end end = cluster_rows(same, 4, 1, &(lm_kmeans_options){3, 10, 1}, cluster, 1);
    CHECK(end.empty == 2 && end.settled);
    for (int i = 0; i < 4; i++) CHECK_INT(cluster[i], 0);
    end = cluster_rows(zeros_too, 4, 1, &(lm_kmeans_options){3, 10, 1}, cluster, 1);
    CHECK(end.empty == 1 && cluster[0] == 0 && cluster[1] == 0 && cluster[2] == 1);
    CHECK_NEAR(end.inertia, 0, 1e-12);
}

/* Of rows that lie about, what Lloyd's rounds end with: no row is nearer to another mean. */
static void check_settled(const lm_real *rows, size_t N, size_t D, const uint32_t *cluster,
                          size_t K, double inertia)
{
    double *means = doubles(K * D), *count = doubles(K), sum = 0;
    for (size_t i = 0; i < N; i++) {
        CHECK(cluster[i] < K);
        count[cluster[i]]++;
        for (size_t d = 0; d < D; d++) means[cluster[i] * D + d] += (double)rows[i * D + d];
    }
    for (size_t k = 0; k < K; k++)
        for (size_t d = 0; d < D; d++) means[k * D + d] /= count[k];
    for (size_t i = 0; i < N; i++) {
        double own = 0, least = HUGE_VAL;
        for (size_t k = 0; k < K; k++) {
            double away = 0;
            for (size_t d = 0; d < D; d++) {
                const double x = (double)rows[i * D + d] - means[k * D + d];
                away += x * x;
            }
            if (k == cluster[i]) own = away;
            if (away < least) least = away;
        }
        CHECK_NEAR(own, least, 1e-5);
        sum += own;
    }
    CHECK_NEAR(inertia, sum, 1e-4 * sum);
}

TEST(kmeans_settles)
{
    enum { N = 9000, D = 5, K = 37 };
    static uint32_t cluster[4][N];
    random_state = 9;
    const lm_real *rows = drawn(N * D);
    const lm_kmeans_options how = {K, 1000, 7};
    for (size_t threads = 1; threads < 4; threads++) {
        const lm_kmeans_end end = cluster_rows(rows, N, D, &how, cluster[threads], threads);
        CHECK_BYTES(cluster[threads], cluster[1], sizeof *cluster);
        CHECK(end.settled && end.empty == 0);
        if (threads == 1) check_settled(rows, N, D, cluster[1], K, end.inertia);
    }
    const lm_kmeans_end short_of =
        cluster_rows(rows, N, D, &(lm_kmeans_options){K, 2, 7}, cluster[0], 2);
    CHECK(!short_of.settled && short_of.iterations == 2);
    CHECK(memcmp(cluster[0], cluster[1], sizeof *cluster) != 0);
}

/* Nearly as many clusters as rows, so that some lose all of theirs. */
TEST(kmeans_fills_empty_clusters)
{
    enum { N = 300, D = 2, K = 290 };
    uint32_t cluster[N];
    random_state = 4;
    const lm_real *rows = drawn(N * D);
    for (uint64_t seed = 0; seed < 5; seed++) {
        const lm_kmeans_end end =
            cluster_rows(rows, N, D, &(lm_kmeans_options){K, 100, seed}, cluster, 2);
        CHECK_INT(end.empty, 0);
        check_settled(rows, N, D, cluster, K, end.inertia);
    }
}

TEST(kmeans_without_memory)
{
    static const lm_real rows[] = {0, 10, 11, 1};
    lm_compute *on = with_threads(1);
    for (size_t k = 1; failing_round(k); k++) {
        uint32_t cluster[4];
        lm_err e = {0};
        lm_kmeans_end end;
        const lm_status s =
            lm_kmeans(on, rows, 4, 1, 1, &(lm_kmeans_options){2, 9, 1}, cluster, &end, NULL, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
    without_threads(on);
}
