/* segment.h - Chinese words, by maximum probability under a unigram model.
 *
 *     lm_segment *segment;
 *     LM_TRY(lm_segment_read(&segment, bytes, "words.txt", e));
 *     lm_segment_desk desk = {0};
 *     LM_TRY(lm_segment_cut(segment, &desk, text, &sink, e));     sink.put for each word
 *     lm_segment_desk_free(&desk);
 *     lm_segment_free(segment);
 *
 * A cut of a text into words has the probability prod count(word) / total; the one with the
 * highest is found by dynamic programming, in time linear in the text.  A character that is no
 * word of its own counts as one that was seen once.  Of cuts with the same probability that with
 * the longest first word is taken, of these that with the longest second, and so on.
 *
 * What is compared are sums of log2(total / count), rounded to multiples of 2^-24: integers, the
 * same on every machine. */
#ifndef LM_SEGMENT_H
#define LM_SEGMENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_SEGMENT_LONGEST = 64 }; /* characters of a word */

typedef struct lm_segment lm_segment;

/* A dictionary: a line has a word, how often it occurs and whatever else, with blanks or TABs
 * between them; counts of a repeated word are added up, and a word that occurs 0 times is none.
 * Words that have other characters than Han are never found in a text, but belong to the total.
 * `name` is used in messages.  Errors: LM_EFORMAT with the place; LM_ENOMEM. */
LM_MUST_USE lm_status lm_segment_read(lm_segment **segment, lm_slice bytes, const char *name,
                                      lm_err *e);
void lm_segment_free(lm_segment *segment); /* NULL is allowed */

/* Is it a Han character: an ideograph, or one of the signs for repetition and zero? */
bool lm_segment_is_han(uint32_t code);

/* Takes words one by one; their bytes are valid during the call. */
typedef struct {
    lm_status (*put)(void *context, lm_slice word, lm_err *e);
    void *context;
} lm_word_sink;

/* Where a thread keeps its sums; {0} is an empty one. */
typedef struct {
    struct lm_segment_place *place;
    size_t capacity;
} lm_segment_desk;
void lm_segment_desk_free(lm_segment_desk *desk);

/* Cuts a text of Han characters alone.  Errors: LM_ENOMEM; the sink's. */
LM_MUST_USE lm_status lm_segment_cut(const lm_segment *segment, lm_segment_desk *desk,
                                     lm_slice text, const lm_word_sink *sink, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
