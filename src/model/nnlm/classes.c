/* classes.c - words within their classes: p(word | class) for the examples of a batch.
 *
 * The examples of one class are put together, so that a class is one small output layer.  Threads
 * take classes, and no two of them write to the same rows: an example has one class, and so has the
 * weight of a word. */
#include <stdatomic.h>
#include <string.h>
#include "nnlm_private.h"

/* What one thread works with. */
typedef struct {
    lm_compute *on;
    lm_real *room;
} worker;

struct lm_nnlm_groups {
    size_t *begin;      /* (G + 1): where the examples of a class begin */
    size_t *place;      /* (B): of the example in that order, */
    uint32_t *target;   /* (B) and there: its word within the class, */
    lm_real *losses;    /* (B) -ln p, */
    lm_real *h, *x;     /* (B,H), (B,X) and what the output layer reads, */
    lm_real *d_h, *d_x; /* and gives back */
    worker *workers;
    size_t worker_count;
    lm_arena arena;
};

/* ---- room ---- */

static uint32_t class_size(const lm_nnlm *m, size_t g)
{
    return m->class_begin[g + 1] - m->class_begin[g];
}

/* A smaller class has more rows at once, so it is not always the largest that needs most. */
static size_t room_of_any(const lm_nnlm *m, size_t batch, bool gradients)
{
    size_t most = 0;
    for (size_t g = 0; g < m->shape.classes; g++) {
        const uint32_t V = class_size(m, g);
        const size_t room = V ? lm_cross_entropy_room(batch, V, gradients) : 0;
        if (room > most) most = room;
    }
    return most;
}

static lm_status new_workers(struct lm_nnlm_groups *groups, const lm_nnlm *m, size_t batch,
                             bool gradients, lm_pool *pool, bool bf16, lm_err *e)
{
    const size_t room = room_of_any(m, batch, gradients);
    const size_t count = lm_pool_threads(pool);
    groups->workers = lm_arena_new(&groups->arena, count, sizeof *groups->workers, e);
    if (!groups->workers) return e->status;
    for (; groups->worker_count < count; groups->worker_count++) {
        worker *w = &groups->workers[groups->worker_count];
        w->room = lm_arena_new(&groups->arena, room, sizeof *w->room, e);
        if (!w->room) return e->status;
        LM_TRY(lm_compute_new(&w->on, NULL, bf16, e));
    }
    return LM_OK;
}

static lm_status new_rows(struct lm_nnlm_groups *groups, const lm_nnlm *m, size_t B, bool gradients,
                          lm_err *e)
{
    lm_arena *arena = &groups->arena;
    const size_t H = (size_t)m->shape.hidden, X = m->shape.direct ? lm_nnlm_inputs(m) : 0;
    groups->begin = lm_arena_new(arena, (size_t)m->shape.classes + 1, sizeof *groups->begin, e);
    groups->place = lm_arena_new(arena, B, sizeof *groups->place, e);
    groups->target = lm_arena_new(arena, B, sizeof *groups->target, e);
    groups->losses = lm_arena_new(arena, B, sizeof *groups->losses, e);
    groups->h = lm_arena_new(arena, B * H, sizeof *groups->h, e);
    groups->x = lm_arena_new(arena, B * X, sizeof *groups->x, e);
    if (gradients) {
        groups->d_h = lm_arena_new(arena, B * H, sizeof *groups->d_h, e);
        groups->d_x = lm_arena_new(arena, B * X, sizeof *groups->d_x, e);
    }
    return e->status;
}

lm_status lm_nnlm_groups_new(struct lm_nnlm_groups **out, const lm_nnlm *m, size_t batch,
                             bool gradients, lm_pool *pool, bool bf16, lm_err *e)
{
    struct lm_nnlm_groups *groups = lm_new(1, sizeof *groups, e);
    if (!groups) return e->status;
    lm_status s = new_rows(groups, m, batch, gradients, e);
    if (!s) s = new_workers(groups, m, batch, gradients, pool, bf16, e);
    if (s)
        lm_nnlm_groups_free(groups);
    else
        *out = groups;
    return s;
}

void lm_nnlm_groups_free(struct lm_nnlm_groups *groups)
{
    if (!groups) return;
    for (size_t i = 0; i < groups->worker_count; i++) lm_compute_free(groups->workers[i].on);
    lm_arena_free(&groups->arena);
    lm_free(groups);
}

/* ---- grouping ---- */

/* By class, those of one class in the order of the batch. */
static void order_examples(struct lm_nnlm_groups *groups, const lm_nnlm *m,
                           const lm_nnlm_room *room, size_t count)
{
    const size_t G = (size_t)m->shape.classes;
    memset(groups->begin, 0, (G + 1) * sizeof *groups->begin);
    for (size_t i = 0; i < count; i++) groups->begin[room->class_of[i] + 1]++;
    for (size_t g = 0; g < G; g++) groups->begin[g + 1] += groups->begin[g];
    for (size_t i = 0; i < count; i++) groups->place[i] = groups->begin[room->class_of[i]]++;
    memmove(groups->begin + 1, groups->begin, G * sizeof *groups->begin);
    groups->begin[0] = 0;
    for (size_t i = 0; i < count; i++)
        groups->target[groups->place[i]] = room->target[i] - m->class_begin[room->class_of[i]];
}

static void gather(lm_real *out, const lm_real *in, const size_t *place, size_t count, size_t width)
{
    for (size_t i = 0; i < count; i++)
        memcpy(out + place[i] * width, in + i * width, width * sizeof *out);
}

static void add_back(lm_real *out, const lm_real *in, const size_t *place, size_t count,
                     size_t width)
{
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < width; c++) out[i * width + c] += in[place[i] * width + c];
}

/* ---- scoring ---- */

typedef struct {
    struct lm_nnlm_groups *groups;
    const lm_nnlm *m;
    const lm_nnlm_weights *w, *d;
    lm_real scale;
    atomic_size_t next; /* class nobody has taken */
} job;

static void score_class(const job *j, const worker *w, size_t g)
{
    struct lm_nnlm_groups *s = j->groups;
    const size_t from = s->begin[g], count = s->begin[g + 1] - from;
    const size_t H = (size_t)j->m->shape.hidden, X = lm_nnlm_inputs(j->m);
    if (count == 0) return;
    lm_nnlm_rows rows = {.h = s->h + from * H};
    if (j->m->shape.direct) rows.x = s->x + from * X;
    if (j->d) rows.d_h = s->d_h + from * H;
    if (j->d && j->m->shape.direct) rows.d_x = s->d_x + from * X;
    const lm_logits logits = lm_nnlm_word_logits(j->m, j->w, j->d, &rows, count,
                                                 j->m->class_begin[g], j->m->class_begin[g + 1]);
    if (j->d)
        (void)lm_cross_entropy_both(w->on, s->losses + from, &logits, s->target + from, j->scale,
                                    NULL, w->room);
    else
        (void)lm_cross_entropy_forward(w->on, s->losses + from, NULL, &logits, s->target + from,
                                       w->room);
}

static void take_classes(void *context, size_t i)
{
    job *j = context;
    for (size_t g; (g = atomic_fetch_add(&j->next, 1)) < j->m->shape.classes;)
        score_class(j, &j->groups->workers[i], g);
}

double lm_nnlm_score_in_classes(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                                const lm_nnlm_weights *d, lm_nnlm_room *room, size_t count,
                                lm_real scale)
{
    struct lm_nnlm_groups *s = room->groups;
    const lm_nnlm_rows rows = lm_nnlm_rows_of(room, d != NULL);
    const size_t H = (size_t)m->shape.hidden, X = m->shape.direct ? lm_nnlm_inputs(m) : 0;
    job j = {.groups = s, .m = m, .w = w, .d = d, .scale = scale};
    order_examples(s, m, room, count);
    gather(s->h, rows.h, s->place, count, H);
    gather(s->x, rows.x, s->place, count, X);
    if (d) {
        memset(s->d_h, 0, count * H * sizeof *s->d_h);
        memset(s->d_x, 0, count * X * sizeof *s->d_x);
    }
    lm_parallel_for(lm_compute_pool(on), s->worker_count, take_classes, &j);
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        room->losses[i] += s->losses[s->place[i]];
        sum += (double)s->losses[s->place[i]];
    }
    if (d) add_back(room->d_h, s->d_h, s->place, count, H);
    if (d) add_back(room->d_x, s->d_x, s->place, count, X);
    return sum;
}

void lm_nnlm_predict_in_classes(const lm_compute *on, const lm_nnlm *m, const lm_nnlm_weights *w,
                                const lm_nnlm_room *room, lm_real *p)
{
    const lm_nnlm_rows rows = lm_nnlm_rows_of(room, false);
    for (size_t g = 0; g < m->shape.classes; g++) {
        const uint32_t begin = m->class_begin[g], end = m->class_begin[g + 1];
        const lm_logits logits = lm_nnlm_word_logits(m, w, NULL, &rows, 1, begin, end);
        lm_cross_entropy_softmax(on, p + begin, &logits);
        for (uint32_t i = begin; i < end; i++) p[i] *= room->class_p[g];
    }
}
