/* batch.c - forward and backward of a batch of examples. */
#include <assert.h>
#include <string.h>
#include "lm/dropout.h"
#include "lm/embedding.h"
#include "lm/linear.h"
#include "nnlm_private.h"

/* ---- room ---- */

static lm_real *reals(lm_nnlm_room *room, size_t rows, size_t columns, lm_err *e)
{
    size_t count;
    if (!lm_mul_size(rows, columns, &count)) count = SIZE_MAX;
    room->bytes += (uint64_t)count * sizeof(lm_real);
    return lm_arena_new(&room->arena, count, sizeof(lm_real), e);
}

static lm_status new_rows(lm_nnlm_room *room, const lm_nnlm *m, bool gradients, lm_err *e)
{
    const size_t B = room->batch, H = (size_t)m->shape.hidden, X = lm_nnlm_inputs(m);
    const size_t words = (size_t)(m->shape.order - 1);
    room->context = lm_arena_new(&room->arena, B * words, sizeof *room->context, e);
    room->target = lm_arena_new(&room->arena, B, sizeof *room->target, e);
    room->losses = reals(room, B, 1, e);
    room->x = reals(room, B, X, e);
    room->h = reals(room, B, H, e);
    room->h_dropped = gradients ? reals(room, B, H, e) : room->h;
    if (gradients) {
        room->d_x = reals(room, B, X, e);
        room->d_h = reals(room, B, H, e);
        room->d_sum = reals(room, B, H, e);
    }
    return e->status;
}

/* Logits of all words, or of the classes; those within a class are in `groups`. */
static lm_status new_output_room(lm_nnlm_room *room, const lm_nnlm *m, bool gradients,
                                 lm_pool *pool, bool bf16, lm_err *e)
{
    const size_t V = m->shape.classes ? (size_t)m->shape.classes : m->outputs;
    room->room = reals(room, lm_cross_entropy_room(room->batch, V, gradients), 1, e);
    if (!room->room || !m->shape.classes) return e->status;
    room->class_of = lm_arena_new(&room->arena, room->batch, sizeof *room->class_of, e);
    room->class_p = reals(room, V, 1, e);
    if (!room->class_of || !room->class_p) return e->status;
    return lm_nnlm_groups_new(&room->groups, m, room->batch, gradients, pool, bf16, e);
}

lm_status lm_nnlm_room_new(lm_nnlm_room *room, const lm_nnlm *m, size_t batch, bool gradients,
                           lm_pool *pool, bool bf16, lm_err *e)
{
    *room = (lm_nnlm_room){.batch = batch};
    lm_status s = new_rows(room, m, gradients, e);
    if (!s) s = new_output_room(room, m, gradients, pool, bf16, e);
    if (s) lm_nnlm_room_free(room);
    return s;
}

void lm_nnlm_room_free(lm_nnlm_room *room)
{
    lm_nnlm_groups_free(room->groups);
    lm_arena_free(&room->arena);
    *room = (lm_nnlm_room){0};
}

/* ---- the output layer ---- */

typedef struct {
    const lm_real *output, *direct, *bias;
    lm_real *d_output, *d_direct, *d_bias;
} layer;

static lm_logits logits_of(const lm_nnlm *m, const layer *l, const lm_nnlm_rows *rows, size_t count,
                           size_t V)
{
    lm_logits logits = {.N = count, .V = V, .bias = l->bias, .d_bias = l->d_bias};
    logits.term[0] = (lm_logit_term){.in = rows->h,
                                     .weight = l->output,
                                     .width = (size_t)m->shape.hidden,
                                     .d_in = rows->d_h,
                                     .d_weight = l->d_output};
    if (l->direct)
        logits.term[1] = (lm_logit_term){.in = rows->x,
                                         .weight = l->direct,
                                         .width = lm_nnlm_inputs(m),
                                         .d_in = rows->d_x,
                                         .d_weight = l->d_direct};
    return logits;
}

lm_logits lm_nnlm_word_logits(const lm_nnlm *m, const lm_nnlm_weights *w, const lm_nnlm_weights *d,
                              const lm_nnlm_rows *rows, size_t count, uint32_t begin, uint32_t end)
{
    const size_t h = begin * (size_t)m->shape.hidden, x = begin * lm_nnlm_inputs(m);
    layer l = {.output = (m->shape.tied ? w->embed : w->output) + h,
               .bias = w->output_bias + begin};
    if (w->direct) l.direct = w->direct + x;
    if (d) {
        l.d_output = (m->shape.tied ? d->embed : d->output) + h;
        l.d_bias = d->output_bias + begin;
        if (d->direct) l.d_direct = d->direct + x;
    }
    return logits_of(m, &l, rows, count, end - begin);
}

lm_logits lm_nnlm_class_logits(const lm_nnlm *m, const lm_nnlm_weights *w, const lm_nnlm_weights *d,
                               const lm_nnlm_rows *rows, size_t count)
{
    layer l = {.output = w->class_output, .direct = w->class_direct, .bias = w->class_bias};
    if (d) {
        l.d_output = d->class_output;
        l.d_direct = d->class_direct;
        l.d_bias = d->class_bias;
    }
    return logits_of(m, &l, rows, count, (size_t)m->shape.classes);
}

/* What the first softmax gives: the words, or their classes. */
static lm_logits first_logits(const lm_nnlm *m, const lm_nnlm_weights *w, const lm_nnlm_weights *d,
                              const lm_nnlm_room *room, size_t count)
{
    const lm_nnlm_rows rows = lm_nnlm_rows_of(room, d != NULL);
    if (m->shape.classes) return lm_nnlm_class_logits(m, w, d, &rows, count);
    return lm_nnlm_word_logits(m, w, d, &rows, count, 0, m->outputs);
}

static const uint32_t *first_targets(const lm_nnlm *m, lm_nnlm_room *room, size_t count)
{
    if (!m->shape.classes) return room->target;
    for (size_t i = 0; i < count; i++) room->class_of[i] = m->class_of[room->target[i]];
    return room->class_of;
}

/* ---- forward and backward ---- */

enum { INPUT_SITE, HIDDEN_SITE };

/* Of rows of `width`; `first` is the place of the first row in its batch. */
static lm_dropout dropout_of(const lm_nnlm_chance *c, uint32_t site, size_t width)
{
    return (lm_dropout){.p = c->dropout,
                        .seed = c->seed,
                        .step = (uint32_t)c->step,
                        .site = site,
                        .first = c->first * width};
}

static void drop(const lm_compute *on, lm_real *out, const lm_real *in, const lm_nnlm_chance *c,
                 uint32_t site, size_t count, size_t width)
{
    const lm_dropout how = dropout_of(c, site, width);
    lm_dropout_forward(on, out, in, &how, count * width);
}

static void forward(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                    lm_nnlm_room *room, size_t count, const lm_nnlm_chance *chance)
{
    const size_t words = (size_t)(m->shape.order - 1), D = (size_t)m->shape.dim;
    const size_t X = words * D, H = (size_t)m->shape.hidden;
    assert(count <= room->batch);
    lm_embedding_forward(on, room->x, room->context, w->embed, count * words, D);
    if (chance) drop(on, room->x, room->x, chance, INPUT_SITE, count, X);
    lm_linear_forward(on, room->h, room->x, w->hidden, w->hidden_bias, LM_OUT_MAJOR,
                      m->shape.activation, count, X, H);
    if (chance) drop(on, room->h_dropped, room->h, chance, HIDDEN_SITE, count, H);
}

/* From d_h, and what d_x has from direct connections. */
static void backward(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                     const lm_nnlm_weights *d, lm_nnlm_room *room, size_t count,
                     const lm_nnlm_chance *chance)
{
    const size_t words = (size_t)(m->shape.order - 1), D = (size_t)m->shape.dim;
    const size_t X = words * D, H = (size_t)m->shape.hidden;
    drop(on, room->d_h, room->d_h, chance, HIDDEN_SITE, count, H);
    memset(room->d_sum, 0, count * H * sizeof *room->d_sum);
    lm_activation_backward(on, room->d_sum, room->d_h, m->shape.activation, NULL, room->h,
                           count * H);
    lm_linear_backward(on, room->d_x, d->hidden, d->hidden_bias, room->d_sum, room->x, w->hidden,
                       LM_OUT_MAJOR, count, X, H);
    drop(on, room->d_x, room->d_x, chance, INPUT_SITE, count, X);
    lm_embedding_backward(on, d->embed, room->d_x, room->context, count * words, D);
}

/* Gradients of h and x are added up by what follows. */
static void begin_both(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                       lm_nnlm_room *room, size_t count, const lm_nnlm_chance *chance)
{
    forward(on, m, w, room, count, chance);
    memset(room->d_h, 0, count * (size_t)m->shape.hidden * sizeof *room->d_h);
    memset(room->d_x, 0, count * lm_nnlm_inputs(m) * sizeof *room->d_x);
}

double lm_nnlm_both(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                    const lm_nnlm_weights *d, lm_nnlm_room *room, size_t count, lm_real scale,
                    const lm_nnlm_chance *chance)
{
    begin_both(on, m, w, room, count, chance);
    const lm_logits logits = first_logits(m, w, d, room, count);
    double sum = lm_cross_entropy_both(on, room->losses, &logits, first_targets(m, room, count),
                                       scale, NULL, room->room);
    if (m->shape.classes) sum += lm_nnlm_score_in_classes(on, m, w, d, room, count, scale);
    backward(on, m, w, d, room, count, chance);
    return sum;
}

double lm_nnlm_both_noise(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                          const lm_nnlm_weights *d, lm_nnlm_room *room, size_t count, lm_real scale,
                          const lm_nnlm_chance *chance, const lm_noise *noise, lm_real *noise_room)
{
    assert(!m->shape.classes);
    begin_both(on, m, w, room, count, chance);
    const lm_logits logits = first_logits(m, w, d, room, count);
    const double sum =
        lm_noise_both(on, room->losses, &logits, room->target, noise, scale, noise_room);
    backward(on, m, w, d, room, count, chance);
    return sum;
}

void lm_nnlm_losses(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                    lm_nnlm_room *room, size_t count)
{
    forward(on, m, w, room, count, NULL);
    const lm_logits logits = first_logits(m, w, NULL, room, count);
    (void)lm_cross_entropy_forward(on, room->losses, NULL, &logits, first_targets(m, room, count),
                                   room->room);
    if (m->shape.classes) (void)lm_nnlm_score_in_classes(on, m, w, NULL, room, count, 0);
}

void lm_nnlm_predict(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                     lm_nnlm_room *room, lm_real *p)
{
    forward(on, m, w, room, 1, NULL);
    const lm_logits logits = first_logits(m, w, NULL, room, 1);
    if (!m->shape.classes) {
        lm_cross_entropy_softmax(on, p, &logits);
        return;
    }
    lm_cross_entropy_softmax(on, room->class_p, &logits);
    lm_nnlm_predict_in_classes(on, m, w, room, p);
}
