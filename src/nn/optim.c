/* optim.c - how parameters follow their gradients. */
#include "lm/optim.h"
#include <math.h>
#include "lm/memory.h"
#include "lm/str.h"
#include "lm/update.h"
#include "lm/vector.h"
#include "pieces.h"

lm_optim_options lm_optim_defaults(lm_optim_kind kind)
{
    lm_optim_options how = {.kind = kind, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
    switch (kind) {
    case LM_OPTIM_SGD:
    case LM_OPTIM_ADAM:
        break;
    case LM_OPTIM_ADAGRAD:
        how.eps = 1e-10;
        break;
    case LM_OPTIM_BERT:
        how.eps = 1e-6;
        how.decay = 0.01;
        break;
    case LM_OPTIM_ADAMW:
    case LM_OPTIM_GPT1:
        how.decay = 0.01;
        break;
    }
    return how;
}

/* ---- making ---- */

static bool in_unit(double x)
{
    return x >= 0 && x < 1;
}

static bool not_negative(double x)
{
    return x >= 0 && x < HUGE_VAL;
}

static lm_status check(const lm_optim_options *how, lm_err *e)
{
    const bool sums = how->kind == LM_OPTIM_ADAGRAD, plain = how->kind == LM_OPTIM_SGD;
    if (!not_negative(how->decay))
        return lm_fail(e, LM_EUSAGE, "weight decay %g: expected a number from 0", how->decay);
    if (plain && !in_unit(how->momentum))
        return lm_fail(e, LM_EUSAGE, "momentum %g: expected 0 or more, below 1", how->momentum);
    if (plain && how->nesterov && how->momentum == 0)
        return lm_fail(e, LM_EUSAGE, "Nesterov's momentum: expected a momentum above 0, found 0");
    if (!plain && !sums && !(in_unit(how->beta1) && in_unit(how->beta2)))
        return lm_fail(e, LM_EUSAGE, "betas %g and %g: expected 0 or more, below 1", how->beta1,
                       how->beta2);
    if (sums && !not_negative(how->initial))
        return lm_fail(e, LM_EUSAGE, "initial sum of squares %g: expected a number from 0",
                       how->initial);
    if (!plain && !not_negative(how->eps))
        return lm_fail(e, LM_EUSAGE, "epsilon %g: expected a number from 0", how->eps);
    /* Where all gradients were 0, all of the divisor; as it is applied, rounded. */
    if (!plain && !((lm_real)how->eps + (sums ? (lm_real)how->initial : 0) > 0))
        return lm_fail(e, LM_EUSAGE, "epsilon %g: expected more, to divide by", how->eps);
    return LM_OK;
}

static int moments_of(const lm_optim_options *how)
{
    if (how->kind == LM_OPTIM_SGD) return how->momentum > 0;
    return how->kind == LM_OPTIM_ADAGRAD ? 1 : 2;
}

lm_status lm_optim_new(lm_optim **out, const lm_params *params, const lm_optim_options *how,
                       lm_err *e)
{
    LM_TRY(check(how, e));
    lm_optim *optim = lm_new(1, sizeof *optim, e);
    if (!optim) return LM_ENOMEM;
    *optim = (lm_optim){.how = *how, .params = params, .moments = moments_of(how)};
    for (int i = 0; i < optim->moments; i++)
        if (lm_params_block(params, &optim->moment[i], e) != LM_OK) {
            lm_optim_free(optim);
            return e->status;
        }
    if (how->kind == LM_OPTIM_ADAGRAD) /* between the rows, too, where it is divided by as well */
        for (size_t i = 0; i < params->size; i++) optim->moment[0][i] = (lm_real)how->initial;
    *out = optim;
    return LM_OK;
}

void lm_optim_free(lm_optim *optim)
{
    if (!optim) return;
    for (int i = 0; i < optim->moments; i++) lm_block_free(optim->moment[i]);
    lm_free(optim);
}

/* ---- a step ---- */

/* base^n, 0 <= base < 1, by squaring: its error is a few ulp of 1 at most, and 1 is what it is
 * taken from. */
static double power(double base, uint64_t n)
{
    double result = 1;
    for (; n; n >>= 1, base *= base)
        if (n & 1) result *= base;
    return result;
}

static lm_update_method method_of(const lm_optim_options *how)
{
    switch (how->kind) {
    case LM_OPTIM_SGD:
        if (how->momentum == 0) return LM_UPDATE_SGD;
        return how->nesterov ? LM_UPDATE_NESTEROV : LM_UPDATE_MOMENTUM;
    case LM_OPTIM_ADAGRAD:
        return LM_UPDATE_ADAGRAD;
    case LM_OPTIM_ADAM:
    case LM_OPTIM_ADAMW:
        return LM_UPDATE_ADAM;
    case LM_OPTIM_BERT:
    case LM_OPTIM_GPT1:
        break;
    }
    return LM_UPDATE_BERT;
}

/* The coefficients of step t for parameters that decay by `decay`: AdamW's shrink by themselves,
 * those of the others through the gradient or the step. */
static lm_update update_of(const lm_optim_options *how, uint64_t t, double rate, double scale,
                           double decay)
{
    const double left1 = 1 - power(how->beta1, t), left2 = sqrt(1 - power(how->beta2, t));
    const bool apart = how->kind == LM_OPTIM_ADAMW;
    double down = rate;
    if (how->kind == LM_OPTIM_ADAM || how->kind == LM_OPTIM_ADAMW) down = rate / left1;
    if (how->kind == LM_OPTIM_GPT1) down = rate * left2 / left1;
    return (lm_update){.scale = (lm_real)scale,
                       .decay = apart ? 0 : (lm_real)decay,
                       .rate = (lm_real)down,
                       .momentum = (lm_real)how->momentum,
                       .beta1 = (lm_real)how->beta1,
                       .rest1 = (lm_real)(1 - how->beta1),
                       .beta2 = (lm_real)how->beta2,
                       .rest2 = (lm_real)(1 - how->beta2),
                       .eps = (lm_real)how->eps,
                       .correction = (lm_real)left2,
                       .keep = apart ? (lm_real)(1 - rate * decay) : 1};
}

typedef struct {
    lm_update_kernel *kernel;
    lm_update with_decay, without;
    lm_real *values, *moment[2];
    const lm_block_part *grads;
} step;

static void step_piece(void *context, size_t piece, const lm_param *row, size_t at, size_t n)
{
    const step *s = context;
    (void)piece;
    s->kernel(row->decay ? &s->with_decay : &s->without, s->values + at, s->moment[0] + at,
              s->moment[1] + at, s->grads->elements + (at - s->grads->first), n);
}

/* Step optim->steps, for a part of the parameters. */
static void step_part(const lm_compute *on, lm_optim *optim, lm_real *values,
                      const lm_block_part *grads, double rate, double scale)
{
    const lm_optim_options *how = &optim->how;
    const uint64_t t = optim->steps;
    step s = {.kernel = lm_update_kernel_of(method_of(how)),
              .without = update_of(how, t, rate, scale, 0),
              .with_decay = update_of(how, t, rate, scale, how->decay),
              .values = values,
              .grads = grads};
    /* Every kernel has two moments; those a method lacks are not touched. */
    for (int i = 0; i < 2; i++)
        s.moment[i] = i < optim->moments ? optim->moment[i]
                      : optim->moments   ? optim->moment[0]
                                         : values;
    lm_pieces_each(on, optim->params, grads->first, grads->end, step_piece, &s);
}

void lm_optim_step(const lm_compute *on, lm_optim *optim, lm_real *values, const lm_real *grads,
                   double rate, double scale)
{
    const lm_block_part all = {grads, 0, optim->params->size};
    optim->steps++;
    step_part(on, optim, values, &all, rate, scale);
}

void lm_optim_begin(lm_optim *optim)
{
    optim->steps++;
}

void lm_optim_part(const lm_compute *on, lm_optim *optim, lm_real *values,
                   const lm_block_part *grads, double rate)
{
    step_part(on, optim, values, grads, rate, 1);
}

/* ---- saving ---- */

/* "PREFIXmoment1." */
static lm_status name_of(lm_str *name, const char *prefix, int moment, lm_err *e)
{
    name->length = 0;
    return lm_str_addf(name, e, "%smoment%d.", prefix, moment + 1);
}

lm_status lm_optim_save(const lm_optim *optim, const char *prefix, lm_ckpt_writer *writer,
                        lm_err *e)
{
    lm_str name = {0};
    lm_status s = LM_OK;
    for (int i = 0; i < optim->moments && s == LM_OK; i++) {
        s = name_of(&name, prefix, i, e);
        if (s == LM_OK) s = lm_params_save(optim->params, optim->moment[i], name.text, writer, e);
    }
    lm_str_free(&name);
    return s;
}

lm_status lm_optim_load(lm_optim *optim, const char *prefix, const lm_ckpt *ckpt, lm_err *e)
{
    lm_str name = {0};
    lm_status s = LM_OK;
    for (int i = 0; i < optim->moments && s == LM_OK; i++) {
        s = name_of(&name, prefix, i, e);
        if (s == LM_OK) s = lm_params_load(optim->params, optim->moment[i], name.text, ckpt, e);
    }
    lm_str_free(&name);
    return s;
}

/* ---- norms ---- */

typedef struct {
    const lm_block_part *part;
    double sum[LM_PIECES_MAX];
} squares;

static void add_squares(void *context, size_t piece, const lm_param *row, size_t at, size_t n)
{
    squares *s = context;
    (void)row;
    s->sum[piece] += lm_vec_square_sum(s->part->elements + (at - s->part->first), n);
}

double lm_grad_squares(const lm_compute *on, const lm_params *params, const lm_block_part *grads)
{
    squares s = {.part = grads};
    double sum = 0;
    lm_pieces_each(on, params, grads->first, grads->end, add_squares, &s);
    for (size_t i = 0; i < lm_pieces_count(grads->end - grads->first); i++) sum += s.sum[i];
    return sum;
}

double lm_grad_norm(const lm_compute *on, const lm_params *params, const lm_real *grads)
{
    const lm_block_part all = {grads, 0, params->size};
    return sqrt(lm_grad_squares(on, params, &all));
}

double lm_clip_scale(double norm, double max)
{
    if (max == 0) return 1;
    const double scale = max / norm;
    return scale >= 1 ? 1 : scale;
}

/* ---- averages ---- */

typedef struct {
    lm_update_kernel *kernel;
    lm_update how;
    lm_real *average;
    const lm_real *values;
} follow;

static void follow_piece(void *context, size_t piece, const lm_param *row, size_t at, size_t n)
{
    const follow *f = context;
    lm_real *const average = f->average + at;
    (void)piece;
    (void)row;
    f->kernel(&f->how, average, average, average, f->values + at, n);
}

void lm_average_step(const lm_compute *on, const lm_params *params, lm_real *average,
                     const lm_real *values, double decay)
{
    follow f = {.kernel = lm_update_kernel_of(LM_UPDATE_AVERAGE),
                .how = {.rate = (lm_real)(1 - decay)},
                .average = average,
                .values = values};
    lm_pieces_each(on, params, 0, params->size, follow_piece, &f);
}
