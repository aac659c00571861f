/* compute.c - what the arithmetic of a model runs on. */
#include "lm/compute.h"
#include "lm/memory.h"

struct lm_compute {
    lm_pool *pool;
    bool bf16;
};

lm_status lm_compute_new(lm_compute **out, lm_pool *pool, bool bf16, lm_err *e)
{
    lm_compute *on = lm_new(1, sizeof *on, e);
    if (!on) return LM_ENOMEM;
    on->pool = pool;
    on->bf16 = bf16;
    *out = on;
    return LM_OK;
}

void lm_compute_free(lm_compute *on)
{
    lm_free(on);
}

lm_pool *lm_compute_pool(const lm_compute *on)
{
    return on->pool;
}

bool lm_compute_bf16(const lm_compute *on)
{
    return on->bf16;
}
