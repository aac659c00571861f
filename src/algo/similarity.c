/* similarity.c - how a space of word vectors agrees with people on how similar words are. */
#include <math.h>
#include <string.h>
#include "lm/correlation.h"
#include "lm/memory.h"
#include "word_tests_internal.h"

typedef struct {
    lm_word_tests *t;
    double *people, *cosine; /* of the pairs that are known */
    size_t count, people_capacity, cosine_capacity;
    uint64_t pairs;
    lm_real *x[2]; /* (D) of words made of subwords */
} comparing;

/* *x = the vector of a word at unit length; NULL: none. */
static lm_status vector_of(comparing *c, int side, lm_slice word, const lm_real **x, lm_err *e)
{
    uint32_t row;
    bool found = false;
    *x = NULL;
    LM_TRY(lm_word_tests_row(c->t, word, &row, e));
    if (row != LM_NO_ROW) {
        *x = c->t->space->unit + row * c->t->space->stride;
        return LM_OK;
    }
    if (!c->t->how.subwords) return LM_OK;
    LM_TRY(lm_space_vector(c->t->space, word, c->x[side], &found, e));
    lm_space_unit(c->x[side], c->t->space->dim);
    if (found) *x = c->x[side];
    return LM_OK;
}

/* In double, so that pairs tie only where vectors do. */
static double product(const lm_real *x, const lm_real *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)y[i];
    return sum;
}

static lm_status read_pair(void *context, const lm_line *line, lm_err *e)
{
    comparing *c = context;
    double people;
    const lm_real *x[2];
    const bool pair = line->count == 3 && lm_parse_real(line->word[2], &people);
    if (!pair && line->word[0].text[0] == '#') return LM_OK;
    if (!pair) return lm_line_fail(line, e, "expected two words and a number");
    c->pairs++;
    for (int i = 0; i < 2; i++) LM_TRY(vector_of(c, i, line->word[i], &x[i], e));
    if (!x[0] || !x[1]) return LM_OK;
    LM_TRY(lm_reserve(&c->people, &c->people_capacity, c->count + 1, sizeof *c->people, e));
    LM_TRY(lm_reserve(&c->cosine, &c->cosine_capacity, c->count + 1, sizeof *c->cosine, e));
    c->people[c->count] = people;
    c->cosine[c->count++] = product(x[0], x[1], c->t->space->dim);
    return LM_OK;
}

/* A correlation, or the nan that printf may write with a sign. */
static lm_status write_number(double r, lm_out *out, lm_err *e)
{
    return isnan(r) ? lm_out_text(out, "\tnan", e) : lm_out_printf(out, e, "\t%.4f", r);
}

static lm_status compare(comparing *c, const char *path, lm_out *out, lm_err *e)
{
    double rho;
    for (int i = 0; i < 2; i++) {
        c->x[i] = lm_new(c->t->space->dim, sizeof(lm_real), e);
        if (!c->x[i]) return e->status;
    }
    LM_TRY(lm_word_tests_read(path, read_pair, c, e));
    LM_TRY(lm_spearman(c->people, c->cosine, c->count, &rho, e));
    LM_TRY(lm_out_printf(out, e, "similarity\t%s\t%zu\t%llu", path, c->count,
                         (unsigned long long)c->pairs));
    LM_TRY(write_number(rho, out, e));
    LM_TRY(write_number(lm_pearson(c->people, c->cosine, c->count), out, e));
    return lm_out_text(out, "\n", e);
}

lm_status lm_word_tests_similarity(lm_word_tests *t, const char *path, lm_out *out, lm_err *e)
{
    comparing c = {.t = t};
    const lm_status s = compare(&c, path, out, e);
    lm_free(c.people);
    lm_free(c.cosine);
    lm_free(c.x[0]);
    lm_free(c.x[1]);
    return s;
}
