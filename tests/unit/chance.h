/* chance.h - random numbers that are the same in every run: splitmix64.
 *
 *     random_state = 7;
 *     if (below(3) == 0) ...
 */
#ifndef CHANCE_H
#define CHANCE_H
#include <stdint.h>

static uint64_t random_state;

static inline uint64_t below(uint64_t limit)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31)) % limit;
}
#endif
