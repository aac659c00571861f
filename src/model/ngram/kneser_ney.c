/* kneser_ney.c - interpolated modified Kneser-Ney.
 * Chen and Goodman 1999, section 3; adjusted counts as in Heafield et al. 2013, section 3.
 *
 *   a(g)   = C(g) for the highest order and for n-grams that begin with <s>,
 *            else the number of distinct words before g
 *   p(w|h) = (a(hw) - D(a(hw))) / sum_w a(hw) + gamma(h) p(w|h')     h' = h without its first
 *   gamma(h) = (D1 N1(h) + D2 N2(h) + D3 N3+(h)) / sum_w a(hw)        p(w|) ends in 1/|V| */
#include <string.h>
#include "counts.h"

enum { CHUNK = 1 << 12 };

typedef struct {
    lm_ngram_counts *counts;
    uint32_t *adjusted[LM_NGRAM_ORDER_MAX + 1]; /* at the highest order the counts themselves */
    double (*discount)[3];                      /* by order, for counts 1, 2, 3 and more */
    int order;                                  /* of the contexts of a loop */
} kneser_ney;

/* Order i + 1 of the adjusted counts: one for every n-gram that has it as its suffix. */
static void adjust_order(void *context, size_t i)
{
    const kneser_ney *job = context;
    const lm_ngram_counts *c = job->counts;
    const int k = (int)i + 1;
    const uint32_t *suffix = k == 1 ? c->word[2] : c->suffix[k + 1];
    for (uint64_t g = 0; g < c->size[k + 1]; g++) job->adjusted[k][suffix[g]]++;
    for (uint64_t g = c->border[k]; g < c->size[k]; g++) job->adjusted[k][g] = c->count[k][g];
    if (k == 1) job->adjusted[1][c->bos] = 0; /* never predicted */
}

/* ---- discounts: Chen and Goodman's equation 17, from the counts of adjusted counts ---- */

static bool discounts_from(const uint64_t t[5], double discount[3])
{
    if (!t[1] || !t[2] || !t[3]) return false;
    const double y = (double)t[1] / ((double)t[1] + 2.0 * (double)t[2]);
    for (int j = 1; j <= 3; j++) {
        discount[j - 1] = j - (j + 1) * y * (double)t[j + 1] / (double)t[j];
        if (!(discount[j - 1] >= 0 && discount[j - 1] <= j)) return false;
    }
    return true;
}

static lm_status estimate_discounts(const kneser_ney *job, int k, const lm_ngram_options *options,
                                    const lm_run *run, lm_err *e)
{
    const lm_ngram_counts *c = job->counts;
    const uint64_t size = c->marks ? c->size[k] : c->border[k];
    uint64_t t[5] = {0}; /* how many n-grams have the adjusted count 1, 2, 3, 4 */
    double *d = job->discount[k];
    for (uint64_t g = 0; g < size; g++)
        if (job->adjusted[k][g] <= 4) t[job->adjusted[k][g]]++;
    if (size == 0 || discounts_from(t, d)) return LM_OK;
    const double *given = options->fallback_discount;
    if (!options->fallback)
        return lm_fail(e, LM_EFORMAT,
                       "order %d: no discounts follow from its counts of counts (%llu, %llu, %llu, "
                       "%llu); give them by --discount-fallback D1,D2,D3",
                       k, (unsigned long long)t[1], (unsigned long long)t[2],
                       (unsigned long long)t[3], (unsigned long long)t[4]);
    lm_warn(run,
            "order %d: no discounts follow from its counts of counts; using %g %g %g "
            "(--discount-fallback changes that)",
            k, given[0], given[1], given[2]);
    memcpy(d, given, 3 * sizeof *d);
    return LM_OK;
}

/* ---- probabilities ---- */

static double discount_of(const double discount[3], uint32_t adjusted)
{
    return adjusted == 0 ? 0 : discount[(adjusted < 3 ? adjusted : 3) - 1];
}

/* Sum of the adjusted counts from..until, and of what is discounted from them. */
static double sum_range(const kneser_ney *job, int k, uint64_t from, uint64_t until,
                        double *discounted)
{
    uint64_t sum = 0, n[3] = {0};
    for (uint64_t g = from; g < until; g++) {
        const uint32_t a = job->adjusted[k][g];
        sum += a;
        if (a) n[(a < 3 ? a : 3) - 1]++;
    }
    const double *d = job->discount[k];
    *discounted = d[0] * (double)n[0] + d[1] * (double)n[1] + d[2] * (double)n[2];
    return (double)sum;
}

static void estimate_unigrams(const kneser_ney *job)
{
    const lm_vocab *vocab = job->counts->vocab;
    const double uniform = 1.0 / (double)lm_vocab_outputs(vocab);
    double discounted;
    const double sum = sum_range(job, 1, 0, vocab->size, &discounted);
    for (uint32_t w = 0; w < vocab->size; w++) {
        const uint32_t a = job->adjusted[1][w];
        const double p = (a - discount_of(job->discount[1], a)) / sum + discounted / sum * uniform;
        job->counts->prob[1][w] = w == job->counts->bos ? 0.0f : (float)p;
    }
}

static void interpolate_chunk(void *context, size_t chunk)
{
    const kneser_ney *job = context;
    const lm_ngram_counts *c = job->counts;
    const int k = job->order + 1; /* of the n-grams */
    const uint32_t *first = c->first[job->order];
    const uint32_t *suffix = k == 2 ? c->word[2] : c->suffix[k];
    const uint64_t begin = (uint64_t)chunk * CHUNK;
    const uint64_t end = begin + CHUNK < c->size[k - 1] ? begin + CHUNK : c->size[k - 1];
    for (uint64_t h = begin; h < end; h++) {
        double discounted;
        const double sum = sum_range(job, k, first[h], first[h + 1], &discounted);
        const double gamma = sum > 0 ? discounted / sum : 1.0;
        for (uint32_t g = first[h]; g < first[h + 1]; g++) {
            const uint32_t a = job->adjusted[k][g];
            c->prob[k][g] = (float)((a - discount_of(job->discount[k], a)) / sum +
                                    gamma * (double)c->prob[k - 1][suffix[g]]);
        }
        c->bow[job->order][h] = (float)gamma;
    }
}

/* ---- */

static lm_status new_tables(kneser_ney *job, const lm_run *run, lm_err *e)
{
    lm_ngram_counts *c = job->counts;
    job->adjusted[c->order] = c->count[c->order];
    for (int k = 1; k <= c->order; k++) {
        const size_t size = (size_t)c->size[k];
        if (!(c->prob[k] = lm_tables_new(&c->tables, size, sizeof **c->prob, run, e)))
            return e->status;
        if (k == c->order) break;
        if (!(c->bow[k] = lm_tables_new(&c->tables, size, sizeof **c->bow, run, e)) ||
            !(job->adjusted[k] = lm_tables_new(&c->tables, size, sizeof **job->adjusted, run, e)))
            return e->status;
    }
    return LM_OK;
}

static lm_status estimate(kneser_ney *job, const lm_ngram_options *options, const lm_run *run,
                          lm_err *e)
{
    lm_ngram_counts *c = job->counts;
    LM_TRY(new_tables(job, run, e));
    if (c->order == 1) c->count[1][c->bos] = 0; /* never predicted */
    lm_parallel_for(lm_run_pool(run), (size_t)c->order - 1, adjust_order, job);
    for (int k = 1; k <= c->order; k++) LM_TRY(estimate_discounts(job, k, options, run, e));
    estimate_unigrams(job);
    for (job->order = 1; job->order < c->order; job->order++)
        lm_parallel_for(lm_run_pool(run), (size_t)((c->size[job->order] + CHUNK - 1) / CHUNK),
                        interpolate_chunk, job);
    return LM_OK;
}

lm_status lm_ngram_kneser_ney(lm_ngram *model, lm_ngram_counts *counts,
                              const lm_ngram_options *options, const lm_run *run, lm_err *e)
{
    kneser_ney job = {.counts = counts, .discount = model->discount};
    const lm_status s = estimate(&job, options, run, e);
    for (int k = 1; k < counts->order; k++) lm_tables_drop(&counts->tables, job.adjusted[k]);
    return s;
}
