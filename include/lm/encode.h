/* encode.h - from text to ids, and back.
 *
 *     lm_encoder *encoder;                            one for each thread
 *     LM_TRY(lm_encoder_new(&encoder, tokenizer, false, e));
 *     LM_TRY(lm_encode(encoder, text, &ids, e));      added to ids.id[0 .. ids.count-1]
 *
 *     lm_decoder decoder = {0};                       a text begins
 *     LM_TRY(lm_decode(&decoder, tokenizer, ids.id, ids.count, &text, e));
 *
 * The merges of a piece are done in the order of their ranks, the leftmost first among those of
 * one rank (Sennrich et al. 2016; encoder.py of GPT-2); WordPiece takes the longest piece from the
 * left (tokenization.py of BERT).  Pieces met before are remembered. */
#ifndef LM_ENCODE_H
#define LM_ENCODE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"
#include "lm/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint32_t *id;
    size_t count, capacity;
} lm_ids; /* {0} is empty */
LM_MUST_USE lm_status lm_ids_add(lm_ids *ids, const uint32_t *id, size_t count, lm_err *e);
void lm_ids_free(lm_ids *ids);

typedef struct lm_encoder lm_encoder;

/* `special`: the spelling of a special token in text is that token, the longest where several
 * begin; else it is text like any other.  The tokenizer must outlive it.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_encoder_new(lm_encoder **encoder, const lm_tokenizer *tokenizer,
                                     bool special, lm_err *e);
void lm_encoder_free(lm_encoder *encoder); /* NULL is allowed */

/* Adds the ids of a text.  Errors: LM_EFORMAT for what has no id, where the tokenizer has none for
 * the unknown; LM_ENOMEM. */
LM_MUST_USE lm_status lm_encode(lm_encoder *encoder, lm_slice text, lm_ids *ids, lm_err *e);

/* Where a text is that is decoded bit by bit. */
typedef struct {
    bool begun, blank; /* a piece was there; a blank is due before the next one */
} lm_decoder;          /* {0}: at its beginning */

/* Adds the text of the ids.  Words (of bpe, wordpiece, word) are joined by blanks; special tokens
 * are spelled out.  Errors: LM_EFORMAT for an id that is too large; LM_ENOMEM. */
LM_MUST_USE lm_status lm_decode(lm_decoder *decoder, const lm_tokenizer *tokenizer,
                                const uint32_t *ids, size_t count, lm_str *text, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
