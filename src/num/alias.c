/* alias.c - drawing from a distribution in constant time. */
#include "lm/alias.h"
#include "lm/memory.h"

/* Place i is i itself with a share `own` of 2^32, else `other`. */
typedef struct {
    uint32_t own, other;
} cell;

struct lm_alias {
    uint32_t n;
    cell *cell;
};

/* Each place has one n-th.  A thing with less than that leaves room in its place, which one with
 * more fills; the order is that of the things, so the table is the same everywhere. */
static void fill(lm_alias *a, double *share, uint32_t *small, uint32_t *large)
{
    size_t smalls = 0, larges = 0;
    for (uint32_t i = 0; i < a->n; i++) {
        a->cell[i] = (cell){UINT32_MAX, i};
        if (share[i] < 1)
            small[smalls++] = i;
        else
            large[larges++] = i;
    }
    while (smalls && larges) {
        const uint32_t less = small[--smalls], more = large[larges - 1];
        a->cell[less] = (cell){(uint32_t)(share[less] * 0x1p32), more};
        share[more] -= 1 - share[less];
        if (share[more] >= 1) continue;
        larges--;
        small[smalls++] = more;
    }
}

static lm_status make(lm_alias *a, const double *weight, lm_err *e)
{
    double sum = 0;
    double *share = lm_new(a->n, sizeof *share, e);
    uint32_t *small = lm_new(a->n, sizeof *small, e);
    uint32_t *large = lm_new(a->n, sizeof *large, e);
    a->cell = lm_new(a->n, sizeof *a->cell, e);
    if (share && small && large && a->cell) {
        for (uint32_t i = 0; i < a->n; i++) sum += weight[i];
        for (uint32_t i = 0; i < a->n; i++) share[i] = weight[i] / sum * (double)a->n;
        fill(a, share, small, large);
    }
    lm_free(share);
    lm_free(small);
    lm_free(large);
    return e->status;
}

lm_status lm_alias_new(lm_alias **alias, const double *weight, uint32_t n, lm_err *e)
{
    *alias = NULL;
    lm_alias *a = lm_new(1, sizeof *a, e);
    if (!a) return e->status;
    a->n = n;
    const lm_status s = make(a, weight, e);
    if (s)
        lm_alias_free(a);
    else
        *alias = a;
    return s;
}

void lm_alias_free(lm_alias *a)
{
    if (!a) return;
    lm_free(a->cell);
    lm_free(a);
}

uint32_t lm_alias_draw(const lm_alias *a, lm_random_block block)
{
    const uint32_t i = (uint32_t)lm_random_below(block, a->n);
    return block.word[2] < a->cell[i].own ? i : a->cell[i].other;
}
