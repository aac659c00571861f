/* w2v_fill.c - what a CBOW model says of a word from those around it. */
#include "lm/w2v_fill.h"
#include <math.h>
#include <string.h>
#include "huffman.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/vector.h"

struct lm_w2v_filler {
    const lm_w2v *model;
    lm_w2v_huffman huffman; /* of the hierarchy */
    double *offset;         /* (V) added to h u(w); NULL: hierarchy */
    lm_real *h, *x;         /* (D) */
    double *z;              /* (V) */
};

/* ---- making one ---- */

/* ln q(w), or b(w). */
static void set_offsets(lm_w2v_filler *f)
{
    const lm_w2v *m = f->model;
    for (uint32_t w = 0; w < m->lang.vocab->size; w++) {
        if (m->shape.loss == LM_W2V_NEGATIVE)
            f->offset[w] = m->count[w] ? m->shape.noise_power * lm_log((double)m->count[w])
                                       : -(double)INFINITY;
        else
            f->offset[w] = m->weights.bias ? (double)m->weights.bias[w] : 0;
    }
}

static lm_status make(lm_w2v_filler *f, lm_err *e)
{
    const lm_w2v *m = f->model;
    const uint32_t V = m->lang.vocab->size;
    f->h = lm_new((size_t)m->shape.dim, sizeof *f->h, e);
    f->x = lm_new((size_t)m->shape.dim, sizeof *f->x, e);
    f->z = lm_new(V, sizeof *f->z, e);
    LM_TRY(e->status);
    if (m->shape.loss == LM_W2V_HIERARCHY) return lm_w2v_huffman_new(&f->huffman, m->count, V, e);
    f->offset = lm_new(V, sizeof *f->offset, e);
    if (f->offset) set_offsets(f);
    return e->status;
}

lm_status lm_w2v_filler_new(lm_w2v_filler **filler, const lm_w2v *m, lm_err *e)
{
    *filler = NULL;
    if (m->shape.loss == LM_W2V_NONE)
        return lm_fail(e, LM_EUSAGE, "the model has vectors alone and predicts nothing");
    if (m->shape.mode != LM_W2V_CBOW)
        return lm_fail(e, LM_EUSAGE,
                       "skip-gram predicts from one word; filling a gap takes a CBOW model");
    lm_w2v_filler *f = lm_new(1, sizeof *f, e);
    if (!f) return e->status;
    f->model = m;
    const lm_status s = make(f, e);
    if (s)
        lm_w2v_filler_free(f);
    else
        *filler = f;
    return s;
}

void lm_w2v_filler_free(lm_w2v_filler *f)
{
    if (!f) return;
    lm_w2v_huffman_free(&f->huffman);
    lm_free(f->offset);
    lm_free(f->h);
    lm_free(f->x);
    lm_free(f->z);
    lm_free(f);
}

/* ---- filling ---- */

/* h, and how many words it is of. */
static lm_status set_hidden(lm_w2v_filler *f, const lm_slice *words, size_t count, size_t *known,
                            lm_err *e)
{
    const lm_w2v *m = f->model;
    const size_t D = (size_t)m->shape.dim;
    *known = 0;
    memset(f->h, 0, D * sizeof *f->h);
    for (size_t i = 0; i < count; i++) {
        bool found;
        LM_TRY(lm_w2v_vector(m, words[i], f->x, &found, e));
        lm_vec_axpy(f->h, 1, f->x, D);
        *known += found;
    }
    if (*known && !m->shape.sum) lm_vec_scale(f->h, 1 / (lm_real)*known, f->h, D);
    return LM_OK;
}

static double product(const lm_w2v_filler *f, uint32_t row)
{
    const size_t D = (size_t)f->model->shape.dim;
    return (double)lm_vec_dot(f->h, f->model->weights.output + row * D, D);
}

static lm_status fill_softmax(lm_w2v_filler *f, double *p, lm_err *e)
{
    const uint32_t V = f->model->lang.vocab->size;
    double most = -(double)INFINITY, sum = 0;
    for (uint32_t w = 0; w < V; w++) {
        f->z[w] = product(f, w) + f->offset[w];
        if (f->z[w] > most) most = f->z[w];
    }
    for (uint32_t w = 0; w < V; w++) sum += p[w] = lm_exp(f->z[w] - most);
    for (uint32_t w = 0; w < V; w++) p[w] /= sum;
    if (sum > 0 && sum <= V) return LM_OK; /* the largest term is 1 */
    return lm_fail(e, LM_EFORMAT,
                   "the model gives no probabilities: its weights are too large, or no word has a "
                   "count");
}

/* z = the probability of turn 0 at each node. */
static void fill_hierarchy(lm_w2v_filler *f, double *p)
{
    const uint32_t V = f->model->lang.vocab->size;
    const lm_w2v_huffman *tree = &f->huffman;
    for (uint32_t node = 0; node + 1 < V; node++) f->z[node] = 1 / (1 + lm_exp(-product(f, node)));
    for (uint32_t w = 0; w < V; w++) {
        p[w] = 1;
        for (size_t i = tree->begin[w]; i < tree->begin[w + 1]; i++) {
            const double zero = f->z[tree->node[i]];
            p[w] *= tree->turn[i] ? 1 - zero : zero;
        }
    }
}

lm_status lm_w2v_fill(lm_w2v_filler *f, const lm_slice *words, size_t count, double *p,
                      size_t *known, lm_err *e)
{
    LM_TRY(set_hidden(f, words, count, known, e));
    if (*known && f->offset) return fill_softmax(f, p, e);
    if (*known)
        fill_hierarchy(f, p);
    else
        memset(p, 0, f->model->lang.vocab->size * sizeof *p);
    return LM_OK;
}
