/* lang_config.h - what checkpoints of all word-level models say of their words.
 *
 * lm.config: .. "unit":"word","vocab":9,"unk":0,"eos":1,"bos":8,"marks_as_words":false ..
 * Marks the model has not are null.  Tensors: the vocabulary, and spell. */
#ifndef LM_LANG_CONFIG_PRIVATE_H
#define LM_LANG_CONFIG_PRIVATE_H
#include "lm/json.h"
#include "lm/lang.h"

typedef struct {
    uint64_t vocab;
    uint32_t unk, bos, eos;
    lm_unit unit;
    bool marks_as_words;
} lm_lang_config;
#define LM_LANG_CONFIG_EMPTY                                                                       \
    {                                                                                              \
        .unk = LM_NO_WORD, .bos = LM_NO_WORD, .eos = LM_NO_WORD                                    \
    }

/* Adds ,"unit":.. and what follows. */
LM_MUST_USE lm_status lm_lang_config_add(const lm_lang *lang, lm_str *out, lm_err *e);
/* Reads the member `key` if it is one of these, else skips it. */
LM_MUST_USE lm_status lm_lang_config_member(lm_lang_config *config, lm_json *j, lm_slice key,
                                            lm_err *e);

/* Adds the tensors; the model must outlive the writer's use of them. */
LM_MUST_USE lm_status lm_lang_save(const lm_lang *lang, lm_ckpt_writer *writer, lm_err *e);
/* Sets unit, vocabulary and spelling of a model.  Errors: LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_lang_load(lm_lang *lang, const lm_lang_config *config, const lm_ckpt *ckpt,
                                   lm_err *e);

/* ---- single members ---- */

/* Adds ,"name":id, or null for LM_NO_WORD. */
LM_MUST_USE lm_status lm_config_add_mark(lm_str *out, const char *name, uint32_t id, lm_err *e);
LM_MUST_USE lm_status lm_config_mark(lm_json *j, uint32_t *id, lm_err *e);
/* One of `count` names. */
LM_MUST_USE lm_status lm_config_choice(lm_json *j, const char *const *names, int count, int *out,
                                       lm_err *e);
LM_MUST_USE lm_status lm_config_unit(lm_json *j, lm_unit *unit, lm_err *e);
#endif
