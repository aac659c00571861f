/* tok_letters.c - GPT-2's letters for bytes (encoder.py, bytes_to_unicode): printed characters of
 * Latin-1 are themselves, the other 68 bytes, in their order, are U+0100 and those after it. */
#include "lm/utf8.h"
#include "tok_private.h"

enum {
    OTHERS = 0x100,       /* U+0100 and on: bytes 0 to 32, */
    DELETE = OTHERS + 33, /* 127 to 160, */
    HYPHEN = DELETE + 34, /* and 173, the soft hyphen */
    FIRST_PRINTED = '!',
    LAST_ASCII = '~',
    FIRST_LATIN = 161,
    SOFT_HYPHEN = 173
};

static uint32_t letter(unsigned char byte)
{
    if (byte < FIRST_PRINTED) return OTHERS + byte;
    if (byte > LAST_ASCII && byte < FIRST_LATIN) return DELETE + byte - (LAST_ASCII + 1u);
    return byte == SOFT_HYPHEN ? HYPHEN : byte;
}

/* The byte that a letter stands for; false: for none. */
static bool byte_of(uint32_t code, unsigned char *byte)
{
    if (code > HYPHEN) return false;
    if (code == HYPHEN)
        *byte = SOFT_HYPHEN;
    else if (code >= DELETE)
        *byte = (unsigned char)(code - DELETE + LAST_ASCII + 1);
    else
        *byte = (unsigned char)(code >= OTHERS ? code - OTHERS : code);
    return letter(*byte) == code;
}

lm_status lm_tok_add_letters(lm_str *out, lm_slice bytes, lm_err *e)
{
    for (size_t i = 0; i < bytes.length; i++) {
        char text[4];
        const size_t length = lm_utf8_write(letter((unsigned char)bytes.text[i]), text);
        LM_TRY(lm_str_add(out, text, length, e));
    }
    return LM_OK;
}

lm_status lm_tok_add_bytes(lm_str *out, lm_slice letters, bool *all, lm_err *e)
{
    *all = true;
    for (size_t at = 0; at < letters.length && *all;) {
        unsigned char byte = 0;
        uint32_t code;
        at += lm_utf8_read(letters.text + at, letters.length - at, &code);
        *all = byte_of(code, &byte);
        const char added = (char)byte;
        if (*all) LM_TRY(lm_str_add(out, &added, 1, e));
    }
    return LM_OK;
}
