/* vectors_private.h - what the readers of word vectors share. */
#ifndef LM_VECTORS_PRIVATE_H
#define LM_VECTORS_PRIVATE_H
#include "lm/vectors.h"

/* A file that is read. */
typedef struct {
    lm_vectors *v;
    lm_slice whole, rest; /* all its bytes, those not read yet */
    const char *name;
    const lm_run *run;
    uint64_t line;              /* read last, from 1 */
    size_t capacity;            /* numbers there is room for in v */
    uint64_t repeated, unnamed; /* vectors left out */
} lm_vectors_reader;

/* Where the numbers of the next word go; it counts from lm_vectors_keep on. */
LM_MUST_USE lm_status lm_vectors_row(lm_vectors_reader *reader, lm_real **row, lm_err *e);
LM_MUST_USE lm_status lm_vectors_keep(lm_vectors_reader *reader, lm_slice word, lm_err *e);
/* To be called after each word. */
void lm_vectors_progress(const lm_vectors_reader *reader);

/* ---- vectors_text.c ---- */

/* The next line, without its newline; false at the end. */
bool lm_vectors_line(lm_vectors_reader *reader, lm_slice *line);

/* Two numbers above 0 and nothing else? */
bool lm_vectors_sizes(lm_slice line, uint64_t *words, uint64_t *dim);

/* How many of the fields of a line are numbers, from its end on; the first one is never. */
uint64_t lm_vectors_numbers(lm_slice line);

LM_MUST_USE lm_status lm_vectors_read_text(lm_vectors_reader *reader, uint64_t words, lm_err *e);
LM_MUST_USE lm_status lm_vectors_read_glove(lm_vectors_reader *reader, lm_err *e);

/* ---- vectors_binary.c ---- */

LM_MUST_USE lm_status lm_vectors_read_binary(lm_vectors_reader *reader, uint64_t words, lm_err *e);

#endif
