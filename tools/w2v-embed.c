/* w2v-embed.c - lines of text as vectors, and classifiers of them. */
#include "lm/classifier.h"
#include "lm/embed.h"
#include "lm/program.h"

static const char *model_path, *output, *tune_path, *predict_path, *test_path;
static double l2 = 0.0001;
static int64_t top = 1, threads;
static bool unit, line_buffered;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model_path),
    {0, "unit", LM_OPT_FLAG, &unit, .help = "take the words' vectors at unit length",
     .flags = LM_OPT_RESULT},
    {0, "tune", LM_OPT_FILE, &tune_path, .arg = "FILE",
     .help = "train a classifier on lines 'label TAB text' and write it to --output"},
    {0, "l2", LM_OPT_REAL, &l2, .low = 1e-9, .high = 1e6, .arg = "X",
     .help = "--tune: weight of the squares of the classifier's weights", .flags = LM_OPT_RESULT},
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "--tune: write the classifier to FILE; - is standard output"},
    {0, "predict", LM_OPT_FILE, &predict_path, .arg = "FILE",
     .help = "print the most probable label of every line by this classifier"},
    {'k', "top", LM_OPT_INT, &top, .low = 1, .high = 1e9, .arg = "K",
     .help = "--predict: how many labels to show for each line"},
    {0, "test", LM_OPT_FILE, &test_path, .arg = "FILE",
     .help = "--predict: measure the classifier on lines 'label TAB text' instead"},
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    LM_OPTION_THREADS(&threads),
    {0}};

/* Options that would be given in vain. */
static lm_status check_given(int count, char **operands, lm_err *e)
{
    static const char *const of_tune[] = {"l2", "output"}, *const of_predict[] = {"top", "test"};
    for (int i = 0; i < 2; i++) {
        if (!tune_path && lm_option_given(of_tune[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: it is for --tune", of_tune[i]);
        if (!predict_path && lm_option_given(of_predict[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: it is for --predict", of_predict[i]);
    }
    if (tune_path && predict_path)
        return lm_fail(e, LM_EUSAGE, "--tune and --predict exclude each other");
    if (predict_path && unit)
        return lm_fail(e, LM_EUSAGE, "--unit: the classifier of --predict knows");
    if (tune_path && !output) return lm_fail(e, LM_EUSAGE, "--tune: --output is missing");
    if (test_path && lm_option_given("top"))
        return lm_fail(e, LM_EUSAGE, "--top and --test exclude each other");
    if (count && (tune_path || test_path))
        return lm_fail(e, LM_EUSAGE, "'%s' would not be read", operands[0]);
    return LM_OK;
}

/* What a run works with. */
typedef struct {
    const lm_run *run;
    lm_space *space;
    lm_classifier *classifier;
    lm_labelled lines;
    lm_str history;
} work;

static lm_status read_lines(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    work *w = context;
    return lm_labelled_read(&w->lines, w->space, w->classifier ? w->classifier->unit : unit, bytes,
                            name, e);
}

static lm_status write_classifier(work *w, lm_out *out, lm_err *e)
{
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, "classifier", e));
    lm_status s =
        lm_ckpt_set_meta(writer, "lm.history", (lm_slice){w->history.text, w->history.length}, e);
    if (!s) s = lm_classifier_save(w->classifier, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, w->run, e);
    lm_ckpt_writer_free(writer);
    return s;
}

static lm_status tune(work *w, lm_out *out, lm_err *e)
{
    LM_TRY(lm_program_history(&w->history, e));
    LM_TRY(lm_space_history(w->space, &w->history, e));
    LM_TRY(lm_program_read(tune_path, read_lines, w, &w->history, e));
    LM_TRY(lm_classifier_train(&w->classifier, w->space, &w->lines, unit, l2, w->run, e));
    return write_classifier(w, out, e);
}

static lm_status read_text(work *w, int count, char **operands, lm_out *out, lm_err *e)
{
    lm_text *text;
    const lm_lang *lang = w->space->lang;
    lm_program_announce_stdin(count, operands);
    LM_TRY(lm_text_open(&text, operands, (size_t)count, lang->unit, lang->marks_as_words, e));
    const lm_status s = predict_path
                            ? lm_classifier_write(w->classifier, w->space, text, top, out, e)
                            : lm_embed_write(w->space, unit, text, out, e);
    lm_text_close(text);
    return s;
}

static lm_status use(work *w, int count, char **operands, lm_out *out, lm_err *e)
{
    LM_TRY(lm_space_open(&w->space, model_path, e));
    if (tune_path) return tune(w, out, e);
    if (predict_path) LM_TRY(lm_classifier_open(&w->classifier, predict_path, w->space, w->run, e));
    if (!test_path) return read_text(w, count, operands, out, e);
    LM_TRY(lm_program_read(test_path, read_lines, w, &w->history, e));
    return lm_classifier_report(w->classifier, &w->lines, out, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    work w = {.run = run};
    lm_out *out = NULL;
    LM_TRY(check_given(count, operands, e));
    LM_TRY(tune_path ? lm_program_output(&out, output, e)
                     : lm_program_stdout(&out, line_buffered, e));
    lm_status s = use(&w, count, operands, out, e);
    if (tune_path) s = lm_out_close(out, s, e);
    lm_labelled_free(&w.lines);
    lm_classifier_free(w.classifier);
    lm_space_close(w.space);
    lm_str_free(&w.history);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "w2v-embed",
        .summary = "turn lines of text into vectors, and classify them",
        .usage = "[OPTION]... -m FILE [FILE]...",
        .example =
            "nnlm-train -q -e 1 --dim 20 --hidden 20 -o stories.nnlm data/stories-train.txt\n"
            "w2v-embed -q -m stories.nnlm --tune data/sentiment.tsv -o mood\n"
            "echo 'The dog was happy.' | w2v-embed -m stories.nnlm --predict mood",
        .details = "Prints for each line of text the mean of its words' vectors, TABs between its\n"
                   "numbers; with --predict, labels and their probabilities.",
        .see_also = "w2v-near, w2v-eval, w2v-cluster, nnlm-train",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
