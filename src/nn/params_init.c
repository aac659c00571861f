/* params_init.c - initial values of parameters. */
#include <math.h>
#include <string.h>
#include "lm/params.h"
#include "lm/random.h"
#include "lm/scalar.h"
#include "lm/str.h"
#include "lm/torch_random.h"

/* ---- the default rule ---- */

/* A row that is drawn by all threads, a piece each. */
typedef struct {
    lm_real *x;
    const lm_param *row;
    uint64_t seed;
    uint32_t index; /* of the row */
} drawing;

enum { PIECE = 1 << 14 }; /* elements: whole blocks of random bits */

/* Of each word of a block of random bits, its upper 24 make one number, so that it is below
 * `scale` after it is rounded, too. */
static void fill_uniform(const drawing *d, size_t from, size_t n)
{
    const lm_real scale = (lm_real)d->row->scale;
    lm_real *x = d->x;
    for (size_t i = from; i < n; i += 4) {
        const lm_random_block bits = lm_random_at(d->seed, LM_RANDOM_INIT, d->index, i / 4);
        for (size_t k = 0; k < 4 && i + k < n; k++) {
            const lm_real unit = (lm_real)(bits.word[k] >> 8) * (lm_real)0x1p-23 - 1;
            x[i + k] = scale * unit;
        }
    }
}

/* Box and Muller 1958: each block of random bits makes two numbers. */
static void fill_normal(const drawing *d, size_t from, size_t n)
{
    lm_real *x = d->x;
    for (size_t i = from; i < n; i += 2) {
        const lm_random_block bits = lm_random_at(d->seed, LM_RANDOM_INIT, d->index, i / 2);
        const lm_random_block others = {{bits.word[2], bits.word[3], 0, 0}};
        const double radius = d->row->scale * sqrt(-2 * lm_log(1 - lm_random_real(bits)));
        const double angle = 2 * 3.14159265358979323846 * lm_random_real(others);
        x[i] = (lm_real)(radius * lm_cos(angle));
        if (i + 1 < n) x[i + 1] = (lm_real)(radius * lm_sin(angle));
    }
}

static void fill_piece(void *context, size_t piece)
{
    const drawing *d = context;
    const lm_param *row = d->row;
    const size_t from = piece * PIECE, left = row->count - from;
    const size_t end = from + (left < PIECE ? left : PIECE);
    switch (row->init) {
    case LM_INIT_ZERO:
    case LM_INIT_ONE:
        for (size_t i = from; i < end; i++) d->x[i] = row->init == LM_INIT_ONE;
        break;
    case LM_INIT_NORMAL:
        fill_normal(d, from, end);
        break;
    case LM_INIT_UNIFORM:
        fill_uniform(d, from, end);
        break;
    }
}

static void fill(lm_real *x, const lm_param *row, uint64_t seed, uint32_t index, lm_pool *pool)
{
    drawing d = {x, row, seed, index};
    lm_parallel_for(pool, row->count / PIECE + (row->count % PIECE != 0), fill_piece, &d);
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
                         lm_pool *pool, lm_err *e)
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
            fill(block + row->at, row, seed, (uint32_t)i, pool);
    }
    return LM_OK;
}
