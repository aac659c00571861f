/* compute_internal.h - the room of a compute, which matrix products pack into. */
#ifndef COMPUTE_INTERNAL_H
#define COMPUTE_INTERNAL_H
#include "gemm_kernels.h"
#include "lm/compute.h"

/* Elements for one thread.  The rows of all threads lie together: a product that all work on
 * shares them. */
enum { LM_ROWS_ROOM = 320 * 1024, LM_COLUMNS_ROOM = 256 * LM_GEMM_DEPTH };

struct lm_compute {
    lm_pool *pool;
    bool bf16;
    const lm_gemm_kernels *kernels;
    size_t threads;
    void *block;
    lm_real *rows;    /* (threads, LM_ROWS_ROOM) */
    lm_real *columns; /* (threads, LM_COLUMNS_ROOM) */
};
#endif
