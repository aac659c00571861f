/* params_init.c - initial values of parameters. */
#include <math.h>
#include <string.h>
#include "lm/params.h"
#include "lm/random.h"
#include "lm/scalar.h"
#include "lm/str.h"
#include "lm/torch_random.h"

/* ---- the default rule ---- */

/* Of each word of a block of random bits, its upper 24 make one number, so that it is below
 * `scale` after it is rounded, too. */
static void fill_uniform(lm_real *x, size_t n, lm_real scale, uint64_t seed, uint32_t row)
{
    for (size_t i = 0; i < n; i += 4) {
        const lm_random_block bits = lm_random_at(seed, LM_RANDOM_INIT, row, i / 4);
        for (size_t k = 0; k < 4 && i + k < n; k++) {
            const lm_real unit = (lm_real)(bits.word[k] >> 8) * (lm_real)0x1p-23 - 1;
            x[i + k] = scale * unit;
        }
    }
}

/* Box and Muller 1958: each block of random bits makes two numbers. */
static void fill_normal(lm_real *x, size_t n, double scale, uint64_t seed, uint32_t row)
{
    for (size_t i = 0; i < n; i += 2) {
        const lm_random_block bits = lm_random_at(seed, LM_RANDOM_INIT, row, i / 2);
        const lm_random_block others = {{bits.word[2], bits.word[3], 0, 0}};
        const double radius = scale * sqrt(-2 * lm_log(1 - lm_random_real(bits)));
        const double angle = 2 * 3.14159265358979323846 * lm_random_real(others);
        x[i] = (lm_real)(radius * lm_cos(angle));
        if (i + 1 < n) x[i + 1] = (lm_real)(radius * lm_sin(angle));
    }
}

static void fill(lm_real *x, const lm_param *row, uint64_t seed, uint32_t index)
{
    switch (row->init) {
    case LM_INIT_ZERO:
    case LM_INIT_ONE:
        for (size_t i = 0; i < row->count; i++) x[i] = row->init == LM_INIT_ONE;
        break;
    case LM_INIT_NORMAL:
        fill_normal(x, row->count, row->scale, seed, index);
        break;
    case LM_INIT_UNIFORM:
        fill_uniform(x, row->count, (lm_real)row->scale, seed, index);
        break;
    }
}

/* ---- PyTorch's ---- */

static void fill_torch(lm_real *x, const lm_param *row, lm_torch_random *random)
{
    if (row->torch == LM_TORCH_EMBEDDING) {
        lm_torch_normal(random, x, row->count, 0, 1);
    } else {
        /* PyTorch finds the bound of a weight as sqrt(3) sqrt(2 / 6) / sqrt(fan_in); as a float
         * it is the same. */
        const double bound = 1 / sqrt((double)row->fan_in);
        lm_torch_uniform(random, x, row->count, -bound, bound);
    }
}

/* The number after "torch:"; false if the rule is another. */
static bool torch_seed(const char *rule, uint64_t *seed)
{
    static const char name[] = "torch:";
    int64_t number;
    if (strncmp(rule, name, sizeof name - 1) != 0) return false;
    if (!lm_parse_int(lm_slice_of(rule + sizeof name - 1), &number) || number < 0) return false;
    *seed = (uint64_t)number;
    return true;
}

lm_status lm_params_init(const lm_params *params, lm_real *block, const char *rule, uint64_t seed,
                         lm_err *e)
{
    lm_torch_random random;
    uint64_t torch = 0;
    const bool as_torch = torch_seed(rule, &torch);
    if (!as_torch && strcmp(rule, "default") != 0)
        return lm_fail(e, LM_EUSAGE,
                       "initial values by '%s': expected 'default' or 'torch:SEED' with a whole "
                       "number from 0",
                       rule);
    lm_torch_seed(&random, torch);
    for (size_t i = 0; i < params->count; i++) {
        const lm_param *row = &params->item[i];
        if (as_torch && row->torch != LM_TORCH_NONE)
            fill_torch(block + row->at, row, &random);
        else
            fill(block + row->at, row, seed, (uint32_t)i);
    }
    return LM_OK;
}
