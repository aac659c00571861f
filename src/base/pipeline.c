/* pipeline.c - a stream of items, worked on by several threads, in and out in one order. */
#include "lm/pipeline.h"
#include <pthread.h>
#include "lm/memory.h"

/* What is known of one of the items that go around. */
typedef struct {
    bool worked; /* ready to be finished, or failed */
    lm_status status;
    lm_err e;
} state;

/* The n-th item of the stream is number n % count.  All but `work`, and `take` of a pipeline that
 * answers, is done under the lock. */
typedef struct {
    const lm_pipeline *steps;
    void *context;
    unsigned char *items;
    size_t size, count;
    state *states;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* an item was taken or finished, or the stream has ended */
    size_t taken, finished;
    bool answers, taking;
    bool ended; /* nothing more is taken */
    lm_status status;
    lm_err *e;
} stream;

static void *item_at(const stream *s, size_t n)
{
    return s->items + n % s->count * s->size;
}

/* Finishes all items that are next and have been worked on. */
static void finish_ready(stream *s)
{
    for (; !s->status && s->finished < s->taken; s->finished++) {
        state *next = &s->states[s->finished % s->count];
        if (!next->worked) break;
        if (!next->status)
            next->status = s->steps->finish(s->context, item_at(s, s->finished), &next->e);
        if (next->status) {
            *s->e = next->e;
            s->status = next->status;
            s->ended = true;
        }
    }
    pthread_cond_broadcast(&s->moved);
}

/* Calls the step, which may wait long. */
static void take_item(stream *s, size_t n, state *its, bool *more)
{
    s->taking = true;
    if (s->answers) pthread_mutex_unlock(&s->lock);
    its->status = s->steps->take(s->context, item_at(s, n), more, &its->e);
    if (s->answers) pthread_mutex_lock(&s->lock);
    s->taking = false;
}

/* Takes item *n of the stream; false if there is none. */
static bool take(stream *s, size_t *n)
{
    while (!s->ended && (s->taking || s->taken - s->finished == s->count))
        pthread_cond_wait(&s->moved, &s->lock);
    if (s->ended) return false;
    state *next = &s->states[s->taken % s->count];
    *next = (state){0};
    bool more = true;
    *n = s->taken;
    take_item(s, *n, next, &more);
    next->worked = next->status != LM_OK; /* its turn to be reported comes after those before */
    const bool ended = s->ended;          /* by a failure meanwhile */
    s->ended = ended || next->worked || !more;
    s->taken += next->worked || more;
    if (s->ended) finish_ready(s);
    if (s->answers) pthread_cond_broadcast(&s->moved);
    return !s->ended;
}

/* What each thread does. */
static void serve(void *context, size_t i)
{
    stream *s = context;
    (void)i;
    pthread_mutex_lock(&s->lock);
    for (size_t n; take(s, &n);) {
        state *its = &s->states[n % s->count];
        pthread_mutex_unlock(&s->lock);
        its->status = s->steps->work(s->context, item_at(s, n), &its->e);
        pthread_mutex_lock(&s->lock);
        its->worked = true;
        finish_ready(s);
    }
    pthread_mutex_unlock(&s->lock);
}

size_t lm_pipeline_items(const lm_pool *pool)
{
    const size_t threads = lm_pool_threads(pool);
    return threads == 1 ? 1 : 2 * threads;
}

static lm_status run(stream *s, lm_pool *pool)
{
    s->states = lm_new(s->count, sizeof *s->states, s->e);
    if (!s->states) return s->e->status;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    lm_parallel_for(pool, lm_pool_threads(pool), serve, s);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->moved);
    lm_free(s->states);
    return s->status;
}

lm_status lm_pipeline_run(const lm_pipeline *steps, void *context, void *items, size_t count,
                          size_t size, lm_pool *pool, lm_err *e)
{
    stream s = {
        .steps = steps, .context = context, .items = items, .size = size, .count = count, .e = e};
    return run(&s, pool);
}

lm_status lm_pipeline_answer(const lm_pipeline *steps, void *context, void *items, size_t count,
                             size_t size, lm_pool *pool, lm_err *e)
{
    stream s = {.steps = steps,
                .context = context,
                .items = items,
                .size = size,
                .count = count,
                .answers = true,
                .e = e};
    return run(&s, pool);
}
