/* lbfgs.c - the least of a smooth function of many numbers, by its gradient. */
#include "lm/lbfgs.h"
#include <math.h>
#include <string.h>
#include "lm/memory.h"

enum { PAIRS = 10, HALVINGS = 50 };

/* Of the last steps: s how far x went, y how much the gradient changed. */
typedef struct {
    double (*f)(void *context, const double *x, double *gradient);
    void *context;
    size_t n;
    double *x, *gradient, *to, *to_gradient, *direction;
    double *s[PAIRS], *y[PAIRS], sy[PAIRS];
    size_t pairs, next;
    double value;
} descent;

static double dot(const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

static double largest(const double *x, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) most = fabs(x[i]) > most ? fabs(x[i]) : most;
    return most;
}

static void add(double *y, double a, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

/* The two loops of Nocedal 1980: direction = - (inverse Hessian, as the pairs tell) gradient. */
static void choose_direction(descent *d)
{
    double a[PAIRS], *q = d->direction;
    for (size_t i = 0; i < d->n; i++) q[i] = -d->gradient[i];
    for (size_t i = 1; i <= d->pairs; i++) {
        const size_t k = (d->next + PAIRS - i) % PAIRS;
        a[k] = dot(d->s[k], q, d->n) / d->sy[k];
        add(q, -a[k], d->y[k], d->n);
    }
    if (d->pairs) {
        const size_t last = (d->next + PAIRS - 1) % PAIRS;
        const double scale = d->sy[last] / dot(d->y[last], d->y[last], d->n);
        for (size_t i = 0; i < d->n; i++) q[i] *= scale;
    }
    for (size_t i = d->pairs; i > 0; i--) {
        const size_t k = (d->next + PAIRS - i) % PAIRS;
        add(q, a[k] - dot(d->y[k], q, d->n) / d->sy[k], d->s[k], d->n);
    }
}

/* Goes along the direction, less and less far, until the value falls as the slope promises
 * (Armijo); false if it never does. */
static bool search(descent *d, double *value)
{
    const double slope = dot(d->direction, d->gradient, d->n);
    double step = 1;
    if (!d->pairs) step /= 1 + sqrt(dot(d->gradient, d->gradient, d->n));
    if (!(slope < 0)) return false;
    for (int i = 0; i < HALVINGS; i++, step /= 2) {
        for (size_t k = 0; k < d->n; k++) d->to[k] = d->x[k] + step * d->direction[k];
        *value = d->f(d->context, d->to, d->to_gradient);
        if (*value <= d->value + 1e-4 * step * slope && *value < d->value) return true;
    }
    return false;
}

static void take_step(descent *d, double value)
{
    double *s = d->s[d->next], *y = d->y[d->next];
    for (size_t i = 0; i < d->n; i++) {
        s[i] = d->to[i] - d->x[i];
        y[i] = d->to_gradient[i] - d->gradient[i];
    }
    d->sy[d->next] = dot(s, y, d->n);
    if (d->sy[d->next] > 1e-12 * dot(y, y, d->n)) { /* else the function is not convex here */
        d->next = (d->next + 1) % PAIRS;
        d->pairs += d->pairs < PAIRS;
    }
    memcpy(d->x, d->to, d->n * sizeof *d->x);
    memcpy(d->gradient, d->to_gradient, d->n * sizeof *d->gradient);
    d->value = value;
}

static void descend(descent *d, const lm_lbfgs_options *how, const lm_run *run, lm_lbfgs_end *end)
{
    double value;
    uint64_t i = 0;
    d->value = d->f(d->context, d->x, d->gradient);
    for (; i < how->iterations && largest(d->gradient, d->n) > how->tolerance; i++) {
        choose_direction(d);
        bool down = search(d, &value);
        if (!down && d->pairs) { /* once more without what the steps before told */
            d->pairs = 0;
            choose_direction(d);
            down = search(d, &value);
        }
        if (!down) break;
        take_step(d, value);
        lm_progress(run, "optimising", (double)i, (double)how->iterations, "steps");
    }
    lm_progress(run, NULL, 0, 0, "");
    *end = (lm_lbfgs_end){d->value, largest(d->gradient, d->n), i};
}

lm_status lm_lbfgs(double (*f)(void *context, const double *x, double *gradient), void *context,
                   double *x, size_t n, const lm_lbfgs_options *how, const lm_run *run,
                   lm_lbfgs_end *end, lm_err *e)
{
    lm_arena arena = {0};
    descent d = {.f = f, .context = context, .n = n, .x = x};
    double **const rooms[] = {&d.gradient, &d.to, &d.to_gradient, &d.direction};
    bool good = true;
    for (size_t i = 0; good && i < 4; i++)
        good = (*rooms[i] = lm_arena_new(&arena, n, sizeof *x, e)) != NULL;
    for (size_t i = 0; good && i < PAIRS; i++)
        good = (d.s[i] = lm_arena_new(&arena, n, sizeof *x, e)) &&
               (d.y[i] = lm_arena_new(&arena, n, sizeof *x, e));
    if (good) descend(&d, how, run, end);
    lm_arena_free(&arena);
    return good ? LM_OK : e->status;
}
