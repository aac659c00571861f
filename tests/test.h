/* test.h - unit tests: write one, and it runs.
 *
 *     #include "test.h"
 *     TEST(sum_of_two) { CHECK_INT(1 + 1, 2); }
 *
 * Every test runs in a process and an empty working directory of its own, both gone when it
 * ends.  The first check that fails ends its test; what a test writes is shown only then.
 * A test that dies of a signal, or runs longer than two minutes, fails. */
#ifndef TEST_H
#define TEST_H
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct test_case {
    const char *file, *name;
    int line;
    void (*run)(void);
    struct test_case *next;
} test_case;

typedef struct {
    const char *file;
    int line;
    const char *expression;
} test_place;

#define TEST(name_)                                                                                \
    static void name_##_test(void);                                                                \
    __attribute__((constructor)) static void register_##name_##_test(void)                         \
    {                                                                                              \
        static test_case self = {__FILE__, #name_, __LINE__, name_##_test, NULL};                  \
        test_register(&self);                                                                      \
    }                                                                                              \
    static void name_##_test(void)

#define TEST_PLACE(expression) ((test_place){__FILE__, __LINE__, expression})

#define CHECK(condition) test_true(TEST_PLACE(#condition), (condition) ? true : false)

/* Any integers, compared as 64 bits. */
#define CHECK_INT(found, expected)                                                                 \
    test_int(TEST_PLACE(#found), (long long)(found), (long long)(expected))

/* Strings; NULL equals NULL only. */
#define CHECK_TEXT(found, expected) test_text(TEST_PLACE(#found), (found), (expected))

/* `size` bytes. */
#define CHECK_BYTES(found, expected, size)                                                         \
    test_bytes(TEST_PLACE(#found), (found), (expected), (size))

/* |found - expected| <= tolerance; NaN is near nothing. */
#define CHECK_NEAR(found, expected, tolerance)                                                     \
    test_near(TEST_PLACE(#found), (double)(found), (double)(expected), (double)(tolerance))

/* An lm_status and its lm_err *: LM_OK, or the message is shown. */
#define CHECK_OK(call, err) test_ok(TEST_PLACE(#call), (int)(call), (err)->message)

/* The call fails with this status, and its message contains the text. */
#define CHECK_FAILS(call, status, err, text)                                                       \
    test_fails(TEST_PLACE(#call), (int)(call), (int)(status), (err)->message, (text))

/* Ends the test, counted as skipped. */
#define SKIP(why) test_skip(TEST_PLACE(""), (why))

/* Absolute path of a file of the source tree: test_path("data/verse.txt").  Good for seven
 * more calls. */
const char *test_path(const char *name);

void test_register(test_case *self);
void test_true(test_place place, bool holds);
void test_int(test_place place, long long found, long long expected);
void test_text(test_place place, const char *found, const char *expected);
void test_bytes(test_place place, const void *found, const void *expected, size_t size);
void test_near(test_place place, double found, double expected, double tolerance);
void test_ok(test_place place, int status, const char *message);
void test_fails(test_place place, int found, int expected, const char *message, const char *text);
void test_skip(test_place place, const char *why) __attribute__((noreturn));

#endif
