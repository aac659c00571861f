/* mix.h - mixtures of word-level language models, p(w|h) = sum over i of weight i times p_i(w|h),
 * and their weights by EM on held-out text.  Jelinek and Mercer, Interpolated estimation of
 * Markov source parameters from sparse data, 1980.
 *
 *     LM_TRY(lm_mix_new(&mix, models, count, NULL, e));           equal weights
 *     LM_TRY(lm_mix_tune(mix, text, &stop, run, &report, e));     weights fit for the text
 *     LM_TRY(lm_mix_save(mix, writer, e));
 *
 * The vocabulary is that of all parts: <unk> if a part has it, </s>, the words of part 0 in its
 * order, those that part 1 adds, and so on, then <s>.  To a part, a word that it does not know is
 * what it is in bits per byte: p(<unk>) times its spelling (lm/spell.h).  The mixture's <unk> gets
 * what such words leave of the part's p(<unk>), so that all probabilities sum to 1.  From a part
 * without <unk> they get 0. */
#ifndef LM_MIX_H
#define LM_MIX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/lang.h"
#include "lm/memory.h"
#include "lm/models.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_MIX_PARTS_MAX = 64 };

typedef struct {
    lm_model model;
    const uint32_t *id;  /* (vocabulary) the part's id of each word, its <unk> if it is unknown */
    const double *share; /* (vocabulary) what a word gets of the probability of that id */
    size_t state_at;     /* its state in that of the mixture, in bytes */
} lm_mix_part;

typedef struct {
    lm_lang lang; /* order: the longest of any part */
    size_t count;
    lm_mix_part *part; /* (count) */
    double *weight;    /* (count) they sum to 1 */
    size_t state_size;
    int depth;       /* 1, or one more than that of the deepest mixture in it */
    bool owns_parts; /* they were loaded with the mixture and are closed with it */
    lm_arena arena;  /* of the arrays */
} lm_mix;

/* A mixture of 1 .. LM_MIX_PARTS_MAX models, which must outlive it; weights NULL: equal ones.
 * Errors: LM_EUSAGE (weights that are negative or do not sum to 1 within 1e-9; models whose
 * units or marks differ; mixtures too deep for a checkpoint); LM_EFORMAT (a vocabulary too
 * large); LM_ENOMEM. */
LM_MUST_USE lm_status lm_mix_new(lm_mix **mix, const lm_model *models, size_t count,
                                 const double *weights, lm_err *e);

/* lm.config: {"weights":[0.25,0.75],"vocab":9}; the models are parts of the checkpoint.  They
 * must outlive the writer's use of them. */
LM_MUST_USE lm_status lm_mix_save(const lm_mix *mix, lm_ckpt_writer *writer, lm_err *e);
LM_MUST_USE lm_status lm_mix_load(lm_mix **mix, const lm_ckpt *ckpt, lm_err *e);
void lm_mix_free(lm_mix *mix); /* NULL is allowed */

/* As score of lm_lang_type, but the probabilities that part `i` alone gives to words of the
 * mixture; moves only its part of the state.  Different parts may score at the same time. */
LM_MUST_USE lm_status lm_mix_score_part(const lm_mix *mix, size_t i, void *state,
                                        const uint32_t *ids, size_t count, double *p, int *order,
                                        lm_err *e);

/* The mixture as a word-level language model. */
extern const lm_lang_type lm_mix_lang;

/* ---- weights ---- */

/* EM ends after a step that changes the log-likelihood by at most `tolerance` of it. */
typedef struct {
    double tolerance;
    int64_t iterations; /* the most; 0: weights stay as they are */
} lm_mix_stop;
#define LM_MIX_STOP_DEFAULTS                                                                       \
    {                                                                                              \
        1e-9, 1000                                                                                 \
    }

typedef struct {
    double nats;        /* -sum ln p over all tokens; infinite if there are zeroprobs */
    uint64_t zeroprobs; /* tokens of probability 0; EM leaves them out */
    int64_t iterations; /* steps that were made */
    bool converged;     /* before the most */
} lm_mix_fit;

/* Improves weights (models) that sum to 1 by EM; p (tokens, models): the probability that each
 * model gives to each token.  *fit is for the weights found.  The result does not depend on the
 * threads of `run`.  Errors: LM_ENOMEM; LM_ESTOPPED. */
LM_MUST_USE lm_status lm_mix_em(const double *p, size_t tokens, size_t models,
                                const lm_mix_stop *stop, const lm_run *run, double *weight,
                                lm_mix_fit *fit, lm_err *e);

typedef struct {
    uint64_t sentences;
    uint64_t words;
    uint64_t unknown;                   /* words that no part knows */
    uint64_t tokens;                    /* words and sentence ends */
    double part_nats[LM_MIX_PARTS_MAX]; /* of each part alone */
    lm_mix_fit fit;
} lm_mix_report;

/* Reads `text` to its end and sets the weights by lm_mix_em from those of the mixture.  Takes 8
 * bytes a token and part.  Errors: LM_EFORMAT (no text); LM_EIO; LM_ENOMEM; LM_ESTOPPED. */
LM_MUST_USE lm_status lm_mix_tune(lm_mix *mix, lm_text *text, const lm_mix_stop *stop,
                                  const lm_run *run, lm_mix_report *report, lm_err *e);

/* Adds the "key TAB value" lines of lm-mix; of a report without tokens only the weights. */
LM_MUST_USE lm_status lm_mix_report_add(const lm_mix_report *report, const lm_mix *mix, lm_str *out,
                                        lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
