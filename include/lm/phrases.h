/* phrases.h - words that occur together more often than chance: finding them in a text, and
 * joining them to one word, as word2phrase does.
 *
 *     lm_phrases *p;
 *     LM_TRY(lm_phrases_read(&p, text, &options, run, e));
 *     LM_TRY(lm_phrases_find(p, 200, run, e));       pairs of words with a score above 200
 *     LM_TRY(lm_phrases_join(p, run, e));
 *     LM_TRY(lm_phrases_find(p, 100, run, e));       pairs of what the text now has
 *     LM_TRY(lm_phrases_list(p, out, e));            these pairs, or ...
 *     LM_TRY(lm_phrases_join(p, run, e));
 *     LM_TRY(lm_phrases_write(p, out, run, e));      ... the text
 *     lm_phrases_free(p);
 *
 * With n(x) the count of a word or a pair, N the words of the text, the score of a pair is
 *   word2phrase   (n(ab) - min_count) / n(a) / n(b) * N, in float as that program computes it
 *                 (Mikolov et al. 2013, "Distributed Representations of Words and Phrases and
 *                 their Compositionality", equation 6, times N)
 *   npmi          log(p(ab) / (p(a) p(b))) / -log p(ab) with p(x) = n(x) / N, from -1 to 1
 *                 (Bouma 2009, "Normalized (Pointwise) Mutual Information in Collocation
 *                 Extraction")
 *
 * Counts are those of a spelling: where the text has the word a_b beside the words a and b in
 * a row, n(ab) and n(a_b) both are the sum of the two, and so with a_b, c and a, b_c.  Words and
 * pairs rarer than min_count have no score.  <unk> is in no pair. */
#ifndef LM_PHRASES_H
#define LM_PHRASES_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { LM_PHRASE_WORD2PHRASE, LM_PHRASE_NPMI } lm_phrase_score;
#define LM_PHRASE_SCORE_NAMES "word2phrase|npmi"

typedef struct {
    lm_phrase_score score;
    uint64_t min_count; /* at least 1 */
    const char *joiner; /* stands between the words of a phrase; may be empty */
    /* Counts only pairs within a line.  Without it the last word of a line and the first of the
     * next one with words count, as in word2phrase, and two files are one text; but only words of
     * one line are joined, with it or without. */
    bool within_lines;
} lm_phrases_options;

typedef struct lm_phrases lm_phrases;

/* Reads a text to its end; the options must outlive its phrases.  In a text of characters, blanks
 * are in no pair.  Errors: LM_EUSAGE: blanks in the joiner; LM_EIO, LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_phrases_read(lm_phrases **phrases, lm_text *text,
                                      const lm_phrases_options *options, const lm_run *run,
                                      lm_err *e);

/* Finds the pairs of the text, as it is now, that have a score above the threshold.
 * Errors: LM_EIO (a temporary file), LM_ENOMEM, LM_ESTOPPED; LM_EFORMAT: a word occurs more than
 * 2^32 - 1 times, or spellings have more than 4 GiB. */
LM_MUST_USE lm_status lm_phrases_find(lm_phrases *phrases, double threshold, const lm_run *run,
                                      lm_err *e);
uint64_t lm_phrases_found(const lm_phrases *phrases); /* how many */

/* Joins them, in every line from its beginning: a word that was joined with the one before it is
 * not joined with the next.  After a failure, there is no text left.
 * Errors: LM_EIO, LM_ENOMEM, LM_ESTOPPED; LM_EUSAGE: too many words for the memory of the run;
 * LM_EFORMAT: 4 GiB of words. */
LM_MUST_USE lm_status lm_phrases_join(lm_phrases *phrases, const lm_run *run, lm_err *e);

/* Words in the text as it is now; without blanks among characters. */
uint64_t lm_phrases_words(const lm_phrases *phrases);

/* Writes the text: its lines, their words with one blank between two of them. */
LM_MUST_USE lm_status lm_phrases_write(lm_phrases *phrases, lm_out *out, const lm_run *run,
                                       lm_err *e);

/* Writes the pairs found: "a b TAB score TAB count", by descending score, ties in byte order. */
LM_MUST_USE lm_status lm_phrases_list(lm_phrases *phrases, lm_out *out, lm_err *e);

void lm_phrases_free(lm_phrases *phrases); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
