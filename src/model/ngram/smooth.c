/* smooth.c - what may be asked of an n-gram model. */
#include "lm/smooth.h"

static const char *const names[] = {"mle", "addk", "addk-backoff", "gt",  "wb",
                                    "abs", "kn",   "mkn",          "arpa"};

const char *lm_ngram_smooth_name(lm_ngram_smooth smooth)
{
    return names[smooth];
}

bool lm_ngram_is_addk(lm_ngram_smooth smooth)
{
    return smooth == LM_NGRAM_ADDK || smooth == LM_NGRAM_ADDK_BACKOFF;
}

int lm_ngram_discount_count(lm_ngram_smooth smooth)
{
    if (smooth == LM_NGRAM_MKN) return 3;
    return smooth == LM_NGRAM_ABS || smooth == LM_NGRAM_KN ? 1 : 0;
}

static lm_status check_fallback(const lm_ngram_options *o, lm_err *e)
{
    const int discounts = lm_ngram_discount_count(o->smooth);
    for (int j = 1; o->fallback && j <= discounts; j++) {
        const double d = o->fallback_discount[j - 1];
        if (!(d >= 0 && d <= j) || (o->backoff && d >= j))
            return lm_fail(e, LM_EUSAGE,
                           "--discount-fallback: %g for counts of %d is not 0 to %s%d", d, j,
                           o->backoff ? "less than " : "", j);
    }
    return LM_OK;
}

static lm_status check_pruning(const lm_ngram_options *o, lm_err *e)
{
    if (o->prune[1])
        return lm_fail(e, LM_EUSAGE,
                       "--prune: words are not pruned, so the first threshold is 0 "
                       "(--min-count makes rare words <unk>)");
    for (int k = 2; k <= o->order; k++)
        if (o->prune[k] < o->prune[k - 1])
            return lm_fail(e, LM_EUSAGE, "--prune: %u for order %d is less than %u before it",
                           o->prune[k], k, o->prune[k - 1]);
    if (o->entropy_prune > 0 && o->smooth == LM_NGRAM_ADDK)
        return lm_fail(e, LM_EUSAGE, "--entropy-prune: addk does not back off (addk-backoff does)");
    if (!(o->entropy_prune >= 0))
        return lm_fail(e, LM_EUSAGE, "--entropy-prune: the threshold is not 0 or more");
    return LM_OK;
}

lm_status lm_ngram_check_options(const lm_ngram_options *o, lm_err *e)
{
    if (o->order < 1 || o->order > LM_NGRAM_ORDER_MAX)
        return lm_fail(e, LM_EUSAGE, "--order: %d is not 1 to %d", o->order, LM_NGRAM_ORDER_MAX);
    if (o->smooth == LM_NGRAM_ARPA)
        return lm_fail(e, LM_EUSAGE, "an ARPA model is read, not estimated");
    if (lm_ngram_is_addk(o->smooth) && !(o->k > 0))
        return lm_fail(e, LM_EUSAGE, "--k: what is added is not above 0");
    if (o->backoff && (o->smooth == LM_NGRAM_MLE || o->smooth == LM_NGRAM_ADDK))
        return lm_fail(e, LM_EUSAGE, "--backoff: %s has no back-off form%s",
                       lm_ngram_smooth_name(o->smooth),
                       o->smooth == LM_NGRAM_ADDK ? "; addk-backoff is that" : "");
    if (o->choice.closed && (o->choice.list || o->choice.min_count || o->choice.vocab_size))
        return lm_fail(e, LM_EUSAGE,
                       "--closed: without <unk> no word can be left out by --vocab, "
                       "--min-count or --vocab-size");
    LM_TRY(check_fallback(o, e));
    return check_pruning(o, e);
}
