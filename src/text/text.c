/* text.c - the reader of corpora: a stream of tokens and line ends. */
#include "lm/text.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lm/ckpt.h"
#include "lm/crc.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/program.h"
#include "lm/utf8.h"

enum { TEXT_BUFFER = 1 << 18, PLACE_BYTES = 4096 + 64 };

struct lm_text {
    char *const *paths;    /* NULL: one input, standard input or memory */
    size_t count, current; /* inputs; the one being read */
    lm_in in;
    bool is_open; /* `in` is; never for memory */
    bool from_memory;
    bool waits; /* an input is neither a regular file nor memory */
    lm_input *inputs;

    char *buffer;
    size_t capacity;
    lm_text_cursor unread; /* of the buffer: what was read and is not yet consumed; it is whole
                              when nothing is left to read of this input */
    uint64_t bytes;
    char place[PLACE_BYTES];
};

const char *lm_unit_name(lm_unit unit)
{
    static const char *const names[] = {"word", "char", "byte"};
    return names[unit];
}

/* ---- the tokeniser: events of a stretch of bytes ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

/* Blanks and the line end end a word. */
static bool ends_word(char c)
{
    return (unsigned char)c <= ' ' && (is_blank(c) || c == '\n');
}

/* The first byte of p[0 .. 7] that is at most ' ', 8 if there is none. */
static size_t first_low(const char *p)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t x;
    memcpy(&x, p, sizeof x);
    const uint64_t low = (x - ones * '!') & ~x & ones << 7; /* its highest bit, first of all */
    const uint64_t below = (low & (0 - low)) - 1;
    return low ? (size_t)((below & ones) * ones >> 56) - 1 : 8; /* bytes that begin in `below` */
}

/* Where the word at p ends, at the latest at `end`. */
static const char *end_of_word(const char *p, const char *end)
{
    for (;;) {
        while (end - p >= 8) {
            const size_t n = first_low(p);
            p += n;
            if (n < 8) break;
        }
        while (end - p < 8 && p < end && (unsigned char)*p > ' ') p++;
        if (p == end || ends_word(*p)) return p;
        p++; /* a control character in a word */
    }
}

typedef enum { FOUND, UNDECIDED, NOTHING } scanned;

static scanned find_line_end(lm_text_cursor *c, lm_text_event *event)
{
    *event = LM_LINE_END;
    c->line_started = false;
    if (c->at < c->end) {
        c->at++;
        c->line++;
    }
    return FOUND;
}

static scanned find_token(lm_text_cursor *c, size_t length, lm_text_event *event, lm_slice *token)
{
    *event = LM_TOKEN;
    *token = (lm_slice){c->at, length};
    c->line_started = true;
    c->at += length;
    return FOUND;
}

/* No byte is left: the last line of an input, without its end, is still to be reported. */
static scanned find_nothing(lm_text_cursor *c, lm_text_event *event)
{
    if (!c->whole) return UNDECIDED;
    if (c->last && c->line_started) return find_line_end(c, event);
    *event = LM_TEXT_END;
    return NOTHING;
}

/* *known bytes are known to belong to the word; it is set where more bytes must be read. */
static scanned scan_word(lm_text_cursor *c, size_t *known, lm_text_event *event, lm_slice *token)
{
    while (c->at < c->end && is_blank(*c->at)) {
        c->at++;
        c->line_started = true;
    }
    if (c->at == c->end) return find_nothing(c, event);
    if (*c->at == '\n') return find_line_end(c, event);
    const char *end = end_of_word(c->at + *known, c->end);
    const size_t length = (size_t)(end - c->at);
    if (end == c->end && !c->whole && length <= LM_TOKEN_MAX) {
        *known = length;
        return UNDECIDED;
    }
    return find_token(c, length, event, token);
}

static scanned scan_char(lm_text_cursor *c, lm_text_event *event, lm_slice *token)
{
    const size_t unread = (size_t)(c->end - c->at);
    if (unread == 0) return find_nothing(c, event);
    if (*c->at == '\n') return find_line_end(c, event);
    if (*c->at == '\r') { /* the byte after it decides */
        if (unread == 1 && !c->whole) return UNDECIDED;
        if (unread > 1 && c->at[1] == '\n') {
            c->at++;
            return find_line_end(c, event);
        }
    }
    const int length = lm_utf8_length(c->at, unread);
    if (length < 0 && !c->whole) return UNDECIDED;
    c->invalid += length <= 0;
    return find_token(c, length > 0 ? (size_t)length : 1, event, token);
}

static scanned scan_byte(lm_text_cursor *c, lm_text_event *event, lm_slice *token)
{
    if (c->at == c->end) return find_nothing(c, event);
    if (*c->at == '\n') return find_line_end(c, event);
    return find_token(c, 1, event, token);
}

static scanned scan(lm_text_cursor *c, size_t *known, lm_text_event *event, lm_slice *token)
{
    if (c->unit == LM_UNIT_WORD) return scan_word(c, known, event, token);
    if (c->unit == LM_UNIT_CHAR) return scan_char(c, event, token);
    return scan_byte(c, event, token);
}

/* "file:line", or "file (shard 2/3):line". */
static void write_place(const lm_text_cursor *c, char place[PLACE_BYTES])
{
    char part[32] = "";
    if (c->shards) (void)snprintf(part, sizeof part, " (shard %u/%u)", c->shard, c->shards);
    (void)snprintf(place, PLACE_BYTES, "%.4000s%s:%llu", c->name, part,
                   (unsigned long long)c->line);
}

static lm_status refuse_word(const lm_text_cursor *c, lm_slice word, lm_err *e)
{
    char place[PLACE_BYTES];
    write_place(c, place);
    if (word.length > LM_TOKEN_MAX)
        return lm_fail(e, LM_EFORMAT, "%s: a word of more than %d bytes", place, LM_TOKEN_MAX);
    return lm_fail(e, LM_EFORMAT,
                   "%s: '%.*s' is a mark and cannot be in the text (--marks-as-words makes it a "
                   "word)",
                   place, (int)word.length, word.text);
}

static lm_status check_token(const lm_text_cursor *c, lm_slice word, lm_err *e)
{
    if (c->unit != LM_UNIT_WORD) return LM_OK;
    const bool mark = word.text[0] == '<' && !c->marks_as_words &&
                      (lm_slice_is(word, "<s>") || lm_slice_is(word, "</s>"));
    return mark || word.length > LM_TOKEN_MAX ? refuse_word(c, word, e) : LM_OK;
}

/* ---- inputs ---- */

static void take_bytes(lm_text *t, size_t got)
{
    lm_input *now = &t->inputs[t->current];
    now->crc = lm_crc32c(now->crc, t->unread.end, got);
    now->length += got;
    t->bytes += got;
    t->unread.end += got;
}

static void end_input(lm_text *t)
{
    t->unread.whole = t->unread.last = true;
}

/* A likely mistake, which would make words of numbers. */
static lm_status refuse_checkpoint(const char *name, const void *begin, size_t length, lm_err *e)
{
    return lm_ckpt_begins(begin, length)
               ? lm_fail(e, LM_EFORMAT, "%s: expected text, found a checkpoint", name)
               : LM_OK;
}

/* Moves what is unread to the front and reads more behind it, in a buffer at least twice as
 * large as what is kept. */
static lm_status refill(lm_text *t, lm_err *e)
{
    size_t got = 0;
    lm_text_cursor *c = &t->unread;
    const size_t unread = (size_t)(c->end - c->at);
    if (t->from_memory || !t->is_open) {
        end_input(t);
        return LM_OK;
    }
    if (unread) memmove(t->buffer, c->at, unread);
    c->at = t->buffer; /* at once: what follows may fail */
    c->end = t->buffer + unread;
    if (unread > t->capacity / 2) {
        LM_TRY(lm_reserve(&t->buffer, &t->capacity, t->capacity * 2, 1, e));
        c->at = t->buffer;
        c->end = t->buffer + unread;
    }
    LM_TRY(lm_in_read(&t->in, t->buffer + unread, t->capacity - unread, &got, e));
    if (got == 0) end_input(t);
    if (t->inputs[t->current].length == 0)
        LM_TRY(refuse_checkpoint(t->in.name, t->buffer + unread, got, e));
    take_bytes(t, got);
    return LM_OK;
}

/* Reads no further than a byte that differs: a program waiting for our answer to its first
 * line may send no more before it. */
static lm_status skip_byte_order_mark(lm_text *t, lm_err *e)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t length = sizeof mark - 1;
    lm_text_cursor *c = &t->unread;
    for (;;) {
        const size_t unread = (size_t)(c->end - c->at);
        const size_t same = unread < length ? unread : length;
        if (same && memcmp(c->at, mark, same) != 0) return LM_OK;
        if (same == length) {
            c->at += length;
            return LM_OK;
        }
        if (c->whole) return LM_OK;
        LM_TRY(refill(t, e));
    }
}

/* Begins the open input, or its shard. */
static lm_status begin_shard(lm_text *t, lm_err *e)
{
    lm_text_cursor *c = &t->unread;
    if (c->shards) LM_TRY(lm_in_shard(&t->in, c->shard - 1, c->shards, e));
    t->inputs[t->current] =
        (lm_input){.total = t->in.total, .key = t->in.key, .offset = t->in.offset};
    c->name = t->in.name;
    c->line = 1;
    c->whole = c->last = false;
    c->at = c->end = t->buffer;
    return c->unit == LM_UNIT_BYTE || t->in.offset ? LM_OK : skip_byte_order_mark(t, e);
}

/* Opens input number t->current. */
static lm_status open_input(lm_text *t, lm_err *e)
{
    LM_TRY(lm_in_open(&t->in, t->paths ? t->paths[t->current] : "-", e));
    t->is_open = true;
    return LM_OK;
}

/* Goes on to the next input; *more = false after the last. */
static lm_status next_input(lm_text *t, bool *more, lm_err *e)
{
    if (t->is_open) lm_in_close(&t->in);
    t->is_open = false;
    *more = t->current + 1 < t->count;
    if (!*more) return LM_OK;
    t->current++;
    LM_TRY(open_input(t, e));
    return begin_shard(t, e);
}

/* Can a regular file be read, and is it none that is no text? */
static lm_status check_file(const char *path, lm_err *e)
{
    char begin[LM_CKPT_BEGINNING];
    size_t got = 0;
    lm_in in;
    LM_TRY(lm_in_open(&in, path, e));
    lm_status s = lm_is_regular(path) ? lm_in_fill(&in, begin, sizeof begin, &got, e) : LM_OK;
    if (!s) s = refuse_checkpoint(path, begin, got, e);
    lm_in_close(&in);
    return s;
}

/* Can every input be opened?  Said before any work is done.  A FIFO can be opened once only:
 * its writer would die of the first close. */
static lm_status check_inputs(char *const *paths, size_t count, lm_err *e)
{
    for (size_t i = 0; i < count; i++) {
        struct stat info;
        if (strcmp(paths[i], "-") == 0) continue;
        if (stat(paths[i], &info) == 0 && S_ISFIFO(info.st_mode)) {
            if (access(paths[i], R_OK) != 0) return lm_fail_errno(e, paths[i], "open");
            continue;
        }
        LM_TRY(check_file(paths[i], e));
    }
    return LM_OK;
}

static bool may_wait(const char *path)
{
    struct stat info;
    const int found = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &info) : stat(path, &info);
    return found != 0 || !S_ISREG(info.st_mode);
}

static lm_status new_text(lm_text **text, size_t count, lm_unit unit, bool marks_as_words,
                          lm_err *e)
{
    lm_text *t = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    *text = t;
    t->unread.unit = unit;
    t->unread.marks_as_words = marks_as_words;
    t->unread.line = 1;
    t->count = count;
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
    (*text)->waits = count == 0 && may_wait("-");
    for (size_t i = 0; i < count; i++) (*text)->waits = (*text)->waits || may_wait(paths[i]);
    s = lm_reserve(&(*text)->buffer, &(*text)->capacity, TEXT_BUFFER, 1, e);
    if (!s) s = open_input(*text, e);
    if (!s) s = begin_shard(*text, e);
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
    t->unread.name = name;
    s = lm_reserve(&t->buffer, &t->capacity, bytes.length, 1, e);
    if (s) return close_failed(text, s);
    if (bytes.length) memcpy(t->buffer, bytes.text, bytes.length);
    t->unread.at = t->unread.end = t->buffer;
    take_bytes(t, bytes.length);
    if (unit != LM_UNIT_BYTE) s = skip_byte_order_mark(t, e);
    return close_failed(text, s);
}

void lm_text_close(lm_text *t)
{
    if (!t) return;
    if (t->is_open) lm_in_close(&t->in);
    lm_free(t->buffer);
    lm_free(t->inputs);
    lm_free(t);
}

lm_status lm_text_next(lm_text *t, lm_text_event *event, lm_slice *token, lm_err *e)
{
    size_t known = 0;
    for (bool more;;) {
        const scanned found = scan(&t->unread, &known, event, token);
        if (found == FOUND) return *event == LM_TOKEN ? check_token(&t->unread, *token, e) : LM_OK;
        if (found == UNDECIDED) {
            LM_TRY(refill(t, e));
            continue;
        }
        LM_TRY(next_input(t, &more, e));
        if (!more) return LM_OK;
    }
}

/* ---- blocks ---- */

/* May the tokeniser begin anew at byte i > 0 of the unread ones?  Byte i must be known. */
static bool is_boundary(const lm_text_cursor *c, size_t i)
{
    const char *p = c->at + i;
    if (c->unit == LM_UNIT_BYTE || p[-1] == '\n') return true;
    if (c->unit == LM_UNIT_WORD) return ends_word(p[-1]) || ends_word(*p);
    if (p[-1] == '\r') return *p != '\n';
    /* A byte that begins a character is never inside another one. */
    for (size_t back = 1; back < 4 && back <= i; back++) {
        const int length = lm_utf8_length(p - back, (size_t)(c->end - p) + back);
        if (length > (int)back || (length < 0 && !c->whole)) return false;
    }
    return true;
}

/* The length of p[0 .. length) up to its last line end, 0 if there is none. */
static size_t whole_lines(const char *p, size_t length)
{
    while (length > 0 && p[length - 1] != '\n') length--;
    return length;
}

/* The length of a block of at most `size` unread bytes: up to its last line end, or a place
 * between two tokens if it has none.  0: more must be read, or nothing is left. */
static size_t block_length(const lm_text_cursor *c, size_t size)
{
    const size_t unread = (size_t)(c->end - c->at);
    if (unread <= size) return c->whole ? unread : 0;
    const size_t lines = whole_lines(c->at, size);
    if (lines) return lines;
    for (size_t i = size; i > 0; i--)
        if (is_boundary(c, i)) return i;
    for (size_t i = size + 1; i < unread; i++)
        if (is_boundary(c, i)) return i;
    /* A word without an end; the tokeniser refuses one that is too long. */
    return c->whole || unread > LM_TOKEN_MAX ? unread : 0;
}

/* The same for a block of the lines at hand.  The first *clear unread bytes have no line end. */
static size_t lines_at_hand(const lm_text_cursor *c, size_t *clear)
{
    const size_t unread = (size_t)(c->end - c->at);
    const size_t lines = whole_lines(c->at + *clear, unread - *clear);
    if (lines) return *clear + lines;
    *clear = unread;
    return block_length(c, LM_TEXT_BLOCK);
}

static uint64_t count_lines(const char *p, size_t length)
{
    uint64_t lines = 0;
    for (const char *end = p + length; (p = memchr(p, '\n', (size_t)(end - p))); p++) lines++;
    return lines;
}

/* Moves that many unread bytes into the block. */
static lm_status fill_block(lm_text *t, size_t length, lm_text_block *block, lm_err *e)
{
    lm_text_cursor *c = &t->unread, *cut = &block->cursor;
    LM_TRY(lm_reserve(&block->buffer, &block->capacity, length, 1, e));
    if (length) memcpy(block->buffer, c->at, length);
    *cut = *c;
    cut->at = block->buffer;
    cut->end = block->buffer + length;
    cut->whole = true;
    cut->last = c->whole && c->at + length == c->end;
    cut->invalid = 0;
    c->line += count_lines(c->at, length);
    c->at += length;
    if (length) c->line_started = c->at[-1] != '\n';
    if (cut->last) c->line_started = false;
    block->begins_line = !cut->line_started;
    block->ends_line = !c->line_started;
    return LM_OK;
}

lm_status lm_text_next_block(lm_text *t, size_t size, lm_text_block *block, bool *more, lm_err *e)
{
    lm_text_cursor *c = &t->unread;
    size_t clear = 0;
    for (*more = true;;) {
        const size_t length = size ? block_length(c, size) : lines_at_hand(c, &clear);
        if (length || (c->whole && c->line_started)) return fill_block(t, length, block, e);
        if (!c->whole) {
            if ((size_t)(c->end - c->at) > size) size *= 2; /* not to look often for its end */
            LM_TRY(refill(t, e));
            continue;
        }
        LM_TRY(next_input(t, more, e));
        if (!*more) return LM_OK;
        clear = 0;
    }
}

void lm_text_block_free(lm_text_block *block)
{
    lm_free(block->buffer);
    *block = (lm_text_block){0};
}

lm_slice lm_text_block_bytes(const lm_text_block *block, const char **name, uint64_t *line)
{
    *name = block->cursor.name;
    *line = block->cursor.line;
    return (lm_slice){block->cursor.at, (size_t)(block->cursor.end - block->cursor.at)};
}

lm_text_cursor lm_text_cut(const lm_text_block *block)
{
    return block->cursor;
}

lm_status lm_text_cursor_next(lm_text_cursor *c, lm_text_event *event, lm_slice *token, lm_err *e)
{
    size_t known = 0;
    (void)scan(c, &known, event, token);
    return *event == LM_TOKEN ? check_token(c, *token, e) : LM_OK;
}

void lm_text_add_invalid(lm_text *t, const lm_text_cursor *c)
{
    t->unread.invalid += c->invalid;
}

/* ---- what was read ---- */

const char *lm_text_place(lm_text *t)
{
    write_place(&t->unread, t->place);
    return t->place;
}

lm_unit lm_text_unit(const lm_text *t)
{
    return t->unread.unit;
}

bool lm_text_marks_as_words(const lm_text *t)
{
    return t->unread.marks_as_words;
}

bool lm_text_waits(const lm_text *t)
{
    return t->waits;
}

uint64_t lm_text_bytes(const lm_text *t)
{
    return t->bytes;
}

uint64_t lm_text_invalid(const lm_text *t)
{
    return t->unread.invalid;
}

lm_status lm_text_shard(lm_text *t, uint32_t index, uint32_t count, lm_err *e)
{
    t->unread.shard = index + 1;
    t->unread.shards = count;
    t->bytes -= t->inputs[0].length; /* what was read to find a byte-order mark */
    return begin_shard(t, e);
}

lm_status lm_text_inputs(const lm_text *t, lm_inputs *inputs, lm_err *e)
{
    for (size_t i = 0; i < t->count; i++) {
        lm_input input = t->inputs[i];
        const lm_text_cursor *c = &t->unread;
        if (!c->shards) input.total = input.length;
        if (input.length == 0 && (input.total || c->shard > 1)) continue; /* an empty shard */
        LM_TRY(lm_inputs_add(inputs, &input, e));
    }
    return LM_OK;
}

lm_status lm_text_history(const lm_text *t, lm_str *out, lm_err *e)
{
    for (size_t i = 0; i < t->count; i++)
        LM_TRY(lm_history_input(out, t->inputs[i].length, t->inputs[i].crc, e));
    return LM_OK;
}
