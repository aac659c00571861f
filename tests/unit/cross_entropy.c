/* cross_entropy.c - tests of the output layer: against plain sums in double, by any threads, row by
 * row, in chunks, at the ends of what a float holds. */
#include "lm/cross_entropy.h"
#include "arrays.h"

/* A problem with everything: two terms, one of each layout, a bias. */
typedef struct {
    size_t N, V, H, X;
    lm_real *h, *x, *u, *w, *b;
    uint32_t *targets;
    lm_real *row_scale;
} problem;

static problem draw(size_t N, size_t V, size_t H, size_t X)
{
    problem p = {.N = N, .V = V, .H = H, .X = X};
    p.h = drawn(N * H);
    p.x = drawn(N * X);
    p.u = drawn(V * H);
    p.w = drawn(X * V);
    p.b = drawn(V);
    p.row_scale = drawn(N);
    p.targets = array(N, sizeof *p.targets);
    for (size_t n = 0; n < N; n++) p.targets[n] = (uint32_t)below(V);
    return p;
}

typedef struct {
    double sum;
    lm_real *losses, *d_h, *d_x, *d_u, *d_w, *d_b;
} results;

static lm_logits logits_of(const problem *p, const results *r)
{
    lm_logits logits = {.N = p->N, .V = p->V, .bias = p->b};
    logits.term[0] = (lm_logit_term){.in = p->h, .weight = p->u, .width = p->H};
    logits.term[1] =
        (lm_logit_term){.in = p->x, .weight = p->w, .layout = LM_IN_MAJOR, .width = p->X};
    if (!r) return logits;
    logits.d_bias = r->d_b;
    logits.term[0].d_in = r->d_h;
    logits.term[0].d_weight = r->d_u;
    logits.term[1].d_in = r->d_x;
    logits.term[1].d_weight = r->d_w;
    return logits;
}

/* Room in which every element left from before would be seen. */
static lm_real *room_of(const problem *p, bool gradients)
{
    const size_t count = lm_cross_entropy_room(p->N, p->V, gradients);
    lm_real *room = zeros(count);
    for (size_t i = 0; i < count; i++) room[i] = (lm_real)NAN;
    return room;
}

static const lm_real some_scale = 0.375f;

static results run(lm_compute *on, const problem *p)
{
    results r = {0,
                 zeros(p->N),
                 zeros(p->N * p->H),
                 zeros(p->N * p->X),
                 zeros(p->V * p->H),
                 zeros(p->X * p->V),
                 zeros(p->V)};
    const lm_logits logits = logits_of(p, &r);
    lm_real *room = room_of(p, true);
    r.sum =
        lm_cross_entropy_both(on, r.losses, &logits, p->targets, some_scale, p->row_scale, room);
    return r;
}

static double logit(const problem *p, size_t n, size_t v)
{
    double sum = (double)p->b[v];
    for (size_t i = 0; i < p->H; i++)
        sum += (double)p->h[n * p->H + i] * (double)p->u[v * p->H + i];
    for (size_t i = 0; i < p->X; i++)
        sum += (double)p->x[n * p->X + i] * (double)p->w[i * p->V + v];
    return sum;
}

/* d (N,V): gradients of the logits, by their definition. */
static void plain(const problem *p, double *losses, double *log_sums, double *d)
{
    for (size_t n = 0; n < p->N; n++) {
        double *row = d + n * p->V, sum = 0;
        for (size_t v = 0; v < p->V; v++) row[v] = logit(p, n, v);
        for (size_t v = 0; v < p->V; v++) sum += exp(row[v]);
        log_sums[n] = log(sum);
        const bool counts = p->targets[n] != LM_IGNORE;
        losses[n] = counts ? log(sum) - row[p->targets[n]] : 0;
        const double scale = counts ? (double)some_scale * (double)p->row_scale[n] : 0;
        for (size_t v = 0; v < p->V; v++) row[v] = scale * exp(row[v]) / sum;
        if (counts) row[p->targets[n]] -= scale;
    }
}

static void check_gradients(const problem *p, const results *r, const double *d)
{
    double *d_h = doubles(p->N * p->H), *d_x = doubles(p->N * p->X), *d_b = doubles(p->V);
    double *d_u = doubles(p->V * p->H), *d_w = doubles(p->X * p->V);
    for (size_t n = 0; n < p->N; n++)
        for (size_t v = 0; v < p->V; v++) {
            const double g = d[n * p->V + v];
            d_b[v] += g;
            for (size_t i = 0; i < p->H; i++) {
                d_h[n * p->H + i] += g * (double)p->u[v * p->H + i];
                d_u[v * p->H + i] += g * (double)p->h[n * p->H + i];
            }
            for (size_t i = 0; i < p->X; i++) {
                d_x[n * p->X + i] += g * (double)p->w[i * p->V + v];
                d_w[i * p->V + v] += g * (double)p->x[n * p->X + i];
            }
        }
    CHECK_CLOSE(r->d_b, d_b, p->V, 1e-5);
    CHECK_CLOSE(r->d_h, d_h, p->N * p->H, 1e-5);
    CHECK_CLOSE(r->d_x, d_x, p->N * p->X, 1e-5);
    CHECK_CLOSE(r->d_u, d_u, p->V * p->H, 1e-5);
    CHECK_CLOSE(r->d_w, d_w, p->X * p->V, 1e-5);
}

static void check_plain(lm_compute *on, const problem *p)
{
    double *losses = doubles(p->N), *log_sums = doubles(p->N), *d = doubles(p->N * p->V), sum = 0;
    plain(p, losses, log_sums, d);
    for (size_t n = 0; n < p->N; n++) sum += losses[n];
    results r = run(on, p);
    CHECK_NEAR(r.sum, sum, 1e-5 * (double)p->N);
    CHECK_CLOSE(r.losses, losses, p->N, 1e-6);
    check_gradients(p, &r, d);
    const lm_logits logits = logits_of(p, NULL);
    lm_real *room = room_of(p, false), *found = zeros(p->N), *again = zeros(p->N);
    CHECK(lm_cross_entropy_forward(on, again, found, &logits, p->targets, room) == r.sum);
    CHECK_SAME(again, r.losses, p->N);
    CHECK_CLOSE(found, log_sums, p->N, 1e-6);
    memset(found, 0, p->N * sizeof *found);
    CHECK(lm_cross_entropy_forward(on, NULL, found, &logits, NULL, room) == 0);
    CHECK_CLOSE(found, log_sums, p->N, 1e-6);
}

TEST(cross_entropy_by_plain_sums)
{
    const size_t V[] = {1, 2, 15, 16, 17, 2047, 2048, 2049, 4500};
    lm_compute *on = with_threads(2);
    for (size_t i = 0; i < sizeof V / sizeof *V; i++) {
        problem p = draw(7, V[i], 5, 3);
        p.targets[0] = 0;
        p.targets[1] = (uint32_t)V[i] - 1;
        p.targets[2] = LM_IGNORE;
        if (V[i] > 2048) p.targets[3] = 2047;
        if (V[i] > 2048) p.targets[4] = 2048;
        check_plain(on, &p);
    }
    without_threads(on);
}

static void check_same(const problem *p, const results *a, const results *b)
{
    CHECK(a->sum == b->sum);
    CHECK_SAME(a->losses, b->losses, p->N);
    CHECK_SAME(a->d_h, b->d_h, p->N * p->H);
    CHECK_SAME(a->d_x, b->d_x, p->N * p->X);
    CHECK_SAME(a->d_u, b->d_u, p->V * p->H);
    CHECK_SAME(a->d_w, b->d_w, p->X * p->V);
    CHECK_SAME(a->d_b, b->d_b, p->V);
}

TEST(cross_entropy_by_any_threads)
{
    problem p = draw(61, 4200, 5, 2);
    lm_compute *one = with_threads(1);
    results first = run(one, &p);
    for (size_t threads = 2; threads <= 3; threads++) {
        lm_compute *on = with_threads(threads);
        results r = run(on, &p);
        check_same(&p, &r, &first);
        without_threads(on);
    }
    without_threads(one);
}

/* Row n alone, as a batch of one. */
static problem row_of(const problem *p, size_t n)
{
    problem row = *p;
    row.N = 1;
    row.h += n * p->H;
    row.x += n * p->X;
    row.targets += n;
    row.row_scale += n;
    return row;
}

TEST(cross_entropy_row_by_row)
{
    problem p = draw(9, 4500, 7, 4);
    p.targets[5] = LM_IGNORE;
    lm_compute *on = with_threads(2);
    results whole = run(on, &p);
    lm_real *probabilities = zeros(p.N * p.V), *alone = zeros(p.V);
    const lm_logits logits = logits_of(&p, NULL);
    lm_cross_entropy_softmax(on, probabilities, &logits);
    for (size_t n = 0; n < p.N; n++) {
        const problem row = row_of(&p, n);
        results r = run(on, &row);
        CHECK_SAME(r.losses, whole.losses + n, 1);
        CHECK_SAME(r.d_h, whole.d_h + n * p.H, p.H);
        CHECK_SAME(r.d_x, whole.d_x + n * p.X, p.X);
        const lm_logits one = logits_of(&row, NULL);
        lm_cross_entropy_softmax(on, alone, &one);
        CHECK_SAME(alone, probabilities + n * p.V, p.V);
        if (n != 5) CHECK_NEAR(log((double)alone[p.targets[n]]), -whole.losses[n], 1e-5);
    }
    without_threads(on);
}

/* More rows than are done at once: the losses of pieces, and of the gradients the sums. */
TEST(cross_entropy_in_chunks)
{
    enum { PIECE = 100000 };
    problem p = draw(6 * PIECE, 3, 1, 1);
    CHECK(lm_cross_entropy_room(p.N, p.V, true) < (size_t)1 << 25);
    CHECK(lm_cross_entropy_room(p.N, p.V, true) < p.N * 32);
    lm_compute *on = with_threads(2);
    results whole = run(on, &p);
    double d_b[3] = {0}, d_u[3] = {0};
    for (size_t n = 0; n < p.N; n += PIECE) {
        problem piece = row_of(&p, n);
        piece.N = PIECE;
        results r = run(on, &piece);
        CHECK_SAME(r.losses, whole.losses + n, PIECE);
        CHECK_SAME(r.d_h, whole.d_h + n, PIECE);
        CHECK_SAME(r.d_x, whole.d_x + n, PIECE);
        for (size_t v = 0; v < p.V; v++) d_b[v] += (double)r.d_b[v];
        for (size_t v = 0; v < p.V; v++) d_u[v] += (double)r.d_u[v];
    }
    CHECK_CLOSE(whole.d_b, d_b, p.V, 1e-3);
    CHECK_CLOSE(whole.d_u, d_u, p.V, 1e-3);
    without_threads(on);
}

/* Rows that count for nothing are as if they were not there, and of such alone nothing comes. */
TEST(cross_entropy_ignores)
{
    problem p = draw(8, 2100, 3, 2), all = p;
    lm_compute *on = with_threads(2);
    all.N = 5;
    for (size_t n = 5; n < 8; n++) p.targets[n] = LM_IGNORE;
    results some = run(on, &p), without = run(on, &all);
    CHECK(some.sum == without.sum);
    CHECK(some.losses[5] == 0 && some.losses[6] == 0 && some.losses[7] == 0);
    for (size_t i = 0; i < p.V * p.H; i++) CHECK_NEAR(some.d_u[i], without.d_u[i], 1e-6);
    for (size_t i = 0; i < p.V; i++) CHECK_NEAR(some.d_b[i], without.d_b[i], 1e-6);
    for (size_t i = 5 * p.H; i < 8 * p.H; i++) CHECK(some.d_h[i] == 0);
    for (size_t n = 0; n < 8; n++) p.targets[n] = LM_IGNORE;
    results none = run(on, &p);
    CHECK(none.sum == 0);
    for (size_t i = 0; i < p.V * p.H; i++) CHECK(none.d_u[i] == 0);
    for (size_t i = 0; i < p.N * p.X; i++) CHECK(none.d_x[i] == 0);
    without_threads(on);
}

/* Logits that no exponential holds, in either direction and in panels apart. */
TEST(cross_entropy_of_large_logits)
{
    problem p = draw(4, 4097, 1, 1);
    lm_compute *on = with_threads(1);
    const double heights[] = {-3e4, 5e4};
    for (size_t i = 0; i < 2; i++) {
        for (size_t v = 0; v < p.V; v++) p.b[v] = (lm_real)(v < 2048 ? heights[i] : 0);
        p.targets[0] = 5;
        p.targets[1] = 3000;
        results r = run(on, &p);
        CHECK_NEAR(r.losses[0], i == 0 ? 3e4 : log(2048), 10);
        CHECK_NEAR(r.losses[1], i == 0 ? log(2049) : 5e4, 10);
        for (size_t v = 0; v < p.V; v++) CHECK(fabs((double)r.d_b[v]) < 2);
        for (size_t n = 0; n < p.N; n++) CHECK(fabs((double)r.d_h[n]) < 2);
    }
    without_threads(on);
}

TEST(cross_entropy_room_of_much)
{
    CHECK(lm_cross_entropy_room(0, 1000, true) == 0);
    CHECK(lm_cross_entropy_room(512, 33278, true) < (1 << 24) + (1 << 20));
    CHECK(lm_cross_entropy_room(512, 33278, false) < (1 << 20) + (1 << 16));
    CHECK(lm_cross_entropy_room(64, SIZE_MAX / 2, true) == SIZE_MAX);
    lm_compute *on = with_threads(1);
    const lm_logits nothing = {.V = 5};
    const lm_real x = 0;
    CHECK(lm_cross_entropy_both(on, NULL, &nothing, NULL, 1, &x, NULL) == 0);
    without_threads(on);
}

/* A room serves fewer rows, too, though they may be more to a chunk. */
TEST(cross_entropy_room_of_fewer_rows)
{
    const size_t shapes[][2] = {{2048, 50257}, {512, 33278}, {4096, 257}, {130, 70000}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t N = shapes[i][0], V = shapes[i][1];
        for (size_t n = 1; n < N; n++) {
            CHECK(lm_cross_entropy_room(n, V, true) <= lm_cross_entropy_room(N, V, true));
            CHECK(lm_cross_entropy_room(n, V, false) <= lm_cross_entropy_room(N, V, false));
            CHECK(lm_cross_entropy_room_apart(n, V) <= lm_cross_entropy_room_apart(N, V));
        }
    }
}

/* The weights' gradients made later, panel by panel, are the same bits, in one chunk of rows or
 * more, and so is all else. */
TEST(cross_entropy_weights_apart)
{
    const size_t shapes[][2] = {{9, 100}, {70, 4097}, {66, 4096}, {250, 66000}};
    lm_compute *on = with_threads(2);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        problem p = draw(shapes[i][0], shapes[i][1], 2, 0);
        const size_t panels = lm_cross_entropy_panels(p.V);
        p.targets[3] = LM_IGNORE;
        lm_real *d_u = zeros(p.V * p.H), *d_h = zeros(p.N * p.H), *losses = zeros(p.N);
        lm_real *later = zeros(p.V * p.H), *d_h_then = zeros(p.N * p.H);
        lm_logits logits = {.N = p.N, .V = p.V};
        logits.term[0] =
            (lm_logit_term){.in = p.h, .weight = p.u, .width = p.H, .d_in = d_h, .d_weight = d_u};
        const double sum = lm_cross_entropy_both(on, losses, &logits, p.targets, some_scale, NULL,
                                                 room_of(&p, true));
        const size_t count = lm_cross_entropy_room_apart(p.N, p.V);
        lm_real *room = zeros(count);
        for (size_t k = 0; k < count; k++) room[k] = (lm_real)NAN;
        logits.factors = zeros(p.N * panels);
        logits.term[0].d_in = d_h_then;
        logits.term[0].d_weight = NULL;
        CHECK(lm_cross_entropy_both(on, losses, &logits, p.targets, some_scale, NULL, room) == sum);
        CHECK_SAME(d_h_then, d_h, p.N * p.H);
        for (size_t k = panels; k-- > 0;)
            lm_cross_entropy_weights(on, &logits, p.targets, some_scale, k,
                                     later + k * LM_CROSS_ENTROPY_PANEL * p.H, room);
        CHECK_SAME(later, d_u, p.V * p.H);
    }
    CHECK(lm_cross_entropy_room_apart(256, 50257) < lm_cross_entropy_room(256, 50257, true) / 3);
    without_threads(on);
}
