/* split.h - text in the pieces that tokens never cross.
 *
 *     lm_split split;
 *     lm_split_open(&split, LM_TOK_WORDPIECE, true);
 *     lm_split_text(&split, text);
 *     for (bool more;;) {
 *         LM_TRY(lm_split_next(&split, &piece, &more, e));
 *         if (!more) break;
 *         ...
 *     }
 *     lm_split_close(&split);
 *
 *   byte-bpe   GPT-2's pattern (encoder.py):
 *              's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *              A byte that is not part of well-formed UTF-8 is none of \s, \p{L}, \p{N}.
 *   bpe, wordpiece   BERT's words (tokenization.py, BasicTokenizer): control characters and
 *              U+FFFD are dropped, ideographs and characters of punctuation are words, blanks
 *              separate them; `lower`: in lower case, decomposed, without marks.
 *   word       between space, TAB, CR, LF and NUL
 *   char, byte one character, one byte each */
#ifndef LM_SPLIT_H
#define LM_SPLIT_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/status.h"
#include "lm/str.h"
#include "lm/tokenizer.h"
#include "lm/unicode.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    lm_tok_kind kind;
    bool lower;
    const lm_unicode *unicode;
    unsigned char ascii[256]; /* classes of ASCII characters; NOT_ASCII of other bytes */
    const char *at, *end;     /* what is left */
    lm_str words;             /* BERT's words of a stretch without blanks, */
    size_t next;              /* how far they are given out; private, as all of it */
} lm_split;

void lm_split_open(lm_split *split, lm_tok_kind kind, bool lower);
void lm_split_close(lm_split *split);

/* Begins with a text, which must stay. */
void lm_split_text(lm_split *split, lm_slice text);

/* The next piece; its bytes are the text's, or valid until the next call.  *more = false: there is
 * none.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_split_next(lm_split *split, lm_slice *piece, bool *more, lm_err *e);

/* Space, TAB, CR or LF. */
static inline bool lm_split_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The largest n <= length at which text[0 .. length) can be cut in two that are split, one after
 * the other, as the whole is, whatever follows: before a blank that follows something else.
 * 0: there is no such place. */
size_t lm_split_place(lm_slice text);

#ifdef __cplusplus
}
#endif
#endif
