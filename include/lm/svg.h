/* svg.h - pictures in SVG: text that any program can show, and its size, about.
 *
 *     LM_TRY(lm_svg_begin(out, 800, 600, "a map", e));
 *     LM_TRY(lm_svg_text(out, x, y, LM_SVG_START, word, e));
 *     LM_TRY(lm_svg_end(out, e));
 */
#ifndef LM_SVG_H
#define LM_SVG_H
#include "lm/file.h"
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_SVG_FONT = 12 }; /* size of letters */

/* A white page of that width and height; lengths are in its units from here on. */
LM_MUST_USE lm_status lm_svg_begin(lm_out *out, double width, double height, const char *title,
                                   lm_err *e);
LM_MUST_USE lm_status lm_svg_end(lm_out *out, lm_err *e);

/* Where a text stands: begins, has its middle or ends at x; y is its base line. */
typedef enum { LM_SVG_START, LM_SVG_MIDDLE, LM_SVG_END } lm_svg_anchor;

/* What XML cannot hold (control bytes, bytes that are not UTF-8) is written as U+FFFD. */
LM_MUST_USE lm_status lm_svg_text(lm_out *out, double x, double y, lm_svg_anchor anchor,
                                  lm_slice text, lm_err *e);
LM_MUST_USE lm_status lm_svg_dot(lm_out *out, double x, double y, double radius, lm_err *e);
LM_MUST_USE lm_status lm_svg_line(lm_out *out, double x1, double y1, double x2, double y2,
                                  lm_err *e);

/* About how wide a text is. */
double lm_svg_width(lm_slice text);

#ifdef __cplusplus
}
#endif
#endif
