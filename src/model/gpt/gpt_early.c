/* gpt_early.c - the gradients of a batch, handed over part by part as soon as they are complete.
 *
 * The vectors of tokens are also the output's weights, so theirs come last: panel by panel, of
 * logits that are made a second time. */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include "gpt_private.h"
#include "lm/cross_entropy.h"
#include "lm/embedding.h"

struct lm_gpt_early {
    lm_real *factors; /* (N, panels) */
    lm_real *part;    /* (largest_part): gradients under way; zeros between two parts */
    uint32_t *ids;    /* (N), counted from the first word of a panel */
    lm_arena arena;
};

/* Rows of the table whose pointers are the fields from .. to-1 of lm_gpt_weights. */
typedef struct {
    size_t first, end;
} rows;

static rows rows_of(const lm_gpt *g, size_t from, size_t to)
{
    const lm_params *params = g->params;
    rows r = {0};
    while (r.first < params->count &&
           (params->item[r.first].field < from || params->item[r.first].field >= to))
        r.first++;
    r.end = r.first;
    while (r.end < params->count && params->item[r.end].field >= from &&
           params->item[r.end].field < to)
        r.end++;
    return r;
}

static rows rows_of_layer(const lm_gpt *g, size_t l)
{
    const size_t from = offsetof(lm_gpt_weights, layer) + l * sizeof(lm_layer);
    return rows_of(g, from, from + sizeof(lm_layer));
}

static rows rows_of_tokens(const lm_gpt *g)
{
    return rows_of(g, offsetof(lm_gpt_weights, wte), offsetof(lm_gpt_weights, wpe));
}

static rows rows_of_positions(const lm_gpt *g)
{
    return rows_of(g, offsetof(lm_gpt_weights, wpe), offsetof(lm_gpt_weights, ln_f));
}

static rows rows_of_norm(const lm_gpt *g)
{
    return rows_of(g, offsetof(lm_gpt_weights, ln_f), offsetof(lm_gpt_weights, layer));
}

static size_t size_of(const lm_gpt *g, rows r)
{
    return lm_params_at(g->params, r.end) - lm_params_at(g->params, r.first);
}

/* Parts that miss a parameter would leave it as it was. */
static bool is_covered(const lm_gpt *g)
{
    size_t sum = size_of(g, rows_of_tokens(g)) + size_of(g, rows_of_positions(g)) +
                 size_of(g, rows_of_norm(g));
    for (size_t l = 0; l < g->transformer.layers; l++) sum += size_of(g, rows_of_layer(g, l));
    return sum == g->params->size;
}

/* Words of the panel that begins with `word`. */
static size_t words_from(const lm_gpt *g, size_t word)
{
    const size_t left = (size_t)g->shape.vocab - word;
    return left < LM_CROSS_ENTROPY_PANEL ? left : LM_CROSS_ENTROPY_PANEL;
}

/* Elements of the largest part. */
static size_t largest_part(const lm_gpt *g)
{
    size_t most = words_from(g, 0) * (size_t)g->shape.width + LM_PARAM_STEP;
    const size_t sizes[] = {size_of(g, rows_of_layer(g, 0)), size_of(g, rows_of_positions(g)),
                            size_of(g, rows_of_norm(g))};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] > most) most = sizes[i];
    return most;
}

/* Elements of the output layer's room, in which held-out text is measured as well. */
static size_t head_of(const lm_gpt *g, size_t N)
{
    const size_t V = (size_t)g->shape.vocab;
    const size_t trains = lm_cross_entropy_room_apart(N, V);
    const size_t measures = lm_cross_entropy_room(N, V, false);
    return trains < measures ? measures : trains;
}

uint64_t lm_gpt_early_bytes(const lm_gpt *g, size_t N, lm_transformer_mode mode)
{
    const size_t V = (size_t)g->shape.vocab;
    const uint64_t own = largest_part(g) + (uint64_t)N * (lm_cross_entropy_panels(V) + 1);
    const uint64_t plain = lm_cross_entropy_room(N, V, true), early = head_of(g, N);
    return lm_gpt_room_bytes(g, N, mode) + (own + early - plain) * sizeof(lm_real);
}

lm_status lm_gpt_early_new(lm_gpt_early **out, lm_gpt_room *room, const lm_gpt *g, size_t N,
                           size_t B, lm_transformer_mode mode, lm_pool *pool, lm_err *e)
{
    assert(is_covered(g));
    LM_TRY(lm_gpt_room_with(room, g, N, B, mode, head_of(g, N), pool, e));
    const size_t V = (size_t)g->shape.vocab, part = largest_part(g);
    lm_gpt_early *s = *out = lm_new(1, sizeof *s, e);
    if (!s) return e->status;
    s->factors = lm_arena_new(&s->arena, N, lm_cross_entropy_panels(V) * sizeof *s->factors, e);
    s->part = lm_arena_new(&s->arena, part, sizeof *s->part, e);
    s->ids = lm_arena_new(&s->arena, N, sizeof *s->ids, e);
    if (e->status) {
        lm_gpt_early_free(s);
        *out = NULL;
        return e->status;
    }
    return LM_OK;
}

void lm_gpt_early_free(lm_gpt_early *s)
{
    if (!s) return;
    lm_arena_free(&s->arena);
    lm_free(s);
}

/* ---- the parts ---- */

typedef struct {
    const lm_compute *on;
    const lm_gpt *g;
    const lm_gpt_weights *w;
    lm_gpt_early *s;
    lm_gpt_room *room;
    const size_t *lengths;
    size_t N, B;
    const lm_gpt_chance *chance;
    const lm_grad_sink *sink;
} pass;

/* Where the gradients of some rows are to be added. */
static lm_gpt_weights bind(const pass *p, rows r)
{
    lm_gpt_weights d = {0};
    lm_params_bind_rows(p->g->params, r.first, r.end, p->s->part, &d);
    return d;
}

static void hand_over(const pass *p, size_t first, size_t end)
{
    const lm_block_part part = {p->s->part, first, end};
    p->sink->take(p->sink->context, &part);
    lm_block_clear(p->on, p->s->part, end - first);
}

static void hand_over_rows(const pass *p, rows r)
{
    hand_over(p, lm_params_at(p->g->params, r.first), lm_params_at(p->g->params, r.end));
}

static void norm_part(const pass *p)
{
    const rows r = rows_of_norm(p->g);
    const lm_gpt_weights d = bind(p, r);
    lm_gpt_norm_backward(p->on, p->g, p->w, &d, p->room, p->N);
    hand_over_rows(p, r);
}

static void layer_part(const pass *p, size_t l)
{
    const rows r = rows_of_layer(p->g, l);
    const lm_gpt_weights d = bind(p, r);
    lm_transformer_layer_backward(p->on, &p->g->transformer, l, &p->w->layer[l], &d.layer[l],
                                  &p->room->layers, p->lengths, p->B,
                                  p->chance ? &p->chance->layers : NULL);
    hand_over_rows(p, r);
}

static void positions_part(const pass *p)
{
    const rows r = rows_of_positions(p->g);
    const lm_gpt_weights d = bind(p, r);
    lm_gpt_positions_backward(p->g, &d, p->room, p->lengths, p->B);
    hand_over_rows(p, r);
}

/* The words of a panel, as outputs and as inputs. */
static void panel_part(const pass *p, const lm_logits *logits, size_t panel, lm_real scale)
{
    const size_t C = (size_t)p->g->shape.width, word = panel * LM_CROSS_ENTROPY_PANEL;
    const size_t words = words_from(p->g, word);
    const rows table = rows_of_tokens(p->g);
    const size_t at = lm_params_at(p->g->params, table.first);
    const size_t end =
        word + words == logits->V ? lm_params_at(p->g->params, table.end) : at + (word + words) * C;
    lm_cross_entropy_weights(p->on, logits, p->room->targets, scale, panel, p->s->part,
                             p->room->room);
    for (size_t n = 0; n < p->N; n++) {
        const size_t id = p->room->ids[n];
        p->s->ids[n] = id >= word && id - word < words ? (uint32_t)(id - word) : LM_NO_ROW;
    }
    lm_embedding_backward(p->on, p->s->part, p->room->layers.d_x, p->s->ids, p->N, C);
    hand_over(p, at + word * C, end);
}

double lm_gpt_both_early(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                         lm_gpt_early *s, lm_gpt_room *room, const size_t *lengths, size_t B,
                         lm_real scale, const lm_gpt_chance *chance, const lm_grad_sink *sink)
{
    const pass p = {.on = on,
                    .g = g,
                    .w = w,
                    .s = s,
                    .room = room,
                    .lengths = lengths,
                    .N = lm_gpt_run_layers(on, g, w, room, lengths, B, chance),
                    .B = B,
                    .chance = chance,
                    .sink = sink};
    lm_logits logits = lm_gpt_logits_of(g, w, room, p.N);
    logits.factors = s->factors;
    const double sum = lm_gpt_head_backward(on, g, w, room, &logits, scale);
    if (!isfinite(sum)) return sum;
    if (w->ln_f) norm_part(&p);
    for (size_t l = g->transformer.layers; l-- > 0;) layer_part(&p, l);
    lm_gpt_drop_backward(on, g, room, p.N, chance);
    if (w->wpe) positions_part(&p);
    for (size_t i = 0; i < lm_cross_entropy_panels(logits.V); i++)
        panel_part(&p, &logits, i, scale);
    return sum;
}
