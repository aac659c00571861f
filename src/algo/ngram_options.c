/* ngram_options.c - the options that say how an n-gram model is estimated. */
#include "lm/ngram_options.h"

static int64_t order = 5, smooth = LM_NGRAM_MKN;
static double k = 1, entropy_prune;
static bool backoff, no_marks;
static const char *fallback, *prune;

const lm_option lm_ngram_option_rows[] = {
    {'n', "order", LM_OPT_INT, &order, .low = 1, .high = LM_NGRAM_ORDER_MAX, .arg = "N",
     .help = "longest n-gram", .flags = LM_OPT_RESULT},
    {0, "smooth", LM_OPT_CHOICE, &smooth, .arg = LM_NGRAM_SMOOTH_NAMES,
     .help = "estimator: relative frequency, add-k, Good-Turing, Witten-Bell, absolute "
             "discounting, Kneser-Ney, modified Kneser-Ney",
     .flags = LM_OPT_RESULT},
    {0, "backoff", LM_OPT_FLAG, &backoff,
     .help = "shorter contexts are for words not seen after the longer one; else they are "
             "interpolated where either is possible",
     .flags = LM_OPT_RESULT},
    {0, "k", LM_OPT_REAL, &k, .low = 1e-9, .high = 1e9, .arg = "X",
     .help = "what addk adds to every count; 1 is Laplace's", .flags = LM_OPT_RESULT},
    {0, "discount-fallback", LM_OPT_TEXT, &fallback, .arg = "D|D1,D2,D3|error",
     .help = "discounts of abs and kn, or of mkn, for an order whose counts give none",
     .unset = "0.5 or 0.5,1,1.5", .flags = LM_OPT_RESULT},
    {0, "prune", LM_OPT_TEXT, &prune, .arg = "T1,T2,...",
     .help = "leave out n-grams of order 1, 2, ... read no more than T1, T2, ... times; the last "
             "is for all higher orders; T1 is 0",
     .unset = "0", .flags = LM_OPT_RESULT},
    {0, "entropy-prune", LM_OPT_REAL, &entropy_prune, .low = 0, .high = 1, .arg = "T",
     .help = "leave out n-grams whose loss raises perplexity by less than this share each",
     .flags = LM_OPT_RESULT},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_word_option_rows},
    {0, "no-marks", LM_OPT_FLAG, &no_marks,
     .help = "no <s> and </s>: the first words of a line use shorter orders",
     .flags = LM_OPT_RESULT},
    {0}};

lm_status lm_ngram_options_of_counts(const lm_ngram_counting *how, lm_err *e)
{
    if (lm_option_given("order") && order > how->order)
        return lm_fail(e, LM_EUSAGE, "--order: the counts end at order %d", how->order);
    if (lm_option_given("unit") && lm_word_option_unit() != how->unit)
        return lm_fail(e, LM_EUSAGE, "--unit: the counts are of unit %s", lm_unit_name(how->unit));
    if (no_marks && !how->no_marks)
        return lm_fail(e, LM_EUSAGE, "--no-marks: the counts were made without it");
    if (lm_word_option_marks_as_words() && !how->marks_as_words)
        return lm_fail(e, LM_EUSAGE, "--marks-as-words: the counts were made without it");
    if (order > how->order) order = how->order;
    no_marks = how->no_marks;
    lm_word_option_set(how->unit, how->marks_as_words);
    return LM_OK;
}

/* ---- lists of numbers ---- */

/* "D", "D1,D2,D3", or "error" for no fall-back at all. */
static lm_status read_fallback(lm_ngram_options *o, lm_err *e)
{
    const int wanted = lm_ngram_discount_count(o->smooth);
    const lm_slice text = lm_slice_of(fallback);
    double *d = o->fallback_discount;
    o->fallback = !lm_slice_is(text, "error");
    bool good = !o->fallback || lm_parse_reals(text, d, (size_t)wanted);
    for (int j = 0; o->fallback && good && j < wanted; j++) good = d[j] >= 0 && d[j] <= j + 1;
    if (good) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "--discount-fallback: '%s' is neither 'error' nor %s", fallback,
                   wanted == 3 ? "three discounts with 0 <= Dj <= j, such as 0.5,1,1.5"
                               : "one discount, 0 to 1, such as 0.5");
}

/* Takes what is before the next comma; false after the last item. */
static bool next_item(lm_slice *rest, lm_slice *item)
{
    size_t n = 0;
    if (!rest->text) return false;
    while (n < rest->length && rest->text[n] != ',') n++;
    *item = (lm_slice){rest->text, n};
    *rest = n < rest->length ? (lm_slice){rest->text + n + 1, rest->length - n - 1} : (lm_slice){0};
    return true;
}

static lm_status read_prune(lm_ngram_options *o, lm_err *e)
{
    lm_slice rest = lm_slice_of(prune), item;
    int count = 0;
    while (next_item(&rest, &item)) {
        int64_t threshold;
        if (!lm_parse_int(item, &threshold) || threshold < 0 || threshold > UINT32_MAX)
            return lm_fail(e, LM_EUSAGE, "--prune: '%.*s' is not a count (0 to %u)",
                           (int)item.length, item.text, UINT32_MAX);
        if (++count > o->order)
            return lm_fail(e, LM_EUSAGE, "--prune: '%s' goes on after order %d, the last", prune,
                           o->order);
        for (int n = count; n <= o->order; n++) o->prune[n] = (uint32_t)threshold;
    }
    return LM_OK;
}

/* ---- */

/* Options that the estimator does not know would be given in vain. */
static lm_status check_given(const lm_ngram_options *o, lm_err *e)
{
    if (lm_option_given("k") && !lm_ngram_is_addk(o->smooth))
        return lm_fail(e, LM_EUSAGE, "--k: only --smooth addk and addk-backoff have it");
    if (lm_option_given("discount-fallback") && !lm_ngram_discount_count(o->smooth))
        return lm_fail(e, LM_EUSAGE,
                       "--discount-fallback: only --smooth abs, kn and mkn have such discounts");
    if (lm_option_given("closed") && lm_option_given("vocab"))
        return lm_fail(e, LM_EUSAGE, "--vocab: with --closed there is no <unk> for other words");
    return LM_OK;
}

lm_status lm_ngram_options_get(lm_ngram_options *o, lm_str *history, lm_err *e)
{
    *o = (lm_ngram_options)LM_NGRAM_DEFAULTS;
    o->order = (int)order;
    o->smooth = (lm_ngram_smooth)smooth;
    o->backoff = backoff;
    o->k = k;
    o->entropy_prune = entropy_prune;
    o->choice.no_marks = no_marks;
    LM_TRY(check_given(o, e));
    if (fallback) LM_TRY(read_fallback(o, e));
    if (prune) LM_TRY(read_prune(o, e));
    LM_TRY(lm_word_options_get(&o->choice, history, e));
    const lm_status s = lm_ngram_check_options(o, e);
    if (s) lm_ngram_options_free(o);
    return s;
}

void lm_ngram_options_free(lm_ngram_options *o)
{
    lm_word_options_free(&o->choice);
}
