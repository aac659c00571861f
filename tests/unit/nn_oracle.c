/* nn_oracle.c - layers and losses against PyTorch's numbers: here in float, in double for
 * tests/grad, which includes this file. */
#include <string.h>
#include "lm/cross_entropy.h"
#include "lm/dropout.h"
#include "lm/embedding.h"
#include "lm/layernorm.h"
#include "lm/linear.h"
#include "lm/mse.h"
#include "numbers.h"

#ifdef LM_DOUBLE
static const double out_tolerance = 1e-10, loss_tolerance = 1e-10, grad_tolerance = 1e-10;
#else
static const double out_tolerance = 1e-5, loss_tolerance = 1e-5, grad_tolerance = 1e-4;
#endif

static lm_compute *begin(void)
{
    static lm_compute *on; /* one for all of a test, never freed */
    if (!on) numbers_open("tests/oracle/nn.tsv");
    if (!on) on = with_threads(1);
    return on;
}

/* "prefix.name" in the file; good for seven more calls. */
static const char *member(const char *prefix, const char *name)
{
    static char text[8][64];
    static int next;
    char *at = text[next++ % 8];
    snprintf(at, sizeof text[0], "%s.%s", prefix, name);
    return at;
}

static void check_gradient(const char *prefix, const char *name, const lm_real *found, size_t count)
{
    const char *full = member(prefix, name);
    check_close(TEST_PLACE(full), found, numbers(full, count), count, grad_tolerance);
}

static void check_output(const char *prefix, const char *name, const lm_real *found, size_t count)
{
    const char *full = member(prefix, name);
    check_close(TEST_PLACE(full), found, numbers(full, count), count, out_tolerance);
}

static void check_losses(const char *name, const lm_real *found, size_t count)
{
    const double *expected = numbers(name, count);
    for (size_t i = 0; i < count; i++)
        test_near(TEST_PLACE(name), (double)found[i], expected[i], loss_tolerance);
}

TEST(oracle_embedding)
{
    lm_compute *on = begin();
    const uint32_t *ids = numbers_ids("embedding.ids", 7);
    lm_real *out = zeros(21), *d_table = zeros(15);
    lm_embedding_forward(on, out, ids, numbers_real("embedding.table", 15), 7, 3);
    check_output("embedding", "out", out, 21);
    lm_embedding_backward(on, d_table, numbers_real("embedding.score", 21), ids, 7, 3);
    check_gradient("embedding", "d_table", d_table, 15);
}

/* weight (O,I) as (I,O) */
static lm_real *transposed(const lm_real *x, size_t rows, size_t columns)
{
    lm_real *y = zeros(rows * columns);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j];
    return y;
}

static void check_linear(lm_compute *on, lm_activation f, const char *prefix, bool in_major)
{
    enum { N = 4, I = 5, O = 6 };
    const lm_layout layout = in_major ? LM_IN_MAJOR : LM_OUT_MAJOR;
    const lm_real *x = numbers_real("linear.in", N * I), *b = numbers_real("linear.bias", O);
    const lm_real *w = numbers_real("linear.weight", O * I);
    if (in_major) w = transposed(w, O, I);
    lm_real *out = zeros(N * O), *sum = zeros(N * O), *d_sum = zeros(N * O);
    lm_real *d_in = zeros(N * I), *d_weight = zeros(O * I), *d_bias = zeros(O);
    lm_linear_forward(on, out, x, w, b, layout, f, N, I, O);
    check_output(prefix, "out", out, N * O);
    lm_linear_forward(on, sum, x, w, b, layout, LM_ACT_NONE, N, I, O);
    lm_activation_backward(on, d_sum, numbers_real("linear.score", N * O), f, sum, out, N * O);
    lm_linear_backward(on, d_in, d_weight, d_bias, d_sum, x, w, layout, N, I, O);
    if (in_major) d_weight = transposed(d_weight, I, O);
    check_gradient(prefix, "d_in", d_in, N * I);
    check_gradient(prefix, "d_weight", d_weight, O * I);
    check_gradient(prefix, "d_bias", d_bias, O);
}

TEST(oracle_linear)
{
    lm_compute *on = begin();
    const char *const names[] = {"none", "tanh", "sigmoid", "relu"};
    for (int f = 0; f < 4; f++)
        for (int in_major = 0; in_major < 2; in_major++)
            check_linear(on, (lm_activation)f, member("linear", names[f]), in_major);
}

TEST(oracle_linear_gelu)
{
    lm_compute *on = begin();
    check_linear(on, LM_ACT_GELU_TANH, "linear.gelu_tanh", false);
    check_linear(on, LM_ACT_GELU_ERF, "linear.gelu_erf", true);
}

TEST(oracle_layernorm)
{
    enum { N = 5, C = 19 };
    lm_compute *on = begin();
    const lm_real *x = numbers_real("layernorm.in", N * C), *b = numbers_real("layernorm.bias", C);
    const lm_real *gain = numbers_real("layernorm.gain", C);
    const lm_real *score = numbers_real("layernorm.score", N * C);
    lm_real *out = zeros(N * C), *mean = zeros(N), *rstd = zeros(N);
    lm_real *d_in = zeros(N * C), *d_gain = zeros(C), *d_bias = zeros(C);
    lm_layernorm_forward(on, out, mean, rstd, x, gain, b, 1e-5, N, C);
    check_output("layernorm", "out", out, N * C);
    lm_layernorm_backward(on, d_in, d_gain, d_bias, score, x, gain, mean, rstd, N, C);
    check_gradient("layernorm", "d_in", d_in, N * C);
    check_gradient("layernorm", "d_gain", d_gain, C);
    check_gradient("layernorm", "d_bias", d_bias, C);
}

static void check_cross_entropy(bool direct)
{
    enum { N = 6, V = 11, H = 4, X = 3, COUNTED = 5 };
    lm_compute *on = begin();
    const char *prefix = direct ? "cross_entropy.direct" : "cross_entropy.plain";
    const uint32_t *targets = numbers_ids("cross_entropy.targets", N);
    lm_logits logits = {.N = N, .V = V};
    logits.bias = numbers_real("cross_entropy.b", V);
    logits.d_bias = zeros(V);
    logits.term[0] = (lm_logit_term){.in = numbers_real("cross_entropy.h", N * H),
                                     .weight = numbers_real("cross_entropy.u", V * H),
                                     .width = H,
                                     .d_in = zeros(N * H),
                                     .d_weight = zeros(V * H)};
    if (direct)
        logits.term[1] =
            (lm_logit_term){.in = numbers_real("cross_entropy.x", N * X),
                            .weight = transposed(numbers_real("cross_entropy.w", V * X), V, X),
                            .layout = LM_IN_MAJOR,
                            .width = X,
                            .d_in = zeros(N * X),
                            .d_weight = zeros(V * X)};
    lm_real *room = zeros(lm_cross_entropy_room(N, V, true));
    lm_real *losses = zeros(N), *log_sums = zeros(N), *p = zeros(N * V);
    double sum = lm_cross_entropy_forward(on, losses, log_sums, &logits, targets, room);
    for (size_t i = 0; i < N; i++) sum -= (double)losses[i];
    CHECK_NEAR(sum, 0, 1e-14);
    check_losses(member(prefix, "losses"), losses, N);
    check_losses(member(prefix, "log_sums"), log_sums, N);
    lm_cross_entropy_softmax(on, p, &logits);
    check_output(prefix, "probabilities", p, N * V);
    memset(losses, 0, N * sizeof *losses);
    lm_cross_entropy_both(on, losses, &logits, targets, (lm_real)1 / COUNTED, NULL, room);
    check_losses(member(prefix, "losses"), losses, N);
    check_gradient(prefix, "d_b", logits.d_bias, V);
    check_gradient(prefix, "d_h", logits.term[0].d_in, N * H);
    check_gradient(prefix, "d_u", logits.term[0].d_weight, V * H);
    if (!direct) return;
    check_gradient(prefix, "d_x", logits.term[1].d_in, N * X);
    check_gradient(prefix, "d_w", transposed(logits.term[1].d_weight, X, V), V * X);
}

TEST(oracle_cross_entropy)
{
    check_cross_entropy(false);
    check_cross_entropy(true);
}

TEST(oracle_mse)
{
    lm_compute *on = begin();
    const lm_real *a = numbers_real("mse.a", 21), *b = numbers_real("mse.b", 21);
    lm_real *d_a = zeros(21), *d_b = zeros(21);
    CHECK_NEAR(lm_mse_forward(on, a, b, 21), *numbers("mse.loss", 1), loss_tolerance);
    lm_mse_backward(on, d_a, d_b, 1, a, b, 21);
    check_gradient("mse", "d_a", d_a, 21);
    check_gradient("mse", "d_b", d_b, 21);
}

TEST(oracle_dropout)
{
    enum { N = 301 };
    lm_compute *on = begin();
    const lm_dropout drop = {.p = 0.3,
                             .seed = UINT64_C(0x123456789abcdef0),
                             .step = 7,
                             .site = 5,
                             .first = (UINT64_C(1) << 36) - 150};
    lm_real *out = zeros(N), *d_in = zeros(N);
    lm_dropout_forward(on, out, numbers_real("dropout.in", N), &drop, N);
    check_output("dropout", "out", out, N);
    lm_dropout_backward(on, d_in, numbers_real("dropout.score", N), &drop, N);
    check_gradient("dropout", "d_in", d_in, N);
}

/* Embedding, tanh and cross entropy put together, with and without connections past the tanh. */
static void check_nnlm(bool direct)
{
    enum { N = 9, K = 4, D = 3, X = K * D, H = 5, V = 13 };
    lm_compute *on = begin();
    const char *prefix = direct ? "nnlm.direct" : "nnlm.plain";
    const uint32_t *ids = numbers_ids("nnlm.context", N * K);
    const lm_real *hidden = numbers_real("nnlm.hidden", H * X);
    lm_real *x = zeros(N * X), *y = zeros(N * H), *losses = zeros(N);
    lm_real *d_x = zeros(N * X), *d_y = zeros(N * H), *d_sum = zeros(N * H);
    lm_real *d_table = zeros(V * D), *d_hidden = zeros(H * X), *d_hidden_bias = zeros(H);
    lm_logits logits = {.N = N,
                        .V = V,
                        .bias = numbers_real("nnlm.output_bias", V),
                        .d_bias = zeros(V),
                        .term = {{.in = y,
                                  .weight = numbers_real("nnlm.output", V * H),
                                  .width = H,
                                  .d_in = d_y,
                                  .d_weight = zeros(V * H)},
                                 {.in = direct ? x : NULL,
                                  .weight = numbers_real("nnlm.direct", V * X),
                                  .width = X,
                                  .d_in = d_x,
                                  .d_weight = zeros(V * X)}}};
    lm_embedding_forward(on, x, ids, numbers_real("nnlm.table", V * D), N * K, D);
    lm_linear_forward(on, y, x, hidden, numbers_real("nnlm.hidden_bias", H), LM_OUT_MAJOR,
                      LM_ACT_TANH, N, X, H);
    lm_cross_entropy_both(on, losses, &logits, numbers_ids("nnlm.targets", N), (lm_real)1 / N, NULL,
                          zeros(lm_cross_entropy_room(N, V, true)));
    lm_activation_backward(on, d_sum, d_y, LM_ACT_TANH, NULL, y, N * H);
    lm_linear_backward(on, d_x, d_hidden, d_hidden_bias, d_sum, x, hidden, LM_OUT_MAJOR, N, X, H);
    lm_embedding_backward(on, d_table, d_x, ids, N * K, D);
    check_losses(member(prefix, "losses"), losses, N);
    check_gradient(prefix, "d_table", d_table, V * D);
    check_gradient(prefix, "d_hidden", d_hidden, H * X);
    check_gradient(prefix, "d_hidden_bias", d_hidden_bias, H);
    check_gradient(prefix, "d_output", logits.term[0].d_weight, V * H);
    check_gradient(prefix, "d_output_bias", logits.d_bias, V);
    if (direct) check_gradient(prefix, "d_direct", logits.term[1].d_weight, V * X);
}

TEST(oracle_nnlm)
{
    check_nnlm(false);
    check_nnlm(true);
}
