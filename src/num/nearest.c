/* nearest.c - the rows of a table nearest to given vectors, exactly: tiles of all products of some
 * vectors and some rows, then for each vector a heap of the best so far. */
#include "lm/nearest.h"
#include <math.h>
#include "lm/gemm.h"
#include "lm/memory.h"
#include "lm/vector.h"

enum {
    BATCH = 256,    /* vectors that share a pass over the rows */
    TILE = 1 << 20, /* scores at a time: they stay in the caches */
    LEAST = 1024,   /* rows of a tile */
    SEGMENT = 256   /* scores passed over by their maximum */
};

/* A batch: queries first .. first + count, rows from .. from + rows. */
typedef struct {
    const lm_nearest_table *table;
    const lm_nearest_queries *queries;
    size_t first, count, from, rows;
    size_t columns; /* of a tile */
    lm_real *scores;
    size_t *kept; /* (BATCH) in each heap */
    lm_neighbour *found;
} search;

static bool comes_before(const lm_nearest_table *t, lm_neighbour a, lm_neighbour b)
{
    if (a.score > b.score || a.score < b.score) return a.score > b.score;
    if (!t->order) return a.row < b.row;
    const int order = t->order(t->context, a.row, b.row);
    return order ? order < 0 : a.row < b.row;
}

/* ---- heaps, the last of those kept on top ---- */

static void sift_down(const lm_nearest_table *t, lm_neighbour *heap, size_t count, size_t at)
{
    for (;;) {
        size_t last = at;
        for (size_t below = 2 * at + 1; below <= 2 * at + 2 && below < count; below++)
            if (comes_before(t, heap[last], heap[below])) last = below;
        if (last == at) return;
        const lm_neighbour moved = heap[at];
        heap[at] = heap[last];
        heap[last] = moved;
        at = last;
    }
}

static void sift_up(const lm_nearest_table *t, lm_neighbour *heap, size_t at)
{
    while (at > 0 && comes_before(t, heap[(at - 1) / 2], heap[at])) {
        const lm_neighbour moved = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = moved;
        at = (at - 1) / 2;
    }
}

static void sort_heap(const lm_nearest_table *t, lm_neighbour *heap, size_t count)
{
    while (count > 1) {
        const lm_neighbour last = heap[0];
        heap[0] = heap[--count];
        heap[count] = last;
        sift_down(t, heap, count, 0);
    }
}

static void offer(const search *s, size_t q, lm_neighbour n)
{
    lm_neighbour *heap = s->found + (s->first + q) * s->queries->top;
    if (s->kept[q] < s->queries->top) {
        heap[s->kept[q]] = n;
        sift_up(s->table, heap, s->kept[q]++);
    } else if (comes_before(s->table, n, heap[0])) {
        heap[0] = n;
        sift_down(s->table, heap, s->kept[q], 0);
    }
}

/* ---- a tile ---- */

static size_t vectors_each(const search *s)
{
    return s->queries->multiply ? 3 : 1;
}

static double similarity(lm_real cosine)
{
    return (1 + (double)cosine) / 2;
}

/* The scores of one query, in place of its first row of products. */
static lm_real *scores_of(const search *s, size_t q)
{
    lm_real *a = s->scores + q * vectors_each(s) * s->columns;
    if (!s->queries->multiply) return a;
    const lm_real *b = a + s->columns, *c = b + s->columns;
    for (size_t i = 0; i < s->rows; i++)
        a[i] = (lm_real)(similarity(b[i]) * similarity(c[i]) / (similarity(a[i]) + 1e-6));
    return a;
}

static void leave_out(const search *s, size_t q, lm_real *scores)
{
    const lm_nearest_queries *all = s->queries;
    if (!all->without) return;
    for (size_t i = all->begin[s->first + q]; i < all->begin[s->first + q + 1]; i++)
        if (all->without[i] >= s->from && all->without[i] - s->from < s->rows)
            scores[all->without[i] - s->from] = (lm_real)-HUGE_VAL;
}

static void scan(void *context, size_t q)
{
    const search *s = context;
    const lm_neighbour *heap = s->found + (s->first + q) * s->queries->top;
    lm_real *scores = scores_of(s, q);
    leave_out(s, q, scores);
    for (size_t at = 0; at < s->rows; at += SEGMENT) {
        const size_t end = s->rows - at < SEGMENT ? s->rows : at + SEGMENT;
        if (s->kept[q] == s->queries->top && lm_vec_max(scores + at, end - at) < heap[0].score)
            continue;
        for (size_t i = at; i < end; i++)
            if (scores[i] > (lm_real)-HUGE_VAL)
                offer(s, q, (lm_neighbour){(uint32_t)(s->from + i), scores[i]});
    }
}

static void finish(void *context, size_t q)
{
    const search *s = context;
    lm_neighbour *heap = s->found + (s->first + q) * s->queries->top;
    sort_heap(s->table, heap, s->kept[q]);
    for (size_t i = s->kept[q]; i < s->queries->top; i++) heap[i] = (lm_neighbour){LM_NO_ROW, 0};
}

static void search_batch(const lm_compute *on, search *s)
{
    const lm_nearest_table *t = s->table;
    lm_pool *pool = lm_compute_pool(on);
    for (size_t q = 0; q < s->count; q++) s->kept[q] = 0;
    for (s->from = 0; s->from < t->count; s->from += s->rows) {
        s->rows = t->count - s->from < s->columns ? t->count - s->from : s->columns;
        lm_gemm(on, &(lm_product){.m = s->count * vectors_each(s),
                                  .n = s->rows,
                                  .k = t->dim,
                                  .a = s->queries->x + s->first * vectors_each(s) * t->stride,
                                  .lda = t->stride,
                                  .b = t->rows + s->from * t->stride,
                                  .ldb = t->stride,
                                  .tb = true,
                                  .c = s->scores,
                                  .ldc = s->columns});
        lm_parallel_for(pool, s->count, scan, s);
    }
    lm_parallel_for(pool, s->count, finish, s);
}

lm_status lm_nearest(const lm_compute *on, const lm_nearest_table *table,
                     const lm_nearest_queries *queries, lm_neighbour *found, lm_err *e)
{
    search s = {.table = table, .queries = queries, .found = found};
    const size_t most = queries->count < BATCH ? queries->count : BATCH;
    const size_t vectors = most * vectors_each(&s);
    if (most == 0) return LM_OK;
    s.columns = TILE / vectors > LEAST ? TILE / vectors : LEAST;
    if (s.columns > table->count) s.columns = table->count;
    lm_arena arena = {0};
    s.scores = lm_arena_new(&arena, vectors * s.columns, sizeof *s.scores, e);
    s.kept = lm_arena_new(&arena, most, sizeof *s.kept, e);
    if (s.scores && s.kept) {
        for (s.first = 0; s.first < queries->count; s.first += s.count) {
            s.count = queries->count - s.first < most ? queries->count - s.first : most;
            search_batch(on, &s);
        }
    }
    lm_arena_free(&arena);
    return e->status;
}
