/* sample.c - choosing the next word, and writing sentences. */
#include "lm/sample.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/random.h"
#include "lm/scalar.h"
#include "lm/sort.h"

/* ---- ranking ---- */

typedef struct {
    const double *p;
    const uint32_t *rank;
} ranking;

static bool comes_before(const void *context, uint32_t a, uint32_t b)
{
    const ranking *r = context;
    if (r->p[a] != r->p[b]) return r->p[a] > r->p[b];
    return r->rank[a] != r->rank[b] ? r->rank[a] < r->rank[b] : a < b;
}

static int compare_words(const void *context, const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y ? 0 : comes_before(context, x, y) ? -1 : 1;
}

lm_status lm_rank_words(const double *p, uint32_t size, const uint32_t *rank, uint32_t count,
                        uint32_t *order, lm_err *e)
{
    const ranking r = {p, rank};
    lm_heap_first(order, count, size, comes_before, &r);
    return lm_sort(order, count, sizeof *order, compare_words, &r, e);
}

/* ---- drawing ---- */

struct lm_sampler {
    const lm_lang *lang;
    lm_sampling how;
    void *state;
    double *p;       /* (vocabulary) */
    uint32_t *order; /* (vocabulary) the most probable first, as many as were asked for */
    uint32_t *rank;
    uint32_t *ids;
    size_t capacity;
};

lm_status lm_sampler_new(lm_sampler **out, const lm_lang *lang, const lm_sampling *how, lm_err *e)
{
    *out = NULL;
    lm_sampler *s = lm_new(1, sizeof *s, e);
    if (!s) return e->status;
    s->lang = lang;
    s->how = *how;
    s->state = lm_new(1, lang->type->state_size(lang), e);
    s->p = lm_new(lang->vocab->size, sizeof *s->p, e);
    s->order = lm_new(lang->vocab->size, sizeof *s->order, e);
    if (!s->state || !s->p || !s->order || lm_vocab_byte_ranks(lang->vocab, &s->rank, e)) {
        lm_sampler_free(s);
        return e->status;
    }
    *out = s;
    return LM_OK;
}

void lm_sampler_free(lm_sampler *s)
{
    if (!s) return;
    lm_free(s->state);
    lm_free(s->p);
    lm_free(s->order);
    lm_free(s->rank);
    lm_free(s->ids);
    lm_free(s);
}

/* p^(1/temperature), relative to the largest so that none overflows. */
static void apply_temperature(double *p, uint32_t size, double temperature)
{
    double largest = 0;
    for (uint32_t i = 0; i < size; i++)
        if (p[i] > largest) largest = p[i];
    for (uint32_t i = 0; i < size; i++)
        if (p[i] > 0) p[i] = lm_exp(lm_log(p[i] / largest) / temperature);
}

/* The word at which the running sum of p over the candidates passes u of their total. */
static uint32_t draw(const double *p, const uint32_t *order, uint32_t count, double u)
{
    double total = 0, sum = 0;
    uint32_t last = LM_NO_WORD;
    for (uint32_t i = 0; i < count; i++) total += p[order ? order[i] : i];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t id = order ? order[i] : i;
        if (!(p[id] > 0)) continue;
        last = id;
        sum += p[id];
        if (sum > u * total) break;
    }
    return last; /* rounding may leave the sum just below u: then the last one */
}

/* How many of the words in order together have top_p of the whole. */
static uint32_t nucleus(const double *p, const uint32_t *order, uint32_t count, double top_p)
{
    double total = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) total += p[order[i]];
    for (uint32_t i = 0; i < count; i++) {
        sum += p[order[i]];
        if (sum >= top_p * total) return i + 1;
    }
    return count;
}

static lm_status choose(lm_sampler *s, double u, uint32_t *id, lm_err *e)
{
    const uint32_t size = s->lang->vocab->size;
    const bool some = s->how.top_k > 0 && s->how.top_k < size;
    uint32_t count = s->how.greedy ? 1 : some ? (uint32_t)s->how.top_k : size;
    LM_TRY(s->lang->type->predict(s->lang, s->state, s->p, e));
    if (s->lang->vocab->unk != LM_NO_WORD) s->p[s->lang->vocab->unk] = 0;
    if (!s->how.greedy && s->how.temperature != 1)
        apply_temperature(s->p, size, s->how.temperature);
    const bool ordered = s->how.greedy || some || s->how.top_p < 1;
    if (ordered) LM_TRY(lm_rank_words(s->p, size, s->rank, count, s->order, e));
    if (!s->how.greedy && s->how.top_p < 1) count = nucleus(s->p, s->order, count, s->how.top_p);
    *id = draw(s->p, ordered ? s->order : NULL, count, u);
    return LM_OK;
}

static lm_status step(lm_sampler *s, uint32_t id, lm_err *e)
{
    double p;
    int order;
    return s->lang->type->score(s->lang, s->state, &id, 1, &p, &order, e);
}

lm_status lm_sampler_draw(lm_sampler *s, uint64_t sentence, const uint32_t *prefix,
                          size_t prefix_count, size_t longest, const uint32_t **ids, size_t *count,
                          lm_err *e)
{
    s->lang->type->begin(s->lang, s->state, false);
    for (*count = 0; *count < prefix_count || *count < longest; ++*count) {
        uint32_t id = LM_NO_WORD;
        if (*count < prefix_count) {
            id = prefix[*count];
        } else {
            const lm_random_block block =
                lm_random_at((uint64_t)s->how.seed, LM_RANDOM_SAMPLE, (uint32_t)*count, sentence);
            LM_TRY(choose(s, lm_random_real(block), &id, e));
            if (id == LM_NO_WORD || id == s->lang->vocab->eos) break; /* nothing can follow */
        }
        LM_TRY(step(s, id, e));
        LM_TRY(lm_reserve(&s->ids, &s->capacity, *count + 1, sizeof *s->ids, e));
        s->ids[*count] = id;
    }
    *ids = s->ids;
    return LM_OK;
}
