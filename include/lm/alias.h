/* alias.h - drawing from a distribution over n things in constant time.
 * Walker 1977; the tables are made as in Vose 1991, A linear algorithm for generating random
 * numbers with a given distribution.
 *
 *     LM_TRY(lm_alias_new(&alias, weight, n, e));
 *     i = lm_alias_draw(alias, lm_random_at(seed, purpose, step, index));
 */
#ifndef LM_ALIAS_H
#define LM_ALIAS_H
#include <stdint.h>
#include "lm/random.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lm_alias lm_alias;

/* p(i) = weight[i] / sum of all; weights finite and >= 0, not all 0, 0 < n < 2^32.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_alias_new(lm_alias **alias, const double *weight, uint32_t n, lm_err *e);
void lm_alias_free(lm_alias *alias); /* NULL is allowed */

/* A place from the block's first two words, a coin from the others. */
uint32_t lm_alias_draw(const lm_alias *alias, lm_random_block block);

#ifdef __cplusplus
}
#endif
#endif
