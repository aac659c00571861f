/* ngram_options.c - the options that say how an n-gram model is estimated. */
#include "lm/ngram_options.h"
#include "lm/crc.h"
#include "lm/file.h"
#include "lm/program.h"

static int64_t order = 5, smooth = LM_NGRAM_MKN, unit = LM_UNIT_WORD, min_count, vocab_size;
static double k = 1, entropy_prune;
static bool backoff, closed, no_marks, marks_as_words;
static const char *fallback, *prune, *vocab;

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
    {0, "unit", LM_OPT_CHOICE, &unit, .arg = LM_UNIT_NAMES, .help = "what the n-grams are made of",
     .flags = LM_OPT_RESULT},
    {0, "vocab", LM_OPT_FILE, &vocab, .arg = "FILE",
     .help = "the words of the model, one a line; others become <unk>",
     .unset = "those of the text"},
    {0, "min-count", LM_OPT_INT, &min_count, .low = 0, .high = 1e15, .arg = "N",
     .help = "words read less often become <unk>", .flags = LM_OPT_RESULT},
    {0, "vocab-size", LM_OPT_INT, &vocab_size, .low = 0, .high = 1e9, .arg = "N",
     .help = "all but the N most frequent words become <unk>", .unset = "no limit",
     .flags = LM_OPT_RESULT},
    {0, "closed", LM_OPT_FLAG, &closed, .help = "no <unk>: every word is in the text",
     .flags = LM_OPT_RESULT},
    {0, "no-marks", LM_OPT_FLAG, &no_marks,
     .help = "no <s> and </s>: the first words of a line use shorter orders",
     .flags = LM_OPT_RESULT},
    {0, "marks-as-words", LM_OPT_FLAG, &marks_as_words,
     .help = "<s> and </s> in the text are ordinary words, not an error", .flags = LM_OPT_RESULT},
    {0}};

lm_status lm_ngram_options_of_counts(const lm_ngram_counting *how, lm_err *e)
{
    if (lm_option_given("order") && order > how->order)
        return lm_fail(e, LM_EUSAGE, "--order: the counts end at order %d", how->order);
    if (lm_option_given("unit") && unit != (int64_t)how->unit)
        return lm_fail(e, LM_EUSAGE, "--unit: the counts are of unit %s", lm_unit_name(how->unit));
    if (no_marks && !how->no_marks)
        return lm_fail(e, LM_EUSAGE, "--no-marks: the counts were made without it");
    if (marks_as_words && !how->marks_as_words)
        return lm_fail(e, LM_EUSAGE, "--marks-as-words: the counts were made without it");
    if (order > how->order) order = how->order;
    unit = how->unit;
    no_marks = how->no_marks;
    marks_as_words = how->marks_as_words;
    return LM_OK;
}

lm_unit lm_ngram_option_unit(void)
{
    return (lm_unit)unit;
}

bool lm_ngram_option_marks_as_words(void)
{
    return marks_as_words;
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
    static const char *const choosing[] = {"vocab", "min-count", "vocab-size"};
    for (int i = 0; closed && i < 3; i++)
        if (lm_option_given(choosing[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: with --closed there is no <unk> for other words",
                           choosing[i]);
    return LM_OK;
}

static lm_status read_vocab(lm_ngram_options *o, lm_str *history, lm_err *e)
{
    lm_map map;
    LM_TRY(lm_map_open(&map, vocab, e));
    const lm_slice bytes = {(const char *)map.bytes, map.length};
    lm_status s = lm_vocab_read(&o->words, bytes, vocab, (lm_unit)unit, marks_as_words, e);
    if (!s) s = lm_history_input(history, map.length, lm_crc32c(0, map.bytes, map.length), e);
    lm_map_close(&map);
    return s;
}

lm_status lm_ngram_options_get(lm_ngram_options *o, lm_str *history, lm_err *e)
{
    *o = (lm_ngram_options)LM_NGRAM_DEFAULTS;
    o->order = (int)order;
    o->smooth = (lm_ngram_smooth)smooth;
    o->backoff = backoff;
    o->k = k;
    o->entropy_prune = entropy_prune;
    o->closed = closed;
    o->no_marks = no_marks;
    o->min_count = (uint64_t)min_count;
    o->vocab_size = (uint64_t)vocab_size;
    LM_TRY(check_given(o, e));
    if (fallback) LM_TRY(read_fallback(o, e));
    if (prune) LM_TRY(read_prune(o, e));
    LM_TRY(lm_ngram_check_options(o, e));
    if (!vocab) return LM_OK;
    const lm_status s = read_vocab(o, history, e);
    if (s) lm_ngram_options_free(o);
    return s;
}

void lm_ngram_options_free(lm_ngram_options *o)
{
    lm_vocab_free(o->words);
    o->words = NULL;
}
