/* generate_internal.h - what sampling and beam search share. */
#ifndef GENERATE_INTERNAL_H
#define GENERATE_INTERNAL_H
#include "lm/generate.h"

/* What the text of a completion is made with. */
typedef struct {
    const lm_tokenizer *tokenizer;
    uint32_t end, unknown; /* special tokens, LM_NO_WORD: there is none */
    uint32_t tokens;       /* that it may write: the tokenizer's */
    const lm_generation *how;
    size_t longest_stop; /* bytes */
} lm_writer;

LM_MUST_USE lm_status lm_writer_new(lm_writer *w, const lm_gpt *gpt, const lm_generation *how,
                                    lm_err *e);

/* A completion that is being written. */
typedef struct {
    lm_completion c;
    lm_decoder decoder;
} lm_written;

/* Begins one after the tokens in c.start, which become the end-of-text token if there are none. */
LM_MUST_USE lm_status lm_written_begin(lm_written *w, const lm_writer *writer, lm_err *e);
/* Adds a token; sets c.ending, but for the context. */
LM_MUST_USE lm_status lm_written_add(lm_written *w, const lm_writer *writer, uint32_t id, double lp,
                                     lm_err *e);
/* No more will come: all of the text is safe. */
void lm_written_end(lm_written *w, lm_ending ending);
LM_MUST_USE lm_status lm_written_copy(lm_written *to, const lm_written *from, lm_err *e);
void lm_written_free(lm_written *w);

/* Says that the context is full, which ends the completion. */
void lm_note_full(const lm_run *run, const lm_gpt *gpt, const lm_completion *c);

/* Makes the logits of what may not be written -infinity, and refuses those that are no numbers. */
LM_MUST_USE lm_status lm_writer_mask(const lm_writer *w, lm_real *logits, lm_err *e);

#endif
