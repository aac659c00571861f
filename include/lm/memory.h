/* memory.h - checked sizes, the heap behind one hook, and arenas.
 *
 *     double *x = lm_new(n, sizeof *x, e);      zeroed; NULL and e->status on failure
 *     if (!x) return e->status;
 *     ...
 *     lm_free(x);
 *
 * Every allocation of the library goes through the allocator set here, so that a test can
 * fail the k-th one.  Sizes are count times size, checked for overflow. */
#ifndef LM_MEMORY_H
#define LM_MEMORY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Checked arithmetic: false if the result does not fit; *out is then unspecified. */
LM_MUST_USE static inline bool lm_mul_size(size_t a, size_t b, size_t *out)
{
    *out = a * b;
    return a == 0 || *out / a == b;
}
LM_MUST_USE static inline bool lm_add_size(size_t a, size_t b, size_t *out)
{
    *out = a + b;
    return *out >= a;
}
LM_MUST_USE static inline bool lm_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    *out = a * b;
    return a == 0 || *out / a == b;
}
LM_MUST_USE static inline bool lm_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    *out = a + b;
    return *out >= a;
}

/* The hook: `resize` works as realloc does; size 0 frees and returns NULL. */
typedef struct {
    void *(*resize)(void *context, void *block, size_t size);
    void *context;
} lm_allocator;

/* Replaces the allocator of the whole process; NULL restores the C library's.
 * Blocks must be resized and freed under the allocator that made them. */
void lm_allocator_set(const lm_allocator *allocator);

/* `count` zeroed elements of `size` bytes; never NULL on success, even for count 0. */
LM_MUST_USE void *lm_new(size_t count, size_t size, lm_err *e);

/* Resizes `block` (NULL: allocates); new bytes are not zeroed.  On failure the old block
 * stays valid and NULL is returned. */
LM_MUST_USE void *lm_resize(void *block, size_t count, size_t size, lm_err *e);

/* Makes room for at least `need` elements in a growing array, doubling `*capacity`.
 * `*block` is the array (any pointer type, passed by address).  On failure nothing changes. */
LM_MUST_USE lm_status lm_reserve(void *block, size_t *capacity, size_t need, size_t size,
                                 lm_err *e);

void lm_free(void *block);

/* An arena: many small allocations with one lifetime. */
typedef struct {
    struct lm_arena_block *blocks;
} lm_arena; /* {0} is an empty arena */

/* `count` zeroed elements, aligned to 64 bytes if they take 64 or more, else to 16. */
LM_MUST_USE void *lm_arena_new(lm_arena *arena, size_t count, size_t size, lm_err *e);

/* A copy of `length` bytes with a NUL after them. */
LM_MUST_USE char *lm_arena_copy(lm_arena *arena, const char *text, size_t length, lm_err *e);

/* Frees all; the arena is empty again. */
void lm_arena_free(lm_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
