/* correlation.c - tests of correlations: worked out by hand. */
#include "lm/correlation.h"
#include "failing.h"
#include "test.h"

static double spearman(const double *x, const double *y, size_t n)
{
    lm_err e = {0};
    double rho;
    CHECK_OK(lm_spearman(x, y, n, &rho, &e), &e);
    return rho;
}

/* x - mean = -1.5 -.5 .5 1.5; y - mean = -2.25 -.25 -1.25 3.75: 8.5 / sqrt(5 * 20.75). */
TEST(correlation_of_four)
{
    const double x[] = {1, 2, 3, 4}, y[] = {1, 3, 2, 7};
    CHECK_NEAR(lm_pearson(x, y, 4), 8.5 / sqrt(5 * 20.75), 1e-15);
    CHECK_NEAR(spearman(x, y, 4), 0.8, 1e-15); /* 1 - 6 * 2 / (4 * 15) */
}

/* Ranks of y: 1, 2.5, 2.5, 4; of x: 1.5, 1.5, 3, 4.  Differences from 2.5: -1.5 0 0 1.5 and
 * -1 -1 .5 1.5: 3.75 / sqrt(4.5 * 4.5). */
TEST(correlation_with_ties)
{
    const double x[] = {-1, -1, 0, 9}, y[] = {-7, 5, 5, 6};
    CHECK_NEAR(spearman(x, y, 4), 3.75 / 4.5, 1e-15);
}

TEST(correlation_at_its_limits)
{
    const double up[] = {1, 10, 1000}, down[] = {5, 4, -9e300}, flat[] = {2, 2, 2};
    CHECK_NEAR(spearman(up, down, 3), -1, 1e-15);
    CHECK_NEAR(spearman(up, up, 3), 1, 1e-15);
    CHECK_NEAR(lm_pearson(up, up, 3), 1, 1e-15);
    CHECK(isnan(spearman(up, flat, 3)) && isnan(lm_pearson(flat, up, 3)));
    CHECK(isnan(spearman(up, down, 1)) && isnan(spearman(up, down, 0)));
}

TEST(correlation_without_memory)
{
    const double x[] = {1, 2};
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        double rho;
        const lm_status s = lm_spearman(x, x, 2, &rho, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
}
