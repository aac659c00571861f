/* passages.h - a text in passages of some size, for threads that work on one each, and the
 * documents in them.
 *
 *     lm_passages *passages;                         text: of LM_UNIT_BYTE, nothing read yet
 *     LM_TRY(lm_passages_new(&passages, text, LM_BY_DOCUMENT, e));
 *     LM_TRY(lm_passages_next(passages, &passage, &more, e));      one thread at a time
 *     ...
 *     while (lm_passage_next(&passage, &stretch))                  in any thread
 *         ... stretch.text; stretch.begins and .ends: the document does, too
 *
 * A passage ends where a document does, or, in one that is longer, at a place where every
 * tokenizer may be stopped and begun again (lm_split_place). */
#ifndef LM_PASSAGES_H
#define LM_PASSAGES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a document is. */
typedef enum {
    LM_BY_LINE,     /* a line, without its end */
    LM_BY_DOCUMENT, /* lines up to a blank one, joined by newlines, or up to the file's end */
    LM_BY_FILE      /* all bytes of a file */
} lm_passage_unit;

typedef struct lm_passages lm_passages;

/* The text must outlive it.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_passages_new(lm_passages **passages, lm_text *text, lm_passage_unit unit,
                                      lm_err *e);
void lm_passages_free(lm_passages *passages); /* NULL is allowed */

typedef struct {
    const char *name; /* of the input, */
    uint64_t line;    /* and the line in which the passage begins */
    /* private: */
    lm_passage_unit unit;
    lm_str bytes;
    size_t next;       /* bytes that were given out */
    bool begun, ended; /* its first document goes on from the one before; its last one ends */
} lm_passage;          /* {0} is an empty one */

/* The next passage, which owns its bytes until it is filled again or freed; *more = false: there is
 * none.  Errors: LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_passages_next(lm_passages *passages, lm_passage *passage, bool *more,
                                       lm_err *e);
void lm_passage_free(lm_passage *passage); /* it is {0} again */

/* A document, or a part of it. */
typedef struct {
    lm_slice text;
    bool begins, ends;
} lm_stretch;

/* The next one; false: the passage has no more. */
bool lm_passage_next(lm_passage *passage, lm_stretch *stretch);

#ifdef __cplusplus
}
#endif
#endif
