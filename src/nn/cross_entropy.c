/* cross_entropy.c - the output layer and its loss, by panels of logits.
 *
 * Rows are taken in chunks whose logits fit the room, the vocabulary in panels of fixed width that
 * stay in the caches between the product that makes them, the exponentials and the products that
 * use them.  A panel is exponentiated once, in place, relative to its own maximum in the row; when
 * all panels of a row are there, its probabilities are that times one factor for each panel.
 *
 * Panels do not depend on N, so neither does what is summed over the vocabulary.  The chunks of
 * rows depend on N and V, never on the threads. */
#include "lm/cross_entropy.h"
#include <assert.h>
#include <string.h>
#include "columns.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/vector.h"
#include "products.h"
#include "slices.h"

enum {
    PANEL = LM_CROSS_ENTROPY_PANEL,
    LINE = 16,              /* elements: a cache line of floats */
    BOTH_ROOM = 1 << 24,    /* elements of logits kept for the backward pass */
    FORWARD_ROOM = 1 << 20, /* the same where they are not */
    FEWEST_ROWS = 64        /* of a chunk: fewer would not be worth reading the weights for */
};

/* What is kept of a chunk for the gradients. */
typedef enum {
    NOTHING, /* there are none */
    FACTORS, /* those of the weights come later, of logits made anew */
    LOGITS   /* a large chunk, so that the weights are read few times */
} keeping;

typedef struct {
    size_t panels; /* that cover V */
    size_t kept;   /* panels kept at once */
    size_t ld;     /* elements of a row of a panel: not a power of 2, whose rows would compete for
                    * the same few places in a cache */
    size_t rows;   /* of a chunk, */
    size_t most;   /* and of any chunk of so many rows or fewer, which have fewer chunks */
} plan;

size_t lm_cross_entropy_panels(size_t V)
{
    return V / PANEL + (V % PANEL != 0);
}

static plan plan_of(size_t N, size_t V, keeping keep)
{
    plan p;
    p.panels = lm_cross_entropy_panels(V);
    p.kept = keep == NOTHING ? 1 : p.panels;
    p.ld = ((V < PANEL ? V : PANEL) + LINE - 1) / LINE * LINE + LINE;
    size_t most = (keep == LOGITS ? BOTH_ROOM : FORWARD_ROOM) / p.ld / p.kept;
    if (most < FEWEST_ROWS) most = FEWEST_ROWS;
    const size_t chunks = N / most + (N % most != 0);
    p.rows = N ? N / chunks + (N % chunks != 0) : 0;
    p.most = N < most ? N : most;
    return p;
}

/* A row has its part of the panels kept, each panel's maximum and sum, and its target's logit. */
static size_t room_of(size_t N, size_t V, keeping keep)
{
    const plan p = plan_of(N, V, keep);
    size_t logits, sums, row, room;
    if (!lm_mul_size(p.kept, p.ld, &logits) || !lm_mul_size(p.panels, 2, &sums) ||
        !lm_add_size(logits, sums, &row) || !lm_add_size(row, 1, &row) ||
        !lm_mul_size(row, p.most, &room))
        return SIZE_MAX;
    return room;
}

size_t lm_cross_entropy_room(size_t N, size_t V, bool gradients)
{
    return room_of(N, V, gradients ? LOGITS : NOTHING);
}

size_t lm_cross_entropy_room_apart(size_t N, size_t V)
{
    const plan later = plan_of(N, V, LOGITS);
    const size_t first = room_of(N, V, FACTORS), panel = later.most * later.ld;
    return first < panel ? panel : first;
}

typedef struct {
    const lm_compute *on;
    const lm_logits *logits;
    const uint32_t *targets;
    lm_real *losses, *log_sums;
    bool gradients;
    lm_real scale;
    const lm_real *row_scale;
    plan plan;
    lm_real *x;         /* (kept, rows, ld): the panels */
    lm_real *max;       /* (rows, panels): each panel's greatest logit, then its factor */
    lm_real *sum;       /* (rows, panels): sums of exp(x - max) */
    lm_real *target;    /* (rows): logits of the targets */
    size_t first, rows; /* this chunk */
    size_t panel;       /* this panel, */
    size_t word, width; /* its first word and its words, */
    lm_real *at;        /* its logits */
} pass;

static void set_panel(pass *p, size_t panel)
{
    const size_t left = p->logits->V - panel * PANEL;
    p->panel = panel;
    p->word = panel * PANEL;
    p->width = left < PANEL ? left : PANEL;
    p->at = p->x + (p->gradients ? panel * p->plan.rows * p->plan.ld : 0);
}

/* Where row n's target is in the panel; NULL if it is not. */
static lm_real *target_in(const pass *p, size_t n, lm_real *x)
{
    if (!p->targets) return NULL;
    const size_t word = p->targets[n];
    return word - p->word < p->width ? x + (word - p->word) : NULL;
}

/* A term's product for n words, of `rows` rows of logits stored `ld` apart. */
static lm_nn_product product_of(const lm_logits *logits, const lm_logit_term *t, size_t rows,
                                size_t n, size_t ld)
{
    const size_t ld_weight = t->layout == LM_OUT_MAJOR ? t->width : logits->V;
    return (lm_nn_product){rows, t->width, n, t->layout, ld_weight, ld};
}

/* Where the weights of `word` begin. */
static size_t weights_at(const lm_logit_term *t, size_t word)
{
    return t->layout == LM_OUT_MAJOR ? word * t->width : word;
}

/* c (rows, n) = the logits of n words from `word` on, of `rows` rows from `first` on. */
static void make_logits(const lm_compute *on, lm_real *c, size_t ldc, const lm_logits *logits,
                        size_t first, size_t rows, size_t word, size_t n)
{
    for (size_t i = 0; i < LM_LOGIT_TERMS; i++) {
        const lm_logit_term *t = &logits->term[i];
        if (!t->in) continue;
        const lm_nn_product product = product_of(logits, t, rows, n, ldc);
        const lm_real *bias = i == 0 && logits->bias ? logits->bias + word : NULL;
        lm_nn_forward(on, &product, c, t->in + first * t->width, t->weight + weights_at(t, word),
                      bias, LM_ACT_NONE, i > 0);
    }
}

static void exponentiate(void *context, size_t first, size_t end)
{
    const pass *p = context;
    for (size_t i = first; i < end; i++) {
        lm_real *x = p->at + i * p->plan.ld;
        const lm_real *target = target_in(p, p->first + i, x);
        if (target) p->target[i] = *target;
        const size_t at = i * p->plan.panels + p->panel;
        p->sum[at] = lm_vec_exp_max(x, &p->max[at], x, p->width);
    }
}

static double scale_of(const pass *p, size_t n)
{
    return (double)p->scale * (p->row_scale ? (double)p->row_scale[n] : 1);
}

/* Of a row, put together from its panels'. */
static lm_soft_sum sum_of_row(const pass *p, size_t i)
{
    const size_t at = i * p->plan.panels;
    lm_soft_sum all = LM_SOFT_SUM_NONE;
    for (size_t k = at; k < at + p->plan.panels; k++)
        all = lm_soft_sum_add(all, (lm_soft_sum){p->max[k], (double)p->sum[k]});
    return all;
}

/* From the panels' maxima and sums to the row's loss, and the factors that make probabilities. */
static void finish_rows(void *context, size_t first, size_t end)
{
    const pass *p = context;
    for (size_t i = first; i < end; i++) {
        const size_t n = p->first + i;
        const lm_soft_sum all = sum_of_row(p, i);
        const double log_sum = lm_soft_sum_log(all);
        if (p->log_sums) p->log_sums[n] = (lm_real)log_sum;
        if (!p->targets) continue;
        const bool counts = p->targets[n] != LM_IGNORE;
        p->losses[n] = counts ? (lm_real)(log_sum - (double)p->target[i]) : 0;
        if (!p->gradients || !counts) continue;
        lm_real *max = p->max + i * p->plan.panels;
        const double scale = scale_of(p, n) / all.sum;
        for (size_t k = 0; k < p->plan.panels; k++)
            max[k] = (lm_real)(scale * lm_exp((double)max[k] - (double)all.max));
    }
}

/* The gradient of the logits: (p - 1 at the target) scale. */
static void differentiate(void *context, size_t first, size_t end)
{
    const pass *p = context;
    for (size_t i = first; i < end; i++) {
        lm_real *x = p->at + i * p->plan.ld;
        const size_t n = p->first + i;
        if (p->targets[n] == LM_IGNORE) {
            memset(x, 0, p->width * sizeof *x);
            continue;
        }
        lm_vec_scale(x, p->max[i * p->plan.panels + p->panel], x, p->width);
        lm_real *target = target_in(p, n, x);
        if (target) *target -= (lm_real)scale_of(p, n);
    }
}

/* d_weight += d' in and d_in += d W, for the words of the panel. */
static void term_backward(const pass *p, const lm_logit_term *t)
{
    const lm_nn_product product = product_of(p->logits, t, p->rows, p->width, p->plan.ld);
    const size_t row = p->first * t->width, weight = weights_at(t, p->word);
    lm_nn_backward(p->on, &product, t->d_in ? t->d_in + row : NULL,
                   t->d_weight ? t->d_weight + weight : NULL, p->at, t->in + row,
                   t->weight + weight);
}

static void panel_backward(pass *p)
{
    lm_nn_slices(p->on, p->rows, p->width, differentiate, p);
    if (p->logits->d_bias)
        lm_nn_column_sums(p->on, p->logits->d_bias + p->word, p->at, p->plan.ld, p->rows, p->width);
    for (size_t i = 0; i < LM_LOGIT_TERMS; i++)
        if (p->logits->term[i].in) term_backward(p, &p->logits->term[i]);
}

static void do_chunk(pass *p)
{
    for (size_t panel = 0; panel < p->plan.panels; panel++) {
        set_panel(p, panel);
        make_logits(p->on, p->at, p->plan.ld, p->logits, p->first, p->rows, p->word, p->width);
        lm_nn_slices(p->on, p->rows, p->width, exponentiate, p);
    }
    lm_nn_slices(p->on, p->rows, LINE * p->plan.panels, finish_rows, p);
    /* Backwards: the last panels may still be in a cache. */
    for (size_t panel = p->gradients ? p->plan.panels : 0; panel > 0; panel--) {
        set_panel(p, panel - 1);
        panel_backward(p);
    }
}

static double do_pass(pass *p, lm_real *room)
{
    const size_t N = p->logits->N, V = p->logits->V;
    lm_real *factors = p->logits->factors;
    double sum = 0;
    p->plan = plan_of(N, V, !p->gradients ? NOTHING : factors ? FACTORS : LOGITS);
    p->x = room;
    p->max = p->x + p->plan.kept * p->plan.rows * p->plan.ld;
    p->sum = p->max + p->plan.rows * p->plan.panels;
    p->target = p->sum + p->plan.rows * p->plan.panels;
    for (p->first = 0; p->first < N; p->first += p->rows) {
        p->rows = N - p->first < p->plan.rows ? N - p->first : p->plan.rows;
        if (factors) p->max = factors + p->first * p->plan.panels;
        do_chunk(p);
    }
    for (size_t n = 0; p->losses && n < N; n++) sum += (double)p->losses[n];
    return sum;
}

double lm_cross_entropy_forward(const lm_compute *on, lm_real *losses, lm_real *log_sums,
                                const lm_logits *logits, const uint32_t *targets, lm_real *room)
{
    assert(!losses == !targets);
    pass p = {
        .on = on, .logits = logits, .targets = targets, .losses = losses, .log_sums = log_sums};
    return do_pass(&p, room);
}

double lm_cross_entropy_both(const lm_compute *on, lm_real *losses, const lm_logits *logits,
                             const uint32_t *targets, lm_real scale, const lm_real *row_scale,
                             lm_real *room)
{
    pass p = {.on = on,
              .logits = logits,
              .targets = targets,
              .losses = losses,
              .gradients = true,
              .scale = scale,
              .row_scale = row_scale};
    return do_pass(&p, room);
}

/* From logits that were made anew to their gradients, with the factors that are known. */
static void differentiate_again(void *context, size_t first, size_t end)
{
    const pass *p = context;
    lm_real unused;
    for (size_t i = first; i < end; i++) {
        lm_real *x = p->at + i * p->plan.ld;
        (void)lm_vec_exp_max(x, &unused, x, p->width);
    }
    differentiate(context, first, end);
}

void lm_cross_entropy_weights(const lm_compute *on, const lm_logits *logits,
                              const uint32_t *targets, lm_real scale, size_t panel,
                              lm_real *d_weight, lm_real *room)
{
    const lm_logit_term *t = &logits->term[0];
    pass p = {.on = on, .logits = logits, .targets = targets, .scale = scale, .x = room};
    assert(t->layout == LM_OUT_MAJOR && !logits->term[1].in && logits->factors);
    p.plan = plan_of(logits->N, logits->V, LOGITS);
    set_panel(&p, panel);
    for (; p.first < logits->N; p.first += p.rows) {
        p.rows = logits->N - p.first < p.plan.rows ? logits->N - p.first : p.plan.rows;
        p.max = logits->factors + p.first * p.plan.panels;
        make_logits(on, p.at, p.plan.ld, logits, p.first, p.rows, p.word, p.width);
        lm_nn_slices(on, p.rows, p.width, differentiate_again, &p);
        const lm_nn_product product = product_of(logits, t, p.rows, p.width, p.plan.ld);
        lm_nn_backward(on, &product, NULL, d_weight, p.at, t->in + p.first * t->width, NULL);
    }
}

typedef struct {
    lm_real *x;
    size_t V;
} softmax_loop;

static void softmax_rows(void *context, size_t first, size_t end)
{
    const softmax_loop *l = context;
    for (size_t i = first; i < end; i++) lm_vec_softmax(l->x + i * l->V, l->x + i * l->V, l->V);
}

void lm_cross_entropy_softmax(const lm_compute *on, lm_real *probabilities, const lm_logits *logits)
{
    softmax_loop l = {probabilities, logits->V};
    make_logits(on, probabilities, logits->V, logits, 0, logits->N, 0, logits->V);
    lm_nn_slices(on, logits->N, logits->V, softmax_rows, &l);
}
