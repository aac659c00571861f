/* npy.c - arrays as files of NumPy. */
#include "lm/npy.h"
#include <inttypes.h>
#include <stdio.h>

enum { HEADER = 128 }; /* what numbers of any size fit, with numpy.save's room for rows to grow */

lm_status lm_npy_begin(lm_out *out, uint64_t rows, uint64_t columns, lm_err *e)
{
    char header[HEADER + 1];
    const int n =
        snprintf(header, sizeof header,
                 "{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu64 "), }",
                 rows, columns);
    LM_TRY(lm_out_write(out, "\x93NUMPY\1\0v\0", 10, e)); /* 'v' is 118: bytes that follow */
    return lm_out_printf(out, e, "%s%*s\n", header, HEADER - 10 - n - 1, "");
}
