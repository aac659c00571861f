/* w2vs.h - texts and models of word vectors for tests.
 *
 *     w2v_read(&text, "a b c\nb a\n");
 *     lm_w2v *m = w2v_of_text(&text, &shape);
 *     w2v_draw(m->params, values);
 *     lm_w2v_free(m);
 *     lm_w2v_text_free(&text);
 */
#ifndef W2VS_H
#define W2VS_H
#include "chance.h"
#include "lm/w2v_train.h"
#include "test.h"

static inline void w2v_read(lm_w2v_text *text, const char *lines)
{
    lm_err e = {0};
    lm_text *reader;
    CHECK_OK(lm_text_memory(&reader, lm_slice_of(lines), "text", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_w2v_text_read(text, reader, NULL, &e), &e);
    lm_text_close(reader);
}

/* A model of all its words. */
static inline lm_w2v *w2v_of_text(lm_w2v_text *text, const lm_w2v_shape *shape)
{
    lm_err e = {0};
    lm_w2v *m;
    CHECK_OK(lm_w2v_of_text(&m, text, "text", shape, &(lm_word_choice){.bare = true}, NULL, &e),
             &e);
    return m;
}

/* Values uniform in [-1, 1). */
static inline void w2v_draw(const lm_params *params, lm_real *values)
{
    for (size_t i = 0; i < params->count; i++)
        for (size_t k = 0; k < params->item[i].count; k++)
            values[params->item[i].at + k] = (lm_real)below(1 << 20) / (lm_real)(1 << 19) - 1;
}
#endif
