/* w2v.c - making word vectors: their parameters, the vector of a word. */
#include "lm/w2v.h"
#include <stddef.h>
#include <string.h>
#include "lm/memory.h"
#include "lm/vector.h"
#include "w2v_private.h"

/* ---- the table of parameters ---- */

enum { ROWS = 4 };

#define FIELD(name) offsetof(lm_w2v_weights, name)

/* Inputs begin in [-1/2D, 1/2D), outputs at 0, as in word2vec.c; with PyTorch's rule as its
 * nn.Embedding and nn.Linear do, in the order of the survey's module. */
static size_t list_parameters(const lm_w2v *m, lm_param rows[ROWS])
{
    const lm_w2v_shape *s = &m->shape;
    const uint64_t V = m->lang.vocab->size, D = s->dim;
    const lm_param vectors = {.dims = 2,
                              .shape = {V, D},
                              .init = LM_INIT_UNIFORM,
                              .scale = 0.5 / (double)D,
                              .torch = LM_TORCH_EMBEDDING};
    const lm_param output = {.field = FIELD(output),
                             .dims = 2,
                             .shape = {V, D},
                             .init = LM_INIT_ZERO,
                             .torch = LM_TORCH_LINEAR,
                             .fan_in = D};
    size_t n = 0;
    rows[n] = vectors;
    rows[n].name = "embeddings.weight";
    rows[n++].field = FIELD(embed);
    if (s->loss != LM_W2V_NONE) {
        rows[n] = output;
        rows[n].name = s->loss == LM_W2V_HIERARCHY ? "nodes.weight" : "linear.weight";
        if (s->loss == LM_W2V_HIERARCHY) rows[n].shape[0] = V - 1;
        n++;
    }
    if (s->bias)
        rows[n++] = (lm_param){.name = "linear.bias",
                               .field = FIELD(bias),
                               .dims = 1,
                               .shape = {V},
                               .init = LM_INIT_ZERO,
                               .torch = LM_TORCH_LINEAR,
                               .fan_in = D};
    if (s->max_n) {
        rows[n] = vectors;
        rows[n].name = "subwords.weight";
        rows[n].field = FIELD(subwords);
        rows[n++].shape[0] = s->buckets;
    }
    return n;
}

static lm_status check_subwords(const lm_w2v_shape *s, lm_err *e)
{
    if (s->max_n == 0) return LM_OK;
    if (s->min_n < 1 || s->min_n > s->max_n || s->max_n > LM_W2V_GRAM_MAX)
        return lm_fail(e, LM_EUSAGE, "subwords of %llu to %llu characters, expected 1 to %d",
                       (unsigned long long)s->min_n, (unsigned long long)s->max_n, LM_W2V_GRAM_MAX);
    if (s->buckets < 1 || s->buckets > UINT32_MAX)
        return lm_fail(e, LM_EUSAGE, "%llu buckets of subwords", (unsigned long long)s->buckets);
    return LM_OK;
}

static lm_status check_shape(const lm_w2v *m, lm_err *e)
{
    const lm_w2v_shape *s = &m->shape;
    if (m->lang.vocab->size == 0) return lm_fail(e, LM_EUSAGE, "no words");
    if (s->dim < 1 || s->dim > LM_W2V_DIM_MAX)
        return lm_fail(e, LM_EUSAGE, "vectors of %llu numbers, expected 1 to %d",
                       (unsigned long long)s->dim, LM_W2V_DIM_MAX);
    if (s->window < (s->loss != LM_W2V_NONE) || s->window > LM_W2V_WINDOW_MAX)
        return lm_fail(e, LM_EUSAGE, "a window of %llu words, expected 1 to %d",
                       (unsigned long long)s->window, LM_W2V_WINDOW_MAX);
    if (s->bias && s->loss != LM_W2V_SOFTMAX)
        return lm_fail(e, LM_EUSAGE, "a bias is of the softmax");
    if (s->loss == LM_W2V_HIERARCHY && m->lang.vocab->size < 2)
        return lm_fail(e, LM_EUSAGE, "a hierarchy of one word");
    return check_subwords(s, e);
}

/* ---- making and freeing ---- */

lm_status lm_w2v_prepare(lm_w2v *m, lm_err *e)
{
    lm_param rows[ROWS];
    LM_TRY(check_shape(m, e));
    return lm_params_new(&m->params, rows, list_parameters(m, rows), e);
}

static lm_status make(lm_w2v *m, const uint64_t *count, lm_err *e)
{
    const size_t V = m->lang.vocab->size;
    m->count = lm_new(V, sizeof *m->count, e);
    if (!m->count) return e->status;
    if (count) memcpy(m->count, count, V * sizeof *count);
    lm_spell_train(&m->lang.spell, m->lang.vocab);
    return lm_w2v_prepare(m, e);
}

lm_status lm_w2v_new(lm_w2v **model, const lm_w2v_shape *shape, lm_vocab *vocab,
                     const uint64_t *count, lm_err *e)
{
    *model = NULL;
    lm_w2v *m = lm_new(1, sizeof *m, e);
    if (!m) {
        lm_vocab_free(vocab);
        return e->status;
    }
    m->lang.type = &lm_w2v_lang;
    m->lang.vocab = vocab;
    m->shape = *shape;
    const lm_status s = make(m, count, e);
    if (s)
        lm_w2v_free(m);
    else
        *model = m;
    return s;
}

lm_status lm_w2v_room(lm_w2v *m, lm_err *e)
{
    LM_TRY(lm_params_block(m->params, &m->values, e));
    lm_params_bind(m->params, m->values, &m->weights);
    return LM_OK;
}

lm_status lm_w2v_of_vectors(lm_w2v **model, lm_vectors *v, const char *name, lm_err *e)
{
    const lm_w2v_shape shape = {.loss = LM_W2V_NONE, .dim = v->dim};
    lm_err bad = {0};
    lm_vocab *vocab = v->vocab;
    v->vocab = NULL;
    const lm_status s = lm_w2v_new(model, &shape, vocab, NULL, &bad);
    if (s) return lm_fail(e, s == LM_EUSAGE ? LM_EFORMAT : s, "%s: %s", name, bad.message);
    lm_params_bind((*model)->params, v->value, &(*model)->weights);
    return LM_OK;
}

/* In place: what stays moves to where the smaller table has it. */
lm_status lm_w2v_slim(lm_w2v *m, lm_err *e)
{
    const lm_w2v_weights before = m->weights;
    lm_params_free(m->params);
    m->params = NULL;
    m->shape.loss = LM_W2V_NONE;
    m->shape.bias = false;
    m->weights = (lm_w2v_weights){0};
    LM_TRY(lm_w2v_prepare(m, e));
    lm_params_bind(m->params, m->values, &m->weights);
    if (before.subwords)
        memmove(m->weights.subwords, before.subwords,
                (size_t)(m->shape.buckets * m->shape.dim) * sizeof *before.subwords);
    return LM_OK;
}

void lm_w2v_free(lm_w2v *m)
{
    if (!m) return;
    lm_vocab_free(m->lang.vocab);
    lm_free(m->count);
    lm_params_free(m->params);
    lm_block_free(m->values);
    lm_free(m);
}
