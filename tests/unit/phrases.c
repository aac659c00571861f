/* phrases.c - tests of joining words, against the plainest way: one list of spellings with their
 * counts, words and pairs alike, as word2phrase has it. */
#include "lm/phrases.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "lm/scalar.h"
#include "lm/thread.h"
#include "test.h"

enum { WORDS_MAX = 3000, BYTES = 64, TEXT_MAX = 1 << 17 };

/* ---- the plain way ---- */

static struct {
    char word[WORDS_MAX][BYTES]; /* "" is a line end */
    size_t count;
    char spelling[2 * WORDS_MAX][BYTES];
    uint64_t times[2 * WORDS_MAX];
    size_t spellings;
    size_t found;
} plain;

static uint64_t *times_of(const char *spelling)
{
    size_t i = 0;
    while (i < plain.spellings && strcmp(plain.spelling[i], spelling) != 0) i++;
    if (i == plain.spellings) {
        memcpy(plain.spelling[i], spelling, strlen(spelling) + 1);
        plain.times[plain.spellings++] = 0;
    }
    return &plain.times[i];
}

static void join(char out[BYTES], const char *a, const char *joiner, const char *b)
{
    CHECK(snprintf(out, BYTES, "%s%s%s", a, joiner, b) < BYTES);
}

static void plain_count(const lm_phrases_options *o)
{
    const char *before = "";
    char both[BYTES];
    plain.spellings = 0;
    for (size_t i = 0; i < plain.count; i++) {
        const char *word = plain.word[i];
        if (!*word && !o->within_lines) continue;
        if (*word) ++*times_of(word);
        if (*word && *before && strcmp(word, "<unk>") != 0 && strcmp(before, "<unk>") != 0) {
            join(both, before, o->joiner, word);
            ++*times_of(both);
        }
        before = word;
    }
}

static bool plain_is_phrase(const char *a, const char *b, const lm_phrases_options *o,
                            double threshold, size_t words)
{
    char both[BYTES];
    if (!*a || !*b || strcmp(a, "<unk>") == 0 || strcmp(b, "<unk>") == 0) return false;
    join(both, a, o->joiner, b);
    const uint64_t n_a = *times_of(a), n_b = *times_of(b), n_ab = *times_of(both);
    if (n_a < o->min_count || n_b < o->min_count || n_ab < o->min_count) return false;
    if (o->score == LM_PHRASE_WORD2PHRASE)
        return (float)(n_ab - o->min_count) / (float)n_a / (float)n_b * (float)words >
               (float)threshold;
    const double n = (double)words, p_ab = (double)n_ab / n;
    return lm_log(p_ab / ((double)n_a / n * ((double)n_b / n))) / -lm_log(p_ab) > threshold;
}

static void plain_pass(const lm_phrases_options *o, double threshold)
{
    size_t words = 0, out = 0;
    bool single = false; /* may the last one written be joined? */
    for (size_t i = 0; i < plain.count; i++) words += *plain.word[i] != '\0';
    plain_count(o);
    for (size_t i = 0; i < plain.count; i++) {
        const char *word = plain.word[i];
        if (single && plain_is_phrase(plain.word[out - 1], word, o, threshold, words)) {
            char both[BYTES];
            join(both, plain.word[out - 1], o->joiner, word);
            memcpy(plain.word[out - 1], both, sizeof both);
            single = false;
        } else {
            single = *word != '\0';
            memmove(plain.word[out++], word, BYTES);
        }
    }
    plain.count = out;
}

static size_t plain_text(char *text)
{
    size_t length = 0;
    for (size_t i = 0; i < plain.count; i++) {
        const char *word = plain.word[i];
        if (*word && i > 0 && *plain.word[i - 1]) text[length++] = ' ';
        memcpy(text + length, word, strlen(word));
        length += strlen(word);
        if (!*word) text[length++] = '\n';
    }
    return length;
}

/* ---- both ways ---- */

static lm_status phrases_of(lm_slice text, lm_unit unit, const lm_phrases_options *o,
                            const double *threshold, size_t passes, const lm_run *run,
                            const char *path, lm_err *e)
{
    lm_text *t;
    lm_phrases *p = NULL;
    lm_out *out;
    LM_TRY(lm_text_memory(&t, text, "text", unit, false, e));
    lm_status s = lm_phrases_read(&p, t, o, run, e);
    lm_text_close(t);
    for (size_t i = 0; !s && i < passes; i++) {
        s = lm_phrases_find(p, threshold[i], run, e);
        if (!s) s = lm_phrases_join(p, run, e);
    }
    if (!s) s = lm_out_open(&out, path, e);
    if (!s) s = lm_out_close(out, lm_phrases_write(p, out, run, e), e);
    lm_phrases_free(p);
    return s;
}

static size_t get(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    const size_t length = fread(bytes, 1, room, file);
    CHECK(length < room);
    fclose(file);
    return length;
}

/* Words of few letters, those of joiners among them, so that much is spelled alike. */
static void make_text(size_t count, uint64_t letters)
{
    static const char letter[] = "a_b-cdefgh";
    plain.count = 0;
    for (size_t i = 0; i < count; i++) {
        char *word = plain.word[plain.count++];
        size_t length = below(8) ? 1 + below(2) * below(3) : 0;
        if (i + 1 == count) length = 0;
        for (size_t k = 0; k < length; k++) word[k] = letter[below(letters)];
        word[length] = '\0';
        if (length == 3 && below(4) == 0) memcpy(word, "<unk>", sizeof "<unk>");
    }
}

TEST(the_text_is_that_of_the_plain_way)
{
    static const char *const joiners[] = {"_", "", "--", "_", "ab", "_-_", "é"};
    static char text[TEXT_MAX], expected[TEXT_MAX], found[TEXT_MAX];
    random_state = 1;
    for (size_t i = 0; i < 400; i++) {
        lm_err e = {0};
        lm_run run = {0};
        const lm_phrases_options o = {
            .score = i % 3 ? LM_PHRASE_WORD2PHRASE : LM_PHRASE_NPMI,
            .min_count = 1 + below(4),
            .joiner = joiners[i % 7],
            .within_lines = below(2) == 0,
        };
        double threshold[3];
        const size_t passes = below(4);
        for (size_t k = 0; k < passes; k++)
            threshold[k] = (double)below(100) / (o.score == LM_PHRASE_NPMI ? 200 : 20);
        if (below(2)) CHECK_OK(lm_pool_new(&run.pool, 2 + below(3), &e), &e);
        make_text(2 + below(600), 2 + below(8));
        const size_t length = plain_text(text);
        CHECK_OK(phrases_of((lm_slice){text, length}, LM_UNIT_WORD, &o, threshold, passes, &run,
                            "out", &e),
                 &e);
        for (size_t k = 0; k < passes; k++) plain_pass(&o, threshold[k]);
        const size_t n = plain_text(expected);
        CHECK_INT(get("out", found, sizeof found), n);
        CHECK_BYTES(found, expected, n);
        lm_pool_free(run.pool);
    }
}

/* Little memory: the tokens are in a file, and the words are counted a few at a time. */
TEST(the_memory_does_not_matter)
{
    static const uint64_t memory[] = {0, 1 << 17, 1 << 18, 1 << 20};
    static char text[TEXT_MAX], expected[TEXT_MAX], found[TEXT_MAX];
    static const double threshold[] = {1.5, 1, 0.5};
    const lm_phrases_options o = {.min_count = 2, .joiner = "_"};
    random_state = 2;
    size_t length = 0, n = 0;
    for (size_t i = 0; i < 20000; i++) { /* 26 words, some of them pairs */
        text[length++] = (char)('a' + (below(3) ? below(26) : i % 26));
        text[length++] = below(20) ? ' ' : '\n';
    }
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) {
        lm_err e = {0};
        lm_run run = {.memory = memory[i], .tmpdir = "."};
        if (i % 2) CHECK_OK(lm_pool_new(&run.pool, 3, &e), &e);
        CHECK_OK(
            phrases_of((lm_slice){text, length}, LM_UNIT_WORD, &o, threshold, 2, &run, "out", &e),
            &e);
        if (i == 0) n = get("out", expected, sizeof expected);
        CHECK(n > 0 && memchr(expected, '_', n));
        CHECK_INT(get("out", found, sizeof found), n);
        CHECK_BYTES(found, expected, n);
        lm_pool_free(run.pool);
    }
}

/* Blanks are in no pair, ill-formed UTF-8 is made of bytes, and two of them may look like a
 * character: \xC3 and \xA9, over a line end, like the é that is there, too. */
TEST(characters)
{
    lm_err e = {0};
    char found[256];
    static const double threshold[] = {0};
    static const char text[] = "xy z\n\nxy\xC3\n\xA9 z\xC3\xA9x y\n";
    const lm_phrases_options o = {.min_count = 1, .joiner = ""};
    CHECK_OK(phrases_of(lm_slice_of(text), LM_UNIT_CHAR, &o, threshold, 1, NULL, "out", &e), &e);
    found[get("out", found, sizeof found)] = '\0';
    CHECK_TEXT(found, "xy z\n\nxy \xC3\n\xA9 z \xC3\xA9 x y\n");
}

/* By hand: of 11 words, x, y and x y twice, a three times, b four times, a b and b a twice. */
TEST(known_scores)
{
    lm_err e = {0};
    lm_text *t;
    lm_phrases *p;
    lm_out *out;
    char found[256];
    static const char text[] = "x y a b\nx y b a b\nb a\n";
    for (int i = 0; i < 2; i++) {
        const lm_phrases_options o = {
            .score = i ? LM_PHRASE_NPMI : LM_PHRASE_WORD2PHRASE,
            .min_count = i ? 2 : 1,
            .joiner = "_",
            .within_lines = true,
        };
        CHECK_OK(lm_text_memory(&t, lm_slice_of(text), "text", LM_UNIT_WORD, false, &e), &e);
        CHECK_OK(lm_phrases_read(&p, t, &o, NULL, &e), &e);
        CHECK_INT(lm_phrases_words(p), 11);
        CHECK_OK(lm_phrases_find(p, 0.1, NULL, &e), &e);
        CHECK_INT(lm_phrases_found(p), 3);
        CHECK_OK(lm_out_open(&out, "out", &e), &e);
        CHECK_OK(lm_out_close(out, lm_phrases_list(p, out, &e), &e), &e);
        found[get("out", found, sizeof found)] = '\0';
        /* (2 - 1) / 2 / 2 * 11; (2 - 1) / 3 / 4 * 11
         * log(2/11 / (2/11 * 2/11)) / -log(2/11); log(2/11 / (3/11 * 4/11)) / -log(2/11) */
        CHECK_TEXT(found, i ? "x y\t1\t2\na b\t0.3555574\t2\nb a\t0.3555574\t2\n"
                            : "x y\t2.75\t2\na b\t0.9166667\t2\nb a\t0.9166667\t2\n");
        lm_phrases_free(p);
        lm_text_close(t);
    }
}

TEST(a_joiner_stands_inside_a_word)
{
    lm_err e = {0};
    lm_text *t;
    lm_phrases *p;
    CHECK_OK(lm_text_memory(&t, lm_slice_of("a"), "text", LM_UNIT_WORD, false, &e), &e);
    const lm_phrases_options o = {.min_count = 1, .joiner = "a\tb"};
    CHECK_FAILS(lm_phrases_read(&p, t, &o, NULL, &e), LM_EUSAGE, &e, "a blank");
    CHECK(p == NULL);
    lm_text_close(t);
}

TEST(no_memory_leaks_nothing)
{
    static const double threshold[] = {1, 0.5};
    static const char text[] = "a b c a b\na b_c a b c\nc a_b c a b\n";
    const lm_phrases_options o = {.min_count = 1, .joiner = "_"};
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        const lm_status s =
            phrases_of(lm_slice_of(text), LM_UNIT_WORD, &o, threshold, 2, NULL, "out", &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
}
