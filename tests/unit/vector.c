/* vector.c - functions of vectors: errors against scalar.h over the whole range, the same bits at
 * every CPU level, at every length and place, and reductions against their definition.
 *
 * VECTOR_STRIDE and VECTOR_START in the environment say which floats the errors are taken at: every
 * STRIDE-th of all 2^32, from START on. */
#include "lm/vector.h"
#include <float.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../src/num/vector_level.h"
#include "lm/random.h"
#include "lm/scalar.h"
#include "test.h"

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The same bits, or both NaN. */
static bool same(float a, float b)
{
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

/* |found - exact| in units of the last place of a float near `exact`; infinity where one of the two
 * is NaN or infinite and the other is not. */
static double ulps(float found, double exact)
{
    int exponent;
    if (isnan(exact)) return isnan(found) ? 0 : HUGE_VAL;
    if (isinf((float)exact)) { /* it may also have been rounded down to the largest */
        const double nearest = exact > 0 ? (double)FLT_MAX : -(double)FLT_MAX;
        const bool finite = (double)found == nearest && fabs(exact) < 0x1.000001p+128;
        return found == (float)exact || finite ? 0 : HUGE_VAL;
    }
    if (isinf(found)) return fabs(exact) > 0x1.fffffep+127 ? 0 : HUGE_VAL;
    frexp(exact, &exponent);
    if (exponent < FLT_MIN_EXP) exponent = FLT_MIN_EXP;
    return fabs((double)found - exact) / ldexp(1, exponent - FLT_MANT_DIG);
}

/* Every STRIDE-th float, and the 64 on either side of each power of two, of either sign. */
static void check_errors(void (*f)(float *, const float *, size_t), double (*exact)(double),
                         double bound)
{
    enum { BLOCK = 1 << 12 };
    static float x[BLOCK], y[BLOCK];
    const uint64_t stride = setting("VECTOR_STRIDE", 1009), all = UINT64_C(1) << 32;
    const uint64_t around = 512 * 128;
    size_t n = 0;
    for (uint64_t i = 0, b = setting("VECTOR_START", 0); b < all || i < around;) {
        if (b < all) {
            x[n++] = float_of((uint32_t)b);
            b += stride;
        } else {
            x[n++] = float_of((uint32_t)((i / 128 << 23) + i % 128 - 64));
            i++;
        }
        if (n < BLOCK && (b < all || i < around)) continue;
        f(y, x, n);
        for (size_t k = 0; k < n; k++)
            if (!(ulps(y[k], exact((double)x[k])) <= bound)) {
                CHECK_NEAR(y[k], exact((double)x[k]), 0);
                CHECK_NEAR(ulps(y[k], exact((double)x[k])), 0, bound);
            }
        n = 0;
    }
}

static double sigmoid(double x)
{
    const double e = lm_exp(-fabs(x));
    return (x < 0 ? e : 1) / (1 + e);
}

TEST(vector_error_exp)
{
    check_errors(lm_vec_exp, lm_exp, 1);
}

TEST(vector_error_log)
{
    check_errors(lm_vec_log, lm_log, 1);
}

TEST(vector_error_tanh)
{
    check_errors(lm_vec_tanh, lm_tanh, 2);
}

TEST(vector_error_sigmoid)
{
    check_errors(lm_vec_sigmoid, sigmoid, 2);
}

TEST(vector_error_erf)
{
    check_errors(lm_vec_erf, lm_erf, 2);
}

static float of(void (*f)(float *, const float *, size_t), float x)
{
    float y;
    f(&y, &x, 1);
    return y;
}

static const float special[] = {0,       -0.0f,    1,         -1,         INFINITY, -INFINITY, NAN,
                                FLT_MIN, -FLT_MIN, 0x1p-149f, -0x1p-149f, FLT_MAX,  -FLT_MAX};

enum { SPECIAL = sizeof special / sizeof *special };

/* C99, annex F.9; the limits of the sigmoid. */
TEST(vector_special_values)
{
    const float inf = INFINITY, least = 0x1p-149f;
    CHECK(of(lm_vec_exp, inf) == inf && same(of(lm_vec_exp, -inf), 0));
    CHECK(of(lm_vec_exp, 0) == 1 && of(lm_vec_exp, -0.0f) == 1 && of(lm_vec_exp, least) == 1);
    CHECK(of(lm_vec_exp, FLT_MAX) == inf && same(of(lm_vec_exp, -FLT_MAX), 0));
    CHECK(of(lm_vec_log, 0) == -inf && of(lm_vec_log, -0.0f) == -inf);
    CHECK(of(lm_vec_log, inf) == inf && isnan(of(lm_vec_log, -1)) && isnan(of(lm_vec_log, -inf)));
    CHECK(isnan(of(lm_vec_log, -least)) && same(of(lm_vec_log, 1), 0));
    for (float sign = -1; sign <= 1; sign += 2) {
        CHECK(of(lm_vec_tanh, sign * inf) == sign && of(lm_vec_erf, sign * inf) == sign);
        CHECK(same(of(lm_vec_tanh, sign * 0.0f), sign * 0.0f));
        CHECK(same(of(lm_vec_erf, sign * 0.0f), sign * 0.0f));
        CHECK(of(lm_vec_tanh, sign * least) == sign * least);
        CHECK(of(lm_vec_sigmoid, sign * 0.0f) == 0.5f);
    }
    CHECK(of(lm_vec_sigmoid, inf) == 1 && same(of(lm_vec_sigmoid, -inf), 0));
    CHECK(isnan(of(lm_vec_exp, NAN)) && isnan(of(lm_vec_log, NAN)) && isnan(of(lm_vec_tanh, NAN)));
    CHECK(isnan(of(lm_vec_sigmoid, NAN)) && isnan(of(lm_vec_erf, NAN)));
}

/* Results between 0 and FLT_MIN are not flushed: neighbouring floats on both sides of the log of
 * 2^-150, half the least, and of 2^128 - 2^103 (mpmath). */
TEST(vector_exp_at_the_ends)
{
    CHECK(of(lm_vec_exp, -0x1.9fe368p+6f) == 0x1p-149f && of(lm_vec_exp, -0x1.9fe36ap+6f) == 0);
    CHECK(isfinite(of(lm_vec_exp, 0x1.62e42ep+6f)) && isinf(of(lm_vec_exp, 0x1.62e430p+6f)));
    CHECK_NEAR(of(lm_vec_exp, -100), lm_exp(-100), 0x1p-149);
}

/* Arguments of every kind: moderate ones, any bits, and the special ones. */
static float draw(uint32_t step, uint64_t i)
{
    const lm_random_block block = lm_random_at(3, LM_RANDOM_TEST, step, i);
    const uint32_t kind = block.word[2] % 16;
    if (kind == 0) return special[block.word[3] % SPECIAL];
    if (kind < 4) return float_of(block.word[3]);
    return (float)(20 * lm_random_real(block) - 10);
}

enum { LONGEST = 70, ROOM = 2 * LONGEST, LEVELS = LM_CPU_AVX512BF16 + 1 };

/* Everything but reductions, as one kind of function. */
typedef struct {
    const char *name;
    lm_vector_map *map;
    lm_vector_scale *scale;
    lm_vector_slope *slope;
} entry;

static size_t entries(const lm_vector_level *t, entry *list)
{
    size_t n = 0;
    const entry maps[] = {{"exp", t->exp, NULL, NULL},    {"log", t->log, NULL, NULL},
                          {"tanh", t->tanh, NULL, NULL},  {"sigmoid", t->sigmoid, NULL, NULL},
                          {"erf", t->erf, NULL, NULL},    {"axpy", NULL, t->axpy, NULL},
                          {"scale", NULL, t->scale, NULL}};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) list[n++] = maps[i];
    for (size_t i = 0; i < LM_ACTIVATIONS; i++) {
        list[n++] = (entry){"activate", t->activate[i], NULL, NULL};
        list[n++] = (entry){"backward", NULL, NULL, t->backward[i]};
    }
    return n;
}

enum { ENTRIES = 7 + 2 * LM_ACTIVATIONS };

static void apply(const entry *f, float *y, const float *x, const float *v, size_t n)
{
    if (f->map)
        f->map(y, x, n);
    else if (f->scale)
        f->scale(y, 1.7f, x, n);
    else
        f->slope(y, x, v, n);
}

/* Every function, at any length and place: the bits of the plain one, element by element, and
 * nothing written beyond them. */
TEST(vector_levels_agree)
{
    const lm_vector_level *plain = lm_vector_ref();
    entry expected[ENTRIES], found[ENTRIES];
    static float x[ROOM], v[ROOM], before[ROOM], y[ROOM], z[ROOM];
    CHECK_INT(entries(plain, expected), ENTRIES);
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++) {
        lm_vector_use(level);
        entries(lm_vector_now(), found);
        for (size_t n = 0; n <= LONGEST; n++)
            for (size_t f = 0; f < ENTRIES; f++) {
                const size_t at = (n * 7 + f) % 19;
                for (size_t i = 0; i < ROOM; i++) {
                    x[i] = draw((uint32_t)(n + 100 * f), i);
                    v[i] = draw((uint32_t)(n + 100 * f), ROOM + i);
                    y[i] = z[i] = before[i] = draw((uint32_t)(n + 100 * f), 2 * ROOM + i);
                }
                apply(&found[f], y + at, x + at + 1, v + at + 2, n);
                for (size_t i = 0; i < n; i++)
                    apply(&expected[f], z + at + i, x + at + 1 + i, v + at + 2 + i, 1);
                for (size_t i = 0; i < ROOM; i++) {
                    CHECK(same(y[i], z[i]));
                    if (i < at || i >= at + n) CHECK(same(y[i], before[i]));
                }
            }
    }
}

/* y may be x. */
TEST(vector_in_place)
{
    entry list[ENTRIES];
    float x[LONGEST], y[LONGEST];
    entries(lm_vector_now(), list);
    for (size_t n = 1; n <= LONGEST; n++)
        for (size_t f = 0; f < ENTRIES; f++) {
            if (list[f].slope || strcmp(list[f].name, "axpy") == 0) continue;
            for (size_t i = 0; i < n; i++) x[i] = draw((uint32_t)n, i);
            apply(&list[f], y, x, NULL, n);
            apply(&list[f], x, x, NULL, n);
            for (size_t i = 0; i < n; i++) CHECK(same(x[i], y[i]));
        }
}

/* LM_CPU forces a level before the first use. */
TEST(vector_level_forced)
{
    CHECK_INT(setenv("LM_CPU", "ref", 1), 0);
    CHECK(lm_vector_now() == lm_vector_ref());
}

/* The definition: lane i mod 16, in order; lanes by halves; parts of 4096 in double. */
typedef float step(float sum, float x, float y);

static float plain_part(step *f, const float *x, const float *y, size_t n)
{
    float lane[16] = {0};
    for (size_t i = 0; i < n; i++) lane[i % 16] = f(lane[i % 16], x[i], y[i]);
    for (size_t half = 8; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

static float plain_reduction(step *f, const float *x, const float *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += 4096)
        sum += (double)plain_part(f, x + i, y + i, n - i < 4096 ? n - i : 4096);
    return (float)sum;
}

static float add(float sum, float x, float y)
{
    (void)y;
    return sum + x;
}

static float multiply_add(float sum, float x, float y)
{
    return fmaf(x, y, sum);
}

static double plain_square_sum(const float *x, size_t n)
{
    double lane[16] = {0};
    for (size_t i = 0; i < n; i++) lane[i % 16] += (double)x[i] * (double)x[i];
    for (size_t half = 8; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

enum { LARGE = 10007 };

static void check_reductions(const float *x, const float *y, size_t n)
{
    CHECK(same(lm_vec_sum(x, n), plain_reduction(add, x, x, n)));
    CHECK(same(lm_vec_dot(x, y, n), plain_reduction(multiply_add, x, y, n)));
    const double squares = lm_vec_square_sum(x, n), expected = plain_square_sum(x, n);
    CHECK(memcmp(&squares, &expected, sizeof squares) == 0);
    if (n == 0) return;
    float max = x[0];
    for (size_t i = 1; i < n; i++) max = x[i] > max ? x[i] : max;
    CHECK(lm_vec_max(x, n) == max);
}

/* Sums of exponentials are those of the exponentials. */
static void check_exp_sums(const float *x, size_t n)
{
    static float y[LARGE], z[LARGE];
    float max;
    for (size_t i = 0; i < n; i++) y[i] = x[i] - 1.5f;
    lm_vec_exp(y, y, n);
    CHECK(same(lm_vec_exp_sub(z, x, 1.5f, n), lm_vec_sum(y, n)));
    CHECK_BYTES(z, y, n * sizeof *y);
    if (n == 0) return;
    const float sum = lm_vec_exp_max(z, &max, x, n);
    CHECK(max == lm_vec_max(x, n));
    for (size_t i = 0; i < n; i++) y[i] = x[i] - max;
    lm_vec_exp(y, y, n);
    CHECK_BYTES(z, y, n * sizeof *y);
    CHECK(same(sum, lm_vec_sum(y, n)));
    const lm_soft_sum soft = lm_vec_soft_sum(x, n);
    CHECK(soft.max == max && (float)soft.sum == sum);
    memcpy(y, x, n * sizeof *y);
    CHECK(same(lm_vec_exp_max(y, &max, y, n), sum));
    CHECK_BYTES(z, y, n * sizeof *y);
}

TEST(vector_reductions)
{
    static float x[LARGE + 1], y[LARGE];
    for (size_t i = 0; i < LARGE; i++) {
        x[i + 1] = (float)(20 * lm_random_real(lm_random_at(4, LM_RANDOM_TEST, 0, i)) - 10);
        y[i] = (float)(20 * lm_random_real(lm_random_at(4, LM_RANDOM_TEST, 1, i)) - 10);
    }
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++) {
        lm_vector_use(level);
        for (size_t n = 0; n <= LONGEST; n++) {
            check_reductions(x + 1, y, n);
            check_exp_sums(x + 1, n);
        }
        for (size_t n = 4095; n < LARGE; n += n < 4097 ? 1 : 1477) {
            check_reductions(x + 1, y, n);
            check_exp_sums(x + 1, n);
        }
    }
}

TEST(vector_max_of_special_values)
{
    float x[LONGEST];
    for (lm_cpu_level level = LM_CPU_REF; level <= lm_os_cpu(); level++) {
        lm_vector_use(level);
        for (size_t n = 1; n <= LONGEST; n++)
            for (size_t at = 0; at < n; at++) {
                for (size_t i = 0; i < n; i++) x[i] = -INFINITY;
                CHECK(lm_vec_max(x, n) == -INFINITY);
                x[at] = -FLT_MAX;
                CHECK(lm_vec_max(x, n) == -FLT_MAX);
                x[n - 1 - at] = INFINITY;
                CHECK(lm_vec_max(x, n) == INFINITY);
                x[at] = NAN;
                CHECK(isnan(lm_vec_max(x, n)));
            }
    }
}

/* Against double: a sum of up to 10,000 terms is off by less than 2^-19, its logarithm too. */
TEST(vector_softmax)
{
    static float x[LARGE], y[LARGE];
    for (size_t n = 1; n < LARGE; n += 1 + n / 3) {
        double max = -HUGE_VAL, sum = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = (float)(30 * lm_random_real(lm_random_at(5, LM_RANDOM_TEST, (uint32_t)n, i)));
            max = fmax(max, (double)x[i]);
        }
        for (size_t i = 0; i < n; i++) sum += lm_exp((double)x[i] - max);
        lm_vec_softmax(y, x, n);
        for (size_t i = 0; i < n; i++) {
            const double p = lm_exp((double)x[i] - max) / sum;
            CHECK_NEAR(y[i], p, p * 0x1p-19);
        }
        const double log_sum = lm_soft_sum_log(lm_vec_soft_sum(x, n));
        CHECK_NEAR(log_sum, max + lm_log(sum), 0x1p-19);
        CHECK(lm_vec_log_sum_exp(x, n) == (float)log_sum);
        lm_vec_softmax(x, x, n);
        CHECK_BYTES(x, y, n * sizeof *x);
    }
}

/* The sum of a row is that of its chunks; chunks of nothing but -infinity add nothing. */
TEST(vector_soft_sum_of_chunks)
{
    static float x[LARGE];
    for (size_t i = 0; i < LARGE; i++) {
        const double u = lm_random_real(lm_random_at(6, LM_RANDOM_TEST, 0, i));
        x[i] = i / 500 % 4 == 2 ? -INFINITY : (float)(100 * u - 50);
    }
    const double whole = lm_soft_sum_log(lm_vec_soft_sum(x, LARGE));
    for (size_t chunk = 1; chunk <= LARGE; chunk += 1 + chunk * 2) {
        lm_soft_sum sum = LM_SOFT_SUM_NONE;
        for (size_t i = 0; i < LARGE; i += chunk) {
            const size_t size = LARGE - i < chunk ? LARGE - i : chunk;
            sum = lm_soft_sum_add(sum, lm_vec_soft_sum(x + i, size));
        }
        CHECK(sum.max == lm_vec_max(x, LARGE));
        CHECK_NEAR(lm_soft_sum_log(sum), whole, 0x1p-19);
    }
    CHECK(lm_soft_sum_log(LM_SOFT_SUM_NONE) == -HUGE_VAL);
    for (size_t i = 0; i < 40; i++) x[i] = -INFINITY;
    CHECK(lm_vec_log_sum_exp(x, 40) == -INFINITY);
    float y[40], max;
    CHECK(lm_vec_exp_max(y, &max, x, 40) == 0 && max == -INFINITY);
    for (size_t i = 0; i < 40; i++) CHECK(y[i] == 0);
    lm_soft_sum sum = lm_vec_soft_sum(x, 40);
    x[7] = NAN;
    CHECK(isnan(lm_soft_sum_log(lm_soft_sum_add(sum, lm_vec_soft_sum(x, 40)))));
    CHECK(isnan(lm_soft_sum_log(lm_soft_sum_add(lm_vec_soft_sum(x, 40), sum))));
}
