/* nnlm.c - making an NNLM: its parameters, the classes of its words. */
#include "lm/nnlm.h"
#include <math.h>
#include <stddef.h>
#include "nnlm_private.h"

/* ---- classes ---- */

/* The class of each output: in which share of all sqrt(count + 1) its middle lies.  Returns how
 * many classes there are; fewer than wanted where frequent words fill several shares. */
static uint32_t divide(uint32_t *class_of, uint32_t outputs, const uint64_t *count, uint64_t wanted)
{
    double all = 0, before = 0;
    uint64_t share = UINT64_MAX;
    uint32_t classes = 0;
    for (uint32_t w = 0; w < outputs; w++) all += sqrt((double)count[w] + 1);
    for (uint32_t w = 0; w < outputs; w++) {
        const double own = sqrt((double)count[w] + 1);
        const uint64_t at = (uint64_t)((before + own / 2) / all * (double)wanted);
        before += own;
        if (at != share) classes++;
        share = at;
        class_of[w] = classes - 1;
    }
    return classes;
}

static lm_status make_classes(lm_nnlm *m, const uint64_t *count, lm_err *e)
{
    if (!m->shape.classes) return LM_OK;
    m->class_of = lm_new(m->outputs, sizeof *m->class_of, e);
    if (!m->class_of) return e->status;
    m->shape.classes = divide(m->class_of, m->outputs, count, m->shape.classes);
    m->class_begin = lm_new((size_t)m->shape.classes + 1, sizeof *m->class_begin, e);
    if (!m->class_begin) return e->status;
    for (uint32_t w = 0; w < m->outputs; w++) m->class_begin[m->class_of[w] + 1] = w + 1;
    return LM_OK;
}

/* ---- the table of parameters ---- */

enum { ROWS = 9 };

#define FIELD(name) offsetof(lm_nnlm_weights, name)

static lm_param matrix(const char *name, size_t field, uint64_t rows, uint64_t columns)
{
    return (lm_param){.name = name,
                      .field = field,
                      .dims = 2,
                      .shape = {rows, columns},
                      .init = LM_INIT_UNIFORM,
                      .scale = 1 / sqrt((double)columns),
                      .torch = LM_TORCH_LINEAR,
                      .fan_in = columns,
                      .decay = true};
}

static lm_param bias(const char *name, size_t field, uint64_t size, uint64_t fan_in)
{
    return (lm_param){.name = name,
                      .field = field,
                      .dims = 1,
                      .shape = {size},
                      .init = LM_INIT_ZERO,
                      .torch = LM_TORCH_LINEAR,
                      .fan_in = fan_in};
}

static lm_param vectors(uint64_t words, uint64_t dim)
{
    lm_param row = matrix("embeddings.weight", FIELD(embed), words, dim);
    row.init = LM_INIT_NORMAL;
    row.scale = 0.1;
    row.torch = LM_TORCH_EMBEDDING;
    return row;
}

/* Connections past the hidden layer are learnt from nothing. */
static lm_param direct(const char *name, size_t field, uint64_t rows, uint64_t columns)
{
    lm_param row = matrix(name, field, rows, columns);
    row.init = LM_INIT_ZERO;
    return row;
}

/* In the order in which PyTorch's modules would be made, with their names. */
static size_t list_parameters(const lm_nnlm *m, lm_param rows[ROWS])
{
    const lm_nnlm_shape *s = &m->shape;
    const uint64_t H = s->hidden, O = m->outputs, G = s->classes, X = lm_nnlm_inputs(m);
    size_t n = 0;
    rows[n++] = vectors(m->lang.vocab->size, s->dim);
    rows[n++] = matrix("linear1.weight", FIELD(hidden), H, X);
    rows[n++] = bias("linear1.bias", FIELD(hidden_bias), H, X);
    if (!s->tied) rows[n++] = matrix("linear2.weight", FIELD(output), O, H);
    rows[n++] = bias("linear2.bias", FIELD(output_bias), O, H);
    if (s->direct) rows[n++] = direct("direct.weight", FIELD(direct), O, X);
    if (G) rows[n++] = matrix("classes.weight", FIELD(class_output), G, H);
    if (G) rows[n++] = bias("classes.bias", FIELD(class_bias), G, H);
    if (G && s->direct) rows[n++] = direct("classes.direct", FIELD(class_direct), G, X);
    return n;
}

static lm_status make_parameters(lm_nnlm *m, lm_err *e)
{
    lm_param rows[ROWS];
    const size_t count = list_parameters(m, rows);
    LM_TRY(lm_nnlm_idle_new(&m->idle, e));
    return lm_params_new(&m->params, rows, count, e);
}

/* ---- making and freeing ---- */

static lm_status check_shape(const lm_nnlm *m, lm_err *e)
{
    const lm_nnlm_shape *s = &m->shape;
    if (s->order < 2 || s->order > LM_NNLM_ORDER_MAX)
        return lm_fail(e, LM_EUSAGE, "order %d, expected 2 to %d", s->order, LM_NNLM_ORDER_MAX);
    if (s->dim < 1 || s->dim > LM_NNLM_WIDTH_MAX || s->hidden < 1 || s->hidden > LM_NNLM_WIDTH_MAX)
        return lm_fail(
            e, LM_EUSAGE, "vectors of %llu numbers and a hidden layer of %llu, expected 1 to %d",
            (unsigned long long)s->dim, (unsigned long long)s->hidden, LM_NNLM_WIDTH_MAX);
    if (s->activation < LM_ACT_TANH || s->activation > LM_ACT_RELU)
        return lm_fail(e, LM_EUSAGE, "the activation is not tanh, sigmoid or relu");
    if (s->tied && s->dim != s->hidden)
        return lm_fail(e, LM_EUSAGE,
                       "tied vectors need a hidden layer of their size, not %llu and %llu",
                       (unsigned long long)s->dim, (unsigned long long)s->hidden);
    if (s->classes > m->outputs)
        return lm_fail(e, LM_EUSAGE, "%llu classes of %u words", (unsigned long long)s->classes,
                       m->outputs);
    return LM_OK;
}

/* Before a sentence stands the mark <s>, or a word spelled like it. */
static void set_words(lm_nnlm *m)
{
    const lm_vocab *vocab = m->lang.vocab;
    m->outputs = lm_vocab_outputs(vocab);
    m->start = vocab->bos;
    if (m->start == LM_NO_WORD) m->start = lm_vocab_find(vocab, lm_slice_of("<s>"));
}

static lm_status make(lm_nnlm *m, const uint64_t *count, lm_err *e)
{
    set_words(m);
    lm_spell_train(&m->lang.spell, m->lang.vocab);
    LM_TRY(check_shape(m, e));
    LM_TRY(make_classes(m, count, e));
    return make_parameters(m, e);
}

lm_status lm_nnlm_new(lm_nnlm **model, const lm_nnlm_shape *shape, lm_vocab *vocab,
                      const uint64_t *count, lm_err *e)
{
    *model = NULL;
    lm_nnlm *m = lm_new(1, sizeof *m, e);
    if (!m) {
        lm_vocab_free(vocab);
        return e->status;
    }
    m->lang.type = &lm_nnlm_lang;
    m->lang.vocab = vocab;
    m->shape = *shape;
    const lm_status s = make(m, count, e);
    if (s)
        lm_nnlm_free(m);
    else
        *model = m;
    return s;
}

void lm_nnlm_free(lm_nnlm *m)
{
    if (!m) return;
    lm_nnlm_idle_free(m->idle);
    lm_vocab_free(m->lang.vocab);
    lm_free(m->class_begin);
    lm_free(m->class_of);
    lm_params_free(m->params);
    lm_block_free(m->values);
    lm_free(m);
}

/* ---- in checkpoints ---- */

lm_status lm_nnlm_prepare(lm_nnlm *m, lm_err *e)
{
    const uint32_t bos = m->lang.vocab->bos;
    set_words(m);
    if (bos != LM_NO_WORD && bos != m->outputs)
        return lm_fail(e, LM_EFORMAT, "<s> is not the last word");
    LM_TRY(check_shape(m, e));
    return make_parameters(m, e);
}
