/* subwords.c - the vectors of words from those of their character n-grams, as fastText makes them.
 *
 * The n-grams are those of the word between '<' and '>', of min_n to max_n characters; a single
 * mark is none.  One is bucket hash mod B, where the hash is 32-bit FNV-1a of its bytes, each taken
 * as a signed char (Bojanowski et al. 2017, section 3.2; fastText 0.9.2). */
#include <string.h>
#include "lm/memory.h"
#include "lm/utf8.h"
#include "lm/vector.h"
#include "w2v_private.h"

static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        const uint32_t c = (unsigned char)text[i];
        h = (h ^ (c < 128 ? c : c | 0xffffff00u)) * 16777619u;
    }
    return h;
}

/* Where the character at `at` ends; what is not UTF-8 is a character a byte. */
static size_t next_char(const lm_str *text, size_t at)
{
    const int length = lm_utf8_length(text->text + at, text->length - at);
    return at + (length > 0 ? (size_t)length : 1);
}

static lm_status add_grams_at(const lm_w2v_shape *s, const lm_str *marked, size_t at,
                              lm_w2v_grams *grams, lm_err *e)
{
    size_t end = at;
    for (uint64_t n = 1; n <= s->max_n && end < marked->length; n++) {
        end = next_char(marked, end);
        const bool mark = n == 1 && (at == 0 || end == marked->length);
        if (n < s->min_n || mark) continue;
        if (grams->count == LM_W2V_GRAMS_MAX) break;
        LM_TRY(lm_reserve(&grams->bucket, &grams->capacity, grams->count + 1, sizeof *grams->bucket,
                          e));
        grams->bucket[grams->count++] =
            (uint32_t)(hash_of(marked->text + at, end - at) % s->buckets);
    }
    return LM_OK;
}

lm_status lm_w2v_grams_of(const lm_w2v_shape *s, lm_slice word, lm_w2v_grams *grams, lm_err *e)
{
    lm_str marked = {0};
    lm_status status = LM_OK;
    grams->count = 0;
    if (s->max_n == 0) return LM_OK;
    status = lm_str_add(&marked, "<", 1, e);
    if (!status) status = lm_str_add(&marked, word.text, word.length, e);
    if (!status) status = lm_str_add(&marked, ">", 1, e);
    for (size_t at = 0; !status && at < marked.length; at = next_char(&marked, at))
        status = add_grams_at(s, &marked, at, grams, e);
    lm_str_free(&marked);
    return status;
}

void lm_w2v_grams_free(lm_w2v_grams *grams)
{
    lm_free(grams->bucket);
    *grams = (lm_w2v_grams){0};
}

/* The mean of the word's own vector, if it is known, and those of its subwords. */
lm_status lm_w2v_vector(const lm_w2v *m, lm_slice word, lm_real *x, bool *found, lm_err *e)
{
    const size_t D = (size_t)m->shape.dim;
    const uint32_t id = lm_vocab_find(m->lang.vocab, word);
    lm_w2v_grams grams = {0};
    memset(x, 0, D * sizeof *x);
    const lm_status s = lm_w2v_grams_of(&m->shape, word, &grams, e);
    if (!s) {
        const size_t parts = grams.count + (id != LM_NO_WORD);
        if (id != LM_NO_WORD) memcpy(x, m->weights.embed + id * D, D * sizeof *x);
        for (size_t i = 0; i < grams.count; i++)
            lm_vec_axpy(x, 1, m->weights.subwords + grams.bucket[i] * D, D);
        if (parts > 1) lm_vec_scale(x, 1 / (lm_real)parts, x, D);
        *found = parts > 0;
    }
    lm_w2v_grams_free(&grams);
    return s;
}

lm_status lm_w2v_vector_of(const lm_w2v *m, uint32_t id, lm_real *x, lm_err *e)
{
    const size_t D = (size_t)m->shape.dim;
    const lm_slice word = lm_vocab_word(m->lang.vocab, id);
    bool found;
    if (lm_vocab_find(m->lang.vocab, word) == id) return lm_w2v_vector(m, word, x, &found, e);
    memcpy(x, m->weights.embed + id * D, D * sizeof *x);
    return LM_OK;
}
