/* ngram-train.c - estimate an n-gram model from text. */
#include <stdio.h>
#include "lm/convert.h"
#include "lm/ngram_counts.h"
#include "lm/ngram_options.h"
#include "lm/program.h"
#include "lm/quantize.h"

static const char *output;
static int64_t quantize, to = LM_FORMAT_LM, threads;
static uint64_t memory;
static const char *tmpdir;

static const lm_option options[] = {
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_ngram_option_rows},
    {0, "quantize", LM_OPT_INT, &quantize, .low = LM_QUANTIZE_BITS_MIN,
     .high = LM_QUANTIZE_BITS_MAX, .arg = "BITS",
     .help = "the compact form: probabilities and back-offs in so many bits each",
     .flags = LM_OPT_RESULT, .unset = "the plain form"},
    {0, "to", LM_OPT_CHOICE, &to, .arg = LM_MODEL_FORMAT_NAMES,
     .help = "format of the model: Lineage's checkpoint or ARPA text"},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

static void describe(const lm_ngram *model, const lm_run *run)
{
    const int discounts = lm_ngram_discount_count(model->smooth);
    for (int n = 1; n <= model->lang.order; n++) {
        const double *d = model->discount[n];
        char list[80] = "";
        if (discounts)
            (void)snprintf(list, sizeof list,
                           discounts == 3 ? ", discounts %g %g %g" : ", discount %g", d[0], d[1],
                           d[2]);
        lm_detail(run, "order %d: %llu n-grams%s", n, (unsigned long long)model->count[n], list);
    }
}

static lm_status train(lm_ngram **model, const lm_ngram_options *o, bool counts, size_t count,
                       char **operands, lm_inputs *inputs, const lm_run *run, lm_err *e)
{
    lm_text *text;
    if (counts) return lm_ngram_train_counts(model, operands, count, o, inputs, run, e);
    LM_TRY(lm_word_options_open(&text, operands, count, e));
    lm_status s = lm_ngram_train(model, text, o, run, e);
    if (!s) s = lm_text_inputs(text, inputs, e);
    lm_text_close(text);
    return s;
}

/* Is it count files that are given?  Then they decide how the text is read. */
static lm_status find_counts(int count, char **operands, bool *counts, lm_err *e)
{
    lm_ngram_counting how;
    LM_TRY(lm_ngram_are_counts(operands, (size_t)count, counts, &how, e));
    return *counts ? lm_ngram_options_of_counts(&how, e) : LM_OK;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    lm_ngram *model = NULL;
    lm_inputs inputs = {0};
    lm_str history = {0};
    lm_out *out = NULL;
    bool counts = false;
    lm_status s = LM_OK;
    if (to == LM_FORMAT_ARPA && quantize)
        s = lm_fail(e, LM_EUSAGE, "--to arpa: ARPA text has no compact form (--quantize)");
    if (!s) s = find_counts(count, operands, &counts, e);
    if (!s) s = lm_program_history(&history, e);
    if (!s) s = lm_ngram_options_get(&o, &history, e);
    if (!s && to == LM_FORMAT_ARPA && o.smooth == LM_NGRAM_ADDK)
        s = lm_fail(e, LM_EUSAGE, "--to arpa: an add-k model has no ARPA form; addk-backoff has");
    if (!s)
        s = to == LM_FORMAT_LM ? lm_program_output(&out, output, e) : lm_out_open(&out, output, e);
    if (!s) lm_program_announce_stdin(count, operands);
    if (!s) s = train(&model, &o, counts, (size_t)count, operands, &inputs, run, e);
    if (!s) describe(model, run);
    if (!s && quantize) s = lm_ngram_quantize(model, (int)quantize, run, e);
    if (!s) s = lm_inputs_settle(&inputs, e);
    if (!s) s = lm_inputs_history(&inputs, &history, e);
    if (!s)
        s = lm_format_write(model, (lm_format)to, (lm_slice){history.text, history.length}, out,
                            run, e);
    lm_ngram_free(model);
    lm_inputs_free(&inputs);
    lm_ngram_options_free(&o);
    lm_str_free(&history);
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
                   "word, as suits Chinese. Count files (ngram-count) are read in place of text.",
        .source = "Chen and Goodman 1999, An empirical study of smoothing techniques",
        .see_also = "ngram-count, lm-eval, lm-next, ngram-sample, ckpt-convert",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
