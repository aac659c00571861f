/* noise.c - tests of noise contrastive estimation: against its formula in double, by any threads,
 * at the ends of what a float holds, and what it finds. */
#include "lm/noise.h"
#include "arrays.h"
#include "lm/alias.h"

/* Two terms and a bias. */
typedef struct {
    size_t N, V, H, X, k;
    lm_real *h, *x, *u, *w, *b, *ln_kq;
    uint32_t *targets, *ids;
} problem;

static uint32_t *words_drawn(size_t count, size_t V)
{
    uint32_t *ids = array(count, sizeof *ids);
    for (size_t i = 0; i < count; i++) ids[i] = (uint32_t)below(V);
    return ids;
}

static problem draw(size_t N, size_t V, size_t H, size_t X, size_t k)
{
    problem p = {.N = N, .V = V, .H = H, .X = X, .k = k};
    p.h = drawn(N * H);
    p.x = drawn(N * X);
    p.u = drawn(V * H);
    p.w = drawn(V * X);
    p.b = drawn(V);
    p.ln_kq = drawn(V);
    p.targets = words_drawn(N, V);
    p.ids = words_drawn(k, V);
    return p;
}

typedef struct {
    double sum;
    lm_real *losses, *d_h, *d_x, *d_u, *d_w, *d_b;
} results;

/* Gradients are added to what is there: here some numbers of their own. */
static results begin(const problem *p)
{
    random_state = 77;
    return (results){0,
                     zeros(p->N),
                     drawn(p->N * p->H),
                     drawn(p->N * p->X),
                     drawn(p->V * p->H),
                     drawn(p->V * p->X),
                     drawn(p->V)};
}

static const lm_real some_scale = 0.375f;

static lm_logits logits_of(const problem *p, const results *r)
{
    lm_logits l = {.N = p->N, .V = p->V, .bias = p->b, .d_bias = r->d_b};
    l.term[0] = (lm_logit_term){
        .in = p->h, .weight = p->u, .width = p->H, .d_in = r->d_h, .d_weight = r->d_u};
    if (p->X)
        l.term[1] = (lm_logit_term){
            .in = p->x, .weight = p->w, .width = p->X, .d_in = r->d_x, .d_weight = r->d_w};
    return l;
}

/* In room of the size asked for, in which what was left from before would be seen. */
static double both(const lm_compute *on, const problem *p, lm_real *losses, const lm_logits *l)
{
    const lm_noise noise = {p->ids, p->k, p->ln_kq};
    const size_t count = lm_noise_room(p->N, p->k, p->H > p->X ? p->H : p->X);
    lm_real *room = malloc(count * sizeof *room);
    CHECK(room);
    for (size_t i = 0; i < count; i++) room[i] = (lm_real)NAN;
    const double sum = lm_noise_both(on, losses, l, p->targets, &noise, some_scale, room);
    free(room);
    return sum;
}

static results run(lm_compute *on, const problem *p)
{
    results r = begin(p);
    const lm_logits l = logits_of(p, &r);
    r.sum = both(on, p, r.losses, &l);
    return r;
}

/* ---- by the formula ---- */

static double logit(const problem *p, size_t n, size_t v)
{
    double sum = (double)p->b[v];
    for (size_t i = 0; i < p->H; i++)
        sum += (double)p->h[n * p->H + i] * (double)p->u[v * p->H + i];
    for (size_t i = 0; i < p->X; i++)
        sum += (double)p->x[n * p->X + i] * (double)p->w[v * p->X + i];
    return sum;
}

static double sigma(double x)
{
    return 1 / (1 + exp(-x));
}

/* d (N,V): gradients of the logits. */
static double plain_loss(const problem *p, size_t n, double *d)
{
    const uint32_t target = p->targets[n];
    const double right = logit(p, n, target) - (double)p->ln_kq[target];
    double loss = -log(sigma(right));
    d[n * p->V + target] += (double)some_scale * (sigma(right) - 1);
    for (size_t j = 0; j < p->k; j++) {
        const uint32_t word = p->ids[j];
        const double wrong = logit(p, n, word) - (double)p->ln_kq[word];
        loss -= log(sigma(-wrong));
        d[n * p->V + word] += (double)some_scale * sigma(wrong);
    }
    return loss;
}

static double *widened(const lm_real *x, size_t count)
{
    double *y = doubles(count);
    for (size_t i = 0; i < count; i++) y[i] = (double)x[i];
    return y;
}

static void check_term(const problem *p, const double *d, const lm_logit_term *t,
                       const lm_real *d_in, const lm_real *d_weight)
{
    double *in = widened(d_in, p->N * t->width), *weight = widened(d_weight, p->V * t->width);
    for (size_t n = 0; n < p->N; n++)
        for (size_t v = 0; v < p->V; v++)
            for (size_t i = 0; i < t->width; i++) {
                in[n * t->width + i] += d[n * p->V + v] * (double)t->weight[v * t->width + i];
                weight[v * t->width + i] += d[n * p->V + v] * (double)t->in[n * t->width + i];
            }
    CHECK_CLOSE(t->d_in, in, p->N * t->width, 1e-5);
    CHECK_CLOSE(t->d_weight, weight, p->V * t->width, 1e-5);
}

/* A row that is neither a target nor noise is as it was, bit by bit. */
static void check_untouched(const problem *p, const results *found, const results *before)
{
    for (size_t v = 0; v < p->V; v++) {
        bool used = false;
        for (size_t n = 0; n < p->N; n++) used = used || p->targets[n] == v;
        for (size_t j = 0; j < p->k; j++) used = used || p->ids[j] == v;
        if (used) continue;
        CHECK_SAME(found->d_u + v * p->H, before->d_u + v * p->H, p->H);
        CHECK_SAME(found->d_w + v * p->X, before->d_w + v * p->X, p->X);
        CHECK_SAME(found->d_b + v, before->d_b + v, 1);
    }
}

static void check(const problem *p)
{
    lm_compute *on = with_threads(1);
    results found = run(on, p), before = begin(p);
    const lm_logits l = logits_of(p, &found);
    double *d = doubles(p->N * p->V), *losses = doubles(p->N);
    double *bias = widened(before.d_b, p->V), sum = 0;
    for (size_t n = 0; n < p->N; n++) losses[n] = plain_loss(p, n, d);
    for (size_t n = 0; n < p->N; n++) sum += losses[n];
    for (size_t n = 0; n < p->N; n++)
        for (size_t v = 0; v < p->V; v++) bias[v] += d[n * p->V + v];
    CHECK_CLOSE(found.losses, losses, p->N, 1e-6);
    CHECK_NEAR(found.sum, sum, 1e-6 * sum);
    CHECK_CLOSE(found.d_b, bias, p->V, 1e-5);
    check_term(p, d, &l.term[0], before.d_h, before.d_u);
    if (p->X) check_term(p, d, &l.term[1], before.d_x, before.d_w);
    check_untouched(p, &found, &before);
    without_threads(on);
}

TEST(noise_against_its_formula)
{
    static const size_t sizes[][5] = {/* N, V, H, X, k */
                                      {1, 1, 1, 0, 1},    {1, 2, 1, 1, 1},      {3, 5, 2, 4, 7},
                                      {17, 31, 33, 9, 5}, {9, 400, 16, 48, 33}, {40, 7, 5, 0, 64},
                                      {2, 9, 3, 3, 0}};
    random_state = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        problem p = draw(sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3], sizes[i][4]);
        check(&p);
    }
}

/* One word over and over, which is a target too. */
TEST(noise_of_one_word)
{
    random_state = 2;
    problem p = draw(6, 4, 5, 3, 8);
    for (size_t j = 0; j < p.k; j++) p.ids[j] = 2;
    p.targets[0] = p.targets[3] = 2;
    check(&p);
    for (size_t n = 0; n < p.N; n++) p.targets[n] = 2;
    check(&p);
}

TEST(noise_with_threads)
{
    random_state = 3;
    problem p = draw(70, 500, 40, 60, 50);
    for (size_t j = 1; j < p.k; j += 3) p.ids[j] = p.ids[0];
    lm_compute *on = with_threads(1);
    results first = run(on, &p);
    without_threads(on);
    for (size_t threads = 2; threads <= 3; threads++) {
        on = with_threads(threads);
        results r = run(on, &p);
        CHECK(r.sum == first.sum);
        CHECK_SAME(r.losses, first.losses, p.N);
        CHECK_SAME(r.d_h, first.d_h, p.N * p.H);
        CHECK_SAME(r.d_x, first.d_x, p.N * p.X);
        CHECK_SAME(r.d_u, first.d_u, p.V * p.H);
        CHECK_SAME(r.d_w, first.d_w, p.V * p.X);
        CHECK_SAME(r.d_b, first.d_b, p.V);
        without_threads(on);
    }
}

/* What is not wanted is left out, and changes nothing else. */
TEST(noise_of_some_gradients)
{
    random_state = 4;
    problem p = draw(5, 11, 6, 4, 7);
    lm_compute *on = with_threads(1);
    results all = run(on, &p), some = begin(&p), before = begin(&p);
    lm_logits l = logits_of(&p, &some);
    l.d_bias = l.term[0].d_weight = l.term[1].d_in = NULL;
    some.sum = both(on, &p, some.losses, &l);
    CHECK(some.sum == all.sum);
    CHECK_SAME(some.d_h, all.d_h, p.N * p.H);
    CHECK_SAME(some.d_w, all.d_w, p.V * p.X);
    CHECK_SAME(some.d_b, before.d_b, p.V);
    CHECK_SAME(some.d_u, before.d_u, p.V * p.H);
    CHECK_SAME(some.d_x, before.d_x, p.N * p.X);
    without_threads(on);
}

/* -ln sigma(x) is -x far below 0 and e^-x far above. */
TEST(noise_of_large_logits)
{
    static const double logits[] = {-1e30, -5000, -100, 0, 100, 5000, 1e30};
    random_state = 5;
    problem p = draw(1, 2, 1, 0, 1);
    lm_compute *on = with_threads(1);
    p.targets[0] = 0;
    p.ids[0] = 1;
    p.h[0] = p.ln_kq[0] = p.ln_kq[1] = 0;
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 7; j++) {
            const double right = logits[i], wrong = logits[j];
            p.b[0] = (lm_real)right;
            p.b[1] = (lm_real)wrong;
            results r = run(on, &p), before = begin(&p);
            const double own = right < -50 ? -right : log(1 + exp(-right));
            const double other = wrong > 50 ? wrong : log(1 + exp(wrong));
            CHECK_NEAR(r.sum, own + other, 1e-6 * (own + other) + 1e-30);
            CHECK_NEAR(r.d_b[0], (double)before.d_b[0] - 0.375 * sigma(-right), 1e-6);
            CHECK_NEAR(r.d_b[1], (double)before.d_b[1] + 0.375 * sigma(wrong), 1e-6);
        }
    without_threads(on);
}

TEST(noise_room_that_does_not_fit)
{
    CHECK(lm_noise_room(SIZE_MAX / 2, 4, 1) == SIZE_MAX);
    CHECK(lm_noise_room(1, SIZE_MAX / 2 + 2, 1) == SIZE_MAX);
    CHECK(lm_noise_room(1, 4, SIZE_MAX / 4) == SIZE_MAX);
    CHECK(lm_noise_room(4, 1, SIZE_MAX / 4) == SIZE_MAX);
    CHECK(lm_noise_room(3, 4, 5) < SIZE_MAX / 8);
}

/* ---- what it finds ---- */

enum { CONTEXTS = 3, WORDS = 6, EXAMPLES = 20 };

/* How often each word follows each context, of EXAMPLES times. */
static const int times[CONTEXTS][WORDS] = {
    {10, 5, 2, 1, 1, 1}, {1, 1, 1, 2, 5, 10}, {4, 4, 3, 3, 3, 3}};

/* Every context has a logit of its own for every word: (V,C) weights and contexts as ones. */
static problem tables(size_t k)
{
    problem p = draw(CONTEXTS * EXAMPLES, WORDS, CONTEXTS, 0, k);
    memset(p.h, 0, p.N * p.H * sizeof *p.h);
    memset(p.u, 0, p.V * p.H * sizeof *p.u);
    memset(p.b, 0, p.V * sizeof *p.b);
    size_t n = 0;
    for (size_t c = 0; c < CONTEXTS; c++)
        for (uint32_t w = 0; w < WORDS; w++)
            for (int i = 0; i < times[c][w]; i++, n++) {
                p.h[n * p.H + c] = 1;
                p.targets[n] = w;
            }
    CHECK_INT(n, p.N);
    return p;
}

/* `r` is what is worked in. */
static void descend(lm_compute *on, problem *p, results *r, double rate)
{
    memset(r->d_u, 0, p->V * p->H * sizeof *r->d_u);
    const lm_logits l = logits_of(p, r);
    (void)both(on, p, r->losses, &l);
    for (size_t i = 0; i < p->V * p->H; i++)
        p->u[i] -= (lm_real)(rate / EXAMPLES / (double)some_scale) * r->d_u[i];
}

/* Noise that is drawn just as often as it should be: the loss of a logit s of a word with the
 * probability p is then -p ln sigma(s - ln m) - m ln sigma(ln m - s), where m words of the noise
 * are this one, and its derivative is 0 where e^s = p: normalised though nobody normalises. */
TEST(noise_finds_the_data)
{
    static const size_t copies[WORDS] = {5, 4, 3, 2, 1, 1};
    lm_compute *on = with_threads(1);
    random_state = 6;
    problem p = tables(16);
    results r = begin(&p);
    size_t k = 0;
    for (uint32_t w = 0; w < WORDS; w++) {
        p.ln_kq[w] = (lm_real)log((double)copies[w]);
        for (size_t i = 0; i < copies[w]; i++) p.ids[k++] = w;
    }
    CHECK_INT(k, p.k);
    for (int step = 0; step < 600; step++) descend(on, &p, &r, 3);
    for (size_t c = 0; c < CONTEXTS; c++)
        for (size_t w = 0; w < WORDS; w++)
            CHECK_NEAR(p.u[w * p.H + c], log((double)times[c][w] / EXAMPLES), 1e-4);
    without_threads(on);
}

/* The same by noise that is drawn, of other frequencies than the data's: as near as the draws let
 * the logits come, and they sum to 1 as nearly. */
TEST(noise_drawn_finds_the_data)
{
    static const double weight[WORDS] = {8, 1, 4, 2, 1, 5};
    enum { K = 100, STEPS = 1200 };
    lm_err e = {0};
    lm_alias *alias;
    lm_compute *on = with_threads(1);
    double mean[WORDS * CONTEXTS] = {0};
    random_state = 7;
    problem p = tables(K);
    results r = begin(&p);
    CHECK_OK(lm_alias_new(&alias, weight, WORDS, &e), &e);
    for (uint32_t w = 0; w < WORDS; w++) p.ln_kq[w] = (lm_real)log(K * weight[w] / 21);
    for (uint32_t step = 0; step < STEPS; step++) {
        for (size_t j = 0; j < K; j++)
            p.ids[j] = lm_alias_draw(alias, lm_random_at(1, LM_RANDOM_NOISE, step, j));
        descend(on, &p, &r, 1);
        for (size_t i = 0; i < p.V * p.H; i++) /* of the second half */
            if (step >= STEPS / 2) mean[i] += (double)p.u[i] / (STEPS / 2);
    }
    for (size_t c = 0; c < CONTEXTS; c++) {
        double sum = 0;
        for (size_t w = 0; w < WORDS; w++) {
            CHECK_NEAR(mean[w * p.H + c], log((double)times[c][w] / EXAMPLES), 0.03);
            sum += exp(mean[w * p.H + c]);
        }
        CHECK_NEAR(sum, 1, 0.01);
    }
    lm_alias_free(alias);
    without_threads(on);
}
