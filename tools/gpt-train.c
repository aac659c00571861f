/* gpt-train.c - pretrain a GPT. */
#include "lm/gpt_options.h"
#include "lm/gpt_plan.h"
#include "lm/program.h"

static const char *output, *tokenizer;
static int64_t threads, numbers;
static bool doc;

static const lm_option options[] = {
    {0, "tokenizer", LM_OPT_FILE, &tokenizer, .arg = "FILE",
     .help = "a tokenizer, or a model with one", .unset = "bytes"},
    {0, "doc", LM_OPT_FLAG, &doc, .help = "each FILE is one document, blank lines are text",
     .flags = LM_OPT_RESULT},
    {0, "binary", LM_OPT_CHOICE, &numbers, .arg = "no|u16|u32",
     .help = "each FILE has ids, as tok-encode --binary writes them", .flags = LM_OPT_RESULT},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_gpt_option_rows},
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_train_option_rows},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    {0}};

/* What a run works with; in the order in which it comes to be. */
typedef struct {
    const lm_run *run;
    lm_train_options train;
    lm_gpt_shape shape;
    lm_gpt_training how;
    lm_ckpt *ckpt; /* of the tokenizer */
    lm_gpt_text text, valid;
    lm_gpt *gpt;
    lm_gpt_trainer *trainer;
    lm_str history;
} work;

static lm_status open_tokenizer(work *w, lm_tokenizer **t, lm_err *e)
{
    if (!tokenizer) return lm_tokenizer_of_bytes(t, LM_END_OF_TEXT, e);
    LM_TRY(lm_ckpt_open(&w->ckpt, tokenizer, LM_CKPT_CHECK_SMALL, e));
    LM_TRY(lm_tokenizer_load(t, w->ckpt, e));
    return lm_ckpt_history(w->ckpt, &w->history, e);
}

static lm_status read_texts(work *w, int count, char **operands, lm_err *e)
{
    lm_str path = {0};
    const lm_gpt_reading how = {.tokenizer = w->gpt->tokenizer,
                                .vocab = w->gpt->shape.vocab,
                                .unit = doc ? LM_BY_FILE : LM_BY_DOCUMENT,
                                .width = 2 * (size_t)numbers};
    if (w->train.dry_run && count == 0) return LM_OK; /* the shape alone */
    lm_program_announce_stdin(count, operands);
    LM_TRY(lm_gpt_text_files(&w->text, operands, (size_t)count, &how, &w->history, w->run, e));
    if (!w->train.valid) return LM_OK;
    lm_status s = lm_str_addf(&path, e, "%s", w->train.valid);
    if (!s) s = lm_gpt_text_files(&w->valid, &path.text, 1, &how, &w->history, w->run, e);
    lm_str_free(&path);
    return s;
}

/* Ids of --binary whose number is told are not bytes, but those of a tokenizer nobody has named. */
static bool are_unknown(const work *w)
{
    if (!numbers || tokenizer || !(lm_option_given("vocab") || lm_option_given("preset")))
        return false;
    lm_note(w->run, "no --tokenizer: the model has none, and can neither read nor write text");
    return true;
}

static lm_status make_model(work *w, int count, lm_err *e)
{
    lm_tokenizer *t = NULL;
    const bool shape_alone = w->train.dry_run && count == 0 && !tokenizer;
    if (!shape_alone && !are_unknown(w)) LM_TRY(open_tokenizer(w, &t, e));
    lm_status s = lm_gpt_options_get(&w->shape, &w->how, t ? t->vocab->size : 0, e);
    if (!s && w->how.early) s = lm_train_options_early(&w->train, "early-update", e);
    if (!s) return lm_gpt_new(&w->gpt, &w->shape, t, e);
    lm_tokenizer_free(t);
    return s;
}

static lm_status train(work *w, int count, char **operands, lm_err *e)
{
    lm_gpt_options_suggest();
    LM_TRY(lm_train_options_get(&w->train, output, e));
    LM_TRY(lm_program_history(&w->history, e));
    LM_TRY(make_model(w, count, e));
    LM_TRY(read_texts(w, count, operands, e));
    w->how.seed = (uint64_t)w->train.seed;
    w->how.random = w->train.epochs == 0;
    const bool shape_alone = w->train.dry_run && count == 0;
    LM_TRY(lm_gpt_trainer_new(&w->trainer, w->gpt, shape_alone ? NULL : &w->text,
                              w->train.valid ? &w->valid : NULL, &w->how,
                              lm_train_micro_batch(&w->train), w->run->pool, e));
    LM_TRY(lm_gpt_plan_tell(w->trainer, &w->train, w->run, e));
    return lm_train(&w->trainer->task, &w->train, output, w->history.text, w->run, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    work w = {.run = run};
    const lm_status s = train(&w, count, operands, e);
    lm_gpt_trainer_free(w.trainer);
    lm_gpt_free(w.gpt);
    lm_ckpt_close(w.ckpt);
    lm_gpt_text_free(&w.valid);
    lm_gpt_text_free(&w.text);
    lm_str_free(&w.history);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "gpt-train",
        .summary = "pretrain a GPT",
        .usage = "[OPTION]... -o FILE [FILE]...",
        .example =
            "tok-train --vocab-size 1000 -o stories.tok data/stories-train.txt\n"
            "gpt-train --tokenizer stories.tok --steps 20 --valid data/stories-valid.txt \\\n"
            "    -o stories.gpt data/stories-train.txt\n"
            "gpt-train --preset gpt3-175b --dry-run -o none",
        .details =
            "Reads documents, which blank lines end, from the files or standard input.  With\n"
            "--steps, windows of the text begin anywhere; with --epochs they follow each other.\n"
            "Stopped by Ctrl-C, it saves its state; the same command with --resume goes on.",
        .source = "Radford et al. 2018, 2019; Brown et al. 2020; Child et al. 2019",
        .see_also = "tok-train, gpt-sample, lm-eval",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .stateful = true,
        .run = run,
    };
    lm_gpt_options_set_training();
    return lm_program_main(&program, argc, argv);
}
