/* run.c - tests of what a program lends the library: messages, progress, the stop flag. */
#include "lm/run.h"
#include <stdio.h>
#include <string.h>
#include "test.h"

typedef struct {
    char said[4096];
    double done, total;
} listener;

static void say(void *context, lm_say_level level, const char *text)
{
    listener *l = context;
    const size_t used = strlen(l->said);
    snprintf(l->said + used, sizeof l->said - used, "%d:%s;", (int)level, text);
}

static void progress(void *context, const char *what, double done, double total, const char *unit)
{
    listener *l = context;
    snprintf(l->said, sizeof l->said, "%s %s", what, unit);
    l->done = done;
    l->total = total;
}

TEST(run_may_be_absent)
{
    const lm_run silent = {0};
    const lm_run *const runs[] = {NULL, &silent};
    for (int i = 0; i < 2; i++) {
        lm_warn(runs[i], "%d", 1);
        lm_note(runs[i], "%d", 2);
        lm_detail(runs[i], "%d", 3);
        lm_progress(runs[i], "reading", 1, 2, "words");
        lm_interval(runs[i], "%d", 4);
        lm_heed(runs[i], true);
        CHECK(!lm_save_asked(runs[i]));
        CHECK(!lm_stopped(runs[i]));
        CHECK(lm_run_pool(runs[i]) == NULL);
    }
}

TEST(run_messages)
{
    static listener heard;
    const lm_run run = {.say = say, .progress = progress, .context = &heard};
    lm_warn(&run, "%s %d", "order", 1);
    lm_note(&run, "note");
    lm_detail(&run, "100%%");
    lm_interval(&run, "step %d", 3);
    CHECK_TEXT(heard.said, "0:order 1;1:note;2:100%;3:step 3;");
    lm_progress(&run, "reading", 3, 4, "words");
    CHECK_TEXT(heard.said, "reading words");
    CHECK_NEAR(heard.done, 3, 0);
    CHECK_NEAR(heard.total, 4, 0);
    heard.said[0] = '\0';
    lm_note(&run, "%03000d", 1); /* a long one is cut, not overrun */
    CHECK_INT(strlen(heard.said), 2 + 1023 + 1);
}

TEST(run_save_is_asked_once)
{
    static volatile sig_atomic_t save, heed;
    const lm_run run = {.save = &save, .heed = &heed};
    CHECK(!lm_save_asked(&run));
    save = 1;
    CHECK(lm_save_asked(&run));
    CHECK(!lm_save_asked(&run));
    lm_heed(&run, true);
    CHECK_INT(heed, 1);
    lm_heed(&run, false);
    CHECK_INT(heed, 0);
}

TEST(run_stop_and_pool)
{
    static volatile sig_atomic_t stop;
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, 1, &e), &e);
    const lm_run run = {.stop = &stop, .pool = pool};
    CHECK(!lm_stopped(&run));
    stop = 1;
    CHECK(lm_stopped(&run));
    CHECK(lm_run_pool(&run) == pool);
    lm_pool_free(pool);
}

TEST(status_first_failure_stays)
{
    lm_err e = {0};
    CHECK_INT(lm_fail(&e, LM_EFORMAT, "%s:%d: first", "file", 3), LM_EFORMAT);
    CHECK_INT(lm_fail(&e, LM_EIO, "second"), LM_EIO);
    CHECK_INT(e.status, LM_EFORMAT);
    CHECK_TEXT(e.message, "file:3: first");
    lm_err large = {0};
    CHECK_INT(lm_fail(&large, LM_EIO, "%5000d", 1), LM_EIO);
    CHECK_INT(strlen(large.message), sizeof large.message - 1);
}
