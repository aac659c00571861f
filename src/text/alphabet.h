/* alphabet.h - the characters of pieces, those that become tokens, and their ids.
 *
 * A character has two forms, as it begins a piece and as it goes on with it (wordpiece), or as it
 * goes on and as it ends a piece (bpe); char has one.  A byte that is part of no character comes
 * after the last code point. */
#ifndef LM_ALPHABET_H
#define LM_ALPHABET_H
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"

#define LM_CHARACTERS ((size_t)0x110000 + 256)

typedef struct {
    uint64_t *count; /* (2 LM_CHARACTERS) how often each occurs in its forms; 0: it is no token */
    uint32_t *id;    /* (2 LM_CHARACTERS) of its tokens, where it is one */
} lm_alphabet;

LM_MUST_USE lm_status lm_alphabet_new(lm_alphabet *a, lm_err *e); /* all counts 0 */
void lm_alphabet_free(lm_alphabet *a);

/* The character at text[0 .. n-1], n >= 1: below LM_CHARACTERS.  Returns its length. */
size_t lm_alphabet_read(const char *text, size_t n, uint32_t *character);

/* Leaves the counts of at most `most` characters that occur at least min_count times: the most
 * frequent, of these the first.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_alphabet_choose(lm_alphabet *a, uint64_t most, uint64_t min_count,
                                         lm_err *e);

/* The spelling of a character; returns its length. */
size_t lm_alphabet_spell(uint32_t character, char out[4]);

#endif
