/* passages.c - tests of passages: put together again they are the documents of the text, found in
 * the plainest way, and the cuts within them are where splitting may stop. */
#include "lm/passages.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failing.h"
#include "lm/split.h"
#include "tokenizers.h"

/* Documents one after another, and where each ends. */
typedef struct {
    lm_str text;
    size_t *end; /* (documents) */
    size_t documents, capacity;
} list;

static void add_text(list *l, const char *text, size_t length)
{
    lm_err e = {0};
    CHECK_OK(lm_str_add(&l->text, text, length, &e), &e);
}

static void end_document(list *l)
{
    lm_err e = {0};
    CHECK_OK(lm_reserve(&l->end, &l->capacity, l->documents + 1, sizeof *l->end, &e), &e);
    l->end[l->documents++] = l->text.length;
}

static void free_list(list *l)
{
    lm_str_free(&l->text);
    lm_free(l->end);
}

/* ---- in the plainest way ---- */

static void add_lines(list *l, lm_slice file, bool documents)
{
    bool open = false;
    for (size_t at = 0; at < file.length;) {
        const char *line = file.text + at, *end = memchr(line, '\n', file.length - at);
        const size_t length = end ? (size_t)(end - line) : file.length - at;
        if (documents && length == 0) {
            end_document(l);
            open = false;
        } else {
            if (open) add_text(l, "\n", 1);
            add_text(l, line, length);
            open = documents;
            if (!documents) end_document(l);
        }
        at += length + 1;
    }
    if (open) end_document(l);
}

static list documents_of(const lm_slice *files, size_t count, lm_passage_unit unit)
{
    list l = {0};
    for (size_t i = 0; i < count; i++)
        if (unit != LM_BY_FILE) {
            add_lines(&l, files[i], unit == LM_BY_DOCUMENT);
        } else if (files[i].length) {
            add_text(&l, files[i].text, files[i].length);
            end_document(&l);
        }
    return l;
}

/* ---- by passages ---- */

/* Where a document goes on, splitting may have stopped before it; nothing was read of what comes
 * after. */
static void check_cut(const list *l, lm_slice after)
{
    const size_t from = l->documents ? l->end[l->documents - 1] : 0;
    const size_t n = l->text.length;
    lm_err e = {0};
    lm_str both = {0};
    CHECK(n > from && after.length > 0);
    const size_t back = n - from < 8 ? n - from : 8;
    CHECK_OK(lm_str_add(&both, l->text.text + n - back, back, &e), &e);
    CHECK_OK(lm_str_add(&both, after.text, 1, &e), &e);
    CHECK_INT(lm_split_place((lm_slice){both.text, both.length}), back);
    lm_str_free(&both);
}

typedef struct {
    list found;
    size_t passages, stretches;
    size_t largest; /* bytes of a passage */
    bool open;      /* the last document goes on */
} reading;

static void add_passage(reading *r, lm_passage *passage)
{
    lm_stretch stretch;
    size_t bytes = 0;
    for (; lm_passage_next(passage, &stretch); r->stretches++) {
        CHECK_INT(stretch.begins, !r->open);
        /* The newline that ends the last line may be all there is, of which nothing is left. */
        if (r->open && stretch.text.length) check_cut(&r->found, stretch.text);
        add_text(&r->found, stretch.text.text, stretch.text.length);
        bytes += stretch.text.length;
        r->open = !stretch.ends;
        if (stretch.ends) end_document(&r->found);
    }
    r->passages++;
    if (bytes > r->largest) r->largest = bytes;
}

static reading read_passages(lm_text *text, lm_passage_unit unit)
{
    lm_err e = {0};
    reading r = {0};
    lm_passages *passages;
    lm_passage passage = {0};
    CHECK_OK(lm_passages_new(&passages, text, unit, &e), &e);
    for (bool more;;) {
        CHECK_OK(lm_passages_next(passages, &passage, &more, &e), &e);
        if (!more) break;
        add_passage(&r, &passage);
    }
    CHECK(!r.open);
    lm_passage_free(&passage);
    lm_passages_free(passages);
    return r;
}

static void check_same(const list *found, const list *expected)
{
    CHECK_INT(found->documents, expected->documents);
    CHECK_INT(found->text.length, expected->text.length);
    for (size_t i = 0; i < found->documents; i++) CHECK_INT(found->end[i], expected->end[i]);
    if (found->text.length) CHECK_BYTES(found->text.text, expected->text.text, found->text.length);
}

static void put(const char *name, lm_slice bytes)
{
    FILE *file = fopen(name, "wb");
    CHECK(file != NULL);
    CHECK_INT(fwrite(bytes.text, 1, bytes.length, file), bytes.length);
    CHECK_INT(fclose(file), 0);
}

/* Reads files of these contents in every unit; what was read last is left in *last. */
static void check_files(const lm_slice *files, size_t count, reading *last)
{
    static char names[4][8] = {"one", "two", "three", "four"};
    char *paths[4];
    for (size_t i = 0; i < count; i++) {
        put(names[i], files[i]);
        paths[i] = names[i];
    }
    for (int unit = LM_BY_LINE; unit <= LM_BY_FILE; unit++) {
        lm_err e = {0};
        lm_text *text;
        list expected = documents_of(files, count, (lm_passage_unit)unit);
        CHECK_OK(lm_text_open(&text, paths, count, LM_UNIT_BYTE, true, &e), &e);
        reading r = read_passages(text, (lm_passage_unit)unit);
        check_same(&r.found, &expected);
        lm_text_close(text);
        free_list(&expected);
        free_list(&r.found);
        if (last) last[unit] = r;
    }
}

static void check_text(const char *bytes, size_t length)
{
    check_files(&(lm_slice){bytes, length}, 1, NULL);
}

/* ---- by hand ---- */

TEST(passages_of_short_texts)
{
    static const char *const texts[] = {"",     "\n",        "\n\n",       "\n\n\n", "a",
                                        "a\n",  "a\n\n",     "a\n\n\n",    "\na",    "\n\na\n",
                                        "a\nb", "a\n\nb\n",  "a\n\n\nb",   " ",      " \n \n",
                                        "\r\n", "a\r\n\r\n", "a \n \n\n ", "a b\n\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_text(texts[i], strlen(texts[i]));
    check_text("a\0b\0\n\0", 6);
}

/* What documents are, not only that both ways agree. */
TEST(passages_documents_by_hand)
{
    static const lm_slice file = {"a\nb\n\n\nc\r\n\r\nd\n", 13};
    list l = documents_of(&file, 1, LM_BY_DOCUMENT);
    CHECK_INT(l.documents, 3);
    CHECK_TEXT(l.text.text, "a\nbc\r\n\r\nd");
    CHECK(l.end[0] == 3 && l.end[1] == 3 && l.end[2] == 9);
    free_list(&l);
    check_files(&file, 1, NULL);
}

TEST(passages_of_several_files)
{
    static const char *const parts[] = {"", "a", "a\n", "\n", "a\n\n", "b c"};
    enum { PARTS = 6 };
    for (size_t i = 0; i < PARTS * PARTS * PARTS; i++) {
        const lm_slice files[] = {lm_slice_of(parts[i % PARTS]),
                                  lm_slice_of(parts[i / PARTS % PARTS]),
                                  lm_slice_of(parts[i / PARTS / PARTS])};
        check_files(files, 3, NULL);
    }
}

/* ---- larger than a block ---- */

static char *filled(size_t length, const char *unit)
{
    char *text = malloc(length + 1);
    CHECK(text != NULL);
    for (size_t i = 0, n = strlen(unit); i < length; i++) text[i] = unit[i % n];
    return text;
}

/* One line of three blocks: with blanks it is cut, without them it is not. */
TEST(passages_of_one_long_line)
{
    static const struct {
        const char *unit;
        bool cut;
    } known[] = {{"a", false},      {"word ", true},         {" ", false},   {"\u3000 ", false},
                 {"\u4e2d", false}, {"\u4e2d\u3000", false}, {"\xff ", true}};
    const size_t length = 3 * LM_TEXT_BLOCK + 5;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        reading r[3];
        char *text = filled(length, known[i].unit);
        check_files(&(lm_slice){text, length}, 1, r);
        for (int unit = LM_BY_LINE; unit <= LM_BY_FILE; unit++)
            CHECK(known[i].cut ? r[unit].passages >= 3 && r[unit].largest <= 2 * LM_TEXT_BLOCK
                               : r[unit].passages == 1);
        free(text);
    }
}

TEST(passages_of_newlines)
{
    const size_t length = 2 * LM_TEXT_BLOCK + 3;
    char *text = filled(length, "\n");
    check_text(text, length);
    memset(text + LM_TEXT_BLOCK - 1, 'a', 3);
    check_text(text, length);
    free(text);
}

/* The only blank follows a character that lies across the end of a block: it is looked for
 * again where the next block comes, and is still no place to cut. */
TEST(passages_where_blocks_meet)
{
    static const char *const middles[] = {"\u3000   ",  "\u3000 ",  "\u00a0 \t ", "\u4e2d  ",
                                          "\xe3\x80  ", "a \n b",   " \n\n ",     "\n\n",
                                          "a\n",        "\r\n\r\n", "\n\n\n"};
    const size_t half = LM_TEXT_BLOCK, length = 2 * half + 9; /* the second is not the last */
    char *text = filled(length, "x");
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++)
        for (size_t back = 0; back < 9; back++) {
            memcpy(text + half - back, middles[i], strlen(middles[i]));
            check_text(text, length);
            if (back % 4 == 0) check_text(text, half + back / 4);
            memset(text + half - back, 'x', strlen(middles[i]));
        }
    free(text);
}

/* ---- at random ---- */

/* Pieces of texts with few or many blanks and line ends, in files of any length. */
static void draw_file(char *text, size_t length)
{
    static const char *const rare[] = {" ", "\n", "\n\n", "\n\n\n", "\u3000 ", " \n", "\r\n", "\t"};
    for (size_t at = 0; at < length;) {
        const uint64_t mood = below(3);
        const size_t stretch = 1 + (size_t)below(mood ? 2000 : 400000);
        const size_t end = stretch < length - at ? at + stretch : length;
        if (mood == 0) memset(text + at, 'a', end - at);
        if (mood == 1) draw_text(text + at, end - at);
        for (size_t i = at; mood == 2 && i < end; i++) text[i] = "ab c\n"[below(5)];
        at = end;
        const char *between = rare[below(sizeof rare / sizeof *rare)];
        const size_t n = strlen(between) < length - at ? strlen(between) : length - at;
        memcpy(text + at, between, n);
        at += n;
    }
}

TEST(passages_of_random_files)
{
    enum { MOST = 4 << 20 };
    char *text = malloc(MOST);
    CHECK(text != NULL);
    random_state = 11;
    for (int round = 0; round < 8; round++) {
        const size_t length = (size_t)below(MOST);
        draw_file(text, length);
        const size_t a = (size_t)below(length + 1), b = a + (size_t)below(length - a + 1);
        const lm_slice files[] = {{text, a}, {text + a, b - a}, {text + b, length - b}};
        check_files(files, 3, NULL);
    }
    free(text);
}

/* ---- a writer that waits ---- */

/* A line can be had before the next one is written. */
TEST(passages_of_a_pipe)
{
    enum { LINES = 5 };
    lm_err e = {0};
    lm_text *text;
    lm_passages *passages;
    lm_passage passage = {0};
    lm_stretch stretch;
    bool more;
    int back[2];
    char *paths[] = {(char[]){"fifo"}}, read_it;
    CHECK(mkfifo("fifo", 0600) == 0 && pipe(back) == 0);
    const pid_t writer = fork();
    CHECK(writer >= 0);
    if (writer == 0) {
        FILE *fifo = fopen("fifo", "w");
        for (int i = 0; i < LINES; i++) {
            fprintf(fifo, "line %d\n", i);
            fflush(fifo);
            if (read(back[0], &read_it, 1) != 1) _exit(1);
        }
        _exit(0);
    }
    CHECK_OK(lm_text_open(&text, paths, 1, LM_UNIT_BYTE, true, &e), &e);
    CHECK_OK(lm_passages_new(&passages, text, LM_BY_LINE, &e), &e);
    for (int i = 0; i < LINES; i++) {
        char expected[] = "line 0";
        expected[5] = (char)('0' + i);
        CHECK_OK(lm_passages_next(passages, &passage, &more, &e), &e);
        CHECK(more && lm_passage_next(&passage, &stretch) && stretch.begins && stretch.ends);
        CHECK(stretch.text.length == 6 && memcmp(stretch.text.text, expected, 6) == 0);
        CHECK_INT(passage.line, i + 1);
        CHECK(!lm_passage_next(&passage, &stretch) && write(back[1], "", 1) == 1);
    }
    CHECK_OK(lm_passages_next(passages, &passage, &more, &e), &e);
    int status;
    CHECK(!more && waitpid(writer, &status, 0) == writer && status == 0);
    lm_passage_free(&passage);
    lm_passages_free(passages);
    lm_text_close(text);
}

/* ---- places in the text, and no memory ---- */

TEST(passages_know_their_lines)
{
    const size_t length = 3 * LM_TEXT_BLOCK;
    char *text = filled(length, "some words\nof lines\n");
    static char name[] = "file", next[] = "next";
    char *paths[] = {name, next};
    put(name, (lm_slice){text, length});
    put(next, lm_slice_of("a\nb"));
    for (int unit = LM_BY_LINE; unit <= LM_BY_FILE; unit++) {
        lm_err e = {0};
        lm_text *reader;
        lm_passages *passages;
        lm_passage passage = {0};
        size_t at = 0, in_next = 0;
        CHECK_OK(lm_text_open(&reader, paths, 2, LM_UNIT_BYTE, true, &e), &e);
        CHECK_OK(lm_passages_new(&passages, reader, (lm_passage_unit)unit, &e), &e);
        for (bool more = true; more;) {
            CHECK_OK(lm_passages_next(passages, &passage, &more, &e), &e);
            uint64_t line = 1;
            for (size_t i = 0; i < at; i++) line += text[i] == '\n';
            if (!more) continue;
            const bool first = at < length;
            CHECK_TEXT(passage.name, first ? name : next);
            if (first) CHECK_INT(passage.line, line);
            if (!first && in_next == 0) CHECK_INT(passage.line, 1);
            if (!first) in_next += passage.bytes.length;
            if (first) at += passage.bytes.length;
        }
        CHECK(at == length && in_next == 3);
        lm_passage_free(&passage);
        lm_passages_free(passages);
        lm_text_close(reader);
    }
    free(text);
}

TEST(passages_without_memory)
{
    const size_t length = LM_TEXT_BLOCK + 100;
    char *bytes = filled(length, "some words ");
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_text *text;
        lm_passages *passages = NULL;
        lm_passage passage = {0};
        lm_status s = lm_text_memory(&text, (lm_slice){bytes, length}, "t", LM_UNIT_BYTE, true, &e);
        if (!s) s = lm_passages_new(&passages, text, LM_BY_DOCUMENT, &e);
        for (bool more = true; !s && more;) s = lm_passages_next(passages, &passage, &more, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_passage_free(&passage);
        lm_passages_free(passages);
        if (text) lm_text_close(text);
        failing_end();
    }
    free(bytes);
}
