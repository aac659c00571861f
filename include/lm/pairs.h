/* pairs.h - examples given one by one: lines of words, a TAB, and the word that they predict.
 *
 *     lm_pairs pairs;
 *     LM_TRY(lm_pairs_read(&pairs, bytes, name, 2, false, e));
 *     the words of pair i: pairs.context[pairs.begin[i]] .. pairs.context[pairs.begin[i + 1] - 1]
 *     lm_pairs_free(&pairs);
 */
#ifndef LM_PAIRS_H
#define LM_PAIRS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Words are numbered by appearance; the marks <s> and </s> are LM_TOKEN_BOS and LM_TOKEN_EOS. */
typedef struct {
    uint64_t count;    /* pairs */
    uint64_t *begin;   /* (count + 1) */
    uint32_t *context; /* (begin[count]) */
    uint32_t *target;  /* (count) */
    lm_vocab *found;   /* the words */
    uint64_t *times;   /* how often each is a target, */
    uint64_t ends;     /* and the mark </s>, */
    uint64_t begins;   /* and <s> */
} lm_pairs;

/* `width`: words before the TAB; 0: at least one.  marks_as_words: <s> and </s> are words as others
 * are.  Errors: LM_EFORMAT with "name:line: ...", also if there is no pair; LM_ENOMEM. */
LM_MUST_USE lm_status lm_pairs_read(lm_pairs *pairs, lm_slice bytes, const char *name, size_t width,
                                    bool marks_as_words, lm_err *e);
void lm_pairs_free(lm_pairs *pairs);

#ifdef __cplusplus
}
#endif
#endif
