/* mix.c - tests of mixtures: what they say, how they are kept, and the weights EM finds. */
#include "lm/mix.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/ngram.h"
#include "models.h"
#include "test.h"

static double uniform(void) /* splitmix64 */
{
    static uint64_t state = 1;
    uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* ---- EM ---- */

static lm_mix_fit em(const double *p, size_t tokens, size_t models, lm_mix_stop stop,
                     double *weight)
{
    lm_err e = {0};
    lm_mix_fit fit;
    for (size_t i = 0; i < models; i++) weight[i] = 1 / (double)models;
    CHECK_OK(lm_mix_em(p, tokens, models, &stop, NULL, weight, &fit, &e), &e);
    return fit;
}

/* With libm, and in the plainest way. */
static double log_likelihood(const double *p, size_t tokens, size_t models, const double *weight)
{
    double sum = 0;
    for (size_t t = 0; t < tokens; t++) {
        double total = 0;
        for (size_t i = 0; i < models; i++) total += weight[i] * p[t * models + i];
        if (total > 0) sum += log(total);
    }
    return sum;
}

/* Models that never agree: the weights are the shares of the tokens, after one step. */
TEST(em_of_disjoint_models)
{
    static const double p[] = {0.5, 0, 0.25, 0, 0, 0.125, 0.5, 0};
    double weight[2];
    lm_mix_fit fit = em(p, 4, 2, (lm_mix_stop){0, 1}, weight);
    CHECK_NEAR(weight[0], 0.75, 1e-15);
    CHECK_NEAR(weight[1], 0.25, 1e-15);
    CHECK_INT(fit.iterations, 1);
    CHECK(!fit.converged);
    CHECK_NEAR(fit.nats, -log(0.75 * 0.75 * 0.75 * 0.25 * 0.5 * 0.25 * 0.125 * 0.5), 1e-13);
    fit = em(p, 4, 2, (lm_mix_stop){1e-9, 100}, weight);
    CHECK_INT(fit.iterations, 2); /* the second changes nothing */
    CHECK(fit.converged);
}

/* Tokens (0.4, 0.1) and (0.2, 0.6): the derivative by the first weight v is 0 where
 * 0.3 / (0.1 + 0.3 v) = 0.4 / (0.6 - 0.4 v), which is v = 7/12. */
TEST(em_of_a_closed_form)
{
    static const double p[] = {0.4, 0.1, 0.2, 0.6};
    double weight[2];
    const lm_mix_fit fit = em(p, 2, 2, (lm_mix_stop){0, 100000}, weight);
    CHECK_NEAR(weight[0], 7.0 / 12, 1e-7);
    CHECK_NEAR(weight[1], 5.0 / 12, 1e-7);
    CHECK_NEAR(fit.nats, -log(0.1 + 0.3 * 7 / 12) - log(0.6 - 0.4 * 7 / 12), 1e-14);
}

/* A model that is worse for every token ends without weight. */
TEST(em_of_a_useless_model)
{
    static const double p[] = {0.5, 0.1, 0.25, 0.2};
    double weight[2];
    const lm_mix_fit fit = em(p, 2, 2, (lm_mix_stop){1e-15, 1000}, weight);
    CHECK_NEAR(weight[0], 1, 1e-9);
    CHECK_NEAR(fit.nats, log(8), 1e-9);
}

enum { TOKENS = 10000, MODELS = 4 };

/* Probabilities whose sizes differ much, as those of words do; some are 0. */
static double *random_probabilities(size_t models)
{
    double *p = malloc(TOKENS * models * sizeof *p);
    CHECK(p != NULL);
    for (size_t t = 0; t < TOKENS; t++)
        for (size_t i = 0; i < models; i++)
            p[t * models + i] = uniform() < 0.02 ? 0 : exp(-9 * uniform());
    return p;
}

/* The log-likelihood of two models has one maximum: sections find it without any derivative. */
TEST(em_against_a_search)
{
    double *p = random_probabilities(2), weight[2], low = 0, high = 1;
    for (size_t t = 0; t < TOKENS; t++) p[2 * t] *= p[2 * t]; /* not as good as the other */
    const lm_mix_fit fit = em(p, TOKENS, 2, (lm_mix_stop){1e-15, 100000}, weight);
    for (int i = 0; i < 100; i++) {
        const double third = (high - low) / 3, a = low + third, b = high - third;
        const double at_a = log_likelihood(p, TOKENS, 2, (double[]){a, 1 - a});
        const double at_b = log_likelihood(p, TOKENS, 2, (double[]){b, 1 - b});
        *(at_a < at_b ? &low : &high) = at_a < at_b ? a : b;
    }
    CHECK(low > 0.1 && low < 0.5);
    CHECK_NEAR(weight[0], low, 1e-5);
    CHECK_INT(fit.zeroprobs > 0, 1);
    free(p);
}

/* At the maximum the derivative by every weight that is not 0 is the number of tokens, and those
 * of the others are less (Kuhn and Tucker). */
TEST(em_at_the_maximum)
{
    double *p = random_probabilities(MODELS), weight[MODELS], sum = 0;
    for (size_t t = 0; t < TOKENS; t++) p[MODELS * t + 2] *= 0.01;
    (void)em(p, TOKENS, MODELS, (lm_mix_stop){0, 20000}, weight);
    for (size_t i = 0; i < MODELS; i++) {
        double derivative = 0, n = 0;
        for (size_t t = 0; t < TOKENS; t++) {
            double total = 0;
            for (size_t k = 0; k < MODELS; k++) total += weight[k] * p[t * MODELS + k];
            if (total > 0) derivative += p[t * MODELS + i] / total;
            n += total > 0;
        }
        if (weight[i] > 1e-6)
            CHECK_NEAR(derivative / n, 1, 1e-6);
        else
            CHECK(derivative / n < 1);
        sum += weight[i];
    }
    CHECK_NEAR(sum, 1, 1e-12);
    free(p);
}

TEST(em_never_descends)
{
    double *p = random_probabilities(MODELS), weight[MODELS], before = -(double)INFINITY;
    for (int64_t n = 0; n <= 30; n++) {
        const lm_mix_fit fit = em(p, TOKENS, MODELS, (lm_mix_stop){0, n}, weight);
        const double found = log_likelihood(p, TOKENS, MODELS, weight);
        CHECK_INT(fit.iterations, n);
        CHECK(n > 5 ? found > before - 1e-8 : found > before);
        before = found;
    }
    free(p);
}

/* Tokens of no probability count for nothing, and leave no NaN. */
TEST(em_without_probabilities)
{
    static const double p[] = {0, 0, 0.5, 0, 0, 0.25, 0, 0, 0, 0, 0.5, 0};
    static const double none[6] = {0};
    double weight[2];
    lm_mix_fit fit = em(p, 6, 2, (lm_mix_stop){1e-9, 100}, weight);
    CHECK_NEAR(weight[0], 2.0 / 3, 1e-15);
    CHECK_INT(fit.zeroprobs, 3);
    CHECK(isinf(fit.nats) && fit.nats > 0);
    fit = em(none, 3, 2, (lm_mix_stop){1e-9, 100}, weight);
    CHECK(weight[0] == 0.5 && weight[1] == 0.5);
    CHECK_INT(fit.zeroprobs, 3);
    CHECK(fit.converged);
}

TEST(em_with_threads)
{
    lm_err e = {0};
    double *p = random_probabilities(MODELS), weight[MODELS];
    const lm_mix_stop stop = {1e-9, 50};
    const lm_mix_fit fit = em(p, TOKENS, MODELS, stop, weight);
    for (size_t threads = 2; threads <= 5; threads++) {
        double found[MODELS] = {0.25, 0.25, 0.25, 0.25};
        lm_mix_fit again;
        lm_pool *pool;
        CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
        CHECK_OK(lm_mix_em(p, TOKENS, MODELS, &stop, &(lm_run){.pool = pool}, found, &again, &e),
                 &e);
        lm_pool_free(pool);
        CHECK_BYTES(found, weight, sizeof weight);
        CHECK_INT(again.iterations, fit.iterations);
    }
    free(p);
}

/* ---- mixtures ---- */

static void train(const char *path, const char *lines, lm_ngram_options o)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    lm_ngram *m = model_of(lm_slice_of(lines), LM_UNIT_WORD, &o, NULL);
    CHECK_OK(lm_ckpt_writer_new(&w, "ngram", &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "lm.history", lm_slice_of(path), &e), &e);
    CHECK_OK(lm_ngram_save(m, w, &e), &e);
    write_checkpoint(w, path, NULL);
    lm_ngram_free(m);
}

enum { PARTS = 3 };
static const double weights[PARTS] = {0.5, 0.125, 0.375};

/* Words that all know, that some know, and one that is <unk> to all; c.lm has no <unk>. */
static void open_models(lm_model model[PARTS])
{
    lm_err e = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 3;
    train("a.lm", "a b c a b\nb a\n\nc c a b c\na b d <unk> a\n", o);
    o.order = 2;
    o.smooth = LM_NGRAM_ADDK;
    train("b.lm", "b x a\nx x y b\na longer b\n", o);
    o.smooth = LM_NGRAM_MLE;
    o.choice.closed = true;
    train("c.lm", "a b\nb x z\na z\n", o);
    CHECK_OK(lm_model_open(&model[0], "a.lm", &e), &e);
    CHECK_OK(lm_model_open(&model[1], "b.lm", &e), &e);
    CHECK_OK(lm_model_open(&model[2], "c.lm", &e), &e);
}

static lm_mix *mix_models(const lm_model model[PARTS])
{
    lm_err e = {0};
    lm_mix *mix;
    CHECK_OK(lm_mix_new(&mix, model, PARTS, weights, &e), &e);
    return mix;
}

static void close_all(lm_mix *mix, lm_model model[PARTS])
{
    lm_mix_free(mix);
    for (int i = 0; i < PARTS; i++) lm_model_close(&model[i]);
}

static void save(const lm_mix *mix, const char *path)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    CHECK_OK(lm_ckpt_writer_new(&w, "mix", &e), &e);
    CHECK_OK(lm_mix_save(mix, w, &e), &e);
    write_checkpoint(w, path, NULL);
}

TEST(mixture_vocabulary)
{
    static const char *const words[] = {"<unk>", "</s>",   "a", "b", "c",  "d",
                                        "x",     "longer", "y", "z", "<s>"};
    lm_model model[PARTS];
    open_models(model);
    lm_mix *mix = mix_models(model);
    const lm_vocab *v = mix->lang.vocab;
    CHECK_INT(v->size, sizeof words / sizeof *words);
    for (uint32_t id = 0; id < v->size; id++) {
        const lm_slice word = lm_vocab_word(v, id);
        if (!lm_slice_is(word, words[id])) printf("%u: %.*s\n", id, (int)word.length, word.text);
        CHECK(lm_slice_is(word, words[id]));
    }
    CHECK(v->unk == 0 && v->eos == 1 && v->bos == v->size - 1);
    CHECK_INT(mix->lang.order, 3);
    close_all(mix, model);
}

/* What the parts say of a word, in the order of the definition, with libm. */
static double by_definition(const lm_mix *mix, const uint32_t *ids, size_t count)
{
    lm_err e = {0};
    double sum = 0;
    const lm_vocab *all = mix->lang.vocab;
    for (size_t i = 0; i < mix->count; i++) {
        const lm_lang *lang = mix->part[i].model.lang;
        void *state = malloc(lang->type->state_size(lang));
        double p = 0, share = 1, rest = 1;
        int order;
        lang->type->begin(lang, state, false);
        for (size_t t = 0; t < count; t++) {
            const lm_slice word = lm_vocab_word(all, ids[t]);
            const uint32_t own = ids[t] == all->eos ? lang->vocab->eos : lm_lang_id(lang, word);
            CHECK_OK(lang->type->score(lang, state, &own, 1, &p, &order, &e), &e);
        }
        for (uint32_t id = 0; id < all->size; id++) {
            const lm_slice word = lm_vocab_word(all, id);
            const bool strange = id != all->eos && id != all->bos && id != all->unk &&
                                 lm_vocab_find(lang->vocab, word) == LM_NO_WORD;
            const double spelled = exp2(-lm_spell_bits(&lang->spell, word));
            if (strange) rest -= spelled;
            if (strange && id == ids[count - 1]) share = spelled;
        }
        sum += weights[i] * p * (ids[count - 1] == all->unk ? rest : share);
        free(state);
    }
    return sum;
}

/* All contexts of up to two words: the sum is 1; predicting, scoring and the definition agree. */
static void check_context(const lm_mix *mix, uint32_t first, uint32_t second)
{
    lm_err e = {0};
    const lm_lang *lang = &mix->lang;
    uint32_t ids[3] = {first, second};
    size_t count = 0;
    double p[32], sum = 0;
    void *state = malloc(mix->state_size);
    lang->type->begin(lang, state, false);
    while (count < 2 && ids[count] != LM_NO_WORD) {
        double score;
        int order;
        CHECK_OK(lang->type->score(lang, state, &ids[count++], 1, &score, &order, &e), &e);
    }
    CHECK_OK(lang->type->predict(lang, state, p, &e), &e);
    for (uint32_t w = 0; w < lang->vocab->size; w++) {
        double score[3];
        int order[3];
        sum += p[w];
        if (w == lang->vocab->bos) continue;
        ids[count] = w;
        CHECK_NEAR(p[w], by_definition(mix, ids, count + 1), 1e-15);
        lang->type->begin(lang, state, false);
        CHECK_OK(lang->type->score(lang, state, ids, count + 1, score, order, &e), &e);
        CHECK_NEAR(score[count], p[w], 1e-16);
    }
    CHECK_NEAR(p[lang->vocab->bos], 0, 0);
    CHECK_NEAR(sum, 1, 1e-6);
    free(state);
}

TEST(mixture_sums_to_one)
{
    lm_model model[PARTS];
    open_models(model);
    lm_mix *mix = mix_models(model);
    const uint32_t words = mix->lang.vocab->size - 1; /* without <s> */
    CHECK(mix->lang.vocab->size < 32);
    check_context(mix, LM_NO_WORD, LM_NO_WORD);
    for (uint32_t a = 0; a < words; a++) {
        check_context(mix, a, LM_NO_WORD);
        for (uint32_t b = 0; b < words; b++) check_context(mix, a, b);
    }
    close_all(mix, model);
}

/* ---- checkpoints ---- */

static void check_same(const lm_lang *a, const lm_lang *b)
{
    lm_err e = {0};
    double p[2][64], score[2][64];
    int order[2][64];
    uint32_t ids[64];
    void *state[2] = {malloc(a->type->state_size(a)), malloc(b->type->state_size(b))};
    CHECK_INT(a->vocab->size, b->vocab->size);
    CHECK_BYTES(&a->spell, &b->spell, sizeof a->spell);
    CHECK_INT(a->order, b->order);
    for (uint32_t t = 0; t < 64; t++)
        ids[t] = t % 9 == 8 ? LM_LINE_BREAK : (t * 7 + t / 5) % a->vocab->size;
    a->type->begin(a, state[0], false);
    b->type->begin(b, state[1], false);
    CHECK_OK(a->type->score(a, state[0], ids, 64, score[0], order[0], &e), &e);
    CHECK_OK(b->type->score(b, state[1], ids, 64, score[1], order[1], &e), &e);
    CHECK_BYTES(score[0], score[1], sizeof score[0]);
    CHECK_BYTES(order[0], order[1], sizeof order[0]);
    CHECK_OK(a->type->predict(a, state[0], p[0], &e), &e);
    CHECK_OK(b->type->predict(b, state[1], p[1], &e), &e);
    CHECK_BYTES(p[0], p[1], a->vocab->size * sizeof p[0][0]);
    free(state[0]);
    free(state[1]);
}

TEST(mixture_saved_and_loaded)
{
    lm_err e = {0};
    lm_model model[PARTS], loaded;
    open_models(model);
    lm_mix *mix = mix_models(model);
    save(mix, "mix.lm");
    CHECK_OK(lm_model_open(&loaded, "mix.lm", &e), &e);
    CHECK(loaded.lang->type == &lm_mix_lang);
    check_same(&mix->lang, loaded.lang);
    save((const lm_mix *)loaded.lang, "again.lm");
    CHECK(same_files("mix.lm", "again.lm"));
    CHECK_TEXT(lm_ckpt_meta(loaded.ckpt, "lm.config"),
               "{\"weights\":[0.5,0.125,0.375],\"vocab\":11}");
    CHECK_TEXT(lm_ckpt_meta(loaded.ckpt, "1.lm.history"), "b.lm");
    CHECK_TEXT(lm_ckpt_meta(loaded.ckpt, "1.lm.config"), lm_ckpt_meta(model[1].ckpt, "lm.config"));
    CHECK_TEXT(lm_ckpt_meta(loaded.ckpt, "2.lm.kind"), "ngram");
    CHECK(lm_ckpt_find(loaded.ckpt, "0.rank") != NULL);
    lm_model_close(&loaded);
    close_all(mix, model);
}

/* A part is the model it was made of, and is again one if written alone. */
TEST(mixture_taken_apart)
{
    lm_err e = {0};
    lm_model model[PARTS];
    lm_ckpt *ckpt, *part;
    lm_lang *lang;
    open_models(model);
    lm_mix *mix = mix_models(model);
    save(mix, "mix.lm");
    CHECK_OK(lm_ckpt_open(&ckpt, "mix.lm", LM_CKPT_CHECK_ALL, &e), &e);
    for (size_t i = 0; i < PARTS; i++) {
        CHECK_OK(lm_ckpt_part(&part, ckpt, i, &e), &e);
        CHECK_INT(lm_ckpt_count(part), lm_ckpt_count(model[i].ckpt));
        CHECK_OK(lm_model_load(&lang, part, &e), &e);
        check_same(lang, model[i].lang);
        lang->type->free(lang);
        lm_ckpt_close(part);
    }
    CHECK_FAILS(lm_ckpt_part(&part, ckpt, PARTS, &e), LM_EFORMAT, &e,
                "mix.lm: part 3: lm.kind is missing");
    CHECK(part == NULL);
    lm_ckpt_close(ckpt);
    close_all(mix, model);
}

/* A mixture of a mixture is the flat one with the products of the weights. */
TEST(mixture_of_mixtures)
{
    static const double inner[] = {0.25, 0.75}, outer[] = {0.5, 0.5}, flat[] = {0.5, 0.125, 0.375};
    lm_err e = {0};
    lm_model model[PARTS], pair[2];
    lm_mix *mix, *nested, *same;
    open_models(model);
    CHECK_OK(lm_mix_new(&mix, model + 1, 2, inner, &e), &e);
    save(mix, "inner.lm");
    lm_mix_free(mix);
    pair[0] = model[0];
    CHECK_OK(lm_model_open(&pair[1], "inner.lm", &e), &e);
    CHECK_OK(lm_mix_new(&nested, pair, 2, outer, &e), &e);
    CHECK_OK(lm_mix_new(&same, model, PARTS, flat, &e), &e);
    CHECK_INT(nested->depth, 2);
    CHECK_INT(nested->lang.vocab->size, same->lang.vocab->size);
    void *state = malloc(nested->state_size + same->state_size);
    double a[32], b[32], sum = 0;
    lm_mix_lang.begin(&nested->lang, state, false);
    CHECK_OK(lm_mix_lang.predict(&nested->lang, state, a, &e), &e);
    lm_mix_lang.begin(&same->lang, state, false);
    CHECK_OK(lm_mix_lang.predict(&same->lang, state, b, &e), &e);
    for (uint32_t w = 0; w < same->lang.vocab->size; w++) {
        const lm_slice word = lm_vocab_word(same->lang.vocab, w);
        /* c has no <unk>, but their mixture has: what only a knows, it spells otherwise. */
        if (!lm_slice_is(word, "c") && !lm_slice_is(word, "d") && !lm_slice_is(word, "<unk>"))
            CHECK_NEAR(a[w], b[w], 1e-12);
        sum += a[w];
    }
    CHECK_NEAR(sum, 1, 1e-6);
    save(nested, "nested.lm");
    lm_model loaded;
    CHECK_OK(lm_model_open(&loaded, "nested.lm", &e), &e);
    check_same(loaded.lang, &nested->lang);
    CHECK_TEXT(lm_ckpt_meta(loaded.ckpt, "1.0.lm.history"), "b.lm");
    lm_model_close(&loaded);
    free(state);
    lm_mix_free(nested);
    lm_model_close(&pair[1]);
    close_all(same, model);
}

/* As deep as a checkpoint can hold, and no deeper. */
TEST(mixtures_too_deep)
{
    lm_err e = {0};
    lm_model model[PARTS], pair[2];
    lm_mix *mix;
    open_models(model);
    pair[0] = pair[1] = model[0];
    for (int depth = 1; depth <= LM_CKPT_PARTS_DEEP; depth++) {
        CHECK_OK(lm_mix_new(&mix, pair, 2, NULL, &e), &e);
        CHECK_INT(mix->depth, depth);
        save(mix, "deep.lm");
        lm_mix_free(mix);
        if (depth > 1) lm_model_close(&pair[1]);
        CHECK_OK(lm_model_open(&pair[1], "deep.lm", &e), &e);
    }
    CHECK_FAILS(lm_mix_new(&mix, pair, 2, NULL, &e), LM_EUSAGE, &e,
                "mixtures in mixtures 9 deep, at most 8 are allowed");
    CHECK(mix == NULL);
    lm_ckpt_writer *w; /* written all the same */
    e = (lm_err){0};
    CHECK_OK(lm_ckpt_writer_new(&w, "mix", &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of("{\"weights\":[1],\"vocab\":7}"), &e),
             &e);
    CHECK_OK(lm_ckpt_add_part(w, 0, pair[1].ckpt, &e), &e);
    write_checkpoint(w, "deeper.lm", NULL);
    lm_model_close(&pair[1]);
    CHECK_FAILS(lm_model_open(&pair[1], "deeper.lm", &e), LM_EFORMAT, &e,
                "deeper.lm: part 0.1.1.1.1.1.1.1.0: more than 8 parts deep");
    close_all(NULL, model);
}

/* A mixture of the two models with this configuration. */
static void refuse(const lm_model model[PARTS], const char *config, const char *message)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    lm_model loaded;
    CHECK_OK(lm_ckpt_writer_new(&w, "mix", &e), &e);
    if (config) CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of(config), &e), &e);
    CHECK_OK(lm_ckpt_add_part(w, 0, model[0].ckpt, &e), &e);
    CHECK_OK(lm_ckpt_add_part(w, 1, model[1].ckpt, &e), &e);
    write_checkpoint(w, "lie.lm", NULL);
    if (!message) {
        CHECK_OK(lm_model_open(&loaded, "lie.lm", &e), &e);
        lm_model_close(&loaded);
        return;
    }
    CHECK_FAILS(lm_model_open(&loaded, "lie.lm", &e), LM_EFORMAT, &e, message);
    CHECK(loaded.lang == NULL && loaded.ckpt == NULL);
}

TEST(lying_mixtures)
{
    lm_model model[PARTS];
    open_models(model);
    refuse(model, "{\"weights\":[0.5,0.5],\"vocab\":10}", NULL);
    refuse(model, "{\"weights\":[1],\"vocab\":7}", NULL); /* more than is used */
    refuse(model, NULL, "lie.lm: lm.config is missing");
    refuse(model, "[]", "lie.lm: lm.config: byte 0: expected an object");
    refuse(model, "{\"weights\":[0.5,0.5],\"vocab\":9}",
           "lie.lm: lm.config: a vocabulary of 9, but the parts have 10");
    refuse(model, "{\"weights\":[0.5,0.5]}", "a vocabulary of 0");
    refuse(model, "{\"vocab\":10}", "lie.lm: lm.config: the weights sum to 0, expected 1");
    refuse(model, "{\"weights\":[0.5,0.6],\"vocab\":10}", "the weights sum to 1.1, expected 1");
    refuse(model, "{\"weights\":[1.5,-0.5],\"vocab\":10}", "weight 0 is 1.5, expected 0 to 1");
    refuse(model, "{\"weights\":[0.5,0.25,0.25],\"vocab\":10}",
           "lie.lm: part 2: lm.kind is missing");
    refuse(model, "{\"weights\":[0.5,\"x\"],\"vocab\":10}", "lie.lm: lm.config: byte");
    char many[1024] = "{\"weights\":[1";
    for (int i = 1; i <= LM_MIX_PARTS_MAX; i++) memcpy(many + strlen(many), ",0", 3);
    refuse(model, many, "more than 64 weights");
    close_all(NULL, model);
}

TEST(mixtures_that_cannot_be)
{
    static const double half[] = {0.5, 0.5}, more[] = {0.5, 0.6}, below[] = {1.5, -0.5},
                        nan[] = {(double)NAN, 1};
    lm_err e = {0};
    lm_model model[PARTS], other;
    lm_mix *mix;
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    open_models(model);
    CHECK_FAILS(lm_mix_new(&mix, model, 2, more, &e), LM_EUSAGE, &e, "the weights sum to 1.1");
    e = (lm_err){0};
    CHECK_FAILS(lm_mix_new(&mix, model, 2, below, &e), LM_EUSAGE, &e, "weight 0 is 1.5");
    e = (lm_err){0};
    CHECK_FAILS(lm_mix_new(&mix, model, 2, nan, &e), LM_EUSAGE, &e, "weight 0 is");
    e = (lm_err){0};
    CHECK_FAILS(lm_mix_new(&mix, model, 0, NULL, &e), LM_EUSAGE, &e, "a mixture of 0 models");
    e = (lm_err){0};
    o.choice.no_marks = true;
    train("other.lm", "a b\n", o);
    CHECK_OK(lm_model_open(&other, "other.lm", &e), &e);
    CHECK_FAILS(lm_mix_new(&mix, (lm_model[]){other, model[0]}, 2, half, &e), LM_EUSAGE, &e,
                "a.lm has the mark <s>, other.lm has not: they cannot be mixed");
    CHECK(mix == NULL);
    lm_model_close(&other);
    close_all(NULL, model);
}

/* ---- weights of a mixture ---- */

TEST(tuning_a_mixture)
{
    static const char held[] = "a b c\nx z\n\nq b longer a\n";
    lm_err e = {0};
    lm_model model[PARTS];
    lm_mix_report report, fixed;
    lm_text *text;
    lm_pool *pool;
    const lm_mix_stop stop = LM_MIX_STOP_DEFAULTS, none = {0, 0};
    open_models(model);
    lm_mix *mix = mix_models(model);
    CHECK_OK(lm_text_memory(&text, lm_slice_of(held), "held", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_mix_tune(mix, text, &none, NULL, &fixed, &e), &e);
    lm_text_close(text);
    CHECK_INT(fixed.sentences, 4);
    CHECK_INT(fixed.words, 9);
    CHECK_INT(fixed.unknown, 1);
    CHECK_INT(fixed.tokens, 13);
    CHECK_INT(fixed.fit.iterations, 0);
    CHECK_BYTES(mix->weight, weights, sizeof weights);
    CHECK(isinf(fixed.part_nats[2])); /* no <unk>: some token has probability 0 */
    CHECK_OK(lm_pool_new(&pool, 3, &e), &e);
    CHECK_OK(lm_text_memory(&text, lm_slice_of(held), "held", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_mix_tune(mix, text, &stop, &(lm_run){.pool = pool}, &report, &e), &e);
    lm_text_close(text);
    lm_pool_free(pool);
    CHECK(report.fit.converged && report.fit.nats < fixed.fit.nats);
    CHECK(report.fit.nats < report.part_nats[0] && report.fit.nats < report.part_nats[1]);
    CHECK_BYTES(report.part_nats, fixed.part_nats, sizeof report.part_nats);
    CHECK_NEAR(mix->weight[0] + mix->weight[1] + mix->weight[2], 1, 1e-15);
    CHECK_OK(lm_text_memory(&text, lm_slice_of(""), "empty", LM_UNIT_WORD, false, &e), &e);
    CHECK_FAILS(lm_mix_tune(mix, text, &stop, NULL, &report, &e), LM_EFORMAT, &e,
                "empty:1: no text");
    lm_text_close(text);
    close_all(mix, model);
}
