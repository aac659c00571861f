/* sort.h - our own sorts: stable, so that ties never depend on a C library; and the first of many,
 * by a heap. */
#ifndef LM_SORT_H
#define LM_SORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sorts `count` elements of `size` bytes by compare(context, a, b) <, =, > 0; stable merge
 * sort with a buffer of count * size bytes.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_sort(void *base, size_t count, size_t size,
                              int (*compare)(const void *context, const void *a, const void *b),
                              const void *context, lm_err *e);

/* A sort key with what it belongs to. */
typedef struct {
    uint64_t key;
    uint64_t value;
} lm_keyed;

/* Sorts by the low `bits` bits of the key (the others must be 0), stable, least significant
 * digit first.  `spare` has room for `count` elements.  The result is in `items`. */
void lm_sort_keyed(lm_keyed *items, lm_keyed *spare, size_t count, int bits);

/* Does index a come before b?  The functions that ask it are inline, so that it can be, too. */
typedef bool lm_sort_before(const void *context, uint32_t a, uint32_t b);

/* Restores a heap of indices, whose top comes last of them, from its element `at` on. */
static inline void lm_heap_sift(uint32_t *heap, uint32_t count, uint32_t at, lm_sort_before *before,
                                const void *context)
{
    for (;;) {
        uint32_t last = at;
        for (uint32_t below = 2 * at + 1; below <= 2 * at + 2 && below < count; below++)
            if (before(context, heap[last], heap[below])) last = below;
        if (last == at) return;
        const uint32_t moved = heap[at];
        heap[at] = heap[last];
        heap[last] = moved;
        at = last;
    }
}

/* heap (count) = those of the indices 0 .. size - 1 that come first, count <= size. */
static inline void lm_heap_first(uint32_t *heap, uint32_t count, uint32_t size,
                                 lm_sort_before *before, const void *context)
{
    for (uint32_t i = 0; i < count; i++) heap[i] = i;
    for (uint32_t i = count / 2; i-- > 0;) lm_heap_sift(heap, count, i, before, context);
    for (uint32_t i = count; i < size && count; i++) {
        if (!before(context, i, heap[0])) continue;
        heap[0] = i;
        lm_heap_sift(heap, count, 0, before, context);
    }
}

#ifdef __cplusplus
}
#endif
#endif
