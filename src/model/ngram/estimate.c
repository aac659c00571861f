/* estimate.c - from counts to probabilities: the parts all estimators share, MLE and add-k. */
#include <string.h>
#include "counts.h"

enum { CHUNK = 1 << 12 };

/* ---- relative frequencies ----
 * p(w|h) = (C(hw) + k) / (C(h) + k|V|), and for every word not seen after h the same with
 * C(hw) = 0, kept as bow(h).  MLE is k = 0 with bow(h) = 0 after a seen context, and 1 where
 * nothing was seen, so that an unseen context falls to the shorter one. */

typedef struct {
    const lm_ngram_counts *counts;
    double k, outputs; /* |V| */
    int order;         /* of the contexts */
    float *prob, *bow; /* of order + 1, of order */
} frequencies;

static void frequency_chunk(void *context, size_t chunk)
{
    const frequencies *job = context;
    const lm_ngram_counts *c = job->counts;
    const uint32_t *first = c->first[job->order], *count = c->count[job->order + 1];
    const uint64_t contexts = c->size[job->order], begin = (uint64_t)chunk * CHUNK;
    const uint64_t end = begin + CHUNK < contexts ? begin + CHUNK : contexts;
    for (uint64_t h = begin; h < end; h++) {
        uint64_t sum = 0;
        for (uint32_t i = first[h]; i < first[h + 1]; i++) sum += count[i];
        const double total = (double)sum + job->k * job->outputs;
        for (uint32_t i = first[h]; i < first[h + 1]; i++)
            job->prob[i] = (float)((count[i] + job->k) / total);
        job->bow[h] = job->k > 0 ? (float)(job->k / total) : sum ? 0.0f : 1.0f;
    }
}

static void frequency_unigrams(const lm_ngram_counts *c, double k, double outputs, float *prob)
{
    uint64_t sum = 0;
    for (uint32_t w = 0; w < c->size[1]; w++)
        if (w != c->bos) sum += c->count[1][w];
    const double total = (double)sum + k * outputs;
    for (uint32_t w = 0; w < c->size[1]; w++)
        prob[w] = w == c->bos ? 0.0f : (float)((c->count[1][w] + k) / total);
}

static lm_status estimate_frequencies(lm_ngram_counts *c, double k, const lm_run *run, lm_err *e)
{
    const double outputs = (double)lm_vocab_outputs(c->vocab);
    for (int order = 1; order <= c->order; order++) {
        c->prob[order] = lm_tables_new(&c->tables, c->size[order], sizeof **c->prob, run, e);
        if (!c->prob[order]) return e->status;
    }
    frequency_unigrams(c, k, outputs, c->prob[1]);
    for (int order = 1; order < c->order; order++) {
        c->bow[order] = lm_tables_new(&c->tables, c->size[order], sizeof **c->bow, run, e);
        if (!c->bow[order]) return e->status;
        frequencies job = {c, k, outputs, order, c->prob[order + 1], c->bow[order]};
        lm_parallel_for(lm_run_pool(run), (size_t)((c->size[order] + CHUNK - 1) / CHUNK),
                        frequency_chunk, &job);
    }
    return LM_OK;
}

lm_status lm_ngram_mle(lm_ngram *model, lm_ngram_counts *counts, const lm_run *run, lm_err *e)
{
    (void)model;
    return estimate_frequencies(counts, 0, run, e);
}

lm_status lm_ngram_addk(lm_ngram *model, lm_ngram_counts *counts, double k, const lm_run *run,
                        lm_err *e)
{
    (void)model;
    return estimate_frequencies(counts, k, run, e);
}

/* ---- all of them ---- */

static lm_status estimate(lm_ngram *model, lm_ngram_counts *counts, const lm_ngram_options *options,
                          const lm_run *run, lm_err *e)
{
    switch (options->smooth) {
    case LM_NGRAM_MLE:
        return lm_ngram_mle(model, counts, run, e);
    case LM_NGRAM_ADDK:
        return lm_ngram_addk(model, counts, options->k, run, e);
    case LM_NGRAM_MKN:
        return lm_ngram_kneser_ney(model, counts, options, run, e);
    case LM_NGRAM_ARPA:
        break;
    }
    return lm_fail(e, LM_EUSAGE, "an ARPA model is read, not estimated");
}

lm_status lm_ngram_estimate(lm_ngram *model, lm_ngram_counts *counts,
                            const lm_ngram_options *options, const lm_run *run, lm_err *e)
{
    lm_progress(run, "estimating", 0, 0, "orders");
    LM_TRY(lm_ngram_link_suffixes(counts, run, e));
    LM_TRY(estimate(model, counts, options, run, e));
    model->smooth = options->smooth;
    model->k = options->k;
    return LM_OK;
}
