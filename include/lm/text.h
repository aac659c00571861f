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
#include "lm/inputs.h"
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

/* Is an input neither a regular file nor memory?  Its reader may have to wait for its writer, who
 * may wait for an answer to what was read. */
bool lm_text_waits(const lm_text *text);

/* So far, over all files: bytes read, bytes that are not UTF-8 (characters only). */
uint64_t lm_text_bytes(const lm_text *text);
uint64_t lm_text_invalid(const lm_text *text);

/* Adds " input=LENGTH:CRC" for every file, complete after LM_TEXT_END. */
LM_MUST_USE lm_status lm_text_history(const lm_text *text, lm_str *out, lm_err *e);
/* Adds every file, or the shard of it that was read, to the list. */
LM_MUST_USE lm_status lm_text_inputs(const lm_text *text, lm_inputs *inputs, lm_err *e);

/* Before anything was read: of every file only one of `count` shards is read, `index` from 0.
 * Messages name the shard; its lines are counted from its beginning. */
LM_MUST_USE lm_status lm_text_shard(lm_text *text, uint32_t index, uint32_t count, lm_err *e);

void lm_text_close(lm_text *text); /* NULL is allowed */

/* ---- in blocks, which several threads may cut into tokens ----
 *
 *     lm_text_block block = {0};
 *     LM_TRY(lm_text_next_block(text, LM_TEXT_BLOCK, &block, &more, e));    one thread at a time
 *     ...
 *     lm_text_cursor cursor = lm_text_cut(&block);                          in any thread
 *     LM_TRY(lm_text_cursor_next(&cursor, &event, &token, e));
 *
 * The tokens and line ends of all blocks, one after another, are those of lm_text_next. */

/* A tokeniser's place; its fields are private. */
typedef struct {
    const char *at, *end; /* the bytes that are left */
    const char *name;     /* of the input */
    uint32_t shard;       /* of the input, from 1; 0: all of it */
    uint32_t shards;
    uint64_t line;    /* of the next token, from 1 */
    uint64_t invalid; /* bytes met that are not UTF-8 */
    lm_unit unit;
    bool marks_as_words;
    bool line_started; /* this line has bytes: its end is still to be reported */
    bool whole;        /* no bytes follow that could belong to a token before `end` */
    bool last;         /* nor any others of the same input: its last line ends with them */
} lm_text_cursor;

/* A stretch of one input: whole lines, or a part of a line longer than that.  The block owns
 * its bytes, and keeps them until it is filled again or freed. */
typedef struct {
    bool begins_line, ends_line; /* false: the line goes on from, or into, another block */
    lm_text_cursor cursor;       /* private, as all that follows */
    char *buffer;
    size_t capacity;
} lm_text_block; /* {0} is an empty one */

enum { LM_TEXT_BLOCK = 1 << 20 }; /* a good size */

/* The next block, of at most `size` bytes unless a single token is longer; *more = false: there
 * is none.  Size 0: the lines that are at hand, at least one; it waits for no byte after a line's
 * end.  Errors: LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_text_next_block(lm_text *text, size_t size, lm_text_block *block,
                                         bool *more, lm_err *e);
void lm_text_block_free(lm_text_block *block); /* it is {0} again */

/* The bytes of the block as they are, and the input and line in which they begin. */
lm_slice lm_text_block_bytes(const lm_text_block *block, const char **name, uint64_t *line);

/* A cursor at the beginning of the block, and its next token, line end, or LM_TEXT_END at the
 * end of the block.  A token's bytes are the block's.  Errors: LM_EFORMAT. */
lm_text_cursor lm_text_cut(const lm_text_block *block);
LM_MUST_USE lm_status lm_text_cursor_next(lm_text_cursor *cursor, lm_text_event *event,
                                          lm_slice *token, lm_err *e);

/* Adds the cursor's count to lm_text_invalid, which does not know of it. */
void lm_text_add_invalid(lm_text *text, const lm_text_cursor *cursor);

#ifdef __cplusplus
}
#endif
#endif
