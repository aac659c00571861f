/* w2v.h - word vectors: CBOW and skip-gram.
 * Mikolov, Chen, Corrado, Dean 2013, Efficient estimation of word representations in vector space;
 * Mikolov, Sutskever, Chen, Corrado, Dean 2013, Distributed representations of words and phrases
 * and their compositionality; Bojanowski, Grave, Joulin, Mikolov 2017, Enriching word vectors with
 * subword information.
 *
 * A word has the vector v(w) as an input and u(w) as an output.  CBOW predicts a word from h, the
 * mean (or sum) of the v of the words around it; skip-gram predicts a word from the v of each of
 * those one by one.  The losses, with s the logistic function:
 *
 *     softmax     -ln (exp(h u(w) + b(w)) / sum over all x of exp(h u(x) + b(x)))
 *     negative    -ln s(h u(w)) - sum over K noise words n of ln s(-h u(n))
 *     hierarchy   - sum over the nodes on w's path in a Huffman tree of ln s(+-h u(node))
 *
 * With subwords v(w) is the mean of a vector of its own and those of its character n-grams, so that
 * words never met have vectors too; in training each of them takes the gradient of v(w) whole, as
 * in fastText.
 *
 *     LM_TRY(lm_w2v_new(&model, &shape, vocab, count, e));          or lm_w2v_load
 *     LM_TRY(lm_w2v_vector(model, word, x, &found, e));
 *     lm_w2v_free(model);
 */
#ifndef LM_W2V_H
#define LM_W2V_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/file.h"
#include "lm/lang.h"
#include "lm/params.h"
#include "lm/real.h"
#include "lm/status.h"
#include "lm/vectors.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LM_W2V_DIM_MAX = 1 << 16,
    LM_W2V_WINDOW_MAX = 100,
    LM_W2V_GRAM_MAX = 32,
    LM_W2V_GRAMS_MAX = 256 /* subwords of a word that count: the first */
};

typedef enum { LM_W2V_CBOW, LM_W2V_SG } lm_w2v_mode;
#define LM_W2V_MODE_NAMES "cbow|sg"

/* NONE: vectors of another maker, which cannot be trained on. */
typedef enum { LM_W2V_NEGATIVE, LM_W2V_HIERARCHY, LM_W2V_SOFTMAX, LM_W2V_NONE } lm_w2v_loss;
#define LM_W2V_LOSS_NAMES "negative|hierarchy|softmax"

typedef struct {
    lm_w2v_mode mode;
    lm_w2v_loss loss;
    uint64_t dim;          /* D */
    uint64_t window;       /* words on each side; 0: not known, for no loss */
    double noise_power;    /* of negative sampling: noise words are drawn by count ^ power */
    bool sum;              /* CBOW: h is the sum */
    bool bias;             /* b, of the softmax */
    uint64_t min_n, max_n; /* length of subwords, in characters; max_n 0: none */
    uint64_t buckets;      /* what they are hashed into */
} lm_w2v_shape;

/* V words. */
typedef struct {
    lm_real *embed;    /* v (V,D) */
    lm_real *subwords; /* (buckets,D); NULL: none */
    lm_real *output;   /* u (V,D), of the hierarchy's nodes (V-1,D); NULL: no loss */
    lm_real *bias;     /* (V); NULL: none */
} lm_w2v_weights;

typedef struct {
    lm_lang lang; /* its type is only the kind: other words follow, not only before */
    lm_w2v_shape shape;
    uint64_t *count; /* (V) how often each word was read; zeros if that is not known */
    lm_params *params;
    lm_real *values;        /* of a model that was loaded, or by lm_w2v_room; else NULL */
    lm_w2v_weights weights; /* point into values */
} lm_w2v;

/* A model of these words, which it takes over, also on failure.  `count` (V), NULL: not known.
 * Errors: LM_EUSAGE for a shape that contradicts itself; LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_new(lm_w2v **model, const lm_w2v_shape *shape, lm_vocab *vocab,
                                 const uint64_t *count, lm_err *e);
void lm_w2v_free(lm_w2v *model); /* NULL is allowed */

/* Gives a new model its parameters, all zero, in values.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_room(lm_w2v *model, lm_err *e);

/* A line "WORD COUNT" for each word. */
LM_MUST_USE lm_status lm_w2v_write_vocab(const lm_w2v *model, lm_out *out, lm_err *e);

/* lm.config, words, counts: all but the parameters, which are lm_params_save's.  The model must
 * outlive the writer's use of it. */
LM_MUST_USE lm_status lm_w2v_save(const lm_w2v *model, lm_ckpt_writer *writer, lm_err *e);
LM_MUST_USE lm_status lm_w2v_load(lm_w2v **model, const lm_ckpt *ckpt, lm_err *e);

/* A model of vectors that were read, of no loss.  It takes over their vocabulary, and its weights
 * point to their numbers, so lm_params_save needs v->value: they must outlive it.
 * Errors: LM_EFORMAT for vectors no model can hold, with `name`; LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_of_vectors(lm_w2v **model, lm_vectors *v, const char *name, lm_err *e);

/* Leaves out of a model that was loaded what its vectors do not need; it has no loss then.
 * Errors: LM_ENOMEM; the model is then only to be freed. */
LM_MUST_USE lm_status lm_w2v_slim(lm_w2v *model, lm_err *e);

/* x (D) = the vector of word `id`, as lm_w2v_vector; of a mark not found by its spelling, its own.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_vector_of(const lm_w2v *model, uint32_t id, lm_real *x, lm_err *e);

/* x (D) = the vector of a word, by its subwords too if the model has them.  *found = false, and
 * zeros, if the word is unknown and has none.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_vector(const lm_w2v *model, lm_slice word, lm_real *x, bool *found,
                                    lm_err *e);

extern const lm_lang_type lm_w2v_lang;

#ifdef __cplusplus
}
#endif
#endif
