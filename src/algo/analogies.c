/* analogies.c - how many analogies a space of word vectors completes, as compute-accuracy.c of
 * word2vec counts. */
#include <string.h>
#include "lm/memory.h"
#include "lm/vector.h"
#include "word_tests_internal.h"

enum { BATCH = 1024, WORDS = 4 };

typedef struct {
    uint64_t right, answered, questions;
} tally;

typedef struct {
    lm_str name;
    tally tally;
} section;

/* A question that counts: the rows of its words. */
typedef struct {
    uint32_t row[WORDS];
    size_t section;
} question;

typedef struct {
    lm_word_tests *t;
    section *sections;
    size_t count, capacity;
    question asked[BATCH];
    size_t waiting;
    lm_real *x; /* (batch, stride), or of 3CosMul (3 batch, stride) */
    size_t begin[BATCH + 1];
    uint32_t without[(WORDS - 1) * BATCH];
    lm_neighbour found[BATCH];
} counting;

/* ---- answers ---- */

static const lm_real *row_of(const counting *c, const question *q, size_t i)
{
    return c->t->space->unit + q->row[i] * c->t->space->stride;
}

/* The vectors of question i, and the words that are no answers. */
static void set_query(counting *c, size_t i)
{
    const size_t stride = c->t->space->stride, bytes = stride * sizeof(lm_real);
    const question *q = &c->asked[i];
    for (size_t k = 0; k < WORDS - 1; k++) c->without[(WORDS - 1) * i + k] = q->row[k];
    c->begin[i + 1] = (WORDS - 1) * (i + 1);
    if (c->t->how.multiply) {
        for (size_t k = 0; k < WORDS - 1; k++)
            memcpy(c->x + (3 * i + k) * stride, row_of(c, q, k), bytes);
        return;
    }
    memcpy(c->x + i * stride, row_of(c, q, 1), bytes);
    lm_vec_axpy(c->x + i * stride, -1, row_of(c, q, 0), stride);
    lm_vec_axpy(c->x + i * stride, 1, row_of(c, q, 2), stride);
}

/* Words that are the same but for their case are the same answer. */
static lm_status answer(counting *c, lm_err *e)
{
    const lm_word_tests *t = c->t;
    const lm_nearest_table table = lm_space_table(t->space, t->count);
    const lm_nearest_queries queries = {.x = c->x,
                                        .count = c->waiting,
                                        .top = 1,
                                        .multiply = t->how.multiply,
                                        .without = c->without,
                                        .begin = c->begin};
    for (size_t i = 0; i < c->waiting; i++) set_query(c, i);
    LM_TRY(lm_nearest(t->on, &table, &queries, c->found, e));
    for (size_t i = 0; i < c->waiting; i++) {
        const lm_neighbour *found = &c->found[i];
        const bool right = found->row != LM_NO_ROW && found->score > 0 &&
                           t->fold[found->row] == t->fold[c->asked[i].row[WORDS - 1]];
        tally *of_section = &c->sections[c->asked[i].section].tally;
        of_section->answered++;
        of_section->right += right;
    }
    c->waiting = 0;
    return LM_OK;
}

/* ---- questions ---- */

static lm_status begin_section(counting *c, const lm_line *line, lm_err *e)
{
    LM_TRY(lm_reserve(&c->sections, &c->capacity, c->count + 1, sizeof *c->sections, e));
    section *s = &c->sections[c->count];
    *s = (section){.name = {0}};
    c->count++;
    for (size_t i = 1; i < line->count; i++) {
        if (i > 1) LM_TRY(lm_str_add(&s->name, " ", 1, e));
        LM_TRY(lm_str_add(&s->name, line->word[i].text, line->word[i].length, e));
    }
    return LM_OK;
}

static lm_status read_question(void *context, const lm_line *line, lm_err *e)
{
    counting *c = context;
    bool known = true;
    if (lm_slice_is(line->word[0], ":") && line->count > 1) return begin_section(c, line, e);
    if (line->count != WORDS)
        return lm_line_fail(line, e, "expected four words, or ':' and the name of a section");
    if (c->count == 0)
        return lm_line_fail(line, e, "no line ': section' before the first question");
    question *q = &c->asked[c->waiting];
    q->section = c->count - 1;
    for (size_t i = 0; i < WORDS; i++) {
        LM_TRY(lm_word_tests_row(c->t, line->word[i], &q->row[i], e));
        known = known && q->row[i] != LM_NO_ROW;
    }
    c->sections[q->section].tally.questions++;
    c->waiting += known;
    return c->waiting == BATCH ? answer(c, e) : LM_OK;
}

/* ---- report ---- */

static void add(tally *sum, tally more)
{
    sum->right += more.right;
    sum->answered += more.answered;
    sum->questions += more.questions;
}

static lm_status write(const char *kind, const char *name, tally t, lm_out *out, lm_err *e)
{
    LM_TRY(lm_out_printf(out, e, "%s\t%s\t%llu\t%llu\t%llu\t", kind, name,
                         (unsigned long long)t.right, (unsigned long long)t.answered,
                         (unsigned long long)t.questions));
    if (t.answered == 0) return lm_out_text(out, "nan\n", e);
    return lm_out_printf(out, e, "%.2f\n", 100 * (double)t.right / (double)t.answered);
}

static lm_status report(const counting *c, const char *path, lm_out *out, lm_err *e)
{
    tally total = {0}, of_kind[2] = {{0}};
    for (size_t i = 0; i < c->count; i++) {
        const section *s = &c->sections[i];
        add(&total, s->tally);
        add(&of_kind[strncmp(s->name.text, "gram", 4) == 0], s->tally);
        LM_TRY(write("section", s->name.text, s->tally, out, e));
    }
    if (of_kind[0].questions && of_kind[1].questions) {
        LM_TRY(write("semantic", path, of_kind[0], out, e));
        LM_TRY(write("syntactic", path, of_kind[1], out, e));
    }
    return write("total", path, total, out, e);
}

static lm_status count(counting *c, const char *path, lm_out *out, lm_err *e)
{
    const size_t vectors = c->t->how.multiply ? BATCH * (WORDS - 1) : BATCH;
    c->x = lm_new(vectors * c->t->space->stride, sizeof *c->x, e);
    if (!c->x) return e->status;
    LM_TRY(lm_word_tests_read(path, read_question, c, e));
    LM_TRY(answer(c, e));
    return report(c, path, out, e);
}

lm_status lm_word_tests_analogies(lm_word_tests *t, const char *path, lm_out *out, lm_err *e)
{
    counting *c = lm_new(1, sizeof *c, e);
    if (!c) return e->status;
    c->t = t;
    const lm_status s = count(c, path, out, e);
    for (size_t i = 0; i < c->count; i++) lm_str_free(&c->sections[i].name);
    lm_free(c->sections);
    lm_free(c->x);
    lm_free(c);
    return s;
}
