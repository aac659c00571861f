/* vectors_text.c - word vectors as text, with word2vec's first line or, as GloVe writes them,
 * without. */
#include <math.h>
#include <string.h>
#include "lm/decimal.h"
#include "lm/text.h"
#include "vectors_private.h"

bool lm_vectors_line(lm_vectors_reader *r, lm_slice *line)
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

/* ---- fields of a line ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(lm_slice *line)
{
    size_t n = 0;
    while (n < line->length && is_blank(line->text[n])) n++;
    *line = (lm_slice){line->text + n, line->length - n};
}

/* The next piece without blanks; empty at the end. */
static lm_slice next_field(lm_slice *line)
{
    size_t n = 0;
    skip_blanks(line);
    while (n < line->length && !is_blank(line->text[n])) n++;
    const lm_slice field = {line->text, n};
    *line = (lm_slice){line->text + n, line->length - n};
    return field;
}

/* From here on a number is nearer to 2^128, which is no float, than to the largest one. */
static const double TOO_LARGE = 0x1.ffffffp127;

/* Takes the next field if it is a number; else it stays. */
static bool next_number(lm_slice *line, double *number)
{
    skip_blanks(line);
    size_t n = lm_decimal_scan(*line, number);
    if (n == 0 || (n < line->length && !is_blank(line->text[n]))) {
        lm_slice rest = *line;
        const lm_slice field = next_field(&rest);
        n = field.length;
        if (!lm_parse_real(field, number)) return false;
    }
    if (!(fabs(*number) < TOO_LARGE)) return false;
    *line = (lm_slice){line->text + n, line->length - n};
    return true;
}

bool lm_vectors_sizes(lm_slice line, uint64_t *words, uint64_t *dim)
{
    int64_t sizes[2];
    for (int i = 0; i < 2; i++)
        if (!lm_parse_int(next_field(&line), &sizes[i]) || sizes[i] < 1) return false;
    *words = (uint64_t)sizes[0];
    *dim = (uint64_t)sizes[1];
    return next_field(&line).length == 0;
}

uint64_t lm_vectors_numbers(lm_slice line)
{
    uint64_t numbers = 0;
    double number;
    (void)next_field(&line);
    for (skip_blanks(&line); line.length; skip_blanks(&line)) {
        if (next_number(&line, &number)) {
            numbers++;
            continue;
        }
        numbers = 0;
        (void)next_field(&line);
    }
    return numbers;
}

/* ---- lines ---- */

/* Takes up to `dim` numbers; returns how many there are. */
static size_t take_numbers(lm_slice *line, lm_real *value, size_t dim)
{
    size_t n = 0;
    double number;
    for (; n < dim && next_number(line, &number); n++) value[n] = (lm_real)(float)number;
    return n;
}

/* Cuts a line before its last `count` fields; what is before them is the word. */
static void cut(lm_slice line, size_t count, lm_slice *word, lm_slice *numbers)
{
    size_t end = line.length;
    for (; count; count--) {
        while (end && is_blank(line.text[end - 1])) end--;
        while (end && !is_blank(line.text[end - 1])) end--;
    }
    *numbers = (lm_slice){line.text + end, line.length - end};
    while (end && is_blank(line.text[end - 1])) end--;
    *word = (lm_slice){line.text, end};
    skip_blanks(word);
}

static lm_status no_number(const lm_vectors_reader *r, size_t place, lm_slice rest, lm_err *e)
{
    const lm_slice field = next_field(&rest);
    return lm_fail(e, LM_EFORMAT, "%s:%llu: number %zu is '%.*s', expected a number", r->name,
                   (unsigned long long)r->line, place, (int)(field.length < 40 ? field.length : 40),
                   field.text);
}

/* `blanks`: the word may have some in it, so that its numbers are the last ones. */
static lm_status read_line(lm_vectors_reader *r, lm_slice line, bool blanks, lm_err *e)
{
    const size_t dim = r->v->dim;
    lm_real *row;
    lm_slice rest = line, word = next_field(&rest);
    LM_TRY(lm_vectors_row(r, &row, e));
    size_t n = take_numbers(&rest, row, dim);
    skip_blanks(&rest);
    if (blanks && (n < dim || rest.length)) {
        cut(line, dim, &word, &rest);
        n = take_numbers(&rest, row, dim);
        skip_blanks(&rest);
    }
    if (n < dim) return no_number(r, n + 1, rest, e);
    if (rest.length)
        return lm_fail(e, LM_EFORMAT, "%s:%llu: more than %zu numbers", r->name,
                       (unsigned long long)r->line, dim);
    if (word.length > LM_TOKEN_MAX)
        return lm_fail(e, LM_EFORMAT, "%s:%llu: a word of more than %d bytes", r->name,
                       (unsigned long long)r->line, LM_TOKEN_MAX);
    lm_vectors_progress(r);
    return lm_vectors_keep(r, word, e);
}

lm_status lm_vectors_read_text(lm_vectors_reader *r, uint64_t words, lm_err *e)
{
    lm_slice line = {0};
    for (uint64_t i = 0; i < words; i++) {
        if (!lm_vectors_line(r, &line))
            return lm_fail(e, LM_EFORMAT, "%s:%llu: ends after %llu words of %llu", r->name,
                           (unsigned long long)r->line, (unsigned long long)i,
                           (unsigned long long)words);
        LM_TRY(read_line(r, line, false, e));
    }
    while (lm_vectors_line(r, &line))
        if (next_field(&line).length)
            return lm_fail(e, LM_EFORMAT, "%s:%llu: more than the %llu words of line 1", r->name,
                           (unsigned long long)r->line, (unsigned long long)words);
    return LM_OK;
}

/* Empty lines may follow the last word. */
lm_status lm_vectors_read_glove(lm_vectors_reader *r, lm_err *e)
{
    uint64_t empty = 0;
    for (lm_slice line; lm_vectors_line(r, &line);) {
        lm_slice rest = line;
        skip_blanks(&rest);
        if (rest.length && empty)
            return lm_fail(e, LM_EFORMAT, "%s:%llu: an empty line, and more words after it",
                           r->name, (unsigned long long)empty);
        if (rest.length)
            LM_TRY(read_line(r, line, true, e));
        else if (!empty)
            empty = r->line;
    }
    return LM_OK;
}
