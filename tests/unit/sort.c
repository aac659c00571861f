/* sort.c - both sorts: order, stability and nothing lost, over sizes and patterns. */
#include "lm/sort.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "lm/memory.h"
#include "lm/random.h"
#include "test.h"

static uint64_t random_bits(uint64_t i)
{
    const lm_random_block block = lm_random_at(3, LM_RANDOM_TEST, 0, i);
    return block.word[0] | (uint64_t)block.word[1] << 32;
}

enum { ASCENDING, DESCENDING, EQUAL, FEW, RANDOM, ORGAN, PATTERNS };

static uint64_t pattern(int kind, size_t i, size_t count)
{
    switch (kind) {
    case ASCENDING:
        return i;
    case DESCENDING:
        return count - i;
    case EQUAL:
        return 5;
    case FEW:
        return random_bits(i) % 4;
    case ORGAN:
        return i < count / 2 ? i : count - i;
    default:
        return random_bits(i);
    }
}

static const size_t counts[] = {0,   1,   2,   3,   4,   5,   6,   7,    8,    9,   10, 15,
                                16,  17,  18,  23,  24,  25,  31,  32,   33,   63,  64, 65,
                                100, 127, 128, 129, 255, 256, 257, 1000, 4095, 4097};
enum { COUNTS = sizeof counts / sizeof *counts };

/* Elements of every size begin with a key of 4 bytes and the place it came from. */
typedef struct {
    uint32_t key, place;
} element;

static element element_at(const char *base, size_t i, size_t size)
{
    element x;
    memcpy(&x, base + i * size, sizeof x);
    return x;
}

static int compare(const void *context, const void *a, const void *b)
{
    const bool *descending = context;
    const element x = element_at(a, 0, 0), y = element_at(b, 0, 0);
    const int order = (x.key > y.key) - (x.key < y.key);
    return *descending ? -order : order;
}

static void check_sort(size_t count, size_t size, int kind, bool descending)
{
    lm_err e = {0};
    char *base = lm_new(count, size, &e);
    CHECK(base != NULL);
    for (size_t i = 0; i < count; i++) {
        const element x = {(uint32_t)pattern(kind, i, count), (uint32_t)i};
        memset(base + i * size, (int)(i % 251), size);
        memcpy(base + i * size, &x, sizeof x);
    }
    CHECK_OK(lm_sort(base, count, size, compare, &descending, &e), &e);
    bool *seen = lm_new(count, sizeof *seen, &e);
    CHECK(seen != NULL);
    for (size_t i = 0; i < count; i++) {
        const element x = element_at(base, i, size);
        CHECK(x.place < count && !seen[x.place]);
        seen[x.place] = true;
        CHECK_INT(x.key, (uint32_t)pattern(kind, x.place, count));
        for (size_t j = sizeof x; j < size; j++)
            CHECK_INT((unsigned char)base[i * size + j], x.place % 251);
        if (i == 0) continue;
        const element before = element_at(base, i - 1, size);
        if (before.key == x.key)
            CHECK(before.place < x.place);
        else
            CHECK((before.key > x.key) == descending);
    }
    lm_free(seen);
    lm_free(base);
}

TEST(sort_stable)
{
    const size_t sizes[] = {8, 9, 16, 40};
    for (size_t c = 0; c < COUNTS; c++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int kind = 0; kind < PATTERNS; kind++) {
                check_sort(counts[c], sizes[s], kind, false);
                check_sort(counts[c], sizes[s], kind, true);
            }
}

static int compare_bytes(const void *context, const void *a, const void *b)
{
    (void)context;
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

TEST(sort_bytes)
{
    lm_err e = {0};
    char text[] = "the quick brown fox jumps over the lazy dog";
    CHECK_OK(lm_sort(text, strlen(text), 1, compare_bytes, NULL, &e), &e);
    CHECK_TEXT(text, "        abcdeeefghhijklmnoooopqrrsttuuvwxyz");
}

static void *refuse(void *context, void *block, size_t size)
{
    (void)context;
    if (size) return NULL;
    free(block);
    return NULL;
}

TEST(sort_without_memory)
{
    char text[] = "ba";
    lm_err e = {0};
    lm_allocator_set(&(lm_allocator){refuse, NULL});
    CHECK_INT(lm_sort(text, 2, 1, compare_bytes, NULL, &e), LM_ENOMEM);
    CHECK_INT(e.status, LM_ENOMEM);
    CHECK_TEXT(text, "ba");
    CHECK_OK(lm_sort(text, 1, 1, compare_bytes, NULL, &(lm_err){0}), &e);
    lm_allocator_set(NULL);
}

/* Keys cut to `bits` bits, whose other bits are cleared by `mask` too. */
static void check_keyed(size_t count, int bits, int kind, uint64_t mask)
{
    static lm_keyed items[5000], spare[5000];
    if (bits < 64) mask &= (UINT64_C(1) << bits) - 1;
    for (size_t i = 0; i < count; i++) items[i] = (lm_keyed){pattern(kind, i, count) & mask, i};
    items[count].value = 12345;
    lm_sort_keyed(items, spare, count, bits);
    CHECK_INT(items[count].value, 12345);
    for (size_t i = 0; i < count; i++) {
        CHECK(items[i].value < count);
        CHECK_INT(items[i].key, pattern(kind, items[i].value, count) & mask);
        if (i == 0) continue;
        CHECK(items[i - 1].key < items[i].key ||
              (items[i - 1].key == items[i].key && items[i - 1].value < items[i].value));
    }
}

TEST(sort_keyed)
{
    for (size_t c = 0; c < COUNTS; c++)
        for (int kind = 0; kind < PATTERNS; kind++) check_keyed(counts[c], 64, kind, UINT64_MAX);
    for (int bits = 0; bits <= 64; bits++) {
        check_keyed(1000, bits, RANDOM, UINT64_MAX);
        check_keyed(4999, bits, RANDOM, UINT64_MAX);
    }
}

/* Digits that are the same in all keys, in any place. */
TEST(sort_keyed_constant_digits)
{
    for (int from = 0; from < 64; from++)
        for (int width = 1; width <= 24; width += 23) {
            const uint64_t mask = ((UINT64_C(1) << width) - 1) << from;
            check_keyed(300, 64, RANDOM, mask);
            check_keyed(2500, 64, RANDOM, mask);
        }
}
