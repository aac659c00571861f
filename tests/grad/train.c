/* train.c - the training loop in double precision: what is a matter of rounding in single. */
#include "lm/train.h"
#include "unit/toy.h"

static void train(line *m, const lm_train_options *o, double found[LINE_WEIGHTS])
{
    lm_err e = {0};
    lm_task task = line_new(m);
    task.events = line_events;
    for (int i = 0; i < LINE_EXAMPLES; i++) m->repeat[i] = 1 + i % 7;
    CHECK_OK(lm_train(&task, o, "line.lm", "toy", NULL, &e), &e);
    line_written("line.lm", found);
}

/* A batch computed in parts, which weigh as their events do, is the batch. */
TEST(train_accumulates)
{
    line m;
    double whole[LINE_WEIGHTS], parts[LINE_WEIGHTS];
    lm_train_options o = lm_train_defaults(LM_OPTIM_ADAM);
    o.epochs = 10;
    o.batch = 8;
    o.lr = 0.05;
    train(&m, &o, whole);
    line_free(&m);
    for (o.accumulate = 2; o.accumulate <= 8; o.accumulate++) {
        train(&m, &o, parts);
        CHECK_INT(m.happen.most, lm_train_micro_batch(&o));
        line_free(&m);
        for (int j = 0; j < LINE_WEIGHTS; j++) CHECK_NEAR(parts[j], whole[j], 1e-13);
    }
}

TEST(train_reaches_the_closed_form)
{
    line m;
    double found[LINE_WEIGHTS], expected[LINE_WEIGHTS];
    lm_train_options o = lm_train_defaults(LM_OPTIM_SGD);
    o.steps = 1500;
    o.batch = LINE_EXAMPLES;
    o.lr = 0.8;
    train(&m, &o, found);
    line_optimum(&m, expected);
    for (int j = 0; j < LINE_WEIGHTS; j++) CHECK_NEAR(found[j], expected[j], 1e-12);
    line_free(&m);
}
