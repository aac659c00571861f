/* word_tests_internal.h - what the tests of word vectors share: words found whatever their case. */
#ifndef LM_WORD_TESTS_INTERNAL_H
#define LM_WORD_TESTS_INTERNAL_H
#include "lm/lines.h"
#include "lm/word_tests.h"

struct lm_word_tests {
    lm_space *space;
    lm_word_tests_options how;
    const lm_run *run;
    lm_compute *on;
    size_t count;     /* rows that count */
    lm_vocab *folded; /* their words without case */
    uint32_t *first;  /* of a folded word: the first row that has it */
    uint32_t *fold;   /* (count) of a row: its folded word */
    lm_str room;
};

/* The row of a word as a test spells it, LM_NO_ROW if there is none. */
LM_MUST_USE lm_status lm_word_tests_row(lm_word_tests *tests, lm_slice word, uint32_t *row,
                                        lm_err *e);

/* Has every line of a file that is not empty read by line(context, line, e). */
LM_MUST_USE lm_status lm_word_tests_read(const char *path,
                                         lm_status (*read)(void *context, const lm_line *line,
                                                           lm_err *e),
                                         void *context, lm_err *e);
#endif
