/* w2v_learns.c - what word vectors must come to where it is known in closed form. */
#include <stdio.h>
#include <string.h>
#include "arrays.h"
#include "lm/w2v_fill.h"
#include "w2vs.h"

typedef struct {
    lm_w2v_text text;
    lm_w2v *model; /* with values */
    lm_w2v_trainer *trainer;
    lm_compute *on;
} work;

static void open_work(work *w, const lm_w2v_shape *shape, const lm_w2v_training *how, size_t batch)
{
    lm_err e = {0};
    w->model = w2v_of_text(&w->text, shape);
    CHECK_OK(lm_w2v_room(w->model, &e), &e);
    random_state = 1;
    w2v_draw(w->model->params, w->model->values);
    w->on = with_threads(1);
    CHECK_OK(lm_w2v_trainer_new(&w->trainer, w->model, &w->text, how, batch, &e), &e);
}

static void close_work(work *w)
{
    lm_w2v_trainer_free(w->trainer);
    lm_w2v_free(w->model);
    lm_w2v_text_free(&w->text);
    without_threads(w->on);
}

/* ---- the full softmax: relative frequencies ---- */

/* What was seen between the words `a b`, how often. */
static const struct {
    const char *context, *target;
    unsigned times;
} seen[] = {{"a b", "c", 3}, {"a b", "d", 1}, {"a a", "b", 1}, {"b c", "a", 2}, {"b c", "c", 2},
            {"b c", "d", 4}, {"d d", "d", 5}, {"d d", "a", 3}, {"c", "a", 1},   {"c", "b", 6}};
enum { SEEN = sizeof seen / sizeof *seen };

static void read_seen(lm_w2v_text *text)
{
    lm_err e = {0};
    char lines[1000] = "";
    size_t length = 0;
    for (size_t i = 0; i < SEEN; i++)
        for (unsigned k = 0; k < seen[i].times; k++)
            length += (size_t)snprintf(lines + length, sizeof lines - length, "%s\t%s\n",
                                       seen[i].context, seen[i].target);
    CHECK_OK(lm_w2v_pairs_read(text, lm_slice_of(lines), "pairs", &e), &e);
}

static void take_step(work *w, lm_real *grads, lm_real rate)
{
    uint64_t ids[64];
    lm_err e = {0};
    lm_loss loss = {0, 0};
    const lm_task *task = &w->trainer->task;
    const size_t size = task->params->size;
    lm_real *values = w->model->values;
    CHECK(task->examples <= 64);
    for (size_t i = 0; i < task->examples; i++) ids[i] = i;
    memset(grads, 0, size * sizeof *grads);
    const lm_batch batch = {.ids = ids, .count = (size_t)task->examples};
    CHECK_OK(task->step(task->model, w->on, values, grads, &batch, 1, &loss, &e), &e);
    for (size_t i = 0; i < size; i++) values[i] -= rate * grads[i];
}

static void check_frequencies(const lm_w2v *m, size_t i)
{
    lm_err e = {0};
    lm_w2v_filler *filler;
    double p[8], all = 0;
    size_t known;
    const lm_slice context = lm_slice_of(seen[i].context);
    const lm_slice words[] = {{context.text, 1}, {context.text + context.length - 1, 1}};
    CHECK_OK(lm_w2v_filler_new(&filler, m, &e), &e);
    CHECK_OK(lm_w2v_fill(filler, words, context.length > 1 ? 2 : 1, p, &known, &e), &e);
    for (size_t k = 0; k < SEEN; k++)
        all += strcmp(seen[k].context, seen[i].context) == 0 ? seen[k].times : 0;
    const uint32_t target = lm_vocab_find(m->lang.vocab, lm_slice_of(seen[i].target));
    CHECK_NEAR(p[target], seen[i].times / all, 0.01);
    lm_w2v_filler_free(filler);
}

TEST(w2v_softmax_learns_frequencies)
{
    for (int form = 0; form < 4; form++) {
        const lm_w2v_shape shape = {
            .loss = LM_W2V_SOFTMAX, .dim = 8, .window = 1, .bias = form % 2, .sum = form / 2 % 2};
        work w = {.on = NULL};
        read_seen(&w.text);
        open_work(&w, &shape, &(lm_w2v_training){.noise = 0}, 64);
        lm_real *grads = zeros(w.model->params->size);
        for (int step = 40000; step > 0; step--) take_step(&w, grads, 2e-5F * (lm_real)step);
        for (size_t i = 0; i < SEEN; i++) check_frequencies(w.model, i);
        close_work(&w);
    }
}

/* ---- negative sampling: shifted pointwise mutual information ---- */

/* Lines of two words, so many of each: symmetric, as each word is the other's. */
enum { WORDS = 4, K = 5 };
static const unsigned together[WORDS][WORDS] = {
    {4, 12, 6, 3}, {0, 3, 9, 2}, {0, 0, 5, 4}, {0, 0, 0, 2}};

static double pairs_of(size_t a, size_t b)
{
    return a == b ? 2 * together[a][a] : together[a][b] + together[b][a];
}

static void read_lines(lm_w2v_text *text)
{
    char lines[1000] = "";
    size_t length = 0;
    for (size_t a = 0; a < WORDS; a++)
        for (size_t b = 0; b < WORDS; b++)
            for (unsigned k = 0; k < together[a][b]; k++)
                length += (size_t)snprintf(lines + length, sizeof lines - length, "%c %c\n",
                                           (char)('a' + a), (char)('a' + b));
    w2v_read(text, lines);
}

/* A word w predicts c as often as #(w,c); it is told from c as noise as often as K q(c) #(w) less
 * where c itself is predicted: then noise that is c is left out, as in word2vec.c.  So
 *     #(w,c) ln s(x) + K q(c) (#(w) - #(w,c)) ln s(-x)
 * is greatest at x = ln #(w,c) / (K q(c) (#(w) - #(w,c))).  Without that exception it would be
 * Levy and Goldberg's ln #(w,c) |D| / (#(w) #(c)) - ln K, here up to 0.6 less. */
static double optimum(size_t w, size_t c)
{
    double all = 0, of_w = 0, of_c = 0;
    for (size_t i = 0; i < WORDS; i++) {
        of_w += pairs_of(w, i);
        of_c += pairs_of(i, c);
        for (size_t k = 0; k < WORDS; k++) all += pairs_of(i, k);
    }
    return log(pairs_of(w, c) / (K * of_c / all * (of_w - pairs_of(w, c))));
}

static lm_real product(const lm_w2v *m, size_t w, size_t c)
{
    const char words[] = {(char)('a' + w), (char)('a' + c)};
    const size_t D = (size_t)m->shape.dim;
    const uint32_t in = lm_vocab_find(m->lang.vocab, (lm_slice){words, 1});
    const uint32_t out = lm_vocab_find(m->lang.vocab, (lm_slice){words + 1, 1});
    lm_real sum = 0;
    for (size_t i = 0; i < D; i++)
        sum += m->weights.embed[in * D + i] * m->weights.output[out * D + i];
    return sum;
}

TEST(w2v_negative_sampling_learns_information)
{
    const lm_w2v_shape shape = {
        .mode = LM_W2V_SG, .loss = LM_W2V_NEGATIVE, .noise_power = 1, .dim = 6, .window = 1};
    const lm_w2v_training how = {.noise = K, .fixed_window = true, .seed = 1};
    const int steps = 16000;
    const uint64_t first = 0;
    lm_err e = {0};
    lm_loss loss = {0, 0};
    work w = {.on = NULL};
    read_lines(&w.text);
    open_work(&w, &shape, &how, 1);
    const lm_task *task = &w.trainer->task;
    CHECK_INT(task->examples, 1);
    for (int step = 0; step < steps; step++) {
        const lm_batch batch = {.ids = &first, .count = 1, .step = (uint64_t)step};
        const double rate = 0.1 * (1 - (double)step / steps);
        CHECK_OK(task->move(task->model, w.on, w.model->values, &batch, rate, &loss, &e), &e);
    }
    for (size_t a = 0; a < WORDS; a++)
        for (size_t c = 0; c < WORDS; c++) CHECK_NEAR(product(w.model, a, c), optimum(a, c), 0.1);
    close_work(&w);
}
