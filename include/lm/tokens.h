/* tokens.h - a text as one sequence of word numbers, in memory or in a temporary file.
 *
 * Words are numbered by appearance.  Every line begins with a LM_TOKEN_BOS and, where the model
 * has marks, ends with a LM_TOKEN_EOS. */
#ifndef LM_TOKENS_H
#define LM_TOKENS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/run.h"
#include "lm/status.h"
#include "lm/temp.h"
#include "lm/text.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LM_TOKEN_BOS UINT32_MAX
#define LM_TOKEN_EOS (UINT32_MAX - 1)

typedef struct {
    lm_vocab *vocab; /* the words, by appearance */
    uint64_t *count; /* (words) */
    size_t count_capacity;
    uint64_t lines;
    uint64_t length; /* tokens, marks included */
    uint32_t *id;    /* those not in the file */
    size_t held, capacity;
    lm_temp *temp; /* the tokens before; NULL: all are in memory */
    uint32_t *map; /* of a part's words; private */
    size_t map_capacity;
} lm_tokens;

/* Reads a text to its end.  Errors: LM_EFORMAT, LM_EIO, LM_ENOMEM, LM_ESTOPPED. */
LM_MUST_USE lm_status lm_tokens_read(lm_tokens *tokens, lm_text *text, bool marks,
                                     const lm_run *run, lm_err *e);
void lm_tokens_free(lm_tokens *tokens);

/* ---- or made of ids: begin, add as often as need be, end; then they can be taken ----
 *
 * The vocabulary has all words that will be added; it becomes the tokens', even if this fails.
 * Errors: LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_tokens_begin(lm_tokens *tokens, lm_vocab *vocab, lm_err *e);
LM_MUST_USE lm_status lm_tokens_add(lm_tokens *tokens, const uint32_t *ids, size_t count,
                                    const lm_run *run, lm_err *e);
LM_MUST_USE lm_status lm_tokens_end(lm_tokens *tokens, lm_err *e);

/* The same of parts with words of their own, which are added to the vocabulary. */
typedef struct {
    const lm_vocab *words;
    const uint32_t *count; /* (words) how often each is in the part */
    const uint32_t *id;    /* (length) numbers of words, or marks */
    size_t length;
    uint64_t lines; /* that begin in it */
} lm_tokens_part;
LM_MUST_USE lm_status lm_tokens_add_part(lm_tokens *tokens, const lm_tokens_part *part,
                                         const lm_run *run, lm_err *e);

/* New numbers for old: map[word], bos, eos. */
typedef struct {
    const uint32_t *map;
    uint32_t bos, eos;
} lm_tokens_map;

/* ids[i] = the new number of token from + i, for i < count; map NULL: the one it has. */
LM_MUST_USE lm_status lm_tokens_take(lm_tokens *tokens, uint64_t from, size_t count,
                                     const lm_tokens_map *map, uint32_t *ids, const lm_run *run,
                                     lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
