/* ngram_file.c - tests of n-gram checkpoints that lie: every sum is right, the contents are
 * not.  Such a file is refused, or it is used without leaving any table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../src/model/ngram/packed.h"
#include "contents.h"
#include "lm/arpa.h"
#include "lm/evaluate.h"
#include "lm/ngram.h"
#include "lm/quantize.h"
#include "lm/sample.h"
#include "models.h"
#include "test.h"

static lm_ngram *train(int order, lm_ngram_smooth smooth, bool no_marks)
{
    static const char lines[] = "a b c a b\nb a\n\nc c a b c\na b c d <unk> a\n";
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = order;
    o.smooth = smooth;
    o.choice.no_marks = no_marks;
    return model_of(lm_slice_of(lines), LM_UNIT_WORD, &o, NULL);
}

/* In the compact form, if `bits` is not 0. */
static lm_ngram *quantized(lm_ngram *m, int bits)
{
    lm_err e = {0};
    if (bits) CHECK_OK(lm_ngram_quantize(m, bits, NULL, &e), &e);
    return m;
}

/* ---- using a model ---- */

/* A copy in a block of its exact size, where a sanitizer sees a read past its end. */
static const void *exactly(const void *data, uint64_t count, size_t size)
{
    if (!data) return NULL;
    const size_t bytes = (size_t)count * size;
    void *copy = malloc(bytes + (bytes == 0));
    CHECK(copy != NULL);
    memcpy(copy, data, bytes);
    return copy;
}

static void copy_packed(lm_packed_table *t, const uint64_t *count, int bits)
{
    t->records = exactly(t->records, lm_packed_record_words(t, count[0]), sizeof *t->records);
    t->marks = exactly(t->marks, lm_packed_mark_words(count[0], count[1]), sizeof *t->marks);
    t->samples = exactly(t->samples, lm_packed_samples(count[0]), sizeof *t->samples);
    t->probs = exactly(t->probs, (uint64_t)1 << bits, sizeof *t->probs);
    t->bows = exactly(t->bows, (uint64_t)1 << bits, sizeof *t->bows);
}

/* `packed` is for the copy of a compact model. */
static lm_ngram with_exact_tables(const lm_ngram *m, struct lm_ngram_packed *packed)
{
    const int order = m->lang.order;
    lm_ngram x = *m;
    x.rank = exactly(m->rank, m->count[1], sizeof *m->rank);
    for (int k = 1; k < order; k++)
        x.node[k] = exactly(m->node[k], m->slots[k] + 1, sizeof *m->node[k]);
    if (m->packed) {
        *packed = *m->packed;
        x.packed = packed;
        for (int k = 2; k <= order; k++)
            copy_packed(&packed->table[k], &m->count[k], (int)packed->bits);
    }
    x.leaf = exactly(m->leaf, m->slots[order], sizeof *m->leaf);
    return x;
}

static void free_table(const void *table)
{
    union {
        const void *read;
        void *freed;
    } view = {table};
    free(view.freed);
}

static void free_tables(const lm_ngram *x)
{
    free_table(x->rank);
    for (int k = 1; k < x->lang.order; k++) free_table(x->node[k]);
    free_table(x->leaf);
    for (int k = 2; x->packed && k <= x->lang.order; k++) {
        const lm_packed_table *t = &x->packed->table[k];
        free_table(t->records);
        free_table(t->marks);
        free_table(t->samples);
        free_table(t->probs);
        free_table(t->bows);
    }
}

static void walk_and_predict(const lm_ngram *m)
{
    const uint32_t size = m->lang.vocab->size;
    double *p = malloc(size * sizeof *p);
    CHECK(p != NULL);
    for (uint32_t i = 0; i < 200; i++) {
        lm_ngram_state state;
        int order;
        lm_ngram_begin(m, &state, i % 3 == 0);
        for (uint32_t j = 0; j < 12; j++) {
            const uint32_t word = (i * 7 + j * (i % 5 + 1) + i / 9) % (size + 1);
            (void)lm_ngram_score(m, &state, word < size ? word : LM_NO_WORD, &order);
            CHECK(order >= 0 && order <= m->lang.order);
            CHECK(state.length < m->lang.order && state.wanted < m->lang.order);
            if (i < 20) lm_ngram_predict(m, &state, p);
        }
    }
    free(p);
}

static void evaluate_and_sample(const lm_ngram *m)
{
    lm_err e = {0};
    lm_text *text;
    lm_out *out;
    lm_evaluation total;
    lm_sampler *sampler;
    const uint32_t *ids;
    size_t count;
    const lm_sampling how = LM_SAMPLING_DEFAULTS;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a b c\nd x a\n"), "text", LM_UNIT_WORD, false, &e),
             &e);
    CHECK_OK(lm_out_open(&out, "/dev/null", &e), &e);
    CHECK_OK(lm_evaluate(&m->lang, text, LM_REPORT_TOKENS, out, NULL, &total, &e), &e);
    CHECK_OK(lm_evaluation_write(&total, m->lang.order, out, &e), &e);
    if (lm_arpa_write(m, out, NULL, &e)) CHECK(e.status == LM_EUSAGE || e.status == LM_EFORMAT);
    CHECK_OK(lm_out_close(out, LM_OK, &(lm_err){0}), &(lm_err){0});
    lm_text_close(text);
    e = (lm_err){0};
    CHECK_OK(lm_sampler_new(&sampler, &m->lang, &how, &e), &e);
    for (uint64_t i = 0; i < 5; i++)
        CHECK_OK(lm_sampler_draw(sampler, i, NULL, 0, 20, &ids, &count, &e), &e);
    lm_sampler_free(sampler);
}

static void use(const lm_ngram *m)
{
    struct lm_ngram_packed packed;
    lm_ngram exact = with_exact_tables(m, &packed);
    walk_and_predict(&exact);
    evaluate_and_sample(&exact);
    free_tables(&exact);
}

/* Refused as malformed, or used; true if it was refused. */
static bool try_open(const lm_ckpt *ckpt)
{
    lm_err e = {0};
    lm_ngram *m;
    const char *path = lm_ckpt_path(ckpt);
    const lm_status s = lm_ngram_load(&m, ckpt, &e);
    CHECK((s == LM_OK) == (m != NULL));
    if (s) CHECK_INT(s, LM_EFORMAT);
    if (s) CHECK(strncmp(e.message, path, strlen(path)) == 0);
    if (!s) {
        use(m);
        if (lm_ngram_prune(m, 1e-3, NULL, &e))
            CHECK(e.status == LM_EUSAGE || e.status == LM_EFORMAT);
        walk_and_predict(m);
    }
    lm_ngram_free(m);
    return s != LM_OK;
}

static bool try_file(const char *path)
{
    lm_err e = {0};
    lm_ckpt *ckpt;
    CHECK_OK(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, &e), &e);
    const bool refused = try_open(ckpt);
    lm_ckpt_close(ckpt);
    return refused;
}

/* ---- tables ---- */

static void check_tables(int order, lm_ngram_smooth smooth, bool no_marks, int bits, size_t tensors)
{
    lm_ngram *m = quantized(train(order, smooth, no_marks), bits);
    save_model(m, "m.lm", NULL);
    lm_ngram_free(m);
    change_tensors("m.lm", tensors, try_open);
}

TEST(lying_tables_of_mkn)
{
    check_tables(3, LM_NGRAM_MKN, false, 0, 7);
}
TEST(lying_tables_of_addk)
{
    check_tables(2, LM_NGRAM_ADDK, false, 0, 6);
}
TEST(lying_tables_of_mle)
{
    check_tables(3, LM_NGRAM_MLE, true, 0, 7);
}
TEST(lying_tables_of_unigrams)
{
    check_tables(1, LM_NGRAM_MKN, false, 0, 5);
}
TEST(lying_compact_tables)
{
    check_tables(3, LM_NGRAM_MKN, false, 4, 12);
    check_tables(2, LM_NGRAM_ADDK, false, 2, 7);
}

/* Each table with one entry less, or with 64 bytes more. */
static void check_sizes(int bits)
{
    static contents c;
    lm_ngram *m = quantized(train(3, LM_NGRAM_MKN, false), bits);
    save_model(m, "m.lm", NULL);
    lm_ngram_free(m);
    take_apart(&c, "m.lm");
    for (size_t i = 0; i < c.parts; i++) {
        lm_tensor *t = &c.part[i].tensor;
        const uint64_t elements = t->shape[0], bytes = t->bytes;
        t->shape[0] = elements - 64 / lm_dtype_size(t->dtype);
        t->bytes = bytes - 64;
        CHECK(try_contents(&c, try_open));
        t->shape[0] = elements;
        t->bytes = bytes;
    }
    for (size_t i = 0; i < c.parts; i++) { /* and without it */
        const contents whole = c;
        memmove(&c.part[i], &c.part[i + 1], (c.parts - i - 1) * sizeof c.part[0]);
        c.parts--;
        CHECK(try_contents(&c, try_open));
        c = whole;
    }
    drop(&c);
}

TEST(tables_of_another_size)
{
    check_sizes(0);
    check_sizes(8);
}

/* ---- the configuration ---- */

TEST(lying_configurations)
{
    static contents c;
    for (int smooth = LM_NGRAM_MLE; smooth <= LM_NGRAM_MKN; smooth++) {
        lm_ngram *m = train(3, (lm_ngram_smooth)smooth, smooth == LM_NGRAM_MLE);
        save_model(m, "m.lm", NULL);
        lm_ngram_free(m);
        take_apart(&c, "m.lm");
        change_config(&c, try_open);
        drop(&c);
    }
    lm_ngram *m = quantized(train(3, LM_NGRAM_MKN, false), 8);
    save_model(m, "m.lm", NULL);
    lm_ngram_free(m);
    take_apart(&c, "m.lm");
    change_config(&c, try_open);
    drop(&c);
}

static void refuse(contents *c, const char *from, const char *to)
{
    char original[CONFIG_MAX];
    memcpy(original, c->config, sizeof original);
    replace_in_config(c, from, to);
    CHECK(try_contents(c, try_open));
    memcpy(c->config, original, sizeof original);
}

TEST(configurations_that_are_refused)
{
    static contents c;
    lm_ngram *m = train(3, LM_NGRAM_MKN, false);
    save_model(m, "m.lm", NULL);
    lm_ngram_free(m);
    take_apart(&c, "m.lm");
    refuse(&c, "\"order\":3", "\"order\":0");
    refuse(&c, "\"order\":3", "\"order\":2");
    refuse(&c, "\"order\":3", "\"order\":4");
    refuse(&c, "\"order\":3", "\"order\":11");
    refuse(&c, "\"order\":3,", "");
    refuse(&c, "\"mkn\"", "\"katz\"");
    refuse(&c, "\"word\"", "\"line\"");
    refuse(&c, "\"vocab\":7", "\"vocab\":8");
    refuse(&c, "\"vocab\":7", "\"vocab\":0");
    refuse(&c, "\"bos\":6", "\"bos\":7");
    refuse(&c, "\"ngrams\":[7,", "\"ngrams\":[7,0,");
    refuse(&c, "\"ngrams\":[7,", "\"ngrams\":[6,");
    refuse(&c, "{", "");
    refuse(&c, "}", "}}");
    refuse(&c, "{", "{\"quantize\":8,");
    drop(&c);
    m = quantized(train(3, LM_NGRAM_MKN, false), 8);
    save_model(m, "m.lm", NULL);
    lm_ngram_free(m);
    take_apart(&c, "m.lm");
    refuse(&c, "\"quantize\":8", "\"quantize\":1");
    refuse(&c, "\"quantize\":8", "\"quantize\":7");
    refuse(&c, "\"quantize\":8", "\"quantize\":17");
    refuse(&c, "\"quantize\":8,", "");
    refuse(&c, "\"slots\":[7,", "\"slots\":[7,9");
    drop(&c);
}

/* ---- tables above 64 MiB: not read through at load, checked where they are used ---- */

static uint32_t noise(uint64_t i)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (uint32_t)(z ^ (z >> 31));
}

enum { UNIGRAMS = 7, BIGRAMS = 49, MANY = 5 << 20 };

/* One entry in eight is noise. */
static uint32_t lie(uint64_t i, uint32_t truth)
{
    return noise(i) % 8 ? truth : noise(i + 1) >> noise(i + 2) % 32;
}

/* `count` nodes with the children of `parents` nodes, and one more; they have `children`. */
static void fill_nodes(lm_ngram_node *node, uint64_t parents, uint64_t count, uint64_t children)
{
    const uint64_t siblings = count / parents;
    for (uint64_t i = 0; i <= count; i++) {
        const uint32_t word = (uint32_t)(i % siblings * UNIGRAMS / siblings);
        const uint32_t row[] = {lie(4 * i, noise(4 * i + 9) % 4 ? word : LM_NO_WORD),
                                lie(4 * i + 1, (uint32_t)(children / count * i)),
                                lie(4 * i + 2, 0x3e000000), lie(4 * i + 3, 0x3f000000)};
        memcpy(&node[i], row, sizeof row);
    }
}

static void fill_leaves(lm_ngram_leaf *leaf, uint64_t parents, uint64_t count)
{
    const uint64_t siblings = count / parents;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t word = (uint32_t)(i % siblings * UNIGRAMS / siblings);
        const uint32_t row[] = {lie(2 * i, noise(2 * i + 9) % 4 ? word : LM_NO_WORD),
                                lie(2 * i + 1, 0x3e000000)};
        memcpy(&leaf[i], row, sizeof row);
    }
}

static void *memory(uint64_t count, size_t size)
{
    void *block = malloc((size_t)count * size);
    CHECK(block != NULL);
    return block;
}

/* Words and their ranks, which are always looked through, belong together; all else may lie. */
static void check_large(lm_ngram_smooth smooth, uint64_t bigrams, uint64_t trigrams)
{
    lm_ngram *m = train(3, smooth, false);
    lm_ngram large = *m;
    CHECK_INT(m->count[1], UNIGRAMS);
    lm_ngram_node *one = memory(UNIGRAMS + 1, sizeof *one);
    lm_ngram_node *two = memory(bigrams + 1, sizeof *two);
    lm_ngram_leaf *leaf = memory(trigrams, sizeof *leaf);
    fill_nodes(one, 1, UNIGRAMS, bigrams);
    for (int i = 0; i < UNIGRAMS; i++) one[i].word = m->node[1][i].word;
    fill_nodes(two, UNIGRAMS, bigrams, trigrams);
    fill_leaves(leaf, bigrams, trigrams);
    large.count[2] = large.slots[2] = bigrams;
    large.count[3] = large.slots[3] = trigrams;
    large.node[1] = one;
    large.node[2] = two;
    large.leaf = leaf;
    save_model(&large, "large.lm", NULL);
    free(one);
    free(two);
    free(leaf);
    lm_ngram_free(m);
    CHECK(!try_file("large.lm"));
}

TEST(large_lying_leaves)
{
    check_large(LM_NGRAM_MKN, BIGRAMS, 2 * MANY);
}
TEST(large_lying_nodes)
{
    check_large(LM_NGRAM_MLE, MANY, MANY);
}
TEST(large_lying_tables_of_addk)
{
    check_large(LM_NGRAM_ADDK, BIGRAMS, 2 * MANY);
}

/* A large model is looked through before it is quantized. */
TEST(large_lying_tables_are_not_quantized)
{
    lm_err e = {0};
    lm_ckpt *ckpt;
    lm_ngram *m;
    check_large(LM_NGRAM_MKN, MANY, MANY);
    CHECK_OK(lm_ckpt_open(&ckpt, "large.lm", LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_OK(lm_ngram_load(&m, ckpt, &e), &e);
    CHECK_FAILS(lm_ngram_quantize(m, 8, NULL, &e), LM_EFORMAT, &e, "is damaged");
    lm_ngram_free(m);
    lm_ckpt_close(ckpt);
}

/* Four bigrams a * and four trigrams, of which bigram i has first[i] .. first[i + 1] - 1: the words
 * a and b in turns. */
static lm_status prune_lies(const uint32_t first[5], lm_err *e)
{
    lm_ngram *m = train(3, LM_NGRAM_MKN, false);
    lm_ngram lying = *m;
    lm_ngram_node one[UNIGRAMS + 1], two[5];
    lm_ngram_leaf leaf[4];
    CHECK_INT(m->count[1], UNIGRAMS);
    for (int i = 0; i <= UNIGRAMS; i++) one[i] = (lm_ngram_node){0, i ? 4 : 0, 0.1F, 1};
    for (int i = 0; i < UNIGRAMS; i++) one[i].word = m->node[1][i].word;
    for (uint32_t i = 0; i < 5; i++) two[i] = (lm_ngram_node){i, first[i], 0.1F, 1};
    for (uint32_t i = 0; i < 4; i++) leaf[i] = (lm_ngram_leaf){i % 2, 0.1F};
    lying.node[1] = one;
    lying.node[2] = two;
    lying.leaf = leaf;
    lying.count[2] = lying.slots[2] = lying.count[3] = lying.slots[3] = 4;
    const lm_status s = lm_ngram_prune(&lying, 1e-9, NULL, e);
    lm_ngram_free(m);
    return s;
}

/* Nodes that share children: going over those of each would read them many times over. */
TEST(tables_with_shared_children_are_not_pruned)
{
    lm_err e = {0};
    CHECK_FAILS(prune_lies((uint32_t[]){0, 2, 0, 2, 2}, &e), LM_EFORMAT, &e,
                "its tables of order 2 do not hold together");
}

/* a b a, but no b a. */
TEST(tables_without_a_suffix_are_not_pruned)
{
    lm_err e = {0};
    CHECK_FAILS(prune_lies((uint32_t[]){0, 2, 4, 4, 4}, &e), LM_EFORMAT, &e,
                "an n-gram whose last words are no n-gram");
}

static void fill_words(uint64_t *word, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) word[i] = (uint64_t)noise(2 * i) << 32 | noise(2 * i + 1);
}

/* All but the unigrams and the codebooks of a compact model. */
TEST(large_lying_compact_tables)
{
    enum { PAIRS = 15 << 20, TRIPLES = 1 << 16 };
    lm_ngram *m = quantized(train(3, LM_NGRAM_MKN, false), LM_QUANTIZE_BITS_MAX);
    struct lm_ngram_packed packed = *m->packed;
    lm_packed_table *two = &packed.table[2], *three = &packed.table[3];
    const uint64_t words[] = {lm_packed_record_words(two, PAIRS),
                              lm_packed_record_words(three, TRIPLES),
                              lm_packed_mark_words(PAIRS, TRIPLES)};
    lm_ngram large = *m;
    uint64_t *records = memory(words[0], 8), *last = memory(words[1], 8),
             *marks = memory(words[2], 8);
    uint32_t *samples = memory(lm_packed_samples(PAIRS), sizeof *samples);
    fill_words(records, words[0]);
    fill_words(last, words[1]);
    fill_words(marks, words[2]);
    for (uint64_t i = 0; i < lm_packed_samples(PAIRS); i++)
        samples[i] = lie(i, (uint32_t)(i * TRIPLES / lm_packed_samples(PAIRS)));
    large.packed = &packed;
    large.count[2] = large.slots[2] = PAIRS;
    large.count[3] = large.slots[3] = TRIPLES;
    two->records = records;
    three->records = last;
    two->marks = marks;
    two->samples = samples;
    save_model(&large, "large.lm", NULL);
    free(records);
    free(last);
    free(marks);
    free(samples);
    lm_ngram_free(m);
    CHECK(!try_file("large.lm"));
}

/* ---- other files ---- */

TEST(another_kind_of_checkpoint)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    lm_ckpt *ckpt;
    lm_ngram *m;
    CHECK_OK(lm_ckpt_writer_new(&w, "ngram", &e), &e);
    write_checkpoint(w, "empty.lm", NULL);
    CHECK_OK(lm_ckpt_open(&ckpt, "empty.lm", LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_FAILS(lm_ngram_load(&m, ckpt, &e), LM_EFORMAT, &e, "lm.config is missing");
    CHECK(m == NULL);
    lm_ckpt_close(ckpt);
}
