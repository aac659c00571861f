/* w2v_models.h - models of word vectors for tests: of some words, with values that are drawn.
 *
 *     lm_w2v *m = w2v_drawn(&shape, w2v_words(8));
 *     w2v_write(m, "w2v.lm");
 *     lm_w2v_free(m);
 */
#ifndef W2V_MODELS_H
#define W2V_MODELS_H
#include "chance.h"
#include "lm/w2v.h"
#include "models.h"
#include "test.h"

/* </s>, a mark, then a, b, c ...: `size` in all. */
static inline lm_vocab *w2v_words(uint32_t size)
{
    lm_err e = {0};
    lm_vocab *v;
    uint32_t id;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "</s>", &v->eos, &e), &e);
    for (char c = 'a'; v->size < size; c++)
        CHECK_OK(lm_vocab_add(v, (lm_slice){&c, 1}, &id, &e), &e);
    return v;
}

/* A model that has values, as one that was loaded: uniform in [-1, 1). */
static inline lm_w2v *w2v_drawn(const lm_w2v_shape *shape, lm_vocab *vocab)
{
    lm_err e = {0};
    lm_w2v *m;
    CHECK_OK(lm_w2v_new(&m, shape, vocab, NULL, &e), &e);
    CHECK_OK(lm_w2v_room(m, &e), &e);
    for (uint32_t id = 0; id < vocab->size; id++) m->count[id] = 100 / (id + 1);
    for (size_t i = 0; i < m->params->count; i++)
        for (size_t k = 0; k < m->params->item[i].count; k++)
            m->values[m->params->item[i].at + k] = (lm_real)below(1 << 20) / (lm_real)(1 << 19) - 1;
    return m;
}

static inline void w2v_write(const lm_w2v *m, const char *path)
{
    lm_err e = {0};
    lm_ckpt_writer *w = new_checkpoint("w2v");
    CHECK_OK(lm_w2v_save(m, w, &e), &e);
    CHECK_OK(lm_params_save(m->params, m->values, "", w, &e), &e);
    write_checkpoint(w, path, NULL);
}

/* The forms a model has: four losses, the softmax's bias or not, subwords or not. */
enum { W2V_FORMS = 16 };

static inline lm_w2v_shape w2v_form(int form, uint64_t dim)
{
    const lm_w2v_loss loss = (lm_w2v_loss)(form % 4);
    const bool subwords = form / 8 % 2;
    return (lm_w2v_shape){.mode = form / 4 % 2 ? LM_W2V_SG : LM_W2V_CBOW,
                          .loss = loss,
                          .dim = dim,
                          .window = 5,
                          .sum = form / 4 % 2,
                          .bias = loss == LM_W2V_SOFTMAX && form / 4 % 2,
                          .min_n = subwords ? 2 : 0,
                          .max_n = subwords ? 3 : 0,
                          .buckets = subwords ? 5 : 0};
}
#endif
