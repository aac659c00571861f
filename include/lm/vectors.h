/* vectors.h - word vectors in the files of other tools.
 *
 *     text     word2vec's: a line "WORDS NUMBERS", then a line for each word, the word and its
 *              numbers with a blank between them; fastText's .vec is such a file
 *     binary   word2vec's: the same first line, then for each word its bytes, a blank, its numbers
 *              as little-endian floats, and a newline or none
 *     GloVe    the lines of text without the first one; words may have blanks in them
 *
 *     LM_TRY(lm_vectors_read(&vectors, bytes, path, LM_VECTORS_AUTO, run, e));
 *     id = lm_vocab_find(vectors.vocab, word);     its numbers: vectors.value + id * vectors.dim
 *     lm_vectors_free(&vectors);
 */
#ifndef LM_VECTORS_H
#define LM_VECTORS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/real.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_VECTORS_AUTO, /* by content; only to read */
    LM_VECTORS_TEXT,
    LM_VECTORS_BINARY,
    LM_VECTORS_GLOVE,
    LM_VECTORS_NPY /* the numbers alone, as NumPy has them; only to write */
} lm_vectors_form;

typedef struct {
    lm_vocab *vocab; /* the words in the order of the file, none of them a mark */
    size_t dim;      /* D */
    lm_real *value;  /* (words, D) */
} lm_vectors;

/* The form of a file, by how it begins; AUTO: it has none of these. */
lm_vectors_form lm_vectors_recognise(lm_slice bytes);

/* Fails if these are the bytes of another kind of file that vectors are kept in, or packed in, and
 * says what to do.  Errors: LM_EFORMAT. */
LM_MUST_USE lm_status lm_vectors_refuse_others(lm_slice bytes, const char *name, lm_err *e);

/* Blanks at the end of lines are allowed.  Of a word that is there twice the first vector counts,
 * and that of an empty word is left out; a warning tells how many.  `run` may be NULL.
 * Errors: LM_EFORMAT with "name:line: ..." or "name: byte N: ...", also for a number that is not
 * finite as a float, and for a word of more than LM_TOKEN_MAX bytes; LM_ENOMEM. */
LM_MUST_USE lm_status lm_vectors_read(lm_vectors *vectors, lm_slice bytes, const char *name,
                                      lm_vectors_form form, const lm_run *run, lm_err *e);
void lm_vectors_free(lm_vectors *vectors);

/* ---- writing ----
 * As text, numbers are written as %.9g, from which every float is read again exactly.  Bytes of a
 * word that would end it there are written as \xHH, and all of that word as by
 * lm_str_add_escaped. */
typedef struct {
    lm_out *out;
    lm_vectors_form form;
    bool compat;      /* TEXT, BINARY: the bytes word2vec.c writes, with six decimals and a blank
                         after each number; with a newline after each vector */
    lm_out *words;    /* the words, one a line; NULL: none */
    size_t dim;       /* D */
    uint64_t escaped; /* so far; 0 to begin with */
} lm_vectors_writer;

/* What comes first, then word by word; value (D). */
LM_MUST_USE lm_status lm_vectors_begin(lm_vectors_writer *writer, uint64_t words, lm_err *e);
LM_MUST_USE lm_status lm_vectors_add(lm_vectors_writer *writer, lm_slice word, const lm_real *value,
                                     lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
