/* embedding.c - the gradient of a table of rows. */
#include "lm/embedding.h"
#include "gradient.h"

enum { N = 7, V = 5, C = 3 };

typedef struct {
    lm_compute *on;
    size_t n, c;
    const uint32_t *ids;
    lm_real table[V * C], weight[N * C];
} problem;

/* A weighted sum of squares, so that the gradient depends on what was looked up. */
static double loss(void *context)
{
    problem *p = context;
    lm_real out[N * C];
    double sum = 0;
    lm_embedding_forward(p->on, out, p->ids, p->table, p->n, p->c);
    for (size_t i = 0; i < p->n * p->c; i++) sum += p->weight[i] * out[i] * out[i];
    return sum;
}

static void check(size_t n, size_t c, const uint32_t *ids)
{
    problem p = {.on = compute_with(NULL), .n = n, .c = c, .ids = ids};
    lm_real out[N * C], d_out[N * C], d_table[V * C] = {0};
    fill(p.table, V * c);
    fill(p.weight, n * c);
    lm_embedding_forward(p.on, out, ids, p.table, n, c);
    for (size_t i = 0; i < n * c; i++) d_out[i] = 2 * p.weight[i] * out[i];
    lm_embedding_backward(p.on, d_table, d_out, ids, n, c);
    const tensor all[] = {{"table", p.table, d_table, V * c}};
    check_gradients(all, COUNT(all), loss, &p);
    lm_compute_free(p.on);
}

TEST(embedding_gradient)
{
    check(N, C, (const uint32_t[N]){4, 1, 1, 0, 4, 1, 3});
    check(N, 1, (const uint32_t[N]){2, 2, 2, 2, 2, 2, 2});
    check(1, C, (const uint32_t[1]){4});
}
