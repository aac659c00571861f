/* dropout.c - elements dropped by a mask that is drawn anew wherever it is needed. */
#include "lm/dropout.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include "lm/random.h"
#include "lm/vector.h"
#include "slices.h"

enum {
    LANES = 16,        /* blocks of the generator drawn side by side */
    BATCH = 4 * LANES, /* the elements they decide on */
    SITE_BITS = 40     /* of a block's index lie below the site */
};

/* One round of lm_philox in all lanes: the same counter words, but written so that a compiler has
 * loops of fixed length to turn into vector instructions. */
static void round_of(uint32_t c[4][LANES], uint32_t k0, uint32_t k1)
{
    for (int l = 0; l < LANES; l++) {
        const uint64_t a = UINT64_C(0xd2511f53) * c[0][l], b = UINT64_C(0xcd9e8d57) * c[2][l];
        c[0][l] = (uint32_t)(b >> 32) ^ c[1][l] ^ k0;
        c[1][l] = (uint32_t)b;
        c[2][l] = (uint32_t)(a >> 32) ^ c[3][l] ^ k1;
        c[3][l] = (uint32_t)a;
    }
}

/* words (BATCH) = the words of the blocks from `index` on, as lm_random_at has them. */
static void draw(uint32_t words[BATCH], const lm_dropout *drop, uint64_t index)
{
    uint32_t c[4][LANES], k0 = (uint32_t)drop->seed, k1 = (uint32_t)(drop->seed >> 32);
    for (uint32_t l = 0; l < LANES; l++) {
        c[0][l] = (uint32_t)(index + l);
        c[1][l] = (uint32_t)((index + l) >> 32);
        c[2][l] = drop->step;
        c[3][l] = LM_RANDOM_DROPOUT;
    }
    for (int i = 0; i < 10; i++, k0 += 0x9e3779b9, k1 += 0xbb67ae85) round_of(c, k0, k1);
    for (int l = 0; l < LANES; l++)
        for (int w = 0; w < 4; w++) words[4 * l + w] = c[w][l];
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
    const uint32_t limit = (uint32_t)(l->drop->p * 0x1p32);
    const lm_real scale = (lm_real)(1 / (1 - l->drop->p));
    const uint64_t site = (uint64_t)l->drop->site << SITE_BITS;
    while (first < end) {
        const uint64_t place = l->drop->first + first;
        const size_t skip = place % 4, room = BATCH - skip;
        const size_t n = end - first < room ? end - first : room;
        uint32_t words[BATCH];
        lm_real kept[BATCH];
        draw(words, l->drop, site + place / 4);
        for (int i = 0; i < BATCH; i++) kept[i] = words[i] < limit ? 0 : scale;
        lm_real *to = l->to + first;
        const lm_real *from = l->from + first, *factor = kept + skip;
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
