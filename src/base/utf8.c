/* utf8.c - characters as bytes. */
#include "lm/utf8.h"

int lm_utf8_length(const char *text, size_t n)
{
    const unsigned char lead = (unsigned char)text[0];
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    /* The second byte is narrower after some leads: no overlong forms after E0 and F0, no
     * surrogates after ED, nothing above U+10FFFF after F4. */
    unsigned char from = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char to = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (int i = 1; i < length; i++) {
        if ((size_t)i >= n) return -1;
        const unsigned char byte = (unsigned char)text[i];
        if (byte < from || byte > to) return 0;
        from = 0x80;
        to = 0xbf;
    }
    return length;
}

size_t lm_utf8_read(const char *text, size_t n, uint32_t *code)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const int length = lm_utf8_length(text, n);
    if (length <= 0) {
        *code = LM_REPLACEMENT;
        return 1;
    }
    uint32_t value = (unsigned char)text[0] & lead_bits[length];
    for (int i = 1; i < length; i++) value = value << 6 | ((unsigned char)text[i] & 0x3f);
    *code = value;
    return (size_t)length;
}

size_t lm_utf8_write(uint32_t code, char out[4])
{
    static const unsigned char lead_marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    const size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; code >>= 6) out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(lead_marks[length] | code);
    return length;
}
