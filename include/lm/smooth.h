/* smooth.h - what may be asked of an n-gram model that is to be estimated.
 *
 *     lm_ngram_options options = LM_NGRAM_DEFAULTS;
 *     options.order = 3;
 *     LM_TRY(lm_ngram_check_options(&options, e));
 */
#ifndef LM_SMOOTH_H
#define LM_SMOOTH_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/words.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_NGRAM_ORDER_MAX = 10 };

/* How counts become probabilities; formulas and sources are in src/model/ngram/estimate.c. */
typedef enum {
    LM_NGRAM_MLE,          /* relative frequency */
    LM_NGRAM_ADDK,         /* k more of every word; 1/|V| for an unseen context */
    LM_NGRAM_ADDK_BACKOFF, /* k more, shared by unseen words as in the shorter context */
    LM_NGRAM_GT,           /* Katz back-off with Good-Turing discounts */
    LM_NGRAM_WB,           /* Witten-Bell */
    LM_NGRAM_ABS,          /* absolute discounting */
    LM_NGRAM_KN,           /* Kneser-Ney */
    LM_NGRAM_MKN,          /* modified Kneser-Ney */
    LM_NGRAM_ARPA          /* not estimated here: read from an ARPA file */
} lm_ngram_smooth;
#define LM_NGRAM_SMOOTH_NAMES "mle|addk|addk-backoff|gt|wb|abs|kn|mkn"
const char *lm_ngram_smooth_name(lm_ngram_smooth smooth);

bool lm_ngram_is_addk(lm_ngram_smooth smooth); /* ADDK, ADDK_BACKOFF */

/* Absolute discounts each order has: 3 with MKN, 1 with ABS and KN, else 0. */
int lm_ngram_discount_count(lm_ngram_smooth smooth);

typedef struct {
    int order; /* 1 .. LM_NGRAM_ORDER_MAX */
    lm_ngram_smooth smooth;
    bool backoff; /* WB, ABS, KN, MKN: backed off, not interpolated; MLE, ADDK: not allowed */
    double k;     /* ADDK, ADDK_BACKOFF: > 0; Laplace's is 1 */
    /* Where the counts of an order give no absolute discounts, use these, for counts 1, 2, 3
     * and more (ABS, KN: the first); else fail. */
    bool fallback;
    double fallback_discount[3];
    lm_word_choice choice; /* no_marks: a line's first words use shorter orders */
    /* Left out are n-grams of order k that were read no more often than prune[k] times, which
     * is 0 for k = 1 and never falls, and what lm_ngram_prune leaves out (0: nothing). */
    uint32_t prune[LM_NGRAM_ORDER_MAX + 1];
    double entropy_prune;
} lm_ngram_options;
#define LM_NGRAM_DEFAULTS                                                                          \
    {                                                                                              \
        .order = 5, .smooth = LM_NGRAM_MKN, .k = 1.0, .fallback = true, .fallback_discount = {     \
            0.5,                                                                                   \
            1.0,                                                                                   \
            1.5                                                                                    \
        }                                                                                          \
    }

/* Errors: LM_EUSAGE for values out of range or that contradict each other. */
LM_MUST_USE lm_status lm_ngram_check_options(const lm_ngram_options *options, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
