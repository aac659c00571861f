/* token_choice.c - from logits to a token. */
#include "lm/token_choice.h"
#include <string.h>
#include "lm/sort.h"
#include "lm/vector.h"

enum {
    STRETCH = 1024,      /* of probabilities that are summed up at once */
    NUCLEUS_START = 64,  /* tokens to rank at first */
    NUCLEUS_GROWTH = 8,  /* and how many times more if these are too few */
    LOG_SUM_PANEL = 2048 /* that of cross_entropy.c, for the same bits */
};

lm_status lm_token_room_new(lm_token_room *room, uint32_t V, lm_err *e)
{
    *room = (lm_token_room){0};
    lm_arena *a = &room->arena;
    room->x = lm_arena_new(a, V, sizeof *room->x, e);
    room->p = lm_arena_new(a, V, sizeof *room->p, e);
    room->sums = lm_arena_new(a, V / STRETCH + 1, sizeof *room->sums, e);
    room->order = lm_arena_new(a, V, sizeof *room->order, e);
    room->mark = lm_arena_new(a, V, 1, e);
    if (room->x && room->p && room->sums && room->order && room->mark) return LM_OK;
    lm_token_room_free(room);
    return e->status;
}

void lm_token_room_free(lm_token_room *room)
{
    lm_arena_free(&room->arena);
    *room = (lm_token_room){0};
}

/* ---- ranks ---- */

static bool comes_before(const void *values, uint32_t a, uint32_t b)
{
    const lm_real *x = values;
    return x[a] != x[b] ? x[a] > x[b] : a < b;
}

void lm_token_best(const lm_real *x, uint32_t V, uint32_t count, uint32_t *best)
{
    lm_heap_first(best, count, V, comes_before, x);
    for (uint32_t left = count; left > 1;) {
        const uint32_t last = best[0];
        best[0] = best[--left];
        best[left] = last;
        lm_heap_sift(best, left, 0, comes_before, x);
    }
}

double lm_token_log_sum(const lm_real *x, uint32_t V)
{
    lm_soft_sum all = LM_SOFT_SUM_NONE;
    for (uint32_t i = 0; i < V; i += LOG_SUM_PANEL) {
        const uint32_t n = V - i < LOG_SUM_PANEL ? V - i : LOG_SUM_PANEL;
        all = lm_soft_sum_add(all, lm_vec_soft_sum(x + i, n));
    }
    return lm_soft_sum_log(all);
}

/* ---- what stays ---- */

static void penalise(lm_real *x, double penalty, const uint32_t *seen, size_t count,
                     unsigned char *mark)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t id = seen[i];
        if (mark[id]) continue;
        mark[id] = 1;
        x[id] = (lm_real)((double)x[id] > 0 ? (double)x[id] / penalty : (double)x[id] * penalty);
    }
    for (size_t i = 0; i < count; i++) mark[seen[i]] = 0;
}

static void keep_top_k(lm_real *p, const lm_real *x, uint32_t V, uint32_t k, uint32_t *order)
{
    lm_token_best(x, V, k, order);
    const lm_real least = x[order[k - 1]];
    for (uint32_t i = 0; i < V; i++)
        if (x[i] < least) p[i] = 0;
}

static double sum_up(const lm_real *p, uint32_t V, lm_real *sums)
{
    double total = 0;
    for (uint32_t i = 0; i < V; i += STRETCH) {
        sums[i / STRETCH] = lm_vec_sum(p + i, V - i < STRETCH ? V - i : STRETCH);
        total += (double)sums[i / STRETCH];
    }
    return total;
}

/* The last of the most probable tokens that together have `wanted`. */
static uint32_t find_last(const lm_real *p, uint32_t V, double wanted, uint32_t *order)
{
    for (uint32_t n = NUCLEUS_START;; n = n < V / NUCLEUS_GROWTH ? n * NUCLEUS_GROWTH : V) {
        double sum = 0;
        if (n > V) n = V;
        lm_token_best(p, V, n, order);
        for (uint32_t i = 0; i < n; i++) {
            sum += (double)p[order[i]];
            if (sum >= wanted) return order[i];
        }
        if (n == V) return order[V - 1];
    }
}

static void keep_top_p(lm_real *p, uint32_t V, double top_p, lm_token_room *room)
{
    const uint32_t last = find_last(p, V, top_p * sum_up(p, V, room->sums), room->order);
    const lm_real least = p[last];
    for (uint32_t i = 0; i < V; i++)
        if (p[i] < least || (p[i] == least && i > last)) p[i] = 0;
}

/* ---- the choice ---- */

/* The last of n tokens that has a probability. */
static uint32_t last_of(const lm_real *p, uint32_t n)
{
    while (n > 1 && !(p[n - 1] > 0)) n--;
    return n - 1;
}

/* Where the running sum of p passes u of the total; rounding may leave it just below: then the last
 * one. */
static uint32_t draw(const lm_real *p, uint32_t V, double u, lm_real *sums)
{
    const double wanted = u * sum_up(p, V, sums);
    double sum = 0;
    for (uint32_t i = 0; i < V; i += STRETCH) {
        const double next = sum + (double)sums[i / STRETCH];
        const uint32_t end = V - i < STRETCH ? V : i + STRETCH;
        for (uint32_t k = i; next > wanted && k < end; k++) {
            sum += (double)p[k];
            if (sum > wanted) return k;
        }
        if (next > wanted) return last_of(p, end);
        sum = next;
    }
    return last_of(p, V);
}

uint32_t lm_token_choose(const lm_token_rule *rule, const lm_real *logits, uint32_t V,
                         const uint32_t *seen, size_t count, double u, lm_token_room *room)
{
    lm_real *x = room->x, *p = room->p;
    uint32_t best;
    memcpy(x, logits, V * sizeof *x);
    if (rule->repetition != 1) penalise(x, rule->repetition, seen, count, room->mark);
    lm_token_best(x, V, 1, &best);
    if (rule->temperature == 0) return best;
    if (rule->temperature != 1) lm_vec_scale(x, (lm_real)(1 / rule->temperature), x, V);
    (void)lm_vec_exp_sub(p, x, x[best], V);
    if (rule->top_k > 0 && rule->top_k < V) keep_top_k(p, x, V, (uint32_t)rule->top_k, room->order);
    if (rule->top_p < 1) keep_top_p(p, V, rule->top_p, room);
    for (uint32_t i = 0; i < V && rule->min_p > 0; i++)
        if ((double)p[i] < rule->min_p) p[i] = 0;
    return draw(p, V, u, room->sums);
}
