/* ngram-count.c - count the n-grams of a text. */
#include "lm/ngram_counts.h"
#include "lm/program.h"

static const char *output, *shard, *tmpdir;
static int64_t order = 5, unit = LM_UNIT_WORD, threads;
static uint64_t memory;
static bool no_marks, marks_as_words, tsv;

static const lm_option options[] = {
    {'n', "order", LM_OPT_INT, &order, .low = 1, .high = LM_NGRAM_ORDER_MAX, .arg = "N",
     .help = "longest n-gram"},
    {0, "unit", LM_OPT_CHOICE, &unit, .arg = LM_UNIT_NAMES, .help = "what the n-grams are made of"},
    {0, "no-marks", LM_OPT_FLAG, &no_marks,
     .help = "no <s> and </s>: lines are only borders of n-grams"},
    {0, "marks-as-words", LM_OPT_FLAG, &marks_as_words,
     .help = "<s> and </s> in the text are ordinary words, not an error"},
    {0, "shard", LM_OPT_TEXT, &shard, .arg = "I/N",
     .help = "count only the I-th of N parts of every file", .unset = "all of it"},
    {0, "tsv", LM_OPT_FLAG, &tsv, .help = "write lines of words, TAB and count"},
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "write the counts to FILE; - is standard output, as with --tsv it is if not given"},
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

enum { SHARDS_MAX = 1000000 };

/* "I/N", I from 1 to N. */
static lm_status read_shard(uint32_t *index, uint32_t *count, lm_err *e)
{
    const lm_slice text = lm_slice_of(shard);
    int64_t i, of;
    size_t n = 0;
    while (n < text.length && text.text[n] != '/') n++;
    if (n == text.length || !lm_parse_int((lm_slice){text.text, n}, &i) ||
        !lm_parse_int((lm_slice){text.text + n + 1, text.length - n - 1}, &of) || of < 1 ||
        of > SHARDS_MAX || i < 1 || i > of)
        return lm_fail(e, LM_EUSAGE, "--shard: '%s' is not I/N with 1 <= I <= N <= %d", shard,
                       SHARDS_MAX);
    *index = (uint32_t)i - 1;
    *count = (uint32_t)of;
    return LM_OK;
}

static lm_status open_text(lm_text **text, int count, char **operands, lm_err *e)
{
    uint32_t index = 0, shards = 0;
    if (shard) LM_TRY(read_shard(&index, &shards, e));
    LM_TRY(lm_text_open(text, operands, (size_t)count, (lm_unit)unit, marks_as_words, e));
    return shards ? lm_text_shard(*text, index, shards, e) : LM_OK;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_text *text = NULL;
    lm_ngram_counts *counts = NULL;
    lm_out *out;
    if (!output && !tsv) return lm_fail(e, LM_EUSAGE, "-o FILE is required, or --tsv");
    if (!output) output = "-";
    if (tsv && marks_as_words)
        return lm_fail(e, LM_EUSAGE, "--tsv: could not tell --marks-as-words from marks");
    LM_TRY(tsv ? lm_out_open(&out, output, e) : lm_program_output(&out, output, e));
    lm_program_announce_stdin(count, operands);
    lm_status s = open_text(&text, count, operands, e);
    if (!s) s = lm_ngram_counts_of_text(&counts, text, (int)order, no_marks, run, e);
    lm_text_close(text);
    if (!s)
        s = tsv ? lm_ngram_counts_write_tsv(counts, out, run, e)
                : lm_ngram_counts_write(counts, out, run, e);
    lm_ngram_counts_free(counts);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "ngram-count",
        .summary = "count the n-grams of a text",
        .usage = "[OPTION]... -o FILE [FILE]...",
        .example = "ngram-count -n 3 --shard 1/2 -o 1.counts data/stories-train.txt\n"
                   "ngram-count -n 3 --shard 2/2 -o 2.counts data/stories-train.txt\n"
                   "ngram-train -n 3 -o stories.lm 1.counts 2.counts",
        .details =
            "Reads text, one sentence a line, from the files or standard input, and writes how\n"
            "often every n-gram up to order N occurs. Counts of parts, added up by ngram-merge\n"
            "or ngram-train in any order, are the same as those of all the text at once. A part\n"
            "has the lines that begin in its share of the file's bytes.",
        .see_also = "ngram-merge, ngram-train",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
