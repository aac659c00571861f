/* nnlm-train.c - train a neural probabilistic language model. */
#include <string.h>
#include "lm/nnlm_options.h"
#include "lm/program.h"
#include "lm/word_options.h"

static const char *output, *pairs, *vectors;
static int64_t threads;

static const lm_option options[] = {
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_nnlm_option_rows},
    {0, "pairs", LM_OPT_FILE, &pairs, .arg = "FILE",
     .help = "train on lines of N-1 words, a TAB and the word to predict, in place of text"},
    {0, "vectors", LM_OPT_FILE, &vectors, .arg = "FILE",
     .help = "vectors to begin with: word2vec's text or binary format, or GloVe's"},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_word_option_rows},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_train_option_rows},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    {0}};

/* What a run works with; in the order in which it comes to be. */
typedef struct {
    const lm_run *run;
    lm_train_options train;
    lm_nnlm_shape shape;
    lm_nnlm_training how;
    lm_word_choice choice;
    lm_nnlm_text text, valid;
    lm_vectors vectors;
    lm_nnlm *model;
    lm_nnlm_trainer *trainer;
    lm_str history, valid_path;
} work;

static lm_status read_pairs(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    work *w = context;
    return lm_nnlm_pairs_read(&w->text, bytes, name, w->shape.order, e);
}

static lm_status read_vectors(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    work *w = context;
    LM_TRY(lm_vectors_read(&w->vectors, bytes, name, LM_VECTORS_AUTO, w->run, e));
    w->how.vectors = &w->vectors;
    if (w->vectors.dim == w->shape.dim) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "%s: vectors of %zu numbers, but --dim is %llu", name,
                   w->vectors.dim, (unsigned long long)w->shape.dim);
}

static lm_status read_text(work *w, lm_nnlm_text *text, char *const *paths, size_t count,
                           const lm_run *run, lm_err *e)
{
    lm_text *reader;
    LM_TRY(lm_word_options_open(&reader, paths, count, e));
    lm_status s = lm_nnlm_text_read(text, reader, run, e);
    if (!s) s = lm_text_history(reader, &w->history, e);
    lm_text_close(reader);
    return s;
}

static lm_status read_training(work *w, int count, char **operands, const lm_run *run, lm_err *e)
{
    if (!pairs) lm_program_announce_stdin(count, operands);
    if (!pairs) return read_text(w, &w->text, operands, (size_t)count, run, e);
    if (count) return lm_fail(e, LM_EUSAGE, "--pairs: '%s' would not be read", operands[0]);
    if (lm_word_option_unit() != LM_UNIT_WORD)
        return lm_fail(e, LM_EUSAGE, "--pairs: pairs are of words, not of %ss",
                       lm_unit_name(lm_word_option_unit()));
    return lm_program_read(pairs, read_pairs, w, &w->history, e);
}

static lm_status read_valid(work *w, const lm_run *run, lm_err *e)
{
    if (!w->train.valid) return LM_OK;
    LM_TRY(lm_str_addf(&w->valid_path, e, "%s", w->train.valid));
    LM_TRY(read_text(w, &w->valid, &w->valid_path.text, 1, run, e));
    return lm_nnlm_text_translate(&w->valid, w->model->lang.vocab, w->train.valid, run, e);
}

static lm_status train(work *w, int count, char **operands, const lm_run *run, lm_err *e)
{
    const char *name = pairs ? pairs : count ? operands[0] : "standard input";
    LM_TRY(lm_train_options_get(&w->train, output, e));
    if (vectors && w->train.init)
        return lm_fail(e, LM_EUSAGE, "--vectors: --init says already what they begin with");
    LM_TRY(lm_nnlm_options_get(&w->shape, &w->how, e));
    LM_TRY(lm_program_history(&w->history, e));
    LM_TRY(lm_word_options_get(&w->choice, &w->history, e));
    if (vectors) LM_TRY(lm_program_read(vectors, read_vectors, w, &w->history, e));
    LM_TRY(read_training(w, count, operands, run, e));
    LM_TRY(lm_nnlm_of_text(&w->model, &w->text, name, &w->shape, &w->choice, run, e));
    LM_TRY(read_valid(w, run, e));
    w->how.seed = (uint64_t)w->train.seed;
    w->how.bf16 = w->train.bf16;
    w->how.unigrams = strcmp(w->train.init_rule, "default") == 0;
    LM_TRY(lm_nnlm_trainer_new(&w->trainer, w->model, &w->text, w->train.valid ? &w->valid : NULL,
                               &w->how, lm_train_micro_batch(&w->train), run->pool, e));
    return lm_train(&w->trainer->task, &w->train, output, w->history.text, run, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    work w = {.run = run};
    const lm_status s = train(&w, count, operands, run, e);
    lm_nnlm_trainer_free(w.trainer);
    lm_nnlm_free(w.model);
    lm_vectors_free(&w.vectors);
    lm_nnlm_text_free(&w.valid);
    lm_nnlm_text_free(&w.text);
    lm_word_options_free(&w.choice);
    lm_str_free(&w.history);
    lm_str_free(&w.valid_path);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "nnlm-train",
        .summary = "train a neural probabilistic language model",
        .usage = "[OPTION]... -o FILE [FILE]...",
        .example = "nnlm-train -e 2 --dim 30 --hidden 50 --valid data/stories-valid.txt \\\n"
                   "    -o stories.nnlm data/stories-train.txt\n"
                   "lm-eval -m stories.nnlm data/stories-test.txt",
        .details =
            "Reads text, one sentence a line, from the files or standard input.  Stopped by\n"
            "Ctrl-C, it saves its state; the same command with --resume goes on.",
        .source = "Bengio et al. 2003, A neural probabilistic language model",
        .see_also = "lm-eval, lm-next, lm-mix, ngram-sample, ckpt-convert",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .stateful = true,
        .run = run,
    };
    lm_nnlm_options_set_training();
    return lm_program_main(&program, argc, argv);
}
