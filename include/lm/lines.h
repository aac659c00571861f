/* lines.h - a text line by line, the words of each at hand: for questions and tables, not for
 * corpora, whose lines may be longer than memory.
 *
 *     lm_lines *lines;
 *     LM_TRY(lm_lines_new(&lines, text, e));
 *     for (bool more;;) {
 *         LM_TRY(lm_lines_next(lines, &line, &more, e));
 *         if (!more) break;
 *         ... line.word[0 .. line.count-1]
 *         if (!lm_lines_at_hand(lines)) answer all that was asked so far
 *     }
 *     lm_lines_free(lines);
 */
#ifndef LM_LINES_H
#define LM_LINES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const lm_slice *word;
    size_t count;
    const char *name; /* of the input, */
    uint64_t number;  /* and the line's in it, from 1 */
} lm_line;

typedef struct lm_lines lm_lines;

/* The text, of which nothing was read, must outlive it.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_lines_new(lm_lines **lines, lm_text *text, lm_err *e);
void lm_lines_free(lm_lines *lines); /* NULL is allowed */

/* The next line, valid until the next call; *more = false: there is none.  Errors: those of
 * lm_text_next; LM_ENOMEM. */
LM_MUST_USE lm_status lm_lines_next(lm_lines *lines, lm_line *line, bool *more, lm_err *e);

/* Would the next line need no reading?  Else its writer may wait for an answer to this one. */
bool lm_lines_at_hand(const lm_lines *lines);

/* Fails with LM_EFORMAT at the line: "name:number: ..." */
lm_status lm_line_fail(const lm_line *line, lm_err *e, const char *format, ...) LM_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
