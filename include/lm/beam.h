/* beam.h - the most probable completions that a beam search finds.
 *
 * Of all ways to go on from `beams` beginnings the best stay, in each step; one that ends leaves
 * the beam.  An ended one of n tokens scores the sum of its log-probabilities by n^alpha, alpha =
 * 0.6 (Brown et al. 2020, section 2.4); the search ends when no living one can get among the best
 * `beams` any more.  Equal ones rank by beam, then by token id. */
#ifndef LM_BEAM_H
#define LM_BEAM_H
#include "lm/generate.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LM_BEAM_ALPHA 0.6

/* As lm_generate, by how->beams in place of how->rule and how->seed; the how->samples best are
 * told, at most how->beams, the best first.  Where the context is full, a beginning ends. */
LM_MUST_USE lm_status lm_beam_generate(const lm_gpt *gpt, const lm_generation *how,
                                       const lm_generate_calls *calls, const lm_run *run,
                                       lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
