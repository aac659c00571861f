/* tables.c - tests of large tables: on the heap or in mapped files they are the same. */
#include "lm/tables.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include "failing.h"
#include "lm/file.h"
#include "lm/os.h"
#include "test.h"

#define LARGE ((uint64_t)1 << 40) /* memory that is not used up */
enum { SMALL = 1 << 10 };         /* and memory that always is */

static bool is_zero(const void *table, size_t bytes)
{
    const unsigned char *p = table;
    for (size_t i = 0; i < bytes; i++)
        if (p[i]) return false;
    return true;
}

static uint32_t *new_table(lm_tables *tables, uint64_t count, const lm_run *run)
{
    lm_err e = {0};
    uint32_t *table = lm_tables_new(tables, count, sizeof *table, run, &e);
    CHECK_OK(e.status, &e);
    CHECK(table != NULL);
    CHECK_INT((uintptr_t)table % 64, 0);
    CHECK(is_zero(table, (size_t)count * sizeof *table));
    return table;
}

/* Many tables, dropped in another order than they came. */
static void check_tables(const lm_run *run)
{
    static const uint64_t counts[] = {0, 1, 15, 16, 17, 1000, 100000};
    enum { COUNTS = sizeof counts / sizeof *counts };
    lm_tables tables = {0};
    uint32_t *table[COUNTS];
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < COUNTS; i++) {
            table[i] = new_table(&tables, counts[i], run);
            for (uint32_t j = 0; j < counts[i]; j++) table[i][j] = i * 1000000 + j;
        }
        lm_breathe(run);
        for (uint32_t i = 0; i < COUNTS; i++) {
            const uint32_t at = i * 3 % COUNTS;
            for (uint32_t j = 0; j < counts[at]; j++) CHECK(table[at][j] == at * 1000000 + j);
            if (round < 2) lm_tables_drop(&tables, table[at]);
        }
        CHECK((tables.list == NULL) == (round < 2));
        lm_tables_drop(&tables, NULL);
    }
    lm_tables_free(&tables);
    CHECK(tables.list == NULL && tables.heap == 0);
}

TEST(tables_of_any_size)
{
    check_tables(NULL);
    check_tables(&(lm_run){0});
    check_tables(&(lm_run){.memory = LARGE});
    check_tables(&(lm_run){.memory = SMALL, .tmpdir = "."});
    check_tables(&(lm_run){.memory = 1, .tmpdir = "."});
}

/* On the heap, or where a folder is needed. */
static bool is_on_heap(lm_tables *tables, uint64_t bytes, uint64_t memory)
{
    lm_err e = {0};
    const lm_run run = {.memory = memory, .tmpdir = "missing"};
    const void *table = lm_tables_new(tables, bytes, 1, &run, &e);
    if (!table) CHECK_FAILS(e.status, LM_EIO, &e, "missing: create a temporary file");
    return table != NULL;
}

TEST(tables_that_do_not_fit_are_files)
{
    lm_tables tables = {0};
    const uint64_t memory = 16 * lm_os_resident() + ((uint64_t)64 << 20), part = 1 << 20;
    CHECK(is_on_heap(&tables, part, 0));
    lm_tables_free(&tables);
    CHECK(!is_on_heap(&tables, memory / 2 + 1, memory));
    CHECK(!is_on_heap(&tables, UINT64_MAX / 2, memory));
    uint64_t held = 0;
    for (; held + part <= memory / 2 && held < 8 * part; held += part)
        CHECK(is_on_heap(&tables, part, memory));
    CHECK(!is_on_heap(&tables, part, 2 * held));
    CHECK_INT(tables.heap, held);
    lm_tables_free(&tables);
    if (lm_os_resident()) CHECK(!is_on_heap(&tables, part, lm_os_resident()));
    lm_tables_free(&tables);
}

TEST(tables_too_large_for_any_memory)
{
    lm_tables tables = {0};
    lm_err e = {0};
    CHECK(lm_tables_new(&tables, UINT64_MAX, 8, NULL, &e) == NULL);
    CHECK_FAILS(e.status, LM_ENOMEM, &e, "out of memory");
    e = (lm_err){0};
    const lm_run run = {.memory = 1, .tmpdir = "."};
    CHECK(lm_tables_new(&tables, UINT64_MAX / 8, 8, &run, &e) == NULL);
    CHECK_FAILS(e.status, LM_EIO, &e, ".: make room for a temporary file: File too large");
    CHECK(tables.list == NULL && tables.heap == 0);
    lm_tables_free(&tables);
}

TEST(tables_on_a_full_disk)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    const lm_run run = {.memory = 1, .tmpdir = "."};
    lm_tables tables = {0};
    lm_err e = {0};
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    memset(new_table(&tables, 1 << 18, &run), 1, 1 << 20);
    CHECK(lm_tables_new(&tables, (1 << 20) + 1, 1, &run, &e) == NULL);
    CHECK_FAILS(e.status, LM_EIO, &e, ".: make room for a temporary file: ");
    lm_tables_free(&tables);
}

TEST(breathing_gives_memory_back)
{
    enum { BYTES = 64 << 20 };
    if (lm_os_resident() == 0) SKIP("the memory of the process is not known");
    const lm_run run = {.memory = 1, .tmpdir = "."};
    lm_tables tables = {0};
    uint32_t *table = new_table(&tables, BYTES / 4, &run);
    for (uint32_t i = 0; i < BYTES / 4; i++) table[i] = i * 3;
    const uint64_t before = lm_os_resident();
    lm_breathe(NULL);
    lm_breathe(&(lm_run){0});
    lm_breathe(&(lm_run){.memory = LARGE});
    CHECK(lm_os_resident() + BYTES / 2 > before);
    lm_breathe(&run);
    CHECK(lm_os_resident() + BYTES / 2 < before);
    for (uint32_t i = 0; i < BYTES / 4; i++) CHECK(table[i] == i * 3);
    lm_tables_free(&tables);
}

TEST(breathing_gives_back_files_that_are_read)
{
    enum { BYTES = 16 << 20 };
    lm_err e = {0};
    lm_map map;
    FILE *file = fopen("file", "wb");
    CHECK(file != NULL);
    for (uint32_t i = 0; i < BYTES / 4; i++) CHECK_INT(fwrite(&i, sizeof i, 1, file), 1);
    CHECK_INT(fclose(file), 0);
    CHECK_OK(lm_map_open(&map, "file", &e), &e);
    for (int round = 0; round < 2; round++) {
        const uint64_t before = lm_os_resident();
        lm_breathe(&(lm_run){.memory = 1});
        if (round && before) CHECK(lm_os_resident() + BYTES / 2 < before);
        for (uint32_t i = 0, x; i < BYTES / 4; i++) {
            memcpy(&x, map.bytes + (size_t)4 * i, sizeof x);
            CHECK(x == i);
        }
    }
    lm_map_close(&map);
    lm_breathe(&(lm_run){.memory = 1}); /* nothing of it is touched any more */
}

/* ---- several threads, each at work on its tables while others breathe ---- */

static const lm_run busy = {.memory = 1, .tmpdir = "."};

static void work(void *context, size_t i)
{
    lm_tables tables = {0};
    (void)context;
    for (uint32_t round = 0; round < 20; round++) {
        uint32_t *table = new_table(&tables, 5000, &busy);
        for (uint32_t j = 0; j < 5000; j++) {
            table[j] = (uint32_t)i * 7 + j + round;
            if (j % 500 == 0) lm_breathe(&busy);
        }
        for (uint32_t j = 0; j < 5000; j++) CHECK(table[j] == (uint32_t)i * 7 + j + round);
        if (round % 3) lm_tables_drop(&tables, table);
    }
    lm_tables_free(&tables);
}

TEST(breathing_in_several_threads)
{
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, 4, &e), &e);
    lm_parallel_for(pool, 32, work, NULL);
    lm_pool_free(pool);
}

TEST(tables_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_tables tables = {0};
        const void *one = lm_tables_new(&tables, 100, 8, NULL, &e);
        const void *two = one ? lm_tables_new(&tables, 100, 8, &busy, &e) : NULL;
        CHECK(two != NULL || failing.failed);
        if (!two) CHECK_FAILS(e.status, LM_ENOMEM, &e, "out of memory");
        lm_tables_free(&tables);
        failing_end();
    }
}
