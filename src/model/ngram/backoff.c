/* backoff.c - sharing what is free in a context with the shorter contexts. */
#include "counts.h"
#include "lm/os.h"

enum { AHEAD = 32 };

/* ---- interpolation ---- */

typedef struct {
    const lm_ngram_counts *c;
    uint8_t *const *keep;
    lm_ngram_excess *excess;
    const lm_ngram_excess *before;
    int order; /* of the contexts of a loop */
} sharing;

static void interpolate_range(void *context, uint64_t h, uint64_t end)
{
    const sharing *job = context;
    const int k = job->order + 1; /* of the n-grams */
    const uint32_t *first = job->c->first[k - 1], *suffix = lm_ngram_suffixes(job->c, k);
    const float *lower = job->c->prob[k - 1], *free_part = job->c->bow[k - 1];
    float *prob = job->c->prob[k];
    const uint64_t last = first[end];
    for (; h < end; h++)
        for (uint32_t g = first[h]; g < first[h + 1]; g++) {
            if (g + AHEAD < last) LM_PREFETCH(&lower[suffix[g + AHEAD]]);
            prob[g] = (float)((double)prob[g] + (double)free_part[h] * (double)lower[suffix[g]]);
        }
}

static void for_all_orders(sharing *job, void (*body)(void *job, uint64_t h, uint64_t end),
                           const lm_run *run)
{
    for (job->order = 1; job->order < job->c->order; job->order++)
        lm_ngram_for_contexts(job->c, job->order, body, job, run);
}

void lm_ngram_interpolate(const lm_ngram_counts *c, const lm_run *run)
{
    sharing job = {.c = c};
    for_all_orders(&job, interpolate_range, run);
}

/* ---- sums over all words ----
 * Where the words not seen after h are rare ones, rest(h) is a small difference of sums near 1,
 * and bow(h) is large: an error of the sum over all words after h' would be multiplied by it,
 * and again by that of the next order.  So that sum is not taken to be 1, but kept. */

lm_status lm_ngram_excess_new(lm_ngram_excess *excess, const lm_ngram_counts *c, const lm_run *run,
                              lm_err *e)
{
    double sum = 0;
    for (uint64_t w = 0; w < c->size[1]; w++)
        if (w != c->bos) sum += (double)c->prob[1][w];
    *excess = (lm_ngram_excess){.none = sum - 1};
    for (int k = 1; k < c->order; k++) {
        excess->after[k] =
            lm_tables_new(&excess->tables, c->size[k], sizeof **excess->after, run, e);
        if (excess->after[k]) continue;
        lm_ngram_excess_free(excess);
        return e->status;
    }
    return LM_OK;
}

void lm_ngram_excess_free(lm_ngram_excess *excess)
{
    lm_tables_free(&excess->tables);
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

/* Over the n-grams hw of a context h. */
typedef struct {
    double seen, below;       /* sums of p(w|h) and of p(w|h') */
    double dropped, rejoined; /* the same, of those that are not kept */
} sums;

static sums sums_of(const sharing *job, uint64_t h)
{
    const lm_ngram_counts *c = job->c;
    const int k = job->order + 1;
    const uint32_t *suffix = lm_ngram_suffixes(c, k);
    sums s = {0};
    for (uint32_t g = c->first[k - 1][h]; g < c->first[k - 1][h + 1]; g++) {
        const bool kept = !job->keep || job->keep[k][g];
        *(kept ? &s.seen : &s.dropped) += (double)c->prob[k][g];
        *(kept ? &s.below : &s.rejoined) += (double)c->prob[k - 1][suffix[g]];
    }
    return s;
}

static void note_excess(const sharing *job, uint64_t h, double seen, double rest)
{
    const double bow = (double)job->c->bow[job->order][h];
    job->excess->after[job->order][h] = (float)(seen + bow * rest - 1);
}

static void measure_range(void *context, uint64_t h, uint64_t end)
{
    const sharing *job = context;
    for (; h < end; h++) {
        const sums s = sums_of(job, h);
        note_excess(job, h, s.seen, lm_ngram_rest(job->c, job->excess, job->order, h, s.below));
    }
}

void lm_ngram_excess_fill(lm_ngram_excess *excess, const lm_ngram_counts *c, const lm_run *run)
{
    sharing job = {.c = c, .excess = excess};
    for_all_orders(&job, measure_range, run);
}

/* ---- backing off ---- */

/* A rest this small is rounding, or a word that hardly is there. */
static const double LEAST_REST = 3e-6;

/* Gives what is free after h to the words not seen there; if there are none to speak of, to
 * those that were, as interpolation does. */
static void give_away(const sharing *job, uint64_t h, double free_part, sums s)
{
    const lm_ngram_counts *c = job->c;
    const int k = job->order + 1;
    const uint32_t *suffix = lm_ngram_suffixes(c, k);
    const double rest = lm_ngram_rest(c, job->excess, k - 1, h, s.below);
    c->bow[k - 1][h] = (float)(rest > LEAST_REST ? free_part / rest : free_part);
    if (rest <= LEAST_REST) {
        for (uint32_t g = c->first[k - 1][h]; g < c->first[k - 1][h + 1]; g++)
            c->prob[k][g] += (float)(free_part * (double)c->prob[k - 1][suffix[g]]);
        s = sums_of(job, h);
    }
    note_excess(job, h, s.seen, rest);
}

static void back_off_range(void *context, uint64_t h, uint64_t end)
{
    const sharing *job = context;
    for (; h < end; h++) give_away(job, h, (double)job->c->bow[job->order][h], sums_of(job, h));
}

void lm_ngram_back_off(const lm_ngram_counts *c, lm_ngram_excess *excess, const lm_run *run)
{
    sharing job = {.c = c, .excess = excess};
    for_all_orders(&job, back_off_range, run);
}

/* What was free stays so, and what the n-grams had that go is, too.  A context that loses none
 * needs nothing: the words it saw keep their p(w|h'), so that rest(h) is what it was. */
static void back_off_without(const sharing *job, uint64_t h)
{
    const sums s = sums_of(job, h);
    const double bow = (double)job->c->bow[job->order][h];
    const double before = lm_ngram_rest(job->c, job->before, job->order, h, s.below + s.rejoined);
    if (s.dropped > 0 || s.rejoined > 0)
        give_away(job, h, bow * before + s.dropped, s);
    else
        note_excess(job, h, s.seen, before);
}

static void back_off_without_range(void *context, uint64_t h, uint64_t end)
{
    for (; h < end; h++) back_off_without(context, h);
}

void lm_ngram_back_off_without(const lm_ngram_counts *c, uint8_t *const *keep,
                               const lm_ngram_excess *before, lm_ngram_excess *after,
                               const lm_run *run)
{
    sharing job = {.c = c, .keep = keep, .excess = after, .before = before};
    for_all_orders(&job, back_off_without_range, run);
}
