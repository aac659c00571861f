/* w2v_train.c - training word vectors: by any number of threads, interrupted at every step, from
 * text in memory or in a file, at every CPU level: the same bytes. */
#include "lm/w2v_train.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../../src/num/vector_level.h"
#include "failing.h"
#include "lm/train.h"
#include "models.h"
#include "w2vs.h"

enum { LINES = 2400, STEPS = 5 };

/* A form of the model and of its training. */
typedef struct {
    const char *name;
    lm_w2v_shape shape;
    lm_w2v_training how;
} form;

#define NEGATIVE .loss = LM_W2V_NEGATIVE, .noise_power = 0.75
#define GRAMS    .min_n = 2, .max_n = 3, .buckets = 50
static const form forms[] = {
    {"cbow", {LM_W2V_CBOW, NEGATIVE, .dim = 5, .window = 3}, {.noise = 3, .sample = 0.01}},
    {"sg", {LM_W2V_SG, NEGATIVE, .dim = 17, .window = 2}, {.noise = 7, .fixed_window = true}},
    {"hierarchy", {LM_W2V_CBOW, LM_W2V_HIERARCHY, .dim = 4, .window = 3}, {.sample = 0.02}},
    {"sum", {LM_W2V_CBOW, NEGATIVE, .dim = 3, .window = 3, .sum = true}, {.noise = 1}},
    {"subwords", {LM_W2V_SG, NEGATIVE, .dim = 5, .window = 3, GRAMS}, {.noise = 3}},
    {"undivided",
     {LM_W2V_CBOW, LM_W2V_HIERARCHY, .dim = 5, .window = 3, GRAMS},
     {.undivided = true}},
    {"softmax",
     {LM_W2V_CBOW, LM_W2V_SOFTMAX, .dim = 5, .window = 3, .bias = true},
     {.sample = 0.02}},
    {"sg softmax", {LM_W2V_SG, LM_W2V_SOFTMAX, .dim = 4, .window = 2}, {.sample = 0}},
};
enum { FORMS = sizeof forms / sizeof *forms };

typedef struct {
    lm_w2v_text text;
    lm_w2v *model;
    lm_w2v_trainer *trainer;
    lm_train_options o;
    lm_run run;
    volatile sig_atomic_t stop;
    uint64_t stop_at; /* after this step; 0: never */
} trial;

static trial *current; /* whose steps are counted */

static void count_step(const lm_batch *batch)
{
    if (current->stop_at && batch->step + 1 == current->stop_at) current->stop = 1;
}

static lm_status step(void *model, const lm_compute *on, const lm_real *values, lm_real *grads,
                      const lm_batch *batch, double share, lm_loss *loss, lm_err *e)
{
    count_step(batch);
    return current->trainer->task.step(model, on, values, grads, batch, share, loss, e);
}

static lm_status move(void *model, const lm_compute *on, lm_real *values, const lm_batch *batch,
                      double rate, lm_loss *loss, lm_err *e)
{
    count_step(batch);
    return current->trainer->task.move(model, on, values, batch, rate, loss, e);
}

/* Some 18,000 words, a few of them frequent, in lines of up to 15: three rounds. */
static void read_text(trial *t)
{
    static char lines[LINES * 64];
    lm_err e = {0};
    lm_text *reader;
    size_t length = 0;
    random_state = 11;
    for (size_t i = 0; i < LINES; i++) {
        for (uint64_t words = below(16); words > 0; words--)
            length += (size_t)snprintf(lines + length, sizeof lines - length, "%x ",
                                       (unsigned)(below(9) * below(9) * below(3)));
        lines[length++] = '\n';
    }
    CHECK_OK(lm_text_memory(&reader, (lm_slice){lines, length}, "text", LM_UNIT_WORD, false, &e),
             &e);
    CHECK_OK(lm_w2v_text_read(&t->text, reader, &t->run, &e), &e);
    lm_text_close(reader);
}

static void begin(trial *t, const form *f, size_t threads, uint64_t memory)
{
    lm_err e = {0};
    lm_w2v_training how = f->how;
    *t = (trial){.o = lm_train_defaults(LM_OPTIM_SGD)};
    t->run = (lm_run){.stop = &t->stop, .memory = memory, .tmpdir = "."};
    CHECK_OK(lm_pool_new(&t->run.pool, threads, &e), &e);
    t->o.epochs = 0;
    t->o.steps = STEPS;
    t->o.batch = 2;
    t->o.lr = 0.05;
    t->o.schedule = LM_RATE_W2V;
    how.seed = 5;
    read_text(t);
    t->run.memory = 0;
    t->model = w2v_of_text(&t->text, &f->shape);
    CHECK_OK(
        lm_w2v_trainer_new(&t->trainer, t->model, &t->text, &how, lm_train_micro_batch(&t->o), &e),
        &e);
    if (f->shape.loss != LM_W2V_SOFTMAX) CHECK_INT(t->trainer->task.examples, 3);
}

static void end(trial *t)
{
    lm_w2v_trainer_free(t->trainer);
    lm_w2v_free(t->model);
    lm_w2v_text_free(&t->text);
    lm_pool_free(t->run.pool);
}

static lm_status work(trial *t, const char *output, lm_err *e)
{
    lm_task task = t->trainer->task;
    if (task.move) task.move = move;
    if (task.step) task.step = step;
    current = t;
    *e = (lm_err){0};
    return lm_train(&task, &t->o, output, "test 1 input=5:0123abcd", &t->run, e);
}

static void train(const form *f, size_t threads, uint64_t memory, const char *output)
{
    lm_err e;
    trial t;
    begin(&t, f, threads, memory);
    CHECK((memory > 0) == (t.text.tokens.temp != NULL));
    CHECK_OK(work(&t, output, &e), &e);
    end(&t);
}

static void check_same(const char *a, const char *b, const form *f)
{
    if (!same_files(a, b)) CHECK_TEXT(f->name, "the same bytes");
}

TEST(w2v_threads_do_not_matter)
{
    for (const form *f = forms; f < forms + FORMS; f++) {
        train(f, 1, 0, "one");
        for (size_t threads = 2; threads <= 8; threads += threads == 3 ? 5 : 1) {
            train(f, threads, 0, "more");
            check_same("more", "one", f);
        }
    }
}

TEST(w2v_text_in_a_file)
{
    for (const form *f = forms; f < forms + FORMS; f++) {
        train(f, 1, 0, "memory");
        train(f, 2, 300000, "file");
        check_same("file", "memory", f);
    }
}

/* All but the full softmax, whose products are those of gemm. */
TEST(w2v_levels_do_not_matter)
{
    for (const form *f = forms; f < forms + FORMS; f++) {
        if (f->shape.loss == LM_W2V_SOFTMAX) continue;
        lm_vector_use(LM_CPU_REF);
        train(f, 2, 0, "plain");
        for (lm_cpu_level level = LM_CPU_REF + 1; level <= lm_os_cpu(); level++) {
            lm_vector_use(level);
            train(f, 2, 0, "fast");
            check_same("fast", "plain", f);
        }
    }
}

/* Stopped after step k and resumed, for every k. */
TEST(w2v_stopped_at_every_step)
{
    for (const form *f = forms; f < forms + FORMS; f++) {
        trial t;
        lm_err e;
        begin(&t, f, 1, 0);
        CHECK_OK(work(&t, "whole", &e), &e);
        for (uint64_t k = 1; k < STEPS; k++) {
            t.stop_at = k;
            t.o.resume = false;
            CHECK_FAILS(work(&t, "parts", &e), LM_ESTOPPED, &e, "parts.run");
            t.stop = 0;
            t.stop_at = 0;
            t.o.resume = true;
            CHECK_OK(work(&t, "parts", &e), &e);
            check_same("parts", "whole", f);
            CHECK(unlink("parts") == 0);
        }
        end(&t);
    }
}

/* Another seed, other bytes. */
TEST(w2v_seeds_matter)
{
    for (const form *f = forms; f < forms + FORMS; f++) {
        const bool draws = f->how.noise || f->how.sample > 0 || !f->how.fixed_window;
        form other = *f;
        trial t;
        lm_err e;
        train(f, 1, 0, "one");
        begin(&t, &other, 1, 0);
        t.trainer->how.seed = 6;
        CHECK_OK(work(&t, "other", &e), &e);
        CHECK(same_files("one", "other") == !draws);
        end(&t);
    }
}

/* A step allocates nothing. */
TEST(w2v_steps_without_memory)
{
    for (const form *f = forms; f < forms + FORMS; f++) {
        static const uint64_t ids[] = {2, 1};
        lm_err e = {0};
        lm_loss loss = {0, 0};
        lm_compute *on;
        lm_real *values, *grads;
        trial t;
        begin(&t, f, 2, 0);
        const lm_task *task = &t.trainer->task;
        CHECK_OK(lm_compute_new(&on, t.run.pool, false, &e), &e);
        CHECK_OK(lm_params_block(task->params, &values, &e), &e);
        CHECK_OK(lm_params_block(task->params, &grads, &e), &e);
        w2v_draw(task->params, values);
        const lm_batch batch = {ids, 2, 0, 0};
        failing_begin(0);
        if (task->move)
            CHECK_OK(task->move(task->model, on, values, &batch, 0.05, &loss, &e), &e);
        else
            CHECK_OK(task->step(task->model, on, values, grads, &batch, 1, &loss, &e), &e);
        CHECK_INT(failing.calls, 0);
        failing_end();
        CHECK(!task->move || (loss.events > 0 && loss.loss > 0));
        lm_block_free(values);
        lm_block_free(grads);
        lm_compute_free(on);
        end(&t);
    }
}

TEST(w2v_trainer_without_memory)
{
    for (const form *f = forms; f < forms + FORMS; f++) {
        trial t;
        begin(&t, f, 1, 0);
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_w2v_trainer *trainer;
            const lm_status s = lm_w2v_trainer_new(&trainer, t.model, &t.text, &f->how, 2, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            CHECK((trainer == NULL) == (s != LM_OK));
            lm_w2v_trainer_free(trainer);
            failing_end();
        }
        end(&t);
    }
}

TEST(w2v_text_without_memory)
{
    for (int pairs = 0; pairs < 2; pairs++)
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_w2v_text text = {.total = 0};
            lm_text *reader = NULL;
            lm_w2v *m = NULL;
            lm_status s = LM_OK;
            if (pairs)
                s = lm_w2v_pairs_read(&text, lm_slice_of("a b\tc\nc\ta\n"), "pairs", &e);
            else
                s = lm_text_memory(&reader, lm_slice_of("a b c\na\n"), "text", LM_UNIT_WORD, false,
                                   &e);
            if (!s && !pairs) s = lm_w2v_text_read(&text, reader, NULL, &e);
            if (!s)
                s = lm_w2v_of_text(&m, &text, "text", &forms[6].shape,
                                   &(lm_word_choice){.bare = true}, NULL, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            lm_w2v_free(m);
            lm_w2v_text_free(&text);
            lm_text_close(reader);
            failing_end();
        }
}
