/* utf8.c - the length of a well-formed character. */
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
