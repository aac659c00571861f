/* estimate.c - from counts to probabilities.
 *
 * Every estimator takes something, D, from the counts of the words seen after a context h, or
 * widens, by B, what they are divided by.  With A(h) = sum_w a(hw) and N(h) words seen after h:
 *
 *   u(w|h)  = (a(hw) - D(a(hw))) / (A(h) + B(h))
 *   free(h) = 1 - sum_w u(w|h)
 *
 * over the n-grams that are not pruned.  What is free goes to the words in one of three ways:
 *
 *   interpolated  p(w|h) = u(w|h) + free(h) p(w|h')     h' = h without its first word
 *   backed off    p(w|h) = u(w|h) for a word seen after h, else free(h) p(w|h') over the sum
 *                          of p(v|h') of all words v not seen after h
 *   shared        p(w|h) = u(w|h) for a word seen after h, else free(h) / (|V| - N(h))
 *
 *                 a   D(a)         B(h)                        from
 *   mle           C   0            0     interpolated
 *   addk          C   -k           k|V|  shared                Lidstone; Laplace with k = 1
 *   addk-backoff  C   -k           k|V|  backed off
 *   gt            C   discount.c   0     backed off            Katz 1987
 *   wb            C   0            N(h)  either                Witten and Bell 1991, method C
 *   abs           C   D            0     either                Ney, Essen and Kneser 1994
 *   kn            a   D            0     either                Kneser and Ney 1995
 *   mkn           a   D1, D2, D3+  0     either                Chen and Goodman 1999, section 3
 *
 * C(g) is how often g was read.  Kneser-Ney's a(g) is C(g) for the highest order and for
 * n-grams that begin with <s>, else the number of different words before g (Heafield et al.
 * 2013, section 3).  Unigrams are interpolated with 1/|V|, and shared with addk. */
#include <string.h>
#include "counts.h"
#include "lm/os.h"

enum { AHEAD = 32 };

typedef struct {
    lm_ngram_counts *c;
    const lm_ngram_options *options;
    uint32_t *adjusted[LM_NGRAM_ORDER_MAX + 1]; /* Kneser-Ney's counts of the lower orders */
    const uint32_t *a[LM_NGRAM_ORDER_MAX + 1];  /* those or the counts read */
    double discount[LM_NGRAM_ORDER_MAX + 1][LM_NGRAM_DISCOUNTS];
    int order; /* of the contexts of a loop */
} estimation;

static bool is_kneser_ney(const lm_ngram_options *o)
{
    return o->smooth == LM_NGRAM_KN || o->smooth == LM_NGRAM_MKN;
}

static bool backs_off(const lm_ngram_options *o)
{
    return o->backoff || o->smooth == LM_NGRAM_GT || o->smooth == LM_NGRAM_ADDK_BACKOFF;
}

/* ---- a(g) ---- */

/* One for every n-gram of order + 1, at its suffix. */
static void adjust_range(void *context, uint64_t g, uint64_t end)
{
    const estimation *job = context;
    const uint32_t *suffix = lm_ngram_suffixes(job->c, job->order + 1);
    uint32_t *adjusted = job->adjusted[job->order];
    for (; g < end; g++) {
        if (g + AHEAD < end) LM_PREFETCH(&adjusted[suffix[g + AHEAD]]);
        adjusted[suffix[g]]++;
    }
}

static lm_status choose_counts(estimation *job, const lm_run *run, lm_err *e)
{
    lm_ngram_counts *c = job->c;
    for (int k = 1; k <= c->order; k++) job->a[k] = c->count[k];
    if (!is_kneser_ney(job->options)) return LM_OK;
    for (int k = job->order = 1; k < c->order; job->order = ++k) {
        job->adjusted[k] = lm_tables_new(&c->tables, c->size[k], sizeof **job->adjusted, run, e);
        if (!job->adjusted[k]) return e->status;
        LM_TRY(lm_ngram_for_suffixes(c, k + 1, adjust_range, job, run, e));
        for (uint64_t g = c->border[k]; g < c->size[k]; g++) job->adjusted[k][g] = c->count[k][g];
        job->a[k] = job->adjusted[k];
    }
    return LM_OK;
}

/* ---- u(w|h) and free(h) ---- */

/* How the probability after a context is shared: parts of `total`. */
typedef struct {
    double total;  /* A(h) + B(h) */
    double free;   /* what no n-gram has */
    uint64_t kept; /* n-grams that are not pruned */
} share;

static double discount_of(const estimation *job, int k, uint32_t a)
{
    const uint32_t last = LM_NGRAM_DISCOUNTS - 1;
    return job->discount[k][a < last ? a : last];
}

/* B(h), where `seen` words follow h. */
static double widening(const estimation *job, uint64_t seen)
{
    if (job->options->smooth == LM_NGRAM_WB) return (double)seen;
    return lm_ngram_is_addk(job->options->smooth)
               ? job->options->k * (double)lm_ngram_outputs(job->c)
               : 0;
}

/* Of the context whose n-grams, of order k, are from .. until-1. */
static share share_of(const estimation *job, int k, uint64_t from, uint64_t until)
{
    const uint32_t *a = job->a[k], *count = job->c->count[k];
    const uint32_t pruned = job->options->prune[k];
    uint64_t sum = 0, seen = 0, kept = 0;
    double taken = 0; /* by discounts and by pruning */
    for (uint64_t g = from; g < until; g++) {
        sum += a[g];
        seen += count[g] > 0;
        kept += count[g] > pruned;
        taken += count[g] > pruned ? discount_of(job, k, a[g]) : a[g];
    }
    const double wider = widening(job, seen);
    share s = {(double)sum + wider, taken + wider, kept};
    if (s.free < 0) s.free = 0; /* rounding */
    /* Nothing was seen; or backing off, and no other word could be: then one more count is
     * free, as Doug Paul has it (SRILM). */
    const bool stuck = s.free == 0 && backs_off(job->options) && kept < lm_ngram_outputs(job->c);
    if (s.total == 0 || stuck) {
        s.total++;
        s.free++;
    }
    return s;
}

static double own_part(const estimation *job, int k, uint64_t g, const share *s)
{
    const uint32_t a = job->a[k][g];
    return (a - discount_of(job, k, a)) / s->total;
}

static double equal_part(const estimation *job, const share *s)
{
    const uint64_t unseen = lm_ngram_outputs(job->c) - s->kept;
    return unseen ? s->free / s->total / (double)unseen : 0;
}

static void estimate_unigrams(const estimation *job)
{
    const lm_ngram_counts *c = job->c;
    const uint64_t outputs = lm_ngram_outputs(c);
    const share s = share_of(job, 1, 0, outputs);
    const double uniform = 1 / (double)outputs, equal = equal_part(job, &s);
    for (uint64_t w = 0; w < outputs; w++) {
        const double own = own_part(job, 1, w, &s);
        c->prob[1][w] =
            (float)(!lm_ngram_is_addk(job->options->smooth) ? own + s.free / s.total * uniform
                    : c->count[1][w]                        ? own
                                                            : equal);
    }
}

static void estimate_range(void *context, uint64_t h, uint64_t end)
{
    const estimation *job = context;
    const lm_ngram_counts *c = job->c;
    const int k = job->order + 1; /* of the n-grams */
    const bool shared = job->options->smooth == LM_NGRAM_ADDK;
    for (; h < end; h++) {
        const uint32_t from = c->first[k - 1][h], until = c->first[k - 1][h + 1];
        const share s = share_of(job, k, from, until);
        for (uint32_t g = from; g < until; g++) c->prob[k][g] = (float)own_part(job, k, g, &s);
        c->bow[k - 1][h] = (float)(shared ? equal_part(job, &s) : s.free / s.total);
    }
}

/* ---- all orders ---- */

/* Without marks, <s> was only the border of lines: its n-grams, last in every table, and its
 * id, the last, go. */
static lm_status drop_borders(lm_ngram_counts *c, lm_err *e)
{
    for (int k = 1; k <= c->order; k++) c->size[k] = c->border[k];
    lm_vocab *shorter;
    uint32_t id;
    LM_TRY(lm_vocab_new(&shorter, e));
    lm_status s = LM_OK;
    for (uint32_t w = 0; !s && w < c->vocab->bos; w++)
        s = w == c->vocab->unk ? lm_vocab_add_mark(shorter, "<unk>", &shorter->unk, e)
                               : lm_vocab_add(shorter, lm_vocab_word(c->vocab, w), &id, e);
    lm_vocab_free(s ? shorter : c->vocab);
    if (s) return s;
    c->vocab = shorter;
    c->bos = LM_NO_WORD;
    return LM_OK;
}

static lm_status new_tables(lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    for (int k = 1; k <= c->order; k++) {
        c->prob[k] = lm_tables_new(&c->tables, c->size[k], sizeof **c->prob, run, e);
        if (!c->prob[k]) return e->status;
        if (k == c->order) break;
        c->bow[k] = lm_tables_new(&c->tables, c->size[k], sizeof **c->bow, run, e);
        if (!c->bow[k]) return e->status;
    }
    return LM_OK;
}

static lm_status estimate_own_parts(estimation *job, const lm_run *run, lm_err *e)
{
    lm_ngram_counts *c = job->c;
    LM_TRY(choose_counts(job, run, e));
    if (!c->marks) LM_TRY(drop_borders(c, e));
    LM_TRY(new_tables(c, run, e));
    for (int k = 1; k <= c->order; k++)
        LM_TRY(lm_ngram_find_discounts(job->discount[k], c, k, job->a[k], job->options, run, e));
    estimate_unigrams(job);
    for (job->order = 1; job->order < c->order; job->order++)
        lm_ngram_for_ranges(c->size[job->order], estimate_range, job, run);
    return LM_OK;
}

static lm_status share_with_shorter(lm_ngram_counts *c, const lm_ngram_options *options,
                                    const lm_run *run, lm_err *e)
{
    lm_ngram_excess excess;
    if (options->smooth == LM_NGRAM_ADDK) return LM_OK; /* each context has all it needs */
    if (!backs_off(options)) {
        lm_ngram_interpolate(c, run);
        return LM_OK;
    }
    LM_TRY(lm_ngram_excess_new(&excess, c, run, e));
    lm_ngram_back_off(c, &excess, run);
    lm_ngram_excess_free(&excess);
    return LM_OK;
}

static lm_status estimate(lm_ngram *model, lm_ngram_counts *c, const lm_ngram_options *options,
                          const lm_run *run, lm_err *e)
{
    estimation job = {.c = c, .options = options};
    const lm_status s = estimate_own_parts(&job, run, e);
    for (int k = 1; k < c->order; k++) lm_tables_drop(&c->tables, job.adjusted[k]);
    LM_TRY(s);
    for (int k = 1; k <= c->order; k++)
        if (lm_ngram_discount_count(options->smooth))
            memcpy(model->discount[k], job.discount[k] + 1, sizeof model->discount[k]);
    LM_TRY(lm_ngram_prune_counts(c, options->prune, run, e));
    LM_TRY(share_with_shorter(c, options, run, e));
    return options->entropy_prune > 0 ? lm_ngram_prune_entropy(c, options->entropy_prune, run, e)
                                      : LM_OK;
}

lm_status lm_ngram_estimate(lm_ngram *model, lm_ngram_counts *counts,
                            const lm_ngram_options *options, const lm_run *run, lm_err *e)
{
    lm_progress(run, "estimating", 0, 0, "orders");
    LM_TRY(lm_ngram_link_suffixes(counts, run, e));
    if (!counts->closed) /* those of a text always are; a count file may lie */
        return lm_fail(e, LM_EFORMAT, "the counts have an n-gram whose last words are no n-gram");
    LM_TRY(estimate(model, counts, options, run, e));
    model->smooth = options->smooth;
    model->backoff = options->backoff;
    model->k = options->k;
    return LM_OK;
}
