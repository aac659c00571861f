/* prune.c - n-grams that are left out: those read rarely, and those hardly missed.
 *
 * The second is Stolcke's: without the n-gram hw the model says, after h, bow'(h) p(w|h') for
 * w, and bow'(h) instead of bow(h) times p(v|h') for the words v not seen after h.  How far its
 * probabilities then are from what they were is
 *
 *   D = -p(h) { p(w|h) [log p(w|h') + log bow'(h) - log p(w|h)]
 *               + free(h) [log bow'(h) - log bow(h)] }
 *   bow(h) = free(h) / rest(h),   bow'(h) = (free(h) + p(w|h)) / (rest(h) + p(w|h'))
 *
 * and the n-gram goes if exp(D) - 1, the relative change of perplexity, is below the threshold.
 * Each is judged as if it alone went.  p(h) is the product of the probabilities of its words;
 * that of <s> is p(</s>), as there are as many. */
#include <string.h>
#include "counts.h"
#include "lm/memory.h"
#include "lm/scalar.h"

/* ---- leaving n-grams out ---- */

void lm_ngram_keep_free(uint8_t **keep, lm_ngram_counts *c)
{
    for (int k = 1; k <= LM_NGRAM_ORDER_MAX; k++) lm_tables_drop(&c->tables, keep[k]);
}

lm_status lm_ngram_keep_new(uint8_t **keep, lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    memset(keep, 0, (LM_NGRAM_ORDER_MAX + 1) * sizeof *keep);
    for (int k = 2; k <= c->order; k++) {
        keep[k] = lm_tables_new(&c->tables, c->size[k], 1, run, e);
        if (keep[k]) continue;
        lm_ngram_keep_free(keep, c);
        return e->status;
    }
    return LM_OK;
}

/* place[i]: how many n-grams of the order are kept before i; keep NULL: all. */
static lm_status new_places(uint32_t **place, lm_ngram_counts *c, int k, const uint8_t *keep,
                            const lm_run *run, lm_err *e)
{
    const uint64_t size = c->size[k];
    uint32_t kept = 0;
    *place = lm_tables_new(&c->tables, size + 1, sizeof **place, run, e);
    if (!*place) return e->status;
    for (uint64_t i = 0; i < size; i++) {
        (*place)[i] = kept;
        kept += keep ? keep[i] : 1;
    }
    (*place)[size] = kept;
    return LM_OK;
}

/* Closes the gaps of order k and of the links to it; `place` is of order k-1. */
static void close_gaps(lm_ngram_counts *c, int k, uint8_t *const *keep, const uint32_t *place)
{
    uint32_t *first = c->first[k - 1], from = 0, free_place = 0;
    for (uint64_t h = 0; h < c->size[k - 1]; h++) {
        const uint32_t until = first[h + 1];
        const bool here = k == 2 || keep[k - 1][h];
        if (here) first[place[h]] = free_place;
        for (uint32_t i = from; here && i < until; i++) {
            if (!keep[k][i]) continue;
            const uint32_t g = free_place++;
            c->word[k][g] = c->word[k][i];
            if (k > 2) c->suffix[k][g] = place[c->suffix[k][i]];
            c->prob[k][g] = c->prob[k][i];
            if (k < c->order) c->bow[k][g] = c->bow[k][i];
        }
        from = until;
    }
    first[place[c->size[k - 1]]] = free_place;
}

lm_status lm_ngram_drop(lm_ngram_counts *c, uint8_t *const *keep, const lm_run *run, lm_err *e)
{
    uint64_t size = c->size[1];
    for (int k = 2; k <= c->order; k++) {
        uint32_t *place;
        LM_TRY(new_places(&place, c, k - 1, keep[k - 1], run, e));
        close_gaps(c, k, keep, place);
        lm_tables_drop(&c->tables, place);
        c->size[k - 1] = size; /* as it now is; that of order k is still needed as it was */
        size = c->first[k - 1][size];
        c->border[k] = c->first[k - 1][c->border[k - 1]];
        c->count[k] = NULL;
    }
    c->size[c->order] = size;
    return LM_OK;
}

/* ---- those read rarely ---- */

lm_status lm_ngram_prune_counts(lm_ngram_counts *c, const uint32_t *threshold, const lm_run *run,
                                lm_err *e)
{
    uint8_t *keep[LM_NGRAM_ORDER_MAX + 1];
    if (threshold[c->order] == 0) return LM_OK; /* the largest of all */
    LM_TRY(lm_ngram_keep_new(keep, c, run, e));
    for (int k = 2; k <= c->order; k++)
        for (uint64_t g = 0; g < c->size[k]; g++) keep[k][g] = c->count[k][g] > threshold[k];
    const lm_status s = lm_ngram_drop(c, keep, run, e);
    lm_ngram_keep_free(keep, c);
    return s;
}

/* ---- those hardly missed ---- */

typedef struct {
    lm_ngram_counts *c;
    uint8_t *keep[LM_NGRAM_ORDER_MAX + 1];
    lm_ngram_excess before, after;
    double *chance[LM_NGRAM_ORDER_MAX + 1]; /* p(h) by order */
    double least;                           /* D of n-grams that stay */
    int order;                              /* of the contexts of a loop */
} stolcke;

/* p log x, which is 0 for p = 0. */
static double times_log(double p, double x)
{
    return p > 0 ? p * lm_log(x) : 0;
}

static void judge_context(const stolcke *job, uint64_t h)
{
    const lm_ngram_counts *c = job->c;
    const int k = job->order + 1; /* of the n-grams */
    const uint32_t from = c->first[k - 1][h], until = c->first[k - 1][h + 1];
    const uint32_t *suffix = lm_ngram_suffixes(c, k);
    const float *prob = c->prob[k], *lower = c->prob[k - 1];
    double below = 0;
    for (uint32_t g = from; g < until; g++) below += (double)lower[suffix[g]];
    const double rest = lm_ngram_rest(c, &job->before, k - 1, h, below);
    const double bow = (double)c->bow[k - 1][h], free_part = bow * rest;
    for (uint32_t g = from; g < until; g++) {
        const double p = (double)prob[g], shorter = (double)lower[suffix[g]];
        const double bow_without = (free_part + p) / (rest + shorter);
        const double d =
            times_log(p, p / (bow_without * shorter)) - times_log(free_part, bow_without / bow);
        job->keep[k][g] = !(job->chance[k - 1][h] * d < job->least);
        if (k < c->order) job->chance[k][g] = job->chance[k - 1][h] * p;
    }
}

static void judge_range(void *context, uint64_t h, uint64_t end)
{
    for (; h < end; h++) judge_context(context, h);
}

static lm_status judge(stolcke *job, const lm_run *run, lm_err *e)
{
    lm_ngram_counts *c = job->c;
    for (int k = 1; k < c->order; k++)
        if (!(job->chance[k] = lm_tables_new(&c->tables, c->size[k], sizeof **job->chance, run, e)))
            return e->status;
    lm_ngram_excess_fill(&job->before, c, run);
    for (uint64_t w = 0; c->order > 1 && w < c->size[1]; w++)
        job->chance[1][w] = (double)c->prob[1][w == c->bos && c->eos != LM_NO_WORD ? c->eos : w];
    for (job->order = 1; job->order < c->order; job->order++)
        lm_ngram_for_ranges(c->size[job->order], judge_range, job, run);
    return LM_OK;
}

/* Prefixes and suffixes of what stays stay, so that the trie stays one. */
static void keep_what_is_needed(const stolcke *job)
{
    const lm_ngram_counts *c = job->c;
    for (int k = c->order; k > 2; k--)
        for (uint64_t h = 0; h < c->size[k - 1]; h++)
            for (uint32_t g = c->first[k - 1][h]; g < c->first[k - 1][h + 1]; g++)
                if (job->keep[k][g]) job->keep[k - 1][h] = job->keep[k - 1][c->suffix[k][g]] = 1;
}

static lm_status prune(stolcke *job, const lm_run *run, lm_err *e)
{
    LM_TRY(judge(job, run, e));
    keep_what_is_needed(job);
    lm_ngram_back_off_without(job->c, job->keep, &job->before, &job->after, run);
    return lm_ngram_drop(job->c, job->keep, run, e);
}

lm_status lm_ngram_prune_entropy(lm_ngram_counts *c, double threshold, const lm_run *run, lm_err *e)
{
    stolcke job = {.c = c, .least = lm_log(1 + threshold)};
    LM_TRY(lm_ngram_keep_new(job.keep, c, run, e));
    lm_status s = lm_ngram_excess_new(&job.before, c, run, e);
    if (!s) s = lm_ngram_excess_new(&job.after, c, run, e);
    if (!s) s = prune(&job, run, e);
    lm_ngram_excess_free(&job.before);
    lm_ngram_excess_free(&job.after);
    lm_ngram_keep_free(job.keep, c);
    for (int k = 1; k < c->order; k++) lm_tables_drop(&c->tables, job.chance[k]);
    return s;
}

/* ---- a finished model ---- */

lm_status lm_ngram_prune(lm_ngram *model, double threshold, const lm_run *run, lm_err *e)
{
    lm_ngram_counts c;
    lm_tables old = model->tables;
    if (model->smooth == LM_NGRAM_ADDK)
        return lm_fail(e, LM_EUSAGE, "an add-k model does not back off and cannot be pruned");
    if (!(threshold >= 0))
        return lm_fail(e, LM_EUSAGE, "the threshold of pruning is not 0 or more");
    LM_TRY(lm_ngram_unpack(&c, model, "the model", run, e));
    lm_status s = lm_ngram_link_suffixes(&c, run, e);
    if (!s && !c.closed) /* those made here always are; a checkpoint may lie */
        s = lm_fail(e, LM_EFORMAT, "the model has an n-gram whose last words are no n-gram");
    if (!s) s = lm_ngram_prune_entropy(&c, threshold, run, e);
    if (!s) {
        c.vocab = model->lang.vocab;
        s = lm_ngram_pack(model, &c, run, e);
        if (s) c.vocab = NULL;
    }
    if (!s) {
        lm_tables_free(&old);
        lm_free(model->packed);
        model->packed = NULL;
    }
    lm_ngram_counts_drop(&c);
    return s;
}
