/* tokenizer.c - fuzzes the readers of other programs' tokenizers.
 *
 * Every input is read as each format; as bpe-files, what is before a line that begins with #version
 * is the vocabulary, the rest the merges.  What is accepted encodes some text, and is written in
 * every format that takes it without a warning, and read again, which must give the same. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lm/encode.h"
#include "lm/tok_formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

static bool warned;

static void say(void *context, lm_say_level level, const char *text)
{
    (void)context;
    demand(text[0] != '\0');
    warned = warned || level == LM_SAY_WARNING;
}

static const lm_run run = {.say = say};

static lm_tokenizer *read_tokenizer(lm_tok_format format, lm_slice file, lm_slice merges,
                                    lm_tok_case letters)
{
    lm_err e = {0};
    lm_tokenizer *t;
    const lm_tok_source source = {
        .format = format, .file = {file, "fuzz"}, .merges = {merges, "merges"}, .letters = letters};
    const lm_status s = lm_tok_read(&t, &source, &run, &e);
    demand(s == e.status && (s == LM_OK || s == LM_EFORMAT || s == LM_EUSAGE));
    demand((s == LM_OK) == (t != NULL) && (s == LM_OK) == (e.message[0] == '\0'));
    return t;
}

/* Text of all sorts: what is before `length`, and a few words. */
static void encode(const lm_tokenizer *t, lm_slice text)
{
    lm_err e = {0};
    lm_encoder *encoder;
    lm_ids ids = {0};
    lm_str again = {0};
    lm_decoder decoder = {0};
    if (text.length > 4096) text.length = 4096;
    demand(lm_encoder_new(&encoder, t, true, &e) == LM_OK);
    demand(lm_encode(encoder, text, &ids, &e) == LM_OK);
    demand(lm_decode(&decoder, t, ids.id, ids.count, &again, &e) == LM_OK);
    if (t->kind == LM_TOK_BYTE_BPE)
        demand(again.length == text.length &&
               (text.length == 0 || memcmp(again.text, text.text, text.length) == 0));
    lm_str_free(&again);
    lm_ids_free(&ids);
    lm_encoder_free(encoder);
}

/* ---- there and back ---- */

static void write_tokenizer(const lm_tokenizer *t, lm_tok_format format, bool merges, lm_map *file)
{
    lm_err e = {0};
    lm_out *out;
    (void)unlink("fuzz.t"); /* a file that is new, and one that is live, is not synced */
    demand(lm_out_open_live(&out, "fuzz.t", 0, &e) == LM_OK);
    lm_out_line_buffered(out, false);
    demand((merges ? lm_tok_write_merges(t, out, &e) : lm_tok_write(t, format, out, &e)) == LM_OK);
    demand(lm_out_close(out, LM_OK, &e) == LM_OK);
    demand(lm_map_open(file, "fuzz.t", &e) == LM_OK);
}

static void check_same(const lm_tokenizer *a, const lm_tokenizer *b)
{
    demand(a->kind == b->kind && a->lower == b->lower && a->longest == b->longest);
    demand(a->vocab->size == b->vocab->size && a->vocab->unk == b->vocab->unk);
    demand(a->merges == b->merges && a->specials == b->specials);
    for (uint32_t id = 0; id < a->vocab->size; id++)
        demand(lm_slice_compare(lm_vocab_word(a->vocab, id), lm_vocab_word(b->vocab, id)) == 0);
    for (size_t i = 0; i < a->merges; i++)
        demand(memcmp(a->merge[i], b->merge[i], sizeof *a->merge) == 0);
    for (size_t i = 0; i < a->specials; i++) demand(a->special[i] == b->special[i]);
}

static void write_and_read(const lm_tokenizer *t, lm_tok_format format)
{
    lm_err e = {0};
    lm_map file, merges = {0};
    warned = false;
    const lm_status s = lm_tok_check(t, format, &run, &e);
    demand(s == LM_OK || s == LM_EUSAGE);
    if (s) return;
    const bool told = !warned;
    write_tokenizer(t, format, false, &file);
    if (format == LM_TOK_FORMAT_BPE_FILES) write_tokenizer(t, format, true, &merges);
    if (told) {
        lm_tokenizer *again =
            read_tokenizer(format, (lm_slice){(const char *)file.bytes, file.length},
                           (lm_slice){(const char *)merges.bytes, merges.length}, LM_CASE_AUTO);
        demand(again != NULL);
        check_same(t, again);
        lm_tokenizer_free(again);
    }
    lm_map_close(&file);
    lm_map_close(&merges);
}

/* Where the merges begin. */
static size_t merges_at(lm_slice input)
{
    static const char mark[] = "\n#version";
    const size_t length = sizeof mark - 1;
    for (size_t at = 0; at + length <= input.length; at++)
        if (memcmp(input.text + at, mark, length) == 0) return at + 1;
    return input.length;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const lm_slice input = {(const char *)bytes, length};
    const size_t cut = merges_at(input);
    (void)lm_tok_recognise(input);
    for (int format = LM_TOK_FORMAT_BPE_FILES; format <= LM_TOK_FORMAT_JSON; format++) {
        const bool two = format == LM_TOK_FORMAT_BPE_FILES;
        lm_tokenizer *t =
            read_tokenizer((lm_tok_format)format, (lm_slice){input.text, two ? cut : length},
                           (lm_slice){input.text + cut, length - cut}, (lm_tok_case)(length % 3));
        if (!t) continue;
        encode(t, input);
        for (int to = LM_TOK_FORMAT_BPE_FILES; to <= LM_TOK_FORMAT_JSON; to++)
            write_and_read(t, (lm_tok_format)to);
        lm_tokenizer_free(t);
    }
    return 0;
}
