/* attention_plot.h - pictures of what attention looks at: patterns, and maps of a text.
 *
 * A picture is a grid, a row for each query and a column for each key, the darker the more. */
#ifndef LM_ATTENTION_PLOT_H
#define LM_ATTENTION_PLOT_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/file.h"
#include "lm/gpt.h"
#include "lm/pattern.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values in [0, 1], and what rows and columns are called. */
typedef struct {
    size_t size;          /* rows and columns */
    lm_real *value;       /* (size, size) */
    const lm_slice *name; /* (size); NULL: they have none */
    const char *title;
} lm_grid;

/* As SVG of that width, or as PGM (P5, a byte a cell, white is 0).  Errors: LM_EIO. */
LM_MUST_USE lm_status lm_grid_svg(const lm_grid *grid, double width, lm_out *out, lm_err *e);
LM_MUST_USE lm_status lm_grid_pgm(const lm_grid *grid, lm_out *out, lm_err *e);

/* Which pairs of `size` positions a pattern allows: 1, else 0.  Free value by lm_free.
 * Errors: LM_EUSAGE for a text that is not one pattern. */
LM_MUST_USE lm_status lm_grid_of_pattern(lm_grid *grid, const char *pattern, bool causal,
                                         size_t size, lm_err *e);

/* The probabilities of a head (from 0) of a layer (from 0), or with head < 0 the mean of all heads,
 * over the tokens of a text, after an end-of-text token if there is one.  Free by lm_grid_free.
 * Errors: LM_EUSAGE for a layer or head that is not there, or a text longer than the context;
 * LM_EFORMAT for a model without tokenizer; LM_ENOMEM. */
typedef struct {
    lm_grid grid;
    lm_str names;
    lm_slice *name;
    char title[64];
} lm_attention_picture;
LM_MUST_USE lm_status lm_attention_picture_of(lm_attention_picture *picture, const lm_gpt *gpt,
                                              lm_slice text, size_t layer, long head,
                                              const lm_run *run, lm_err *e);
void lm_attention_picture_free(lm_attention_picture *picture);

#ifdef __cplusplus
}
#endif
#endif
