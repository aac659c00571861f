/* thread.c - a pool of sleeping threads that share the indices of one loop at a time. */
#include "lm/thread.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include "lm/memory.h"
#include "lm/os.h"

struct lm_pool {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    size_t helpers; /* threads besides the caller */
    pthread_t *thread;
    size_t round; /* loops started so far; a new value wakes the helpers */
    size_t busy;  /* helpers that have not finished this round */
    bool stop;
    atomic_bool looping; /* a loop is under way: a nested one runs in its own thread */

    void (*body)(void *context, size_t i);
    void *context;
    size_t count;
    atomic_size_t next; /* the next index nobody has taken */
};

static void take_indices(lm_pool *pool)
{
    for (size_t i; (i = atomic_fetch_add(&pool->next, 1)) < pool->count;)
        pool->body(pool->context, i);
}

static void *help(void *argument)
{
    lm_pool *pool = argument;
    size_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->stop && pool->round == seen) pthread_cond_wait(&pool->work, &pool->lock);
        if (pool->stop) break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->lock);
        take_indices(pool);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0) pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

lm_status lm_pool_new(lm_pool **out, size_t threads, lm_err *e)
{
    if (threads == 0) threads = lm_os_cpus();
    lm_pool *pool = lm_new(1, sizeof *pool, e);
    if (!pool) return LM_ENOMEM;
    pool->thread = lm_new(threads, sizeof *pool->thread, e);
    if (!pool->thread) {
        lm_free(pool);
        return LM_ENOMEM;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    /* Signals are for the thread that started the program, but that of a broken pipe is for the
     * one that writes to it. */
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (pool->helpers + 1 < threads &&
           pthread_create(&pool->thread[pool->helpers], NULL, help, pool) == 0)
        pool->helpers++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *out = pool;
    return LM_OK;
}

void lm_pool_free(lm_pool *pool)
{
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->helpers; i++) pthread_join(pool->thread[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    lm_free(pool->thread);
    lm_free(pool);
}

size_t lm_pool_threads(const lm_pool *pool)
{
    return pool ? pool->helpers + 1 : 1;
}

void lm_parallel_for(lm_pool *pool, size_t count, void (*body)(void *context, size_t i),
                     void *context)
{
    if (!pool || pool->helpers == 0 || count < 2 || atomic_exchange(&pool->looping, true)) {
        for (size_t i = 0; i < count; i++) body(context, i);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->body = body;
    pool->context = context;
    pool->count = count;
    atomic_store(&pool->next, 0);
    pool->busy = pool->helpers;
    pool->round++;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    take_indices(pool);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy) pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    atomic_store(&pool->looping, false);
}
