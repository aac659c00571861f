/* gaps.h - models that predict a word from those on both sides of it, on text: filling gaps, and
 * the pseudo-likelihood.
 *
 *     LM_TRY(lm_gaps_fill(model, text, 10, out, e));
 *     LM_TRY(lm_gaps_evaluate(model, text, out, run, e));
 */
#ifndef LM_GAPS_H
#define LM_GAPS_H
#include <stdint.h>
#include "lm/file.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"
#include "lm/w2v.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For every line, in which one word is `_`: word TAB probability of the `top` words most probable
 * to stand there, ties in byte order; an empty line between answers.  Only the words of the model's
 * window count; those without a vector do not.  Errors: LM_EFORMAT with the place of a line with no
 * or several gaps; LM_EUSAGE for a model that fills none; LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gaps_fill(const lm_w2v *model, lm_text *text, uint32_t top, lm_out *out,
                                   lm_err *e);

/* Writes "key TAB value" lines: how well the model predicts every word of the text from those
 * around it: the pseudo-likelihood, which is no probability of the text (Besag 1975, Statistical
 * analysis of non-lattice data).  Words it does not know are not predicted. */
LM_MUST_USE lm_status lm_gaps_evaluate(const lm_w2v *model, lm_text *text, lm_out *out,
                                       const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
