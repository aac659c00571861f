/* temp.c - tests of temporary files without a name. */
#include "lm/temp.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "failing.h"
#include "lm/thread.h"
#include "test.h"

enum { LENGTH = 1 << 20 };

static unsigned char written[LENGTH];

static void fill(void)
{
    uint32_t x = 1;
    for (size_t i = 0; i < LENGTH; i++)
        written[i] = (unsigned char)((x = x * 1664525 + 1013904223) >> 24);
}

static int entries(const char *directory)
{
    int count = 0;
    DIR *list = opendir(directory);
    CHECK(list != NULL);
    while (readdir(list)) count++;
    closedir(list);
    return count - 2; /* . and .. */
}

/* Files may not grow past so many bytes, as on a full disk. */
static void limit_files(size_t bytes)
{
    const struct rlimit limit = {bytes, bytes};
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Pieces of 0 bytes to several buffers. */
static void write_pieces(lm_temp *t)
{
    static const size_t sizes[] = {0, 1, 7, 1000, 65535, 65536, 65537, 200000};
    lm_err e = {0};
    for (size_t at = 0, i = 0; at < LENGTH; i++) {
        size_t n = sizes[i % (sizeof sizes / sizeof *sizes)];
        if (n > LENGTH - at) n = LENGTH - at;
        CHECK_INT(lm_temp_length(t), at);
        CHECK_OK(lm_temp_write(t, written + at, n, &e), &e);
        at += n;
    }
    CHECK_INT(lm_temp_length(t), LENGTH);
    CHECK_OK(lm_temp_flush(t, &e), &e);
    CHECK_INT(lm_temp_length(t), LENGTH);
}

TEST(temp_reads_what_was_written)
{
    static unsigned char found[LENGTH];
    lm_err e = {0};
    lm_temp *t;
    fill();
    CHECK_OK(lm_temp_open(&t, ".", &e), &e);
    CHECK_INT(lm_temp_length(t), 0);
    write_pieces(t);
    for (size_t from = 0; from <= LENGTH; from = from * 3 + 1)
        for (size_t n = 0; n <= LENGTH - from; n = n * 5 + 1) {
            CHECK_OK(lm_temp_read(t, from, found, n, &e), &e);
            CHECK(memcmp(found, written + from, n) == 0);
        }
    /* Reading does not move the place where is written. */
    CHECK_OK(lm_temp_write(t, "end", 3, &e), &e);
    CHECK_OK(lm_temp_flush(t, &e), &e);
    CHECK_OK(lm_temp_read(t, LENGTH - 1, found, 4, &e), &e);
    CHECK(found[0] == written[LENGTH - 1] && memcmp(found + 1, "end", 3) == 0);
    lm_temp_close(t);
}

static void read_piece(void *context, size_t i)
{
    unsigned char found[4096];
    lm_err e = {0};
    for (size_t at = 0; at < LENGTH; at += sizeof found) {
        CHECK_OK(lm_temp_read(context, at ^ (i % 8 * sizeof found), found, sizeof found, &e), &e);
        CHECK(memcmp(found, written + (at ^ (i % 8 * sizeof found)), sizeof found) == 0);
    }
}

TEST(temp_is_read_by_several_threads)
{
    lm_err e = {0};
    lm_temp *t;
    lm_pool *pool;
    fill();
    CHECK_OK(lm_pool_new(&pool, 4, &e), &e);
    CHECK_OK(lm_temp_open(&t, ".", &e), &e);
    write_pieces(t);
    lm_parallel_for(pool, 40, read_piece, t);
    lm_temp_close(t);
    lm_pool_free(pool);
}

TEST(temp_has_no_name)
{
    lm_err e = {0};
    lm_temp *t;
    void *bytes;
    CHECK_INT(mkdir("d", 0700), 0);
    CHECK_OK(lm_temp_open(&t, "d", &e), &e);
    CHECK_OK(lm_temp_map("d", 1000, &bytes, &e), &e);
    CHECK_INT(entries("d"), 0);
    CHECK_INT(rmdir("d"), 0);
    lm_temp_close(t);
    CHECK_INT(munmap(bytes, 1000), 0);
    lm_temp_close(NULL);
}

/* Descriptors and memory come back. */
TEST(temp_opened_many_times)
{
    lm_err e = {0};
    lm_temp *t;
    void *bytes;
    for (int i = 0; i < 3000; i++) {
        CHECK_OK(lm_temp_open(&t, ".", &e), &e);
        lm_temp_close(t);
        CHECK_OK(lm_temp_map(".", 1 << 16, &bytes, &e), &e);
        CHECK_INT(munmap(bytes, 1 << 16), 0);
    }
}

TEST(temp_past_its_end)
{
    lm_err e = {0};
    lm_temp *t;
    char found[4];
    CHECK_OK(lm_temp_open(&t, ".", &e), &e);
    CHECK_OK(lm_temp_write(t, "abc", 3, &e), &e);
    CHECK_FAILS(lm_temp_read(t, 0, found, 3, &e), LM_EIO, &e, ".: read a temporary file");
    e = (lm_err){0};
    CHECK_OK(lm_temp_flush(t, &e), &e);
    CHECK_OK(lm_temp_read(t, 0, found, 3, &e), &e);
    CHECK_FAILS(lm_temp_read(t, 0, found, 4, &e), LM_EIO, &e, ".: read a temporary file");
    lm_temp_close(t);
}

TEST(temp_where_no_file_can_be)
{
    static const char *const places[] = {"missing", "file", "", "a/b/c"};
    FILE *file = fopen("file", "w");
    CHECK(file != NULL && fclose(file) == 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        lm_err e = {0};
        lm_temp *t;
        void *bytes;
        const char *named = *places[i] ? places[i] : "has no name";
        CHECK_FAILS(lm_temp_open(&t, places[i], &e), LM_EIO, &e, named);
        CHECK(t == NULL);
        e = (lm_err){0};
        CHECK_FAILS(lm_temp_map(places[i], 1, &bytes, &e), LM_EIO, &e, named);
    }
}

TEST(temp_mapped)
{
    static const size_t lengths[] = {1, 4095, 4096, 4097, 3 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        lm_err e = {0};
        void *block;
        const size_t length = lengths[i];
        CHECK_OK(lm_temp_map(".", length, &block, &e), &e);
        unsigned char *bytes = block;
        for (size_t at = 0; at < length; at++) CHECK(bytes[at] == 0);
        for (size_t at = 0; at < length; at++) bytes[at] = (unsigned char)(at * 7);
        for (size_t at = 0; at < length; at++) CHECK(bytes[at] == (unsigned char)(at * 7));
        CHECK_INT(munmap(bytes, length), 0);
    }
}

TEST(temp_on_a_full_disk)
{
    lm_err e = {0};
    lm_temp *t;
    void *bytes;
    CHECK_OK(lm_temp_open(&t, ".", &e), &e);
    limit_files(100000);
    CHECK_OK(lm_temp_map(".", 100000, &bytes, &e), &e);
    CHECK_INT(munmap(bytes, 100000), 0);
    CHECK_FAILS(lm_temp_map(".", 100001, &bytes, &e), LM_EIO, &e,
                ".: make room for a temporary file: ");
    e = (lm_err){0};
    CHECK_OK(lm_temp_write(t, written, 100000, &e), &e);
    CHECK_OK(lm_temp_write(t, written, 1, &e), &e); /* in the buffer */
    CHECK_FAILS(lm_temp_flush(t, &e), LM_EIO, &e, ".: write a temporary file: ");
    e = (lm_err){0};
    CHECK_FAILS(lm_temp_write(t, written, LENGTH, &e), LM_EIO, &e, ".: write a temporary file: ");
    lm_temp_close(t);
}

TEST(temp_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_temp *t;
        void *bytes;
        lm_status s = lm_temp_open(&t, ".", &e);
        CHECK((s == LM_OK) == (t != NULL));
        if (!s) s = lm_temp_write(t, "abc", 3, &e);
        if (!s) s = lm_temp_map(".", 1, &bytes, &e);
        if (!s) CHECK_INT(munmap(bytes, 1), 0);
        lm_temp_close(t);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
}
