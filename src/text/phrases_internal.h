/* phrases_internal.h - what the files of lm/phrases.h share. */
#ifndef LM_PHRASES_INTERNAL_H
#define LM_PHRASES_INTERNAL_H
#include "lm/phrases.h"
#include "lm/str.h"
#include "lm/tokens.h"
#include "lm/vocab.h"
#include "bigrams.h"

/* More bits of a word, beside those of bigrams.h; a word of kind LM_BIGRAM_KEEP is a composed one.
 */
enum {
    LM_PHRASE_BLANK = 4, /* among characters */
    LM_PHRASE_FIRST = 8, /* of a pair that was found */
    LM_PHRASE_SECOND = 16
};

/* A pair that was found, and the word that takes its place. */
typedef struct {
    uint32_t a, b, word;
    double score;
    uint64_t count;
} lm_phrase;

struct lm_phrases {
    const lm_phrases_options *options;
    lm_slice joiner;
    bool chars;
    lm_tokens tokens;
    uint8_t *kind; /* (words) */
    size_t kind_capacity;
    bool composed;  /* is any word a composed one? */
    uint64_t words; /* of the text; blanks among characters are none */
    lm_phrase *found;
    size_t found_count, found_capacity;
    lm_str spelling;
};

/* Sets what is known of the words of the text as it is now. */
LM_MUST_USE lm_status lm_phrases_set_kinds(lm_phrases *p, lm_err *e);

/* The number of bytes before the first one that the joiner has, too. */
size_t lm_phrase_free_of(lm_slice joiner, const char *text, size_t length);

/* May a word be spelled like a phrase, or be a part of one that is spelled like another?  Only
 * where it has a byte of the joiner; with no joiner, where it is not one character. */
bool lm_phrase_is_composed(lm_slice joiner, lm_slice word);

/* The spelling of a pair, valid until the next call. */
LM_MUST_USE lm_status lm_phrases_spell(lm_phrases *p, uint32_t a, uint32_t b, lm_slice *spelling,
                                       lm_err *e);

/* ---- counts by spelling ---- */

typedef struct {
    lm_vocab *spellings; /* of pairs */
    uint64_t *pair;      /* (spellings) */
    size_t pair_capacity;
    uint64_t *word; /* (words); NULL: no two things have the same spelling */
} lm_phrase_sums;   /* {0} is empty */

/* Adds the pairs of words that are not composed, and are spelled like a composed one: by a, then
 * by b. */
LM_MUST_USE lm_status lm_phrases_split_words(const lm_phrases *p, lm_bigrams *pairs, lm_err *e);

/* Sets the groups of the kept pairs, their spellings, and what they and all words count.  Pairs
 * that are too rare whatever else is spelled like them are left out. */
LM_MUST_USE lm_status lm_phrases_add_up(lm_phrases *p, lm_bigrams *pairs, lm_phrase_sums *sums,
                                        lm_err *e);
void lm_phrase_sums_free(lm_phrase_sums *sums);

#endif
