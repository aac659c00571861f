/* gpt.c - the gradients of GPTs: pre- and post-norm, positions, patterns, dropout, and the same by
 * computing anew what is not kept. */
#include "lm/gpt.h"
#include "gradient.h"
#include "lm/cross_entropy.h"

enum { B = 3, T = 9, V = 13, N = 8 + 9 + 3 };

static const size_t lengths[B] = {8, 9, 3};

typedef struct {
    lm_compute *on;
    lm_gpt *gpt;
    lm_gpt_room room;
    lm_real *values;
    lm_gpt_chance chance;
} problem;

static lm_err e;

static lm_gpt_weights bind(const problem *p, const lm_real *block)
{
    lm_gpt_weights w = {0};
    lm_params_bind(p->gpt->params, block, &w);
    return w;
}

static double both(problem *p, lm_real *grads)
{
    const lm_gpt_weights w = bind(p, p->values), d = bind(p, grads);
    return lm_gpt_both(p->on, p->gpt, &w, &d, &p->room, lengths, B, 0.5, &p->chance) / 2;
}

static double loss(void *context)
{
    problem *p = context;
    lm_real *unused;
    CHECK_OK(lm_params_block(p->gpt->params, &unused, &e), &e);
    const double sum = both(p, unused);
    lm_block_free(unused);
    return sum;
}

/* Values around those that training begins with, but no vector is all ones or zeros. */
static void set_values(problem *p)
{
    CHECK_OK(lm_params_block(p->gpt->params, &p->values, &e), &e);
    CHECK_OK(lm_params_init(p->gpt->params, p->values, "default", 3, NULL, &e), &e);
    for (size_t i = 0; i < p->gpt->params->count; i++) {
        const lm_param *row = &p->gpt->params->item[i];
        for (size_t k = 0; k < row->count; k++) {
            lm_real x;
            fill(&x, 1);
            p->values[row->at + k] = p->values[row->at + k] * 4 + (i < 2 ? x : x / 4);
        }
    }
}

static void set_text(problem *p)
{
    for (size_t i = 0; i < N; i++) {
        p->room.ids[i] = (uint32_t)below(V);
        p->room.targets[i] = i % 5 == 4 ? LM_IGNORE : (uint32_t)below(V);
    }
}

static lm_real *gradient(problem *p)
{
    lm_real *grads;
    CHECK_OK(lm_params_block(p->gpt->params, &grads, &e), &e);
    (void)both(p, grads);
    return grads;
}

static void check_values(problem *p)
{
    lm_real *grads = gradient(p);
    const size_t count = p->gpt->params->count;
    for (size_t from = 0; from < count; from += 16) {
        tensor all[16];
        size_t n = 0;
        for (; n < 16 && from + n < count; n++) {
            const lm_param *row = &p->gpt->params->item[from + n];
            all[n] = (tensor){row->name, p->values + row->at, grads + row->at, row->count};
        }
        check_gradients(all, n, loss, p);
    }
    lm_block_free(grads);
}

/* Nothing of the gradient depends on what was kept. */
static void check_recomputed(problem *p)
{
    lm_real *kept = gradient(p);
    lm_gpt_room whole = p->room;
    CHECK_OK(lm_gpt_room_new(&p->room, p->gpt, N, B, LM_RECOMPUTING, NULL, &e), &e);
    memcpy(p->room.ids, whole.ids, N * sizeof *whole.ids);
    memcpy(p->room.targets, whole.targets, N * sizeof *whole.targets);
    lm_real *again = gradient(p);
    CHECK_INT(memcmp(kept, again, p->gpt->params->size * sizeof *kept), 0);
    lm_gpt_room_free(&p->room);
    p->room = whole;
    lm_block_free(kept);
    lm_block_free(again);
}

static void check(bool post_norm, bool sine, const char *patterns, double dropout)
{
    problem p = {.on = compute_with(NULL)};
    lm_gpt_shape shape = {.layers = 2,
                          .heads = 2,
                          .width = 12,
                          .context = T,
                          .vocab = V,
                          .post_norm = post_norm,
                          .sine = sine};
    CHECK_OK(lm_patterns_parse(patterns, shape.pattern, &shape.patterns, &e), &e);
    CHECK_OK(lm_gpt_new(&p.gpt, &shape, NULL, &e), &e);
    CHECK_OK(lm_gpt_room_new(&p.room, p.gpt, N, B, LM_TRAINING, NULL, &e), &e);
    p.chance = (lm_gpt_chance){
        .embedding = dropout,
        .layers = {.attention = dropout, .residual = dropout, .seed = 1, .step = 4, .longest = T}};
    set_values(&p);
    set_text(&p);
    check_values(&p);
    check_recomputed(&p);
    lm_gpt_room_free(&p.room);
    lm_block_free(p.values);
    lm_gpt_free(p.gpt);
    lm_compute_free(p.on);
}

TEST(gpt_gradient)
{
    check(false, false, "dense", 0);
    check(true, false, "dense", 0);
    check(false, true, "local:2,atrous:3", 0);
    check(true, true, "sparse:2,fixed:4:2", 0);
}

TEST(gpt_gradient_with_dropout)
{
    check(false, false, "dense,band:3", 0.3);
    check(true, false, "dense", 0.2);
}

/* The losses of the sequences of T rows from sequence `from` of the text on, at that place of the
 * batch. */
static void losses_of(problem *p, const uint32_t *ids, const uint32_t *targets, size_t from,
                      size_t place, size_t count, lm_real *losses)
{
    static const size_t equal[2] = {T, T};
    lm_real *grads;
    CHECK_OK(lm_params_block(p->gpt->params, &grads, &e), &e);
    const lm_gpt_weights w = bind(p, p->values), d = bind(p, grads);
    memcpy(p->room.ids, ids + from * T, count * T * sizeof *ids);
    memcpy(p->room.targets, targets + from * T, count * T * sizeof *targets);
    p->chance.layers.first = place;
    (void)lm_gpt_both(p->on, p->gpt, &w, &d, &p->room, equal, count, 1, &p->chance);
    memcpy(losses, p->room.losses, count * T * sizeof *losses);
    lm_block_free(grads);
}

/* What is dropped of a sequence is told by its place in the whole batch: one computed alone has the
 * losses that it has in the whole, at its place and at no other. */
static void check_parts(problem *p)
{
    uint32_t ids[2 * T], targets[2 * T];
    lm_real whole[2 * T], alone[T], elsewhere[T];
    memcpy(ids, p->room.ids, sizeof ids);
    memcpy(targets, p->room.targets, sizeof targets);
    losses_of(p, ids, targets, 0, 0, 2, whole);
    losses_of(p, ids, targets, 1, 1, 1, alone);
    losses_of(p, ids, targets, 1, 0, 1, elsewhere);
    CHECK_INT(memcmp(alone, whole + T, sizeof alone), 0);
    CHECK(memcmp(elsewhere, alone, sizeof alone) != 0);
}

TEST(gpt_dropout_in_parts)
{
    problem p = {.on = compute_with(NULL)};
    const lm_gpt_shape shape = {
        .layers = 2, .heads = 2, .width = 12, .context = T, .vocab = V, .patterns = 1};
    CHECK_OK(lm_gpt_new(&p.gpt, &shape, NULL, &e), &e);
    CHECK_OK(lm_gpt_room_new(&p.room, p.gpt, N, B, LM_TRAINING, NULL, &e), &e);
    set_values(&p);
    set_text(&p);
    for (int kind = 0; kind < 3; kind++) { /* of h0, of probabilities, of what is added */
        p.chance = (lm_gpt_chance){.embedding = kind == 0 ? 0.4 : 0,
                                   .layers = {.attention = kind == 1 ? 0.4 : 0,
                                              .residual = kind == 2 ? 0.4 : 0,
                                              .seed = 1,
                                              .step = 4,
                                              .longest = T}};
        check_parts(&p);
    }
    lm_gpt_room_free(&p.room);
    lm_block_free(p.values);
    lm_gpt_free(p.gpt);
    lm_compute_free(p.on);
}
