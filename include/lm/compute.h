/* compute.h - what the arithmetic of a model runs on: the threads, room to pack matrices into,
 * and whether matrix operands are rounded to bfloat16.
 *
 *     lm_compute *on;
 *     LM_TRY(lm_compute_new(&on, pool, false, e));
 *     lm_gemm(on, &product);
 *     lm_compute_free(on);
 *
 * One compute serves one caller at a time; nothing is allocated after it was made.  It has about
 * 2 MB of room for each thread, most of which is not touched where the matrices are small. */
#ifndef LM_COMPUTE_H
#define LM_COMPUTE_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/status.h"
#include "lm/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lm_compute lm_compute;

/* `pool` NULL: the calling thread alone.  The pool must outlive it.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_compute_new(lm_compute **on, lm_pool *pool, bool bf16, lm_err *e);
void lm_compute_free(lm_compute *on); /* NULL is allowed */

lm_pool *lm_compute_pool(const lm_compute *on);
bool lm_compute_bf16(const lm_compute *on);
size_t lm_compute_threads(const lm_compute *on);

/* Calls body(context, thread, i) once for every i < count, in any order: loops whose turns need
 * room of their own, that of their thread < lm_compute_threads. */
void lm_compute_each(const lm_compute *on, size_t count,
                     void (*body)(void *context, size_t thread, size_t i), void *context);

#ifdef __cplusplus
}
#endif
#endif
