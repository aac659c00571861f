/* lang_config.c - what checkpoints of all word-level models say of their words. */
#include "lang_config.h"

lm_status lm_config_add_mark(lm_str *out, const char *name, uint32_t id, lm_err *e)
{
    if (id == LM_NO_WORD) return lm_str_addf(out, e, ",\"%s\":null", name);
    return lm_str_addf(out, e, ",\"%s\":%u", name, id);
}

lm_status lm_config_choice(lm_json *j, const char *const *names, int count, int *out, lm_err *e)
{
    lm_slice raw;
    LM_TRY(lm_json_raw_string(j, &raw, e));
    for (*out = 0; *out < count; (*out)++)
        if (lm_json_is(raw, names[*out])) return LM_OK;
    return lm_json_fail(j, e, "unknown value \"%.*s\"", (int)raw.length, raw.text);
}

lm_status lm_config_unit(lm_json *j, lm_unit *unit, lm_err *e)
{
    const char *names[] = {lm_unit_name(LM_UNIT_WORD), lm_unit_name(LM_UNIT_CHAR),
                           lm_unit_name(LM_UNIT_BYTE)};
    int choice = 0;
    LM_TRY(lm_config_choice(j, names, 3, &choice, e));
    *unit = (lm_unit)choice;
    return LM_OK;
}

lm_status lm_config_mark(lm_json *j, uint32_t *id, lm_err *e)
{
    lm_json_type type;
    uint64_t value = LM_NO_WORD;
    LM_TRY(lm_json_peek(j, &type, e));
    if (type == LM_JSON_NULL)
        LM_TRY(lm_json_skip(j, NULL, e));
    else
        LM_TRY(lm_json_u64(j, &value, e));
    if (value > LM_NO_WORD) return lm_json_fail(j, e, "a mark's id is too large");
    *id = (uint32_t)value;
    return LM_OK;
}

lm_status lm_lang_config_add(const lm_lang *lang, lm_str *out, lm_err *e)
{
    const lm_vocab *vocab = lang->vocab;
    LM_TRY(lm_str_addf(out, e, ",\"unit\":\"%s\",\"vocab\":%u", lm_unit_name(lang->unit),
                       vocab->size));
    LM_TRY(lm_config_add_mark(out, "unk", vocab->unk, e));
    LM_TRY(lm_config_add_mark(out, "eos", vocab->eos, e));
    LM_TRY(lm_config_add_mark(out, "bos", vocab->bos, e));
    return lm_str_addf(out, e, ",\"marks_as_words\":%s", lang->marks_as_words ? "true" : "false");
}

lm_status lm_lang_config_member(lm_lang_config *c, lm_json *j, lm_slice key, lm_err *e)
{
    if (lm_json_is(key, "unit")) return lm_config_unit(j, &c->unit, e);
    if (lm_json_is(key, "vocab")) return lm_json_u64(j, &c->vocab, e);
    if (lm_json_is(key, "unk")) return lm_config_mark(j, &c->unk, e);
    if (lm_json_is(key, "bos")) return lm_config_mark(j, &c->bos, e);
    if (lm_json_is(key, "eos")) return lm_config_mark(j, &c->eos, e);
    if (lm_json_is(key, "marks_as_words")) return lm_json_bool(j, &c->marks_as_words, e);
    return lm_json_skip(j, NULL, e);
}

lm_status lm_lang_save(const lm_lang *lang, lm_ckpt_writer *writer, lm_err *e)
{
    LM_TRY(lm_vocab_save(lang->vocab, writer, e));
    return lm_spell_save(&lang->spell, writer, e);
}

lm_status lm_lang_load(lm_lang *lang, const lm_lang_config *c, const lm_ckpt *ckpt, lm_err *e)
{
    if (c->vocab == 0 || c->vocab >= LM_NO_WORD - 1)
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: a vocabulary of %llu words",
                       lm_ckpt_path(ckpt), (unsigned long long)c->vocab);
    lang->unit = c->unit;
    lang->marks_as_words = c->marks_as_words;
    LM_TRY(lm_vocab_load(&lang->vocab, ckpt, (uint32_t)c->vocab, c->unk, c->bos, c->eos, e));
    return lm_spell_load(&lang->spell, ckpt, e);
}
