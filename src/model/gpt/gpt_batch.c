/* gpt_batch.c - losses, gradients and next tokens of a batch. */
#include <assert.h>
#include <string.h>
#include "gpt_private.h"
#include "lm/cross_entropy.h"
#include "lm/embedding.h"
#include "lm/gemm.h"
#include "lm/layernorm.h"
#include "lm/vector.h"

/* ---- room ---- */

static lm_real *take(lm_arena *arena, size_t count, lm_err *e)
{
    return lm_arena_new(arena, count, sizeof(lm_real), e);
}

static lm_status fill_room(lm_gpt_room *room, const lm_gpt *g, size_t N, lm_transformer_mode mode,
                           size_t head, lm_err *e)
{
    const size_t C = (size_t)g->shape.width;
    const bool trains = mode != LM_INFERENCE;
    size_t rows;
    lm_arena *a = &room->arena;
    if (!lm_mul_size(N, C, &rows)) rows = SIZE_MAX;
    room->ids = lm_arena_new(a, N, sizeof *room->ids, e);
    room->targets = lm_arena_new(a, N, sizeof *room->targets, e);
    room->losses = take(a, N, e);
    room->out = take(a, rows, e);
    room->mean = take(a, N, e);
    room->rstd = take(a, N, e);
    if (trains) room->d_out = take(a, rows, e);
    room->room = take(a, head, e);
    return e->status;
}

lm_status lm_gpt_room_with(lm_gpt_room *room, const lm_gpt *g, size_t N, size_t B,
                           lm_transformer_mode mode, size_t head, lm_pool *pool, lm_err *e)
{
    *room = (lm_gpt_room){0};
    lm_status s = lm_transformer_room_new(&room->layers, &g->transformer, N, B, mode, pool, e);
    if (!s) s = fill_room(room, g, N, mode, head, e);
    if (s) lm_gpt_room_free(room);
    return s;
}

static size_t head_of(const lm_gpt *g, size_t N, lm_transformer_mode mode)
{
    return lm_cross_entropy_room(N, (size_t)g->shape.vocab, mode != LM_INFERENCE);
}

lm_status lm_gpt_room_new(lm_gpt_room *room, const lm_gpt *g, size_t N, size_t B,
                          lm_transformer_mode mode, lm_pool *pool, lm_err *e)
{
    return lm_gpt_room_with(room, g, N, B, mode, head_of(g, N, mode), pool, e);
}

void lm_gpt_room_free(lm_gpt_room *room)
{
    lm_transformer_room_free(&room->layers);
    lm_arena_free(&room->arena);
    *room = (lm_gpt_room){0};
}

uint64_t lm_gpt_room_bytes(const lm_gpt *g, size_t N, lm_transformer_mode mode)
{
    const bool trains = mode != LM_INFERENCE;
    const uint64_t rows = (uint64_t)N * ((trains ? 2 : 1) * g->shape.width + 5);
    return lm_transformer_room_bytes(&g->transformer, N, mode) +
           (rows + head_of(g, N, mode)) * sizeof(lm_real);
}

/* ---- h0 ---- */

/* h (N,C) = wte[ids] + the vectors of the positions, which follow those of caches[b]; caches NULL:
 * they begin at 0. */
static void embed(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w, lm_gpt_room *room,
                  lm_kv_cache *const *caches, const size_t *lengths, size_t B)
{
    const size_t C = (size_t)g->shape.width;
    const lm_real *positions = g->sines ? g->sines : w->wpe;
    lm_real *h = room->layers.x;
    lm_embedding_forward(on, h, room->ids, w->wte, lm_transformer_rows(lengths, B), C);
    for (size_t b = 0; b < B; h += lengths[b++] * C) {
        const size_t from = caches ? caches[b]->length : 0;
        assert(from + lengths[b] <= g->shape.context);
        lm_vec_axpy(h, 1, positions + from * C, lengths[b] * C);
    }
}

void lm_gpt_positions_backward(const lm_gpt *g, const lm_gpt_weights *d, const lm_gpt_room *room,
                               const size_t *lengths, size_t B)
{
    const size_t C = (size_t)g->shape.width;
    const lm_real *d_h = room->layers.d_x;
    for (size_t b = 0; b < B; d_h += lengths[b++] * C) lm_vec_axpy(d->wpe, 1, d_h, lengths[b] * C);
}

static void embed_backward(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *d,
                           const lm_gpt_room *room, const size_t *lengths, size_t B)
{
    lm_embedding_backward(on, d->wte, room->layers.d_x, room->ids, lm_transformer_rows(lengths, B),
                          (size_t)g->shape.width);
    if (d->wpe) lm_gpt_positions_backward(g, d, room, lengths, B);
}

static lm_dropout embedding_dropout(const lm_gpt *g, const lm_gpt_chance *c)
{
    if (!c) return (lm_dropout){0};
    return (lm_dropout){.p = c->embedding,
                        .seed = c->layers.seed,
                        .step = (uint32_t)c->layers.step,
                        .first = c->layers.first * c->layers.longest * g->shape.width};
}

/* ---- losses ---- */

size_t lm_gpt_run_layers(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                         lm_gpt_room *room, const size_t *lengths, size_t B,
                         const lm_gpt_chance *chance)
{
    const size_t C = (size_t)g->shape.width, N = lm_transformer_rows(lengths, B);
    embed(on, g, w, room, NULL, lengths, B);
    const lm_dropout drop = embedding_dropout(g, chance);
    lm_dropout_forward(on, room->layers.x, room->layers.x, &drop, N * C);
    lm_real *h = lm_transformer_forward(on, &g->transformer, w->layer, &room->layers, lengths, B,
                                        chance ? &chance->layers : NULL);
    if (w->ln_f)
        lm_layernorm_forward(on, room->out, room->mean, room->rstd, h, w->ln_f, w->ln_f_bias,
                             g->transformer.eps, N, C);
    else
        memcpy(room->out, h, N * C * sizeof *h);
    return N;
}

lm_logits lm_gpt_logits_of(const lm_gpt *g, const lm_gpt_weights *w, const lm_gpt_room *room,
                           size_t N)
{
    return (lm_logits){
        .N = N,
        .V = (size_t)g->shape.vocab,
        .term = {{.in = room->out, .weight = w->wte, .width = (size_t)g->shape.width}}};
}

double lm_gpt_losses(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                     lm_gpt_room *room, const size_t *lengths, size_t B)
{
    const size_t N = lm_gpt_run_layers(on, g, w, room, lengths, B, NULL);
    const lm_logits logits = lm_gpt_logits_of(g, w, room, N);
    return lm_cross_entropy_forward(on, room->losses, NULL, &logits, room->targets, room->room);
}

double lm_gpt_head_backward(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                            lm_gpt_room *room, lm_logits *logits, lm_real scale)
{
    lm_real *d_out = w->ln_f ? room->d_out : room->layers.d_x;
    memset(d_out, 0, logits->N * (size_t)g->shape.width * sizeof *d_out);
    logits->term[0].d_in = d_out;
    return lm_cross_entropy_both(on, room->losses, logits, room->targets, scale, NULL, room->room);
}

void lm_gpt_norm_backward(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                          const lm_gpt_weights *d, lm_gpt_room *room, size_t N)
{
    const size_t C = (size_t)g->shape.width;
    const lm_real *h = lm_transformer_output(&g->transformer, &room->layers);
    lm_real *d_x = room->layers.d_x;
    memset(d_x, 0, N * C * sizeof *d_x);
    lm_layernorm_backward(on, d_x, d->ln_f, d->ln_f_bias, room->d_out, h, w->ln_f, room->mean,
                          room->rstd, N, C);
}

void lm_gpt_drop_backward(const lm_compute *on, const lm_gpt *g, lm_gpt_room *room, size_t N,
                          const lm_gpt_chance *chance)
{
    const lm_dropout drop = embedding_dropout(g, chance);
    lm_real *d_x = room->layers.d_x;
    lm_dropout_forward(on, d_x, d_x, &drop, N * (size_t)g->shape.width);
}

double lm_gpt_both(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                   const lm_gpt_weights *d, lm_gpt_room *room, const size_t *lengths, size_t B,
                   lm_real scale, const lm_gpt_chance *chance)
{
    const size_t N = lm_gpt_run_layers(on, g, w, room, lengths, B, chance);
    lm_logits logits = lm_gpt_logits_of(g, w, room, N);
    logits.term[0].d_weight = d->wte;
    const double sum = lm_gpt_head_backward(on, g, w, room, &logits, scale);
    if (w->ln_f) lm_gpt_norm_backward(on, g, w, d, room, N);
    lm_transformer_backward(on, &g->transformer, w->layer, d->layer, &room->layers, lengths, B,
                            chance ? &chance->layers : NULL);
    lm_gpt_drop_backward(on, g, room, N, chance);
    embed_backward(on, g, d, room, lengths, B);
    return sum;
}

/* ---- what comes next ---- */

void lm_gpt_next(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w, lm_gpt_room *room,
                 lm_kv_cache *const *caches, const size_t *lengths, size_t B, lm_real *logits)
{
    const size_t C = (size_t)g->shape.width, V = (size_t)g->shape.vocab;
    embed(on, g, w, room, caches, lengths, B);
    const lm_real *h =
        lm_transformer_extend(on, &g->transformer, w->layer, &room->layers, caches, lengths, B);
    for (size_t b = 0, end = 0; b < B; b++) {
        end += lengths[b]; /* only the last row of each is asked for */
        memcpy(room->out + b * C, h + (end - 1) * C, C * sizeof *h);
    }
    if (w->ln_f)
        lm_layernorm_forward(on, room->out, NULL, NULL, room->out, w->ln_f, w->ln_f_bias,
                             g->transformer.eps, B, C);
    if (g->packed_wte) {
        lm_packed_product(on, g->packed_wte, logits, room->out, B, NULL);
        return;
    }
    lm_gemm(on, &(lm_product){.m = B,
                              .n = V,
                              .k = C,
                              .a = room->out,
                              .lda = C,
                              .b = w->wte,
                              .ldb = C,
                              .tb = true,
                              .c = logits,
                              .ldc = V});
}
