/* compute.c - tests of what arithmetic runs on. */
#include "lm/compute.h"
#include "failing.h"
#include "test.h"

TEST(compute_says_what_it_was_given)
{
    lm_err e = {0};
    lm_pool *pool;
    CHECK_OK(lm_pool_new(&pool, 2, &e), &e);
    for (int bf16 = 0; bf16 < 2; bf16++)
        for (int with = 0; with < 2; with++) {
            lm_compute *on;
            CHECK_OK(lm_compute_new(&on, with ? pool : NULL, bf16, &e), &e);
            CHECK(lm_compute_pool(on) == (with ? pool : NULL));
            CHECK_INT(lm_compute_bf16(on), bf16);
            lm_compute_free(on);
        }
    lm_pool_free(pool);
    lm_compute_free(NULL);
}

TEST(compute_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_compute *on = NULL;
        const lm_status s = lm_compute_new(&on, NULL, false, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        if (!s) lm_compute_free(on);
        failing_end();
    }
}
