/* token_choice.h - from logits to a token.
 *
 *     lm_token_room room;                             one for each thread
 *     LM_TRY(lm_token_room_new(&room, V, e));
 *     id = lm_token_choose(&rule, logits, V, seen, count, u, &room);
 *
 * In this order:
 *     repetition   the logit of every token seen so far is divided by it if above 0, else
 * multiplied with it (Keskar et al. 2019, arXiv:1909.05858, section 4.1) temperature  logits are
 * divided by it; 0: the greatest is taken, and nothing below matters top-k        the k greatest
 * logits stay, and what equals the least of them, as in GPT-2's code top-p        of these the most
 * probable stay: the fewest that together have at least p (Holtzman et al. 2020, arXiv:1904.09751,
 * eq. 2; GPT-2's code keeps one fewer) min-p        of these stay those of at least min-p times the
 * greatest probability (Nguyen et al. 2024, arXiv:2407.01082) draw         by u, through what is
 * left by ascending id Tokens of one logit rank by id. */
#ifndef LM_TOKEN_CHOICE_H
#define LM_TOKEN_CHOICE_H
#include <stddef.h>
#include <stdint.h>
#include "lm/memory.h"
#include "lm/real.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double temperature;
    int64_t top_k;       /* 0: all */
    double top_p, min_p; /* 1: all; 0: all */
    double repetition;   /* 1: none */
} lm_token_rule;
#define LM_TOKEN_RULE_DEFAULTS                                                                     \
    {                                                                                              \
        1, 0, 1, 0, 1                                                                              \
    }

typedef struct {
    lm_real *x, *p;  /* (V) */
    lm_real *sums;   /* of stretches of p */
    uint32_t *order; /* (V) */
    unsigned char *mark;
    lm_arena arena;
} lm_token_room; /* private */

LM_MUST_USE lm_status lm_token_room_new(lm_token_room *room, uint32_t V, lm_err *e);
void lm_token_room_free(lm_token_room *room);

/* One of V tokens, by u in [0, 1); logits (V) may have -infinity, not for all, but neither infinity
 * nor NaN. */
uint32_t lm_token_choose(const lm_token_rule *rule, const lm_real *logits, uint32_t V,
                         const uint32_t *seen, size_t count, double u, lm_token_room *room);

/* best (count): the ids of the `count` <= V greatest logits, the greatest first. */
void lm_token_best(const lm_real *logits, uint32_t V, uint32_t count, uint32_t *best);

/* log sum exp of the logits, in the order in which a loss sums them: logit - this is, rounded, the
 * log-probability that cross_entropy.h finds. */
double lm_token_log_sum(const lm_real *logits, uint32_t V);

#ifdef __cplusplus
}
#endif
#endif
