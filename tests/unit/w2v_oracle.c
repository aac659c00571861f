/* w2v_oracle.c - losses of word vectors and their gradients against PyTorch's numbers: here in
 * float, in double for tests/grad, which includes this file. */
#include <stdio.h>
#include "w2v_oracle.h"
#include "numbers.h"

#ifdef LM_DOUBLE
static const double tolerance = 1e-10;
#else
static const double tolerance = 1e-5;
#endif

enum { V = 13, D = 7, N = 6, C = 4, K = 5 };

/* "w2v.MODE.LOSS.NAME" in the file. */
static const double *expected(const char *mode, const char *loss, const char *name, size_t count)
{
    char text[64];
    snprintf(text, sizeof text, "w2v.%s.%s.%s", mode, loss, name);
    return numbers(text, count);
}

static void check_oracle(oracle *q, const char *mode, const char *loss)
{
    const bool softmax = strcmp(loss, "softmax") == 0;
    oracle_find(q, strcmp(mode, "sg") == 0 ? LM_W2V_SG : LM_W2V_CBOW,
                softmax ? LM_W2V_SOFTMAX : LM_W2V_NEGATIVE);
    const double sum = *expected(mode, loss, "loss", 1);
    CHECK_NEAR(q->loss, sum, tolerance * sum);
    CHECK_CLOSE(q->d_embed, expected(mode, loss, "d_embed", V * D), V * D, tolerance);
    CHECK_CLOSE(q->d_output, expected(mode, loss, "d_output", V * D), V * D, tolerance);
    if (softmax) CHECK_CLOSE(q->d_bias, expected(mode, loss, "d_bias", V), V, tolerance);
}

/* Steps of a block are as long as the rate, so that it may be 1: nothing is lost in float. */
TEST(w2v_oracle)
{
    numbers_open("tests/oracle/w2v.tsv");
    oracle q = {.V = V,
                .D = D,
                .N = N,
                .C = C,
                .K = K,
                .embed = numbers_real("w2v.embed", V * D),
                .output = numbers_real("w2v.output", V * D),
                .bias = numbers_real("w2v.bias", V),
                .context = numbers_ids("w2v.context", N * C),
                .target = numbers_ids("w2v.target", N),
                .negative = numbers_ids("w2v.negatives", N * K),
                .rate = 1};
    check_oracle(&q, "cbow", "softmax");
    check_oracle(&q, "sg", "softmax");
    check_oracle(&q, "cbow", "negative");
    check_oracle(&q, "sg", "negative");
    fclose(numbers_file);
}
