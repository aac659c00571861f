/* pca.c - tests of principal components: by hand, and against numpy. */
#include "lm/pca.h"
#include "arrays.h"
#include "failing.h"
#include "test.h"

static void components(const lm_real *rows, size_t N, size_t D, double *place, double share[2])
{
    lm_err e = {0};
    CHECK_OK(lm_pca(rows, N, D, 2, place, share, &e), &e);
}

/* Along (3,4) at -10, 0, 5, 5 about their mean. */
TEST(pca_of_a_line)
{
    static const lm_real rows[] = {-6, -7, 0, 1, 3, 5, 3, 5};
    static const double along[] = {10, 0, -5, -5};
    double place[8], share[2];
    components(rows, 4, 2, place, share);
    for (int i = 0; i < 4; i++) {
        CHECK_NEAR(place[2 * i], along[i], 1e-9);
        CHECK_NEAR(place[2 * i + 1], 0, 1e-9);
    }
    CHECK_NEAR(share[0], 1, 1e-12);
    CHECK_NEAR(share[1], 0, 1e-12);
}

/* Axes already; the first of equally far rows is on the positive side. */
TEST(pca_of_a_cross)
{
    static const lm_real rows[] = {0, -1, 0, 1, -2, 0, 2, 0};
    double place[8], share[2];
    components(rows, 4, 2, place, share);
    CHECK_NEAR(place[0], 0, 1e-12);
    CHECK_NEAR(place[1], 1, 1e-12);
    CHECK_NEAR(place[3], -1, 1e-12);
    CHECK_NEAR(place[4], 2, 1e-12);
    CHECK_NEAR(place[6], -2, 1e-12);
    CHECK_NEAR(share[0], 0.8, 1e-12);
    CHECK_NEAR(share[1], 0.2, 1e-12);
}

TEST(pca_at_its_limits)
{
    static const lm_real same[] = {3, 3, 3, 3}, two[] = {1, 5, 4, 1};
    double place[8], share[2];
    components(same, 1, 4, place, share);
    CHECK(!(place[0] != 0) && !(place[1] != 0) && !(share[0] != 0));
    components(same, 4, 1, place, share);
    for (int i = 0; i < 8; i++) CHECK_NEAR(place[i], 0, 0);
    components(two, 2, 2, place, share);
    CHECK_NEAR(place[0], 2.5, 1e-12);
    CHECK_NEAR(place[2], -2.5, 1e-12);
    CHECK(!(place[1] != 0) && !(place[3] != 0));
    components(two, 4, 1, place, share);
    CHECK_NEAR(place[0], -1.75, 1e-12);
    CHECK_NEAR(place[2], 2.25, 1e-12);
    CHECK(!(share[1] != 0));
}

/* By tests/oracle/pca.py: five rows of three numbers, by their covariance, and the transpose, by
 * the products of rows. */
TEST(pca_as_numpy_finds_it)
{
    static const lm_real tall[] = {2, 0, 1, 0, 1, 3, -1, 4, 0, 5, 2, 2, 1, 1, -3};
    static const lm_real wide[] = {2, 0, -1, 5, 1, 0, 1, 4, 2, 1, 1, 3, 0, 2, -3};
    static const double tall_place[] = {1.024016923,  0.467950920,  0.686389986, -2.506615096,
                                        -2.623483222, -1.618301986, 3.449615674, 1.047713650,
                                        -2.536539361, 2.609252512},
                        tall_share[] = {0.518145084, 0.329978705};
    static const double wide_place[] = {-2.783458212, -2.192696043, 3.382598808,
                                        -1.202877463, -0.599140597, 3.395573506},
                        wide_share[] = {0.523622780, 0.476377220};
    double place[10], share[2];
    components(tall, 5, 3, place, share);
    for (int i = 0; i < 10; i++) CHECK_NEAR(place[i], tall_place[i], 1e-8);
    for (int i = 0; i < 2; i++) CHECK_NEAR(share[i], tall_share[i], 1e-8);
    components(wide, 3, 5, place, share);
    for (int i = 0; i < 6; i++) CHECK_NEAR(place[i], wide_place[i], 1e-8);
    for (int i = 0; i < 2; i++) CHECK_NEAR(share[i], wide_share[i], 1e-8);
}

/* Both ways tell the same of a square and more. */
TEST(pca_both_ways)
{
    enum { N = 40, D = 41 };
    double wide[2 * N], tall[2 * N], share[2], other[2];
    random_state = 2;
    const lm_real *rows = drawn(N * D);
    lm_real *cut = zeros(N * (D + 20));
    for (size_t i = 0; i < N; i++)
        for (size_t d = 0; d < 39; d++) cut[i * (D + 20) + d] = rows[i * 39 + d];
    components(cut, N, D + 20, wide, share);
    components(rows, N, 39, tall, other);
    for (size_t i = 0; i < 2 * N; i++) CHECK_NEAR(wide[i], tall[i], 1e-9);
    CHECK_NEAR(share[1], other[1], 1e-12);
}

TEST(pca_without_memory)
{
    static const lm_real rows[] = {1, 2, 3, 5};
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        double place[4], share[2];
        const lm_status s = lm_pca(rows, 2, 2, 2, place, share, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
}
