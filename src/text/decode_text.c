/* decode_text.c - ids in whole files to text. */
#include "lm/encode_text.h"
#include <stdio.h>

enum { BINARY_BUFFER = 1 << 16 };

typedef struct {
    const lm_tokenizer *t;
    const lm_decoding *how;
    lm_out *out;
    lm_decoder decoder;
    lm_str bytes; /* of the last token */
} decoding;

/* `place` tells where the id stands, for a message. */
static lm_status put(decoding *d, uint32_t id, const char *place, lm_err *e)
{
    if (id >= d->t->vocab->size)
        return lm_fail(e, LM_EFORMAT, "%s: %u is outside the vocabulary of %u", place, id,
                       d->t->vocab->size);
    if (d->how->skip_special && lm_tokenizer_is_special(d->t, id)) return LM_OK;
    d->bytes.length = 0;
    LM_TRY(lm_decode(&d->decoder, d->t, &id, 1, &d->bytes, e));
    return lm_out_write(d->out, d->bytes.text, d->bytes.length, e);
}

static lm_status put_number(decoding *d, lm_text *text, lm_slice token, lm_err *e)
{
    int64_t id;
    if (!lm_parse_int(token, &id) || id < 0 || id > UINT32_MAX)
        return lm_fail(e, LM_EFORMAT, "%s: '%.*s' is not the number of a token",
                       lm_text_place(text), (int)(token.length < 40 ? token.length : 40),
                       token.text);
    return put(d, (uint32_t)id, id < d->t->vocab->size ? "" : lm_text_place(text), e);
}

static lm_status decode_events(decoding *d, lm_text *text, lm_err *e)
{
    lm_slice token;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TOKEN) LM_TRY(put_number(d, text, token, e));
        if (event != LM_LINE_END || d->how->doc) continue;
        d->decoder = (lm_decoder){0};
        LM_TRY(lm_out_text(d->out, "\n", e));
    }
    return LM_OK;
}

lm_status lm_decode_text(const lm_tokenizer *t, lm_text *text, const lm_decoding *how, lm_out *out,
                         lm_err *e)
{
    decoding d = {.t = t, .how = how, .out = out};
    const lm_status s = decode_events(&d, text, e);
    lm_str_free(&d.bytes);
    return s;
}

static lm_status decode_numbers(decoding *d, lm_in *in, size_t width, lm_err *e)
{
    unsigned char buffer[BINARY_BUFFER];
    uint64_t offset = 0;
    for (size_t got;; offset += got) {
        LM_TRY(lm_in_fill(in, buffer, sizeof buffer, &got, e));
        for (size_t i = 0; i + width <= got; i += width) {
            char place[256];
            uint32_t id = 0;
            for (size_t b = width; b-- > 0;) id = id << 8 | buffer[i + b];
            if (id >= d->t->vocab->size)
                (void)snprintf(place, sizeof place, "%.200s: byte %llu", in->name,
                               (unsigned long long)(offset + i));
            LM_TRY(put(d, id, place, e));
        }
        if (got % width)
            return lm_fail(e, LM_EFORMAT, "%s: byte %llu: ends within a number of %zu bytes",
                           in->name, (unsigned long long)(offset + got), width);
        if (got < sizeof buffer) return LM_OK;
    }
}

lm_status lm_decode_binary(const lm_tokenizer *t, lm_in *in, size_t width, const lm_decoding *how,
                           lm_decoder *decoder, lm_out *out, lm_err *e)
{
    decoding d = {.t = t, .how = how, .out = out, .decoder = *decoder};
    const lm_status s = decode_numbers(&d, in, width, e);
    *decoder = d.decoder;
    lm_str_free(&d.bytes);
    return s;
}
