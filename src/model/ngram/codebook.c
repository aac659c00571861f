/* codebook.c - few values in place of many.
 * Lloyd, Least squares quantization in PCM, 1982.
 *
 * The values are divided into as many cells as there are codes, so that the squares of the
 * differences between logarithms and their mean in the cell have a small sum.  Starting from one
 * cell, the one with the largest sum is split again and again; then every bin goes to the cell
 * whose mean is nearest, a few times.  Cells of equally many values, the usual choice, waste codes
 * where values are dense: with 8 bits, errors of back-off weights are 2 to 70 times as large. */
#include "codebook.h"
#include "lm/memory.h"
#include "lm/sort.h"

enum { SPLIT_ROUNDS = 2, SETTLE_ROUNDS = 10 };

/* A bin with values in it. */
typedef struct {
    double place; /* mean of the values' bits */
    double count;
    uint32_t bin;
} point;

/* Points with one code. */
typedef struct {
    uint32_t begin, end;
    double error; /* sum of the squared distances from the mean */
} cell;

typedef struct {
    point *points;
    cell *cells; /* while they are split a heap: one has no larger error than the one at
                  * (i - 1) / 2; then in their order */
    uint32_t point_count, cell_count;
    uint32_t first, most; /* code of the first cell; cells at most */
} division;

lm_status lm_tally_new(lm_tally *t, lm_tables *tables, const lm_run *run, lm_err *e)
{
    *t = (lm_tally){0};
    t->count = lm_tables_new(tables, LM_TALLY_BINS, sizeof *t->count, run, e);
    t->low = lm_tables_new(tables, LM_TALLY_BINS, sizeof *t->low, run, e);
    t->code = lm_tables_new(tables, LM_TALLY_BINS, sizeof *t->code, run, e);
    return t->count && t->low && t->code ? LM_OK : e->status;
}

void lm_tally_drop(lm_tally *t, lm_tables *tables)
{
    lm_tables_drop(tables, t->count);
    lm_tables_drop(tables, t->low);
    lm_tables_drop(tables, t->code);
}

/* Sum of the bits of a bin's values. */
static uint64_t sum_of_bin(const lm_tally *t, uint32_t bin)
{
    return ((uint64_t)bin << LM_TALLY_LOW) * t->count[bin] + t->low[bin];
}

static lm_status list_points(division *d, const lm_tally *t, lm_err *e)
{
    uint32_t used = 0;
    for (uint32_t b = 0; b < LM_TALLY_BINS; b++) used += t->count[b] > 0;
    d->points = lm_new(used, sizeof *d->points, e);
    d->cells = lm_new((size_t)d->most + 1, sizeof *d->cells, e);
    if (!d->points || !d->cells) return e->status;
    for (uint32_t b = 0; b < LM_TALLY_BINS; b++)
        if (t->count[b])
            d->points[d->point_count++] =
                (point){(double)sum_of_bin(t, b) / t->count[b], t->count[b], b};
    return LM_OK;
}

/* ---- cells ---- */

static double mean(const division *d, uint32_t begin, uint32_t end)
{
    double sum = 0, count = 0;
    for (uint32_t i = begin; i < end; i++) {
        sum += d->points[i].count * d->points[i].place;
        count += d->points[i].count;
    }
    return sum / count;
}

static cell new_cell(const division *d, uint32_t begin, uint32_t end)
{
    const double centre = mean(d, begin, end);
    cell c = {begin, end, 0};
    for (uint32_t i = begin; i < end; i++) {
        const double distance = d->points[i].place - centre;
        c.error += d->points[i].count * distance * distance;
    }
    return c;
}

/* The first point after `limit`, but at least one and at most the last one of a cell. */
static uint32_t split_at(const division *d, const cell *c, double limit)
{
    uint32_t i = c->begin + 1;
    while (i < c->end - 1 && d->points[i].place <= limit) i++;
    return i;
}

/* Splits a cell so that points are in the part whose mean is nearer. */
static uint32_t split(const division *d, const cell *c)
{
    uint32_t at = split_at(d, c, mean(d, c->begin, c->end));
    for (int round = 0; round < SPLIT_ROUNDS; round++)
        at = split_at(d, c, (mean(d, c->begin, at) + mean(d, at, c->end)) / 2);
    return at;
}

/* ---- the heap ---- */

static void sift_down(division *d)
{
    const cell moved = d->cells[0];
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < d->cell_count; i = child) {
        if (child + 1 < d->cell_count && d->cells[child + 1].error > d->cells[child].error) child++;
        if (d->cells[child].error <= moved.error) break;
        d->cells[i] = d->cells[child];
    }
    d->cells[i] = moved;
}

static void push(division *d, cell new)
{
    uint32_t i = d->cell_count++;
    for (; i > 0 && d->cells[(i - 1) / 2].error < new.error; i = (i - 1) / 2)
        d->cells[i] = d->cells[(i - 1) / 2];
    d->cells[i] = new;
}

static int by_begin(const void *context, const void *a, const void *b)
{
    const cell *x = a, *y = b;
    (void)context;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static lm_status divide(division *d, lm_err *e)
{
    if (d->point_count) push(d, new_cell(d, 0, d->point_count));
    while (d->cell_count < d->most && d->cell_count < d->point_count) {
        const cell worst = d->cells[0];
        if (worst.end - worst.begin < 2) break;
        const uint32_t at = split(d, &worst);
        d->cells[0] = new_cell(d, worst.begin, at);
        sift_down(d);
        push(d, new_cell(d, at, worst.end));
    }
    return lm_sort(d->cells, d->cell_count, sizeof *d->cells, by_begin, NULL, e);
}

/* ---- the end ---- */

/* Moves every point to the cell with the nearest mean, but for the last one of a cell. */
static void settle(division *d)
{
    for (uint32_t i = 0; i + 1 < d->cell_count; i++) {
        cell *c = &d->cells[i], *next = &d->cells[i + 1];
        const double limit = (mean(d, c->begin, c->end) + mean(d, next->begin, next->end)) / 2;
        const cell both = {c->begin, next->end, 0};
        c->end = next->begin = split_at(d, &both, limit);
    }
}

static void set_codes(const division *d, lm_tally *t, float *codebook)
{
    for (uint32_t i = 0; i < d->cell_count; i++) {
        uint64_t sum = 0, count = 0;
        for (uint32_t j = d->cells[i].begin; j < d->cells[i].end; j++) {
            const uint32_t bin = d->points[j].bin;
            sum += sum_of_bin(t, bin);
            count += t->count[bin];
            t->code[bin] = (uint16_t)(d->first + i);
        }
        const uint32_t bits = (uint32_t)((sum + count / 2) / count);
        memcpy(&codebook[d->first + i], &bits, sizeof bits);
    }
}

lm_status lm_tally_finish(lm_tally *t, unsigned bits, float *codebook, lm_err *e)
{
    division d = {.first = (uint32_t)t->zero + t->one};
    d.most = (1U << bits) - d.first;
    memset(codebook, 0, sizeof *codebook << bits);
    if (t->one) codebook[t->zero] = 1;
    lm_status s = list_points(&d, t, e);
    if (!s) s = divide(&d, e);
    for (int round = 0; !s && round < SETTLE_ROUNDS; round++) settle(&d);
    if (!s) set_codes(&d, t, codebook);
    lm_free(d.points);
    lm_free(d.cells);
    return s;
}
