/* discount.c - discounts from counts of counts.
 *
 * t(r) is the number of n-grams of one order with count r.
 *
 *   abs, kn   D = t1 / (t1 + 2 t2)                                Ney, Essen and Kneser 1994
 *   mkn       D(j) = j - (j+1) Y t(j+1)/t(j),  Y = t1/(t1 + 2 t2),  j = 1, 2, 3 and more
 *                                                                 Chen and Goodman 1999, eq. 17
 *   gt        D(r) = r - d(r) r,  d(r) = (r"/r - A) / (1 - A),  r" = (r+1) t(r+1)/t(r),
 *             A = (K+1) t(K+1)/t1,  r = 1 .. K                    Katz 1987, eq. 15
 *
 * where K is 7, or less by the counts that follow it in no n-gram.  Counts above K are as they
 * are.  So are unigrams, if the vocabulary is closed: there is no unseen word to discount for. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "counts.h"

enum { LAST = LM_NGRAM_DISCOUNTS - 1, KATZ_MAX = LAST - 1 };

static const double LEAST = 3e-6; /* as SRILM has it */

typedef uint64_t counts_of_counts[LAST + 1]; /* [r]: t(r) */

typedef struct {
    const uint32_t *count;
    atomic_ullong t[LAST + 1];
} counting;

static void count_range(void *context, uint64_t g, uint64_t end)
{
    counting *job = context;
    counts_of_counts t = {0};
    for (; g < end; g++)
        if (job->count[g] <= LAST) t[job->count[g]]++;
    for (int r = 0; r <= LAST; r++) atomic_fetch_add(&job->t[r], t[r]);
}

static void count_counts(counts_of_counts t, const uint32_t *count, uint64_t size,
                         const lm_run *run)
{
    counting job = {.count = count};
    lm_ngram_for_ranges(size, count_range, &job, run);
    for (int r = 0; r <= LAST; r++) t[r] = atomic_load(&job.t[r]);
}

/* ---- absolute discounts ---- */

/* One discount thrice, or the three of mkn; false if they do not follow from t.  Backed off, a
 * discount must leave something of the count. */
static bool absolute_from(const counts_of_counts t, const lm_ngram_options *options, double d[3])
{
    if (!t[1] || !t[2]) return false;
    const double y = (double)t[1] / ((double)t[1] + 2.0 * (double)t[2]);
    double found[3] = {y, y, y};
    for (int j = 1; options->smooth == LM_NGRAM_MKN && j <= 3; j++) {
        const double dj = j - (j + 1) * y * (double)t[j + 1] / (double)t[j];
        if (!(dj >= 0 && dj <= j) || (options->backoff && dj == j)) return false;
        found[j - 1] = dj;
    }
    memcpy(d, found, sizeof found);
    return true;
}

static lm_status find_absolute(double d[LM_NGRAM_DISCOUNTS], const counts_of_counts t, int k,
                               const lm_ngram_options *options, const lm_run *run, lm_err *e)
{
    const bool three = options->smooth == LM_NGRAM_MKN;
    const double *given = options->fallback_discount;
    double found[3] = {given[0], given[three ? 1 : 0], given[three ? 2 : 0]};
    if (!absolute_from(t, options, found)) {
        if (!options->fallback)
            return lm_fail(e, LM_EFORMAT,
                           "order %d: no discounts follow from its counts of counts (%llu, %llu, "
                           "%llu, %llu); give them by --discount-fallback %s",
                           k, (unsigned long long)t[1], (unsigned long long)t[2],
                           (unsigned long long)t[3], (unsigned long long)t[4],
                           three ? "D1,D2,D3" : "D");
        char list[80];
        (void)snprintf(list, sizeof list, three ? "%g %g %g" : "%g", given[0], given[1], given[2]);
        lm_warn(run,
                "order %d: no discounts follow from its counts of counts; using %s "
                "(--discount-fallback changes that)",
                k, list);
    }
    for (int r = 1; r <= LAST; r++) d[r] = found[r < 3 ? r - 1 : 2];
    return LM_OK;
}

/* ---- Good-Turing ---- */

/* d(r), or 1 if Good-Turing's estimate is of no use: more than the count, or nothing. */
static double katz(const counts_of_counts t, int r, int most)
{
    if (r > most || !t[r]) return 1;
    const double part = (r + 1) * (double)t[r + 1] / (r * (double)t[r]); /* r"/r */
    const double a = (most + 1) * (double)t[most + 1] / (double)t[1];
    const double d = (part - a) / (1 - a); /* if t1 is 0 or a is 1: no number between 0 and 1 */
    return part <= 1 && d > LEAST && d <= 1 ? d : 1;
}

static void find_katz(double d[LM_NGRAM_DISCOUNTS], const counts_of_counts t, int k,
                      const lm_run *run)
{
    char list[4 * KATZ_MAX] = "";
    size_t length = 0;
    int most = KATZ_MAX;
    while (most > 0 && !t[most + 1]) most--;
    for (int r = 1; r <= KATZ_MAX; r++) {
        const double kept = katz(t, r, most);
        d[r] = r - kept * r;
        if (kept < 1 || !t[r]) continue;
        const int added =
            snprintf(list + length, sizeof list - length, "%s%d", length ? ", " : "", r);
        length += (size_t)added;
    }
    if (length)
        lm_warn(run, "order %d: Good-Turing has no discount for n-grams of count %s", k, list);
}

/* ---- */

lm_status lm_ngram_find_discounts(double discount[LM_NGRAM_DISCOUNTS], const lm_ngram_counts *c,
                                  int k, const uint32_t *count, const lm_ngram_options *options,
                                  const lm_run *run, lm_err *e)
{
    counts_of_counts t;
    memset(discount, 0, LM_NGRAM_DISCOUNTS * sizeof *discount);
    count_counts(t, count, k == 1 ? lm_ngram_outputs(c) : c->size[k], run);
    switch (options->smooth) {
    case LM_NGRAM_ADDK:
    case LM_NGRAM_ADDK_BACKOFF:
        for (int r = 1; r <= LAST; r++) discount[r] = -options->k;
        return LM_OK;
    case LM_NGRAM_GT:
        if (k > 1 || c->unk != LM_NO_WORD) find_katz(discount, t, k, run);
        return LM_OK;
    case LM_NGRAM_ABS:
    case LM_NGRAM_KN:
    case LM_NGRAM_MKN:
        return c->size[k] ? find_absolute(discount, t, k, options, run, e) : LM_OK;
    case LM_NGRAM_MLE:
    case LM_NGRAM_WB:
    case LM_NGRAM_ARPA:
        break;
    }
    return LM_OK;
}
