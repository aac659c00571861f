/* near.c - questions to a space of word vectors, one a line, and the words that answer them.
 * Questions wait until there are as many as share a pass over the vectors, or until no line is at
 * hand. */
#include "lm/near.h"
#include <math.h>
#include <string.h>
#include "lm/lines.h"
#include "lm/memory.h"
#include "lm/vector.h"
#include "lm/vectors.h"

enum {
    BATCH = 256,       /* questions */
    FOUND = 1 << 22,   /* answers at a time, beyond those of one question */
    ANALOGY_WORDS = 3, /* vectors of a question */
};

/* What a line asks. */
typedef enum { NOTHING, SUM, ANALOGY } question;

typedef struct {
    const lm_space *space;
    const lm_near_options *how;
    const lm_run *run;
    lm_compute *on;
    lm_nearest_table table;
    size_t top, batch; /* K, of what can be found; questions at a time */
    question asked[BATCH];
    size_t count;      /* questions that wait, */
    size_t vectors[2]; /* and how many of them are to be searched by sum, by product */
    lm_real *x[2];     /* (batch, stride), (3 batch, stride) */
    uint32_t *without[2];
    size_t without_count[2], without_capacity[2];
    size_t begin[2][BATCH + 1];
    lm_neighbour *found[2]; /* (batch, K) */
    uint64_t answered;
    lm_str line;
    lm_arena arena;
} asking;

/* ---- questions ---- */

static void note_unknown(const lm_run *run, const char *name, uint64_t number, lm_slice word)
{
    const int shown = word.length < 100 ? (int)word.length : 100;
    lm_note(run, "%s:%llu: '%.*s' has no vector", name, (unsigned long long)number, shown,
            word.text);
}

static bool is_analogy(const lm_line *line)
{
    const lm_slice *w = line->word;
    if (line->count != 5 && line->count != 7) return false;
    if (!lm_slice_is(w[1], ":") || !lm_slice_is(w[3], "::")) return false;
    return line->count == 5 || (lm_slice_is(w[5], ":") && lm_slice_is(w[6], "?"));
}

/* x = the word's vector at unit length, and the word is no answer. */
static lm_status take_word(asking *a, int by, const lm_line *line, size_t i, lm_real *x,
                           bool *found, lm_err *e)
{
    const uint32_t row = lm_space_find(a->space, line->word[i]);
    LM_TRY(lm_space_vector(a->space, line->word[i], x, found, e));
    if (!*found) note_unknown(a->run, line->name, line->number, line->word[i]);
    lm_space_unit(x, a->space->dim);
    if (row == LM_NO_ROW) return LM_OK;
    LM_TRY(lm_reserve(&a->without[by], &a->without_capacity[by], a->without_count[by] + 1,
                      sizeof **a->without, e));
    a->without[by][a->without_count[by]++] = row;
    return LM_OK;
}

/* x (stride) = the sum of the words' vectors. */
static lm_status add_up(asking *a, const lm_line *line, lm_real *x, bool *found, lm_err *e)
{
    lm_real *one = a->x[0] + a->batch * a->space->stride; /* room after the last question */
    bool known = true;
    memset(x, 0, a->space->stride * sizeof *x);
    for (size_t i = 0; i < line->count; i++) {
        LM_TRY(take_word(a, 0, line, i, one, &known, e));
        *found = *found && known;
        lm_vec_axpy(x, 1, one, a->space->dim);
    }
    return LM_OK;
}

/* x (3, stride) = the vectors of a, b, c, one after another. */
static lm_status take_three(asking *a, int by, const lm_line *line, lm_real *x, bool *found,
                            lm_err *e)
{
    bool known = true;
    memset(x, 0, ANALOGY_WORDS * a->space->stride * sizeof *x);
    for (size_t i = 0; i < ANALOGY_WORDS; i++) {
        LM_TRY(take_word(a, by, line, 2 * i, x + i * a->space->stride, &known, e));
        *found = *found && known;
    }
    return LM_OK;
}

static lm_status ask(asking *a, const lm_line *line, lm_err *e)
{
    const size_t stride = a->space->stride;
    const bool analogy = is_analogy(line);
    const int by = analogy && a->how->multiply; /* 1: product */
    const size_t without = a->without_count[by];
    bool found = line->count > 0;
    lm_real *x = a->x[by] + a->vectors[by] * (by ? ANALOGY_WORDS : 1) * stride;
    if (analogy && !by) {
        lm_real *three = a->x[1];
        LM_TRY(take_three(a, by, line, three, &found, e));
        memcpy(x, three + stride, stride * sizeof *x);
        lm_vec_axpy(x, -1, three, a->space->dim);
        lm_vec_axpy(x, 1, three + 2 * stride, a->space->dim);
    } else if (analogy) {
        LM_TRY(take_three(a, by, line, x, &found, e));
    } else {
        LM_TRY(add_up(a, line, x, &found, e));
    }
    if (!by) lm_space_unit(x, a->space->dim);
    a->asked[a->count++] = !found ? NOTHING : by ? ANALOGY : SUM;
    if (found)
        a->begin[by][++a->vectors[by]] = a->without_count[by];
    else
        a->without_count[by] = without;
    return LM_OK;
}

/* ---- answers ---- */

/* What rounds to zero is written without a sign. */
static double shown(lm_real score)
{
    return fabs((double)score) < 5e-7 ? 0 : (double)score;
}

static lm_status write_block(asking *a, const lm_neighbour *found, lm_out *out, lm_err *e)
{
    if (a->answered++) LM_TRY(lm_out_text(out, "\n", e));
    for (size_t i = 0; found && i < a->top && found[i].row != LM_NO_ROW; i++) {
        a->line.length = 0;
        LM_TRY(lm_space_add_word(a->space, found[i].row, &a->line, e));
        LM_TRY(lm_str_addf(&a->line, e, "\t%.6f\n", shown(found[i].score)));
        LM_TRY(lm_out_write(out, a->line.text, a->line.length, e));
    }
    return LM_OK;
}

static lm_status search(asking *a, int by, lm_err *e)
{
    const lm_nearest_queries queries = {.x = a->x[by],
                                        .count = a->vectors[by],
                                        .top = a->top,
                                        .multiply = by,
                                        .without = a->without[by],
                                        .begin = a->begin[by]};
    if (a->top == 0) return LM_OK;
    return lm_nearest(a->on, &a->table, &queries, a->found[by], e);
}

static lm_status answer(asking *a, lm_out *out, lm_err *e)
{
    const lm_neighbour *found[2] = {a->found[0], a->found[1]};
    for (int by = 0; by < 2; by++) LM_TRY(search(a, by, e));
    for (size_t i = 0; i < a->count; i++) {
        const int by = a->asked[i] == ANALOGY;
        LM_TRY(write_block(a, a->asked[i] == NOTHING ? NULL : found[by], out, e));
        if (a->asked[i] != NOTHING) found[by] += a->top;
    }
    a->count = a->vectors[0] = a->vectors[1] = 0;
    a->without_count[0] = a->without_count[1] = 0;
    return LM_OK;
}

static lm_status answer_lines(asking *a, lm_lines *lines, lm_out *out, lm_err *e)
{
    lm_line line;
    for (bool more;;) {
        LM_TRY(lm_lines_next(lines, &line, &more, e));
        if (!more) return answer(a, out, e);
        LM_TRY(ask(a, &line, e));
        if (a->count == a->batch || !lm_lines_at_hand(lines)) LM_TRY(answer(a, out, e));
    }
}

/* ---- */

static lm_status prepare(asking *a, lm_err *e)
{
    const lm_space *space = a->space;
    a->table = lm_space_table(space, lm_space_first(space, a->how->restricted));
    a->top = a->how->top < a->table.count ? (size_t)a->how->top : a->table.count;
    a->batch = a->top > FOUND / BATCH ? FOUND / a->top : BATCH;
    if (a->batch == 0) a->batch = 1;
    const size_t both = a->how->multiply ? a->batch : 1;
    a->x[0] = lm_arena_new(&a->arena, (a->batch + 1) * space->stride, sizeof(lm_real), e);
    a->x[1] = lm_arena_new(&a->arena, both * ANALOGY_WORDS * space->stride, sizeof(lm_real), e);
    a->found[0] = lm_arena_new(&a->arena, a->batch * a->top, sizeof(lm_neighbour), e);
    a->found[1] = lm_arena_new(&a->arena, both * a->top, sizeof(lm_neighbour), e);
    return e->status ? e->status : lm_compute_new(&a->on, lm_run_pool(a->run), false, e);
}

lm_status lm_near(lm_space *space, const lm_near_options *how, lm_text *text, lm_out *out,
                  const lm_run *run, lm_err *e)
{
    lm_lines *lines = NULL;
    asking *a = lm_new(1, sizeof *a, e);
    if (!a) return e->status;
    *a = (asking){.space = space, .how = how, .run = run};
    lm_status s = lm_space_rows(space, lm_run_pool(run), e);
    if (!s) s = prepare(a, e);
    if (!s) s = lm_lines_new(&lines, text, e);
    if (!s) s = answer_lines(a, lines, out, e);
    lm_lines_free(lines);
    lm_compute_free(a->on);
    lm_arena_free(&a->arena);
    for (int by = 0; by < 2; by++) lm_free(a->without[by]);
    lm_str_free(&a->line);
    lm_free(a);
    return s;
}

/* ---- vectors ---- */

static lm_status write_vector(const lm_space *space, lm_slice word, lm_real *x, lm_text *text,
                              lm_out *out, const lm_run *run, lm_err *e)
{
    bool found;
    LM_TRY(lm_space_vector(space, word, x, &found, e));
    lm_vectors_writer writer = {.out = out, .form = LM_VECTORS_TEXT, .dim = found ? space->dim : 0};
    if (found) return lm_vectors_add(&writer, word, x, e);
    lm_note(run, "%s: '%.*s' has no vector", lm_text_place(text),
            word.length < 100 ? (int)word.length : 100, word.text);
    return lm_vectors_add(&writer, word, x, e);
}

lm_status lm_near_vectors(const lm_space *space, lm_text *text, lm_out *out, const lm_run *run,
                          lm_err *e)
{
    lm_slice word;
    lm_status s = LM_OK;
    lm_text_event event = LM_TOKEN;
    lm_real *x = lm_new(space->dim, sizeof *x, e);
    if (!x) return e->status;
    while (!s && event != LM_TEXT_END) {
        s = lm_text_next(text, &event, &word, e);
        if (!s && event == LM_TOKEN) s = write_vector(space, word, x, text, out, run, e);
    }
    lm_free(x);
    return s;
}
