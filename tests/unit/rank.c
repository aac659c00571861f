/* rank.c - tests of the order of words in the tables. */
#include <stdio.h>
#include <string.h>
#include "../../src/model/ngram/counts.h"
#include "failing.h"
#include "test.h"

static lm_ngram_counts rank_words(lm_vocab *v)
{
    lm_err e = {0};
    lm_ngram_counts c = {.vocab = v};
    CHECK_OK(lm_ngram_rank_words(&c, NULL, &e), &e);
    for (uint32_t id = 0; id < v->size; id++) {
        CHECK(c.rank[id] < v->size);
        CHECK_INT(c.id[c.rank[id]], id);
    }
    return c;
}

static uint32_t add(lm_vocab *v, const char *word)
{
    lm_err e = {0};
    uint32_t id;
    CHECK_OK(lm_vocab_add(v, lm_slice_of(word), &id, &e), &e);
    return id;
}

static void add_mark(lm_vocab *v, const char *spelling, uint32_t *slot)
{
    lm_err e = {0};
    CHECK_OK(lm_vocab_add_mark(v, spelling, slot, &e), &e);
}

static lm_vocab *new_vocab(void)
{
    lm_err e = {0};
    lm_vocab *v;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    return v;
}

/* The order is in every file, so it must stay.  It was computed with Python:
 *     M = 2**64 - 1
 *     def h(word):
 *         x = 0xcbf29ce484222325
 *         for c in word.encode(): x = (x ^ c) * 0x100000001b3 & M
 *         x = (x ^ x >> 33) * 0xff51afd7ed558ccd & M
 *         x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53 & M
 *         return x ^ x >> 33 */
TEST(ranks_are_the_order_of_the_hash)
{
    static const char *const ordered[] = {"x",  "she",  "and",    "x2",     "he",    "in",
                                          "a",  "</s>", "\u00e9", "of",     "<unk>", "the",
                                          "it", "was",  "x1",     "\u4e2d", "to"};
    enum { WORDS = sizeof ordered / sizeof *ordered };
    lm_vocab *v = new_vocab();
    for (size_t i = 0; i < WORDS; i++) { /* in another order, with <s> in between */
        const char *word = ordered[i * 5 % WORDS];
        if (i == 7) add_mark(v, "<s>", &v->bos);
        if (strcmp(word, "</s>") == 0)
            add_mark(v, word, &v->eos);
        else if (strcmp(word, "<unk>") == 0)
            add_mark(v, word, &v->unk);
        else
            (void)add(v, word);
    }
    lm_ngram_counts c = rank_words(v);
    for (size_t i = 0; i < WORDS; i++) {
        const lm_slice there = lm_vocab_word(v, c.id[i]);
        CHECK_INT(there.length, strlen(ordered[i]));
        CHECK_BYTES(there.text, ordered[i], there.length);
    }
    CHECK_INT(c.eos, 7);
    CHECK_INT(c.unk, 10);
    CHECK_INT(c.bos, WORDS);
    CHECK_INT(c.id[WORDS], v->bos);
    lm_ngram_counts_drop(&c);
}

TEST(ranks_without_marks)
{
    lm_vocab *v = new_vocab();
    (void)add(v, "a");
    lm_ngram_counts c = rank_words(v);
    CHECK(c.bos == LM_NO_WORD && c.eos == LM_NO_WORD && c.unk == LM_NO_WORD);
    CHECK(c.rank[0] == 0);
    lm_ngram_counts_drop(&c);
}

/* Pairs with the same FNV-1a of 64 bits: in the order of their bytes, whatever their ids. */
TEST(words_of_one_hash_are_ranked_by_spelling)
{
    static const char *const pairs[][2] = {{"8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ"},
                                           {"gMPflVXtwGDXbIhP73TX", "LtHf1prlU1bCeYZEdqWf"},
                                           {"pFuM83THhM-Qw8FI5FKo", ".jPx7rOtTDteKAwvfOEo"},
                                           {"7mohtcOFVz", "c1E51sSEyx"}};
    for (int turned = 0; turned < 2; turned++) {
        lm_vocab *v = new_vocab();
        uint32_t id[4][2];
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 2; j++) id[i][j ^ turned] = add(v, pairs[i][j ^ turned]);
        lm_ngram_counts c = rank_words(v);
        for (int i = 0; i < 4; i++) {
            const int first = strcmp(pairs[i][0], pairs[i][1]) < 0 ? 0 : 1;
            CHECK_INT(c.rank[id[i][1 - first]], c.rank[id[i][first]] + 1);
        }
        lm_ngram_counts_drop(&c);
    }
}

/* A mark and a word that is spelled like it. */
TEST(words_of_one_spelling_are_ranked_by_id)
{
    for (int mark_first = 0; mark_first < 2; mark_first++) {
        lm_vocab *v = new_vocab();
        (void)add(v, "z");
        if (mark_first) add_mark(v, "</s>", &v->eos);
        const uint32_t word = add(v, "</s>");
        if (!mark_first) add_mark(v, "</s>", &v->eos);
        CHECK(word != v->eos);
        lm_ngram_counts c = rank_words(v);
        CHECK_INT((int64_t)c.rank[v->eos] - c.rank[word], mark_first ? -1 : 1);
        lm_ngram_counts_drop(&c);
    }
}

TEST(ranks_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_ngram_counts c = {0};
        uint32_t id;
        lm_status s = lm_vocab_new(&c.vocab, &e);
        for (int i = 0; !s && i < 2; i++) /* the pair is sorted, which takes memory */
            s = lm_vocab_add(c.vocab, lm_slice_of(i ? "7mohtcOFVz" : "c1E51sSEyx"), &id, &e);
        if (!s) s = lm_ngram_rank_words(&c, NULL, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_ngram_counts_drop(&c);
        failing_end();
    }
}
