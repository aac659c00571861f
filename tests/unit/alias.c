/* alias.c - tests of drawing from a distribution: what a table says exactly, and draws from it. */
#include "lm/alias.h"
#include <stdlib.h>
#include "chance.h"
#include "failing.h"
#include "test.h"

static const uint64_t COINS = (uint64_t)1 << 32;

static lm_alias *alias_of(const double *weight, uint32_t n)
{
    lm_err e = {0};
    lm_alias *alias;
    CHECK_OK(lm_alias_new(&alias, weight, n, &e), &e);
    return alias;
}

/* What is drawn at a place of the table with one of its 2^32 coins. */
static uint32_t draw(const lm_alias *alias, uint32_t n, uint32_t place, uint64_t coin)
{
    const uint64_t middle = (((uint64_t)place * 2 + 1) << 32) / ((uint64_t)n * 2);
    const lm_random_block block = {{0, (uint32_t)middle, (uint32_t)coin, 0}};
    CHECK_INT(lm_random_below(block, n), place);
    return lm_alias_draw(alias, block);
}

/* How many coins of a place draw what coin 0 does; the others draw what the last one does. */
static uint64_t first_share(const lm_alias *alias, uint32_t n, uint32_t place)
{
    const uint32_t first = draw(alias, n, place, 0), last = draw(alias, n, place, COINS - 1);
    uint64_t low = 0, high = COINS - 1; /* `low` draws the first, `high` the last */
    if (first == last) return COINS;
    while (high - low > 1) {
        const uint64_t coin = low + (high - low) / 2;
        const uint32_t found = draw(alias, n, place, coin);
        CHECK(found == first || found == last);
        *(found == first ? &low : &high) = coin;
    }
    return high;
}

/* Probabilities (n) over all places and coins.  That each place has at most two things, and these
 * in two stretches, is the table's form. */
static double *distribution(const lm_alias *alias, uint32_t n)
{
    double *p = calloc(n, sizeof *p);
    CHECK(p != NULL);
    for (uint32_t place = 0; place < n; place++) {
        const uint64_t share = first_share(alias, n, place);
        const uint32_t first = draw(alias, n, place, 0), last = draw(alias, n, place, COINS - 1);
        CHECK(first < n && last < n);
        p[first] += (double)share * 0x1p-32 / n;
        p[last] += (double)(COINS - share) * 0x1p-32 / n;
    }
    return p;
}

/* Shares are whole numbers of coins, and each of the n places is off by less than one. */
static void check(const double *weight, uint32_t n)
{
    double sum = 0, all = 0;
    lm_alias *alias = alias_of(weight, n);
    double *p = distribution(alias, n);
    for (uint32_t i = 0; i < n; i++) sum += weight[i];
    for (uint32_t i = 0; i < n; i++) {
        CHECK_NEAR(p[i], weight[i] / sum, 0x1p-32);
        if (weight[i] == 0) CHECK(p[i] == 0);
        all += p[i];
    }
    CHECK_NEAR(all, 1, 1e-12);
    free(p);
    lm_alias_free(alias);
}

TEST(alias_tables)
{
    check((double[]){1}, 1);
    check((double[]){1e-300}, 1);
    check((double[]){1, 1}, 2);
    check((double[]){1, 0}, 2);
    check((double[]){0, 1}, 2);
    check((double[]){0, 0, 0, 7, 0}, 5);
    check((double[]){1, 2, 3, 4, 5, 6, 7}, 7);
    check((double[]){3, 1, 0, 2, 5}, 5);
    check((double[]){0.1, 0.2, 0.3, 0.4}, 4);
    check((double[]){1e300, 1e-300, 1e300}, 3);
    check((double[]){0x1p-1074, 0x1p-1074, 0x1p-1073}, 3);
    check((double[]){1, 1e-9, 1e-12, 0, 1e-15}, 5);
}

TEST(alias_tables_of_any_weights)
{
    enum { MOST = 2000 };
    static double weight[MOST];
    random_state = 1;
    for (uint32_t n = 1; n <= MOST; n = n * 3 + 1) {
        for (uint32_t i = 0; i < n; i++) /* counts as those of words; some are 0 */
            weight[i] = below(5) ? (double)(below(1 << 20) + 1) / (double)(i + 1) : 0;
        weight[n - 1] = 1;
        check(weight, n);
    }
}

/* Pearson's statistic of 49 degrees of freedom is above 95 once in 10000 times. */
TEST(alias_draws)
{
    enum { N = 50, DRAWS = 200000 };
    double weight[N + 1] = {0}, sum = 0, statistic = 0;
    uint64_t found[N + 1] = {0};
    for (int i = 0; i < N; i++) sum += weight[i] = 1 / (double)(i + 1);
    lm_alias *alias = alias_of(weight, N + 1); /* the last is never drawn */
    for (uint64_t i = 0; i < DRAWS; i++)
        found[lm_alias_draw(alias, lm_random_at(1, LM_RANDOM_NOISE, 3, i))]++;
    for (int i = 0; i < N; i++) {
        const double expected = DRAWS * weight[i] / sum, off = (double)found[i] - expected;
        statistic += off * off / expected;
    }
    CHECK(statistic < 95);
    CHECK(statistic > 18); /* nor is it too good: below once in 10000 times */
    CHECK_INT(found[N], 0);
    lm_alias_free(alias);
    lm_alias_free(NULL);
}

TEST(alias_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_alias *alias;
        const lm_status s = lm_alias_new(&alias, (double[]){1, 2, 3}, 3, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK((alias == NULL) == (s != LM_OK));
        lm_alias_free(alias);
        failing_end();
    }
}
