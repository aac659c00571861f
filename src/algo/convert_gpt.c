/* convert_gpt.c - GPTs from one file format to another. */
#include "convert_internal.h"
#include "lm/gpt_gguf.h"
#include "lm/gpt_hf.h"
#include "lm/gpt_open.h"

/* ---- to other formats ---- */

static lm_status export_gpt(const lm_converter *c, const lm_gpt *g, lm_err *e)
{
    const bool gguf = c->to == LM_FORMAT_GGUF;
    lm_err why = {0};
    const lm_status s = gguf ? lm_gpt_gguf_check(g, &why) : lm_gpt_hf_check(g, &why);
    if (s) return lm_fail(e, s, "%s: %s", c->name, why.message);
    return gguf ? lm_gpt_gguf_write(g, c->how->type, c->out, c->run, e)
                : lm_gpt_hf_write(g, c->how->folder, c->run, e);
}

lm_status lm_convert_ckpt_gpt(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e)
{
    lm_gpt *g;
    LM_TRY(lm_gpt_load(&g, ckpt, e));
    const lm_status s = export_gpt(c, g, e);
    lm_gpt_free(g);
    return s;
}

/* ---- to a checkpoint ---- */

static lm_status add_history(const lm_converter *c, const char *inputs, lm_ckpt_writer *writer,
                             lm_err *e)
{
    lm_str history = {0};
    lm_status s = lm_str_addf(&history, e, "%s%s", c->how->history, inputs);
    if (!s) s = lm_ckpt_set_meta(writer, "lm.history", (lm_slice){history.text, history.length}, e);
    lm_str_free(&history);
    return s;
}

static lm_status import_gpt(const lm_converter *c, const lm_gpt_opened *o, lm_err *e)
{
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, LM_GPT_KIND, e));
    lm_status s = add_history(c, o->history.text, writer, e);
    if (!s) s = lm_gpt_save(o->gpt, writer, e);
    if (!s) s = lm_params_save(o->gpt->params, o->gpt->values, "", writer, e);
    if (!s) s = lm_ckpt_write(writer, c->out, c->run, e);
    lm_ckpt_writer_free(writer);
    return s;
}

lm_status lm_convert_gpt(lm_converter *c, lm_err *e)
{
    lm_gpt_opened o;
    if (c->to == LM_FORMAT_AUTO) c->to = LM_FORMAT_LM;
    LM_TRY(lm_convert_check(c, e));
    LM_TRY(lm_gpt_open_others(&o, c->path, c->run, e));
    const lm_status s = c->to == LM_FORMAT_LM ? import_gpt(c, &o, e)
                        : lm_format_tokenizer(c->to) != LM_TOK_FORMAT_NONE
                            ? lm_convert_export_tokenizer(c, o.gpt->tokenizer, e)
                            : export_gpt(c, o.gpt, e);
    lm_gpt_close(&o);
    return s;
}
