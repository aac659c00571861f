/* text.c - tests of the reader of corpora: events as listed, whatever the input looks like. */
#include "lm/text.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failing.h"
#include "lm/crc.h"
#include "test.h"

/* A writable path, as the arguments of main are; good for seven more calls. */
static char *path(const char *name)
{
    static char names[8][16];
    static size_t next;
    char *copy = names[next++ % 8];
    snprintf(copy, sizeof names[0], "%s", name);
    return copy;
}

static void put(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    CHECK(file != NULL);
    CHECK_INT(fwrite(bytes, 1, length, file), length);
    CHECK_INT(fclose(file), 0);
}

/* All events, as a list: each token in brackets, its unprintable bytes escaped; $ for the
 * end of a line. */
static char *list_events(lm_text *text)
{
    lm_err e = {0};
    lm_str list = {0};
    lm_slice token;
    CHECK_OK(lm_str_add(&list, "", 0, &e), &e);
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
        if (event == LM_LINE_END) CHECK_OK(lm_str_add(&list, "$", 1, &e), &e);
        if (event != LM_TOKEN) continue;
        CHECK_OK(lm_str_add(&list, "[", 1, &e), &e);
        CHECK_OK(lm_str_add_escaped(&list, token, &e), &e);
        CHECK_OK(lm_str_add(&list, "]", 1, &e), &e);
    }
    lm_text_event again;
    CHECK_OK(lm_text_next(text, &again, &token, &e), &e);
    CHECK_INT(again, LM_TEXT_END); /* and stays there */
    return list.text;
}

/* The events of these bytes from memory and from a file must be those. */
static void check_bytes(lm_unit unit, const char *bytes, size_t length, const char *expected)
{
    char *paths[] = {path("file")};
    for (int from_file = 0; from_file < 2; from_file++) {
        lm_err e = {0};
        lm_text *text;
        put("file", bytes, length);
        if (from_file)
            CHECK_OK(lm_text_open(&text, paths, 1, unit, false, &e), &e);
        else
            CHECK_OK(lm_text_memory(&text, (lm_slice){bytes, length}, "memory", unit, false, &e),
                     &e);
        char *found = list_events(text);
        CHECK_TEXT(found, expected);
        CHECK_INT(lm_text_bytes(text), length);
        lm_free(found);
        lm_text_close(text);
    }
}

static void check(lm_unit unit, const char *bytes, const char *expected)
{
    check_bytes(unit, bytes, strlen(bytes), expected);
}

TEST(text_unit_names)
{
    CHECK_TEXT(lm_unit_name(LM_UNIT_WORD), "word");
    CHECK_TEXT(lm_unit_name(LM_UNIT_CHAR), "char");
    CHECK_TEXT(lm_unit_name(LM_UNIT_BYTE), "byte");
}

TEST(text_words)
{
    check(LM_UNIT_WORD, "", "");
    check(LM_UNIT_WORD, "\n", "$");
    check(LM_UNIT_WORD, "a b\nc\n", "[a][b]$[c]$");
    check(LM_UNIT_WORD, "a b\nc", "[a][b]$[c]$");
    check(LM_UNIT_WORD, "  a \t b  \n\n \nc ", "[a][b]$$$[c]$");
    check(LM_UNIT_WORD, " ", "$"); /* a last line of a blank */
    check(LM_UNIT_WORD, "a\r\nb\r\n\r\n", "[a]$[b]$$");
    check(LM_UNIT_WORD, "a\rb\n", "[a][b]$");
    check_bytes(LM_UNIT_WORD, "a\0b\0\nc", 6, "[a][b]$[c]$");
    check(LM_UNIT_WORD, "caf\xc3\xa9 \xff\xfe\n", "[caf\xc3\xa9][\xff\xfe]$");
    check(LM_UNIT_WORD, "\v\f\x01 \x1f\n", "[\\x0B\\x0C\\x01][\\x1F]$"); /* not blanks */
    check(LM_UNIT_WORD,
          "a\xe3\x80\x80"
          "b\xc2\xa0"
          "c\n",
          "[a\xe3\x80\x80"
          "b\xc2\xa0"
          "c]$"); /* nor are Unicode's */
    check(LM_UNIT_WORD, "<unk> <S> <s>x\n", "[<unk>][<S>][<s>x]$");
}

TEST(text_characters)
{
    check(LM_UNIT_CHAR, "", "");
    check(LM_UNIT_CHAR, "a b\n", "[a][\\x20][b]$");
    check(LM_UNIT_CHAR, "\xe8\xaf\x97\xf0\x9f\x98\x80\xc3\xa9",
          "[\xe8\xaf\x97][\xf0\x9f\x98\x80][\xc3\xa9]$");
    check(LM_UNIT_CHAR, "a\r\nb\r", "[a]$[b][\\x0D]$"); /* CR belongs to LF only */
    check(LM_UNIT_CHAR, "\r\r\n\ra\n", "[\\x0D]$[\\x0D][a]$");
    check_bytes(LM_UNIT_CHAR, "\0\t", 2, "[\\x00][\\x09]$");
    check(LM_UNIT_CHAR, "<s>", "[<][s][>]$");
}

/* Unicode 15, table 3-7: what is not well-formed is read byte by byte, and counted. */
TEST(text_invalid_characters)
{
    static const struct {
        const char *bytes, *events;
        int invalid;
    } cases[] = {
        {"\xff", "[\xff]$", 1},
        {"a\x80\x62", "[a][\x80][b]$", 1},
        {"\xc0\xaf", "[\xc0][\xaf]$", 2},                     /* overlong */
        {"\xed\xa0\x80", "[\xed][\xa0][\x80]$", 3},           /* a surrogate */
        {"\xf4\x90\x80\x80", "[\xf4][\x90][\x80][\x80]$", 4}, /* above U+10FFFF */
        {"\xe8\xaf", "[\xe8][\xaf]$", 2},                     /* cut short by the end */
        {"\xe8\xaf\n", "[\xe8][\xaf]$", 2},                   /* and of the line */
        {"\xe8\xe8\xaf\x97", "[\xe8][\xe8\xaf\x97]$", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lm_err e = {0};
        lm_text *text;
        check(LM_UNIT_CHAR, cases[i].bytes, cases[i].events);
        CHECK_OK(lm_text_memory(&text, lm_slice_of(cases[i].bytes), "", LM_UNIT_CHAR, false, &e),
                 &e);
        lm_free(list_events(text));
        CHECK_INT(lm_text_invalid(text), cases[i].invalid);
        lm_text_close(text);
    }
}

TEST(text_bytes)
{
    check(LM_UNIT_BYTE, "a\r\n\xc3\xa9", "[a][\\x0D]$[\xc3][\xa9]$");
    check_bytes(LM_UNIT_BYTE, "\0\n\n", 3, "[\\x00]$$");
}

static char *events_of(char **paths, size_t count, lm_unit unit)
{
    lm_err e = {0};
    lm_text *text;
    CHECK_OK(lm_text_open(&text, paths, count, unit, false, &e), &e);
    char *list = list_events(text);
    lm_text_close(text);
    return list;
}

static void check_files(char **paths, size_t count, lm_unit unit, const char *expected)
{
    char *found = events_of(paths, count, unit);
    CHECK_TEXT(found, expected);
    lm_free(found);
}

TEST(text_byte_order_mark)
{
    char *paths[] = {path("with"), path("only"), path("with"), path("part"), path("inside")};
    put("with",
        "\xEF\xBB\xBF"
        "a\n",
        5);
    put("only", "\xEF\xBB\xBF", 3);
    put("part", "\xEF\xBB", 2);
    put("inside", "b\xEF\xBB\xBF", 4);
    check_files(paths, 5, LM_UNIT_WORD, "[a]$[a]$[\xEF\xBB]$[b\xEF\xBB\xBF]$");
    check_files(paths, 5, LM_UNIT_CHAR, "[a]$[a]$[\xEF][\xBB]$[b][\xEF\xBB\xBF]$");
    check_files(paths, 2, LM_UNIT_BYTE, "[\xEF][\xBB][\xBF][a]$[\xEF][\xBB][\xBF]$");
}

/* Every file's last line ends with it. */
TEST(text_several_files)
{
    char *paths[] = {path("a"), path("empty"), path("b"), path("empty"), path("a")};
    put("a", "x y", 3);
    put("b", "z\n", 2);
    put("empty", "", 0);
    check_files(paths, 5, LM_UNIT_WORD, "[x][y]$[z]$[x][y]$");
    check_files(paths + 1, 1, LM_UNIT_WORD, "");
    check_files(paths, 3, LM_UNIT_CHAR, "[x][\\x20][y]$[z]$");
}

TEST(text_standard_input)
{
    char *paths[] = {path("a"), path("-"), path("a")};
    put("a", "x\n", 2);
    put("in", "from input", 10);
    for (int named = 0; named < 2; named++) {
        const int fd = open("in", O_RDONLY);
        CHECK_INT(dup2(fd, STDIN_FILENO), STDIN_FILENO);
        close(fd);
        if (named)
            check_files(paths, 3, LM_UNIT_WORD, "[x]$[from][input]$[x]$");
        else
            check_files(NULL, 0, LM_UNIT_WORD, "[from][input]$");
    }
}

/* The check of all inputs before any work must not open a FIFO: its writer would lose its only
 * reader.  The second one is opened when the first has been read. */
TEST(text_fifo)
{
    char *paths[] = {path("first"), path("second")};
    int status;
    alarm(20);
    CHECK_INT(mkfifo("first", 0600), 0);
    CHECK_INT(mkfifo("second", 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 2; i++) {
            const int fd = open(paths[i], O_WRONLY);
            if (write(fd, "a b\n", 4) != 4) _exit(1);
            close(fd);
        }
        _exit(0);
    }
    check_files(paths, 2, LM_UNIT_WORD, "[a][b]$[a][b]$");
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

TEST(text_fifo_without_permission)
{
    lm_err e = {0};
    lm_text *text;
    char *paths[] = {path("fifo")};
    CHECK_INT(mkfifo("fifo", 0200), 0);
    if (geteuid() == 0 && (chmod(".", 0777) != 0 || setuid(65534) != 0))
        SKIP("root may read everything");
    CHECK_FAILS(lm_text_open(&text, paths, 1, LM_UNIT_WORD, false, &e), LM_EIO, &e,
                "fifo: open: Permission denied");
}

/* A first line is answered before the second one is sent. */
TEST(text_pipe_line_by_line)
{
    int ends[2];
    lm_err e = {0};
    lm_text *text;
    lm_text_event event;
    lm_slice token;
    CHECK_INT(pipe(ends), 0);
    CHECK_INT(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    CHECK_INT(write(ends[1], "ab\r\n", 4), 4);
    CHECK_OK(lm_text_open(&text, NULL, 0, LM_UNIT_CHAR, false, &e), &e);
    for (int round = 0; round < 3; round++) {
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
        CHECK(event == LM_TOKEN && lm_slice_is(token, "a"));
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
        CHECK(event == LM_TOKEN && lm_slice_is(token, "b"));
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
        CHECK_INT(event, LM_LINE_END);
        CHECK_INT(write(ends[1], "ab\r\n", 4), 4);
    }
    lm_text_close(text);
}

TEST(text_missing_file_fails_at_once)
{
    lm_err e = {0};
    lm_text *text;
    char *paths[] = {path("there"), path("missing"), path("folder")};
    put("there", "a\n", 2);
    mkdir("folder", 0700);
    CHECK_FAILS(lm_text_open(&text, paths, 2, LM_UNIT_WORD, false, &e), LM_EIO, &e,
                "missing: open: No such file");
    CHECK(text == NULL);
    paths[1] = path("folder");
    e = (lm_err){0};
    CHECK_FAILS(lm_text_open(&text, paths, 2, LM_UNIT_WORD, false, &e), LM_EIO, &e,
                "folder: open: Is a directory");
}

/* ---- long lines and long words ---- */

enum { REFILL = 1 << 18, LARGE = 3 << 20 };

/* What a repeated " cr诗ss\r\n " gives, $ being the end of a line. */
static const char *const cycle[][12] = {
    {"cr诗ss", "$"},
    {" ", "c", "r", "诗", "s", "s", "$", " "},
    {" ", "c", "r", "\xe8", "\xaf", "\x97", "s", "s", "\r", "$", " "}};

static void check_event(lm_text *text, lm_text_event expected, lm_slice bytes)
{
    lm_err e = {0};
    lm_text_event event;
    lm_slice token;
    CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
    CHECK_INT(event, expected);
    if (event != LM_TOKEN) return;
    CHECK_INT(token.length, bytes.length);
    CHECK_BYTES(token.text, bytes.text, bytes.length);
}

/* A file of `first` bytes x and then the 11 bytes `repeats` times. */
static void check_refills(lm_unit unit, size_t first, size_t repeats)
{
    static const char piece[] = " cr诗ss\r\n ", xs[] = "xxxxxxxxxxx";
    char *paths[] = {path("large")};
    lm_err e = {0};
    lm_text *text;
    FILE *file = fopen("large", "wb");
    fwrite(xs, 1, first, file);
    for (size_t i = 0; i < repeats; i++) fwrite(piece, 1, sizeof piece - 1, file);
    CHECK_INT(fclose(file), 0);
    CHECK_OK(lm_text_open(&text, paths, 1, unit, false, &e), &e);
    const size_t length = unit == LM_UNIT_WORD && first ? first : 1;
    for (size_t i = 0; i < first; i += length) check_event(text, LM_TOKEN, (lm_slice){xs, length});
    for (size_t i = 0; i < repeats; i++)
        for (const char *const *token = cycle[unit]; *token; token++)
            check_event(text, **token == '$' ? LM_LINE_END : LM_TOKEN, lm_slice_of(*token));
    check_event(text, LM_LINE_END, (lm_slice){NULL, 0});
    check_event(text, LM_TEXT_END, (lm_slice){NULL, 0});
    CHECK_INT(lm_text_bytes(text), first + repeats * (sizeof piece - 1));
    CHECK_INT(lm_text_invalid(text), 0);
    lm_text_close(text);
}

/* Refills in every place of the pattern, those of its characters and CR LF included. */
TEST(text_tokens_across_refills)
{
    for (lm_unit unit = LM_UNIT_WORD; unit <= LM_UNIT_BYTE; unit++) {
        for (size_t first = 0; first < 11; first++) check_refills(unit, first, REFILL / 11 + 100);
        check_refills(unit, 0, LARGE / 11);
    }
}

/* A word of `length` bytes in line 3, behind `before` blanks. */
static lm_status read_long_word(size_t before, size_t length, lm_err *e)
{
    char *paths[] = {path("long")}, *bytes = malloc(length + before + 100);
    lm_text *text;
    lm_slice token;
    lm_status s = LM_OK;
    CHECK(bytes != NULL);
    memcpy(bytes, "a\n\n", 3);
    memset(bytes + 3, ' ', before);
    memset(bytes + 3 + before, 'w', length);
    memcpy(bytes + 3 + before + length, " end\n", 5);
    put("long", bytes, length + before + 8);
    free(bytes);
    CHECK_OK(lm_text_open(&text, paths, 1, LM_UNIT_WORD, false, e), e);
    size_t longest = 0;
    for (lm_text_event event = LM_TOKEN; !s && event != LM_TEXT_END;) {
        s = lm_text_next(text, &event, &token, e);
        if (!s && event == LM_TOKEN && token.length > longest) longest = token.length;
    }
    if (!s) CHECK_INT(longest, length);
    lm_text_close(text);
    return s;
}

TEST(text_longest_word)
{
    static const size_t before[] = {0, 1, 100, REFILL - 4, REFILL, 3 * REFILL - 1};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        lm_err e = {0};
        CHECK_OK(read_long_word(before[i], LM_TOKEN_MAX, &e), &e);
        CHECK_FAILS(read_long_word(before[i], LM_TOKEN_MAX + 1, &e), LM_EFORMAT, &e,
                    "long:3: a word of more than 1048576 bytes");
        e = (lm_err){0};
        CHECK_FAILS(read_long_word(before[i], 5 * LM_TOKEN_MAX, &e), LM_EFORMAT, &e, "long:3: ");
    }
}

/* A line far longer than the buffer is no reason to grow it. */
TEST(text_long_lines_stream)
{
    lm_err e = {0};
    lm_text *text;
    lm_slice token;
    char *paths[] = {path("lines")};
    FILE *file = fopen("lines", "wb");
    for (int i = 0; i < 1000000; i++) fputs("word ", file);
    fclose(file);
    failing_begin(0);
    CHECK_OK(lm_text_open(&text, paths, 1, LM_UNIT_WORD, false, &e), &e);
    const size_t calls = failing.calls;
    size_t words = 0;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END; words += event == LM_TOKEN)
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
    CHECK_INT(words, 1000000);
    CHECK_INT(failing.calls, calls);
    lm_text_close(text);
    failing_end();
}

/* ---- marks, places, history ---- */

static lm_status read_all(const char *bytes, lm_unit unit, bool marks_as_words, lm_err *e)
{
    lm_text *text;
    lm_slice token;
    lm_status s = LM_OK;
    CHECK_OK(lm_text_memory(&text, lm_slice_of(bytes), "name", unit, marks_as_words, e), e);
    for (lm_text_event event = LM_TOKEN; !s && event != LM_TEXT_END;)
        s = lm_text_next(text, &event, &token, e);
    lm_text_close(text);
    return s;
}

TEST(text_marks)
{
    lm_err e = {0};
    CHECK_FAILS(read_all("a\nb <s> c\n", LM_UNIT_WORD, false, &e), LM_EFORMAT, &e,
                "name:2: '<s>' is a mark");
    e = (lm_err){0};
    CHECK_FAILS(read_all("a\n\n\n</s>", LM_UNIT_WORD, false, &e), LM_EFORMAT, &e,
                "name:4: '</s>' is a mark");
    e = (lm_err){0};
    CHECK_OK(read_all("<s> </s> <unk>", LM_UNIT_WORD, true, &e), &e);
    CHECK_OK(read_all("<s> </s> <unk>", LM_UNIT_CHAR, false, &e), &e);
    CHECK_OK(read_all("<s> </s> <unk>", LM_UNIT_BYTE, false, &e), &e);
    CHECK_OK(read_all("<s>. x</s> <unk>", LM_UNIT_WORD, false, &e), &e);
}

TEST(text_place)
{
    lm_err e = {0};
    lm_text *text;
    lm_text_event event;
    lm_slice token;
    char *paths[] = {path("one"), path("two")};
    put("one", "a\n\nb", 4);
    put("two", "c\nd\n", 4);
    CHECK_OK(lm_text_open(&text, paths, 2, LM_UNIT_WORD, false, &e), &e);
    static const char *const places[] = {"one:1", "one:3", "two:1", "two:2"};
    for (int i = 0; i < 4;) {
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
        if (event == LM_TOKEN) CHECK_TEXT(lm_text_place(text), places[i++]);
    }
    lm_text_close(text);
}

TEST(text_place_of_a_long_name)
{
    lm_err e = {0};
    lm_text *text;
    lm_text_event event;
    lm_slice token;
    static char name[6000];
    memset(name, 'n', sizeof name - 1);
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a"), name, LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
    CHECK_TEXT(strchr(lm_text_place(text), ':'), ":1");
    lm_text_close(text);
}

/* CRC-32C of "123456789" is e3069283 (RFC 3720), of nothing 00000000. */
TEST(text_history)
{
    lm_err e = {0};
    lm_str history = {0};
    lm_text *text;
    char *paths[] = {path("digits"), path("empty"), path("digits"), path("mark")}, expected[200];
    put("digits", "123456789", 9);
    put("empty", "", 0);
    put("mark", "\xEF\xBB\xBF 1", 5);
    CHECK_OK(lm_text_open(&text, paths, 4, LM_UNIT_WORD, false, &e), &e);
    lm_free(list_events(text));
    CHECK_OK(lm_text_history(text, &history, &e), &e);
    snprintf(expected, sizeof expected,
             " input=9:e3069283 input=0:00000000 input=9:e3069283 input=5:%08x",
             (unsigned)lm_crc32c_ref(0, "\xEF\xBB\xBF 1", 5)); /* all bytes of the file */
    CHECK_TEXT(history.text, expected);
    CHECK_INT(lm_text_bytes(text), 23);
    lm_str_free(&history);
    lm_text_close(text);
}

/* ---- blocks ---- */

/* Adds the events of one block, as list_events does, and checks what the block says of its
 * lines. */
static void list_block(const lm_text_block *block, bool *inside, lm_str *list, lm_text *text)
{
    lm_err e = {0};
    lm_slice token;
    lm_text_event event = LM_LINE_END, next;
    lm_text_cursor cursor = lm_text_cut(block);
    CHECK(block->begins_line == !*inside);
    if (*inside) event = LM_TOKEN;
    for (;; event = next) {
        CHECK_OK(lm_text_cursor_next(&cursor, &next, &token, &e), &e);
        if (next == LM_TEXT_END) break;
        if (next == LM_LINE_END) CHECK_OK(lm_str_add(list, "$", 1, &e), &e);
        if (next != LM_TOKEN) continue;
        CHECK_OK(lm_str_add(list, "[", 1, &e), &e);
        CHECK_OK(lm_str_add_escaped(list, token, &e), &e);
        CHECK_OK(lm_str_add(list, "]", 1, &e), &e);
    }
    if (event == LM_TOKEN) CHECK(!block->ends_line);
    *inside = !block->ends_line;
    lm_text_add_invalid(text, &cursor);
}

#define AT_HAND SIZE_MAX /* size 0; 0 stands for lm_text_next in these tests */

static char *list_blocks(lm_text *text, size_t size)
{
    lm_err e = {0};
    lm_str list = {0};
    lm_text_block block = {0};
    bool inside = false;
    CHECK_OK(lm_str_add(&list, "", 0, &e), &e);
    for (bool more = true; more;) {
        CHECK_OK(lm_text_next_block(text, size == AT_HAND ? 0 : size, &block, &more, &e), &e);
        if (more) list_block(&block, &inside, &list, text);
    }
    CHECK(!inside);
    lm_text_block_free(&block);
    return list.text;
}

/* A text of pieces that are hard to cut. */
static size_t make_text(char *bytes, size_t room, uint32_t *seed)
{
    static const char *const pieces[] = {
        "a",    "bcd",      " ",   "\n",       "\r\n",     "\r",        "\t",       "\xff",
        "\xe8", "\xe8\xaf", "诗",  "\xc3\xa9", "\x80",     "😀",         "\xf0\x9f", "<s",
        "\x01", "\n\n",     "<s>", " \n",      "longword", "longerword"};
    enum { PIECES = sizeof pieces / sizeof *pieces };
    size_t length = 0;
    while (length + 16 < room) {
        *seed = *seed * 1664525 + 1013904223;
        const uint32_t pick = *seed >> 16;
        if (pick % 64 == 0) bytes[length++] = '\0';
        const char *piece = pieces[pick % PIECES];
        memcpy(bytes + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return length;
}

/* Everything the reader tells of these files, cut by lm_text_next (size 0) or in blocks. */
static char *tell(char **paths, size_t count, lm_unit unit, size_t size)
{
    lm_err e = {0};
    lm_text *text;
    lm_str told = {0};
    CHECK_OK(lm_text_open(&text, paths, count, unit, true, &e), &e);
    char *list = size ? list_blocks(text, size) : list_events(text);
    CHECK_OK(lm_str_addf(&told, &e, "%s\n%s %d bytes, %d invalid", list, lm_text_place(text),
                         (int)lm_text_bytes(text), (int)lm_text_invalid(text)),
             &e);
    CHECK_OK(lm_text_history(text, &told, &e), &e);
    lm_text_close(text);
    lm_free(list);
    return told.text;
}

TEST(text_blocks_are_the_text)
{
    static const size_t rooms[] = {17, 20, 24, 40, 100};
    static const size_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 30, 99, 1000, AT_HAND};
    char *paths[] = {path("one"), path("two"), path("empty"), path("mark")}, bytes[128];
    uint32_t seed = 1;
    put("empty", "", 0);
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 4; i++)
            if (i != 2) put(paths[i], bytes, make_text(bytes, rooms[(i + round) % 5], &seed));
        memcpy(bytes, "\xEF\xBB\xBF", 3);
        put("mark", bytes, 3 + make_text(bytes + 3, 60, &seed));
        for (lm_unit unit = LM_UNIT_WORD; unit <= LM_UNIT_BYTE; unit++) {
            char *expected = tell(paths, 4, unit, 0);
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                char *found = tell(paths, 4, unit, sizes[i]);
                CHECK_TEXT(found, expected);
                lm_free(found);
            }
            lm_free(expected);
        }
    }
}

/* The same through the buffer's refills, and from memory. */
TEST(text_blocks_of_a_large_text)
{
    static const size_t sizes[] = {1000,       65536,         REFILL - 1, REFILL,
                                   REFILL + 1, LM_TEXT_BLOCK, LARGE,      AT_HAND};
    const size_t room = 3 * REFILL;
    char *paths[] = {path("large")}, *bytes = malloc(room);
    uint32_t seed = 7;
    const size_t length = make_text(bytes, room, &seed);
    put("large", bytes, length);
    for (lm_unit unit = LM_UNIT_WORD; unit <= LM_UNIT_BYTE; unit++) {
        char *expected = tell(paths, 1, unit, 0);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            lm_err e = {0};
            lm_text *text;
            char *found = tell(paths, 1, unit, sizes[i]);
            CHECK_TEXT(found, expected);
            lm_free(found);
            CHECK_OK(lm_text_memory(&text, (lm_slice){bytes, length}, "m", unit, true, &e), &e);
            found = list_blocks(text, sizes[i]);
            CHECK(strncmp(found, expected, strlen(found)) == 0);
            lm_free(found);
            lm_text_close(text);
        }
        lm_free(expected);
    }
    free(bytes);
}

/* Blocks are whole lines unless a line is longer; a reader may change to blocks, and back. */
TEST(text_blocks_of_lines)
{
    lm_err e = {0};
    lm_text *text;
    lm_text_block block = {0};
    lm_text_event event;
    lm_slice token;
    bool more, inside = true;
    lm_str list = {0};
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a b c\nd\nef\ngg hh iij\nkk\nll"), "m",
                            LM_UNIT_WORD, false, &e),
             &e);
    CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
    CHECK(lm_slice_is(token, "a"));
    static const char *const blocks[] = {"[b][c]$[d]$", "[ef]$", "[gg][hh]", "[iij]$[kk]$"};
    for (int i = 0; i < 4; i++) {
        CHECK_OK(lm_text_next_block(text, 8, &block, &more, &e), &e);
        CHECK(more && block.begins_line == (i % 3 != 0) && block.ends_line == (i != 2));
        list.length = 0;
        list_block(&block, &inside, &list, text);
        CHECK_TEXT(list.text, blocks[i]);
    }
    CHECK_TEXT(lm_text_place(text), "m:6");
    CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
    CHECK(lm_slice_is(token, "ll"));
    CHECK_OK(lm_text_next_block(text, 8, &block, &more, &e), &e);
    CHECK(more && !block.begins_line && block.ends_line); /* the line's end alone */
    CHECK_OK(lm_text_next_block(text, 8, &block, &more, &e), &e);
    CHECK(!more);
    CHECK_OK(lm_text_next_block(text, 8, &block, &more, &e), &e);
    CHECK(!more);
    lm_str_free(&list);
    lm_text_block_free(&block);
    lm_text_close(text);
}

/* Size 0: the lines at hand, without waiting for what may come after them. */
TEST(text_blocks_of_a_pipe)
{
    static const struct {
        const char *sent, *events;
    } steps[] = {{"ab\nc", "[ab]$"}, {"d\n", "[cd]$"}, {"e\n\nf g\nh", "[e]$$[f][g]$"}};
    int ends[2];
    lm_err e = {0};
    lm_text *text;
    lm_text_block block = {0};
    lm_str list = {0};
    bool more, inside = false;
    alarm(20);
    CHECK_INT(pipe(ends), 0);
    CHECK_INT(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    CHECK_INT(write(ends[1], steps[0].sent, strlen(steps[0].sent)), strlen(steps[0].sent));
    CHECK_OK(lm_text_open(&text, NULL, 0, LM_UNIT_WORD, false, &e), &e);
    CHECK(lm_text_waits(text));
    for (size_t i = 0; i < 3; i++) {
        const size_t length = strlen(steps[i].sent);
        if (i) CHECK_INT(write(ends[1], steps[i].sent, length), length);
        CHECK_OK(lm_text_next_block(text, 0, &block, &more, &e), &e);
        CHECK(more && block.begins_line && block.ends_line);
        list.length = 0;
        list_block(&block, &inside, &list, text);
        CHECK_TEXT(list.text, steps[i].events);
    }
    CHECK_INT(close(ends[1]), 0);
    CHECK_OK(lm_text_next_block(text, 0, &block, &more, &e), &e);
    CHECK(more && block.begins_line && block.ends_line);
    CHECK_OK(lm_text_next_block(text, 0, &block, &more, &e), &e);
    CHECK(!more);
    lm_str_free(&list);
    lm_text_block_free(&block);
    lm_text_close(text);
}

TEST(text_waits_for_no_file)
{
    lm_err e = {0};
    lm_text *text;
    char *paths[] = {path("a"), path("/dev/null"), path("a")};
    put("a", "x\n", 2);
    for (size_t count = 1; count <= 3; count++) {
        CHECK_OK(lm_text_open(&text, paths, count, LM_UNIT_WORD, false, &e), &e);
        CHECK(lm_text_waits(text) == (count > 1));
        lm_text_close(text);
    }
    CHECK_OK(lm_text_memory(&text, lm_slice_of("x"), "m", LM_UNIT_WORD, false, &e), &e);
    CHECK(!lm_text_waits(text));
    lm_text_close(text);
}

/* Reads all blocks of the file `in`. */
static lm_status read_blocks(size_t size, size_t *longest, lm_err *e)
{
    char *paths[] = {path("in")};
    lm_text *text;
    lm_text_block block = {0};
    lm_slice token;
    bool more = true;
    lm_status s = LM_OK;
    CHECK_OK(lm_text_open(&text, paths, 1, LM_UNIT_WORD, false, e), e);
    *longest = 0;
    while (!s && !(s = lm_text_next_block(text, size, &block, &more, e)) && more) {
        lm_text_cursor cursor = lm_text_cut(&block);
        if (block.capacity > *longest) *longest = block.capacity;
        for (lm_text_event event = LM_TOKEN; !s && event != LM_TEXT_END;)
            s = lm_text_cursor_next(&cursor, &event, &token, e);
    }
    lm_text_block_free(&block);
    lm_text_close(text);
    return s;
}

TEST(text_blocks_refuse_with_their_place)
{
    static char text[3 * LM_TOKEN_MAX];
    size_t longest;
    for (size_t size = 1; size < 4 * LM_TOKEN_MAX; size = size * 5 + 1) {
        lm_err e = {0};
        put("in", "a\n\nb <s> c\n", 11);
        CHECK_FAILS(read_blocks(size, &longest, &e), LM_EFORMAT, &e, "in:3: '<s>' is a mark");
        memset(text, 'w', sizeof text);
        memcpy(text, "a\nb ", 4);
        put("in", text, 4 + LM_TOKEN_MAX);
        e = (lm_err){0};
        CHECK_OK(read_blocks(size, &longest, &e), &e);
        put("in", text, 4 + LM_TOKEN_MAX + 1);
        CHECK_FAILS(read_blocks(size, &longest, &e), LM_EFORMAT, &e,
                    "in:2: a word of more than 1048576 bytes");
        put("in", text, sizeof text);
        e = (lm_err){0};
        CHECK_FAILS(read_blocks(size, &longest, &e), LM_EFORMAT, &e, "in:2: a word of more");
    }
}

/* A line of 5 MB is no reason for a block to be longer than asked for. */
TEST(text_blocks_of_a_long_line)
{
    lm_err e = {0};
    size_t longest;
    FILE *file = fopen("in", "wb");
    for (int i = 0; i < 1000000; i++) fputs("word ", file);
    fclose(file);
    CHECK_OK(read_blocks(10000, &longest, &e), &e);
    CHECK(longest <= 10000);
}

TEST(text_blocks_without_memory)
{
    char *paths[] = {path("file")};
    static char bytes[REFILL * 2];
    memset(bytes, 'w', sizeof bytes - 1);
    put("file", bytes, sizeof bytes - 1);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_text *text;
        lm_text_block block = {0};
        bool more = true;
        lm_status s = lm_text_open(&text, paths, 1, LM_UNIT_WORD, false, &e);
        while (!s && more) s = lm_text_next_block(text, 1000, &block, &more, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        lm_text_block_free(&block);
        lm_text_close(text);
        failing_end();
    }
}

TEST(text_without_memory)
{
    char *paths[] = {path("file")};
    static char word[REFILL * 2];
    memset(word, 'w', sizeof word - 1);
    put("file", word, sizeof word - 1);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_text *text;
        lm_text_event event;
        lm_slice token;
        lm_status s = lm_text_open(&text, paths, 1, LM_UNIT_WORD, false, &e);
        if (s) CHECK(text == NULL);
        if (!s) s = lm_text_next(text, &event, &token, &e);
        if (!s) CHECK_INT(token.length, sizeof word - 1);
        lm_text_close(text);
        if (!s) s = lm_text_memory(&text, lm_slice_of("a"), "memory", LM_UNIT_WORD, false, &e);
        if (text && !s) lm_text_close(text);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        failing_end();
    }
}
