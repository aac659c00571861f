/* thread.h - a pool of threads and a parallel loop whose result does not depend on it.
 *
 *     lm_pool *pool;
 *     LM_TRY(lm_pool_new(&pool, 0, e));
 *     lm_parallel_for(pool, rows, do_row, &job);      do_row(&job, i) for i = 0 .. rows-1
 *     lm_pool_free(pool);
 *
 * Loops split outputs: every index writes its own, none reads another's.  Threads take
 * indices in any order, so a result must never depend on which thread did what. */
#ifndef LM_THREAD_H
#define LM_THREAD_H
#include <stddef.h>
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lm_pool lm_pool;

/* A pool that works with `threads` threads, the caller included; 0: as many as the CPUs
 * this process may use.  If the system refuses a thread the pool has fewer; results are
 * the same.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_pool_new(lm_pool **pool, size_t threads, lm_err *e);
void lm_pool_free(lm_pool *pool); /* NULL is allowed */

/* Threads at work in `pool`; 1 for NULL. */
size_t lm_pool_threads(const lm_pool *pool);

/* Calls body(context, i) once for every i < count and returns when all are done.
 * pool NULL, or a call from inside a loop: in this thread, in order. */
void lm_parallel_for(lm_pool *pool, size_t count, void (*body)(void *context, size_t i),
                     void *context);

#ifdef __cplusplus
}
#endif
#endif
