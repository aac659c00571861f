/* packed_weights.c - products with packed weights have the bits of products with what these stand
 * for, at every level of this CPU, for any shape and number of threads. */
#include "lm/packed_weights.h"
#include <stdlib.h>
#include "failing.h"
#include "lm/gemm.h"
#include "lm/os.h"
#include "lm/random.h"

static float *random_matrix(uint32_t purpose, size_t count, double size)
{
    float *x = malloc((count + 1) * sizeof *x);
    CHECK(x != NULL);
    for (size_t i = 0; i < count; i++)
        x[i] =
            (float)((lm_random_real(lm_random_at(5, LM_RANDOM_TEST, purpose, i)) * 2 - 1) * size);
    return x;
}

typedef struct {
    size_t N, I, O;
    bool in_major, bias;
} shape;

/* out of the values that packed weights stand for. */
static void multiply_plainly(const lm_compute *on, const lm_packed *packed, lm_weight_form form,
                             const shape *s, const float *in, const float *bias, float *out)
{
    float *values = random_matrix(0, s->O * s->I, 0), *scale = random_matrix(0, s->O, 0);
    lm_packed_values(packed, values, scale);
    lm_gemm(on, &(lm_product){.m = s->N,
                              .n = s->O,
                              .k = s->I,
                              .a = in,
                              .lda = s->I,
                              .b = values,
                              .ldb = s->I,
                              .tb = true,
                              .c = out,
                              .ldc = s->O});
    for (size_t i = 0; i < s->N * s->O; i++) {
        if (form == LM_WEIGHTS_INT8) out[i] *= scale[i % s->O];
        if (bias) out[i] += bias[i % s->O];
    }
    free(values);
    free(scale);
}

static void check_shape(const shape *s, lm_weight_form form, size_t threads)
{
    lm_err e = {0};
    lm_pool *pool;
    lm_compute *on;
    lm_packed *packed;
    float *weight = random_matrix(1, s->I * s->O, 3), *in = random_matrix(2, s->N * s->I, 1);
    float *bias = s->bias ? random_matrix(3, s->O, 1) : NULL;
    float *out = random_matrix(4, s->N * s->O, 1), *plain = random_matrix(4, s->N * s->O, 1);
    const lm_weight_matrix matrix = {s->I, s->O, weight, s->in_major};
    CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
    CHECK_OK(lm_compute_new(&on, pool, false, &e), &e);
    CHECK_OK(lm_packed_new(&packed, form, &matrix, on, &e), &e);
    lm_packed_product(on, packed, out, in, s->N, bias);
    multiply_plainly(on, packed, form, s, in, bias, plain);
    CHECK_BYTES(out, plain, s->N * s->O * sizeof *out);
    lm_packed_free(packed);
    lm_compute_free(on);
    lm_pool_free(pool);
    free(weight);
    free(in);
    free(bias);
    free(out);
    free(plain);
}

static void check_level(lm_cpu_level level)
{
    static const size_t N[] = {1, 2, 3, 7, 14, 15, 16, 29, 70, 300};
    static const size_t I[] = {1, 2, 17, 511, 512, 513, 1100};
    static const size_t O[] = {1, 15, 16, 33, 64, 100};
    CHECK_INT(setenv("LM_CPU", lm_os_cpu_name(level), 1), 0);
    if (lm_os_cpu() != level) return;
    for (size_t n = 0; n < sizeof N / sizeof *N; n++)
        for (size_t i = 0; i < sizeof I / sizeof *I; i++) {
            const size_t o = (n * 5 + i) % (sizeof O / sizeof *O);
            const shape s = {N[n], I[i], O[o], (n + i) % 2, (n + i) % 3};
            check_shape(&s, LM_WEIGHTS_F32, 1 + (n + i) % 2);
            check_shape(&s, LM_WEIGHTS_BF16, 1 + n % 2);
            check_shape(&s, LM_WEIGHTS_INT8, 1 + i % 3);
        }
}

TEST(packed_ref)
{
    check_level(LM_CPU_REF);
}

TEST(packed_avx2)
{
    check_level(LM_CPU_AVX2);
}

TEST(packed_avx512)
{
    check_level(LM_CPU_AVX512);
}

TEST(packed_avx512bf16)
{
    check_level(LM_CPU_AVX512BF16);
}

/* More than the room for rows: 3072 inputs, and inputs in parts. */
TEST(packed_of_many_rows)
{
    const shape many = {700, 3072, 40, true, true}, deep = {30, 40000, 33, false, true};
    const shape row = {1, 40000, 100, false, true}, last_row = {31, 40000, 100, false, true};
    check_shape(&many, LM_WEIGHTS_F32, 2);
    check_shape(&many, LM_WEIGHTS_BF16, 2);
    check_shape(&many, LM_WEIGHTS_INT8, 1);
    check_shape(&deep, LM_WEIGHTS_BF16, 1);
    check_shape(&deep, LM_WEIGHTS_INT8, 2);
    check_shape(&row, LM_WEIGHTS_F32, 1);
    check_shape(&row, LM_WEIGHTS_INT8, 2);
    check_shape(&last_row, LM_WEIGHTS_BF16, 1);
    check_shape(&last_row, LM_WEIGHTS_INT8, 2);
}

/* What packing loses: half of the last bit kept, half of a step. */
TEST(packed_values_are_near)
{
    enum { I = 70, O = 45 };
    lm_err e = {0};
    lm_compute *on;
    lm_packed *packed;
    float *weight = random_matrix(1, I * O, 3), values[I * O], scale[O];
    const lm_weight_matrix matrix = {I, O, weight, true};
    for (size_t k = 0; k < I; k++) weight[k * O + 7] = 0; /* an output of zeros */
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    CHECK_OK(lm_packed_new(&packed, LM_WEIGHTS_BF16, &matrix, on, &e), &e);
    lm_packed_values(packed, values, scale);
    for (size_t j = 0; j < O; j++)
        for (size_t k = 0; k < I; k++)
            CHECK_NEAR(values[j * I + k], weight[k * O + j], fabs((double)weight[k * O + j]) / 256);
    lm_packed_free(packed);
    CHECK_OK(lm_packed_new(&packed, LM_WEIGHTS_INT8, &matrix, on, &e), &e);
    lm_packed_values(packed, values, scale);
    for (size_t j = 0; j < O; j++) {
        double most = 0, number = 0;
        for (size_t k = 0; k < I; k++) {
            const double x = (double)weight[k * O + j], q = (double)values[j * I + k];
            if (fabs(x) > most) most = fabs(x);
            if (fabs(q) > number) number = fabs(q);
            CHECK_NEAR(q * (double)scale[j], x, (double)scale[j] * 0.5001);
            CHECK(q == floor(q));
        }
        CHECK_NEAR(scale[j], most / 127, 1e-6 * most);
        CHECK_INT(number, j == 7 ? 0 : 127);
    }
    lm_packed_free(packed);
    lm_compute_free(on);
    free(weight);
}

TEST(packed_without_memory)
{
    lm_err fine = {0};
    lm_compute *on;
    float *weight = random_matrix(1, 12, 3);
    const lm_weight_matrix matrix = {3, 4, weight, true};
    CHECK_OK(lm_compute_new(&on, NULL, false, &fine), &fine);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_packed *packed;
        const lm_status s = lm_packed_new(&packed, LM_WEIGHTS_INT8, &matrix, on, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_packed_free(packed);
        failing_end();
    }
    lm_compute_free(on);
    free(weight);
}
