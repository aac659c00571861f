/* nnlm.c - tests of the NNLM as a language model: its probabilities by their definition, whatever
 * way they are asked for. */
#include "lm/nnlm.h"
#include <stdlib.h>
#include "failing.h"
#include "lm/evaluate.h"
#include "lm/mix.h"
#include "lm/sample.h"
#include "lm/scalar.h"
#include "nnlms.h"
#include "test.h"

enum { WORDS = 11, ORDER = 4, DIM = 3, HIDDEN = 5 };

static lm_nnlm *model_of_form(int form)
{
    const lm_nnlm_shape shape = nnlm_form(form, ORDER, DIM, HIDDEN);
    random_state = (uint64_t)form;
    return nnlm_drawn(&shape, nnlm_words(WORDS));
}

/* ---- making one ---- */

static void refuse(lm_nnlm_shape shape, const char *message)
{
    static const uint64_t count[WORDS];
    lm_err e = {0};
    lm_nnlm *m;
    CHECK_FAILS(lm_nnlm_new(&m, &shape, nnlm_words(WORDS), count, &e), LM_EUSAGE, &e, message);
    CHECK(m == NULL);
}

TEST(nnlm_shapes_that_cannot_be)
{
    lm_nnlm_shape s = {.order = 1, .dim = 2, .hidden = 3, .activation = LM_ACT_TANH};
    refuse(s, "order 1, expected 2 to 32");
    s.order = 33;
    refuse(s, "order 33, expected 2 to 32");
    s.order = 2;
    s.dim = 0;
    refuse(s, "vectors of 0 numbers and a hidden layer of 3, expected 1 to 1048576");
    s.dim = LM_NNLM_WIDTH_MAX + 1;
    refuse(s, "vectors of 1048577 numbers");
    s.dim = 2;
    s.hidden = 0;
    refuse(s, "a hidden layer of 0");
    s.hidden = UINT64_MAX;
    refuse(s, "a hidden layer of 18446744073709551615");
    s.hidden = 3;
    s.tied = true;
    refuse(s, "tied vectors need a hidden layer of their size, not 2 and 3");
    s.tied = false;
    s.activation = LM_ACT_NONE;
    refuse(s, "the activation is not tanh, sigmoid or relu");
    s.activation = LM_ACT_GELU_TANH;
    refuse(s, "the activation is not tanh, sigmoid or relu");
    s.activation = LM_ACT_RELU;
    s.classes = WORDS;
    refuse(s, "11 classes of 10 words");
}

static lm_nnlm *with_classes(const uint64_t *count, uint32_t outputs, uint64_t classes)
{
    lm_err e = {0};
    lm_nnlm *m;
    lm_vocab *v;
    uint32_t id;
    const lm_nnlm_shape shape = {
        .order = 2, .dim = 1, .hidden = 1, .activation = LM_ACT_TANH, .classes = classes};
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    for (uint32_t i = 0; i < outputs; i++)
        CHECK_OK(lm_vocab_add(v, (lm_slice){(const char *)&i, sizeof i}, &id, &e), &e);
    CHECK_OK(lm_nnlm_new(&m, &shape, v, count, &e), &e);
    CHECK_INT(m->outputs, outputs);
    CHECK_INT(m->class_begin[0], 0);
    CHECK_INT(m->class_begin[m->shape.classes], outputs);
    for (uint32_t g = 0; g < m->shape.classes; g++) {
        CHECK(m->class_begin[g] < m->class_begin[g + 1]);
        for (uint32_t w = m->class_begin[g]; w < m->class_begin[g + 1]; w++)
            CHECK_INT(m->class_of[w], g);
    }
    return m;
}

/* Words equally often: classes of one size.  One word that has nearly all: its own. */
TEST(nnlm_classes_of_equal_words)
{
    uint64_t count[60] = {0};
    lm_nnlm *m = with_classes(count, 60, 5);
    CHECK_INT(m->shape.classes, 5);
    for (uint32_t g = 0; g <= 5; g++) CHECK_INT(m->class_begin[g], 12 * g);
    lm_nnlm_free(m);
    m = with_classes(count, 60, 60);
    CHECK_INT(m->shape.classes, 60);
    lm_nnlm_free(m);
    m = with_classes(count, 60, 1);
    CHECK_INT(m->shape.classes, 1);
    lm_nnlm_free(m);
    count[0] = 1000000;
    m = with_classes(count, 60, 10);
    CHECK_INT(m->shape.classes, 2);
    CHECK_INT(m->class_begin[1], 1);
    lm_nnlm_free(m);
}

/* Words as frequent as words are: no class has more of all sqrt(count + 1) than its share and one
 * word. */
TEST(nnlm_classes_of_words)
{
    enum { MANY = 5000, CLASSES = 40 };
    static uint64_t count[MANY];
    double all = 0, most = 0;
    for (uint64_t i = 0; i < MANY; i++) count[i] = 1000000 / (i + 1);
    for (uint32_t i = 0; i < MANY; i++) all += sqrt((double)count[i] + 1);
    lm_nnlm *m = with_classes(count, MANY, CLASSES);
    CHECK(m->shape.classes > CLASSES / 2 && m->shape.classes <= CLASSES);
    for (uint32_t g = 0; g < m->shape.classes; g++) {
        double sum = 0, largest = 0;
        for (uint32_t w = m->class_begin[g]; w < m->class_begin[g + 1]; w++) {
            sum += sqrt((double)count[w] + 1);
            largest = fmax(largest, sqrt((double)count[w] + 1));
        }
        CHECK(sum <= all / CLASSES + largest);
        most = fmax(most, sum);
    }
    lm_nnlm_free(m);
}

/* ---- probabilities by their definition, in double with libm ---- */

static double activate(lm_activation f, double x)
{
    if (f == LM_ACT_TANH) return tanh(x);
    return f == LM_ACT_SIGMOID ? 1 / (1 + exp(-x)) : fmax(x, 0);
}

typedef struct {
    double x[(ORDER - 1) * 8], h[8];
    size_t X, H;
} layers;

static layers hidden_layer(const lm_nnlm *m, const uint32_t *context)
{
    const size_t D = (size_t)m->shape.dim, H = (size_t)m->shape.hidden;
    layers l = {.X = (ORDER - 1) * D, .H = H};
    for (size_t i = 0; i < ORDER - 1; i++)
        for (size_t d = 0; d < D && context[i] != LM_NO_WORD; d++)
            l.x[i * D + d] = (double)m->weights.embed[context[i] * D + d];
    for (size_t k = 0; k < H; k++) {
        double sum = (double)m->weights.hidden_bias[k];
        for (size_t i = 0; i < l.X; i++) sum += (double)m->weights.hidden[k * l.X + i] * l.x[i];
        l.h[k] = activate(m->shape.activation, sum);
    }
    return l;
}

static void softmax(const layers *l, const lm_real *output, const lm_real *direct,
                    const lm_real *bias, uint32_t begin, uint32_t end, double *p)
{
    double all = 0;
    for (uint32_t w = begin; w < end; w++) {
        double sum = (double)bias[w];
        for (size_t k = 0; k < l->H; k++) sum += (double)output[w * l->H + k] * l->h[k];
        for (size_t i = 0; direct && i < l->X; i++) sum += (double)direct[w * l->X + i] * l->x[i];
        all += p[w] = exp(sum);
    }
    for (uint32_t w = begin; w < end; w++) p[w] /= all;
}

/* p (WORDS) */
static void by_definition(const lm_nnlm *m, const uint32_t *context, double *p)
{
    const lm_nnlm_weights *w = &m->weights;
    const layers l = hidden_layer(m, context);
    const lm_real *output = m->shape.tied ? w->embed : w->output;
    const uint32_t G = (uint32_t)m->shape.classes;
    double of_class[WORDS];
    CHECK((w->direct != NULL) == m->shape.direct && (w->output == NULL) == m->shape.tied);
    p[WORDS - 1] = 0; /* <s> */
    softmax(&l, output, w->direct, w->output_bias, 0, G ? 0 : m->outputs, p);
    if (G) softmax(&l, w->class_output, w->class_direct, w->class_bias, 0, G, of_class);
    for (uint32_t g = 0; g < G; g++) {
        softmax(&l, output, w->direct, w->output_bias, m->class_begin[g], m->class_begin[g + 1], p);
        for (uint32_t i = m->class_begin[g]; i < m->class_begin[g + 1]; i++) p[i] *= of_class[g];
    }
}

/* Words, some that there are none of, and ends of lines. */
static void draw_stream(uint32_t *ids, size_t count, uint32_t words)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t kind = below(12);
        ids[i] = kind == 0   ? LM_LINE_BREAK
                 : kind == 1 ? LM_NO_WORD
                 : kind == 2 ? words - 1 /* <s> */
                             : (uint32_t)below(words);
    }
}

static void *new_state(const lm_lang *lang, bool inside)
{
    void *state = malloc(lang->type->state_size(lang));
    CHECK(state != NULL);
    lang->type->begin(lang, state, inside);
    return state;
}

static void score(const lm_lang *lang, void *state, const uint32_t *ids, size_t count, double *p)
{
    lm_err e = {0};
    int *order = malloc((count + 1) * sizeof *order);
    CHECK(order != NULL);
    for (size_t i = 0; i < count; i++) order[i] = -1;
    CHECK_OK(lang->type->score(lang, state, ids, count, p, order, &e), &e);
    for (size_t i = 0; i < count; i++) CHECK_INT(order[i], 0);
    free(order);
}

/* Walks a stream: predicting, scoring and the definition agree, and the sum is 1. */
static void walk(const lm_nnlm *m, bool inside)
{
    lm_err e = {0};
    uint32_t ids[60], context[ORDER - 1];
    double found[WORDS], expected[WORDS], p;
    void *state = new_state(&m->lang, inside);
    draw_stream(ids, 60, WORDS);
    for (int i = 0; i < ORDER - 1; i++) context[i] = inside ? LM_NO_WORD : WORDS - 1;
    for (size_t t = 0; t < 60; t++) {
        double sum = 0;
        by_definition(m, context, expected);
        CHECK_OK(lm_nnlm_lang.predict(&m->lang, state, found, &e), &e);
        for (uint32_t w = 0; w < WORDS; w++) sum += found[w];
        for (uint32_t w = 0; w < WORDS; w++) CHECK_NEAR(found[w], expected[w], 1e-6);
        CHECK_NEAR(sum, 1, 1e-6);
        CHECK(found[WORDS - 1] == 0);
        score(&m->lang, state, &ids[t], 1, &p);
        if (ids[t] < WORDS) CHECK_NEAR(p, found[ids[t]], 1e-6);
        if (ids[t] >= WORDS) CHECK(p == (ids[t] == LM_LINE_BREAK));
        memmove(context, context + 1, sizeof context - sizeof *context);
        context[ORDER - 2] = ids[t] < WORDS ? ids[t] : LM_NO_WORD;
        for (int i = 0; i < ORDER - 1 && ids[t] == LM_LINE_BREAK; i++) context[i] = WORDS - 1;
    }
    free(state);
}

TEST(nnlm_by_its_definition)
{
    for (int form = 0; form < NNLM_FORMS; form++) {
        lm_nnlm *m = model_of_form(form);
        CHECK(m->lang.order == 0 && m->start == WORDS - 1);
        walk(m, false);
        walk(m, true);
        lm_nnlm_free(m);
    }
}

/* Far out, where a float's exp overflows: still probabilities. */
TEST(nnlm_of_large_logits)
{
    lm_err e = {0};
    double p[WORDS];
    for (int form = 0; form < 8; form++) {
        lm_nnlm *m = model_of_form(form);
        for (uint32_t w = 0; w < m->outputs; w++)
            m->weights.output_bias[w] = (lm_real)(w % 3) * 1000 - 1000;
        void *state = new_state(&m->lang, false);
        CHECK_OK(lm_nnlm_lang.predict(&m->lang, state, p, &e), &e);
        double sum = 0;
        for (uint32_t w = 0; w < WORDS; w++) {
            double alone;
            sum += p[w];
            score(&m->lang, state, &w, 1, &alone);
            lm_nnlm_lang.begin(&m->lang, state, false);
            CHECK(alone >= 0 && alone <= 1);
            CHECK_NEAR(alone, p[w], 1e-4); /* of logits of 1000 a float has four digits less */
        }
        CHECK_NEAR(sum, 1, 1e-6);
        free(state);
        lm_nnlm_free(m);
    }
}

/* Larger still, where their sums are infinite: no probabilities, and that is said. */
TEST(nnlm_of_infinite_logits)
{
    lm_err e = {0}, again = {0};
    const uint32_t id = 1;
    double p[WORDS];
    int order;
    lm_nnlm *m = model_of_form(0);
    for (uint32_t w = 0; w < m->outputs; w++) m->weights.output_bias[w] = (lm_real)INFINITY;
    void *state = new_state(&m->lang, false);
    CHECK_FAILS(lm_nnlm_lang.predict(&m->lang, state, p, &e), LM_EFORMAT, &e,
                "the NNLM gives no probabilities: its weights are too large");
    CHECK_FAILS(lm_nnlm_lang.score(&m->lang, state, &id, 1, p, &order, &again), LM_EFORMAT, &again,
                "the NNLM gives no probabilities: its weights are too large");
    free(state);
    lm_nnlm_free(m);
}

/* ---- the same bits however it is asked ---- */

enum { STREAM = 700 }; /* more than are scored at once */

TEST(nnlm_scored_in_pieces)
{
    static uint32_t ids[STREAM];
    static double whole[STREAM], pieces[STREAM];
    for (int form = 0; form < NNLM_FORMS; form++) {
        lm_nnlm *m = model_of_form(form);
        const size_t size = lm_nnlm_lang.state_size(&m->lang);
        draw_stream(ids, STREAM, WORDS);
        void *end = new_state(&m->lang, false);
        score(&m->lang, end, ids, STREAM, whole);
        for (uint64_t most = 1; most < 600; most = most * 5 + 1) {
            void *state = new_state(&m->lang, false);
            for (size_t at = 0; at < STREAM;) {
                const size_t left = STREAM - at;
                size_t count = most == 1 ? 1 : below(most) + below(2); /* some of none */
                if (count > left) count = left;
                score(&m->lang, state, ids + at, count, pieces + at);
                at += count;
            }
            CHECK_BYTES(pieces, whole, sizeof whole);
            CHECK_BYTES(state, end, size);
            free(state);
        }
        free(end);
        lm_nnlm_free(m);
    }
}

/* A copy of a state goes its own way. */
TEST(nnlm_states_are_copied)
{
    static uint32_t ids[64];
    double first[64], second[64], p[8];
    lm_nnlm *m = model_of_form(5);
    const size_t size = lm_nnlm_lang.state_size(&m->lang);
    void *state = new_state(&m->lang, false), *copy = malloc(size);
    CHECK(copy != NULL);
    for (uint32_t i = 0; i < 64; i++) ids[i] = i % (WORDS - 1);
    score(&m->lang, state, ids, 7, first);
    memcpy(copy, state, size);
    score(&m->lang, state, ids, 64, first);
    score(&m->lang, copy, ids, 3, p);
    memcpy(state, copy, size);
    score(&m->lang, copy, ids + 3, 61, second + 3);
    memcpy(second, p, 3 * sizeof *p);
    CHECK_BYTES(second, first, sizeof first);
    score(&m->lang, state, ids + 3, 61, second + 3);
    CHECK_BYTES(second, first, sizeof first);
    free(state);
    free(copy);
    lm_nnlm_free(m);
}

typedef struct {
    const lm_nnlm *m;
    const uint32_t *ids;
    double p[8][STREAM];
} sharing;

static void score_alone(void *context, size_t i)
{
    sharing *s = context;
    double predicted[WORDS];
    lm_err e = {0};
    void *state = new_state(&s->m->lang, false);
    for (size_t at = 0; at < STREAM; at += 100) {
        score(&s->m->lang, state, s->ids + at, 100, s->p[i] + at);
        CHECK_OK(lm_nnlm_lang.predict(&s->m->lang, state, predicted, &e), &e);
    }
    free(state);
}

TEST(nnlm_scored_by_threads_at_once)
{
    static uint32_t ids[STREAM];
    static sharing s;
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, 3, &e), &e);
    for (int form = 0; form < 8; form++) {
        lm_nnlm *m = model_of_form(form);
        draw_stream(ids, STREAM, WORDS);
        s.m = m;
        s.ids = ids;
        score_alone(&s, 7);
        lm_parallel_for(pool, 7, score_alone, &s);
        for (int i = 0; i < 7; i++) CHECK_BYTES(s.p[i], s.p[7], sizeof s.p[7]);
        lm_nnlm_free(m);
    }
    lm_pool_free(pool);
}

/* A batch of any size, cut anywhere, and by any threads. */
TEST(nnlm_losses_of_batches)
{
    enum { B = 50 };
    lm_real losses[B];
    lm_err e = {0};
    for (int form = 0; form < 8; form++) {
        lm_nnlm *m = model_of_form(form);
        for (size_t threads = 1; threads <= 3; threads++)
            for (size_t batch = B; batch > 0; batch /= 4) {
                lm_nnlm_room room;
                lm_pool *pool;
                lm_compute *on;
                CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
                CHECK_OK(lm_compute_new(&on, pool, false, &e), &e);
                CHECK_OK(lm_nnlm_room_new(&room, m, batch, threads == 2, pool, false, &e), &e);
                for (size_t at = 0; at < B; at += batch) {
                    const size_t count = B - at < batch ? B - at : batch;
                    for (size_t i = 0; i < count; i++) {
                        room.target[i] = (uint32_t)((at + i) * 7 % m->outputs);
                        for (size_t k = 0; k < ORDER - 1; k++)
                            room.context[i * (ORDER - 1) + k] =
                                (uint32_t)((at + i) * (k + 3) % WORDS);
                    }
                    lm_nnlm_losses(on, m, &m->weights, &room, count);
                    if (threads == 1 && batch == B)
                        memcpy(losses, room.losses, sizeof losses);
                    else
                        CHECK_BYTES(room.losses, losses + at, count * sizeof *losses);
                }
                lm_nnlm_room_free(&room);
                lm_compute_free(on);
                lm_pool_free(pool);
            }
        lm_nnlm_free(m);
    }
}

/* The losses of a model of one class with all words, or of none. */
static void losses_of(const lm_nnlm *m, bool bf16, lm_real *losses, size_t count)
{
    lm_err e = {0};
    lm_nnlm_room room;
    lm_compute *on;
    CHECK_OK(lm_compute_new(&on, NULL, bf16, &e), &e);
    CHECK_OK(lm_nnlm_room_new(&room, m, count, false, NULL, bf16, &e), &e);
    for (size_t i = 0; i < count; i++) room.target[i] = (uint32_t)(i * 7 % m->outputs);
    for (size_t i = 0; i < count * (ORDER - 1); i++) room.context[i] = (uint32_t)(i * 5 % WORDS);
    lm_nnlm_losses(on, m, &m->weights, &room, count);
    memcpy(losses, room.losses, count * sizeof *losses);
    lm_nnlm_room_free(&room);
    lm_compute_free(on);
}

/* One class is no class, in float and where products are of rounded matrices. */
TEST(nnlm_of_one_class)
{
    enum { B = 9 };
    lm_nnlm_shape shape = nnlm_form(0, ORDER, 3, 5);
    lm_nnlm *none = nnlm_drawn(&shape, nnlm_words(WORDS));
    shape.classes = 1;
    lm_nnlm *one = nnlm_drawn(&shape, nnlm_words(WORDS));
    CHECK_INT(one->shape.classes, 1);
    for (size_t i = 0; i < none->params->count; i++) /* the classes' come last */
        memcpy(one->values + one->params->item[i].at, none->values + none->params->item[i].at,
               none->params->item[i].count * sizeof *none->values);
    lm_real expected[2][B], found[B];
    for (int bf16 = 0; bf16 < 2; bf16++) {
        losses_of(none, bf16, expected[bf16], B);
        losses_of(one, bf16, found, B);
        for (int i = 0; i < B; i++)
            CHECK_NEAR(found[i], expected[bf16][i], 1e-6 * (double)expected[bf16][i]);
    }
    CHECK(memcmp(expected[0], expected[1], sizeof expected[0]) != 0);
    lm_nnlm_free(none);
    lm_nnlm_free(one);
}

/* ---- with what works on any model ---- */

static const char corpus[] = "a b c a b\nb a\n\nc c a b c\na b d <unk> a\nzebra a\n";

static lm_evaluation evaluate(const lm_lang *lang, lm_pool *pool)
{
    lm_err e = {0};
    lm_text *text;
    lm_evaluation total;
    CHECK_OK(lm_text_memory(&text, lm_slice_of(corpus), "corpus", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_evaluate(lang, text, LM_REPORT_TOTAL, NULL, &(lm_run){.pool = pool}, &total, &e),
             &e);
    lm_text_close(text);
    return total;
}

/* Its words and its end. */
static double nats_of_line(const lm_nnlm *m, const char *line)
{
    uint32_t context[ORDER - 1] = {WORDS - 1, WORDS - 1, WORDS - 1}, id = 0;
    double p[WORDS], nats = 0;
    while (id != m->lang.vocab->eos) {
        const size_t length = strcspn(line, " ");
        id = length ? lm_lang_id(&m->lang, (lm_slice){line, length}) : m->lang.vocab->eos;
        by_definition(m, context, p);
        nats -= log(p[id]);
        memmove(context, context + 1, sizeof context - sizeof *context);
        context[ORDER - 2] = id;
        line += length + (line[length] == ' ');
    }
    return nats;
}

TEST(nnlm_evaluated)
{
    static const char *const lines[] = {"a b c a b", "b a",           "",
                                        "c c a b c", "a b d <unk> a", "zebra a"};
    lm_err e = {0};
    lm_pool *pool;
    lm_nnlm *m = model_of_form(7);
    double nats = 0;
    for (size_t i = 0; i < 6; i++) nats += nats_of_line(m, lines[i]);
    const lm_evaluation one = evaluate(&m->lang, NULL);
    CHECK_OK(lm_pool_new(&pool, 3, &e), &e);
    const lm_evaluation three = evaluate(&m->lang, pool);
    lm_pool_free(pool);
    CHECK_INT(one.events, 25);
    CHECK_INT(one.unknown, 2);
    CHECK_NEAR(lm_evaluation_nats(&one), nats, 1e-5);
    CHECK_BYTES(three.nats, one.nats, sizeof one.nats);
    lm_nnlm_free(m);
}

TEST(nnlm_sampled)
{
    const lm_sampling how = LM_SAMPLING_DEFAULTS;
    lm_err e = {0};
    lm_sampler *sampler;
    const uint32_t *ids;
    size_t count, most = 0;
    lm_nnlm *m = model_of_form(4);
    CHECK_OK(lm_sampler_new(&sampler, &m->lang, &how, &e), &e);
    for (uint64_t i = 0; i < 20; i++) {
        CHECK_OK(lm_sampler_draw(sampler, i, NULL, 0, 30, &ids, &count, &e), &e);
        for (size_t k = 0; k < count; k++) CHECK(ids[k] >= 2 && ids[k] < m->outputs);
        most = count > most ? count : most;
    }
    CHECK(most > 2);
    lm_sampler_free(sampler);
    lm_nnlm_free(m);
}

/* p after a sentence's first word: of words that both parts know, the sum of theirs. */
static void check_mixed(const double *p, const lm_mix *mix, uint32_t first)
{
    lm_err e = {0};
    double part[2][32], unused;
    int order;
    for (size_t i = 0; i < 2; i++) {
        const lm_lang *lang = mix->part[i].model.lang;
        void *state = new_state(lang, false);
        CHECK_OK(lang->type->score(lang, state, &mix->part[i].id[first], 1, &unused, &order, &e),
                 &e);
        CHECK_OK(lang->type->predict(lang, state, part[i], &e), &e);
        free(state);
    }
    for (char c = 'a'; c <= 'd'; c++) {
        const lm_slice word = {&c, 1};
        double sum = 0;
        for (size_t i = 0; i < 2; i++)
            sum += mix->weight[i] * part[i][lm_lang_id(mix->part[i].model.lang, word)];
        CHECK_NEAR(p[lm_lang_id(&mix->lang, word)], sum, 1e-15);
    }
}

/* An n-gram model and an NNLM that know other words. */
TEST(nnlm_in_a_mixture)
{
    static const double weights[] = {0.25, 0.75};
    lm_err e = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    lm_model model[2], loaded;
    lm_mix *mix;
    double p[2][32];
    o.order = 2;
    lm_ngram *ngram = model_of(lm_slice_of(corpus), LM_UNIT_WORD, &o, NULL);
    save_model(ngram, "ngram.lm", NULL);
    lm_ngram_free(ngram);
    lm_nnlm *m = model_of_form(5);
    nnlm_write(m, "nnlm.lm");
    lm_nnlm_free(m);
    CHECK_OK(lm_model_open(&model[0], "ngram.lm", &e), &e);
    CHECK_OK(lm_model_open(&model[1], "nnlm.lm", &e), &e);
    CHECK_OK(lm_mix_new(&mix, model, 2, weights, &e), &e);
    lm_ckpt_writer *w;
    CHECK_OK(lm_ckpt_writer_new(&w, "mix", &e), &e);
    CHECK_OK(lm_mix_save(mix, w, &e), &e);
    write_checkpoint(w, "mix.lm", NULL);
    CHECK_OK(lm_model_open(&loaded, "mix.lm", &e), &e);
    CHECK_INT(mix->lang.vocab->size, WORDS + 1); /* and the zebra */
    for (uint32_t word = 0; word <= WORDS; word++) {
        void *state[] = {new_state(&mix->lang, false), new_state(loaded.lang, false)};
        double sum = 0, alone;
        int order;
        CHECK_OK(lm_mix_lang.score(&mix->lang, state[0], &word, 1, &alone, &order, &e), &e);
        CHECK_OK(lm_mix_lang.score(loaded.lang, state[1], &word, 1, &alone, &order, &e), &e);
        for (int i = 0; i < 2; i++)
            CHECK_OK(lm_mix_lang.predict(i ? loaded.lang : &mix->lang, state[i], p[i], &e), &e);
        for (uint32_t i = 0; i <= WORDS; i++) sum += p[0][i];
        CHECK_NEAR(sum, 1, 1e-6);
        CHECK_BYTES(p[0], p[1], (WORDS + 1) * sizeof p[0][0]);
        check_mixed(p[0], mix, word);
        free(state[0]);
        free(state[1]);
    }
    lm_mix_free(mix);
    lm_model_close(&loaded);
    lm_model_close(&model[0]);
    lm_model_close(&model[1]);
}

/* ---- without memory ---- */

TEST(nnlm_made_without_memory)
{
    static const uint64_t count[WORDS];
    for (int form = 0; form < 8; form++) {
        const lm_nnlm_shape shape = nnlm_form(form, ORDER, DIM, HIDDEN);
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_nnlm *m;
            lm_nnlm_room room;
            lm_vocab *v;
            lm_status s = lm_vocab_new(&v, &e);
            if (!s) s = lm_vocab_add_mark(v, "</s>", &v->eos, &e);
            for (uint32_t i = 0, id; !s && i < WORDS - 1; i++)
                s = lm_vocab_add(v, (lm_slice){&"abcdefghijk"[i], 1}, &id, &e);
            if (s) {
                lm_vocab_free(v);
            } else {
                s = lm_nnlm_new(&m, &shape, v, count, &e); /* takes the words, also if it fails */
                CHECK((m == NULL) == (s != LM_OK));
                if (!s) s = lm_nnlm_room_new(&room, m, 3, form % 2, NULL, false, &e);
                if (!s) lm_nnlm_room_free(&room);
                lm_nnlm_free(m);
            }
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            failing_end();
        }
    }
}

TEST(nnlm_used_without_memory)
{
    static const uint32_t ids[] = {2, 3, LM_LINE_BREAK, 1};
    for (int form = 0; form < 8; form++) {
        lm_err e = {0};
        lm_ckpt *ckpt;
        lm_nnlm *m = model_of_form(form);
        void *state = malloc(lm_nnlm_lang.state_size(&m->lang));
        nnlm_write(m, "nnlm.lm");
        lm_nnlm_free(m);
        CHECK_OK(lm_ckpt_open(&ckpt, "nnlm.lm", LM_CKPT_CHECK_ALL, &e), &e);
        for (size_t k = 1; failing_round(k); k++) {
            double p[WORDS];
            int order[4];
            lm_lang *lang;
            e = (lm_err){0};
            lm_status s = lm_nnlm_lang.load(&lang, ckpt, &e);
            CHECK((lang == NULL) == (s != LM_OK));
            if (!s) lm_nnlm_lang.begin(lang, state, false);
            if (!s) s = lm_nnlm_lang.score(lang, state, ids, 1, p, order, &e);
            if (!s) s = lm_nnlm_lang.predict(lang, state, p, &e);
            if (!s) s = lm_nnlm_lang.score(lang, state, ids, 4, p, order, &e); /* more room */
            if (!s) s = lm_nnlm_lang.predict(lang, state, p, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            if (lang) lm_nnlm_lang.free(lang);
            failing_end();
        }
        lm_ckpt_close(ckpt);
        free(state);
    }
}
