/* ngram-train.c - estimate an n-gram model from text. */
#include <stdio.h>
#include "lm/ngram.h"
#include "lm/ngram_options.h"
#include "lm/program.h"

static const char *output;
static int64_t threads;

static const lm_option options[] = {
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_ngram_option_rows},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    {0}};

static lm_status save(const lm_ngram *model, const lm_str *history, lm_out *out, lm_err *e)
{
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, "ngram", e));
    lm_status s =
        lm_ckpt_set_meta(writer, "lm.history", (lm_slice){history->text, history->length}, e);
    if (!s) s = lm_ngram_save(model, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, e);
    lm_ckpt_writer_free(writer);
    return s;
}

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

static lm_status train(const lm_ngram_options *o, lm_text *text, lm_str *history, lm_out *out,
                       const lm_run *run, lm_err *e)
{
    lm_ngram *model;
    LM_TRY(lm_ngram_train(&model, text, o, run, e));
    describe(model, run);
    lm_status s = lm_text_history(text, history, e);
    if (!s) s = save(model, history, out, e);
    lm_ngram_free(model);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    lm_str history = {0};
    lm_out *out = NULL;
    lm_text *text = NULL;
    lm_status s = lm_program_history(&history, e);
    if (!s) s = lm_ngram_options_get(&o, &history, e);
    if (!s) s = lm_program_output(&out, output, e);
    if (!s) {
        lm_program_announce_stdin(count, operands);
        s = lm_text_open(&text, operands, (size_t)count, lm_ngram_option_unit(),
                         lm_ngram_option_marks_as_words(), e);
    }
    if (!s) s = train(&o, text, &history, out, run, e);
    lm_text_close(text);
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
                   "word, as suits Chinese.",
        .source = "Chen and Goodman 1999, An empirical study of smoothing techniques",
        .see_also = "lm-eval, lm-next, ngram-sample, ckpt-convert",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
