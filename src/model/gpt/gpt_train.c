/* gpt_train.c - the task of pretraining a GPT. */
#include "lm/gpt_train.h"
#include <string.h>
#include "gpt_private.h"
#include "lm/cross_entropy.h"
#include "lm/memory.h"
#include "lm/random.h"

/* ---- windows ---- */

/* The tokens to predict in a window that begins at token `from`. */
static size_t length_at(const lm_gpt *g, const lm_gpt_text *text, uint64_t from)
{
    const uint64_t left = text->count - 1 - from;
    return (size_t)(left < g->shape.context ? left : g->shape.context);
}

/* Where the window of an example begins. */
static uint64_t place_of(const lm_gpt_trainer *t, uint64_t example)
{
    const uint64_t T = t->gpt->shape.context, tokens = t->text->count - 1;
    if (!t->how.random) return example * T;
    if (tokens <= T) return 0;
    return lm_random_below(lm_random_at(t->how.seed, LM_RANDOM_WINDOW, 0, example), tokens - T + 1);
}

/* Adds a window to the room as its next sequence, which begins at row `row`; returns its length. */
static size_t add_window(const lm_gpt *g, lm_gpt_room *room, const lm_gpt_text *text, uint64_t from,
                         size_t row)
{
    const size_t length = length_at(g, text, from);
    memcpy(room->ids + row, text->id + from, length * sizeof *room->ids);
    memcpy(room->targets + row, text->id + from + 1, length * sizeof *room->targets);
    return length;
}

static double events(void *context, const uint64_t *ids, size_t count)
{
    const lm_gpt_trainer *t = context;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)length_at(t->gpt, t->text, place_of(t, ids[i]));
    return sum;
}

/* ---- steps ---- */

static lm_gpt_weights bind(const lm_gpt_trainer *t, const lm_real *block)
{
    lm_gpt_weights weights = {0};
    lm_params_bind(t->gpt->params, block, &weights);
    return weights;
}

static lm_gpt_chance chance_of(const lm_gpt_trainer *t, const lm_batch *batch)
{
    const double p = t->how.dropout;
    return (lm_gpt_chance){.embedding = p,
                           .layers = {.attention = p,
                                      .residual = p,
                                      .seed = t->how.seed,
                                      .step = batch->step,
                                      .first = batch->first,
                                      .longest = t->gpt->shape.context}};
}

/* The windows of a batch, into the room; returns their rows. */
static size_t add_windows(lm_gpt_trainer *t, const lm_batch *batch)
{
    size_t rows = 0;
    for (size_t i = 0; i < batch->count; i++) {
        t->lengths[i] = add_window(t->gpt, &t->room, t->text, place_of(t, batch->ids[i]), rows);
        rows += t->lengths[i];
    }
    return rows;
}

static lm_status step(void *context, const lm_compute *on, const lm_real *values, lm_real *grads,
                      const lm_batch *batch, double share, lm_loss *loss, lm_err *e)
{
    lm_gpt_trainer *t = context;
    const lm_gpt_weights w = bind(t, values), d = bind(t, grads);
    const lm_gpt_chance chance = chance_of(t, batch);
    const size_t rows = add_windows(t, batch);
    (void)e;
    loss->loss += lm_gpt_both(on, t->gpt, &w, &d, &t->room, t->lengths, batch->count,
                              (lm_real)(share / (double)rows), t->how.dropout > 0 ? &chance : NULL);
    loss->events += (double)rows;
    return LM_OK;
}

static lm_status stream(void *context, const lm_compute *on, const lm_real *values,
                        const lm_batch *batch, const lm_grad_sink *sink, lm_loss *loss, lm_err *e)
{
    lm_gpt_trainer *t = context;
    const lm_gpt_weights w = bind(t, values);
    const lm_gpt_chance chance = chance_of(t, batch);
    const size_t rows = add_windows(t, batch);
    (void)e;
    loss->loss +=
        lm_gpt_both_early(on, t->gpt, &w, t->early, &t->room, t->lengths, batch->count,
                          (lm_real)(1 / (double)rows), t->how.dropout > 0 ? &chance : NULL, sink);
    loss->events += (double)rows;
    return LM_OK;
}

/* The next window, which begins at row `row` of the room and token *from of the text: from there to
 * where the one after it begins; *told: how many tokens are predicted.  Returns its length. */
static size_t next_window(const lm_gpt *g, lm_gpt_room *room, const lm_gpt_windows *windows,
                          uint64_t *from, uint64_t *told, size_t row)
{
    const size_t length = add_window(g, room, windows->text, *from, row);
    for (uint64_t i = *from; i < *told; i++) room->targets[row + (i - *from)] = LM_IGNORE;
    *told = *from + length;
    *from += windows->stride;
    return length;
}

lm_status lm_gpt_measure(const lm_compute *on, const lm_gpt *g, const lm_gpt_weights *w,
                         lm_gpt_room *room, const lm_gpt_windows *windows, const lm_run *run,
                         lm_loss *loss, lm_err *e)
{
    const uint64_t tokens = windows->text->count - 1;
    const size_t batch = room->layers.B;
    uint64_t from = 0, told = 0;
    size_t *lengths = lm_new(batch, sizeof *lengths, e);
    if (!lengths) return e->status;
    while (told < tokens) {
        size_t rows = 0, count = 0;
        for (; count < batch && told < tokens; rows += lengths[count++])
            lengths[count] = next_window(g, room, windows, &from, &told, rows);
        loss->loss += lm_gpt_losses(on, g, w, room, lengths, count);
        if (run) lm_progress(run, "measuring", (double)told, (double)tokens, "tokens");
    }
    loss->events += (double)tokens;
    lm_free(lengths);
    return LM_OK;
}

static lm_status evaluate(void *context, const lm_compute *on, const lm_real *values, lm_loss *loss,
                          lm_err *e)
{
    lm_gpt_trainer *t = context;
    const lm_gpt_weights w = bind(t, values);
    const lm_gpt_windows windows = {t->valid, t->gpt->shape.context};
    return lm_gpt_measure(on, t->gpt, &w, &t->room, &windows, NULL, loss, e);
}

/* What tensors of the right names and shapes do not tell: they would be another function. */
static lm_status accept_shape(const lm_gpt_shape *own, const lm_gpt_shape *its, const char *path,
                              lm_err *e)
{
    const struct {
        const char *option;
        uint64_t own, its;
    } rows[] = {{"layers", own->layers, its->layers},
                {"heads", own->heads, its->heads},
                {"width", own->width, its->width}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].own != rows[i].its)
            return lm_fail(e, LM_EUSAGE, "--init: %s has --%s %llu, this model %llu", path,
                           rows[i].option, (unsigned long long)rows[i].its,
                           (unsigned long long)rows[i].own);
    if (own->post_norm != its->post_norm)
        return lm_fail(e, LM_EUSAGE, "--init: %s has --norm %s", path,
                       its->post_norm ? "post" : "pre");
    if (own->sine == its->sine) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "--init: %s has --positions %s", path,
                   its->sine ? "sine" : "learned");
}

/* Embeddings are of tokens: their numbers must mean the same ones. */
static lm_status accept_tokenizer(const lm_tokenizer *own, const lm_ckpt *ckpt, lm_err *e)
{
    lm_tokenizer *its;
    if (!own) return LM_OK;
    LM_TRY(lm_tokenizer_load(&its, ckpt, e));
    const bool same = own->kind == its->kind && lm_vocab_same(own->vocab, its->vocab);
    lm_tokenizer_free(its);
    if (same) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "--init: %s has another tokenizer", lm_ckpt_path(ckpt));
}

/* Its epsilon, which no option gives, is taken over. */
static lm_status accept(void *context, const lm_ckpt *ckpt, lm_err *e)
{
    lm_gpt *g = ((lm_gpt_trainer *)context)->gpt;
    lm_gpt_shape its;
    LM_TRY(lm_gpt_read_shape(&its, ckpt, e));
    if (!(its.eps >= 0 && its.eps <= 1)) /* or NaN */
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: eps: %g is not in 0 .. 1", lm_ckpt_path(ckpt),
                       its.eps);
    LM_TRY(accept_shape(&g->shape, &its, lm_ckpt_path(ckpt), e));
    LM_TRY(accept_tokenizer(g->tokenizer, ckpt, e));
    lm_gpt_set_eps(g, its.eps);
    return LM_OK;
}

static lm_status save(void *context, lm_ckpt_writer *writer, lm_err *e)
{
    const lm_gpt_trainer *t = context;
    return lm_gpt_save(t->gpt, writer, e);
}

/* ---- */

static lm_status prepare(lm_gpt_trainer *t, size_t batch, lm_pool *pool, lm_err *e)
{
    const lm_transformer_mode mode = t->how.recompute ? LM_RECOMPUTING : LM_TRAINING;
    size_t rows;
    if (!lm_mul_size(batch, (size_t)t->gpt->shape.context, &rows)) rows = SIZE_MAX / 2;
    t->task.memory = t->how.early ? lm_gpt_early_bytes(t->gpt, rows, mode)
                                  : lm_gpt_room_bytes(t->gpt, rows, mode);
    if (!t->text) return LM_OK;
    t->task.memory += (t->text->count + (t->valid ? t->valid->count : 0)) * sizeof(uint32_t);
    t->lengths = lm_new(batch, sizeof *t->lengths, e);
    if (!t->lengths) return e->status;
    if (t->how.early)
        return lm_gpt_early_new(&t->early, &t->room, t->gpt, rows, batch, mode, pool, e);
    return lm_gpt_room_new(&t->room, t->gpt, rows, batch, mode, pool, e);
}

static lm_status check_text(const lm_gpt_text *text, const char *what, lm_err *e)
{
    if (!text || text->count >= 2) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: %zu tokens; there must be two at least", what, text->count);
}

lm_status lm_gpt_trainer_new(lm_gpt_trainer **out, lm_gpt *gpt, const lm_gpt_text *text,
                             const lm_gpt_text *valid, const lm_gpt_training *how, size_t batch,
                             lm_pool *pool, lm_err *e)
{
    *out = NULL;
    LM_TRY(check_text(text, "the text", e));
    LM_TRY(check_text(valid, "the held-out text", e));
    lm_gpt_trainer *t = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    *t = (lm_gpt_trainer){.gpt = gpt, .text = text, .valid = valid, .how = *how};
    t->task = (lm_task){
        .kind = LM_GPT_KIND,
        .params = gpt->params,
        .model = t,
        .examples = how->random || !text ? 0 : lm_gpt_text_windows(text, gpt->shape.context),
        .step = step,
        .stream = how->early ? stream : NULL,
        .events = events,
        .evaluate = valid ? evaluate : NULL,
        .accept = accept,
        .save = save};
    const lm_status s = prepare(t, batch, pool, e);
    if (s)
        lm_gpt_trainer_free(t);
    else
        *out = t;
    return s;
}

void lm_gpt_trainer_free(lm_gpt_trainer *t)
{
    if (!t) return;
    lm_gpt_early_free(t->early);
    lm_gpt_room_free(&t->room);
    lm_free(t->lengths);
    lm_free(t);
}
