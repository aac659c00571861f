/* models.c - every kind of model this build knows. */
#include "lm/models.h"
#include <string.h>
#include "lm/arpa.h"
#include "lm/mix.h"
#include "lm/ngram.h"
#include "lm/nnlm.h"

static const lm_lang_type *const types[] = {&lm_ngram_lang, &lm_nnlm_lang, &lm_mix_lang};

lm_status lm_model_load(lm_lang **lang, const lm_ckpt *ckpt, lm_err *e)
{
    const char *kind = lm_ckpt_kind(ckpt);
    *lang = NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i]->kind, kind) == 0) return types[i]->load(lang, ckpt, e);
    return lm_fail(e, LM_EFORMAT, "%s: not a word-level language model (kind '%s')",
                   lm_ckpt_path(ckpt), kind);
}

/* A likely mistake, and a checkpoint's reader could only say that it is none. */
static lm_status refuse_arpa(const char *path, lm_err *e)
{
    lm_map file;
    if (strcmp(path, "-") == 0) return LM_OK;
    LM_TRY(lm_map_open(&file, path, e));
    const bool arpa = lm_arpa_begins(file.bytes, file.length);
    lm_map_close(&file);
    if (!arpa) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: ARPA text; make a model of it by ckpt-convert -o MODEL",
                   path);
}

static lm_status load_any(lm_model *model, lm_err *e)
{
    if (strcmp(lm_ckpt_kind(model->ckpt), lm_w2v_lang.kind) == 0)
        return lm_w2v_load(&model->gaps, model->ckpt, e);
    if (strcmp(lm_ckpt_kind(model->ckpt), LM_GPT_KIND) == 0)
        return lm_gpt_load(&model->gpt, model->ckpt, e);
    return lm_model_load(&model->lang, model->ckpt, e);
}

static lm_status load_lang(lm_model *model, lm_err *e)
{
    return lm_model_load(&model->lang, model->ckpt, e);
}

static lm_status open_model(lm_model *model, const char *path,
                            lm_status (*load)(lm_model *model, lm_err *e), lm_err *e)
{
    *model = (lm_model){0};
    LM_TRY(refuse_arpa(path, e));
    LM_TRY(lm_ckpt_open(&model->ckpt, path, LM_CKPT_CHECK_SMALL, e));
    const lm_status s = load(model, e);
    if (s) lm_model_close(model);
    return s;
}

lm_status lm_model_open(lm_model *model, const char *path, lm_err *e)
{
    return open_model(model, path, load_lang, e);
}

lm_status lm_model_open_any(lm_model *model, const char *path, lm_err *e)
{
    return open_model(model, path, load_any, e);
}

void lm_model_close(lm_model *model)
{
    if (model->lang) model->lang->type->free(model->lang);
    lm_w2v_free(model->gaps);
    lm_gpt_free(model->gpt);
    lm_ckpt_close(model->ckpt);
    *model = (lm_model){0};
}
