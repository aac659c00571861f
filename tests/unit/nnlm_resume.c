/* nnlm_resume.c - training an NNLM: interrupted at every step, by any number of threads, in parts.
 */
#include "lm/nnlm_train.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "chance.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/train.h"
#include "models.h"
#include "test.h"

enum { STEPS = 200 };

/* A run of a small model with all that is random in it: order, dropout, noise. */
typedef struct {
    lm_nnlm_text text, valid;
    lm_nnlm *model;
    lm_nnlm_trainer *trainer;
    lm_train_options o;
    lm_pool *pool;
    volatile sig_atomic_t stop;
    uint64_t stop_at; /* after this step; 0: never */
} trial;

static trial *current; /* whose steps are counted */

static lm_status step(void *model, const lm_compute *on, const lm_real *values, lm_real *grads,
                      const lm_batch *batch, double share, lm_loss *loss, lm_err *e)
{
    if (current->stop_at && batch->step + 1 == current->stop_at) current->stop = 1;
    return current->trainer->task.step(model, on, values, grads, batch, share, loss, e);
}

static void read_text(lm_nnlm_text *text, size_t lines)
{
    static lm_err e;
    lm_str s = {0};
    lm_text *reader;
    for (size_t i = 0; i < lines; i++) {
        const size_t words = below(6);
        for (size_t k = 0; k < words; k++)
            CHECK_OK(lm_str_addf(&s, &e, " w%u", (unsigned)(below(4) * below(4))), &e);
        CHECK_OK(lm_str_addf(&s, &e, "\n"), &e);
    }
    CHECK_OK(lm_text_memory(&reader, (lm_slice){s.text, s.length}, "text", LM_UNIT_WORD, false, &e),
             &e);
    CHECK_OK(lm_nnlm_text_read(text, reader, NULL, &e), &e);
    lm_text_close(reader);
    lm_str_free(&s);
}

static void begin(trial *t, uint64_t noise, size_t threads)
{
    static lm_err e;
    static const lm_nnlm_shape shape = {
        .order = 3, .dim = 3, .hidden = 5, .activation = LM_ACT_TANH, .direct = true};
    const lm_nnlm_training how = {.dropout = 0.2, .noise = noise, .seed = 5, .unigrams = true};
    *t = (trial){.o = lm_train_defaults(LM_OPTIM_ADAMW)};
    t->o.epochs = 0;
    t->o.steps = STEPS;
    t->o.batch = 12;
    t->o.accumulate = 2;
    t->o.valid_every = 30;
    t->o.average = 0.9;
    random_state = 11;
    read_text(&t->text, 60);
    read_text(&t->valid, 9);
    CHECK_OK(lm_pool_new(&t->pool, threads, &e), &e);
    CHECK_OK(lm_nnlm_of_text(&t->model, &t->text, "text", &shape, &(lm_word_choice){0}, NULL, &e),
             &e);
    CHECK_OK(lm_nnlm_text_translate(&t->valid, t->model->lang.vocab, "valid", NULL, &e), &e);
    CHECK_OK(lm_nnlm_trainer_new(&t->trainer, t->model, &t->text, &t->valid, &how,
                                 lm_train_micro_batch(&t->o), t->pool, &e),
             &e);
}

static void end(trial *t)
{
    lm_nnlm_trainer_free(t->trainer);
    lm_nnlm_free(t->model);
    lm_nnlm_text_free(&t->valid);
    lm_nnlm_text_free(&t->text);
    lm_pool_free(t->pool);
}

static lm_status work(trial *t, const char *output, lm_err *e)
{
    lm_task task = t->trainer->task;
    const lm_run run = {.pool = t->pool, .stop = &t->stop};
    task.step = step;
    current = t;
    *e = (lm_err){0};
    return lm_train(&task, &t->o, output, "test 1 input=5:0123abcd", &run, e);
}

/* Stopped after step k and resumed, for every k. */
static void check_every_step(uint64_t noise)
{
    trial t;
    lm_err e;
    begin(&t, noise, 1);
    CHECK_OK(work(&t, "whole", &e), &e);
    for (uint64_t k = 1; k < STEPS; k++) {
        t.stop_at = k;
        t.o.resume = false;
        CHECK_FAILS(work(&t, "parts", &e), LM_ESTOPPED, &e, "parts.run");
        t.stop = 0;
        t.stop_at = 0;
        t.o.resume = true;
        CHECK_OK(work(&t, "parts", &e), &e);
        CHECK(same_files("whole", "parts"));
        CHECK(unlink("parts") == 0);
    }
    end(&t);
}

TEST(nnlm_stopped_at_every_step)
{
    check_every_step(0);
}

TEST(nnlm_by_noise_stopped_at_every_step)
{
    check_every_step(4);
}

TEST(nnlm_threads_do_not_matter)
{
    for (size_t threads = 1; threads <= 3; threads++) {
        trial t;
        lm_err e;
        begin(&t, 0, threads);
        CHECK_OK(work(&t, threads == 1 ? "one" : "more", &e), &e);
        if (threads > 1) CHECK(same_files("one", "more"));
        end(&t);
    }
}
