/* words.h - choosing the words of a model: those of a list, frequent ones, the most frequent. */
#ifndef LM_WORDS_H
#define LM_WORDS_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/run.h"
#include "lm/status.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    bool closed;   /* no <unk> */
    bool no_marks; /* no </s> */
    bool bare;     /* words alone: no mark at all, and those that are not chosen are none */
    /* Words become <unk> that are not in `list` (NULL: all are), were read less often than
     * min_count, or are not among the vocab_size most frequent (0: no limit). */
    lm_vocab *list;
    uint64_t *list_count; /* (list) how often they are there, whatever was read; NULL: as read */
    uint64_t min_count, vocab_size;
} lm_word_choice;

/* Chooses the words of a model among those `found` (by appearance, read count[i] times) and those
 * of the list.  Fills `vocab`, empty before: <unk>, </s>, the words by descending count with ties
 * in byte order, <s>; and `map`: from found to chosen, or <unk>.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_words_choose(lm_vocab *vocab, uint32_t *map, const lm_vocab *found,
                                      const uint64_t *count, const lm_word_choice *choice,
                                      lm_err *e);

/* Reads a list with a count after every word, or after none.  Errors: LM_EFORMAT with the place. */
LM_MUST_USE lm_status lm_words_read_counted(lm_word_choice *choice, lm_slice bytes,
                                            const char *name, lm_err *e);

/* How often a word is there, of which `read` were read. */
uint64_t lm_words_count(const lm_word_choice *choice, lm_slice word, uint64_t read);

/* Words must be in memory, as they are found and in the vocabulary that is chosen of them.
 * Errors: LM_EUSAGE if there are too many for what the run may use. */
LM_MUST_USE lm_status lm_words_check_memory(const lm_vocab *found, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
