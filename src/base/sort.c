/* sort.c - a merge sort for any elements and a radix sort for integer keys. */
#include "lm/sort.h"
#include <stdbool.h>
#include <string.h>
#include "lm/memory.h"

/* Runs of this many elements are sorted by insertion before merging starts. */
enum { RUN = 8 };

typedef struct {
    size_t size;
    int (*compare)(const void *context, const void *a, const void *b);
    const void *context;
} order;

static bool after(const order *o, const char *a, const char *b)
{
    return o->compare(o->context, a, b) > 0;
}

/* Copies one element; a constant size lets the compiler drop the call for the common ones. */
static inline void copy(char *to, const char *from, size_t size)
{
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 16)
        memcpy(to, from, 16);
    else
        memcpy(to, from, size);
}

/* Sorts `bytes` bytes from `base` on; `spare` has room for an element. */
static void insertion_sort(const order *o, char *base, size_t bytes, char *spare)
{
    for (size_t i = o->size; i < bytes; i += o->size) {
        size_t at = i;
        while (at > 0 && after(o, base + at - o->size, base + i)) at -= o->size;
        if (at == i) continue;
        copy(spare, base + i, o->size);
        memmove(base + at + o->size, base + at, i - at);
        copy(base + at, spare, o->size);
    }
}

/* Merges the sorted from[0 .. middle) and from[middle .. end), in bytes, into `to`. */
static void merge(const order *o, char *to, const char *from, size_t middle, size_t end)
{
    size_t left = 0, right = middle;
    if (middle < end && after(o, from + middle - o->size, from + middle)) {
        while (left < middle && right < end) {
            size_t *next = after(o, from + left, from + right) ? &right : &left;
            copy(to, from + *next, o->size);
            *next += o->size;
            to += o->size;
        }
    }
    memcpy(to, from + left, middle - left);
    memcpy(to + (middle - left), from + right, end - right);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

lm_status lm_sort(void *base, size_t count, size_t size,
                  int (*compare)(const void *context, const void *a, const void *b),
                  const void *context, lm_err *e)
{
    if (count < 2) return LM_OK;
    char *buffer = lm_resize(NULL, count, size, e);
    if (!buffer) return LM_ENOMEM;
    const order o = {size, compare, context};
    const size_t bytes = count * size; /* fits: both blocks have that size */
    char *from = base, *to = buffer;

    for (size_t at = 0; at < bytes; at += least(RUN * size, bytes - at))
        insertion_sort(&o, from + at, least(RUN * size, bytes - at), buffer);
    for (size_t width = RUN * size; width < bytes; width += least(width, bytes - width)) {
        for (size_t at = 0, end; at < bytes; at = end) {
            end = at + least(width, bytes - at);
            end += least(width, bytes - end);
            merge(&o, to + at, from + at, least(width, end - at), end - at);
        }
        char *sorted = to;
        to = from;
        from = sorted;
    }
    if (from == buffer) memcpy(base, buffer, bytes);
    lm_free(buffer);
    return LM_OK;
}

/* Digits of at most 11 bits: the counts of one fit the first-level cache.  A short list takes
 * narrower ones, as clearing and adding up the counts would cost more than the passes saved. */
enum { DIGIT_BITS = 11, SHORT_BITS = 8, SHORT = 2048, PASSES = (64 + DIGIT_BITS - 1) / DIGIT_BITS };

static size_t digit_of(uint64_t key, int shift, int width)
{
    return (size_t)(key >> shift & ((UINT64_C(1) << width) - 1));
}

/* Moves the items to `to` in the order of one digit, whose values occur count[] times. */
static void distribute(lm_keyed *to, const lm_keyed *items, size_t n, size_t *count, int shift,
                       int width)
{
    size_t start = 0;
    for (size_t d = 0; d < (size_t)1 << width; d++) {
        const size_t next = start + count[d];
        count[d] = start;
        start = next;
    }
    for (size_t i = 0; i < n; i++) to[count[digit_of(items[i].key, shift, width)]++] = items[i];
}

void lm_sort_keyed(lm_keyed *items, lm_keyed *spare, size_t count, int bits)
{
    if (count < 2 || bits <= 0) return;
    const int widest = count < SHORT ? SHORT_BITS : DIGIT_BITS;
    const int passes = (bits + widest - 1) / widest, width = (bits + passes - 1) / passes;
    size_t counts[PASSES << DIGIT_BITS]; /* those of digit p start at p << width */
    memset(counts, 0, ((size_t)passes << width) * sizeof *counts);
    for (size_t i = 0; i < count; i++)
        for (int p = 0; p < passes; p++)
            counts[((size_t)p << width) + digit_of(items[i].key, p * width, width)]++;

    lm_keyed *from = items, *to = spare;
    for (int p = 0; p < passes; p++) {
        size_t *count_of = counts + ((size_t)p << width);
        if (count_of[digit_of(from[0].key, p * width, width)] == count) continue; /* constant */
        distribute(to, from, count, count_of, p * width, width);
        lm_keyed *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
}
