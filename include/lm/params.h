/* params.h - the parameters of a model: one table says all about them.
 *
 *     typedef struct { lm_real *embed, *weight, *bias; } weights;
 *     const lm_param rows[] = {
 *         {"embeddings.weight", offsetof(weights, embed), 2, {V, C}, .init = LM_INIT_NORMAL,
 *          .scale = 1, .decay = true}, ...};
 *     LM_TRY(lm_params_new(&params, rows, count, e));        a block, laid out by the table
 *     LM_TRY(lm_params_init(params, values, "default", seed, pool, e));
 *     lm_params_bind(params, values, &w);                    w.embed ... point into the block
 *
 * A block holds every parameter of a model, each at a multiple of 64 bytes, zeros between.
 * Gradients, moments and averages are blocks of the same layout, so clearing, clipping, updating
 * and saving each are one loop. */
#ifndef LM_PARAMS_H
#define LM_PARAMS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/compute.h"
#include "lm/real.h"
#include "lm/status.h"
#include "lm/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How initial values are drawn; `scale` is the table's. */
typedef enum {
    LM_INIT_ZERO,
    LM_INIT_ONE,
    LM_INIT_NORMAL, /* mean 0, standard deviation `scale` */
    LM_INIT_UNIFORM /* in [-scale, scale) */
} lm_init;

/* What PyTorch's module of this parameter draws, for --init-rule torch:SEED. */
typedef enum {
    LM_TORCH_NONE,      /* draws nothing: init, scale stand */
    LM_TORCH_EMBEDDING, /* normal(0, 1) */
    LM_TORCH_LINEAR     /* nn.Linear's weight or bias: uniform(+-1/sqrt(fan_in)); every parameter of
                           nn.LSTM, with fan_in its hidden size */
} lm_torch_rule;

enum {
    LM_PARAM_DIMS = 4,
    LM_PARAM_STEP = 16 /* elements: every row begins at a multiple of it, of float or double */
};

typedef struct {
    const char *name; /* in checkpoints */
    size_t field;     /* offset of its lm_real * in the model's struct of pointers */
    int dims;
    uint64_t shape[LM_PARAM_DIMS];
    lm_init init;
    double scale;
    lm_torch_rule torch;
    uint64_t fan_in; /* for LM_TORCH_LINEAR */
    bool decay;      /* weight decay applies */
    bool frozen;     /* not trained */
    size_t at;       /* set by lm_params_new: where in a block, in elements */
    size_t count;    /* set by lm_params_new: elements */
} lm_param;

typedef struct {
    lm_param *item;
    size_t count;
    size_t size;    /* of a block, in elements, a multiple of 16 */
    uint64_t total; /* parameters: elements without what lies between */
} lm_params;

/* Elements first .. end - 1 of a block, by themselves; both are multiples of LM_PARAM_STEP. */
typedef struct {
    const lm_real *elements;
    size_t first, end;
} lm_block_part;

/* Copies the table (names stay the caller's) and lays it out.  Errors: LM_ENOMEM; LM_EUSAGE if a
 * block would not fit the address space. */
LM_MUST_USE lm_status lm_params_new(lm_params **params, const lm_param *rows, size_t count,
                                    lm_err *e);
void lm_params_free(lm_params *params); /* NULL is allowed */

/* A block of zeros, aligned to 64 bytes, in huge pages if large.  Free with lm_block_free. */
LM_MUST_USE lm_status lm_params_block(const lm_params *params, lm_real **block, lm_err *e);
void lm_block_free(lm_real *block); /* NULL is allowed */
/* The first n elements. */
void lm_block_clear(const lm_compute *on, lm_real *block, size_t n);

/* Sets every pointer of the struct at `fields` to its place in the block; what is const there stays
 * so by the caller's care. */
void lm_params_bind(const lm_params *params, const lm_real *block, void *fields);
/* The pointers of rows first .. end - 1 alone, the first of which begins at `part`. */
void lm_params_bind_rows(const lm_params *params, size_t first, size_t end, const lm_real *part,
                         void *fields);
/* Where row `row` begins in a block, or row params->count would. */
size_t lm_params_at(const lm_params *params, size_t row);

/* Draws initial values in the order of the table.  `rule`: "default" (by the table, from the
 * counter-based generator with `seed`), or "torch:SEED" (what PyTorch draws for these modules
 * after manual_seed(SEED), bit for bit; see torch_random.h).  A value of the default rule depends
 * on the seed, its row and its place there alone.  `pool` NULL: one thread.  Errors: LM_EUSAGE for
 * any other rule. */
LM_MUST_USE lm_status lm_params_init(const lm_params *params, lm_real *block, const char *rule,
                                     uint64_t seed, lm_pool *pool, lm_err *e);

/* Adds every parameter as a tensor of its name with `prefix` before it; the block must stay until
 * the checkpoint is written. */
LM_MUST_USE lm_status lm_params_save(const lm_params *params, const lm_real *block,
                                     const char *prefix, lm_ckpt_writer *writer, lm_err *e);
/* Fails as lm_params_load would, before any room is made for a block that a file only claims to
 * have.  Errors: LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_params_expect(const lm_params *params, const char *prefix,
                                       const lm_ckpt *ckpt, lm_err *e);
/* Reads every parameter from its tensor, of F64, F32, F16 or BF16; other tensors are left alone.
 * Errors: LM_EFORMAT naming file and tensor: missing, of another shape or type, or with values
 * that are not finite; the block may then hold a part of the values. */
LM_MUST_USE lm_status lm_params_load(const lm_params *params, lm_real *block, const char *prefix,
                                     const lm_ckpt *ckpt, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
