/* embed.h - lines of text as vectors: the mean of their words' vectors. */
#ifndef LM_EMBED_H
#define LM_EMBED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/space.h"
#include "lm/status.h"
#include "lm/text.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Has line(context, x, words, e) take every line of `text`, in the units of the model: x (D) is the
 * mean of the vectors of its words, `words` of them; others have none and do not count.  unit: the
 * vectors are taken at unit length.  Errors: those of lm_text_next and line; LM_ENOMEM. */
LM_MUST_USE lm_status lm_embed(const lm_space *space, bool unit, lm_text *text,
                               lm_status (*line)(void *context, const lm_real *x, uint64_t words,
                                                 lm_err *e),
                               void *context, lm_err *e);

/* Writes D numbers a line, TABs between them. */
LM_MUST_USE lm_status lm_embed_write(const lm_space *space, bool unit, lm_text *text, lm_out *out,
                                     lm_err *e);

/* Lines with labels. */
typedef struct {
    size_t count;     /* N */
    lm_real *x;       /* (N,D) */
    uint32_t *label;  /* (N) in `labels` */
    lm_vocab *labels; /* by appearance */
} lm_labelled;

/* Reads lines "label TAB text".  Errors: LM_EFORMAT with "name:line: ...", LM_ENOMEM. */
LM_MUST_USE lm_status lm_labelled_read(lm_labelled *lines, const lm_space *space, bool unit,
                                       lm_slice bytes, const char *name, lm_err *e);
void lm_labelled_free(lm_labelled *lines);

#ifdef __cplusplus
}
#endif
#endif
