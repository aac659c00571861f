/* ngram-merge.c - add up counts of n-grams. */
#include "lm/ngram_counts.h"
#include "lm/program.h"

static const char *output, *tmpdir;
static int64_t order = 5, unit = LM_UNIT_WORD, threads;
static uint64_t memory;
static bool no_marks, tsv, from_tsv, to_tsv;

static const lm_option options[] = {
    {0, "tsv", LM_OPT_FLAG, &tsv,
     .help = "read and write lines of words, TAB and count; those of the same words follow each "
             "other"},
    {0, "from-tsv", LM_OPT_FLAG, &from_tsv,
     .help = "read such lines, in any order, and write a count file"},
    {0, "to-tsv", LM_OPT_FLAG, &to_tsv, .help = "write such lines in place of a count file"},
    {'n', "order", LM_OPT_INT, &order, .low = 1, .high = LM_NGRAM_ORDER_MAX, .arg = "N",
     .help = "with --from-tsv: longest n-gram"},
    {0, "unit", LM_OPT_CHOICE, &unit, .arg = LM_UNIT_NAMES,
     .help = "with --from-tsv: what the n-grams are made of"},
    {0, "no-marks", LM_OPT_FLAG, &no_marks, .help = "with --from-tsv: as for ngram-count"},
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "write the sum to FILE; - is standard output, as with --tsv and --to-tsv it is if not "
             "given"},
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

static lm_status check_options(int count, lm_err *e)
{
    static const char *const imports[] = {"order", "unit", "no-marks"};
    if (tsv && (from_tsv || to_tsv))
        return lm_fail(e, LM_EUSAGE, "--tsv: reads and writes lines without --%s",
                       from_tsv ? "from-tsv" : "to-tsv");
    for (size_t i = 0; !from_tsv && i < sizeof imports / sizeof *imports; i++)
        if (lm_option_given(imports[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: only with --from-tsv; count files know it",
                           imports[i]);
    if (!output && !tsv && !to_tsv)
        return lm_fail(e, LM_EUSAGE, "-o FILE is required, or --tsv, or --to-tsv");
    if (count == 0 && !tsv && !from_tsv)
        return lm_fail(e, LM_EUSAGE,
                       "no count file was given; with --tsv or --from-tsv standard "
                       "input is read");
    return LM_OK;
}

static lm_status merge(int count, char **operands, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_ngram_counts *counts = NULL;
    lm_status s = from_tsv ? lm_ngram_counts_of_tsv(&counts, operands, (size_t)count, (int)order,
                                                    (lm_unit)unit, no_marks, run, e)
                           : lm_ngram_counts_of_files(&counts, operands, (size_t)count, run, e);
    if (!s)
        s = to_tsv ? lm_ngram_counts_write_tsv(counts, out, run, e)
                   : lm_ngram_counts_write(counts, out, run, e);
    lm_ngram_counts_free(counts);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out;
    LM_TRY(check_options(count, e));
    if (!output) output = "-";
    LM_TRY(tsv || to_tsv ? lm_out_open(&out, output, e) : lm_program_output(&out, output, e));
    if (tsv || from_tsv) lm_program_announce_stdin(count, operands);
    const lm_status s = tsv ? lm_tsv_add_up(operands, (size_t)count, out, run, e)
                            : merge(count, operands, out, run, e);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "ngram-merge",
        .summary = "add up counts of n-grams",
        .usage = "[OPTION]... -o FILE FILE...",
        .example = "ngram-count -n 3 -o train.counts data/stories-train.txt\n"
                   "ngram-count -n 3 -o valid.counts data/stories-valid.txt\n"
                   "ngram-merge -o all.counts valid.counts train.counts",
        .details =
            "The sum is the same file, byte for byte, as ngram-count makes of all the text in one\n"
            "run, whatever the order of the files. With --tsv it is a reducer: sorted lines from\n"
            "standard input, their sums to standard output, in constant memory.",
        .see_also = "ngram-count, ngram-train",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
