/* sort.h - our own sorts: stable, so that ties never depend on a C library. */
#ifndef LM_SORT_H
#define LM_SORT_H
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

#ifdef __cplusplus
}
#endif
#endif
