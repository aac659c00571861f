/* pattern.c - patterns of attention: their text, their passes, which positions they join. */
#include "lm/pattern.h"
#include <string.h>
#include "../../src/nn/passes.h"
#include "test.h"

enum { T = 70 };

static const char *const patterns[] = {
    "dense", "local:0", "local:5", "band:1", "band:4", "atrous:1", "atrous:7", "sparse:1",
    "sparse:6", "block:9", "block:80", "column:5", "column:8:3", "fixed:6", "fixed:8:8",
    "atrous:90", "sparse:90", "local:100",
    /* larger than any text, at no cost: */
    "column:80:75", "fixed:80:79", "atrous:1073741824", "sparse:1073741824",
    "column:1073741824:1073741824", "fixed:1073741824:1073741824"};

static lm_pattern parse(const char *text)
{
    static lm_err e;
    lm_pattern list[LM_PATTERNS_MAX];
    size_t count;
    CHECK_OK(lm_patterns_parse(text, list, &count, &e), &e);
    CHECK_INT(count, 1);
    return list[0];
}

/* Every pair that is allowed is in one pass, once; no other is in any. */
static void check_passes(lm_pattern p, bool causal, size_t length)
{
    static int times[T][T];
    uint64_t pairs = 0;
    memset(times, 0, sizeof times);
    for (size_t n = 0; n < lm_pattern_passes(p, causal, length); n++) {
        const lm_pass pass = lm_pattern_pass(p, causal, length, n);
        CHECK(pass.lane < lm_pattern_lanes(p));
        for (size_t i = pass.first_row; i < length; i += pass.row_step) {
            size_t from, to;
            lm_pass_columns(&pass, i, length, &from, &to);
            for (size_t y = from; y < to; y++) times[i][pass.first_key + y * pass.key_step]++;
        }
    }
    for (size_t i = 0; i < length; i++)
        for (size_t j = 0; j < length; j++) {
            CHECK_INT(times[i][j], lm_pattern_allows(p, causal, i, j));
            pairs += (uint64_t)times[i][j];
        }
    CHECK_INT(lm_pattern_pairs(p, causal, length), pairs);
}

TEST(pattern_passes)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (int causal = 0; causal < 2; causal++)
            for (size_t length = 1; length <= T; length += 23)
                check_passes(parse(patterns[i]), causal, length);
}

/* By hand: K = 3, six positions, causal. */
TEST(pattern_rows)
{
    static const struct {
        const char *pattern, *row[6];
    } cases[] = {
        {"dense", {"x", "xx", "xxx", "xxxx", "xxxxx", "xxxxxx"}},
        {"local:1", {"x", "xx", ".xx", "..xx", "...xx", "....xx"}},
        {"band:1", {"x", ".x", "..x", "...x", "....x", ".....x"}},
        {"atrous:3", {"x", ".x", "..x", "x..x", ".x..x", "..x..x"}},
        {"sparse:1", {"x", "xx", "xxx", "xxxx", "xxxxx", "xxxxxx"}},
        {"sparse:2", {"x", "xx", "xxx", ".xxx", "x.xxx", ".x.xxx"}},
        {"block:3", {"x", "xx", "xxx", "...x", "...xx", "...xxx"}},
        {"column:3", {"", "", "..x", "..x", "..x", "..x..x"}},
        {"fixed:3:1", {"x", "xx", "xxx", "..xx", "..xxx", "..xxxx"}},
        {"fixed:3:2", {"x", "xx", "xxx", ".xxx", ".xxxx", ".xxxxx"}},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++)
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 6; j++) {
                const char *row = cases[n].row[i];
                CHECK_INT(lm_pattern_allows(parse(cases[n].pattern), true, i, j),
                          j < strlen(row) && row[j] == 'x');
            }
}

/* A layer of local:K and then one of atrous:K reach every earlier position; each alone does not. */
TEST(pattern_reach)
{
    enum { K = 7 };
    const lm_pattern local = parse("local:7"), atrous = parse("atrous:7");
    size_t missing[2] = {0, 0};
    for (size_t i = 0; i < T; i++)
        for (size_t j = 0; j <= i; j++) {
            bool both = false, twice[2] = {false, false};
            for (size_t m = j; m <= i; m++) {
                const bool near = lm_pattern_allows(local, true, m, j);
                both = both || (near && lm_pattern_allows(atrous, true, i, m));
                twice[0] = twice[0] || (near && lm_pattern_allows(local, true, i, m));
                twice[1] = twice[1] || (lm_pattern_allows(atrous, true, m, j) &&
                                        lm_pattern_allows(atrous, true, i, m));
            }
            CHECK(both);
            missing[0] += !twice[0];
            missing[1] += !twice[1];
        }
    CHECK(missing[0] > 0 && missing[1] > 0);
}

/* T^2/2, K T, T^2/2K: what the kinds cost. */
TEST(pattern_cost)
{
    enum { N = 4096, K = 64 };
    const double dense = (double)lm_pattern_pairs(parse("dense"), true, N);
    CHECK_NEAR(dense, N * (N + 1.0) / 2, 0);
    CHECK_NEAR((double)lm_pattern_pairs(parse("local:64"), true, N),
               (K + 1.0) * N - K * (K + 1) / 2, 0);
    CHECK_NEAR((double)lm_pattern_pairs(parse("atrous:64"), true, N), N / 2.0 * (N / K + 1), 0);
}

TEST(pattern_text)
{
    static const char *const wrong[] = {"",          "dens",      "dense:3",          "local",
                                        "local:",    "local:-1",  "band:0",           "atrous:0",
                                        "local:3:2", "fixed:3:4", "fixed:3:0",        "column:x",
                                        "dense,",    ",dense",    "local:99999999999"};
    static lm_err e;
    lm_pattern list[LM_PATTERNS_MAX];
    size_t count;
    lm_str text = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        e = (lm_err){0};
        CHECK_INT(lm_patterns_parse(wrong[i], list, &count, &e), LM_EUSAGE);
    }
    e = (lm_err){0};
    CHECK_OK(lm_patterns_parse("dense,local:0,band:128,fixed:128:8,column:4", list, &count, &e),
             &e);
    CHECK_OK(lm_patterns_text(list, count, &text, &e), &e);
    CHECK_TEXT(text.text, "dense,local:0,band:128,fixed:128:8,column:4:1");
    lm_str_free(&text);
}
