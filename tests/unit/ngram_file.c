/* ngram_file.c - tests of n-gram checkpoints that lie: every sum is right, the contents are
 * not.  Such a file is refused, or it is used without leaving any table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/arpa.h"
#include "lm/evaluate.h"
#include "lm/ngram.h"
#include "lm/sample.h"
#include "test.h"

enum { MOST = 64, CONFIG_MAX = 4096 };

/* The parts of a checkpoint, to be changed one at a time. */
typedef struct {
    char config[CONFIG_MAX];
    struct {
        char name[64];
        lm_tensor tensor;
        void *data;
    } part[MOST];
    size_t parts;
} contents;

static lm_ngram *train(int order, lm_ngram_smooth smooth, bool no_marks)
{
    static const char lines[] = "a b c a b\nb a\n\nc c a b c\na b c d <unk> a\n";
    lm_err e = {0};
    lm_text *text;
    lm_ngram *m;
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = order;
    o.smooth = smooth;
    o.no_marks = no_marks;
    CHECK_OK(lm_text_memory(&text, lm_slice_of(lines), "text", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_ngram_train(&m, text, &o, NULL, &e), &e);
    lm_text_close(text);
    return m;
}

static void write_file(lm_ckpt_writer *w, const char *path)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    const lm_status s = lm_ckpt_write(w, out, NULL, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
    lm_ckpt_writer_free(w);
}

static void save(const lm_ngram *m, const char *path)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    CHECK_OK(lm_ckpt_writer_new(&w, "ngram", &e), &e);
    CHECK_OK(lm_ngram_save(m, w, &e), &e);
    write_file(w, path);
}

static void take_apart(contents *c, const char *path)
{
    lm_err e = {0};
    lm_ckpt *ckpt;
    CHECK_OK(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, &e), &e);
    CHECK(strlen(lm_ckpt_meta(ckpt, "lm.config")) < CONFIG_MAX);
    memcpy(c->config, lm_ckpt_meta(ckpt, "lm.config"), strlen(lm_ckpt_meta(ckpt, "lm.config")) + 1);
    c->parts = lm_ckpt_count(ckpt);
    CHECK(c->parts <= MOST);
    for (size_t i = 0; i < c->parts; i++) {
        const lm_tensor *t = lm_ckpt_tensor(ckpt, i);
        CHECK(strlen(t->name) < sizeof c->part[i].name);
        memcpy(c->part[i].name, t->name, strlen(t->name) + 1);
        c->part[i].tensor = *t;
        c->part[i].data = malloc((size_t)t->bytes + 1);
        CHECK(c->part[i].data != NULL);
        memcpy(c->part[i].data, t->data, (size_t)t->bytes);
    }
    lm_ckpt_close(ckpt);
}

static void put_together(const contents *c, const char *path)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    CHECK_OK(lm_ckpt_writer_new(&w, "ngram", &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of(c->config), &e), &e);
    for (size_t i = 0; i < c->parts; i++) {
        lm_tensor t = c->part[i].tensor;
        t.name = c->part[i].name;
        t.data = c->part[i].data;
        CHECK_OK(lm_ckpt_add(w, &t, &e), &e);
    }
    write_file(w, path);
}

static void drop(contents *c)
{
    for (size_t i = 0; i < c->parts; i++) free(c->part[i].data);
    c->parts = 0;
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

static lm_ngram with_exact_tables(const lm_ngram *m)
{
    lm_ngram x = *m;
    for (int k = 1; k <= m->lang.order; k++) {
        x.word[k] = exactly(m->word[k], m->count[k], 4);
        x.first[k] = exactly(m->first[k], m->count[k] + 1, 4);
        x.suffix[k] = exactly(m->suffix[k], m->count[k], 4);
        x.prob[k] = exactly(m->prob[k], m->count[k], 4);
        x.bow[k] = exactly(m->bow[k], m->count[k], 4);
    }
    return x;
}

static void free_tables(lm_ngram *x)
{
    union {
        const void *read;
        void *freed;
    } table;
    for (int k = 1; k <= x->lang.order; k++) {
        const void *tables[] = {x->word[k], x->first[k], x->suffix[k], x->prob[k], x->bow[k]};
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
            table.read = tables[i];
            free(table.freed);
        }
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
    if (lm_arpa_write(m, out, &e)) CHECK_INT(e.status, LM_EUSAGE);
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
    lm_ngram exact = with_exact_tables(m);
    walk_and_predict(&exact);
    evaluate_and_sample(&exact);
    free_tables(&exact);
}

/* Refused as malformed, or used; true if it was refused. */
static bool try_file(const char *path)
{
    lm_err e = {0};
    lm_ckpt *ckpt;
    lm_ngram *m;
    CHECK_OK(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, &e), &e);
    const lm_status s = lm_ngram_load(&m, ckpt, &e);
    CHECK((s == LM_OK) == (m != NULL));
    if (s) CHECK_INT(s, LM_EFORMAT);
    if (s) CHECK(strncmp(e.message, path, strlen(path)) == 0);
    if (!s) use(m);
    lm_ngram_free(m);
    lm_ckpt_close(ckpt);
    return s != LM_OK;
}

/* ---- tables ---- */

/* Entries of every table in turn, at the limits of their type. */
static void change_tables(contents *c)
{
    static const uint32_t indices[] = {0, 1, 0x7fffffff, 0xffffffff},
                          reals[] = {0x7fc00000, 0xbf800000, 0x7f800000, 0x40000000};
    for (size_t i = 0; i < c->parts; i++) {
        unsigned char *data = c->part[i].data;
        const lm_dtype dtype = c->part[i].tensor.dtype;
        const uint32_t *values = dtype == LM_F32 || dtype == LM_F64 ? reals : indices;
        const size_t size = lm_dtype_size(dtype);
        const size_t count = (size_t)c->part[i].tensor.bytes / size, step = count / 16 + 1;
        for (size_t at = 0; at < count; at += step)
            for (size_t v = 0; v < 4; v++) {
                unsigned char old[8];
                memcpy(old, data + at * size, size);
                memcpy(data + (at + 1) * size - (size < 4 ? size : 4), &values[v],
                       size < 4 ? size : 4);
                put_together(c, "changed.lm");
                (void)try_file("changed.lm");
                memcpy(data + at * size, old, size);
            }
    }
}

static void check_tables(int order, lm_ngram_smooth smooth, bool no_marks)
{
    static contents c;
    lm_ngram *m = train(order, smooth, no_marks);
    save(m, "m.lm");
    lm_ngram_free(m);
    CHECK(!try_file("m.lm"));
    take_apart(&c, "m.lm");
    put_together(&c, "same.lm");
    CHECK(!try_file("same.lm"));
    change_tables(&c);
    drop(&c);
}

TEST(lying_tables_of_mkn)
{
    check_tables(3, LM_NGRAM_MKN, false);
}
TEST(lying_tables_of_addk)
{
    check_tables(2, LM_NGRAM_ADDK, false);
}
TEST(lying_tables_of_mle)
{
    check_tables(3, LM_NGRAM_MLE, true);
}

/* Each table with one entry less, or with 64 bytes more. */
TEST(tables_of_another_size)
{
    static contents c;
    lm_ngram *m = train(3, LM_NGRAM_MKN, false);
    save(m, "m.lm");
    lm_ngram_free(m);
    take_apart(&c, "m.lm");
    for (size_t i = 0; i < c.parts; i++) {
        lm_tensor *t = &c.part[i].tensor;
        const uint64_t elements = t->shape[0], bytes = t->bytes;
        t->shape[0] = elements - 64 / lm_dtype_size(t->dtype);
        t->bytes = bytes - 64;
        put_together(&c, "short.lm");
        CHECK(try_file("short.lm"));
        t->shape[0] = elements;
        t->bytes = bytes;
    }
    for (size_t i = 0; i < c.parts; i++) { /* and without it */
        const contents whole = c;
        memmove(&c.part[i], &c.part[i + 1], (c.parts - i - 1) * sizeof c.part[0]);
        c.parts--;
        put_together(&c, "less.lm");
        CHECK(try_file("less.lm"));
        c = whole;
    }
    drop(&c);
}

/* ---- the configuration ---- */

/* Every number and word of lm.config in turn replaced. */
static void change_config(contents *c)
{
    static const char *const values[] = {"0",          "1",
                                         "2",          "10",
                                         "11",         "-1",
                                         "4294967294", "4294967295",
                                         "4294967296", "18446744073709551615",
                                         "1e300",      "null",
                                         "true",       "\"x\"",
                                         "[]",         "{}",
                                         "[1,2,3]",    ""};
    char original[CONFIG_MAX];
    memcpy(original, c->config, sizeof original);
    for (size_t at = 0; original[at]; at++) {
        const bool starts =
            strchr(":[,", original[at]) && original[at + 1] && !strchr("[{", original[at + 1]);
        const size_t length = starts ? strcspn(original + at + 1, ",]}") : 0;
        for (size_t v = 0; starts && v < sizeof values / sizeof *values; v++) {
            const int n = snprintf(c->config, sizeof c->config, "%.*s%s%s", (int)at + 1, original,
                                   values[v], original + at + 1 + length);
            CHECK(n > 0 && (size_t)n < sizeof c->config);
            put_together(c, "changed.lm");
            (void)try_file("changed.lm");
        }
    }
    memcpy(c->config, original, sizeof original);
}

TEST(lying_configurations)
{
    static contents c;
    for (int smooth = LM_NGRAM_MLE; smooth <= LM_NGRAM_MKN; smooth++) {
        lm_ngram *m = train(3, (lm_ngram_smooth)smooth, smooth == LM_NGRAM_MLE);
        save(m, "m.lm");
        lm_ngram_free(m);
        take_apart(&c, "m.lm");
        change_config(&c);
        drop(&c);
    }
}

static void refuse(contents *c, const char *from, const char *to)
{
    char original[CONFIG_MAX];
    memcpy(original, c->config, sizeof original);
    char *at = strstr(c->config, from);
    CHECK(at != NULL);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
    put_together(c, "changed.lm");
    CHECK(try_file("changed.lm"));
    memcpy(c->config, original, sizeof original);
}

TEST(configurations_that_are_refused)
{
    static contents c;
    lm_ngram *m = train(3, LM_NGRAM_MKN, false);
    save(m, "m.lm");
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

enum { UNIGRAMS = 7, BIGRAMS = 49, TRIGRAMS = BIGRAMS << 17 }; /* trigrams: 73 MiB */

/* Every word follows every word, but one entry in eight is noise, and so is every suffix. */
static void fill_tables(uint32_t *word, uint32_t *first, uint32_t *suffix, uint64_t parents,
                        uint64_t count, uint64_t children)
{
    const uint64_t siblings = count / parents;
    for (uint64_t i = 0; i <= count; i++) {
        const uint32_t any = noise(i + count) >> noise(i) % 32;
        const uint32_t chance = noise(i + 1) % 8;
        first[i] = chance == 0 ? any : chance == 1 ? UINT32_MAX : (uint32_t)(children / count * i);
        if (i == count) break;
        word[i] = noise(i + 2) % 8 ? (uint32_t)(i % siblings * UNIGRAMS / siblings) : any;
        suffix[i] = any;
    }
}

/* Gives the model tables in `block`; returns how many words of it they take. */
static uint64_t take_noise(lm_ngram *m, uint32_t *block)
{
    const uint64_t count[] = {1, UNIGRAMS, BIGRAMS, TRIGRAMS, TRIGRAMS};
    union {
        const uint32_t *words;
        const float *reals;
    } view;
    uint32_t *at = block;
    for (int k = 1; k <= 3; k++) {
        const uint64_t n = count[k] + 1;
        fill_tables(at, at + n, at + 2 * n, count[k - 1], count[k], count[k + 1]);
        m->count[k] = count[k];
        m->word[k] = view.words = at;
        m->prob[k] = m->bow[k] = view.reals;
        m->first[k] = at + n;
        m->suffix[k] = at + 2 * n;
        at += 3 * n;
    }
    return (uint64_t)(at - block);
}

static void check_large(lm_ngram_smooth smooth)
{
    const uint64_t words = 3 * (UNIGRAMS + BIGRAMS + TRIGRAMS + 3);
    uint32_t *block = malloc(words * sizeof *block);
    CHECK(block != NULL);
    lm_ngram *m = train(3, smooth, false);
    lm_ngram large = *m;
    CHECK_INT(m->count[1], UNIGRAMS);
    CHECK_INT(take_noise(&large, block), words);
    save(&large, "large.lm");
    lm_ngram_free(m);
    free(block);
    CHECK(!try_file("large.lm"));
}

TEST(large_lying_tables_of_mkn)
{
    check_large(LM_NGRAM_MKN);
}
TEST(large_lying_tables_of_addk)
{
    check_large(LM_NGRAM_ADDK);
}

/* ---- other files ---- */

TEST(another_kind_of_checkpoint)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    lm_ckpt *ckpt;
    lm_ngram *m;
    CHECK_OK(lm_ckpt_writer_new(&w, "ngram", &e), &e);
    write_file(w, "empty.lm");
    CHECK_OK(lm_ckpt_open(&ckpt, "empty.lm", LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_FAILS(lm_ngram_load(&m, ckpt, &e), LM_EFORMAT, &e, "lm.config is missing");
    CHECK(m == NULL);
    lm_ckpt_close(ckpt);
}
