/* dropout.c - elements dropped by a mask that is drawn anew wherever it is needed. */
#include "lm/dropout.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include "lm/random.h"
#include "lm/vector.h"
#include "slices.h"

enum {
    BATCH = 4 * LM_RANDOM_SOME, /* elements that the blocks drawn at once decide on */
    SITE_BITS = 40              /* of a block's index lie below the site */
};

/* factor (BATCH) = what elements are multiplied by: 0, or 1 / (1 - p); of those that the blocks
 * from `index` on decide on. */
static void draw(lm_real factor[BATCH], const lm_dropout *drop, uint64_t index)
{
    const uint32_t limit = (uint32_t)(drop->p * 0x1p32);
    const lm_real kept = (lm_real)(1 / (1 - drop->p));
    uint32_t words[BATCH];
    lm_random_some(words, drop->seed, LM_RANDOM_DROPOUT, drop->step, index);
    for (int i = 0; i < BATCH; i++) factor[i] = words[i] < limit ? 0 : kept;
}

typedef struct {
    lm_real *to;
    const lm_real *from;
    const lm_dropout *drop;
    bool accumulate;
} element_loop;

static void drop_some(void *context, size_t first, size_t end)
{
    const element_loop *l = context;
    const uint64_t site = (uint64_t)l->drop->site << SITE_BITS;
    while (first < end) {
        const uint64_t place = l->drop->first + first;
        const size_t skip = place % 4, room = BATCH - skip;
        const size_t n = end - first < room ? end - first : room;
        lm_real factors[BATCH];
        draw(factors, l->drop, site + place / 4);
        lm_real *to = l->to + first;
        const lm_real *from = l->from + first, *factor = factors + skip;
        if (l->accumulate)
            for (size_t i = 0; i < n; i++) to[i] += from[i] * factor[i];
        else
            for (size_t i = 0; i < n; i++) to[i] = from[i] * factor[i];
        first += n;
    }
}

void lm_dropout_forward(const lm_compute *on, lm_real *out, const lm_real *in,
                        const lm_dropout *drop, size_t n)
{
    assert(drop->p >= 0 && drop->p < 1);
    element_loop l = {out, in, drop, false};
    if (drop->p > 0)
        lm_nn_slices(on, n, 4, drop_some, &l);
    else if (out != in)
        memcpy(out, in, n * sizeof *out);
}

void lm_dropout_backward(const lm_compute *on, lm_real *d_in, const lm_real *d_out,
                         const lm_dropout *drop, size_t n)
{
    assert(drop->p >= 0 && drop->p < 1);
    element_loop l = {d_in, d_out, drop, true};
    if (drop->p > 0)
        lm_nn_slices(on, n, 4, drop_some, &l);
    else
        lm_vec_axpy(d_in, 1, d_out, n);
}
