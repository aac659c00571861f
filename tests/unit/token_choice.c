/* token_choice.c - the choice of a token, against a plain one in double. */
#include "lm/token_choice.h"
#include <math.h>
#include <stdlib.h>
#include "lm/random.h"
#include "test.h"

enum { V = 300 };

static double uniform(uint32_t step, uint64_t index)
{
    return lm_random_real(lm_random_at(7, LM_RANDOM_TEST, step, index));
}

/* Ties included. */
static void make_logits(lm_real x[V], uint32_t step)
{
    for (uint32_t i = 0; i < V; i++)
        x[i] = (lm_real)(floor(uniform(step, i) * 40) / 4 - 6 + (i % 5 ? 0 : 1e-3 * i));
}

/* Ids by logit, then by id: insertion. */
static void rank(const double x[V], uint32_t order[V])
{
    for (uint32_t i = 0; i < V; i++) {
        uint32_t at = i;
        for (; at > 0 && x[order[at - 1]] < x[i]; at--) order[at] = order[at - 1];
        order[at] = i;
    }
}

static uint32_t choose_plainly(const lm_token_rule *rule, const lm_real *logits,
                               const uint32_t *seen, size_t count, double u)
{
    double x[V], p[V] = {0}, total = 0, sum = 0, least, wanted;
    uint32_t order[V], kept = V, last = 0;
    for (uint32_t i = 0; i < V; i++) {
        bool was = false;
        for (size_t k = 0; k < count; k++) was = was || seen[k] == i;
        x[i] = (double)logits[i];
        if (was) x[i] = x[i] > 0 ? x[i] / rule->repetition : x[i] * rule->repetition;
    }
    rank(x, order);
    if (rule->temperature == 0) return order[0];
    if (rule->top_k > 0 && rule->top_k < V) {
        kept = (uint32_t)rule->top_k;
        while (kept < V && x[order[kept]] == x[order[kept - 1]]) kept++;
    }
    for (uint32_t i = 0; i < kept; i++)
        p[order[i]] = exp((x[order[i]] - x[order[0]]) / rule->temperature);
    for (uint32_t i = 0; i < V; i++) total += p[i];
    wanted = rule->top_p * total;
    for (uint32_t i = 0; i < kept; i++) {
        if (sum >= wanted * (1 - 1e-12) && rule->top_p < 1) p[order[i]] = 0;
        sum += p[order[i]];
    }
    least = rule->min_p * p[order[0]];
    total = sum = 0;
    for (uint32_t i = 0; i < V; i++) {
        if (p[i] < least) p[i] = 0;
        total += p[i];
    }
    for (uint32_t i = 0; i < V; i++) {
        sum += p[i];
        if (p[i] > 0) last = i;
        if (p[i] > 0 && sum > u * total) return i;
    }
    return last;
}

TEST(choice_of_every_rule)
{
    static const double temperatures[] = {0, 0.3, 1, 2.5};
    static const int64_t top_k[] = {0, 1, 3, 50, 1000};
    static const double top_p[] = {1, 0.001, 0.5, 0.95, 0.9999}, min_p[] = {0, 0.02, 0.5, 1};
    static const double repetition[] = {1, 1.3, 0.7};
    lm_err e = {0};
    lm_token_room room;
    lm_real x[V];
    CHECK_OK(lm_token_room_new(&room, V, &e), &e);
    for (uint32_t n = 0; n < 4000; n++) {
        const lm_token_rule rule = {temperatures[n % 4], top_k[n / 4 % 5], top_p[n / 20 % 5],
                                    min_p[n / 100 % 4], repetition[n / 400 % 3]};
        const uint32_t seen[] = {n % V, 7, 7, n * 13 % V, 299};
        const double u = uniform(100000 + n, 0);
        make_logits(x, n);
        CHECK_INT(lm_token_choose(&rule, x, V, seen, 5, u, &room),
                  choose_plainly(&rule, x, seen, 5, u));
    }
    lm_token_room_free(&room);
}

/* p = 1/2, 1/4, 1/8, 1/8: exact in any precision. */
TEST(choice_at_borders)
{
    static const lm_real x[] = {3, 2, 1, 1};
    lm_err e = {0};
    lm_token_room room;
    lm_real logits[4];
    const lm_real ln2 = (lm_real)0.693147180559945;
    for (int i = 0; i < 4; i++) logits[i] = x[i] * ln2;
    lm_token_rule rule = LM_TOKEN_RULE_DEFAULTS;
    CHECK_OK(lm_token_room_new(&room, 4, &e), &e);
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 0, &room), 0);
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 0.4999, &room), 0);
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 0.5001, &room), 1);
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 0.7501, &room), 2);
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 1 - 1e-16, &room), 3);
    rule.top_k = 3; /* and the one equal to the third */
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 1 - 1e-16, &room), 3);
    rule.top_k = 2;
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 1 - 1e-16, &room), 1);
    rule.top_k = 0;
    rule.top_p = 0.76; /* needs the third, of two equal ones the first */
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 1 - 1e-16, &room), 2);
    rule.top_p = 0.74;
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 1 - 1e-16, &room), 1);
    rule.top_p = 1e-9; /* never none */
    CHECK_INT(lm_token_choose(&rule, logits, 4, NULL, 0, 1 - 1e-16, &room), 0);
    lm_token_room_free(&room);
}

TEST(choice_never_of_impossible_ones)
{
    lm_err e = {0};
    lm_token_room room;
    lm_real x[5000];
    lm_token_rule rule = LM_TOKEN_RULE_DEFAULTS;
    for (int i = 0; i < 5000; i++) x[i] = (lm_real)-HUGE_VAL;
    x[3210] = 1;
    CHECK_OK(lm_token_room_new(&room, 5000, &e), &e);
    for (uint32_t n = 0; n < 20; n++) {
        rule.top_p = n % 2 ? 1 : 0.9;
        rule.top_k = n % 3 ? 0 : 10;
        CHECK_INT(lm_token_choose(&rule, x, 5000, NULL, 0, n / 20.0, &room), 3210);
    }
    lm_token_room_free(&room);
}

TEST(best_tokens_by_logit_then_id)
{
    lm_real x[V];
    double y[V];
    uint32_t order[V], best[V];
    for (uint32_t n = 0; n < 50; n++) {
        make_logits(x, n);
        for (uint32_t i = 0; i < V; i++) y[i] = (double)x[i];
        rank(y, order);
        const uint32_t count = n * 6;
        lm_token_best(x, V, count, best);
        CHECK_BYTES(best, order, count * sizeof *best);
    }
}

TEST(log_sum_of_many_tokens)
{
    static lm_real x[50257];
    double sum = 0;
    for (uint32_t i = 0; i < 50257; i++) x[i] = (lm_real)(uniform(1, i) * 20);
    for (uint32_t i = 0; i < 50257; i++) sum += exp((double)x[i] - 20);
    CHECK_NEAR(lm_token_log_sum(x, 50257), log(sum) + 20, 1e-5);
}
