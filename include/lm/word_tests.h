/* word_tests.h - how well a space of word vectors agrees with what people say of words.
 *
 *     LM_TRY(lm_word_tests_new(&tests, space, &how, run, e));
 *     LM_TRY(lm_word_tests_analogies(tests, path, out, e));
 *     LM_TRY(lm_word_tests_similarity(tests, path, out, e));
 *     lm_word_tests_free(tests);
 */
#ifndef LM_WORD_TESTS_H
#define LM_WORD_TESTS_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/run.h"
#include "lm/space.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t restricted; /* only the first so many words of the vocabulary are known; 0: all */
    bool match_case;     /* else A to Z are a to z; the first of words that are then the same
                          * counts */
    bool multiply;       /* analogies by 3CosMul, not 3CosAdd */
    bool subwords;       /* similarity: words that are not known may be made of subwords */
} lm_word_tests_options;

typedef struct lm_word_tests lm_word_tests;

/* Makes the space's rows.  The space must outlive it.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_word_tests_new(lm_word_tests **tests, lm_space *space,
                                        const lm_word_tests_options *how, const lm_run *run,
                                        lm_err *e);
void lm_word_tests_free(lm_word_tests *tests); /* NULL is allowed */

/* Analogies in the format of word2vec's questions-words.txt: lines ": section" and lines of four
 * words.  A question counts if all four are known, and is answered right if the nearest word to the
 * first three, but for these, is the fourth, with a positive score, as in compute-accuracy.c of
 * word2vec.  Writes
 *
 *     section TAB name TAB right TAB answered TAB questions TAB percent right of those answered
 *
 * in the order of the file, then the same with "semantic" and "syntactic" in place of "section" and
 * the file for a name, of the sections named gram... and of the others where there are both; last
 * "total".  Errors: LM_EIO, LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_word_tests_analogies(lm_word_tests *tests, const char *path, lm_out *out,
                                              lm_err *e);

/* Lines of two words and how similar people find them; lines that begin with # and are not so are
 * comments.  Writes the correlations of the numbers with the words' cosines:
 *
 *     similarity TAB file TAB pairs known TAB pairs TAB Spearman's rho TAB Pearson's r
 *
 * Errors: LM_EIO, LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_word_tests_similarity(lm_word_tests *tests, const char *path, lm_out *out,
                                               lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
