/* classifier_file.c - classifiers in checkpoints.
 *
 * lm.config: {"dim":100,"unit":false,"vectors":"LENGTH:CRC","labels":["0","1"]}
 * Tensors: weight (L,D), bias (L). */
#include <string.h>
#include "classifier_internal.h"
#include "lm/json.h"
#include "lm/memory.h"

/* " input=LENGTH:CRC" of the history, without the name. */
lm_status lm_classifier_name_vectors(lm_str *vectors, const lm_space *space, lm_err *e)
{
    LM_TRY(lm_space_history(space, vectors, e));
    const char *value = strchr(vectors->text, '=');
    vectors->length -= (size_t)(value + 1 - vectors->text);
    memmove(vectors->text, value + 1, vectors->length + 1);
    return LM_OK;
}

static lm_status add_config(const void *model, lm_str *out, lm_err *e)
{
    const lm_classifier *c = model;
    LM_TRY(lm_str_addf(out, e, "{\"dim\":%zu,\"unit\":%s,\"vectors\":", c->dim,
                       c->unit ? "true" : "false"));
    LM_TRY(lm_json_add_string(out, (lm_slice){c->vectors.text, c->vectors.length}, e));
    LM_TRY(lm_str_addf(out, e, ",\"labels\":["));
    for (uint32_t i = 0; i < c->labels->size; i++) {
        if (i) LM_TRY(lm_str_add(out, ",", 1, e));
        LM_TRY(lm_json_add_string(out, lm_vocab_word(c->labels, i), e));
    }
    return lm_str_addf(out, e, "]}");
}

lm_status lm_classifier_save(const lm_classifier *c, lm_ckpt_writer *writer, lm_err *e)
{
    lm_status s = lm_ckpt_write_meta(writer, "lm.config", add_config, c, e);
    if (!s) s = lm_params_save(c->params, c->values, "", writer, e);
    return s;
}

static lm_status read_labels(lm_classifier *c, lm_json *j, lm_err *e)
{
    lm_str label = {0};
    lm_status s = lm_json_array(j, e);
    for (bool more = true; !s && more;) {
        const uint32_t size = c->labels->size;
        uint32_t id = size;
        label.length = 0;
        s = lm_json_element(j, &more, e);
        if (s || !more) break;
        s = lm_json_string(j, &label, e);
        if (!s) s = lm_vocab_add(c->labels, (lm_slice){label.text, label.length}, &id, e);
        if (!s && id != size) s = lm_json_fail(j, e, "a label that is there twice");
    }
    lm_str_free(&label);
    return s;
}

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    lm_classifier *c = context;
    uint64_t dim;
    if (lm_json_is(key, "unit")) return lm_json_bool(j, &c->unit, e);
    if (lm_json_is(key, "vectors")) return lm_json_string(j, &c->vectors, e);
    if (lm_json_is(key, "labels")) return read_labels(c, j, e);
    if (!lm_json_is(key, "dim")) return lm_json_skip(j, NULL, e);
    LM_TRY(lm_json_u64(j, &dim, e));
    c->dim = dim < SIZE_MAX ? (size_t)dim : SIZE_MAX;
    return LM_OK;
}

static lm_status load(lm_classifier *c, const lm_ckpt *ckpt, lm_err *e)
{
    if (strcmp(lm_ckpt_kind(ckpt), "classifier") != 0)
        return lm_fail(e, LM_EFORMAT, "%s: not a classifier (kind '%s')", lm_ckpt_path(ckpt),
                       lm_ckpt_kind(ckpt));
    LM_TRY(lm_vocab_new(&c->labels, e));
    LM_TRY(lm_ckpt_config(ckpt, read_member, c, e));
    if (c->labels->size < 2 || c->labels->size > LM_CLASSIFIER_LABELS_MAX || c->dim < 1)
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: %u labels, vectors of %zu numbers",
                       lm_ckpt_path(ckpt), c->labels->size, c->dim);
    lm_err bad = {0};
    if (lm_classifier_prepare(c, &bad)) return lm_ckpt_refuse_config(ckpt, &bad, e);
    LM_TRY(lm_params_expect(c->params, "", ckpt, e));
    LM_TRY(lm_classifier_room(c, e));
    return lm_params_load(c->params, c->values, "", ckpt, e);
}

lm_status lm_classifier_load(lm_classifier **out, const lm_ckpt *ckpt, lm_err *e)
{
    *out = NULL;
    lm_classifier *c = lm_new(1, sizeof *c, e);
    if (!c) return e->status;
    const lm_status s = load(c, ckpt, e);
    if (s)
        lm_classifier_free(c);
    else
        *out = c;
    return s;
}

static lm_status check_vectors(const lm_classifier *c, const char *path, const lm_space *space,
                               const lm_run *run, lm_err *e)
{
    lm_str vectors = {0};
    if (c->dim != space->dim)
        return lm_fail(e, LM_EUSAGE, "%s: for vectors of %zu numbers, but the model's have %zu",
                       path, c->dim, space->dim);
    const lm_status s = lm_classifier_name_vectors(&vectors, space, e);
    const lm_slice its = {c->vectors.text, c->vectors.length};
    if (!s && lm_slice_compare(its, (lm_slice){vectors.text, vectors.length}) != 0)
        lm_warn(run, "%s: trained on the vectors of another model", path);
    lm_str_free(&vectors);
    return s;
}

lm_status lm_classifier_open(lm_classifier **classifier, const char *path, const lm_space *space,
                             const lm_run *run, lm_err *e)
{
    lm_ckpt *ckpt;
    *classifier = NULL;
    LM_TRY(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, e));
    lm_status s = lm_classifier_load(classifier, ckpt, e);
    if (!s) s = check_vectors(*classifier, path, space, run, e);
    lm_ckpt_close(ckpt);
    if (!s) return LM_OK;
    lm_classifier_free(*classifier);
    *classifier = NULL;
    return s;
}
