/* noise.c - noise contrastive estimation. */
#include "lm/noise.h"
#include <string.h>
#include "columns.h"
#include "lm/embedding.h"
#include "lm/gemm.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/vector.h"

/* Within the caller's room. */
typedef struct {
    lm_real *scores;     /* (N,k) of the noise, then their gradients */
    lm_real *own;        /* (N) of the targets, then their gradients */
    lm_real *rows;       /* (k,width) weights of the noise, */
    lm_real *d_rows;     /* (k,width) and their gradients */
    lm_real *of_targets; /* (N,width) gradients of the weights of the targets */
    lm_real *d_bias;     /* (k) */
} parts;

size_t lm_noise_room(size_t N, size_t k, size_t width)
{
    size_t scores, rows, targets, room;
    if (!lm_mul_size(N, k, &scores) || !lm_mul_size(2 * k, width, &rows) ||
        !lm_mul_size(N, width, &targets) || !lm_add_size(scores, rows, &room) ||
        !lm_add_size(room, targets, &room) || !lm_add_size(room, N, &room) ||
        !lm_add_size(room, k, &room))
        return SIZE_MAX;
    return room;
}

static parts divide(lm_real *room, size_t N, size_t k, size_t width)
{
    parts p;
    p.scores = room;
    p.rows = p.scores + N * k;
    p.d_rows = p.rows + k * width;
    p.of_targets = p.d_rows + k * width;
    p.own = p.of_targets + N * width;
    p.d_bias = p.own + N;
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

static void score_noise(const lm_compute *on, const parts *p, const lm_logits *l,
                        const lm_noise *noise)
{
    const size_t N = l->N, k = noise->k;
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < k; j++)
            p->scores[n * k + j] = l->bias[noise->ids[j]] - noise->ln_kq[noise->ids[j]];
    for (int t = 0; t < terms_of(l); t++) {
        const lm_logit_term *term = &l->term[t];
        lm_embedding_forward(on, p->rows, noise->ids, term->weight, k, term->width);
        lm_gemm(on, &(lm_product){.m = N,
                                  .n = k,
                                  .k = term->width,
                                  .a = term->in,
                                  .lda = term->width,
                                  .b = p->rows,
                                  .ldb = term->width,
                                  .tb = true,
                                  .c = p->scores,
                                  .ldc = k,
                                  .accumulate = true});
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
                            const lm_noise *noise, const lm_logit_term *term)
{
    const size_t N = l->N, k = noise->k, width = term->width;
    lm_embedding_forward(on, p->rows, noise->ids, term->weight, k, width);
    if (term->d_in)
        lm_gemm(on, &(lm_product){.m = N,
                                  .n = width,
                                  .k = k,
                                  .a = p->scores,
                                  .lda = k,
                                  .b = p->rows,
                                  .ldb = width,
                                  .c = term->d_in,
                                  .ldc = width,
                                  .accumulate = true});
    if (!term->d_weight) return;
    lm_gemm(on, &(lm_product){.m = k,
                              .n = width,
                              .k = N,
                              .a = p->scores,
                              .lda = k,
                              .ta = true,
                              .b = term->in,
                              .ldb = width,
                              .c = p->d_rows,
                              .ldc = width});
    lm_embedding_backward(on, term->d_weight, p->d_rows, noise->ids, k, width);
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
    memset(p->d_bias, 0, noise->k * sizeof *p->d_bias);
    lm_nn_column_sums(on, p->d_bias, p->scores, noise->k, l->N, noise->k);
    for (size_t j = 0; j < noise->k; j++) l->d_bias[noise->ids[j]] += p->d_bias[j];
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
        give_back_noise(on, &p, l, noise, &l->term[t]);
        give_back_targets(on, &p, l, targets, &l->term[t]);
    }
    give_back_bias(on, &p, l, targets, noise);
    return sum;
}
