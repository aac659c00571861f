/* spell.c - the price of an unknown word. */
#include "lm/spell.h"
#include <math.h>
#include <string.h>
#include "lm/scalar.h"

void lm_spell_train(lm_spell *spell, const lm_vocab *vocab)
{
    uint64_t count[LM_SPELL_SIZE] = {0}, total = 0;
    for (uint32_t id = 0; id < vocab->size; id++) {
        if (id == vocab->unk || id == vocab->bos || id == vocab->eos) continue;
        const lm_slice word = lm_vocab_word(vocab, id);
        for (size_t i = 0; i < word.length; i++) count[(unsigned char)word.text[i]]++;
        count[LM_SPELL_END]++;
        total += word.length + 1;
    }
    for (int i = 0; i < LM_SPELL_SIZE; i++)
        spell->p[i] = (double)(count[i] + 1) / (double)(total + LM_SPELL_SIZE);
}

double lm_spell_bits(const lm_spell *spell, lm_slice word)
{
    double bits = -lm_log2(spell->p[LM_SPELL_END]);
    for (size_t i = 0; i < word.length; i++) bits -= lm_log2(spell->p[(unsigned char)word.text[i]]);
    return bits;
}

lm_status lm_spell_save(const lm_spell *spell, lm_ckpt_writer *writer, lm_err *e)
{
    return lm_ckpt_add_table(writer, "spell", LM_F64, LM_SPELL_SIZE, spell->p, e);
}

lm_status lm_spell_load(lm_spell *spell, const lm_ckpt *ckpt, lm_err *e)
{
    const void *p;
    LM_TRY(lm_ckpt_table(ckpt, "spell", LM_F64, LM_SPELL_SIZE, &p, e));
    memcpy(spell->p, p, sizeof spell->p);
    for (int i = 0; i < LM_SPELL_SIZE; i++)
        if (!(spell->p[i] > 0 && spell->p[i] <= 1))
            return lm_fail(e, LM_EFORMAT, "%s: tensor 'spell': entry %d is not a probability",
                           lm_ckpt_path(ckpt), i);
    return LM_OK;
}
