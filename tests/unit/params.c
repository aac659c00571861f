/* params.c - tests of the parameter table: layout, initial values, saving and loading. */
#include "lm/params.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "lm/random.h"
#include "models.h"
#include "test.h"

typedef struct {
    lm_real *embed, *weight, *bias, *gain;
} fields;

static const lm_param rows[] = {
    {"embed", offsetof(fields, embed), 2, {7, 3}, .init = LM_INIT_NORMAL, .scale = 0.5},
    {"weight", offsetof(fields, weight), 3, {2, 4, 4}, .init = LM_INIT_UNIFORM, .scale = 0.1},
    {"bias", offsetof(fields, bias), 1, .shape = {5}},
    {"gain", offsetof(fields, gain), 0, {0}, .init = LM_INIT_ONE, .scale = 3},
};
enum { ROWS = sizeof rows / sizeof *rows, TOTAL = 21 + 32 + 5 + 1 };

static lm_params *new_params(const lm_param *table, size_t count)
{
    lm_err e = {0};
    lm_params *params = NULL;
    CHECK_OK(lm_params_new(&params, table, count, &e), &e);
    return params;
}

static lm_real *new_block(const lm_params *params)
{
    lm_err e = {0};
    lm_real *block = NULL;
    CHECK_OK(lm_params_block(params, &block, &e), &e);
    return block;
}

static lm_real *drawn(const lm_params *params, const char *rule, uint64_t seed)
{
    lm_err e = {0};
    lm_real *block = new_block(params);
    CHECK_OK(lm_params_init(params, block, rule, seed, NULL, &e), &e);
    return block;
}

/* ---- layout ---- */

TEST(params_layout)
{
    static const size_t at[] = {0, 32, 64, 80}, counts[] = {21, 32, 5, 1};
    lm_params *params = new_params(rows, ROWS);
    lm_real *block = new_block(params);
    fields w;
    CHECK_INT(params->size, 96);
    CHECK_INT(params->total, TOTAL);
    CHECK_INT((uintptr_t)block % 64, 0);
    for (size_t i = 0; i < ROWS; i++) {
        CHECK_INT(params->item[i].at, at[i]);
        CHECK_INT(params->item[i].count, counts[i]);
    }
    for (size_t i = 0; i < params->size; i++) CHECK(block[i] == 0);
    lm_params_bind(params, block, &w);
    CHECK(w.embed == block && w.weight == block + 32 && w.bias == block + 64);
    CHECK(w.gain == block + 80);
    lm_block_free(block);
    lm_block_free(NULL);
    lm_params_free(params);
    lm_params_free(NULL);
}

TEST(params_none)
{
    lm_params *params = new_params(NULL, 0);
    lm_real *block = new_block(params);
    CHECK_INT(params->size, 0);
    CHECK_INT(params->total, 0);
    lm_block_free(block);
    lm_params_free(params);
}

/* Beyond the threshold for huge pages. */
TEST(params_large_block)
{
    const lm_param table[] = {{"x", 0, 2, .shape = {1500, 1001}}};
    lm_params *params = new_params(table, 1);
    lm_real *block = new_block(params);
    CHECK_INT(params->size, 1501504);
    CHECK_INT((uintptr_t)block % 64, 0);
    for (size_t i = 0; i < params->size; i++) CHECK(block[i] == 0);
    lm_block_free(block);
    lm_params_free(params);
}

TEST(params_too_large)
{
    const uint64_t large = UINT64_C(1) << 40;
    const lm_param product[] = {{"x", 0, 2, .shape = {large, large}}};
    const lm_param bytes[] = {{"x", 0, 2, .shape = {large, large / 2048}}};
    const lm_param sum[] = {{"x", 0, 2, .shape = {large, large / 8192}},
                            {"y", 0, 2, .shape = {large, large / 8192}},
                            {"z", 0, 2, .shape = {large, large / 8192}},
                            {"w", 0, 2, .shape = {large, large / 8192}},
                            {"v", 0, 2, .shape = {large, large / 8192}}};
    lm_params *params;
    lm_err e = {0};
    CHECK_FAILS(lm_params_new(&params, product, 1, &e), LM_EUSAGE, &e, "address space");
    CHECK_FAILS(lm_params_new(&params, bytes, 1, &e), LM_EUSAGE, &e, "address space");
    CHECK_FAILS(lm_params_new(&params, sum, 5, &e), LM_EUSAGE, &e, "address space");
}

/* ---- initial values ---- */

TEST(params_init_by_the_table)
{
    lm_params *params = new_params(rows, ROWS);
    lm_real *block = drawn(params, "default", 1);
    for (size_t i = 0; i < 21; i++) CHECK(block[i] != 0 && fabs((double)block[i]) < 0.5 * 5);
    for (size_t i = 32; i < 64; i++) CHECK(block[i] != 0 && fabs((double)block[i]) <= 0.1 + 1e-8);
    for (size_t i = 64; i < 69; i++) CHECK(block[i] == 0);
    CHECK(block[80] == 1);
    for (size_t i = 21; i < 32; i++) CHECK(block[i] == 0);
    for (size_t i = 81; i < 96; i++) CHECK(block[i] == 0);
    lm_block_free(block);
    lm_params_free(params);
}

/* The same from the same seed; of another seed, or another row, unrelated; the first values do not
 * depend on how many follow. */
TEST(params_init_is_of_seed_row_and_place)
{
    enum { N = 50, MORE = 83 };
    for (int kind = LM_INIT_NORMAL; kind <= LM_INIT_UNIFORM; kind++) {
        const lm_param one = {"x", 0, 1, {N}, .init = (lm_init)kind, .scale = 1};
        const lm_param longer = {"x", 0, 1, {MORE}, .init = (lm_init)kind, .scale = 1};
        const lm_param pair[] = {one, one}, first[] = {longer};
        lm_params *two = new_params(pair, 2), *single = new_params(first, 1);
        lm_real *a = drawn(two, "default", 5), *b = drawn(two, "default", 5);
        lm_real *c = drawn(two, "default", 6), *d = drawn(single, "default", 5);
        CHECK_BYTES(a, b, two->size * sizeof *a);
        CHECK_BYTES(a, d, N * sizeof *a);
        int same = 0;
        for (size_t i = 0; i < N; i++) same += (a[i] == c[i]) + (a[i] == a[two->item[1].at + i]);
        CHECK_INT(same, 0);
        lm_block_free(a);
        lm_block_free(b);
        lm_block_free(c);
        lm_block_free(d);
        lm_params_free(two);
        lm_params_free(single);
    }
}

/* The share of a standard normal number, and of one even in [-1, 1), below x. */
static double normal_below(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static double uniform_below(double x)
{
    return (x + 1) / 2;
}

enum { DRAWS = 1 << 17, BINS = 64 };

/* DRAWS numbers in bins that are equally likely: chi-square with 63 degrees of freedom has mean 63
 * and standard deviation 11.2.  Neighbours are unrelated. */
static void check_spread(lm_init kind, double scale, double variance, double (*below)(double))
{
    const lm_param table[] = {{"x", 0, 1, {DRAWS}, .init = kind, .scale = scale}};
    lm_params *params = new_params(table, 1);
    lm_real *x = drawn(params, "default", 2026);
    double bin[BINS] = {0}, sum = 0, squares = 0, products = 0, chi = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        const double value = (double)x[i] / scale, share = below(value);
        CHECK(share >= 0 && share < 1);
        bin[(int)(share * BINS)]++;
        sum += value;
        squares += value * value;
        products += value * (double)x[i ^ 1] / scale / 2;
    }
    const double expected = (double)DRAWS / BINS, rough = 5 * sqrt(variance / DRAWS);
    for (int i = 0; i < BINS; i++) chi += (bin[i] - expected) * (bin[i] - expected) / expected;
    CHECK_NEAR(chi, 63, 5 * 11.2);
    CHECK_NEAR(sum / DRAWS, 0, rough);
    CHECK_NEAR(squares / DRAWS, variance, 5 * variance * sqrt(2.0 / DRAWS));
    CHECK_NEAR(products / DRAWS, 0, rough);
    lm_block_free(x);
    lm_params_free(params);
}

TEST(params_init_normal)
{
    check_spread(LM_INIT_NORMAL, 0.02, 1, normal_below);
}

TEST(params_init_uniform)
{
    check_spread(LM_INIT_UNIFORM, (double)0.3f, 1.0 / 3, uniform_below);
}

/* Rows of which PyTorch draws nothing stay as the table says, and take nothing from the others. */
TEST(params_init_torch_none)
{
    const lm_param weight = {"w", 0, 2, {4, 5}, .torch = LM_TORCH_LINEAR, .fan_in = 5};
    const lm_param one = {"g", 0, 1, {5}, .init = LM_INIT_ONE};
    const lm_param normal = {"n", 0, 1, {5}, .init = LM_INIT_NORMAL, .scale = 1};
    const lm_param mixed[] = {one, normal, weight}, plain[] = {weight};
    lm_params *three = new_params(mixed, 3), *single = new_params(plain, 1);
    lm_real *a = drawn(three, "torch:7", 9), *b = drawn(single, "torch:7", 10);
    lm_real *c = drawn(three, "default", 9);
    for (size_t i = 0; i < 5; i++) CHECK(a[i] == 1);
    CHECK_BYTES(a + 16, c + 16, 5 * sizeof *a);
    CHECK_BYTES(a + 32, b, 20 * sizeof *a);
    lm_block_free(a);
    lm_block_free(b);
    lm_block_free(c);
    lm_params_free(three);
    lm_params_free(single);
}

/* By its definition: element `i` of row 0. */
static double defined(lm_init init, uint64_t seed, uint64_t i)
{
    const uint64_t in_block = init == LM_INIT_NORMAL ? 2 : 4;
    const lm_random_block bits = lm_random_at(seed, LM_RANDOM_INIT, 0, i / in_block);
    const lm_random_block others = {{bits.word[2], bits.word[3], 0, 0}};
    if (init == LM_INIT_UNIFORM) return (double)(bits.word[i % 4] >> 8) * 0x1p-23 - 1;
    const double radius = sqrt(-2 * log(1 - lm_random_real(bits)));
    const double angle = 6.283185307179586 * lm_random_real(others);
    return radius * (i % 2 ? sin(angle) : cos(angle));
}

/* A row of several pieces, the last one short, is what it should be, drawn by one thread or three.
 */
TEST(params_init_of_long_rows)
{
    enum { COUNT = 50003 };
    const lm_init kinds[] = {LM_INIT_NORMAL, LM_INIT_UNIFORM};
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, 3, &e), &e);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const lm_param row = {
            .name = "x", .dims = 1, .shape = {COUNT}, .init = kinds[k], .scale = 0.5};
        lm_params *params = new_params(&row, 1);
        lm_real *one = new_block(params), *many = new_block(params);
        CHECK_OK(lm_params_init(params, one, "default", 5, NULL, &e), &e);
        CHECK_OK(lm_params_init(params, many, "default", 5, pool, &e), &e);
        CHECK_BYTES(many, one, params->size * sizeof *one);
        for (size_t i = 0; i < COUNT; i++) CHECK_NEAR(one[i], 0.5 * defined(kinds[k], 5, i), 1e-6);
        lm_block_free(one);
        lm_block_free(many);
        lm_params_free(params);
    }
    lm_pool_free(pool);
}

TEST(params_init_other_rules)
{
    static const char *const refused[] = {
        "",        "torch",    "torch:",    "torch:-1",  "torch:4x",
        "Default", "torch: 1", "torch:1.0", "default:1", "torch:9223372036854775808"};
    lm_params *params = new_params(rows, ROWS);
    lm_real *block = new_block(params);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        lm_err e = {0};
        CHECK_FAILS(lm_params_init(params, block, refused[i], 1, NULL, &e), LM_EUSAGE, &e,
                    "torch:SEED");
        CHECK(strstr(e.message, refused[i]) != NULL);
    }
    lm_err e = {0};
    CHECK_OK(lm_params_init(params, block, "torch:9223372036854775807", 1, NULL, &e), &e);
    lm_block_free(block);
    lm_params_free(params);
}

/* ---- saving and loading ---- */

TEST(params_round_trip)
{
    lm_err e = {0};
    lm_params *params = new_params(rows, ROWS);
    lm_real *a = drawn(params, "default", 3), *b = drawn(params, "default", 4);
    lm_real *c = new_block(params);
    lm_ckpt_writer *writer = new_checkpoint("test");
    CHECK_OK(lm_params_save(params, a, "", writer, &e), &e);
    CHECK_OK(lm_params_save(params, b, "other.", writer, &e), &e);
    write_checkpoint(writer, "t.lm", NULL);
    lm_ckpt *ckpt = open_checkpoint("t.lm");
    CHECK_INT(lm_ckpt_count(ckpt), 2 * ROWS);
    const lm_tensor *weight = lm_ckpt_find(ckpt, "other.weight");
    CHECK(weight != NULL && weight->dtype == LM_REAL_DTYPE && weight->dims == 3);
    CHECK(weight->shape[0] == 2 && weight->shape[1] == 4 && weight->shape[2] == 4);
    CHECK_OK(lm_params_load(params, c, "", ckpt, &e), &e);
    CHECK_BYTES(c, a, params->size * sizeof *a);
    CHECK_OK(lm_params_load(params, c, "other.", ckpt, &e), &e);
    CHECK_BYTES(c, b, params->size * sizeof *a);
    lm_ckpt_close(ckpt);
    lm_block_free(a);
    lm_block_free(b);
    lm_block_free(c);
    lm_params_free(params);
}

static void add(lm_ckpt_writer *writer, const char *name, lm_dtype dtype, int dims,
                const uint64_t *shape, const void *data)
{
    lm_err e = {0};
    lm_tensor tensor = {.name = name, .dtype = dtype, .dims = dims, .data = data};
    for (int i = 0; i < dims; i++) tensor.shape[i] = shape[i];
    CHECK_OK(lm_ckpt_add(writer, &tensor, &e), &e);
}

/* 1, -2.5, 65504, 2^-24 and 1/2; in bfloat16, the last but one is 2^-126. */
TEST(params_load_every_type)
{
    static const double f64[] = {1, -2.5, 65504, 0x1p-24, 0.5};
    static const float f32[] = {1, -2.5F, 65504, 0x1p-24F, 0.5F};
    static const uint16_t f16[] = {0x3c00, 0xc100, 0x7bff, 0x0001, 0x3800};
    static const uint16_t bf16[] = {0x3f80, 0xc020, 0x4780, 0x0080, 0x3f00};
    static const uint64_t shape[] = {5};
    static const lm_param table[] = {{"f64", 0, 1, .shape = {5}},
                                     {"f32", 0, 1, .shape = {5}},
                                     {"f16", 0, 1, .shape = {5}},
                                     {"bf16", 0, 1, .shape = {5}}};
    lm_err e = {0};
    lm_params *params = new_params(table, 4);
    lm_real *block = new_block(params);
    lm_ckpt_writer *writer = new_checkpoint("test");
    add(writer, "f64", LM_F64, 1, shape, f64);
    add(writer, "f32", LM_F32, 1, shape, f32);
    add(writer, "f16", LM_F16, 1, shape, f16);
    add(writer, "bf16", LM_BF16, 1, shape, bf16);
    write_checkpoint(writer, "t.lm", NULL);
    lm_ckpt *ckpt = open_checkpoint("t.lm");
    CHECK_OK(lm_params_load(params, block, "", ckpt, &e), &e);
    for (size_t r = 0; r < 4; r++)
        for (size_t i = 0; i < 5; i++) {
            const double rounded = i == 2 ? 65536 : i == 3 ? 0x1p-126 : f64[i];
            CHECK((double)block[r * 16 + i] == (r == 3 ? rounded : f64[i]));
        }
    lm_ckpt_close(ckpt);
    lm_block_free(block);
    lm_params_free(params);
}

static void check_refused(const char *name, lm_dtype dtype, int dims, uint64_t a, uint64_t b,
                          const char *message)
{
    static const unsigned char data[256];
    static const lm_param table[] = {{"weight", 0, 2, .shape = {2, 3}}};
    lm_err e = {0};
    lm_params *params = new_params(table, 1);
    lm_real *block = new_block(params);
    lm_ckpt_writer *writer = new_checkpoint("test");
    add(writer, name, dtype, dims, (const uint64_t[]){a, b}, data);
    write_checkpoint(writer, "t.lm", NULL);
    lm_ckpt *ckpt = open_checkpoint("t.lm");
    CHECK_FAILS(lm_params_load(params, block, "p.", ckpt, &e), LM_EFORMAT, &e, message);
    lm_ckpt_close(ckpt);
    lm_block_free(block);
    lm_params_free(params);
}

/* What training and scoring could make nothing of. */
TEST(params_load_refuses_what_is_not_finite)
{
    static const double f64[] = {1, HUGE_VAL, 1e300, -HUGE_VAL}; /* 1e300 is no float */
    static const uint16_t f16[] = {0x3c00, 0x7c00, 0x7e00, 0xfc00};
    static const uint64_t shape[] = {1};
    static const lm_param table[] = {{"weight", 0, 1, .shape = {1}}};
    lm_params *params = new_params(table, 1);
    lm_real *block = new_block(params);
    for (int i = 0; i < 4; i++)
        for (int wide = 0; wide < 2; wide++) {
            lm_err e = {0};
            lm_ckpt_writer *writer = new_checkpoint("test");
            if (wide)
                add(writer, "weight", LM_F64, 1, shape, &f64[i]);
            else
                add(writer, "weight", LM_F16, 1, shape, &f16[i]);
            write_checkpoint(writer, "t.lm", NULL);
            lm_ckpt *ckpt = open_checkpoint("t.lm");
            if (i == 0)
                CHECK_OK(lm_params_load(params, block, "", ckpt, &e), &e);
            else
                CHECK_FAILS(lm_params_load(params, block, "", ckpt, &e), LM_EFORMAT, &e,
                            "t.lm: tensor 'weight': holds a NaN or an infinity");
            lm_ckpt_close(ckpt);
        }
    lm_block_free(block);
    lm_params_free(params);
}

TEST(params_load_refuses)
{
    const char *const shape = "t.lm: tensor 'p.weight': found F32 [3,2], expected F32, F64, F16 or "
                              "BF16 [2,3]";
    check_refused("p.weight", LM_F32, 2, 3, 2, shape);
    check_refused("p.weight", LM_F32, 1, 6, 0, "found F32 [6], expected");
    check_refused("p.weight", LM_F32, 0, 0, 0, "found F32 [], expected");
    check_refused("p.weight", LM_I32, 2, 2, 3, "found I32 [2,3], expected");
    check_refused("weight", LM_F32, 2, 2, 3, "t.lm: tensor 'p.weight' is missing");
}

TEST(params_without_memory)
{
    lm_params *params = new_params(rows, ROWS);
    lm_real *block = drawn(params, "default", 3);
    lm_ckpt_writer *writer = new_checkpoint("test");
    lm_err e = {0};
    CHECK_OK(lm_params_save(params, block, "", writer, &e), &e);
    write_checkpoint(writer, "t.lm", NULL);
    lm_ckpt *ckpt = open_checkpoint("t.lm");
    for (size_t k = 1; failing_round(k); k++) {
        lm_params *own = NULL;
        lm_real *values = NULL;
        lm_ckpt_writer *into = NULL;
        lm_err failed = {0};
        lm_status s = lm_params_new(&own, rows, ROWS, &failed);
        if (s == LM_OK) s = lm_params_block(own, &values, &failed);
        if (s == LM_OK) s = lm_params_load(own, values, "", ckpt, &failed);
        if (s == LM_OK) s = lm_ckpt_writer_new(&into, "test", &failed);
        if (s == LM_OK) s = lm_params_save(own, values, "", into, &failed);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        if (s == LM_OK) CHECK_BYTES(values, block, params->size * sizeof *block);
        lm_ckpt_writer_free(into);
        lm_block_free(values);
        lm_params_free(own);
        failing_end();
    }
    lm_ckpt_close(ckpt);
    lm_block_free(block);
    lm_params_free(params);
}
