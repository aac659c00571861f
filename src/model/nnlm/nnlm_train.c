/* nnlm_train.c - the task of training an NNLM. */
#include "lm/nnlm_train.h"
#include <string.h>
#include "lm/alias.h"
#include "lm/memory.h"
#include "lm/noise.h"
#include "lm/scalar.h"
#include "nnlm_private.h"

enum { EVALUATE = 512 }; /* examples scored at once */

/* ---- noise words ---- */

struct lm_nnlm_noise {
    lm_alias *alias;
    uint32_t *ids;  /* (k) of this step */
    lm_real *ln_kq; /* (O) */
    lm_real *room;
    lm_arena arena;
};

static void noise_free(struct lm_nnlm_noise *noise)
{
    if (!noise) return;
    lm_alias_free(noise->alias);
    lm_arena_free(&noise->arena);
    lm_free(noise);
}

/* By how often words are targets, each once more, so that none is impossible. */
static lm_status set_noise(struct lm_nnlm_noise *noise, const lm_nnlm *m, const uint64_t *count,
                           size_t k, lm_err *e)
{
    double sum = 0;
    double *weight = lm_new(m->outputs, sizeof *weight, e);
    if (!weight) return e->status;
    for (uint32_t w = 0; w < m->outputs; w++) sum += weight[w] = (double)count[w] + 1;
    for (uint32_t w = 0; w < m->outputs; w++)
        noise->ln_kq[w] = (lm_real)lm_log((double)k * weight[w] / sum);
    const lm_status s = lm_alias_new(&noise->alias, weight, m->outputs, e);
    lm_free(weight);
    return s;
}

static lm_status noise_new(lm_nnlm_trainer *t, size_t batch, lm_err *e)
{
    const lm_nnlm *m = t->model;
    const size_t k = (size_t)t->how.noise, H = (size_t)m->shape.hidden;
    const size_t X = m->shape.direct ? lm_nnlm_inputs(m) : 0;
    struct lm_nnlm_noise *noise = t->noise = lm_new(1, sizeof *noise, e);
    if (!noise) return e->status;
    lm_arena *arena = &noise->arena;
    noise->ids = lm_arena_new(arena, k, sizeof *noise->ids, e);
    noise->ln_kq = lm_arena_new(arena, m->outputs, sizeof *noise->ln_kq, e);
    noise->room = lm_arena_new(arena, lm_noise_room(batch, k, X > H ? X : H), sizeof(lm_real), e);
    return e->status ? e->status : set_noise(noise, m, t->text->word_count, k, e);
}

static lm_noise draw_noise(lm_nnlm_trainer *t, uint64_t step)
{
    struct lm_nnlm_noise *noise = t->noise;
    const size_t k = (size_t)t->how.noise;
    for (size_t i = 0; i < k; i++)
        noise->ids[i] = lm_alias_draw(
            noise->alias, lm_random_at(t->how.seed, LM_RANDOM_NOISE, (uint32_t)step, i));
    return (lm_noise){noise->ids, k, noise->ln_kq};
}

/* ---- steps ---- */

static void gather(lm_nnlm_trainer *t, const lm_nnlm_text *text, size_t i, uint64_t example)
{
    const lm_nnlm *m = t->model;
    const size_t words = (size_t)(m->shape.order - 1);
    lm_nnlm_context(text, example, m->lang.vocab->eos, m->start, words,
                    t->room.context + i * words);
    t->room.target[i] = text->target[example];
}

static lm_nnlm_weights bind(const lm_nnlm_trainer *t, const lm_real *block)
{
    lm_nnlm_weights weights = {0};
    lm_params_bind(t->model->params, block, &weights);
    return weights;
}

static lm_status step(void *context, const lm_compute *on, const lm_real *values, lm_real *grads,
                      const lm_batch *batch, double share, lm_loss *loss, lm_err *e)
{
    lm_nnlm_trainer *t = context;
    const lm_nnlm_weights w = bind(t, values), d = bind(t, grads);
    const lm_nnlm_chance chance = {t->how.dropout, t->how.seed, batch->step, batch->first};
    const lm_real scale = (lm_real)(share / (double)batch->count);
    (void)e;
    for (size_t i = 0; i < batch->count; i++) gather(t, t->text, i, batch->ids[i]);
    if (t->noise) {
        const lm_noise noise = draw_noise(t, batch->step);
        loss->loss += lm_nnlm_both_noise(on, t->model, &w, &d, &t->room, batch->count, scale,
                                         &chance, &noise, t->noise->room);
    } else {
        loss->loss += lm_nnlm_both(on, t->model, &w, &d, &t->room, batch->count, scale, &chance);
    }
    loss->events += (double)batch->count;
    return LM_OK;
}

/* The exact loss, whatever was trained. */
static lm_status evaluate(void *context, const lm_compute *on, const lm_real *values, lm_loss *loss,
                          lm_err *e)
{
    lm_nnlm_trainer *t = context;
    const lm_nnlm_weights w = bind(t, values);
    const size_t most = t->room.batch < EVALUATE ? t->room.batch : EVALUATE;
    (void)e;
    for (uint64_t from = 0; from < t->valid->count; from += most) {
        const uint64_t left = t->valid->count - from;
        const size_t count = left < most ? (size_t)left : most;
        for (size_t i = 0; i < count; i++) gather(t, t->valid, i, from + i);
        lm_nnlm_losses(on, t->model, &w, &t->room, count);
        for (size_t i = 0; i < count; i++) loss->loss += (double)t->room.losses[i];
    }
    loss->events += (double)t->valid->count;
    return LM_OK;
}

/* ---- initial values ---- */

/* The model begins as the unigram model, which it would spend its first steps to find.  (Noise
 * contrastive estimation also needs sums of exp(logit) to begin near 1.) */
static void set_unigrams(const lm_nnlm_trainer *t, const lm_nnlm_weights *w)
{
    const lm_nnlm *m = t->model;
    const uint64_t *count = t->text->word_count;
    double sum = 0;
    for (uint32_t i = 0; i < m->outputs; i++) sum += (double)count[i] + 1;
    for (uint32_t i = 0; i < m->outputs; i++)
        w->output_bias[i] = (lm_real)lm_log(((double)count[i] + 1) / sum);
    for (size_t g = 0; g < m->shape.classes; g++) {
        double of_class = 0;
        for (uint32_t i = m->class_begin[g]; i < m->class_begin[g + 1]; i++)
            of_class += (double)count[i] + 1;
        w->class_bias[g] = (lm_real)lm_log(of_class / sum);
    }
}

/* Vectors are found by the words' spellings as programs print them. */
static lm_status copy_vectors(const lm_nnlm_trainer *t, lm_real *embed, lm_err *e)
{
    const lm_nnlm *m = t->model;
    const lm_vectors *v = t->how.vectors;
    lm_str word = {0};
    lm_status s = LM_OK;
    for (uint32_t id = 0; !s && id < m->lang.vocab->size; id++) {
        word.length = 0;
        s = lm_lang_add_word(&m->lang, id, &word, e);
        if (s) break;
        const uint32_t at = lm_vocab_find(v->vocab, (lm_slice){word.text, word.length});
        if (at == LM_NO_WORD) continue;
        for (size_t i = 0; i < v->dim; i++)
            embed[id * v->dim + i] = (lm_real)v->value[at * v->dim + i];
    }
    lm_str_free(&word);
    return s;
}

/* After the rule that draws values for all. */
static lm_status init(void *context, lm_real *values, lm_err *e)
{
    lm_nnlm_trainer *t = context;
    const lm_nnlm_weights w = bind(t, values);
    if (t->how.unigrams) set_unigrams(t, &w);
    return t->how.vectors ? copy_vectors(t, w.embed, e) : LM_OK;
}

/* Vectors and weights are of words and of classes: their numbers must mean the same ones. */
static lm_status accept(void *context, const lm_ckpt *ckpt, lm_err *e)
{
    const lm_nnlm_trainer *t = context;
    const lm_vocab *own = t->model->lang.vocab;
    lm_nnlm *other;
    LM_TRY(lm_nnlm_load(&other, ckpt, e));
    const lm_vocab *its = other->lang.vocab;
    const bool words = lm_vocab_same(own, its);
    bool same = words;
    const size_t classes = (size_t)t->model->shape.classes;
    same = same && classes == other->shape.classes;
    if (same && classes)
        same = memcmp(t->model->class_begin, other->class_begin,
                      (classes + 1) * sizeof *other->class_begin) == 0;
    lm_nnlm_free(other);
    if (same) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "--init: the %s of %s are not those of the text and options",
                   words ? "classes" : "words", lm_ckpt_path(ckpt));
}

static lm_status save(void *context, lm_ckpt_writer *writer, lm_err *e)
{
    const lm_nnlm_trainer *t = context;
    return lm_nnlm_save(t->model, writer, e);
}

/* ---- */

static lm_status prepare(lm_nnlm_trainer *t, size_t batch, lm_pool *pool, lm_err *e)
{
    const size_t most = t->valid && batch < EVALUATE ? EVALUATE : batch;
    if (t->how.noise) LM_TRY(noise_new(t, batch, e));
    LM_TRY(lm_nnlm_room_new(&t->room, t->model, most, true, pool, t->how.bf16, e));
    const uint64_t examples = t->text->count + (t->valid ? t->valid->count : 0);
    t->task.memory = t->room.bytes + examples * (t->text->width + 1) * sizeof(uint32_t);
    return LM_OK;
}

lm_status lm_nnlm_trainer_new(lm_nnlm_trainer **out, lm_nnlm *model, const lm_nnlm_text *text,
                              const lm_nnlm_text *valid, const lm_nnlm_training *how, size_t batch,
                              lm_pool *pool, lm_err *e)
{
    *out = NULL;
    lm_nnlm_trainer *t = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    *t = (lm_nnlm_trainer){.model = model, .text = text, .valid = valid, .how = *how};
    t->task = (lm_task){.kind = lm_nnlm_lang.kind,
                        .params = model->params,
                        .model = t,
                        .examples = text->count,
                        .step = step,
                        .evaluate = valid ? evaluate : NULL,
                        .init = init,
                        .accept = accept,
                        .save = save};
    model->params->item[0].frozen = how->freeze; /* the table of vectors is the first */
    const lm_status s = prepare(t, batch, pool, e);
    if (s)
        lm_nnlm_trainer_free(t);
    else
        *out = t;
    return s;
}

void lm_nnlm_trainer_free(lm_nnlm_trainer *t)
{
    if (!t) return;
    noise_free(t->noise);
    lm_nnlm_room_free(&t->room);
    lm_free(t);
}
