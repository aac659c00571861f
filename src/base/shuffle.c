/* shuffle.c - permutations that are computed: exchanges for a few numbers, a Feistel network for
 * many.
 *
 * Numbers are places of a grid, (row, column).  Each round adds to one coordinate a random function
 * of the other, modulo its size, which can be undone, so the rounds permute the grid (Luby and
 * Rackoff 1988; sizes that are no powers of two: Black and Rogaway 2002, Ciphers with arbitrary
 * finite domains).  The grid has a few places more than there are numbers: one that falls there is
 * permuted again until it falls among the numbers, which it does as its cycle began there. */
#include "lm/shuffle.h"
#include <math.h>
#include "lm/random.h"

enum {
    ROUNDS = 6,
    FEW = 64 /* numbers; a grid of so few has hardly any functions to choose from */
};

lm_shuffle lm_shuffle_of(uint64_t count, uint64_t seed, uint32_t epoch)
{
    const uint64_t rows = count ? (uint64_t)sqrt((double)count) : 1;
    return (lm_shuffle){count, seed, rows, count / rows + (count % rows != 0), epoch};
}

static uint64_t permute(const lm_shuffle *s, uint64_t at)
{
    uint64_t row = at / s->columns, column = at % s->columns;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        const uint64_t other = round % 2 == 0 ? column : row;
        const lm_random_block random =
            lm_random_at(s->seed, LM_RANDOM_SHUFFLE, s->epoch, round << 56 | other);
        if (round % 2 == 0)
            row = (row + lm_random_below(random, s->rows)) % s->rows;
        else
            column = (column + lm_random_below(random, s->columns)) % s->columns;
    }
    return row * s->columns + column;
}

/* Follows one place through the exchanges of Fisher and Yates. */
static uint64_t exchange(const lm_shuffle *s, uint64_t i)
{
    for (uint64_t last = s->count - 1; last > 0; last--) {
        const uint64_t other =
            lm_random_below(lm_random_at(s->seed, LM_RANDOM_SHUFFLE, s->epoch, last), last + 1);
        if (i == last)
            i = other;
        else if (i == other)
            i = last;
    }
    return i;
}

uint64_t lm_shuffle_at(const lm_shuffle *shuffle, uint64_t i)
{
    if (shuffle->count <= FEW) return exchange(shuffle, i);
    do {
        i = permute(shuffle, i);
    } while (i >= shuffle->count);
    return i;
}
