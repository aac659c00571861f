/* spell.h - the price of an unknown word: its bytes and an end mark under a unigram of bytes,
 * add-one over the words of the training vocabulary (each once, marks left out).  Without it
 * a smaller vocabulary would look better in bits per byte. */
#ifndef LM_SPELL_H
#define LM_SPELL_H
#include "lm/ckpt.h"
#include "lm/status.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_SPELL_END = 256, LM_SPELL_SIZE = 257 };

typedef struct {
    double p[LM_SPELL_SIZE]; /* probability of each byte, then of the end mark; sums to 1 */
} lm_spell;

void lm_spell_train(lm_spell *spell, const lm_vocab *vocab);
double lm_spell_bits(const lm_spell *spell, lm_slice word); /* -log2 of its probability */

/* Tensor `spell`, F64 (257) padded with zeros to 264. */
LM_MUST_USE lm_status lm_spell_save(const lm_spell *spell, lm_ckpt_writer *writer, lm_err *e);
LM_MUST_USE lm_status lm_spell_load(lm_spell *spell, const lm_ckpt *ckpt, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
