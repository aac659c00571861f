/* models.h - every kind of model this build knows, and how to open one.
 *
 *     lm_model model;
 *     LM_TRY(lm_model_open(&model, path, e));     any word-level model, by its lm.kind
 *     ... model.lang ...
 *     lm_model_close(&model);
 */
#ifndef LM_MODELS_H
#define LM_MODELS_H
#include "lm/ckpt.h"
#include "lm/gpt.h"
#include "lm/lang.h"
#include "lm/status.h"
#include "lm/w2v.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    lm_ckpt *ckpt;
    lm_lang *lang; /* NULL: */
    lm_w2v *gaps;  /* one that predicts from both sides; */
    lm_gpt *gpt;   /* one of tokens: both of lm_model_open_any alone */
} lm_model;

/* Any word-level model, by the kind of its checkpoint, which must outlive it.
 * Errors: LM_EFORMAT, also for a checkpoint that holds none; LM_ENOMEM. */
LM_MUST_USE lm_status lm_model_load(lm_lang **lang, const lm_ckpt *ckpt, lm_err *e);

/* Errors: LM_EIO; LM_EFORMAT, also for a checkpoint that holds no word-level model. */
LM_MUST_USE lm_status lm_model_open(lm_model *model, const char *path, lm_err *e);
/* The same, or a model that fills gaps, or of tokens. */
LM_MUST_USE lm_status lm_model_open_any(lm_model *model, const char *path, lm_err *e);
void lm_model_close(lm_model *model);

#ifdef __cplusplus
}
#endif
#endif
