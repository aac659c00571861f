/* nnlm.c - gradients of the whole NNLM, of every form of it, and its probabilities. */
#include "gradient.h"
#include "lm/nnlm.h"
#include "unit/nnlms.h"

enum { V = 13, B = 9, ORDER = 4, K = 5 };

typedef struct {
    lm_nnlm *model;
    lm_compute *on;
    lm_real *values, *grads;
    lm_nnlm_weights w, d;
    lm_nnlm_room room;
    lm_nnlm_chance chance;
    lm_noise noise;
    lm_real *noise_room;
} net;

/* Any words, and contexts that begin with none or <s>. */
static void choose_examples(net *n)
{
    for (size_t i = 0; i < B; i++) n->room.target[i] = (uint32_t)below(n->model->outputs);
    for (size_t i = 0; i < B * (ORDER - 1); i++) n->room.context[i] = (uint32_t)below(V);
    n->room.context[0] = LM_NO_WORD;
    n->room.context[ORDER - 1] = n->model->start;
}

static void open_net(net *n, const lm_nnlm_shape *shape, double dropout)
{
    static lm_err e;
    uint64_t count[V];
    for (int i = 0; i < V; i++) count[i] = 1 + 100 / (uint64_t)(i + 1);
    *n = (net){.chance = {dropout, 7, 3, 2}};
    CHECK_OK(lm_nnlm_new(&n->model, shape, nnlm_words(V), count, &e), &e);
    CHECK_OK(lm_params_block(n->model->params, &n->values, &e), &e);
    CHECK_OK(lm_params_block(n->model->params, &n->grads, &e), &e);
    lm_params_bind(n->model->params, n->values, &n->w);
    lm_params_bind(n->model->params, n->grads, &n->d);
    for (size_t i = 0; i < n->model->params->count; i++)
        fill(n->values + n->model->params->item[i].at, n->model->params->item[i].count);
    n->on = compute_with(NULL);
    CHECK_OK(lm_nnlm_room_new(&n->room, n->model, B, true, NULL, false, &e), &e);
    choose_examples(n);
}

static void close_net(net *n)
{
    lm_nnlm_room_free(&n->room);
    lm_compute_free(n->on);
    lm_block_free(n->values);
    lm_block_free(n->grads);
    lm_nnlm_free(n->model);
    free(n->noise_room);
}

static double both(net *n, const lm_nnlm_weights *d, lm_real scale)
{
    if (n->noise.k)
        return lm_nnlm_both_noise(n->on, n->model, &n->w, d, &n->room, B, scale, &n->chance,
                                  &n->noise, n->noise_room);
    return lm_nnlm_both(n->on, n->model, &n->w, d, &n->room, B, scale, &n->chance);
}

/* Its gradients go to a block that nobody reads. */
static double loss_of(void *context)
{
    net *n = context;
    static lm_err e;
    lm_real *unused;
    lm_nnlm_weights d;
    CHECK_OK(lm_params_block(n->model->params, &unused, &e), &e);
    lm_params_bind(n->model->params, unused, &d);
    const double sum = both(n, &d, 1);
    lm_block_free(unused);
    return 0.25 * sum;
}

static void check_net(net *n)
{
    const lm_params *p = n->model->params;
    tensor all[9];
    const double sum = both(n, &n->d, 0.25);
    double again = 0;
    for (size_t i = 0; i < B; i++) again += n->room.losses[i];
    CHECK_NEAR(sum, again, 1e-12 * fabs(again));
    for (size_t i = 0; i < p->count; i++)
        all[i] = (tensor){p->item[i].name, n->values + p->item[i].at, n->grads + p->item[i].at,
                          p->item[i].count};
    check_gradients(all, p->count, loss_of, n);
}

static const lm_nnlm_shape plain = {
    .order = ORDER, .dim = 3, .hidden = 5, .activation = LM_ACT_TANH};

/* Every form, with and without dropout. */
TEST(nnlm_gradients)
{
    static const lm_activation activations[] = {LM_ACT_TANH, LM_ACT_SIGMOID, LM_ACT_RELU};
    random_state = 1;
    for (int form = 0; form < 48; form++) {
        net n;
        lm_nnlm_shape shape = plain;
        shape.activation = activations[form % 3];
        shape.direct = form / 3 % 2;
        shape.tied = form / 6 % 2;
        if (shape.tied) shape.hidden = shape.dim;
        shape.classes = form / 12 % 2 ? 4 : 0;
        open_net(&n, &shape, form / 24 ? 0.4 : 0);
        check_net(&n);
        close_net(&n);
    }
}

TEST(nnlm_noise_gradients)
{
    static const uint32_t ids[K] = {3, 0, 3, 11, 7};
    random_state = 2;
    for (int form = 0; form < 8; form++) {
        net n;
        lm_real ln_kq[V];
        lm_nnlm_shape shape = plain;
        shape.direct = form % 2;
        shape.tied = form / 2 % 2;
        if (shape.tied) shape.hidden = shape.dim;
        open_net(&n, &shape, form / 4 ? 0.3 : 0);
        fill(ln_kq, V);
        n.noise = (lm_noise){ids, K, ln_kq};
        n.noise_room = calloc(lm_noise_room(B, K, 9), sizeof *n.noise_room);
        check_net(&n);
        close_net(&n);
    }
}

/* Losses are those of the probabilities, which sum to 1, also without gradients. */
TEST(nnlm_probabilities)
{
    random_state = 3;
    for (int form = 0; form < 8; form++) {
        net n;
        lm_real p[V], losses[B];
        lm_nnlm_shape shape = plain;
        shape.direct = form % 2;
        shape.classes = form / 2 % 2 ? 5 : 0;
        shape.tied = form / 4 % 2;
        if (shape.tied) shape.hidden = shape.dim;
        open_net(&n, &shape, 0);
        (void)both(&n, &n.d, 1);
        memcpy(losses, n.room.losses, sizeof losses);
        lm_nnlm_losses(n.on, n.model, &n.w, &n.room, B);
        for (size_t i = 0; i < B; i++) CHECK_NEAR(n.room.losses[i], losses[i], 1e-12);
        for (size_t i = 0; i < B; i++) {
            double sum = 0;
            memmove(n.room.context, n.room.context + (i ? ORDER - 1 : 0),
                    (B - 1) * (ORDER - 1) * sizeof *n.room.context);
            lm_nnlm_predict(n.on, n.model, &n.w, &n.room, p);
            for (uint32_t w = 0; w < n.model->outputs; w++) sum += p[w];
            CHECK_NEAR(sum, 1, 1e-12);
            CHECK_NEAR(-log(p[n.room.target[i]]), losses[i], 1e-10);
        }
        close_net(&n);
    }
}
