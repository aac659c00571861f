/* w2v-train.c - train word vectors. */
#include <string.h>
#include "lm/program.h"
#include "lm/w2v_options.h"
#include "lm/word_options.h"

static const char *output, *pairs, *save_vocab, *tmpdir;
static int64_t threads;
static uint64_t memory;

static const lm_option options[] = {
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_w2v_option_rows},
    {0, "pairs", LM_OPT_FILE, &pairs, .arg = "FILE",
     .help = "train on lines of words, a TAB and the word they predict, in place of text"},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_word_option_rows_bare},
    {0, "save-vocab", LM_OPT_FILE, &save_vocab, .arg = "FILE",
     .help = "write the words of the model and their counts, for --vocab"},
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
    lm_ckpt *source; /* of --init, */
    lm_w2v *old;     /* which is this */
    lm_w2v *model;
    lm_w2v_trainer *trainer;
    lm_str before, history; /* of the old model; with this run's line */
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

/* A model of words is gone on with word by word; the parameters of any other file must fit. */
static lm_status read_old(work *w, lm_err *e)
{
    if (!w->train.init) return LM_OK;
    LM_TRY(lm_ckpt_open(&w->source, w->train.init, LM_CKPT_CHECK_ALL, e));
    if (strcmp(lm_ckpt_kind(w->source), lm_w2v_lang.kind) != 0) return LM_OK;
    const char *history = lm_ckpt_meta(w->source, "lm.history");
    w->train.init = NULL;
    LM_TRY(lm_w2v_load(&w->old, w->source, e));
    w->how.old = w->old;
    LM_TRY(lm_ckpt_history(w->source, &w->history, e));
    return history ? lm_str_addf(&w->before, e, "%s\n", history) : LM_OK;
}

static lm_status write_vocab(void *context, lm_out *out, lm_err *e)
{
    const work *w = context;
    return lm_w2v_write_vocab(w->model, out, e);
}

static lm_status train(work *w, int count, char **operands, const lm_run *run, lm_err *e)
{
    const char *name = pairs ? pairs : count ? operands[0] : "standard input";
    LM_TRY(lm_w2v_options_get(&w->shape, &w->how, e));
    LM_TRY(lm_train_options_get(&w->train, output, e));
    w->how.seed = (uint64_t)w->train.seed;
    LM_TRY(lm_program_history(&w->history, e));
    LM_TRY(lm_word_options_get(&w->choice, &w->history, e));
    if (pairs && !lm_option_given("min-count")) w->choice.min_count = 0;
    LM_TRY(read_old(w, e));
    LM_TRY(read_text(w, count, operands, run, e));
    LM_TRY(lm_w2v_of_text(&w->model, &w->text, name, &w->shape, &w->choice, w->old, e));
    if (save_vocab) LM_TRY(lm_program_write(save_vocab, write_vocab, w, e));
    LM_TRY(lm_w2v_trainer_new(&w->trainer, w->model, &w->text, &w->how,
                              lm_train_micro_batch(&w->train), e));
    LM_TRY(lm_str_add(&w->before, w->history.text, w->history.length, e));
    return lm_train(&w->trainer->task, &w->train, output, w->before.text, run, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    work w = {.train = {0}};
    const lm_status s = train(&w, count, operands, run, e);
    lm_w2v_trainer_free(w.trainer);
    lm_w2v_free(w.model);
    lm_w2v_free(w.old);
    lm_ckpt_close(w.source);
    lm_w2v_text_free(&w.text);
    lm_word_options_free(&w.choice);
    lm_str_free(&w.history);
    lm_str_free(&w.before);
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
    lm_word_options_set_bare(5);
    return lm_program_main(&program, argc, argv);
}
