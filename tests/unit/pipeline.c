/* pipeline.c - tests of pipelines: every item once, in order, whatever the threads do. */
#include "lm/pipeline.h"
#include <stdatomic.h>
#include <stdint.h>
#include "failing.h"
#include "test.h"

typedef struct {
    uint32_t number, result;
    atomic_bool in_use; /* by a step that runs now */
} item;

enum { NEVER = -1, TAKE, WORK, FINISH, STEPS };

typedef struct {
    uint32_t length, taken, finished;
    int failing_step[2];
    uint32_t failing_item[2];
    bool answers;
    atomic_bool serial[2]; /* take runs now, or finish, which has one of its own if it answers */
} job;

static lm_status fail_at(const job *j, int step, uint32_t number, lm_err *e)
{
    static const char *const names[] = {"take", "work", "finish"};
    for (int i = 0; i < 2; i++)
        if (j->failing_step[i] == step && j->failing_item[i] == number)
            return lm_fail(e, LM_EFORMAT, "%s %u", names[step], number);
    return LM_OK;
}

/* Some items take far longer than others. */
static void dawdle(uint32_t number)
{
    static atomic_uint waste;
    for (uint32_t i = 0; i < (number * 2654435761U >> 16) % 3000; i++) atomic_fetch_add(&waste, 1);
}

static lm_status take_number(void *context, void *place, bool *more, lm_err *e)
{
    job *j = context;
    item *it = place;
    CHECK(*more);
    CHECK(!atomic_exchange(&j->serial[0], true));
    CHECK(!atomic_exchange(&it->in_use, true));
    it->number = j->taken++;
    it->result = 0;
    *more = it->number < j->length;
    const lm_status s = fail_at(j, TAKE, it->number, e);
    CHECK(atomic_exchange(&it->in_use, false));
    CHECK(atomic_exchange(&j->serial[0], false));
    return s;
}

static lm_status work_on_number(void *context, void *place, lm_err *e)
{
    item *it = place;
    CHECK(!atomic_exchange(&it->in_use, true));
    dawdle(it->number);
    it->result = it->number * it->number + 1;
    CHECK(atomic_exchange(&it->in_use, false));
    return fail_at(context, WORK, it->number, e);
}

static lm_status finish_number(void *context, void *place, lm_err *e)
{
    job *j = context;
    const item *it = place;
    CHECK(!atomic_exchange(&j->serial[j->answers], true));
    CHECK(!it->in_use);
    CHECK_INT(it->number, j->finished);
    CHECK_INT(it->result, it->number * it->number + 1);
    const lm_status s = fail_at(j, FINISH, it->number, e);
    j->finished += s == LM_OK;
    CHECK(atomic_exchange(&j->serial[j->answers], false));
    return s;
}

static const lm_pipeline steps = {take_number, work_on_number, finish_number};

static lm_status run(job *j, size_t count, lm_pool *pool, lm_err *e)
{
    static item items[64];
    return (j->answers ? lm_pipeline_answer : lm_pipeline_run)(&steps, j, items, count,
                                                               sizeof *items, pool, e);
}

/* Calls check for no pool and several sizes of pools and streams. */
static void for_all_pools(void (*check)(lm_pool *pool, size_t count))
{
    for (size_t threads = 0; threads < 6; threads++) {
        lm_err e = {0};
        lm_pool *pool = NULL;
        if (threads) CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
        const size_t counts[] = {1, 2, 3, lm_pipeline_items(pool), 64};
        for (size_t c = 0; c < 5; c++) check(pool, counts[c]);
        lm_pool_free(pool);
    }
}

static void check_order(lm_pool *pool, size_t count)
{
    static const uint32_t lengths[] = {0, 1, 2, 3, 10, 500};
    for (size_t i = 0; i < 12; i++) {
        lm_err e = {0};
        job j = {.length = lengths[i / 2], .failing_step = {NEVER, NEVER}, .answers = i % 2};
        CHECK_OK(run(&j, count, pool, &e), &e);
        CHECK_INT(j.finished, lengths[i / 2]);
    }
}

TEST(pipeline_every_item_in_order)
{
    for_all_pools(check_order);
}

/* Whatever fails, all items before it are finished, and of two failures the first is told. */
static void check_failure(lm_pool *pool, size_t count)
{
    static const uint32_t numbers[] = {0, 1, 7, 50};
    for (int step = TAKE; step < STEPS; step++)
        for (size_t i = 0; i < 8; i++) {
            lm_err e = {0};
            const uint32_t number = numbers[i / 2];
            job j = {.length = 60,
                     .failing_step = {step, WORK},
                     .failing_item = {number, number + 2},
                     .answers = i % 2};
            CHECK_FAILS(run(&j, count, pool, &e), LM_EFORMAT, &e,
                        step == TAKE   ? "take "
                        : step == WORK ? "work "
                                       : "finish ");
            CHECK_INT(j.finished, number);
            CHECK_INT(e.status, LM_EFORMAT);
        }
}

TEST(pipeline_failures)
{
    for_all_pools(check_failure);
}

/* ---- answers ---- */

static atomic_uint answered;

/* An item comes only when the one before it has gone out. */
static lm_status take_when_answered(void *context, void *place, bool *more, lm_err *e)
{
    job *j = context;
    item *it = place;
    (void)e;
    while (atomic_load(&answered) < j->taken) dawdle(j->taken);
    it->number = j->taken++;
    *more = it->number < j->length;
    return LM_OK;
}

static lm_status work_on_answer(void *context, void *place, lm_err *e)
{
    (void)context, (void)place, (void)e;
    return LM_OK;
}

static lm_status answer(void *context, void *place, lm_err *e)
{
    const item *it = place;
    (void)context, (void)e;
    CHECK_INT(it->number, atomic_fetch_add(&answered, 1));
    return LM_OK;
}

static void check_answers(lm_pool *pool, size_t count)
{
    static const lm_pipeline talk = {take_when_answered, work_on_answer, answer};
    static item items[64];
    lm_err e = {0};
    job j = {.length = 50};
    atomic_store(&answered, 0);
    CHECK_OK(lm_pipeline_answer(&talk, &j, items, count, sizeof *items, pool, &e), &e);
    CHECK_INT(atomic_load(&answered), 50);
}

TEST(pipeline_answers_before_more_comes)
{
    for_all_pools(check_answers);
}

TEST(pipeline_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        job j = {.length = 5, .failing_step = {NEVER, NEVER}};
        const lm_status s = run(&j, 2, NULL, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(j.finished, failing.failed ? 0 : 5);
        failing_end();
    }
}
