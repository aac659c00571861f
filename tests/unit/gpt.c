/* gpt.c - tests of what a GPT is made of: initial values, shapes that contradict themselves,
 * positions, the presets. */
#include "lm/gpt.h"
#include <math.h>
#include <string.h>
#include "test.h"

static lm_err e;

static const lm_gpt_shape usual = {
    .layers = 8, .heads = 4, .width = 64, .context = 32, .vocab = 300, .patterns = 1};

/* The standard deviation of a parameter's values around 0. */
static double deviation(const lm_gpt *g, const lm_real *values, const char *name)
{
    for (size_t i = 0; i < g->params->count; i++) {
        const lm_param *p = &g->params->item[i];
        double sum = 0;
        if (strcmp(p->name, name) != 0) continue;
        for (size_t k = 0; k < p->count; k++)
            sum += (double)values[p->at + k] * (double)values[p->at + k];
        return sqrt(sum / (double)p->count);
    }
    CHECK_TEXT("no such parameter", name);
    return 0;
}

static void check_deviations(bool post_norm, double residual, double positions)
{
    lm_gpt_shape shape = usual;
    lm_gpt *g;
    lm_real *values;
    shape.post_norm = post_norm;
    CHECK_OK(lm_gpt_new(&g, &shape, NULL, &e), &e);
    CHECK_OK(lm_params_block(g->params, &values, &e), &e);
    CHECK_OK(lm_params_init(g->params, values, "default", 1, NULL, &e), &e);
    const char *wte = post_norm ? "tokens_embed.weight" : "wte.weight";
    const char *wpe = post_norm ? "positions_embed.weight" : "wpe.weight";
    CHECK_NEAR(deviation(g, values, wte), 0.02, 0.0005);
    CHECK_NEAR(deviation(g, values, wpe), positions, positions / 20);
    CHECK_NEAR(deviation(g, values, "h.3.attn.c_attn.weight"), 0.02, 0.0005);
    CHECK_NEAR(deviation(g, values, "h.3.mlp.c_fc.weight"), 0.02, 0.0005);
    CHECK_NEAR(deviation(g, values, "h.7.attn.c_proj.weight"), residual, residual / 20);
    CHECK_NEAR(deviation(g, values, "h.0.mlp.c_proj.weight"), residual, residual / 20);
    CHECK_NEAR(deviation(g, values, "h.7.ln_2.weight"), 1, 0);
    CHECK_NEAR(deviation(g, values, "h.7.attn.c_attn.bias"), 0, 0);
    lm_block_free(values);
    lm_gpt_free(g);
}

/* GPT-2's residual matrices are narrower by the square root of 2 L = 16 additions. */
TEST(gpt_initial_values)
{
    check_deviations(false, 0.02 / 4, 0.01);
    check_deviations(true, 0.02, 0.02);
}

/* Matrices decay, vectors do not. */
TEST(gpt_decay)
{
    lm_gpt *g;
    CHECK_OK(lm_gpt_new(&g, &usual, NULL, &e), &e);
    for (size_t i = 0; i < g->params->count; i++)
        CHECK_INT(g->params->item[i].decay, g->params->item[i].dims == 2);
    lm_gpt_free(g);
}

/* sin and cos of t / 10000^(2i/C), in turn, of a size of 0.02 sqrt(2): their mean square is 0.02^2.
 */
TEST(gpt_sines)
{
    lm_gpt_shape shape = usual;
    lm_gpt *g;
    shape.sine = true;
    CHECK_OK(lm_gpt_new(&g, &shape, NULL, &e), &e);
    for (size_t t = 0; t < 32; t++)
        for (size_t i = 0; i < 64; i++) {
            const double angle = (double)t / pow(10000, (double)(i / 2 * 2) / 64);
            const double wave = i % 2 ? cos(angle) : sin(angle);
            CHECK_NEAR(g->sines[t * 64 + i], 0.02 * sqrt(2) * wave, 1e-8);
        }
    CHECK_INT(lm_gpt_counts(g).total, (300 + 2) * 64 + 8 * (12 * 64 * 64 + 13 * 64));
    lm_gpt_free(g);
}

static void check_refused(lm_gpt_shape shape, const char *why)
{
    lm_gpt *g;
    lm_err said = {0};
    CHECK_FAILS(lm_gpt_new(&g, &shape, NULL, &said), LM_EUSAGE, &said, why);
    CHECK(g == NULL);
}

TEST(gpt_shapes_that_are_refused)
{
    lm_gpt_shape s = usual;
    s.layers = 0;
    check_refused(s, "layers: 0 is not in 1 .. 128");
    s = usual;
    s.layers = 129;
    check_refused(s, "layers: 129 is not in 1 .. 128");
    s = usual;
    s.heads = 5;
    check_refused(s, "width: 64 is no multiple of 5 heads");
    s = usual;
    s.context = UINT64_MAX;
    check_refused(s, "context: 18446744073709551615 is not in 1 .. 16777216");
    s = usual;
    s.vocab = 0;
    check_refused(s, "vocab: 0 is not in 1 .. 4294967294");
    s = usual;
    s.patterns = 0;
    check_refused(s, "patterns: 0 is not in 1 .. 64");
    s = usual;
    s.eps = -1;
    check_refused(s, "eps: -1 is not in 0 .. 1");
}

/* Radford et al. 2019, table 2, and Brown et al. 2020, table 2.1: layers, width, rate, by place. */
TEST(gpt_presets)
{
    static const struct {
        size_t place, layers, width, heads, patterns;
        double lr;
    } papers[] = {{0, 12, 768, 12, 1, 2.5e-4},  {1, 12, 768, 12, 1, 6e-4},
                  {4, 48, 1600, 25, 1, 2e-4},   {5, 12, 768, 12, 2, 6e-4},
                  {9, 32, 2560, 32, 2, 1.6e-4}, {12, 96, 12288, 96, 2, 0.6e-4}};
    for (size_t i = 0; i < sizeof papers / sizeof *papers; i++) {
        double lr;
        const lm_gpt_shape s = lm_gpt_preset(papers[i].place, &lr);
        CHECK_INT(s.layers, papers[i].layers);
        CHECK_INT(s.width, papers[i].width);
        CHECK_INT(s.heads, papers[i].heads);
        CHECK_INT(s.patterns, papers[i].patterns);
        CHECK_INT(s.post_norm, papers[i].place == 0);
        CHECK_NEAR(lr, papers[i].lr, 0);
    }
}
