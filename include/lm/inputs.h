/* inputs.h - what something was counted from: the inputs, or the pieces of inputs, that were
 * read, each with its length and CRC-32C.  Counts do not depend on the order of their inputs, so
 * neither does this list once it is settled, and pieces of one input that follow each other have
 * become one. */
#ifndef LM_INPUTS_H
#define LM_INPUTS_H
#include <stddef.h>
#include <stdint.h>
#include "lm/json.h"
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t total;  /* bytes of the whole input */
    uint32_t key;    /* tells inputs of the same length apart; 0 for a whole input */
    uint64_t offset; /* of the piece */
    uint64_t length;
    uint32_t crc;
} lm_input;

typedef struct {
    lm_input *item;
    size_t count, capacity;
} lm_inputs; /* {0} is empty */

LM_MUST_USE lm_status lm_inputs_add(lm_inputs *inputs, const lm_input *input, lm_err *e);
/* Sorts the list and joins pieces. */
LM_MUST_USE lm_status lm_inputs_settle(lm_inputs *inputs, lm_err *e);
void lm_inputs_free(lm_inputs *inputs);

LM_MUST_USE lm_status lm_inputs_sort(lm_inputs *inputs, lm_err *e);
/* Of a sorted list: the first input that is there twice, or piece that overlaps with another, which
 * settling may hide; the first piece.  NULL: none. */
const lm_input *lm_inputs_repeated(const lm_inputs *inputs);
const lm_input *lm_inputs_partial(const lm_inputs *inputs);

/* Adds " input=LENGTH:CRC" for every whole input, " input=LENGTH:CRC@OFFSET/TOTAL" for a piece. */
LM_MUST_USE lm_status lm_inputs_history(const lm_inputs *inputs, lm_str *out, lm_err *e);

/* As JSON: [[total,key,offset,length,crc],..].  Reading adds to the list. */
LM_MUST_USE lm_status lm_inputs_write(const lm_inputs *inputs, lm_str *out, lm_err *e);
LM_MUST_USE lm_status lm_inputs_read(lm_inputs *inputs, lm_json *json, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
