/* vocab.h - a vocabulary: words <-> ids, with the marks <unk>, <s>, </s>.
 *
 * Order of ids in a trained vocabulary: <unk>, </s>, words by descending count with ties in
 * byte order, and <s> last, because it is never predicted: ids 0 .. outputs-1 are what a
 * model gives probabilities to. */
#ifndef LM_VOCAB_H
#define LM_VOCAB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LM_NO_WORD UINT32_MAX /* no such word or mark */

typedef struct {
    uint32_t size;            /* words and marks */
    uint32_t unk, bos, eos;   /* ids of <unk>, <s>, </s>; LM_NO_WORD if there is none */
    const char *bytes;        /* all spellings, one after another */
    const uint32_t *offsets;  /* (size + 1): spelling of id i is bytes[offsets[i] ..] */
    struct lm_vocab_own *own; /* hash table and what is owned; private */
} lm_vocab;

/* An empty vocabulary that grows. */
LM_MUST_USE lm_status lm_vocab_new(lm_vocab **vocab, lm_err *e);
void lm_vocab_free(lm_vocab *vocab); /* NULL is allowed */

/* The id of `word`, LM_NO_WORD if it is not there.  <s> and </s> as marks are never found by
 * their spelling; <unk> is. */
uint32_t lm_vocab_find(const lm_vocab *vocab, lm_slice word);

/* The same for `count` words, faster than one by one. */
void lm_vocab_find_all(const lm_vocab *vocab, const lm_slice *words, size_t count, uint32_t *ids);

/* The id of `word`, added if it is not there.  Only for a vocabulary that grows.
 * Errors: LM_ENOMEM; LM_EFORMAT past 2^32 - 2 words or 4 GiB of spellings. */
LM_MUST_USE lm_status lm_vocab_add(lm_vocab *vocab, lm_slice word, uint32_t *id, lm_err *e);

/* Adds a mark; `slot` is &vocab->unk, &vocab->bos or &vocab->eos. */
LM_MUST_USE lm_status lm_vocab_add_mark(lm_vocab *vocab, const char *spelling, uint32_t *slot,
                                        lm_err *e);

/* Forgets all words and marks, to be filled anew. */
void lm_vocab_clear(lm_vocab *vocab);

/* A vocabulary that grows, of the words in `bytes`, one a line, in the units of a text; empty
 * lines and repetitions count for nothing.  <unk> is left out, and so are <s> and </s> unless
 * they are words.  `name` is used in messages.  Errors: LM_EFORMAT (two words on a line). */
LM_MUST_USE lm_status lm_vocab_read(lm_vocab **vocab, lm_slice bytes, const char *name,
                                    lm_unit unit, bool marks_as_words, lm_err *e);

lm_slice lm_vocab_word(const lm_vocab *vocab, uint32_t id);

/* Have both the same spellings, each the same id? */
bool lm_vocab_same(const lm_vocab *a, const lm_vocab *b);

/* Ids a model predicts: all but <s>. */
bool lm_vocab_is_output(const lm_vocab *vocab, uint32_t id);
uint32_t lm_vocab_outputs(const lm_vocab *vocab); /* how many */

/* rank[id] = place of its spelling in byte order: the tie rule of all programs. */
LM_MUST_USE lm_status lm_vocab_byte_ranks(const lm_vocab *vocab, uint32_t **rank, lm_err *e);

/* As tensors tokenizer.bytes (U8) and tokenizer.offsets (U32); marks are in the config.
 * The vocabulary must outlive the writer's use of it. */
LM_MUST_USE lm_status lm_vocab_save(const lm_vocab *vocab, lm_ckpt_writer *writer, lm_err *e);
/* `size` and the marks' ids come from the config and are checked here.  Views the
 * checkpoint's tensors, which must outlive the vocabulary. */
LM_MUST_USE lm_status lm_vocab_load(lm_vocab **vocab, const lm_ckpt *ckpt, uint32_t size,
                                    uint32_t unk, uint32_t bos, uint32_t eos, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
