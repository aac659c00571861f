/* w2v_shared.c - word vectors against numbers in safetensors files that tests/long/oracles.sh has
 * independent implementations make: LM_ORACLES is their folder. */
#include <stdio.h>
#include "gradient.h"
#include "lm/ckpt.h"
#include "unit/w2v_oracle.h"

static lm_ckpt *file;

static void open_numbers(const char *name)
{
    static lm_err e;
    char path[4096];
    const char *folder = getenv("LM_ORACLES");
    if (!folder) SKIP("LM_ORACLES is not set: part of make test-long");
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK_OK(lm_ckpt_open(&file, path, LM_CKPT_CHECK_ALL, &e), &e);
}

static const void *data(const char *name, lm_dtype dtype, size_t count)
{
    const lm_tensor *t = lm_ckpt_find(file, name);
    if (!t || t->dtype != dtype || t->bytes != count * lm_dtype_size(dtype))
        CHECK_TEXT("not in the file, or of another size", name);
    return t->data;
}

/* A weight, which is a float there. */
static const lm_real *weight(const char *name, size_t count)
{
    const float *from = data(name, LM_F32, count);
    lm_real *to = zeros(count);
    for (size_t i = 0; i < count; i++) to[i] = (lm_real)from[i];
    return to;
}

static const uint32_t *ids(const char *name, size_t count)
{
    const int64_t *from = data(name, LM_I64, count);
    uint32_t *to = array(count, sizeof *to);
    for (size_t i = 0; i < count; i++) to[i] = (uint32_t)from[i];
    return to;
}

/* "out.MODE_grad.NAME", of the mean of `events` losses; "out.loss_MODE". */
static void check(const char *mode, const char *name, const lm_real *found, size_t count,
                  double events)
{
    char text[64];
    snprintf(text, sizeof text, name ? "out.%s_grad.%s" : "out.loss_%s", mode, name);
    const double *expected = data(text, LM_F64, count);
    for (size_t i = 0; i < count; i++)
        test_near(TEST_PLACE(mode), found[i] / events, expected[i], 1e-10);
}

TEST(w2v_softmax_shared)
{
    enum { V = 12, D = 6, C = 4, N = 5 };
    open_numbers("cbow.safetensors");
    oracle q = {.V = V,
                .D = D,
                .N = N,
                .C = C,
                .embed = weight("embeddings.weight", V * D),
                .output = weight("linear.weight", V * D),
                .bias = weight("linear.bias", V),
                .context = ids("in.context", N * C),
                .target = ids("in.target", N),
                .all_contexts = true};
    for (int sg = 0; sg < 2; sg++) {
        const char *mode = sg ? "sg" : "cbow";
        const double events = sg ? N * C : N;
        oracle_find(&q, sg ? LM_W2V_SG : LM_W2V_CBOW, LM_W2V_SOFTMAX);
        check(mode, NULL, &q.loss, 1, events);
        check(mode, "embeddings.weight", q.d_embed, V * D, events);
        check(mode, "linear.weight", q.d_output, V * D, events);
        check(mode, "linear.bias", q.d_bias, V, events);
    }
    lm_ckpt_close(file);
}

/* One of its words is noise twice: what grows with the square of the rate is the same ahead and
 * back. */
TEST(w2v_negative_shared)
{
    enum { V = 15, D = 8, C = 4, N = 6, K = 5 };
    open_numbers("w2v_ns.safetensors");
    oracle q = {.V = V,
                .D = D,
                .N = N,
                .C = C,
                .K = K,
                .embed = weight("syn0", V * D),
                .output = weight("syn1neg", V * D),
                .context = ids("in.context", N * C),
                .target = ids("in.target", N),
                .negative = ids("in.negatives", N * K),
                .rate = 0.1};
    for (int sg = 0; sg < 2; sg++) {
        const char *mode = sg ? "sg" : "cbow";
        oracle_find(&q, sg ? LM_W2V_SG : LM_W2V_CBOW, LM_W2V_NEGATIVE);
        check(mode, NULL, &q.loss, 1, 1);
        check(mode, "syn0", q.d_embed, V * D, 1);
        check(mode, "syn1neg", q.d_output, V * D, 1);
    }
    lm_ckpt_close(file);
}
