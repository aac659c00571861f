/* prep.h - text made ready for models of words: signs taken off, lower case, Chinese cut into
 * words, stop words left out, rare words replaced.
 *
 *     const lm_prep prep = {.split = true, .lower = true, .stop = stop, .segment = segment};
 *     LM_TRY(lm_prep_stream(&prep, text, out, NULL, run, e));
 *
 * Lines stay lines.  The words of the text are those of lm/text.h. */
#ifndef LM_PREP_H
#define LM_PREP_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/run.h"
#include "lm/segment.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/text.h"
#include "lm/vocab.h"
#include "lm/words.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of a word, in this order.  The marks <unk>, <s> and </s> stay as they are. */
typedef struct {
    bool lower; /* each character in lower case, whatever is around it */

    /* A character of punctuation is a word of its own, Unicode's blanks separate words.  Two are
     * part of a word: an apostrophe (U+0027, U+2019) between letters of scripts that have case,
     * or digits; a full stop or comma between digits. */
    bool split;

    const lm_segment *segment; /* Han characters are cut into words; NULL: they are not */
    const lm_vocab *stop;      /* words that are left out; NULL: none */
} lm_prep;

/* Where a thread works on words; {0} is an empty one. */
typedef struct {
    lm_str small;
    lm_segment_desk segment;
} lm_prep_desk;
void lm_prep_desk_free(lm_prep_desk *desk);

/* Gives the sink the words that a word becomes, if any.  Errors: LM_ENOMEM; the sink's. */
LM_MUST_USE lm_status lm_prep_word(const lm_prep *prep, lm_prep_desk *desk, lm_slice word,
                                   const lm_word_sink *sink, lm_err *e);

/* Of a text as it is read, and as it is written: words, different words, and words that belong to
 * the vocabulary; <unk> is a word, but no different one, and belongs to none. */
typedef struct {
    uint64_t tokens, types, known;
} lm_prep_count;
typedef struct {
    lm_prep_count before, after;
} lm_prep_counts;

/* Writes the text as its lines come: of one that waits for its writer, each line at once.  counts
 * may be NULL; else all different words are kept.  Errors: those of lm_text_next and lm_out_write;
 * LM_EUSAGE if the words are too many for the run's memory; LM_ENOMEM. */
LM_MUST_USE lm_status lm_prep_stream(const lm_prep *prep, lm_text *text, lm_out *out,
                                     lm_prep_counts *counts, const lm_run *run, lm_err *e);

/* Reads all of the text, and writes it with `unk` in place of the words that are not among those
 * to choose (by min_count and vocab_size; before is counted with a choice of its own).  Errors:
 * the same; LM_EIO of a temporary file. */
LM_MUST_USE lm_status lm_prep_limit(const lm_prep *prep, const lm_word_choice *choice, lm_slice unk,
                                    lm_text *text, lm_out *out, lm_prep_counts *counts,
                                    const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
