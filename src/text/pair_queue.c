/* pair_queue.c - pairs of symbols, found by the two, and queued by a key, the largest first. */
#include "pair_queue.h"
#include <string.h>
#include "lm/memory.h"

#define TAKEN (UINT32_MAX - 1) /* lm_symbol_pair.at */

/* ---- the table ---- */

static size_t place_of(const lm_pair_queue *q, uint32_t left, uint32_t right)
{
    uint64_t h = ((uint64_t)left << 32 | right) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
    h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
    return (size_t)(h >> 32) & (q->slots - 1);
}

/* Where the pair's number is, or the free slot where it would be. */
static uint32_t *find_slot(const lm_pair_queue *q, uint32_t left, uint32_t right)
{
    for (size_t i = place_of(q, left, right);; i = (i + 1) & (q->slots - 1)) {
        const uint32_t pair = q->slot[i];
        if (pair == LM_NO_PLACE || (q->pair[pair].left == left && q->pair[pair].right == right))
            return &q->slot[i];
    }
}

static lm_status make_table(lm_pair_queue *q, size_t slots, lm_err *e)
{
    uint32_t *slot = lm_resize(NULL, slots, sizeof *slot, e);
    if (!slot) return e->status;
    memset(slot, 0xff, slots * sizeof *slot); /* LM_NO_PLACE */
    lm_free(q->slot);
    q->slot = slot;
    q->slots = slots;
    for (size_t i = 0; i < q->count; i++)
        *find_slot(q, q->pair[i].left, q->pair[i].right) = (uint32_t)i;
    return LM_OK;
}

lm_status lm_pair_queue_new(lm_pair_queue *q, lm_err *e)
{
    return make_table(q, 1 << 10, e);
}

void lm_pair_queue_free(lm_pair_queue *q)
{
    lm_free(q->pair);
    lm_free(q->slot);
    lm_free(q->queue);
    *q = (lm_pair_queue){0};
}

uint32_t lm_pair_find(const lm_pair_queue *q, uint32_t left, uint32_t right)
{
    return *find_slot(q, left, right);
}

lm_status lm_pair_add(lm_pair_queue *q, uint32_t left, uint32_t right, uint32_t *pair, lm_err *e)
{
    uint32_t *slot = find_slot(q, left, right);
    *pair = *slot;
    if (*slot != LM_NO_PLACE) return LM_OK;
    if (2 * (q->count + 1) > q->slots) {
        LM_TRY(make_table(q, 2 * q->slots, e));
        slot = find_slot(q, left, right);
    }
    if (q->count == TAKEN)
        return lm_fail(e, LM_EFORMAT, "the text has more different pairs than %u", TAKEN);
    LM_TRY(lm_reserve(&q->pair, &q->capacity, q->count + 1, sizeof *q->pair, e));
    *pair = *slot = (uint32_t)q->count;
    q->pair[q->count++] = (lm_symbol_pair){
        .left = left,
        .right = right,
        .at = LM_NO_PLACE,
        .first = LM_NO_PLACE,
        .next_left = LM_NO_PLACE,
        .next_right = LM_NO_PLACE,
    };
    return LM_OK;
}

/* ---- the queue ---- */

static bool is_before(const lm_pair_queue *q, lm_queued a, lm_queued b)
{
    if (a.key != b.key) return a.key > b.key;
    const lm_symbol_pair *x = &q->pair[a.pair], *y = &q->pair[b.pair];
    return x->left != y->left ? x->left < y->left : x->right < y->right;
}

static void put(lm_pair_queue *q, size_t place, lm_queued item)
{
    q->queue[place] = item;
    q->pair[item.pair].at = (uint32_t)place;
}

static void sift_down(lm_pair_queue *q, lm_queued item)
{
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < q->queued; i = child) {
        if (child + 1 < q->queued && is_before(q, q->queue[child + 1], q->queue[child])) child++;
        if (!is_before(q, q->queue[child], item)) break;
        put(q, i, q->queue[child]);
    }
    put(q, i, item);
}

lm_status lm_pair_raise(lm_pair_queue *q, uint32_t pair, uint64_t key, lm_err *e)
{
    const lm_queued item = {key, pair};
    size_t i = q->pair[pair].at;
    if (i == TAKEN || (i != LM_NO_PLACE && q->queue[i].key >= key)) return LM_OK;
    if (i == LM_NO_PLACE) {
        LM_TRY(lm_reserve(&q->queue, &q->queue_capacity, q->queued + 1, sizeof *q->queue, e));
        i = q->queued++;
    }
    for (size_t parent; i && is_before(q, item, q->queue[parent = (i - 1) / 2]); i = parent)
        put(q, i, q->queue[parent]);
    put(q, i, item);
    return LM_OK;
}

const lm_queued *lm_pair_top(const lm_pair_queue *q)
{
    return q->queued ? &q->queue[0] : NULL;
}

void lm_pair_lower_top(lm_pair_queue *q, uint64_t key)
{
    sift_down(q, (lm_queued){key, q->queue[0].pair});
}

void lm_pair_take_top(lm_pair_queue *q)
{
    q->pair[q->queue[0].pair].at = TAKEN;
    if (--q->queued) sift_down(q, q->queue[q->queued]);
}
