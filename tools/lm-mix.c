/* lm-mix.c - mix word-level language models. */
#include <string.h>
#include "lm/mix.h"
#include "lm/program.h"

static const char *output, *valid, *weights;
static double tolerance = 1e-9;
static int64_t iterations = 1000, threads;

static const lm_option options[] = {
    {0, "valid", LM_OPT_FILE, &valid, .arg = "FILE", .help = "held-out text to find weights for"},
    {0, "weights", LM_OPT_TEXT, &weights, .arg = "A,B,...",
     .help = "the weights, one for each model; they sum to 1", .unset = "found by EM",
     .flags = LM_OPT_RESULT},
    {0, "tolerance", LM_OPT_REAL, &tolerance, .low = 0, .high = 1, .arg = "X",
     .help = "EM ends when a step changes the log-likelihood by at most X of it",
     .flags = LM_OPT_RESULT},
    {0, "iterations", LM_OPT_INT, &iterations, .low = 1, .high = 1e9, .arg = "N",
     .help = "EM ends after N steps at the latest", .flags = LM_OPT_RESULT},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    {0}};

/* The models, and what becomes of them. */
typedef struct {
    lm_model model[LM_MIX_PARTS_MAX];
    size_t count;
    lm_mix *mix;
    lm_str path;   /* of the held-out text; it outlives the text */
    lm_text *text; /* NULL: none */
} mixing;

static lm_status check_arguments(int count, char **paths, lm_err *e)
{
    int dashes = valid && strcmp(valid, "-") == 0;
    for (int i = 0; i < count; i++) dashes += strcmp(paths[i], "-") == 0;
    if (dashes > 1) return lm_fail(e, LM_EUSAGE, "standard input cannot be two files");
    if (!valid && !weights)
        return lm_fail(e, LM_EUSAGE, "neither --valid FILE nor --weights A,B,... is given");
    if (weights && (lm_option_given("tolerance") || lm_option_given("iterations")))
        return lm_fail(e, LM_EUSAGE, "--tolerance and --iterations: --weights leaves out EM");
    return LM_OK;
}

static lm_status open_all(mixing *m, char **paths, const double *weight, lm_err *e)
{
    for (size_t i = 0; i < m->count; i++) {
        LM_TRY(lm_model_open(&m->model[i], paths[i], e));
        LM_TRY(lm_ckpt_verify(m->model[i].ckpt, e)); /* the mixture will have sums of its own */
    }
    LM_TRY(lm_mix_new(&m->mix, m->model, m->count, weight, e));
    if (!valid) return LM_OK;
    LM_TRY(lm_str_addf(&m->path, e, "%s", valid));
    lm_program_announce_stdin(1, &m->path.text);
    return lm_text_open(&m->text, &m->path.text, 1, m->mix->lang.unit, m->mix->lang.marks_as_words,
                        e);
}

/* Standard output has the report, unless it has the mixture: then standard error has. */
static lm_status show(lm_str *report, const lm_run *run, lm_err *e)
{
    lm_out *out;
    if (strcmp(output, "-") == 0) {
        for (char *tab; (tab = strchr(report->text, '\t'));) *tab = ' ';
        for (const char *at = report->text, *end; (end = strchr(at, '\n')); at = end + 1)
            lm_note(run, "%.*s", (int)(end - at), at);
        return LM_OK;
    }
    LM_TRY(lm_program_stdout(&out, false, e));
    LM_TRY(lm_out_write(out, report->text, report->length, e));
    return lm_out_flush(out, e);
}

static lm_status tune(mixing *m, const lm_run *run, lm_err *e)
{
    const lm_mix_stop stop = {tolerance, weights ? 0 : iterations};
    lm_mix_report report = {0};
    lm_str lines = {0};
    if (m->text) LM_TRY(lm_mix_tune(m->mix, m->text, &stop, run, &report, e));
    lm_status s = lm_mix_report_add(&report, m->mix, &lines, e);
    if (!s) s = show(&lines, run, e);
    lm_str_free(&lines);
    return s;
}

static lm_status add_history(const mixing *m, lm_str *history, lm_err *e)
{
    LM_TRY(lm_program_history(history, e));
    for (size_t i = 0; i < m->count; i++) LM_TRY(lm_ckpt_history(m->model[i].ckpt, history, e));
    return m->text && !weights ? lm_text_history(m->text, history, e) : LM_OK;
}

static lm_status save(const mixing *m, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_str history = {0};
    lm_ckpt_writer *writer = NULL;
    lm_status s = add_history(m, &history, e);
    if (!s) s = lm_ckpt_writer_new(&writer, "mix", e);
    if (!s) s = lm_ckpt_set_meta(writer, "lm.history", (lm_slice){history.text, history.length}, e);
    if (!s) s = lm_mix_save(m->mix, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, run, e);
    lm_ckpt_writer_free(writer);
    lm_str_free(&history);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    static mixing m;
    double weight[LM_MIX_PARTS_MAX];
    lm_out *out;
    m.count = (size_t)count;
    LM_TRY(check_arguments(count, operands, e));
    if (weights && !lm_parse_reals(lm_slice_of(weights), weight, m.count))
        return lm_fail(e, LM_EUSAGE, "--weights: '%s' is not %d numbers, one for each model",
                       weights, count);
    LM_TRY(lm_program_output(&out, output, e));
    lm_program_announce_stdin(count, operands);
    lm_status s = open_all(&m, operands, weights ? weight : NULL, e);
    if (!s) s = tune(&m, run, e);
    if (!s) s = save(&m, out, run, e);
    lm_text_close(m.text);
    lm_str_free(&m.path);
    lm_mix_free(m.mix);
    for (size_t i = 0; i < m.count; i++) lm_model_close(&m.model[i]);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "lm-mix",
        .summary = "mix word-level language models",
        .usage = "[OPTION]... -o FILE MODEL MODEL...",
        .example = "ngram-train -n 3 -o stories.lm data/stories-train.txt\n"
                   "cut -f 2 data/sentiment.tsv | ngram-train -n 3 -o reviews.lm\n"
                   "lm-mix --valid data/stories-valid.txt -o mix.lm stories.lm reviews.lm",
        .details = "p(word | history) is the weighted sum of what the models say. EM finds the\n"
                   "weights that make the held-out text most probable. Prints key TAB value\n"
                   "lines: counts, weight_I and ppl_I of model I (from 0), ppl of the mixture.",
        .source = "Jelinek and Mercer 1980, Interpolated estimation of Markov source parameters",
        .see_also = "lm-eval, ngram-train",
        .min_operands = 2,
        .max_operands = LM_MIX_PARTS_MAX,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
