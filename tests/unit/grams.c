/* grams.c - tests of counting: however the grams come, the tables are those of the plainest
 * count, in which all positions of a text are sorted and neighbours compared. */
#include "../../src/model/ngram/grams.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "chance.h"
#include "failing.h"
#include "lm/sort.h"
#include "lm/thread.h"
#include "test.h"

enum { TOKENS = 6000, ORDER_MAX = LM_NGRAM_ORDER_MAX };

/* ---- a text, as ranks; <s> is the last ---- */

static struct {
    int order;
    uint32_t words; /* <s> included */
    uint32_t id[TOKENS];
    uint32_t times[TOKENS]; /* how often what begins here is counted */
    size_t length;
} it;

static void make_text(int order, uint32_t words, size_t length, uint64_t line)
{
    const uint64_t skew = 1 + below(3);
    it.order = order;
    it.words = words;
    it.length = length;
    for (size_t i = 0; i < length; i++) {
        uint64_t w = words > 1 ? words - 1 : 1;
        for (uint64_t k = 0; k < skew; k++) w = below(w) + 1;
        it.id[i] = i == 0 || words == 1 || below(line) == 0 ? words - 1 : (uint32_t)w - 1;
        it.times[i] = 1;
    }
}

/* Words of what begins at p. */
static int words_at(size_t p)
{
    int n = 1;
    while (n < it.order && p + (size_t)n < it.length && it.id[p + (size_t)n] != it.words - 1) n++;
    return n;
}

static int compare(const void *context, const void *a, const void *b)
{
    const uint32_t *x = &it.id[*(const size_t *)a], *y = &it.id[*(const size_t *)b];
    for (int i = 0; i < *(const int *)context; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

/* The positions at which n-grams of k words begin, sorted by these; returns how many. */
static size_t sort_positions(int k, size_t *position)
{
    lm_err e = {0};
    size_t count = 0;
    for (size_t p = 0; p < it.length; p++)
        if (words_at(p) >= k) position[count++] = p;
    CHECK_OK(lm_sort(position, count, sizeof *position, compare, &k, &e), &e);
    return count;
}

static bool same(size_t p, size_t q, int k)
{
    return memcmp(&it.id[p], &it.id[q], (size_t)k * sizeof *it.id) == 0;
}

/* ---- the tables against the text ---- */

/* The table of order 1 has all words, read or not. */
static void check_unigrams(const lm_ngram_counts *c)
{
    static uint64_t times[TOKENS];
    memset(times, 0, sizeof times);
    for (size_t p = 0; p < it.length; p++) times[it.id[p]] += it.times[p];
    CHECK_INT(c->size[1], it.words);
    CHECK_INT(c->border[1], it.words - 1);
    for (uint32_t w = 0; w < it.words; w++) CHECK_INT(c->count[1][w], times[w]);
}

/* Is the parent number `a` the beginning of the n-gram of k words at p? */
static bool is_parent(const size_t *parent, size_t a, size_t p, int k)
{
    return k == 2 ? it.id[p] == a : same(parent[a], p, k - 1);
}

/* Order k, whose parents are the distinct n-grams of order k - 1 at parent[0 .. parents-1], which
 * become those of order k; returns how many. */
static size_t check_order(const lm_ngram_counts *c, int k, size_t *parent, size_t parents)
{
    static size_t position[TOKENS], first[TOKENS + 1];
    const size_t count = sort_positions(k, position);
    size_t distinct = 0, above = 0, border = 0;
    first[0] = 0;
    for (size_t i = 0, j; i < count; i = j, distinct++) {
        uint64_t times = 0;
        for (j = i; j < count && same(position[j], position[i], k); j++)
            times += it.times[position[j]];
        while (!is_parent(parent, above, position[i], k)) {
            CHECK(above + 1 < parents);
            first[++above] = distinct;
        }
        CHECK(distinct < c->size[k]);
        CHECK_INT(c->word[k][distinct], it.id[position[i] + (size_t)k - 1]);
        CHECK_INT(c->count[k][distinct], times);
        border += it.id[position[i]] != it.words - 1;
        position[distinct] = position[i];
    }
    CHECK_INT(c->size[k], distinct);
    CHECK_INT(c->border[k], border);
    while (above < parents) first[++above] = distinct;
    for (size_t i = 0; i <= parents; i++) CHECK_INT(c->first[k - 1][i], first[i]);
    memcpy(parent, position, distinct * sizeof *position);
    return distinct;
}

static void check_tables(const lm_ngram_counts *c)
{
    static size_t parent[TOKENS];
    size_t parents = it.words;
    check_unigrams(c);
    for (int k = 2; k <= it.order; k++) parents = check_order(c, k, parent, parents);
}

/* ---- counts to be filled ---- */

static lm_ngram_counts new_counts(void)
{
    lm_err e = {0};
    lm_ngram_counts c = {.order = it.order, .marks = true};
    uint32_t id;
    char name[16];
    CHECK_OK(lm_vocab_new(&c.vocab, &e), &e);
    for (uint32_t w = 0; w + 1 < it.words; w++) {
        const int n = snprintf(name, sizeof name, "w%u", w);
        CHECK_OK(lm_vocab_add(c.vocab, (lm_slice){name, (size_t)n}, &id, &e), &e);
    }
    CHECK_OK(lm_vocab_add_mark(c.vocab, "<s>", &c.vocab->bos, &e), &e);
    CHECK_OK(lm_ngram_rank_words(&c, NULL, &e), &e);
    CHECK_INT(c.bos, it.words - 1);
    return c;
}

static lm_grams *new_grams(lm_ngram_counts *c, const lm_run *run)
{
    static uint64_t mass[TOKENS];
    lm_err e = {0};
    lm_grams *g;
    memset(mass, 0, sizeof mass);
    for (size_t p = 0; p < it.length; p++) mass[it.id[p]]++;
    CHECK_OK(lm_grams_new(&g, c, mass, run, &e), &e);
    return g;
}

/* ---- three ways in: a piece of the text, rows with counts, something sorted ---- */

static lm_status add_text(lm_grams *g, size_t from, size_t until, bool last, const lm_run *run,
                          lm_err *e)
{
    const size_t most = until - from + (size_t)it.order, rest = it.length - from;
    const size_t looked = rest < most ? rest : most;
    uint32_t *exact = malloc(looked * sizeof *exact + 1);
    CHECK(exact != NULL);
    memcpy(exact, it.id + from, looked * sizeof *exact);
    const lm_gram_batch b = {exact, looked, until - from, 1, NULL};
    const lm_status s = lm_grams_add(g, &b, last, run, e);
    free(exact);
    return s;
}

/* Backwards, each filled up with LM_NO_WORD; what counts more than once comes in two rows. */
static lm_status add_rows(lm_grams *g, size_t from, size_t until, bool last, const lm_run *run,
                          lm_err *e)
{
    const size_t step = (size_t)it.order, most = 2 * (until - from);
    uint32_t *id = malloc(most * step * sizeof *id + 1), *times = malloc(most * sizeof *times + 1);
    size_t rows = 0;
    CHECK(id && times);
    for (size_t p = until; p-- > from;)
        for (uint32_t left = it.times[p]; left; left -= times[rows++]) {
            times[rows] = left > 1 && left == it.times[p] ? left / 2 : left;
            for (size_t j = 0; j < step; j++)
                id[rows * step + j] = (int)j < words_at(p) ? it.id[p + j] : LM_NO_WORD;
        }
    const lm_gram_batch b = {id, rows * step, rows, step, times};
    const lm_status s = lm_grams_add(g, &b, last, run, e);
    free(id);
    free(times);
    return s;
}

/* A sorted sequence without repetition, read from several threads at once. */
typedef struct {
    lm_gram *gram;
    size_t count;
    int fail_at; /* number of the gram that cannot be read; -1: none */
} sequence;

typedef struct {
    const sequence *of;
    size_t at;
} reader;

static int compare_grams(const void *context, const void *a, const void *b)
{
    const lm_gram *x = a, *y = b;
    (void)context;
    for (int i = 0; i < x->length && i < y->length; i++)
        if (x->word[i] != y->word[i]) return x->word[i] < y->word[i] ? -1 : 1;
    return x->length - y->length;
}

static sequence make_sequence(size_t from, size_t until)
{
    sequence q = {malloc((until - from) * sizeof *q.gram + 1), 0, -1};
    lm_err e = {0};
    CHECK(q.gram != NULL);
    for (size_t p = from; p < until; p++) {
        lm_gram *gram = &q.gram[q.count++];
        *gram = (lm_gram){.length = words_at(p), .count = it.times[p]};
        memcpy(gram->word, &it.id[p], (size_t)gram->length * sizeof *gram->word);
    }
    CHECK_OK(lm_sort(q.gram, q.count, sizeof *q.gram, compare_grams, NULL, &e), &e);
    size_t distinct = 0;
    for (size_t i = 0; i < q.count; i++)
        if (distinct && compare_grams(NULL, &q.gram[distinct - 1], &q.gram[i]) == 0)
            q.gram[distinct - 1].count += q.gram[i].count;
        else
            q.gram[distinct++] = q.gram[i];
    q.count = distinct;
    return q;
}

static lm_status seek(lm_gram_source *source, uint32_t from, lm_err *e)
{
    reader *r = source->context;
    (void)e;
    for (r->at = 0; r->at < r->of->count && r->of->gram[r->at].word[0] < from;) r->at++;
    return LM_OK;
}

static lm_status next(lm_gram_source *source, lm_gram *gram, lm_err *e)
{
    reader *r = source->context;
    if (r->of->fail_at >= 0 && r->at >= (size_t)r->of->fail_at)
        return lm_fail(e, LM_EFORMAT, "the sequence is broken");
    gram->length = 0;
    if (r->at < r->of->count) *gram = r->of->gram[r->at++];
    return LM_OK;
}

static lm_status open_reader(void *context, lm_gram_source *source, lm_err *e)
{
    reader *r = lm_new(1, sizeof *r, e);
    if (!r) return e->status;
    r->of = context;
    *source = (lm_gram_source){r, seek, next};
    return LM_OK;
}

static void close_reader(lm_gram_source *source)
{
    lm_free(source->context);
}

static lm_status add_sequence(lm_grams *g, sequence *q, lm_err *e)
{
    const lm_gram_input input = {q, open_reader, close_reader};
    return lm_grams_add_input(g, &input, e);
}

/* ---- all of them, mixed ---- */

enum { PIECES = 64 };

typedef enum { TEXT, ROWS, SEQUENCE } way;

/* How the text is given: pieces, each in its way. */
typedef struct {
    size_t pieces, end[PIECES];
    way way[PIECES];
    sequence sequence[PIECES];
} plan;

static void make_plan(plan *p, size_t pieces, int ways)
{
    p->pieces = pieces < it.length ? pieces : it.length;
    for (size_t i = 0; i < p->pieces; i++) {
        const size_t from = i ? p->end[i - 1] : 0, left = p->pieces - i - 1;
        const size_t room = it.length - left - from; /* at least one token for each piece */
        p->end[i] =
            left ? from + 1 +
                       (size_t)below(room < 4 * it.length / pieces ? room : 4 * it.length / pieces)
                 : it.length;
        if (p->end[i] > it.length - left) p->end[i] = it.length - left;
        p->way[i] = (way)below((uint64_t)ways);
        for (size_t t = from; p->way[i] != TEXT && t < p->end[i]; t++)
            it.times[t] = below(3) ? 1 : 1 + (uint32_t)below(300);
    }
    for (size_t i = 0; i < p->pieces; i++)
        if (p->way[i] == SEQUENCE) p->sequence[i] = make_sequence(i ? p->end[i - 1] : 0, p->end[i]);
}

static void free_plan(plan *p)
{
    for (size_t i = 0; i < p->pieces; i++)
        if (p->way[i] == SEQUENCE) free(p->sequence[i].gram);
}

/* Inputs must be known when the last batch comes. */
static lm_status add_pieces(lm_grams *g, plan *p, const lm_run *run, lm_err *e)
{
    size_t last = p->pieces;
    for (size_t i = 0; i < p->pieces; i++)
        if (p->way[i] != SEQUENCE)
            last = i;
        else
            LM_TRY(add_sequence(g, &p->sequence[i], e));
    for (size_t i = 0; i < p->pieces; i++) {
        const size_t from = i ? p->end[i - 1] : 0;
        if (p->way[i] == TEXT) LM_TRY(add_text(g, from, p->end[i], i == last, run, e));
        if (p->way[i] == ROWS) LM_TRY(add_rows(g, from, p->end[i], i == last, run, e));
    }
    return lm_grams_finish(g, run, e);
}

static void check_run(plan *p, size_t threads, uint64_t memory)
{
    lm_err e = {0};
    lm_run run = {.memory = memory, .tmpdir = "."};
    if (threads > 1) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    lm_ngram_counts c = new_counts();
    lm_grams *g = new_grams(&c, &run);
    CHECK_OK(add_pieces(g, p, &run, &e), &e);
    check_tables(&c);
    lm_grams_free(g);
    lm_ngram_counts_drop(&c);
    lm_pool_free(run.pool);
}

/* As planned, with several numbers of threads, in any memory, in some, and in almost none. */
static void check_plan(plan *p)
{
    static const size_t threads[] = {1, 2, 5};
    static const uint64_t memory[] = {0, 1 << 20, 1};
    for (int t = 0; t < 3; t++)
        for (int m = 0; m < 3; m++) check_run(p, threads[t], memory[m]);
}

static void check(size_t pieces, int ways)
{
    plan p;
    make_plan(&p, pieces, ways);
    check_plan(&p);
    free_plan(&p);
}

TEST(grams_of_one_batch)
{
    random_state = 1;
    for (int i = 0; i < 20; i++) {
        make_text(1 + i % ORDER_MAX, 1 + (uint32_t)below(i % 2 ? 5 : 300), 1 + below(600),
                  2 + below(20));
        check(1, i % 3 + 1);
    }
}

TEST(grams_of_many_batches)
{
    random_state = 2;
    for (int i = 0; i < 20; i++) {
        make_text(1 + i % ORDER_MAX, 1 + (uint32_t)below(i % 2 ? 5 : 300), 1 + below(600),
                  2 + below(20));
        check(1 + below(i % 4 ? 8 : PIECES), i % 3 + 1);
    }
}

/* Long runs of equal keys, several keys deep, and more than the small sorts take. */
TEST(grams_that_are_much_alike)
{
    random_state = 3;
    for (int i = 0; i < 4; i++) {
        make_text(ORDER_MAX - i, i % 2 ? 2 : 3, TOKENS, i < 2 ? 1000000 : 40);
        check(i % 2 ? 1 : 3, 2);
    }
}

TEST(grams_of_a_large_vocabulary)
{
    random_state = 4;
    for (int order = 1; order <= 4; order++) {
        make_text(order, TOKENS - 1, TOKENS, 15);
        check(5, 3);
    }
}

/* Four words fill a key, and many grams agree in eight. */
TEST(grams_alike_in_a_large_vocabulary)
{
    random_state = 9;
    for (int order = 5; order <= ORDER_MAX; order++) {
        make_text(order, 4, 3000, 100);
        for (size_t i = 0; i < it.length; i++)
            if (it.id[i] == 3) it.id[i] = TOKENS - 2;
        it.words = TOKENS - 1;
        check(2, 2);
    }
}

TEST(grams_of_lines_without_words)
{
    random_state = 5;
    make_text(3, 1, 500, 2);
    check(4, 3);
}

/* ---- what goes wrong ---- */

TEST(grams_none_at_all)
{
    lm_err e = {0};
    make_text(3, 4, 0, 2);
    lm_ngram_counts c = new_counts();
    lm_grams *g = new_grams(&c, NULL);
    CHECK_OK(lm_grams_finish(g, NULL, &e), &e);
    check_tables(&c);
    lm_grams_free(g);
    lm_grams_free(NULL);
    lm_ngram_counts_drop(&c);
}

/* One gram, so often. */
static lm_status count_often(const uint32_t *times, size_t batches, lm_ngram_counts *c)
{
    static const uint32_t id[] = {0, 1};
    lm_err e = {0};
    const lm_run run = {.tmpdir = "."};
    lm_status s = LM_OK;
    make_text(2, 3, 0, 2);
    *c = new_counts();
    lm_grams *g = new_grams(c, &run);
    for (size_t i = 0; !s && i < batches; i++)
        s = lm_grams_add(g, &(lm_gram_batch){id, 2, 1, 2, &times[i]}, i + 1 == batches, &run, &e);
    if (!s) s = lm_grams_finish(g, &run, &e);
    if (s) CHECK_FAILS(s, LM_EFORMAT, &e, "an n-gram occurs more than 4294967294 times");
    lm_grams_free(g);
    return s;
}

TEST(grams_that_occur_too_often)
{
    static const uint32_t most[] = {UINT32_MAX - 1}, two[] = {UINT32_MAX - 2, 1},
                          over[] = {UINT32_MAX}, sum[] = {3000000000, 3000000000},
                          three[] = {UINT32_MAX - 2, 1, 1};
    lm_ngram_counts c;
    CHECK_INT(count_often(most, 1, &c), LM_OK);
    CHECK_INT(c.count[2][0], UINT32_MAX - 1);
    lm_ngram_counts_drop(&c);
    CHECK_INT(count_often(two, 2, &c), LM_OK);
    CHECK_INT(c.count[2][0], UINT32_MAX - 1);
    lm_ngram_counts_drop(&c);
    CHECK_INT(count_often(over, 1, &c), LM_EFORMAT);
    lm_ngram_counts_drop(&c);
    CHECK_INT(count_often(sum, 2, &c), LM_EFORMAT);
    lm_ngram_counts_drop(&c);
    CHECK_INT(count_often(three, 3, &c), LM_EFORMAT);
    lm_ngram_counts_drop(&c);
}

/* Counts in three pieces; all is freed whatever happens. */
static lm_status count_pieces(plan *p, const lm_run *run, lm_err *e)
{
    lm_ngram_counts c = new_counts();
    lm_grams *g = new_grams(&c, run);
    const lm_status s = add_pieces(g, p, run, e);
    lm_grams_free(g);
    lm_ngram_counts_drop(&c);
    return s;
}

static void fails(plan *p, const lm_run *with, lm_status status, const char *message)
{
    for (size_t threads = 1; threads <= 3; threads++) {
        lm_err e = {0};
        lm_run run = *with;
        if (threads > 1) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
        CHECK_FAILS(count_pieces(p, &run, &e), status, &e, message);
        lm_pool_free(run.pool);
    }
}

TEST(grams_that_cannot_be_kept)
{
    static volatile sig_atomic_t stop = 1;
    plan p;
    random_state = 6;
    make_text(4, 50, TOKENS, 10);
    make_plan(&p, 3, 1);
    fails(&p, &(lm_run){.tmpdir = "missing"}, LM_EIO, "missing: create a temporary file");
    fails(&p, &(lm_run){.tmpdir = ".", .stop = &stop}, LM_ESTOPPED, "stopped");
    const struct rlimit limit = {1000, 1000};
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    fails(&p, &(lm_run){.tmpdir = "."}, LM_EIO, ".: write a temporary file: File too large");
    free_plan(&p);
}

TEST(grams_of_a_broken_sequence)
{
    plan p = {.pieces = 2, .end = {TOKENS / 2, TOKENS}, .way = {TEXT, SEQUENCE}};
    random_state = 7;
    make_text(3, 50, TOKENS, 10);
    p.sequence[1] = make_sequence(TOKENS / 2, TOKENS);
    for (int at = 0; at < 2000; at = at * 2 + 1) {
        p.sequence[1].fail_at = at;
        fails(&p, &(lm_run){.tmpdir = "."}, LM_EFORMAT, "the sequence is broken");
    }
    free_plan(&p);
}

TEST(grams_without_memory)
{
    plan p;
    random_state = 8;
    make_text(3, 20, 300, 10);
    make_plan(&p, 6, 3);
    for (int little = 0; little < 2; little++)
        for (size_t k = 1;; k++) {
            lm_err e = {0};
            const lm_run run = {.tmpdir = ".", .memory = (uint64_t)little};
            static const uint64_t mass[20];
            failing_begin(0);
            lm_ngram_counts c = new_counts();
            lm_grams *g = NULL;
            failing.fail_at = failing.calls + k;
            lm_status s = lm_grams_new(&g, &c, mass, &run, &e);
            if (!s) s = add_pieces(g, &p, &run, &e);
            lm_grams_free(g);
            failing.fail_at = 0;
            if (!s) check_tables(&c);
            if (s) CHECK_FAILS(s, LM_ENOMEM, &e, "out of memory");
            lm_ngram_counts_drop(&c);
            failing_end();
            if (!failing.failed) break;
        }
    free_plan(&p);
}
