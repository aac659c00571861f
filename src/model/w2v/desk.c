/* desk.c - where a block of a round is worked on. */
#include "desk.h"
#include <string.h>
#include "lm/few_rows.h"
#include "lm/os.h"
#include "lm/vector.h"

enum {
    ALIGN = 64,
    SAMPLED = 16 /* the loss is measured at one of so many words */
};

/* ---- room ---- */

static size_t stride_of(const lm_w2v_planner *p)
{
    return lm_rows_stride((size_t)p->model->shape.dim);
}

/* Bytes of the copies of a desk: as a multiple of what rows are aligned to. */
static bool bytes_of(const lm_w2v_planner *p, bool keeps, size_t *bytes)
{
    size_t rows = lm_w2v_most_inputs(p) + lm_w2v_most_outputs(p);
    if (keeps) rows *= 2;
    return lm_mul_size(rows, stride_of(p) * sizeof(lm_real), bytes);
}

static lm_real *take_rows(lm_real **from, size_t rows, size_t stride)
{
    lm_real *taken = *from;
    *from += rows * stride;
    return taken;
}

static void set_copies(lm_w2v_desk *desk, const lm_w2v_planner *p, bool keeps, lm_real **from)
{
    const size_t stride = stride_of(p);
    const size_t inputs = lm_w2v_most_inputs(p), outputs = lm_w2v_most_outputs(p);
    desk->inputs = take_rows(from, inputs, stride);
    desk->outputs = take_rows(from, outputs, stride);
    if (!keeps) return;
    desk->inputs_before = take_rows(from, inputs, stride);
    desk->outputs_before = take_rows(from, outputs, stride);
}

static lm_status new_scratch(lm_w2v_desk *desk, const lm_w2v_planner *p, lm_arena *arena, lm_err *e)
{
    const size_t m = 2 * (size_t)p->model->shape.window, stride = stride_of(p);
    const size_t n = p->huffman.longest ? p->huffman.longest : 1 + (size_t)p->how->noise;
    const size_t parts = 1 + p->most_grams;
    desk->h = lm_arena_new(arena, m * stride, sizeof *desk->h, e);
    desk->e = lm_arena_new(arena, m * stride, sizeof *desk->e, e);
    desk->x = lm_arena_new(arena, m, sizeof *desk->x, e);
    desk->y = lm_arena_new(arena, m, sizeof *desk->y, e);
    desk->u = lm_arena_new(arena, n, sizeof *desk->u, e);
    desk->part = lm_arena_new(arena, parts, sizeof *desk->part, e);
    desk->group = lm_arena_new(arena, LM_W2V_NOISE_GROUPS * n, sizeof *desk->group, e);
    desk->label = lm_arena_new(arena, lm_rows_stride(m * n), sizeof *desk->label, e);
    desk->z = lm_arena_new(arena, lm_rows_stride(m * n), sizeof *desk->z, e);
    desk->g = lm_arena_new(arena, lm_rows_stride(m * n), sizeof *desk->g, e);
    return e->status;
}

/* Copies of all desks are one block, which may have large pages; those that no copy comes to are
 * never touched. */
static lm_status new_block(lm_w2v_desks *d, const lm_w2v_planner *p, bool keeps, lm_real **rows,
                           lm_err *e)
{
    size_t bytes;
    if (!bytes_of(p, keeps, &bytes) || !lm_mul_size(bytes, d->count, &bytes) ||
        !lm_add_size(bytes, ALIGN, &bytes))
        bytes = SIZE_MAX;
    char *block = d->block = lm_resize(NULL, bytes, 1, e);
    if (!block) return e->status;
    lm_os_huge(block, bytes);
    *rows = (lm_real *)(void *)(block + (ALIGN - (uintptr_t)block % ALIGN) % ALIGN);
    return LM_OK;
}

static lm_status new_desks(lm_w2v_desks *d, const lm_w2v_planner *p, bool keeps, lm_err *e)
{
    lm_real *rows = NULL;
    d->desk = lm_arena_new(&d->arena, d->count, sizeof *d->desk, e);
    if (!d->desk) return e->status;
    LM_TRY(new_block(d, p, keeps, &rows, e));
    for (size_t i = 0; i < d->count; i++) {
        set_copies(&d->desk[i], p, keeps, &rows);
        LM_TRY(new_scratch(&d->desk[i], p, &d->arena, e));
    }
    return LM_OK;
}

lm_status lm_w2v_desks_new(lm_w2v_desks *d, const lm_w2v_planner *p, size_t count, bool keeps,
                           lm_err *e)
{
    *d = (lm_w2v_desks){.count = count};
    const lm_status s = new_desks(d, p, keeps, e);
    if (s) lm_w2v_desks_free(d);
    return s;
}

void lm_w2v_desks_free(lm_w2v_desks *d)
{
    lm_free(d->block);
    lm_arena_free(&d->arena);
    *d = (lm_w2v_desks){0};
}

/* ---- rows of the tables ---- */

static lm_real *input_row(const lm_w2v_planner *p, const lm_w2v_weights *w, uint32_t row)
{
    const uint32_t V = p->model->lang.vocab->size;
    const size_t D = (size_t)p->model->shape.dim;
    return row < V ? w->embed + row * D : w->subwords + (row - V) * D;
}

static lm_real *output_row(const lm_w2v_planner *p, const lm_w2v_weights *w, uint32_t row)
{
    return w->output + row * (size_t)p->model->shape.dim;
}

typedef lm_real *row_of(const lm_w2v_planner *p, const lm_w2v_weights *w, uint32_t row);

/* Brings the row that comes a few slots later. */
static inline void look_ahead(const lm_w2v_planner *p, const lm_w2v_slots *slots,
                              const lm_w2v_weights *w, row_of *find, size_t slot)
{
    enum { AHEAD = 8, LINE = 64 };
    if (slot + AHEAD >= slots->count) return;
    const char *row = (const char *)find(p, w, slots->row[slot + AHEAD]);
    const size_t bytes = (size_t)p->model->shape.dim * sizeof(lm_real);
    for (size_t b = 0; b < bytes; b += LINE) LM_PREFETCH(row + b);
}

/* Copies begin as their rows are, with zeros behind. */
static void take(const lm_w2v_planner *p, const lm_w2v_slots *slots, const lm_w2v_weights *w,
                 row_of *find, lm_real *copy, lm_real *before)
{
    const size_t D = (size_t)p->model->shape.dim, stride = stride_of(p);
    for (size_t i = 0; i < slots->count; i++, copy += stride) {
        look_ahead(p, slots, w, find, i);
        memcpy(copy, find(p, w, slots->row[i]), D * sizeof *copy);
        for (size_t c = D; c < stride; c++) copy[c] = 0;
        if (!before) continue;
        memcpy(before, copy, stride * sizeof *copy);
        before += stride;
    }
}

/* ---- learning ---- */

/* What a word is predicted from and by. */
typedef struct {
    const lm_w2v_planner *p;
    const lm_w2v_block *block;
    lm_w2v_desk *desk;
    size_t D, stride, window;
    lm_real rate;
    size_t m, n; /* words of the window; outputs */
    bool measured;
} learner;

static lm_real *output_of(const learner *l, uint32_t slot)
{
    return l->desk->outputs + slot * l->stride;
}

/* The outputs of all groups of noise words, and what is wanted of each of n outputs: it is the same
 * for every word of the block. */
static void set_groups(learner *l)
{
    lm_w2v_desk *d = l->desk;
    const size_t K = (size_t)l->p->how->noise, most = 2 * l->window;
    l->n = 1 + K;
    for (size_t i = 0; i < LM_W2V_NOISE_GROUPS * K; i++)
        d->group[i] = output_of(l, l->block->noise[i]);
    for (size_t i = 0; i < most; i++)
        for (size_t j = 0; j < l->n; j++) d->label[i * l->n + j] = j == 0;
}

/* The word itself and a group of noise words. */
static void set_noise(learner *l, size_t c)
{
    const size_t K = l->n - 1;
    l->desk->u[0] = output_of(l, l->block->target[c]);
    memcpy(l->desk->u + 1, l->desk->group + c % LM_W2V_NOISE_GROUPS * K, K * sizeof *l->desk->u);
}

/* The nodes of its path, m times. */
static void set_path(learner *l, size_t c)
{
    const uint32_t *path = l->block->path + l->block->target[c];
    const uint32_t length = *path++;
    l->n = length;
    for (uint32_t j = 0; j < length; j++) l->desk->u[j] = output_of(l, path[length + j]);
    for (size_t i = 0; i < l->m; i++)
        for (uint32_t j = 0; j < length; j++) l->desk->label[i * length + j] = path[j] ? 0 : 1;
}

/* A noise word that is the word itself counts for nothing. */
static void leave_out_itself(learner *l, size_t m)
{
    lm_w2v_desk *d = l->desk;
    if (!l->p->noise) return;
    for (size_t j = 1; j < l->n; j++)
        if (d->u[j] == d->u[0])
            for (size_t i = 0; i < m; i++) d->g[i * l->n + j] = 0;
}

/* Adds the loss of m predictions: a slope is the rate times the probability of being wrong. */
static void measure(learner *l, size_t m)
{
    lm_w2v_desk *d = l->desk;
    const lm_real least = (lm_real)1e-30;
    for (size_t i = 0; i < m * l->n; i++) {
        const lm_real wrong = l->rate > 0 ? d->g[i] / l->rate : 0;
        const lm_real right = 1 - (wrong < 0 ? -wrong : wrong);
        d->z[i] = right > least ? right : wrong == wrong ? least : right;
    }
    lm_vec_log(d->z, d->z, m * l->n);
    lm_loss_add(&d->loss, (lm_loss){-(double)lm_vec_sum(d->z, m * l->n), (double)m});
}

/* The slopes of the losses of m inputs, times minus the rate. */
static void set_slopes(learner *l, size_t m)
{
    lm_w2v_desk *d = l->desk;
    lm_rows_dots(d->z, d->x, m, d->u, l->n, l->D);
    lm_rows_slopes(d->g, d->z, d->label, l->rate, m * l->n);
    leave_out_itself(l, m);
    if (l->measured) measure(l, m);
}

/* The i-th word of the window of centre c, the centre itself left out. */
static uint32_t neighbour(const learner *l, size_t c, size_t i)
{
    const size_t left = l->block->left[c];
    const uint32_t *word = l->block->word + l->window + c;
    return i < left ? word[(ptrdiff_t)i - (ptrdiff_t)left] : word[i - left + 1];
}

/* With subwords: the rows that a word's vector is the mean of, in `part`; returns how many. */
static size_t find_parts(const learner *l, uint32_t word)
{
    const lm_w2v_block *b = l->block;
    const uint32_t *slot = b->rows + b->begin[word];
    const size_t count = b->begin[word + 1] - b->begin[word];
    for (size_t i = 0; i < count; i++) l->desk->part[i] = l->desk->inputs + slot[i] * l->stride;
    return count;
}

/* The rows of the window's words: those of the words themselves, or made of their subwords. */
static void gather(learner *l, size_t c)
{
    lm_w2v_desk *d = l->desk;
    if (!l->p->gram) {
        const uint32_t *word = l->block->word + l->window + c - l->block->left[c];
        const size_t left = l->block->left[c];
        for (size_t i = 0; i < left; i++) d->x[i] = d->inputs + word[i] * l->stride;
        for (size_t i = left; i < l->m; i++) d->x[i] = d->inputs + word[i + 1] * l->stride;
        return;
    }
    for (size_t i = 0; i < l->m; i++) {
        const size_t parts = find_parts(l, neighbour(l, c, i));
        d->x[i] = d->h + i * l->stride;
        d->y[i] = d->e + i * l->stride;
        lm_rows_sum(d->x[i], 1 / (lm_real)parts, d->part, parts, l->D);
    }
}

/* Every part of the window's words moves by a times e. */
static void spread(learner *l, size_t c, lm_real a, const lm_real *e)
{
    if (!l->p->gram) {
        lm_rows_add(l->desk->x, l->m, a, e, l->D);
        return;
    }
    for (size_t i = 0; i < l->m; i++) {
        const size_t parts = find_parts(l, neighbour(l, c, i));
        lm_rows_add(l->desk->part, parts, a, e, l->D);
    }
}

/* Each word of the window predicts the centre. */
static void learn_sg(learner *l, size_t c)
{
    lm_w2v_desk *d = l->desk;
    gather(l, c);
    set_slopes(l, l->m);
    if (!l->p->gram) {
        lm_rows_update(d->x, d->x, l->m, d->u, l->n, d->g, l->D);
        return;
    }
    memset(d->e, 0, l->m * l->stride * sizeof *d->e);
    lm_rows_update(d->y, d->x, l->m, d->u, l->n, d->g, l->D);
    for (size_t i = 0; i < l->m; i++) {
        const size_t parts = find_parts(l, neighbour(l, c, i));
        lm_rows_add(d->part, parts, 1, d->y[i], l->D);
    }
}

/* h, the sum of the window's words or their mean, predicts it.  It stands where `gather` may have
 * made the first of them. */
static void learn_cbow(learner *l, size_t c)
{
    lm_w2v_desk *d = l->desk;
    lm_real *h = d->h, *e = d->e;
    const lm_real mean = l->p->model->shape.sum ? 1 : 1 / (lm_real)l->m;
    gather(l, c);
    lm_rows_sum(h, mean, d->x, l->m, l->D);
    memset(e, 0, l->stride * sizeof *e);
    lm_real *const first = d->x[0];
    d->x[0] = h;
    set_slopes(l, 1);
    lm_rows_update(&e, d->x, 1, d->u, l->n, d->g, l->D);
    d->x[0] = first;
    spread(l, c, l->p->how->undivided ? 1 : mean, e);
}

void lm_w2v_learn(const lm_w2v_planner *p, const lm_w2v_block *block, const lm_w2v_weights *w,
                  lm_w2v_desk *desk, double rate)
{
    learner l = {.p = p,
                 .block = block,
                 .desk = desk,
                 .D = (size_t)p->model->shape.dim,
                 .stride = stride_of(p),
                 .window = (size_t)p->model->shape.window,
                 .rate = (lm_real)rate};
    desk->loss = (lm_loss){0};
    take(p, &block->inputs, w, input_row, desk->inputs, desk->inputs_before);
    take(p, &block->outputs, w, output_row, desk->outputs, desk->outputs_before);
    if (p->noise) set_groups(&l);
    for (size_t c = 0; c < block->centres; c++) {
        l.m = (size_t)block->left[c] + block->right[c];
        l.measured = c % SAMPLED == 0;
        if (l.m == 0) continue;
        if (p->noise)
            set_noise(&l, c);
        else
            set_path(&l, c);
        if (p->model->shape.mode == LM_W2V_SG)
            learn_sg(&l, c);
        else
            learn_cbow(&l, c);
    }
}

/* ---- giving back ---- */

/* One of the two tables, for giving back. */
typedef struct {
    const lm_w2v_planner *p;
    const lm_w2v_round *round;
    const lm_w2v_desk *desk;
    bool output;
    double rate;
    size_t D, stride;
} table;

static const lm_w2v_slots *slots_of(const table *t, size_t b)
{
    return t->output ? &t->round->block[b].outputs : &t->round->block[b].inputs;
}

static lm_real *copy_of(const table *t, size_t b, uint32_t slot)
{
    return (t->output ? t->desk[b].outputs : t->desk[b].inputs) + slot * t->stride;
}

/* c(n) of w2v_train.h. */
static double way(const table *t, double steps)
{
    const double n = steps * t->rate;
    return n / (1 + n);
}

/* A row that several blocks changed: the sum of their copies, less as many of what it was. */
static void put_together(const table *t, size_t b, uint32_t slot, lm_real *row)
{
    lm_real *copy[LM_W2V_BLOCKS];
    lm_real *sum = copy_of(t, b, slot); /* of no more use as a copy */
    double steps = 0, ways = 0;
    size_t count = 0;
    for (;;) {
        const lm_w2v_slots *slots = slots_of(t, b);
        const double n = slots->steps[slot];
        copy[count++] = copy_of(t, b, slot);
        steps += n;
        ways += way(t, n);
        const uint32_t next = slots->next[slot];
        if (next == LM_W2V_NO_SLOT) break;
        b = next >> LM_W2V_BLOCK_SHIFT;
        slot = next & ((1u << LM_W2V_BLOCK_SHIFT) - 1);
    }
    const double share = ways > 0 ? way(t, steps) / ways : 1;
    lm_rows_sum(sum, 1, copy, count, t->D);
    lm_vec_axpy(sum, -(lm_real)count, row, t->D);
    lm_vec_axpy(row, (lm_real)share, sum, t->D);
}

static void give(const table *t, size_t b, const lm_w2v_weights *w, row_of *find)
{
    const lm_w2v_slots *slots = slots_of(t, b);
    for (uint32_t slot = 0; slot < slots->count; slot++) {
        look_ahead(t->p, slots, w, find, slot);
        if (!slots->first[slot]) continue;
        lm_real *row = find(t->p, w, slots->row[slot]);
        if (slots->next[slot] == LM_W2V_NO_SLOT)
            memcpy(row, copy_of(t, b, slot), t->D * sizeof *row);
        else
            put_together(t, b, slot, row);
    }
}

void lm_w2v_give(const lm_w2v_planner *p, const lm_w2v_round *round, size_t b,
                 const lm_w2v_weights *w, const lm_w2v_desk *desk, double rate)
{
    table t = {p, round, desk, false, rate, (size_t)p->model->shape.dim, stride_of(p)};
    give(&t, b, w, input_row);
    t.output = true;
    give(&t, b, w, output_row);
}

static void add_changes(const lm_w2v_planner *p, const lm_w2v_slots *slots, const lm_w2v_weights *w,
                        row_of *find, const lm_real *copy, const lm_real *before)
{
    const size_t D = (size_t)p->model->shape.dim, stride = stride_of(p);
    for (size_t i = 0; i < slots->count; i++, copy += stride, before += stride) {
        lm_real *row = find(p, w, slots->row[i]);
        for (size_t c = 0; c < D; c++) row[c] += copy[c] - before[c];
    }
}

void lm_w2v_give_racing(const lm_w2v_planner *p, const lm_w2v_block *block, const lm_w2v_weights *w,
                        const lm_w2v_desk *desk)
{
    add_changes(p, &block->inputs, w, input_row, desk->inputs, desk->inputs_before);
    add_changes(p, &block->outputs, w, output_row, desk->outputs, desk->outputs_before);
}
