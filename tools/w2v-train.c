/* w2v-train.c - train word vectors. */
#include "lm/program.h"
#include "lm/w2v_options.h"
#include "lm/word_options.h"

static const char *output, *pairs, *tmpdir;
static int64_t threads;
static uint64_t memory;

static const lm_option options[] = {
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_w2v_option_rows},
    {0, "pairs", LM_OPT_FILE, &pairs, .arg = "FILE",
     .help = "train on lines of words, a TAB and the word they predict, in place of text"},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_word_option_rows},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_train_option_rows},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

/* What a run works with; in the order in which it comes to be. */
typedef struct {
    lm_train_options train;
    lm_w2v_shape shape;
    lm_w2v_training how;
    lm_word_choice choice;
    lm_w2v_text text;
    lm_w2v *model;
    lm_w2v_trainer *trainer;
    lm_str history;
} work;

static lm_status read_pairs(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    work *w = context;
    return lm_w2v_pairs_read(&w->text, bytes, name, e);
}

static lm_status read_text(work *w, int count, char **operands, const lm_run *run, lm_err *e)
{
    lm_text *reader;
    if (pairs && w->shape.loss != LM_W2V_SOFTMAX)
        return lm_fail(e, LM_EUSAGE, "--pairs: only with --loss softmax");
    if (pairs && count)
        return lm_fail(e, LM_EUSAGE, "--pairs: '%s' would not be read", operands[0]);
    if (pairs) return lm_program_read(pairs, read_pairs, w, &w->history, e);
    lm_program_announce_stdin(count, operands);
    LM_TRY(lm_word_options_open(&reader, operands, (size_t)count, e));
    lm_status s = lm_w2v_text_read(&w->text, reader, run, e);
    if (!s) s = lm_text_history(reader, &w->history, e);
    lm_text_close(reader);
    return s;
}

static lm_status train(work *w, int count, char **operands, const lm_run *run, lm_err *e)
{
    const char *name = pairs ? pairs : count ? operands[0] : "standard input";
    LM_TRY(lm_train_options_get(&w->train, output, e));
    LM_TRY(lm_w2v_options_get(&w->shape, &w->how, &w->train, e));
    LM_TRY(lm_program_history(&w->history, e));
    LM_TRY(lm_word_options_get(&w->choice, &w->history, e));
    w->choice.bare = true;
    LM_TRY(read_text(w, count, operands, run, e));
    LM_TRY(lm_w2v_of_text(&w->model, &w->text, name, &w->shape, &w->choice, e));
    LM_TRY(lm_w2v_trainer_new(&w->trainer, w->model, &w->text, &w->how,
                              lm_train_micro_batch(&w->train), e));
    return lm_train(&w->trainer->task, &w->train, output, w->history.text, run, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    work w = {.train = {0}};
    const lm_status s = train(&w, count, operands, run, e);
    lm_w2v_trainer_free(w.trainer);
    lm_w2v_free(w.model);
    lm_w2v_text_free(&w.text);
    lm_word_options_free(&w.choice);
    lm_str_free(&w.history);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "w2v-train",
        .summary = "train word vectors",
        .usage = "[OPTION]... -o FILE [FILE]...",
        .example = "w2v-train --min-count 2 -o stories.w2v data/stories-train.txt\n"
                   "echo king | w2v-near -m stories.w2v",
        .details =
            "Reads text, one sentence a line, from the files or standard input.  Stopped by\n"
            "Ctrl-C, it saves its state; the same command with --resume goes on.",
        .source = "Mikolov et al. 2013, Efficient estimation of word representations in vector "
                  "space",
        .see_also = "w2v-phrase, w2v-near, w2v-eval, ckpt-convert",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .stateful = true,
        .run = run,
    };
    lm_w2v_options_set_training();
    return lm_program_main(&program, argc, argv);
}
