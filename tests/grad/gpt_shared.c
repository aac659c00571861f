/* gpt_shared.c - GPT-1 and GPT-2 of two layers, and attention under fifteen masks, against numbers
 * in safetensors files that tests/long/oracles.sh has an independent implementation make:
 * LM_ORACLES is their folder. */
#include <stdio.h>
#include <stdlib.h>
#include "gradient.h"
#include "lm/ckpt.h"
#include "lm/cross_entropy.h"
#include "lm/gpt.h"

static lm_ckpt *file;
static lm_err e;

static bool open_numbers(const char *name)
{
    char path[4096];
    const char *folder = getenv("LM_ORACLES");
    if (!folder) return false;
    (void)snprintf(path, sizeof path, "%s/%s.safetensors", folder, name);
    CHECK_OK(lm_ckpt_open(&file, path, LM_CKPT_CHECK_ALL, &e), &e);
    return true;
}

static const lm_tensor *find(const char *name)
{
    const lm_tensor *t = lm_ckpt_find(file, name);
    if (!t) CHECK_TEXT("not in the file", name);
    return t;
}

static void check(const char *name, const lm_real *found, size_t count)
{
    const lm_tensor *t = find(name);
    const double *expected = t->data;
    CHECK_INT(t->dtype, LM_F64);
    CHECK_INT(t->bytes / sizeof(double), count);
    for (size_t i = 0; i < count; i++) test_near(TEST_PLACE(name), found[i], expected[i], 1e-10);
}

/* ---- GPT-1 and GPT-2 ---- */

/* The mean loss of predicting each token from those before it, and the gradient of all parameters.
 */
static double train(const lm_gpt *g, const lm_real *values, lm_real *grads, size_t B, size_t T)
{
    lm_compute *on = compute_with(NULL);
    const int64_t *tokens = find("in.tokens")->data;
    lm_gpt_room room;
    lm_gpt_weights w = {0}, d = {0};
    size_t lengths[8];
    CHECK_OK(lm_gpt_room_new(&room, g, B * T, B, LM_TRAINING, NULL, &e), &e);
    lm_params_bind(g->params, values, &w);
    lm_params_bind(g->params, grads, &d);
    for (size_t b = 0; b < B; b++) {
        lengths[b] = T;
        for (size_t t = 0; t < T; t++) {
            room.ids[b * T + t] = (uint32_t)tokens[b * T + t];
            room.targets[b * T + t] = t + 1 < T ? (uint32_t)tokens[b * T + t + 1] : LM_IGNORE;
        }
    }
    const double events = (double)(B * (T - 1));
    const double sum = lm_gpt_both(on, g, &w, &d, &room, lengths, B, 1 / events, NULL);
    lm_gpt_room_free(&room);
    lm_compute_free(on);
    return sum / events;
}

static void check_gpt(const char *loss, const char *prefix, const lm_gpt_shape *shape)
{
    const lm_tensor *tokens = find("in.tokens");
    lm_gpt *g;
    lm_real *values, *grads;
    CHECK_OK(lm_gpt_new(&g, shape, NULL, &e), &e);
    CHECK_OK(lm_params_block(g->params, &values, &e), &e);
    CHECK_OK(lm_params_block(g->params, &grads, &e), &e);
    CHECK_OK(lm_params_load(g->params, values, "", file, &e), &e);
    const double found =
        train(g, values, grads, (size_t)tokens->shape[0], (size_t)tokens->shape[1]);
    check(loss, &found, 1);
    for (size_t i = 0; i < g->params->count; i++) {
        const lm_param *p = &g->params->item[i];
        char name[128];
        (void)snprintf(name, sizeof name, "%s%s", prefix, p->name);
        check(name, grads + p->at, p->count);
    }
    lm_block_free(values);
    lm_block_free(grads);
    lm_gpt_free(g);
}

static lm_gpt_shape shape_of(const char *wte, const char *wpe, uint64_t layers, uint64_t heads)
{
    return (lm_gpt_shape){.layers = layers,
                          .heads = heads,
                          .width = find(wte)->shape[1],
                          .context = find(wpe)->shape[0],
                          .vocab = find(wte)->shape[0],
                          .patterns = 1};
}

TEST(gpt2_shared)
{
    if (!open_numbers("gpt2")) SKIP("LM_ORACLES is not set: part of make test-long");
    const lm_gpt_shape shape = shape_of("wte.weight", "wpe.weight", 2, 3);
    check_gpt("out.loss", "grad.", &shape);
    lm_ckpt_close(file);
}

TEST(gpt1_shared)
{
    if (!open_numbers("gpt1")) SKIP("LM_ORACLES is not set: part of make test-long");
    lm_gpt_shape shape = shape_of("tokens_embed.weight", "positions_embed.weight", 2, 4);
    shape.post_norm = true;
    check_gpt("out.L1", "out.pretrain_grad.", &shape);
    lm_ckpt_close(file);
}

/* ---- masks ---- */

enum { B = 2, H = 2, T = 12, D = 4, C = H * D };

/* to (B,T,H,D) from a tensor (B,H,T,D), or back. */
static void read_heads(lm_real *to, const char *name)
{
    const float *from = find(name)->data;
    for (size_t b = 0; b < B; b++)
        for (size_t h = 0; h < H; h++)
            for (size_t t = 0; t < T; t++)
                for (size_t d = 0; d < D; d++)
                    to[((b * T + t) * H + h) * D + d] =
                        (lm_real)from[((b * H + h) * T + t) * D + d];
}

static void check_heads(const char *mask, const char *what, const lm_real *found)
{
    char name[64];
    lm_real turned[B * T * C];
    (void)snprintf(name, sizeof name, "out.%s.%s", mask, what);
    for (size_t b = 0; b < B; b++)
        for (size_t h = 0; h < H; h++)
            for (size_t t = 0; t < T; t++)
                for (size_t d = 0; d < D; d++)
                    turned[((b * H + h) * T + t) * D + d] = found[((b * T + t) * H + h) * D + d];
    check(name, turned, B * T * C);
}

static void check_mask(const char *mask, const char *pattern, bool causal)
{
    static lm_real q[B * T * C], k[B * T * C], v[B * T * C], d_out[B * T * C], out[B * T * C];
    lm_real d_q[B * T * C] = {0}, d_k[B * T * C] = {0}, d_v[B * T * C] = {0}, lse[B * H * T];
    lm_compute *on = compute_with(NULL);
    lm_pattern list[LM_PATTERNS_MAX];
    size_t count;
    lm_sequence s[B];
    lm_sequence_gradients d[B];
    char name[64];
    CHECK_OK(lm_patterns_parse(pattern, list, &count, &e), &e);
    (void)snprintf(name, sizeof name, "mask.%s", mask);
    const uint8_t *allowed = find(name)->data;
    for (size_t i = 0; i < T; i++)
        for (size_t j = 0; j < T; j++)
            CHECK_INT(lm_pattern_allows(list[0], causal, i, j), allowed[i * T + j]);
    read_heads(q, "in.q");
    read_heads(k, "in.k");
    read_heads(v, "in.v");
    read_heads(d_out, "in.dO");
    const lm_attention shape = {.heads = H,
                                .dim = D,
                                .q_stride = C,
                                .kv_stride = C,
                                .out_stride = C,
                                .pattern = list[0],
                                .causal = causal};
    for (size_t b = 0, at = 0; b < B; b++, at += T * C) {
        s[b] = (lm_sequence){q + at, k + at, v + at, out + at, T, T};
        d[b] = (lm_sequence_gradients){d_q + at, d_k + at, d_v + at, d_out + at};
    }
    lm_real *room = calloc(lm_attention_room(NULL, T), sizeof *room);
    CHECK(room);
    lm_attention_forward(on, &shape, s, B, lse, room);
    lm_attention_backward(on, &shape, s, d, B, lse, room);
    check_heads(mask, "O", out);
    check_heads(mask, "dq", d_q);
    check_heads(mask, "dk", d_k);
    check_heads(mask, "dv", d_v);
    free(room);
    lm_compute_free(on);
}

TEST(attention_shared)
{
    static const struct {
        const char *mask, *pattern;
        bool causal;
    } masks[] = {{"dense_bi", "dense", false},     {"dense", "dense", true},
                 {"atrous_bi", "atrous:3", false}, {"atrous", "atrous:3", true},
                 {"local_bi", "local:3", false},   {"local", "local:3", true},
                 {"sparse_bi", "sparse:3", false}, {"sparse", "sparse:3", true},
                 {"oa_local", "band:3", true},     {"oa_strided", "atrous:3", true},
                 {"p_local", "local:3", true},     {"p_strided_union", "sparse:3", true},
                 {"fx_block", "block:3", true},    {"fx_col", "column:3", true},
                 {"fx_union", "fixed:3", true}};
    if (!open_numbers("sparse_attn")) SKIP("LM_ORACLES is not set: part of make test-long");
    for (size_t i = 0; i < COUNT(masks); i++)
        check_mask(masks[i].mask, masks[i].pattern, masks[i].causal);
    lm_ckpt_close(file);
}

/* A stack of four layers, dense and banded in turn, as in GPT-3; its names begin with "g3.". */
TEST(gpt3_shared)
{
    if (!open_numbers("sparse_attn")) SKIP("LM_ORACLES is not set: part of make test-long");
    lm_gpt_shape shape = shape_of("g3.wte.weight", "g3.wpe.weight", 4, 2);
    lm_gpt *g;
    lm_real *values, *grads;
    CHECK_OK(lm_patterns_parse("dense,band:3", shape.pattern, &shape.patterns, &e), &e);
    CHECK_OK(lm_gpt_new(&g, &shape, NULL, &e), &e);
    CHECK_OK(lm_params_block(g->params, &values, &e), &e);
    CHECK_OK(lm_params_block(g->params, &grads, &e), &e);
    CHECK_OK(lm_params_load(g->params, values, "g3.", file, &e), &e);
    const double found = train(g, values, grads, 2, T);
    check("out.gpt3.loss", &found, 1);
    for (size_t i = 0; i < g->params->count; i++) {
        const lm_param *p = &g->params->item[i];
        char name[128];
        (void)snprintf(name, sizeof name, "grad.g3.%s", p->name);
        check(name, grads + p->at, p->count);
    }
    lm_block_free(values);
    lm_block_free(grads);
    lm_gpt_free(g);
    lm_ckpt_close(file);
}
