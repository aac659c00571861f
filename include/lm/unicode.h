/* unicode.h - what kind of character a code point is, and its lower case.
 *
 *     const lm_unicode *unicode = lm_unicode_tables();
 *     if (lm_unicode_class(unicode, code) & LM_LETTER) ...
 *
 * Unicode 15.0; no locale.  The tables are made by src/text/unicode.awk from the files of the
 * Unicode character database. */
#ifndef LM_UNICODE_H
#define LM_UNICODE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A code point is any of these. */
enum {
    LM_LETTER = 1,          /* general category L* */
    LM_NUMBER = 2,          /* N* */
    LM_SPACE = 4,           /* White_Space: \s of regular expressions, 25 code points */
    LM_PUNCTUATION = 8,     /* P*, and all of ASCII that is printed but no letter, digit or space */
    LM_CONTROL = 16,        /* Cc and Cf */
    LM_MARK = 32,           /* Mn: marks without a width */
    LM_CASED = 64,          /* Cased, */
    LM_CASE_IGNORABLE = 128 /* and Case_Ignorable: what the final form of sigma depends on */
};

enum { LM_UNICODE_FLAT = 0x20000 };

typedef struct {
    unsigned char flat[LM_UNICODE_FLAT]; /* classes of the first two planes */
} lm_unicode;

/* The tables, made at the first call, from any thread. */
const lm_unicode *lm_unicode_tables(void);

/* The class of a code point above those. */
unsigned lm_unicode_class_above(uint32_t code);

static inline unsigned lm_unicode_class(const lm_unicode *unicode, uint32_t code)
{
    return code < LM_UNICODE_FLAT ? unicode->flat[code] : lm_unicode_class_above(code);
}

/* Is it one of the ideographs that BERT's tokeniser takes for a word each?  (tokenization.py,
 * _is_chinese_char) */
bool lm_unicode_is_ideograph(uint32_t code);

enum { LM_UNICODE_MAX = 4 }; /* code points that one may become */

/* Lower case, without regard to what is around it (UnicodeData.txt and SpecialCasing.txt without
 * conditions).  Returns how many code points it is; fold: in canonical decomposition, without
 * marks of class LM_MARK, which can be none. */
size_t lm_unicode_lower(uint32_t code, uint32_t out[LM_UNICODE_MAX]);
size_t lm_unicode_fold(uint32_t code, uint32_t out[LM_UNICODE_MAX]);

#ifdef __cplusplus
}
#endif
#endif
