/* completions.h - completions of prompts, written for people, for line tools, or as objects.
 *
 *     lm_completions_form form = {.jsonl = true, .logprobs = true};
 *     LM_TRY(lm_completions_write(&form, tokenizer, &prompt, completion, out, e));
 *
 * As text: what is new of a completion, when it comes; a newline at the end of each that has none;
 * "---" alone on a line between two.  With log-probabilities: a line for each token in place of its
 * text, log-probability TAB id TAB spelling, in which blanks and control bytes are \xHH.
 * As objects: a line for each completion, the members of the prompt's object, of which those named
 * here are replaced, and
 *     "k": its number of the samples of the prompt     "completion": its text
 *     "ids": its tokens, the end-of-text token included      "n": how many
 *     "ended": did it come to an end of its own, by end-of-text token or stop text
 *     "overflow": true, if the end of the context ended it
 *     "score": of a beam search      "lp", "lps": log-probabilities, their sum and one a token */
#ifndef LM_COMPLETIONS_H
#define LM_COMPLETIONS_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/file.h"
#include "lm/generate.h"
#include "lm/prompts.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    bool jsonl, logprobs;
    bool echo;  /* as text: the prompt before its completion */
    bool score; /* a beam search found them */
    /* private: */
    bool begun, within;             /* a completion was written, is being written */
    size_t written, written_tokens; /* of it */
    bool ends_line;
    lm_str line;
} lm_completions_form; /* {0}: text alone */

/* What is new of the completion.  On a terminal it is shown at once. */
LM_MUST_USE lm_status lm_completions_write(lm_completions_form *form, const lm_tokenizer *t,
                                           const lm_prompt *prompt, const lm_completion *c,
                                           lm_out *out, lm_err *e);
void lm_completions_free(lm_completions_form *form);

#ifdef __cplusplus
}
#endif
#endif
