/* convert_vectors.c - word vectors from one file format to another. */
#include "convert_internal.h"
#include "lm/memory.h"
#include "lm/nnlm.h"
#include "lm/w2v.h"

lm_vectors_form lm_format_vectors(lm_format format)
{
    switch (format) {
    case LM_FORMAT_W2V:
        return LM_VECTORS_TEXT;
    case LM_FORMAT_W2V_BIN:
        return LM_VECTORS_BINARY;
    case LM_FORMAT_GLOVE:
        return LM_VECTORS_GLOVE;
    case LM_FORMAT_NPY:
        return LM_VECTORS_NPY;
    default:
        return LM_VECTORS_AUTO;
    }
}

/* ---- to other formats ---- */

/* The words of a model, marks included, and their vectors. */
typedef struct {
    const lm_lang *lang;
    size_t dim;
    const lm_real *rows; /* (words, dim) */
    const lm_w2v *parts; /* has them in parts, not in rows; or NULL */
} table;

static lm_status add_words(lm_vectors_writer *w, const table *t, lm_real *row, lm_str *word,
                           const lm_run *run, lm_err *e)
{
    const uint32_t V = t->lang->vocab->size;
    LM_TRY(lm_vectors_begin(w, V, e));
    for (uint32_t id = 0; id < V; id++) {
        word->length = 0;
        LM_TRY(lm_lang_add_word(t->lang, id, word, e));
        if (t->parts) LM_TRY(lm_w2v_vector_of(t->parts, id, row, e));
        LM_TRY(lm_vectors_add(w, (lm_slice){word->text, word->length},
                              t->parts ? row : t->rows + id * t->dim, e));
        if (id % 1024 == 0) lm_progress(run, "writing", id, V, "words");
    }
    return LM_OK;
}

static lm_status write_table(const lm_converter *c, const table *t, lm_err *e)
{
    lm_str word = {0};
    lm_vectors_writer w = {.out = c->out,
                           .form = lm_format_vectors(c->to),
                           .compat = c->how->compat,
                           .words = c->how->words,
                           .dim = t->dim};
    lm_real *row = lm_new(t->dim, sizeof *row, e);
    const lm_status s = row ? add_words(&w, t, row, &word, c->run, e) : e->status;
    lm_progress(c->run, NULL, 0, 0, NULL);
    lm_free(row);
    lm_str_free(&word);
    if (!s && w.escaped)
        lm_warn(c->run, "%s: words with what ends a word in that format, written as \\xHH: %llu",
                c->name, (unsigned long long)w.escaped);
    return s;
}

/* ---- to checkpoints ---- */

static lm_status add_model(lm_ckpt_writer *writer, const lm_converter *c, const lm_w2v *m,
                           const lm_real *values, const char *before, lm_err *e)
{
    lm_str history = {0};
    lm_status s = lm_convert_history(c, before, &history, e);
    if (!s) s = lm_ckpt_set_meta(writer, "lm.history", (lm_slice){history.text, history.length}, e);
    lm_str_free(&history);
    if (!s) s = lm_w2v_save(m, writer, e);
    return s ? s : lm_params_save(m->params, values, "", writer, e);
}

static lm_status write_model(const lm_converter *c, const lm_w2v *m, const lm_real *values,
                             const char *before, lm_err *e)
{
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, lm_w2v_lang.kind, e));
    lm_status s = add_model(writer, c, m, values, before, e);
    if (!s) s = lm_ckpt_write(writer, c->out, c->run, e);
    lm_ckpt_writer_free(writer);
    return s;
}

/* ---- from checkpoints ---- */

static lm_status slim(const lm_converter *c, lm_w2v *m, const char *before, lm_err *e)
{
    if (m->shape.loss == LM_W2V_NONE)
        return lm_fail(e, LM_EUSAGE, "%s: holds nothing but what its vectors need already",
                       c->name);
    LM_TRY(lm_w2v_slim(m, e));
    return write_model(c, m, m->values, before, e);
}

lm_status lm_convert_w2v(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e)
{
    lm_w2v *m;
    LM_TRY(lm_w2v_load(&m, ckpt, e));
    const table all = {&m->lang, (size_t)m->shape.dim, m->weights.embed, m->shape.max_n ? m : NULL};
    const lm_status s = c->to == LM_FORMAT_LM ? slim(c, m, lm_ckpt_meta(ckpt, "lm.history"), e)
                                              : write_table(c, &all, e);
    lm_w2v_free(m);
    return s;
}

lm_status lm_convert_nnlm(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e)
{
    lm_nnlm *m;
    LM_TRY(lm_nnlm_load(&m, ckpt, e));
    const table all = {&m->lang, (size_t)m->shape.dim, m->weights.embed, NULL};
    const lm_status s = write_table(c, &all, e);
    lm_nnlm_free(m);
    return s;
}

/* ---- from vectors ---- */

/* Characters and bytes stand in files as programs print them. */
static lm_status add_unescaped(lm_vocab *to, const lm_vocab *from, lm_str *word, lm_err *e)
{
    for (uint32_t id = 0; id < from->size; id++) {
        uint32_t new;
        word->length = 0;
        LM_TRY(lm_str_add_unescaped(word, lm_vocab_word(from, id), e));
        LM_TRY(lm_vocab_add(to, (lm_slice){word->text, word->length}, &new, e));
        if (new != id) return lm_fail(e, LM_EFORMAT, "two words are the same without escapes");
    }
    return LM_OK;
}

static lm_status unescape(lm_vectors *v, const char *name, lm_err *e)
{
    lm_str word = {0};
    lm_vocab *plain;
    lm_err bad = {0};
    LM_TRY(lm_vocab_new(&plain, e));
    const lm_status s = add_unescaped(plain, v->vocab, &word, &bad);
    lm_str_free(&word);
    if (s) {
        lm_vocab_free(plain);
        return lm_fail(e, s, "%s: %s", name, bad.message);
    }
    lm_vocab_free(v->vocab);
    v->vocab = plain;
    return LM_OK;
}

static lm_status convert_model(const lm_converter *c, lm_w2v *m, const lm_real *value, lm_err *e)
{
    const table all = {&m->lang, (size_t)m->shape.dim, value, NULL};
    m->lang.unit = c->how->unit;
    return c->to == LM_FORMAT_LM ? write_model(c, m, value, NULL, e) : write_table(c, &all, e);
}

lm_status lm_convert_vectors(const lm_converter *c, lm_err *e)
{
    const lm_slice bytes = {(const char *)c->source->bytes, c->source->length};
    lm_vectors v;
    lm_w2v *m;
    LM_TRY(lm_vectors_read(&v, bytes, c->name, lm_format_vectors(c->from), c->run, e));
    lm_status s = c->how->unit == LM_UNIT_WORD ? LM_OK : unescape(&v, c->name, e);
    if (!s) s = lm_w2v_of_vectors(&m, &v, c->name, e);
    if (!s) {
        s = convert_model(c, m, v.value, e);
        lm_w2v_free(m);
    }
    lm_vectors_free(&v);
    return s;
}
