/* w2v_train.h - what trains word vectors: their text, and the task for the training loop.
 *
 *     lm_w2v_text text;
 *     LM_TRY(lm_w2v_text_read(&text, reader, run, e));               or lm_w2v_pairs_read
 *     LM_TRY(lm_w2v_of_text(&model, &text, name, &shape, &choice, NULL, e));
 *     LM_TRY(lm_w2v_trainer_new(&trainer, model, &text, &how, batch, e));
 *     lm_train(&trainer->task, ...);
 *
 * A round is LM_W2V_ROUND tokens of text, cut into LM_W2V_BLOCKS blocks.  Every block learns, one
 * word after another, on copies of the rows it touches, as they were when the round began; then
 * what the blocks changed is put together row by row.  So blocks can be worked on by as many
 * threads, and the result does not depend on how many there are.  Where several blocks changed a
 * row, it takes
 *
 *     c(sum of n) / (sum of c(n))  times the sum of their changes,      c(n) = n a / (1 + n a),
 *
 * n being the steps the row took in a block, a the rate: about what one block would have changed
 * that took all of those steps.  For rare rows it is the sum, for the most frequent a mean. */
#ifndef LM_W2V_TRAIN_H
#define LM_W2V_TRAIN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/pairs.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/task.h"
#include "lm/text.h"
#include "lm/tokens.h"
#include "lm/vocab.h"
#include "lm/w2v.h"
#include "lm/words.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_W2V_ROUND = 8192, LM_W2V_BLOCKS = 8, LM_W2V_NOISE_GROUPS = 25 };

/* Running text, or pairs. */
typedef struct {
    lm_tokens tokens;
    lm_pairs pairs;  /* of which words are not left out */
    lm_vocab *found; /* the words of either, by appearance, */
    uint64_t *times; /* and how often they are there */
    uint32_t *map;   /* from them to the model's; LM_NO_WORD: left out */
    uint64_t *count; /* (V) */
    uint64_t total;  /* of them */
    lm_unit unit;
    bool marks_as_words;
} lm_w2v_text;

/* Reads a text to its end.  Errors: LM_EFORMAT (also if it is empty), LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_text_read(lm_w2v_text *text, lm_text *reader, const lm_run *run,
                                       lm_err *e);
/* Lines of words, a TAB and the word they predict.  Errors: as lm_pairs_read. */
LM_MUST_USE lm_status lm_w2v_pairs_read(lm_w2v_text *text, lm_slice bytes, const char *name,
                                        lm_err *e);
void lm_w2v_text_free(lm_w2v_text *text);

/* A model of the words of this text, and of `old`, whose counts are added; NULL: none.  Errors:
 * LM_EFORMAT naming `name` if none of them is chosen, and as lm_w2v_new. */
LM_MUST_USE lm_status lm_w2v_of_text(lm_w2v **model, lm_w2v_text *text, const char *name,
                                     const lm_w2v_shape *shape, const lm_word_choice *choice,
                                     const lm_w2v *old, lm_err *e);

typedef struct {
    uint64_t noise;    /* K, words of negative sampling */
    double sample;     /* t: a word of frequency f is kept with sqrt(t/f) + t/f; 0: always */
    bool fixed_window; /* always whole; else 1 .. window, drawn anew for every word */
    bool undivided;    /* CBOW: each word takes the gradient of the mean whole, as in word2vec.c */
    const lm_w2v *old; /* the rows of its words, and of equal subwords, begin as they are there */
    bool hogwild;      /* threads do not wait for each other: no two runs are the same */
    uint64_t seed;
} lm_w2v_training;

typedef struct lm_w2v_trainer {
    lm_task task; /* what lm_train wants */
    lm_w2v *model;
    lm_w2v_text *text;
    lm_w2v_training how;
    struct lm_w2v_work *work;
} lm_w2v_trainer;

/* All must outlive it.  `batch`: most rounds of a step.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_trainer_new(lm_w2v_trainer **trainer, lm_w2v *model, lm_w2v_text *text,
                                         const lm_w2v_training *how, size_t batch, lm_err *e);
void lm_w2v_trainer_free(lm_w2v_trainer *trainer);

#ifdef __cplusplus
}
#endif
#endif
