/* vectors.h - word vectors as text, in the format of word2vec: a line "WORDS NUMBERS", then a line
 * for each word, the word and its numbers with a blank between them.
 *
 *     LM_TRY(lm_vectors_read(&vectors, bytes, path, e));
 *     id = lm_vocab_find(vectors.vocab, word);     its numbers: vectors.value + id * vectors.dim
 *     lm_vectors_free(&vectors);
 */
#ifndef LM_VECTORS_H
#define LM_VECTORS_H
#include <stddef.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/real.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    lm_vocab *vocab; /* the words in the order of the file, none of them a mark */
    size_t dim;      /* D */
    float *value;    /* (words, D) */
} lm_vectors;

/* Blanks at the end of lines are allowed; of a word that is there twice the first line counts.
 * Errors: LM_EFORMAT with "name:line: ...", LM_ENOMEM. */
LM_MUST_USE lm_status lm_vectors_read(lm_vectors *vectors, lm_slice bytes, const char *name,
                                      lm_err *e);
void lm_vectors_free(lm_vectors *vectors);

/* Writes the first line, then lines one by one; numbers as %.9g, from which every float is read
 * again exactly. */
LM_MUST_USE lm_status lm_vectors_begin(lm_out *out, uint64_t words, uint64_t dim, lm_err *e);
LM_MUST_USE lm_status lm_vectors_add(lm_out *out, lm_slice word, const lm_real *value, size_t dim,
                                     lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
