/* gemm.c - matrix products at every level this CPU has: the sums the definition says, bit for bit,
 * whatever the shape, the strides and the threads. */
#include "lm/gemm.h"
#include <float.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lm/os.h"
#include "lm/random.h"
#include "test.h"

static lm_compute *new_compute(const char *level, lm_pool *pool, bool bf16)
{
    lm_err e = {0};
    lm_compute *on;
    CHECK_INT(setenv("LM_CPU", level, 1), 0);
    CHECK_OK(lm_compute_new(&on, pool, bf16, &e), &e);
    return on;
}

static lm_pool *new_pool(size_t threads)
{
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
    return pool;
}

/* The levels to test: those up to the best of this CPU. */
#define LEVELS (LM_CPU_AVX512BF16 + 1)

static bool have_level(lm_cpu_level level)
{
    CHECK_INT(setenv("LM_CPU", lm_os_cpu_name(level), 1), 0);
    return lm_os_cpu() == level;
}

/* A level whose bfloat16 products are not those of rounded operands. */
static bool has_own_bf16(lm_cpu_level level)
{
    return level == LM_CPU_AVX512BF16;
}

/* ---- matrices ---- */

static float random_value(uint32_t purpose, size_t i)
{
    return (float)(lm_random_real(lm_random_at(3, LM_RANDOM_TEST, purpose, i)) * 2 - 1);
}

static float *random_matrix(uint32_t purpose, size_t count)
{
    float *x = malloc((count + 1) * sizeof *x);
    CHECK(x != NULL);
    for (size_t i = 0; i < count; i++) x[i] = random_value(purpose, i);
    return x;
}

/* A product on matrices of its own, `slack` elements wider than need be. */
typedef struct {
    lm_product p;
    float *a, *b, *c, *before;
    size_t c_count;
} problem;

static problem new_problem(size_t m, size_t n, size_t k, bool ta, bool tb, size_t slack)
{
    problem x = {.p = {.m = m, .n = n, .k = k, .ta = ta, .tb = tb}};
    x.p.lda = (ta ? m : k) + slack;
    x.p.ldb = (tb ? k : n) + slack;
    x.p.ldc = n + slack;
    x.p.a = x.a = random_matrix(1, (ta ? k : m) * x.p.lda);
    x.p.b = x.b = random_matrix(2, (tb ? n : k) * x.p.ldb);
    x.c_count = m * x.p.ldc;
    x.p.c = x.c = random_matrix(3, x.c_count);
    x.before = random_matrix(3, x.c_count);
    return x;
}

static void restore(problem *x)
{
    memcpy(x->c, x->before, x->c_count * sizeof *x->c);
}

static void free_problem(problem *x)
{
    free(x->a);
    free(x->b);
    free(x->c);
    free(x->before);
}

static float a_at(const lm_product *p, size_t i, size_t k)
{
    return p->ta ? p->a[k * p->lda + i] : p->a[i * p->lda + k];
}

static float b_at(const lm_product *p, size_t k, size_t j)
{
    return p->tb ? p->b[j * p->ldb + k] : p->b[k * p->ldb + j];
}

/* The definition: blocks of 512, each a chain from zero, added in order. */
static float defined(const problem *x, size_t i, size_t j)
{
    const lm_product *p = &x->p;
    float sum = p->accumulate ? x->before[i * p->ldc + j] : 0;
    for (size_t k0 = 0; k0 < p->k; k0 += 512) {
        float block = 0;
        for (size_t k = k0; k < p->k && k < k0 + 512; k++)
            block = fmaf(a_at(p, i, k), b_at(p, k, j), block);
        sum = k0 > 0 || p->accumulate ? sum + block : block;
    }
    if (p->bias) sum += p->bias[j];
    return sum;
}

/* C as it should be, what lies between its rows untouched. */
static float *all_defined(const problem *x)
{
    float *c = random_matrix(3, x->c_count);
    for (size_t i = 0; i < x->p.m; i++)
        for (size_t j = 0; j < x->p.n; j++) c[i * x->p.ldc + j] = defined(x, i, j);
    return c;
}

/* ---- the definition ---- */

static const size_t sizes[][3] = {
    {1, 1, 1},    {2, 3, 5},    {7, 17, 9},    {6, 16, 8},    {13, 33, 257}, {5, 200, 300},
    {61, 77, 51}, {8, 1, 700},  {700, 1, 8},   {3, 600, 52},  {1, 129, 900}, {4, 35, 520},
    {70, 70, 1},  {60, 530, 3}, {9, 100, 130}, {90, 7, 60},   {50, 2, 300},  {2, 90, 31},
    {14, 32, 64}, {29, 65, 70}, {8, 12, 512},  {17, 25, 513}, {31, 40, 33},
};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void check_levels(problem *x, lm_pool *const *pools, size_t pool_count)
{
    float *expected = all_defined(x);
    for (lm_cpu_level level = 0; level < LEVELS; level++) {
        if (!have_level(level)) continue;
        for (size_t t = 0; t < pool_count; t++) {
            lm_compute *on = new_compute(lm_os_cpu_name(level), pools[t], false);
            restore(x);
            lm_gemm(on, &x->p);
            CHECK_BYTES(x->c, expected, x->c_count * sizeof *x->c);
            lm_compute_free(on);
        }
    }
    free(expected);
}

TEST(gemm_is_what_the_definition_says)
{
    lm_pool *pools[] = {NULL, new_pool(2), new_pool(3)};
    for (size_t s = 0; s < SIZES; s++)
        for (int way = 0; way < 8; way++) {
            problem x = new_problem(sizes[s][0], sizes[s][1], sizes[s][2], way & 1, way & 2,
                                    way & 4 ? 0 : 5);
            x.p.accumulate = (s + (size_t)way / 4) % 2;
            float *bias = random_matrix(4, x.p.n);
            if (s % 3 == 0) x.p.bias = bias;
            check_levels(&x, pools, 1);
            free(bias);
            free_problem(&x);
        }
    lm_pool_free(pools[1]);
    lm_pool_free(pools[2]);
}

/* Large enough for threads, and for parts where the room does not take op(A) whole. */
TEST(gemm_threads)
{
    static const size_t large[][3] = {
        {150, 300, 70}, {700, 30, 1030}, {3, 1500, 700}, {1500, 3, 300}};
    lm_pool *pools[] = {NULL, new_pool(2), new_pool(3), new_pool(5)};
    for (size_t s = 0; s < 4; s++)
        for (size_t way = 0; way < 2; way++) {
            problem x = new_problem(large[s][0], large[s][1], large[s][2], s % 2 != way, way, 3);
            x.p.accumulate = s % 2;
            float *expected = NULL;
            for (lm_cpu_level level = LM_CPU_REF; level < LEVELS; level++) {
                if (!have_level(level) || (level == LM_CPU_REF && s == 1 && way)) continue;
                for (size_t t = 0; t < (level == LM_CPU_REF ? 2 : 4); t++) {
                    lm_compute *on = new_compute(lm_os_cpu_name(level), pools[t], false);
                    restore(&x);
                    lm_gemm(on, &x.p);
                    if (!expected) {
                        expected = random_matrix(5, x.c_count);
                        memcpy(expected, x.c, x.c_count * sizeof *expected);
                    }
                    CHECK_BYTES(x.c, expected, x.c_count * sizeof *expected);
                    lm_compute_free(on);
                }
            }
            for (size_t i = 0; i < 100; i++) {
                const size_t row = i * x.p.m / 100, column = i * 7919 % x.p.n;
                const float sum = defined(&x, row, column);
                CHECK_BYTES(&x.c[row * x.p.ldc + column], &sum, sizeof sum);
            }
            free(expected);
            free_problem(&x);
        }
    for (size_t t = 1; t < 4; t++) lm_pool_free(pools[t]);
}

/* Row i of a product is the product of row i; column j that of column j. */
TEST(gemm_rows_alone)
{
    for (lm_cpu_level level = LM_CPU_NEON; level < LEVELS; level++)
        for (int way = 0; way < 8 && have_level(level); way++) {
            lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, way & 4);
            problem x = new_problem(40, 75, 600, way & 1, way & 2, 1);
            lm_gemm(on, &x.p);
            float one[75];
            for (size_t i = 0; i < x.p.m; i++)
                for (size_t rows = 1; rows <= 9 && i + rows <= x.p.m; rows += 4) {
                    float some[9 * 75];
                    lm_product p = x.p;
                    p.m = rows;
                    p.a += p.ta ? i : i * p.lda;
                    p.c = some;
                    p.ldc = p.n;
                    lm_gemm(on, &p);
                    for (size_t r = 0; r < rows; r++)
                        CHECK_BYTES(some + r * p.n, x.c + (i + r) * x.p.ldc, sizeof one);
                }
            for (size_t j = 0; j < x.p.n; j += 3) {
                lm_product p = x.p;
                p.n = 1;
                p.b += p.tb ? j * p.ldb : j;
                p.c = one;
                p.ldc = 1;
                lm_gemm(on, &p);
                for (size_t i = 0; i < p.m; i++)
                    CHECK_BYTES(&one[i], &x.c[i * x.p.ldc + j], sizeof *one);
            }
            lm_compute_free(on);
            free_problem(&x);
        }
}

/* Zeros after the end of op(A)'s rows change nothing, whatever op(B) has there. */
TEST(gemm_zeros_at_the_end)
{
    problem x = new_problem(9, 40, 700, false, false, 0);
    for (size_t i = 0; i < x.p.m; i++)
        for (size_t k = 300; k < x.p.k; k++) x.a[i * x.p.lda + k] = 0;
    for (lm_cpu_level level = 0; level < LEVELS; level++) {
        if (!have_level(level)) continue;
        for (int bf16 = 0; bf16 < 2; bf16++) {
            lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, bf16);
            float part[9 * 40];
            lm_product p = x.p;
            p.k = 300;
            p.c = part;
            lm_gemm(on, &x.p);
            lm_gemm(on, &p);
            CHECK_BYTES(part, x.c, sizeof part);
            lm_compute_free(on);
        }
    }
    free_problem(&x);
}

/* Each of ceil(K/512) additions and of at most 512 multiply-adds rounds once, to within 2^-24 of
 * a value no larger than the sum of |a b|. */
TEST(gemm_near_double)
{
    problem x = new_problem(3, 5, 50257, false, true, 0);
    const double steps = 512 + 50257.0 / 512 + 1;
    for (lm_cpu_level level = 0; level < LEVELS; level++) {
        if (!have_level(level)) continue;
        lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, false);
        lm_gemm(on, &x.p);
        for (size_t i = 0; i < x.p.m; i++)
            for (size_t j = 0; j < x.p.n; j++) {
                double sum = 0, size = 0;
                for (size_t k = 0; k < x.p.k; k++) {
                    const double product = (double)a_at(&x.p, i, k) * (double)b_at(&x.p, k, j);
                    sum += product;
                    size += fabs(product);
                }
                CHECK_NEAR(x.c[i * x.p.ldc + j], sum, 1.01 * steps * 0x1p-24 * size);
            }
        lm_compute_free(on);
    }
    free_problem(&x);
}

/* ---- what comes after the sum ---- */

TEST(gemm_bias_and_activation)
{
    lm_pool *pool = new_pool(2);
    for (lm_activation f = LM_ACT_NONE; f <= LM_ACT_GELU_ERF; f++)
        for (lm_cpu_level level = 0; level < LEVELS; level++)
            for (size_t m = 2; m < 400 && have_level(level); m *= 10) {
                problem x = new_problem(m, 130, 300, false, true, 2);
                float *bias = random_matrix(4, x.p.n);
                lm_compute *on = new_compute(lm_os_cpu_name(level), pool, false);
                x.p.activation = f;
                x.p.bias = f == LM_ACT_RELU ? NULL : bias;
                lm_gemm(on, &x.p);
                for (size_t i = 0; i < m; i += 1 + m / 9)
                    for (size_t j = 0; j < x.p.n; j += 3) {
                        float y = defined(&x, i, j);
                        lm_activate(f, &y, &y, 1);
                        CHECK_NEAR(x.c[i * x.p.ldc + j], y, 4 * FLT_EPSILON * fabsf(y));
                    }
                lm_compute_free(on);
                free(bias);
                free_problem(&x);
            }
    lm_pool_free(pool);
}

TEST(gemm_empty)
{
    const float bias[] = {1, 2}, one = 1;
    for (lm_cpu_level level = 0; level < LEVELS; level++) {
        if (!have_level(level)) continue;
        lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, false);
        float c[] = {5, 6, 7, 8};
        lm_product p = {.m = 2, .n = 2, .a = &one, .b = &one, .c = c, .ldc = 2};
        p.accumulate = true;
        lm_gemm(on, &p);
        CHECK(c[0] == 5 && c[1] == 6 && c[2] == 7 && c[3] == 8);
        p.bias = bias;
        lm_gemm(on, &p);
        CHECK(c[0] == 6 && c[1] == 8 && c[2] == 8 && c[3] == 10);
        p.accumulate = false;
        lm_gemm(on, &p);
        CHECK(c[0] == 1 && c[1] == 2 && c[2] == 1 && c[3] == 2);
        p.k = 3;
        p.m = 0;
        lm_gemm(on, &p);
        p.m = 2;
        p.n = 0;
        lm_gemm(on, &p);
        lm_gemm_each(on, &p, 0);
        CHECK(c[0] == 1 && c[1] == 2 && c[2] == 1 && c[3] == 2);
        lm_compute_free(on);
    }
}

/* One NaN or infinity reaches its row or column and nothing else. */
TEST(gemm_not_finite)
{
    static const size_t rows[] = {2, 40};
    for (lm_cpu_level level = 0; level < LEVELS; level++)
        for (int way = 0; way < 16 && have_level(level); way++) {
            const size_t m = rows[way / 8];
            problem x = new_problem(m, 40, 300, way & 1, way & 2, 0);
            lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, way & 4);
            x.a[x.p.ta ? 270 * x.p.lda + 1 : x.p.lda + 270] = way & 4 ? nanf("") : HUGE_VALF;
            x.b[x.p.tb ? 33 * x.p.ldb + 10 : 10 * x.p.ldb + 33] = way & 4 ? HUGE_VALF : nanf("");
            lm_gemm(on, &x.p);
            for (size_t i = 0; i < m; i++)
                for (size_t j = 0; j < x.p.n; j++) {
                    const float c = x.c[i * x.p.ldc + j];
                    if (way & 4 ? i == 1 : j == 33)
                        CHECK(isnan(c));
                    else if (way & 4 ? j == 33 : i == 1)
                        CHECK(isinf(c));
                    else
                        CHECK(isfinite(c));
                }
            lm_compute_free(on);
            free_problem(&x);
        }
}

/* ---- many products ---- */

TEST(gemm_each_is_each_alone)
{
    enum { PRODUCTS = 23 };
    lm_pool *pool = new_pool(3);
    for (lm_cpu_level level = 0; level < LEVELS; level++) {
        if (!have_level(level)) continue;
        problem x[PRODUCTS];
        lm_product products[PRODUCTS];
        for (size_t i = 0; i < PRODUCTS; i++) {
            x[i] = new_problem(1 + i * 3, 64 - i, 20 + 17 * i, i % 2, i % 3, i % 4);
            products[i] = x[i].p;
        }
        lm_compute *on = new_compute(lm_os_cpu_name(level), pool, false);
        lm_gemm_each(on, products, PRODUCTS);
        for (size_t i = 0; i < PRODUCTS; i++) {
            float *expected = all_defined(&x[i]);
            CHECK_BYTES(x[i].c, expected, x[i].c_count * sizeof *expected);
            free(expected);
            free_problem(&x[i]);
        }
        lm_compute_free(on);
    }
    lm_pool_free(pool);
}

/* ---- bfloat16 ---- */

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Of a value and the two bfloat16 around it, by the definition of rounding to nearest, ties to
 * even: in double, where all is exact. */
static float nearest_bf16(float x)
{
    uint32_t bits;
    if (isinf(x)) return x;
    memcpy(&bits, &x, sizeof bits);
    const float low = from_bits(bits & 0xffff0000), high = from_bits((bits & 0xffff0000) + 0x10000);
    const double below = fabs((double)x - (double)low);
    const double above =
        fabs((isinf(high) ? copysign(0x1p128, (double)high) : (double)high) - (double)x);
    if (below == above) return bits & 0x10000 ? high : low;
    return below < above ? low : high;
}

static const uint32_t hard[] = {
    0,          0x80000000, 0x3f800000, 0x3f808000, 0x3f818000, 0x3f807fff, 0x3f808001, 0xbf818000,
    0xbf808000, 0x7f7f7fff, 0x7f7f8000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x3fffffff,
    0x00800000, 0x00808000, 0x4b7f8000, 0xc97f8001, 0x3f80ffff, 0x41217fff,
};
enum { HARD = sizeof hard / sizeof *hard };

/* Products with 1 show the rounding itself, by every way an operand is read. */
TEST(gemm_bf16_rounding)
{
    float values[HARD * 9], ones[16 * 16], c[HARD * 9 * 16];
    for (size_t i = 0; i < HARD * 9; i++)
        values[i] = i < HARD ? from_bits(hard[i]) : random_value(9, i) * 1e3F;
    for (size_t i = 0; i < 256; i++) ones[i] = 1;
    for (lm_cpu_level level = 0; level < LEVELS; level++)
        for (int way = 0; way < 16 && have_level(level); way++) {
            const bool on_left = way & 4;
            const size_t one = way & 8 ? 1 : 13;
            lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, true);
            lm_product p = {.m = on_left ? HARD * 9 : one, .n = on_left ? one : HARD * 9, .k = 1};
            p.ta = way & 1;
            p.tb = way & 2;
            p.a = on_left ? values : ones;
            p.lda = p.ta ? p.m : 1;
            p.b = on_left ? ones : values;
            p.ldb = p.tb ? 1 : p.n;
            p.c = c;
            p.ldc = p.n;
            lm_gemm(on, &p);
            for (size_t i = 0; i < p.m; i++)
                for (size_t j = 0; j < p.n; j++)
                    CHECK(c[i * p.n + j] == nearest_bf16(values[on_left ? i : j]));
            lm_compute_free(on);
        }
}

/* NaN stays NaN, whichever bits say so. */
TEST(gemm_bf16_nan)
{
    static const uint32_t nans[] = {0x7fc00000, 0x7f800001, 0xff80ffff, 0xffffffff, 0x7fffffff};
    const float one = 1;
    for (lm_cpu_level level = 0; level < LEVELS; level++)
        for (size_t i = 0; i < 10 && have_level(level); i++) {
            lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, true);
            const float nan = from_bits(nans[i / 2]);
            float c = 0;
            lm_gemm(on, &(lm_product){.m = 1,
                                      .n = 1,
                                      .k = 1,
                                      .a = i % 2 ? &nan : &one,
                                      .lda = 1,
                                      .b = i % 2 ? &one : &nan,
                                      .ldb = 1,
                                      .c = &c,
                                      .ldc = 1});
            CHECK(isnan(c));
            lm_compute_free(on);
        }
}

/* Products in bfloat16 are those of rounded operands: to the bit, or where the instruction adds
 * pairs the other way round, to the error of their sum. */
TEST(gemm_bf16_products)
{
    for (lm_cpu_level level = 0; level < LEVELS; level++)
        for (size_t s = 0; s < SIZES && have_level(level); s++)
            for (int way = 0; way < 4; way++) {
                problem x = new_problem(sizes[s][0], sizes[s][1], sizes[s][2], way & 1, way & 2, 1);
                lm_compute *on = new_compute(lm_os_cpu_name(level), NULL, true);
                lm_gemm(on, &x.p);
                for (size_t i = 0; i < (x.p.ta ? x.p.k : x.p.m) * x.p.lda; i++)
                    x.a[i] = nearest_bf16(x.a[i]);
                for (size_t i = 0; i < (x.p.tb ? x.p.n : x.p.k) * x.p.ldb; i++)
                    x.b[i] = nearest_bf16(x.b[i]);
                for (size_t i = 0; i < x.p.m; i += 1 + x.p.m / 13)
                    for (size_t j = 0; j < x.p.n; j += 1 + x.p.n / 13) {
                        const float sum = defined(&x, i, j);
                        const double bound = has_own_bf16(level) ? (double)x.p.k * 0x1p-22 : 0;
                        CHECK_NEAR(x.c[i * x.p.ldc + j], sum, bound);
                    }
                lm_compute_free(on);
                free_problem(&x);
            }
}
