/* nnlm_train.h - what trains an NNLM: its examples, and the task for the training loop.
 *
 *     lm_nnlm_text text;
 *     LM_TRY(lm_nnlm_text_read(&text, reader, run, e));              or lm_nnlm_pairs_read
 *     LM_TRY(lm_nnlm_of_text(&model, &text, name, &shape, &choice, run, e));
 *     LM_TRY(lm_nnlm_trainer_new(&trainer, model, &text, NULL, &how, micro_batch, pool, e));
 *     lm_train(&trainer->task, ...);
 */
#ifndef LM_NNLM_TRAIN_H
#define LM_NNLM_TRAIN_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/nnlm.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/task.h"
#include "lm/text.h"
#include "lm/tokens.h"
#include "lm/vectors.h"
#include "lm/vocab.h"
#include "lm/words.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- examples ---- */

/* Words and the words before them.  In running text an example is a token, sentences' ends among
 * them, and its context are the tokens before it in its sentence; pairs have their own. */
typedef struct {
    uint64_t count;    /* examples */
    size_t width;      /* n-1 of pairs; 0: running text */
    uint32_t *target;  /* (count) */
    uint32_t *context; /* (count, width), oldest first; NULL: running text */
    lm_vocab *found;   /* words by appearance: what targets and contexts are before they are */
    uint64_t *times;   /* translated; and how often each is a target */
    uint64_t ends;     /* the same of sentences' ends, */
    uint64_t begins;   /* and of <s>, which a list may make a word */
    lm_tokens tokens;  /* of running text, before it is translated */
    lm_unit unit;
    bool marks_as_words;
    uint64_t *word_count; /* (V) after lm_nnlm_of_text: how often each word is a target */
} lm_nnlm_text;

/* Reads a text to its end.  Errors: LM_EFORMAT (also if it is empty), LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_nnlm_text_read(lm_nnlm_text *text, lm_text *reader, const lm_run *run,
                                        lm_err *e);
/* Lines "n-1 words TAB word"; <s> and </s> are the marks.  Errors: LM_EFORMAT with the place. */
LM_MUST_USE lm_status lm_nnlm_pairs_read(lm_nnlm_text *text, lm_slice bytes, const char *name,
                                         int order, lm_err *e);
void lm_nnlm_text_free(lm_nnlm_text *text);

/* A model of the words of this text, which becomes ids.  With a list and `closed` the words are the
 * list's, in its order, <s> and </s> among them if they are there, and <s> is an output as others
 * are.  Errors: as lm_nnlm_text_translate, lm_nnlm_new. */
LM_MUST_USE lm_status lm_nnlm_of_text(lm_nnlm **model, lm_nnlm_text *text, const char *name,
                                      const lm_nnlm_shape *shape, const lm_word_choice *choice,
                                      const lm_run *run, lm_err *e);

/* Words become ids.  Errors: LM_EFORMAT naming `name` and a word that the vocabulary has not, where
 * there is no <unk>, or that is a target and no output; LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_nnlm_text_translate(lm_nnlm_text *text, const lm_vocab *vocab,
                                             const char *name, const lm_run *run, lm_err *e);

/* The context of example i: width or `words` ids, oldest first; before a sentence stands `start`.
 */
void lm_nnlm_context(const lm_nnlm_text *text, uint64_t i, uint32_t eos, uint32_t start,
                     size_t words, uint32_t *context);

/* ---- training ---- */

typedef struct {
    double dropout;
    bool freeze;    /* the vectors are not trained */
    bool bf16;      /* as in the compute of the run */
    uint64_t noise; /* words of noise contrastive estimation (lm/noise.h); 0: the likelihood */
    uint64_t seed;
    bool unigrams; /* the biases of the output layer begin as the words' logarithmic frequencies */
    const char *init_rule;     /* of lm_params_init */
    const lm_vectors *vectors; /* what the words that have some begin with; NULL: none */
} lm_nnlm_training;

typedef struct lm_nnlm_trainer {
    lm_task task; /* what lm_train wants */
    lm_nnlm *model;
    const lm_nnlm_text *text, *valid;
    lm_nnlm_training how;
    lm_nnlm_room room;
    struct lm_nnlm_noise *noise;
} lm_nnlm_trainer;

/* All but the vocabulary must outlive it.  `valid`: NULL for none.  `batch`: most examples of a
 * step.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_nnlm_trainer_new(lm_nnlm_trainer **trainer, lm_nnlm *model,
                                          const lm_nnlm_text *text, const lm_nnlm_text *valid,
                                          const lm_nnlm_training *how, size_t batch, lm_pool *pool,
                                          lm_err *e);
void lm_nnlm_trainer_free(lm_nnlm_trainer *trainer);

#ifdef __cplusplus
}
#endif
#endif
