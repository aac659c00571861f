/* generate.h - texts that a GPT writes: many at once, each the same whatever is beside it.
 *
 *     const lm_generation how = {.rule = LM_TOKEN_RULE_DEFAULTS, .samples = 1, ...};
 *     const lm_generate_calls calls = {next_prompt, tell, context};
 *     LM_TRY(lm_generate(gpt, &how, &calls, run, e));
 *
 * Streams of tokens run side by side, so that weights are read once for all of them; where one
 * ends, the next sample takes its place.  Keys and values of what was read are kept, and tokens
 * that begin like those of another stream take them from there.  A sample is the same, bit for
 * bit, for any number of streams and threads: its random numbers are those at (seed,
 * LM_RANDOM_SAMPLE, place of the token in the sequence, prompt * samples + sample). */
#ifndef LM_GENERATE_H
#define LM_GENERATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/encode.h"
#include "lm/gpt.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/token_choice.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What to do when a sequence is longer than the model's context. */
typedef enum {
    LM_OVERFLOW_STOP, /* the text ends there */
    LM_OVERFLOW_SLIDE /* the oldest half is forgotten, as often as need be */
} lm_overflow;

typedef struct {
    lm_token_rule rule;
    uint64_t seed;
    size_t samples; /* of each prompt */
    size_t longest; /* tokens of a completion */
    size_t streams; /* at once */
    lm_overflow overflow;
    bool logprobs;           /* find them */
    const char *const *stop; /* (stops): texts that end a completion; none is empty */
    size_t stops;
    size_t beams; /* beam.h: at once for a prompt; the `samples` best are told */
} lm_generation;

typedef enum {
    LM_GOING_ON,
    LM_BY_TOKEN,  /* the end-of-text token came, */
    LM_BY_STOP,   /* or a stop text */
    LM_BY_LENGTH, /* `longest` tokens are there */
    LM_BY_CONTEXT /* the context is full */
} lm_ending;

typedef struct {
    uint64_t prompt; /* its number, from 0 */
    size_t sample;   /* of the prompt, from 0 */
    lm_ids start;    /* tokens of the prompt */
    lm_ids ids;      /* those that followed; an end-of-text token, or what a stop text cut off,
                        included */
    double *lp;      /* (ids.count): their log-probabilities in the model, which no rule changed */
    size_t lps;      /* capacity */
    lm_str text;     /* that of ids, without stop text and what follows it, and without the end */
    size_t safe;     /* bytes of it that stand, whatever comes: whole characters, no beginning of a
                        stop text */
    lm_ending ending;
    double score; /* beam.h */
} lm_completion;

typedef struct {
    /* Adds the tokens of the next prompt to ids.  None is there: *more = false; `wait`: none will
     * come any more.  No tokens: the text begins with the end-of-text token. */
    lm_status (*next)(void *context, bool wait, lm_ids *ids, bool *more, lm_err *e);
    /* There is more of a completion, or it is at its end.  In the order of prompts and samples: of
     * one nothing is told before the one before it is at its end. */
    lm_status (*tell)(void *context, const lm_completion *c, lm_err *e);
    void *context;
} lm_generate_calls;

/* Completes all prompts.  Errors: LM_EFORMAT for a model without tokenizer, for logits that are no
 * numbers, and for an empty prompt where there is no end-of-text token; LM_ENOMEM; those of the
 * calls. */
LM_MUST_USE lm_status lm_generate(const lm_gpt *gpt, const lm_generation *how,
                                  const lm_generate_calls *calls, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
