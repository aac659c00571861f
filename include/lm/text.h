/* text.h - the reader of corpora: a stream of tokens and line ends.
 *
 *     lm_text *text;
 *     LM_TRY(lm_text_open(&text, paths, count, LM_UNIT_WORD, false, e));
 *     for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
 *         LM_TRY(lm_text_next(text, &event, &token, e));
 *         ...
 *     }
 *
 * One sentence a line.  Lines of any length stream; a token is at most LM_TOKEN_MAX bytes.
 *   words       separated by space, TAB, CR and NUL; anything else is part of a word.
 *   characters  UTF-8 characters, blanks included; a byte that is not part of well-formed
 *               UTF-8 is a character of its own; CR before LF belongs to the line end.
 *   bytes       every byte but LF.
 * A last line without LF counts, in each file.  A byte-order mark at the start of a file is
 * dropped, except in bytes.  In words, <s> and </s> are LM_EFORMAT unless allowed. */
#ifndef LM_TEXT_H
#define LM_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { LM_UNIT_WORD, LM_UNIT_CHAR, LM_UNIT_BYTE } lm_unit;
#define LM_UNIT_NAMES "word|char|byte"
const char *lm_unit_name(lm_unit unit);

typedef enum { LM_TOKEN, LM_LINE_END, LM_TEXT_END } lm_text_event;

enum { LM_TOKEN_MAX = 1 << 20 };

typedef struct lm_text lm_text;

/* Reads the files one after another; no path: standard input.  All are opened once here, so
 * that a missing one fails before any work. */
LM_MUST_USE lm_status lm_text_open(lm_text **text, char *const *paths, size_t count, lm_unit unit,
                                   bool marks_as_words, lm_err *e);

/* Reads from memory (for tests, prompts and library users); `name` is used in messages. */
LM_MUST_USE lm_status lm_text_memory(lm_text **text, lm_slice bytes, const char *name, lm_unit unit,
                                     bool marks_as_words, lm_err *e);

/* The next token, the end of a line, or the end of all.  The token's bytes are valid until
 * the next call.  Errors: LM_EIO; LM_EFORMAT with "file:line: ...". */
LM_MUST_USE lm_status lm_text_next(lm_text *text, lm_text_event *event, lm_slice *token, lm_err *e);

/* "file:line" of the last token, for messages; valid until the next call. */
const char *lm_text_place(lm_text *text);

lm_unit lm_text_unit(const lm_text *text);
bool lm_text_marks_as_words(const lm_text *text);

/* So far, over all files: bytes read, bytes that are not UTF-8 (characters only). */
uint64_t lm_text_bytes(const lm_text *text);
uint64_t lm_text_invalid(const lm_text *text);

/* Adds " input=LENGTH:CRC" for every file, complete after LM_TEXT_END. */
LM_MUST_USE lm_status lm_text_history(const lm_text *text, lm_str *out, lm_err *e);

void lm_text_close(lm_text *text); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
