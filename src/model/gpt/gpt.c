/* gpt.c - generative pre-trained transformers: what they are made of. */
#include "lm/gpt.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "gpt_private.h"
#include "lm/scalar.h"

/* ---- shapes ---- */

static lm_status check_shape(const lm_gpt_shape *s, const lm_tokenizer *t, lm_err *e)
{
    const struct {
        const char *what;
        uint64_t value, most;
    } numbers[] = {
        {"layers", s->layers, LM_GPT_LAYERS_MAX}, {"heads", s->heads, s->width},
        {"width", s->width, LM_GPT_WIDTH_MAX},    {"context", s->context, LM_GPT_CONTEXT_MAX},
        {"vocab", s->vocab, LM_NO_WORD - 1},      {"patterns", s->patterns, LM_PATTERNS_MAX}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value < 1 || numbers[i].value > numbers[i].most)
            return lm_fail(e, LM_EUSAGE, "%s: %llu is not in 1 .. %llu", numbers[i].what,
                           (unsigned long long)numbers[i].value,
                           (unsigned long long)numbers[i].most);
    if (!(s->eps >= 0 && s->eps <= 1)) /* or NaN */
        return lm_fail(e, LM_EUSAGE, "eps: %g is not in 0 .. 1", s->eps);
    if (s->width % s->heads)
        return lm_fail(e, LM_EUSAGE, "width: %llu is no multiple of %llu heads",
                       (unsigned long long)s->width, (unsigned long long)s->heads);
    if (t && t->vocab->size > s->vocab)
        return lm_fail(e, LM_EUSAGE, "vocab: %llu is less than the tokenizer's %u",
                       (unsigned long long)s->vocab, t->vocab->size);
    return LM_OK;
}

/* ---- parameters ---- */

/* A row of a layer: its name after "h.N.", its field of lm_layer, its shape in units of C. */
typedef struct {
    const char *name;
    size_t field;
    uint64_t rows, columns; /* of C; columns 0: a vector of `rows` C */
    lm_init init;
    bool residual; /* adds to the stream */
} layer_row;

static const layer_row layer_rows[] = {
    {"ln_1.weight", offsetof(lm_layer, ln_1), 1, 0, LM_INIT_ONE, false},
    {"ln_1.bias", offsetof(lm_layer, ln_1_bias), 1, 0, LM_INIT_ZERO, false},
    {"attn.c_attn.weight", offsetof(lm_layer, c_attn), 1, 3, LM_INIT_NORMAL, false},
    {"attn.c_attn.bias", offsetof(lm_layer, attn_bias), 3, 0, LM_INIT_ZERO, false},
    {"attn.c_proj.weight", offsetof(lm_layer, c_proj), 1, 1, LM_INIT_NORMAL, true},
    {"attn.c_proj.bias", offsetof(lm_layer, proj_bias), 1, 0, LM_INIT_ZERO, false},
    {"ln_2.weight", offsetof(lm_layer, ln_2), 1, 0, LM_INIT_ONE, false},
    {"ln_2.bias", offsetof(lm_layer, ln_2_bias), 1, 0, LM_INIT_ZERO, false},
    {"mlp.c_fc.weight", offsetof(lm_layer, c_fc), 1, 4, LM_INIT_NORMAL, false},
    {"mlp.c_fc.bias", offsetof(lm_layer, fc_bias), 4, 0, LM_INIT_ZERO, false},
    {"mlp.c_proj.weight", offsetof(lm_layer, c_out), 4, 1, LM_INIT_NORMAL, true},
    {"mlp.c_proj.bias", offsetof(lm_layer, out_bias), 1, 0, LM_INIT_ZERO, false}};
enum { LAYER_ROWS = sizeof layer_rows / sizeof *layer_rows, OTHER_ROWS = 4 };

#define STANDARD_DEVIATION 0.02 /* of initial values, in GPT-1 and GPT-2 */

/* The rows of layer l.  GPT-2 divides the weights that add to the stream, 2 L times, by the square
 * root of that number. */
static lm_status add_layer(lm_gpt *g, size_t l, lm_param *rows, lm_err *e)
{
    const lm_gpt_shape *s = &g->shape;
    for (size_t i = 0; i < LAYER_ROWS; i++) {
        const layer_row *r = &layer_rows[i];
        char name[64];
        const int length = snprintf(name, sizeof name, "h.%zu.%s", l, r->name);
        rows[i] =
            (lm_param){.field = offsetof(lm_gpt_weights, layer) + l * sizeof(lm_layer) + r->field,
                       .dims = r->columns ? 2 : 1,
                       .shape = {r->rows * s->width, r->columns * s->width},
                       .init = r->init,
                       .scale = STANDARD_DEVIATION,
                       .decay = r->columns > 0};
        if (r->residual && !s->post_norm) rows[i].scale /= sqrt(2 * (double)s->layers);
        rows[i].name = lm_arena_copy(&g->names, name, (size_t)length, e);
        if (!rows[i].name) return e->status;
    }
    return LM_OK;
}

static size_t add_embeddings(const lm_gpt_shape *s, lm_param *rows)
{
    rows[0] = (lm_param){.name = s->post_norm ? "tokens_embed.weight" : "wte.weight",
                         .field = offsetof(lm_gpt_weights, wte),
                         .dims = 2,
                         .shape = {s->vocab, s->width},
                         .init = LM_INIT_NORMAL,
                         .scale = STANDARD_DEVIATION,
                         .decay = true};
    if (s->sine) return 1;
    rows[1] = rows[0];
    rows[1].name = s->post_norm ? "positions_embed.weight" : "wpe.weight";
    rows[1].field = offsetof(lm_gpt_weights, wpe);
    rows[1].shape[0] = s->context;
    if (!s->post_norm) rows[1].scale = STANDARD_DEVIATION / 2;
    return 2;
}

static size_t add_final_norm(const lm_gpt_shape *s, lm_param *rows)
{
    if (s->post_norm) return 0;
    rows[0] = (lm_param){.name = "ln_f.weight",
                         .field = offsetof(lm_gpt_weights, ln_f),
                         .dims = 1,
                         .shape = {s->width},
                         .init = LM_INIT_ONE};
    rows[1] = rows[0];
    rows[1].name = "ln_f.bias";
    rows[1].field = offsetof(lm_gpt_weights, ln_f_bias);
    rows[1].init = LM_INIT_ZERO;
    return 2;
}

static lm_status make_params(lm_gpt *g, lm_err *e)
{
    const lm_gpt_shape *s = &g->shape;
    lm_param *rows = lm_new((size_t)s->layers * LAYER_ROWS + OTHER_ROWS, sizeof *rows, e);
    if (!rows) return e->status;
    size_t count = add_embeddings(s, rows);
    lm_status status = LM_OK;
    for (size_t l = 0; !status && l < s->layers; l++, count += LAYER_ROWS)
        status = add_layer(g, l, rows + count, e);
    count += add_final_norm(s, rows + count);
    if (!status) status = lm_params_new(&g->params, rows, count, e);
    lm_free(rows);
    return status;
}

/* sines (T,C): sin and cos of position / 10000^(2i/C), in turn, as large as the vectors of tokens
 * are when training begins. */
static lm_status make_sines(lm_gpt *g, lm_err *e)
{
    const size_t C = (size_t)g->shape.width;
    const double size = sqrt(2) * STANDARD_DEVIATION;
    if (!g->shape.sine) return LM_OK;
    g->sines = lm_new((size_t)g->shape.context, C * sizeof *g->sines, e);
    if (!g->sines) return e->status;
    for (size_t i = 0; i < C; i++) {
        const double rate = lm_pow(10000, -(double)(i - i % 2) / (double)C);
        for (size_t t = 0; t < g->shape.context; t++) {
            const double angle = (double)t * rate;
            g->sines[t * C + i] = (lm_real)(size * (i % 2 ? lm_cos(angle) : lm_sin(angle)));
        }
    }
    return LM_OK;
}

/* ---- models ---- */

void lm_gpt_set_eps(lm_gpt *g, double eps)
{
    g->shape.eps = eps;
    g->transformer.eps = eps > 0 ? eps : LM_GPT_EPS;
}

lm_status lm_gpt_prepare(lm_gpt *g, lm_err *e)
{
    const lm_gpt_shape *s = &g->shape;
    LM_TRY(check_shape(s, g->tokenizer, e));
    g->transformer = (lm_transformer){.layers = (size_t)s->layers,
                                      .heads = (size_t)s->heads,
                                      .width = (size_t)s->width,
                                      .inner = 4 * (size_t)s->width,
                                      .pre_norm = !s->post_norm,
                                      .causal = true,
                                      .activation = LM_ACT_GELU_TANH,
                                      .layout = LM_IN_MAJOR,
                                      .pattern = s->pattern,
                                      .patterns = s->patterns};
    lm_gpt_set_eps(g, s->eps);
    LM_TRY(make_sines(g, e));
    return make_params(g, e);
}

lm_status lm_gpt_new(lm_gpt **gpt, const lm_gpt_shape *shape, lm_tokenizer *tokenizer, lm_err *e)
{
    lm_gpt *g = *gpt = lm_new(1, sizeof *g, e);
    if (!g) {
        lm_tokenizer_free(tokenizer);
        return e->status;
    }
    g->shape = *shape;
    g->tokenizer = tokenizer;
    const lm_status s = lm_gpt_prepare(g, e);
    if (s) {
        lm_gpt_free(g);
        *gpt = NULL;
    }
    return s;
}

void lm_gpt_free(lm_gpt *g)
{
    if (!g) return;
    lm_tokenizer_free(g->tokenizer);
    lm_params_free(g->params);
    lm_block_free(g->values);
    lm_gpt_free_packed(g);
    lm_free(g->sines);
    lm_arena_free(&g->names);
    lm_free(g);
}

lm_gpt_count lm_gpt_counts(const lm_gpt *g)
{
    const lm_gpt_shape *s = &g->shape;
    lm_gpt_count n = {.total = g->params->total};
    n.embedding = (s->vocab + (s->sine ? 0 : s->context)) * s->width;
    n.matmul = s->vocab * s->width;
    for (size_t i = 0; i < g->params->count; i++) {
        const lm_param *p = &g->params->item[i];
        if (p->dims == 2 && p->field >= offsetof(lm_gpt_weights, layer)) n.matmul += p->count;
    }
    return n;
}
