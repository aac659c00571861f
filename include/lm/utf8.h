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

#ifdef __cplusplus
}
#endif
#endif
