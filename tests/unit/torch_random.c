/* torch_random.c - tests against what PyTorch drew: tests/oracle/torch_init.txt. */
#include "lm/torch_random.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/params.h"
#include "test.h"

enum { VALUES = 1000 };

static FILE *file;

static long long read_int(void)
{
    long long value;
    CHECK_INT(fscanf(file, "%lld", &value), 1);
    return value;
}

static double read_real(void)
{
    double value;
    CHECK_INT(fscanf(file, "%lf", &value), 1);
    return value;
}

static void check_bits(const lm_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float value = (float)x[i];
        unsigned expected, found;
        CHECK_INT(fscanf(file, "%x", &expected), 1);
        memcpy(&found, &value, sizeof found);
        CHECK_INT(found, expected);
    }
}

static void check_permutation(lm_torch_random *random, size_t n)
{
    uint64_t order[VALUES];
    lm_torch_permutation(random, order, n);
    for (size_t i = 0; i < n; i++) CHECK_INT(order[i], read_int());
}

/* One parameter table for the modules that follow. */
static void check_model(void)
{
    enum { ROWS = 16 };
    lm_param rows[ROWS] = {{0}};
    long beginning[ROWS];
    char rule[32], kind[16];
    lm_err e = {0};
    lm_params *params;
    lm_real *block;
    snprintf(rule, sizeof rule, "torch:%lld", read_int());
    const size_t count = (size_t)read_int();
    CHECK(count <= ROWS);
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(fscanf(file, " row %15s", kind), 1);
        rows[i] = (lm_param){.name = "x", .init = LM_INIT_ONE, .fan_in = (uint64_t)read_int()};
        if (strcmp(kind, "embedding") == 0) rows[i].torch = LM_TORCH_EMBEDDING;
        if (strcmp(kind, "linear") == 0) rows[i].torch = LM_TORCH_LINEAR;
        rows[i].shape[0] = (uint64_t)read_int();
        rows[i].shape[1] = (uint64_t)read_int();
        rows[i].dims = rows[i].shape[1] ? 2 : 1;
        beginning[i] = ftell(file);
        CHECK_INT(fscanf(file, "%*[^\n]"), 0);
    }
    CHECK_OK(lm_params_new(&params, rows, count, &e), &e);
    CHECK_OK(lm_params_block(params, &block, &e), &e);
    CHECK_OK(lm_params_init(params, block, rule, 1, NULL, &e), &e);
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(fseek(file, beginning[i], SEEK_SET), 0);
        check_bits(block + params->item[i].at, params->item[i].count);
    }
    lm_block_free(block);
    lm_params_free(params);
}

static void check_draw(lm_torch_random *random, const char *what)
{
    lm_real x[VALUES];
    const size_t n = (size_t)read_int();
    CHECK(n <= VALUES);
    if (strcmp(what, "permutation") == 0) {
        check_permutation(random, n);
        return;
    }
    const double a = read_real(), b = read_real();
    if (strcmp(what, "normal") == 0)
        lm_torch_normal(random, x, n, a, b);
    else
        lm_torch_uniform(random, x, n, a, b);
    check_bits(x, n);
}

TEST(torch_random_draws)
{
    lm_torch_random random;
    char what[16];
    int lines = 0;
    file = fopen(test_path("tests/oracle/torch_init.txt"), "r");
    CHECK(file != NULL);
    for (; fscanf(file, "%15s", what) == 1; lines++) {
        if (strcmp(what, "seed") == 0)
            lm_torch_seed(&random, (uint64_t)read_int());
        else if (strcmp(what, "model") == 0)
            check_model();
        else
            check_draw(&random, what);
    }
    CHECK_INT(lines, 70);
    fclose(file);
}

/* The 10000th number of std::mt19937, which begins with 5489 (C++11, 26.5.5). */
TEST(torch_random_engine)
{
    lm_torch_random random;
    lm_torch_seed(&random, 5489);
    for (int i = 1; i < 10000; i++) (void)lm_torch_bits(&random);
    CHECK_INT(lm_torch_bits(&random), 4123659995);
}

/* ---- the survey's models, made by PyTorch from seed 42 ---- */

static void check_replay(const char *path, const lm_param *rows, size_t count)
{
    lm_err e = {0};
    lm_params *params;
    lm_ckpt *ckpt;
    lm_real *drawn, *loaded;
    FILE *there = fopen(test_path(path), "rb");
    if (!there) SKIP("no ../shared");
    fclose(there);
    CHECK_OK(lm_ckpt_open(&ckpt, test_path(path), LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_OK(lm_params_new(&params, rows, count, &e), &e);
    CHECK_OK(lm_params_block(params, &drawn, &e), &e);
    CHECK_OK(lm_params_block(params, &loaded, &e), &e);
    CHECK_OK(lm_params_init(params, drawn, "torch:42", 0, NULL, &e), &e);
    CHECK_OK(lm_params_load(params, loaded, "", ckpt, &e), &e);
    CHECK_BYTES(drawn, loaded, params->size * sizeof *drawn);
    lm_block_free(loaded);
    lm_block_free(drawn);
    lm_params_free(params);
    lm_ckpt_close(ckpt);
}

TEST(torch_random_nnlm_of_the_survey)
{
    static const lm_param rows[] = {
        {"embeddings.weight", 0, 2, {8, 10}, .torch = LM_TORCH_EMBEDDING},
        {"linear1.weight", 0, 2, {50, 10}, .torch = LM_TORCH_LINEAR, .fan_in = 10},
        {"linear1.bias", 0, 1, {50}, .torch = LM_TORCH_LINEAR, .fan_in = 10},
        {"linear2.weight", 0, 2, {8, 50}, .torch = LM_TORCH_LINEAR, .fan_in = 50},
        {"linear2.bias", 0, 1, {8}, .torch = LM_TORCH_LINEAR, .fan_in = 50},
    };
    check_replay("../shared/oracles/replay/nnlm.init.safetensors", rows,
                 sizeof rows / sizeof *rows);
}

#define LSTM(suffix, inputs)                                                                       \
    {"bilm.weight_ih" suffix, 0, 2, {200, inputs}, .torch = LM_TORCH_LINEAR, .fan_in = 50},        \
        {"bilm.weight_hh" suffix, 0, 2, {200, 50}, .torch = LM_TORCH_LINEAR, .fan_in = 50},        \
        {"bilm.bias_ih" suffix, 0, 1, {200}, .torch = LM_TORCH_LINEAR, .fan_in = 50},              \
    {                                                                                              \
        "bilm.bias_hh" suffix, 0, 1, {200}, .torch = LM_TORCH_LINEAR, .fan_in = 50                 \
    }

TEST(torch_random_elmo_of_the_survey)
{
    static const lm_param rows[] = {
        {"alpha", 0, 1, {2}, .init = LM_INIT_ONE},
        {"gamma", 0, 0, {0}, .init = LM_INIT_ONE},
        {"embedding.weight", 0, 2, {9, 10}, .torch = LM_TORCH_EMBEDDING},
        LSTM("_l0", 10),
        LSTM("_l0_reverse", 10),
        LSTM("_l1", 100),
        LSTM("_l1_reverse", 100),
        {"fc.weight", 0, 2, {10, 100}, .torch = LM_TORCH_LINEAR, .fan_in = 100},
        {"fc.bias", 0, 1, {10}, .torch = LM_TORCH_LINEAR, .fan_in = 100},
    };
    check_replay("../shared/oracles/replay/elmo.init.safetensors", rows,
                 sizeof rows / sizeof *rows);
}
