/* convert.c - models from one file format to another. */
#include "lm/convert.h"
#include <string.h>
#include "lm/arpa.h"
#include "lm/crc.h"
#include "lm/models.h"
#include "lm/nnlm.h"
#include "lm/program.h"
#include "lm/quantize.h"
#include "lm/vectors.h"

static lm_status recognise(const lm_map *source, const char *name, lm_format *format, lm_err *e)
{
    if (lm_arpa_begins(source->bytes, source->length)) {
        *format = LM_FORMAT_ARPA;
    } else if (source->length > 8 && source->bytes[8] == '{') {
        *format = LM_FORMAT_LM;
    } else {
        return lm_fail(e, LM_EFORMAT,
                       "%s: neither a checkpoint nor ARPA text (which begins with "
                       "\\data\\)",
                       name);
    }
    return LM_OK;
}

lm_status lm_format_write(const lm_ngram *model, lm_format format, lm_slice history, lm_out *out,
                          const lm_run *run, lm_err *e)
{
    if (format == LM_FORMAT_ARPA) return lm_arpa_write(model, out, run, e);
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, "ngram", e));
    lm_status s = lm_ckpt_set_meta(writer, "lm.history", history, e);
    if (!s) s = lm_ngram_save(model, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, run, e);
    lm_ckpt_writer_free(writer);
    return s;
}

static bool changes_model(const lm_conversion *how)
{
    return how->quantize || how->entropy_prune > 0;
}

static lm_status change_model(lm_ngram *model, const lm_conversion *how, const lm_run *run,
                              lm_err *e)
{
    if (how->entropy_prune > 0) LM_TRY(lm_ngram_prune(model, how->entropy_prune, run, e));
    return how->quantize ? lm_ngram_quantize(model, how->quantize, run, e) : LM_OK;
}

/* `before`: the history of the source, or NULL. */
static lm_status write_model(const lm_ngram *model, const lm_conversion *how, lm_format to,
                             const char *before, const lm_map *source, lm_out *out,
                             const lm_run *run, lm_err *e)
{
    lm_str history = {0};
    if (to == LM_FORMAT_ARPA) return lm_format_write(model, to, (lm_slice){0}, out, run, e);
    lm_status s =
        lm_str_addf(&history, e, "%s%s%s", before ? before : "", before ? "\n" : "", how->history);
    if (!s)
        s = lm_history_input(&history, source->length, lm_crc32c(0, source->bytes, source->length),
                             e);
    if (!s) s = lm_format_write(model, to, (lm_slice){history.text, history.length}, out, run, e);
    lm_str_free(&history);
    return s;
}

static lm_status from_arpa(const lm_conversion *how, lm_format to, const lm_map *source,
                           const char *name, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_ngram *model;
    const lm_slice text = {(const char *)source->bytes, source->length};
    LM_TRY(lm_arpa_read(&model, text, name, how->unit, run, e));
    lm_status s = change_model(model, how, run, e);
    if (!s) s = write_model(model, how, to, NULL, source, out, run, e);
    lm_ngram_free(model);
    return s;
}

static lm_status add_vectors(const lm_nnlm *m, lm_out *out, lm_err *e)
{
    lm_str word = {0};
    const size_t dim = (size_t)m->shape.dim;
    lm_status s = lm_vectors_begin(out, m->lang.vocab->size, dim, e);
    for (uint32_t id = 0; !s && id < m->lang.vocab->size; id++) {
        word.length = 0;
        s = lm_lang_add_word(&m->lang, id, &word, e);
        if (!s)
            s = lm_vectors_add(out, (lm_slice){word.text, word.length}, m->weights.embed + id * dim,
                               dim, e);
    }
    lm_str_free(&word);
    return s;
}

/* The vectors of a model's words, marks included. */
static lm_status to_vectors(const lm_ckpt *ckpt, lm_out *out, lm_err *e)
{
    lm_nnlm *model;
    if (strcmp(lm_ckpt_kind(ckpt), lm_nnlm_lang.kind) != 0)
        return lm_fail(e, LM_EUSAGE, "%s: only an NNLM has word vectors (kind '%s')",
                       lm_ckpt_path(ckpt), lm_ckpt_kind(ckpt));
    LM_TRY(lm_nnlm_load(&model, ckpt, e));
    const lm_status s = add_vectors(model, out, e);
    lm_nnlm_free(model);
    return s;
}

static lm_status convert_ngram(const lm_conversion *how, lm_format to, const lm_ckpt *ckpt,
                               const lm_map *source, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_ngram *model;
    if (strcmp(lm_ckpt_kind(ckpt), "ngram") != 0)
        return lm_fail(e, LM_EUSAGE, "%s: only an n-gram model has %s form (kind '%s')",
                       lm_ckpt_path(ckpt), changes_model(how) ? "a pruned or compact" : "an ARPA",
                       lm_ckpt_kind(ckpt));
    LM_TRY(lm_ngram_load(&model, ckpt, e));
    lm_status s = change_model(model, how, run, e);
    if (!s) s = write_model(model, how, to, lm_ckpt_meta(ckpt, "lm.history"), source, out, run, e);
    lm_ngram_free(model);
    return s;
}

static lm_status from_lm(const lm_conversion *how, lm_format to, const lm_map *source,
                         const char *name, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_ckpt *ckpt;
    LM_TRY(lm_ckpt_parse(&ckpt, source->bytes, source->length, name, LM_CKPT_CHECK_ALL, e));
    const lm_status s = to == LM_FORMAT_W2V ? to_vectors(ckpt, out, e)
                                            : convert_ngram(how, to, ckpt, source, out, run, e);
    lm_ckpt_close(ckpt);
    return s;
}

static lm_status convert(const lm_conversion *how, const lm_map *source, const char *name,
                         lm_out *out, const lm_run *run, lm_err *e)
{
    lm_format from = how->from, to = how->to;
    if (from == LM_FORMAT_AUTO) LM_TRY(recognise(source, name, &from, e));
    if (to == LM_FORMAT_AUTO)
        to = from == LM_FORMAT_LM && !changes_model(how) ? LM_FORMAT_ARPA : LM_FORMAT_LM;
    if (to == LM_FORMAT_ARPA && how->quantize)
        return lm_fail(e, LM_EUSAGE, "ARPA text has no compact form (--quantize)");
    if (to == LM_FORMAT_W2V && changes_model(how))
        return lm_fail(e, LM_EUSAGE, "word vectors have no pruned or compact form");
    if (to == LM_FORMAT_W2V && from == LM_FORMAT_ARPA)
        return lm_fail(e, LM_EUSAGE, "%s: an n-gram model has no word vectors", name);
    if (from == to && !changes_model(how))
        return lm_fail(e, LM_EUSAGE, "%s: is in the format asked for already", name);
    if (to == LM_FORMAT_LM) LM_TRY(lm_out_expect_binary(out, e));
    if (from == LM_FORMAT_ARPA) return from_arpa(how, to, source, name, out, run, e);
    return from_lm(how, to, source, name, out, run, e);
}

lm_status lm_convert(const lm_conversion *how, const char *path, lm_out *out, const lm_run *run,
                     lm_err *e)
{
    lm_map source;
    LM_TRY(lm_map_open(&source, path, e));
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    const lm_status s = convert(how, &source, name, out, run, e);
    lm_map_close(&source);
    return s;
}
