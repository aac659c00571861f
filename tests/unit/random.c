/* random.c - Philox4x32-10 against its published answers; what is made of its blocks. */
#include "lm/random.h"
#include <stdint.h>
#include "test.h"

typedef struct {
    uint32_t counter[4], key[2], answer[4];
} known;

/* Random123, tests/kat_vectors, "philox4x32 10". */
static const known vectors[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(philox_known)
{
    for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
        const lm_random_block block = lm_philox(vectors[v].counter, vectors[v].key);
        for (int i = 0; i < 4; i++) CHECK_INT(block.word[i], vectors[v].answer[i]);
    }
}

/* The layout of counter and key: the digits of pi, put together by hand. */
TEST(random_at_layout)
{
    const lm_random_block block =
        lm_random_at(UINT64_C(0x299f31d0a4093822), (lm_random_purpose)0x03707344, 0x13198a2e,
                     UINT64_C(0x85a308d3243f6a88));
    for (int i = 0; i < 4; i++) CHECK_INT(block.word[i], vectors[2].answer[i]);
}

/* Also where the index passes 32 bits. */
TEST(random_some_at_once)
{
    const uint64_t seed = UINT64_C(0x123456789abcdef0);
    for (uint64_t index = UINT64_C(0xfffffff0); index < UINT64_C(0x100000010); index += 5) {
        uint32_t some[4 * LM_RANDOM_SOME];
        lm_random_some(some, seed, LM_RANDOM_SAMPLE, 7, index);
        for (uint64_t i = 0; i < LM_RANDOM_SOME; i++) {
            const lm_random_block one = lm_random_at(seed, LM_RANDOM_SAMPLE, 7, index + i);
            CHECK_BYTES(some + 4 * i, one.word, sizeof one);
        }
    }
}

TEST(random_real_ends)
{
    CHECK(lm_random_real((lm_random_block){{0, 0, ~0u, ~0u}}) == 0);
    CHECK(lm_random_real((lm_random_block){{0x7ff, 0, 0, 0}}) == 0);
    CHECK(lm_random_real((lm_random_block){{0x800, 0, 0, 0}}) == 0x1p-53);
    CHECK(lm_random_real((lm_random_block){{0, 0x80000000, 0, 0}}) == 0.5);
    CHECK(lm_random_real((lm_random_block){{~0u, ~0u, 0, 0}}) == 1 - 0x1p-53);
}

/* 2^18 draws into 64 equal bins: chi-square with 63 degrees of freedom has mean 63 and
 * standard deviation 11.2. */
TEST(random_real_uniform)
{
    enum { DRAWS = 1 << 18, BINS = 64 };
    double count[BINS] = {0}, sum = 0, chi = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        const double u = lm_random_real(lm_random_at(7, LM_RANDOM_TEST, 0, i));
        CHECK(u >= 0 && u < 1);
        sum += u;
        count[(int)(u * BINS)]++;
    }
    const double expected = (double)DRAWS / BINS;
    for (int i = 0; i < BINS; i++) chi += (count[i] - expected) * (count[i] - expected) / expected;
    CHECK_NEAR(chi, 63, 5 * 11.2);
    CHECK_NEAR(sum / DRAWS, 0.5, 5 * sqrt(1.0 / 12 / DRAWS));
}

/* floor(bits * bound / 2^64), one bit of the product after the other. */
static uint64_t scaled(uint64_t bits, uint64_t bound)
{
    uint64_t high = 0;
    for (int i = 0; i < 64; i++) {
        const uint64_t added = bits >> i & 1 ? bound : 0;
        const uint64_t sum = high + added;
        high = sum >> 1 | (uint64_t)(sum < high) << 63;
    }
    return high;
}

TEST(random_below)
{
    for (uint32_t i = 0; i < 20000; i++) {
        const lm_random_block block = lm_random_at(1, LM_RANDOM_TEST, 0, i);
        const uint64_t bits = block.word[0] | (uint64_t)block.word[1] << 32;
        const uint64_t wide = block.word[2] | (uint64_t)block.word[3] << 32;
        const uint64_t bounds[] = {1, 2, 10, wide, wide >> 32 | 1, wide >> i % 64 | 1, UINT64_MAX};
        for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
            CHECK(lm_random_below(block, bounds[b]) < bounds[b]);
            CHECK_INT(lm_random_below(block, bounds[b]), scaled(bits, bounds[b]));
        }
    }
    const lm_random_block last = {{~0u, ~0u, 0, 0}};
    CHECK_INT(lm_random_below(last, UINT64_MAX), UINT64_MAX - 1);
    CHECK_INT(lm_random_below(last, 10), 9);
}
