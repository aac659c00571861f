/* dropout.c - tests of dropout: which elements, how many, the same ones in pieces. */
#include "lm/dropout.h"
#include "arrays.h"
#include "lm/random.h"

enum { N = 70001 };

/* By the words of the header. */
static bool dropped(const lm_dropout *d, uint64_t i)
{
    const uint64_t place = d->first + i, index = ((uint64_t)d->site << 40) + place / 4;
    const lm_random_block block = lm_random_at(d->seed, LM_RANDOM_DROPOUT, d->step, index);
    return (double)block.word[place % 4] < d->p * 4294967296.0;
}

static const lm_dropout some = {
    .p = 0.3, .seed = UINT64_C(0xfedcba9876543210), .step = 11, .site = 3, .first = 6};

TEST(dropout_by_its_definition)
{
    for (size_t threads = 1; threads <= 3; threads++) {
        lm_compute *on = with_threads(threads);
        lm_real *x = drawn(N), *y = drawn(N), *d_in = drawn(N), *before = copied(d_in, N);
        const lm_real scale = (lm_real)(1 / (1 - 0.3));
        lm_dropout_forward(on, y, x, &some, N);
        lm_dropout_backward(on, d_in, x, &some, N);
        for (size_t i = 0; i < N; i++) {
            const lm_real expected = dropped(&some, i) ? 0 : x[i] * scale;
            CHECK(y[i] == expected);
            CHECK(d_in[i] == before[i] + expected);
        }
        lm_dropout_forward(on, x, x, &some, N); /* in place */
        for (size_t i = 0; i < N; i++) CHECK(x[i] == y[i]);
        without_threads(on);
    }
}

/* Five standard deviations; and another seed, step or site drops others. */
TEST(dropout_rates)
{
    lm_compute *on = with_threads(2);
    const lm_dropout ways[] = {{.p = 0.3},
                               {.p = 0.3, .seed = UINT64_C(1) << 32},
                               {.p = 0.3, .step = 1},
                               {.p = 0.3, .site = 1},
                               {.p = 0.3, .first = N + 3}};
    lm_real *x = zeros(N), *first = zeros(N), *y = zeros(N);
    for (size_t i = 0; i < N; i++) x[i] = 1;
    lm_dropout_forward(on, first, x, &ways[0], N);
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        double count = 0, both = 0;
        lm_dropout_forward(on, y, x, &ways[k], N);
        for (size_t i = 0; i < N; i++) count += y[i] == 0;
        for (size_t i = 0; i < N; i++) both += y[i] == 0 && first[i] == 0;
        CHECK_NEAR(count / N, 0.3, 5 * sqrt(0.3 * 0.7 / N));
        if (k > 0) CHECK_NEAR(both / N, 0.09, 5 * sqrt(0.09 * 0.91 / N));
    }
    without_threads(on);
}

TEST(dropout_in_pieces)
{
    lm_compute *on = with_threads(2);
    lm_real *x = drawn(N), *whole = zeros(N), *pieces = zeros(N), *backward = zeros(N);
    lm_dropout_forward(on, whole, x, &some, N);
    for (size_t at = 0, n; at < N; at += n) {
        lm_dropout piece = some;
        piece.first += at;
        n = 1 + below(300);
        if (n > N - at) n = N - at;
        lm_dropout_forward(on, pieces + at, x + at, &piece, n);
        lm_dropout_backward(on, backward + at, x + at, &piece, n);
    }
    for (size_t i = 0; i < N; i++) CHECK(pieces[i] == whole[i] && backward[i] == whole[i]);
    without_threads(on);
}

TEST(dropout_of_nothing)
{
    lm_compute *on = with_threads(2);
    const lm_dropout none = {.p = 0, .seed = 1};
    lm_real *x = drawn(N), *y = zeros(N), *before = copied(x, N);
    lm_dropout_forward(on, y, x, &none, N);
    CHECK_SAME(y, before, N);
    lm_dropout_forward(on, x, x, &none, N);
    CHECK_SAME(x, before, N);
    lm_dropout_backward(on, y, x, &none, N);
    for (size_t i = 0; i < N; i++) CHECK(y[i] == 2 * x[i]);
    without_threads(on);
}
