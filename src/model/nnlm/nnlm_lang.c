/* nnlm_lang.c - the NNLM as a word-level language model. */
#include <stdatomic.h>
#include <string.h>
#include "lm/memory.h"
#include "lm/scalar.h"
#include "nnlm_private.h"

enum { BATCH = 256 }; /* words scored at once */

/* The words before, oldest first: order - 1 of them. */
typedef struct {
    uint32_t word[LM_NNLM_ORDER_MAX - 1];
} context;

static const lm_nnlm *of(const lm_lang *lang)
{
    return (const lm_nnlm *)lang; /* an lm_nnlm begins with its lm_lang */
}

static lm_status lang_load(lm_lang **lang, const lm_ckpt *ckpt, lm_err *e)
{
    lm_nnlm *model;
    *lang = NULL;
    LM_TRY(lm_nnlm_load(&model, ckpt, e));
    *lang = &model->lang;
    return LM_OK;
}

static void lang_free(lm_lang *lang)
{
    lm_nnlm_free((lm_nnlm *)lang);
}

static size_t lang_state_size(const lm_lang *lang)
{
    (void)lang;
    return sizeof(context);
}

static void lang_begin(const lm_lang *lang, void *state, bool inside)
{
    context *c = state;
    for (int i = 0; i < LM_NNLM_ORDER_MAX - 1; i++)
        c->word[i] = inside ? LM_NO_WORD : of(lang)->start;
}

static void move_on(const lm_nnlm *m, context *c, uint32_t word)
{
    const size_t words = (size_t)(m->shape.order - 1);
    memmove(c->word, c->word + 1, (words - 1) * sizeof *c->word);
    c->word[words - 1] = word;
}

/* ---- scoring ---- */

typedef struct {
    const lm_nnlm *m;
    lm_compute *on;
    lm_nnlm_room room;
    double *p[BATCH]; /* where the probability of each example goes */
    size_t count;
} scoring;

/* Made for every call they would cost many times what the scoring of a word does: most of them is
 * room to pack matrices into.  Threads take and put back whole ones. */
enum { IDLE_MOST = 16 };
struct lm_nnlm_idle {
    _Atomic(scoring *) slot[IDLE_MOST];
};

static void free_scoring(scoring *s)
{
    if (!s) return;
    lm_nnlm_room_free(&s->room);
    lm_compute_free(s->on);
    lm_free(s);
}

lm_status lm_nnlm_idle_new(struct lm_nnlm_idle **idle, lm_err *e)
{
    *idle = lm_new(1, sizeof **idle, e);
    if (!*idle) return e->status;
    for (int i = 0; i < IDLE_MOST; i++) atomic_init(&(*idle)->slot[i], NULL);
    return LM_OK;
}

void lm_nnlm_idle_free(struct lm_nnlm_idle *idle)
{
    for (int i = 0; idle && i < IDLE_MOST; i++) free_scoring(atomic_load(&idle->slot[i]));
    lm_free(idle);
}

static scoring *take_idle(const lm_nnlm *m)
{
    for (int i = 0; i < IDLE_MOST; i++) {
        scoring *s = atomic_exchange(&m->idle->slot[i], NULL);
        if (s) return s;
    }
    return NULL;
}

static void close_scoring(scoring *s)
{
    for (int i = 0; i < IDLE_MOST; i++) {
        scoring *empty = NULL;
        if (atomic_compare_exchange_strong(&s->m->idle->slot[i], &empty, s)) return;
    }
    free_scoring(s);
}

static lm_status new_scoring(scoring **out, const lm_nnlm *m, size_t batch, lm_err *e)
{
    scoring *s = lm_new(1, sizeof *s, e);
    if (!s) return e->status;
    s->m = m;
    lm_status status = lm_compute_new(&s->on, NULL, false, e);
    if (!status) status = lm_nnlm_room_new(&s->room, m, batch, false, NULL, false, e);
    if (status)
        free_scoring(s);
    else
        *out = s;
    return status;
}

/* For so many words at once, or as many as go at once. */
static lm_status open_scoring(scoring **s, const lm_nnlm *m, size_t count, lm_err *e)
{
    const size_t batch = count < BATCH ? count : BATCH;
    *s = take_idle(m);
    if (*s && (*s)->room.batch >= batch) return LM_OK;
    free_scoring(*s);
    *s = NULL;
    return new_scoring(s, m, batch, e);
}

static void flush(scoring *s)
{
    if (s->count) lm_nnlm_losses(s->on, s->m, &s->m->weights, &s->room, s->count);
    for (size_t i = 0; i < s->count; i++) {
        const double p = lm_exp(-(double)s->room.losses[i]);
        *s->p[i] = p > 1 ? 1 : p; /* a loss may be rounded to less than 0 */
    }
    s->count = 0;
}

static void put(scoring *s, const context *c, uint32_t word, double *p)
{
    const size_t words = (size_t)(s->m->shape.order - 1);
    memcpy(s->room.context + s->count * words, c->word, words * sizeof *c->word);
    s->room.target[s->count] = word;
    s->p[s->count++] = p;
    if (s->count == s->room.batch) flush(s);
}

/* Weights may be finite and yet too large for their products. */
static lm_status check(const double *p, size_t count, lm_err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!(p[i] >= 0))
            return lm_fail(e, LM_EFORMAT,
                           "the NNLM gives no probabilities: its weights are too large");
    return LM_OK;
}

static lm_status lang_score(const lm_lang *lang, void *state, const uint32_t *ids, size_t count,
                            double *p, int *order, lm_err *e)
{
    scoring *s;
    if (count == 0) return LM_OK;
    LM_TRY(open_scoring(&s, of(lang), count, e));
    for (size_t i = 0; i < count; i++) {
        order[i] = 0;
        if (ids[i] == LM_LINE_BREAK) {
            p[i] = 1;
            lang_begin(lang, state, false);
            continue;
        }
        if (ids[i] < s->m->outputs)
            put(s, state, ids[i], &p[i]);
        else
            p[i] = 0;
        move_on(s->m, state, ids[i] < lang->vocab->size ? ids[i] : LM_NO_WORD);
    }
    flush(s);
    close_scoring(s);
    return check(p, count, e);
}

static lm_status predict(scoring *s, const context *c, double *p, lm_err *e)
{
    const lm_nnlm *m = s->m;
    lm_real *own = lm_new(m->outputs, sizeof *own, e);
    if (!own) return e->status;
    memcpy(s->room.context, c->word, (size_t)(m->shape.order - 1) * sizeof *c->word);
    lm_nnlm_predict(s->on, m, &m->weights, &s->room, own);
    for (uint32_t w = 0; w < m->lang.vocab->size; w++) p[w] = w < m->outputs ? (double)own[w] : 0;
    lm_free(own);
    return check(p, m->lang.vocab->size, e);
}

static lm_status lang_predict(const lm_lang *lang, const void *state, double *p, lm_err *e)
{
    scoring *s;
    LM_TRY(open_scoring(&s, of(lang), 1, e));
    const lm_status status = predict(s, state, p, e);
    close_scoring(s);
    return status;
}

const lm_lang_type lm_nnlm_lang = {
    .kind = "nnlm",
    .load = lang_load,
    .free = lang_free,
    .state_size = lang_state_size,
    .begin = lang_begin,
    .score = lang_score,
    .predict = lang_predict,
};
