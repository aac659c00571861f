/* tsv.c - n-gram counts as lines "words TAB count". */
#include <string.h>
#include "counts.h"
#include "grams.h"
#include "lm/memory.h"
#include "lm/ngram_counts.h"
#include "lm/temp.h"
#include "lm/utf8.h"

enum { BREATH = 1 << 14 }; /* n-grams between two calls of lm_breathe */

/* ---- writing ---- */

static lm_status add_word(const lm_ngram_counts *c, uint32_t rank, lm_str *line, lm_err *e)
{
    const lm_slice word = lm_vocab_word(c->vocab, c->id[rank]);
    if (c->unit == LM_UNIT_WORD || rank == c->bos || rank == c->eos)
        return lm_str_add(line, word.text, word.length, e);
    return lm_str_add_escaped(line, word, e);
}

/* path[j]: the prefix of j words of the n-gram path[k].  Goes on from a path further up, or zeros.
 */
static void find_path(const lm_ngram_counts *c, int k, uint64_t *path)
{
    for (int j = k - 1; j >= 1; j--)
        while (c->first[j][path[j] + 1] <= path[j + 1]) path[j]++;
}

static lm_status add_words(const lm_ngram_counts *c, int k, const uint64_t *path, lm_str *line,
                           lm_err *e)
{
    for (int j = 1; j <= k; j++) {
        if (j > 1) LM_TRY(lm_str_add(line, " ", 1, e));
        LM_TRY(add_word(c, j == 1 ? (uint32_t)path[1] : c->word[j][path[j]], line, e));
    }
    return LM_OK;
}

static lm_status write_order(const lm_ngram_counts *c, int k, lm_str *line, lm_out *out,
                             const lm_run *run, lm_err *e)
{
    uint64_t path[LM_NGRAM_ORDER_MAX + 1] = {0};
    for (uint64_t i = 0; i < c->size[k]; i++) {
        path[k] = i;
        find_path(c, k, path);
        if (i % BREATH == 0) lm_breathe(run);
        if (i % BREATH == 0 && lm_stopped(run))
            return lm_fail(e, LM_ESTOPPED, "stopped while writing");
        if (!c->count[k][i]) continue;
        line->length = 0;
        LM_TRY(add_words(c, k, path, line, e));
        LM_TRY(lm_str_addf(line, e, "\t%u\n", c->count[k][i]));
        LM_TRY(lm_out_write(out, line->text, line->length, e));
    }
    return LM_OK;
}

lm_status lm_ngram_counts_write_tsv(const lm_ngram_counts *c, lm_out *out, const lm_run *run,
                                    lm_err *e)
{
    lm_str line = {0};
    lm_status s = LM_OK;
    if (c->marks_as_words)
        s = lm_fail(e, LM_EUSAGE,
                    "counts with <s> and </s> as words cannot be told from those "
                    "with marks in lines of text");
    for (int k = 1; !s && k <= c->order; k++) s = write_order(c, k, &line, out, run, e);
    lm_str_free(&line);
    return s;
}

/* ---- lines: a key, TAB and a count ---- */

enum { LINE_MOST = LM_NGRAM_ORDER_MAX * (LM_TOKEN_MAX + 1) + 32 };

typedef struct {
    lm_text *text;
    lm_text_block block;
    const char *at, *end;    /* what is left of the block */
    const char *name;        /* of its input */
    uint64_t number, before; /* of the line that was read, of the next one less 1 */
    lm_str held;             /* a line that several blocks have */
    const lm_run *run;

    lm_slice key; /* of the line that was read; length 0 at the end */
    uint64_t count;
} reader;

static lm_status open_reader(reader *r, char *const *paths, size_t count, const lm_run *run,
                             lm_err *e)
{
    *r = (reader){.run = run};
    return lm_text_open(&r->text, paths, count, LM_UNIT_WORD, true, e);
}

static void close_reader(reader *r)
{
    lm_text_close(r->text);
    lm_text_block_free(&r->block);
    lm_str_free(&r->held);
}

static lm_status fail_here(const reader *r, const char *what, lm_err *e)
{
    return lm_fail(e, LM_EFORMAT, "%s:%llu: %s", r->name, (unsigned long long)r->number, what);
}

static lm_status next_block(reader *r, bool *more, lm_err *e)
{
    if (lm_stopped(r->run)) return lm_fail(e, LM_ESTOPPED, "stopped while reading");
    LM_TRY(lm_text_next_block(r->text, LM_TEXT_BLOCK, &r->block, more, e));
    if (!*more) return LM_OK;
    const lm_slice bytes = lm_text_block_bytes(&r->block, &r->name, &r->before);
    r->before--;
    r->at = bytes.text;
    r->end = bytes.text + bytes.length;
    lm_progress(r->run, "reading", 1e-6 * (double)lm_text_bytes(r->text), 0, "MB");
    return LM_OK;
}

/* What the block has of a line; *whole: there is no more of it. */
static lm_slice take_part(reader *r, bool *whole)
{
    const char *begin = r->at, *newline = memchr(begin, '\n', (size_t)(r->end - begin));
    r->at = newline ? newline + 1 : r->end;
    r->number = r->before + 1;
    r->before += newline != NULL;
    *whole = newline || r->block.ends_line;
    return (lm_slice){begin, (size_t)((newline ? newline : r->end) - begin)};
}

/* The next line that is not empty, without its end; *more = false: there is none. */
static lm_status next_line(reader *r, lm_slice *line, bool *more, lm_err *e)
{
    r->held.length = 0;
    for (*more = true;;) {
        bool whole;
        if (r->at == r->end) LM_TRY(next_block(r, more, e));
        if (!*more) return LM_OK;
        *line = take_part(r, &whole);
        if (!whole || r->held.length) {
            if (r->held.length + line->length > LINE_MOST)
                return fail_here(r, "a line that is longer than n-grams can be", e);
            LM_TRY(lm_str_add(&r->held, line->text, line->length, e));
            *line = (lm_slice){r->held.text, r->held.length};
        }
        if (!whole) continue;
        if (line->length && line->text[line->length - 1] == '\r') line->length--;
        if (line->length) return LM_OK;
        r->held.length = 0;
    }
}

static lm_status take_count(reader *r, lm_slice text, lm_err *e)
{
    int64_t count;
    if (!lm_parse_int(text, &count) || count < 1)
        return lm_fail(e, LM_EFORMAT, "%s:%llu: expected a count after TAB, found '%.*s'", r->name,
                       (unsigned long long)r->number, text.length < 40 ? (int)text.length : 40,
                       text.text);
    r->count = (uint64_t)count;
    return LM_OK;
}

static lm_status next_key(reader *r, lm_err *e)
{
    lm_slice line = {0};
    bool more;
    r->key.length = 0;
    LM_TRY(next_line(r, &line, &more, e));
    if (!more) return LM_OK;
    size_t n = line.length;
    while (n > 0 && line.text[n - 1] != '\t') n--;
    if (n < 2) return fail_here(r, "expected words, TAB and a count", e);
    r->key = (lm_slice){line.text, n - 1};
    return take_count(r, (lm_slice){line.text + n, line.length - n}, e);
}

/* ---- adding up ---- */

static lm_status write_sum(lm_str *key, uint64_t total, lm_out *out, lm_err *e)
{
    if (key->length == 0) return LM_OK;
    LM_TRY(lm_str_addf(key, e, "\t%llu\n", (unsigned long long)total));
    return lm_out_write(out, key->text, key->length, e);
}

/* `key` is the last one that was read. */
static lm_status add_up(reader *r, lm_str *key, lm_out *out, lm_err *e)
{
    for (uint64_t total = 0;;) {
        LM_TRY(next_key(r, e));
        const bool same = r->key.length && r->key.length == key->length &&
                          memcmp(r->key.text, key->text, key->length) == 0;
        if (same) {
            if (!lm_add_u64(total, r->count, &total) || total > INT64_MAX)
                return fail_here(r, "the sum of the counts is too large", e);
            continue;
        }
        LM_TRY(write_sum(key, total, out, e));
        if (r->key.length == 0) return LM_OK;
        key->length = 0;
        LM_TRY(lm_str_add(key, r->key.text, r->key.length, e));
        total = r->count;
    }
}

lm_status lm_tsv_add_up(char *const *paths, size_t count, lm_out *out, const lm_run *run, lm_err *e)
{
    reader r;
    lm_str key = {0};
    LM_TRY(open_reader(&r, paths, count, run, e));
    lm_status s = lm_str_add(&key, "", 0, e);
    if (!s) s = add_up(&r, &key, out, e);
    lm_str_free(&key);
    close_reader(&r);
    return s;
}

/* ---- reading ----
 * The words are numbered as they appear and the n-grams kept in a temporary file until the
 * vocabulary is known: rows of `order` numbers, the last ones LM_NO_WORD, and the count. */

typedef struct {
    lm_ngram_counts *counts;
    lm_vocab *vocab;
    uint64_t *total;
    size_t capacity;
    uint64_t lines, rows;
    lm_temp *temp;
    lm_str unescaped;
    const lm_run *run;
} importer;

enum { ROW_MOST = LM_NGRAM_ORDER_MAX + 1, ROWS_AT_ONCE = 1 << 12 };

#define BOS (UINT32_MAX - 1)
#define EOS (UINT32_MAX - 2)

static size_t row_width(const importer *im)
{
    return (size_t)im->counts->order + 1;
}

/* A word must be one that text can have. */
static lm_status check_word(const reader *r, lm_unit unit, lm_slice word, lm_err *e)
{
    if (word.length == 0) return fail_here(r, "expected one blank between two words", e);
    if (word.length > LM_TOKEN_MAX) return fail_here(r, "a word that is too long", e);
    for (size_t i = 0; unit == LM_UNIT_WORD && i < word.length; i++)
        if (word.text[i] == '\t' || word.text[i] == '\r' || word.text[i] == '\0')
            return fail_here(r, "a word with TAB, CR or NUL in it", e);
    if (unit == LM_UNIT_WORD) return LM_OK;
    const bool one =
        word.length == 1 ||
        (unit == LM_UNIT_CHAR && lm_utf8_length(word.text, word.length) == (int)word.length);
    return one && word.text[0] != '\n'
               ? LM_OK
               : lm_fail(e, LM_EFORMAT, "%s:%llu: expected single %ss, found '%.*s'", r->name,
                         (unsigned long long)r->number, lm_unit_name(unit),
                         word.length < 40 ? (int)word.length : 40, word.text);
}

static lm_status unescape(importer *im, const reader *r, lm_slice *word, lm_err *e)
{
    lm_err wrong = {0};
    im->unescaped.length = 0;
    const lm_status s = lm_str_add_unescaped(&im->unescaped, *word, &wrong);
    if (s == LM_EFORMAT) return fail_here(r, wrong.message, e);
    if (s) return lm_fail(e, s, "%s", wrong.message);
    *word = (lm_slice){im->unescaped.text, im->unescaped.length};
    return LM_OK;
}

static lm_status number_word(importer *im, const reader *r, lm_slice word, uint32_t *number,
                             lm_err *e)
{
    const lm_unit unit = im->counts->unit;
    const uint32_t size = im->vocab->size;
    const bool ends = lm_slice_is(word, "</s>");
    if (lm_slice_is(word, "<s>") || (ends && im->counts->marks)) {
        *number = ends ? EOS : BOS;
        return LM_OK;
    }
    if (ends) return fail_here(r, "</s>, although there are no marks", e);
    if (unit != LM_UNIT_WORD) LM_TRY(unescape(im, r, &word, e));
    LM_TRY(check_word(r, unit, word, e));
    LM_TRY(lm_vocab_add(im->vocab, word, number, e));
    LM_TRY(lm_reserve(&im->total, &im->capacity, (size_t)size + 1, sizeof *im->total, e));
    if (*number < size) return LM_OK;
    im->total[size] = 0;
    return size % BREATH ? LM_OK : lm_words_check_memory(im->vocab, im->run, e);
}

/* row[0], row[1], .. from the words of the line. */
static lm_status number_words(importer *im, const reader *r, uint32_t *row, int *words, lm_err *e)
{
    const char *at = r->key.text, *end = at + r->key.length;
    for (*words = 0; at <= end; ++*words) {
        const char *blank = memchr(at, ' ', (size_t)(end - at));
        const lm_slice word = {at, (size_t)((blank ? blank : end) - at)};
        if (*words == im->counts->order) return fail_here(r, "an n-gram of too many words", e);
        LM_TRY(number_word(im, r, word, &row[*words], e));
        if (*words > 0 && row[*words] == BOS) return fail_here(r, "<s> after another word", e);
        if (*words > 0 && row[*words - 1] == EOS) return fail_here(r, "a word after </s>", e);
        at += word.length + 1;
    }
    return LM_OK;
}

static lm_status keep_row(importer *im, const reader *r, lm_err *e)
{
    uint32_t row[ROW_MOST];
    const size_t width = row_width(im);
    int words;
    if (r->count >= UINT32_MAX) return fail_here(r, "a count of more than 4294967294", e);
    LM_TRY(number_words(im, r, row, &words, e));
    for (size_t i = (size_t)words; i < width - 1; i++) row[i] = LM_NO_WORD;
    row[width - 1] = (uint32_t)r->count;
    if (words == 1 && row[0] == BOS) im->lines += r->count;
    if (words == 1 && row[0] < EOS) im->total[row[0]] += r->count;
    im->rows++;
    return lm_temp_write(im->temp, row, width * sizeof *row, e);
}

static lm_status keep_rows(importer *im, reader *r, lm_err *e)
{
    for (;;) {
        LM_TRY(next_key(r, e));
        if (r->key.length == 0) break;
        LM_TRY(keep_row(im, r, e));
    }
    return lm_temp_flush(im->temp, e);
}

/* `count` rows of the temporary file, their words by rank. */
static lm_status take_rows(const importer *im, uint64_t first, size_t count, const uint32_t *map,
                           uint32_t *id, uint32_t *times, lm_err *e)
{
    const lm_ngram_counts *c = im->counts;
    const size_t width = row_width(im), words = width - 1;
    uint32_t rows[ROWS_AT_ONCE];
    for (size_t n = 0, some; n < count; n += some) {
        some = count - n < ROWS_AT_ONCE / width ? count - n : ROWS_AT_ONCE / width;
        LM_TRY(lm_temp_read(im->temp, (first + n) * width * sizeof *rows, rows,
                            some * width * sizeof *rows, e));
        for (size_t i = 0; i < some; i++) {
            for (size_t j = 0; j < words; j++) {
                const uint32_t number = rows[i * width + j];
                id[(n + i) * words + j] = number == LM_NO_WORD ? LM_NO_WORD
                                          : number == BOS      ? c->bos
                                          : number == EOS      ? c->eos
                                                               : map[number];
            }
            times[n + i] = rows[i * width + words];
        }
    }
    return LM_OK;
}

static lm_status sort_rows(const importer *im, lm_grams *grams, const uint32_t *map, lm_err *e)
{
    const size_t words = row_width(im) - 1;
    const size_t room = lm_grams_room(im->rows, sizeof *map * row_width(im), im->run);
    uint32_t *id = lm_resize(NULL, room * words, sizeof *id, e);
    uint32_t *times = lm_resize(NULL, room, sizeof *times, e);
    lm_status s = id && times ? LM_OK : e->status;
    for (uint64_t first = 0; !s && first < im->rows; first += room) {
        const size_t count = im->rows - first < room ? (size_t)(im->rows - first) : room;
        s = take_rows(im, first, count, map, id, times, e);
        const lm_gram_batch batch = {id, count * words, count, words, times};
        if (!s) s = lm_grams_add(grams, &batch, first + count == im->rows, im->run, e);
    }
    lm_free(id);
    lm_free(times);
    return s;
}

/* ---- what the lines must tell of each other ---- */

static lm_status fail_at(const lm_ngram_counts *c, int k, uint64_t i, uint64_t longer, lm_err *e)
{
    uint64_t path[LM_NGRAM_ORDER_MAX + 1] = {0};
    lm_str words = {0};
    path[k] = i;
    find_path(c, k, path);
    lm_status s = add_words(c, k, path, &words, e);
    if (!s)
        s = lm_fail(e, LM_EFORMAT,
                    "'%.200s' occurs %u times, longer n-grams that begin with it %llu times; are "
                    "lines missing?",
                    words.text, c->count[k][i], (unsigned long long)longer);
    lm_str_free(&words);
    return s;
}

/* Every n-gram must have its prefix, and not occur more often than that. */
static lm_status check_prefixes(const lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    for (int k = 1; k < c->order; k++)
        for (uint64_t i = 0; i < c->size[k]; i++) {
            uint64_t longer = 0;
            for (uint64_t child = c->first[k][i]; child < c->first[k][i + 1]; child++)
                longer += c->count[k + 1][child];
            if (longer > c->count[k][i]) return fail_at(c, k, i, longer, e);
            if (i % BREATH == 0) lm_breathe(run);
        }
    return LM_OK;
}

/* ---- */

static lm_status read_rows(importer *im, char *const *paths, size_t count, lm_err *e)
{
    reader r;
    LM_TRY(lm_vocab_new(&im->vocab, e));
    LM_TRY(lm_temp_open(&im->temp, lm_run_tmpdir(im->run), e));
    LM_TRY(open_reader(&r, paths, count, im->run, e));
    lm_status s = keep_rows(im, &r, e);
    if (!s) s = lm_text_inputs(r.text, &im->counts->inputs, e);
    close_reader(&r);
    return s;
}

static lm_status count_rows(importer *im, const lm_ngram_options *options, lm_err *e)
{
    lm_grams *grams = NULL;
    const lm_ngram_found found = {im->vocab, im->total, im->lines};
    uint32_t *map = lm_new(im->vocab->size, sizeof *map, e);
    lm_status s =
        map ? lm_ngram_choose(im->counts, &found, options, map, &grams, im->run, e) : e->status;
    if (!s) {
        lm_grams_exact(grams);
        s = sort_rows(im, grams, map, e);
    }
    lm_free(map);
    if (!s) s = lm_grams_finish(grams, im->run, e);
    lm_grams_free(grams);
    return s ? s : check_prefixes(im->counts, im->run, e);
}

lm_status lm_ngram_count_tsv(lm_ngram_counts *c, char *const *paths, size_t count,
                             const lm_ngram_options *options, lm_unit unit, const lm_run *run,
                             lm_err *e)
{
    *c = (lm_ngram_counts){
        .order = options->order, .marks = !options->choice.no_marks, .unit = unit};
    importer im = {.counts = c, .run = run};
    lm_status s = read_rows(&im, paths, count, e);
    if (!s) s = count_rows(&im, options, e);
    lm_vocab_free(im.vocab);
    lm_free(im.total);
    lm_temp_close(im.temp);
    lm_str_free(&im.unescaped);
    return s;
}
