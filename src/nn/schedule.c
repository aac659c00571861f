/* schedule.c - the learning rate of every step. */
#include "lm/schedule.h"
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include "lm/scalar.h"

static bool has_floor(lm_schedule_kind kind)
{
    return kind == LM_RATE_LINEAR || kind == LM_RATE_COSINE;
}

static bool has_end(lm_schedule_kind kind)
{
    return kind != LM_RATE_CONSTANT && kind != LM_RATE_INVSQRT;
}

lm_status lm_schedule_check(const lm_schedule *s, lm_err *e)
{
    if (!(s->peak >= 0 && s->peak < HUGE_VAL))
        return lm_fail(e, LM_EUSAGE, "learning rate %g: expected a number from 0", s->peak);
    if (!(s->floor >= 0 && s->floor <= 1))
        return lm_fail(e, LM_EUSAGE, "last learning rate %g of the peak: expected 0 to 1",
                       s->floor);
    if (s->floor > 0 && !has_floor(s->kind))
        return lm_fail(e, LM_EUSAGE, "a last learning rate is for the schedules linear and cosine");
    if (s->warmup > 0 && s->kind == LM_RATE_W2V)
        return lm_fail(e, LM_EUSAGE, "the schedule w2v has no warm-up");
    if (!has_end(s->kind)) return LM_OK;
    if (s->total == 0)
        return lm_fail(e, LM_EUSAGE, "this schedule of the learning rate needs a number of steps");
    if (s->warmup > s->total)
        return lm_fail(e, LM_EUSAGE, "warm-up of %" PRIu64 " steps: expected at most all %" PRIu64,
                       s->warmup, s->total);
    return LM_OK;
}

/* Falls from 1 to 0 as x goes from 0 to 1. */
static double half_wave(double x)
{
    return 0.5 * (1 + lm_cos(3.14159265358979323846 * x));
}

/* The share of the peak. */
static double share(const lm_schedule *s, double t, double warmup, double total)
{
    const double x = t / total;                          /* of all */
    const double late = (t - warmup) / (total - warmup); /* of what follows the warm-up */
    const double floor = s->floor;
    switch (s->kind) {
    case LM_RATE_CONSTANT:
        return t < warmup ? (t + 1) / warmup : 1;
    case LM_RATE_LINEAR:
        return t < warmup ? t / warmup : floor + (1 - floor) * (1 - late);
    case LM_RATE_COSINE:
        return t < warmup ? (t + 1) / warmup : floor + (1 - floor) * half_wave(late);
    case LM_RATE_INVSQRT:
        return t < warmup ? (t + 1) / warmup : sqrt((warmup > 0 ? warmup : 1) / (t + 1));
    case LM_RATE_BERT:
        return t < warmup ? t / warmup : 1 - x;
    case LM_RATE_GPT1:
        return t <= warmup && warmup > 0 ? t / warmup : half_wave(x);
    case LM_RATE_GPT1_LINEAR:
        return (t < warmup ? t / warmup : 1) * (1 - x);
    case LM_RATE_W2V:
        break;
    }
    return fmax(1 - t / (total + 1), 1e-4);
}

/* The rate of the last step stands for all after it, where `late` would be beyond 1. */
double lm_schedule_rate(const lm_schedule *s, uint64_t step)
{
    const uint64_t t = has_end(s->kind) && step > s->total ? s->total : step;
    if (has_floor(s->kind) && t == s->total) return s->peak * s->floor;
    return s->peak * share(s, (double)t, (double)s->warmup, (double)s->total);
}
