/* lang.c - what all word-level models share. */
#include "lm/lang.h"

uint32_t lm_lang_id(const lm_lang *lang, lm_slice token)
{
    const uint32_t id = lm_vocab_find(lang->vocab, token);
    return id == LM_NO_WORD ? lang->vocab->unk : id;
}

void lm_lang_ids(const lm_lang *lang, const lm_slice *tokens, size_t count, uint32_t *ids)
{
    lm_vocab_find_all(lang->vocab, tokens, count, ids);
    for (size_t i = 0; i < count; i++)
        if (ids[i] == LM_NO_WORD) ids[i] = lang->vocab->unk;
}

lm_status lm_lang_add_word(const lm_lang *lang, uint32_t id, lm_str *out, lm_err *e)
{
    const lm_slice word = lm_vocab_word(lang->vocab, id);
    if (lang->unit == LM_UNIT_WORD) return lm_str_add(out, word.text, word.length, e);
    return lm_str_add_escaped(out, word, e);
}
