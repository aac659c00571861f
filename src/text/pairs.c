/* pairs.c - examples given one by one. */
#include "lm/pairs.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/tokens.h"

typedef struct {
    lm_pairs *pairs;
    const char *name;
    uint64_t line;
    size_t width;
    bool marks_as_words;
    size_t begin_capacity, target_capacity, context_capacity, times_capacity;
} reader;

static lm_slice cut(lm_slice *rest, char end)
{
    const char *at = memchr(rest->text, end, rest->length);
    const size_t length = at ? (size_t)(at - rest->text) : rest->length;
    const lm_slice piece = {rest->text, length};
    rest->text += at ? length + 1 : length;
    rest->length -= at ? length + 1 : length;
    return piece;
}

/* The number of a word among those found. */
static lm_status number(reader *r, lm_slice word, uint32_t *id, lm_err *e)
{
    lm_pairs *p = r->pairs;
    const size_t size = p->found->size;
    if (!r->marks_as_words) {
        *id = lm_slice_is(word, "<s>") ? LM_TOKEN_BOS : LM_TOKEN_EOS;
        if (*id == LM_TOKEN_BOS || lm_slice_is(word, "</s>")) return LM_OK;
    }
    LM_TRY(lm_vocab_add(p->found, word, id, e));
    LM_TRY(lm_reserve(&p->times, &r->times_capacity, size + 1, sizeof *p->times, e));
    if (*id == size) p->times[size] = 0;
    return LM_OK;
}

static lm_status read_context(reader *r, lm_slice words, lm_err *e)
{
    lm_pairs *p = r->pairs;
    uint64_t end = p->begin[p->count];
    size_t found = 0;
    while (words.length) {
        const lm_slice word = cut(&words, ' ');
        if (word.length == 0) continue;
        LM_TRY(
            lm_reserve(&p->context, &r->context_capacity, (size_t)end + 1, sizeof *p->context, e));
        LM_TRY(number(r, word, &p->context[end++], e));
        found++;
    }
    LM_TRY(lm_reserve(&p->begin, &r->begin_capacity, (size_t)p->count + 2, sizeof *p->begin, e));
    p->begin[p->count + 1] = end;
    if (r->width ? found == r->width : found > 0) return LM_OK;
    if (r->width == 0)
        return lm_fail(e, LM_EFORMAT, "%s:%llu: no words before the TAB", r->name,
                       (unsigned long long)r->line);
    return lm_fail(e, LM_EFORMAT, "%s:%llu: %zu words before the TAB, expected %zu", r->name,
                   (unsigned long long)r->line, found, r->width);
}

static lm_status read_pair(reader *r, lm_slice line, lm_err *e)
{
    lm_pairs *p = r->pairs;
    if (line.length && line.text[line.length - 1] == '\r') line.length--;
    const lm_slice words = cut(&line, '\t');
    if (line.length == 0 || memchr(line.text, '\t', line.length) ||
        memchr(line.text, ' ', line.length))
        return lm_fail(e, LM_EFORMAT, "%s:%llu: expected words, a TAB and one word", r->name,
                       (unsigned long long)r->line);
    LM_TRY(read_context(r, words, e));
    LM_TRY(lm_reserve(&p->target, &r->target_capacity, (size_t)p->count + 1, sizeof *p->target, e));
    uint32_t *target = &p->target[p->count++];
    LM_TRY(number(r, line, target, e));
    if (*target < LM_TOKEN_EOS) p->times[*target]++;
    p->ends += *target == LM_TOKEN_EOS;
    p->begins += *target == LM_TOKEN_BOS;
    return LM_OK;
}

static lm_status read_all(reader *r, lm_slice rest, lm_err *e)
{
    lm_pairs *p = r->pairs;
    LM_TRY(lm_vocab_new(&p->found, e));
    LM_TRY(lm_reserve(&p->begin, &r->begin_capacity, 1, sizeof *p->begin, e));
    p->begin[0] = 0;
    while (rest.length) {
        r->line++;
        LM_TRY(read_pair(r, cut(&rest, '\n'), e));
    }
    return p->count ? LM_OK : lm_fail(e, LM_EFORMAT, "%s: no pairs", r->name);
}

lm_status lm_pairs_read(lm_pairs *pairs, lm_slice bytes, const char *name, size_t width,
                        bool marks_as_words, lm_err *e)
{
    *pairs = (lm_pairs){0};
    reader r = {.pairs = pairs, .name = name, .width = width, .marks_as_words = marks_as_words};
    const lm_status s = read_all(&r, bytes, e);
    if (s) lm_pairs_free(pairs);
    return s;
}

void lm_pairs_free(lm_pairs *pairs)
{
    lm_vocab_free(pairs->found);
    lm_free(pairs->begin);
    lm_free(pairs->context);
    lm_free(pairs->target);
    lm_free(pairs->times);
    *pairs = (lm_pairs){0};
}
