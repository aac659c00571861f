/* generate_options.c - the options that say how a GPT writes. */
#include "lm/generate_options.h"

enum { BEAMS_MAX = 256, STREAMS_MAX = 4096 };
#define TEMPERATURE_LEAST 0.01 /* unless it is 0: below, logits divided by it may not be numbers   \
                                */

static lm_token_rule rule = LM_TOKEN_RULE_DEFAULTS;
static int64_t samples = 1, longest = 200, streams = 16, overflow, beams, seed = 1;
static bool greedy;
static lm_option_list stops;

const lm_option lm_generate_option_rows[] = {
    {0, "max-tokens", LM_OPT_INT, &longest, .low = 1, .high = 1e9, .arg = "N",
     .help = "longest completion, in tokens", .flags = LM_OPT_RESULT},
    {0, "samples", LM_OPT_INT, &samples, .low = 1, .high = 1e9, .arg = "N",
     .help = "completions of each prompt", .flags = LM_OPT_RESULT},
    {0, "temperature", LM_OPT_REAL, &rule.temperature, .low = 0, .high = 100, .arg = "X",
     .help = "below 1 favours probable tokens, above 1 rare ones; 0 is --greedy",
     .flags = LM_OPT_RESULT},
    {'k', "top", LM_OPT_INT, &rule.top_k, .low = 0, .high = 1e9, .arg = "K",
     .help = "choose among the K most probable tokens, and those equal to the last of them",
     .unset = "all", .flags = LM_OPT_RESULT},
    {0, "top-p", LM_OPT_REAL, &rule.top_p, .low = 1e-9, .high = 1, .arg = "P",
     .help = "choose among the fewest most probable tokens that together have at least P",
     .flags = LM_OPT_RESULT},
    {0, "min-p", LM_OPT_REAL, &rule.min_p, .low = 0, .high = 1, .arg = "P",
     .help = "choose among tokens at least P times as probable as the most probable one",
     .flags = LM_OPT_RESULT},
    {0, "repetition", LM_OPT_REAL, &rule.repetition, .low = 0.1, .high = 10, .arg = "X",
     .help = "above 1 makes tokens that were there less probable: divides their logits, multiplies "
             "negative ones",
     .flags = LM_OPT_RESULT},
    {0, "greedy", LM_OPT_FLAG, &greedy, .help = "always take the most probable token",
     .flags = LM_OPT_RESULT},
    {0, "beams", LM_OPT_INT, &beams, .low = 0, .high = BEAMS_MAX, .arg = "N",
     .help = "beam search with N beams, whose best completions are the samples; 0: none",
     .flags = LM_OPT_RESULT},
    {0, "stop", LM_OPT_TEXT, &stops, .arg = "TEXT",
     .help = "end a completion before this text",
     .flags = LM_OPT_LIST | LM_OPT_RESULT},
    {0, "overflow", LM_OPT_CHOICE, &overflow, .arg = "stop|slide",
     .help = "where the context is full, end, or forget the oldest half of it and go on",
     .flags = LM_OPT_RESULT},
    {'b', "batch", LM_OPT_INT, &streams, .low = 1, .high = STREAMS_MAX, .arg = "N",
     .help = "completions at once; the result does not depend on it"},
    LM_OPTION_SEED(&seed),
    {0}};

static lm_status check_beams(lm_err *e)
{
    static const char *const others[] = {"temperature", "top",    "top-p",    "min-p",
                                         "repetition",  "greedy", "overflow", "seed"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (lm_option_given(others[i]))
            return lm_fail(e, LM_EUSAGE, "--beams: it does not go with --%s", others[i]);
    if (samples > beams)
        return lm_fail(e, LM_EUSAGE, "--samples: %lld is more than --beams %lld",
                       (long long)samples, (long long)beams);
    return LM_OK;
}

lm_status lm_generate_options_get(lm_generation *how, lm_err *e)
{
    if (beams) LM_TRY(check_beams(e));
    if (rule.temperature > 0 && rule.temperature < TEMPERATURE_LEAST)
        return lm_fail(e, LM_EUSAGE, "--temperature: %g is neither 0 nor at least %g",
                       rule.temperature, TEMPERATURE_LEAST);
    for (size_t i = 0; i < stops.count; i++)
        if (!stops.item[i][0]) return lm_fail(e, LM_EUSAGE, "--stop: the text is empty");
    *how = (lm_generation){.rule = rule,
                           .seed = (uint64_t)seed,
                           .samples = (size_t)samples,
                           .longest = (size_t)longest,
                           .streams = (size_t)streams,
                           .overflow = (lm_overflow)overflow,
                           .stop = stops.item,
                           .stops = stops.count,
                           .beams = (size_t)beams};
    if (greedy) how->rule.temperature = 0;
    return LM_OK;
}
