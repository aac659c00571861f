/* torch_random.c - the random numbers of PyTorch's CPU generator. */
#include "lm/torch_random.h"
#include <math.h>
#include <string.h>
#include "lm/scalar.h"

/* ---- the engine ---- */

enum { SHIFT = 397 };

void lm_torch_seed(lm_torch_random *random, uint64_t seed)
{
    uint32_t *word = random->word;
    word[0] = (uint32_t)seed;
    for (uint32_t i = 1; i < LM_TORCH_WORDS; i++)
        word[i] = 1812433253 * (word[i - 1] ^ word[i - 1] >> 30) + i;
    random->used = LM_TORCH_WORDS;
    random->has_next = false;
    random->next = 0;
}

static void twist(uint32_t *word)
{
    for (int i = 0; i < LM_TORCH_WORDS; i++) {
        const uint32_t low = word[(i + 1) % LM_TORCH_WORDS];
        const uint32_t mixed = (word[i] & 0x80000000) | (low & 0x7fffffff);
        word[i] = word[(i + SHIFT) % LM_TORCH_WORDS] ^ mixed >> 1 ^ (low & 1 ? 0x9908b0df : 0);
    }
}

uint32_t lm_torch_bits(lm_torch_random *random)
{
    if (random->used == LM_TORCH_WORDS) {
        twist(random->word);
        random->used = 0;
    }
    uint32_t y = random->word[random->used++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return y ^ y >> 18;
}

/* Multiples of 2^-24 in [0, 1). */
static float draw_float(lm_torch_random *random)
{
    return (float)(lm_torch_bits(random) & 0xffffff) * 0x1p-24f;
}

/* Multiples of 2^-53 in [0, 1), the first 32 bits high. */
static double draw_double(lm_torch_random *random)
{
    const uint64_t high = lm_torch_bits(random), low = lm_torch_bits(random);
    return (double)((high << 32 | low) & ((UINT64_C(1) << 53) - 1)) * 0x1p-53;
}

void lm_torch_uniform(lm_torch_random *random, lm_real *x, size_t n, double low, double high)
{
    const float from = (float)low, width = (float)high - from;
    for (size_t i = 0; i < n; i++) /* product and sum in double, then to float */
        x[i] = (lm_real)(float)((double)draw_float(random) * (double)width + (double)from);
}

/* ---- normal numbers: Box and Muller, Annals of Mathematical Statistics 29, 1958 ---- */

/* One at a time, in double, of which a pair gives two. */
static double next_normal(lm_torch_random *random)
{
    if (random->has_next) {
        random->has_next = false;
        return random->next;
    }
    const double turn = draw_double(random), u = draw_double(random);
    const double angle = 2 * 3.14159265358979323846 * turn;
    const double radius = sqrt(-2 * lm_log(1 - u)); /* 1 - u is exact: this is log1p(-u) */
    random->has_next = true;
    random->next = radius * lm_sin(angle);
    return radius * lm_cos(angle);
}

/* Cephes' logf of a positive normal number. */
static float cephes_log(float x)
{
    static const float c[] = {7.0376836292e-2F,  -1.1514610310e-1F, 1.1676998740e-1F,
                              -1.2420140846e-1F, 1.4249322787e-1F,  -1.6668057665e-1F,
                              2.0000714765e-1F,  -2.4999993993e-1F, 3.3333331174e-1F};
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    float exponent = (float)((int)(bits >> 23) - 126), m;
    bits = (bits & 0x7fffff) | 0x3f000000;
    memcpy(&m, &bits, sizeof m); /* in [1/2, 1) */
    if (m < 0.707106781186547524F) {
        exponent -= 1;
        m = (m - 1) + m;
    } else {
        m -= 1;
    }
    const float z = m * m;
    float y = c[0];
    for (size_t i = 1; i < sizeof c / sizeof *c; i++) y = fmaf(y, m, c[i]);
    y = fmaf(y * m, z, exponent * -2.12194440e-4F);
    y = fmaf(-z, 0.5F, y);
    return fmaf(exponent, 0.693359375F, m + y);
}

/* Cephes' sinf and cosf of a number that is not negative. */
static void cephes_circle(float x, float *sine, float *cosine)
{
    const int octant = ((int)(x * 1.27323954473516F) + 1) & ~1;
    const float j = (float)octant;
    x = fmaf(j, -0.78515625F, x);
    x = fmaf(j, -2.4187564849853515625e-4F, x);
    x = fmaf(j, -3.77489497744594108e-8F, x);
    const float z = x * x;
    float c = fmaf(2.443315711809948e-5F, z, -1.388731625493765e-3F);
    c = fmaf(c, z, 4.166664568298827e-2F) * z;
    c = fmaf(c, z, -(z * 0.5F)) + 1;
    float s = fmaf(-1.9515295891e-4F, z, 8.3321608736e-3F);
    s = fmaf(s, z, -1.6666654611e-1F) * z;
    s = fmaf(s, x, x);
    *sine = octant & 2 ? c : s;
    *cosine = octant & 2 ? s : c;
    if (octant & 4) *sine = -*sine;
    if ((octant + 2) & 4) *cosine = -*cosine;
}

/* Eight pairs at a time: x (16) holds uniform numbers, k beside k + 8. */
static void normal_pairs(lm_real *x, float mean, float deviation)
{
    for (int k = 0; k < 8; k++) {
        const float u = 1 - (float)x[k];
        const float radius = sqrtf(-2 * cephes_log(u));
        float sine, cosine;
        cephes_circle(6.28318530717958647692F * (float)x[k + 8], &sine, &cosine);
        x[k] = (lm_real)fmaf(radius * cosine, deviation, mean);
        x[k + 8] = (lm_real)fmaf(radius * sine, deviation, mean);
    }
}

void lm_torch_normal(lm_torch_random *random, lm_real *x, size_t n, double mean, double deviation)
{
    if (n < 16) {
        for (size_t i = 0; i < n; i++)
            x[i] = (lm_real)(float)(next_normal(random) * deviation + mean);
        return;
    }
    const float to = (float)mean, by = (float)deviation;
    for (size_t i = 0; i < n; i++) x[i] = (lm_real)draw_float(random);
    for (size_t i = 0; i + 16 <= n; i += 16) normal_pairs(x + i, to, by);
    if (n % 16 == 0) return;
    for (size_t i = n - 16; i < n; i++) x[i] = (lm_real)draw_float(random);
    normal_pairs(x + n - 16, to, by);
}

/* ---- permutations: Fisher and Yates ---- */

void lm_torch_permutation(lm_torch_random *random, uint64_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) order[i] = i;
    for (size_t i = 0; i + 1 < n; i++) {
        const size_t other = i + lm_torch_bits(random) % (n - i);
        const uint64_t taken = order[other];
        order[other] = order[i];
        order[i] = taken;
    }
}
