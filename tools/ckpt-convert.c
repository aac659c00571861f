/* ckpt-convert.c - models from one file format to another. */
#include "lm/convert.h"
#include "lm/file.h"
#include "lm/program.h"
#include "lm/quantize.h"

static const char *output;
static int64_t from = LM_FORMAT_AUTO, to = LM_FORMAT_AUTO, unit = LM_UNIT_WORD, quantize, threads;
static double entropy_prune;
static uint64_t memory;
static const char *tmpdir;

static const lm_option options[] = {
    LM_OPTION_OUTPUT(&output),
    {0, "from", LM_OPT_CHOICE, &from, .arg = LM_SOURCE_FORMAT_NAMES,
     .help = "format of the source; auto: by its content"},
    {0, "to", LM_OPT_CHOICE, &to, .arg = LM_FORMAT_NAMES,
     .help = "format of the result; auto: arpa from lm, else lm, also if the model is changed"},
    {0, "unit", LM_OPT_CHOICE, &unit, .arg = LM_UNIT_NAMES,
     .help = "what the words of an ARPA file are", .flags = LM_OPT_RESULT},
    {0, "entropy-prune", LM_OPT_REAL, &entropy_prune, .low = 0, .high = 1, .arg = "T",
     .help = "leave out n-grams whose loss raises perplexity by less than this share each",
     .flags = LM_OPT_RESULT, .unset = "nothing is left out"},
    {0, "quantize", LM_OPT_INT, &quantize, .low = LM_QUANTIZE_BITS_MIN,
     .high = LM_QUANTIZE_BITS_MAX, .arg = "BITS",
     .help = "the compact form: probabilities and back-offs in so many bits each",
     .flags = LM_OPT_RESULT, .unset = "as the source is"},
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_str history = {0};
    lm_out *out;
    LM_TRY(lm_out_open(&out, output, e));
    lm_program_announce_stdin(count, operands);
    lm_status s = lm_program_history(&history, e);
    const lm_conversion how = {(lm_format)from, (lm_format)to, (lm_unit)unit,
                               history.text,    entropy_prune, (int)quantize};
    if (!s) s = lm_convert(&how, operands[0], out, run, e);
    lm_str_free(&history);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "ckpt-convert",
        .summary = "convert a model from one file format to another",
        .usage = "[OPTION]... -o FILE SOURCE",
        .example = "ngram-train -n 3 -o stories.lm data/stories-train.txt\n"
                   "ckpt-convert stories.lm -o stories.arpa\n"
                   "ckpt-convert stories.arpa -o again.lm\n"
                   "ckpt-convert --entropy-prune 1e-7 --quantize 8 stories.lm -o small.lm",
        .details =
            "lm is Lineage's checkpoint; arpa is the text form of n-gram models that KenLM,\n"
            "SRILM and others read and write; w2v is word2vec's text form of word vectors,\n"
            "which those of an NNLM can be written in.",
        .see_also = "ckpt-info, ckpt-diff, ngram-train",
        .min_operands = 1,
        .max_operands = 1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .tmpdir = &tmpdir,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
