/* nnlm.h - the neural probabilistic language model.
 * Bengio, Ducharme, Vincent, Jauvin 2003, A neural probabilistic language model, eq. 1:
 *
 *     y = b + W x + U tanh(d + H x),    p(w | context) = softmax(y)[w]
 *
 * x (X = (n-1) D) are the vectors of the n-1 words before, oldest first; W is optional.
 *
 *     LM_TRY(lm_nnlm_new(&model, &shape, vocab, count, e));          or lm_nnlm_load
 *     LM_TRY(lm_nnlm_room_new(&room, model, batch, false, pool, e));
 *     fill room.context and room.target
 *     lm_nnlm_losses(on, model, &model->weights, &room, batch);
 *
 * In a hierarchy of classes (Goodman 2001; Mikolov et al. 2011), p(w) = p(class) p(w | class), both
 * softmaxes of the same hidden layer. */
#ifndef LM_NNLM_H
#define LM_NNLM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/activation.h"
#include "lm/ckpt.h"
#include "lm/compute.h"
#include "lm/lang.h"
#include "lm/memory.h"
#include "lm/noise.h"
#include "lm/params.h"
#include "lm/real.h"
#include "lm/run.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_NNLM_ORDER_MAX = 32, LM_NNLM_WIDTH_MAX = 1 << 20 };

typedef struct {
    int order;                /* n, 2 .. LM_NNLM_ORDER_MAX */
    uint64_t dim, hidden;     /* D, H, 1 .. LM_NNLM_WIDTH_MAX */
    lm_activation activation; /* of the hidden layer: TANH, SIGMOID, RELU */
    bool direct;              /* W: connections past the hidden layer */
    bool tied;                /* U is the table of vectors: H = D */
    uint64_t classes;         /* G, wanted; 0: one softmax of all words */
} lm_nnlm_shape;

/* V words, O of them outputs (all but <s>). */
typedef struct {
    lm_real *embed;                     /* (V,D) */
    lm_real *hidden, *hidden_bias;      /* H (H,X), d (H) */
    lm_real *output, *output_bias;      /* U (O,H), b (O); output NULL if tied */
    lm_real *direct;                    /* W (O,X); NULL: none */
    lm_real *class_output, *class_bias; /* (G,H), (G); NULL: no classes */
    lm_real *class_direct;              /* (G,X) */
} lm_nnlm_weights;

typedef struct {
    lm_lang lang;
    lm_nnlm_shape shape;
    uint32_t start;   /* the word before a sentence's first ones; LM_NO_WORD: a vector of zeros */
    uint32_t outputs; /* O */
    uint32_t *class_begin; /* (G + 1): class g has the words class_begin[g] .. class_begin[g+1]-1 */
    uint32_t *class_of;    /* (O) */
    lm_params *params;
    lm_real *values;         /* of a model that was loaded; else NULL: the training loop has them */
    lm_nnlm_weights weights; /* point into values */
    struct lm_nnlm_idle *idle; /* of lm_nnlm_lang */
} lm_nnlm;

/* A model of these words, which it takes over, also on failure.  `count` (V): how often each was
 * read, for classes, which have about equal sums of sqrt(count) (Mikolov et al. 2011).
 * Errors: LM_EUSAGE for a shape that contradicts itself; LM_ENOMEM. */
LM_MUST_USE lm_status lm_nnlm_new(lm_nnlm **model, const lm_nnlm_shape *shape, lm_vocab *vocab,
                                  const uint64_t *count, lm_err *e);
void lm_nnlm_free(lm_nnlm *model); /* NULL is allowed */

/* lm.config, vocabulary, classes: all but the parameters, which are lm_params_save's.  The model
 * must outlive the writer's use of it. */
LM_MUST_USE lm_status lm_nnlm_save(const lm_nnlm *model, lm_ckpt_writer *writer, lm_err *e);
LM_MUST_USE lm_status lm_nnlm_load(lm_nnlm **model, const lm_ckpt *ckpt, lm_err *e);

/* ---- a batch ---- */

/* What a batch of at most `batch` examples needs. */
typedef struct {
    size_t batch;
    uint64_t bytes;             /* that it takes, about */
    uint32_t *context;          /* (B,n-1) ids, oldest first; LM_NO_WORD: zeros */
    uint32_t *target;           /* (B) */
    lm_real *x, *h;             /* (B,X), (B,H): vectors; hidden layer after f */
    lm_real *h_dropped;         /* (B,H): after dropout; h without it */
    lm_real *d_x, *d_h, *d_sum; /* gradients: of x, of h_dropped, of the sum before f */
    lm_real *losses;            /* (B) -ln p(target) */
    lm_real *room;              /* of the output layer */
    /* With classes: */
    uint32_t *class_of;            /* (B) of the target */
    lm_real *class_p;              /* (G) p(class) after the first context */
    struct lm_nnlm_groups *groups; /* the examples by class */
    lm_arena arena;
} lm_nnlm_room;

/* `gradients`: for lm_nnlm_both; else for lm_nnlm_losses alone.  `pool` and `bf16`: those of the
 * compute it is used with.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_nnlm_room_new(lm_nnlm_room *room, const lm_nnlm *model, size_t batch,
                                       bool gradients, lm_pool *pool, bool bf16, lm_err *e);
void lm_nnlm_room_free(lm_nnlm_room *room);

/* room->losses of the `count` examples in room->context and room->target, exactly normalised, row
 * by row the same bits whatever the others are. */
void lm_nnlm_losses(const lm_compute *on, const lm_nnlm *model, const lm_nnlm_weights *w,
                    lm_nnlm_room *room, size_t count);

/* p (O): of every next word after the context of the first example. */
void lm_nnlm_predict(const lm_compute *on, const lm_nnlm *model, const lm_nnlm_weights *w,
                     lm_nnlm_room *room, lm_real *p);

typedef struct {
    double dropout; /* of x and of the hidden layer */
    uint64_t seed, step;
    uint64_t first; /* place of the first example in the whole batch */
} lm_nnlm_chance;

/* The losses, and d += the gradient of scale times their sum.  Returns their sum. */
double lm_nnlm_both(const lm_compute *on, const lm_nnlm *model, const lm_nnlm_weights *w,
                    const lm_nnlm_weights *d, lm_nnlm_room *room, size_t count, lm_real scale,
                    const lm_nnlm_chance *chance);

/* The same for the loss of noise contrastive estimation, with room of lm_noise_room. */
double lm_nnlm_both_noise(const lm_compute *on, const lm_nnlm *model, const lm_nnlm_weights *w,
                          const lm_nnlm_weights *d, lm_nnlm_room *room, size_t count, lm_real scale,
                          const lm_nnlm_chance *chance, const lm_noise *noise, lm_real *noise_room);

/* The model as a word-level language model. */
extern const lm_lang_type lm_nnlm_lang;

#ifdef __cplusplus
}
#endif
#endif
