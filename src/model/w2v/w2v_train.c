/* w2v_train.c - word vectors as a task of the training loop: rounds of blocks. */
#include "lm/w2v_train.h"
#include <string.h>
#include "desk.h"
#include "lm/memory.h"
#include "softmax.h"

enum { BYTES_PER_TOKEN = 128 }; /* what the plan of a round takes, about */

struct lm_w2v_work {
    lm_w2v_softmax softmax; /* or: */
    lm_w2v_planner planner;
    lm_w2v_round *rounds; /* (batch) */
    lm_w2v_desks desks;   /* one for each block of a round; racing, for each round of a step */
    size_t batch;
    lm_arena arena;
};

/* What the threads of a step work at. */
typedef struct {
    struct lm_w2v_work *work;
    lm_w2v_weights weights;
    const lm_batch *batch;
    double rate;
    size_t now; /* the round that is learnt */
} step;

static void plan_round(void *context, size_t i)
{
    const step *s = context;
    const uint64_t serial = s->batch->step * s->work->batch + i;
    lm_w2v_plan(&s->work->planner, &s->work->rounds[i], s->batch->ids[i], (uint32_t)serial);
}

/* ---- the same bytes for any number of threads ---- */

static void learn_block(void *context, size_t b)
{
    const step *s = context;
    lm_w2v_learn(&s->work->planner, &s->work->rounds[s->now].block[b], &s->weights,
                 &s->work->desks.desk[b], s->rate);
}

static void give_block(void *context, size_t b)
{
    const step *s = context;
    lm_w2v_give(&s->work->planner, &s->work->rounds[s->now], b, &s->weights, s->work->desks.desk,
                s->rate);
}

static void make_rounds(step *s, lm_pool *pool, lm_loss *loss)
{
    lm_parallel_for(pool, s->batch->count, plan_round, s);
    for (s->now = 0; s->now < s->batch->count; s->now++) {
        lm_parallel_for(pool, LM_W2V_BLOCKS, learn_block, s);
        lm_parallel_for(pool, LM_W2V_BLOCKS, give_block, s);
        for (size_t b = 0; b < LM_W2V_BLOCKS; b++) lm_loss_add(loss, s->work->desks.desk[b].loss);
    }
}

/* ---- racing ---- */

/* Every thread has a round of its own and changes the tables under the eyes of the others. */
static void race(void *context, size_t i)
{
    const step *s = context;
    const lm_w2v_round *round = &s->work->rounds[i];
    lm_w2v_desk *desk = &s->work->desks.desk[i];
    lm_loss loss = {0};
    plan_round(context, i);
    for (size_t b = 0; b < LM_W2V_BLOCKS; b++) {
        lm_w2v_learn(&s->work->planner, &round->block[b], &s->weights, desk, s->rate);
        lm_w2v_give_racing(&s->work->planner, &round->block[b], &s->weights, desk);
        lm_loss_add(&loss, desk->loss);
    }
    desk->loss = loss;
}

/* ---- the task ---- */

static lm_status move(void *model, const lm_compute *on, lm_real *values, const lm_batch *batch,
                      double rate, lm_loss *loss, lm_err *e)
{
    lm_w2v_trainer *t = model;
    lm_pool *pool = lm_compute_pool(on);
    step s = {.work = t->work, .batch = batch, .rate = rate};
    lm_params_bind(t->model->params, values, &s.weights);
    if (t->how.hogwild) {
        lm_parallel_for(pool, batch->count, race, &s);
        for (size_t i = 0; i < batch->count; i++) lm_loss_add(loss, t->work->desks.desk[i].loss);
    } else {
        make_rounds(&s, pool, loss);
    }
    for (size_t i = 0; i < batch->count; i++) {
        const lm_err *error = &t->work->rounds[i].error;
        if (error->status) return lm_fail(e, error->status, "%s", error->message);
    }
    return LM_OK;
}

/* Rows go by words; those of a hierarchy belong to another tree. */
static lm_status take_up(void *model, lm_real *values, lm_err *e)
{
    const lm_w2v_trainer *t = model;
    const lm_w2v *m = t->model, *old = t->how.old;
    const size_t D = (size_t)m->shape.dim;
    lm_w2v_weights w = {0};
    (void)e;
    if (!old) return LM_OK;
    lm_params_bind(m->params, values, &w);
    const bool outputs = m->shape.loss == old->shape.loss && m->shape.loss != LM_W2V_HIERARCHY;
    for (uint32_t id = 0; id < m->lang.vocab->size; id++) {
        const uint32_t was = lm_vocab_find(old->lang.vocab, lm_vocab_word(m->lang.vocab, id));
        if (was == LM_NO_WORD) continue;
        memcpy(w.embed + id * D, old->weights.embed + was * D, D * sizeof *w.embed);
        if (outputs) memcpy(w.output + id * D, old->weights.output + was * D, D * sizeof *w.output);
        if (w.bias && old->weights.bias) w.bias[id] = old->weights.bias[was];
    }
    if (w.subwords)
        memcpy(w.subwords, old->weights.subwords, (size_t)m->shape.buckets * D * sizeof *w.embed);
    return LM_OK;
}

/* Vectors of other lengths, or of other subwords, mean something else. */
static lm_status check_old(const lm_w2v_shape *now, const lm_w2v_shape *was, lm_err *e)
{
    const struct {
        const char *name;
        uint64_t now, was;
    } rows[] = {{"dim", now->dim, was->dim},
                {"max-n", now->max_n, was->max_n},
                {"min-n", now->min_n, was->min_n},
                {"buckets", now->buckets, was->buckets}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].now != rows[i].was)
            return lm_fail(e, LM_EUSAGE, "--init: its model has --%s %llu, not %llu", rows[i].name,
                           (unsigned long long)rows[i].was, (unsigned long long)rows[i].now);
    return LM_OK;
}

static lm_status save(void *model, lm_ckpt_writer *writer, lm_err *e)
{
    const lm_w2v_trainer *t = model;
    return lm_w2v_save(t->model, writer, e);
}

/* A step by full softmax: the loop has the gradients and the optimizer. */
static lm_status descend(void *model, const lm_compute *on, const lm_real *values, lm_real *grads,
                         const lm_batch *batch, double share, lm_loss *loss, lm_err *e)
{
    lm_w2v_trainer *t = model;
    lm_w2v_weights w = {0}, d = {0};
    (void)e;
    lm_params_bind(t->model->params, values, &w);
    lm_params_bind(t->model->params, grads, &d);
    loss->loss += lm_w2v_softmax_both(on, &t->work->softmax, &w, &d, batch, share, &loss->events);
    return LM_OK;
}

static lm_status new_rounds(lm_w2v_trainer *t, size_t batch, lm_err *e)
{
    struct lm_w2v_work *w = t->work;
    const bool races = t->how.hogwild;
    w->batch = batch;
    LM_TRY(lm_w2v_planner_new(&w->planner, t->model, t->text, &t->how, e));
    w->rounds = lm_arena_new(&w->arena, batch, sizeof *w->rounds, e);
    if (!w->rounds) return e->status;
    for (size_t i = 0; i < batch; i++)
        LM_TRY(lm_w2v_round_new(&w->rounds[i], &w->planner, &w->arena, e));
    return lm_w2v_desks_new(&w->desks, &w->planner, races ? batch : LM_W2V_BLOCKS, races, e);
}

static lm_status new_work(lm_w2v_trainer *t, size_t batch, lm_err *e)
{
    const lm_w2v_text *text = t->text;
    t->work = lm_new(1, sizeof *t->work, e);
    if (!t->work) return e->status;
    if (t->model->shape.loss == LM_W2V_SOFTMAX) {
        t->task.step = descend;
        LM_TRY(lm_w2v_softmax_new(&t->work->softmax, t->model, t->text, &t->how, batch, e));
        t->task.examples = t->work->softmax.examples;
        return LM_OK;
    }
    t->task.move = move;
    t->task.memory =
        text->tokens.held * sizeof *text->tokens.id + batch * LM_W2V_ROUND * BYTES_PER_TOKEN;
    t->task.examples = (text->tokens.length + LM_W2V_ROUND - 1) / LM_W2V_ROUND;
    return new_rounds(t, batch, e);
}

static void free_work(struct lm_w2v_work *w)
{
    if (!w) return;
    lm_w2v_desks_free(&w->desks);
    lm_w2v_planner_free(&w->planner);
    lm_w2v_softmax_free(&w->softmax);
    lm_arena_free(&w->arena);
    lm_free(w);
}

lm_status lm_w2v_trainer_new(lm_w2v_trainer **trainer, lm_w2v *model, lm_w2v_text *text,
                             const lm_w2v_training *how, size_t batch, lm_err *e)
{
    lm_w2v_trainer *t = lm_new(1, sizeof *t, e);
    *trainer = NULL;
    if (!t) return e->status;
    t->model = model;
    t->text = text;
    t->how = *how;
    t->task = (lm_task){.kind = lm_w2v_lang.kind,
                        .params = model->params,
                        .model = t,
                        .init = take_up,
                        .save = save};
    lm_status s = how->old ? check_old(&model->shape, &how->old->shape, e) : LM_OK;
    if (!s) s = new_work(t, batch, e);
    if (s)
        lm_w2v_trainer_free(t);
    else
        *trainer = t;
    return s;
}

void lm_w2v_trainer_free(lm_w2v_trainer *t)
{
    if (!t) return;
    free_work(t->work);
    lm_free(t);
}
