/* tok-decode.c - ids of a tokenizer to text. */
#include "lm/encode_text.h"
#include "lm/program.h"

static const char *model;
static int64_t binary;
static bool doc, skip_special, line_buffered;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model),
    {0, "doc", LM_OPT_FLAG, &doc,
     .help = "all ids are one text, to which no end of line is added: the bytes that tok-encode "
             "--doc read"},
    {0, "binary", LM_OPT_CHOICE, &binary, .arg = "no|u16|u32",
     .help = "read little-endian numbers of 16 or 32 bits; all are one text"},
    {0, "skip-special", LM_OPT_FLAG, &skip_special,
     .help = "leave out special tokens, such as <|endoftext|>"},
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    {0}};

static lm_status decode_binary(const lm_tokenizer *t, const lm_decoding *how, int count,
                               char **operands, lm_out *out, lm_err *e)
{
    lm_decoder decoder = {0};
    for (int i = 0; i < (count ? count : 1); i++) {
        lm_in in;
        LM_TRY(lm_in_open(&in, count ? operands[i] : "-", e));
        const lm_status s = lm_decode_binary(t, &in, binary == 1 ? 2 : 4, how, &decoder, out, e);
        lm_in_close(&in);
        if (s) return s;
    }
    return LM_OK;
}

static lm_status decode(const lm_tokenizer *t, int count, char **operands, lm_out *out, lm_err *e)
{
    lm_text *text;
    const lm_decoding how = {.doc = doc, .skip_special = skip_special};
    lm_program_announce_stdin(count, operands);
    if (binary) return decode_binary(t, &how, count, operands, out, e);
    LM_TRY(lm_text_open(&text, operands, (size_t)count, LM_UNIT_WORD, true, e));
    const lm_status s = lm_decode_text(t, text, &how, out, e);
    lm_text_close(text);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    (void)run;
    lm_out *out;
    lm_tokenizer *t;
    LM_TRY(lm_program_stdout(&out, line_buffered, e));
    LM_TRY(lm_tokenizer_open(&t, model, e));
    const lm_status s = decode(t, count, operands, out, e);
    lm_tokenizer_free(t);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "tok-decode",
        .summary = "turn ids of a tokenizer into text",
        .usage = "[OPTION]... -m FILE [FILE]...",
        .example = "tok-train --vocab-size 1000 -o stories.tok data/stories-train.txt\n"
                   "echo 'The old man' | tok-encode -m stories.tok | tok-decode -m stories.tok",
        .details = "A line of ids, with blanks between them, gives a line of text. Words of bpe,\n"
                   "wordpiece and word are joined by blanks.",
        .see_also = "tok-encode, tok-train",
        .max_operands = -1,
        .options = options,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
