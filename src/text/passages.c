/* passages.c - a text in passages of some size, and the documents in them. */
#include "lm/passages.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/split.h"

enum { CHARACTER_MAX = 4 };

struct lm_passages {
    lm_text *text;
    lm_passage_unit unit;
    bool whole; /* documents are not cut */
    lm_text_block block;
    bool unused;      /* the block was not looked at */
    bool inside;      /* the next passage begins within a document */
    lm_str rest;      /* what was read of it */
    uint64_t line;    /* in which it begins */
    const char *name; /* of its input */
};

lm_status lm_passages_new(lm_passages **passages, lm_text *text, lm_passage_unit unit, lm_err *e)
{
    lm_passages *p = *passages = lm_new(1, sizeof *p, e);
    if (!p) return e->status;
    p->text = text;
    p->unit = unit;
    return LM_OK;
}

void lm_passages_free(lm_passages *p)
{
    if (!p) return;
    lm_text_block_free(&p->block);
    lm_str_free(&p->rest);
    lm_free(p);
}

void lm_passages_keep_whole(lm_passages *p)
{
    p->whole = true;
}

void lm_passage_free(lm_passage *passage)
{
    lm_str_free(&passage->bytes);
    *passage = (lm_passage){0};
}

/* ---- where to cut ---- */

/* Past the last document that surely ends in b[0 .. n), of which no part from `from` on was looked
 * at before; 0: none does. */
static size_t last_end(const lm_passages *p, const char *b, size_t from, size_t n)
{
    if (p->unit == LM_BY_FILE) return 0;
    for (; n > from; n--) {
        if (b[n - 1] != '\n') continue;
        if (p->unit == LM_BY_LINE || (n > 1 && b[n - 2] == '\n') || (n == 1 && !p->inside))
            return n;
    }
    return 0;
}

/* The same for a place within a document.  What begins before `from` is looked at for the character
 * before a blank only: a place there would be one only because that character is cut off. */
static size_t last_place(const char *b, size_t from, size_t n)
{
    const size_t before = from > CHARACTER_MAX ? from - CHARACTER_MAX : 0;
    const size_t place = before + lm_split_place((lm_slice){b + before, n - before});
    return place < from ? 0 : place;
}

/* How much of the bytes a passage may be, of which the first `from` are known to have no place to
 * cut; *inside: the cut is within a document.  0: more must be read. */
static size_t find_cut(const lm_passages *p, lm_slice bytes, size_t from, bool *inside)
{
    const size_t end = last_end(p, bytes.text, from, bytes.length);
    *inside = false;
    if (p->whole || (end && p->unit == LM_BY_LINE)) return end;
    const size_t place = last_place(bytes.text, from, bytes.length);
    *inside = place > end;
    return place > end ? place : end;
}

static uint64_t count_lines(const char *b, size_t n)
{
    uint64_t lines = 0;
    for (const char *end = b + n; (b = memchr(b, '\n', (size_t)(end - b))); b++) lines++;
    return lines;
}

/* ---- reading ---- */

/* Makes the first `cut` bytes the passage; the others are for the next one. */
static lm_status end_passage(lm_passages *p, lm_passage *passage, size_t cut, bool inside,
                             bool ended, lm_err *e)
{
    lm_str *bytes = &passage->bytes;
    passage->ended = ended;
    p->rest.length = 0;
    p->inside = inside;
    if (bytes->length > cut)
        LM_TRY(lm_str_add(&p->rest, bytes->text + cut, bytes->length - cut, e));
    bytes->length = cut;
    p->line += count_lines(bytes->text, cut);
    return LM_OK;
}

static lm_status begin_passage(lm_passages *p, lm_passage *passage, lm_err *e)
{
    passage->unit = p->unit;
    passage->bytes.length = passage->next = 0;
    passage->begun = p->inside;
    passage->name = p->name;
    passage->line = p->line;
    return lm_str_add(&passage->bytes, p->rest.text ? p->rest.text : "", p->rest.length, e);
}

/* Is there an unused block, reading one if need be? */
static lm_status have_block(lm_passages *p, lm_err *e)
{
    if (p->unused) return LM_OK;
    return lm_text_next_block(p->text, lm_text_waits(p->text) ? 0 : LM_TEXT_BLOCK, &p->block,
                              &p->unused, e);
}

/* Adds the block to the passage, the first of its input if `first`. */
static lm_status use_block(lm_passages *p, lm_passage *passage, bool first, lm_err *e)
{
    const char *name;
    uint64_t line;
    const lm_slice bytes = lm_text_block_bytes(&p->block, &name, &line);
    p->unused = false;
    if (first) {
        passage->name = p->name = name;
        passage->line = p->line = line;
    }
    return lm_str_add(&passage->bytes, bytes.text, bytes.length, e);
}

lm_status lm_passages_next(lm_passages *p, lm_passage *passage, bool *more, lm_err *e)
{
    size_t clear = 0;
    LM_TRY(begin_passage(p, passage, e));
    for (;;) {
        bool inside;
        const size_t length = passage->bytes.length;
        LM_TRY(have_block(p, e));
        const bool first =
            p->unused && p->block.begins_line && p->block.cursor.line == 1; /* of its input */
        *more = p->unused || length;
        if (!*more) return LM_OK;
        if (length && (first || !p->unused)) return end_passage(p, passage, length, false, true, e);
        LM_TRY(use_block(p, passage, first, e));
        const lm_slice bytes = {passage->bytes.text, passage->bytes.length};
        if (p->block.cursor.last) return end_passage(p, passage, bytes.length, false, true, e);
        const size_t cut = find_cut(p, bytes, clear, &inside);
        if (cut) return end_passage(p, passage, cut, inside, false, e);
        clear = bytes.length;
    }
}

/* ---- documents ---- */

/* The end of the line, or of the lines up to a blank one, at b[0 .. n), and where what follows
 * begins; false: it does not end here. */
static bool find_end(lm_passage_unit unit, const char *b, size_t n, bool begins, size_t *end,
                     size_t *next)
{
    if (unit == LM_BY_FILE) return false;
    if (unit == LM_BY_DOCUMENT && begins && n && b[0] == '\n') {
        *end = 0;
        *next = 1;
        return true;
    }
    for (const char *p = b; (p = memchr(p, '\n', (size_t)(b + n - p))); p++) {
        const bool blank = p + 1 < b + n && p[1] == '\n';
        if (unit == LM_BY_DOCUMENT && !blank) continue;
        *end = (size_t)(p - b);
        *next = *end + (unit == LM_BY_DOCUMENT ? 2 : 1);
        return true;
    }
    return false;
}

bool lm_passage_next(lm_passage *passage, lm_stretch *stretch)
{
    const char *b = passage->bytes.text + passage->next;
    const size_t n = passage->bytes.length - passage->next;
    size_t end, next;
    if (n == 0) return false;
    stretch->begins = passage->next > 0 || !passage->begun;
    stretch->ends = find_end(passage->unit, b, n, stretch->begins, &end, &next);
    if (!stretch->ends) {
        stretch->ends = passage->ended;
        /* The last line's end is no part of a document. */
        end = n - (passage->ended && passage->unit == LM_BY_DOCUMENT && b[n - 1] == '\n');
        next = n;
    }
    stretch->text = (lm_slice){b, end};
    passage->next += next;
    return true;
}
