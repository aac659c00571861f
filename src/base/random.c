/* random.c - Philox4x32-10 and the numbers made of its blocks. */
#include "lm/random.h"

lm_random_block lm_philox(const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        /* Multipliers and key increments of the paper; the latter are the golden ratio and
         * sqrt(3) - 1. */
        const uint64_t a = UINT64_C(0xd2511f53) * c0, b = UINT64_C(0xcd9e8d57) * c2;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)b;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)a;
        k0 += 0x9e3779b9;
        k1 += 0xbb67ae85;
    }
    return (lm_random_block){{c0, c1, c2, c3}};
}

lm_random_block lm_random_at(uint64_t seed, lm_random_purpose purpose, uint32_t step,
                             uint64_t index)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), step, (uint32_t)purpose};
    return lm_philox(counter, key);
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
