/* lm-eval.c - measure a language model on text. */
#include "lm/evaluate.h"
#include "lm/gaps.h"
#include "lm/gpt_evaluate.h"
#include "lm/models.h"
#include "lm/program.h"

static const char *model_path;
static bool per_line, per_token, line_buffered, doc, bf16;
static int64_t threads, stride, batch = 8;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model_path),
    {0, "per-line", LM_OPT_FLAG, &per_line,
     .help = "a line for each line of text: log10 p, tokens, unknown words (TSV)"},
    {0, "per-token", LM_OPT_FLAG, &per_token,
     .help = "a line for each word and sentence end: word, order used, log10 p (TSV)"},
    {0, "doc", LM_OPT_FLAG, &doc,
     .help = "of a GPT: each FILE is one document, blank lines are text"},
    {0, "stride", LM_OPT_INT, &stride, .low = 0, .high = 1e9, .arg = "N",
     .help = "of a GPT: tokens from one window to the next; fewer are slower and see more of what "
             "is before; 0: its context"},
    {'b', "batch", LM_OPT_INT, &batch, .low = 1, .high = 1e6, .arg = "N",
     .help = "of a GPT: windows at once"},
    {0, "bf16", LM_OPT_FLAG, &bf16, .help = "of a GPT: round matrices to bfloat16 in products"},
    LM_OPTION_THREADS(&threads),
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    {0}};

static lm_status evaluate(const lm_lang *lang, lm_text *text, lm_out *out, const lm_run *run,
                          lm_err *e)
{
    lm_evaluation total;
    const lm_report report = per_line    ? LM_REPORT_LINES
                             : per_token ? LM_REPORT_TOKENS
                                         : LM_REPORT_TOTAL;
    lm_run lent = *run;
    if (report != LM_REPORT_TOTAL && lm_out_is_terminal(out)) lent.progress = NULL; /* mixed up */
    LM_TRY(lm_evaluate(lang, text, report, out, &lent, &total, e));
    lm_progress(run, NULL, 0, 0, NULL); /* the results begin a line of their own */
    if (total.zeroprobs && report == LM_REPORT_TOTAL)
        lm_note(run, "%llu of %llu tokens have probability 0, so ppl is infinite",
                (unsigned long long)total.zeroprobs, (unsigned long long)total.events);
    if (report != LM_REPORT_TOTAL) return LM_OK;
    if (total.events == 0) return lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(text));
    return lm_evaluation_write(&total, lang->order, out, e);
}

static lm_status evaluate_gpt(const lm_gpt *gpt, int count, char **operands, lm_out *out,
                              const lm_run *run, lm_err *e)
{
    lm_text *text;
    const lm_gpt_evaluation how = {.unit = doc ? LM_BY_FILE : LM_BY_DOCUMENT,
                                   .stride = (uint64_t)stride,
                                   .batch = (uint64_t)batch,
                                   .bf16 = bf16};
    if (per_line || per_token)
        return lm_fail(e, LM_EUSAGE, "--per-%s: not of a GPT", per_line ? "line" : "token");
    LM_TRY(lm_text_open(&text, operands, (size_t)count, LM_UNIT_BYTE, true, e));
    const lm_status s = lm_gpt_evaluate(gpt, text, &how, out, run, e);
    lm_text_close(text);
    return s;
}

static lm_status evaluate_words(const lm_model *model, int count, char **operands, lm_out *out,
                                const lm_run *run, lm_err *e)
{
    lm_text *text;
    const lm_lang *lang = model->gaps ? &model->gaps->lang : model->lang;
    if (doc || lm_option_given("stride") || lm_option_given("batch") || bf16)
        return lm_fail(e, LM_EUSAGE, "--doc, --stride, --batch and --bf16 are for a GPT");
    LM_TRY(lm_text_open(&text, operands, (size_t)count, lang->unit, lang->marks_as_words, e));
    lm_status s = LM_OK;
    if (model->gaps && (per_line || per_token))
        s = lm_fail(e, LM_EUSAGE, "--per-%s: not of a pseudo-likelihood",
                    per_line ? "line" : "token");
    if (!s)
        s = model->gaps ? lm_gaps_evaluate(model->gaps, text, out, run, e)
                        : evaluate(lang, text, out, run, e);
    lm_text_close(text);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_model model;
    lm_out *out;
    if (per_line && per_token)
        return lm_fail(e, LM_EUSAGE, "--per-line and --per-token exclude each other");
    LM_TRY(lm_program_stdout(&out, line_buffered, e));
    LM_TRY(lm_model_open_any(&model, model_path, run, e));
    lm_program_announce_stdin(count, operands);
    const lm_status s = model.gpt ? evaluate_gpt(model.gpt, count, operands, out, run, e)
                                  : evaluate_words(&model, count, operands, out, run, e);
    lm_model_close(&model);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "lm-eval",
        .summary = "measure a language model on text",
        .usage = "[OPTION]... -m FILE [FILE]...",
        .example = "ngram-train -n 3 -o stories.lm data/stories-train.txt\n"
                   "lm-eval -m stories.lm data/stories-test.txt",
        .details =
            "Prints key TAB value lines: sentences, words, unknown, tokens (words and\n"
            "sentence ends), bytes, zeroprobs, nats and log10_p (of all tokens), ppl (per\n"
            "token; ppl_known without unknown words, ppl_words without sentence ends,\n"
            "ppl_known_words without both, ppl1 as SRILM), bits_per_byte (of the raw text;\n"
            "the spelling of unknown words, unk_spell_bits, included), and how many tokens\n"
            "each order decided. Models with different vocabularies compare in bits_per_byte.\n"
            "Of a CBOW model of w2v-train: pseudo_nats and pseudo_ppl of each known word\n"
            "from those around it, which compare with nothing but other such models.\n"
            "Of a GPT: documents, tokens, unknown, bytes, nats, log10_p, ppl (per token of\n"
            "its tokenizer) and bits_per_byte, in windows of its context.",
        .see_also = "ngram-train, lm-next",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
