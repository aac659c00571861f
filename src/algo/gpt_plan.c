/* gpt_plan.c - what a run of pretraining will take. */
#include "lm/gpt_plan.h"
#include <math.h>
#include "lm/gemm.h"
#include "lm/memory.h"
#include "train_internal.h"

enum { TRIED = 512, TRIALS = 3 }; /* the width of a square product, and how often */

/* The fastest of some products, which are like those of a step. */
static lm_status try_products(double *flops_a_second, const lm_train_options *o, lm_pool *pool,
                              lm_err *e)
{
    const size_t n = TRIED * TRIED;
    lm_compute *on;
    LM_TRY(lm_compute_new(&on, pool, o->bf16, e));
    lm_real *x = lm_new(2 * n, sizeof *x, e);
    for (int i = 0; x && i < TRIALS; i++) {
        const double begun = lm_train_clock();
        lm_gemm(on, &(lm_product){.m = TRIED,
                                  .n = TRIED,
                                  .k = TRIED,
                                  .a = x,
                                  .lda = TRIED,
                                  .b = x,
                                  .ldb = TRIED,
                                  .c = x + n,
                                  .ldc = TRIED});
        const double speed = 2.0 * (double)n * TRIED / (lm_train_clock() - begun + 1e-9);
        if (speed > *flops_a_second) *flops_a_second = speed;
    }
    lm_free(x);
    lm_compute_free(on);
    return x ? LM_OK : e->status;
}

/* The keys that attention looks at for a token, on average, in all layers. */
static double keys_of(const lm_gpt *g)
{
    const lm_gpt_shape *s = &g->shape;
    double pairs = 0;
    for (size_t i = 0; i < s->patterns && i < s->layers; i++) {
        const double layers = (double)((s->layers - i - 1) / s->patterns + 1);
        pairs += layers * (double)lm_pattern_pairs(s->pattern[i], true, (size_t)s->context);
    }
    return pairs / (double)s->context;
}

lm_status lm_gpt_plan_of(lm_gpt_plan *plan, const lm_gpt_trainer *trainer,
                         const lm_train_options *o, lm_pool *pool, lm_err *e)
{
    const lm_gpt *g = trainer->gpt;
    const double windows = (double)lm_train_steps(&trainer->task, o) * (double)o->batch;
    *plan = (lm_gpt_plan){.parameters = lm_gpt_counts(g),
                          .memory = lm_train_memory(&trainer->task, o),
                          .tokens = windows * (double)g->shape.context};
    if (o->epochs && trainer->text)
        plan->tokens = (double)o->epochs * (double)(trainer->text->count - 1);
    plan->token_flops =
        6 * (double)plan->parameters.matmul + 12 * (double)g->shape.width * keys_of(g);
    plan->flops = plan->tokens * plan->token_flops;
    return trainer->text ? try_products(&plan->flops_a_second, o, pool, e) : LM_OK;
}

lm_status lm_gpt_plan_lines(const lm_gpt_plan *plan, lm_str *out, lm_err *e)
{
    const lm_gpt_count *n = &plan->parameters;
    return lm_str_addf(out, e,
                       "params_total\t%llu\nparams_nonemb\t%llu\nparams_matmul\t%llu\n"
                       "tokens\t%.0f\nflops_per_token\t%.0f\nflops\t%.6g\n",
                       (unsigned long long)n->total, (unsigned long long)(n->total - n->embedding),
                       (unsigned long long)n->matmul, plan->tokens, plan->token_flops, plan->flops);
}

/* A number with a unit that suits it. */
static lm_status add_time(double seconds, lm_str *out, lm_err *e)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    while (i < 3 && seconds < 2 * units[i].seconds) i++;
    return lm_str_addf(out, e, "%.0f %s", ceil(seconds / units[i].seconds), units[i].name);
}

lm_status lm_gpt_plan_sentence(const lm_gpt_plan *plan, lm_str *out, lm_err *e)
{
    const lm_gpt_count *n = &plan->parameters;
    LM_TRY(lm_str_addf(out, e,
                       "%llu parameters, %llu without those of tokens and positions, %llu "
                       "multiplied with each token; %.3g MiB; %.4g tokens, %.3g flops",
                       (unsigned long long)n->total, (unsigned long long)(n->total - n->embedding),
                       (unsigned long long)n->matmul, (double)plan->memory / 1048576, plan->tokens,
                       plan->flops));
    if (plan->flops_a_second == 0) return LM_OK;
    LM_TRY(lm_str_addf(out, e, ", at %.3g a second about ", plan->flops_a_second));
    return add_time(plan->flops / plan->flops_a_second, out, e);
}

static lm_status describe(void *trainer, const lm_train_options *o, lm_str *out, lm_err *e)
{
    lm_gpt_plan plan;
    LM_TRY(lm_gpt_plan_of(&plan, trainer, o, NULL, e));
    return lm_gpt_plan_lines(&plan, out, e);
}

lm_status lm_gpt_plan_tell(lm_gpt_trainer *trainer, const lm_train_options *o, const lm_run *run,
                           lm_err *e)
{
    lm_gpt_plan plan;
    lm_str text = {0};
    trainer->task.describe = describe;
    if (o->dry_run) return LM_OK;
    LM_TRY(lm_gpt_plan_of(&plan, trainer, o, lm_run_pool(run), e));
    const lm_status s = lm_gpt_plan_sentence(&plan, &text, e);
    if (!s) lm_note(run, "%s", text.text);
    lm_str_free(&text);
    return s;
}
