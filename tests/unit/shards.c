/* shards.c - tests of reading parts of files: every line is in exactly one. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "chance.h"
#include "lm/crc.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/text.h"
#include "test.h"

enum { ROOM = 1 << 17 };

static void put(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    CHECK(file != NULL);
    CHECK_INT(fwrite(bytes, 1, length, file), length);
    CHECK_INT(fclose(file), 0);
}

/* The shard's bytes, read in small pieces. */
static size_t read_shard(const char *name, uint64_t index, uint64_t count, char *bytes, lm_in *in)
{
    lm_err e = {0};
    size_t length = 0, got = 1;
    CHECK_OK(lm_in_open(in, name, &e), &e);
    CHECK_OK(lm_in_shard(in, index, count, &e), &e);
    while (got) {
        CHECK(length + 5000 < ROOM);
        CHECK_OK(lm_in_read(in, bytes + length, 1 + (size_t)below(5000), &got, &e), &e);
        length += got;
    }
    lm_in_close(in);
    return length;
}

/* The lines that begin among the bytes begin .. end-1, the plain way. */
static size_t lines_between(const char *text, size_t length, size_t begin, size_t end, char *lines)
{
    size_t n = 0;
    bool inside = false;
    for (size_t i = 0; i < length; i++) {
        if (i == 0 || text[i - 1] == '\n') inside = i >= begin && i < end;
        if (inside) lines[n++] = text[i];
    }
    return n;
}

static void check_shards(const char *text, size_t length, size_t count)
{
    static char found[ROOM], expected[ROOM];
    uint64_t at = 0;
    uint32_t key = 0, sum = 0;
    size_t begin = 0;
    put("text", text, length);
    for (size_t i = 0; i < count; i++) {
        lm_in in;
        const size_t end = begin + length / count + (i < length % count);
        const size_t n = read_shard("text", i, count, found, &in);
        CHECK_INT(n, lines_between(text, length, begin, end, expected));
        CHECK_BYTES(found, expected, n);
        CHECK_INT(in.total, length);
        CHECK_INT(in.offset, at);
        CHECK(i == 0 || in.key == key);
        sum = lm_crc32c_join(sum, lm_crc32c(0, found, n), n);
        key = in.key;
        at += n;
        begin = end;
    }
    CHECK_INT(at, length);
    CHECK_INT(sum, lm_crc32c(0, text, length));
}

TEST(shards_of_small_texts)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "\n\n\n",
                                        "a",
                                        "a\n",
                                        "a b\nc",
                                        "a\n\nb\n\n",
                                        "\nab\n",
                                        "one\ntwo\nthree\nfour\n",
                                        "longer than others\nb\nc"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t count = 1; count <= strlen(texts[i]) + 3; count++)
            check_shards(texts[i], strlen(texts[i]), count);
}

/* Lines may be longer than what is read at once, and than shards. */
TEST(shards_of_random_texts)
{
    static char text[60000];
    random_state = 2;
    for (int i = 0; i < 60; i++) {
        const uint64_t lines[] = {3, 200, 20000};
        const uint64_t line = lines[i % 3];
        const size_t length = (size_t)below(i % 2 ? sizeof text : 300);
        for (size_t j = 0; j < length; j++) text[j] = below(line) ? (char)('a' + below(3)) : '\n';
        for (size_t count = 1; count <= 7; count++) check_shards(text, length, count);
        if (length < 300) check_shards(text, length, 1 + (size_t)below(length + 9));
    }
}

/* A line end where a piece ends, begins, or is the next byte. */
TEST(shards_at_the_borders_of_pieces)
{
    static char text[20000];
    for (size_t at = 4090; at < 4100; at++)
        for (size_t length = 8190; length < 8196; length++) {
            memset(text, 'x', sizeof text);
            text[at] = text[at + 4096] = '\n';
            check_shards(text, length, 2);
            check_shards(text, length, 4);
        }
}

/* Files of the same length are told apart by bytes anywhere, however large. */
TEST(shards_of_files_that_differ)
{
    static char text[100000];
    static const size_t changes[] = {0, 4095, sizeof text - 1, sizeof text - 4096};
    lm_in in;
    char bytes[ROOM];
    memset(text, '\n', sizeof text);
    put("one", text, sizeof text);
    (void)read_shard("one", 0, 3, bytes, &in);
    const uint32_t key = in.key;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        text[changes[i]] = 'x';
        put("other", text, sizeof text);
        text[changes[i]] = '\n';
        (void)read_shard("other", 2, 3, bytes, &in);
        CHECK(in.key != key);
    }
    memset(text + 5000, 'x', 90000); /* the ends are the same */
    put("other", text, sizeof text);
    (void)read_shard("other", 1, 3, bytes, &in);
    CHECK(in.key != key);
}

TEST(shards_of_what_is_no_file)
{
    lm_err e = {0};
    lm_in in;
    CHECK_INT(mkfifo("pipe", 0600), 0);
    const int writer = open("pipe", O_RDWR);
    CHECK_OK(lm_in_open(&in, "pipe", &e), &e);
    CHECK_FAILS(lm_in_shard(&in, 0, 2, &e), LM_EUSAGE, &e,
                "pipe: only a regular file can be cut into shards");
    lm_in_close(&in);
    close(writer);
}

/* A file that became shorter after its size was taken: what is there is read. */
TEST(shards_of_a_file_cut_short)
{
    static char text[50000];
    lm_err e = {0};
    lm_in in;
    size_t got;
    memset(text, 'x', sizeof text);
    put("text", text, sizeof text);
    CHECK_OK(lm_in_open(&in, "text", &e), &e);
    CHECK_OK(lm_in_shard(&in, 0, 1, &e), &e);
    CHECK_INT(truncate("text", 100), 0);
    CHECK_OK(lm_in_read(&in, text, sizeof text, &got, &e), &e);
    CHECK_INT(got, 100);
    CHECK_OK(lm_in_read(&in, text, sizeof text, &got, &e), &e);
    CHECK_INT(got, 0);
    lm_in_close(&in);
}

/* ---- as text ---- */

static void add_events(lm_text *text, lm_str *list)
{
    lm_err e = {0};
    lm_slice token;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
        if (event == LM_LINE_END) CHECK_OK(lm_str_add(list, "$", 1, &e), &e);
        if (event != LM_TOKEN) continue;
        CHECK_OK(lm_str_add(list, "[", 1, &e), &e);
        CHECK_OK(lm_str_add_escaped(list, token, &e), &e);
        CHECK_OK(lm_str_add(list, "]", 1, &e), &e);
    }
}

/* The events of all files, or of a shard of each; what was read is added to `inputs`. */
static void add_shard(char *const *paths, size_t files, lm_unit unit, uint32_t index,
                      uint32_t count, lm_str *list, lm_inputs *inputs)
{
    lm_err e = {0};
    lm_text *text;
    CHECK_OK(lm_text_open(&text, paths, files, unit, true, &e), &e);
    if (count) CHECK_OK(lm_text_shard(text, index, count, &e), &e);
    add_events(text, list);
    uint64_t bytes = 0;
    const size_t before = inputs->count;
    CHECK_OK(lm_text_inputs(text, inputs, &e), &e);
    for (size_t i = before; i < inputs->count; i++) bytes += inputs->item[i].length;
    CHECK_INT(lm_text_bytes(text), bytes);
    lm_text_close(text);
}

static void check_text(lm_unit unit, const char *bytes, size_t length)
{
    char name[] = "text";
    char *const paths[] = {name};
    put(name, bytes, length);
    for (uint32_t count = 1; count <= 9; count++) {
        lm_err e = {0};
        lm_str whole = {0}, parts = {0}, expected = {0}, found = {0};
        lm_inputs once = {0}, joined = {0};
        CHECK_OK(lm_str_add(&whole, "", 0, &e), &e);
        CHECK_OK(lm_str_add(&parts, "", 0, &e), &e);
        add_shard(paths, 1, unit, 0, 0, &whole, &once);
        for (uint32_t i = 0; i < count; i++) add_shard(paths, 1, unit, i, count, &parts, &joined);
        CHECK_TEXT(parts.text, whole.text);
        CHECK_OK(lm_inputs_settle(&once, &e), &e);
        CHECK_OK(lm_inputs_settle(&joined, &e), &e);
        CHECK_OK(lm_inputs_write(&once, &expected, &e), &e);
        CHECK_OK(lm_inputs_write(&joined, &found, &e), &e);
        CHECK_TEXT(found.text, expected.text);
        lm_str_free(&whole);
        lm_str_free(&parts);
        lm_str_free(&expected);
        lm_str_free(&found);
        lm_inputs_free(&once);
        lm_inputs_free(&joined);
    }
}

/* A byte-order mark is one at the beginning of the file only, not of a shard. */
TEST(shards_of_text)
{
    static const char *const texts[] = {
        "",
        "\xEF\xBB\xBF",
        "a b\n\nc d e\nf\n",
        "a b\r\nc\r\n\r\nd",
        "\xEF\xBB\xBF"
        "a b\n\xEF\xBB\xBF"
        "c\n\xEF\xBB\xBF"
        "d\n",
        "\n\n\n\n \n",
        "\xE4\xB8\xAD\n\xE4\xB8\n\xAD\xE4\n<s> </s>\n",
    };
    for (int unit = LM_UNIT_WORD; unit <= LM_UNIT_BYTE; unit++)
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            check_text((lm_unit)unit, texts[i], strlen(texts[i]));
}

TEST(shards_of_several_files)
{
    char names[3][8] = {"one", "two", "three"};
    char *const paths[] = {names[0], names[1], names[2], names[0]};
    lm_err e = {0};
    lm_str list = {0};
    lm_inputs inputs = {0};
    put("one", "a\nb\nc\nd\n", 8);
    put("two", "", 0);
    put("three", "e f\n", 4);
    add_shard(paths, 4, LM_UNIT_WORD, 1, 2, &list, &inputs);
    CHECK_TEXT(list.text, "[c]$[d]$[c]$[d]$");
    list.length = 0;
    add_shard(paths, 4, LM_UNIT_WORD, 0, 2, &list, &inputs);
    CHECK_TEXT(list.text, "[a]$[b]$[e][f]$[a]$[b]$");
    CHECK_OK(lm_inputs_settle(&inputs, &e), &e);
    list.length = 0;
    CHECK_OK(lm_inputs_history(&inputs, &list, &e), &e);
    char expected[200];
    snprintf(
        expected, sizeof expected, " input=0:00000000 input=4:%08lx input=8:%08lx input=8:%08lx",
        (unsigned long)lm_crc32c(0, "e f\n", 4), (unsigned long)lm_crc32c(0, "a\nb\nc\nd\n", 8),
        (unsigned long)lm_crc32c(0, "a\nb\nc\nd\n", 8));
    CHECK_TEXT(list.text, expected);
    lm_str_free(&list);
    lm_inputs_free(&inputs);
}

TEST(shards_are_named_in_messages)
{
    char name[] = "text";
    char *const paths[] = {name};
    lm_err e = {0};
    lm_text *text;
    lm_text_event event;
    lm_slice token;
    put(name, "a\nb\nc\n<s>\n", 10);
    CHECK_OK(lm_text_open(&text, paths, 1, LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_text_shard(text, 1, 2, &e), &e);
    CHECK_FAILS(lm_text_next(text, &event, &token, &e), LM_EFORMAT, &e,
                "text (shard 2/2):1: '<s>' is a mark");
    CHECK_TEXT(lm_text_place(text), "text (shard 2/2):1");
    lm_text_close(text);
}
