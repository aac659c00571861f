/* train.c - tests of the training loop: what it computes, and that it computes the same however
 * often it is interrupted. */
#include "lm/train.h"
#include <sys/stat.h>
#include <sys/wait.h>
#include "failing.h"
#include "lm/file.h"
#include "toy.h"

static const char history[] = "toy 1 lr=0.1 note=\"a b\" input=5:0123abcd";

/* A run of `line`; what is to happen in it is set in between. */
typedef struct {
    line m;
    lm_task task;
    lm_run run;
    lm_train_options o;
} trial;

/* Thirty steps, the last of an epoch a small one, with all that has a state. */
static lm_train_options thirty(void)
{
    lm_train_options o = lm_train_defaults(LM_OPTIM_ADAM);
    o.epochs = 6;
    o.batch = 5;
    o.accumulate = 2;
    o.lr = 0.1;
    o.schedule = LM_RATE_LINEAR;
    o.average = 0.8;
    o.clip = 1;
    o.valid_every = 4;
    o.log_every = 3;
    o.seed = 7;
    return o;
}

static void begin(trial *t)
{
    t->task = line_new(&t->m);
    t->task.evaluate = line_evaluate;
    t->o = thirty();
    t->run = (lm_run){.stop = &t->m.happen.stop, .save = &t->m.happen.save};
}

static lm_status work(trial *t, const char *output, lm_err *e)
{
    *e = (lm_err){0};
    return lm_train(&t->task, &t->o, output, history, &t->run, e);
}

/* The same run once more, as if in a new process. */
static void renew(trial *t)
{
    t->m.happen = (events){0};
}

/* A run of `counter` by plain steps at rate 1. */
typedef struct {
    counter m;
    lm_task task;
    lm_train_options o;
} counting;

static void begin_counting(counting *c)
{
    c->task = counter_new(&c->m);
    c->o = lm_train_defaults(LM_OPTIM_SGD);
    c->o.lr = 1;
}

static lm_status count(counting *c, lm_err *e)
{
    const lm_run run = {.stop = &c->m.happen.stop};
    *e = (lm_err){0};
    return lm_train(&c->task, &c->o, "counter.lm", history, &run, e);
}

static double counter_written(void)
{
    double value;
    toy_tensor("counter.lm", "value", &value, 1);
    return value;
}

/* What a whole run, in which nothing happens, counts to. */
static double counted(counting *c)
{
    lm_err e;
    c->m.happen = (events){0};
    CHECK_OK(count(c, &e), &e);
    return counter_written();
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* ---- what is computed ---- */

TEST(train_reaches_the_closed_form)
{
    trial t;
    lm_err e;
    double expected[LINE_WEIGHTS], found[LINE_WEIGHTS];
    begin(&t);
    t.task.evaluate = NULL;
    t.o = lm_train_defaults(LM_OPTIM_SGD);
    t.o.steps = 600;
    t.o.batch = LINE_EXAMPLES;
    t.o.lr = 0.8;
    CHECK_OK(work(&t, "line.lm", &e), &e);
    line_optimum(&t.m, expected);
    line_written("line.lm", found);
    for (int j = 0; j < LINE_WEIGHTS; j++) CHECK_NEAR(found[j], expected[j], 2e-6);
    CHECK(!toy_exists("line.lm.run"));
    line_free(&t.m);
}

/* Examples with different numbers of events: parts of a batch weigh as their events do. */
TEST(train_accumulates_by_events)
{
    double whole[LINE_WEIGHTS], parts[LINE_WEIGHTS], expected[LINE_WEIGHTS];
    trial t;
    lm_err e;
    begin(&t);
    t.task.evaluate = NULL;
    t.task.events = line_events;
    for (int i = 0; i < LINE_EXAMPLES; i++) t.m.repeat[i] = 1 + i % 7;
    t.o = lm_train_defaults(LM_OPTIM_SGD);
    t.o.epochs = 600;
    t.o.batch = LINE_EXAMPLES;
    t.o.lr = 0.8;
    line_optimum(&t.m, expected);
    for (t.o.accumulate = 1; t.o.accumulate <= LINE_EXAMPLES; t.o.accumulate += 4) {
        renew(&t);
        CHECK_OK(work(&t, "parts.lm", &e), &e);
        CHECK_INT(t.m.happen.most, lm_train_micro_batch(&t.o));
        line_written("parts.lm", parts);
        if (t.o.accumulate == 1) memcpy(whole, parts, sizeof whole);
        for (int j = 0; j < LINE_WEIGHTS; j++) CHECK_NEAR(parts[j], expected[j], 2e-6);
        for (int j = 0; j < LINE_WEIGHTS; j++) CHECK_NEAR(parts[j], whole[j], 1e-6);
    }
    line_free(&t.m);
}

TEST(train_one_by_eight_is_four_by_two)
{
    double one[LINE_WEIGHTS], four[LINE_WEIGHTS];
    trial t;
    lm_err e;
    begin(&t);
    t.o.batch = 8;
    t.o.accumulate = 1;
    CHECK_OK(work(&t, "one.lm", &e), &e);
    CHECK_INT(t.m.happen.most, 8);
    renew(&t);
    t.o.accumulate = 4;
    CHECK_OK(work(&t, "four.lm", &e), &e);
    CHECK_INT(t.m.happen.most, 2);
    line_written("one.lm", one);
    line_written("four.lm", four);
    for (int j = 0; j < LINE_WEIGHTS; j++) CHECK_NEAR(four[j], one[j], 1e-5);
    line_free(&t.m);
}

/* The average of 1, 2, ... n with decay d, from 0: n - d (1 - d^n) / (1 - d). */
TEST(train_averages)
{
    counting c;
    double power = 1;
    begin_counting(&c);
    c.o.steps = 40;
    c.o.average = 0.75;
    for (int i = 0; i < 40; i++) power *= 0.75;
    CHECK_NEAR(counted(&c), 40 - 0.75 * (1 - power) / 0.25, 1e-5);
    lm_params_free(c.m.params);
}

TEST(train_writes_the_best)
{
    static const double script[] = {5, 4, 4.5, 3, 3, 3.5, 2};
    counting c;
    begin_counting(&c);
    c.m.script = script;
    c.task.evaluate = counter_evaluate;
    c.o.steps = 34;
    c.o.valid_every = 5;
    c.o.patience = 2; /* 3, which is no better than 3, and 3.5 are two: 2 is not reached */
    CHECK_NEAR(counted(&c), 20, 0);
    CHECK_INT(c.m.happen.evaluations, 6);
    c.o.patience = 3;
    CHECK_NEAR(counted(&c), 34, 0); /* the last step is evaluated, no multiple of 5 */
    CHECK_INT(c.m.happen.evaluations, 7);
    lm_params_free(c.m.params);
}

/* Patience is not renewed by an interruption. */
TEST(train_patience_over_interruptions)
{
    static const double script[] = {5, 6, 7, 8, 9};
    counting c;
    lm_err e;
    begin_counting(&c);
    c.m.script = script;
    c.task.evaluate = counter_evaluate;
    c.o.steps = 100;
    c.o.valid_every = 10;
    c.o.patience = 3;
    c.o.resume = true;
    for (uint64_t step = 15; step < 40; step += 10) {
        c.m.happen.stop = 0;
        c.m.happen.stop_at = step;
        CHECK_FAILS(count(&c, &e), LM_ESTOPPED, &e, "step");
    }
    c.m.happen.stop = 0;
    CHECK_OK(count(&c, &e), &e);
    CHECK_INT(c.m.happen.evaluations, 4); /* of all parts */
    CHECK_NEAR(counter_written(), 10, 0);
    lm_params_free(c.m.params);
}

/* A gradient of length 1. */
TEST(train_clips)
{
    counting c;
    begin_counting(&c);
    c.o.steps = 12;
    c.o.clip = 0.25;
    CHECK_NEAR(counted(&c), 3, 0);
    lm_params_free(c.m.params);
}

/* ---- the examples ---- */

TEST(train_order_of_examples)
{
    counting c;
    lm_err e;
    begin_counting(&c);
    const events *happen = &c.m.happen;
    c.o.epochs = 3;
    c.o.batch = 4; /* 4, 4, 2 */
    (void)counted(&c);
    CHECK_INT(happen->id_count, 30);
    for (int epoch = 0; epoch < 3; epoch++) {
        unsigned seen = 0;
        for (int i = 0; i < 10; i++) seen |= 1U << happen->ids[10 * epoch + i];
        CHECK_INT(seen, 0x3ff);
    }
    CHECK(memcmp(happen->ids, happen->ids + 10, 10 * sizeof *happen->ids) != 0);
    CHECK(memcmp(happen->ids + 10, happen->ids + 20, 10 * sizeof *happen->ids) != 0);
    c.o.no_shuffle = true;
    (void)counted(&c);
    CHECK_INT(happen->id_count, 30);
    for (uint64_t i = 0; i < 30; i++) CHECK_INT(happen->ids[i], i % 10);
    c.task.examples = 0; /* it draws its own, numbered for ever */
    CHECK_FAILS(count(&c, &e), LM_EUSAGE, &e, "--steps");
    c.o.epochs = 0;
    c.o.steps = 7;
    (void)counted(&c);
    CHECK_INT(happen->id_count, 28);
    for (uint64_t i = 0; i < 28; i++) CHECK_INT(happen->ids[i], i);
    lm_params_free(c.m.params);
}

/* ---- the same bytes ---- */

TEST(train_threads_do_not_matter)
{
    trial t;
    lm_err e;
    begin(&t);
    for (size_t threads = 1; threads <= 3; threads++) {
        lm_pool *pool;
        CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
        t.run.pool = pool;
        renew(&t);
        CHECK_OK(work(&t, threads == 1 ? "one.lm" : "more.lm", &e), &e);
        if (threads > 1) toy_same_file("one.lm", "more.lm");
        lm_pool_free(pool);
    }
    line_free(&t.m);
}

/* Cuts the last two columns, of times, from each line of a log. */
static void without_times(char *text)
{
    char *to = text;
    for (char *at = text; *at;) {
        char *end = strchr(at, '\n'), *cut = end;
        CHECK(end != NULL);
        for (int columns = 0; columns < 2; columns++) do {
                CHECK(--cut > at);
            } while (*cut != '\t' && *cut != ',');
        memmove(to, at, (size_t)(cut - at));
        to += cut - at;
        *to++ = '\n';
        at = end + 1;
    }
    *to = '\0';
}

static void same_log(const char *a, const char *b)
{
    static char x[1 << 14], y[1 << 14];
    toy_read(a, x, sizeof x);
    toy_read(b, y, sizeof y);
    without_times(x);
    without_times(y);
    CHECK_TEXT(x, y);
}

/* The uninterrupted run: whole.lm and whole.tsv. */
static void make_whole_of(trial *t, int64_t epochs)
{
    lm_err e;
    begin(t);
    t->o.epochs = epochs;
    t->o.log = "whole.tsv";
    CHECK_OK(work(t, "whole.lm", &e), &e);
    t->o.log = "parts.tsv";
    t->o.resume = true;
}

static void make_whole(trial *t)
{
    make_whole_of(t, 6);
}

static void check_parts(const char *log)
{
    toy_same_file("whole.lm", "parts.lm");
    same_log("whole.tsv", log);
    CHECK(!toy_exists("parts.lm.run"));
}

TEST(train_stopped_at_every_step)
{
    trial t;
    lm_err e;
    make_whole(&t);
    for (uint64_t step = 1; step <= 30; step++) {
        renew(&t);
        t.m.happen.stop_at = step;
        CHECK_FAILS(work(&t, "parts.lm", &e), LM_ESTOPPED, &e, "parts.lm.run");
        CHECK(strstr(e.message, "--resume") != NULL);
        CHECK(toy_exists("parts.lm.run") && !toy_exists("parts.lm"));
        renew(&t);
        CHECK_OK(work(&t, "parts.lm", &e), &e);
        check_parts("parts.tsv");
        CHECK_INT(unlink("parts.lm"), 0);
    }
    line_free(&t.m);
}

/* Every step in a process of its own, as it were; and the flag set before the first. */
TEST(train_stopped_after_each_step)
{
    trial t;
    lm_err e;
    make_whole(&t);
    t.m.happen.stop = 1;
    CHECK_FAILS(work(&t, "parts.lm", &e), LM_ESTOPPED, &e, "step 0");
    for (uint64_t step = 1; step <= 30; step++) {
        renew(&t);
        t.m.happen.stop_at = step;
        CHECK_FAILS(work(&t, "parts.lm", &e), LM_ESTOPPED, &e, "parts.lm.run");
        CHECK_INT(t.m.happen.id_count, step % 5 ? 5 : 4);
    }
    renew(&t);
    CHECK_OK(work(&t, "parts.lm", &e), &e);
    CHECK_INT(t.m.happen.id_count, 0);
    check_parts("parts.tsv");
    line_free(&t.m);
}

/* Works in another process, which kills itself; true if it did. */
static bool killed(trial *t)
{
    int status;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        lm_err e;
        _exit((int)work(t, "parts.lm", &e));
    }
    CHECK(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) return true;
    CHECK_INT(WEXITSTATUS(status), LM_OK);
    return false;
}

TEST(train_killed_and_resumed)
{
    trial t;
    lm_err e;
    make_whole(&t);
    t.o.save_every = 4;
    for (uint64_t step = 1; step <= 30; step += 3) {
        renew(&t);
        t.m.happen.die_at = step;
        CHECK(killed(&t));
        CHECK_INT(toy_exists("parts.lm.run"), step > 4);
        renew(&t);
        t.m.happen.die_in_evaluation = 1 + step % 2; /* once more, with luck */
        (void)killed(&t);
        renew(&t);
        CHECK_OK(work(&t, "parts.lm", &e), &e);
        check_parts("parts.tsv");
        CHECK_INT(unlink("parts.lm"), 0);
    }
    line_free(&t.m);
}

/* With threads before, without them after; other intervals of saving; the log as JSON. */
TEST(train_resumed_otherwise)
{
    trial t;
    lm_err e;
    lm_pool *pool;
    begin(&t);
    CHECK_OK(lm_pool_new(&pool, 3, &e), &e);
    t.o.log = "whole.jsonl";
    CHECK_OK(work(&t, "whole.lm", &e), &e);
    renew(&t);
    t.run.pool = pool;
    t.m.happen.stop_at = 13;
    t.o.save_every = 5;
    t.o.log = "parts.jsonl";
    CHECK_FAILS(work(&t, "parts.lm", &e), LM_ESTOPPED, &e, "step 13");
    lm_pool_free(pool);
    t.run.pool = NULL;
    renew(&t);
    t.o.save_every = 0;
    t.o.resume = true;
    put("rest", "");
    FILE *log = fopen("parts.jsonl", "ab"); /* rows of later steps, the last one torn */
    CHECK(log && fputs("{\"step\":15,\"loss\":1}\n{\"step\":18,\"lo", log) >= 0 && !fclose(log));
    CHECK_OK(work(&t, "parts.lm", &e), &e);
    toy_same_file("whole.lm", "parts.lm");
    same_log("whole.jsonl", "parts.jsonl");
    line_free(&t.m);
}

TEST(train_saves_when_asked)
{
    trial t;
    lm_err e;
    make_whole(&t);
    t.m.happen.save = 1;
    t.m.happen.die_at = 6;
    CHECK(killed(&t));
    CHECK(toy_exists("parts.lm.run")); /* of step 0 */
    renew(&t);
    CHECK_OK(work(&t, "parts.lm", &e), &e);
    check_parts("parts.tsv");
    CHECK_INT(t.m.happen.save, 0);
    line_free(&t.m);
}

/* A failure in the middle keeps what there is, too. */
TEST(train_keeps_the_state_of_a_failure)
{
    trial t;
    lm_err e;
    make_whole(&t);
    t.m.happen.fail_at = 9;
    CHECK_FAILS(work(&t, "parts.lm", &e), LM_EIO, &e, "the data are gone");
    renew(&t);
    CHECK_OK(work(&t, "parts.lm", &e), &e);
    CHECK_INT(t.m.happen.id_count, 6 * LINE_EXAMPLES - 8 * 5 + 1); /* not the first 8 steps */
    check_parts("parts.tsv");
    line_free(&t.m);
}

/* ---- the log ---- */

/* Stochastic descent by hand: the sum of losses before the updates of an epoch. */
TEST(train_log_has_sums_of_epochs)
{
    static char text[1 << 14];
    trial t;
    lm_err e;
    double w[LINE_WEIGHTS] = {0};
    begin(&t);
    const lm_param rows[] = {
        {"weight", offsetof(line_fields, weight), 1, {LINE_FEATURES}, .init = LM_INIT_ZERO},
        {"bias", offsetof(line_fields, bias), 1, {1}, .init = LM_INIT_ZERO}};
    lm_params_free(t.m.params);
    CHECK_OK(lm_params_new(&t.m.params, rows, 2, &e), &e);
    t.task.params = t.m.params;
    t.task.evaluate = NULL;
    t.o = lm_train_defaults(LM_OPTIM_SGD);
    t.o.epochs = 5;
    t.o.batch = 1;
    t.o.lr = 0.25;
    t.o.no_shuffle = true;
    t.o.log = "log";
    CHECK_OK(work(&t, "line.lm", &e), &e);
    toy_read("log", text, sizeof text);
    char *row = strchr(text, '\n');
    *row++ = '\0';
    CHECK_TEXT(text, "step\tepoch\tloss\tsum\trate\tnorm\tvalid\tseconds\tsteps_per_s");
    for (int epoch = 1; epoch <= 5; epoch++) {
        double sum = 0, loss, found, rate, norm;
        unsigned long long step, number;
        int length;
        for (int i = 0; i < LINE_EXAMPLES; i++) {
            double error = w[LINE_FEATURES] - t.m.y[i];
            for (int j = 0; j < LINE_FEATURES; j++) error += w[j] * t.m.x[i][j];
            sum += 0.5 * error * error;
            for (int j = 0; j < LINE_FEATURES; j++) w[j] -= 0.25 * error * t.m.x[i][j];
            w[LINE_FEATURES] -= 0.25 * error;
        }
        CHECK_INT(sscanf(row, "%llu\t%llu\t%lf\t%lf\t%lf\t%lf\t\t%n", &step, &number, &loss, &found,
                         &rate, &norm, &length),
                  6);
        CHECK_INT(step, epoch * LINE_EXAMPLES);
        CHECK_INT(number, epoch);
        CHECK_NEAR(found, sum, 1e-5 * sum);
        CHECK_NEAR(loss, found / LINE_EXAMPLES, 1e-12);
        CHECK_NEAR(rate, 0.25, 0);
        row = strchr(row, '\n') + 1;
    }
    CHECK_TEXT(row, "");
    line_free(&t.m);
}

/* Rows come every interval, at the ends of epochs that are not shorter, at evaluations and at
 * the end; that of the end is not there twice. */
TEST(train_log_rows)
{
    static char text[1 << 14];
    trial t;
    lm_err e;
    begin(&t);
    t.o.log = "log.jsonl";
    CHECK_OK(work(&t, "line.lm", &e), &e);
    toy_read("log.jsonl", text, sizeof text);
    static const int steps[] = {3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 21, 24, 25, 27, 28, 30};
    const char *row = text;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char expected[80];
        const char *end = strchr(row, '\n');
        snprintf(expected, sizeof expected, "{\"step\":%d,\"epoch\":%d,\"loss\":", steps[i],
                 (steps[i] - 1) / 5 + 1);
        CHECK(end != NULL && strncmp(row, expected, strlen(expected)) == 0);
        const char *valid = strstr(row, "\"valid\":"), *sum = strstr(row, "\"sum\":");
        CHECK_INT(valid && valid < end, steps[i] % 4 == 0 || steps[i] == 30);
        CHECK_INT(sum && sum < end, steps[i] % 5 == 0);
        row = end + 1;
    }
    CHECK_TEXT(row, "");
    line_free(&t.m);
}

TEST(train_log_of_another_run)
{
    trial t;
    lm_err e;
    begin(&t);
    t.m.happen.stop_at = 3;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_ESTOPPED, &e, "step 3");
    renew(&t);
    t.o.resume = true;
    t.o.log = "letter";
    put("letter", "Dear Ada,\nnothing new\n");
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EUSAGE, &e, "letter");
    static char text[64];
    toy_read("letter", text, sizeof text);
    CHECK_TEXT(text, "Dear Ada,\nnothing new\n");
    line_free(&t.m);
}

TEST(train_log_on_a_full_disk)
{
    trial t;
    lm_err e;
    if (!toy_exists("/dev/full")) SKIP("no /dev/full");
    make_whole(&t);
    put("parts.lm", "old");
    t.o.log = "/dev/full";
    CHECK_FAILS(work(&t, "parts.lm", &e), LM_EIO, &e, "/dev/full");
    CHECK(!toy_exists("parts.lm.run")); /* not even the header could be written */
    static char text[16];
    toy_read("parts.lm", text, sizeof text);
    CHECK_TEXT(text, "old");
    line_free(&t.m);
}

/* ---- divergence ---- */

TEST(train_diverges_without_a_state)
{
    trial t;
    lm_err e;
    begin(&t);
    t.task.evaluate = NULL;
    put("line.lm", "old");
    t.m.happen.nan_at = 7;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EDIVERGED, &e, "diverged at step 7: the loss is ");
    CHECK(strstr(e.message, "no state was saved") != NULL);
    CHECK(!toy_exists("line.lm.run"));
    static char text[16];
    toy_read("line.lm", text, sizeof text);
    CHECK_TEXT(text, "old");
    line_free(&t.m);
}

TEST(train_diverges_after_a_save)
{
    trial t;
    lm_err e;
    begin(&t);
    t.o.save_every = 3;
    t.m.happen.stop_at = 6;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_ESTOPPED, &e, "step 6");
    renew(&t);
    CHECK_INT(link("line.lm.run", "kept"), 0);
    t.o.resume = true;
    t.o.save_every = 0;
    t.m.happen.nan_at = 11;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EDIVERGED, &e, "step 11");
    CHECK(strstr(e.message, "the state of step 6 is in line.lm.run") != NULL);
    toy_same_file("kept", "line.lm.run");
    CHECK(!toy_exists("line.lm"));
    line_free(&t.m);
}

/* What evaluation found best is saved; another run may begin from it, this one cannot go on. */
TEST(train_diverges_after_an_evaluation)
{
    trial t;
    lm_err e;
    double best[LINE_FEATURES], found[LINE_FEATURES];
    begin(&t);
    t.m.happen.nan_at = 7;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EDIVERGED, &e,
                "the best parameters, of step 4, are in");
    toy_tensor("line.lm.run", "best.weight", best, LINE_FEATURES);
    renew(&t);
    t.o.resume = true;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EUSAGE, &e, "diverged at step 7");
    renew(&t);
    t.o = lm_train_defaults(LM_OPTIM_SGD);
    t.o.init = "line.lm.run";
    t.o.lr = 0;
    CHECK_OK(work(&t, "again.lm", &e), &e);
    toy_tensor("again.lm", "weight", found, LINE_FEATURES);
    for (int j = 0; j < LINE_FEATURES; j++) CHECK_NEAR(found[j], best[j], 0);
    line_free(&t.m);
}

/* No trick: a rate that is far too high.  The save before the loss shows it is refused. */
TEST(train_diverges_by_itself)
{
    trial t;
    lm_err e;
    begin(&t);
    t.task.evaluate = NULL;
    t.o = lm_train_defaults(LM_OPTIM_SGD);
    t.o.lr = 1e6;
    t.o.steps = 1000;
    t.o.save_every = 1;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EDIVERGED, &e, "diverged at step ");
    CHECK(strstr(e.message, "is in line.lm.run") != NULL);
    double w[LINE_FEATURES];
    toy_tensor("line.lm.run", "last.weight", w, LINE_FEATURES);
    for (int j = 0; j < LINE_FEATURES; j++) CHECK(isfinite(w[j]));
    line_free(&t.m);
}

/* The last step may be the one that spoils it. */
TEST(train_diverges_at_the_end)
{
    trial t;
    lm_err e;
    begin(&t);
    t.task.evaluate = NULL;
    t.o = lm_train_defaults(LM_OPTIM_SGD);
    t.o.lr = 1e300; /* out of reach of the option */
    t.o.steps = 1;
    t.o.epochs = 0;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EDIVERGED, &e, "the parameters");
    CHECK(!toy_exists("line.lm"));
    line_free(&t.m);
}

/* ---- states that do not fit ---- */

static void check_refused(trial *t, const char *now, lm_status status, const char *text)
{
    lm_err e = {0};
    renew(t);
    CHECK_FAILS(lm_train(&t->task, &t->o, "line.lm", now, &t->run, &e), status, &e, text);
    CHECK(toy_exists("line.lm.run") && !toy_exists("line.lm"));
}

TEST(train_refuses_other_states)
{
    trial t;
    lm_err e;
    begin(&t);
    t.m.happen.stop_at = 3;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_ESTOPPED, &e, "step 3");
    t.o.resume = true;
    check_refused(&t, "toy 1 lr=0.2 note=\"a b\" input=5:0123abcd", LM_EUSAGE,
                  "line.lm.run: its run had lr=0.1, this one has lr=0.2");
    check_refused(&t, "toy 1 lr=0.1 note=\"a c\" input=5:0123abcd", LM_EUSAGE,
                  "had note=\"a b\", this one has note=\"a c\"");
    check_refused(&t, "toy 1 lr=0.1 note=\"a b\" input=5:0123abce", LM_EUSAGE,
                  "had input=5:0123abcd, this one has input=5:0123abce");
    check_refused(&t, "toy 1 lr=0.1 no-shuffle=1 note=\"a b\" input=5:0123abcd", LM_EUSAGE,
                  "its run had no no-shuffle=1");
    check_refused(&t, "toy 1 lr=0.1 input=5:0123abcd", LM_EUSAGE,
                  "its run had note=\"a b\", this one has not");
    check_refused(&t, "toy 1 lr=0.1 note=\"a b\" input=5:0123abcd input=1:00000000", LM_EUSAGE,
                  "input=1:00000000");
    t.task.examples--;
    check_refused(&t, history, LM_EUSAGE, "24 examples, this one has 23");
    t.task.examples++;
    t.task.kind = "toy-else";
    check_refused(&t, history, LM_EFORMAT, "kind 'toy-line', expected 'toy-else'");
    t.task.kind = "toy-line";
    t.o.epochs = 0;
    t.o.steps = 2; /* histories would differ, too */
    check_refused(&t, history, LM_EFORMAT, "no run of 2 steps");
    line_free(&t.m);
}

/* Every damage to the state is found: a flipped bit, and a file of another kind. */
TEST(train_refuses_damaged_states)
{
    static char bytes[1 << 14];
    trial t;
    lm_err e;
    begin(&t);
    t.m.happen.stop_at = 3;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_ESTOPPED, &e, "step 3");
    t.o.resume = true;
    const size_t length = toy_read("line.lm.run", bytes, sizeof bytes);
    for (size_t at = 5; at < length; at += 97) {
        bytes[at] ^= 4;
        FILE *file = fopen("line.lm.run", "wb");
        CHECK(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
        bytes[at] ^= 4;
        check_refused(&t, history, LM_EFORMAT, "line.lm.run");
    }
    CHECK_INT(unlink("line.lm.run"), 0);
    t.o.resume = false;
    CHECK_OK(work(&t, "other.lm", &e), &e);
    CHECK_INT(rename("other.lm", "line.lm.run"), 0);
    t.o.resume = true;
    check_refused(&t, history, LM_EFORMAT, "expected the state of a run");
    line_free(&t.m);
}

/* Without --resume a state is left alone until there is something to put in its place. */
TEST(train_begins_anew)
{
    trial t;
    lm_err e;
    make_whole(&t);
    t.m.happen.stop_at = 3;
    CHECK_FAILS(work(&t, "parts.lm", &e), LM_ESTOPPED, &e, "step 3");
    renew(&t);
    t.o.resume = false;
    CHECK_OK(work(&t, "parts.lm", &e), &e);
    check_parts("parts.tsv");
    line_free(&t.m);
}

/* ---- the beginning ---- */

TEST(train_begins_from_a_model)
{
    double first[LINE_WEIGHTS], second[LINE_WEIGHTS];
    lm_ckpt *ckpt;
    trial t;
    lm_err e;
    begin(&t);
    CHECK_OK(work(&t, "first.lm", &e), &e);
    renew(&t);
    t.o.init = "first.lm";
    t.o.lr = 0;
    CHECK_OK(work(&t, "second.lm", &e), &e);
    line_written("first.lm", first);
    line_written("second.lm", second);
    for (int j = 0; j < LINE_WEIGHTS; j++) CHECK_NEAR(second[j], first[j], 0);
    CHECK_OK(lm_ckpt_open(&ckpt, "second.lm", LM_CKPT_CHECK_ALL, &e), &e);
    const char *lines = lm_ckpt_meta(ckpt, "lm.history");
    CHECK(strncmp(lines, history, sizeof history - 1) == 0);
    CHECK(strncmp(lines + sizeof history, history, sizeof history - 1) == 0);
    CHECK(strncmp(lines + 2 * sizeof history - 1, " input=", 7) == 0);
    CHECK_TEXT(lm_ckpt_kind(ckpt), "toy-line");
    lm_ckpt_close(ckpt);
    renew(&t);
    t.task.kind = "toy-else";
    CHECK_FAILS(work(&t, "third.lm", &e), LM_EFORMAT, &e, "kind 'toy-line', expected 'toy-else'");
    line_free(&t.m);
}

TEST(train_rule_of_beginning)
{
    trial t;
    lm_err e;
    begin(&t);
    t.o.init_rule = "weird";
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EUSAGE, &e, "weird");
    line_free(&t.m);
}

TEST(train_plan)
{
    trial t;
    lm_err e = {0};
    lm_str text = {0};
    char expected[400];
    begin(&t);
    t.task.memory = 1000;
    CHECK_OK(lm_train_plan(&t.task, &t.o, &text, &e), &e);
    /* Adam: values, gradients, two moments, the average, the best. */
    snprintf(expected, sizeof expected,
             "parameters\t4\ntrained\t4\nmemory\t%zu\nexamples\t24\nbatch\t5\nepoch_steps\t5\n"
             "steps\t30\n",
             1000 + 6 * t.m.params->size * sizeof(lm_real));
    CHECK_TEXT(text.text, expected);
    lm_str_free(&text);
    line_free(&t.m);
}

/* ---- outputs that cannot keep a state ---- */

TEST(train_into_a_device)
{
    trial t;
    lm_err e;
    if (!toy_exists("/dev/null")) SKIP("no /dev/null");
    begin(&t);
    t.m.happen.stop_at = 3;
    CHECK_FAILS(work(&t, "/dev/null", &e), LM_ESTOPPED, &e, "nothing is kept");
    renew(&t);
    CHECK_OK(work(&t, "/dev/null", &e), &e);
    line_free(&t.m);
}

TEST(train_state_that_cannot_be_written)
{
    trial t;
    lm_err e;
    begin(&t);
    CHECK_INT(mkdir("line.lm.run", 0777), 0);
    t.m.happen.stop_at = 3;
    CHECK_FAILS(work(&t, "line.lm", &e), LM_EIO, &e, "line.lm.run");
    CHECK(!toy_exists("line.lm"));
    line_free(&t.m);
}

/* ---- without memory ---- */

/* The k-th allocation fails, for every k; the run then goes on, or begins again. */
TEST(train_without_memory)
{
    trial t;
    lm_err e;
    make_whole_of(&t, 1);
    t.o.save_every = 3;
    t.o.log = "parts.tsv";
    for (size_t k = 1; failing_round(k); k++) {
        renew(&t);
        const lm_status s = work(&t, "parts.lm", &e);
        failing_end();
        if (failing.failed && s) {
            CHECK_FAILS(s, LM_ENOMEM, &e, "out of memory");
            CHECK(!toy_exists("parts.lm"));
            renew(&t);
            CHECK_OK(work(&t, "parts.lm", &e), &e);
        } else {
            CHECK_OK(s, &e);
        }
        check_parts("parts.tsv");
        CHECK_INT(unlink("parts.lm"), 0);
    }
    line_free(&t.m);
}

/* ---- options ---- */

static lm_status get(lm_train_options *o, const char *output, lm_err *e, const char *words)
{
    static char text[400];
    char *argv[40] = {text};
    int argc = 1, operands;
    lm_train_options defaults = lm_train_defaults(LM_OPTIM_ADAM);
    defaults.epochs = 9;
    defaults.optim.beta2 = 0.98;
    lm_train_options_set(&defaults);
    snprintf(text, sizeof text, "toy %s", words);
    *e = (lm_err){0};
    for (char *at = text; (at = strchr(at, ' ')) && at[1];) {
        *at++ = '\0';
        argv[argc++] = at;
    }
    LM_TRY(lm_option_parse(lm_train_option_rows, argc, argv, &operands, e));
    return lm_train_options_get(o, output, e);
}

TEST(train_options_defaults)
{
    lm_train_options o;
    lm_err e;
    CHECK_OK(get(&o, NULL, &e, ""), &e);
    CHECK_INT(o.epochs, 9);
    CHECK_INT(o.steps, 0);
    CHECK_NEAR(o.optim.beta2, 0.98, 0);
    CHECK_OK(get(&o, NULL, &e, "--steps 5 --beta1 0.5"), &e);
    CHECK_INT(o.epochs, 0);
    CHECK_INT(o.steps, 5);
    CHECK_NEAR(o.optim.beta1, 0.5, 0);
    CHECK_NEAR(o.optim.beta2, 0.98, 0);
    /* Another optimizer has its own values, but for what was given. */
    CHECK_OK(get(&o, NULL, &e, "--optimizer adamw --beta1 0.5"), &e);
    CHECK_INT(o.optim.kind, LM_OPTIM_ADAMW);
    CHECK_NEAR(o.optim.beta1, 0.5, 0);
    CHECK_NEAR(o.optim.beta2, lm_optim_defaults(LM_OPTIM_ADAMW).beta2, 0);
}

TEST(train_options_refused)
{
    lm_train_options o;
    lm_err e;
    static const struct {
        const char *words, *text;
    } rows[] = {
        {"--steps 5 -e 3", "--steps: --epochs"},
        {"-e 0", "nothing to do"},
        {"-b 4 --accumulate 5", "a batch of 4 has no 5 parts"},
        {"--patience 3", "--patience: there is nothing to measure without --valid"},
        {"--valid-every 3", "--valid-every: there is nothing"},
        {"--init a --init-rule torch:1", "--init-rule: the values are those of --init"},
        {"--momentum 0.5", "--momentum: only --optimizer sgd has it"},
        {"--optimizer sgd --beta1 0.5", "--beta1: only --optimizer adam and its kin have it"},
        {"--optimizer sgd --eps 0.5", "--eps: only --optimizer adagrad"},
        {"--average 1", "--average: 1 is out of range"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_FAILS(get(&o, NULL, &e, rows[i].words), LM_EUSAGE, &e, rows[i].text);
}

TEST(train_options_outputs)
{
    lm_train_options o;
    lm_err e;
    static char text[16];
    CHECK_FAILS(get(&o, "-", &e, "--resume"), LM_EUSAGE, &e, "--resume: beside standard output");
    CHECK_FAILS(get(&o, "-", &e, "--save-every 3"), LM_EUSAGE, &e, "--save-every");
    CHECK_FAILS(get(&o, "none/line.lm", &e, ""), LM_EIO, &e, "none/line.lm");
    CHECK_FAILS(get(&o, "line.lm", &e, "--log none/log"), LM_EIO, &e, "none/log");
    CHECK_INT(mkdir("state.lm.run", 0777), 0);
    CHECK_FAILS(get(&o, "state.lm", &e, ""), LM_EIO, &e, "state.lm.run");
    put("line.lm", "old");
    put("log", "old");
    CHECK_OK(get(&o, "line.lm", &e, "--log log"), &e);
    toy_read("line.lm", text, sizeof text);
    CHECK_TEXT(text, "old");
    toy_read("log", text, sizeof text);
    CHECK_TEXT(text, "old");
    CHECK_OK(get(&o, "none/line.lm", &e, "--dry-run"), &e);
    CHECK(!toy_exists("line.lm.run"));
}
