/* gemm.c - matrix products: op(A) is packed whole, or in parts that fit the room, by all threads;
 * then each takes tiles of C, packs the columns of op(B) they need and sums them.
 *
 * Goto and van de Geijn: Anatomy of high-performance matrix multiplication, ACM TOMS 34, 2008;
 * here the columns are the ones packed just before use, as there are few rows in a batch. */
#include "lm/gemm.h"
#include <stdatomic.h>
#include <stdint.h>
#include "compute_internal.h"

enum {
    DEPTH = LM_GEMM_DEPTH,
    CACHED_ROWS = 120,     /* of op(A), a block of which stays in the second-level cache */
    TASK_COLUMNS = 96,     /* whose block does, too */
    SHALLOW = 32,          /* up to this k, what is written matters most: along the rows of C */
    SHALLOW_COLUMNS = 512, /* of a task then */
    TASKS_EACH = 4,    /* for a thread: the last ones to finish do not keep the others waiting */
    PACK_ROWS = 48,    /* packed at a time */
    FEW = 8,           /* rows or columns for which the others are not packed */
    FEW_ALONG = 32,    /* of a task's columns at a time, where they are stored rows */
    FEW_COLUMNS = 256, /* of a task then */
    FEW_SPAN = 384,    /* rows that pay for packing columns */
    ALONE = 1 << 18    /* products of two numbers that are not worth waking threads for */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t parts(size_t whole, size_t part)
{
    return whole / part + (whole % part != 0);
}

static size_t round_up(size_t x, size_t step)
{
    return parts(x, step) * step;
}

/* What one product runs on: all of a compute, or one of its threads. */
typedef struct {
    const lm_gemm_kernels *kernels;
    bool bf16;
    lm_pool *pool;
    size_t threads;
    lm_real *rows, *columns;
} place;

/* A product, or a part of it: rows m0 .. m0+m, summed over k0 .. k0+k. */
typedef struct {
    place on;
    const lm_product *p;
    size_t m0, m, k0, k;
    size_t panel;         /* rows of a panel of op(A) */
    size_t padded_m;      /* to whole panels */
    bool few;             /* the columns are not packed */
    bool turned;          /* *p is the transpose of the product that was asked for */
    size_t rows, columns; /* of a task */
    size_t row_tasks, column_tasks;
    atomic_size_t next; /* task */
} part;

static lm_gemm_lines lines_of_a(const part *w, size_t i, size_t k)
{
    const lm_product *p = w->p;
    return (lm_gemm_lines){p->a + (p->ta ? k * p->lda + i : i * p->lda + k), p->lda, p->ta,
                           w->on.bf16};
}

static lm_gemm_lines lines_of_b(const part *w, size_t j, size_t k)
{
    const lm_product *p = w->p;
    return (lm_gemm_lines){p->b + (p->tb ? j * p->ldb + k : k * p->ldb + j), p->ldb, !p->tb,
                           w->on.bf16};
}

static size_t depth_at(const part *w, size_t k)
{
    return smaller(w->k0 + w->k - k, DEPTH);
}

/* Where the panel of row i (the first of a panel, counted from m0) lies for the block at k. */
static lm_real *packed_rows(const part *w, size_t i, size_t k)
{
    return w->on.rows + w->padded_m * (k - w->k0) + i * depth_at(w, k);
}

static void pack_some_rows(void *context, size_t index)
{
    const part *w = context;
    const lm_gemm_kernels *kernels = w->on.kernels;
    const size_t step = round_up(PACK_ROWS, w->panel), groups = parts(w->m, step);
    const size_t i = index % groups * step, k = w->k0 + index / groups * DEPTH;
    (w->few ? kernels->pack_few : kernels->pack_rows)(
        packed_rows(w, i, k), lines_of_a(w, w->m0 + i, k), smaller(w->m - i, step), depth_at(w, k));
}

/* ---- tiles ---- */

/* A piece of C: rows i .. i+m (from m0), columns j .. j+n. */
typedef struct {
    size_t i, m, j, n;
} piece;

static void sum_tile(const part *w, piece t, const lm_real *a, const lm_real *b, size_t depth,
                     bool add)
{
    const lm_gemm_kernels *kernels = w->on.kernels;
    lm_real *c = w->p->c + (w->m0 + t.i) * w->p->ldc + t.j;
    const bool half = kernels->half_tile && t.n <= kernels->columns / 2;
    const size_t columns = half ? kernels->columns / 2 : kernels->columns;
    if (t.n == columns) {
        (half ? kernels->half_tile : kernels->tile)(c, w->p->ldc, a, b, t.m, depth, add);
        return;
    }
    lm_real sums[LM_GEMM_MAX_ROWS * LM_GEMM_MAX_COLUMNS];
    (half ? kernels->half_tile : kernels->tile)(sums, columns, a, b, t.m, depth, false);
    for (size_t i = 0; i < t.m; i++, c += w->p->ldc)
        for (size_t j = 0; j < t.n; j++) {
            const lm_real sum = sums[i * columns + j];
            c[j] = add ? c[j] + sum : sum;
        }
}

/* The tiles of a piece, whose packed columns are at b.  Where k is small, along the rows of C;
 * otherwise down its columns, as a panel of columns stays in the first-level cache. */
static void sum_piece(const part *w, piece t, const lm_real *b, size_t k, bool add)
{
    const size_t rows = w->on.kernels->rows, columns = w->on.kernels->columns;
    const size_t depth = depth_at(w, k);
    const size_t across = depth > SHALLOW ? columns : t.n; /* before the next row of tiles */
    for (size_t j0 = 0; j0 < t.n; j0 += across)
        for (size_t i = 0; i < t.m; i += rows)
            for (size_t j = j0; j < t.n && j < j0 + across; j += columns) {
                const piece tile = {t.i + i, smaller(t.m - i, rows), t.j + j,
                                    smaller(t.n - j, columns)};
                sum_tile(w, tile, packed_rows(w, tile.i, k), b + j * depth, depth, add);
            }
}

/* What comes after the sum, while the rows are in the cache. */
static void finish_rows(const part *w, piece t)
{
    const lm_product *p = w->p;
    if (!p->bias && p->activation == LM_ACT_NONE) return;
    if (w->turned) t = (piece){t.j, t.n, t.i, t.m};
    lm_real *c = p->c + (w->m0 + t.i) * p->ldc + t.j;
    for (size_t i = 0; i < t.m; i++, c += p->ldc) {
        if (p->bias) w->on.kernels->add(c, p->bias + t.j, t.n);
        if (p->activation != LM_ACT_NONE) lm_activate(p->activation, c, c, t.n);
    }
}

/* One task, in the room of one thread; `kept`: its columns are packed there. */
static void do_task(const part *w, piece task, lm_real *room, bool kept)
{
    const size_t columns = round_up(task.n, w->on.kernels->columns);
    for (size_t k = w->k0; k < w->k0 + w->k; k += DEPTH) {
        const bool add = k > 0 || w->p->accumulate, last = k + DEPTH >= w->p->k;
        const size_t offset = columns * (k - w->k0);
        lm_real *b = room + (columns * w->k <= LM_COLUMNS_ROOM ? offset : 0);
        if (!kept) w->on.kernels->pack_columns(b, lines_of_b(w, task.j, k), task.n, depth_at(w, k));
        const size_t step = round_up(CACHED_ROWS, w->on.kernels->rows);
        for (size_t i = 0; i < task.m; i += step) {
            const piece t = {task.i + i, smaller(task.m - i, step), task.j, task.n};
            sum_piece(w, t, b, k, add);
            if (last) finish_rows(w, t);
        }
    }
}

/* ---- few rows ---- */

static void put_sums(const part *w, piece t, const lm_real *sums, size_t stride, bool add)
{
    const size_t down = w->turned ? 1 : w->p->ldc, along = w->turned ? w->p->ldc : 1;
    for (size_t i = 0; i < t.m; i++, sums += stride) {
        lm_real *c = w->p->c + (t.i + i) * down + t.j * along;
        if (add && along == 1)
            w->on.kernels->add(c, sums, t.n);
        else
            for (size_t j = 0; j < t.n; j++) c[j * along] = add ? c[j * along] + sums[j] : sums[j];
    }
}

/* The sums of a piece over all k of a part. */
static void sum_few(const part *w, piece t, lm_real *sums)
{
    const lm_gemm_kernels *kernels = w->on.kernels;
    for (size_t k = w->k0; k < w->k0 + w->k; k += DEPTH)
        for (size_t i = 0; i < t.m; i += kernels->few) {
            const size_t m = smaller(t.m - i, kernels->few);
            kernels->sum_few(sums, FEW_COLUMNS, packed_rows(w, i, k), m, lines_of_b(w, t.j, k), t.n,
                             depth_at(w, k));
            put_sums(w, (piece){i, m, t.j, t.n}, sums, FEW_COLUMNS, k > 0 || w->p->accumulate);
        }
}

/* Columns that are stored rows are taken some at a time, so that each is read from end to end. */
static void do_few(const part *w, piece task, lm_real *sums)
{
    const size_t step = w->p->tb ? FEW_ALONG : FEW_COLUMNS;
    for (size_t j = 0; j < task.n; j += step)
        sum_few(w, (piece){0, task.m, task.j + j, smaller(task.n - j, step)}, sums);
    if (w->k0 + w->k == w->p->k) finish_rows(w, task);
}

/* ---- products ---- */

static void do_tasks(void *context, size_t thread)
{
    part *w = context;
    lm_real *room = w->on.columns + thread * LM_COLUMNS_ROOM;
    size_t packed = SIZE_MAX; /* the column task whose columns are in the room */
    for (;;) {
        const size_t task = atomic_fetch_add(&w->next, 1);
        if (task >= w->row_tasks * w->column_tasks) return;
        const size_t column = task / w->row_tasks;
        const size_t i = task % w->row_tasks * w->rows, j = column * w->columns;
        const piece t = {i, smaller(w->m - i, w->rows), j, smaller(w->p->n - j, w->columns)};
        if (w->few) {
            do_few(w, t, room);
            continue;
        }
        do_task(w, t, room, packed == column);
        const size_t columns = round_up(t.n, w->on.kernels->columns);
        packed = columns * w->k <= LM_COLUMNS_ROOM ? column : SIZE_MAX;
    }
}

/* Cuts a part into tasks: columns first, as each packs its own; rows if that gives too few. */
static void cut_tasks(part *w)
{
    const lm_gemm_kernels *kernels = w->on.kernels;
    const size_t wanted = w->on.threads > 1 ? w->on.threads * TASKS_EACH : 1;
    const size_t columns = w->few ? FEW_COLUMNS : w->k <= SHALLOW ? SHALLOW_COLUMNS : TASK_COLUMNS;
    w->column_tasks = parts(w->p->n, columns);
    if (w->few) w->column_tasks = smaller(larger(w->column_tasks, wanted), parts(w->p->n, 32));
    w->columns = round_up(parts(w->p->n, w->column_tasks), kernels->columns);
    w->column_tasks = parts(w->p->n, w->columns);
    w->row_tasks = smaller(parts(wanted, w->column_tasks), parts(w->m, 2 * kernels->rows));
    if (w->few) w->row_tasks = 1;
    w->rows = round_up(parts(w->m, w->row_tasks), kernels->rows);
    w->row_tasks = parts(w->m, w->rows);
    atomic_init(&w->next, 0);
}

static void run_part(part *w)
{
    const size_t step = round_up(PACK_ROWS, w->panel);
    lm_parallel_for(w->few ? NULL : w->on.pool, parts(w->m, step) * parts(w->k, DEPTH),
                    pack_some_rows, w);
    cut_tasks(w);
    lm_parallel_for(w->on.pool, smaller(w->on.threads, w->row_tasks * w->column_tasks), do_tasks,
                    w);
}

/* Cuts a product into parts whose rows fit the room: deep ones, which are fewer passes over C, but
 * of rows enough to pay for the packed columns. */
static void run(place on, const lm_product *p, bool few, bool turned)
{
    const size_t panel = few ? on.kernels->few : on.kernels->rows;
    const size_t room = on.threads * LM_ROWS_ROOM;
    const size_t least = round_up(smaller(p->m, FEW_SPAN), panel);
    size_t k = smaller(p->k, room / least / DEPTH * DEPTH);
    size_t m = smaller(p->m, room / k / panel * panel);
    m = round_up(parts(p->m, parts(p->m, m)), panel);
    k = round_up(parts(p->k, parts(p->k, k)), DEPTH);
    for (size_t k0 = 0; k0 < p->k; k0 += k)
        for (size_t m0 = 0; m0 < p->m; m0 += m) {
            part w = {.on = on, .p = p, .few = few, .turned = turned, .panel = panel};
            w.m0 = m0;
            w.m = smaller(p->m - m0, m);
            w.padded_m = round_up(w.m, panel);
            w.k0 = k0;
            w.k = smaller(p->k - k0, k);
            run_part(&w);
        }
}

/* k = 0. */
static void run_empty(place on, const lm_product *p)
{
    const part w = {.on = on, .p = p, .m = p->m};
    for (size_t i = 0; i < p->m && !p->accumulate; i++)
        for (size_t j = 0; j < p->n; j++) p->c[i * p->ldc + j] = 0;
    finish_rows(&w, (piece){0, p->m, 0, p->n});
}

/* C' = op(B)' op(A)': the same products of two numbers, summed in the same order. */
static lm_product turn(const lm_product *p)
{
    lm_product t = *p;
    t.m = p->n;
    t.n = p->m;
    t.a = p->b;
    t.lda = p->ldb;
    t.ta = !p->tb;
    t.b = p->a;
    t.ldb = p->lda;
    t.tb = !p->ta;
    return t;
}

static void multiply(place on, const lm_product *p)
{
    if (p->m == 0 || p->n == 0) return;
    if (p->k == 0) {
        run_empty(on, p);
    } else if (on.kernels->sum_few && p->n <= FEW && p->n < p->m) {
        const lm_product turned = turn(p);
        run(on, &turned, true, true);
    } else {
        run(on, p, on.kernels->sum_few && p->m <= FEW, false);
    }
}

static place all_of(const lm_compute *on)
{
    return (place){on->kernels, on->bf16, on->pool, on->threads, on->rows, on->columns};
}

static place thread_of(const lm_compute *on, size_t thread)
{
    return (place){on->kernels,
                   on->bf16,
                   NULL,
                   1,
                   on->rows + thread * LM_ROWS_ROOM,
                   on->columns + thread * LM_COLUMNS_ROOM};
}

static bool is_small(const lm_product *p)
{
    return p->m < ALONE && p->n < ALONE && p->m * p->n < ALONE && p->m * p->n * p->k < ALONE;
}

void lm_gemm(const lm_compute *on, const lm_product *product)
{
    multiply(is_small(product) ? thread_of(on, 0) : all_of(on), product);
}

void lm_gemm_alone(const lm_compute *on, size_t thread, const lm_product *product)
{
    multiply(thread_of(on, thread), product);
}

typedef struct {
    const lm_compute *on;
    const lm_product *products;
} each;

static void do_product(void *context, size_t thread, size_t i)
{
    const each *all = context;
    lm_gemm_alone(all->on, thread, &all->products[i]);
}

void lm_gemm_each(const lm_compute *on, const lm_product *products, size_t count)
{
    each all = {.on = on, .products = products};
    if (count == 1)
        lm_gemm(on, products);
    else
        lm_compute_each(on, count, do_product, &all);
}
