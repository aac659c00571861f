/* thread.c - tests of the pool: every index exactly once, whatever the number of threads. */
#include "lm/thread.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failing.h"
#include "lm/os.h"
#include "test.h"

enum { INDICES = 10000 };

static const size_t pool_sizes[] = {1, 2, 3, 8};
enum { POOLS = sizeof pool_sizes / sizeof *pool_sizes };

static atomic_uint visits[INDICES];

static void visit(void *context, size_t i)
{
    CHECK(i < *(const size_t *)context);
    atomic_fetch_add(&visits[i], 1);
}

static lm_pool *new_pool(size_t threads)
{
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
    return pool;
}

static void check_visits(size_t count, unsigned expected)
{
    for (size_t i = 0; i < INDICES; i++)
        CHECK_INT(atomic_exchange(&visits[i], 0), i < count ? expected : 0);
}

TEST(thread_every_index_once)
{
    static const size_t counts[] = {0, 1, 2, 3, 4, 7, 8, 9, 16, 100, 1000, 9999, 10000};
    for (size_t p = 0; p < POOLS; p++) {
        lm_pool *pool = new_pool(pool_sizes[p]);
        CHECK_INT(lm_pool_threads(pool), pool_sizes[p]);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            size_t count = counts[c];
            lm_parallel_for(pool, count, visit, &count);
            check_visits(count, 1);
        }
        lm_pool_free(pool);
    }
}

TEST(thread_many_loops_in_a_row)
{
    for (size_t p = 0; p < POOLS; p++) {
        lm_pool *pool = new_pool(pool_sizes[p]);
        for (unsigned round = 0; round < 3000; round++) {
            size_t count = round % 12;
            lm_parallel_for(pool, count, visit, &count);
        }
        for (size_t i = 0; i < INDICES; i++)
            CHECK_INT(atomic_exchange(&visits[i], 0), i < 11 ? 250 * (11 - i) : 0);
        lm_pool_free(pool);
    }
}

typedef struct {
    lm_pool *pool;
    size_t inner;
    pthread_t thread[INDICES]; /* which thread did it */
} grid;

static void visit_cell(void *context, size_t i)
{
    visit(&(size_t){INDICES}, i);
    ((grid *)context)->thread[i] = pthread_self();
}

/* What a loop inside a loop gets: its row. */
typedef struct {
    grid *all;
    size_t row;
} grid_row;

static void visit_column(void *context, size_t i)
{
    const grid_row *row = context;
    visit_cell(row->all, row->row * row->all->inner + i);
}

static void visit_row(void *context, size_t i)
{
    grid *all = context;
    grid_row row = {all, i};
    lm_parallel_for(all->pool, all->inner, visit_column, &row);
    for (size_t j = 0; j < all->inner; j++) /* in this thread, and done when it returns */
        CHECK(pthread_equal(all->thread[i * all->inner + j], pthread_self()));
}

TEST(thread_nested_loops)
{
    static grid all;
    for (size_t p = 0; p < POOLS; p++) {
        all.pool = new_pool(pool_sizes[p]);
        all.inner = 40;
        lm_parallel_for(all.pool, 250, visit_row, &all);
        check_visits(10000, 1);
        lm_parallel_for(all.pool, 250, visit_row, &all); /* the pool works as before */
        check_visits(10000, 1);
        lm_pool_free(all.pool);
    }
}

static void note_order(void *context, size_t i)
{
    size_t *next = context;
    CHECK_INT(i, *next);
    ++*next;
}

TEST(thread_no_pool_is_one_thread_in_order)
{
    size_t next = 0;
    lm_pool_free(NULL);
    CHECK_INT(lm_pool_threads(NULL), 1);
    lm_parallel_for(NULL, 1000, note_order, &next);
    CHECK_INT(next, 1000);
    lm_pool *pool = new_pool(1);
    next = 0;
    lm_parallel_for(pool, 1000, note_order, &next);
    CHECK_INT(next, 1000);
    lm_pool_free(pool);
}

/* Waits until as many threads as the pool has are inside at once: they do work together. */
static void meet(void *context, size_t i)
{
    static atomic_size_t inside;
    const size_t expected = *(const size_t *)context;
    (void)i;
    atomic_fetch_add(&inside, 1);
    while (atomic_load(&inside) < expected) continue;
}

TEST(thread_all_work_at_once)
{
    size_t threads = 3;
    lm_pool *pool = new_pool(threads);
    lm_parallel_for(pool, threads, meet, &threads);
    lm_pool_free(pool);
}

TEST(thread_default_is_the_usable_cpus)
{
    lm_pool *pool = new_pool(0);
    CHECK_INT(lm_pool_threads(pool), lm_os_cpus());
    CHECK(lm_os_cpus() >= 1);
    lm_pool_free(pool);
}

TEST(thread_results_are_seen_by_the_caller)
{
    static uint64_t squares[INDICES];
    static grid all;
    lm_pool *pool = new_pool(3);
    for (int round = 0; round < 100; round++) {
        lm_parallel_for(pool, INDICES, visit_cell, &all);
        for (size_t i = 0; i < INDICES; i++) squares[i] += atomic_load(&visits[i]);
        check_visits(INDICES, 1);
    }
    for (size_t i = 0; i < INDICES; i++) CHECK_INT(squares[i], 100);
    lm_pool_free(pool);
}

TEST(thread_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_pool *pool = NULL;
        const lm_status s = lm_pool_new(&pool, 3, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        if (!s) lm_pool_free(pool);
        failing_end();
    }
}

static volatile sig_atomic_t on_main;
static pthread_t main_thread;

static void on_signal(int number)
{
    (void)number;
    on_main += pthread_equal(pthread_self(), main_thread) ? 1 : -1000;
}

static void raise_in_loop(void *context, size_t i)
{
    (void)context;
    (void)i;
    kill(getpid(), SIGUSR1);
}

/* Signals to the process are for the thread that made the pool. */
TEST(thread_helpers_take_no_signals)
{
    struct sigaction action = {.sa_handler = on_signal};
    main_thread = pthread_self();
    sigaction(SIGUSR1, &action, NULL);
    lm_pool *pool = new_pool(8);
    lm_parallel_for(pool, 100, raise_in_loop, NULL);
    lm_pool_free(pool);
    CHECK(on_main >= 1);
}

static void write_to_pipe(void *context, size_t i)
{
    const int *fd = context;
    (void)i;
    if (fd[1] > 1 && pthread_equal(pthread_self(), main_thread))
        while (true) pause(); /* a helper is to write */
    CHECK_INT(write(fd[0], "x", 1), 1);
}

/* The signal of a write that nobody reads ends the program, whichever thread wrote. */
TEST(thread_broken_pipe)
{
    int ends[2], status;
    CHECK_INT(pipe(ends), 0);
    CHECK_INT(close(ends[0]), 0);
    for (size_t p = 0; p < POOLS; p++) {
        const pid_t child = fork();
        if (child == 0) {
            int job[] = {ends[1], (int)pool_sizes[p]};
            alarm(20);
            main_thread = pthread_self();
            lm_parallel_for(new_pool(pool_sizes[p]), 1000, write_to_pipe, job);
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
    }
}
