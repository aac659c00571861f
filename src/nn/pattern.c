/* pattern.c - which positions attention looks at. */
#include "lm/pattern.h"
#include <string.h>
#include "passes.h"

static const char *const names[] = {"dense",  "local", "band",   "atrous",
                                    "sparse", "block", "column", "fixed"};
enum { KINDS = sizeof names / sizeof *names, K_MAX = 1 << 30 };

static bool has_columns(lm_pattern_kind kind)
{
    return kind == LM_COLUMN || kind == LM_FIXED;
}

/* ---- text ---- */

/* Cuts `rest` at the first `c`: returns what is before it, *rest is what is after. */
static lm_slice cut(lm_slice *rest, char c, bool *found)
{
    const char *at = rest->length ? memchr(rest->text, c, rest->length) : NULL;
    const lm_slice before = {rest->text, at ? (size_t)(at - rest->text) : rest->length};
    *found = at != NULL;
    rest->text += before.length + (at != NULL);
    rest->length -= before.length + (at != NULL);
    return before;
}

static bool read_number(lm_slice text, int64_t least, uint32_t *out)
{
    int64_t n;
    if (!lm_parse_int(text, &n) || n < least || n > K_MAX) return false;
    *out = (uint32_t)n;
    return true;
}

/* NAME, NAME:K or NAME:K:C */
static bool read_pattern(lm_slice text, lm_pattern *p)
{
    bool more;
    const lm_slice name = cut(&text, ':', &more);
    size_t kind = 0;
    while (kind < KINDS && !lm_slice_is(name, names[kind])) kind++;
    if (kind == KINDS) return false;
    *p = (lm_pattern){.kind = (lm_pattern_kind)kind};
    if (p->kind == LM_DENSE || !more) return p->kind == LM_DENSE && !more;
    if (!read_number(cut(&text, ':', &more), p->kind == LM_LOCAL ? 0 : 1, &p->k)) return false;
    p->columns = has_columns(p->kind);
    if (!more) return true;
    return has_columns(p->kind) && read_number(text, 1, &p->columns) && p->columns <= p->k;
}

lm_status lm_patterns_parse(const char *text, lm_pattern pattern[LM_PATTERNS_MAX], size_t *count,
                            lm_err *e)
{
    lm_slice rest = lm_slice_of(text);
    *count = 0;
    for (bool more = true; more;) {
        const lm_slice item = cut(&rest, ',', &more);
        if (*count == LM_PATTERNS_MAX)
            return lm_fail(e, LM_EUSAGE, "more than %d patterns", LM_PATTERNS_MAX);
        if (!read_pattern(item, &pattern[(*count)++]))
            return lm_fail(e, LM_EUSAGE,
                           "'%.*s' is no pattern of attention: dense, local:K, band:K, atrous:K, "
                           "sparse:K, block:K, column:K[:C], fixed:K[:C]",
                           (int)(item.length < 60 ? item.length : 60), item.text);
    }
    return LM_OK;
}

lm_status lm_patterns_text(const lm_pattern *pattern, size_t count, lm_str *out, lm_err *e)
{
    for (size_t i = 0; i < count; i++) {
        const lm_pattern p = pattern[i];
        LM_TRY(lm_str_addf(out, e, "%s%s", i ? "," : "", names[p.kind]));
        if (p.kind != LM_DENSE) LM_TRY(lm_str_addf(out, e, ":%u", p.k));
        if (has_columns(p.kind)) LM_TRY(lm_str_addf(out, e, ":%u", p.columns));
    }
    return LM_OK;
}

/* ---- the definition ---- */

bool lm_pattern_allows(lm_pattern p, bool causal, size_t i, size_t j)
{
    const size_t distance = i > j ? i - j : j - i, k = p.k;
    if (causal && j > i) return false;
    switch (p.kind) {
    case LM_DENSE:
        return true;
    case LM_LOCAL:
        return distance <= k;
    case LM_BAND:
        return distance < k;
    case LM_ATROUS:
        return distance % k == 0;
    case LM_SPARSE:
        return distance <= k || distance % k == 0;
    case LM_BLOCK:
        return i / k == j / k;
    case LM_COLUMN:
        return j % k >= k - p.columns;
    case LM_FIXED:
        break;
    }
    return i / k == j / k || j % k >= k - p.columns;
}

/* ---- passes ---- */

/* How many passes go beside those of the nearest keys, on one side: a residue of the position, or a
 * column of the block, each; those alone that one of T positions has. */
static size_t strides(lm_pattern p, size_t T)
{
    if (p.kind == LM_ATROUS || p.kind == LM_SPARSE) return p.k < T ? p.k : T;
    if (!has_columns(p.kind)) return 0;
    const size_t first = p.k - p.columns, left = T > first ? T - first : 0;
    return p.columns < left ? p.columns : left;
}

static bool has_near(lm_pattern_kind kind)
{
    return kind != LM_ATROUS && kind != LM_COLUMN;
}

/* Keys that are near and on a stride belong to the near ones: both sides of them are apart. */
static size_t sides(lm_pattern p, bool causal)
{
    return has_near(p.kind) && !causal ? 2 : 1;
}

size_t lm_pattern_passes(lm_pattern p, bool causal, size_t T)
{
    return has_near(p.kind) + strides(p, T) * sides(p, causal);
}

size_t lm_pattern_lanes(lm_pattern p)
{
    return 1 + (has_columns(p.kind) ? p.columns : 1);
}

static lm_pass near_pass(lm_pattern p, bool causal)
{
    lm_pass pass = {.row_step = 1, .key_step = 1, .k = p.k};
    if (p.kind == LM_DENSE) {
        pass.reach = causal ? LM_REACH_PAST : LM_REACH_ALL;
    } else if (p.kind == LM_BLOCK || p.kind == LM_FIXED) {
        pass.reach = causal ? LM_REACH_BLOCK_PAST : LM_REACH_BLOCK;
    } else {
        pass.reach = causal ? LM_REACH_NEAR_PAST : LM_REACH_NEAR;
        pass.k -= p.kind == LM_BAND;
    }
    return pass;
}

lm_pass lm_pattern_pass(lm_pattern p, bool causal, size_t T, size_t index)
{
    if (has_near(p.kind) && index-- == 0) return near_pass(p, causal);
    const size_t stride = index % strides(p, T);
    const bool above = index >= strides(p, T);
    lm_pass pass = {.row_step = 1, .key_step = p.k, .k = p.k, .lane = 1};
    if (has_columns(p.kind)) {
        pass.first_key = p.k - p.columns + stride;
        pass.lane += stride;
    } else {
        pass.first_row = pass.first_key = stride;
        pass.row_step = p.k;
    }
    if (!has_near(p.kind))
        pass.reach = causal ? LM_REACH_PAST : LM_REACH_ALL;
    else if (p.kind == LM_FIXED)
        pass.reach = above ? LM_REACH_BLOCK_ABOVE : LM_REACH_BLOCK_BELOW;
    else
        pass.reach = above ? LM_REACH_ABOVE : LM_REACH_BELOW;
    return pass;
}

/* The positions *from .. *to - 1, of T. */
static void reach_of(const lm_pass *pass, size_t i, size_t T, size_t *from, size_t *to)
{
    const size_t k = pass->k, block = k ? i / k * k : 0;
    *from = 0;
    *to = T;
    switch (pass->reach) {
    case LM_REACH_ALL:
        break;
    case LM_REACH_PAST:
        *to = i + 1;
        break;
    case LM_REACH_NEAR:
        *to = i + k + 1; /* fall through */
    case LM_REACH_NEAR_PAST:
        *from = i > k ? i - k : 0;
        if (pass->reach == LM_REACH_NEAR_PAST) *to = i + 1;
        break;
    case LM_REACH_BELOW:
        *to = i > k ? i - k : 0;
        break;
    case LM_REACH_ABOVE:
        *from = i + k + 1;
        break;
    case LM_REACH_BLOCK:
        *from = block;
        *to = block + k;
        break;
    case LM_REACH_BLOCK_PAST:
        *from = block;
        *to = i + 1;
        break;
    case LM_REACH_BLOCK_BELOW:
        *to = block;
        break;
    case LM_REACH_BLOCK_ABOVE:
        *from = block + k;
        break;
    }
    if (*to > T) *to = T;
}

/* How many columns of the pass lie before position `at`. */
static size_t columns_before(const lm_pass *pass, size_t at)
{
    return at > pass->first_key ? (at - pass->first_key + pass->key_step - 1) / pass->key_step : 0;
}

void lm_pass_columns(const lm_pass *pass, size_t i, size_t T, size_t *from, size_t *to)
{
    size_t first, end;
    reach_of(pass, i, T, &first, &end);
    *from = columns_before(pass, first);
    *to = columns_before(pass, end);
    if (*from > *to) *from = *to;
}

uint64_t lm_pattern_pairs(lm_pattern pattern, bool causal, size_t T)
{
    uint64_t pairs = 0;
    for (size_t n = 0; n < lm_pattern_passes(pattern, causal, T); n++) {
        const lm_pass pass = lm_pattern_pass(pattern, causal, T, n);
        for (size_t i = pass.first_row; i < T; i += pass.row_step) {
            size_t from, to;
            lm_pass_columns(&pass, i, T, &from, &to);
            pairs += to - from;
        }
    }
    return pairs;
}
