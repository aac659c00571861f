/* vectors_write.c - word vectors for other tools. */
#include <string.h>
#include "lm/decimal.h"
#include "lm/npy.h"
#include "lm/vectors.h"

lm_status lm_vectors_begin(lm_vectors_writer *w, uint64_t words, lm_err *e)
{
    if (w->form == LM_VECTORS_GLOVE) return LM_OK;
    if (w->form == LM_VECTORS_NPY) return lm_npy_begin(w->out, words, w->dim, e);
    return lm_out_printf(w->out, e, "%llu %llu\n", (unsigned long long)words,
                         (unsigned long long)w->dim);
}

/* Would these bytes be read as one word, and all of it? */
static bool holds(lm_slice word, const char *breaks)
{
    for (size_t i = 0; i < word.length; i++)
        if (word.text[i] && strchr(breaks, word.text[i])) return false;
    return true;
}

static bool is_fit(const lm_vectors_writer *w, lm_slice word)
{
    if (w->form == LM_VECTORS_BINARY) return holds(word, " \n");
    if (w->form == LM_VECTORS_TEXT) return holds(word, " \t\r\n");
    if (w->form == LM_VECTORS_NPY) return holds(word, "\r\n");
    const bool edge = word.length && (word.text[0] == ' ' || word.text[word.length - 1] == ' ');
    return !edge && holds(word, "\t\r\n");
}

static lm_status add_text(const lm_vectors_writer *w, const lm_real *value, lm_err *e)
{
    char text[1 + LM_DECIMAL_MAX] = " ";
    for (size_t i = 0; i < w->dim; i++) {
        const size_t n = lm_decimal_write_float((float)value[i], text + 1);
        LM_TRY(lm_out_write(w->out, text, 1 + n, e));
    }
    return lm_out_text(w->out, "\n", e);
}

static lm_status add_compat(const lm_vectors_writer *w, const lm_real *value, lm_err *e)
{
    LM_TRY(lm_out_text(w->out, " ", e));
    for (size_t i = 0; i < w->dim; i++) LM_TRY(lm_out_printf(w->out, e, "%f ", (double)value[i]));
    return lm_out_text(w->out, "\n", e);
}

static lm_status add_floats(const lm_vectors_writer *w, const lm_real *value, lm_err *e)
{
    for (size_t i = 0; i < w->dim; i++) {
        const float x = (float)value[i];
        LM_TRY(lm_out_write(w->out, &x, sizeof x, e));
    }
    return LM_OK;
}

static lm_status add_numbers(const lm_vectors_writer *w, const lm_real *value, lm_err *e)
{
    if (w->form == LM_VECTORS_NPY) return add_floats(w, value, e);
    if (w->form == LM_VECTORS_GLOVE) return add_text(w, value, e);
    if (w->form == LM_VECTORS_TEXT) return (w->compat ? add_compat : add_text)(w, value, e);
    LM_TRY(lm_out_text(w->out, " ", e));
    LM_TRY(add_floats(w, value, e));
    return w->compat ? lm_out_text(w->out, "\n", e) : LM_OK;
}

static lm_status add(const lm_vectors_writer *w, lm_slice word, const lm_real *value, lm_err *e)
{
    if (w->words) {
        LM_TRY(lm_out_write(w->words, word.text, word.length, e));
        LM_TRY(lm_out_text(w->words, "\n", e));
    }
    if (w->form != LM_VECTORS_NPY) LM_TRY(lm_out_write(w->out, word.text, word.length, e));
    return add_numbers(w, value, e);
}

lm_status lm_vectors_add(lm_vectors_writer *w, lm_slice word, const lm_real *value, lm_err *e)
{
    lm_str escaped = {0};
    if (is_fit(w, word)) return add(w, word, value, e);
    w->escaped++;
    lm_status s = lm_str_add_escaped(&escaped, word, e);
    if (!s) s = add(w, (lm_slice){escaped.text, escaped.length}, value, e);
    lm_str_free(&escaped);
    return s;
}
