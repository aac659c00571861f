/* pair_queue.h - pairs of symbols, found by the two, and queued by a key, the largest first. */
#ifndef LM_PAIR_QUEUE_H
#define LM_PAIR_QUEUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"

#define LM_NO_PLACE UINT32_MAX

typedef struct {
    uint32_t left, right;
    uint64_t count;
    uint32_t at;                    /* where it is in the queue; private */
    uint32_t first;                 /* for the user: a list of its places, */
    uint32_t next_left, next_right; /* and those of pairs with the same symbol */
} lm_symbol_pair;

typedef struct {
    uint64_t key;
    uint32_t pair;
} lm_queued;

typedef struct {
    lm_symbol_pair *pair; /* (count) in the order they were added */
    size_t count, capacity;
    uint32_t *slot; /* (slots, a power of two) open addressing: numbers of pairs */
    size_t slots;
    lm_queued *queue; /* (queued) a binary heap */
    size_t queued, queue_capacity;
} lm_pair_queue;

LM_MUST_USE lm_status lm_pair_queue_new(lm_pair_queue *q, lm_err *e); /* in {0} */
void lm_pair_queue_free(lm_pair_queue *q);

/* The number of a pair, LM_NO_PLACE if there is none; added with count 0 if there is none. */
uint32_t lm_pair_find(const lm_pair_queue *q, uint32_t left, uint32_t right);
LM_MUST_USE lm_status lm_pair_add(lm_pair_queue *q, uint32_t left, uint32_t right, uint32_t *pair,
                                  lm_err *e);

/* Queues a pair, unless it is there with a key at least as large, or was taken.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_pair_raise(lm_pair_queue *q, uint32_t pair, uint64_t key, lm_err *e);

/* The pair with the largest key, of these the smallest left and then right; NULL if the queue is
 * empty. */
const lm_queued *lm_pair_top(const lm_pair_queue *q);
/* Gives the top a smaller key, */
void lm_pair_lower_top(lm_pair_queue *q, uint64_t key);
/* or takes it out for good. */
void lm_pair_take_top(lm_pair_queue *q);

#endif
