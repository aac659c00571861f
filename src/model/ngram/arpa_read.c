/* arpa_read.c - reading ARPA text.
 *
 * Each section becomes rows of word ids.  Prefixes that are missing are added from the highest
 * order down, the rows are sorted into the tables of a trie, and the n-grams linked to their
 * suffixes; if some suffixes are missing too, they are added and the trie is built again. */
#include <stdio.h>
#include <string.h>
#include "counts.h"
#include "lm/arpa.h"
#include "lm/decimal.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/sort.h"

/* The n-grams of one order: `ids` holds `order` ids a row. */
typedef struct {
    int order;
    size_t count, room_ids, room_prob, room_bow;
    uint32_t *ids;
    float *prob; /* MISSING: added here, to be had by backing off */
    float *bow;
} rows;

#define MISSING (-1.0f)

static const double largest_log = 38; /* of a float */

typedef struct {
    const char *at, *end;
    const char *name;
    uint64_t line; /* number of the line that was read last */
    lm_unit unit;
    int order;
    uint64_t announced[LM_NGRAM_ORDER_MAX + 1];
    rows rows[LM_NGRAM_ORDER_MAX + 1];
    lm_vocab *vocab;
    lm_str word; /* an unescaped word */
} reader;

/* ---- lines ---- */

/* Says what was found, as far as a terminal can show it. */
static lm_status fail_here(const reader *r, lm_err *e, const char *what, lm_slice found)
{
    char shown[61];
    size_t n = 0;
    for (; n < found.length && n < sizeof shown - 1; n++)
        shown[n] = (unsigned char)found.text[n] < ' ' || found.text[n] == 127 ? ' ' : found.text[n];
    shown[n] = '\0';
    return lm_fail(e, LM_EFORMAT, "%s:%llu: %s '%s'", r->name, (unsigned long long)r->line, what,
                   shown);
}

/* The next line without its end and trailing blanks; false at the end of the text. */
static bool next_line(reader *r, lm_slice *line)
{
    if (r->at == r->end) return false;
    const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    const char *stop = newline ? newline : r->end;
    *line = (lm_slice){r->at, (size_t)(stop - r->at)};
    while (line->length && strchr(" \t\r", line->text[line->length - 1]) &&
           line->text[line->length - 1])
        line->length--;
    r->at = newline ? newline + 1 : r->end;
    r->line++;
    return true;
}

static lm_status next_full_line(reader *r, lm_slice *line, lm_err *e)
{
    do {
        if (!next_line(r, line))
            return lm_fail(e, LM_EFORMAT, "%s:%llu: the file ends before \\end\\", r->name,
                           (unsigned long long)r->line);
    } while (line->length == 0);
    return LM_OK;
}

/* Takes the next field of a line, up to a blank or TAB; false if there is none. */
static bool next_field(lm_slice *line, lm_slice *field)
{
    while (line->length && (*line->text == ' ' || *line->text == '\t')) {
        line->text++;
        line->length--;
    }
    size_t n = 0;
    while (n < line->length && line->text[n] != ' ' && line->text[n] != '\t') n++;
    *field = (lm_slice){line->text, n};
    line->text += n;
    line->length -= n;
    return n > 0;
}

static bool starts_with(lm_slice line, const char *prefix)
{
    const size_t n = strlen(prefix);
    return line.length >= n && memcmp(line.text, prefix, n) == 0;
}

/* ---- the header ---- */

/* "ngram K=N".  A row of K words takes at least 2K + 2 bytes, so N has a bound. */
static lm_status read_announcement(reader *r, lm_slice line, lm_err *e)
{
    const char *equals = memchr(line.text, '=', line.length);
    int64_t order = 0, count = -1;
    if (equals) {
        lm_slice left = {line.text + 6, (size_t)(equals - line.text) - 6};
        lm_slice right = {equals + 1, line.length - (size_t)(equals + 1 - line.text)};
        while (right.length && *right.text == ' ') right.text++, right.length--;
        if (!lm_parse_int(left, &order) || !lm_parse_int(right, &count)) count = -1;
    }
    if (count < 0 || order != r->order + 1)
        return fail_here(r, e, "not the next 'ngram K=N':", line);
    if (order > LM_NGRAM_ORDER_MAX) return fail_here(r, e, "the highest order is 10, not", line);
    const uint64_t most = (uint64_t)(r->end - r->at) / (2 * (uint64_t)order + 2);
    if ((uint64_t)count > most || count >= UINT32_MAX)
        return fail_here(r, e, "the file is too short for", line);
    r->order = (int)order;
    r->announced[order] = (uint64_t)count;
    return LM_OK;
}

static lm_status read_header(reader *r, lm_slice *line, lm_err *e)
{
    LM_TRY(next_full_line(r, line, e));
    if (!lm_slice_is(*line, "\\data\\")) return fail_here(r, e, "expected \\data\\, found", *line);
    for (;;) {
        LM_TRY(next_full_line(r, line, e));
        if (!starts_with(*line, "ngram ")) break;
        LM_TRY(read_announcement(r, *line, e));
    }
    if (r->order == 0 || r->announced[1] == 0)
        return fail_here(r, e, "no unigrams are announced before", *line);
    return LM_OK;
}

/* ---- rows ---- */

static lm_status add_row(rows *t, const uint32_t *ids, float prob, float bow, lm_err *e)
{
    const size_t width = (size_t)t->order, n = t->count + 1;
    LM_TRY(lm_reserve(&t->ids, &t->room_ids, n * width, sizeof *t->ids, e));
    LM_TRY(lm_reserve(&t->prob, &t->room_prob, n, sizeof *t->prob, e));
    LM_TRY(lm_reserve(&t->bow, &t->room_bow, n, sizeof *t->bow, e));
    memcpy(t->ids + t->count * width, ids, width * sizeof *ids);
    t->prob[t->count] = prob;
    t->bow[t->count] = bow;
    t->count = n;
    return LM_OK;
}

static lm_status unescape(reader *r, lm_slice *word, lm_err *e)
{
    if (r->unit == LM_UNIT_WORD) return LM_OK;
    r->word.length = 0;
    lm_err bad = {0};
    if (lm_str_add_unescaped(&r->word, *word, &bad)) {
        if (bad.status == LM_EFORMAT) return fail_here(r, e, bad.message, *word);
        return lm_fail(e, bad.status, "%s", bad.message);
    }
    *word = (lm_slice){r->word.text, r->word.length};
    return LM_OK;
}

/* A unigram's word gets an id: <unk> and </s> are kept for the front, <s> for the end. */
static lm_status new_word(reader *r, lm_slice word, uint32_t *id, lm_err *e)
{
    uint32_t *mark = lm_slice_is(word, "<s>")     ? &r->vocab->bos
                     : lm_slice_is(word, "</s>")  ? &r->vocab->eos
                     : lm_slice_is(word, "<unk>") ? &r->vocab->unk
                                                  : NULL;
    const uint32_t size = r->vocab->size;
    if (mark && *mark != LM_NO_WORD) return fail_here(r, e, "given twice:", word);
    if (mark) {
        char spelling[8];
        memcpy(spelling, word.text, word.length);
        spelling[word.length] = '\0';
        LM_TRY(lm_vocab_add_mark(r->vocab, spelling, mark, e));
        *id = *mark;
        return LM_OK;
    }
    LM_TRY(unescape(r, &word, e));
    LM_TRY(lm_vocab_add(r->vocab, word, id, e));
    if (*id < size) return fail_here(r, e, "given twice:", word);
    return LM_OK;
}

static lm_status find_word(reader *r, lm_slice word, uint32_t *id, lm_err *e)
{
    const lm_slice written = word;
    *id = lm_slice_is(word, "<s>")    ? r->vocab->bos
          : lm_slice_is(word, "</s>") ? r->vocab->eos
                                      : LM_NO_WORD;
    if (*id != LM_NO_WORD) return LM_OK;
    LM_TRY(unescape(r, &word, e));
    *id = lm_vocab_find(r->vocab, word);
    return *id == LM_NO_WORD ? fail_here(r, e, "not among the unigrams:", written) : LM_OK;
}

/* 10^x as a float; "-inf", and whatever is too small for a float, is 0. */
static bool read_log(lm_slice field, double most, float *out)
{
    double x;
    if (lm_slice_is(field, "-inf")) {
        *out = 0;
        return true;
    }
    if (!lm_decimal_read(field, &x) || x > most) return false;
    *out = x < -60 ? 0 : (float)lm_exp10(x);
    return true;
}

static lm_status read_row(reader *r, rows *t, lm_slice line, lm_err *e)
{
    uint32_t ids[LM_NGRAM_ORDER_MAX];
    float prob, bow = 1;
    lm_slice field, rest = line;
    if (!next_field(&rest, &field) || !read_log(field, 1e-6, &prob))
        return fail_here(r, e, "not a log10 probability (0 or less):", field);
    if (prob > 1) prob = 1;
    for (int i = 0; i < t->order; i++) {
        if (!next_field(&rest, &field)) return fail_here(r, e, "too few words:", line);
        if (t->order == 1)
            LM_TRY(new_word(r, field, &ids[i], e));
        else
            LM_TRY(find_word(r, field, &ids[i], e));
    }
    if (next_field(&rest, &field) && !read_log(field, largest_log, &bow))
        return fail_here(r, e, "not a log10 back-off weight:", field);
    if (next_field(&rest, &field)) return fail_here(r, e, "too many words:", line);
    if (t->order == 1 && ids[0] == r->vocab->bos) prob = 0;
    return add_row(t, ids, prob, bow, e);
}

/* The rows of one section; *line is its title, then the line after it. */
static lm_status read_section(reader *r, int k, lm_slice *line, lm_err *e)
{
    char title[32];
    rows *t = &r->rows[k];
    t->order = k;
    (void)snprintf(title, sizeof title, "\\%d-grams:", k);
    if (!lm_slice_is(*line, title)) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "expected %s, found", title);
        return fail_here(r, e, expected, *line);
    }
    for (;;) {
        LM_TRY(next_full_line(r, line, e));
        if (*line->text == '\\' &&
            (lm_slice_is(*line, "\\end\\") || memchr(line->text, ':', line->length)))
            break;
        LM_TRY(read_row(r, t, *line, e));
    }
    if (t->count == r->announced[k]) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s:%llu: %zu %d-grams, but \\data\\ announced %llu", r->name,
                   (unsigned long long)r->line, t->count, k, (unsigned long long)r->announced[k]);
}

static lm_status read_sections(reader *r, lm_err *e)
{
    lm_slice line;
    LM_TRY(read_header(r, &line, e));
    for (int k = 1; k <= r->order; k++) LM_TRY(read_section(r, k, &line, e));
    return lm_slice_is(line, "\\end\\") ? LM_OK : fail_here(r, e, "expected \\end\\, found", line);
}

/* ---- ids: <unk>, </s>, words in the file's order, <s>; in the rows then their ranks ---- */

static lm_status renumber(reader *r, lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    lm_vocab *old = r->vocab, *vocab;
    uint32_t *map = lm_new(old->size, sizeof *map, e);
    if (!map) return e->status;
    lm_status s = lm_vocab_new(&vocab, e);
    if (!s && old->unk != LM_NO_WORD) {
        s = lm_vocab_add_mark(vocab, "<unk>", &vocab->unk, e);
        map[old->unk] = vocab->unk;
    }
    if (!s && old->eos != LM_NO_WORD) {
        s = lm_vocab_add_mark(vocab, "</s>", &vocab->eos, e);
        map[old->eos] = vocab->eos;
    }
    for (uint32_t id = 0; !s && id < old->size; id++)
        if (id != old->unk && id != old->eos && id != old->bos)
            s = lm_vocab_add(vocab, lm_vocab_word(old, id), &map[id], e);
    if (!s && old->bos != LM_NO_WORD) {
        s = lm_vocab_add_mark(vocab, "<s>", &vocab->bos, e);
        map[old->bos] = vocab->bos;
    }
    if (vocab) {
        lm_vocab_free(old);
        r->vocab = c->vocab = vocab;
    }
    if (!s) s = lm_ngram_rank_words(c, run, e);
    for (int k = 1; !s && k <= r->order; k++)
        for (size_t i = 0; i < r->rows[k].count * (size_t)k; i++)
            r->rows[k].ids[i] = c->rank[map[r->rows[k].ids[i]]];
    lm_free(map);
    c->vocab = NULL;
    return s;
}

/* ---- sorting rows ---- */

static int compare_ids(const uint32_t *a, const uint32_t *b, int count)
{
    for (int i = 0; i < count; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

static const uint32_t *row(const rows *t, size_t i)
{
    return t->ids + i * (size_t)t->order;
}

static bool is_sorted(const rows *t)
{
    for (size_t i = 1; i < t->count; i++)
        if (compare_ids(row(t, i - 1), row(t, i), t->order) >= 0) return false;
    return true;
}

static lm_status permute(rows *t, const lm_keyed *order, lm_err *e)
{
    rows sorted = {.order = t->order};
    lm_status s = LM_OK;
    for (size_t i = 0; !s && i < t->count; i++) {
        const size_t from = (size_t)order[i].value;
        s = add_row(&sorted, row(t, from), t->prob[from], t->bow[from], e);
    }
    rows *drop = s ? &sorted : t;
    lm_free(drop->ids);
    lm_free(drop->prob);
    lm_free(drop->bow);
    if (!s) *t = sorted;
    return s;
}

/* Least significant word first, so that the first word decides in the end. */
static lm_status sort_rows(rows *t, uint32_t words, lm_err *e)
{
    int bits = 1;
    if (is_sorted(t)) return LM_OK;
    while (words >> bits) bits++;
    lm_keyed *order = lm_resize(NULL, t->count, sizeof *order, e);
    lm_keyed *spare = lm_resize(NULL, t->count, sizeof *spare, e);
    lm_status s = order && spare ? LM_OK : e->status;
    for (size_t i = 0; !s && i < t->count; i++) order[i].value = i;
    for (int column = t->order - 1; !s && column >= 0; column--) {
        for (size_t i = 0; i < t->count; i++) order[i].key = row(t, (size_t)order[i].value)[column];
        lm_sort_keyed(order, spare, t->count, bits);
    }
    if (!s) s = permute(t, order, e);
    lm_free(order);
    lm_free(spare);
    return s;
}

static lm_status check_unique(const reader *r, const lm_ngram_counts *c, const rows *t, lm_err *e)
{
    for (size_t i = 1; i < t->count; i++) {
        if (compare_ids(row(t, i - 1), row(t, i), t->order) != 0) continue;
        lm_str text = {0};
        lm_status s = LM_OK;
        for (int j = 0; !s && j < t->order; j++) {
            const lm_slice word = lm_vocab_word(r->vocab, c->id[row(t, i)[j]]);
            s = lm_str_addf(&text, e, "%s%.*s", j ? " " : "", (int)word.length, word.text);
        }
        if (!s)
            s = lm_fail(e, LM_EFORMAT, "%s: \\%d-grams: '%.200s' is given twice", r->name, t->order,
                        text.text);
        lm_str_free(&text);
        return s;
    }
    return LM_OK;
}

/* ---- the trie ---- */

/* Adds to order k-1 the prefixes of order k that it lacks.  Both are sorted, so one walk does. */
static lm_status add_prefixes(reader *r, int k, lm_err *e)
{
    const rows *longer = &r->rows[k];
    rows *shorter = &r->rows[k - 1];
    const size_t count = shorter->count;
    size_t at = 0;
    const uint32_t *added = NULL;
    for (size_t i = 0; i < longer->count; i++) {
        const uint32_t *prefix = row(longer, i);
        while (at < count && compare_ids(row(shorter, at), prefix, k - 1) < 0) at++;
        if (at < count && compare_ids(row(shorter, at), prefix, k - 1) == 0) continue;
        if (added && compare_ids(added, prefix, k - 1) == 0) continue;
        LM_TRY(add_row(shorter, prefix, MISSING, 1, e));
        added = prefix;
    }
    return sort_rows(shorter, r->vocab->size, e);
}

static lm_status build_tables(const reader *r, lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    c->order = r->order;
    for (int k = 1; k <= r->order; k++) {
        const rows *t = &r->rows[k];
        c->size[k] = t->count;
        if (k < r->order && !(c->first[k] = lm_tables_new(&c->tables, t->count + 1, 4, run, e)))
            return e->status;
        if (k == 1) continue;
        if (!(c->word[k] = lm_tables_new(&c->tables, t->count, 4, run, e))) return e->status;
        const rows *parents = &r->rows[k - 1];
        size_t parent = 0;
        for (size_t i = 0; i < t->count; i++) {
            while (compare_ids(row(parents, parent), row(t, i), k - 1) != 0)
                c->first[k - 1][++parent] = (uint32_t)i;
            c->word[k][i] = row(t, i)[k - 1];
        }
        while (parent < parents->count) c->first[k - 1][++parent] = (uint32_t)t->count;
    }
    return LM_OK;
}

/* Adds the suffixes the trie lacks to the rows; *complete if there were none. */
static lm_status add_suffixes(reader *r, const lm_ngram_counts *c, bool *complete, lm_err *e)
{
    *complete = true;
    for (int k = 3; k <= r->order; k++) {
        const size_t before = r->rows[k - 1].count;
        for (size_t i = 0; i < r->rows[k].count && i < c->size[k]; i++)
            if (c->suffix[k][i] == LM_NO_WORD)
                LM_TRY(add_row(&r->rows[k - 1], row(&r->rows[k], i) + 1, MISSING, 1, e));
        if (r->rows[k - 1].count > before) *complete = false;
    }
    return LM_OK;
}

/* Keeps one of equal rows that were added; there are none among those of the file. */
static void drop_repeated(rows *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (kept && compare_ids(row(t, kept - 1), row(t, i), t->order) == 0) continue;
        memmove(t->ids + kept * (size_t)t->order, row(t, i), (size_t)t->order * sizeof *t->ids);
        t->prob[kept] = t->prob[i];
        t->bow[kept++] = t->bow[i];
    }
    t->count = kept;
}

static lm_status build_trie(reader *r, lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    for (int k = 1; k <= r->order; k++) {
        LM_TRY(sort_rows(&r->rows[k], r->vocab->size, e));
        LM_TRY(check_unique(r, c, &r->rows[k], e));
    }
    for (bool complete = false; !complete;) {
        for (int k = r->order; k >= 2; k--) {
            LM_TRY(sort_rows(&r->rows[k], r->vocab->size, e));
            drop_repeated(&r->rows[k]);
            LM_TRY(add_prefixes(r, k, e));
        }
        for (int k = 1; k <= r->order; k++) {
            lm_tables_drop(&c->tables, c->word[k]);
            lm_tables_drop(&c->tables, c->first[k]);
            lm_tables_drop(&c->tables, c->suffix[k]);
            c->word[k] = c->first[k] = c->suffix[k] = NULL;
        }
        LM_TRY(build_tables(r, c, run, e));
        LM_TRY(lm_ngram_link_suffixes(c, run, e));
        LM_TRY(add_suffixes(r, c, &complete, e));
    }
    return LM_OK;
}

/* ---- values ---- */

/* What was added gets p(w|h) = bow(h) p(w|h'), from the lowest order up. */
static void back_off_missing(reader *r, const lm_ngram_counts *c)
{
    for (int k = 2; k <= r->order; k++) {
        rows *t = &r->rows[k];
        const rows *below = &r->rows[k - 1];
        for (size_t parent = 0; parent < below->count; parent++)
            for (size_t i = c->first[k - 1][parent]; i < c->first[k - 1][parent + 1]; i++) {
                if (t->prob[i] >= 0) continue;
                const uint32_t shorter = k == 2 ? c->word[2][i] : c->suffix[k][i];
                const float p = below->bow[parent] * below->prob[shorter];
                t->prob[i] = p < 1 ? p : 1;
            }
    }
}

static lm_status take_values(const reader *r, lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    for (int k = 1; k <= r->order; k++) {
        const rows *t = &r->rows[k];
        c->prob[k] = lm_tables_new(&c->tables, t->count, sizeof **c->prob, run, e);
        if (!c->prob[k]) return e->status;
        if (t->count) memcpy(c->prob[k], t->prob, t->count * sizeof **c->prob);
        if (k == r->order) break;
        c->bow[k] = lm_tables_new(&c->tables, t->count, sizeof **c->bow, run, e);
        if (!c->bow[k]) return e->status;
        if (t->count) memcpy(c->bow[k], t->bow, t->count * sizeof **c->bow);
    }
    return LM_OK;
}

static lm_status read_model(reader *r, lm_ngram *m, lm_ngram_counts *c, const lm_run *run,
                            lm_err *e)
{
    LM_TRY(lm_vocab_new(&r->vocab, e));
    LM_TRY(read_sections(r, e));
    LM_TRY(renumber(r, c, run, e));
    LM_TRY(build_trie(r, c, run, e));
    back_off_missing(r, c);
    LM_TRY(take_values(r, c, run, e));
    c->vocab = r->vocab;
    r->vocab = NULL;
    LM_TRY(lm_ngram_pack(m, c, run, e));
    m->lang.type = &lm_ngram_lang;
    m->lang.unit = r->unit;
    m->smooth = LM_NGRAM_ARPA;
    return LM_OK;
}

lm_status lm_arpa_read(lm_ngram **out, lm_slice text, const char *name, lm_unit unit,
                       const lm_run *run, lm_err *e)
{
    reader r = {.at = text.text, .end = text.text + text.length, .name = name, .unit = unit};
    lm_ngram_counts c = {0};
    *out = NULL;
    lm_ngram *m = lm_new(1, sizeof *m, e);
    lm_status s = m ? read_model(&r, m, &c, run, e) : e->status;
    lm_ngram_counts_drop(&c);
    lm_vocab_free(r.vocab);
    lm_str_free(&r.word);
    for (int k = 1; k <= LM_NGRAM_ORDER_MAX; k++) {
        lm_free(r.rows[k].ids);
        lm_free(r.rows[k].prob);
        lm_free(r.rows[k].bow);
    }
    if (s)
        lm_ngram_free(m);
    else
        *out = m;
    return s;
}
