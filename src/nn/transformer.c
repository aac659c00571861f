/* transformer.c - a stack of transformer layers. */
#include "lm/transformer.h"
#include <assert.h>
#include <string.h>
#include "lm/layernorm.h"
#include "slices.h"
#include "transformer_room.h"

/* A pass over the layers. */
typedef struct {
    const lm_compute *on;
    const lm_transformer *t;
    lm_transformer_room *room;
    struct lm_layer_scratch *s;
    const size_t *lengths; /* (B) */
    size_t N, B;
    const lm_transformer_chance *chance; /* NULL: nothing is dropped */
    lm_kv_cache *const *caches;          /* (B); NULL: the sequences begin here */
} pass;

static pass begin(const lm_compute *on, const lm_transformer *t, lm_transformer_room *room,
                  const size_t *lengths, size_t B, const lm_transformer_chance *chance)
{
    pass p = {.on = on,
              .t = t,
              .room = room,
              .s = room->scratch,
              .lengths = lengths,
              .N = lm_transformer_rows(lengths, B),
              .B = B,
              .chance = chance};
    assert(p.N <= room->N && B <= room->B);
    return p;
}

size_t lm_transformer_rows(const size_t *lengths, size_t B)
{
    size_t N = 0;
    for (size_t b = 0; b < B; b++) N += lengths[b];
    return N;
}

/* ---- what is dropped ---- */

enum { SITES = 3 }; /* of a layer: probabilities, what attention adds, what the mlp adds */

static lm_dropout dropout_at(const pass *p, size_t layer, uint32_t site)
{
    const lm_transformer_chance *c = p->chance;
    lm_dropout d = {0};
    if (!c) return d;
    d.p = site == 0 ? c->attention : c->residual;
    d.seed = c->seed;
    d.step = (uint32_t)c->step;
    d.site = 1 + SITES * (uint32_t)layer + site;
    d.first = c->first * c->longest * p->t->width; /* that of probabilities is in lm_attention */
    return d;
}

/* ---- pieces of a layer ---- */

/* The keys of a layer in a cache; its values follow. */
static lm_real *kept(const pass *p, size_t layer, const lm_kv_cache *cache)
{
    return cache->kv + 2 * layer * cache->capacity * p->t->width;
}

/* Keys and values of the layer after those that the cache has. */
static void keep(const pass *p, size_t layer, size_t b, const lm_real *qkv)
{
    const size_t C = p->t->width, H = p->t->heads, D = C / H;
    const lm_kv_cache *cache = p->caches[b];
    lm_real *to = kept(p, layer, cache) + cache->length * D;
    assert(cache->length + p->lengths[b] <= cache->capacity);
    for (size_t i = 0; i < p->lengths[b]; i++, qkv += 3 * C, to += D)
        for (size_t h = 0; h < 2 * H; h++) /* the values' heads after the keys' */
            memcpy(to + h * cache->capacity * D, qkv + C + h * D, D * sizeof *to);
}

/* The sequences of a layer, and what their attention is. */
static lm_attention attend(const pass *p, size_t layer, const struct lm_layer_saved *saved)
{
    const lm_transformer *t = p->t;
    const size_t C = t->width;
    for (size_t b = 0, at = 0; b < p->B; at += p->lengths[b++]) {
        const lm_real *qkv = saved->qkv + at * 3 * C;
        lm_sequence *s = &p->s->sequences[b];
        *s = (lm_sequence){qkv,           qkv + C,      qkv + 2 * C, saved->heads + at * C,
                           p->lengths[b], p->lengths[b]};
        if (!p->caches) continue;
        const lm_kv_cache *cache = p->caches[b];
        assert(cache->capacity == p->caches[0]->capacity);
        keep(p, layer, b, qkv);
        s->k = kept(p, layer, cache);
        s->v = s->k + cache->capacity * C;
        s->keys = cache->length + p->lengths[b];
    }
    return (lm_attention){.heads = t->heads,
                          .dim = C / t->heads,
                          .q_stride = 3 * C,
                          .kv_stride = p->caches ? C / t->heads : 3 * C,
                          .kv_head = p->caches ? p->caches[0]->capacity * (C / t->heads) : 0,
                          .out_stride = C,
                          .pattern = t->pattern[layer % t->patterns],
                          .causal = t->causal,
                          .drop = dropout_at(p, layer, 0),
                          .first = p->chance ? (size_t)p->chance->first : 0,
                          .longest = p->chance ? (size_t)p->chance->longest : 0};
}

/* out (N,O) = in (N,I) w + b; packed: w in that form, or NULL */
static void linear(const pass *p, lm_real *out, const lm_real *in, const lm_real *w,
                   const lm_packed *packed, const lm_real *b, size_t I, size_t O)
{
    if (packed)
        lm_packed_product(p->on, packed, out, in, p->N, b);
    else
        lm_linear_forward(p->on, out, in, w, b, p->t->layout, LM_ACT_NONE, p->N, I, O);
}

static lm_packed_layer packed_of(const pass *p, size_t layer)
{
    return p->t->packed ? p->t->packed[layer] : (lm_packed_layer){0};
}

static void norm_1(const pass *p, lm_real *out, const lm_real *in, const lm_layer *w,
                   struct lm_layer_saved *saved)
{
    lm_layernorm_forward(p->on, out, saved->mean_1, saved->rstd_1, in, w->ln_1, w->ln_1_bias,
                         p->t->eps, p->N, p->t->width);
}

static void norm_2(const pass *p, lm_real *out, const lm_real *in, const lm_layer *w,
                   struct lm_layer_saved *saved)
{
    lm_layernorm_forward(p->on, out, saved->mean_2, saved->rstd_2, in, w->ln_2, w->ln_2_bias,
                         p->t->eps, p->N, p->t->width);
}

static struct lm_layer_saved *saved_of(const lm_transformer_room *room, size_t layer)
{
    return &room->saved[layer];
}

/* Where what comes out of a layer goes. */
static lm_real *output_of(const lm_transformer *t, const lm_transformer_room *room, size_t layer)
{
    if (room->mode == LM_INFERENCE) return room->x;
    return layer + 1 < t->layers ? saved_of(room, layer + 1)->x : room->scratch->out;
}

const lm_real *lm_transformer_output(const lm_transformer *t, const lm_transformer_room *room)
{
    return output_of(t, room, t->layers - 1);
}

/* ---- forward ---- */

/* middle = x + drop(attention(LN1(x) or x)) */
static void attention_forward(const pass *p, size_t layer, const lm_layer *w,
                              struct lm_layer_saved *saved)
{
    const size_t C = p->t->width, n = p->N * C;
    const lm_real *in = saved->x;
    const lm_packed_layer packed = packed_of(p, layer);
    if (p->t->pre_norm) norm_1(p, p->s->normed, saved->x, w, saved);
    if (p->t->pre_norm) in = p->s->normed;
    linear(p, saved->qkv, in, w->c_attn, packed.c_attn, w->attn_bias, C, 3 * C);
    const lm_attention shape = attend(p, layer, saved);
    lm_attention_forward(p->on, &shape, p->s->sequences, p->B, saved->lse, p->s->attention);
    linear(p, saved->middle, saved->heads, w->c_proj, packed.c_proj, w->proj_bias, C, C);
    const lm_dropout drop = dropout_at(p, layer, 1);
    lm_dropout_forward(p->on, saved->middle, saved->middle, &drop, n);
    lm_nn_add(p->on, saved->middle, saved->x, n);
}

/* What the mlp takes: LN2(middle), or LN1(middle). */
static void norm_middle(const pass *p, const lm_layer *w, struct lm_layer_saved *saved)
{
    if (p->t->pre_norm)
        norm_2(p, p->s->normed, saved->middle, w, saved);
    else
        norm_1(p, p->s->normed, saved->middle, w, saved);
}

static void mlp_forward(const pass *p, size_t layer, const lm_layer *w,
                        struct lm_layer_saved *saved)
{
    const size_t C = p->t->width, F = p->t->inner, n = p->N * C;
    lm_real *out = output_of(p->t, p->room, layer), *end = p->t->pre_norm ? out : saved->end;
    const lm_packed_layer packed = packed_of(p, layer);
    norm_middle(p, w, saved);
    linear(p, saved->fc, p->s->normed, w->c_fc, packed.c_fc, w->fc_bias, C, F);
    lm_activation_forward(p->on, p->s->active, saved->fc, p->t->activation, p->N * F);
    linear(p, end, p->s->active, w->c_out, packed.c_out, w->out_bias, F, C);
    const lm_dropout drop = dropout_at(p, layer, 2);
    lm_dropout_forward(p->on, end, end, &drop, n);
    lm_nn_add(p->on, end, p->t->pre_norm ? saved->middle : p->s->normed, n);
    if (!p->t->pre_norm) norm_2(p, out, end, w, saved);
}

static lm_real *forward(const pass *p, const lm_layer *layers)
{
    for (size_t l = 0; l < p->t->layers; l++) {
        attention_forward(p, l, &layers[l], saved_of(p->room, l));
        mlp_forward(p, l, &layers[l], saved_of(p->room, l));
    }
    return output_of(p->t, p->room, p->t->layers - 1);
}

lm_real *lm_transformer_forward(const lm_compute *on, const lm_transformer *t,
                                const lm_layer *layers, lm_transformer_room *room,
                                const size_t *lengths, size_t B,
                                const lm_transformer_chance *chance)
{
    const pass p = begin(on, t, room, lengths, B, chance);
    return forward(&p, layers);
}

lm_real *lm_transformer_extend(const lm_compute *on, const lm_transformer *t,
                               const lm_layer *layers, lm_transformer_room *room,
                               lm_kv_cache *const *caches, const size_t *lengths, size_t B)
{
    pass p = begin(on, t, room, lengths, B, NULL);
    p.caches = caches;
    lm_real *out = forward(&p, layers);
    for (size_t b = 0; b < B; b++) caches[b]->length += lengths[b];
    return out;
}

void lm_transformer_map(const lm_compute *on, const lm_transformer *t, lm_transformer_room *room,
                        size_t layer, size_t head, size_t T, lm_real *p)
{
    const struct lm_layer_saved *saved = saved_of(room, layer);
    const pass first = begin(on, t, room, &T, 1, NULL);
    assert(room->mode == LM_TRAINING);
    const lm_attention shape = attend(&first, layer, saved);
    lm_attention_map(on, &shape, &room->scratch->sequences[0], head, p);
}

/* ---- backward ---- */

/* The gradient of what is added to the stream at `site` of the layer, from that of the sum. */
static const lm_real *added_backward(const pass *p, size_t layer, uint32_t site, const lm_real *d)
{
    const lm_dropout drop = dropout_at(p, layer, site);
    const size_t n = p->N * p->t->width;
    if (drop.p == 0) return d;
    lm_nn_clear(p->on, p->s->d_added, n);
    lm_dropout_backward(p->on, p->s->d_added, d, &drop, n);
    return p->s->d_added;
}

/* d_normed = the gradient of what the mlp takes, from d_x, that of what it adds. */
static void mlp_backward(const pass *p, size_t layer, const lm_layer *w, const lm_layer *d,
                         struct lm_layer_saved *saved)
{
    struct lm_layer_scratch *s = p->s;
    const size_t C = p->t->width, F = p->t->inner, N = p->N;
    const lm_real *d_added = added_backward(p, layer, 2, p->room->d_x);
    lm_activation_forward(p->on, s->active, saved->fc, p->t->activation, N * F);
    lm_nn_clear(p->on, s->d_active, N * F);
    lm_linear_backward(p->on, s->d_active, d->c_out, d->out_bias, d_added, s->active, w->c_out,
                       p->t->layout, N, F, C);
    lm_nn_clear(p->on, s->d_fc, N * F);
    lm_activation_backward(p->on, s->d_fc, s->d_active, p->t->activation, saved->fc, s->active,
                           N * F);
    norm_middle(p, w, saved);
    lm_nn_clear(p->on, s->d_normed, N * C);
    lm_linear_backward(p->on, s->d_normed, d->c_fc, d->fc_bias, s->d_fc, s->normed, w->c_fc,
                       p->t->layout, N, C, F);
}

static void norm_1_backward(const pass *p, lm_real *d_in, const lm_real *d_out, const lm_real *in,
                            const lm_layer *w, const lm_layer *d,
                            const struct lm_layer_saved *saved)
{
    lm_layernorm_backward(p->on, d_in, d->ln_1, d->ln_1_bias, d_out, in, w->ln_1, saved->mean_1,
                          saved->rstd_1, p->N, p->t->width);
}

static void norm_2_backward(const pass *p, lm_real *d_in, const lm_real *d_out, const lm_real *in,
                            const lm_layer *w, const lm_layer *d,
                            const struct lm_layer_saved *saved)
{
    lm_layernorm_backward(p->on, d_in, d->ln_2, d->ln_2_bias, d_out, in, w->ln_2, saved->mean_2,
                          saved->rstd_2, p->N, p->t->width);
}

/* d_qkv = the gradient of queries, keys, values from d_middle, that of what attention adds. */
static void heads_backward(const pass *p, size_t layer, const lm_layer *w, const lm_layer *d,
                           struct lm_layer_saved *saved)
{
    struct lm_layer_scratch *s = p->s;
    const size_t C = p->t->width, N = p->N;
    const lm_real *d_added = added_backward(p, layer, 1, s->d_middle);
    lm_real *d_heads = s->d_normed; /* which is not needed any more */
    lm_nn_clear(p->on, d_heads, N * C);
    lm_linear_backward(p->on, d_heads, d->c_proj, d->proj_bias, d_added, saved->heads, w->c_proj,
                       p->t->layout, N, C, C);
    const lm_attention shape = attend(p, layer, saved);
    for (size_t b = 0, at = 0; b < p->B; at += p->lengths[b++]) {
        lm_real *d_qkv = s->d_qkv + at * 3 * C;
        s->gradients[b] =
            (lm_sequence_gradients){d_qkv, d_qkv + C, d_qkv + 2 * C, d_heads + at * C};
    }
    lm_nn_clear(p->on, s->d_qkv, N * 3 * C);
    lm_attention_backward(p->on, &shape, s->sequences, s->gradients, p->B, saved->lse,
                          s->attention);
}

/* d_x: from the gradient of what comes out of the layer to that of what goes in. */
static void layer_backward(const pass *p, size_t layer, const lm_layer *w, const lm_layer *d)
{
    struct lm_layer_saved *saved = saved_of(p->room, layer);
    struct lm_layer_scratch *s = p->s;
    const size_t C = p->t->width, n = p->N * C;
    lm_real *d_x = p->room->d_x;
    const bool pre = p->t->pre_norm;
    if (!pre) {
        lm_nn_clear(p->on, s->d_middle, n);
        norm_2_backward(p, s->d_middle, d_x, saved->end, w, d, saved);
        lm_nn_copy(p->on, d_x, s->d_middle, n);
    }
    mlp_backward(p, layer, w, d, saved);
    if (pre) {
        lm_nn_copy(p->on, s->d_middle, d_x, n);
        norm_2_backward(p, s->d_middle, s->d_normed, saved->middle, w, d, saved);
    } else {
        lm_nn_add(p->on, s->d_normed, d_x, n);
        lm_nn_clear(p->on, s->d_middle, n);
        norm_1_backward(p, s->d_middle, s->d_normed, saved->middle, w, d, saved);
    }
    heads_backward(p, layer, w, d, saved);
    lm_nn_copy(p->on, d_x, s->d_middle, n);
    if (pre) norm_1(p, s->normed, saved->x, w, saved);
    if (pre) lm_nn_clear(p->on, s->d_normed, n);
    lm_linear_backward(p->on, pre ? s->d_normed : d_x, d->c_attn, d->attn_bias, s->d_qkv,
                       pre ? s->normed : saved->x, w->c_attn, p->t->layout, p->N, C, 3 * C);
    if (pre) norm_1_backward(p, d_x, s->d_normed, saved->x, w, d, saved);
}

void lm_transformer_layer_backward(const lm_compute *on, const lm_transformer *t, size_t l,
                                   const lm_layer *layer, const lm_layer *d_layer,
                                   lm_transformer_room *room, const size_t *lengths, size_t B,
                                   const lm_transformer_chance *chance)
{
    const pass p = begin(on, t, room, lengths, B, chance);
    assert(room->mode != LM_INFERENCE);
    if (room->mode == LM_RECOMPUTING) {
        attention_forward(&p, l, layer, saved_of(room, l));
        mlp_forward(&p, l, layer, saved_of(room, l));
    }
    layer_backward(&p, l, layer, d_layer);
}

void lm_transformer_backward(const lm_compute *on, const lm_transformer *t, const lm_layer *layers,
                             const lm_layer *d_layers, lm_transformer_room *room,
                             const size_t *lengths, size_t B, const lm_transformer_chance *chance)
{
    for (size_t l = t->layers; l-- > 0;)
        lm_transformer_layer_backward(on, t, l, &layers[l], &d_layers[l], room, lengths, B, chance);
}
