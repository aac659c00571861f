/* failing.h - an allocator that fails at the k-th call and counts what is not yet freed.
 *
 *     for (size_t k = 1; failing_round(k); k++) { ...; failing_end(); }
 *
 * The loop ends after the first round in which no call failed. */
#ifndef FAILING_H
#define FAILING_H
#include <stdlib.h>
#include "lm/memory.h"
#include "test.h"

static struct {
    size_t calls, fail_at; /* allocations so far; the one that fails, 0: none */
    size_t held;           /* blocks not freed */
    bool failed;           /* one did */
} failing;

static void *failing_resize(void *context, void *block, size_t size)
{
    (void)context;
    if (size == 0) {
        failing.held -= block != NULL;
        free(block);
        return NULL;
    }
    failing.calls++;
    if (failing.calls == failing.fail_at) {
        failing.failed = true;
        return NULL;
    }
    void *moved = realloc(block, size);
    CHECK(moved != NULL);
    failing.held += block == NULL;
    return moved;
}

/* Lets the k-th allocation from now on fail; 0: none. */
static inline void failing_begin(size_t k)
{
    failing.calls = failing.held = 0;
    failing.fail_at = k;
    failing.failed = false;
    lm_allocator_set(&(lm_allocator){failing_resize, NULL});
}

/* The same; false if none of the last round did. */
static inline bool failing_round(size_t k)
{
    if (k > 1 && !failing.failed) return false;
    failing_begin(k);
    return true;
}

/* All that was allocated has been freed. */
static inline void failing_end(void)
{
    CHECK_INT(failing.held, 0);
    lm_allocator_set(NULL);
}
#endif
