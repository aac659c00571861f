/* lm-next.c - the most probable next words of a context. */
#include "lm/gaps.h"
#include "lm/gpt_next.h"
#include "lm/memory.h"
#include "lm/models.h"
#include "lm/program.h"
#include "lm/sample.h"

static const char *model_path;
static int64_t top = 10;
static bool all, inside, line_buffered;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model_path),
    {'k', "top", LM_OPT_INT, &top, .low = 1, .high = 1e9, .arg = "K",
     .help = "how many words to show for each context"},
    {0, "all", LM_OPT_FLAG, &all, .help = "show the whole vocabulary, <s> included"},
    {0, "inside", LM_OPT_FLAG, &inside,
     .help = "the context is from inside a sentence, not its beginning"},
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    {0}};

typedef struct {
    const lm_lang *lang;
    void *state;
    double *p;
    uint32_t *order, *rank;
    lm_str line;
} next_words;

static lm_status show(next_words *n, lm_out *out, lm_err *e)
{
    const uint32_t size = n->lang->vocab->size;
    const uint32_t count = all || top > size ? size : (uint32_t)top;
    LM_TRY(n->lang->type->predict(n->lang, n->state, n->p, e));
    LM_TRY(lm_rank_words(n->p, size, n->rank, count, n->order, e));
    for (uint32_t i = 0; i < count; i++) {
        n->line.length = 0;
        LM_TRY(lm_lang_add_word(n->lang, n->order[i], &n->line, e));
        LM_TRY(lm_str_addf(&n->line, e, "\t%.7g\n", n->p[n->order[i]]));
        LM_TRY(lm_out_write(out, n->line.text, n->line.length, e));
    }
    return LM_OK;
}

static lm_status answer_lines(next_words *n, lm_text *text, lm_out *out, lm_err *e)
{
    lm_slice token;
    uint64_t answered = 0;
    n->lang->type->begin(n->lang, n->state, inside);
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TOKEN) {
            double p;
            int order;
            const uint32_t id = lm_lang_id(n->lang, token);
            LM_TRY(n->lang->type->score(n->lang, n->state, &id, 1, &p, &order, e));
        } else if (event == LM_LINE_END) {
            if (answered++) LM_TRY(lm_out_text(out, "\n", e));
            LM_TRY(show(n, out, e));
            n->lang->type->begin(n->lang, n->state, inside);
        }
    }
    return LM_OK;
}

static lm_status answer(const lm_lang *lang, lm_text *text, lm_out *out, lm_err *e)
{
    next_words n = {.lang = lang};
    n.state = lm_new(1, lang->type->state_size(lang), e);
    n.p = lm_new(lang->vocab->size, sizeof *n.p, e);
    n.order = lm_new(lang->vocab->size, sizeof *n.order, e);
    lm_status s = n.state && n.p && n.order ? LM_OK : e->status;
    if (!s) s = lm_vocab_byte_ranks(lang->vocab, &n.rank, e);
    if (!s) s = answer_lines(&n, text, out, e);
    lm_free(n.state);
    lm_free(n.p);
    lm_free(n.order);
    lm_free(n.rank);
    lm_str_free(&n.line);
    return s;
}

/* With a model of whichever kind. */
static lm_status answer_any(const lm_model *model, int count, char **operands, lm_out *out,
                            const lm_run *run, lm_err *e)
{
    const lm_lang *lang = model->gaps ? &model->gaps->lang : model->lang;
    const uint32_t most = all ? UINT32_MAX : (uint32_t)top;
    lm_text *text;
    if (model->gpt && inside)
        return lm_fail(e, LM_EUSAGE, "--inside: a GPT's context begins a document");
    LM_TRY(lm_text_open(&text, operands, (size_t)count, model->gpt ? LM_UNIT_BYTE : lang->unit,
                        model->gpt || lang->marks_as_words, e));
    lm_status s;
    if (model->gpt)
        s = lm_gpt_next_tokens(model->gpt, text, most, out, run, e);
    else
        s = model->gaps ? lm_gaps_fill(model->gaps, text, most, out, e)
                        : answer(lang, text, out, e);
    lm_text_close(text);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_model model;
    lm_out *out;
    if (all && lm_option_given("top"))
        return lm_fail(e, LM_EUSAGE, "--all and --top exclude each other");
    LM_TRY(lm_program_stdout(&out, line_buffered, e));
    LM_TRY(lm_model_open_any(&model, model_path, e));
    lm_program_announce_stdin(count, operands);
    const lm_status s = answer_any(&model, count, operands, out, run, e);
    lm_model_close(&model);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "lm-next",
        .summary = "show the most probable next words of a context",
        .usage = "[OPTION]... -m FILE [FILE]...",
        .example = "ngram-train -n 3 -o stories.lm data/stories-train.txt\n"
                   "echo 'The old man' | lm-next -m stories.lm -k 5",
        .details = "Reads contexts, one a line: the first words of a sentence. For each, prints\n"
                   "word TAB probability lines, the most probable first, ties in byte order;\n"
                   "an empty line stands between contexts. With a CBOW model of w2v-train a\n"
                   "context has a gap, written _, and the words that may stand there are shown;\n"
                   "a GPT shows tokens, blanks and control bytes as \\xHH.",
        .see_also = "ngram-train, lm-eval, ngram-sample",
        .max_operands = -1,
        .options = options,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
