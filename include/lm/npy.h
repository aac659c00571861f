/* npy.h - arrays as files of NumPy (numpy/lib/format.py, version 1.0 of the format).
 *
 *     LM_TRY(lm_npy_begin(out, rows, columns, e));       then rows * columns floats
 */
#ifndef LM_NPY_H
#define LM_NPY_H
#include <stdint.h>
#include "lm/file.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The header of a float32 array (rows, columns), row after row: a multiple of 64 bytes, the same
 * that numpy.save writes. */
LM_MUST_USE lm_status lm_npy_begin(lm_out *out, uint64_t rows, uint64_t columns, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
