/* pairs.c - tests of examples that are given one by one. */
#include "lm/pairs.h"
#include "failing.h"
#include "lm/tokens.h"
#include "test.h"

static lm_pairs read_pairs(const char *lines, size_t width, bool marks_as_words)
{
    lm_err e = {0};
    lm_pairs p;
    CHECK_OK(lm_pairs_read(&p, lm_slice_of(lines), "pairs", width, marks_as_words, &e), &e);
    return p;
}

static void check_word(const lm_pairs *p, uint32_t id, const char *word)
{
    CHECK(id < p->found->size && lm_slice_is(lm_vocab_word(p->found, id), word));
}

/* Several blanks, line ends of DOS, no newline at the end. */
TEST(pairs_of_any_width)
{
    lm_pairs p = read_pairs("a b\tc\r\n  b   b a \ta\nc\tc", 0, false);
    CHECK_INT(p.count, 3);
    CHECK_BYTES(p.begin, ((uint64_t[]){0, 2, 5, 6}), 4 * sizeof(uint64_t));
    CHECK_BYTES(p.context, ((uint32_t[]){0, 1, 1, 1, 0, 2}), 6 * sizeof(uint32_t));
    CHECK_BYTES(p.target, ((uint32_t[]){2, 0, 2}), 3 * sizeof(uint32_t));
    CHECK_BYTES(p.times, ((uint64_t[]){1, 0, 2}), 3 * sizeof(uint64_t));
    CHECK_INT(p.found->size, 3);
    check_word(&p, 0, "a");
    check_word(&p, 1, "b");
    check_word(&p, 2, "c");
    CHECK(p.ends == 0 && p.begins == 0);
    lm_pairs_free(&p);
}

/* Marks have numbers of their own, or are words. */
TEST(pairs_with_marks)
{
    static const char lines[] = "<s> a\t</s>\n</s> a\t<s>\n<s> <s>\t</s>\n";
    lm_pairs p = read_pairs(lines, 2, false);
    CHECK_INT(p.found->size, 1);
    CHECK_BYTES(p.target, ((uint32_t[]){LM_TOKEN_EOS, LM_TOKEN_BOS, LM_TOKEN_EOS}),
                3 * sizeof(uint32_t));
    CHECK(p.context[0] == LM_TOKEN_BOS && p.context[2] == LM_TOKEN_EOS && p.context[1] == 0);
    CHECK(p.ends == 2 && p.begins == 1 && p.times[0] == 0);
    lm_pairs_free(&p);
    p = read_pairs(lines, 2, true);
    CHECK_INT(p.found->size, 3);
    check_word(&p, p.context[0], "<s>");
    check_word(&p, p.target[0], "</s>");
    CHECK(p.ends == 0 && p.begins == 0);
    CHECK(p.times[p.target[0]] == 2 && p.times[p.target[1]] == 1);
    lm_pairs_free(&p);
}

/* Bytes are bytes: NUL and what is no UTF-8 are parts of words. */
TEST(pairs_of_any_bytes)
{
    static const char lines[] = "\0x \xff\t\x80\0\n";
    lm_err e = {0};
    lm_pairs p;
    CHECK_OK(lm_pairs_read(&p, (lm_slice){lines, sizeof lines - 1}, "pairs", 2, false, &e), &e);
    const lm_slice words[] = {{lines, 2}, {lines + 3, 1}, {lines + 5, 2}};
    CHECK_INT(p.found->size, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const lm_slice word = lm_vocab_word(p.found, i);
        CHECK_INT(word.length, words[i].length);
        CHECK_BYTES(word.text, words[i].text, word.length);
    }
    lm_pairs_free(&p);
}

static void refuse(const char *lines, size_t width, const char *message)
{
    lm_err e = {0};
    lm_pairs p;
    CHECK_INT(lm_pairs_read(&p, lm_slice_of(lines), "pairs", width, false, &e), LM_EFORMAT);
    CHECK_TEXT(e.message, message);
    CHECK(!p.begin && !p.context && !p.target && !p.found && !p.times);
    lm_pairs_free(&p);
}

TEST(pairs_that_are_refused)
{
    refuse("", 0, "pairs: no pairs");
    refuse("\n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("a\tb\n\na\tb\n", 0, "pairs:2: expected words, a TAB and one word");
    refuse("a b\n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("a\t\n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("a\t\r\n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("a\tb c\n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("a\tb \n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("a\t b\n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("a\tb\tc\n", 0, "pairs:1: expected words, a TAB and one word");
    refuse("\ta\n", 0, "pairs:1: no words before the TAB");
    refuse("a\tb\n   \ta\n", 0, "pairs:2: no words before the TAB");
    refuse("\ta\n", 2, "pairs:1: 0 words before the TAB, expected 2");
    refuse("a b\tc\na\tb\n", 2, "pairs:2: 1 words before the TAB, expected 2");
    refuse("a b c\td\n", 2, "pairs:1: 3 words before the TAB, expected 2");
}

TEST(pairs_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_pairs p;
        const lm_status s =
            lm_pairs_read(&p, lm_slice_of("a b\tc\n<s>\ta\nd\t</s>\n"), "pairs", 0, false, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK((p.found == NULL) == (s != LM_OK));
        lm_pairs_free(&p);
        failing_end();
    }
}
