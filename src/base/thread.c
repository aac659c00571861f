/* thread.c - a pool of threads that share the indices of one loop at a time.
 *
 * A helper that finds nothing to do looks again for a while before it sleeps: the loops of a
 * training step follow each other faster than the system wakes a thread.  The caller waits for
 * those helpers alone that have joined its loop: one that gets no CPU is not missed. */
#include "lm/thread.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "lm/memory.h"
#include "lm/os.h"

/* How long to look, in nanoseconds: less where threads have to share CPUs. */
enum {
    LOOKING_TIME = 30000,
    SHARED_LOOKING_TIME = 2000,
    LOOKS = 64 /* between two of the clock */
};

/* The state of a loop: helpers at work in it, whether more may join, and which loop it is. */
#define AT_WORK UINT64_C(0xffff)
#define OPEN    UINT64_C(0x10000)
#define LOOP    UINT64_C(0x20000)

struct lm_pool {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    size_t helpers; /* threads besides the caller */
    pthread_t *thread;
    int64_t looking_time;
    _Atomic uint64_t state;
    atomic_size_t sleepers; /* helpers that wait for `work` */
    atomic_bool caller_waits;
    atomic_bool stop;
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

/* ---- looking ---- */

static inline void relax(void)
{
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
    __builtin_ia32_pause();
#elif defined(__GNUC__) && defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Looks whether holds(pool, seen), for a while. */
static bool look(lm_pool *pool, bool (*holds)(lm_pool *pool, uint64_t seen), uint64_t seen)
{
    int64_t start = 0;
    for (unsigned i = 1; !holds(pool, seen); i++) {
        relax();
        if (i % LOOKS) continue;
        const int64_t now = nanoseconds();
        if (start == 0) start = now;
        if (now - start > pool->looking_time) return false;
    }
    return true;
}

/* ---- helpers ---- */

static uint64_t loop_of(uint64_t state)
{
    return state / LOOP;
}

/* Is there a loop to join after loop `seen`? */
static bool has_work(lm_pool *pool, uint64_t seen)
{
    const uint64_t state = atomic_load(&pool->state);
    return (state & OPEN && loop_of(state) != seen) || atomic_load(&pool->stop);
}

static void sleep_until_work(lm_pool *pool, uint64_t seen)
{
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleepers, 1);
    while (!has_work(pool, seen)) pthread_cond_wait(&pool->work, &pool->lock);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->lock);
}

static bool join(lm_pool *pool, uint64_t seen, uint64_t *joined)
{
    uint64_t state = atomic_load(&pool->state);
    while (state & OPEN && loop_of(state) != seen)
        if (atomic_compare_exchange_weak(&pool->state, &state, state + 1)) {
            *joined = loop_of(state);
            return true;
        }
    return false;
}

/* The last one out of a loop that is closed wakes the caller. */
static void leave(lm_pool *pool)
{
    const uint64_t before = atomic_fetch_sub(&pool->state, 1);
    if ((before & AT_WORK) != 1 || before & OPEN || !atomic_load(&pool->caller_waits)) return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_signal(&pool->done);
    pthread_mutex_unlock(&pool->lock);
}

static void *help(void *argument)
{
    lm_pool *pool = argument;
    uint64_t seen = 0;
    while (!atomic_load(&pool->stop)) {
        if (join(pool, seen, &seen)) {
            take_indices(pool);
            leave(pool);
        }
        if (!look(pool, has_work, seen)) sleep_until_work(pool, seen);
    }
    return NULL;
}

/* ---- the pool ---- */

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
    pool->looking_time = threads > lm_os_cpus() ? SHARED_LOOKING_TIME : LOOKING_TIME;
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
    atomic_store(&pool->stop, true);
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

/* ---- loops ---- */

static void open_loop(lm_pool *pool)
{
    const uint64_t loop = loop_of(atomic_load(&pool->state)) + 1;
    atomic_store(&pool->next, 0);
    atomic_store(&pool->state, loop * LOOP | OPEN);
    if (atomic_load(&pool->sleepers) == 0) return;
    pthread_mutex_lock(&pool->lock);
    if (pool->count > pool->helpers)
        pthread_cond_broadcast(&pool->work);
    else
        for (size_t i = 1; i < pool->count; i++) pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

static bool all_left(lm_pool *pool, uint64_t unused)
{
    (void)unused;
    return (atomic_load(&pool->state) & AT_WORK) == 0;
}

/* Lets nobody join any more and waits for those that have. */
static void close_loop(lm_pool *pool)
{
    atomic_fetch_and(&pool->state, ~OPEN);
    if (look(pool, all_left, 0)) return;
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->caller_waits, true);
    while (!all_left(pool, 0)) pthread_cond_wait(&pool->done, &pool->lock);
    atomic_store(&pool->caller_waits, false);
    pthread_mutex_unlock(&pool->lock);
}

void lm_parallel_for(lm_pool *pool, size_t count, void (*body)(void *context, size_t i),
                     void *context)
{
    if (!pool || pool->helpers == 0 || count < 2 || atomic_exchange(&pool->looping, true)) {
        for (size_t i = 0; i < count; i++) body(context, i);
        return;
    }
    pool->body = body;
    pool->context = context;
    pool->count = count;
    open_loop(pool);
    take_indices(pool);
    close_loop(pool);
    atomic_store(&pool->looping, false);
}
