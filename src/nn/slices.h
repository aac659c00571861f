/* slices.h - a loop over many small things, in slices that are worth a thread's while. */
#ifndef LM_NN_SLICES_H
#define LM_NN_SLICES_H
#include <stddef.h>
#include "lm/compute.h"
#include "lm/real.h"

/* Calls body(context, first, end) for slices of 0 .. count-1 that cover it, in parallel; `work` is
 * how many elements one of them touches. */
void lm_nn_slices(const lm_compute *on, size_t count, size_t work,
                  void (*body)(void *context, size_t first, size_t end), void *context);

/* x (n) = 0; to (n) = from; to (n) += from. */
void lm_nn_clear(const lm_compute *on, lm_real *x, size_t n);
void lm_nn_copy(const lm_compute *on, lm_real *to, const lm_real *from, size_t n);
void lm_nn_add(const lm_compute *on, lm_real *to, const lm_real *from, size_t n);

#endif
