/* lbfgs.c - tests of minimising: functions whose least is known. */
#include "lm/lbfgs.h"
#include "failing.h"
#include "test.h"

static const lm_lbfgs_options how = {.tolerance = 1e-9, .iterations = 1000};

static lm_lbfgs_end descend(double (*f)(void *context, const double *x, double *gradient),
                            double *x, size_t n)
{
    lm_err e = {0};
    lm_lbfgs_end end;
    CHECK_OK(lm_lbfgs(f, x, x, n, &how, NULL, &end, &e), &e);
    return end;
}

/* sum of 10^i (x_i - i)^2 + 7 */
static double bowl(void *context, const double *x, double *gradient)
{
    double value = 7, scale = 1;
    CHECK(context != NULL);
    for (int i = 0; i < 5; i++, scale *= 10) {
        value += scale * (x[i] - i) * (x[i] - i);
        gradient[i] = 2 * scale * (x[i] - i);
    }
    return value;
}

TEST(lbfgs_in_a_bowl)
{
    double x[5] = {9, -9, 9, -9, 9};
    const lm_lbfgs_end end = descend(bowl, x, 5);
    CHECK(end.iterations > 1 && end.iterations < 100);
    CHECK_NEAR(end.value, 7, 1e-9);
    for (int i = 0; i < 5; i++) CHECK_NEAR(x[i], i, 1e-6);
}

/* Rosenbrock 1960: a bent valley, least at (1,1). */
static double valley(void *context, const double *x, double *gradient)
{
    const double u = x[1] - x[0] * x[0], v = 1 - x[0];
    (void)context;
    gradient[0] = -400 * x[0] * u - 2 * v;
    gradient[1] = 200 * u;
    return 100 * u * u + v * v;
}

TEST(lbfgs_in_a_valley)
{
    double x[2] = {-1.2, 1};
    const lm_lbfgs_end end = descend(valley, x, 2);
    CHECK(end.iterations < 100);
    CHECK_NEAR(x[0], 1, 1e-7);
    CHECK_NEAR(x[1], 1, 1e-7);
    CHECK(end.gradient <= how.tolerance);
}

static double flat(void *context, const double *x, double *gradient)
{
    (void)context;
    (void)x;
    gradient[0] = 0;
    return 3;
}

/* |x| has no gradient that vanishes: where no step goes down, it ends. */
static double kink(void *context, const double *x, double *gradient)
{
    (void)context;
    gradient[0] = x[0] < 0 ? -1 : 1;
    return fabs(x[0]);
}

TEST(lbfgs_at_its_limits)
{
    double x = 5;
    lm_lbfgs_end end = descend(flat, &x, 1);
    CHECK(end.iterations == 0 && x == 5 && end.value == 3);
    end = descend(kink, &x, 1);
    CHECK_NEAR(x, 0, 1e-6);
    lm_err e = {0};
    x = 5;
    CHECK_OK(lm_lbfgs(kink, NULL, &x, 1, &(lm_lbfgs_options){1e-9, 1}, NULL, &end, &e), &e);
    CHECK(end.iterations == 1 && x < 5);
}

TEST(lbfgs_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        double x[2] = {0, 0};
        lm_err e = {0};
        lm_lbfgs_end end;
        const lm_status s = lm_lbfgs(valley, NULL, x, 2, &how, NULL, &end, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
}
