/* nnlm_shared.c - layers put together as an NNLM, against numbers in safetensors files that
 * tests/long/oracles.sh has an independent implementation make: LM_ORACLES is their folder. */
#include <stdio.h>
#include <stdlib.h>
#include "gradient.h"
#include "lm/ckpt.h"
#include "lm/cross_entropy.h"
#include "lm/embedding.h"
#include "lm/linear.h"

enum { V = 11, D = 5, K = 3, X = K * D, H = 7, N = 6 };

static lm_ckpt *file;

static const void *data(const char *name, lm_dtype dtype, size_t count)
{
    const lm_tensor *t = lm_ckpt_find(file, name);
    if (!t || t->dtype != dtype || t->bytes != count * lm_dtype_size(dtype))
        CHECK_TEXT("not in the file, or of another size", name);
    return t->data;
}

/* A weight, which is a float there. */
static void read_weight(lm_real *to, const char *name, size_t count)
{
    const float *from = data(name, LM_F32, count);
    for (size_t i = 0; i < count; i++) to[i] = (lm_real)from[i];
}

static void read_ids(uint32_t *to, const char *name, size_t count)
{
    const int64_t *from = data(name, LM_I64, count);
    for (size_t i = 0; i < count; i++) to[i] = (uint32_t)from[i];
}

static void check(const char *name, const lm_real *found, size_t count)
{
    const double *expected = data(name, LM_F64, count);
    for (size_t i = 0; i < count; i++) test_near(TEST_PLACE(name), found[i], expected[i], 1e-10);
}

typedef struct {
    lm_real table[V * D], hidden[H * X], hidden_bias[H], output[V * H], output_bias[V];
    lm_real direct[V * X];
} weights;

static void read_weights(weights *w)
{
    read_weight(w->table, "embeddings.weight", V * D);
    read_weight(w->hidden, "linear1.weight", H * X);
    read_weight(w->hidden_bias, "linear1.bias", H);
    read_weight(w->output, "linear2.weight", V * H);
    read_weight(w->output_bias, "linear2.bias", V);
    read_weight(w->direct, "direct.weight", V * X);
}

/* Adds the gradients of the mean loss to d; returns it.  p (N,V) are the probabilities. */
static double train(lm_compute *on, weights *d, lm_real *p, const weights *w, bool direct)
{
    uint32_t ids[N * K], targets[N];
    lm_real x[N * X], y[N * H], d_x[N * X] = {0}, d_y[N * H] = {0}, d_sum[N * H] = {0}, losses[N];
    read_ids(ids, "in.context", N * K);
    read_ids(targets, "in.target", N);
    lm_embedding_forward(on, x, ids, w->table, N * K, D);
    lm_linear_forward(on, y, x, w->hidden, w->hidden_bias, LM_OUT_MAJOR, LM_ACT_TANH, N, X, H);
    const lm_logits logits = {
        .N = N,
        .V = V,
        .term = {{y, w->output, LM_OUT_MAJOR, H, d_y, d->output},
                 {direct ? x : NULL, w->direct, LM_OUT_MAJOR, X, d_x, d->direct}},
        .bias = w->output_bias,
        .d_bias = d->output_bias};
    lm_real *room = calloc(lm_cross_entropy_room(N, V, true), sizeof *room);
    CHECK(room);
    const double sum = lm_cross_entropy_both(on, losses, &logits, targets, 1.0 / N, NULL, room);
    lm_activation_backward(on, d_sum, d_y, LM_ACT_TANH, NULL, y, N * H);
    lm_linear_backward(on, d_x, d->hidden, d->hidden_bias, d_sum, x, w->hidden, LM_OUT_MAJOR, N, X,
                       H);
    lm_embedding_backward(on, d->table, d_x, ids, N * K, D);
    lm_cross_entropy_softmax(on, p, &logits);
    for (size_t i = 0; i < N * V; i++) p[i] = log(p[i]);
    free(room);
    return sum / N;
}

TEST(nnlm_shared)
{
    static lm_err e;
    static weights w, d;
    lm_real p[N * V], loss;
    char path[4096];
    const char *folder = getenv("LM_ORACLES");
    if (!folder) SKIP("LM_ORACLES is not set: part of make test-long");
    snprintf(path, sizeof path, "%s/nnlm.safetensors", folder);
    CHECK_OK(lm_ckpt_open(&file, path, LM_CKPT_CHECK_ALL, &e), &e);
    lm_compute *on = compute_with(NULL);
    read_weights(&w);
    loss = train(on, &d, p, &w, false);
    check("out.loss_plain", &loss, 1);
    check("out.log_probs", p, N * V);
    check("out.plain_grad.embeddings.weight", d.table, V * D);
    check("out.plain_grad.linear1.weight", d.hidden, H * X);
    check("out.plain_grad.linear1.bias", d.hidden_bias, H);
    check("out.plain_grad.linear2.weight", d.output, V * H);
    check("out.plain_grad.linear2.bias", d.output_bias, V);
    /* The others are those of both losses together: added to the first ones. */
    loss = train(on, &d, p, &w, true);
    check("out.loss_direct", &loss, 1);
    check("out.log_probs.direct", p, N * V);
    check("grad.embeddings.weight", d.table, V * D);
    check("grad.linear1.weight", d.hidden, H * X);
    check("grad.linear1.bias", d.hidden_bias, H);
    check("grad.linear2.weight", d.output, V * H);
    check("grad.linear2.bias", d.output_bias, V);
    check("grad.direct.weight", d.direct, V * X);
    lm_compute_free(on);
    lm_ckpt_close(file);
}
