/* gpt_text.c - a text as the ids of a GPT. */
#include <string.h>
#include "lm/encode_text.h"
#include "lm/gpt_train.h"
#include "lm/memory.h"
#include "lm/program.h"

lm_status lm_gpt_encode(const lm_gpt *gpt, lm_encoder *encoder, lm_slice text, lm_ids *ids,
                        lm_err *e)
{
    const uint32_t begins = lm_tokenizer_special(gpt->tokenizer, LM_END_OF_TEXT);
    ids->count = 0;
    if (begins != LM_NO_WORD) LM_TRY(lm_ids_add(ids, &begins, 1, e));
    return lm_encode(encoder, text, ids, e);
}

lm_status lm_gpt_text_add(lm_gpt_text *text, const uint32_t *ids, size_t count, lm_err *e)
{
    LM_TRY(lm_reserve(&text->id, &text->capacity, text->count + count, sizeof *text->id, e));
    if (count) memcpy(text->id + text->count, ids, count * sizeof *ids);
    text->count += count;
    return LM_OK;
}

static lm_status add_ids(void *context, const uint32_t *ids, size_t count, lm_err *e)
{
    return lm_gpt_text_add(context, ids, count, e);
}

lm_status lm_gpt_text_read(lm_gpt_text *text, lm_text *reader, const lm_tokenizer *tokenizer,
                           lm_passage_unit unit, const lm_run *run, lm_err *e)
{
    lm_encoded done;
    const lm_encoding how = {.unit = unit, .end = lm_tokenizer_special(tokenizer, LM_END_OF_TEXT)};
    LM_TRY(lm_encode_ids(tokenizer, reader, &how, add_ids, text, &done, run, e));
    text->bytes += done.bytes;
    text->documents += done.documents;
    return LM_OK;
}

lm_status lm_gpt_text_numbers(lm_gpt_text *text, lm_slice bytes, const char *name, size_t width,
                              uint64_t vocab, lm_err *e)
{
    const unsigned char *b = (const unsigned char *)bytes.text;
    const size_t count = bytes.length / width;
    if (bytes.length % width)
        return lm_fail(e, LM_EFORMAT, "%s: byte %zu: ends within a number of %zu bytes", name,
                       bytes.length, width);
    LM_TRY(lm_reserve(&text->id, &text->capacity, text->count + count, sizeof *text->id, e));
    for (size_t i = 0; i < count; i++) {
        uint32_t id = 0;
        for (size_t k = width; k-- > 0;) id = id << 8 | b[i * width + k];
        if (id >= vocab)
            return lm_fail(e, LM_EFORMAT,
                           "%s: byte %zu: token %u is outside the vocabulary of %llu", name,
                           i * width, id, (unsigned long long)vocab);
        text->id[text->count++] = id;
    }
    return LM_OK;
}

/* ---- files ---- */

typedef struct {
    lm_gpt_text *text;
    const lm_gpt_reading *how;
} numbers_file;

static lm_status read_numbers(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    const numbers_file *f = context;
    return lm_gpt_text_numbers(f->text, bytes, name, f->how->width, f->how->vocab, e);
}

lm_status lm_gpt_text_files(lm_gpt_text *text, char *const *paths, size_t count,
                            const lm_gpt_reading *how, lm_str *history, const lm_run *run,
                            lm_err *e)
{
    numbers_file file = {text, how};
    lm_text *reader;
    if (how->width && count == 0) return lm_program_read("-", read_numbers, &file, history, e);
    for (size_t i = 0; how->width && i < count; i++)
        LM_TRY(lm_program_read(paths[i], read_numbers, &file, history, e));
    if (how->width) return LM_OK;
    LM_TRY(lm_text_open(&reader, paths, count, LM_UNIT_BYTE, true, e));
    lm_status s = lm_gpt_text_read(text, reader, how->tokenizer, how->unit, run, e);
    if (!s) s = lm_text_history(reader, history, e);
    lm_text_close(reader);
    return s;
}

void lm_gpt_text_free(lm_gpt_text *text)
{
    lm_free(text->id);
    *text = (lm_gpt_text){0};
}

uint64_t lm_gpt_text_windows(const lm_gpt_text *text, uint64_t context)
{
    return text->count < 2 ? 0 : (text->count - 2) / context + 1;
}
