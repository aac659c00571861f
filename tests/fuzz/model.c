/* model.c - fuzzes the readers of models: what lm_model_load and lm_w2v_load make of a checkpoint
 * whose sums are not looked at is refused as malformed, or used without leaving any table. */
#include "lm/models.h"
#include <stdlib.h>
#include <string.h>
#include "lm/w2v.h"
#include "../../src/ckpt/ckpt_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

enum { IDS = 24, WORDS_MOST = 1 << 16 };

/* Words, none at all, ends of lines. */
static void score(const lm_lang *lang, void *state)
{
    uint32_t ids[IDS];
    double p[IDS];
    int order[IDS];
    lm_err e = {0};
    for (uint32_t i = 0; i < IDS; i++) {
        const uint32_t id = i * 7 % (lang->vocab->size + 2);
        ids[i] = id < lang->vocab->size ? id : id == lang->vocab->size ? LM_NO_WORD : LM_LINE_BREAK;
    }
    demand(lang->type->score(lang, state, ids, IDS, p, order, &e) == LM_OK);
    for (int i = 0; i < IDS; i++) demand(order[i] >= 0 && !(p[i] < 0)); /* or NaN */
}

static void use(const lm_lang *lang)
{
    lm_err e = {0};
    const size_t size = lang->vocab->size;
    void *state = malloc(lang->type->state_size(lang));
    double *p = malloc(size * sizeof *p);
    demand(state != NULL && p != NULL);
    for (int inside = 0; inside < 2; inside++) {
        lang->type->begin(lang, state, inside);
        demand(lang->type->predict(lang, state, p, &e) == LM_OK);
        score(lang, state);
        demand(lang->type->predict(lang, state, p, &e) == LM_OK);
    }
    free(state);
    free(p);
}

/* Word vectors, which are no language model. */
static void use_vectors(lm_w2v *m)
{
    static const char *const words[] = {"a", "", "\xff\xc3", "zebra"};
    lm_err e = {0};
    bool found;
    lm_real *x = malloc((size_t)m->shape.dim * sizeof *x);
    demand(x != NULL);
    for (uint32_t id = 0; id < m->lang.vocab->size && id < WORDS_MOST; id++)
        demand(lm_w2v_vector_of(m, id, x, &e) == LM_OK);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        demand(lm_w2v_vector(m, lm_slice_of(words[i]), x, &found, &e) == LM_OK);
    free(x);
}

static void try_vectors(const lm_ckpt *ckpt)
{
    lm_w2v *m;
    lm_err e = {0};
    const lm_status s = lm_w2v_load(&m, ckpt, &e);
    demand(s == e.status && (s == LM_OK) == (m != NULL));
    demand(s == LM_OK || s == LM_EFORMAT);
    if (s) return;
    use_vectors(m);
    demand(lm_w2v_slim(m, &e) == LM_OK);
    use_vectors(m);
    lm_w2v_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    lm_ckpt *ckpt;
    lm_lang *lang;
    lm_err e = {0};
    if (lm_ckpt_parse(&ckpt, bytes, length, "fuzz", LM_CKPT_CHECK_NONE, &e)) return 0;
    const lm_status s = lm_model_load(&lang, ckpt, &e);
    demand(s == e.status && (s == LM_OK) == (lang != NULL));
    demand(s == LM_OK || s == LM_EFORMAT);
    if (lang && lang->vocab->size <= WORDS_MOST) use(lang);
    if (lang) lang->type->free(lang);
    if (strcmp(lm_ckpt_kind(ckpt), lm_w2v_lang.kind) == 0) try_vectors(ckpt);
    lm_ckpt_close(ckpt);
    return 0;
}
