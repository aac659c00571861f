/* random.c - Philox4x32-10 and the numbers made of its blocks. */
#include "lm/random.h"
#include <stddef.h>

/* The multipliers of the paper, and what is added to the key in a round: the golden ratio and
 * sqrt(3) - 1. */
#define MULTIPLIER_0 UINT64_C(0xd2511f53)
#define MULTIPLIER_1 UINT64_C(0xcd9e8d57)
#define ADDED_0      0x9e3779b9
#define ADDED_1      0xbb67ae85
enum { ROUNDS = 10 };

/* A round of n blocks: word w of block i is c[w n + i].  With n a constant a compiler has loops of
 * fixed length to turn into vector instructions. */
static inline void round_of(uint32_t *c, size_t n, uint32_t k0, uint32_t k1)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t a = MULTIPLIER_0 * c[i], b = MULTIPLIER_1 * c[2 * n + i];
        c[i] = (uint32_t)(b >> 32) ^ c[n + i] ^ k0;
        c[n + i] = (uint32_t)b;
        c[2 * n + i] = (uint32_t)(a >> 32) ^ c[3 * n + i] ^ k1;
        c[3 * n + i] = (uint32_t)a;
    }
}

static inline void all_rounds(uint32_t *c, size_t n, uint32_t k0, uint32_t k1)
{
    for (int i = 0; i < ROUNDS; i++, k0 += ADDED_0, k1 += ADDED_1) round_of(c, n, k0, k1);
}

lm_random_block lm_philox(const uint32_t counter[4], const uint32_t key[2])
{
    lm_random_block c = {{counter[0], counter[1], counter[2], counter[3]}};
    all_rounds(c.word, 1, key[0], key[1]);
    return c;
}

lm_random_block lm_random_at(uint64_t seed, lm_random_purpose purpose, uint32_t step,
                             uint64_t index)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), step, (uint32_t)purpose};
    return lm_philox(counter, key);
}

void lm_random_some(uint32_t words[4 * LM_RANDOM_SOME], uint64_t seed, lm_random_purpose purpose,
                    uint32_t step, uint64_t index)
{
    enum { N = LM_RANDOM_SOME };
    uint32_t c[4 * N];
    for (uint32_t i = 0; i < N; i++) {
        c[i] = (uint32_t)(index + i);
        c[N + i] = (uint32_t)((index + i) >> 32);
        c[2 * N + i] = step;
        c[3 * N + i] = (uint32_t)purpose;
    }
    all_rounds(c, N, (uint32_t)seed, (uint32_t)(seed >> 32));
    for (int i = 0; i < N; i++)
        for (int w = 0; w < 4; w++) words[4 * i + w] = c[w * N + i];
}

/* The first two words, the first one low. */
static uint64_t first_64(lm_random_block block)
{
    return (uint64_t)block.word[1] << 32 | block.word[0];
}

double lm_random_real(lm_random_block block)
{
    return (double)(first_64(block) >> 11) * 0x1p-53;
}

/* The upper half of the 128-bit product of the 64 bits and the bound. */
uint64_t lm_random_below(lm_random_block block, uint64_t bound)
{
    const uint64_t low = bound & UINT32_MAX, high = bound >> 32;
    const uint64_t middle = block.word[1] * low + (block.word[0] * low >> 32);
    const uint64_t carry = block.word[0] * high + (middle & UINT32_MAX);
    return block.word[1] * high + (middle >> 32) + (carry >> 32);
}
