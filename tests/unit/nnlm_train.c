/* nnlm_train.c - tests of the task of training an NNLM: its steps in parts and by threads, what it
 * begins with, what it measures, and that it learns what there is to learn. */
#include "lm/nnlm_train.h"
#include "arrays.h"
#include "failing.h"
#include "lm/evaluate.h"
#include "lm/models.h"
#include "nnlms.h"

static const char corpus[] = "a b c a b\nb a\n\nc c a b c\na b d a\ne a d d c b a\n";
enum { EXAMPLES = 29 }; /* words and ends */

/* A model of a text, and what trains it. */
typedef struct {
    lm_nnlm_text text, valid;
    lm_nnlm *model;
    lm_nnlm_trainer *trainer;
    lm_compute *on;
    lm_real *values, *grads;
} work;

static void read_corpus(lm_nnlm_text *text, const char *lines)
{
    lm_err e = {0};
    lm_text *reader;
    CHECK_OK(lm_text_memory(&reader, lm_slice_of(lines), "text", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_nnlm_text_read(text, reader, NULL, &e), &e);
    lm_text_close(reader);
}

/* `valid` NULL: nothing held out. */
static void begin(work *w, const char *lines, const char *valid, const lm_nnlm_shape *shape,
                  const lm_nnlm_training *how, size_t batch, size_t threads)
{
    const lm_word_choice all = {0};
    lm_err e = {0};
    *w = (work){.on = with_threads(threads)};
    read_corpus(&w->text, lines);
    CHECK_OK(lm_nnlm_of_text(&w->model, &w->text, "text", shape, &all, NULL, &e), &e);
    if (valid) read_corpus(&w->valid, valid);
    if (valid)
        CHECK_OK(lm_nnlm_text_translate(&w->valid, w->model->lang.vocab, "valid", NULL, &e), &e);
    CHECK_OK(lm_nnlm_trainer_new(&w->trainer, w->model, &w->text, valid ? &w->valid : NULL, how,
                                 batch, lm_compute_pool(w->on), &e),
             &e);
    CHECK_OK(lm_params_block(w->model->params, &w->values, &e), &e);
    CHECK_OK(lm_params_block(w->model->params, &w->grads, &e), &e);
    CHECK_OK(lm_params_init(w->model->params, w->values, "default", 1, NULL, &e), &e);
}

static void end(work *w)
{
    lm_block_free(w->values);
    lm_block_free(w->grads);
    lm_nnlm_trainer_free(w->trainer);
    lm_nnlm_free(w->model);
    lm_nnlm_text_free(&w->text);
    lm_nnlm_text_free(&w->valid);
    without_threads(w->on);
}

/* One step with all examples, `part` of them at a time.  It allocates nothing. */
static lm_loss take_step(work *w, uint64_t step, size_t part)
{
    uint64_t ids[64];
    lm_err e = {0};
    lm_loss loss = {0, 0};
    const lm_task *task = &w->trainer->task;
    const size_t all = (size_t)task->examples;
    CHECK(all <= 64);
    for (size_t i = 0; i < all; i++) ids[i] = (i * 11 + 3) % all;
    memset(w->grads, 0, w->model->params->size * sizeof *w->grads);
    failing_begin(0);
    for (size_t at = 0; at < all; at += part) {
        const lm_batch batch = {ids + at, all - at < part ? all - at : part, at, step};
        CHECK_OK(task->step(task->model, w->on, w->values, w->grads, &batch,
                            (double)batch.count / (double)all, &loss, &e),
                 &e);
    }
    CHECK_INT(failing.calls, 0);
    failing_end();
    CHECK(loss.events == (double)all);
    return loss;
}

static const lm_nnlm_training likelihood = {.seed = 3};

/* ---- steps ---- */

static void check_parts(const lm_nnlm_shape *shape, const lm_nnlm_training *how)
{
    work w;
    begin(&w, corpus, NULL, shape, how, EXAMPLES, 1);
    const size_t size = w.model->params->size;
    CHECK_INT(w.trainer->task.examples, EXAMPLES);
    const lm_loss whole = take_step(&w, 5, EXAMPLES);
    double *expected = doubles(size);
    for (size_t i = 0; i < size; i++) expected[i] = (double)w.grads[i];
    for (size_t part = 1; part < EXAMPLES; part += 6) {
        const lm_loss loss = take_step(&w, 5, part);
        CHECK_NEAR(loss.loss, whole.loss, 1e-5 * whole.loss);
        CHECK_CLOSE(w.grads, expected, size, 1e-5);
    }
    const lm_loss other = take_step(&w, 6, EXAMPLES);
    CHECK((other.loss == whole.loss) == (how->dropout == 0 && how->noise == 0));
    end(&w);
}

/* Also what is random in a step does not depend on its parts, but on the step. */
TEST(nnlm_steps_in_parts)
{
    for (int form = 0; form < 8; form++) {
        const lm_nnlm_shape shape = nnlm_form(form, 3, 4, 5);
        check_parts(&shape, &likelihood);
        check_parts(&shape, &(lm_nnlm_training){.dropout = 0.3, .seed = 3});
        if (shape.classes) continue;
        check_parts(&shape, &(lm_nnlm_training){.noise = 20, .seed = 3});
        check_parts(&shape, &(lm_nnlm_training){.noise = 20, .dropout = 0.3, .seed = 3});
    }
}

TEST(nnlm_steps_with_threads)
{
    for (int form = 0; form < 16; form++) {
        const lm_nnlm_shape shape = nnlm_form(form % 8, 4, 17, 33);
        const lm_nnlm_training how = {
            .dropout = 0.2, .seed = 3, .noise = form < 8 || shape.classes ? 0 : 30};
        work one;
        begin(&one, corpus, NULL, &shape, &how, EXAMPLES, 1);
        const lm_loss loss = take_step(&one, 1, EXAMPLES);
        for (size_t threads = 2; threads <= 3; threads++) {
            work w;
            begin(&w, corpus, NULL, &shape, &how, EXAMPLES, threads);
            const lm_loss same = take_step(&w, 1, EXAMPLES);
            CHECK_BYTES(&same, &loss, sizeof loss);
            CHECK_SAME(w.grads, one.grads, one.model->params->size);
            end(&w);
        }
        end(&one);
    }
}

/* ---- held-out data ---- */

/* What lm-eval says of the model, once it is saved; in batches of any size. */
TEST(nnlm_evaluated_while_it_is_trained)
{
    static const char valid[] = "a b x\n\nc c c d e\nb\n";
    for (int form = 0; form < 8; form++) {
        const lm_nnlm_shape shape = nnlm_form(form, 3, 4, 5);
        double first = 0;
        for (size_t batch = 1; batch < 100; batch *= 7) {
            lm_err e = {0};
            lm_loss loss = {0, 0};
            lm_text *text;
            lm_evaluation total;
            lm_model model;
            work w;
            begin(&w, corpus, valid, &shape, &likelihood, batch, 1);
            const lm_task *task = &w.trainer->task;
            random_state = 1;
            for (size_t i = 0; i < w.model->params->item[0].count; i++)
                w.values[i] = (lm_real)below(1000) / 500 - 1;
            CHECK_OK(task->evaluate(task->model, w.on, w.values, &loss, &e), &e);
            lm_ckpt_writer *writer;
            CHECK_OK(lm_ckpt_writer_new(&writer, task->kind, &e), &e);
            CHECK_OK(task->save(task->model, writer, &e), &e);
            CHECK_OK(lm_params_save(task->params, w.values, "", writer, &e), &e);
            write_checkpoint(writer, "m.lm", NULL);
            CHECK_OK(lm_model_open(&model, "m.lm", &e), &e);
            CHECK_OK(lm_text_memory(&text, lm_slice_of(valid), "valid", LM_UNIT_WORD, false, &e),
                     &e);
            CHECK_OK(lm_evaluate(model.lang, text, LM_REPORT_TOTAL, NULL, NULL, &total, &e), &e);
            CHECK(loss.events == (double)total.events);
            CHECK_NEAR(loss.loss, lm_evaluation_nats(&total), 1e-6 * loss.loss);
            first = batch == 1 ? loss.loss : first;
            CHECK(loss.loss == first);
            lm_text_close(text);
            lm_model_close(&model);
            end(&w);
        }
    }
}

/* ---- what it begins with ---- */

/* Without any other weights: the words' own frequencies, each counted once more. */
TEST(nnlm_begins_as_unigrams)
{
    for (int form = 0; form < 8; form++) {
        const lm_nnlm_shape shape = nnlm_form(form, 3, 4, 5);
        lm_err e = {0};
        lm_real p[16];
        double sum = 0;
        work w;
        begin(&w, corpus, NULL, &shape, &(lm_nnlm_training){.unigrams = true}, 4, 1);
        const lm_nnlm *m = w.model;
        lm_nnlm_weights weights = {0};
        memset(w.values, 0, m->params->size * sizeof *w.values);
        CHECK_OK(w.trainer->task.init(w.trainer, w.values, &e), &e);
        lm_params_bind(m->params, w.values, &weights);
        w.trainer->room.context[0] = w.trainer->room.context[1] = m->start;
        lm_nnlm_predict(w.on, m, &weights, &w.trainer->room, p);
        for (uint32_t i = 0; i < m->outputs; i++) sum += (double)w.text.word_count[i] + 1;
        CHECK(sum == EXAMPLES + m->outputs);
        for (uint32_t i = 0; i < m->outputs; i++)
            CHECK_NEAR(p[i], ((double)w.text.word_count[i] + 1) / sum, 1e-6);
        end(&w);
    }
}

/* Those words that have vectors get them, and nothing else changes. */
TEST(nnlm_begins_with_vectors)
{
    const lm_nnlm_shape shape = nnlm_form(0, 3, 2, 5);
    lm_err e = {0};
    lm_vectors vectors;
    CHECK_OK(lm_vectors_read(&vectors, lm_slice_of("4 2\nb 1 2\nzebra 3 4\n</s> 5 6\na 7 8\n"), "v",
                             LM_VECTORS_AUTO, NULL, &e),
             &e);
    work w;
    begin(&w, corpus, NULL, &shape, &(lm_nnlm_training){.vectors = &vectors, .freeze = true}, 4, 1);
    const lm_vocab *v = w.model->lang.vocab;
    lm_real *before = copied(w.values, w.model->params->size);
    CHECK_OK(w.trainer->task.init(w.trainer, w.values, &e), &e);
    CHECK_TEXT(w.model->params->item[0].name, "embeddings.weight");
    CHECK_INT(w.model->params->item[0].at, 0);
    for (size_t i = 0; i < w.model->params->count; i++)
        CHECK(w.model->params->item[i].frozen == (i == 0));
    for (uint32_t id = 0; id < v->size; id++) {
        const lm_slice word = lm_vocab_word(v, id);
        const lm_real *found = w.values + (size_t)2 * id, *old = before + (size_t)2 * id;
        const lm_real first = lm_slice_is(word, "b") ? 1 : id == v->eos ? 5 : 7;
        const bool known = lm_slice_is(word, "b") || id == v->eos || lm_slice_is(word, "a");
        CHECK(found[0] == (known ? first : old[0]) && found[1] == (known ? first + 1 : old[1]));
    }
    const size_t table = w.model->params->item[0].count;
    CHECK_SAME(w.values + table, before + table, w.model->params->size - table);
    end(&w);
    lm_vectors_free(&vectors);
}

/* A model of the same words may be what training starts from. */
TEST(nnlm_starts_from_another)
{
    const lm_nnlm_shape shape = nnlm_form(0, 3, 2, 5);
    static const char *const texts[] = {corpus, "b b a c d e\n", "a b\n"};
    work w;
    begin(&w, corpus, NULL, &shape, &likelihood, 4, 1);
    for (int i = 0; i < 3; i++) {
        lm_err e = {0};
        lm_ckpt *ckpt;
        work other;
        begin(&other, texts[i], NULL, &shape, &likelihood, 4, 1);
        other.model->values = other.values;
        nnlm_write(other.model, "other.lm");
        other.model->values = NULL;
        end(&other);
        CHECK_OK(lm_ckpt_open(&ckpt, "other.lm", LM_CKPT_CHECK_ALL, &e), &e);
        if (i == 0)
            CHECK_OK(w.trainer->task.accept(w.trainer, ckpt, &e), &e);
        else
            CHECK_FAILS(w.trainer->task.accept(w.trainer, ckpt, &e), LM_EUSAGE, &e,
                        "--init: the words of other.lm are not those of the text and options");
        lm_ckpt_close(ckpt);
    }
    end(&w);
}

/* ---- learning ---- */

/* The third word says whether the first two are the same, which no pair of words tells: 2 ln 2
 * nats in the 4 words of a sentence are chance; a bigram model would need 3 ln 2. */
static const char language[] = "a a x\na b y\nb a y\nb b x\n";

static void descend(work *w, lm_real rate)
{
    for (size_t i = 0; i < w->model->params->size; i++) w->values[i] -= rate * w->grads[i];
}

static double learn(const lm_nnlm_shape *shape, const lm_nnlm_training *how, lm_real rate,
                    uint64_t steps)
{
    lm_err e = {0};
    lm_loss loss = {0, 0};
    work w;
    begin(&w, language, language, shape, how, 16, 1);
    const lm_task *task = &w.trainer->task;
    /* Further apart than the rule has them, words of few sentences are told apart sooner. */
    for (size_t i = 0; i < task->params->item[0].count; i++) w.values[i] *= 8;
    for (uint64_t step = 0; step < steps; step++) {
        (void)take_step(&w, step, 16);
        descend(&w, rate);
    }
    CHECK_OK(task->evaluate(task->model, w.on, w.values, &loss, &e), &e);
    end(&w);
    return loss.loss / loss.events;
}

TEST(nnlm_learns)
{
    const double chance = 2 * log(2) / 4;
    for (int form = 0; form < 8; form++) {
        lm_nnlm_shape shape = nnlm_form(form, 3, 6, 12);
        if (shape.classes) shape.classes = 2;
        const double found = learn(&shape, &likelihood, 0.8F, 500);
        CHECK(found > chance - 1e-6 && found < chance + 0.02);
    }
}

/* By noise, which never sums over all words; the measure does. */
TEST(nnlm_learns_by_noise)
{
    const double chance = 2 * log(2) / 4;
    const lm_nnlm_training how = {.noise = 60, .seed = 1};
    for (int form = 0; form < 4; form++) {
        const lm_nnlm_shape shape = nnlm_form(form, 3, 6, 12);
        const double found = learn(&shape, &how, 0.4F, 1000);
        CHECK(found > chance - 1e-6 && found < chance + 0.03);
    }
}

/* ---- without memory ---- */

TEST(nnlm_trainer_without_memory)
{
    for (int form = 0; form < 8; form++) {
        const lm_nnlm_shape shape = nnlm_form(form, 3, 4, 5);
        const lm_nnlm_training how = {.noise = shape.classes ? 0 : 5};
        work w;
        begin(&w, corpus, corpus, &shape, &how, 4, 2);
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_nnlm_trainer *t;
            const lm_status s = lm_nnlm_trainer_new(&t, w.model, &w.text, &w.valid, &how, 4,
                                                    lm_compute_pool(w.on), &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            CHECK((t == NULL) == (s != LM_OK));
            lm_nnlm_trainer_free(t);
            failing_end();
        }
        end(&w);
    }
}
