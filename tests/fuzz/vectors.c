/* vectors.c - fuzzes the readers of word vectors in the files of other tools.
 *
 * Every input is read as each form and as the one it looks like.  What is accepted is written in
 * every form and read again, which must give the same words and numbers. */
#include "lm/vectors.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

static bool read_vectors(lm_vectors *v, lm_slice bytes, lm_vectors_form form)
{
    lm_err e = {0};
    const lm_status s = lm_vectors_read(v, bytes, "fuzz", form, NULL, &e);
    demand(s == e.status && (s == LM_OK || s == LM_EFORMAT));
    demand((s == LM_OK) == (v->vocab != NULL) && (s == LM_OK) == (v->value != NULL));
    demand((s == LM_OK) == (e.message[0] == '\0'));
    return s == LM_OK;
}

/* The number of words that were written otherwise. */
static uint64_t write_vectors(const lm_vectors *v, lm_vectors_form form, bool compat, lm_map *file)
{
    lm_err e = {0};
    lm_out *out;
    (void)unlink("fuzz.v"); /* a file that is new, and one that is live, is not synced */
    demand(lm_out_open_live(&out, "fuzz.v", 0, &e) == LM_OK);
    lm_vectors_writer w = {.out = out, .form = form, .compat = compat, .dim = v->dim};
    demand(lm_vectors_begin(&w, v->vocab->size, &e) == LM_OK);
    for (uint32_t id = 0; id < v->vocab->size; id++)
        demand(lm_vectors_add(&w, lm_vocab_word(v->vocab, id), v->value + id * v->dim, &e) ==
               LM_OK);
    demand(lm_out_close(out, LM_OK, &e) == LM_OK);
    demand(lm_map_open(file, "fuzz.v", &e) == LM_OK);
    return w.escaped;
}

static void check_same(const lm_vectors *a, const lm_vectors *b)
{
    demand(a->dim == b->dim && a->vocab->size == b->vocab->size);
    demand(memcmp(a->value, b->value, a->vocab->size * a->dim * sizeof *a->value) == 0);
    for (uint32_t id = 0; id < a->vocab->size; id++)
        demand(lm_slice_compare(lm_vocab_word(a->vocab, id), lm_vocab_word(b->vocab, id)) == 0);
}

/* Not where escaped words may be the same as others, numbers are rounded, or, of GloVe's, the first
 * line does not tell how many numbers follow, since its word ends in what may be one. */
static void write_and_read(const lm_vectors *v, lm_vectors_form form, bool compat)
{
    lm_map file;
    lm_vectors again;
    const lm_slice first = lm_vocab_word(v->vocab, 0);
    const uint64_t escaped = write_vectors(v, form, compat, &file);
    const bool rounded = compat && form == LM_VECTORS_TEXT;
    const bool unclear = form == LM_VECTORS_GLOVE && memchr(first.text, ' ', first.length);
    const lm_slice bytes = {(const char *)file.bytes, file.length};
    if (form != LM_VECTORS_NPY && !escaped && !rounded && !unclear) {
        demand(read_vectors(&again, bytes, form));
        check_same(v, &again);
        lm_vectors_free(&again);
    }
    lm_map_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const lm_slice input = {(const char *)bytes, length};
    for (int form = LM_VECTORS_AUTO; form <= LM_VECTORS_GLOVE; form++) {
        lm_vectors v;
        if (!read_vectors(&v, input, (lm_vectors_form)form)) continue;
        for (int to = LM_VECTORS_TEXT; to <= LM_VECTORS_NPY; to++)
            for (int compat = 0; compat < 2; compat++)
                write_and_read(&v, (lm_vectors_form)to, compat);
        lm_vectors_free(&v);
    }
    return 0;
}
