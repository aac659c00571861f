/* arpa_read.c - reading ARPA text.
 *
 * The unigrams make the vocabulary.  The lines of a longer section are cut into chunks, whose rows
 * are counted, which tells where each goes, and then read in parallel. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "lm/arpa.h"
#include "lm/decimal.h"
#include "lm/log10.h"
#include "lm/memory.h"
#include "rows.h"

enum {
    CHUNK = 1 << 18, /* bytes of text, about */
    WIDTH = 16,      /* chunks read at once */
    BATCH = 32       /* rows whose words are looked up at once */
};

static const double largest_log = 38; /* of a float */

/* A place in the text. */
typedef struct {
    const char *at, *end;
    const char *name;
    uint64_t line; /* number of the line that was read last */
} cursor;

typedef struct {
    uint64_t line;
    float prob, bow;
    lm_slice word[LM_NGRAM_ORDER_MAX];
    uint32_t rank[LM_NGRAM_ORDER_MAX];
    unsigned changed; /* bit j: word j is not that of the row before */
} row;

/* Some lines of a section. */
typedef struct {
    cursor lines;
    uint64_t row_at;                /* number of the next row in the section */
    uint64_t line_count, row_count; /* what was counted */
    bool last;                      /* the section ends here */
    row row[BATCH + 1];             /* from 1 on; 0: the last one before */
    lm_slice wanted[BATCH * LM_NGRAM_ORDER_MAX];
    uint32_t found[BATCH * LM_NGRAM_ORDER_MAX];
    lm_str word; /* an unescaped word */
    lm_err e;
} chunk;

typedef struct {
    cursor text;
    const char *begin;
    lm_unit unit;
    int order;
    uint64_t announced[LM_NGRAM_ORDER_MAX + 1];
    lm_vocab *listed;        /* the words in the order of the file, until all are known */
    float *prob, *bow;       /* of these */
    lm_ngram_counts *counts; /* the vocabulary and ranks, then all tables */
    lm_ngram_rows rows[LM_NGRAM_ORDER_MAX + 1];
    int section;       /* being read */
    uint64_t capacity; /* rows it may have */
    chunk *chunk;      /* (WIDTH) */
    lm_log10_table logs;
    const lm_run *run;
} reader;

/* ---- lines ---- */

/* Says what was found, as far as a terminal can show it. */
static lm_status fail_here(const cursor *c, lm_err *e, const char *what, lm_slice found)
{
    char shown[61];
    size_t n = 0;
    for (; n < found.length && n < sizeof shown - 1; n++)
        shown[n] = (unsigned char)found.text[n] < ' ' || found.text[n] == 127 ? ' ' : found.text[n];
    shown[n] = '\0';
    return lm_fail(e, LM_EFORMAT, "%s:%llu: %s '%s'", c->name, (unsigned long long)c->line, what,
                   shown);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The next line without its end and trailing blanks; false at the end of the text. */
static bool next_line(cursor *c, lm_slice *line)
{
    if (c->at == c->end) return false;
    const char *newline = memchr(c->at, '\n', (size_t)(c->end - c->at));
    const char *stop = newline ? newline : c->end;
    *line = (lm_slice){c->at, (size_t)(stop - c->at)};
    while (line->length &&
           (is_blank(line->text[line->length - 1]) || line->text[line->length - 1] == '\r'))
        line->length--;
    c->at = newline ? newline + 1 : c->end;
    c->line++;
    return true;
}

static lm_status next_full_line(cursor *c, lm_slice *line, lm_err *e)
{
    do {
        if (!next_line(c, line))
            return lm_fail(e, LM_EFORMAT, "%s:%llu: the file ends before \\end\\", c->name,
                           (unsigned long long)c->line);
    } while (line->length == 0);
    return LM_OK;
}

/* The first blank or TAB of at .. end-1, or end. */
static const char *find_blank(const char *at, const char *end)
{
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    for (; end - at >= 8; at += 8) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        const uint64_t blank = bytes ^ ones * ' ', tab = bytes ^ ones * '\t';
        /* The lowest bit that is set tells of the first byte that is 0. */
        const uint64_t zero = (((blank - ones) & ~blank) | ((tab - ones) & ~tab)) & high;
        if (zero) return at + __builtin_ctzll(zero) / 8;
    }
#endif
    while (at < end && !is_blank(*at)) at++;
    return at;
}

/* Takes the next field of a line, up to a blank or TAB; false if there is none. */
static bool next_field(lm_slice *line, lm_slice *field)
{
    const char *at = line->text, *end = at + line->length;
    while (at < end && is_blank(*at)) at++;
    const char *stop = find_blank(at, end);
    *field = (lm_slice){at, (size_t)(stop - at)};
    *line = (lm_slice){stop, (size_t)(end - stop)};
    return field->length > 0;
}

static bool starts_with(lm_slice line, const char *prefix)
{
    const size_t n = strlen(prefix);
    return line.length >= n && memcmp(line.text, prefix, n) == 0;
}

/* Does the line end the section before it? */
static bool is_title(lm_slice line)
{
    return line.length && *line.text == '\\' &&
           (lm_slice_is(line, "\\end\\") || memchr(line.text, ':', line.length));
}

/* ---- the header ---- */

/* The most rows of k words that so many bytes can hold: a row takes at least 2k + 2. */
static uint64_t most_rows(uint64_t bytes, int k)
{
    return bytes / (2 * (uint64_t)k + 2);
}

/* "ngram K=N" */
static lm_status read_announcement(reader *r, lm_slice line, lm_err *e)
{
    const cursor *c = &r->text;
    const char *equals = memchr(line.text, '=', line.length);
    int64_t order = 0, count = -1;
    if (equals) {
        lm_slice left = {line.text + 6, (size_t)(equals - line.text) - 6};
        lm_slice right = {equals + 1, line.length - (size_t)(equals + 1 - line.text)};
        while (right.length && *right.text == ' ') right.text++, right.length--;
        if (!lm_parse_int(left, &order) || !lm_parse_int(right, &count)) count = -1;
    }
    if (count < 0 || order != r->order + 1)
        return fail_here(c, e, "not the next 'ngram K=N':", line);
    if (order > LM_NGRAM_ORDER_MAX) return fail_here(c, e, "the highest order is 10, not", line);
    if ((uint64_t)count > most_rows((uint64_t)(c->end - c->at), (int)order) || count >= UINT32_MAX)
        return fail_here(c, e, "the file is too short for", line);
    r->order = (int)order;
    r->announced[order] = (uint64_t)count;
    return LM_OK;
}

static lm_status read_header(reader *r, lm_slice *line, lm_err *e)
{
    LM_TRY(next_full_line(&r->text, line, e));
    if (!lm_slice_is(*line, "\\data\\"))
        return fail_here(&r->text, e, "expected \\data\\, found", *line);
    for (;;) {
        LM_TRY(next_full_line(&r->text, line, e));
        if (!starts_with(*line, "ngram ")) break;
        LM_TRY(read_announcement(r, *line, e));
    }
    if (r->order == 0 || r->announced[1] == 0)
        return fail_here(&r->text, e, "no unigrams are announced before", *line);
    return LM_OK;
}

/* ---- words ---- */

/* In a character or byte model they are escaped. */
static lm_status unescape(const reader *r, chunk *c, lm_slice *word, lm_err *e)
{
    if (r->unit == LM_UNIT_WORD) return LM_OK;
    c->word.length = 0;
    lm_err bad = {0};
    if (lm_str_add_unescaped(&c->word, *word, &bad)) {
        if (bad.status == LM_EFORMAT) return fail_here(&c->lines, e, bad.message, *word);
        return lm_fail(e, bad.status, "%s", bad.message);
    }
    *word = (lm_slice){c->word.text, c->word.length};
    return LM_OK;
}

static bool is_unknown_mark(lm_slice word)
{
    return lm_slice_is(word, "<unk>") || lm_slice_is(word, "<UNK>");
}

/* A unigram's word gets an id. */
static lm_status add_word(reader *r, chunk *c, lm_slice word, uint32_t *id, lm_err *e)
{
    lm_vocab *v = r->listed;
    const uint32_t size = v->size;
    const bool unknown = is_unknown_mark(word);
    uint32_t *mark = lm_slice_is(word, "<s>")    ? &v->bos
                     : lm_slice_is(word, "</s>") ? &v->eos
                     : unknown                   ? &v->unk
                                                 : NULL;
    if (mark && *mark != LM_NO_WORD) return fail_here(&c->lines, e, "given twice:", word);
    if (mark) {
        const char *spelling = unknown ? "<unk>" : mark == &v->bos ? "<s>" : "</s>";
        LM_TRY(lm_vocab_add_mark(v, spelling, mark, e));
        *id = *mark;
        return LM_OK;
    }
    LM_TRY(unescape(r, c, &word, e));
    LM_TRY(lm_vocab_add(v, word, id, e));
    return *id < size ? fail_here(&c->lines, e, "given twice:", word) : LM_OK;
}

/* The id of a word that is no plain word of the vocabulary as it is written. */
static lm_status look_up(const reader *r, chunk *c, lm_slice word, uint32_t *id, lm_err *e)
{
    const lm_vocab *v = r->counts->vocab;
    const lm_slice written = word;
    *id = lm_slice_is(word, "<s>")    ? v->bos
          : lm_slice_is(word, "</s>") ? v->eos
          : is_unknown_mark(word)     ? v->unk
                                      : LM_NO_WORD;
    if (*id != LM_NO_WORD) return LM_OK;
    LM_TRY(unescape(r, c, &word, e));
    *id = lm_vocab_find(v, word);
    return *id == LM_NO_WORD ? fail_here(&c->lines, e, "not among the unigrams:", written) : LM_OK;
}

static bool same_word(lm_slice a, lm_slice b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* Finds the ranks of the words of rows 1 .. count.  Near each other rows mostly have some words in
 * common, which are looked up once. */
static lm_status find_words(const reader *r, chunk *c, size_t count, lm_err *e)
{
    const int k = r->section;
    size_t wanted = 0, next = 0;
    for (row *t = c->row + 1; t <= c->row + count; t++) {
        t->changed = 0;
        for (int j = 0; j < k; j++) {
            if (same_word(t->word[j], t[-1].word[j])) continue;
            t->changed |= 1u << j;
            c->wanted[wanted++] = t->word[j];
        }
    }
    if (r->unit == LM_UNIT_WORD)
        lm_vocab_find_all(r->counts->vocab, c->wanted, wanted, c->found);
    else
        memset(c->found, 0xff, wanted * sizeof *c->found); /* LM_NO_WORD: it may be escaped */
    for (row *t = c->row + 1; t <= c->row + count; t++) {
        c->lines.line = t->line;
        for (int j = 0; j < k; j++) {
            t->rank[j] = t[-1].rank[j];
            if (!(t->changed & 1u << j)) continue;
            uint32_t id = c->found[next++];
            if (id == LM_NO_WORD) LM_TRY(look_up(r, c, t->word[j], &id, e));
            t->rank[j] = r->counts->rank[id];
        }
    }
    return LM_OK;
}

/* ---- rows ---- */

/* Takes the next field of a line of `c`: 10^x as a float; "-inf", and whatever is too small for a
 * float, is 0.  False if it is no number, or more than `most`. */
static bool take_log(const reader *r, const cursor *c, lm_slice *line, lm_slice *field, double most,
                     float *out)
{
    double x;
    const char *at = line->text, *end = at + line->length;
    while (at < end && is_blank(*at)) at++;
    const size_t length = lm_decimal_scan((lm_slice){at, (size_t)(c->end - at)}, &x);
    const char *stop = at + length; /* no number goes past the line */
    if (length && (stop == end || is_blank(*stop))) {
        *field = (lm_slice){at, length};
        *line = (lm_slice){stop, (size_t)(end - stop)};
    } else {
        if (!next_field(line, field)) return false;
        if (lm_slice_is(*field, "-inf"))
            x = -HUGE_VAL;
        else if (!lm_decimal_read(*field, &x))
            return false;
    }
    if (x > most) return false;
    *out = lm_log10_inverse(&r->logs, x);
    return true;
}

/* Takes a line of a section apart. */
static lm_status read_row(const reader *r, const chunk *c, lm_slice line, row *t, lm_err *e)
{
    lm_slice field, rest = line;
    t->line = c->lines.line;
    if (!take_log(r, &c->lines, &rest, &field, 1e-6, &t->prob))
        return fail_here(&c->lines, e, "not a log10 probability (0 or less):", field);
    if (t->prob > 1) t->prob = 1;
    for (int j = 0; j < r->section; j++)
        if (!next_field(&rest, &t->word[j])) return fail_here(&c->lines, e, "too few words:", line);
    t->bow = 1;
    if (rest.length == 0) return LM_OK;
    if (!take_log(r, &c->lines, &rest, &field, largest_log, &t->bow))
        return fail_here(&c->lines, e, "not a log10 back-off weight:", field);
    return rest.length ? fail_here(&c->lines, e, "too many words:", line) : LM_OK;
}

/* ---- the unigrams ---- */

/* Ids: <unk>, </s>, words in the file's order, <s>.  map: from those of the file. */
static lm_status order_words(const lm_vocab *old, lm_vocab *v, uint32_t *map, lm_err *e)
{
    if (old->unk != LM_NO_WORD) {
        LM_TRY(lm_vocab_add_mark(v, "<unk>", &v->unk, e));
        map[old->unk] = v->unk;
    }
    if (old->eos != LM_NO_WORD) {
        LM_TRY(lm_vocab_add_mark(v, "</s>", &v->eos, e));
        map[old->eos] = v->eos;
    }
    for (uint32_t id = 0; id < old->size; id++)
        if (id != old->unk && id != old->eos && id != old->bos)
            LM_TRY(lm_vocab_add(v, lm_vocab_word(old, id), &map[id], e));
    if (old->bos != LM_NO_WORD) {
        LM_TRY(lm_vocab_add_mark(v, "<s>", &v->bos, e));
        map[old->bos] = v->bos;
    }
    return LM_OK;
}

/* Makes the table of order 1. */
static lm_status rank_unigrams(reader *r, const uint32_t *map, lm_err *e)
{
    lm_ngram_counts *c = r->counts;
    const uint32_t size = c->vocab->size;
    LM_TRY(lm_ngram_rank_words(c, r->run, e));
    c->size[1] = size;
    c->prob[1] = lm_tables_new(&c->tables, size, sizeof **c->prob, r->run, e);
    if (!c->prob[1]) return e->status;
    if (c->order > 1) {
        c->bow[1] = lm_tables_new(&c->tables, size, sizeof **c->bow, r->run, e);
        if (!c->bow[1]) return e->status;
    }
    for (uint32_t id = 0; id < size; id++) {
        const uint32_t rank = c->rank[map[id]];
        c->prob[1][rank] = rank == c->bos ? 0 : r->prob[id];
        if (c->order > 1) c->bow[1][rank] = r->bow[id];
    }
    lm_tables_drop(&c->tables, r->prob);
    lm_tables_drop(&c->tables, r->bow);
    return LM_OK;
}

static lm_status finish_unigrams(reader *r, lm_err *e)
{
    uint32_t *map = lm_new(r->listed->size, sizeof *map, e);
    if (!map) return e->status;
    lm_status s = lm_vocab_new(&r->counts->vocab, e);
    if (!s) s = order_words(r->listed, r->counts->vocab, map, e);
    if (!s) s = rank_unigrams(r, map, e);
    lm_vocab_free(r->listed);
    r->listed = NULL;
    lm_free(map);
    return s;
}

/* They are few, and each one changes the vocabulary: one after another. */
static lm_status read_unigrams(reader *r, uint64_t *count, lm_slice *line, lm_err *e)
{
    chunk *c = &r->chunk[0];
    row *t = &c->row[1];
    lm_tables *tables = &r->counts->tables;
    r->prob = lm_tables_new(tables, r->capacity, sizeof *r->prob, r->run, e);
    r->bow = lm_tables_new(tables, r->capacity, sizeof *r->bow, r->run, e);
    if (!r->prob || !r->bow) return e->status;
    c->lines = r->text;
    for (*count = 0;; ++*count) {
        uint32_t id;
        LM_TRY(next_full_line(&c->lines, line, e));
        if (is_title(*line)) break;
        LM_TRY(read_row(r, c, *line, t, e));
        LM_TRY(add_word(r, c, t->word[0], &id, e));
        if (*count >= r->capacity) continue;
        r->prob[*count] = t->prob;
        r->bow[*count] = t->bow;
    }
    r->text = c->lines;
    return *count == r->announced[1] ? finish_unigrams(r, e) : LM_OK;
}

/* ---- longer sections ---- */

/* Counts lines and rows up to the title of the next section. */
static void count_rows(void *context, size_t i)
{
    const reader *r = context;
    chunk *c = &r->chunk[i];
    cursor lines = c->lines;
    lm_slice line;
    c->row_count = 0;
    c->last = false;
    for (const char *start = lines.at; next_line(&lines, &line); start = lines.at) {
        if (is_title(line)) {
            c->lines.end = start;
            c->last = true;
            break;
        }
        c->row_count += line.length > 0;
    }
    c->line_count = lines.line - c->last;
}

/* Reads some rows; *count: how many, 0 at the end. */
static lm_status read_batch(const reader *r, chunk *c, size_t *count, lm_err *e)
{
    lm_err bad = {0}; /* of a row that comes after others */
    lm_slice line;
    *count = 0;
    while (*count < BATCH && !bad.status && next_line(&c->lines, &line))
        if (line.length && !read_row(r, c, line, &c->row[*count + 1], &bad)) ++*count;
    const uint64_t line_number = c->lines.line;
    LM_TRY(find_words(r, c, *count, e));
    c->lines.line = line_number;
    return bad.status ? lm_fail(e, bad.status, "%s", bad.message) : LM_OK;
}

static void store_row(const reader *r, const row *t, uint64_t at)
{
    const lm_ngram_rows *rows = &r->rows[r->section];
    uint32_t *to = lm_ngram_row(rows, at);
    for (int j = 0; j < r->section; j++) to[j] = t->rank[j];
    lm_ngram_row_set(rows, to, t->prob, t->bow);
}

static void read_rows(void *context, size_t i)
{
    const reader *r = context;
    chunk *c = &r->chunk[i];
    for (size_t count = BATCH; count == BATCH;) {
        if (read_batch(r, c, &count, &c->e)) return;
        for (size_t j = 1; j <= count && c->row_at < r->capacity; j++)
            store_row(r, &c->row[j], c->row_at++);
        c->row[0] = c->row[count];
    }
    lm_breathe(r->run);
}

/* Cuts the next chunks from the text.  Returns how many there are. */
static size_t cut_chunks(reader *r)
{
    size_t count = 0;
    const char *at = r->text.at, *end = r->text.end;
    for (; count < WIDTH && at < end; count++) {
        const char *newline =
            end - at > CHUNK ? memchr(at + CHUNK, '\n', (size_t)(end - at) - CHUNK) : NULL;
        const char *stop = newline ? newline + 1 : end;
        r->chunk[count].lines = (cursor){at, stop, r->text.name, 0};
        at = stop;
    }
    return count;
}

/* Reads the next chunks; *last: the section ended. */
static lm_status read_chunks(reader *r, uint64_t *rows, bool *last, lm_err *e)
{
    size_t count = cut_chunks(r), used = 0;
    *last = count == 0;
    lm_parallel_for(lm_run_pool(r->run), count, count_rows, r);
    while (used < count && !*last) {
        chunk *c = &r->chunk[used++];
        c->row_at = *rows;
        c->lines.line = r->text.line;
        r->text.at = c->lines.end;
        r->text.line += c->line_count;
        *rows += c->row_count;
        *last = c->last;
    }
    lm_parallel_for(lm_run_pool(r->run), used, read_rows, r);
    for (size_t i = 0; i < used; i++)
        if (r->chunk[i].e.status)
            return lm_fail(e, r->chunk[i].e.status, "%s", r->chunk[i].e.message);
    return lm_stopped(r->run) ? lm_fail(e, LM_ESTOPPED, "stopped while reading") : LM_OK;
}

/* Finds the line of the first row that equals one before it. */
static lm_status fail_twice(reader *r, const uint64_t *second, cursor lines, lm_err *e)
{
    const int k = r->section;
    uint64_t seen[LM_NGRAM_ROW_PARTS] = {0};
    chunk *c = &r->chunk[0];
    const row *t = &c->row[1];
    c->lines = lines;
    for (size_t part;; seen[part]++) {
        lm_slice line;
        LM_TRY(next_full_line(&c->lines, &line, e));
        LM_TRY(read_row(r, c, line, &c->row[1], e));
        LM_TRY(find_words(r, c, 1, e));
        part = lm_ngram_row_part(t->rank[0], r->counts->vocab->size);
        if (seen[part] == second[part]) break;
    }
    const lm_slice first = t->word[0], last = t->word[k - 1];
    const size_t length = (size_t)(last.text + last.length - first.text);
    return fail_here(&c->lines, e, "given twice:", (lm_slice){first.text, length});
}

static lm_status sort_rows(reader *r, cursor lines, lm_err *e)
{
    uint64_t second[LM_NGRAM_ROW_PARTS];
    LM_TRY(lm_ngram_rows_sort(&r->rows[r->section], r->counts, second, r->run, e));
    for (size_t part = 0; part < LM_NGRAM_ROW_PARTS; part++)
        if (second[part] != UINT64_MAX) return fail_twice(r, second, lines, e);
    return LM_OK;
}

static lm_status read_ngrams(reader *r, uint64_t *count, lm_slice *line, lm_err *e)
{
    const int k = r->section;
    const cursor lines = r->text;
    LM_TRY(lm_ngram_rows_new(&r->rows[k], k, r->capacity, r->counts, r->run, e));
    *count = 0;
    for (bool last = false; !last;) {
        LM_TRY(read_chunks(r, count, &last, e));
        lm_progress(r->run, "reading", 1e-6 * (double)(r->text.at - r->begin),
                    1e-6 * (double)(r->text.end - r->begin), "MB");
    }
    LM_TRY(next_full_line(&r->text, line, e));
    return *count == r->announced[k] ? sort_rows(r, lines, e) : LM_OK;
}

/* The rows of one section; *line is its title, then the line after it. */
static lm_status read_section(reader *r, int k, lm_slice *line, lm_err *e)
{
    char title[32];
    uint64_t count = 0;
    (void)snprintf(title, sizeof title, "\\%d-grams:", k);
    if (!lm_slice_is(*line, title)) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "expected %s, found", title);
        return fail_here(&r->text, e, expected, *line);
    }
    const uint64_t most = most_rows((uint64_t)(r->text.end - r->text.at), k);
    r->section = k;
    r->capacity = r->announced[k] < most ? r->announced[k] : most;
    LM_TRY(k == 1 ? read_unigrams(r, &count, line, e) : read_ngrams(r, &count, line, e));
    if (count == r->announced[k]) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s:%llu: %llu %d-grams, but \\data\\ announced %llu",
                   r->text.name, (unsigned long long)r->text.line, (unsigned long long)count, k,
                   (unsigned long long)r->announced[k]);
}

static lm_status read_sections(reader *r, lm_err *e)
{
    lm_slice line;
    LM_TRY(read_header(r, &line, e));
    r->counts->order = r->order;
    for (int k = 1; k <= r->order; k++) LM_TRY(read_section(r, k, &line, e));
    return lm_slice_is(line, "\\end\\") ? LM_OK
                                        : fail_here(&r->text, e, "expected \\end\\, found", line);
}

/* ---- */

static lm_status read_model(reader *r, lm_ngram *m, lm_err *e)
{
    lm_ngram_counts *c = r->counts;
    r->chunk = lm_new(WIDTH, sizeof *r->chunk, e);
    if (!r->chunk) return e->status;
    LM_TRY(lm_vocab_new(&r->listed, e));
    lm_log10_fill(&r->logs);
    LM_TRY(read_sections(r, e));
    LM_TRY(lm_ngram_rows_join(r->rows, c, r->run, e));
    LM_TRY(lm_ngram_pack(m, c, r->run, e));
    m->lang.type = &lm_ngram_lang;
    m->lang.unit = r->unit;
    m->smooth = LM_NGRAM_ARPA;
    return LM_OK;
}

lm_status lm_arpa_read(lm_ngram **out, lm_slice text, const char *name, lm_unit unit,
                       const lm_run *run, lm_err *e)
{
    lm_ngram_counts c = {0};
    reader r = {.text = {text.text, text.text + text.length, name, 0}, .begin = text.text};
    r.unit = unit;
    r.counts = &c;
    r.run = run;
    *out = NULL;
    lm_ngram *m = lm_new(1, sizeof *m, e);
    const lm_status s = m ? read_model(&r, m, e) : e->status;
    for (size_t i = 0; r.chunk && i < WIDTH; i++) lm_str_free(&r.chunk[i].word);
    lm_free(r.chunk);
    lm_vocab_free(r.listed);
    lm_ngram_counts_drop(&c);
    if (s)
        lm_ngram_free(m);
    else
        *out = m;
    return s;
}
