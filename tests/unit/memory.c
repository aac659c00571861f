/* memory.c - tests of checked sizes, the allocator hook, growing arrays and arenas. */
#include "lm/memory.h"
#include <stdint.h>
#include <string.h>
#include "failing.h"
#include "test.h"

TEST(memory_checked_arithmetic_at_the_limits)
{
    const size_t root = (size_t)1 << (sizeof(size_t) * 4); /* root * root is one too many */
    size_t n;
    uint64_t m;
    CHECK(lm_mul_size(0, SIZE_MAX, &n) && n == 0);
    CHECK(lm_mul_size(SIZE_MAX, 0, &n) && n == 0);
    CHECK(lm_mul_size(1, SIZE_MAX, &n) && n == SIZE_MAX);
    CHECK(lm_mul_size(SIZE_MAX / 2, 2, &n) && n == SIZE_MAX - 1);
    CHECK(lm_mul_size(root - 1, root + 1, &n) && n == SIZE_MAX);
    CHECK(!lm_mul_size(root, root, &n));
    CHECK(!lm_mul_size(SIZE_MAX / 2 + 1, 2, &n));
    CHECK(!lm_mul_size(SIZE_MAX, SIZE_MAX, &n));
    CHECK(lm_add_size(SIZE_MAX, 0, &n) && n == SIZE_MAX);
    CHECK(lm_add_size(SIZE_MAX - 1, 1, &n) && n == SIZE_MAX);
    CHECK(!lm_add_size(SIZE_MAX, 1, &n));
    CHECK(!lm_add_size(SIZE_MAX, SIZE_MAX, &n));
    CHECK(lm_mul_u64(UINT64_C(4294967295), UINT64_C(4294967297), &m) && m == UINT64_MAX);
    CHECK(!lm_mul_u64(UINT64_C(4294967296), UINT64_C(4294967296), &m));
    CHECK(lm_mul_u64(0, UINT64_MAX, &m) && m == 0);
    CHECK(lm_add_u64(UINT64_MAX - 1, 1, &m) && m == UINT64_MAX);
    CHECK(!lm_add_u64(UINT64_MAX, 1, &m));
}

TEST(memory_new_is_zeroed_and_never_null)
{
    lm_err e = {0};
    unsigned char *block = lm_new(1000, 3, &e);
    for (size_t i = 0; i < 3000; i++) CHECK_INT(block[i], 0);
    lm_free(block);
    block = lm_new(0, 8, &e);
    CHECK(block != NULL);
    lm_free(block);
    lm_free(NULL);
    CHECK_INT(e.status, LM_OK);
}

TEST(memory_impossible_sizes_do_not_reach_the_allocator)
{
    lm_err e = {0};
    failing_begin(1);
    CHECK(lm_new(SIZE_MAX, 2, &e) == NULL);
    CHECK_FAILS(e.status, LM_ENOMEM, &e, "out of memory");
    CHECK(lm_resize(NULL, SIZE_MAX / 2 + 1, 2, &(lm_err){0}) == NULL);
    lm_arena arena = {0};
    CHECK(lm_arena_new(&arena, SIZE_MAX, 16, &(lm_err){0}) == NULL);
    CHECK_INT(failing.calls, 0);
    CHECK(lm_arena_new(&arena, SIZE_MAX, 1, &(lm_err){0}) == NULL);
    CHECK(arena.blocks == NULL);
    failing_end();
}

TEST(memory_failed_resize_keeps_the_block)
{
    lm_err e = {0};
    failing_begin(2);
    char *block = lm_resize(NULL, 4, 1, &e);
    memcpy(block, "abc", 4);
    CHECK(lm_resize(block, 100, 1, &e) == NULL);
    CHECK_FAILS(e.status, LM_ENOMEM, &e, "out of memory: 100 x 1 bytes");
    CHECK_TEXT(block, "abc");
    lm_free(block);
    failing_end();
}

TEST(memory_reserve_grows_by_doubling)
{
    lm_err e = {0};
    uint32_t *list = NULL;
    size_t capacity = 0;
    failing_begin(0);
    for (uint32_t i = 0; i < 100000; i++) {
        CHECK_OK(lm_reserve(&list, &capacity, (size_t)i + 1, sizeof *list, &e), &e);
        CHECK(capacity > i);
        list[i] = i;
    }
    CHECK(failing.calls <= 17); /* not one for each element: 16 * 2^13 > 100000 */
    for (uint32_t i = 0; i < 100000; i++) CHECK_INT(list[i], i);
    const size_t calls = failing.calls;
    CHECK_OK(lm_reserve(&list, &capacity, capacity, sizeof *list, &e), &e);
    CHECK_OK(lm_reserve(&list, &capacity, 0, sizeof *list, &e), &e);
    CHECK_INT(failing.calls, calls);
    lm_free(list);
    failing_end();
}

TEST(memory_failed_reserve_changes_nothing)
{
    lm_err e = {0};
    char *text = NULL;
    size_t capacity = 0;
    failing_begin(2);
    CHECK_OK(lm_reserve(&text, &capacity, 4, 1, &e), &e);
    memcpy(text, "abc", 4);
    const char *before = text;
    const size_t room = capacity;
    CHECK_FAILS(lm_reserve(&text, &capacity, room + 1, 1, &e), LM_ENOMEM, &e, "out of memory");
    CHECK(text == before);
    CHECK_INT(capacity, room);
    CHECK_TEXT(text, "abc");
    CHECK_INT(lm_reserve(&text, &capacity, SIZE_MAX, 2, &(lm_err){0}), LM_ENOMEM);
    CHECK_INT(capacity, room);
    lm_free(text);
    failing_end();
}

/* Blocks of all sizes keep what is written to them, aligned, until all are freed. */
TEST(memory_arena)
{
    enum { COUNT = 3000 };
    static unsigned char *blocks[COUNT];
    lm_err e = {0};
    lm_arena arena = {0};
    failing_begin(0);
    for (size_t i = 0; i < COUNT; i++) {
        const size_t size = i % 100 == 99 ? 100000 : i % 201;
        blocks[i] = lm_arena_new(&arena, size, 1, &e);
        CHECK(blocks[i] != NULL);
        CHECK_INT((uintptr_t)blocks[i] % (size >= 64 ? 64 : 16), 0);
        for (size_t j = 0; j < size; j++) CHECK_INT(blocks[i][j], 0);
        if (size) memset(blocks[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < COUNT; i++) {
        const size_t size = i % 100 == 99 ? 100000 : i % 201;
        for (size_t j = 0; j < size; j++) CHECK_INT(blocks[i][j], i % 255 + 1);
    }
    lm_arena_free(&arena);
    CHECK(arena.blocks == NULL);
    lm_arena_free(&arena);
    CHECK(lm_arena_new(&arena, 3, 8, &e) != NULL); /* an empty arena again */
    lm_arena_free(&arena);
    failing_end();
}

TEST(memory_arena_serves_many_from_one_block)
{
    lm_err e = {0};
    lm_arena arena = {0};
    failing_begin(0);
    for (int i = 0; i < 1000; i++) CHECK(lm_arena_new(&arena, 1, 16, &e) != NULL);
    CHECK_INT(failing.calls, 1);
    lm_arena_free(&arena);
    failing_end();
}

TEST(memory_arena_copy)
{
    lm_err e = {0};
    lm_arena arena = {0};
    CHECK_TEXT(lm_arena_copy(&arena, "words", 4, &e), "word");
    CHECK_TEXT(lm_arena_copy(&arena, NULL, 0, &e), "");
    CHECK_BYTES(lm_arena_copy(&arena, "a\0b", 3, &e), "a\0b", 4);
    lm_arena_free(&arena);
}

TEST(memory_arena_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_arena arena = {0};
        char *name = lm_arena_copy(&arena, "name", 4, &e);
        void *large = name ? lm_arena_new(&arena, 1 << 20, 1, &e) : NULL;
        if (!large) CHECK_INT(e.status, LM_ENOMEM);
        if (name) CHECK_TEXT(name, "name");
        lm_arena_free(&arena);
        failing_end();
    }
}
