/* codebook.h - few values in place of many.
 *
 *     lm_tally t;
 *     LM_TRY(lm_tally_new(&t, tables, run, e));
 *     lm_tally_add(&t, value);                              for all of them, in any order
 *     LM_TRY(lm_tally_finish(&t, bits, codebook, e));
 *     code = lm_tally_code(&t, value);                      codebook[code] is near the value
 *     lm_tally_drop(&t, tables);
 *
 * Values are finite and not negative.  0 and 1, where they occur, have codes of their own. */
#ifndef LM_NGRAM_CODEBOOK_H
#define LM_NGRAM_CODEBOOK_H
#include <stdbool.h>
#include <string.h>
#include "lm/tables.h"

/* The bits of a float above 0, taken as a number, are in the order of its value and close to
 * linear in its logarithm.  Values that differ in the lowest bits alone share a bin. */
enum { LM_TALLY_LOW = 11, LM_TALLY_BINS = 0x7f800000 >> LM_TALLY_LOW };

typedef struct {
    uint32_t *count; /* (bins) values */
    uint64_t *low;   /* (bins) sum of their lowest bits */
    uint16_t *code;  /* (bins) when finished */
    bool zero, one;  /* were there such values? */
} lm_tally;

LM_MUST_USE lm_status lm_tally_new(lm_tally *t, lm_tables *tables, const lm_run *run, lm_err *e);
void lm_tally_drop(lm_tally *t, lm_tables *tables);
/* Chooses the codes and what they stand for: codebook (1 << bits). */
LM_MUST_USE lm_status lm_tally_finish(lm_tally *t, unsigned bits, float *codebook, lm_err *e);

static inline uint32_t lm_tally_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline void lm_tally_add(lm_tally *t, float value)
{
    const uint32_t bits = lm_tally_bits(value);
    t->zero |= value == 0;
    t->one |= value == 1;
    if (value == 0 || value == 1) return;
    t->count[bits >> LM_TALLY_LOW]++;
    t->low[bits >> LM_TALLY_LOW] += bits & ((1U << LM_TALLY_LOW) - 1);
}

static inline uint32_t lm_tally_code(const lm_tally *t, float value)
{
    if (value == 0 || value == 1) return value != 0 && t->zero;
    return t->code[lm_tally_bits(value) >> LM_TALLY_LOW];
}
#endif
