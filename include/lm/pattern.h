/* pattern.h - which positions attention looks at.
 *
 *     lm_pattern pattern[LM_PATTERNS_MAX];
 *     LM_TRY(lm_patterns_parse("dense,band:128", pattern, &count, e));
 *     layer l has pattern[l % count]
 *
 * Query i may look at key j (and, where attention is causal, only if j <= i):
 *     dense       always
 *     local:K     |i - j| <= K                                 (Su Jianlin, spaces.ac.cn/6853)
 *     band:K      |i - j| < K: with itself K keys              (attention.py of sparse_attention)
 *     atrous:K    i = j mod K                                  (Su; Child et al.'s strided heads)
 *     sparse:K    local:K or atrous:K                          (Su; a merged strided head of Child)
 *     block:K     i and j are in the same block of K
 *     column:K:C  j is one of the last C of its block of K     (C: 1 if left out)
 *     fixed:K:C   block:K or column:K:C                        (Child et al., a merged fixed head)
 * Child, Gray, Radford, Sutskever 2019, arXiv:1904.10509, section 4. */
#ifndef LM_PATTERN_H
#define LM_PATTERN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_DENSE,
    LM_LOCAL,
    LM_BAND,
    LM_ATROUS,
    LM_SPARSE,
    LM_BLOCK,
    LM_COLUMN,
    LM_FIXED
} lm_pattern_kind;

typedef struct {
    lm_pattern_kind kind;
    uint32_t k;       /* K >= 1, but for DENSE; LOCAL: >= 0 */
    uint32_t columns; /* C of COLUMN and FIXED, 1 .. K */
} lm_pattern;         /* {0}: dense */

enum { LM_PATTERNS_MAX = 64 };

/* Patterns with commas between them.  Errors: LM_EUSAGE, naming what is wrong. */
LM_MUST_USE lm_status lm_patterns_parse(const char *text, lm_pattern pattern[LM_PATTERNS_MAX],
                                        size_t *count, lm_err *e);
/* Adds the text of `count` patterns. */
LM_MUST_USE lm_status lm_patterns_text(const lm_pattern *pattern, size_t count, lm_str *out,
                                       lm_err *e);

/* May query i look at key j?  The definition; what computes attention goes by it. */
bool lm_pattern_allows(lm_pattern pattern, bool causal, size_t i, size_t j);

/* How many pairs of T positions it allows. */
uint64_t lm_pattern_pairs(lm_pattern pattern, bool causal, size_t T);

#ifdef __cplusplus
}
#endif
#endif
