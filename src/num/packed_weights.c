/* packed_weights.c - a matrix of weights in 32, 16 or 8 bits: panels of columns of op(B), as the
 * tiles of gemm_kernels.h take them, whole or narrow; a panel's blocks lie one after the other, so
 * that one row streams through all of it. */
#include "lm/packed_weights.h"
#include <stdint.h>
#include <string.h>
#include "compute_internal.h"
#include "lm/memory.h"
#include "lm/os.h"

enum {
    DEPTH = LM_GEMM_DEPTH,
    GREATEST = 127,
    TASKS_EACH = 16,    /* for a thread, */
    TASK_BYTES = 65536, /* if they are at least so large */
    PACK_ROWS = 56,     /* packed at a time */
    ALONE = 1 << 18     /* products of two numbers that are not worth waking threads for */
};

struct lm_packed {
    lm_weight_form form;
    const lm_gemm_kernels *kernels;
    size_t I, O, panels;
    size_t panel_bytes;
    unsigned char *bytes; /* (panels, panel_bytes) */
    lm_real *scale;       /* (O): of int8 */
    void *block;
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t parts(size_t whole, size_t part)
{
    return whole / part + (whole % part != 0);
}

static size_t element_size(const lm_packed *p)
{
    if (p->form == LM_WEIGHTS_F32) return sizeof(lm_real);
    return p->form == LM_WEIGHTS_BF16 ? sizeof(uint16_t) : sizeof(int8_t);
}

/* Bytes of a panel's elements in a block. */
static size_t block_bytes(const lm_packed *p, size_t depth)
{
    return p->kernels->columns * depth * element_size(p);
}

static void *block_at(const lm_packed *p, size_t panel, size_t k)
{
    return p->bytes + panel * p->panel_bytes + k / DEPTH * block_bytes(p, DEPTH);
}

/* ---- packing ---- */

typedef struct {
    lm_packed *p;
    const lm_weight_matrix *m;
    const lm_compute *on;
} packing;

/* One block of a panel as elements of the level. */
static void pack_block(const packing *w, size_t panel, size_t k, lm_real *to, bool round)
{
    const lm_packed *p = w->p;
    const lm_weight_matrix *m = w->m;
    const size_t W = p->kernels->columns, j = panel * W;
    const lm_gemm_lines from = {m->in_major ? m->weight + k * m->outputs + j
                                            : m->weight + j * m->inputs + k,
                                m->in_major ? m->outputs : m->inputs, m->in_major, round};
    p->kernels->pack_columns(to, from, smaller(W, p->O - j), smaller(DEPTH, p->I - k));
}

static void narrow(const packing *w, size_t panel, lm_real *room)
{
    const lm_packed *p = w->p;
    for (size_t k = 0; k < p->I; k += DEPTH) {
        const size_t depth = smaller(DEPTH, p->I - k), n = depth * p->kernels->columns;
        uint16_t *to = block_at(p, panel, k);
        pack_block(w, panel, k, room, true);
        for (size_t i = 0; i < n; i++) {
            const float x = (float)room[i];
            uint32_t bits;
            memcpy(&bits, &x, sizeof bits);
            to[i] = (uint16_t)(bits >> 16);
        }
    }
}

/* x rounded to a whole number, ties to even; 0 for what no scale makes one of -127 .. 127. */
static inline int8_t step_of(float x)
{
    const float shift = 0x1.8p23F, whole = (x + shift) - shift;
    return (int8_t)(whole >= -GREATEST && whole <= GREATEST ? whole : 0);
}

/* most (W) = the greatest size of each column. */
static void find_most(const lm_real *x, size_t W, size_t depth, lm_real *most)
{
    for (size_t k = 0; k < depth; k++, x += W)
        for (size_t j = 0; j < W; j++) {
            const lm_real size = x[j] < 0 ? -x[j] : x[j];
            if (size > most[j]) most[j] = size;
        }
}

static void quantise(const packing *w, size_t panel, lm_real *room)
{
    const lm_packed *p = w->p;
    const size_t W = p->kernels->columns;
    lm_real most[LM_GEMM_MAX_COLUMNS] = {0};
    for (size_t k = 0; k < p->I; k += DEPTH) {
        pack_block(w, panel, k, room, false);
        find_most(room, W, smaller(DEPTH, p->I - k), most);
    }
    for (size_t j = 0; j < W; j++) {
        most[j] /= GREATEST;
        if (panel * W + j < p->O) p->scale[panel * W + j] = most[j];
        if (most[j] == 0) most[j] = 1;
    }
    for (size_t k = 0; k < p->I; k += DEPTH) {
        const size_t depth = smaller(DEPTH, p->I - k);
        int8_t *to = block_at(p, panel, k);
        pack_block(w, panel, k, room, false);
        for (size_t i = 0; i < depth; i++, to += W)
            for (size_t j = 0; j < W; j++) to[j] = step_of((float)(room[i * W + j] / most[j]));
    }
}

static void pack_panel(void *context, size_t thread, size_t panel)
{
    const packing *w = context;
    lm_real *room = w->on->columns + thread * LM_COLUMNS_ROOM;
    if (w->p->form == LM_WEIGHTS_INT8)
        quantise(w, panel, room);
    else if (w->p->form == LM_WEIGHTS_BF16)
        narrow(w, panel, room);
    else
        for (size_t k = 0; k < w->p->I; k += DEPTH)
            pack_block(w, panel, k, block_at(w->p, panel, k), false);
}

/* The panels, aligned to the huge pages they are asked to lie in, if they are large. */
static lm_status make_room(lm_packed *p, lm_err *e)
{
    const size_t huge = 2 << 20, line = 64;
    size_t bytes;
    if (!lm_mul_size(p->panels, p->panel_bytes, &bytes)) bytes = SIZE_MAX / 2;
    const size_t whole = bytes + (bytes >= huge ? huge : line);
    p->block = lm_resize(NULL, whole, 1, e);
    p->scale = lm_new(p->O, sizeof *p->scale, e);
    if (!p->block || !p->scale) return e->status;
    const size_t align = bytes >= huge ? huge : line, past = (uintptr_t)p->block % align;
    if (bytes >= huge) lm_os_huge(p->block, whole);
    p->bytes = (unsigned char *)p->block + (past ? align - past : 0);
    return LM_OK;
}

lm_status lm_packed_new(lm_packed **packed, lm_weight_form form, const lm_weight_matrix *matrix,
                        const lm_compute *on, lm_err *e)
{
    lm_packed *p = *packed = lm_new(1, sizeof *p, e);
    if (!p) return e->status;
    p->form = form;
    p->kernels = lm_gemm_kernels_now(false);
    p->I = matrix->inputs;
    p->O = matrix->outputs;
    p->panels = parts(p->O, p->kernels->columns);
    p->panel_bytes = p->I / DEPTH * block_bytes(p, DEPTH) + block_bytes(p, p->I % DEPTH);
    const lm_status s = make_room(p, e);
    if (s) {
        lm_packed_free(p);
        *packed = NULL;
        return s;
    }
    packing w = {p, matrix, on};
    lm_compute_each(on, p->panels, pack_panel, &w);
    return LM_OK;
}

void lm_packed_free(lm_packed *p)
{
    if (!p) return;
    lm_free(p->block);
    lm_free(p->scale);
    lm_free(p);
}

/* n elements of a block as numbers. */
static void widen(const lm_packed *p, const void *block, size_t n, lm_real *to)
{
    const int8_t *numbers = block;
    const uint16_t *halves = block;
    if (p->form == LM_WEIGHTS_F32) memcpy(to, block, n * sizeof *to);
    for (size_t i = 0; i < n && p->form == LM_WEIGHTS_INT8; i++) to[i] = numbers[i];
    for (size_t i = 0; i < n && p->form == LM_WEIGHTS_BF16; i++) {
        const uint32_t bits = (uint32_t)halves[i] << 16;
        float x;
        memcpy(&x, &bits, sizeof x);
        to[i] = (lm_real)x;
    }
}

void lm_packed_values(const lm_packed *p, lm_real *weight, lm_real *scale)
{
    const size_t W = p->kernels->columns;
    for (size_t j = 0; j < p->O; j++) {
        if (p->form == LM_WEIGHTS_INT8) scale[j] = p->scale[j];
        for (size_t k = 0; k < p->I; k++) {
            lm_real row[LM_GEMM_MAX_COLUMNS];
            const unsigned char *block = block_at(p, j / W, k);
            widen(p, block + k % DEPTH * W * element_size(p), W, row);
            weight[j * p->I + k] = row[j % W];
        }
    }
}

/* ---- products ---- */

/* A product, or a part of it: rows m0 .. m0+m, summed over k0 .. k0+k. */
typedef struct {
    const lm_compute *on;
    const lm_packed *p;
    lm_real *out;
    const lm_real *in, *bias;
    size_t m0, m, padded_m, k0, k;
    size_t group; /* panels of a task */
} part;

static lm_real *packed_rows(const part *w, size_t i, size_t k)
{
    return w->on->rows + w->padded_m * (k - w->k0) + i * smaller(w->k0 + w->k - k, DEPTH);
}

static void pack_some_rows(void *context, size_t thread, size_t index)
{
    const part *w = context;
    const lm_gemm_kernels *kernels = w->p->kernels;
    const size_t step = parts(PACK_ROWS, kernels->rows) * kernels->rows;
    const size_t groups = parts(w->m, step), i = index % groups * step;
    const size_t k = w->k0 + index / groups * DEPTH;
    (void)thread;
    const lm_gemm_lines from = {w->in + (w->m0 + i) * w->p->I + k, w->p->I, false, false};
    kernels->pack_rows(packed_rows(w, i, k), from, smaller(w->m - i, step),
                       smaller(w->k0 + w->k - k, DEPTH));
}

static void sum_tile(const lm_packed *p, lm_real *c, size_t ldc, const lm_real *a,
                     const void *block, const lm_real *wide, size_t m, size_t depth, bool add)
{
    const lm_gemm_kernels *kernels = p->kernels;
    if (wide)
        kernels->tile(c, ldc, a, wide, m, depth, add);
    else if (p->form == LM_WEIGHTS_F32)
        kernels->tile(c, ldc, a, block, m, depth, add);
    else if (p->form == LM_WEIGHTS_INT8)
        kernels->tile_int8(c, ldc, a, block, m, depth, add);
    else
        kernels->tile_bf16(c, ldc, a, block, m, depth, add);
}

/* Rows i .. i+m of one panel's outputs += the sum of a block; n of its columns are there. */
static void sum_columns(const part *w, const void *block, const lm_real *wide, size_t i, size_t j,
                        size_t n, size_t k)
{
    const lm_packed *p = w->p;
    const size_t W = p->kernels->columns, depth = smaller(w->k0 + w->k - k, DEPTH);
    const size_t m = smaller(w->m - i, p->kernels->rows);
    const lm_real *a = packed_rows(w, i, k);
    lm_real *c = w->out + (w->m0 + i) * p->O + j;
    if (n == W) {
        sum_tile(p, c, p->O, a, block, wide, m, depth, k > 0);
        return;
    }
    lm_real sums[LM_GEMM_MAX_ROWS * LM_GEMM_MAX_COLUMNS];
    sum_tile(p, sums, W, a, block, wide, m, depth, false);
    for (size_t x = 0; x < m; x++, c += p->O)
        for (size_t y = 0; y < n; y++) c[y] = k > 0 ? c[y] + sums[x * W + y] : sums[x * W + y];
}

/* Scale and bias. */
static void finish(const part *w, size_t j, size_t n)
{
    const lm_packed *p = w->p;
    for (size_t i = 0; i < w->m; i++) {
        lm_real *c = w->out + (w->m0 + i) * p->O + j;
        if (p->form == LM_WEIGHTS_INT8)
            for (size_t y = 0; y < n; y++) c[y] *= p->scale[j + y];
        if (w->bias)
            for (size_t y = 0; y < n; y++) c[y] += w->bias[j + y];
    }
}

static void do_panel(const part *w, size_t panel, lm_real *room)
{
    const lm_packed *p = w->p;
    const size_t W = p->kernels->columns, j = panel * W, n = smaller(W, p->O - j);
    const bool direct =
        p->form == LM_WEIGHTS_INT8 ? p->kernels->tile_int8 != NULL : p->kernels->tile_bf16 != NULL;
    for (size_t k = w->k0; k < w->k0 + w->k; k += DEPTH) {
        const void *block = block_at(p, panel, k);
        const lm_real *wide = direct ? NULL : room;
        if (!direct) widen(p, block, smaller(w->k0 + w->k - k, DEPTH) * W, room);
        for (size_t i = 0; i < w->m; i += p->kernels->rows) sum_columns(w, block, wide, i, j, n, k);
    }
    if (w->k0 + w->k == p->I) finish(w, j, n);
}

/* The only row of a part, over several whole panels. */
static void do_row(const part *w, size_t panel)
{
    const lm_packed *p = w->p;
    const size_t W = p->kernels->columns, j = panel * W, next = p->panel_bytes;
    lm_real *c = w->out + w->m0 * p->O + j;
    for (size_t k = w->k0; k < w->k0 + w->k; k += DEPTH) {
        const size_t depth = smaller(w->k0 + w->k - k, DEPTH);
        const lm_real *a = packed_rows(w, 0, k);
        const void *b = block_at(p, panel, k);
        if (p->form == LM_WEIGHTS_F32)
            p->kernels->row(c, a, b, next, depth, k > 0);
        else if (p->form == LM_WEIGHTS_BF16)
            p->kernels->row_bf16(c, a, b, next, depth, k > 0);
        else
            p->kernels->row_int8(c, a, b, next, depth, k > 0);
    }
    if (w->k0 + w->k == p->I) finish(w, j, LM_GEMM_ROW_PANELS * W);
}

static void do_panels(void *context, size_t thread, size_t task)
{
    const part *w = context;
    lm_real *room = w->on->columns + thread * LM_COLUMNS_ROOM;
    const size_t end = smaller((task + 1) * w->group, w->p->panels);
    const size_t whole = w->p->O / w->p->kernels->columns; /* panels without missing columns */
    size_t panel = task * w->group;
    if (w->m == 1 && w->p->kernels->row)
        for (; panel + LM_GEMM_ROW_PANELS <= smaller(end, whole); panel += LM_GEMM_ROW_PANELS)
            do_row(w, panel);
    for (; panel < end; panel++) do_panel(w, panel, room);
}

static bool is_small(const part *w)
{
    return w->m < ALONE && w->p->O < ALONE && w->m * w->p->O < ALONE &&
           w->m * w->p->O * w->p->I < ALONE;
}

static void run_part(part *w)
{
    const lm_packed *p = w->p;
    const size_t step = parts(PACK_ROWS, p->kernels->rows) * p->kernels->rows;
    const size_t packs = parts(w->m, step) * parts(w->k, DEPTH);
    const size_t least = parts(TASK_BYTES, p->panel_bytes);
    w->padded_m = parts(w->m, p->kernels->rows) * p->kernels->rows;
    w->group = p->panels / (lm_compute_threads(w->on) * TASKS_EACH);
    if (w->group < least) w->group = least;
    if (w->m == 1 && p->kernels->row)
        w->group = parts(w->group, LM_GEMM_ROW_PANELS) * LM_GEMM_ROW_PANELS;
    const size_t tasks = parts(p->panels, w->group);
    if (w->m <= step)
        for (size_t i = 0; i < packs; i++) pack_some_rows(w, 0, i);
    else
        lm_compute_each(w->on, packs, pack_some_rows, w);
    if (is_small(w))
        for (size_t i = 0; i < tasks; i++) do_panels(w, 0, i);
    else
        lm_compute_each(w->on, tasks, do_panels, w);
}

void lm_packed_product(const lm_compute *on, const lm_packed *p, lm_real *out, const lm_real *in,
                       size_t N, const lm_real *bias)
{
    const size_t R = p->kernels->rows, room = lm_compute_threads(on) * LM_ROWS_ROOM;
    const size_t k = smaller(parts(p->I, DEPTH), room / R / DEPTH) * DEPTH;
    const size_t m = room / k / R * R;
    part w = {.on = on, .p = p, .out = out, .in = in, .bias = bias};
    for (w.k0 = 0; w.k0 < p->I; w.k0 += k)
        for (w.m0 = 0; w.m0 < N; w.m0 += m) {
            w.m = smaller(m, N - w.m0);
            w.k = smaller(k, p->I - w.k0);
            run_part(&w);
        }
}
