/* schedule.h - the learning rate of every step.
 *
 *     LM_TRY(lm_schedule_check(&schedule, e));
 *     rate = lm_schedule_rate(&schedule, step);       step = 0, 1, ...
 */
#ifndef LM_SCHEDULE_H
#define LM_SCHEDULE_H
#include <stdint.h>
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As shares of the peak: t step from 0, W steps of warm-up, T steps in all, f floor; x = t / T.
 * Without warm-up (W = 0), the branch t < W is never taken.  From step T on, that of step T. */
typedef enum {
    LM_RATE_CONSTANT, /* t < W: (t + 1) / W; then 1 */
    LM_RATE_LINEAR,   /* t < W: t / W; then f + (1 - f) (T - t) / (T - W).  Hugging Face
                       * Transformers, with f = 0 */
    LM_RATE_COSINE,   /* t < W: (t + 1) / W; then f + (1 - f) (1 + cos(pi (t - W) / (T - W))) / 2.
                       * GPT-3, f = 0.1 */
    LM_RATE_INVSQRT,  /* min((t + 1) / W, sqrt(W / (t + 1))); without warm-up 1 / sqrt(t + 1).
                       * Vaswani et al. 2017 */
    LM_RATE_BERT,     /* t < W: t / W; then 1 - x, which has fallen from step 0 on: the rate jumps
                       * at W.  google-research/bert */
    LM_RATE_GPT1,     /* t <= W: t / W; then (1 + cos(pi x)) / 2, which jumps too.
                       * openai/finetune-transformer-lm */
    LM_RATE_GPT1_LINEAR, /* the same, with 1 - x, times both: t <= W: (t / W) (1 - x); then 1 - x */
    LM_RATE_W2V          /* max(1 - t / (T + 1), 0.0001).  word2vec.c */
} lm_schedule_kind;
#define LM_RATE_NAMES "constant|linear|cosine|invsqrt|bert|gpt1|gpt1-linear|w2v"

typedef struct {
    lm_schedule_kind kind;
    double peak;
    double floor;           /* LINEAR, COSINE: f, the last rate as a share of the peak */
    uint64_t warmup, total; /* steps */
} lm_schedule;

/* Errors: LM_EUSAGE for a peak that is negative or not finite, a floor outside [0, 1] or for a kind
 * that has none, no total where the kind needs one (all but CONSTANT and INVSQRT), more steps of
 * warm-up than in all, or any for W2V. */
LM_MUST_USE lm_status lm_schedule_check(const lm_schedule *schedule, lm_err *e);

double lm_schedule_rate(const lm_schedule *schedule, uint64_t step);

#ifdef __cplusplus
}
#endif
#endif
