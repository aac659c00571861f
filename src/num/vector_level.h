/* vector_level.h - the functions of vectors at one CPU level: a table that each level fills in.
 *
 * Every level includes the same formulas (vector_functions.h) and loops (vector_loops.h,
 * update_kernels.h, row_kernels.h) over its own primitives, and every operation of theirs is
 * rounded as IEEE 754 says: the levels differ in speed, not in a bit, but for the payloads of NaN.
 */
#ifndef LM_VECTOR_LEVEL_H
#define LM_VECTOR_LEVEL_H
#include <stddef.h>
#include "lm/activation.h"
#include "lm/os.h"
#include "lm/real.h"
#include "lm/few_rows.h"
#include "lm/update.h"

enum { LM_VECTOR_LANES = 16, LM_ACTIVATIONS = LM_ACT_GELU_ERF + 1 };

typedef void lm_vector_map(lm_real *y, const lm_real *x, size_t n);
typedef void lm_vector_scale(lm_real *y, lm_real a, const lm_real *x, size_t n);
typedef void lm_vector_slope(lm_real *dx, const lm_real *dy, const lm_real *v, size_t n);

typedef struct {
    lm_vector_map *exp, *log, *tanh, *sigmoid, *erf;
    lm_vector_scale *axpy, *scale;
    /* Reductions, in 16 lanes throughout. */
    lm_real (*sum)(const lm_real *x, size_t n);
    lm_real (*dot)(const lm_real *x, const lm_real *y, size_t n);
    lm_real (*max)(const lm_real *x, size_t n);
    double (*square_sum)(const lm_real *x, size_t n);
    /* y = exp(x - shift), whose sum is returned; the other two for no x above the shift. */
    lm_real (*exp_sub)(lm_real *y, const lm_real *x, lm_real shift, size_t n);
    lm_real (*exp_sub_max)(lm_real *y, const lm_real *x, lm_real max, size_t n);
    lm_real (*exp_sum)(const lm_real *x, lm_real max, size_t n);
    lm_vector_map *activate[LM_ACTIVATIONS];
    lm_vector_slope *backward[LM_ACTIVATIONS]; /* v: x for the gelu forms, else y */
    lm_update_kernel *update[LM_UPDATE_METHODS];
    /* As in lm/few_rows.h. */
    void (*rows_dots)(lm_real *z, lm_real *const *x, size_t m, lm_real *const *u, size_t n,
                      size_t width);
    void (*rows_update)(lm_real *const *y, lm_real *const *x, size_t m, lm_real *const *u, size_t n,
                        const lm_real *g, size_t width);
    void (*rows_slopes)(lm_real *g, const lm_real *z, const lm_real *y, lm_real a, size_t n);
    void (*rows_sum)(lm_real *sum, lm_real a, lm_real *const *x, size_t m, size_t width);
    void (*rows_add)(lm_real *const *y, size_t m, lm_real a, const lm_real *x, size_t width);
} lm_vector_level;

/* NULL where the level was not compiled in. */
const lm_vector_level *lm_vector_ref(void);
const lm_vector_level *lm_vector_neon(void);
const lm_vector_level *lm_vector_avx2(void);
const lm_vector_level *lm_vector_avx512(void);

/* The table in use; that of lm_os_cpu() until lm_vector_use, which is for tests, sets another.
 * A level that was not compiled in counts as the next one below. */
const lm_vector_level *lm_vector_now(void);
void lm_vector_use(lm_cpu_level level);

#endif
