/* inputs.c - tests of what something was counted from: pieces join, whatever their order. */
#include "lm/inputs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "lm/crc.h"
#include "test.h"

enum { INPUTS = 12, PIECES = 9, BYTES = 64 };

static void add(lm_inputs *inputs, lm_input input)
{
    lm_err e = {0};
    CHECK_OK(lm_inputs_add(inputs, &input, &e), &e);
}

/* The list as JSON, then as history; freed by the caller. */
static char *written(const lm_inputs *inputs)
{
    lm_err e = {0};
    lm_str text = {0};
    CHECK_OK(lm_inputs_write(inputs, &text, &e), &e);
    CHECK_OK(lm_inputs_history(inputs, &text, &e), &e);
    return text.text;
}

static void check_settled(lm_inputs *inputs, const char *expected)
{
    lm_err e = {0};
    CHECK_OK(lm_inputs_settle(inputs, &e), &e);
    char *text = written(inputs);
    CHECK_TEXT(text, expected);
    lm_free(text);
    lm_inputs_free(inputs);
}

TEST(inputs_of_nothing)
{
    lm_inputs none = {0};
    check_settled(&none, "[]");
}

TEST(inputs_that_are_whole)
{
    lm_inputs list = {0};
    add(&list, (lm_input){5, 9, 0, 5, 2});
    add(&list, (lm_input){0, 7, 0, 0, 0});
    add(&list, (lm_input){5, 3, 0, 5, 1});
    add(&list, (lm_input){0, 0, 0, 0, 0});
    add(&list, (lm_input){5, 0, 0, 5, 2}); /* the same again, read from a pipe */
    check_settled(&list, "[[0,0,0,0,0],[0,0,0,0,0],[5,0,0,5,1],[5,0,0,5,2],[5,0,0,5,2]]"
                         " input=0:00000000 input=0:00000000 input=5:00000001 input=5:00000002"
                         " input=5:00000002");
}

TEST(inputs_of_which_pieces_are_missing)
{
    static const char bytes[] = "0123456789";
    lm_inputs list = {0};
    const uint32_t tail = lm_crc32c(0, bytes + 4, 6);
    char expected[200];
    add(&list, (lm_input){10, 7, 6, 4, lm_crc32c(0, bytes + 6, 4)});
    add(&list, (lm_input){10, 7, 0, 2, lm_crc32c(0, bytes, 2)});
    add(&list, (lm_input){10, 7, 4, 2, lm_crc32c(0, bytes + 4, 2)});
    add(&list, (lm_input){10, 8, 2, 2, 5}); /* of another input of that length */
    snprintf(expected, sizeof expected,
             "[[10,7,0,2,%lu],[10,7,4,6,%lu],[10,8,2,2,5]] input=2:%08lx@0/10 input=6:%08lx@4/10"
             " input=2:00000005@2/10",
             (unsigned long)lm_crc32c(0, bytes, 2), (unsigned long)tail,
             (unsigned long)lm_crc32c(0, bytes, 2), (unsigned long)tail);
    check_settled(&list, expected);
}

/* ---- any order, any grouping ---- */

/* Adds an input to `whole`, and the same in pieces to `pieces`. */
static void make_input(lm_inputs *whole, lm_inputs *pieces, const unsigned char *bytes,
                       size_t length, uint32_t key)
{
    add(whole, (lm_input){length, 0, 0, length, lm_crc32c(0, bytes, length)});
    if (length == 0) add(pieces, (lm_input){0, 0, 0, 0, 0});
    for (size_t at = 0, n; at < length; at += n) {
        n = 1 + (size_t)below(below(2) ? length - at : 1 + (length - at) / 3);
        add(pieces, (lm_input){length, key, at, n, lm_crc32c(0, bytes + at, n)});
    }
}

/* Inputs, some of them twice, some of the same length. */
static void make_inputs(lm_inputs *whole, lm_inputs *pieces)
{
    unsigned char bytes[BYTES];
    const size_t count = (size_t)below(INPUTS);
    for (size_t i = 0; i < count; i++) {
        const size_t length = below(4) ? (size_t)below(BYTES) : 20 * (size_t)below(2);
        const uint32_t key = (uint32_t)below(1000000);
        for (size_t j = 0; j < length; j++) bytes[j] = (unsigned char)below(256);
        for (uint64_t times = 1 + below(2) * below(3); times > 0; times--)
            make_input(whole, pieces, bytes, length, key);
    }
}

static void shuffle(lm_inputs *list)
{
    for (size_t i = list->count; i > 1; i--) {
        const size_t j = (size_t)below(i);
        const lm_input moved = list->item[i - 1];
        list->item[i - 1] = list->item[j];
        list->item[j] = moved;
    }
}

/* As a count file keeps them. */
static void read_again(lm_inputs *list, lm_inputs *read)
{
    lm_err e = {0};
    lm_str text = {0};
    lm_json j;
    CHECK_OK(lm_inputs_write(list, &text, &e), &e);
    lm_json_open(&j, (lm_slice){text.text, text.length}, "list", 0);
    CHECK_OK(lm_inputs_read(read, &j, &e), &e);
    CHECK_OK(lm_json_end(&j, &e), &e);
    lm_str_free(&text);
}

/* Groups are settled first, then their lists together. */
static void settle_in_groups(lm_inputs *pieces)
{
    lm_err e = {0};
    lm_inputs all = {0};
    for (size_t at = 0; at < pieces->count;) {
        const size_t left = pieces->count - at, n = 1 + (size_t)below(left < 6 ? left : 6);
        lm_inputs group = {0};
        for (size_t i = 0; i < n; i++) add(&group, pieces->item[at + i]);
        CHECK_OK(lm_inputs_settle(&group, &e), &e);
        read_again(&group, &all);
        lm_inputs_free(&group);
        at += n;
    }
    lm_inputs_free(pieces);
    *pieces = all;
}

TEST(inputs_in_any_order_and_grouping)
{
    lm_err e = {0};
    random_state = 1;
    for (int i = 0; i < 3000; i++) {
        lm_inputs whole = {0}, pieces = {0};
        make_inputs(&whole, &pieces);
        CHECK_OK(lm_inputs_settle(&whole, &e), &e);
        shuffle(&pieces);
        for (uint64_t level = below(3); level > 0; level--) settle_in_groups(&pieces);
        char *expected = written(&whole);
        check_settled(&pieces, expected);
        lm_free(expected);
        lm_inputs_free(&whole);
    }
}

/* As many as a header can hold, none of which join, or each with very many. */
TEST(inputs_without_end)
{
    enum { MANY = 300000 };
    lm_err e = {0};
    for (uint64_t step = 0; step < 3; step++) {
        lm_inputs list = {0};
        for (uint64_t i = 0; i < MANY; i++)
            add(&list, (lm_input){4 * MANY, 1, step * i, step == 0 ? i + 1 : 1, 0});
        CHECK_OK(lm_inputs_settle(&list, &e), &e);
        CHECK_INT(list.count, step == 1 ? 1 : MANY);
        lm_inputs_free(&list);
    }
}

/* ---- what is odd ---- */

static uint64_t repeated(const lm_input *items, size_t count)
{
    lm_err e = {0};
    lm_inputs list = {0};
    for (size_t i = 0; i < count; i++) add(&list, items[i]);
    CHECK_OK(lm_inputs_sort(&list, &e), &e);
    const lm_input *found = lm_inputs_repeated(&list);
    const uint64_t total = found ? found->total : 0;
    lm_inputs_free(&list);
    return total;
}

TEST(inputs_that_are_repeated)
{
    CHECK_INT(repeated(NULL, 0), 0);
    CHECK_INT(repeated((lm_input[]){{9, 0, 0, 9, 1}, {9, 0, 0, 9, 1}}, 2), 9);
    CHECK_INT(repeated((lm_input[]){{9, 0, 0, 9, 1}, {9, 0, 0, 9, 2}}, 2), 0);
    CHECK_INT(repeated((lm_input[]){{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}}, 2), 0);
    CHECK_INT(repeated((lm_input[]){{9, 4, 3, 3, 1}, {9, 4, 0, 3, 1}, {9, 4, 6, 3, 1}}, 3), 0);
    CHECK_INT(repeated((lm_input[]){{9, 4, 3, 3, 1}, {9, 4, 0, 4, 1}, {9, 4, 6, 3, 1}}, 3), 9);
    CHECK_INT(repeated((lm_input[]){{9, 4, 3, 3, 1}, {9, 4, 3, 3, 2}}, 2), 9);
    CHECK_INT(repeated((lm_input[]){{9, 4, 3, 3, 1}, {9, 5, 3, 3, 1}}, 2), 0);
    CHECK_INT(repeated((lm_input[]){{9, 0, 0, 9, 1}, {9, 5, 3, 3, 1}}, 2), 0);
}

TEST(inputs_that_are_partial)
{
    lm_inputs list = {0};
    CHECK(lm_inputs_partial(&list) == NULL);
    add(&list, (lm_input){0, 0, 0, 0, 0});
    add(&list, (lm_input){9, 0, 0, 9, 1});
    CHECK(lm_inputs_partial(&list) == NULL);
    add(&list, (lm_input){9, 4, 0, 8, 1});
    CHECK(lm_inputs_partial(&list) == &list.item[2]);
    lm_inputs_free(&list);
}

/* ---- JSON ---- */

static void refuse(const char *text, const char *message)
{
    lm_err e = {0};
    lm_json j;
    lm_inputs list = {0};
    lm_json_open(&j, lm_slice_of(text), "list", 0);
    CHECK_FAILS(lm_inputs_read(&list, &j, &e), LM_EFORMAT, &e, message);
    lm_inputs_free(&list);
}

TEST(inputs_that_are_refused)
{
    refuse("", "");
    refuse("{}", "");
    refuse("[1]", "");
    refuse("[[]]", "an input has five numbers");
    refuse("[[9,0,0,9]]", "an input has five numbers");
    refuse("[[9,0,0,9,1,1]]", "an input has five numbers");
    refuse("[[9,0,0,9,-1]]", "");
    refuse("[[9,0,0,9,1.5]]", "");
    refuse("[[9,0,0,9,\"1\"]]", "");
    refuse("[[9,0,0,10,1]]", "a number of an input is too large");
    refuse("[[9,0,1,9,1]]", "a number of an input is too large");
    refuse("[[9,0,10,0,1]]", "a number of an input is too large");
    refuse("[[9,0,18446744073709551615,2,1]]", "a number of an input is too large");
    refuse("[[9,4294967296,0,9,1]]", "a number of an input is too large");
    refuse("[[9,0,0,9,4294967296]]", "a number of an input is too large");
    refuse("[[9,0,4,0,1]]", "a piece of an input is empty");
    refuse("[[9,0,0,9,1]", "");
}

TEST(inputs_at_the_limits)
{
    static const char text[] =
        "[[18446744073709551615,4294967295,18446744073709551614,1,4294967295]"
        ",[18446744073709551615,4294967295,0,18446744073709551614,7]]";
    lm_err e = {0};
    lm_json j;
    lm_inputs list = {0};
    lm_json_open(&j, lm_slice_of(text), "list", 0);
    CHECK_OK(lm_inputs_read(&list, &j, &e), &e);
    CHECK_OK(lm_inputs_settle(&list, &e), &e);
    CHECK_INT(list.count, 1);
    CHECK(list.item[0].length == UINT64_MAX && list.item[0].total == UINT64_MAX);
    CHECK_INT(list.item[0].key, 0);
    lm_inputs_free(&list);
}

TEST(inputs_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_inputs list = {0};
        lm_status s = LM_OK;
        for (uint64_t i = 0; !s && i < 40; i++)
            s = lm_inputs_add(&list, &(lm_input){40, 1, 39 - i, 1, 0}, &e);
        if (!s) s = lm_inputs_settle(&list, &e);
        if (failing.failed)
            CHECK_FAILS(s, LM_ENOMEM, &e, "out of memory");
        else
            CHECK_INT(list.count, 1);
        lm_inputs_free(&list);
        failing_end();
    }
}
