/* pack.c - tests of the tables of a model: what was put in is found, and nothing else. */
#include "../../src/model/ngram/counts.h"
#include "../../src/model/ngram/trie.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "chance.h"
#include "lm/memory.h"
#include "lm/thread.h"
#include "test.h"

/* ---- tables to be packed ---- */

/* Words w0, w1, .. and <s>. */
static lm_vocab *new_vocab(uint32_t words)
{
    lm_err e = {0};
    lm_vocab *v;
    uint32_t id;
    char name[16];
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    for (uint32_t w = 0; w + 1 < words; w++) {
        const int n = snprintf(name, sizeof name, "w%u", w);
        CHECK_OK(lm_vocab_add(v, (lm_slice){name, (size_t)n}, &id, &e), &e);
    }
    CHECK_OK(lm_vocab_add_mark(v, "<s>", &v->bos, &e), &e);
    return v;
}

static void *new_table(lm_ngram_counts *c, uint64_t count, size_t size)
{
    lm_err e = {0};
    void *table = lm_tables_new(&c->tables, count, size, NULL, &e);
    CHECK_OK(e.status, &e);
    return table;
}

/* Numbers of its own for the n-gram i of order k: what is found must be what was put in. */
static float prob_of(int k, uint64_t i)
{
    return (float)(4 * i + (uint64_t)k);
}

static float bow_of(int k, uint64_t i)
{
    return -prob_of(k, i);
}

static void set_numbers(lm_ngram_counts *c)
{
    for (int k = 1; k <= c->order; k++) {
        c->prob[k] = new_table(c, c->size[k], sizeof **c->prob);
        for (uint64_t i = 0; i < c->size[k]; i++) c->prob[k][i] = prob_of(k, i);
        if (k == c->order) break;
        c->bow[k] = new_table(c, c->size[k], sizeof **c->bow);
        for (uint64_t i = 0; i < c->size[k]; i++) c->bow[k][i] = bow_of(k, i);
    }
}

/* The children of one node: as many as `words` has, by ascending rank. */
typedef struct {
    uint32_t *word;
    uint32_t count;
} children;

/* Which of the words follow the context number i. */
typedef void choose(children *into, uint64_t i, uint32_t words);

/* Order k + 1, given the nodes of order k. */
static void add_order(lm_ngram_counts *c, int k, choose *chosen)
{
    const uint32_t words = (uint32_t)c->size[1];
    uint64_t at = 0;
    size_t capacity = 0;
    uint32_t *all = NULL;
    lm_err e = {0};
    children some = {malloc(words * sizeof(uint32_t)), 0};
    CHECK(some.word != NULL);
    c->first[k] = new_table(c, c->size[k] + 1, sizeof **c->first);
    for (uint64_t i = 0; i < c->size[k]; i++, at += some.count) {
        c->first[k][i] = (uint32_t)at;
        some.count = 0;
        chosen(&some, i, words);
        CHECK_OK(lm_reserve(&all, &capacity, at + some.count, sizeof *all, &e), &e);
        if (some.count) memcpy(all + at, some.word, some.count * sizeof *all);
    }
    c->first[k][c->size[k]] = (uint32_t)at;
    c->size[k + 1] = at;
    c->word[k + 1] = new_table(c, at, sizeof **c->word);
    if (at) memcpy(c->word[k + 1], all, at * sizeof *all);
    free(some.word);
    lm_free(all);
}

static lm_ngram_counts make_counts(int order, uint32_t words, choose *chosen)
{
    lm_err e = {0};
    lm_ngram_counts c = {.order = order, .marks = true, .vocab = new_vocab(words)};
    CHECK_OK(lm_ngram_rank_words(&c, NULL, &e), &e);
    c.size[1] = words;
    for (int k = 1; k < order; k++) add_order(&c, k, chosen);
    set_numbers(&c);
    return c;
}

/* ---- who follows: from spread to crowded ---- */

static void take(children *into, uint32_t word)
{
    into->word[into->count++] = word;
}

static void all_of_them(children *into, uint64_t i, uint32_t words)
{
    (void)i;
    for (uint32_t w = 0; w < words; w++) take(into, w);
}

static void none_or_one(children *into, uint64_t i, uint32_t words)
{
    if (i % 3) take(into, (uint32_t)below(words));
}

/* Each with its own chance, from almost none to almost all. */
static void at_random(children *into, uint64_t i, uint32_t words)
{
    const uint64_t share = 1 + below(i % 4 ? 20 : 1000);
    for (uint32_t w = 0; w < words; w++)
        if (below(1000) < share) take(into, w);
}

static void the_lowest(children *into, uint64_t i, uint32_t words)
{
    for (uint32_t w = 0; w < (i * 7 + 5) % words; w++) take(into, w);
}

/* They all want the last slots, and stand before them. */
static void the_highest(children *into, uint64_t i, uint32_t words)
{
    const uint32_t count = (uint32_t)((i * 7 + 5) % words);
    for (uint32_t w = words - count; w < words; w++) take(into, w);
}

static void a_crowd_in_the_middle(children *into, uint64_t i, uint32_t words)
{
    const uint32_t from = (uint32_t)below(words), count = (uint32_t)(below(words) / (1 + i % 9));
    for (uint32_t w = 0; w < words; w++)
        if ((w >= from && w < from + count) || below(50) == 0) take(into, w);
}

/* A few spread ones, then a crowd that does not fit the rest. */
static void a_crowded_end(children *into, uint64_t i, uint32_t words)
{
    const uint32_t crowd = (uint32_t)(1 + below(1 + words / 4));
    for (uint32_t w = 0; w < words; w++)
        if (w + crowd >= words || below(5 + i % 50) == 0) take(into, w);
}

static void two_ends(children *into, uint64_t i, uint32_t words)
{
    const uint32_t low = (uint32_t)below(words / 3 + 1), high = (uint32_t)below(words / 3 + 1);
    (void)i;
    for (uint32_t w = 0; w < words; w++)
        if (w < low || w + high >= words) take(into, w);
}

static choose *const choices[] = {all_of_them, none_or_one,           at_random,     the_lowest,
                                  the_highest, a_crowd_in_the_middle, a_crowded_end, two_ends};
enum { CHOICES = sizeof choices / sizeof *choices };

/* ---- checks ---- */

/* Blocks of more than a few have an unused slot for so many children. */
static uint64_t slots_of(uint64_t count)
{
    return count <= LM_NGRAM_FEW ? count : count + count / LM_NGRAM_GAP;
}

typedef struct {
    const lm_ngram *model;
    const lm_ngram_counts *counts; /* what it was packed from; a copy of the tables */
} packed;

/* Every word after the n-gram i of order k, whose block is begin .. end-1. */
static void check_block(const packed *p, int k, uint64_t i, uint64_t begin, uint64_t end)
{
    const lm_ngram *m = p->model;
    const lm_ngram_counts *c = p->counts;
    const uint32_t words = (uint32_t)c->size[1];
    uint64_t child = c->first[k][i], before = 0;
    CHECK_INT(end - begin, slots_of(c->first[k][i + 1] - child));
    for (uint32_t rank = 0; rank < words; rank++) {
        const bool is_there = child < c->first[k][i + 1] && c->word[k + 1][child] == rank;
        const uint64_t slot =
            lm_ngram_find(m, k + 1, begin, end, rank, lm_ngram_scale(rank, words));
        if (!is_there) CHECK(slot == LM_NGRAM_NONE);
        if (!is_there) continue;
        CHECK(slot >= begin && slot < end && slot >= before);
        const lm_ngram_entry entry = lm_ngram_at(m, k + 1, slot);
        CHECK(entry.prob == prob_of(k + 1, child));
        CHECK(entry.bow == (k + 1 < c->order ? bow_of(k + 1, child) : 1));
        if (k + 1 < c->order) check_block(p, k + 1, child, entry.begin, entry.end);
        before = slot + 1;
        child++;
    }
    CHECK_INT(child, c->first[k][i + 1]);
}

static void check_tables(const packed *p)
{
    const lm_ngram *m = p->model;
    const lm_ngram_counts *c = p->counts;
    uint64_t slots[LM_NGRAM_ORDER_MAX + 2] = {0, c->size[1]};
    for (int k = 1; k < c->order; k++)
        for (uint64_t i = 0; i < c->size[k]; i++)
            slots[k + 1] += slots_of(c->first[k][i + 1] - c->first[k][i]);
    for (int k = 1; k <= c->order; k++) {
        CHECK_INT(m->count[k], c->size[k]);
        CHECK_INT(m->slots[k], slots[k]);
        uint64_t used = 0;
        for (uint64_t i = 0; i < m->slots[k]; i++) used += lm_ngram_word(m, k, i) != LM_NO_WORD;
        CHECK_INT(used, c->size[k]);
    }
    for (uint64_t rank = 0; rank < c->size[1]; rank++) {
        const lm_ngram_entry entry = lm_ngram_at(m, 1, rank);
        CHECK_INT(m->rank[lm_ngram_word(m, 1, rank)], rank);
        CHECK(entry.prob == prob_of(1, rank));
        if (c->order > 1) check_block(p, 1, rank, entry.begin, entry.end);
    }
}

/* Packs the counts, and checks what is found against the same counts, made once more. */
static void check_packing(int order, uint32_t words, choose *chosen, size_t threads)
{
    lm_err e = {0};
    const uint64_t state = random_state;
    lm_ngram_counts packed_away = make_counts(order, words, chosen);
    random_state = state;
    lm_ngram_counts kept = make_counts(order, words, chosen);
    lm_ngram model = {0};
    lm_run run = {0};
    if (threads > 1) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    CHECK_OK(lm_ngram_pack(&model, &packed_away, &run, &e), &e);
    CHECK_INT(packed_away.tables.heap, 0);
    check_tables(&(packed){&model, &kept});
    lm_pool_free(run.pool);
    lm_vocab_free(model.lang.vocab);
    lm_tables_free(&model.tables);
    lm_ngram_counts_drop(&packed_away);
    lm_ngram_counts_drop(&kept);
}

TEST(packed_bigrams_are_found_and_no_others)
{
    random_state = 1;
    for (int i = 0; i < CHOICES; i++)
        for (uint32_t words = 1; words <= 300; words = words * 3 / 2 + 1)
            check_packing(2, words, choices[i], 1 + words % 3);
}

TEST(packed_trigrams_are_found_and_no_others)
{
    random_state = 2;
    for (int i = 0; i < CHOICES; i++)
        for (uint32_t words = 2; words <= 32; words += 5)
            check_packing(3, words, choices[i], 1 + words % 3);
}

/* More parents than a chunk has. */
TEST(packed_in_several_chunks)
{
    random_state = 3;
    for (size_t threads = 1; threads <= 5; threads += 2)
        check_packing(2, 9000, none_or_one, threads);
}

TEST(packed_unigrams_alone)
{
    random_state = 4;
    check_packing(1, 1, none_or_one, 1);
    check_packing(1, 1000, none_or_one, 2);
}

/* ---- a crowd so large that looking at one slot after another would take minutes ---- */

enum { CROWD = 1 << 20 };

/* The lower half stands after the slots it wants, the upper half before. */
static void crowds_at_both_ends(children *into, uint64_t i, uint32_t words)
{
    for (uint32_t w = 0; i == 0 && w < words; w++)
        if (w < CROWD / 2 || w + CROWD / 2 >= words) take(into, w);
}

TEST(a_crowd_is_found_in_time)
{
    const clock_t limit = 20 * CLOCKS_PER_SEC;
    for (int order = 2; order <= 3; order++) { /* leaves and nodes */
        lm_err e = {0};
        lm_ngram m = {0};
        lm_ngram_counts c = make_counts(order, 2 * CROWD, crowds_at_both_ends);
        CHECK_OK(lm_ngram_pack(&m, &c, NULL, &e), &e);
        const lm_ngram_entry entry = lm_ngram_at(&m, 1, 0);
        const clock_t begun = clock();
        for (uint32_t rank = 0; rank < 2 * CROWD; rank++) {
            const bool is_there = rank < CROWD / 2 || rank >= 3 * (CROWD / 2);
            const uint64_t slot =
                lm_ngram_find(&m, 2, entry.begin, entry.end, rank, lm_ngram_scale(rank, 2 * CROWD));
            CHECK_INT(slot != LM_NGRAM_NONE, is_there);
            if (is_there) CHECK_INT(lm_ngram_word(&m, 2, slot), rank);
            if (rank % 1024 == 0) CHECK(clock() - begun < limit);
        }
        lm_vocab_free(m.lang.vocab);
        lm_tables_free(&m.tables);
        lm_ngram_counts_drop(&c);
    }
}
