/* beam.c - the most probable completions that a beam search finds. */
#include "lm/beam.h"
#include <math.h>
#include <string.h>
#include "generate_internal.h"
#include "gpt_reader.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/sort.h"

/* A beginning, or a completion that is at its end. */
typedef struct {
    lm_written written;
    double sum; /* of log-probabilities */
} hypothesis;

/* A way to go on. */
typedef struct {
    size_t from; /* living beginning */
    uint32_t id;
    double lp, sum;
} way;

typedef struct {
    const lm_gpt *gpt;
    const lm_generation *how;
    const lm_run *run;
    lm_writer writer;
    lm_gpt_reader reader; /* its caches: of the living, */
    lm_kv_cache **after;  /* (beams): and of the next */
    lm_kv_cache *cache;   /* (2 beams): twice as many as live, so that one may be copied */
    uint32_t *best;       /* (2 beams) */
    way *ways;            /* (beams, 2 beams) */
    size_t ways_count;
    hypothesis *living, *next, *ended; /* (beams), (beams), (beams + 1) */
    size_t living_count, next_count, ended_count;
} search;

/* ---- room ---- */

static lm_status make_room(search *s, lm_err *e)
{
    const size_t B = s->how->beams;
    LM_TRY(lm_gpt_reader_new(&s->reader, s->gpt, B, s->run, e));
    s->best = lm_new(2 * B, sizeof *s->best, e);
    s->ways = lm_new(2 * B, B * sizeof *s->ways, e);
    s->living = lm_new(B, sizeof *s->living, e);
    s->next = lm_new(B, sizeof *s->next, e);
    s->ended = lm_new(B + 1, sizeof *s->ended, e);
    s->cache = lm_new(2 * B, sizeof *s->cache, e);
    s->after = lm_new(B, sizeof *s->after, e);
    for (size_t i = 0; s->cache && i < 2 * B; i++)
        LM_TRY(
            lm_kv_cache_new(&s->cache[i], &s->gpt->transformer, (size_t)s->gpt->shape.context, e));
    return e->status;
}

static void free_all(hypothesis *h, size_t *count)
{
    for (size_t i = 0; i < *count; i++) lm_written_free(&h[i].written);
    *count = 0;
}

static void free_search(search *s)
{
    free_all(s->living, &s->living_count);
    free_all(s->next, &s->next_count);
    free_all(s->ended, &s->ended_count);
    for (size_t i = 0; s->cache && i < 2 * s->how->beams; i++) lm_kv_cache_free(&s->cache[i]);
    lm_free(s->best);
    lm_free(s->ways);
    lm_free(s->living);
    lm_free(s->next);
    lm_free(s->ended);
    lm_free(s->cache);
    lm_free(s->after);
    lm_gpt_reader_free(&s->reader);
}

/* ---- completions that are at their end ---- */

static double score_of(double sum, size_t tokens)
{
    return sum / lm_pow((double)(tokens ? tokens : 1), LM_BEAM_ALPHA);
}

/* Takes over *h, in its place among the best; of equal ones the first that came. */
static void end(search *s, hypothesis *h)
{
    size_t at = s->ended_count++;
    h->written.c.score = score_of(h->sum, h->written.c.ids.count);
    for (; at > 0 && s->ended[at - 1].written.c.score < h->written.c.score; at--)
        s->ended[at] = s->ended[at - 1];
    s->ended[at] = *h;
    *h = (hypothesis){0};
    if (s->ended_count <= s->how->beams) return;
    s->ended_count--;
    lm_written_free(&s->ended[s->ended_count].written);
}

/* Can none of the living get among the best any more?  Their sums only fall; what divides them
 * grows up to the longest completion. */
static bool is_over(const search *s)
{
    if (s->living_count == 0) return true;
    if (s->ended_count < s->how->beams) return false;
    const double most = score_of(s->living[0].sum, s->how->longest);
    return most <= s->ended[s->ended_count - 1].written.c.score;
}

/* ---- steps ---- */

static int compare_ways(const void *context, const void *a, const void *b)
{
    const way *x = a, *y = b;
    (void)context;
    if (x->sum != y->sum) return x->sum > y->sum ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The best ways to go on: twice as many as beams of each, as up to half of them may end. */
static lm_status find_ways(search *s, lm_err *e)
{
    const size_t V = (size_t)s->gpt->shape.vocab;
    const uint32_t tokens = s->writer.tokens;
    const uint32_t most = tokens < 2 * s->how->beams ? tokens : (uint32_t)(2 * s->how->beams);
    s->ways_count = 0;
    for (size_t i = 0; i < s->living_count; i++) {
        lm_real *logits = s->reader.logits + i * V;
        const double log_sum = lm_token_log_sum(logits, (uint32_t)V);
        LM_TRY(lm_writer_mask(&s->writer, logits, e));
        lm_token_best(logits, tokens, most, s->best);
        for (uint32_t k = 0; k < most; k++) {
            const double lp = (double)logits[s->best[k]] - log_sum;
            if (lp > -HUGE_VAL)
                s->ways[s->ways_count++] = (way){i, s->best[k], lp, s->living[i].sum + lp};
        }
    }
    return lm_sort(s->ways, s->ways_count, sizeof *s->ways, compare_ways, NULL, e);
}

/* A cache that belongs to no beginning, living or next. */
static lm_kv_cache *find_free(const search *s)
{
    for (size_t i = 0;; i++) {
        bool used = false;
        for (size_t k = 0; k < s->living_count; k++)
            used = used || s->reader.caches[k] == &s->cache[i];
        for (size_t k = 0; k < s->next_count; k++) used = used || s->after[k] == &s->cache[i];
        if (!used) return &s->cache[i];
    }
}

/* One more beginning of the next step.  The first that goes on from a living one has its cache. */
static void keep(search *s, const way *w, hypothesis *h)
{
    lm_kv_cache *const from = s->reader.caches[w->from], *cache = from;
    for (size_t i = 0; i < s->next_count; i++)
        if (s->after[i] == from) cache = find_free(s);
    if (cache != from) lm_kv_cache_copy(cache, from, &s->gpt->transformer, from->length);
    s->after[s->next_count] = cache;
    s->next[s->next_count++] = *h;
    *h = (hypothesis){0};
}

static lm_status go(search *s, const way *w, lm_err *e)
{
    hypothesis h = {.sum = w->sum};
    LM_TRY(lm_written_copy(&h.written, &s->living[w->from].written, e));
    const lm_status status = lm_written_add(&h.written, &s->writer, w->id, w->lp, e);
    if (status) {
        lm_written_free(&h.written);
        return status;
    }
    lm_completion *c = &h.written.c;
    if (c->ending == LM_GOING_ON && c->start.count + c->ids.count > s->gpt->shape.context)
        lm_written_end(&h.written, LM_BY_CONTEXT);
    if (c->ending == LM_GOING_ON)
        keep(s, w, &h);
    else
        end(s, &h);
    return LM_OK;
}

/* Goes the best ways, until there are enough living ones. */
static lm_status go_on(search *s, lm_err *e)
{
    LM_TRY(find_ways(s, e));
    for (size_t i = 0; i < s->ways_count && s->next_count < s->how->beams; i++)
        LM_TRY(go(s, &s->ways[i], e));
    free_all(s->living, &s->living_count);
    memcpy(s->living, s->next, s->next_count * sizeof *s->living);
    memcpy(s->reader.caches, s->after, s->next_count * sizeof *s->after);
    s->living_count = s->next_count;
    s->next_count = 0;
    return LM_OK;
}

static void read_last_tokens(search *s)
{
    for (size_t i = 0; i < s->living_count; i++) {
        const lm_ids *ids = &s->living[i].written.c.ids;
        s->reader.room.ids[i] = ids->id[ids->count - 1];
        s->reader.lengths[i] = 1;
    }
    lm_gpt_reader_read(&s->reader, s->living_count);
}

/* ---- prompts ---- */

static lm_status complete(search *s, lm_err *e)
{
    hypothesis *first = &s->living[0];
    const lm_ids *start = &first->written.c.start;
    LM_TRY(lm_written_begin(&first->written, &s->writer, e));
    if (start->count > s->gpt->shape.context) {
        lm_written_end(&first->written, LM_BY_CONTEXT);
        s->living_count = 0;
        end(s, first);
        return LM_OK;
    }
    lm_gpt_reader_read_all(&s->reader, &s->cache[0], start->id, start->count);
    LM_TRY(go_on(s, e));
    while (!is_over(s)) {
        read_last_tokens(s);
        LM_TRY(go_on(s, e));
    }
    free_all(s->living, &s->living_count);
    return LM_OK;
}

static lm_status tell(search *s, const lm_generate_calls *calls, lm_err *e)
{
    for (size_t i = 0; i < s->ended_count && i < s->how->samples; i++) {
        lm_completion *c = &s->ended[i].written.c;
        c->sample = i;
        if (c->ending == LM_BY_CONTEXT) lm_note_full(s->run, s->gpt, c);
        LM_TRY(calls->tell(calls->context, c, e));
    }
    free_all(s->ended, &s->ended_count);
    return LM_OK;
}

static lm_status search_all(search *s, const lm_generate_calls *calls, lm_err *e)
{
    LM_TRY(lm_writer_new(&s->writer, s->gpt, s->how, e));
    LM_TRY(make_room(s, e));
    for (uint64_t prompt = 0;; prompt++) {
        bool more;
        s->living[0] = (hypothesis){.written.c.prompt = prompt};
        s->living_count = 1;
        LM_TRY(calls->next(calls->context, true, &s->living[0].written.c.start, &more, e));
        if (!more) return LM_OK;
        LM_TRY(complete(s, e));
        LM_TRY(tell(s, calls, e));
    }
}

lm_status lm_beam_generate(const lm_gpt *gpt, const lm_generation *how,
                           const lm_generate_calls *calls, const lm_run *run, lm_err *e)
{
    search s = {.gpt = gpt, .how = how, .run = run};
    const lm_status status = search_all(&s, calls, e);
    free_search(&s);
    return status;
}
