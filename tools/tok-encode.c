/* tok-encode.c - text to the ids of a tokenizer. */
#include "lm/encode_text.h"
#include "lm/program.h"

static const char *model, *output, *end_token;
static int64_t binary, threads;
static bool doc, pieces, special, line_buffered;

enum { BINARY_NONE, BINARY_U16, BINARY_U32 };

static const lm_option options[] = {
    LM_OPTION_MODEL(&model),
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "write the result to FILE; - is standard output", .unset = "standard output"},
    {0, "doc", LM_OPT_FLAG, &doc,
     .help = "each FILE is one document, its ends of lines are text, and gives one line of ids"},
    {0, "pieces", LM_OPT_FLAG, &pieces,
     .help = "write the pieces in place of their numbers, blanks and control bytes as \\xHH"},
    {0, "binary", LM_OPT_CHOICE, &binary, .arg = "no|u16|u32",
     .help = "write little-endian numbers of 16 or 32 bits, for training: documents, which blank "
             "lines end, one after another"},
    {0, "end", LM_OPT_TEXT, &end_token, .arg = "TOKEN",
     .help = "add this special token after every line or document",
     .unset = "none; with --binary <|endoftext|>, if there is one"},
    {0, "special", LM_OPT_FLAG, &special,
     .help = "spellings of special tokens in the text are these tokens, not text like any other"},
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    LM_OPTION_THREADS(&threads),
    {0}};

static lm_status choose_end(const lm_tokenizer *t, uint32_t *end, lm_err *e)
{
    *end = end_token || binary ? lm_tokenizer_special(t, end_token ? end_token : "<|endoftext|>")
                               : LM_NO_WORD;
    if (!end_token || !*end_token || *end != LM_NO_WORD) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "--end: '%s' is not a special token of %s", end_token, model);
}

static lm_status encode(const lm_tokenizer *t, int count, char **operands, lm_out *out,
                        const lm_run *run, lm_err *e)
{
    lm_text *text;
    lm_encoded done;
    lm_encoding how = {.form = pieces                 ? LM_IDS_PIECES
                               : binary == BINARY_U16 ? LM_IDS_U16
                               : binary == BINARY_U32 ? LM_IDS_U32
                                                      : LM_IDS_TEXT,
                       .unit = doc      ? LM_BY_FILE
                               : binary ? LM_BY_DOCUMENT
                                        : LM_BY_LINE,
                       .special = special};
    LM_TRY(choose_end(t, &how.end, e));
    lm_program_announce_stdin(count, operands);
    LM_TRY(lm_text_open(&text, operands, (size_t)count, LM_UNIT_BYTE, true, e));
    const lm_status s = lm_encode_text(t, text, &how, out, &done, run, e);
    lm_text_close(text);
    if (!s)
        lm_detail(run, "%llu tokens in %llu %s of %llu bytes", (unsigned long long)done.ids,
                  (unsigned long long)done.documents,
                  how.unit == LM_BY_LINE ? "lines" : "documents", (unsigned long long)done.bytes);
    return s;
}

static lm_status open_output(lm_out **out, lm_err *e)
{
    if (!output || lm_slice_is(lm_slice_of(output), "-")) {
        LM_TRY(lm_program_stdout(out, line_buffered, e));
        return binary ? lm_out_expect_binary(*out, e) : LM_OK;
    }
    return lm_out_open(out, output, e);
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out;
    lm_tokenizer *t = NULL;
    if (pieces && binary) return lm_fail(e, LM_EUSAGE, "--pieces and --binary exclude each other");
    LM_TRY(open_output(&out, e));
    lm_status s = lm_tokenizer_open(&t, model, e);
    if (!s) s = encode(t, count, operands, out, run, e);
    lm_tokenizer_free(t);
    return output && !lm_slice_is(lm_slice_of(output), "-") ? lm_out_close(out, s, e) : s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "tok-encode",
        .summary = "turn text into the ids of a tokenizer",
        .usage = "[OPTION]... -m FILE [FILE]...",
        .example = "tok-train --vocab-size 1000 -o stories.tok data/stories-train.txt\n"
                   "echo 'The old man went home.' | tok-encode -m stories.tok --pieces\n"
                   "tok-encode -m stories.tok --binary u16 -o train.bin data/stories-train.txt",
        .details = "A line of text gives a line of ids, with blanks between them. Byte-level BPE\n"
                   "takes any bytes, and tok-decode gives back the same ones.",
        .source = "Sennrich et al. 2016 (BPE); Radford et al. 2019 (byte-level BPE); Schuster and\n"
                  "Nakajima 2012 (WordPiece)",
        .see_also = "tok-decode, tok-train, ckpt-convert",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
