/* pipeline.h - a stream of items, worked on by several threads, in and out in one order.
 *
 *     static const lm_pipeline steps = {take_block, cut_block, keep_tokens};
 *     block items[COUNT] = {0};
 *     LM_TRY(lm_pipeline_run(&steps, &job, items, COUNT, sizeof *items, pool, e));
 *
 * One thread at a time takes the next item from the stream; all threads work on items, each on
 * its own; finished items go out one at a time, in the order they were taken.  So reading waits
 * for no work and work for no writing, and the result does not depend on the threads. */
#ifndef LM_PIPELINE_H
#define LM_PIPELINE_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/status.h"
#include "lm/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `take` and `finish` never run at the same time and may share what is in `context`; `work`
 * runs beside them and must only read it. */
typedef struct {
    /* Fills an item with what comes next; *more = false (it is true before): there is none. */
    lm_status (*take)(void *context, void *item, bool *more, lm_err *e);
    lm_status (*work)(void *context, void *item, lm_err *e);
    lm_status (*finish)(void *context, void *item, lm_err *e);
} lm_pipeline;

/* A good number of items for a pool: enough that its threads need not wait for each other. */
size_t lm_pipeline_items(const lm_pool *pool);

/* Runs the stream to its end through `count` (at least 1) items of `size` bytes, which go
 * around.  pool NULL: in this thread, item by item.  A failure of any step ends it: the items
 * taken before the one that failed are finished, that one and later ones are not, and the first
 * failure in the order of the stream is returned. */
LM_MUST_USE lm_status lm_pipeline_run(const lm_pipeline *steps, void *context, void *items,
                                      size_t count, size_t size, lm_pool *pool, lm_err *e);

/* The same for steps of which `take` and `finish` share nothing: they run at the same time.  So
 * what is finished goes out while `take` waits, for what may come only once that was read. */
LM_MUST_USE lm_status lm_pipeline_answer(const lm_pipeline *steps, void *context, void *items,
                                         size_t count, size_t size, lm_pool *pool, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
