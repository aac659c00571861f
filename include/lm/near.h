/* near.h - questions to a space of word vectors, one a line, and the words that answer them.
 *
 *     word ...             the words nearest to the sum of the words' vectors of unit length
 *     a : b :: c           b - a + c: what is to c as b is to a; ": ?" may follow
 *
 * The words of a question are not among its answers.  A word without a vector makes a question
 * that has no answers, and a note. */
#ifndef LM_NEAR_H
#define LM_NEAR_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/run.h"
#include "lm/space.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t top;        /* K > 0 answers to a question */
    uint64_t restricted; /* only the first so many of the vocabulary are answers; 0: all */
    bool multiply;       /* analogies by 3CosMul, not 3CosAdd */
} lm_near_options;

/* Reads `text`, words, to its end and writes for each line a block of "word TAB score", the best
 * first, ties in byte order; an empty line stands between blocks.  The score is the cosine, or with
 * multiply, of an analogy, 3CosMul's.  A text that waits gets each line's answer before more of it
 * is read.  Makes the space's rows.  Errors: LM_EIO, LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_near(lm_space *space, const lm_near_options *how, lm_text *text,
                              lm_out *out, const lm_run *run, lm_err *e);

/* Writes for each word of `text` a line: the word and the numbers of its vector, with a blank
 * between them; of a word without a vector the word alone, and a note. */
LM_MUST_USE lm_status lm_near_vectors(const lm_space *space, lm_text *text, lm_out *out,
                                      const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
