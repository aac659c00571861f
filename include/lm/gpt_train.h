/* gpt_train.h - what pretrains a GPT: a text as ids, and the task for the training loop.
 *
 *     lm_gpt_text text = {0};
 *     LM_TRY(lm_gpt_text_read(&text, reader, tokenizer, LM_BY_DOCUMENT, run, e));
 *     LM_TRY(lm_gpt_trainer_new(&trainer, gpt, &text, NULL, &how, micro_batch, pool, e));
 *     lm_train(&trainer->task, ...);
 *
 * Documents stand one after the other, each with an end-of-text token after it, if the tokenizer
 * has one; a window of the context's length is an example, wherever documents end in it (Brown et
 * al. 2020, appendix B). */
#ifndef LM_GPT_TRAIN_H
#define LM_GPT_TRAIN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/encode.h"
#include "lm/gpt.h"
#include "lm/passages.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/task.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LM_END_OF_TEXT "<|endoftext|>"

/* ids becomes a text after the end-of-text token, if the tokenizer has one.  Errors: those of
 * lm_encode. */
LM_MUST_USE lm_status lm_gpt_encode(const lm_gpt *gpt, lm_encoder *encoder, lm_slice text,
                                    lm_ids *ids, lm_err *e);

typedef struct {
    uint32_t *id; /* (count) */
    size_t count, capacity;
    uint64_t bytes, documents; /* of the text they were made of; 0: it is not known */
} lm_gpt_text;                 /* {0} is empty */

/* Adds a text of LM_UNIT_BYTE.  Errors: those of lm_encode_ids. */
LM_MUST_USE lm_status lm_gpt_text_read(lm_gpt_text *text, lm_text *reader,
                                       const lm_tokenizer *tokenizer, lm_passage_unit unit,
                                       const lm_run *run, lm_err *e);
/* Adds little-endian numbers of `width` 2 or 4 bytes.  Errors: LM_EFORMAT with the place for one
 * that is not less than `vocab`, or cut short; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_text_numbers(lm_gpt_text *text, lm_slice bytes, const char *name,
                                          size_t width, uint64_t vocab, lm_err *e);
LM_MUST_USE lm_status lm_gpt_text_add(lm_gpt_text *text, const uint32_t *ids, size_t count,
                                      lm_err *e);
void lm_gpt_text_free(lm_gpt_text *text);

typedef struct {
    const lm_tokenizer *tokenizer;
    uint64_t vocab;
    lm_passage_unit unit; /* what a document is */
    size_t width;         /* bytes of a number; 0: they are text */
} lm_gpt_reading;

/* Adds files, or standard input if there is none, and what they are to the history. */
LM_MUST_USE lm_status lm_gpt_text_files(lm_gpt_text *text, char *const *paths, size_t count,
                                        const lm_gpt_reading *how, lm_str *history,
                                        const lm_run *run, lm_err *e);

/* Its windows of at most `context` tokens to predict, one after the other. */
uint64_t lm_gpt_text_windows(const lm_gpt_text *text, uint64_t context);

typedef struct {
    double dropout; /* of h0, probabilities, and what is added to the stream */
    bool recompute; /* activations, to save memory */
    bool early;     /* for training with o->early: no block of gradients */
    bool random;    /* windows begin anywhere; else an epoch is all of them, one after the other */
    uint64_t seed;
} lm_gpt_training;

typedef struct lm_gpt_trainer {
    lm_task task; /* what lm_train wants */
    lm_gpt *gpt;
    const lm_gpt_text *text, *valid;
    lm_gpt_training how;
    lm_gpt_room room;
    struct lm_gpt_early *early; /* private */
    size_t *lengths;            /* (micro-batch) */
} lm_gpt_trainer;

/* All must outlive it.  `text` NULL: for --dry-run alone.  `valid`: NULL for none.  `batch`: most
 * examples of a micro-batch.  Errors: LM_EFORMAT for a text of fewer than two tokens; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_trainer_new(lm_gpt_trainer **trainer, lm_gpt *gpt,
                                         const lm_gpt_text *text, const lm_gpt_text *valid,
                                         const lm_gpt_training *how, size_t batch, lm_pool *pool,
                                         lm_err *e);
void lm_gpt_trainer_free(lm_gpt_trainer *trainer); /* NULL is allowed */

/* A text in windows of the context's length, each `stride` tokens after the one before; a token is
 * predicted by the first of them that can. */
typedef struct {
    const lm_gpt_text *text;
    uint64_t stride;
} lm_gpt_windows;

/* Adds the loss of all tokens but the first, as many windows at once as the room has sequences.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_gpt_measure(const lm_compute *on, const lm_gpt *gpt,
                                     const lm_gpt_weights *w, lm_gpt_room *room,
                                     const lm_gpt_windows *windows, const lm_run *run,
                                     lm_loss *loss, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
