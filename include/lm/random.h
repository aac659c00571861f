/* random.h - counter-based random numbers: Philox4x32-10.
 * Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011.
 *
 * A number is a function of (seed, purpose, step, index) alone, never of what was drawn
 * before, so threads, resumed runs and shards draw the same numbers in any order.
 *
 *     double u = lm_random_real(lm_random_at(seed, LM_RANDOM_SAMPLE, position, sentence));
 */
#ifndef LM_RANDOM_H
#define LM_RANDOM_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the numbers are for.  Values are part of every result: append, never renumber. */
typedef enum {
    LM_RANDOM_TEST = 0,
    LM_RANDOM_SAMPLE = 1,  /* sampling text; step = position, index = sentence */
    LM_RANDOM_INIT = 2,    /* initial values; step = parameter, index = place in it */
    LM_RANDOM_DROPOUT = 3, /* see dropout.h */
    LM_RANDOM_SHUFFLE = 4, /* order of examples; step = epoch, index = round and half */
    LM_RANDOM_NOISE = 5,   /* noise words of a step; index = place among them */
    LM_RANDOM_KEEP = 6,    /* which tokens are kept in a round; index = token / 4 */
    LM_RANDOM_WINDOW = 7,  /* windows of a round; index = kept token / 4 */
    LM_RANDOM_CLUSTER = 16 /* where clusters begin; index = cluster */
} lm_random_purpose;

typedef struct {
    uint32_t word[4];
} lm_random_block;

/* The raw generator: ten rounds over `counter` under `key`. */
lm_random_block lm_philox(const uint32_t counter[4], const uint32_t key[2]);

/* The block at (seed, purpose, step, index): key = seed; counter = index low, index high,
 * step, purpose. */
lm_random_block lm_random_at(uint64_t seed, lm_random_purpose purpose, uint32_t step,
                             uint64_t index);

/* The words of the blocks at index, index + 1, ..., block by block; faster than one by one. */
enum { LM_RANDOM_SOME = 16 };
void lm_random_some(uint32_t words[4 * LM_RANDOM_SOME], uint64_t seed, lm_random_purpose purpose,
                    uint32_t step, uint64_t index);

/* Uniform in [0, 1) with 53 bits, from the block's first two words. */
double lm_random_real(lm_random_block block);

/* Uniform in [0, bound), bound > 0, from the first two words (bias below bound / 2^64). */
uint64_t lm_random_below(lm_random_block block, uint64_t bound);

#ifdef __cplusplus
}
#endif
#endif
