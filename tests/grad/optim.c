/* optim.c - the optimisers in double, against PyTorch and the formulas of the papers' code. */
#include <stdio.h>
#include "../unit/optim_oracle.h"
#include <stdlib.h>
#include "lm/schedule.h"

TEST(optim_oracle_in_double)
{
    CHECK_INT(oracle_replay(1e-10), 17);
}

/* ---- the oracle of ../shared, whose output tests/long/oracles.sh makes ---- */

enum { STEPS = 20, WARMUP = 5, W = 12, B = 3 };

static lm_ckpt *ckpt;

static const void *tensor_of(lm_dtype dtype, uint64_t count, const char *prefix, const char *name)
{
    char text[64];
    snprintf(text, sizeof text, "%s%s", prefix, name);
    const lm_tensor *tensor = lm_ckpt_find(ckpt, text);
    CHECK(tensor != NULL && tensor->dtype == dtype);
    CHECK_INT(tensor->bytes, count * lm_dtype_size(dtype));
    return tensor->data;
}

static const double *out_of(const char *name, const char *suffix, uint64_t count)
{
    char prefix[64];
    snprintf(prefix, sizeof prefix, "out.%s", name);
    return tensor_of(LM_F64, count, prefix, suffix);
}

static void widen(lm_real *x, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (lm_real)from[i];
}

/* The rates and the clipping of a run; NULL and 0: `rate` and none. */
typedef struct {
    const char *name;
    lm_optim_options how;
    bool decay_of_b;
    double rate;
    const double *rates;
    double clip;
} run;

static void check_run(const run *r)
{
    const lm_param rows[] = {{"w", 0, 2, .shape = {4, 3}, .decay = true},
                             {"b", 0, 1, .shape = {3}, .decay = r->decay_of_b}};
    lm_err e = {0};
    lm_compute *on;
    lm_params *params;
    lm_real *values, *grads;
    lm_optim *optim;
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    CHECK_OK(lm_params_new(&params, rows, 2, &e), &e);
    CHECK_OK(lm_params_block(params, &values, &e), &e);
    CHECK_OK(lm_params_block(params, &grads, &e), &e);
    CHECK_OK(lm_optim_new(&optim, params, &r->how, &e), &e);
    const size_t b = params->item[1].at;
    const float *grads_w = tensor_of(LM_F32, STEPS * W, "in.g.", "w");
    const float *grads_b = tensor_of(LM_F32, STEPS * B, "in.g.", "b");
    const double *after_w = out_of(r->name, ".w", STEPS * W);
    const double *after_b = out_of(r->name, ".b", STEPS * B);
    widen(values, tensor_of(LM_F32, W, "in.p0.", "w"), W);
    widen(values + b, tensor_of(LM_F32, B, "in.p0.", "b"), B);
    for (size_t t = 0; t < STEPS; t++) {
        widen(grads, grads_w + t * W, W);
        widen(grads + b, grads_b + t * B, B);
        const double norm = lm_grad_norm(on, params, grads);
        CHECK_NEAR(norm, out_of("clip.", "norm", STEPS)[t], 1e-12 * norm);
        CHECK_NEAR(lm_clip_scale(norm, 1), out_of("clip.", "scale", STEPS)[t], 1e-12);
        lm_optim_step(on, optim, values, grads, r->rates ? r->rates[t] : r->rate,
                      lm_clip_scale(norm, r->clip));
        for (size_t i = 0; i < W; i++) CHECK_NEAR(values[i], after_w[t * W + i], 1e-10);
        for (size_t i = 0; i < B; i++) CHECK_NEAR(values[b + i], after_b[t * B + i], 1e-10);
    }
    lm_optim_free(optim);
    lm_block_free(grads);
    lm_block_free(values);
    lm_params_free(params);
    lm_compute_free(on);
}

static void check_rates(const char *name, lm_schedule_kind kind, double peak, double floor,
                        uint64_t warmup)
{
    const lm_schedule s = {kind, peak, floor, warmup, STEPS};
    const double *expected = out_of("lr.", name, STEPS);
    for (uint64_t t = 0; t < STEPS; t++) CHECK_NEAR(lm_schedule_rate(&s, t), expected[t], 1e-14);
}

TEST(optim_shared_oracle)
{
    char path[4096];
    const char *folder = getenv("LM_ORACLES");
    lm_err e = {0};
    if (!folder) SKIP("LM_ORACLES is not set: part of make test-long");
    snprintf(path, sizeof path, "%s/optim.safetensors", folder);
    CHECK_OK(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, &e), &e);
    const lm_optim_options adam = {LM_OPTIM_ADAM, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
    const lm_optim_options adamw = {LM_OPTIM_ADAMW, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8,
                                    .decay = 0.1};
    const run runs[] = {
        {"sgd", {LM_OPTIM_SGD, .momentum = 0}, .rate = 0.1},
        {"sgd_mom", {LM_OPTIM_SGD, .momentum = 0.9}, .rate = 0.1},
        {"nesterov", {LM_OPTIM_SGD, .momentum = 0.9, .nesterov = true}, .rate = 0.1},
        {"sgd_wd", {LM_OPTIM_SGD, .momentum = 0.9, .decay = 0.01}, true, .rate = 0.1},
        {"adam", adam, .rate = 0.01},
        {"adamw", adamw, .rate = 0.01},
        {"adamw_sched", adamw, .rates = out_of("lr.", "cosine", STEPS), .clip = 1},
        {"bert_adamw", lm_optim_defaults(LM_OPTIM_BERT), .rate = 0.01},
        {"gpt1_adam", lm_optim_defaults(LM_OPTIM_GPT1), .rate = 0.01},
        {"adagrad", lm_optim_defaults(LM_OPTIM_ADAGRAD), .rate = 0.2},
        {"adagrad_tf", {LM_OPTIM_ADAGRAD, .initial = 1}, .rate = 0.2},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) check_run(&runs[i]);
    check_rates("linear", LM_RATE_BERT, 0.01, 0, WARMUP);
    check_rates("linear_hf", LM_RATE_LINEAR, 0.01, 0, WARMUP);
    check_rates("cosine", LM_RATE_COSINE, 0.01, 0.1, WARMUP);
    check_rates("gpt1", LM_RATE_GPT1, 0.01, 0, WARMUP);
    check_rates("gpt1_linear", LM_RATE_GPT1_LINEAR, 0.01, 0, WARMUP);
    check_rates("w2v", LM_RATE_W2V, 0.01, 0, 0);
    /* Its peak is that of step 1; ours, of the end of the warm-up. */
    check_rates("noam", LM_RATE_INVSQRT, 0.01 / sqrt(WARMUP), 0, WARMUP);
    lm_ckpt_close(ckpt);
}
