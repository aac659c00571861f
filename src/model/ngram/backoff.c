/* backoff.c - sharing what is free in a context with the shorter contexts. */
#include "counts.h"

enum { RANGE = 1 << 12 };

typedef struct {
    uint64_t size;
    void (*body)(void *job, uint64_t h, uint64_t end);
    void *job;
} ranges;

static void do_range(void *context, size_t i)
{
    const ranges *r = context;
    const uint64_t begin = (uint64_t)i * RANGE, end = begin + RANGE;
    r->body(r->job, begin, end < r->size ? end : r->size);
}

void lm_ngram_for_ranges(uint64_t size, void (*body)(void *job, uint64_t h, uint64_t end),
                         void *job, const lm_run *run)
{
    ranges r = {size, body, job};
    lm_parallel_for(lm_run_pool(run), (size_t)((size + RANGE - 1) / RANGE), do_range, &r);
}

typedef struct {
    const lm_ngram_counts *c;
    uint8_t *const *keep;
    lm_ngram_excess *excess;
    int order; /* of the contexts of a loop */
} sharing;

/* ---- interpolation ---- */

static void interpolate_range(void *context, uint64_t h, uint64_t end)
{
    const sharing *job = context;
    const int k = job->order + 1; /* of the n-grams */
    const uint32_t *first = job->c->first[k - 1], *suffix = lm_ngram_suffixes(job->c, k);
    const float *lower = job->c->prob[k - 1], *free_part = job->c->bow[k - 1];
    float *prob = job->c->prob[k];
    for (; h < end; h++)
        for (uint32_t g = first[h]; g < first[h + 1]; g++)
            prob[g] = (float)((double)prob[g] + (double)free_part[h] * (double)lower[suffix[g]]);
}

void lm_ngram_interpolate(const lm_ngram_counts *c, const lm_run *run)
{
    sharing job = {.c = c};
    for (job.order = 1; job.order < c->order; job.order++)
        lm_ngram_for_ranges(c->size[job.order], interpolate_range, &job, run);
}

/* ---- backing off ----
 * Where the words not seen after h are rare ones, rest(h) is a small difference of sums near 1,
 * and bow(h) is large: an error of the sum over all words after h' would be multiplied by it,
 * and again by that of the next order.  So that sum is not taken to be 1, but kept. */

lm_status lm_ngram_excess_new(lm_ngram_excess *excess, const lm_ngram_counts *c, lm_err *e)
{
    *excess = (lm_ngram_excess){0};
    double sum = 0;
    for (uint64_t w = 0; w < c->size[1]; w++)
        if (w != c->bos) sum += (double)c->prob[1][w];
    excess->none = sum - 1;
    for (int k = 1; k < c->order; k++) {
        excess->after[k] = lm_new((size_t)c->size[k], sizeof **excess->after, e);
        if (excess->after[k]) continue;
        lm_ngram_excess_free(excess);
        return e->status;
    }
    return LM_OK;
}

void lm_ngram_excess_free(lm_ngram_excess *excess)
{
    for (int k = 1; k <= LM_NGRAM_ORDER_MAX; k++) lm_free(excess->after[k]);
    *excess = (lm_ngram_excess){0};
}

double lm_ngram_rest(const lm_ngram_counts *c, const lm_ngram_excess *excess, int k, uint64_t h,
                     double below)
{
    const double over =
        k == 1 ? excess->none : (double)excess->after[k - 1][lm_ngram_suffixes(c, k)[h]];
    const double rest = 1 + over - below;
    return rest > 0 ? rest : 0;
}

/* A rest this small is rounding, or a word that hardly is there. */
static const double LEAST_REST = 3e-6;

static void back_off_from(const sharing *job, uint64_t h)
{
    const lm_ngram_counts *c = job->c;
    const int k = job->order + 1; /* of the n-grams */
    const uint32_t from = c->first[k - 1][h], until = c->first[k - 1][h + 1];
    const uint32_t *suffix = lm_ngram_suffixes(c, k);
    const uint8_t *keep = job->keep ? job->keep[k] : NULL;
    const float *lower = c->prob[k - 1];
    float *prob = c->prob[k], *bow = &c->bow[k - 1][h];
    double seen = 0, below = 0;
    uint32_t kept = 0;
    for (uint32_t g = from; g < until; g++) {
        if (keep && !keep[g]) continue;
        kept++;
        seen += (double)prob[g];
        below += (double)lower[suffix[g]];
    }
    const double rest = lm_ngram_rest(c, job->excess, k - 1, h, below);
    const double free_part = !keep ? (double)*bow : seen < 1 ? 1 - seen : 0;
    if (keep && kept == until - from) {
        ; /* as it was */
    } else if (rest > LEAST_REST) {
        *bow = (float)(free_part / rest);
    } else { /* no other words to speak of: the seen ones have it, as if interpolated */
        *bow = (float)free_part;
        seen = 0;
        for (uint32_t g = from; g < until; g++) {
            if (keep && !keep[g]) continue;
            prob[g] = (float)((double)prob[g] + free_part * (double)lower[suffix[g]]);
            seen += (double)prob[g];
        }
    }
    job->excess->after[k - 1][h] = (float)(seen + (double)*bow * rest - 1);
}

static void back_off_range(void *context, uint64_t h, uint64_t end)
{
    for (; h < end; h++) back_off_from(context, h);
}

void lm_ngram_back_off(const lm_ngram_counts *c, uint8_t *const *keep, lm_ngram_excess *excess,
                       const lm_run *run)
{
    sharing job = {.c = c, .keep = keep, .excess = excess};
    for (job.order = 1; job.order < c->order; job.order++)
        lm_ngram_for_ranges(c->size[job.order], back_off_range, &job, run);
}
