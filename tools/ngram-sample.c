/* ngram-sample.c - write sentences with a word-level language model. */
#include <string.h>
#include "lm/memory.h"
#include "lm/models.h"
#include "lm/program.h"
#include "lm/sample.h"

static const char *model_path, *prefix = "";
static lm_sampling how = LM_SAMPLING_DEFAULTS;
static int64_t samples = 1, length = 100;
static bool line_buffered;

static const lm_option options[] = {LM_OPTION_MODEL(&model_path),
                                    {0, "samples", LM_OPT_INT, &samples, .low = 0, .high = 1e15,
                                     .arg = "N", .help = "how many sentences"},
                                    {0, "prefix", LM_OPT_TEXT, &prefix, .arg = "TEXT",
                                     .help = "how every sentence begins", .unset = "nothing"},
                                    {0, "length", LM_OPT_INT, &length, .low = 1, .high = 1e9,
                                     .arg = "N",
                                     .help = "longest sentence, in words, characters or bytes"},
                                    LM_OPTION_SAMPLING_ROWS(how),
                                    LM_OPTION_LINE_BUFFERED(&line_buffered),
                                    {0}};

/* The ids of the prefix. */
static lm_status read_prefix(const lm_lang *lang, uint32_t **ids, size_t *count, lm_err *e)
{
    lm_text *text;
    lm_slice token;
    size_t capacity = 0;
    if (strchr(prefix, '\n'))
        return lm_fail(e, LM_EUSAGE, "--prefix: a line end inside; a sentence is one line");
    LM_TRY(lm_text_memory(&text, lm_slice_of(prefix), "--prefix", lang->unit, lang->marks_as_words,
                          e));
    lm_status s = LM_OK;
    for (lm_text_event event = LM_TOKEN; !s && event != LM_TEXT_END;) {
        s = lm_text_next(text, &event, &token, e);
        if (s || event != LM_TOKEN) continue;
        s = lm_reserve(ids, &capacity, *count + 1, sizeof **ids, e);
        if (!s) (*ids)[(*count)++] = lm_lang_id(lang, token);
    }
    lm_text_close(text);
    return s;
}

/* Words are joined by blanks; characters and bytes stand as they are. */
static lm_status write_sentence(const lm_lang *lang, const uint32_t *ids, size_t from, size_t count,
                                lm_out *out, lm_err *e)
{
    LM_TRY(lm_out_text(out, prefix, e));
    for (size_t i = from; i < count; i++) {
        const lm_slice word = lm_vocab_word(lang->vocab, ids[i]);
        if (i > 0 && lang->unit == LM_UNIT_WORD) LM_TRY(lm_out_text(out, " ", e));
        LM_TRY(lm_out_write(out, word.text, word.length, e));
    }
    return lm_out_text(out, "\n", e);
}

static lm_status write_sentences(const lm_lang *lang, lm_out *out, lm_err *e)
{
    lm_sampler *sampler = NULL;
    uint32_t *start = NULL;
    const uint32_t *ids;
    size_t start_count = 0, count;
    lm_status s = read_prefix(lang, &start, &start_count, e);
    if (!s) s = lm_sampler_new(&sampler, lang, &how, e);
    for (int64_t i = 0; !s && i < samples; i++) {
        s = lm_sampler_draw(sampler, (uint64_t)i, start, start_count, (size_t)length, &ids, &count,
                            e);
        if (!s) s = write_sentence(lang, ids, start_count, count, out, e);
    }
    lm_sampler_free(sampler);
    lm_free(start);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    (void)run;
    (void)count;
    (void)operands;
    lm_model model;
    lm_out *out;
    LM_TRY(lm_program_stdout(&out, line_buffered, e));
    LM_TRY(lm_model_open(&model, model_path, e));
    const lm_status s = write_sentences(model.lang, out, e);
    lm_model_close(&model);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "ngram-sample",
        .summary = "write sentences with a word-level language model",
        .usage = "[OPTION]... -m FILE",
        .example = "ngram-train -n 3 -o stories.lm data/stories-train.txt\n"
                   "ngram-sample -m stories.lm --samples 3 --prefix 'The fox'",
        .details =
            "Draws each next word from the model until the sentence ends, one sentence a\n"
            "line. <unk> is never drawn. Words of equal probability rank in byte order. The\n"
            "same seed gives the same sentences; sentence I is the same whatever N is.",
        .see_also = "ngram-train, lm-next",
        .options = options,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
