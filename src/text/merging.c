/* merging.c - merging the symbols of a piece of text, in the order of the merges' ranks. */
#include "merging.h"
#include <string.h>
#include "lm/memory.h"

enum { FEW = 48 }; /* symbols up to which looking at all of them is faster than a heap */

#define NO_PAIR UINT64_MAX

void lm_merging_free(lm_merging *m)
{
    lm_free(m->pair);
    lm_free(m->before);
    lm_free(m->after);
    lm_free(m->heap);
    *m = (lm_merging){0};
}

static inline uint64_t pair_of(const lm_tokenizer *t, uint32_t left, uint32_t right)
{
    uint32_t rank;
    const uint32_t piece = lm_tokenizer_merged(t, left, right, &rank);
    return piece == LM_NO_WORD ? NO_PAIR : (uint64_t)rank << 32 | piece;
}

/* ---- few symbols: each time all pairs are looked at ---- */

static size_t merge_few(const lm_tokenizer *t, uint32_t *id, size_t n)
{
    uint64_t pair[FEW];
    for (size_t i = 0; i + 1 < n; i++) pair[i] = pair_of(t, id[i], id[i + 1]);
    while (n > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < n; i++)
            if (pair[i] < pair[best]) best = i;
        if (pair[best] == NO_PAIR) break;
        id[best] = (uint32_t)pair[best];
        n--;
        for (size_t i = best + 1; i < n; i++) {
            id[i] = id[i + 1];
            pair[i - 1] = pair[i];
        }
        if (best > 0) pair[best - 1] = pair_of(t, id[best - 1], id[best]);
        if (best + 1 < n) pair[best] = pair_of(t, id[best], id[best + 1]);
    }
    return n;
}

/* ---- many symbols: a list and a heap ---- */

static lm_status push(lm_merging *m, uint64_t pair, size_t place, lm_err *e)
{
    if (pair == NO_PAIR) return LM_OK;
    LM_TRY(lm_reserve(&m->heap, &m->heap_capacity, m->heap_count + 1, sizeof *m->heap, e));
    const uint64_t entry = (pair >> 32) << 32 | (uint32_t)place;
    size_t i = m->heap_count++;
    for (; i > 0 && m->heap[(i - 1) / 2] > entry; i = (i - 1) / 2)
        m->heap[i] = m->heap[(i - 1) / 2];
    m->heap[i] = entry;
    return LM_OK;
}

static uint64_t pop(lm_merging *m)
{
    const uint64_t top = m->heap[0], last = m->heap[--m->heap_count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < m->heap_count; i = child) {
        if (child + 1 < m->heap_count && m->heap[child + 1] < m->heap[child]) child++;
        if (m->heap[child] >= last) break;
        m->heap[i] = m->heap[child];
    }
    m->heap[i] = last;
    return top;
}

/* Looks up the pair of the symbol at `place` with its right neighbour, n: it has none. */
static lm_status renew(lm_merging *m, const lm_tokenizer *t, const uint32_t *id, size_t place,
                       size_t n, lm_err *e)
{
    const size_t right = m->after[place];
    m->pair[place] = right < n ? pair_of(t, id[place], id[right]) : NO_PAIR;
    return push(m, m->pair[place], place, e);
}

static lm_status begin_many(lm_merging *m, const lm_tokenizer *t, const uint32_t *id, size_t n,
                            lm_err *e)
{
    if (n > UINT32_MAX) return lm_fail(e, LM_EFORMAT, "a piece of text of more than 2^32 bytes");
    LM_TRY(lm_reserve(&m->pair, &m->pair_capacity, n, sizeof *m->pair, e));
    LM_TRY(lm_reserve(&m->before, &m->before_capacity, n, sizeof *m->before, e));
    LM_TRY(lm_reserve(&m->after, &m->after_capacity, n, sizeof *m->after, e));
    m->heap_count = 0;
    for (size_t i = 0; i < n; i++) {
        m->before[i] = i - 1; /* SIZE_MAX before the first */
        m->after[i] = i + 1;
        LM_TRY(renew(m, t, id, i, n, e));
    }
    return LM_OK;
}

/* Merges the symbol at `place` with its right neighbour. */
static lm_status merge_at(lm_merging *m, const lm_tokenizer *t, uint32_t *id, size_t place,
                          size_t n, lm_err *e)
{
    const size_t gone = m->after[place], after = m->after[gone], before = m->before[place];
    id[place] = (uint32_t)m->pair[place];
    m->pair[gone] = NO_PAIR;
    m->after[place] = after;
    if (after < n) m->before[after] = place;
    if (before != SIZE_MAX) LM_TRY(renew(m, t, id, before, n, e));
    return renew(m, t, id, place, n, e);
}

static lm_status merge_many(lm_merging *m, const lm_tokenizer *t, uint32_t *id, size_t *count,
                            lm_err *e)
{
    const size_t n = *count;
    LM_TRY(begin_many(m, t, id, n, e));
    while (m->heap_count) {
        const uint64_t entry = pop(m);
        const size_t place = (uint32_t)entry;
        /* What a place was put on the heap for may have changed since. */
        if (m->pair[place] != NO_PAIR && m->pair[place] >> 32 == entry >> 32)
            LM_TRY(merge_at(m, t, id, place, n, e));
    }
    *count = 0;
    for (size_t i = 0; i < n; i = m->after[i]) id[(*count)++] = id[i];
    return LM_OK;
}

lm_status lm_merge(lm_merging *m, const lm_tokenizer *t, uint32_t *id, size_t *count, lm_err *e)
{
    if (*count > FEW) return merge_many(m, t, id, count, e);
    *count = merge_few(t, id, *count);
    return LM_OK;
}
