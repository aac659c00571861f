/* word_map.h - words as points of a plane, near ones near to each other.
 *
 *     LM_TRY(lm_word_map_new(&map, space, unit, e));
 *     LM_TRY(lm_word_map_add(map, word, run, e));
 *     LM_TRY(lm_word_map_svg(map, 800, 600, out, e));
 *     lm_word_map_free(map);
 */
#ifndef LM_WORD_MAP_H
#define LM_WORD_MAP_H
#include <stdbool.h>
#include "lm/file.h"
#include "lm/run.h"
#include "lm/space.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_WORD_MAP_MAX = 500 }; /* more words could not be read, nor computed soon */

typedef struct lm_word_map lm_word_map;

/* unit: of the vectors at length 1.  The space must outlive it.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_word_map_new(lm_word_map **map, const lm_space *space, bool unit,
                                      lm_err *e);
void lm_word_map_free(lm_word_map *map); /* NULL is allowed */

/* Adds a word; one that is there already counts for nothing, nor does one without a vector, which
 * is noted.  Errors: LM_EUSAGE past LM_WORD_MAP_MAX words; LM_ENOMEM. */
LM_MUST_USE lm_status lm_word_map_add(lm_word_map *map, lm_slice word, const lm_run *run,
                                      lm_err *e);
/* The same for all words of a text. */
LM_MUST_USE lm_status lm_word_map_read(lm_word_map *map, lm_text *text, const lm_run *run,
                                       lm_err *e);

/* Writes the plane of the first two principal components, as a picture or as lines "word TAB x TAB
 * y".  Errors: LM_EUSAGE if there are no words; LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_word_map_svg(const lm_word_map *map, double width, double height,
                                      lm_out *out, lm_err *e);
LM_MUST_USE lm_status lm_word_map_tsv(const lm_word_map *map, lm_out *out, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
