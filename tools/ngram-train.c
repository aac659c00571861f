/* ngram-train.c - estimate an n-gram model from text. */
#include "lm/ngram.h"
#include "lm/program.h"

static const char *output;
static int64_t order = 5, smooth = LM_NGRAM_MKN, unit = LM_UNIT_WORD, threads;
static uint64_t memory;
static const char *tmpdir;
static double k = 1;
static bool closed, no_marks, marks_as_words;
static const char *fallback = "0.5,1,1.5";

static const lm_option options[] = {
    {'n', "order", LM_OPT_INT, &order, .low = 1, .high = LM_NGRAM_ORDER_MAX, .arg = "N",
     .help = "longest n-gram", .flags = LM_OPT_RESULT},
    {0, "smooth", LM_OPT_CHOICE, &smooth, .arg = LM_NGRAM_SMOOTH_NAMES,
     .help = "estimator: relative frequency, add-k, or interpolated modified Kneser-Ney",
     .flags = LM_OPT_RESULT},
    {0, "k", LM_OPT_REAL, &k, .low = 1e-9, .high = 1e9, .arg = "X",
     .help = "what addk adds to every count; 1 is Laplace's", .flags = LM_OPT_RESULT},
    {0, "unit", LM_OPT_CHOICE, &unit, .arg = LM_UNIT_NAMES, .help = "what the n-grams are made of",
     .flags = LM_OPT_RESULT},
    {0, "closed", LM_OPT_FLAG, &closed, .help = "no <unk>: every word is in the text",
     .flags = LM_OPT_RESULT},
    {0, "no-marks", LM_OPT_FLAG, &no_marks,
     .help = "no <s> and </s>: the first words of a line use shorter orders",
     .flags = LM_OPT_RESULT},
    {0, "marks-as-words", LM_OPT_FLAG, &marks_as_words,
     .help = "<s> and </s> in the text are ordinary words, not an error", .flags = LM_OPT_RESULT},
    {0, "discount-fallback", LM_OPT_TEXT, &fallback, .arg = "D1,D2,D3|error",
     .help = "discounts of mkn for an order whose counts give none", .flags = LM_OPT_RESULT},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

/* "D1,D2,D3", or "error" for no fall-back at all. */
static lm_status read_fallback(lm_ngram_options *o, lm_err *e)
{
    lm_slice rest = lm_slice_of(fallback);
    o->fallback = !lm_slice_is(rest, "error");
    for (int i = 0; o->fallback && i < 3; i++) {
        size_t n = 0;
        while (n < rest.length && rest.text[n] != ',') n++;
        double *d = &o->fallback_discount[i];
        const bool last = n == rest.length;
        if (!lm_parse_real((lm_slice){rest.text, n}, d) || *d < 0 || *d > i + 1 || last != (i == 2))
            return lm_fail(e, LM_EUSAGE,
                           "--discount-fallback: '%s' is neither 'error' nor three "
                           "discounts with 0 <= Dj <= j, such as 0.5,1,1.5",
                           fallback);
        if (!last) rest = (lm_slice){rest.text + n + 1, rest.length - n - 1};
    }
    return LM_OK;
}

/* Options that the estimator does not know would be given in vain. */
static lm_status check_estimator(lm_err *e)
{
    if (lm_option_given("k") && smooth != LM_NGRAM_ADDK)
        return lm_fail(e, LM_EUSAGE, "--k: only --smooth addk has it");
    if (lm_option_given("discount-fallback") && smooth != LM_NGRAM_MKN)
        return lm_fail(e, LM_EUSAGE, "--discount-fallback: only --smooth mkn has discounts");
    return LM_OK;
}

static lm_status save(const lm_ngram *model, const lm_text *text, lm_out *out, const lm_run *run,
                      lm_err *e)
{
    lm_str history = {0};
    lm_ckpt_writer *writer = NULL;
    lm_status s = lm_program_history(&history, e);
    if (!s) s = lm_text_history(text, &history, e);
    if (!s) s = lm_ckpt_writer_new(&writer, "ngram", e);
    if (!s) s = lm_ckpt_set_meta(writer, "lm.history", (lm_slice){history.text, history.length}, e);
    if (!s) s = lm_ngram_save(model, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, run, e);
    lm_ckpt_writer_free(writer);
    lm_str_free(&history);
    return s;
}

static lm_status train(const lm_ngram_options *o, lm_text *text, lm_out *out, const lm_run *run,
                       lm_err *e)
{
    lm_ngram *model;
    LM_TRY(lm_ngram_train(&model, text, o, run, e));
    for (int n = 1; n <= model->lang.order; n++)
        lm_detail(run, "order %d: %llu n-grams, discounts %g %g %g", n,
                  (unsigned long long)model->count[n], model->discount[n][0], model->discount[n][1],
                  model->discount[n][2]);
    const lm_status s = save(model, text, out, run, e);
    lm_ngram_free(model);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_ngram_options o = {(int)order, (lm_ngram_smooth)smooth, k, closed, no_marks, true, {0}};
    lm_out *out;
    lm_text *text = NULL;
    LM_TRY(check_estimator(e));
    LM_TRY(read_fallback(&o, e));
    LM_TRY(lm_program_output(&out, output, e));
    lm_program_announce_stdin(count, operands);
    lm_status s = lm_text_open(&text, operands, (size_t)count, (lm_unit)unit, marks_as_words, e);
    if (!s) s = train(&o, text, out, run, e);
    lm_text_close(text);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "ngram-train",
        .summary = "estimate an n-gram language model from text",
        .usage = "[OPTION]... -o FILE [FILE]...",
        .example = "ngram-train -n 3 -o stories.lm data/stories-train.txt\n"
                   "lm-eval -m stories.lm data/stories-test.txt",
        .details = "Reads text, one sentence a line, from the files or standard input. Words are\n"
                   "separated by blanks; with --unit char or byte every character or byte is a\n"
                   "word, as suits Chinese.",
        .source = "Chen and Goodman 1999, An empirical study of smoothing techniques",
        .see_also = "lm-eval, lm-next, ngram-sample, ckpt-convert",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
