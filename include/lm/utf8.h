/* utf8.h - well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates,
 * nothing above U+10FFFF. */
#ifndef LM_UTF8_H
#define LM_UTF8_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Length (1-4) of the well-formed character at text[0 .. n-1], n >= 1; 0 if ill-formed;
 * -1 if it is a proper prefix of a well-formed one that n bytes cut short. */
int lm_utf8_length(const char *text, size_t n);

#define LM_REPLACEMENT 0xfffdu /* what stands for bytes that are no character */

/* The character at text[0 .. n-1], n >= 1, and its length.  A byte that begins none, or one cut
 * short, is LM_REPLACEMENT, of length 1. */
size_t lm_utf8_read(const char *text, size_t n, uint32_t *code);

/* Writes a code point up to U+10FFFF that is no surrogate; returns its length. */
size_t lm_utf8_write(uint32_t code, char out[4]);

#ifdef __cplusplus
}
#endif
#endif
