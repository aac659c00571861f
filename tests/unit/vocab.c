/* vocab.c - tests of vocabularies: ids, marks, growth, ranks, checkpoints. */
#include "lm/vocab.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "lm/file.h"
#include "models.h"
#include "test.h"

static lm_vocab *new_vocab(void)
{
    lm_err e = {0};
    lm_vocab *v;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    return v;
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

static uint32_t find(const lm_vocab *v, const char *word)
{
    return lm_vocab_find(v, lm_slice_of(word));
}

TEST(vocab_add_and_find)
{
    lm_err e = {0};
    lm_vocab *v = new_vocab();
    uint32_t id;
    CHECK_INT(v->size, 0);
    CHECK_INT(find(v, "a"), LM_NO_WORD);
    CHECK_INT(find(v, ""), LM_NO_WORD);
    CHECK_INT(add(v, "a"), 0);
    CHECK_INT(add(v, "longer word than eight bytes"), 1);
    CHECK_INT(add(v, "a"), 0);
    CHECK_INT(add(v, ""), 2);
    CHECK_OK(lm_vocab_add(v, (lm_slice){"a\0", 2}, &id, &e), &e);
    CHECK_INT(id, 3);
    CHECK_INT(v->size, 4);
    CHECK_INT(find(v, "a"), 0);
    CHECK_INT(find(v, "longer word than eight bytes"), 1);
    CHECK_INT(find(v, "longer word than eight byte"), LM_NO_WORD);
    CHECK_INT(find(v, ""), 2);
    CHECK_INT(lm_vocab_find(v, (lm_slice){"a\0", 2}), 3);
    CHECK(lm_slice_is(lm_vocab_word(v, 1), "longer word than eight bytes"));
    CHECK_INT(lm_vocab_word(v, 2).length, 0);
    lm_vocab_free(v);
    lm_vocab_free(NULL);
}

/* <s> and </s> as marks are not found by their spelling, <unk> is. */
TEST(vocab_same)
{
    lm_vocab *a = new_vocab(), *b = new_vocab();
    CHECK(lm_vocab_same(a, b));
    CHECK_INT(add(a, "x"), 0);
    CHECK(!lm_vocab_same(a, b) && !lm_vocab_same(b, a));
    CHECK_INT(add(b, "x"), 0);
    CHECK(lm_vocab_same(a, b));
    CHECK_INT(add(a, "y"), 1);
    CHECK_INT(add(b, "yy"), 1);
    CHECK(!lm_vocab_same(a, b) && !lm_vocab_same(b, a));
    lm_vocab_free(a);
    lm_vocab_free(b);
}

TEST(vocab_marks)
{
    lm_vocab *v = new_vocab();
    CHECK(v->unk == LM_NO_WORD && v->bos == LM_NO_WORD && v->eos == LM_NO_WORD);
    CHECK_INT(lm_vocab_outputs(v), 0);
    add_mark(v, "<unk>", &v->unk);
    add_mark(v, "</s>", &v->eos);
    CHECK_INT(add(v, "word"), 2);
    CHECK_INT(lm_vocab_outputs(v), 3);
    add_mark(v, "<s>", &v->bos);
    CHECK(v->unk == 0 && v->eos == 1 && v->bos == 3);
    CHECK_INT(find(v, "<unk>"), 0);
    CHECK_INT(find(v, "</s>"), LM_NO_WORD);
    CHECK_INT(find(v, "<s>"), LM_NO_WORD);
    CHECK(lm_slice_is(lm_vocab_word(v, 3), "<s>"));
    CHECK_INT(lm_vocab_outputs(v), 3); /* all but <s> */
    CHECK(lm_vocab_is_output(v, 0) && lm_vocab_is_output(v, 1) && lm_vocab_is_output(v, 2));
    CHECK(!lm_vocab_is_output(v, 3) && !lm_vocab_is_output(v, 4));
    CHECK_INT(add(v, "<s>"), 4); /* as a word, another one */
    CHECK_INT(find(v, "<s>"), 4);
    CHECK_INT(add(v, "<unk>"), 0);
    lm_vocab_free(v);
}

static const char *number_word(uint32_t i)
{
    static char text[48];
    snprintf(text, sizeof text, i % 3 ? "w%u" : "a rather long word, number %u", i);
    return text;
}

TEST(vocab_grows)
{
    enum { WORDS = 200000 };
    lm_vocab *v = new_vocab();
    add_mark(v, "</s>", &v->eos);
    for (uint32_t i = 1; i < WORDS; i++) CHECK_INT(add(v, number_word(i)), i);
    CHECK_INT(v->size, WORDS);
    for (uint32_t i = 1; i < WORDS; i++) {
        CHECK_INT(find(v, number_word(i)), i);
        CHECK(lm_slice_is(lm_vocab_word(v, i), number_word(i)));
    }
    CHECK_INT(find(v, number_word(WORDS)), LM_NO_WORD);
    CHECK_INT(find(v, "</s>"), LM_NO_WORD); /* through all the growing, too */
    CHECK_INT(add(v, number_word(5)), 5);
    lm_vocab_free(v);
}

/* Words that differ in one byte, in length, or only in NULs at their end. */
TEST(vocab_tells_words_apart)
{
    enum { LONGEST = 300, KINDS = 4, WORDS = (LONGEST + 1) * KINDS };
    static char bytes[KINDS][LONGEST];
    static lm_slice words[2 * WORDS];
    static uint32_t ids[2 * WORDS];
    lm_err e = {0};
    lm_vocab *v = new_vocab();
    memset(bytes[1], 'a', LONGEST);
    memset(bytes[2], 'a', LONGEST);
    memset(bytes[3], 0xff, LONGEST);
    for (int i = 0; i < LONGEST; i += 7) bytes[2][i] = 'b';
    for (uint32_t i = 0; i < WORDS; i++) {
        const lm_slice word = {bytes[i % KINDS], i / KINDS};
        uint32_t id;
        bool same = false; /* the empty word is there once */
        for (uint32_t k = 0; k < i && !same; k++)
            same = words[k].length == word.length &&
                   memcmp(words[k].text, word.text, word.length) == 0;
        words[i] = word;
        CHECK((lm_vocab_find(v, word) == LM_NO_WORD) == !same);
        CHECK_OK(lm_vocab_add(v, word, &id, &e), &e);
        CHECK((id + 1 == v->size && lm_slice_compare(lm_vocab_word(v, id), word) == 0) || same);
    }
    for (uint32_t i = 0; i < WORDS; i++) /* and as many that are not there */
        words[WORDS + i] = (lm_slice){&"xyzw and then some more of it"[i % 16], 1 + i % 13};
    for (size_t count = 0; count <= 2 * WORDS; count = count * 2 + 1) {
        memset(ids, 0, sizeof ids);
        lm_vocab_find_all(v, words + 2 * WORDS - count, count, ids);
        for (size_t i = 0; i < count; i++)
            CHECK_INT(ids[i], lm_vocab_find(v, words[2 * WORDS - count + i]));
        CHECK_INT(ids[count < 2 * WORDS ? count : 0], count < 2 * WORDS ? 0 : ids[0]);
    }
    lm_vocab_free(v);
}

TEST(vocab_byte_ranks)
{
    static const char *const sorted[] = {"",   "A", "\xc3\xa4", "a",    "aa",
                                         "ab", "b", "\xff",     "\x7f", " "};
    static const uint32_t expected[] = {0, 2, 8, 3, 4, 5, 6, 9, 7, 1};
    lm_err e = {0};
    uint32_t *rank;
    lm_vocab *v = new_vocab();
    for (int i = 0; i < 10; i++) add(v, sorted[i]);
    CHECK_OK(lm_vocab_byte_ranks(v, &rank, &e), &e);
    for (int i = 0; i < 10; i++) CHECK_INT(rank[i], expected[i]);
    lm_free(rank);
    lm_vocab_free(v);
    v = new_vocab();
    CHECK_OK(lm_vocab_byte_ranks(v, &rank, &e), &e);
    lm_free(rank);
    lm_vocab_free(v);
}

/* Whatever allocation fails, the vocabulary holds what it held, and can go on. */
TEST(vocab_without_memory)
{
    enum { WORDS = 1500 };
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_vocab *v;
        uint32_t id, *rank = NULL;
        const lm_status s = lm_vocab_new(&v, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        if (s) CHECK(v == NULL);
        for (uint32_t i = 0; !s && i < WORDS; i++) {
            const size_t fails_at = failing.fail_at;
            const bool before = failing.failed;
            lm_err this = {0};
            if (lm_vocab_add(v, lm_slice_of(number_word(i)), &id, &this)) {
                CHECK(failing.failed && !before && fails_at == failing.calls);
                CHECK_INT(this.status, LM_ENOMEM);
                CHECK_INT(v->size, i);
                if (i) CHECK_INT(find(v, number_word(i - 1)), i - 1);
                CHECK_INT(find(v, number_word(i)), LM_NO_WORD);
                id = add(v, number_word(i));
            }
            CHECK_INT(id, i);
        }
        for (uint32_t i = 0; !s && i < WORDS; i++) CHECK_INT(find(v, number_word(i)), i);
        if (!s && lm_vocab_byte_ranks(v, &rank, &e)) CHECK(failing.failed && rank == NULL);
        lm_free(rank);
        lm_vocab_free(v);
        failing_end();
    }
}

/* ---- checkpoints ---- */

TEST(vocab_save_and_load)
{
    lm_err e = {0};
    for (uint32_t words = 0; words < 3000; words = words * 5 + 1) {
        lm_vocab *v = new_vocab(), *loaded;
        add_mark(v, "<unk>", &v->unk);
        add_mark(v, "</s>", &v->eos);
        for (uint32_t i = 0; i < words; i++) add(v, number_word(i));
        add_mark(v, "<s>", &v->bos);
        lm_ckpt_writer *writer = new_checkpoint("test");
        CHECK_OK(lm_vocab_save(v, writer, &e), &e);
        write_checkpoint(writer, "vocab.lm", NULL);
        lm_ckpt *ckpt = open_checkpoint("vocab.lm");
        CHECK_OK(lm_vocab_load(&loaded, ckpt, v->size, v->unk, v->bos, v->eos, &e), &e);
        CHECK_INT(loaded->size, words + 3);
        CHECK(loaded->unk == v->unk && loaded->bos == v->bos && loaded->eos == v->eos);
        CHECK_INT(lm_vocab_outputs(loaded), words + 2);
        for (uint32_t i = 0; i < words; i++) {
            CHECK_INT(find(loaded, number_word(i)), i + 2);
            CHECK(lm_slice_is(lm_vocab_word(loaded, i + 2), number_word(i)));
        }
        CHECK_INT(find(loaded, "<unk>"), 0);
        CHECK_INT(find(loaded, "</s>"), LM_NO_WORD);
        CHECK_INT(find(loaded, "<s>"), LM_NO_WORD);
        CHECK_INT(find(loaded, number_word(words)), LM_NO_WORD);
        lm_vocab_free(loaded);
        lm_ckpt_close(ckpt);
        lm_vocab_free(v);
    }
}

TEST(vocab_load_of_nothing)
{
    lm_err e = {0};
    lm_vocab *v = new_vocab(), *loaded;
    lm_ckpt_writer *writer = new_checkpoint("test");
    CHECK_OK(lm_vocab_save(v, writer, &e), &e);
    write_checkpoint(writer, "vocab.lm", NULL);
    lm_ckpt *ckpt = open_checkpoint("vocab.lm");
    CHECK_OK(lm_vocab_load(&loaded, ckpt, 0, LM_NO_WORD, LM_NO_WORD, LM_NO_WORD, &e), &e);
    CHECK_INT(loaded->size, 0);
    CHECK_INT(find(loaded, "a"), LM_NO_WORD);
    lm_vocab_free(loaded);
    lm_ckpt_close(ckpt);
    lm_vocab_free(v);
}

/* Three words "a", "bc", "" of these offsets; the status and message of loading `size` words
 * with this mark. */
static void check_malformed(const uint32_t offsets[4], uint32_t size, uint32_t mark,
                            const char *message)
{
    lm_err e = {0};
    lm_vocab *loaded;
    lm_ckpt_writer *writer = new_checkpoint("test");
    CHECK_OK(lm_ckpt_add_table(writer, "tokenizer.bytes", LM_U8, 3, "abc", &e), &e);
    CHECK_OK(lm_ckpt_add_table(writer, "tokenizer.offsets", LM_U32, 4, offsets, &e), &e);
    write_checkpoint(writer, "vocab.lm", NULL);
    lm_ckpt *ckpt = open_checkpoint("vocab.lm");
    CHECK_FAILS(lm_vocab_load(&loaded, ckpt, size, mark, LM_NO_WORD, LM_NO_WORD, &e), LM_EFORMAT,
                &e, message);
    CHECK(loaded == NULL);
    CHECK(strstr(e.message, "vocab.lm: ") == e.message);
    lm_ckpt_close(ckpt);
}

TEST(vocab_load_refuses_malformed_tables)
{
    check_malformed((uint32_t[]){0, 2, 1, 3}, 3, LM_NO_WORD, "tokenizer.offsets': descends");
    check_malformed((uint32_t[]){1, 1, 3, 3}, 3, LM_NO_WORD, "tokenizer.offsets'");
    check_malformed((uint32_t[]){0, 1, 3, 65}, 3, LM_NO_WORD, "leaves tokenizer.bytes");
    check_malformed((uint32_t[]){0, 1, 3, UINT32_MAX}, 3, LM_NO_WORD, "leaves tokenizer.bytes");
    check_malformed((uint32_t[]){0, UINT32_MAX, 3, 3}, 3, LM_NO_WORD, "descends");
    check_malformed((uint32_t[]){0, 1, 3, 3}, 3, 3, "mark 3 is outside the vocabulary of 3");
    check_malformed((uint32_t[]){0, 1, 3, 3}, 100, LM_NO_WORD, "tokenizer.offsets");
    check_malformed((uint32_t[]){0, 1, 3, 3}, UINT32_MAX, LM_NO_WORD, "tokenizer.offsets");
}

TEST(vocab_load_refuses_missing_tables)
{
    static const uint32_t offsets[] = {0, 1};
    lm_err e = {0};
    lm_vocab *loaded;
    lm_ckpt_writer *writer = new_checkpoint("test");
    CHECK_OK(lm_ckpt_add_table(writer, "tokenizer.offsets", LM_U32, 2, offsets, &e), &e);
    write_checkpoint(writer, "vocab.lm", NULL);
    lm_ckpt *ckpt = open_checkpoint("vocab.lm");
    CHECK_FAILS(lm_vocab_load(&loaded, ckpt, 1, LM_NO_WORD, LM_NO_WORD, LM_NO_WORD, &e), LM_EFORMAT,
                &e, "'tokenizer.bytes'");
    lm_ckpt_close(ckpt);
    e = (lm_err){0};
    writer = new_checkpoint("test");
    CHECK_OK(lm_ckpt_add_table(writer, "tokenizer.bytes", LM_U8, 1, "a", &e), &e);
    CHECK_OK(lm_ckpt_add_table(writer, "tokenizer.offsets", LM_I32, 2, offsets, &e), &e);
    write_checkpoint(writer, "vocab.lm", NULL);
    ckpt = open_checkpoint("vocab.lm");
    CHECK_FAILS(lm_vocab_load(&loaded, ckpt, 1, LM_NO_WORD, LM_NO_WORD, LM_NO_WORD, &e), LM_EFORMAT,
                &e, "tokenizer.offsets");
    lm_ckpt_close(ckpt);
}

TEST(vocab_load_without_memory)
{
    lm_err e = {0};
    lm_vocab *v = new_vocab();
    add(v, "word");
    lm_ckpt_writer *writer = new_checkpoint("test");
    CHECK_OK(lm_vocab_save(v, writer, &e), &e);
    write_checkpoint(writer, "vocab.lm", NULL);
    lm_vocab_free(v);
    lm_ckpt *ckpt = open_checkpoint("vocab.lm");
    for (size_t k = 1; failing_round(k); k++) {
        e = (lm_err){0};
        const lm_status s = lm_vocab_load(&v, ckpt, 1, LM_NO_WORD, LM_NO_WORD, LM_NO_WORD, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK((v == NULL) == (s != LM_OK));
        lm_vocab_free(v);
        failing_end();
    }
    lm_ckpt_close(ckpt);
}

/* ---- a list in a file ---- */

static lm_vocab *read_list(const char *text, lm_unit unit, bool marks_as_words)
{
    lm_err e = {0};
    lm_vocab *v;
    CHECK_OK(lm_vocab_read(&v, lm_slice_of(text), "list", unit, marks_as_words, &e), &e);
    return v;
}

TEST(vocab_read)
{
    lm_vocab *v = read_list("b\n\na\r\n<unk>\nb\n<s>\n </s> \nlast", LM_UNIT_WORD, false);
    CHECK_INT(v->size, 3);
    CHECK_INT(find(v, "b"), 0);
    CHECK_INT(find(v, "a"), 1);
    CHECK_INT(find(v, "last"), 2);
    lm_vocab_free(v);
    v = read_list("<s>\n<unk>\n</s>\n", LM_UNIT_WORD, true);
    CHECK_INT(v->size, 2);
    CHECK_INT(find(v, "</s>"), 1);
    lm_vocab_free(v);
    v = read_list(" \n\xE4\xB8\xAD\n", LM_UNIT_CHAR, false);
    CHECK_INT(v->size, 2);
    CHECK_INT(find(v, "\xE4\xB8\xAD"), 1);
    lm_vocab_free(v);
    v = read_list("", LM_UNIT_BYTE, false);
    CHECK_INT(v->size, 0);
    lm_vocab_free(v);
}

TEST(vocab_read_of_two_words_on_a_line)
{
    lm_err e = {0};
    lm_vocab *v;
    CHECK_FAILS(lm_vocab_read(&v, lm_slice_of("a\n\nb c\n"), "list", LM_UNIT_WORD, false, &e),
                LM_EFORMAT, &e, "list:3: more than one word on a line");
    CHECK(v == NULL);
}

TEST(vocab_read_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_vocab *v;
        const lm_status s =
            lm_vocab_read(&v, lm_slice_of("a\nb\n"), "list", LM_UNIT_WORD, false, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK(s ? v == NULL : v->size == 2);
        lm_vocab_free(v);
        failing_end();
    }
}
