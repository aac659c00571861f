/* prompts.h - prompts: texts, lines of standard input, or objects in them.
 *
 *     LM_TRY(lm_prompts_new(&prompts, operands, count, jsonl, e));
 *     LM_TRY(lm_prompts_next(prompts, true, &prompt, &more, e));
 *
 * Operands are prompts as they are.  Without any, lines of standard input are: without LF, or CR
 * LF, at their end; other bytes, NUL among them, are text, and an empty line is an empty prompt. As
 * objects: one a line, in UTF-8, with a string of the key "prompt" and any other keys; blank lines
 * are none.
 * A line is at most LM_PROMPT_MAX bytes. */
#ifndef LM_PROMPTS_H
#define LM_PROMPTS_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_PROMPT_MAX = 64 << 20 };

typedef struct {
    lm_str text;
    lm_str json; /* the object it came in, whole; empty: none */
} lm_prompt;     /* {0} is an empty one */

void lm_prompt_free(lm_prompt *prompt); /* it is {0} again */

typedef struct lm_prompts lm_prompts;

/* The operands must outlive it.  Errors: LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_prompts_new(lm_prompts **prompts, char *const *operands, size_t count,
                                     bool jsonl, lm_err *e);
void lm_prompts_free(lm_prompts *prompts); /* NULL is allowed */

/* Fills *prompt; *more = false: there is none, or without `wait` none that needs no reading, whose
 * writer may wait for an answer to those before it.
 * Errors: LM_EIO; LM_EFORMAT with the line; LM_ENOMEM. */
LM_MUST_USE lm_status lm_prompts_next(lm_prompts *prompts, bool wait, lm_prompt *prompt, bool *more,
                                      lm_err *e);
/* Where the last one came from, for messages: "standard input:3", or "prompt 2" of the operands. */
const char *lm_prompts_place(const lm_prompts *prompts);

#ifdef __cplusplus
}
#endif
#endif
