/* numbers.h - tensors from a file of lines "name TAB shape TAB values", as tests/oracle/nn.py and
 * its kin write them.
 *
 *     numbers_open("tests/oracle/nn.tsv");
 *     const double *x = numbers("linear.in", 20);      the test fails if it has not 20 values
 */
#ifndef NUMBERS_H
#define NUMBERS_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arrays.h"
#include "lm/real.h"
#include "test.h"

static FILE *numbers_file;

static inline void numbers_open(const char *path)
{
    numbers_file = fopen(test_path(path), "r");
    CHECK(numbers_file);
}

/* The values of a tensor. */
static inline double *numbers(const char *name, size_t count)
{
    char *line = NULL;
    size_t room = 0;
    const size_t length = strlen(name);
    rewind(numbers_file);
    while (getline(&line, &room, numbers_file) > 0) {
        if (strncmp(line, name, length) != 0 || line[length] != '\t') continue;
        double *x = doubles(count);
        char *at = strchr(line + length + 1, '\t'), *end;
        CHECK(at);
        for (size_t i = 0; i < count; i++, at = end) {
            x[i] = strtod(at, &end);
            CHECK(end != at);
        }
        CHECK(*at == '\n');
        free(line);
        return x;
    }
    CHECK_TEXT("not in the file", name);
    return NULL;
}

/* The same as what the models compute with, and as ids. */
static inline lm_real *numbers_real(const char *name, size_t count)
{
    const double *x = numbers(name, count);
    lm_real *y = zeros(count);
    for (size_t i = 0; i < count; i++) y[i] = (lm_real)x[i];
    return y;
}

static inline uint32_t *numbers_ids(const char *name, size_t count)
{
    const double *x = numbers(name, count);
    uint32_t *y = array(count, sizeof *y);
    for (size_t i = 0; i < count; i++) y[i] = x[i] < 0 ? UINT32_MAX : (uint32_t)x[i];
    return y;
}
#endif
