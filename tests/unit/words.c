/* words.c - tests of choosing the words of a model, against a choice made in the plainest way. */
#include "lm/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "test.h"

enum { MOST = 40 };

static lm_vocab *vocab_of(const char *const *words, uint32_t count)
{
    lm_err e = {0};
    lm_vocab *v;
    uint32_t id;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    for (uint32_t i = 0; i < count; i++)
        CHECK_OK(lm_vocab_add(v, lm_slice_of(words[i]), &id, &e), &e);
    CHECK_INT(v->size, count);
    return v;
}

/* One place after another the best of the words that are left. */
static uint32_t plain_choice(const char **chosen, const char *const *words, const uint64_t *times,
                             uint32_t count, const lm_word_choice *o)
{
    bool taken[MOST] = {false};
    uint32_t n = 0;
    while (!o->vocab_size || n < o->vocab_size) {
        uint32_t best = MOST;
        for (uint32_t i = 0; i < count; i++) {
            if (taken[i] || times[i] < o->min_count) continue;
            if (!o->closed && strcmp(words[i], "<unk>") == 0) continue;
            if (o->list && lm_vocab_find(o->list, lm_slice_of(words[i])) == LM_NO_WORD) continue;
            if (best == MOST || times[i] > times[best] ||
                (times[i] == times[best] && strcmp(words[i], words[best]) < 0))
                best = i;
        }
        if (best == MOST) break;
        taken[best] = true;
        chosen[n++] = words[best];
    }
    return n;
}

static void check_choice(const char *const *words, const uint64_t *times, uint32_t found_count,
                         uint32_t count, const lm_word_choice *o)
{
    lm_err e = {0};
    lm_vocab *found = vocab_of(words, found_count), *vocab = vocab_of(NULL, 0);
    uint32_t map[MOST], id = 0;
    const char *chosen[MOST];
    const uint32_t n = plain_choice(chosen, words, times, count, o);
    CHECK_OK(lm_words_choose(vocab, map, found, times, o, &e), &e);
    CHECK_INT(vocab->unk, o->closed ? LM_NO_WORD : id++);
    CHECK_INT(vocab->eos, o->no_marks ? LM_NO_WORD : id++);
    CHECK_INT(vocab->size, id + n + 1);
    CHECK_INT(vocab->bos, vocab->size - 1);
    for (uint32_t i = 0; i < n; i++) {
        CHECK(lm_slice_is(lm_vocab_word(vocab, id + i), chosen[i]));
        CHECK_INT(lm_vocab_find(vocab, lm_slice_of(chosen[i])), id + i);
    }
    for (uint32_t i = 0; i < found_count; i++) {
        uint32_t place = 0;
        while (place < n && strcmp(chosen[place], words[i]) != 0) place++;
        CHECK_INT(map[i], place < n ? id + place : vocab->unk);
    }
    lm_vocab_free(found);
    lm_vocab_free(vocab);
}

TEST(words_chosen)
{
    static char text[MOST][8];
    const char *words[MOST];
    uint64_t times[MOST];
    random_state = 3;
    for (uint32_t round = 0; round < 200; round++) {
        const uint32_t found = (uint32_t)below(MOST / 2);
        const uint32_t all = found + (round % 2 ? (uint32_t)below(MOST / 2) : 0);
        for (uint32_t i = 0; i < MOST; i++) { /* in no order of bytes */
            snprintf(text[i], sizeof text[i], "%c%u", (char)('a' + i * 7 % 26), i);
            words[i] = text[i];
            times[i] = i < found ? below(4) : 0;
        }
        if (found > 3) words[2] = "<unk>";
        lm_word_choice o = {.closed = below(2), .no_marks = below(2)};
        /* Of the list, which has words that were read and words that were not, every other. */
        if (round % 2) o.list = vocab_of(words + found / 2, all - found / 2);
        if (below(2)) o.min_count = below(3);
        if (below(2)) o.vocab_size = below(MOST / 2);
        check_choice(words, times, found, all, &o);
        lm_vocab_free(o.list);
    }
}

TEST(words_without_memory)
{
    static const char *const words[] = {"b", "a", "c"};
    static const uint64_t times[] = {1, 1, 2};
    lm_vocab *found = vocab_of(words, 3), *list = vocab_of(words + 1, 2);
    const lm_word_choice o = {.list = list};
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_vocab *vocab;
        uint32_t map[3];
        lm_status s = lm_vocab_new(&vocab, &e);
        if (!s) s = lm_words_choose(vocab, map, found, times, &o, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_vocab_free(vocab);
        failing_end();
    }
    lm_vocab_free(found);
    lm_vocab_free(list);
}

/* The memory that the message says is enough. */
TEST(words_in_memory)
{
    lm_err e = {0};
    lm_vocab *v = vocab_of(NULL, 0);
    unsigned long long megabytes = 0;
    for (uint32_t i = 0, id; i < 100000; i++) {
        char word[16];
        const int n = snprintf(word, sizeof word, "word%u", i);
        CHECK_OK(lm_vocab_add(v, (lm_slice){word, (size_t)n}, &id, &e), &e);
    }
    CHECK_OK(lm_words_check_memory(v, NULL, &e), &e);
    CHECK_OK(lm_words_check_memory(v, &(lm_run){.memory = 0}, &e), &e);
    CHECK_FAILS(lm_words_check_memory(v, &(lm_run){.memory = 8 << 20}, &e), LM_EUSAGE, &e,
                "--memory: 8 MB are too little for the 100000 different words read so far");
    const char *least = strstr(e.message, "at least ");
    CHECK(least != NULL && sscanf(least, "at least %llu MB", &megabytes) == 1 && megabytes > 8);
    e = (lm_err){0};
    CHECK_OK(lm_words_check_memory(v, &(lm_run){.memory = megabytes << 20}, &e), &e);
    lm_vocab_free(v);
}
