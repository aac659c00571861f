/* vectors.c - word vectors as text, in the format of word2vec. */
#include "lm/vectors.h"
#include <math.h>
#include <string.h>
#include "lm/memory.h"

typedef struct {
    lm_slice rest; /* of the file */
    const char *name;
    uint64_t line;
} reader;

static bool next_line(reader *r, lm_slice *line)
{
    if (r->rest.length == 0) return false;
    const char *end = memchr(r->rest.text, '\n', r->rest.length);
    const size_t length = end ? (size_t)(end - r->rest.text) : r->rest.length;
    *line = (lm_slice){r->rest.text, length};
    r->rest.text += end ? length + 1 : length;
    r->rest.length -= end ? length + 1 : length;
    r->line++;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next piece without blanks; empty at the end. */
static lm_slice next_field(lm_slice *line)
{
    size_t from = 0, to;
    while (from < line->length && is_blank(line->text[from])) from++;
    for (to = from; to < line->length && !is_blank(line->text[to]);) to++;
    const lm_slice field = {line->text + from, to - from};
    *line = (lm_slice){line->text + to, line->length - to};
    return field;
}

/* The first line; every word takes at least two bytes a number and two more. */
static lm_status read_sizes(reader *r, uint64_t *words, uint64_t *dim, lm_err *e)
{
    lm_slice line = {0};
    int64_t sizes[2] = {0, 0};
    bool good = next_line(r, &line);
    for (int i = 0; good && i < 2; i++)
        good = lm_parse_int(next_field(&line), &sizes[i]) && sizes[i] > 0;
    if (!good || next_field(&line).length)
        return lm_fail(e, LM_EFORMAT,
                       "%s:1: expected two numbers: how many words, and numbers each", r->name);
    *words = (uint64_t)sizes[0];
    *dim = (uint64_t)sizes[1];
    if (*dim <= r->rest.length / 2 && *words <= (r->rest.length + 1) / (2 * *dim + 2)) return LM_OK;
    return lm_fail(e, LM_EFORMAT,
                   "%s:1: %llu words of %llu numbers do not fit the file's %zu bytes", r->name,
                   (unsigned long long)*words, (unsigned long long)*dim, r->rest.length);
}

/* From here on a number is nearer to 2^128, which is no float, than to the largest one. */
static const double TOO_LARGE = 0x1.ffffffp127;

static lm_status read_numbers(reader *r, lm_slice line, float *value, size_t dim, lm_err *e)
{
    for (size_t i = 0; i < dim; i++) {
        double number;
        const lm_slice field = next_field(&line);
        if (!lm_parse_real(field, &number) || !(fabs(number) < TOO_LARGE))
            return lm_fail(e, LM_EFORMAT, "%s:%llu: number %zu is '%.*s', expected a number",
                           r->name, (unsigned long long)r->line, i + 1,
                           (int)(field.length < 40 ? field.length : 40), field.text);
        value[i] = (float)number;
    }
    if (next_field(&line).length == 0) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s:%llu: more than %zu numbers", r->name,
                   (unsigned long long)r->line, dim);
}

static lm_status read_words(lm_vectors *v, reader *r, uint64_t words, lm_err *e)
{
    uint32_t id;
    lm_slice line = {0};
    for (uint64_t i = 0; i < words; i++) {
        if (!next_line(r, &line))
            return lm_fail(e, LM_EFORMAT, "%s:%llu: ends after %llu words of %llu", r->name,
                           (unsigned long long)r->line, (unsigned long long)i,
                           (unsigned long long)words);
        const uint32_t size = v->vocab->size;
        LM_TRY(lm_vocab_add(v->vocab, next_field(&line), &id, e));
        if (id == size) LM_TRY(read_numbers(r, line, v->value + id * v->dim, v->dim, e));
    }
    while (next_line(r, &line))
        if (next_field(&line).length)
            return lm_fail(e, LM_EFORMAT, "%s:%llu: more than the %llu words of line 1", r->name,
                           (unsigned long long)r->line, (unsigned long long)words);
    return LM_OK;
}

lm_status lm_vectors_read(lm_vectors *v, lm_slice bytes, const char *name, lm_err *e)
{
    reader r = {bytes, name, 0};
    uint64_t words = 0, dim = 0;
    *v = (lm_vectors){0};
    LM_TRY(read_sizes(&r, &words, &dim, e));
    v->dim = (size_t)dim;
    lm_status s = lm_vocab_new(&v->vocab, e);
    if (!s) v->value = lm_new((size_t)words * v->dim, sizeof *v->value, e);
    if (!s) s = v->value ? read_words(v, &r, words, e) : e->status;
    if (s) lm_vectors_free(v);
    return s;
}

void lm_vectors_free(lm_vectors *v)
{
    lm_vocab_free(v->vocab);
    lm_free(v->value);
    *v = (lm_vectors){0};
}

/* ---- writing ---- */

lm_status lm_vectors_begin(lm_out *out, uint64_t words, uint64_t dim, lm_err *e)
{
    return lm_out_printf(out, e, "%llu %llu\n", (unsigned long long)words, (unsigned long long)dim);
}

lm_status lm_vectors_add(lm_out *out, lm_slice word, const lm_real *value, size_t dim, lm_err *e)
{
    LM_TRY(lm_out_write(out, word.text, word.length, e));
    for (size_t i = 0; i < dim; i++) LM_TRY(lm_out_printf(out, e, " %.9g", (double)value[i]));
    return lm_out_text(out, "\n", e);
}
