/* embedding.c - tests of looking rows up, and of the sums in the table's gradient. */
#include "lm/embedding.h"
#include "arrays.h"

enum { N = 700, V = 53, MOST = 301 };

static void check(lm_compute *on, size_t C)
{
    uint32_t *ids = array(N, sizeof *ids);
    /* Half of the text is one word, the last of the table. */
    for (size_t n = 0; n < N; n++) ids[n] = n % 2 ? V - 1 : (uint32_t)below(V);
    lm_real *table = drawn(V * C), *out = drawn(N * C), *d_out = drawn(N * C);
    lm_real *d_table = drawn(V * C), *expected = copied(d_table, V * C);
    lm_embedding_forward(on, out, ids, table, N, C);
    for (size_t n = 0; n < N; n++) CHECK_SAME(out + n * C, table + ids[n] * C, C);
    lm_embedding_backward(on, d_table, d_out, ids, N, C);
    for (size_t n = 0; n < N; n++)
        for (size_t c = 0; c < C; c++) expected[ids[n] * C + c] += d_out[n * C + c];
    CHECK_SAME(d_table, expected, V * C);
}

TEST(embedding)
{
    const size_t widths[] = {1, 31, 32, 65, 100, MOST};
    for (size_t threads = 1; threads <= 3; threads++) {
        lm_compute *on = with_threads(threads);
        for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) check(on, widths[i]);
        without_threads(on);
    }
}

TEST(embedding_of_nothing)
{
    lm_compute *on = with_threads(2);
    lm_embedding_forward(on, NULL, NULL, NULL, 0, 5);
    lm_embedding_backward(on, NULL, NULL, NULL, 0, 5);
    without_threads(on);
}
