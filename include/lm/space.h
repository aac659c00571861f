/* space.h - the word vectors of a model, of whatever kind has some, and search among them.
 *
 *     lm_space *space;
 *     LM_TRY(lm_space_open(&space, path, e));
 *     LM_TRY(lm_space_vector(space, word, x, &found, e));
 *     LM_TRY(lm_space_rows(space, pool, e));           before nearest words can be found
 *     table = lm_space_table(space, lm_space_first(space, restricted));
 *     lm_space_close(space);
 *
 * Its words are those of the vocabulary but for the marks <unk>, <s> and </s>.  Programs name the
 * words of models of characters and bytes as they print them: escaped. */
#ifndef LM_SPACE_H
#define LM_SPACE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/lang.h"
#include "lm/nearest.h"
#include "lm/real.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const lm_lang *lang;
    size_t dim;    /* D */
    size_t stride; /* D and the zeros after it, to a multiple of 64 bytes */
    size_t count;  /* N words */
    uint32_t *id;  /* (N) in the vocabulary, ascending */
    lm_real *unit; /* (N, stride) vectors of length 1; zeros stay zeros.  NULL before they are */
    struct lm_space_own *own; /* made */
} lm_space;

/* Models of kind w2v and nnlm.  Errors: LM_EIO; LM_EFORMAT, also for other kinds; LM_ENOMEM. */
LM_MUST_USE lm_status lm_space_open(lm_space **space, const char *path, lm_err *e);
void lm_space_close(lm_space *space); /* NULL is allowed */

/* Makes the rows of unit length, with subwords if the model has some.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_space_rows(lm_space *space, lm_pool *pool, lm_err *e);

/* The number of a word, as programs print it; LM_NO_ROW for words that are not known. */
uint32_t lm_space_find(const lm_space *space, lm_slice word);
/* Adds the word of a row as programs print it. */
LM_MUST_USE lm_status lm_space_add_word(const lm_space *space, uint32_t row, lm_str *out,
                                        lm_err *e);
/* Byte order of two rows' words; `space` is an lm_space. */
int lm_space_order(const void *space, uint32_t a, uint32_t b);

/* x (D) = the vector of a word as the model has it; *found = false, and zeros, if it has none: the
 * word is not known, nor made of subwords that are.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_space_vector(const lm_space *space, lm_slice word, lm_real *x, bool *found,
                                      lm_err *e);

/* The same for a token of text in the units of the model, which is not escaped. */
LM_MUST_USE lm_status lm_space_token_vector(const lm_space *space, lm_slice token, lm_real *x,
                                            bool *found, lm_err *e);

/* Words among the first N of the vocabulary, marks counted; 0: all. */
size_t lm_space_first(const lm_space *space, uint64_t n);
/* The first `count` rows for lm_nearest, with ties in byte order. */
lm_nearest_table lm_space_table(const lm_space *space, size_t count);

/* Adds " input=LENGTH:CRC" of the model's file. */
LM_MUST_USE lm_status lm_space_history(const lm_space *space, lm_str *out, lm_err *e);

/* x (n) to length 1; zeros stay zeros. */
void lm_space_unit(lm_real *x, size_t n);

#ifdef __cplusplus
}
#endif
#endif
