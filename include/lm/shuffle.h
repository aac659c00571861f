/* shuffle.h - an order of 0 .. count-1 that is a function of (seed, epoch), place by place: no
 * table, no state, the same for any number of threads and for a resumed run.
 *
 *     const lm_shuffle order = lm_shuffle_of(count, seed, epoch);
 *     for (uint64_t i = 0; i < count; i++) use(lm_shuffle_at(&order, i));
 */
#ifndef LM_SHUFFLE_H
#define LM_SHUFFLE_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t count, seed;
    uint64_t rows, columns; /* a grid with room for all, hardly larger */
    uint32_t epoch;
} lm_shuffle;

lm_shuffle lm_shuffle_of(uint64_t count, uint64_t seed, uint32_t epoch);

/* What stands at place i < count. */
uint64_t lm_shuffle_at(const lm_shuffle *shuffle, uint64_t i);

#ifdef __cplusplus
}
#endif
#endif
