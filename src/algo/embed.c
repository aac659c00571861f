/* embed.c - lines of text as vectors: the mean of their words' vectors. */
#include "lm/embed.h"
#include <string.h>
#include "lm/memory.h"

typedef lm_status take(void *context, const lm_real *x, uint64_t words, lm_err *e);

/* A line under way; its sum is in double, so that long lines lose nothing. */
typedef struct {
    const lm_space *space;
    bool unit;
    double *sum; /* (D) */
    lm_real *x;  /* (D) */
    uint64_t words;
    lm_arena arena;
} averaging;

static lm_status add_token(averaging *a, lm_slice token, lm_err *e)
{
    bool found;
    LM_TRY(lm_space_token_vector(a->space, token, a->x, &found, e));
    if (!found) return LM_OK;
    if (a->unit) lm_space_unit(a->x, a->space->dim);
    for (size_t i = 0; i < a->space->dim; i++) a->sum[i] += (double)a->x[i];
    a->words++;
    return LM_OK;
}

static lm_status end_line(averaging *a, take *line, void *context, lm_err *e)
{
    for (size_t i = 0; i < a->space->dim; i++)
        a->x[i] = (lm_real)(a->words ? a->sum[i] / (double)a->words : 0);
    memset(a->sum, 0, a->space->dim * sizeof *a->sum);
    const uint64_t words = a->words;
    a->words = 0;
    return line(context, a->x, words, e);
}

static lm_status read_lines(averaging *a, lm_text *text, take *line, void *context, lm_err *e)
{
    lm_slice token;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TOKEN) LM_TRY(add_token(a, token, e));
        if (event == LM_LINE_END) LM_TRY(end_line(a, line, context, e));
    }
    return LM_OK;
}

lm_status lm_embed(const lm_space *space, bool unit, lm_text *text, take *line, void *context,
                   lm_err *e)
{
    averaging a = {.space = space, .unit = unit};
    a.sum = lm_arena_new(&a.arena, space->dim, sizeof *a.sum, e);
    a.x = lm_arena_new(&a.arena, space->dim, sizeof *a.x, e);
    const lm_status s = a.sum && a.x ? read_lines(&a, text, line, context, e) : e->status;
    lm_arena_free(&a.arena);
    return s;
}

/* ---- writing ---- */

typedef struct {
    size_t dim;
    lm_out *out;
} writing;

static lm_status write_line(void *context, const lm_real *x, uint64_t words, lm_err *e)
{
    const writing *w = context;
    (void)words;
    for (size_t i = 0; i < w->dim; i++)
        LM_TRY(lm_out_printf(w->out, e, i ? "\t%.9g" : "%.9g", (double)x[i]));
    return lm_out_text(w->out, "\n", e);
}

lm_status lm_embed_write(const lm_space *space, bool unit, lm_text *text, lm_out *out, lm_err *e)
{
    writing w = {space->dim, out};
    return lm_embed(space, unit, text, write_line, &w, e);
}

/* ---- labels ---- */

typedef struct {
    lm_labelled *lines;
    size_t dim, read; /* lines that have their vector */
    lm_str text;      /* of the lines without their labels */
} labelling;

static lm_status keep_vector(void *context, const lm_real *x, uint64_t words, lm_err *e)
{
    labelling *l = context;
    (void)words;
    (void)e;
    memcpy(l->lines->x + l->read++ * l->dim, x, l->dim * sizeof *x);
    return LM_OK;
}

/* Labels, and what stands after them; a line of text for each line. */
static lm_status split_lines(labelling *l, lm_slice bytes, const char *name, lm_err *e)
{
    size_t capacity = 0;
    lm_labelled *lines = l->lines;
    while (bytes.length) {
        const char *end = memchr(bytes.text, '\n', bytes.length);
        const size_t length = end ? (size_t)(end - bytes.text) : bytes.length;
        const char *tab = memchr(bytes.text, '\t', length);
        if (!tab || tab == bytes.text)
            return lm_fail(e, LM_EFORMAT, "%s:%zu: expected a label, a TAB and text", name,
                           lines->count + 1);
        const size_t of_label = (size_t)(tab - bytes.text);
        LM_TRY(lm_reserve(&lines->label, &capacity, lines->count + 1, sizeof *lines->label, e));
        LM_TRY(lm_vocab_add(lines->labels, (lm_slice){bytes.text, of_label},
                            &lines->label[lines->count++], e));
        LM_TRY(lm_str_add(&l->text, tab + 1, length - of_label - 1, e));
        LM_TRY(lm_str_add(&l->text, "\n", 1, e));
        bytes.text += end ? length + 1 : length;
        bytes.length -= end ? length + 1 : length;
    }
    return LM_OK;
}

static lm_status read_labelled(labelling *l, const lm_space *space, bool unit, lm_slice bytes,
                               const char *name, lm_err *e)
{
    lm_text *text;
    LM_TRY(lm_vocab_new(&l->lines->labels, e));
    LM_TRY(split_lines(l, bytes, name, e));
    l->lines->x = lm_new(l->lines->count, space->dim * sizeof *l->lines->x, e);
    if (!l->lines->x) return e->status;
    LM_TRY(lm_text_memory(&text, (lm_slice){l->text.text, l->text.length}, name, space->lang->unit,
                          space->lang->marks_as_words, e));
    const lm_status s = lm_embed(space, unit, text, keep_vector, l, e);
    lm_text_close(text);
    return s;
}

lm_status lm_labelled_read(lm_labelled *lines, const lm_space *space, bool unit, lm_slice bytes,
                           const char *name, lm_err *e)
{
    labelling l = {.lines = lines, .dim = space->dim};
    *lines = (lm_labelled){0};
    const lm_status s = read_labelled(&l, space, unit, bytes, name, e);
    lm_str_free(&l.text);
    if (s) lm_labelled_free(lines);
    return s;
}

void lm_labelled_free(lm_labelled *lines)
{
    lm_vocab_free(lines->labels);
    lm_free(lines->x);
    lm_free(lines->label);
    *lines = (lm_labelled){0};
}
