/* piece_counts.h - how often which piece (split.h) is in a text. */
#ifndef LM_PIECE_COUNTS_H
#define LM_PIECE_COUNTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/passages.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"
#include "lm/tokenizer.h"
#include "lm/vocab.h"

typedef struct {
    lm_vocab *pieces; /* in no order that means something */
    uint64_t *count;  /* (pieces) */
    size_t capacity;
} lm_piece_counts; /* {0} may be freed */

/* Reads the text to its end.  Errors: LM_EIO, LM_ENOMEM, LM_ESTOPPED; LM_EUSAGE where the pieces
 * need more than run->memory. */
LM_MUST_USE lm_status lm_piece_counts_read(lm_piece_counts *counts, lm_text *text, lm_tok_kind kind,
                                           bool lower, lm_passage_unit unit, const lm_run *run,
                                           lm_err *e);
void lm_piece_counts_free(lm_piece_counts *counts);

#endif
