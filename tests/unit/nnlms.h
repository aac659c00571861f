/* nnlms.h - NNLMs for tests: of some words, with values that are drawn, of every form.
 *
 *     lm_nnlm *m = nnlm_drawn(&shape, nnlm_words(8));
 *     nnlm_write(m, "nnlm.lm");
 *     lm_nnlm_free(m);
 */
#ifndef NNLMS_H
#define NNLMS_H
#include "chance.h"
#include "lm/nnlm.h"
#include "models.h"
#include "test.h"

/* <unk>, </s>, a, b, c ..., <s>: `size` in all. */
static inline lm_vocab *nnlm_words(uint32_t size)
{
    static lm_err e;
    lm_vocab *v;
    uint32_t id;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "<unk>", &v->unk, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "</s>", &v->eos, &e), &e);
    for (char c = 'a'; v->size < size - 1; c++)
        CHECK_OK(lm_vocab_add(v, (lm_slice){&c, 1}, &id, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "<s>", &v->bos, &e), &e);
    return v;
}

/* A model that has values, as one that was loaded: uniform in [-1, 1). */
static inline lm_nnlm *nnlm_drawn(const lm_nnlm_shape *shape, lm_vocab *vocab)
{
    static uint64_t count[1 << 16];
    lm_err e = {0};
    lm_nnlm *m;
    CHECK(vocab->size <= sizeof count / sizeof *count);
    for (uint64_t i = 0; i < vocab->size; i++) count[i] = 100 / (i + 1);
    CHECK_OK(lm_nnlm_new(&m, shape, vocab, count, &e), &e);
    CHECK_OK(lm_params_block(m->params, &m->values, &e), &e);
    lm_params_bind(m->params, m->values, &m->weights);
    for (size_t i = 0; i < m->params->count; i++)
        for (size_t k = 0; k < m->params->item[i].count; k++)
            m->values[m->params->item[i].at + k] = (lm_real)below(1 << 20) / (lm_real)(1 << 19) - 1;
    return m;
}

static inline void nnlm_write(const lm_nnlm *m, const char *path)
{
    lm_err e = {0};
    lm_ckpt_writer *w = new_checkpoint("nnlm");
    CHECK_OK(lm_nnlm_save(m, w, &e), &e);
    CHECK_OK(lm_params_save(m->params, m->values, "", w, &e), &e);
    write_checkpoint(w, path, NULL);
}

/* The forms a model has: direct or not, tied or not, with classes or not, and three activations. */
enum { NNLM_FORMS = 24 };

static inline lm_nnlm_shape nnlm_form(int form, int order, uint64_t dim, uint64_t hidden)
{
    static const lm_activation activations[] = {LM_ACT_TANH, LM_ACT_SIGMOID, LM_ACT_RELU};
    const bool tied = form / 2 % 2;
    return (lm_nnlm_shape){.order = order,
                           .dim = tied ? hidden : dim,
                           .hidden = hidden,
                           .activation = activations[form / 8],
                           .direct = form % 2,
                           .tied = tied,
                           .classes = form / 4 % 2 ? 4 : 0};
}
#endif
