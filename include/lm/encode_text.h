/* encode_text.h - whole texts to ids and back: what tok-encode and tok-decode do.
 *
 *     const lm_encoding how = {.form = LM_IDS_TEXT, .unit = LM_BY_LINE, .end = LM_NO_WORD};
 *     LM_TRY(lm_encode_text(tokenizer, text, &how, out, run, e));
 */
#ifndef LM_ENCODE_TEXT_H
#define LM_ENCODE_TEXT_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/encode.h"
#include "lm/file.h"
#include "lm/passages.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"
#include "lm/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What ids are written as: a line for each document, of numbers or escaped spellings with blanks
 * between them; or little-endian numbers, one document after another. */
typedef enum { LM_IDS_TEXT, LM_IDS_PIECES, LM_IDS_U16, LM_IDS_U32 } lm_ids_form;

typedef struct {
    lm_ids_form form;
    lm_passage_unit unit; /* what a document is */
    bool special;         /* spellings of special tokens in the text are these tokens */
    uint32_t end;         /* added after each document; LM_NO_WORD: nothing is */
} lm_encoding;

typedef struct {
    uint64_t bytes, documents, ids;
} lm_encoded; /* what was read and written */

/* Encodes a text of LM_UNIT_BYTE, of which nothing was read yet, on all threads of the run.
 * Errors: LM_EIO; LM_EFORMAT with "file:line: ..."; LM_EUSAGE for ids that do not fit LM_IDS_U16;
 * LM_ENOMEM. */
LM_MUST_USE lm_status lm_encode_text(const lm_tokenizer *t, lm_text *text, const lm_encoding *how,
                                     lm_out *out, lm_encoded *done, const lm_run *run, lm_err *e);

/* The same, but all ids are given to take(context, ids, count, e), in their order; how->form does
 * not matter.  Errors: also those of take. */
LM_MUST_USE lm_status lm_encode_ids(const lm_tokenizer *t, lm_text *text, const lm_encoding *how,
                                    lm_status (*take)(void *context, const uint32_t *ids,
                                                      size_t count, lm_err *e),
                                    void *context, lm_encoded *done, const lm_run *run, lm_err *e);

typedef struct {
    bool doc;          /* ends of lines mean nothing: all numbers are one text, and no line end
                          is added to it */
    bool skip_special; /* special tokens are left out */
} lm_decoding;

/* Decodes numbers in a text of LM_UNIT_WORD.  Errors: LM_EIO; LM_EFORMAT with the place;
 * LM_ENOMEM. */
LM_MUST_USE lm_status lm_decode_text(const lm_tokenizer *t, lm_text *text, const lm_decoding *how,
                                     lm_out *out, lm_err *e);

/* Decodes little-endian numbers of `width` 2 or 4 bytes, which go on with the text that `decoder`
 * is in.  Errors: as above. */
LM_MUST_USE lm_status lm_decode_binary(const lm_tokenizer *t, lm_in *in, size_t width,
                                       const lm_decoding *how, lm_decoder *decoder, lm_out *out,
                                       lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
