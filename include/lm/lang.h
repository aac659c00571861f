/* lang.h - what every word-level language model can do: n-grams, NNLM, mixtures.
 *
 *     lm_status s = lm_lang_begin(lang, state, false, e);            at a sentence's start
 *     s = lang->type->score(lang, state, ids, n, p, order, e);       p[i] = p(ids[i] | before)
 *     s = lang->type->predict(lang, state, p, e);                    p of every next word
 *
 * A model is a struct that begins with lm_lang, and one lm_lang_type. */
#ifndef LM_LANG_H
#define LM_LANG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/spell.h"
#include "lm/status.h"
#include "lm/text.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In a stream of ids: not a word, no probability (its p is 1); the next id begins a
 * sentence.  LM_NO_WORD in the stream is a word the model cannot give a probability. */
#define LM_LINE_BREAK (UINT32_MAX - 1)

typedef struct lm_lang lm_lang;

typedef struct {
    const char *kind; /* lm.kind of its checkpoints */

    /* Reads the model; it may view the checkpoint, which outlives it. */
    lm_status (*load)(lm_lang **lang, const lm_ckpt *ckpt, lm_err *e);
    void (*free)(lm_lang *lang);

    /* Bytes of a state: what the model must know of the words before. */
    size_t (*state_size)(const lm_lang *lang);
    /* State at a sentence's start (after <s>), or `inside`: nothing known of what is before. */
    void (*begin)(const lm_lang *lang, void *state, bool inside);

    /* Scores `count` consecutive ids and moves the state past them.  p[i]: probability in
     * [0, 1]; order[i]: words the probability was taken from, itself included (0: none).
     * Several threads call it at once, each with a state of its own.  The stream may be cut
     * anywhere into calls without a bit of p changing; long ones, with many sentences, let the
     * model look ahead. */
    lm_status (*score)(const lm_lang *lang, void *state, const uint32_t *ids, size_t count,
                       double *p, int *order, lm_err *e);
    /* p (vocabulary size): probability of every id to come next; 0 for <s>. */
    lm_status (*predict)(const lm_lang *lang, const void *state, double *p, lm_err *e);
} lm_lang_type;

struct lm_lang {
    const lm_lang_type *type;
    lm_vocab *vocab;
    lm_spell spell;
    lm_unit unit;
    bool marks_as_words; /* <s> and </s> in text are ordinary words */
    int order;           /* longest n-gram; 0: no such thing */
};

/* The id of a token of text: its word, else <unk>, else LM_NO_WORD. */
uint32_t lm_lang_id(const lm_lang *lang, lm_slice token);

/* The same for `count` tokens, faster than one by one. */
void lm_lang_ids(const lm_lang *lang, const lm_slice *tokens, size_t count, uint32_t *ids);

/* A word as programs print it: characters and bytes escaped, words as they are. */
LM_MUST_USE lm_status lm_lang_add_word(const lm_lang *lang, uint32_t id, lm_str *out, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
