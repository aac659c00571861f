/* vectors_binary.c - word vectors in word2vec's binary format. */
#include <math.h>
#include <string.h>
#include "lm/text.h"
#include "vectors_private.h"

static unsigned long long offset(const lm_vectors_reader *r)
{
    return r->whole.length - r->rest.length;
}

static void skip(lm_vectors_reader *r, size_t bytes)
{
    r->rest.text += bytes;
    r->rest.length -= bytes;
}

/* word2vec.c ends a vector with a newline, which its readers skip; others write none. */
static void skip_newlines(lm_vectors_reader *r)
{
    while (r->rest.length && *r->rest.text == '\n') skip(r, 1);
}

/* The bytes up to the blank. */
static lm_status read_word(lm_vectors_reader *r, lm_slice *word, lm_err *e)
{
    const size_t most = LM_TOKEN_MAX + 1, length = r->rest.length;
    const size_t there = length < most ? length : most;
    const char *blank = there ? memchr(r->rest.text, ' ', there) : NULL;
    if (blank) {
        *word = (lm_slice){r->rest.text, (size_t)(blank - r->rest.text)};
        skip(r, word->length + 1);
        return LM_OK;
    }
    if (there < most)
        return lm_fail(e, LM_EFORMAT, "%s: byte %llu: expected a word and a blank after it",
                       r->name, offset(r));
    return lm_fail(e, LM_EFORMAT, "%s: byte %llu: a word of more than %d bytes", r->name, offset(r),
                   LM_TOKEN_MAX);
}

static lm_status read_numbers(lm_vectors_reader *r, lm_real *row, uint64_t words, lm_err *e)
{
    const size_t dim = r->v->dim;
    float x;
    if (r->rest.length / sizeof x < dim)
        return lm_fail(e, LM_EFORMAT,
                       "%s: byte %llu: the file ends within the numbers of word %llu of %llu",
                       r->name, offset(r), (unsigned long long)r->line, (unsigned long long)words);
    for (size_t i = 0; i < dim; i++) {
        memcpy(&x, r->rest.text + i * sizeof x, sizeof x);
        row[i] = (lm_real)x;
    }
    for (size_t i = 0; i < dim; i++)
        if (!isfinite(row[i]))
            return lm_fail(e, LM_EFORMAT, "%s: byte %llu: a number that is not finite", r->name,
                           offset(r) + i * sizeof x);
    skip(r, dim * sizeof x);
    return LM_OK;
}

/* Words are counted in place of lines. */
lm_status lm_vectors_read_binary(lm_vectors_reader *r, uint64_t words, lm_err *e)
{
    lm_slice word;
    lm_real *row;
    for (r->line = 1; r->line <= words; r->line++) {
        skip_newlines(r);
        LM_TRY(read_word(r, &word, e));
        LM_TRY(lm_vectors_row(r, &row, e));
        LM_TRY(read_numbers(r, row, words, e));
        LM_TRY(lm_vectors_keep(r, word, e));
        lm_vectors_progress(r);
    }
    skip_newlines(r);
    if (r->rest.length == 0) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: byte %llu: more than the %llu words of the first line",
                   r->name, offset(r), (unsigned long long)words);
}
