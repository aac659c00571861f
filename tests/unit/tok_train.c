/* tok_train.c - tests of training tokenizers, against counting everything anew for every merge. */
#include "lm/tok_train.h"
#include <string.h>
#include "../../src/text/merges.h"
#include "chance.h"
#include "failing.h"
#include "lm/memory.h"
#include "lm/thread.h"
#include "test.h"

/* ---- merging, the plain way ---- */

enum { WORDS = 12, LONGEST = 14, LETTERS = 3, SYMBOLS = 256 + 60 };

static struct {
    uint32_t word[WORDS][LONGEST];
    size_t length[WORDS];
    uint64_t times[WORDS], pair[SYMBOLS][SYMBOLS], single[SYMBOLS];
    char spelling[SYMBOLS][LONGEST + 1];
    uint32_t merge[SYMBOLS][2];
    uint32_t size;
} plain;

static void plain_count(void)
{
    memset(plain.pair, 0, sizeof plain.pair);
    memset(plain.single, 0, sizeof plain.single);
    for (size_t w = 0; w < WORDS; w++)
        for (size_t i = 0; i < plain.length[w]; i++) {
            const uint32_t *s = &plain.word[w][i];
            plain.single[s[0]] += plain.times[w];
            if (i + 1 < plain.length[w]) plain.pair[s[0]][s[1]] += plain.times[w];
        }
}

static double plain_value(uint32_t a, uint32_t b, lm_tok_score score)
{
    const double chance = (double)plain.single[a] * (double)plain.single[b];
    return (double)plain.pair[a][b] / (score == LM_TOK_LIKELIHOOD ? chance : 1);
}

static void plain_merge(uint32_t a, uint32_t b)
{
    for (size_t w = 0; w < WORDS; w++) {
        uint32_t *s = plain.word[w];
        size_t n = 0;
        for (size_t i = 0; i < plain.length[w]; i++) {
            const bool both = i + 1 < plain.length[w] && s[i] == a && s[i + 1] == b;
            s[n++] = both ? plain.size : s[i];
            i += both;
        }
        plain.length[w] = n;
    }
    const size_t left = strlen(plain.spelling[a]), right = strlen(plain.spelling[b]);
    memcpy(plain.spelling[plain.size], plain.spelling[a], left);
    memcpy(plain.spelling[plain.size] + left, plain.spelling[b], right + 1);
    plain.merge[plain.size][0] = a;
    plain.merge[plain.size++][1] = b;
}

static bool plain_step(uint64_t min_count, lm_tok_score score)
{
    uint32_t best[2] = {0, 0};
    double value = 0;
    plain_count();
    for (uint32_t a = 0; a < plain.size; a++)
        for (uint32_t b = 0; b < plain.size; b++)
            if (plain.pair[a][b] >= min_count && plain_value(a, b, score) > value) {
                value = plain_value(a, b, score);
                best[0] = a;
                best[1] = b;
            }
    if (value > 0) plain_merge(best[0], best[1]);
    return value > 0;
}

/* Words of few letters, with runs; the text has them as often as it should, in any order. */
static void make_words(lm_str *text)
{
    lm_err e = {0};
    uint64_t left = 0;
    char word[LONGEST + 2];
    memset(&plain, 0, sizeof plain);
    for (plain.size = 0; plain.size < 256; plain.size++)
        plain.spelling[plain.size][0] = (char)plain.size;
    for (size_t w = 0; w < WORDS; w++) {
        plain.length[w] = 1 + below(LONGEST);
        left += plain.times[w] = 1 + below(9);
        for (size_t i = 0; i < plain.length[w]; i++)
            plain.word[w][i] =
                i && below(3) == 0 ? plain.word[w][i - 1] : 'a' + (uint32_t)below(LETTERS);
    }
    uint64_t times[WORDS];
    memcpy(times, plain.times, sizeof times);
    while (left) {
        const size_t w = below(WORDS);
        if (!times[w]) continue;
        times[w]--;
        left--;
        /* A line end each, which no letter is merged with. */
        for (size_t i = 0; i < plain.length[w]; i++) word[i] = (char)plain.word[w][i];
        word[plain.length[w]] = '\n';
        CHECK_OK(lm_str_add(text, word, plain.length[w] + 1, &e), &e);
    }
}

static lm_tokenizer *train(lm_slice text, const lm_tok_train_options *o, const lm_run *run)
{
    lm_err e = {0};
    lm_text *in;
    lm_tokenizer *t;
    CHECK_OK(lm_text_memory(&in, text, "text", LM_UNIT_BYTE, true, &e), &e);
    CHECK_OK(lm_tok_train(&t, in, o, run, &e), &e);
    lm_text_close(in);
    return t;
}

static void check_random(lm_tok_score score)
{
    lm_str text = {0};
    make_words(&text);
    const lm_tok_train_options o = {
        .vocab_size = 256 + 1 + below(60),
        .min_count = 1 + below(4),
        .unit = LM_BY_LINE,
        .score = score,
    };
    lm_tokenizer *t = train((lm_slice){text.text, text.length}, &o, NULL);
    while (plain.size + 1 < o.vocab_size && plain_step(o.min_count, score)) continue;
    CHECK_INT(t->vocab->size, plain.size + 1);
    CHECK_INT(t->merges, plain.size - 256);
    for (uint32_t i = 256; i < plain.size; i++) {
        CHECK_INT(t->merge[i - 256][0], plain.merge[i][0]);
        CHECK_INT(t->merge[i - 256][1], plain.merge[i][1]);
        CHECK(lm_slice_is(lm_vocab_word(t->vocab, i), plain.spelling[i]));
    }
    lm_tokenizer_free(t);
    lm_str_free(&text);
}

TEST(merges_of_random_words)
{
    random_state = 11;
    for (int round = 0; round < 60; round++)
        check_random(round % 2 ? LM_TOK_LIKELIHOOD : LM_TOK_COUNT);
}

/* ---- counts ---- */

/* That differ by one where a float, and 32 bits, would not tell. */
TEST(merges_by_large_counts)
{
    static const uint32_t words[3][2] = {{0, 1}, {2, 3}, {4, 5}};
    static const uint64_t times[] = {UINT64_C(1) << 60, (UINT64_C(1) << 60) + 1, 1};
    lm_err e = {0};
    lm_merges *m;
    uint32_t pair[2];
    CHECK_OK(lm_merges_new(&m, 9, LM_TOK_COUNT, 2, &e), &e);
    for (int i = 0; i < 3; i++) CHECK_OK(lm_merges_add(m, words[i], 2, times[i], &e), &e);
    CHECK_OK(lm_merges_begin(m, &e), &e);
    CHECK(lm_merges_best(m, pair) && pair[0] == 2 && pair[1] == 3);
    CHECK_OK(lm_merges_apply(m, pair, 6, &e), &e);
    CHECK(lm_merges_best(m, pair) && pair[0] == 0 && pair[1] == 1);
    CHECK(!lm_merges_best(m, pair));
    lm_merges_free(m);
    CHECK_FAILS(lm_merges_new(&m, UINT64_C(1) << 31, LM_TOK_COUNT, 2, &e), LM_EFORMAT, &e,
                "have 2147483648 symbols");
}

/* A single piece that is long takes time in proportion to it. */
TEST(merges_of_a_long_run)
{
    enum { LENGTH = 1 << 20 };
    const lm_tok_train_options o = {.vocab_size = 256 + 21, .unit = LM_BY_LINE};
    char *text = lm_resize(NULL, LENGTH, 1, &(lm_err){0});
    CHECK(text != NULL);
    memset(text, 'a', LENGTH);
    lm_tokenizer *t = train((lm_slice){text, LENGTH}, &o, NULL);
    CHECK_INT(t->vocab->size, 256 + 20); /* aa, aaaa, ... of half the run, and the mark */
    CHECK_INT(lm_vocab_word(t->vocab, 256 + 18).length, LENGTH / 2);
    lm_tokenizer_free(t);
    lm_free(text);
}

/* ---- all kinds ---- */

static const char corpus[] =
    "The cat sat.  The cat\xc3\xa9s' hats!\n\n\xe4\xb8\xad cat \xff that\ncats\n";

static lm_tok_train_options options_of(int i)
{
    lm_tok_train_options o = {.kind = (lm_tok_kind)(i / 2), .min_count = 1};
    o.vocab_size = o.kind == LM_TOK_BYTE_BPE || o.kind == LM_TOK_BYTE ? 270 : 40;
    o.unit = i % 2 ? LM_BY_DOCUMENT : LM_BY_FILE;
    o.lower = i % 2 && (o.kind == LM_TOK_BPE || o.kind == LM_TOK_WORDPIECE);
    o.closed = i % 2 && (o.kind == LM_TOK_WORD || o.kind == LM_TOK_CHAR);
    if (i % 2 && i / 2 <= LM_TOK_WORDPIECE) o.score = LM_TOK_LIKELIHOOD;
    return o;
}

enum { ALL = 2 * (LM_TOK_BYTE + 1) };

TEST(tokenizers_without_memory)
{
    lm_err e = {0};
    for (int i = 0; i < ALL; i++) {
        const lm_tok_train_options o = options_of(i);
        for (size_t k = 1; failing_round(k); k++) {
            lm_text *text;
            lm_tokenizer *t = NULL;
            e = (lm_err){0};
            lm_status s =
                lm_text_memory(&text, lm_slice_of(corpus), "text", LM_UNIT_BYTE, true, &e);
            if (!s) {
                s = lm_tok_train(&t, text, &o, NULL, &e);
                lm_text_close(text);
            }
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            CHECK((t != NULL) == (s == LM_OK));
            lm_tokenizer_free(t);
            failing_end();
        }
    }
}

static void check_same(const lm_tokenizer *a, const lm_tokenizer *b)
{
    CHECK_INT(a->vocab->size, b->vocab->size);
    CHECK_INT(a->vocab->unk, b->vocab->unk);
    CHECK_INT(a->merges, b->merges);
    CHECK_INT(a->specials, b->specials);
    CHECK_BYTES(a->vocab->offsets, b->vocab->offsets, sizeof(uint32_t) * (a->vocab->size + 1));
    CHECK_BYTES(a->vocab->bytes, b->vocab->bytes, a->vocab->offsets[a->vocab->size]);
    if (a->merges) CHECK_BYTES(a->merge, b->merge, a->merges * sizeof *a->merge);
}

/* A text of several blocks, its lines in any order: by line, only the counts are left of it. */
TEST(tokenizers_of_threads)
{
    enum { LINES = 100000 };
    lm_err e = {0};
    lm_str text = {0};
    random_state = 5;
    for (int i = 0; i < LINES; i++) {
        const unsigned a = (unsigned)below(30), b = (unsigned)(below(30) * below(30));
        CHECK_OK(lm_str_addf(&text, &e,
                             "w%uor %u\xc3\xa9"
                             "d%u%s",
                             a, b, b % 7, below(9) ? "\n" : "\n\n"),
                 &e);
    }
    for (int i = 0; i < ALL; i++) {
        lm_tok_train_options o = options_of(i);
        o.vocab_size = 400;
        lm_tokenizer *one = train((lm_slice){text.text, text.length}, &o, NULL);
        for (size_t threads = 2; threads <= 3; threads++) {
            lm_run run = {0};
            CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
            lm_tokenizer *other = train((lm_slice){text.text, text.length}, &o, &run);
            check_same(one, other);
            lm_tokenizer_free(other);
            lm_pool_free(run.pool);
        }
        lm_tokenizer_free(one);
    }
    lm_str_free(&text);
}

TEST(tokenizers_in_bounds)
{
    static const volatile sig_atomic_t stop = 1;
    const lm_tok_train_options o = {.vocab_size = 300, .unit = LM_BY_LINE};
    lm_err e = {0};
    lm_str many = {0};
    lm_text *text;
    lm_tokenizer *t;
    CHECK_OK(lm_text_memory(&text, lm_slice_of(corpus), "text", LM_UNIT_BYTE, true, &e), &e);
    CHECK_FAILS(lm_tok_train(&t, text, &o, &(lm_run){.stop = &stop}, &e), LM_ESTOPPED, &e,
                "stopped while reading");
    lm_text_close(text);
    for (unsigned i = 0; i < 100000; i++) CHECK_OK(lm_str_addf(&many, &e, "%u\n", i), &e);
    CHECK_OK(
        lm_text_memory(&text, (lm_slice){many.text, many.length}, "text", LM_UNIT_BYTE, true, &e),
        &e);
    e = (lm_err){0};
    CHECK_FAILS(lm_tok_train(&t, text, &o, &(lm_run){.memory = 16 << 20}, &e), LM_EUSAGE, &e,
                "--memory: 16 MB are too little for the 100000 different pieces read so far");
    CHECK(t == NULL && strstr(e.message, "give at least 61 MB"));
    lm_text_close(text);
    lm_tokenizer_free(train((lm_slice){many.text, many.length}, &o, &(lm_run){.memory = 61 << 20}));
    lm_str_free(&many);
}
