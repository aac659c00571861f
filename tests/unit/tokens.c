/* tokens.c - tests of a text as one sequence of numbers, and of training from it, in memory and
 * through temporary files. */
#include "lm/tokens.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/thread.h"
#include "models.h"
#include "test.h"

enum { TEXT_MAX = 1 << 20, MAP = 1000000 }; /* MAP: added to every number when taken */

/* ---- texts of bytes: what their tokens are is plain ---- */

static struct {
    char text[TEXT_MAX];
    size_t length;
    uint32_t id[3 * TEXT_MAX], count[256];
    size_t tokens, lines, words;
} it;

static void put(uint32_t id)
{
    it.id[it.tokens++] = id;
}

static void make_text(size_t length, uint64_t line, bool marks)
{
    uint32_t number[256];
    memset(number, 0xff, sizeof number);
    memset(it.count, 0, sizeof it.count);
    it.tokens = it.lines = it.words = 0;
    it.length = length;
    bool inside = false;
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = i + 1 == length || below(line) == 0
                                       ? '\n'
                                       : (unsigned char)('a' + below(1 + i / 1000 % 25));
        it.text[i] = (char)byte;
        if (!inside && (marks || byte != '\n')) {
            put(LM_TOKEN_BOS);
            it.lines++;
        }
        inside = byte != '\n';
        if (inside && number[byte] == UINT32_MAX) number[byte] = (uint32_t)it.words++;
        if (inside) it.count[number[byte]]++;
        if (inside)
            put(number[byte]);
        else if (marks)
            put(LM_TOKEN_EOS);
    }
}

static uint32_t taken(uint32_t id)
{
    return id == LM_TOKEN_BOS ? 7 : id == LM_TOKEN_EOS ? 8 : id + MAP;
}

static void check_piece(lm_tokens *t, uint64_t from, size_t count, const lm_run *run)
{
    lm_err e = {0};
    uint32_t map[256], *ids = malloc(count * sizeof *ids + 1);
    for (uint32_t i = 0; i < 256; i++) map[i] = i + MAP;
    CHECK(ids != NULL);
    CHECK_OK(lm_tokens_take(t, from, count, &(lm_tokens_map){map, 7, 8}, ids, run, &e), &e);
    for (size_t i = 0; i < count; i++) CHECK_INT(ids[i], taken(it.id[from + i]));
    free(ids);
}

/* Piece by piece into another one, which takes over the words. */
static void move_tokens(lm_tokens *to, lm_tokens *from, const lm_run *run)
{
    lm_err e = {0};
    static uint32_t ids[3 * TEXT_MAX];
    lm_vocab *vocab = from->vocab;
    from->vocab = NULL;
    CHECK_OK(lm_tokens_begin(to, vocab, &e), &e);
    for (uint64_t at = 0, n; at < from->length; at += n) {
        n = 1 + below(from->length - at);
        CHECK_OK(lm_tokens_take(from, at, (size_t)n, NULL, ids, run, &e), &e);
        CHECK_OK(lm_tokens_add(to, ids, (size_t)n, run, &e), &e);
    }
    CHECK_OK(lm_tokens_end(to, &e), &e);
    lm_tokens_free(from);
}

static void check_counts(const lm_tokens *t)
{
    CHECK_INT(t->length, it.tokens);
    CHECK_INT(t->lines, it.lines);
    CHECK_INT(t->vocab->size, it.words);
    for (size_t w = 0; w < it.words; w++) CHECK_INT(t->count[w], it.count[w]);
}

static void check_tokens(bool marks, uint64_t memory, size_t threads)
{
    lm_err e = {0};
    lm_run run = {.memory = memory, .tmpdir = "."};
    lm_text *text;
    lm_tokens t;
    if (threads > 1) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    CHECK_OK(lm_text_memory(&text, (lm_slice){it.text, it.length}, "text", LM_UNIT_BYTE, false, &e),
             &e);
    CHECK_OK(lm_tokens_read(&t, text, marks, &run, &e), &e);
    check_counts(&t);
    CHECK_INT(t.temp != NULL, memory && 4 * it.tokens > memory / 8);
    check_piece(&t, 0, it.tokens, &run);
    check_piece(&t, it.tokens, 0, &run);
    for (int i = 0; i < 30; i++) {
        const size_t from = below(it.tokens);
        check_piece(&t, from, below(it.tokens - from) / (1 + below(100)), &run);
    }
    for (uint64_t i = 0; i < 8 && i <= t.length - t.held;
         i++) { /* around the end of what is in the file */
        const uint64_t from = t.length - t.held - i, left = t.length - from;
        check_piece(&t, from, left < 5 ? (size_t)left : 5, &run);
    }
    lm_tokens moved;
    move_tokens(&moved, &t, &run);
    check_counts(&moved);
    check_piece(&moved, 0, it.tokens, &run);
    lm_tokens_free(&moved);
    lm_text_close(text);
    lm_pool_free(run.pool);
}

TEST(tokens_are_those_of_the_text)
{
    static const uint64_t memory[] = {0, 6000, 1 << 16, 1 << 20, 1 << 24};
    random_state = 1;
    for (int i = 0; i < 30; i++) {
        make_text(2 + below(i % 3 ? 1000 : 300000), 1 + below(40), i % 2);
        if (it.tokens == 0) continue;
        for (size_t m = 0; m < sizeof memory / sizeof *memory; m++)
            check_tokens(i % 2, memory[m], 1 + (size_t)(i + (int)m) % 3);
    }
}

/* ---- models ---- */

static lm_ngram *train(const lm_ngram_options *o, uint64_t memory, size_t threads)
{
    lm_err e = {0};
    lm_run run = {.memory = memory, .tmpdir = "."};
    if (threads > 1) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    lm_ngram *m = model_of((lm_slice){it.text, it.length}, LM_UNIT_BYTE, o, &run);
    lm_pool_free(run.pool);
    return m;
}

/* The model does not depend on the memory, be it so little that batches have some twenty tokens. */
TEST(any_memory_makes_the_same_bytes)
{
    static const uint64_t memory[] = {6000, 10000, 1 << 16, 1 << 20};
    random_state = 2;
    for (int i = 0; i < 12; i++) {
        lm_ngram_options o = LM_NGRAM_DEFAULTS;
        o.order = 1 + i % 6;
        o.smooth = (lm_ngram_smooth)(i % 3);
        o.choice.no_marks = i % 4 == 3;
        o.choice.closed = i % 5 == 3;
        make_text(i % 2 ? 300 : 30000, 2 + below(40), true);
        lm_ngram *m = train(&o, 0, 1);
        save_model(m, "one", NULL);
        lm_ngram_free(m);
        for (size_t k = it.length > 1000 ? 2 : 0; k < sizeof memory / sizeof *memory; k++) {
            m = train(&o, memory[k], 1 + (k + (size_t)i) % 3);
            save_model(m, "other", &(lm_run){.memory = memory[k]});
            lm_ngram_free(m);
            CHECK(same_files("one", "other"));
        }
    }
}

TEST(too_many_words_for_the_memory)
{
    lm_err e = {0};
    lm_text *text;
    lm_tokens t;
    random_state = 3;
    make_text(30000, 50, true);
    CHECK_OK(lm_text_memory(&text, (lm_slice){it.text, it.length}, "text", LM_UNIT_BYTE, false, &e),
             &e);
    CHECK_FAILS(lm_tokens_read(&t, text, true, &(lm_run){.memory = 3000}, &e), LM_EUSAGE, &e,
                "--memory: 0 MB are too little for the ");
    lm_text_close(text);
}
