/* word_tests.c - the tests of word vectors: words found whatever their case, files read. */
#include "lm/word_tests.h"
#include <string.h>
#include "lm/memory.h"
#include "word_tests_internal.h"

/* ---- words ---- */

/* Only ASCII letters have case here, as in the C library of word2vec. */
static lm_status fold_word(lm_word_tests *t, lm_slice word, lm_slice *folded, lm_err *e)
{
    t->room.length = 0;
    LM_TRY(lm_str_add(&t->room, word.text, word.length, e));
    for (size_t i = 0; !t->how.match_case && i < word.length; i++)
        if (t->room.text[i] >= 'A' && t->room.text[i] <= 'Z')
            t->room.text[i] = (char)(t->room.text[i] - 'A' + 'a');
    *folded = (lm_slice){t->room.text, t->room.length};
    return LM_OK;
}

static lm_status fold_rows(lm_word_tests *t, lm_err *e)
{
    lm_str word = {0};
    lm_slice folded;
    lm_status s = LM_OK;
    for (uint32_t row = 0; !s && row < t->count; row++) {
        const uint32_t size = t->folded->size;
        word.length = 0;
        s = lm_space_add_word(t->space, row, &word, e);
        if (!s) s = fold_word(t, (lm_slice){word.text, word.length}, &folded, e);
        if (!s) s = lm_vocab_add(t->folded, folded, &t->fold[row], e);
        if (!s && t->fold[row] == size) t->first[size] = row;
    }
    lm_str_free(&word);
    return s;
}

lm_status lm_word_tests_row(lm_word_tests *t, lm_slice word, uint32_t *row, lm_err *e)
{
    lm_slice folded;
    LM_TRY(fold_word(t, word, &folded, e));
    const uint32_t id = lm_vocab_find(t->folded, folded);
    *row = id == LM_NO_WORD ? LM_NO_ROW : t->first[id];
    return LM_OK;
}

/* ---- making and freeing ---- */

static lm_status prepare(lm_word_tests *t, lm_err *e)
{
    LM_TRY(lm_space_rows(t->space, lm_run_pool(t->run), e));
    LM_TRY(lm_compute_new(&t->on, lm_run_pool(t->run), false, e));
    t->count = lm_space_first(t->space, t->how.restricted);
    LM_TRY(lm_vocab_new(&t->folded, e));
    t->first = lm_new(t->count, sizeof *t->first, e);
    t->fold = lm_new(t->count, sizeof *t->fold, e);
    return t->first && t->fold ? fold_rows(t, e) : e->status;
}

lm_status lm_word_tests_new(lm_word_tests **out, lm_space *space, const lm_word_tests_options *how,
                            const lm_run *run, lm_err *e)
{
    *out = NULL;
    lm_word_tests *t = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    *t = (lm_word_tests){.space = space, .how = *how, .run = run};
    const lm_status s = prepare(t, e);
    if (s)
        lm_word_tests_free(t);
    else
        *out = t;
    return s;
}

void lm_word_tests_free(lm_word_tests *t)
{
    if (!t) return;
    lm_compute_free(t->on);
    lm_vocab_free(t->folded);
    lm_free(t->first);
    lm_free(t->fold);
    lm_str_free(&t->room);
    lm_free(t);
}

/* ---- files ---- */

static lm_status read_lines(lm_lines *lines,
                            lm_status (*read)(void *context, const lm_line *line, lm_err *e),
                            void *context, lm_err *e)
{
    lm_line line;
    for (bool more;;) {
        LM_TRY(lm_lines_next(lines, &line, &more, e));
        if (!more) return LM_OK;
        if (line.count) LM_TRY(read(context, &line, e));
    }
}

lm_status lm_word_tests_read(const char *path,
                             lm_status (*read)(void *context, const lm_line *line, lm_err *e),
                             void *context, lm_err *e)
{
    lm_lines *lines = NULL;
    lm_text *text = NULL;
    lm_str name = {0};
    lm_status s = lm_str_add(&name, path, strlen(path), e);
    if (!s) s = lm_text_open(&text, &name.text, 1, LM_UNIT_WORD, true, e);
    if (!s) s = lm_lines_new(&lines, text, e);
    if (!s) s = read_lines(lines, read, context, e);
    lm_lines_free(lines);
    lm_text_close(text);
    lm_str_free(&name);
    return s;
}
