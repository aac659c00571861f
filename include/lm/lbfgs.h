/* lbfgs.h - the least of a smooth function of many numbers, by its gradient.
 * Liu, Nocedal 1989, On the limited memory BFGS method for large scale optimization.
 *
 *     const lm_lbfgs_options how = {.tolerance = 1e-8, .iterations = 1000};
 *     LM_TRY(lm_lbfgs(value, context, x, n, &how, run, &end, e));
 *
 * All in double, in one order: the same bits wherever value's are. */
#ifndef LM_LBFGS_H
#define LM_LBFGS_H
#include <stddef.h>
#include <stdint.h>
#include "lm/run.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double tolerance;    /* ends where no number of the gradient is larger */
    uint64_t iterations; /* at most */
} lm_lbfgs_options;

typedef struct {
    double value;
    double gradient; /* its largest number */
    uint64_t iterations;
} lm_lbfgs_end;

/* From x (n) on: returns f(x) and sets gradient (n).  x is set to the best place found: where the
 * gradient is small enough, or no step along it goes down that double could tell, or iterations
 * are used up.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_lbfgs(double (*f)(void *context, const double *x, double *gradient),
                               void *context, double *x, size_t n, const lm_lbfgs_options *how,
                               const lm_run *run, lm_lbfgs_end *end, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
