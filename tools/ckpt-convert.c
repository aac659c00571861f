/* ckpt-convert.c - models and tokenizers from one file format to another. */
#include "lm/convert.h"
#include "lm/file.h"
#include "lm/folder.h"
#include "lm/program.h"
#include "lm/quantize.h"

static const char *output, *words;
static bool slim, compat;
static int64_t from = LM_FORMAT_AUTO, to = LM_FORMAT_AUTO, unit = LM_UNIT_WORD, quantize, threads;
static int64_t letters = LM_CASE_AUTO, type;
static double entropy_prune;
static uint64_t memory;
static const char *tmpdir;

static const lm_option options[] = {
    LM_OPTION_OUTPUT(&output),
    {0, "from", LM_OPT_CHOICE, &from, .arg = LM_SOURCE_FORMAT_NAMES,
     .help = "format of the source; auto: by its content"},
    {0, "to", LM_OPT_CHOICE, &to, .arg = LM_FORMAT_NAMES,
     .help =
         "format of the result; auto: from lm arpa, w2v if it holds word vectors, tokenizer-json "
         "if it is a tokenizer, else lm, also if the model is changed; bpe-files and hf are "
         "folders"},
    {0, "unit", LM_OPT_CHOICE, &unit, .arg = LM_UNIT_NAMES,
     .help = "what the words of an ARPA file, or of vectors, are", .flags = LM_OPT_RESULT},
    {0, "entropy-prune", LM_OPT_REAL, &entropy_prune, .low = 0, .high = 1, .arg = "T",
     .help = "leave out n-grams whose loss raises perplexity by less than this share each",
     .flags = LM_OPT_RESULT, .unset = "nothing is left out"},
    {0, "quantize", LM_OPT_INT, &quantize, .low = LM_QUANTIZE_BITS_MIN,
     .high = LM_QUANTIZE_BITS_MAX, .arg = "BITS",
     .help = "the compact form: probabilities and back-offs in so many bits each",
     .flags = LM_OPT_RESULT, .unset = "as the source is"},
    {0, "slim", LM_OPT_FLAG, &slim, .help = "of word vectors leave out what only training needs",
     .flags = LM_OPT_RESULT},
    {0, "compat", LM_OPT_FLAG, &compat,
     .help = "write w2v and w2v-bin byte for byte as word2vec.c does"},
    {0, "words", LM_OPT_FILE, &words, .arg = "FILE",
     .help = "with --to npy: write the words, one a line, to FILE"},
    {0, "case", LM_OPT_CHOICE, &letters, .arg = LM_CASE_NAMES,
     .help = "is text read in lower case by a tokenizer of vocab-txt or bpe-files; auto: as "
             "tokenizer_config.json beside it says, else if no piece has an upper-case letter",
     .flags = LM_OPT_RESULT},
    {0, "type", LM_OPT_CHOICE, &type, .arg = "f32|f16|q8_0",
     .help = "with --to gguf: of the matrices; q8_0: whole numbers of 8 bits, with a scale for 32"},
    LM_OPTION_THREADS(&threads),
    LM_OPTION_MEMORY(&memory),
    LM_OPTION_TMPDIR(&tmpdir),
    {0}};

static const lm_gguf_type types[] = {LM_GGUF_F32, LM_GGUF_F16, LM_GGUF_Q8_0};
static lm_folder *folder;

static lm_status convert(const char *source, lm_out *out, lm_out *list, const lm_run *run,
                         lm_err *e)
{
    lm_str history = {0};
    lm_status s = lm_program_history(&history, e);
    const lm_conversion how = {.from = (lm_format)from,
                               .to = (lm_format)to,
                               .unit = (lm_unit)unit,
                               .history = history.text,
                               .entropy_prune = entropy_prune,
                               .quantize = (int)quantize,
                               .slim = slim,
                               .compat = compat,
                               .words = list,
                               .letters = (lm_tok_case)letters,
                               .type = types[type],
                               .folder = folder};
    if (!s) s = lm_convert(&how, source, out, run, e);
    lm_str_free(&history);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out = NULL, *list = NULL;
    LM_TRY(to == LM_FORMAT_BPE_FILES || to == LM_FORMAT_HF ? lm_folder_open(&folder, output, e)
                                                           : lm_out_open(&out, output, e));
    lm_status s = words ? lm_out_open(&list, words, e) : LM_OK;
    if (!s) lm_program_announce_stdin(count, operands);
    if (!s) s = convert(operands[0], out, list, run, e);
    s = lm_out_close(list, s, e);
    s = lm_folder_close(folder, s, e);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "ckpt-convert",
        .summary = "convert a model or a tokenizer from one file format to another",
        .usage = "[OPTION]... -o FILE SOURCE",
        .example = "ngram-train -n 3 -o stories.lm data/stories-train.txt\n"
                   "ckpt-convert stories.lm -o stories.arpa\n"
                   "ckpt-convert stories.arpa -o again.lm\n"
                   "ckpt-convert --entropy-prune 1e-7 --quantize 8 stories.lm -o small.lm\n"
                   "printf '%s\\n' '[UNK]' a '##b' >vocab.txt\n"
                   "ckpt-convert vocab.txt -o ab.tok",
        .details =
            "lm is Lineage's checkpoint; arpa is the text form of n-gram models that KenLM,\n"
            "SRILM and others read and write.  Word vectors, and those of an NNLM, are read and\n"
            "written as w2v, word2vec's text, which fastText and gensim read and write too,\n"
            "w2v-bin, its binary form, and glove, text without the first line; npy is an array\n"
            "of NumPy.  Tokenizers are read and written as bpe-files, the pair of vocab.json and\n"
            "merges.txt (encoder.json and vocab.bpe), tiktoken, vocab-txt and tokenizer-json;\n"
            "SOURCE may be a folder that holds one.  A GPT is read and written as hf, a folder of\n"
            "Hugging Face's transformers, or its model.safetensors, and written as gguf, which\n"
            "llama.cpp loads.",
        .see_also = "ckpt-info, ckpt-diff, gpt-train, ngram-train, tok-encode",
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
