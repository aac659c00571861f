/* correlation.c - how two series of numbers go together. */
#include "lm/correlation.h"
#include <math.h>
#include "lm/memory.h"
#include "lm/sort.h"

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

double lm_pearson(const double *x, const double *y, size_t n)
{
    double xx = 0, yy = 0, xy = 0;
    if (n < 2) return (double)NAN;
    const double x_mean = mean_of(x, n), y_mean = mean_of(y, n);
    for (size_t i = 0; i < n; i++) {
        const double dx = x[i] - x_mean, dy = y[i] - y_mean;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    if (!(xx > 0) || !(yy > 0)) return (double)NAN;
    const double r = xy / (sqrt(xx) * sqrt(yy));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

typedef struct {
    double value;
    size_t at;
} ranked;

static int compare(const void *context, const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    (void)context;
    return x->value < y->value ? -1 : x->value > y->value;
}

/* rank (n) from 1 on; `room` (n). */
static lm_status rank_all(const double *x, size_t n, double *rank, ranked *room, lm_err *e)
{
    for (size_t i = 0; i < n; i++) room[i] = (ranked){x[i], i};
    LM_TRY(lm_sort(room, n, sizeof *room, compare, NULL, e));
    for (size_t from = 0, end; from < n; from = end) {
        for (end = from + 1; end < n && !(room[end].value > room[from].value);) end++;
        for (size_t i = from; i < end; i++) rank[room[i].at] = (double)(from + end + 1) / 2;
    }
    return LM_OK;
}

lm_status lm_spearman(const double *x, const double *y, size_t n, double *rho, lm_err *e)
{
    lm_arena arena = {0};
    ranked *room = lm_arena_new(&arena, n, sizeof *room, e);
    double *ranks = lm_arena_new(&arena, 2 * n, sizeof *ranks, e);
    lm_status s = room && ranks ? LM_OK : e->status;
    if (!s) s = rank_all(x, n, ranks, room, e);
    if (!s) s = rank_all(y, n, ranks + n, room, e);
    if (!s) *rho = lm_pearson(ranks, ranks + n, n);
    lm_arena_free(&arena);
    return s;
}
