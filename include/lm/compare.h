/* compare.h - how far two arrays of numbers differ.
 *
 *     const lm_difference d = lm_compare(LM_F32, a, b, count, 1e-6);
 *     if (d.differing) printf("largest difference %g\n", d.absolute);
 *
 * Two elements are equal if |a - b| <= tolerance, or if both are NaN; so -0 equals 0, and an
 * infinity equals itself.  A NaN never equals a number. */
#ifndef LM_COMPARE_H
#define LM_COMPARE_H
#include <stdint.h>
#include "lm/ckpt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t differing; /* elements that are not equal */
    uint64_t nan;       /* of these, those with a NaN on one side */
    double absolute;    /* largest |a - b| where neither is NaN */
    double relative;    /* largest |a - b| / max(|a|, |b|) likewise; infinite for infinities */
} lm_difference;

/* Compares a[0 .. count-1] with b[0 .. count-1], aligned, of the same type; tolerance >= 0.
 * Values are compared in double; integers are subtracted exactly first. */
lm_difference lm_compare(lm_dtype dtype, const void *a, const void *b, uint64_t count,
                         double tolerance);

#ifdef __cplusplus
}
#endif
#endif
