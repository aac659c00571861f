/* tok-prep.c - make text ready for models of words. */
#include <inttypes.h>
#include <string.h>
#include "lm/prep.h"
#include "lm/program.h"

static const char *output, *stop_path, *dictionary, *unk = "<unk>", *tmpdir;
static bool no_split, lower, marks_as_words, line_buffered;
static int64_t min_count, vocab_size, threads;
static uint64_t memory;

static const lm_option options[] = {
    {0, "no-split", LM_OPT_FLAG, &no_split,
     .help = "words are what blanks separate, with the signs in them"},
    {0, "lower", LM_OPT_FLAG, &lower, .help = "put all letters in lower case"},
    {0, "segment", LM_OPT_FILE, &dictionary, .arg = "DICT",
     .help = "cut Chinese into the words of DICT, a word and its count a line"},
    {0, "stop", LM_OPT_FILE, &stop_path, .arg = "FILE",
     .help = "leave out the words in FILE, one a line"},
    {0, "vocab-size", LM_OPT_INT, &vocab_size, .low = 0, .high = 1e9, .arg = "N",
     .help = "all but the N most frequent words are unknown", .unset = "no limit"},
    {0, "min-count", LM_OPT_INT, &min_count, .low = 0, .high = 1e15, .arg = "N",
     .help = "words that occur less often are unknown"},
    {0, "unk", LM_OPT_TEXT, &unk, .arg = "TEXT", .help = "what is written for an unknown word"},
    {0, "marks-as-words", LM_OPT_FLAG, &marks_as_words,
     .help = "<s> and </s> in the text are ordinary words, not an error"},
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "write the text to FILE; - is standard output", .unset = "standard output"},
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

static bool is_limited(void)
{
    return lm_option_given("vocab-size") || lm_option_given("min-count");
}

static lm_status check_given(lm_err *e)
{
    if (lm_option_given("unk") && !is_limited())
        return lm_fail(e, LM_EUSAGE,
                       "--unk: without --vocab-size or --min-count no word is unknown");
    bool word = *unk != '\0';
    for (const char *c = unk; *c; c++) word = word && (unsigned char)*c > ' ';
    if (!word) return lm_fail(e, LM_EUSAGE, "--unk: '%s' is not a word", unk);
    return LM_OK;
}

static lm_status read_stop(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    return lm_vocab_read(context, bytes, name, LM_UNIT_WORD, true, e);
}

static lm_status read_segment(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    return lm_segment_read(context, bytes, name, e);
}

static lm_status read_lists(lm_vocab **stop, lm_segment **segment, lm_err *e)
{
    lm_str unused = {0};
    lm_status s = LM_OK;
    if (stop_path) s = lm_program_read(stop_path, read_stop, stop, &unused, e);
    if (!s && dictionary) s = lm_program_read(dictionary, read_segment, segment, &unused, e);
    lm_str_free(&unused);
    return s;
}

static void note_count(const lm_run *run, const char *when, const lm_prep_count *c)
{
    const double share = c->tokens ? 100 * (double)c->known / (double)c->tokens : 100;
    lm_note(run, "%s: %" PRIu64 " tokens, %" PRIu64 " types, coverage %.2f %%", when, c->tokens,
            c->types, share);
}

static lm_status prepare(const lm_prep *prep, lm_text *text, lm_out *out, const lm_run *run,
                         lm_err *e)
{
    const lm_word_choice choice = {.min_count = (uint64_t)min_count,
                                   .vocab_size = (uint64_t)vocab_size};
    const bool quiet = lm_option_given("quiet");
    lm_prep_counts counts, *wanted = quiet ? NULL : &counts;
    if (is_limited())
        LM_TRY(lm_prep_limit(prep, &choice, lm_slice_of(unk), text, out, wanted, run, e));
    else
        LM_TRY(lm_prep_stream(prep, text, out, wanted, run, e));
    if (quiet) return LM_OK;
    note_count(run, "before", &counts.before);
    note_count(run, "after", &counts.after);
    return LM_OK;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_vocab *stop = NULL;
    lm_segment *segment = NULL;
    lm_text *text = NULL;
    lm_out *out;
    const bool file = output && strcmp(output, "-") != 0;
    LM_TRY(check_given(e));
    LM_TRY(file ? lm_out_open(&out, output, e) : lm_program_stdout(&out, line_buffered, e));
    lm_status s = read_lists(&stop, &segment, e);
    if (!s) lm_program_announce_stdin(count, operands);
    if (!s) s = lm_text_open(&text, operands, (size_t)count, LM_UNIT_WORD, marks_as_words, e);
    const lm_prep prep = {.lower = lower, .split = !no_split, .segment = segment, .stop = stop};
    if (!s) s = prepare(&prep, text, out, run, e);
    lm_text_close(text);
    lm_segment_free(segment);
    lm_vocab_free(stop);
    return file ? lm_out_close(out, s, e) : s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "tok-prep",
        .summary = "make text ready for models of words",
        .usage = "[OPTION]... [FILE]...",
        .example = "tok-prep --lower --vocab-size 2000 data/stories-train.txt >small.txt\n"
                   "tok-prep --segment data/words-zh.txt data/stories-zh-train.txt >words.txt",
        .details =
            "Reads text, one sentence a line, from the files or standard input, and writes it\n"
            "with one blank between words: characters of punctuation are words of their own.\n"
            "Options do more.  Says on standard error how many words there were before and\n"
            "after, how many of them different, and what share the vocabulary covers.",
        .see_also = "tok-train, w2v-phrase, ngram-train, nnlm-train",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
