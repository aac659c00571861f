/* noise.c - noise contrastive estimation. */
#include "lm/noise.h"
#include <string.h>
#include "columns.h"
#include "lm/embedding.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/vector.h"
#include "products.h"

/* Within the caller's room. */
typedef struct {
    lm_real *rows[LM_LOGIT_TERMS]; /* (k,width) weights of the noise, of each term */
    lm_real *d_rows;               /* (k,width) and their gradients, of one */
    lm_real *of_targets;           /* (N,width) gradients of the weights of the targets */
    lm_real *scores;               /* (N,k) of the noise, then their gradients */
    lm_real *own;                  /* (N) of the targets, then their gradients */
    lm_real *bias;                 /* (k) of the noise, then its gradients */
} parts;

size_t lm_noise_room(size_t N, size_t k, size_t width)
{
    size_t lines, matrices, scores, room;
    if (!lm_mul_size(LM_LOGIT_TERMS + 1, k, &lines) || !lm_add_size(lines, N, &lines) ||
        !lm_mul_size(lines, width, &matrices) || !lm_mul_size(N, k, &scores) ||
        !lm_add_size(matrices, scores, &room) || !lm_add_size(room, N, &room) ||
        !lm_add_size(room, k, &room))
        return SIZE_MAX;
    return room;
}

static parts divide(lm_real *room, size_t N, size_t k, size_t width)
{
    parts p;
    for (int t = 0; t < LM_LOGIT_TERMS; t++, room += k * width) p.rows[t] = room;
    p.d_rows = room;
    p.of_targets = p.d_rows + k * width;
    p.scores = p.of_targets + N * width;
    p.own = p.scores + N * k;
    p.bias = p.own + N;
    return p;
}

static size_t widest(const lm_logits *l)
{
    return l->term[0].width > l->term[1].width ? l->term[0].width : l->term[1].width;
}

static int terms_of(const lm_logits *l)
{
    int t = 0;
    while (t < LM_LOGIT_TERMS && l->term[t].in) t++;
    return t;
}

/* ---- scores ---- */

/* The noise words are the outputs of a small layer, whose weights are gathered. */
static lm_nn_product product_of(const lm_logits *l, const lm_noise *noise, size_t width)
{
    return (lm_nn_product){l->N, width, noise->k, LM_OUT_MAJOR, width, noise->k};
}

static void score_noise(const lm_compute *on, const parts *p, const lm_logits *l,
                        const lm_noise *noise)
{
    for (size_t j = 0; j < noise->k; j++)
        p->bias[j] = l->bias[noise->ids[j]] - noise->ln_kq[noise->ids[j]];
    for (int t = 0; t < terms_of(l); t++) {
        const lm_logit_term *term = &l->term[t];
        const lm_nn_product product = product_of(l, noise, term->width);
        lm_embedding_forward(on, p->rows[t], noise->ids, term->weight, noise->k, term->width);
        lm_nn_forward(on, &product, p->scores, term->in, p->rows[t], t == 0 ? p->bias : NULL,
                      LM_ACT_NONE, t > 0);
    }
}

static void score_targets(const parts *p, const lm_logits *l, const uint32_t *targets,
                          const lm_noise *noise)
{
    for (size_t n = 0; n < l->N; n++) {
        p->own[n] = l->bias[targets[n]] - noise->ln_kq[targets[n]];
        for (int t = 0; t < terms_of(l); t++) {
            const size_t width = l->term[t].width;
            p->own[n] += lm_vec_dot(l->term[t].in + n * width,
                                    l->term[t].weight + targets[n] * width, width);
        }
    }
}

/* ---- losses ---- */

/* -ln sigma(-x) = ln(1 + e^x), and its derivative sigma(x). */
static double softplus(double x, double *sigma)
{
    const double small = lm_exp(x > 0 ? -x : x); /* e^-|x| */
    *sigma = (x > 0 ? 1 : small) / (1 + small);
    return (x > 0 ? x : 0) + lm_log(1 + small);
}

typedef struct {
    const parts *p;
    lm_real *losses;
    size_t k;
    lm_real scale;
} losing;

static void lose_row(void *context, size_t n)
{
    const losing *j = context;
    double sigma, loss = softplus(-(double)j->p->own[n], &sigma);
    j->p->own[n] = -j->scale * (lm_real)sigma;
    for (size_t i = 0; i < j->k; i++) {
        lm_real *score = &j->p->scores[n * j->k + i];
        loss += softplus((double)*score, &sigma);
        *score = j->scale * (lm_real)sigma;
    }
    j->losses[n] = (lm_real)loss;
}

/* ---- gradients ---- */

static void give_back_noise(const lm_compute *on, const parts *p, const lm_logits *l,
                            const lm_noise *noise, int t)
{
    const lm_logit_term *term = &l->term[t];
    const lm_nn_product product = product_of(l, noise, term->width);
    memset(p->d_rows, 0, noise->k * term->width * sizeof *p->d_rows);
    lm_nn_backward(on, &product, term->d_in, term->d_weight ? p->d_rows : NULL, p->scores, term->in,
                   p->rows[t]);
    if (term->d_weight)
        lm_embedding_backward(on, term->d_weight, p->d_rows, noise->ids, noise->k, term->width);
}

static void give_back_targets(const lm_compute *on, const parts *p, const lm_logits *l,
                              const uint32_t *targets, const lm_logit_term *term)
{
    const size_t width = term->width;
    for (size_t n = 0; n < l->N; n++) {
        if (term->d_in)
            lm_vec_axpy(term->d_in + n * width, p->own[n], term->weight + targets[n] * width,
                        width);
        lm_vec_scale(p->of_targets + n * width, p->own[n], term->in + n * width, width);
    }
    if (term->d_weight)
        lm_embedding_backward(on, term->d_weight, p->of_targets, targets, l->N, width);
}

static void give_back_bias(const lm_compute *on, const parts *p, const lm_logits *l,
                           const uint32_t *targets, const lm_noise *noise)
{
    if (!l->d_bias) return;
    memset(p->bias, 0, noise->k * sizeof *p->bias);
    lm_nn_column_sums(on, p->bias, p->scores, noise->k, l->N, noise->k);
    for (size_t j = 0; j < noise->k; j++) l->d_bias[noise->ids[j]] += p->bias[j];
    for (size_t n = 0; n < l->N; n++) l->d_bias[targets[n]] += p->own[n];
}

double lm_noise_both(const lm_compute *on, lm_real *losses, const lm_logits *l,
                     const uint32_t *targets, const lm_noise *noise, lm_real scale, lm_real *room)
{
    const parts p = divide(room, l->N, noise->k, widest(l));
    losing j = {&p, losses, noise->k, scale};
    double sum = 0;
    score_noise(on, &p, l, noise);
    score_targets(&p, l, targets, noise);
    lm_parallel_for(lm_compute_pool(on), l->N, lose_row, &j);
    for (size_t n = 0; n < l->N; n++) sum += (double)losses[n];
    for (int t = 0; t < terms_of(l); t++) {
        give_back_noise(on, &p, l, noise, t);
        give_back_targets(on, &p, l, targets, &l->term[t]);
    }
    give_back_bias(on, &p, l, targets, noise);
    return sum;
}
