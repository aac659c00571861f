/* generate.c - streams of tokens that a GPT writes, side by side. */
#include "lm/generate.h"
#include <string.h>
#include "generate_internal.h"
#include "gpt_reader.h"
#include "lm/memory.h"
#include "lm/random.h"

enum { WORTH_SHARING = 16 /* tokens that are copied rather than computed again */ };

/* A completion, from its beginning until it was told. */
typedef struct task {
    lm_written written;
    uint64_t number; /* prompt * samples + sample */
    bool slid;       /* which was said */
    struct task *next;
} task;

/* Where one completion at a time is written. */
typedef struct {
    lm_kv_cache cache; /* of the first tokens of `held`, as many as it has */
    lm_ids held;       /* tokens in the context */
    task *task;        /* NULL: none */
    bool waits;        /* for another stream, which is reading what it can take over */
    size_t logits;     /* row, of those that it has got in this step */
    bool ready;        /* it has got some, and no token of its own is left to be read */
    uint32_t chosen;
    double lp;
} stream;

typedef struct {
    const lm_gpt *gpt;
    const lm_generation *how;
    const lm_generate_calls *calls;
    const lm_run *run;
    lm_writer writer;
    lm_gpt_reader reader;
    lm_token_room *choice; /* (threads) */
    stream *stream;        /* (streams) */
    task *first, *last;    /* completions that are not yet told to the end */
    lm_ids prompt;         /* whose samples are begun; */
    uint64_t prompts;      /* prompts there were, with it */
    size_t sample;         /* its next sample */
    bool over;             /* no prompt will come */
} work;

/* ---- beginning and end ---- */

static size_t context_of(const work *w)
{
    return (size_t)w->gpt->shape.context;
}

static lm_status make_streams(work *w, lm_err *e)
{
    LM_TRY(lm_gpt_reader_new(&w->reader, w->gpt, w->how->streams, w->run, e));
    const size_t threads = lm_compute_threads(w->reader.on);
    w->stream = lm_new(w->how->streams, sizeof *w->stream, e);
    w->choice = lm_new(threads, sizeof *w->choice, e);
    if (!w->stream || !w->choice) return e->status;
    for (size_t i = 0; i < threads; i++)
        LM_TRY(lm_token_room_new(&w->choice[i], w->writer.tokens, e));
    return LM_OK;
}

static void free_work(work *w)
{
    for (task *t = w->first, *next; t; t = next) {
        next = t->next;
        lm_written_free(&t->written);
        lm_free(t);
    }
    for (size_t i = 0; w->stream && i < w->how->streams; i++) {
        lm_kv_cache_free(&w->stream[i].cache);
        lm_ids_free(&w->stream[i].held);
    }
    for (size_t i = 0; w->choice && i < lm_compute_threads(w->reader.on); i++)
        lm_token_room_free(&w->choice[i]);
    lm_ids_free(&w->prompt);
    lm_free(w->stream);
    lm_free(w->choice);
    lm_gpt_reader_free(&w->reader);
}

/* ---- new completions ---- */

/* The next prompt, if its turn has come; *more = false: there is none. */
static lm_status next_prompt(work *w, bool wait, bool *more, lm_err *e)
{
    *more = w->prompts > 0 && w->sample < w->how->samples;
    if (*more || w->over) return LM_OK;
    w->prompt.count = 0;
    LM_TRY(w->calls->next(w->calls->context, wait, &w->prompt, more, e));
    if (!*more && wait) w->over = true;
    if (!*more) return LM_OK;
    w->prompts++;
    w->sample = 0;
    return LM_OK;
}

/* The next sample, at the end of the list. */
static lm_status new_task(work *w, lm_err *e)
{
    task *t = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    if (w->last)
        w->last->next = t;
    else
        w->first = t;
    w->last = t;
    t->written.c.prompt = w->prompts - 1;
    t->written.c.sample = w->sample++;
    t->number = t->written.c.prompt * w->how->samples + t->written.c.sample;
    LM_TRY(lm_ids_add(&t->written.c.start, w->prompt.id, w->prompt.count, e));
    return lm_written_begin(&t->written, &w->writer, e);
}

/* More tokens are there than the context has place for. */
static void overflow(work *w, stream *s)
{
    const size_t T = context_of(w);
    lm_completion *c = &s->task->written.c;
    if (w->how->overflow == LM_OVERFLOW_STOP) {
        lm_note_full(w->run, w->gpt, c);
        lm_written_end(&s->task->written, LM_BY_CONTEXT);
        return;
    }
    if (!s->task->slid)
        lm_note(w->run,
                "prompt %llu, sample %llu: the context of %zu is full after %zu tokens; from here "
                "on the oldest half is forgotten whenever it is",
                (unsigned long long)c->prompt + 1, (unsigned long long)c->sample + 1, T,
                c->ids.count);
    s->task->slid = true;
    const size_t half = T > 1 ? T / 2 : 1, gone = (s->held.count - T + half - 1) / half * half;
    s->held.count -= gone;
    memmove(s->held.id, s->held.id + gone, s->held.count * sizeof *s->held.id);
    s->cache.length = 0;
}

/* How many tokens a sequence, whose last one is still to be read, has in common with others. */
static size_t common(const lm_ids *ids, const uint32_t *others, size_t count)
{
    size_t n = 0;
    while (n + 1 < ids->count && n < count && ids->id[n] == others[n]) n++;
    return n;
}

/* What the stream's cache has of the one before it stays, as far as both begin alike. */
static lm_status begin(work *w, stream *s, lm_err *e)
{
    const lm_ids *start = &w->last->written.c.start;
    if (!s->cache.kv) LM_TRY(lm_kv_cache_new(&s->cache, &w->gpt->transformer, context_of(w), e));
    s->cache.length = common(start, s->held.id, s->cache.length);
    s->task = w->last;
    s->waits = true; /* until it has looked around */
    s->held.count = 0;
    LM_TRY(lm_ids_add(&s->held, start->id, start->count, e));
    if (s->held.count > context_of(w)) overflow(w, s);
    return LM_OK;
}

/* ---- tellings ---- */

/* What there is of the first completion, and of those after it that are at their end. */
static lm_status tell(work *w, lm_err *e)
{
    for (task *t; (t = w->first);) {
        LM_TRY(w->calls->tell(w->calls->context, &t->written.c, e));
        if (t->written.c.ending == LM_GOING_ON) return LM_OK;
        w->first = t->next;
        if (!w->first) w->last = NULL;
        lm_written_free(&t->written);
        lm_free(t);
    }
    return LM_OK;
}

static bool is_busy(const work *w)
{
    bool busy = false;
    for (size_t i = 0; i < w->how->streams; i++) busy = busy || w->stream[i].task;
    return busy;
}

/* Gives a stream something to do, if there is something. */
static lm_status fill(work *w, stream *s, lm_err *e)
{
    for (bool more; !s->task;) {
        LM_TRY(next_prompt(w, !is_busy(w), &more, e));
        if (!more) return LM_OK;
        LM_TRY(new_task(w, e));
        LM_TRY(begin(w, s, e));
        if (s->task->written.c.ending == LM_GOING_ON) return LM_OK;
        s->task = NULL;
        LM_TRY(tell(w, e));
    }
    return LM_OK;
}

/* Takes over what another stream has read of the same tokens, or waits until it has: for older
 * ones alone, so that the oldest never waits. */
static void look_around(work *w, stream *s)
{
    const stream *best = NULL;
    size_t most = s->cache.length;
    for (size_t i = 0; i < w->how->streams; i++) {
        const stream *o = &w->stream[i];
        if (o == s || (o->task && o->task->number > s->task->number)) continue;
        const size_t n = common(&s->held, o->held.id, o->task ? o->held.count : o->cache.length);
        if (n <= most || (n < WORTH_SHARING && n + 1 < s->held.count)) continue;
        best = o;
        most = n;
    }
    s->waits = best && best->cache.length < most;
    if (best && !s->waits) lm_kv_cache_copy(&s->cache, &best->cache, &w->gpt->transformer, most);
}

/* ---- steps ---- */

/* Gives every stream rows for the tokens it has to read, of long prompts some; returns the number
 * of streams that have any. */
static size_t plan(work *w)
{
    size_t B = 0, N = 0, left = LM_READ_AT_ONCE;
    for (size_t i = 0; i < w->how->streams; i++) {
        stream *s = &w->stream[i];
        s->ready = false;
        if (s->task && s->waits) look_around(w, s);
        if (!s->task || s->waits) continue;
        const size_t due = s->held.count - s->cache.length;
        const size_t rows = due == 1 || due < left ? due : left;
        if (rows == 0) continue;
        if (due > 1) left -= rows;
        memcpy(w->reader.room.ids + N, s->held.id + s->cache.length, rows * sizeof *s->held.id);
        w->reader.caches[B] = &s->cache;
        w->reader.lengths[B] = rows;
        s->ready = rows == due;
        s->logits = B++;
        N += rows;
    }
    return B;
}

static void choose(void *context, size_t thread, size_t i)
{
    work *w = context;
    stream *s = &w->stream[i];
    if (!s->ready) return;
    const lm_completion *c = &s->task->written.c;
    const lm_real *logits = w->reader.logits + s->logits * w->gpt->shape.vocab;
    const size_t place = c->start.count + c->ids.count;
    const double u = lm_random_real(
        lm_random_at(w->how->seed, LM_RANDOM_SAMPLE, (uint32_t)place, s->task->number));
    s->chosen = lm_token_choose(&w->how->rule, logits, w->writer.tokens, s->held.id, s->held.count,
                                u, &w->choice[thread]);
    s->lp += (double)logits[s->chosen];
}

/* The logits that were got, made ready to choose by. */
static lm_status prepare(work *w, lm_err *e)
{
    const size_t V = (size_t)w->gpt->shape.vocab;
    for (size_t i = 0; i < w->how->streams; i++) {
        stream *s = &w->stream[i];
        if (!s->ready) continue;
        lm_real *logits = w->reader.logits + s->logits * V;
        s->lp = w->how->logprobs ? -lm_token_log_sum(logits, (uint32_t)V) : 0;
        LM_TRY(lm_writer_mask(&w->writer, logits, e));
    }
    return LM_OK;
}

static lm_status take(work *w, stream *s, lm_err *e)
{
    lm_written *written = &s->task->written;
    LM_TRY(lm_written_add(written, &w->writer, s->chosen, s->lp, e));
    if (written->c.ending == LM_GOING_ON) {
        LM_TRY(lm_ids_add(&s->held, &s->chosen, 1, e));
        if (s->held.count > context_of(w)) overflow(w, s);
    }
    if (written->c.ending != LM_GOING_ON) s->task = NULL;
    return LM_OK;
}

static lm_status step(work *w, lm_err *e)
{
    lm_gpt_reader_read(&w->reader, plan(w));
    LM_TRY(prepare(w, e));
    lm_compute_each(w->reader.on, w->how->streams, choose, w);
    for (size_t i = 0; i < w->how->streams; i++)
        if (w->stream[i].ready) LM_TRY(take(w, &w->stream[i], e));
    return tell(w, e);
}

static lm_status work_on(work *w, lm_err *e)
{
    LM_TRY(lm_writer_new(&w->writer, w->gpt, w->how, e));
    LM_TRY(make_streams(w, e));
    for (;;) {
        for (size_t i = 0; i < w->how->streams; i++) LM_TRY(fill(w, &w->stream[i], e));
        if (!is_busy(w)) return LM_OK;
        LM_TRY(step(w, e));
    }
}

lm_status lm_generate(const lm_gpt *gpt, const lm_generation *how, const lm_generate_calls *calls,
                      const lm_run *run, lm_err *e)
{
    work w = {.gpt = gpt, .how = how, .calls = calls, .run = run};
    const lm_status s = work_on(&w, e);
    free_work(&w);
    return s;
}
