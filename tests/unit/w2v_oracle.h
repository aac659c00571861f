/* w2v_oracle.h - losses and gradients of word vectors for words that are given by number, as
 * independent implementations have them.
 *
 *     oracle_find(&q, LM_W2V_SG, LM_W2V_NEGATIVE);     q.loss, q.d_embed, ...
 */
#ifndef W2V_ORACLE_H
#define W2V_ORACLE_H
#include "../../src/model/w2v/desk.h"
#include "../../src/model/w2v/softmax.h"
#include "arrays.h"
#include "lm/few_rows.h"
#include "lm/str.h"
#include "w2vs.h"

/* N examples of C words around a target, with K noise words each. */
typedef struct {
    size_t V, D, N, C, K;
    const lm_real *embed, *output, *bias;        /* (V,D), (V,D), (V) */
    const uint32_t *context, *target, *negative; /* (N,C), (N), (N,K) */
    bool all_contexts; /* skip-gram: the target predicts each of its words; else it is predicted
                          from the first */
    double rate;       /* of the steps that gradients are taken from */

    double loss; /* the sum */
    lm_real *d_embed, *d_output, *d_bias;
} oracle;

/* Every word once: numbers are theirs. */
static inline lm_w2v *oracle_model(const oracle *q, lm_w2v_text *text, const lm_w2v_shape *shape,
                                   const char *pairs)
{
    lm_err e = {0};
    lm_w2v *m;
    lm_str words = {0};
    lm_word_choice choice = {.bare = true, .closed = true};
    for (size_t i = 0; i < q->V; i++) CHECK_OK(lm_str_addf(&words, &e, "w%zu\n", i), &e);
    CHECK_OK(lm_words_read_counted(&choice, lm_slice_of(words.text), "list", &e), &e);
    if (pairs)
        CHECK_OK(lm_w2v_pairs_read(text, lm_slice_of(pairs), "pairs", &e), &e);
    else
        w2v_read(text, words.text);
    lm_str_free(&words);
    CHECK_OK(lm_w2v_of_text(&m, text, "text", shape, &choice, NULL, &e), &e);
    CHECK_OK(lm_w2v_room(m, &e), &e);
    memcpy(m->weights.embed, q->embed, q->V * q->D * sizeof *q->embed);
    memcpy(m->weights.output, q->output, q->V * q->D * sizeof *q->output);
    if (shape->bias) memcpy(m->weights.bias, q->bias, q->V * sizeof *q->bias);
    lm_vocab_free(choice.list);
    return m;
}

/* Of example i: its words and what they predict, or one pair for each. */
static inline void oracle_add_pairs(const oracle *q, lm_w2v_mode mode, size_t i, lm_str *pairs)
{
    lm_err e = {0};
    const unsigned target = q->target[i];
    const bool one = mode == LM_W2V_SG;
    for (size_t k = 0; k < (one && !q->all_contexts ? 1 : q->C); k++) {
        const unsigned word = q->context[i * q->C + k];
        if (one && q->all_contexts)
            CHECK_OK(lm_str_addf(pairs, &e, "w%u\tw%u\n", target, word), &e);
        else if (one || k + 1 == q->C)
            CHECK_OK(lm_str_addf(pairs, &e, "w%u\tw%u\n", word, target), &e);
        else
            CHECK_OK(lm_str_addf(pairs, &e, "w%u ", word), &e);
    }
}

static inline void oracle_softmax(oracle *q, lm_w2v_mode mode)
{
    const lm_w2v_shape shape = {
        .mode = mode, .loss = LM_W2V_SOFTMAX, .dim = q->D, .window = 1, .bias = true};
    lm_err e = {0};
    lm_w2v_text text;
    lm_w2v_softmax softmax;
    lm_str pairs = {0};
    uint64_t ids[100];
    double events = 0;
    for (size_t i = 0; i < q->N; i++) oracle_add_pairs(q, mode, i, &pairs);
    lm_w2v *m = oracle_model(q, &text, &shape, pairs.text);
    lm_str_free(&pairs);
    const size_t count = (size_t)text.pairs.count;
    for (size_t i = 0; i < count; i++) ids[i] = i;
    lm_compute *on = with_threads(1);
    CHECK_OK(lm_w2v_softmax_new(&softmax, m, &text, &(lm_w2v_training){.noise = 0}, count, &e), &e);
    const lm_w2v_weights d = {.embed = q->d_embed, .output = q->d_output, .bias = q->d_bias};
    const lm_batch batch = {.ids = ids, .count = count};
    q->loss = lm_w2v_softmax_both(on, &softmax, &m->weights, &d, &batch, (double)count, &events);
    CHECK(events == (double)count);
    without_threads(on);
    lm_w2v_softmax_free(&softmax);
    lm_w2v_free(m);
    lm_w2v_text_free(&text);
}

/* A block of one centre, example i; slots are the words' numbers. */
static inline void oracle_block(const oracle *q, lm_w2v_block *b, lm_w2v_mode mode, size_t window,
                                size_t i)
{
    const size_t near = mode == LM_W2V_SG ? 1 : q->C;
    b->centres = 1;
    b->left[0] = (uint8_t)(near < window ? near : window);
    b->right[0] = (uint8_t)(near - b->left[0]);
    for (size_t k = 0; k < near; k++)
        b->word[window - b->left[0] + k + (k >= b->left[0])] = q->context[i * q->C + k];
    b->target[0] = q->target[i];
    for (size_t k = 0; k < LM_W2V_NOISE_GROUPS * q->K; k++)
        b->noise[k] = q->negative[i * q->K + k % q->K];
    b->inputs.count = b->outputs.count = q->V;
    for (uint32_t w = 0; w < q->V; w++) b->inputs.row[w] = b->outputs.row[w] = w;
}

static inline void oracle_add(const oracle *q, const lm_real *copies, const lm_real *row,
                              double factor, double *to)
{
    for (size_t i = 0; i < q->V * q->D; i++) {
        const lm_real now = copies[i / q->D * lm_rows_stride(q->D) + i % q->D];
        to[i] += factor * ((double)now - (double)row[i]);
    }
}

/* From steps ahead and back, each from where the weights are. */
static inline void oracle_negative(oracle *q, lm_w2v_mode mode)
{
    const size_t window = q->C / 2, size = q->V * q->D;
    const lm_w2v_shape shape = {
        .mode = mode, .loss = LM_W2V_NEGATIVE, .dim = q->D, .window = window, .noise_power = 1};
    const lm_w2v_training how = {.noise = q->K, .fixed_window = true};
    lm_err e = {0};
    lm_w2v_text text;
    lm_w2v_planner planner;
    lm_w2v_round round = {.text = NULL};
    lm_w2v_desks desks;
    lm_arena arena = {0};
    double *d_embed = doubles(size), *d_output = doubles(size);
    lm_w2v *m = oracle_model(q, &text, &shape, NULL);
    CHECK_OK(lm_w2v_planner_new(&planner, m, &text, &how, &e), &e);
    CHECK_OK(lm_w2v_round_new(&round, &planner, &arena, &e), &e);
    CHECK_OK(lm_w2v_desks_new(&desks, &planner, 1, false, &e), &e);
    q->loss = 0;
    for (size_t i = 0; i < q->N; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            oracle_block(q, &round.block[0], mode, window, i);
            lm_w2v_learn(&planner, &round.block[0], &m->weights, desks.desk, sign * q->rate);
            oracle_add(q, desks.desk->inputs, m->weights.embed, -sign / (2 * q->rate), d_embed);
            oracle_add(q, desks.desk->outputs, m->weights.output, -sign / (2 * q->rate), d_output);
            q->loss += sign > 0 ? desks.desk->loss.loss : 0;
        }
    for (size_t i = 0; i < size; i++) q->d_embed[i] = (lm_real)d_embed[i];
    for (size_t i = 0; i < size; i++) q->d_output[i] = (lm_real)d_output[i];
    lm_w2v_desks_free(&desks);
    lm_arena_free(&arena);
    lm_w2v_planner_free(&planner);
    lm_w2v_free(m);
    lm_w2v_text_free(&text);
}

/* Gradients of the sum of losses. */
static inline void oracle_find(oracle *q, lm_w2v_mode mode, lm_w2v_loss loss)
{
    q->d_embed = zeros(q->V * q->D);
    q->d_output = zeros(q->V * q->D);
    q->d_bias = zeros(q->V);
    if (loss == LM_W2V_SOFTMAX)
        oracle_softmax(q, mode);
    else
        oracle_negative(q, mode);
}
#endif
