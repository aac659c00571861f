/* sample.h - choosing the next word, and writing sentences with any word-level model. */
#ifndef LM_SAMPLE_H
#define LM_SAMPLE_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/lang.h"
#include "lm/option.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    bool greedy;        /* always the most probable word */
    double temperature; /* p^(1/temperature), renormalised; > 0 */
    int64_t top_k;      /* only the k most probable; 0: all */
    double top_p;       /* only the most probable that together have at least this */
    int64_t seed;
} lm_sampling;
#define LM_SAMPLING_DEFAULTS                                                                       \
    {                                                                                              \
        false, 1.0, 0, 1.0, 1                                                                      \
    }

/* The options of a static lm_sampling `s`, as a row of an option table. */
#define LM_OPTION_SAMPLING_ROWS(s)                                                                 \
    {0,                                                                                            \
     "greedy",                                                                                     \
     LM_OPT_FLAG,                                                                                  \
     &(s).greedy,                                                                                  \
     .help = "always take the most probable word",                                                 \
     .flags = LM_OPT_RESULT},                                                                      \
        {0,                                                                                        \
         "temperature",                                                                            \
         LM_OPT_REAL,                                                                              \
         &(s).temperature,                                                                         \
         .low = 0.01,                                                                              \
         .high = 100,                                                                              \
         .arg = "X",                                                                               \
         .help = "below 1 favours probable words, above 1 rare ones",                              \
         .flags = LM_OPT_RESULT},                                                                  \
        {'k',                                                                                      \
         "top",                                                                                    \
         LM_OPT_INT,                                                                               \
         &(s).top_k,                                                                               \
         .low = 0,                                                                                 \
         .high = 1e9,                                                                              \
         .arg = "K",                                                                               \
         .help = "choose among the K most probable words",                                         \
         .unset = "all",                                                                           \
         .flags = LM_OPT_RESULT},                                                                  \
        {0,                                                                                        \
         "top-p",                                                                                  \
         LM_OPT_REAL,                                                                              \
         &(s).top_p,                                                                               \
         .low = 1e-9,                                                                              \
         .high = 1,                                                                                \
         .arg = "P",                                                                               \
         .help = "choose among the most probable words that together have P",                      \
         .flags = LM_OPT_RESULT},                                                                  \
        LM_OPTION_SEED(&(s).seed)

/* Words by descending p, ties in byte order (`rank` of lm_vocab_byte_ranks).  Fills order with
 * the `count` most probable ids of `size`.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_rank_words(const double *p, uint32_t size, const uint32_t *rank,
                                    uint32_t count, uint32_t *order, lm_err *e);

/* One sentence after another from one model. */
typedef struct lm_sampler lm_sampler;

LM_MUST_USE lm_status lm_sampler_new(lm_sampler **sampler, const lm_lang *lang,
                                     const lm_sampling *how, lm_err *e);
void lm_sampler_free(lm_sampler *sampler);

/* Draws sentence number `sentence`: `prefix` (ids), then words up to </s> or `longest` words
 * in all.  *ids (of the sampler, valid until the next call) holds *count ids, without </s>.
 * <unk> is never drawn.  The same sentence comes whatever was drawn before. */
LM_MUST_USE lm_status lm_sampler_draw(lm_sampler *sampler, uint64_t sentence,
                                      const uint32_t *prefix, size_t prefix_count, size_t longest,
                                      const uint32_t **ids, size_t *count, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
