/* prep.c - tests of text made ready: what becomes of words, against tests/oracle/prep.tsv, and
 * whole texts, in blocks and not, against one word after another. */
#include "lm/prep.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "lm/thread.h"
#include "test.h"

/* ---- words ---- */

static lm_status add_word(void *context, lm_slice word, lm_err *e)
{
    lm_str *out = context;
    if (out->length && out->text[out->length - 1] != '\n') LM_TRY(lm_str_add(out, " ", 1, e));
    return lm_str_add(out, word.text, word.length, e);
}

static void check_word(const lm_prep *prep, const char *word, const char *expected)
{
    lm_err e = {0};
    lm_prep_desk desk = {0};
    lm_str words = {0};
    const lm_word_sink sink = {add_word, &words};
    CHECK_OK(lm_str_add(&words, "", 0, &e), &e);
    CHECK_OK(lm_prep_word(prep, &desk, lm_slice_of(word), &sink, &e), &e);
    CHECK_TEXT(words.text, expected);
    lm_prep_desk_free(&desk);
    lm_str_free(&words);
}

TEST(prep_oracle)
{
    FILE *file = fopen(test_path("tests/oracle/prep.tsv"), "r");
    char *line = NULL;
    size_t room = 0;
    int words = 0;
    CHECK(file);
    for (; getline(&line, &room, file) > 0; words++) {
        line[strcspn(line, "\n")] = '\0';
        char *word = strchr(line, '\t'), *expected = strchr(word + 1, '\t');
        *word = *expected = '\0';
        const lm_prep prep = {.split = strchr(line, 's') != NULL,
                              .lower = strchr(line, 'l') != NULL};
        check_word(&prep, word + 1, expected + 1);
    }
    CHECK_INT(words, 600);
    free(line);
    fclose(file);
}

TEST(prep_signs)
{
    const lm_prep prep = {.split = true};
    check_word(&prep, "\"Don't,", "\" Don't ,");
    check_word(&prep, "'tis", "' tis");
    check_word(&prep, "dogs'", "dogs '");
    check_word(&prep, "rock'n'roll's", "rock'n'roll's");
    check_word(&prep, "a''b", "a ' ' b");
    check_word(&prep, "e\xCC\x81's", "e\xCC\x81's"); /* an accent of its own */
    check_word(&prep, "well-known...", "well - known . . .");
    check_word(&prep, "$1,000.50,", "$ 1,000.50 ,");
    check_word(&prep, "v1.2.x", "v1.2 . x");
    check_word(&prep, "1'000", "1'000");
    check_word(&prep, "‘好’吗，", "‘ 好 ’ 吗 ，");
    check_word(&prep,
               "a\xC2\xA0\xE3\x80\x80"
               "b",
               "a b"); /* Unicode's blanks */
    check_word(&prep, "\xE3\x80\x80", "");
    check_word(&prep, "\xFF.\xE4\xBD", "\xFF . \xE4\xBD"); /* no UTF-8 */
    check_word(&prep, "<unk>", "<unk>");
    check_word(&prep, "<s>", "<s>");
    check_word(&prep, "</s>", "</s>");
    check_word(&prep, "<unk>.", "< unk > .");
}

TEST(prep_lower)
{
    const lm_prep prep = {.lower = true};
    check_word(&prep, "ÀЖΣ'X", "àжσ'x");
    check_word(&prep, "\xC4\xB0\xFF\xEF\xBF\xBDZ", "i\xCC\x87\xFF\xEF\xBF\xBDz");
    check_word(&prep, "\xC8\xBA\xC8\xBE", "\xE2\xB1\xA5\xE2\xB1\xA6"); /* longer than they were */
}

static lm_segment *some_segment(void)
{
    lm_err e = {0};
    lm_segment *segment;
    CHECK_OK(lm_segment_read(&segment, lm_slice_of("你好 3\n世界 3\n你 1\n"), "words", &e), &e);
    return segment;
}

static lm_vocab *some_stop(const char *lines)
{
    lm_err e = {0};
    lm_vocab *stop;
    CHECK_OK(lm_vocab_read(&stop, lm_slice_of(lines), "stop", LM_UNIT_WORD, true, &e), &e);
    return stop;
}

TEST(prep_chinese_and_stop_words)
{
    lm_segment *segment = some_segment();
    lm_prep prep = {.split = true, .segment = segment};
    check_word(&prep, "你好世界，你们。", "你好 世界 ， 你 们 。");
    check_word(&prep, "第3世界A你好b", "第 3 世界 A 你好 b");
    check_word(&prep, "a你'b", "a 你 ' b");
    prep.split = false;
    check_word(&prep, "你好，。世界!", "你好 ，。 世界 !");
    lm_vocab *stop = some_stop("世界\n，。\nthe\nb\n.\n");
    prep.stop = stop;
    check_word(&prep, "你好，。世界!", "你好 !");
    prep = (lm_prep){.split = true, .lower = true, .stop = stop};
    check_word(&prep, "The", "");
    check_word(&prep, "The-B.c", "- c");
    prep.lower = false;
    check_word(&prep, "The-B.c", "The - B c");
    prep.split = false;
    check_word(&prep, "the", "");
    lm_segment_free(segment);
    lm_vocab_free(stop);
}

/* ---- texts ---- */

enum { ROOM = 1 << 24 };

static char made[ROOM];
static const char *unk = "UNK";

static void make(const lm_prep *prep, const lm_word_choice *choice, lm_slice bytes, size_t threads,
                 uint64_t memory, lm_prep_counts *counts)
{
    lm_err e = {0};
    lm_run run = {.memory = memory};
    lm_text *text;
    lm_out *out;
    FILE *file;
    if (threads) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    CHECK_OK(lm_text_memory(&text, bytes, "text", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_out_open(&out, "made", &e), &e);
    if (choice)
        CHECK_OK(lm_prep_limit(prep, choice, lm_slice_of(unk), text, out, counts, &run, &e), &e);
    else
        CHECK_OK(lm_prep_stream(prep, text, out, counts, &run, &e), &e);
    lm_text_close(text);
    lm_pool_free(run.pool);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    file = fopen("made", "rb");
    CHECK(file != NULL);
    made[fread(made, 1, ROOM - 1, file)] = '\0';
    CHECK(fclose(file) == 0);
}

/* A text of `lines` lines; now and then a line is longer than a block. */
static void random_text(lm_str *text, int lines, bool long_ones)
{
    static const char *const words[] = {"the", "The", "a.",    "'b'", "don't", "1,5", "你好世界",
                                        "x-y", "...", "<unk>", "É",   "．",    "the", "世界，"};
    lm_err e = {0};
    text->length = 0;
    for (int i = 0; i < lines; i++) {
        const uint64_t count = long_ones && below(3) == 0 ? 250000 : below(9);
        for (uint64_t n = count; n > 0; n--) {
            const char *word = words[below(sizeof words / sizeof *words)];
            CHECK_OK(lm_str_add(text, word, strlen(word), &e), &e);
            if (below(20) == 0) CHECK_OK(lm_str_addf(text, &e, "%d", (int)below(3000)), &e);
            CHECK_OK(lm_str_add(text, &" \t"[below(2)], 1, &e), &e);
        }
        CHECK_OK(lm_str_add(text, "\n", 1, &e), &e);
    }
}

/* The same, word by word. */
static void plain_way(const lm_prep *prep, const lm_str *bytes, lm_str *out)
{
    lm_err e = {0};
    lm_text *text;
    lm_slice word;
    lm_prep_desk desk = {0};
    const lm_word_sink sink = {add_word, out};
    out->length = 0;
    CHECK_OK(lm_text_memory(&text, (lm_slice){bytes->text, bytes->length}, "text", LM_UNIT_WORD,
                            false, &e),
             &e);
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        CHECK_OK(lm_text_next(text, &event, &word, &e), &e);
        if (event == LM_TOKEN) CHECK_OK(lm_prep_word(prep, &desk, word, &sink, &e), &e);
        if (event == LM_LINE_END) CHECK_OK(lm_str_add(out, "\n", 1, &e), &e);
    }
    lm_prep_desk_free(&desk);
    lm_text_close(text);
}

TEST(prep_texts)
{
    lm_str text = {0}, plain = {0};
    lm_segment *segment = some_segment();
    lm_vocab *stop = some_stop("the\n.\n，\n你好\n");
    const lm_word_choice all = {.min_count = 0};
    unk = "<unk>";
    for (int round = 0; round < 20; round++) {
        const lm_prep prep = {.split = round % 2,
                              .lower = round / 2 % 2,
                              .segment = round / 4 % 2 ? segment : NULL,
                              .stop = round / 8 % 2 ? stop : NULL};
        random_text(&text, round < 16 ? 300 : 5, round >= 16);
        plain_way(&prep, &text, &plain);
        const lm_slice bytes = {text.text, text.length};
        make(&prep, NULL, bytes, (size_t)round % 4, 0, NULL);
        CHECK_TEXT(made, plain.text);
        make(&prep, &all, bytes, (size_t)round % 4, 0, NULL);
        CHECK_TEXT(made, plain.text);
    }
    lm_segment_free(segment);
    lm_vocab_free(stop);
    lm_str_free(&text);
    lm_str_free(&plain);
}

static void check_count(const lm_prep_count *c, uint64_t tokens, uint64_t types, uint64_t known)
{
    CHECK_INT(c->tokens, tokens);
    CHECK_INT(c->types, types);
    CHECK_INT(c->known, known);
}

TEST(prep_counts_and_limits)
{
    static const char text[] = "b. a. <unk> A\n\nc b b\n";
    const lm_slice bytes = lm_slice_of(text);
    const lm_prep prep = {.split = true, .lower = true};
    lm_prep_counts counts;
    make(&prep, NULL, bytes, 0, 0, &counts);
    CHECK_TEXT(made, "b . a . <unk> a\n\nc b b\n");
    check_count(&counts.before, 7, 5, 6);
    check_count(&counts.after, 9, 4, 8);

    make(&prep, &(lm_word_choice){.vocab_size = 2}, bytes, 0, 0, &counts);
    CHECK_TEXT(made, "b . UNK . UNK UNK\n\nUNK b b\n"); /* . before a, both twice */
    check_count(&counts.before, 7, 5, 3);               /* b twice, A once */
    check_count(&counts.after, 9, 2, 5);

    make(&prep, &(lm_word_choice){.min_count = 2}, bytes, 0, 0, &counts);
    CHECK_TEXT(made, "b . a . UNK a\n\nUNK b b\n");
    check_count(&counts.before, 7, 5, 2);
    check_count(&counts.after, 9, 3, 7);

    make(&prep, &(lm_word_choice){.min_count = 3, .vocab_size = 5}, lm_slice_of("x y\nx"), 0, 0,
         &counts);
    CHECK_TEXT(made, "UNK UNK\nUNK\n");
    check_count(&counts.before, 3, 2, 0);
    check_count(&counts.after, 3, 0, 0);

    make(&prep, &(lm_word_choice){.min_count = 3}, lm_slice_of(""), 0, 0, &counts);
    CHECK_TEXT(made, "");
    check_count(&counts.before, 0, 0, 0);
    check_count(&counts.after, 0, 0, 0);
}

/* The same bytes through temporary files. */
TEST(prep_in_little_memory)
{
    lm_str text = {0};
    const lm_prep prep = {.split = true};
    const lm_word_choice choice = {.vocab_size = 50};
    for (int lines = 3; text.length < 4 << 20; lines++) random_text(&text, lines, true);
    const lm_slice bytes = {text.text, text.length};
    make(&prep, &choice, bytes, 2, 0, NULL);
    char *before = malloc(strlen(made) + 1);
    CHECK(before);
    memcpy(before, made, strlen(made) + 1);
    make(&prep, &choice, bytes, 1, 1 << 24, NULL);
    CHECK_TEXT(made, before);
    free(before);
    lm_str_free(&text);
}

static lm_status make_without_memory(const lm_prep *prep, const lm_word_choice *choice, lm_err *e)
{
    static const char bytes[] = "你好世界 The a\n\nb ' <unk>\n";
    lm_prep_counts counts;
    lm_text *text = NULL;
    lm_out *out = NULL;
    lm_status s = lm_text_memory(&text, lm_slice_of(bytes), "text", LM_UNIT_WORD, false, e);
    if (!s) s = lm_out_open(&out, "made", e);
    if (!s && choice)
        s = lm_prep_limit(prep, choice, lm_slice_of("UNK"), text, out, &counts, NULL, e);
    else if (!s)
        s = lm_prep_stream(prep, text, out, &counts, NULL, e);
    lm_text_close(text);
    return lm_out_close(out, s, e);
}

TEST(prep_without_memory)
{
    lm_segment *segment = some_segment();
    const lm_prep prep = {.split = true, .lower = true, .segment = segment};
    const lm_word_choice choice = {.vocab_size = 2};
    for (int limited = 0; limited < 2; limited++)
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            const lm_status s = make_without_memory(&prep, limited ? &choice : NULL, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            failing_end();
        }
    lm_segment_free(segment);
}
