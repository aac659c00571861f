/* mix.c - mixtures of word-level language models. */
#include "lm/mix.h"
#include <math.h>
#include "lm/json.h"
#include "lm/scalar.h"

enum {
    STATE_ALIGN = 16, /* of each part's state, in bytes */
    BLOCK = 1024      /* words scored at once */
};

static const lm_mix *of(const lm_lang *lang)
{
    return (const lm_mix *)lang; /* an lm_mix begins with its lm_lang */
}

/* ---- what the parts must agree on ---- */

static lm_status check_weights(const double *weight, size_t count, lm_err *e)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(weight[i] >= 0 && weight[i] <= 1))
            return lm_fail(e, LM_EUSAGE, "weight %zu is %g, expected 0 to 1", i, weight[i]);
        sum += weight[i];
    }
    if (fabs(sum - 1) <= 1e-9) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "the weights sum to %.10g, expected 1", sum);
}

typedef struct {
    const char *a, *b; /* paths */
    lm_status status;  /* of a difference */
} couple;

static lm_status check_mark(const couple *c, const char *mark, uint32_t a, uint32_t b, lm_err *e)
{
    const bool in_a = a != LM_NO_WORD, in_b = b != LM_NO_WORD;
    if (in_a == in_b) return LM_OK;
    return lm_fail(e, c->status, "%s has the mark %s, %s has not: they cannot be mixed",
                   in_a ? c->a : c->b, mark, in_a ? c->b : c->a);
}

static lm_status check_couple(const lm_model *a, const lm_model *b, lm_status status, lm_err *e)
{
    const couple c = {lm_ckpt_path(a->ckpt), lm_ckpt_path(b->ckpt), status};
    const lm_lang *x = a->lang, *y = b->lang;
    if (x->unit != y->unit)
        return lm_fail(e, status, "%s is made of %ss, %s of %ss: they cannot be mixed", c.a,
                       lm_unit_name(x->unit), c.b, lm_unit_name(y->unit));
    LM_TRY(check_mark(&c, "<s>", x->vocab->bos, y->vocab->bos, e));
    LM_TRY(check_mark(&c, "</s>", x->vocab->eos, y->vocab->eos, e));
    if (x->marks_as_words == y->marks_as_words) return LM_OK;
    return lm_fail(e, status, "<s> and </s> are words to %s, not to %s: they cannot be mixed",
                   x->marks_as_words ? c.a : c.b, x->marks_as_words ? c.b : c.a);
}

/* A checkpoint must be able to hold it. */
static lm_status set_depth(lm_mix *m, lm_status status, lm_err *e)
{
    for (size_t i = 0; i < m->count; i++) {
        const lm_lang *lang = m->part[i].model.lang;
        const int below = lang->type == &lm_mix_lang ? of(lang)->depth : 0;
        if (below >= m->depth) m->depth = below + 1;
    }
    if (m->depth <= LM_CKPT_PARTS_DEEP) return LM_OK;
    return lm_fail(e, status, "mixtures in mixtures %d deep, at most %d are allowed", m->depth,
                   LM_CKPT_PARTS_DEEP);
}

/* ---- the vocabulary ---- */

static lm_status add_words(lm_vocab *all, const lm_vocab *own, lm_err *e)
{
    for (uint32_t i = 0; i < own->size; i++) {
        uint32_t id;
        if (i == own->unk || i == own->bos || i == own->eos) continue;
        LM_TRY(lm_vocab_add(all, lm_vocab_word(own, i), &id, e));
    }
    return LM_OK;
}

static lm_status unite(lm_mix *m, lm_err *e)
{
    const lm_vocab *first = m->part[0].model.lang->vocab;
    bool unk = false;
    LM_TRY(lm_vocab_new(&m->lang.vocab, e));
    lm_vocab *all = m->lang.vocab;
    for (size_t i = 0; i < m->count; i++)
        unk = unk || m->part[i].model.lang->vocab->unk != LM_NO_WORD;
    if (unk) LM_TRY(lm_vocab_add_mark(all, "<unk>", &all->unk, e));
    if (first->eos != LM_NO_WORD) LM_TRY(lm_vocab_add_mark(all, "</s>", &all->eos, e));
    for (size_t i = 0; i < m->count; i++) LM_TRY(add_words(all, m->part[i].model.lang->vocab, e));
    if (first->bos != LM_NO_WORD) LM_TRY(lm_vocab_add_mark(all, "<s>", &all->bos, e));
    return LM_OK;
}

static uint32_t own_id(const lm_vocab *all, uint32_t w, const lm_lang *part)
{
    if (w == all->bos) return part->vocab->bos;
    if (w == all->eos) return part->vocab->eos;
    if (w == all->unk && part->vocab->unk != LM_NO_WORD) return part->vocab->unk;
    return lm_lang_id(part, lm_vocab_word(all, w));
}

/* The part's id of each word of the mixture, and the share of words that it does not know in its
 * <unk>: their spelling, as they would be paid for.  What they leave is the mixture's <unk>. */
static lm_status translate(lm_mix *m, lm_mix_part *part, lm_err *e)
{
    static const double ln2 = 0.69314718055994531;
    const lm_vocab *all = m->lang.vocab;
    const lm_lang *lang = part->model.lang;
    uint32_t *id = lm_arena_new(&m->arena, all->size, sizeof *id, e);
    double *share = lm_arena_new(&m->arena, all->size, sizeof *share, e);
    if (!id || !share) return e->status;
    double rest = 1;
    for (uint32_t w = 0; w < all->size; w++) {
        id[w] = own_id(all, w, lang);
        share[w] = 1;
        if (id[w] == LM_NO_WORD || id[w] != lang->vocab->unk || w == all->unk) continue;
        share[w] = lm_exp(-ln2 * lm_spell_bits(&lang->spell, lm_vocab_word(all, w)));
        rest -= share[w];
    }
    if (lang->vocab->unk != LM_NO_WORD) share[all->unk] = rest > 0 ? rest : 0;
    part->id = id;
    part->share = share;
    return LM_OK;
}

/* ---- making and freeing ---- */

static lm_status new_mix(lm_mix **mix, size_t count, lm_err *e)
{
    *mix = NULL;
    lm_mix *m = lm_new(1, sizeof *m, e);
    if (!m) return e->status;
    m->lang.type = &lm_mix_lang;
    m->count = count;
    m->part = lm_arena_new(&m->arena, count, sizeof *m->part, e);
    m->weight = lm_arena_new(&m->arena, count, sizeof *m->weight, e);
    if (!m->part || !m->weight) {
        lm_arena_free(&m->arena);
        lm_free(m);
        return e->status;
    }
    *mix = m;
    return LM_OK;
}

static size_t aligned(size_t bytes)
{
    return (bytes + STATE_ALIGN - 1) / STATE_ALIGN * STATE_ALIGN;
}

/* Makes one language of the parts, which are in place; they fail with `status` if they differ. */
static lm_status assemble(lm_mix *m, lm_status status, lm_err *e)
{
    const lm_lang *first = m->part[0].model.lang;
    for (size_t i = 1; i < m->count; i++)
        LM_TRY(check_couple(&m->part[0].model, &m->part[i].model, status, e));
    LM_TRY(set_depth(m, status, e));
    m->lang.unit = first->unit;
    m->lang.marks_as_words = first->marks_as_words;
    LM_TRY(unite(m, e));
    lm_spell_train(&m->lang.spell, m->lang.vocab);
    for (size_t i = 0; i < m->count; i++) {
        const lm_lang *lang = m->part[i].model.lang;
        LM_TRY(translate(m, &m->part[i], e));
        m->part[i].state_at = m->state_size;
        m->state_size += aligned(lang->type->state_size(lang));
        if (lang->order > m->lang.order) m->lang.order = lang->order;
    }
    return LM_OK;
}

lm_status lm_mix_new(lm_mix **mix, const lm_model *models, size_t count, const double *weights,
                     lm_err *e)
{
    *mix = NULL;
    if (count < 1 || count > LM_MIX_PARTS_MAX)
        return lm_fail(e, LM_EUSAGE, "a mixture of %zu models, expected 1 to %d", count,
                       LM_MIX_PARTS_MAX);
    if (weights) LM_TRY(check_weights(weights, count, e));
    LM_TRY(new_mix(mix, count, e));
    for (size_t i = 0; i < count; i++) {
        (*mix)->part[i].model = models[i];
        (*mix)->weight[i] = weights ? weights[i] : 1 / (double)count;
    }
    const lm_status s = assemble(*mix, LM_EUSAGE, e);
    if (s) {
        lm_mix_free(*mix);
        *mix = NULL;
    }
    return s;
}

void lm_mix_free(lm_mix *m)
{
    if (!m) return;
    for (size_t i = 0; m->owns_parts && i < m->count; i++) lm_model_close(&m->part[i].model);
    lm_vocab_free(m->lang.vocab);
    lm_arena_free(&m->arena);
    lm_free(m);
}

/* ---- checkpoints ---- */

static lm_status add_config(const void *mix, lm_str *out, lm_err *e)
{
    const lm_mix *m = mix;
    LM_TRY(lm_str_addf(out, e, "{\"weights\":["));
    for (size_t i = 0; i < m->count; i++) {
        if (i) LM_TRY(lm_str_addf(out, e, ","));
        LM_TRY(lm_str_add_real(out, m->weight[i], e));
    }
    return lm_str_addf(out, e, "],\"vocab\":%u}", m->lang.vocab->size);
}

lm_status lm_mix_save(const lm_mix *mix, lm_ckpt_writer *writer, lm_err *e)
{
    lm_status s = lm_ckpt_write_meta(writer, "lm.config", add_config, mix, e);
    for (size_t i = 0; !s && i < mix->count; i++)
        s = lm_ckpt_add_part(writer, i, mix->part[i].model.ckpt, e);
    return s;
}

typedef struct {
    double weight[LM_MIX_PARTS_MAX];
    size_t count;
    uint64_t vocab;
} configuration;

static lm_status read_weights(lm_json *j, configuration *c, lm_err *e)
{
    LM_TRY(lm_json_array(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        if (c->count == LM_MIX_PARTS_MAX)
            return lm_json_fail(j, e, "more than %d weights", LM_MIX_PARTS_MAX);
        LM_TRY(lm_json_real(j, &c->weight[c->count++], e));
    }
}

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    configuration *c = context;
    if (lm_json_is(key, "weights")) return read_weights(j, c, e);
    if (lm_json_is(key, "vocab")) return lm_json_u64(j, &c->vocab, e);
    return lm_json_skip(j, NULL, e);
}

static lm_status load_config(configuration *c, const lm_ckpt *ckpt, lm_err *e)
{
    lm_err bad = {0};
    LM_TRY(lm_ckpt_config(ckpt, read_member, c, e));
    if (check_weights(c->weight, c->count, &bad))
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: %s", lm_ckpt_path(ckpt), bad.message);
    return LM_OK;
}

static lm_status load_parts(lm_mix *m, const configuration *c, const lm_ckpt *ckpt, lm_err *e)
{
    m->owns_parts = true;
    for (size_t i = 0; i < m->count; i++) {
        lm_model *model = &m->part[i].model;
        m->weight[i] = c->weight[i];
        LM_TRY(lm_ckpt_part(&model->ckpt, ckpt, i, e));
        LM_TRY(lm_model_load(&model->lang, model->ckpt, e));
    }
    LM_TRY(assemble(m, LM_EFORMAT, e));
    if (m->lang.vocab->size == c->vocab) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: lm.config: a vocabulary of %llu, but the parts have %u",
                   lm_ckpt_path(ckpt), (unsigned long long)c->vocab, m->lang.vocab->size);
}

lm_status lm_mix_load(lm_mix **mix, const lm_ckpt *ckpt, lm_err *e)
{
    configuration c = {0};
    *mix = NULL;
    LM_TRY(load_config(&c, ckpt, e));
    LM_TRY(new_mix(mix, c.count, e));
    const lm_status s = load_parts(*mix, &c, ckpt, e);
    if (s) {
        lm_mix_free(*mix);
        *mix = NULL;
    }
    return s;
}

/* ---- probabilities ---- */

static void *state_of(const lm_mix_part *part, void *state)
{
    return (char *)state + part->state_at;
}

/* At most BLOCK words. */
static lm_status score_block(const lm_mix *m, const lm_mix_part *part, void *state,
                             const uint32_t *ids, size_t count, double *p, int *order, lm_err *e)
{
    const lm_lang *lang = part->model.lang;
    uint32_t own[BLOCK];
    for (size_t t = 0; t < count; t++)
        own[t] = ids[t] < m->lang.vocab->size ? part->id[ids[t]]
                 : ids[t] == LM_LINE_BREAK    ? LM_LINE_BREAK
                                              : LM_NO_WORD;
    LM_TRY(lang->type->score(lang, state_of(part, state), own, count, p, order, e));
    for (size_t t = 0; t < count; t++)
        if (ids[t] < m->lang.vocab->size) p[t] *= part->share[ids[t]];
    return LM_OK;
}

lm_status lm_mix_score_part(const lm_mix *m, size_t i, void *state, const uint32_t *ids,
                            size_t count, double *p, int *order, lm_err *e)
{
    for (size_t at = 0; at < count; at += BLOCK) {
        const size_t n = count - at < BLOCK ? count - at : BLOCK;
        LM_TRY(score_block(m, &m->part[i], state, ids + at, n, p + at, order + at, e));
    }
    return LM_OK;
}

/* ---- as a word-level language model ---- */

static lm_status lang_load(lm_lang **lang, const lm_ckpt *ckpt, lm_err *e)
{
    lm_mix *mix;
    *lang = NULL;
    LM_TRY(lm_mix_load(&mix, ckpt, e));
    *lang = &mix->lang;
    return LM_OK;
}

static void lang_free(lm_lang *lang)
{
    lm_mix_free((lm_mix *)lang);
}

static size_t lang_state_size(const lm_lang *lang)
{
    return of(lang)->state_size;
}

static void lang_begin(const lm_lang *lang, void *state, bool inside)
{
    const lm_mix *m = of(lang);
    for (size_t i = 0; i < m->count; i++) {
        const lm_lang *own = m->part[i].model.lang;
        own->type->begin(own, state_of(&m->part[i], state), inside);
    }
}

/* At most BLOCK words.  The order is the longest of the parts that count. */
static lm_status mix_block(const lm_mix *m, void *state, const uint32_t *ids, size_t count,
                           double *p, int *order, lm_err *e)
{
    double part_p[BLOCK];
    int part_order[BLOCK];
    for (size_t t = 0; t < count; t++) p[t] = order[t] = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (!(m->weight[i] > 0)) continue;
        LM_TRY(score_block(m, &m->part[i], state, ids, count, part_p, part_order, e));
        for (size_t t = 0; t < count; t++) {
            p[t] += m->weight[i] * part_p[t];
            if (part_order[t] > order[t]) order[t] = part_order[t];
        }
    }
    for (size_t t = 0; t < count; t++)
        if (p[t] > 1 || ids[t] == LM_LINE_BREAK) p[t] = 1; /* the weights' sum is rounded */
    return LM_OK;
}

static lm_status lang_score(const lm_lang *lang, void *state, const uint32_t *ids, size_t count,
                            double *p, int *order, lm_err *e)
{
    for (size_t at = 0; at < count; at += BLOCK) {
        const size_t n = count - at < BLOCK ? count - at : BLOCK;
        LM_TRY(mix_block(of(lang), state, ids + at, n, p + at, order + at, e));
    }
    return LM_OK;
}

static lm_status add_part(const lm_mix *m, size_t i, const void *state, double *p, lm_err *e)
{
    const lm_mix_part *part = &m->part[i];
    const lm_lang *lang = part->model.lang;
    double *own = lm_resize(NULL, lang->vocab->size, sizeof *own, e);
    if (!own) return e->status;
    const lm_status s = lang->type->predict(lang, (const char *)state + part->state_at, own, e);
    for (uint32_t w = 0; !s && w < m->lang.vocab->size; w++) {
        const uint32_t id = part->id[w];
        if (id != LM_NO_WORD) p[w] += m->weight[i] * part->share[w] * own[id];
    }
    lm_free(own);
    return s;
}

static lm_status lang_predict(const lm_lang *lang, const void *state, double *p, lm_err *e)
{
    const lm_mix *m = of(lang);
    for (uint32_t w = 0; w < lang->vocab->size; w++) p[w] = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->weight[i] > 0) LM_TRY(add_part(m, i, state, p, e));
    return LM_OK;
}

const lm_lang_type lm_mix_lang = {
    .kind = "mix",
    .load = lang_load,
    .free = lang_free,
    .state_size = lang_state_size,
    .begin = lang_begin,
    .score = lang_score,
    .predict = lang_predict,
};
