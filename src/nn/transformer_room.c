/* transformer_room.c - what a stack of layers keeps, and works in. */
#include "transformer_room.h"
#include <assert.h>
#include <string.h>

/* Gives every pointer at `field` room for `count` elements, if it is wanted. */
static lm_status take(lm_arena *arena, bool wanted, lm_real **field, size_t N, size_t width,
                      lm_err *e)
{
    size_t count;
    if (!wanted) return LM_OK;
    if (!lm_mul_size(N, width, &count)) count = SIZE_MAX;
    *field = lm_arena_new(arena, count, sizeof **field, e);
    return *field ? LM_OK : e->status;
}

/* All of a layer but what goes in. */
static lm_status take_saved(lm_transformer_room *room, const lm_transformer *t,
                            struct lm_layer_saved *s, lm_err *e)
{
    const size_t N = room->N, C = t->width;
    lm_arena *a = &room->arena;
    LM_TRY(take(a, true, &s->qkv, N, 3 * C, e));
    LM_TRY(take(a, true, &s->heads, N, C, e));
    LM_TRY(take(a, true, &s->lse, N, t->heads, e));
    LM_TRY(take(a, true, &s->middle, N, C, e));
    LM_TRY(take(a, true, &s->fc, N, t->inner, e));
    LM_TRY(take(a, !t->pre_norm, &s->end, N, C, e));
    LM_TRY(take(a, true, &s->mean_1, N, 1, e));
    LM_TRY(take(a, true, &s->rstd_1, N, 1, e));
    LM_TRY(take(a, true, &s->mean_2, N, 1, e));
    return take(a, true, &s->rstd_2, N, 1, e);
}

static lm_status take_scratch(lm_transformer_room *room, const lm_transformer *t, lm_pool *pool,
                              lm_err *e)
{
    struct lm_layer_scratch *s = room->scratch;
    const bool trains = room->mode != LM_INFERENCE;
    const size_t N = room->N, C = t->width, F = t->inner;
    lm_arena *a = &room->arena;
    LM_TRY(take(a, trains, &s->out, N, C, e));
    LM_TRY(take(a, true, &s->normed, N, C, e));
    LM_TRY(take(a, true, &s->active, N, F, e));
    LM_TRY(take(a, trains, &room->d_x, N, C, e));
    LM_TRY(take(a, trains, &s->d_middle, N, C, e));
    LM_TRY(take(a, trains, &s->d_normed, N, C, e));
    LM_TRY(take(a, trains, &s->d_added, N, C, e));
    LM_TRY(take(a, trains, &s->d_active, N, F, e));
    LM_TRY(take(a, trains, &s->d_fc, N, F, e));
    LM_TRY(take(a, trains, &s->d_qkv, N, 3 * C, e));
    s->sequences = lm_arena_new(a, room->B, sizeof *s->sequences, e);
    if (!s->sequences) return e->status;
    s->gradients = lm_arena_new(a, room->B, sizeof *s->gradients, e);
    if (!s->gradients) return e->status;
    return take(a, true, &s->attention, lm_attention_room(pool, N), 1, e);
}

/* Layers that keep nothing share what the first one has. */
static lm_status take_layers(lm_transformer_room *room, const lm_transformer *t, lm_err *e)
{
    for (size_t l = 0; l < t->layers; l++) {
        struct lm_layer_saved *s = &room->saved[l];
        if (l == 0 || room->mode == LM_TRAINING)
            LM_TRY(take_saved(room, t, s, e));
        else
            *s = room->saved[0];
        if (l == 0 || room->mode != LM_INFERENCE)
            LM_TRY(take(&room->arena, true, &s->x, room->N, t->width, e));
    }
    room->x = room->saved[0].x;
    return LM_OK;
}

lm_status lm_transformer_room_new(lm_transformer_room *room, const lm_transformer *t, size_t N,
                                  size_t B, lm_transformer_mode mode, lm_pool *pool, lm_err *e)
{
    *room = (lm_transformer_room){.mode = mode, .N = N, .B = B};
    room->saved = lm_arena_new(&room->arena, t->layers, sizeof *room->saved, e);
    room->scratch = lm_arena_new(&room->arena, 1, sizeof *room->scratch, e);
    lm_status s = room->saved && room->scratch ? LM_OK : e->status;
    if (!s) s = take_layers(room, t, e);
    if (!s) s = take_scratch(room, t, pool, e);
    if (s) lm_transformer_room_free(room);
    return s;
}

void lm_transformer_room_free(lm_transformer_room *room)
{
    lm_arena_free(&room->arena);
    *room = (lm_transformer_room){0};
}

uint64_t lm_transformer_room_bytes(const lm_transformer *t, size_t N, lm_transformer_mode mode)
{
    const uint64_t C = t->width, F = t->inner, L = t->layers;
    const uint64_t saved = 5 * C + t->heads + F + 4 + (t->pre_norm ? 0 : C);
    const uint64_t scratch = mode == LM_INFERENCE ? C + F : 9 * C + 3 * F;
    const uint64_t layers =
        (mode == LM_TRAINING ? L : 1) * saved + (mode == LM_INFERENCE ? 1 : L) * C;
    return (layers + scratch) * N * sizeof(lm_real);
}

lm_status lm_kv_cache_new(lm_kv_cache *cache, const lm_transformer *t, size_t capacity, lm_err *e)
{
    size_t rows;
    *cache = (lm_kv_cache){.capacity = capacity};
    if (!lm_mul_size(2 * t->layers * t->width, capacity, &rows)) rows = SIZE_MAX;
    cache->kv = lm_resize(NULL, rows, sizeof *cache->kv, e);
    return cache->kv ? LM_OK : e->status;
}

void lm_kv_cache_free(lm_kv_cache *cache)
{
    lm_free(cache->kv);
    *cache = (lm_kv_cache){0};
}

void lm_kv_cache_copy(lm_kv_cache *to, const lm_kv_cache *from, const lm_transformer *t, size_t n)
{
    const size_t D = t->width / t->heads, plane = from->capacity * D;
    assert(n <= from->length && to->capacity == from->capacity);
    for (size_t i = 0; i < 2 * t->layers * t->heads; i++)
        memcpy(to->kv + i * plane, from->kv + i * plane, n * D * sizeof *to->kv);
    to->length = n;
}
