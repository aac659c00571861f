/* cross_entropy.c - the gradients of the output layer: one term or two, both layouts, one panel of
 * the vocabulary or several. */
#include "lm/cross_entropy.h"
#include "gradient.h"

enum { N = 5, V = 4099, H = 3, X = 2 }; /* V: three panels */

typedef struct {
    lm_compute *on;
    lm_logits logits;
    uint32_t targets[N];
    const lm_real *row_scale;
    lm_real *room;
    lm_real h[N * H], x[N * X], u[V * H], w[V * X], b[V];
    lm_real d_h[N * H], d_x[N * X], d_u[V * H], d_w[V * X], d_b[V];
} problem;

static const lm_real some_scale = 0.7, row_scales[N] = {1, -0.5, 2, 0, 0.25};

/* What lm_cross_entropy_both differentiates, from the losses of the forward pass. */
static double loss(void *context)
{
    problem *p = context;
    lm_real losses[N];
    double sum = 0;
    lm_cross_entropy_forward(p->on, losses, NULL, &p->logits, p->targets, p->room);
    for (size_t n = 0; n < p->logits.N; n++)
        sum += some_scale * (p->row_scale ? p->row_scale[n] : 1) * losses[n];
    return sum;
}

typedef struct {
    size_t n, v;
    lm_layout layout;
    bool direct, bias, row_scale, ignore;
} options;

static void set(problem *p, const options *o)
{
    p->logits = (lm_logits){
        .N = o->n,
        .V = o->v,
        .term = {{.in = p->h, .weight = p->u, .layout = o->layout, .width = H}},
    };
    p->logits.term[0].d_in = p->d_h;
    p->logits.term[0].d_weight = p->d_u;
    if (o->direct) p->logits.term[1] = (lm_logit_term){p->x, p->w, o->layout, X, p->d_x, p->d_w};
    if (o->bias) p->logits.bias = p->b;
    if (o->bias) p->logits.d_bias = p->d_b;
    p->row_scale = o->row_scale ? row_scales : NULL;
    const uint32_t targets[N] = {0, V - 1, 2048, 2047, 4096};
    for (size_t n = 0; n < N; n++) p->targets[n] = targets[n] % (uint32_t)o->v;
    if (o->ignore) p->targets[o->n / 2] = LM_IGNORE;
}

static void check(const options *o)
{
    problem *p = calloc(1, sizeof *p);
    CHECK(p);
    p->on = compute_with(NULL);
    fill(p->h, COUNT(p->h));
    fill(p->x, COUNT(p->x));
    fill(p->u, COUNT(p->u));
    fill(p->w, COUNT(p->w));
    fill(p->b, COUNT(p->b));
    set(p, o);
    p->room = calloc(lm_cross_entropy_room(o->n, o->v, true), sizeof *p->room);
    CHECK(p->room);
    lm_real losses[N], again[N];
    const double sum = lm_cross_entropy_both(p->on, losses, &p->logits, p->targets, some_scale,
                                             p->row_scale, p->room);
    CHECK(sum == lm_cross_entropy_forward(p->on, again, NULL, &p->logits, p->targets, p->room));
    CHECK_BYTES(losses, again, o->n * sizeof *losses);
    const tensor all[] = {
        {"h", p->h, p->d_h, o->n * H}, {"u", p->u, p->d_u, o->v * H}, {"x", p->x, p->d_x, o->n * X},
        {"w", p->w, p->d_w, o->v * X}, {"b", p->b, p->d_b, o->v},
    };
    check_gradients(all, COUNT(all), loss, p); /* of what is not there: 0 */
    free(p->room);
    lm_compute_free(p->on);
    free(p);
}

TEST(cross_entropy_gradients)
{
    for (unsigned bits = 0; bits < 32; bits++) {
        options o = {.layout = bits & 1 ? LM_IN_MAJOR : LM_OUT_MAJOR,
                     .direct = bits & 2,
                     .bias = bits & 4,
                     .row_scale = bits & 8,
                     .ignore = bits & 16};
        const size_t n[] = {1, N, 3}, v[] = {7, 16, 1};
        for (size_t i = 0; i < COUNT(n); i++) {
            o.n = n[i];
            o.v = v[i];
            check(&o);
        }
    }
}

TEST(cross_entropy_gradients_over_panels)
{
    check(&(options){.n = N, .v = V, .direct = true, .bias = true, .row_scale = true});
}
TEST(cross_entropy_gradients_over_panels_in_major)
{
    check(&(options){.n = 2, .v = V, .layout = LM_IN_MAJOR, .direct = true, .bias = true});
}
