/* w2v_fill.c - tests of Huffman's trees, of the probabilities that CBOW models give, and of the
 * vectors of words from their n-grams. */
#include "lm/w2v_fill.h"
#include <string.h>
#include "../../src/model/w2v/huffman.h"
#include "arrays.h"
#include "failing.h"
#include "lm/vector.h"
#include "w2vs.h"

/* ---- trees ---- */

enum { MOST = 60 };

/* The least sum of count times length: the two rarest things are joined until one is left, and each
 * join costs their counts (Huffman 1952). */
static uint64_t least_cost(const uint64_t *count, size_t V)
{
    uint64_t left[MOST], cost = 0;
    memcpy(left, count, V * sizeof *left);
    for (size_t n = V; n > 1; n--)
        for (int pass = 0; pass < 2; pass++) {
            const size_t last = n - 1 - (size_t)pass;
            size_t least = 0;
            for (size_t i = 1; i <= last; i++)
                if (left[i] < left[least]) least = i;
            const uint64_t rarest = left[least];
            left[least] = left[last];
            left[last] = rarest;
            if (pass == 0) continue;
            left[last] += left[last + 1];
            cost += left[last];
        }
    return cost;
}

/* Ways begin at the root, and at a node either turn leads to one node or word, always the same. */
static void check_ways(const lm_w2v_huffman *t, uint32_t V)
{
    uint32_t after[MOST][2];
    size_t longest = 0, taken = 0;
    memset(after, 0xff, sizeof after);
    for (uint32_t w = 0; w < V; w++) {
        const size_t begin = t->begin[w], end = t->begin[w + 1];
        CHECK(end > begin && t->node[begin] == V - 2);
        if (end - begin > longest) longest = end - begin;
        for (size_t i = begin; i < end; i++) {
            const uint32_t next = i + 1 < end ? t->node[i + 1] : V + w;
            CHECK(t->node[i] < V - 1 && t->turn[i] < 2);
            uint32_t *place = &after[t->node[i]][t->turn[i]];
            CHECK(*place == UINT32_MAX || *place == next);
            taken += *place == UINT32_MAX;
            *place = next;
        }
    }
    CHECK_INT(taken, 2 * (V - 1));
    CHECK_INT(t->longest, longest);
}

static void check_tree(const uint64_t *count, uint32_t V)
{
    lm_err e = {0};
    lm_w2v_huffman tree;
    uint64_t cost = 0;
    CHECK_OK(lm_w2v_huffman_new(&tree, count, V, &e), &e);
    for (uint32_t w = 0; w < V; w++) cost += count[w] * (tree.begin[w + 1] - tree.begin[w]);
    CHECK_INT(cost, least_cost(count, V));
    check_ways(&tree, V);
    lm_w2v_huffman_free(&tree);
}

/* Counts in any order: lists have theirs, and files may claim any. */
TEST(w2v_huffman_is_optimal)
{
    static const uint64_t ranges[] = {1, 2, 3, 10, 1000, 1000000};
    random_state = 1;
    for (uint32_t V = 2; V <= MOST; V++)
        for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
            uint64_t count[MOST];
            for (uint32_t w = 0; w < V; w++) count[w] = below(ranges[k]) * below(ranges[k]);
            check_tree(count, V);
        }
    check_tree((uint64_t[]){0, 0}, 2);
    check_tree((uint64_t[]){13, 8, 5, 3, 2, 1, 1}, 7); /* as long as a way can be */
}

TEST(w2v_huffman_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_w2v_huffman tree;
        const lm_status s = lm_w2v_huffman_new(&tree, (uint64_t[]){5, 2, 1}, 3, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_w2v_huffman_free(&tree);
        failing_end();
    }
}

/* ---- probabilities ---- */

enum { V = 9, D = 5 };

static lm_w2v *drawn_model(const lm_w2v_shape *shape)
{
    static const uint64_t count[V] = {40, 12, 12, 7, 3, 1, 1, 0, 0};
    lm_err e = {0};
    lm_vocab *words;
    lm_w2v *m;
    uint32_t id;
    CHECK_OK(lm_vocab_new(&words, &e), &e);
    for (char c = 'a'; words->size < V; c++)
        CHECK_OK(lm_vocab_add(words, (lm_slice){&c, 1}, &id, &e), &e);
    CHECK_OK(lm_w2v_new(&m, shape, words, count, &e), &e);
    CHECK_OK(lm_w2v_room(m, &e), &e);
    w2v_draw(m->params, m->values);
    return m;
}

static double dot_of(const lm_w2v *m, const double *h, uint32_t row)
{
    double sum = 0;
    for (size_t c = 0; c < D; c++) sum += h[c] * (double)m->weights.output[row * D + c];
    return sum;
}

/* p as w2v_fill.h has it; of a hierarchy, the ways of the tree. */
static void plain_fill(const lm_w2v *m, const double *h, double *p)
{
    lm_err e = {0};
    lm_w2v_huffman tree;
    double sum = 0;
    CHECK_OK(lm_w2v_huffman_new(&tree, m->count, V, &e), &e);
    for (uint32_t w = 0; w < V; w++) {
        p[w] = 1;
        for (size_t i = tree.begin[w]; i < tree.begin[w + 1]; i++)
            p[w] /= 1 + exp((tree.turn[i] ? 1 : -1) * dot_of(m, h, tree.node[i]));
        if (m->shape.loss == LM_W2V_NEGATIVE)
            p[w] = pow((double)m->count[w], m->shape.noise_power) * exp(dot_of(m, h, w));
        if (m->shape.loss == LM_W2V_SOFTMAX)
            p[w] = exp(dot_of(m, h, w) + (m->shape.bias ? (double)m->weights.bias[w] : 0));
        sum += p[w];
    }
    for (uint32_t w = 0; w < V && m->shape.loss != LM_W2V_HIERARCHY; w++) p[w] /= sum;
    lm_w2v_huffman_free(&tree);
}

/* Between the words a, c, a; one that is unknown does not count. */
static void check_fill(const lm_w2v *m)
{
    const lm_slice words[] = {{"a", 1}, {"zebra", 5}, {"c", 1}, {"a", 1}};
    lm_err e = {0};
    lm_w2v_filler *filler;
    double h[D], p[V], expected[V], sum = 0;
    size_t known;
    for (size_t c = 0; c < D; c++)
        h[c] = (2 * (double)m->weights.embed[c] + (double)m->weights.embed[2 * D + c]) /
               (m->shape.sum ? 1 : 3);
    plain_fill(m, h, expected);
    CHECK_OK(lm_w2v_filler_new(&filler, m, &e), &e);
    CHECK_OK(lm_w2v_fill(filler, words, 4, p, &known, &e), &e);
    CHECK_INT(known, 3);
    for (size_t w = 0; w < V; w++) {
        CHECK_NEAR(p[w], expected[w], 1e-6);
        sum += p[w];
    }
    CHECK_NEAR(sum, 1, 1e-9);
    CHECK_OK(lm_w2v_fill(filler, words + 1, 1, p, &known, &e), &e);
    CHECK_INT(known, 0);
    for (size_t w = 0; w < V; w++) CHECK(p[w] == 0);
    lm_w2v_filler_free(filler);
}

TEST(w2v_fill_is_a_distribution)
{
    random_state = 2;
    for (int form = 0; form < 60; form++) {
        const lm_w2v_loss loss = (lm_w2v_loss)(form % 3);
        const lm_w2v_shape shape = {.loss = loss,
                                    .dim = D,
                                    .window = 2,
                                    .noise_power = form / 12 % 2 ? 0.75 : -0.5,
                                    .sum = form / 3 % 2,
                                    .bias = loss == LM_W2V_SOFTMAX && form / 6 % 2};
        lm_w2v *m = drawn_model(&shape);
        if (loss == LM_W2V_NEGATIVE && shape.noise_power < 0) m->count[7] = m->count[8] = 1;
        check_fill(m);
        lm_w2v_free(m);
    }
}

/* Products so large that their exponentials are not numbers. */
TEST(w2v_fill_of_large_weights)
{
    random_state = 3;
    for (int loss = 0; loss < 3; loss++) {
        const lm_w2v_shape shape = {.loss = (lm_w2v_loss)loss, .dim = D, .window = 2};
        const lm_slice word = {"b", 1};
        lm_err e = {0};
        lm_w2v_filler *filler;
        double p[V], sum = 0;
        size_t known;
        lm_w2v *m = drawn_model(&shape);
        for (size_t i = 0; i < m->params->size; i++) m->values[i] *= 1000;
        CHECK_OK(lm_w2v_filler_new(&filler, m, &e), &e);
        CHECK_OK(lm_w2v_fill(filler, &word, 1, p, &known, &e), &e);
        for (size_t w = 0; w < V; w++) sum += p[w];
        CHECK_NEAR(sum, 1, 1e-9);
        lm_w2v_filler_free(filler);
        lm_w2v_free(m);
    }
}

TEST(w2v_fill_that_is_refused)
{
    lm_err e = {0};
    lm_w2v_filler *filler;
    lm_w2v *m = drawn_model(
        &(lm_w2v_shape){.mode = LM_W2V_SG, .loss = LM_W2V_NEGATIVE, .dim = D, .window = 1});
    CHECK_FAILS(lm_w2v_filler_new(&filler, m, &e), LM_EUSAGE, &e, "takes a CBOW model");
    lm_w2v_free(m);
    m = drawn_model(&(lm_w2v_shape){.loss = LM_W2V_NONE, .dim = D, .window = 1});
    e = (lm_err){0};
    CHECK_FAILS(lm_w2v_filler_new(&filler, m, &e), LM_EUSAGE, &e, "vectors alone");
    lm_w2v_free(m);
}

TEST(w2v_fill_without_memory)
{
    for (int loss = 0; loss < 3; loss++) {
        lm_w2v *m = drawn_model(&(lm_w2v_shape){.loss = (lm_w2v_loss)loss, .dim = D, .window = 2});
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_w2v_filler *filler;
            const lm_status s = lm_w2v_filler_new(&filler, m, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            CHECK((filler == NULL) == (s != LM_OK));
            lm_w2v_filler_free(filler);
            failing_end();
        }
        lm_w2v_free(m);
    }
}

/* ---- vectors ---- */

/* A word that is not known has those of its n-grams, e-acute a character of two bytes: "<", then
 * (0xc3 0xa9), then ">".  FNV-1a of 32 bits, by its definition, with bytes as signed numbers as
 * fastText has it. */
static uint32_t bucket_of(const char *gram, size_t length, uint32_t buckets)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        const int c = (signed char)gram[i];
        h = (h ^ (uint32_t)c) * 16777619u;
    }
    return h % buckets;
}

TEST(w2v_vector_of_an_unknown_word)
{
    enum { BUCKETS = 1000003 };
    static const char *const grams[] = {"<\xc3\xa9", "\xc3\xa9k", "k>", "<\xc3\xa9k", "\xc3\xa9k>"};
    const lm_w2v_shape shape = {
        .loss = LM_W2V_NEGATIVE, .dim = 2, .window = 1, .min_n = 2, .max_n = 3, .buckets = BUCKETS};
    lm_err e = {0};
    lm_real x[2];
    bool found;
    lm_w2v *m = drawn_model(&shape);
    CHECK_OK(lm_w2v_vector(m, lm_slice_of("\xc3\xa9k"), x, &found, &e), &e);
    CHECK(found);
    for (size_t c = 0; c < 2; c++) {
        double sum = 0;
        for (size_t i = 0; i < 5; i++)
            sum += (double)m->weights
                       .subwords[bucket_of(grams[i], strlen(grams[i]), BUCKETS) * (size_t)2 + c];
        CHECK_NEAR(x[c], sum / 5, 1e-6);
    }
    lm_w2v_free(m);
}

/* The hash of fastText for ASCII is FNV-1a, whose authors give these
 * (isthe.com/chongo/tech/comp/fnv, test vectors). */
TEST(w2v_hash_is_fnv)
{
    CHECK_INT(bucket_of("a", 1, UINT32_MAX), 0xe40c292c);
    CHECK_INT(bucket_of("foobar", 6, UINT32_MAX), 0xbf9cf968);
}

/* Weights too large for their products, or no counts to weigh the words by. */
TEST(w2v_fill_without_probabilities)
{
    static const char message[] = "the model gives no probabilities";
    for (int which = 0; which < 2; which++) {
        const lm_w2v_shape shape = {.loss = which ? LM_W2V_NEGATIVE : LM_W2V_SOFTMAX,
                                    .dim = D,
                                    .window = 2,
                                    .noise_power = 0.75,
                                    .bias = !which};
        const lm_slice word = {"a", 1};
        lm_err e = {0};
        lm_w2v_filler *filler;
        size_t known;
        double p[V];
        lm_w2v *m = drawn_model(&shape);
        for (uint32_t w = 0; w < V; w++) {
            m->count[w] = 0;
            if (!which) m->weights.bias[w] = (lm_real)INFINITY;
        }
        CHECK_OK(lm_w2v_filler_new(&filler, m, &e), &e);
        CHECK_FAILS(lm_w2v_fill(filler, &word, 1, p, &known, &e), LM_EFORMAT, &e, message);
        lm_w2v_filler_free(filler);
        lm_w2v_free(m);
    }
}
