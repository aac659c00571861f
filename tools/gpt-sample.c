/* gpt-sample.c - complete prompts with a GPT. */
#include <string.h>
#include "lm/beam.h"
#include "lm/completions.h"
#include "lm/encode.h"
#include "lm/generate_options.h"
#include "lm/gpt_open.h"
#include "lm/memory.h"
#include "lm/program.h"

static const char *model;
static lm_completions_form form;
static int64_t threads, weights;
static bool special, line_buffered;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model),
    {.kind = LM_OPT_GROUP, .name = "", .group = lm_generate_option_rows},
    {0, "weights", LM_OPT_CHOICE, &weights, .arg = LM_WEIGHT_FORM_NAMES,
     .help = "keep matrices in 32, 16 or 8 bits: fewer are faster and less exact"},
    {0, "special", LM_OPT_FLAG, &special,
     .help = "spellings of special tokens in prompts are these tokens, not text like any other"},
    {0, "echo", LM_OPT_FLAG, &form.echo, .help = "write the prompt before its completion"},
    {0, "logprobs", LM_OPT_FLAG, &form.logprobs,
     .help = "log-probabilities of the tokens, in the model as it is"},
    {0, "jsonl", LM_OPT_FLAG, &form.jsonl,
     .help = "read objects with a \"prompt\" from standard input, and write objects"},
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    LM_OPTION_THREADS(&threads),
    {0}};

/* A prompt whose completions are not all told. */
typedef struct waiting {
    lm_prompt prompt;
    struct waiting *next;
} waiting;

typedef struct {
    lm_gpt_opened opened;
    lm_gpt *gpt;
    lm_encoder *encoder;
    lm_prompts *prompts;
    lm_out *out;
    waiting *first, **last;
    uint64_t told; /* number of the first */
} work;

static lm_status next_prompt(void *context, bool wait, lm_ids *ids, bool *more, lm_err *e)
{
    work *w = context;
    waiting *now = lm_new(1, sizeof *now, e);
    if (!now) return e->status;
    lm_err why = {0};
    lm_status s = lm_prompts_next(w->prompts, wait, &now->prompt, more, e);
    const lm_slice text = {now->prompt.text.text, now->prompt.text.length};
    if (!s && *more) s = lm_encode(w->encoder, text, ids, &why);
    if (why.status) s = lm_fail(e, s, "%s: %s", lm_prompts_place(w->prompts), why.message);
    if (s || !*more) {
        lm_prompt_free(&now->prompt);
        lm_free(now);
        return s;
    }
    *w->last = now;
    w->last = &now->next;
    return LM_OK;
}

/* Forgets the first prompt. */
static void drop_first(work *w)
{
    waiting *gone = w->first;
    w->first = gone->next;
    if (!w->first) w->last = &w->first;
    lm_prompt_free(&gone->prompt);
    lm_free(gone);
    w->told++;
}

static lm_status tell(void *context, const lm_completion *c, lm_err *e)
{
    work *w = context;
    while (w->told < c->prompt) drop_first(w);
    return lm_completions_write(&form, w->gpt->tokenizer, &w->first->prompt, c, w->out, e);
}

static lm_status load(work *w, const lm_run *run, lm_err *e)
{
    lm_compute *on;
    LM_TRY(lm_gpt_open(&w->opened, model, run, e));
    w->gpt = w->opened.gpt;
    if (!w->gpt->tokenizer) return lm_fail(e, LM_EFORMAT, "%s: it has no tokenizer", model);
    LM_TRY(lm_encoder_new(&w->encoder, w->gpt->tokenizer, special, e));
    LM_TRY(lm_compute_new(&on, lm_run_pool(run), false, e));
    const lm_status s = lm_gpt_pack(w->gpt, (lm_weight_form)weights, on, e);
    lm_compute_free(on);
    return s;
}

static lm_status sample(work *w, const lm_run *run, int count, char **operands, lm_err *e)
{
    const lm_generate_calls calls = {next_prompt, tell, w};
    lm_generation how;
    LM_TRY(lm_generate_options_get(&how, e));
    LM_TRY(lm_program_stdout(&w->out, line_buffered, e));
    LM_TRY(load(w, run, e));
    if (count == 0) lm_program_announce_stdin(count, operands);
    LM_TRY(lm_prompts_new(&w->prompts, operands, (size_t)count, form.jsonl, e));
    how.logprobs = form.logprobs;
    form.score = how.beams > 0;
    return (how.beams ? lm_beam_generate : lm_generate)(w->gpt, &how, &calls, run, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    work w = {0};
    w.last = &w.first;
    const lm_status s = sample(&w, run, count, operands, e);
    while (w.first) drop_first(&w);
    lm_completions_free(&form);
    lm_prompts_free(w.prompts);
    lm_encoder_free(w.encoder);
    lm_gpt_close(&w.opened);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "gpt-sample",
        .summary = "complete prompts with a GPT",
        .usage = "[OPTION]... -m FILE [PROMPT]...",
        .example =
            "gpt-train -q --layers 2 --width 64 --steps 100 -o tiny.gpt data/stories-train.txt\n"
            "gpt-sample -m tiny.gpt --max-tokens 60 --top-p 0.9 'Once upon a time'",
        .details =
            "Operands are prompts; without any, lines of standard input are. An empty prompt is\n"
            "the beginning of a text. Writes what follows, up to the end-of-text token, a stop\n"
            "text, --max-tokens or the end of the context; '---' between several completions.\n"
            "The same seed gives the same text, whatever the number of threads and of streams.",
        .source = "Radford et al. 2019; Holtzman et al. 2020; Keskar et al. 2019",
        .see_also = "gpt-train, lm-eval, ngram-sample",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
