/* w2v-phrase.c - join words that occur together more often than chance. */
#include "lm/phrases.h"
#include "lm/program.h"

enum { PASSES_MAX = 64 };

static const char *output, *joiner, *thresholds, *tmpdir;
static int64_t score = LM_PHRASE_WORD2PHRASE, unit = LM_UNIT_WORD, min_count = 5, passes, threads;
static uint64_t memory;
static bool within_lines, list, marks_as_words;

static const lm_option options[] = {
    {0, "score", LM_OPT_CHOICE, &score, .arg = LM_PHRASE_SCORE_NAMES,
     .help = "what measures how much two words belong together: word2phrase's ratio of counts, or "
             "normalised pointwise mutual information, from -1 to 1"},
    {0, "threshold", LM_OPT_TEXT, &thresholds, .arg = "T1,T2,...",
     .help = "join pairs with a score above T1 in the first pass, T2 in the second, ...; the last "
             "is for all passes that follow",
     .unset = "100, with npmi 0.5"},
    {0, "passes", LM_OPT_INT, &passes, .low = 1, .high = PASSES_MAX, .arg = "N",
     .help = "how often to do it; a phrase can have up to 2^N words",
     .unset = "as many as there are thresholds"},
    {0, "min-count", LM_OPT_INT, &min_count, .low = 1, .high = 1e15, .arg = "N",
     .help = "words and pairs read less often are not joined; also what word2phrase's score takes "
             "off the count of a pair"},
    {0, "joiner", LM_OPT_TEXT, &joiner, .arg = "TEXT", .help = "what stands between joined words",
     .unset = "_, with --unit char nothing"},
    {0, "within-lines", LM_OPT_FLAG, &within_lines,
     .help = "the last word of a line and the first of the next are not counted as a pair"},
    {0, "list", LM_OPT_FLAG, &list,
     .help = "write the pairs found in the last pass, with score and count, instead of the text"},
    {0, "unit", LM_OPT_CHOICE, &unit, .arg = "word|char", .help = "what is joined"},
    {0, "marks-as-words", LM_OPT_FLAG, &marks_as_words,
     .help = "<s> and </s> in the text are ordinary words, not an error"},
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "write the result to FILE; - is standard output", .unset = "standard output"},
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

/* The thresholds of the passes, and how many there are. */
static lm_status read_thresholds(double threshold[PASSES_MAX], size_t *count, lm_err *e)
{
    const char *text = thresholds ? thresholds : score == LM_PHRASE_NPMI ? "0.5" : "100";
    size_t given = 1, n = 0;
    for (const char *c = text; *c; c++) given += *c == ',';
    for (const char *c = text; n < given && n < PASSES_MAX; n++) {
        size_t length = 0;
        while (c[length] && c[length] != ',') length++;
        if (!lm_parse_real((lm_slice){c, length}, &threshold[n]))
            return lm_fail(e, LM_EUSAGE, "--threshold: '%.*s' is not a number", (int)length, c);
        c += length + 1;
    }
    *count = passes ? (size_t)passes : given;
    if (given > *count || given > PASSES_MAX)
        return lm_fail(e, LM_EUSAGE, "--threshold: '%s' has more numbers than there are passes",
                       text);
    for (; n < *count; n++) threshold[n] = threshold[n - 1];
    return LM_OK;
}

static lm_status do_passes(lm_phrases *p, const double *threshold, size_t count, lm_out *out,
                           const lm_run *run, lm_err *e)
{
    for (size_t i = 0; i < count; i++) {
        LM_TRY(lm_phrases_find(p, threshold[i], run, e));
        lm_detail(run, "pass %zu: %llu words, %llu pairs above %.7g", i + 1,
                  (unsigned long long)lm_phrases_words(p), (unsigned long long)lm_phrases_found(p),
                  threshold[i]);
        if (list && i + 1 == count) break;
        LM_TRY(lm_phrases_join(p, run, e));
    }
    lm_progress(run, NULL, 0, 0, NULL); /* the results begin a line of their own */
    if (list) return lm_phrases_list(p, out, e);
    return lm_phrases_write(p, out, run, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    double threshold[PASSES_MAX];
    size_t pass_count = 0;
    lm_text *text = NULL;
    lm_phrases *p = NULL;
    lm_out *out;
    const lm_phrases_options how = {
        .score = (lm_phrase_score)score,
        .min_count = (uint64_t)min_count,
        .joiner = joiner                 ? joiner
                  : unit == LM_UNIT_CHAR ? ""
                                         : "_",
        .within_lines = within_lines,
    };
    LM_TRY(read_thresholds(threshold, &pass_count, e));
    LM_TRY(lm_out_open(&out, output ? output : "-", e));
    lm_program_announce_stdin(count, operands);
    lm_status s = lm_text_open(&text, operands, (size_t)count, (lm_unit)unit, marks_as_words, e);
    if (!s) s = lm_phrases_read(&p, text, &how, run, e);
    lm_text_close(text);
    if (!s) s = do_passes(p, threshold, pass_count, out, run, e);
    lm_phrases_free(p);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "w2v-phrase",
        .summary = "join words that occur together more often than chance",
        .usage = "[OPTION]... [FILE]...",
        .example = "w2v-phrase --threshold 200,100 data/stories-train.txt >phrases.txt\n"
                   "w2v-phrase --score npmi --list data/stories-train.txt",
        .details =
            "Reads text, one sentence a line, from the files or standard input, and writes it\n"
            "with pairs of words that have a score above the threshold joined to one word: New\n"
            "York becomes New_York. A second pass joins these with other words.",
        .source =
            "Mikolov et al. 2013, Distributed Representations of Words and Phrases and their\n"
            "Compositionality; npmi: Bouma 2009",
        .see_also = "ngram-count, nnlm-train",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
