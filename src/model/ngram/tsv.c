/* tsv.c - n-gram counts as lines "words TAB count". */
#include <string.h>
#include "counts.h"
#include "grams.h"
#include "lm/memory.h"
#include "lm/ngram_counts.h"
#include "lm/temp.h"

/* ---- writing ---- */

static lm_status add_word(const lm_ngram_counts *c, uint32_t rank, lm_str *line, lm_err *e)
{
    const lm_slice word = lm_vocab_word(c->vocab, c->id[rank]);
    if (c->unit == LM_UNIT_WORD || rank == c->bos || rank == c->eos)
        return lm_str_add(line, word.text, word.length, e);
    return lm_str_add_escaped(line, word, e);
}

/* path[j]: the prefix of j words of the n-gram. */
static lm_status write_line(const lm_ngram_counts *c, int k, const uint64_t *path, lm_str *line,
                            lm_out *out, lm_err *e)
{
    line->length = 0;
    for (int j = 1; j <= k; j++) {
        if (j > 1) LM_TRY(lm_str_add(line, " ", 1, e));
        LM_TRY(add_word(c, j == 1 ? (uint32_t)path[1] : c->word[j][path[j]], line, e));
    }
    LM_TRY(lm_str_addf(line, e, "\t%u\n", c->count[k][path[k]]));
    return lm_out_write(out, line->text, line->length, e);
}

static lm_status write_order(const lm_ngram_counts *c, int k, lm_str *line, lm_out *out,
                             const lm_run *run, lm_err *e)
{
    uint64_t path[LM_NGRAM_ORDER_MAX + 1] = {0};
    for (uint64_t i = 0; i < c->size[k]; i++) {
        path[k] = i;
        for (int j = k - 1; j >= 1; j--)
            while (c->first[j][path[j] + 1] <= path[j + 1]) path[j]++;
        if (c->count[k][i]) LM_TRY(write_line(c, k, path, line, out, e));
        if (i % (1 << 14) == 0) lm_breathe(run);
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

/* ---- lines: the last of their tokens is the count ---- */

static lm_status open_lines(lm_text **text, char *const *paths, size_t count, lm_err *e)
{
    return lm_text_open(text, paths, count, LM_UNIT_WORD, true, e);
}

/* The tokens of a line, one after the other in `bytes`. */
typedef struct {
    lm_str bytes;
    size_t end[LM_NGRAM_ORDER_MAX + 1]; /* of each token but the last */
    int words;
    uint64_t count;
} line;

static lm_slice word_of(const line *l, int i)
{
    const size_t begin = i ? l->end[i - 1] : 0;
    return (lm_slice){l->bytes.text + begin, l->end[i] - begin};
}

static lm_status fail_here(lm_text *text, const char *what, lm_err *e)
{
    return lm_fail(e, LM_EFORMAT, "%s: %s", lm_text_place(text), what);
}

/* Takes the count off the end of a line whose tokens have been read. */
static lm_status take_count(line *l, lm_slice last, lm_text *text, lm_err *e)
{
    int64_t count;
    l->words--;
    if (l->words < 1) return fail_here(text, "expected words, TAB and a count", e);
    if (!lm_parse_int(last, &count) || count < 1)
        return lm_fail(e, LM_EFORMAT, "%s: expected a count at the end, found '%.*s'",
                       lm_text_place(text), (int)(last.length < 40 ? last.length : 40), last.text);
    l->count = (uint64_t)count;
    return LM_OK;
}

/* The next line of at most `most` words that is not blank; words 0 at the end. */
static lm_status next_line(line *l, lm_text *text, int most, lm_err *e)
{
    lm_slice token;
    lm_str *b = &l->bytes;
    size_t last = 0; /* where the last token begins */
    b->length = 0;
    l->words = 0;
    for (lm_text_event event;;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TEXT_END) return LM_OK;
        if (event == LM_TOKEN) {
            if (l->words > most) return fail_here(text, "an n-gram of too many words", e);
            if (l->words) l->end[l->words - 1] = b->length;
            last = b->length;
            LM_TRY(lm_str_add(b, token.text, token.length, e));
            l->words++;
        } else if (l->words) {
            return take_count(l, (lm_slice){b->text + last, b->length - last}, text, e);
        }
    }
}

/* ---- adding up ---- */

static bool same_words(const line *a, const line *b)
{
    if (a->words != b->words) return false;
    for (int i = 0; i < a->words; i++) {
        const lm_slice x = word_of(a, i), y = word_of(b, i);
        if (x.length != y.length || memcmp(x.text, y.text, x.length) != 0) return false;
    }
    return true;
}

static lm_status write_sum(const line *l, uint64_t total, lm_out *out, lm_err *e)
{
    for (int i = 0; i < l->words; i++) {
        const lm_slice word = word_of(l, i);
        if (i) LM_TRY(lm_out_write(out, " ", 1, e));
        LM_TRY(lm_out_write(out, word.text, word.length, e));
    }
    return lm_out_printf(out, e, "\t%llu\n", (unsigned long long)total);
}

static lm_status add_up(line lines[2], lm_text *text, lm_out *out, const lm_run *run, lm_err *e)
{
    line *now = &lines[0], *next = &lines[1];
    uint64_t total;
    LM_TRY(next_line(now, text, LM_NGRAM_ORDER_MAX, e));
    for (total = now->count; now->words;) {
        LM_TRY(next_line(next, text, LM_NGRAM_ORDER_MAX, e));
        if (next->words && same_words(now, next)) {
            if (!lm_add_u64(total, next->count, &total))
                return fail_here(text, "the sum of the counts is too large", e);
            continue;
        }
        LM_TRY(write_sum(now, total, out, e));
        line *done = now;
        now = next;
        next = done;
        total = now->count;
        if (lm_stopped(run)) return lm_fail(e, LM_ESTOPPED, "stopped while adding up");
    }
    return LM_OK;
}

lm_status lm_tsv_add_up(char *const *paths, size_t count, lm_out *out, const lm_run *run, lm_err *e)
{
    line lines[2] = {{{0}, {0}, 0, 0}, {{0}, {0}, 0, 0}};
    lm_text *text;
    LM_TRY(open_lines(&text, paths, count, e));
    const lm_status s = add_up(lines, text, out, run, e);
    lm_str_free(&lines[0].bytes);
    lm_str_free(&lines[1].bytes);
    lm_text_close(text);
    return s;
}

/* ---- reading ----
 * The words are numbered as they appear and the n-grams kept in a temporary file, as
 *   words | number of each word | count (8 bytes), the others 4 bytes each
 * until the vocabulary is known. */

typedef struct {
    lm_ngram_counts *counts;
    lm_vocab *vocab;
    uint64_t *total;
    size_t capacity;
    uint64_t lines, ngrams;
    lm_temp *temp;
    lm_str unescaped;
    const lm_run *run;
} importer;

enum { ROW = 4 * (1 + LM_NGRAM_ORDER_MAX) + 8 };

#define BOS (UINT32_MAX - 1)
#define EOS (UINT32_MAX - 2)

static lm_status number_word(importer *im, lm_slice word, lm_text *text, uint32_t *number,
                             lm_err *e)
{
    const uint32_t size = im->vocab->size;
    if (lm_slice_is(word, "<s>") || (im->counts->marks && lm_slice_is(word, "</s>"))) {
        *number = word.length == 3 ? BOS : EOS;
        return LM_OK;
    }
    if (im->counts->unit != LM_UNIT_WORD) {
        im->unescaped.length = 0;
        if (lm_str_add_unescaped(&im->unescaped, word, e))
            return e->status == LM_EFORMAT ? (e->status = LM_OK, fail_here(text, "a bad escape", e))
                                           : e->status;
        word = (lm_slice){im->unescaped.text, im->unescaped.length};
    }
    LM_TRY(lm_vocab_add(im->vocab, word, number, e));
    LM_TRY(lm_reserve(&im->total, &im->capacity, (size_t)size + 1, sizeof *im->total, e));
    if (*number == size) im->total[size] = 0;
    return LM_OK;
}

static lm_status keep_line(importer *im, const line *l, lm_text *text, lm_err *e)
{
    unsigned char row[ROW] = {0};
    const uint32_t words = (uint32_t)l->words;
    uint32_t number = 0;
    memcpy(row, &words, sizeof words);
    for (int i = 0; i < l->words; i++) {
        LM_TRY(number_word(im, word_of(l, i), text, &number, e));
        if (number == BOS && i > 0) return fail_here(text, "<s> after another word", e);
        memcpy(row + 4 * (1 + i), &number, sizeof number);
    }
    memcpy(row + ROW - 8, &l->count, sizeof l->count);
    if (l->words == 1 && number == BOS) im->lines += l->count;
    if (l->words == 1 && number < EOS) im->total[number] += l->count;
    im->ngrams++;
    return lm_temp_write(im->temp, row, sizeof row, e);
}

static lm_status keep_lines(importer *im, lm_text *text, lm_err *e)
{
    line l = {{0}, {0}, 0, 0};
    lm_status s = LM_OK;
    while (!s) {
        s = next_line(&l, text, im->counts->order, e);
        if (s || l.words == 0) break;
        s = keep_line(im, &l, text, e);
        if (!s && lm_stopped(im->run)) s = lm_fail(e, LM_ESTOPPED, "stopped while reading");
    }
    lm_str_free(&l.bytes);
    return s ? s : lm_temp_flush(im->temp, e);
}

/* n-grams first .. first+count-1 of the temporary file, their words by rank. */
static lm_status take_rows(const importer *im, uint64_t first, size_t count, const uint32_t *map,
                           uint32_t *id, uint32_t *times, lm_err *e)
{
    const lm_ngram_counts *c = im->counts;
    const size_t width = (size_t)c->order;
    for (size_t n = 0; n < count; n++) {
        unsigned char row[ROW];
        uint32_t words, number;
        uint64_t occurs;
        LM_TRY(lm_temp_read(im->temp, (first + n) * ROW, row, ROW, e));
        memcpy(&words, row, sizeof words);
        memcpy(&occurs, row + ROW - 8, sizeof occurs);
        if (occurs >= UINT32_MAX)
            return lm_fail(e, LM_EFORMAT, "an n-gram occurs more than %u times", UINT32_MAX - 1);
        times[n] = (uint32_t)occurs;
        for (size_t i = 0; i < width; i++) {
            memcpy(&number, row + 4 * (1 + i), sizeof number);
            id[n * width + i] = i >= words      ? LM_NO_WORD
                                : number == BOS ? c->bos
                                : number == EOS ? c->eos
                                                : map[number];
        }
    }
    return LM_OK;
}

static lm_status sort_rows(const importer *im, lm_grams *grams, const uint32_t *map, lm_err *e)
{
    const size_t width = (size_t)im->counts->order;
    const uint64_t each = LM_GRAM_BYTES + sizeof *map * ((uint64_t)width + 1);
    const uint64_t memory = im->run && im->run->memory ? im->run->memory / 2 : im->ngrams * each;
    size_t room = memory / each < im->ngrams ? (size_t)(memory / each) + 1 : (size_t)im->ngrams;
    if (room == 0) room = 1;
    uint32_t *id = lm_resize(NULL, room * width, sizeof *id, e);
    uint32_t *times = lm_resize(NULL, room, sizeof *times, e);
    lm_status s = id && times ? LM_OK : e->status;
    for (uint64_t first = 0; !s && first < im->ngrams; first += room) {
        const size_t count = im->ngrams - first < room ? (size_t)(im->ngrams - first) : room;
        s = take_rows(im, first, count, map, id, times, e);
        const lm_gram_batch batch = {id, count * width, count, width, times};
        if (!s) s = lm_grams_add(grams, &batch, false, im->run, e);
    }
    lm_free(id);
    lm_free(times);
    return s;
}

/* Every n-gram must have its prefix, and not occur more often than that. */
static lm_status check_prefixes(const lm_ngram_counts *c, lm_err *e)
{
    for (int k = 1; k < c->order; k++)
        for (uint64_t i = 0; i < c->size[k]; i++) {
            uint64_t longer = 0;
            for (uint64_t child = c->first[k][i]; child < c->first[k][i + 1]; child++)
                longer += c->count[k + 1][child];
            if (longer > c->count[k][i])
                return lm_fail(e, LM_EFORMAT,
                               "an n-gram of %d words occurs %u times, those that begin with it "
                               "%llu times; all n-grams up to the order must be there",
                               k, c->count[k][i], (unsigned long long)longer);
        }
    return LM_OK;
}

static lm_status import(importer *im, char *const *paths, size_t count,
                        const lm_ngram_options *options, lm_err *e)
{
    lm_text *text;
    lm_grams *grams = NULL;
    LM_TRY(lm_vocab_new(&im->vocab, e));
    LM_TRY(lm_temp_open(&im->temp, lm_run_tmpdir(im->run), e));
    LM_TRY(open_lines(&text, paths, count, e));
    lm_status s = keep_lines(im, text, e);
    if (!s) s = lm_text_inputs(text, &im->counts->inputs, e);
    lm_text_close(text);
    LM_TRY(s);
    uint32_t *map = lm_new(im->vocab->size, sizeof *map, e);
    const lm_ngram_found found = {im->vocab, im->total, im->lines};
    s = map ? lm_ngram_choose(im->counts, &found, options, map, &grams, im->run, e) : e->status;
    if (!s) {
        lm_grams_exact(grams);
        s = sort_rows(im, grams, map, e);
    }
    lm_free(map);
    if (!s) s = lm_grams_finish(grams, im->run, e);
    lm_grams_free(grams);
    return s ? s : check_prefixes(im->counts, e);
}

lm_status lm_ngram_count_tsv(lm_ngram_counts *c, char *const *paths, size_t count,
                             const lm_ngram_options *options, lm_unit unit, const lm_run *run,
                             lm_err *e)
{
    *c = (lm_ngram_counts){.order = options->order, .marks = !options->no_marks, .unit = unit};
    importer im = {.counts = c, .run = run};
    const lm_status s = import(&im, paths, count, options, e);
    lm_vocab_free(im.vocab);
    lm_free(im.total);
    lm_temp_close(im.temp);
    lm_str_free(&im.unescaped);
    return s;
}
