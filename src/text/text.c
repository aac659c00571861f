/* text.c - the reader of corpora: a stream of tokens and line ends. */
#include "lm/text.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lm/crc.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/program.h"
#include "lm/utf8.h"

enum { TEXT_BUFFER = 1 << 18 };

typedef struct {
    uint64_t length;
    uint32_t crc;
} input;

struct lm_text {
    lm_unit unit;
    bool marks_as_words;

    char *const *paths;    /* NULL: one input, standard input or memory */
    size_t count, current; /* inputs; the one being read */
    lm_in in;
    bool is_open; /* `in` is; never for memory */
    bool from_memory;
    input *inputs;

    char *buffer; /* bytes at[0 .. end-at) are read and not yet consumed */
    size_t capacity;
    char *at, *end;
    bool drained; /* nothing is left to read of this input */

    const char *name;
    uint64_t line;     /* of the next token, from 1 */
    bool line_started; /* this line has bytes: its end is still to be reported */
    uint64_t bytes, invalid;
    char place[4096 + 32];
};

const char *lm_unit_name(lm_unit unit)
{
    static const char *const names[] = {"word", "char", "byte"};
    return names[unit];
}

/* ---- inputs ---- */

static lm_status take_bytes(lm_text *t, size_t got)
{
    input *now = &t->inputs[t->current];
    now->crc = lm_crc32c(now->crc, t->end, got);
    now->length += got;
    t->bytes += got;
    t->end += got;
    return LM_OK;
}

/* Moves what is unread to the front and reads more behind it, in a buffer at least twice as
 * large as what is kept. */
static lm_status refill(lm_text *t, lm_err *e)
{
    size_t got = 0;
    if (t->from_memory || !t->is_open) {
        t->drained = true;
        return LM_OK;
    }
    const size_t unread = (size_t)(t->end - t->at);
    if (unread) memmove(t->buffer, t->at, unread);
    if (unread > t->capacity / 2) {
        LM_TRY(lm_reserve(&t->buffer, &t->capacity, t->capacity * 2, 1, e));
    }
    t->at = t->buffer;
    t->end = t->buffer + unread;
    LM_TRY(lm_in_read(&t->in, t->end, t->capacity - unread, &got, e));
    t->drained = got == 0;
    return take_bytes(t, got);
}

/* Reads no further than a byte that differs: a program waiting for our answer to its first
 * line may send no more before it. */
static lm_status skip_byte_order_mark(lm_text *t, lm_err *e)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t length = sizeof mark - 1;
    for (;;) {
        const size_t unread = (size_t)(t->end - t->at);
        const size_t same = unread < length ? unread : length;
        if (memcmp(t->at, mark, same) != 0) return LM_OK;
        if (same == length) {
            t->at += length;
            return LM_OK;
        }
        if (t->drained) return LM_OK;
        LM_TRY(refill(t, e));
    }
}

/* Opens input number t->current. */
static lm_status begin_input(lm_text *t, lm_err *e)
{
    const char *path = t->paths ? t->paths[t->current] : "-";
    LM_TRY(lm_in_open(&t->in, path, e));
    t->is_open = true;
    t->name = t->in.name;
    t->line = 1;
    t->drained = false;
    t->at = t->end = t->buffer;
    return t->unit == LM_UNIT_BYTE ? LM_OK : skip_byte_order_mark(t, e);
}

/* Goes on to the next input; *more = false after the last. */
static lm_status next_input(lm_text *t, bool *more, lm_err *e)
{
    if (t->is_open) lm_in_close(&t->in);
    t->is_open = false;
    *more = t->current + 1 < t->count;
    if (!*more) return LM_OK;
    t->current++;
    return begin_input(t, e);
}

/* Can every input be opened?  Said before any work is done.  A FIFO can be opened once only:
 * its writer would die of the first close. */
static lm_status check_inputs(char *const *paths, size_t count, lm_err *e)
{
    for (size_t i = 0; i < count; i++) {
        struct stat info;
        lm_in in;
        if (strcmp(paths[i], "-") == 0) continue;
        if (stat(paths[i], &info) == 0 && S_ISFIFO(info.st_mode)) {
            if (access(paths[i], R_OK) != 0) return lm_fail_errno(e, paths[i], "open");
            continue;
        }
        LM_TRY(lm_in_open(&in, paths[i], e));
        lm_in_close(&in);
    }
    return LM_OK;
}

static lm_status new_text(lm_text **text, size_t count, lm_unit unit, bool marks_as_words,
                          lm_err *e)
{
    lm_text *t = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    *text = t;
    t->unit = unit;
    t->marks_as_words = marks_as_words;
    t->count = count;
    t->line = 1;
    t->inputs = lm_new(count, sizeof *t->inputs, e);
    return t->inputs ? LM_OK : e->status;
}

static lm_status close_failed(lm_text **text, lm_status s)
{
    if (s) {
        lm_text_close(*text);
        *text = NULL;
    }
    return s;
}

lm_status lm_text_open(lm_text **text, char *const *paths, size_t count, lm_unit unit,
                       bool marks_as_words, lm_err *e)
{
    *text = NULL;
    LM_TRY(check_inputs(paths, count, e));
    lm_status s = new_text(text, count ? count : 1, unit, marks_as_words, e);
    if (s) return close_failed(text, s);
    (*text)->paths = count ? paths : NULL;
    s = lm_reserve(&(*text)->buffer, &(*text)->capacity, TEXT_BUFFER, 1, e);
    if (!s) s = begin_input(*text, e);
    return close_failed(text, s);
}

lm_status lm_text_memory(lm_text **text, lm_slice bytes, const char *name, lm_unit unit,
                         bool marks_as_words, lm_err *e)
{
    *text = NULL;
    lm_status s = new_text(text, 1, unit, marks_as_words, e);
    if (s) return close_failed(text, s);
    lm_text *t = *text;
    t->from_memory = true;
    t->name = name;
    s = lm_reserve(&t->buffer, &t->capacity, bytes.length, 1, e);
    if (s) return close_failed(text, s);
    if (bytes.length) memcpy(t->buffer, bytes.text, bytes.length);
    t->at = t->end = t->buffer;
    return close_failed(text, take_bytes(t, bytes.length));
}

void lm_text_close(lm_text *t)
{
    if (!t) return;
    if (t->is_open) lm_in_close(&t->in);
    lm_free(t->buffer);
    lm_free(t->inputs);
    lm_free(t);
}

/* ---- tokens ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

/* Blanks and the line end end a word. */
static bool ends_word(char c)
{
    return (unsigned char)c <= ' ' && (is_blank(c) || c == '\n');
}

static lm_status check_word(lm_text *t, lm_slice word, lm_err *e)
{
    if (word.length > LM_TOKEN_MAX)
        return lm_fail(e, LM_EFORMAT, "%s: a word of more than %d bytes", lm_text_place(t),
                       LM_TOKEN_MAX);
    if (word.text[0] != '<' || t->marks_as_words) return LM_OK;
    if (lm_slice_is(word, "<s>") || lm_slice_is(word, "</s>"))
        return lm_fail(e, LM_EFORMAT,
                       "%s: '%.*s' is a mark and cannot be in the text (--marks-as-words makes "
                       "it a word)",
                       lm_text_place(t), (int)word.length, word.text);
    return LM_OK;
}

/* A word is whole when a byte that ends it is in the buffer, or nothing follows. */
static lm_status next_word(lm_text *t, lm_slice *token, lm_err *e)
{
    size_t length = 0;
    for (;;) {
        const size_t unread = (size_t)(t->end - t->at);
        while (length < unread && !ends_word(t->at[length])) length++;
        if (length < unread || t->drained || length > LM_TOKEN_MAX) break;
        LM_TRY(refill(t, e));
    }
    *token = (lm_slice){t->at, length};
    t->at += length;
    return length ? check_word(t, *token, e) : LM_OK;
}

static lm_status next_char(lm_text *t, lm_slice *token, lm_err *e)
{
    int length;
    while ((length = lm_utf8_length(t->at, (size_t)(t->end - t->at))) < 0 && !t->drained)
        LM_TRY(refill(t, e));
    if (length <= 0) {
        length = 1;
        t->invalid++;
    }
    *token = (lm_slice){t->at, (size_t)length};
    t->at += length;
    return LM_OK;
}

/* Skips what no token begins with; true if a token stands at t->at, false at a line end or
 * the end of the input. */
static lm_status find_token(lm_text *t, bool *found, lm_err *e)
{
    for (;;) {
        if (t->unit == LM_UNIT_WORD)
            while (t->at < t->end && is_blank(*t->at)) {
                t->at++;
                t->line_started = true;
            }
        if (t->at < t->end && (*t->at != '\r' || t->unit != LM_UNIT_CHAR)) break;
        if (t->end - t->at > 1 || t->drained) break; /* CR: the byte after it decides */
        LM_TRY(refill(t, e));
    }
    *found = t->at < t->end && *t->at != '\n';
    if (*found && *t->at == '\r' && t->unit == LM_UNIT_CHAR && t->end - t->at > 1 &&
        t->at[1] == '\n') {
        t->at++;
        *found = false;
    }
    return LM_OK;
}

lm_status lm_text_next(lm_text *t, lm_text_event *event, lm_slice *token, lm_err *e)
{
    for (;;) {
        bool found, more;
        LM_TRY(find_token(t, &found, e));
        if (found) {
            *event = LM_TOKEN;
            t->line_started = true;
            if (t->unit == LM_UNIT_WORD) return next_word(t, token, e);
            if (t->unit == LM_UNIT_CHAR) return next_char(t, token, e);
            *token = (lm_slice){t->at++, 1};
            return LM_OK;
        }
        if (t->at < t->end) { /* a line end */
            *event = LM_LINE_END;
            t->at++;
            t->line++;
            t->line_started = false;
            return LM_OK;
        }
        if (t->line_started) { /* the last line of an input, without its end */
            *event = LM_LINE_END;
            t->line_started = false;
            return LM_OK;
        }
        *event = LM_TEXT_END;
        LM_TRY(next_input(t, &more, e));
        if (!more) return LM_OK;
    }
}

/* ---- what was read ---- */

const char *lm_text_place(lm_text *t)
{
    (void)snprintf(t->place, sizeof t->place, "%.4000s:%llu", t->name, (unsigned long long)t->line);
    return t->place;
}

lm_unit lm_text_unit(const lm_text *t)
{
    return t->unit;
}

bool lm_text_marks_as_words(const lm_text *t)
{
    return t->marks_as_words;
}

uint64_t lm_text_bytes(const lm_text *t)
{
    return t->bytes;
}

uint64_t lm_text_invalid(const lm_text *t)
{
    return t->invalid;
}

lm_status lm_text_history(const lm_text *t, lm_str *out, lm_err *e)
{
    for (size_t i = 0; i < t->count; i++)
        LM_TRY(lm_history_input(out, t->inputs[i].length, t->inputs[i].crc, e));
    return LM_OK;
}
