/* option_internal.h - what the parser and the printers of option tables share. */
#ifndef LM_OPTION_INTERNAL_H
#define LM_OPTION_INTERNAL_H
#include "lm/option.h"

/* The rows of a table, those of its groups in their place:
 *
 *     lm_option_walk walk = {{options}, 1};
 *     for (const lm_option *row; (row = lm_option_next(&walk));) ... */
enum { LM_OPTION_GROUP_DEPTH = 8 };
typedef struct {
    const lm_option *next[LM_OPTION_GROUP_DEPTH]; /* per open table: its next row */
    int depth;
} lm_option_walk;

const lm_option *lm_option_next(lm_option_walk *walk); /* NULL at the end */

/* The value of an INT, SIZE or REAL option. */
typedef union {
    int64_t whole;
    uint64_t size;
    double real;
} lm_option_number;

/* `x` as a value of the row's kind, cut to what that can hold. */
lm_option_number lm_option_number_of(const lm_option *row, double x);

/* Is there a lower, an upper bound?  Neither if both are 0. */
bool lm_option_has_low(const lm_option *row);
bool lm_option_has_high(const lm_option *row);

/* The i-th of the choices "a|b|c"; false past the last. */
bool lm_option_choice(const lm_option *row, int64_t i, lm_slice *choice);

/* What stands for the value: "N". */
const char *lm_option_argument(const lm_option *row);

/* Adds a number so that the parser reads it back: sizes with the largest exact suffix. */
LM_MUST_USE lm_status lm_option_add_number(const lm_option *row, lm_option_number number,
                                           lm_str *out, lm_err *e);
/* Adds "1 to 10", "at least 0", "at most 1G", or nothing. */
LM_MUST_USE lm_status lm_option_add_range(const lm_option *row, lm_str *out, lm_err *e);

#endif
