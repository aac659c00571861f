/* pieces.h - a block of parameters in pieces, which threads share out. */
#ifndef LM_PIECES_H
#define LM_PIECES_H
#include <stddef.h>
#include "lm/compute.h"
#include "lm/params.h"

enum { LM_PIECES_MAX = 1024 };

/* Calls body(context, piece, row, at, n) for every piece of every row that is not frozen, of the
 * elements first .. end - 1 of a block: at .. at + n - 1, n a multiple of 16, zeros after the row's
 * last included.  Pieces are cut at places that depend on the table, first and end only; those of
 * one number run in order in one thread. */
typedef void lm_piece_body(void *context, size_t piece, const lm_param *row, size_t at, size_t n);
void lm_pieces_each(const lm_compute *on, const lm_params *params, size_t first, size_t end,
                    lm_piece_body *body, void *context);

/* How many of so many elements: 0 .. LM_PIECES_MAX */
size_t lm_pieces_count(size_t elements);

#endif
