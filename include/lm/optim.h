/* optim.h - how parameters follow their gradients: SGD, Adagrad, Adam and the variants the papers
 * used.
 *
 *     LM_TRY(lm_optim_new(&optim, params, &how, e));
 *     for (;;) {                                                              every step
 *         const double norm = lm_grad_norm(on, params, grads);
 *         lm_optim_step(on, optim, values, grads, rate, lm_clip_scale(norm, 1.0));
 *     }
 *     lm_optim_free(optim);
 *
 * Coefficients and bias corrections are computed in double and rounded to lm_real before they are
 * applied, as PyTorch does for float tensors; SGD, Adagrad, Adam and AdamW give its bits.  A step
 * is the same bits for any number of threads, at every CPU level. */
#ifndef LM_OPTIM_H
#define LM_OPTIM_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/compute.h"
#include "lm/params.h"
#include "lm/real.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* p parameter, g gradient, lr rate, wd decay, t the step from 1; m = b1 m + (1 - b1) g and
 * v = b2 v + (1 - b2) g^2 from 0; m' = m / (1 - b1^t), v' = v / (1 - b2^t). */
typedef enum {
    LM_OPTIM_SGD,     /* g += wd p; u = mu u + g; p -= lr u; Nesterov's: p -= lr (g + mu u).  Polyak
                       * 1964; Sutskever et al., ICML 2013 */
    LM_OPTIM_ADAGRAD, /* g += wd p; G += g^2 from `initial`; p -= lr g / (sqrt(G) + eps).  Duchi et
                       * al., JMLR 12, 2011 */
    LM_OPTIM_ADAM,    /* g += wd p; p -= lr m' / (sqrt(v') + eps).  Kingma and Ba, ICLR 2015 */
    LM_OPTIM_ADAMW,   /* p -= lr wd p; then as Adam.  Loshchilov and Hutter, ICLR 2019 */
    LM_OPTIM_BERT,    /* p -= lr (m / (sqrt(v) + eps) + wd p).  google-research/bert */
    LM_OPTIM_GPT1     /* p -= lr sqrt(1 - b2^t) / (1 - b1^t) (m / (sqrt(v) + eps) + wd p).
                       * openai/finetune-transformer-lm */
} lm_optim_kind;
#define LM_OPTIM_NAMES "sgd|adagrad|adam|adamw|bert|gpt1"

typedef struct {
    lm_optim_kind kind;
    double momentum; /* SGD: mu */
    bool nesterov;
    double beta1, beta2, eps;
    double initial; /* ADAGRAD: what the sums of squares begin with */
    double decay;   /* wd, for parameters whose row says so */
} lm_optim_options;

typedef struct {
    lm_optim_options how;
    uint64_t steps; /* done */
    int moments;    /* blocks: 0, 1 (SGD's u, Adagrad's G) or 2 (m, v) */
    lm_real *moment[2];
    const lm_params *params;
} lm_optim;

/* Those of its paper or code; SGD without momentum, Adagrad's and AdamW's as in PyTorch. */
lm_optim_options lm_optim_defaults(lm_optim_kind kind);

/* `params` must outlive it.  Errors: LM_ENOMEM; LM_EUSAGE for options out of range: momentum and
 * betas in [0, 1), eps > 0 (Adagrad: eps + initial > 0), decay >= 0. */
LM_MUST_USE lm_status lm_optim_new(lm_optim **optim, const lm_params *params,
                                   const lm_optim_options *how, lm_err *e);
void lm_optim_free(lm_optim *optim); /* NULL is allowed */

/* One step.  Every gradient is multiplied by `scale` first, without being changed in memory.
 * Frozen parameters stay, and so do their moments. */
void lm_optim_step(const lm_compute *on, lm_optim *optim, lm_real *values, const lm_real *grads,
                   double rate, double scale);

/* One step in parts, as gradients come to be: lm_optim_begin, then every element once.  The bits of
 * lm_optim_step with scale 1. */
void lm_optim_begin(lm_optim *optim);
void lm_optim_part(const lm_compute *on, lm_optim *optim, lm_real *values,
                   const lm_block_part *grads, double rate);

/* Adds the moments as tensors PREFIXmoment1.NAME, PREFIXmoment2.NAME, or reads them back.  The
 * number of steps is the caller's to keep and to set.  Errors: as lm_params_save and _load. */
LM_MUST_USE lm_status lm_optim_save(const lm_optim *optim, const char *prefix,
                                    lm_ckpt_writer *writer, lm_err *e);
LM_MUST_USE lm_status lm_optim_load(lm_optim *optim, const char *prefix, const lm_ckpt *ckpt,
                                    lm_err *e);

/* The Euclidean norm of the gradients of all parameters that are trained, summed in double in an
 * order that depends on the table only.  NaN or infinity if any gradient is. */
double lm_grad_norm(const lm_compute *on, const lm_params *params, const lm_real *grads);
/* The same of a part, squared. */
double lm_grad_squares(const lm_compute *on, const lm_params *params, const lm_block_part *grads);

/* What gradients are multiplied by so that their norm is at most `max`: min(1, max / norm); 1 for
 * max 0 (no clipping), NaN for norm NaN. */
double lm_clip_scale(double norm, double max);

/* average (a block, which begins as a copy of values) += (1 - decay) (values - average): where both
 * are the same, nothing changes. */
void lm_average_step(const lm_compute *on, const lm_params *params, lm_real *average,
                     const lm_real *values, double decay);

#ifdef __cplusplus
}
#endif
#endif
