/* lang.c - what all word-level models share. */
#include "lm/lang.h"

uint32_t lm_lang_id(const lm_lang *lang, lm_slice token)
{
    const uint32_t id = lm_vocab_find(lang->vocab, token);
    return id == LM_NO_WORD ? lang->vocab->unk : id;
}

lm_status lm_lang_add_word(const lm_lang *lang, uint32_t id, lm_str *out, lm_err *e)
{
    const lm_slice word = lm_vocab_word(lang->vocab, id);
    if (lang->unit == LM_UNIT_WORD) return lm_str_add(out, word.text, word.length, e);
    return lm_str_add_escaped(out, word, e);
}
