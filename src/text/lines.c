/* lines.c - a text line by line, the words of each at hand. */
#include "lm/lines.h"
#include <stdarg.h>
#include <stdio.h>
#include "lm/memory.h"

struct lm_lines {
    lm_text *text;
    lm_text_block block;
    lm_text_cursor cursor;
    bool reading; /* there is a block */
    const char *name;
    uint64_t number; /* of the last line of that name */
    lm_str bytes;    /* of the words, one after another */
    size_t *end;     /* (count) of each in them */
    size_t count, end_capacity;
    lm_slice *word;
    size_t word_capacity;
};

lm_status lm_lines_new(lm_lines **lines, lm_text *text, lm_err *e)
{
    *lines = lm_new(1, sizeof **lines, e);
    if (!*lines) return e->status;
    (*lines)->text = text;
    return LM_OK;
}

void lm_lines_free(lm_lines *l)
{
    if (!l) return;
    lm_text_block_free(&l->block);
    lm_str_free(&l->bytes);
    lm_free(l->end);
    lm_free(l->word);
    lm_free(l);
}

static lm_status next_block(lm_lines *l, bool *more, lm_err *e)
{
    const char *name;
    uint64_t number;
    LM_TRY(lm_text_next_block(l->text, lm_text_waits(l->text) ? 0 : LM_TEXT_BLOCK, &l->block, more,
                              e));
    l->reading = *more;
    if (!*more) return LM_OK;
    l->cursor = lm_text_cut(&l->block);
    (void)lm_text_block_bytes(&l->block, &name, &number);
    l->name = name;
    l->number = number - 1; /* the line before its first one */
    return LM_OK;
}

static lm_status add_word(lm_lines *l, lm_slice token, lm_err *e)
{
    LM_TRY(lm_reserve(&l->end, &l->end_capacity, l->count + 1, sizeof *l->end, e));
    LM_TRY(lm_str_add(&l->bytes, token.text, token.length, e));
    l->end[l->count++] = l->bytes.length;
    return LM_OK;
}

/* Only when all of a line is there do its bytes stay where they are. */
static lm_status end_line(lm_lines *l, lm_line *line, lm_err *e)
{
    LM_TRY(lm_reserve(&l->word, &l->word_capacity, l->count + 1, sizeof *l->word, e));
    for (size_t i = 0, from = 0; i < l->count; from = l->end[i++])
        l->word[i] = (lm_slice){l->bytes.text + from, l->end[i] - from};
    *line = (lm_line){l->word, l->count, l->name, ++l->number};
    return LM_OK;
}

lm_status lm_lines_next(lm_lines *l, lm_line *line, bool *more, lm_err *e)
{
    lm_text_event event;
    lm_slice token;
    l->bytes.length = l->count = 0;
    for (;;) {
        if (!l->reading) LM_TRY(next_block(l, more, e));
        if (!l->reading) return LM_OK;
        LM_TRY(lm_text_cursor_next(&l->cursor, &event, &token, e));
        if (event == LM_TOKEN) LM_TRY(add_word(l, token, e));
        if (event == LM_TEXT_END) l->reading = false;
        if (event == LM_LINE_END) break;
    }
    *more = true;
    return end_line(l, line, e);
}

bool lm_lines_at_hand(const lm_lines *l)
{
    return l->reading && l->cursor.at < l->cursor.end;
}

lm_status lm_line_fail(const lm_line *line, lm_err *e, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return lm_fail(e, LM_EFORMAT, "%s:%llu: %s", line->name, (unsigned long long)line->number,
                   what);
}
