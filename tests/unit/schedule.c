/* schedule.c - tests of the learning rates, against tests/oracle/optim.txt. */
#include "lm/schedule.h"
#include <stdio.h>
#include <string.h>
#include "test.h"

static void check_rates(FILE *file)
{
    int kind, warmup, total;
    lm_schedule s = {0};
    lm_err e = {0};
    CHECK_INT(fscanf(file, "%d %lf %lf %d %d", &kind, &s.peak, &s.floor, &warmup, &total), 5);
    s.kind = (lm_schedule_kind)kind;
    s.warmup = (uint64_t)warmup;
    s.total = (uint64_t)total;
    CHECK_OK(lm_schedule_check(&s, &e), &e);
    for (int t = 0; t < total + 3; t++) {
        double expected;
        CHECK_INT(fscanf(file, "%lf", &expected), 1);
        CHECK_NEAR(lm_schedule_rate(&s, (uint64_t)t), expected, 1e-15 * s.peak);
    }
}

TEST(schedule_oracle)
{
    char what[8];
    int schedules = 0;
    FILE *file = fopen(test_path("tests/oracle/optim.txt"), "r");
    CHECK(file != NULL);
    while (fscanf(file, "%7s", what) == 1)
        if (strcmp(what, "rates") == 0)
            check_rates(file), schedules++;
        else
            CHECK_INT(fscanf(file, "%*[^\n]"), 0);
    CHECK_INT(schedules, 33);
    fclose(file);
}

/* Where the branches meet, and the steps of a long run. */
TEST(schedule_ends)
{
    const uint64_t many = UINT64_C(1) << 40;
    const lm_schedule cosine = {LM_RATE_COSINE, 2, 0.25, 10, many};
    CHECK(lm_schedule_rate(&cosine, 9) == 2 && lm_schedule_rate(&cosine, 10) == 2);
    CHECK_NEAR(lm_schedule_rate(&cosine, many / 2 + 5), 1.25, 1e-12);
    CHECK(lm_schedule_rate(&cosine, many) == 0.5 && lm_schedule_rate(&cosine, UINT64_MAX) == 0.5);
    const lm_schedule all = {LM_RATE_LINEAR, 1, 0, 8, 8};
    CHECK(lm_schedule_rate(&all, 7) == 7.0 / 8 && lm_schedule_rate(&all, 8) == 0);
    const lm_schedule root = {LM_RATE_INVSQRT, 3, 0, 4, 0};
    CHECK(lm_schedule_rate(&root, 3) == 3 && lm_schedule_rate(&root, 15) == 1.5);
    const lm_schedule constant = {LM_RATE_CONSTANT, 3, 0, 0, 0};
    CHECK(lm_schedule_rate(&constant, 0) == 3 && lm_schedule_rate(&constant, many) == 3);
    const lm_schedule words = {LM_RATE_W2V, 1, 0, 0, 99999};
    CHECK(lm_schedule_rate(&words, 99999) == 1e-4);
}

TEST(schedule_refuses)
{
    static const struct {
        lm_schedule schedule;
        const char *message;
    } bad[] = {
        {{LM_RATE_CONSTANT, -1, 0, 0, 0}, "learning rate -1: expected"},
        {{LM_RATE_CONSTANT, HUGE_VAL, 0, 0, 0}, "learning rate inf"},
        {{LM_RATE_LINEAR, 1, 1.5, 0, 9}, "1.5 of the peak: expected 0 to 1"},
        {{LM_RATE_COSINE, 1, -0.5, 0, 9}, "expected 0 to 1"},
        {{LM_RATE_BERT, 1, 0.1, 0, 9}, "linear and cosine"},
        {{LM_RATE_W2V, 1, 0, 1, 9}, "no warm-up"},
        {{LM_RATE_LINEAR, 1, 0, 0, 0}, "needs a number of steps"},
        {{LM_RATE_GPT1, 1, 0, 0, 0}, "needs a number of steps"},
        {{LM_RATE_COSINE, 1, 0, 10, 9}, "warm-up of 10 steps: expected at most all 9"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lm_err e = {0};
        CHECK_FAILS(lm_schedule_check(&bad[i].schedule, &e), LM_EUSAGE, &e, bad[i].message);
    }
    lm_err e = {0};
    const lm_schedule nan = {LM_RATE_CONSTANT, (double)NAN, 0, 0, 0};
    CHECK_FAILS(lm_schedule_check(&nan, &e), LM_EUSAGE, &e, "learning rate");
}
