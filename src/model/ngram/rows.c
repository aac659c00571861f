/* rows.c - n-grams in any order become the tables of a trie.
 *
 * Rows go to the part of their first word, and each part is sorted.  So are their prefixes, in the
 * same parts: one walk over both finds the children of every prefix. */
#include "rows.h"
#include "gram_sort.h"
#include "lm/memory.h"
#include "lm/os.h"

enum { PARTS = LM_NGRAM_ROW_PARTS, CHUNK = 1 << 15, AHEAD = 8 };

#define MISSING (-1.0f) /* prob of a row that was added */

lm_status lm_ngram_rows_new(lm_ngram_rows *rows, int order, uint64_t count, lm_ngram_counts *counts,
                            const lm_run *run, lm_err *e)
{
    const size_t width = (size_t)order + (order < counts->order ? 2 : 1);
    uint32_t *cell = lm_tables_new(&counts->tables, count, width * sizeof *cell, run, e);
    *rows = (lm_ngram_rows){order, width, count, cell};
    return cell ? LM_OK : e->status;
}

static int compare_words(const uint32_t *a, const uint32_t *b, int count)
{
    const int n = lm_gram_common(a, b, count);
    return n == count ? 0 : a[n] < b[n] ? -1 : 1;
}

static size_t chunks_of(uint64_t count)
{
    return (size_t)((count + CHUNK - 1) / CHUNK);
}

/* ---- sorting ---- */

typedef struct {
    lm_ngram_rows *rows;
    uint64_t words;
    uint32_t *placed; /* the rows, part by part */
    uint64_t *at;     /* (chunks, parts): rows of the part in the chunk, then where they go */
    uint64_t start[PARTS + 1];
    uint64_t *second; /* (parts) */
    bool *unsorted;   /* (chunks) */
    lm_err *error;    /* (parts) */
    const lm_run *run;
} sorting;

static uint64_t chunk_end(const sorting *job, size_t chunk)
{
    const uint64_t end = ((uint64_t)chunk + 1) * CHUNK;
    return end < job->rows->count ? end : job->rows->count;
}

static void check_chunk(void *context, size_t chunk)
{
    const sorting *job = context;
    const lm_ngram_rows *t = job->rows;
    for (uint64_t i = (uint64_t)chunk * CHUNK; i < chunk_end(job, chunk); i++)
        if (i && compare_words(lm_ngram_row(t, i - 1), lm_ngram_row(t, i), t->order) >= 0) {
            job->unsorted[chunk] = true;
            return;
        }
    lm_breathe(job->run);
}

static void count_chunk(void *context, size_t chunk)
{
    const sorting *job = context;
    uint64_t *at = job->at + chunk * PARTS;
    for (uint64_t i = (uint64_t)chunk * CHUNK; i < chunk_end(job, chunk); i++)
        at[lm_ngram_row_part(*lm_ngram_row(job->rows, i), job->words)]++;
    lm_breathe(job->run);
}

static void copy_row(uint32_t *to, const uint32_t *from, size_t width)
{
    for (size_t j = 0; j < width; j++) to[j] = from[j];
}

static void place_chunk(void *context, size_t chunk)
{
    const sorting *job = context;
    const size_t width = job->rows->width;
    uint64_t *at = job->at + chunk * PARTS;
    for (uint64_t i = (uint64_t)chunk * CHUNK; i < chunk_end(job, chunk); i++) {
        const uint32_t *row = lm_ngram_row(job->rows, i);
        copy_row(job->placed + at[lm_ngram_row_part(*row, job->words)]++ * width, row, width);
    }
    lm_breathe(job->run);
}

/* Turns counts into places. */
static void start_parts(sorting *job)
{
    uint64_t placed = 0;
    for (size_t part = 0; part < PARTS; part++) {
        job->start[part] = placed;
        for (size_t chunk = 0; chunk < chunks_of(job->rows->count); chunk++) {
            uint64_t *at = &job->at[chunk * PARTS + part];
            const uint64_t count = *at;
            *at = placed;
            placed += count;
        }
    }
    job->start[PARTS] = placed;
}

/* Puts the rows back in order.  Equal ones are neighbours, the first of them first. */
static void take_sorted(const sorting *job, size_t part, const lm_keyed *item)
{
    const lm_ngram_rows *t = job->rows;
    const uint64_t start = job->start[part], count = job->start[part + 1] - start;
    const uint32_t *from = job->placed + start * t->width;
    for (uint64_t i = 0; i < count; i++) {
        if (i + AHEAD < count) LM_PREFETCH(from + item[i + AHEAD].value * t->width);
        uint32_t *row = lm_ngram_row(t, start + i);
        copy_row(row, from + item[i].value * t->width, t->width);
        if (i && compare_words(row - t->width, row, t->order) == 0 &&
            item[i].value < job->second[part])
            job->second[part] = item[i].value;
    }
}

static void sort_part(void *context, size_t part)
{
    const sorting *job = context;
    const size_t width = job->rows->width;
    const size_t start = (size_t)job->start[part], count = (size_t)job->start[part + 1] - start;
    lm_gram_sort s = {.bos = LM_NO_WORD, .order = job->rows->order};
    s.batch = (lm_gram_batch){job->placed + start * width, count * width, count, width, NULL};
    lm_gram_sort_keys(&s, (uint32_t)job->words);
    lm_keyed *item = lm_resize(NULL, count, sizeof *item, &job->error[part]);
    lm_keyed *spare = lm_resize(NULL, count, sizeof *spare, &job->error[part]);
    if (item && spare) {
        for (size_t i = 0; i < count; i++) item[i].value = i;
        lm_gram_sort_items(&s, item, spare, count);
        take_sorted(job, part, item);
    }
    lm_free(item);
    lm_free(spare);
    lm_breathe(job->run);
}

static lm_status sort_parts(sorting *job, lm_pool *pool, lm_err *e)
{
    const size_t chunks = chunks_of(job->rows->count);
    lm_parallel_for(pool, chunks, count_chunk, job);
    start_parts(job);
    lm_parallel_for(pool, chunks, place_chunk, job);
    lm_parallel_for(pool, PARTS, sort_part, job);
    for (size_t part = 0; part < PARTS; part++)
        if (job->error[part].status)
            return lm_fail(e, job->error[part].status, "%s", job->error[part].message);
    return LM_OK;
}

static bool is_sorted(sorting *job, lm_pool *pool, size_t chunks)
{
    bool unsorted = false;
    lm_parallel_for(pool, chunks, check_chunk, job);
    for (size_t chunk = 0; chunk < chunks; chunk++) unsorted = unsorted || job->unsorted[chunk];
    return !unsorted;
}

static lm_status sort_rows(sorting *job, lm_ngram_counts *c, lm_err *e)
{
    const lm_ngram_rows *t = job->rows;
    const size_t chunks = chunks_of(t->count);
    lm_pool *pool = lm_run_pool(job->run);
    job->unsorted = lm_new(chunks, sizeof *job->unsorted, e);
    if (!job->unsorted) return e->status;
    if (is_sorted(job, pool, chunks)) return LM_OK;
    job->at = lm_new(chunks * PARTS, sizeof *job->at, e);
    job->error = lm_new(PARTS, sizeof *job->error, e);
    if (!job->at || !job->error) return e->status;
    job->placed = lm_tables_new(&c->tables, t->count, t->width * sizeof *t->cell, job->run, e);
    return job->placed ? sort_parts(job, pool, e) : e->status;
}

lm_status lm_ngram_rows_sort(lm_ngram_rows *rows, lm_ngram_counts *c, uint64_t second[PARTS],
                             const lm_run *run, lm_err *e)
{
    sorting job = {.rows = rows, .words = c->vocab->size, .second = second, .run = run};
    for (size_t part = 0; part < PARTS; part++) second[part] = UINT64_MAX;
    const lm_status s = sort_rows(&job, c, e);
    lm_tables_drop(&c->tables, job.placed);
    lm_free(job.at);
    lm_free(job.unsorted);
    lm_free(job.error);
    return s;
}

/* ---- joining rows with their prefixes ---- */

typedef struct {
    const lm_ngram_rows *rows, *prefixes; /* prefixes: NULL for the unigrams, which are all there */
    lm_ngram_counts *counts;
    uint64_t missing[PARTS];    /* prefixes of the part; then where the next one goes */
    const lm_ngram_rows *added; /* NULL: they are only counted */
    const lm_run *run;
} joining;

/* The first row of a part, or of the unigrams its first word. */
static uint64_t part_begin(const lm_ngram_rows *t, size_t part, uint64_t words)
{
    uint64_t low = 0, high = t ? t->count : words;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        const uint32_t word = t ? *lm_ngram_row(t, middle) : (uint32_t)middle;
        if (lm_ngram_row_part(word, words) < part)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Compares a prefix with that of a row. */
static int compare_prefix(const joining *job, uint64_t prefix, const uint32_t *row)
{
    if (job->prefixes)
        return compare_words(lm_ngram_row(job->prefixes, prefix), row, job->prefixes->order);
    return prefix < *row ? -1 : prefix > *row;
}

/* Puts a row into the columns of the tables. */
static void set_columns(const joining *job, uint64_t i)
{
    lm_ngram_counts *c = job->counts;
    const int k = job->rows->order;
    const uint32_t *row = lm_ngram_row(job->rows, i);
    c->word[k][i] = row[k - 1];
    memcpy(&c->prob[k][i], row + k, sizeof **c->prob);
    if (k < c->order) memcpy(&c->bow[k][i], row + k + 1, sizeof **c->bow);
}

/* Counts or adds the prefix of row i.  Returns the first row that has another one. */
static uint64_t miss(joining *job, size_t part, uint64_t i, uint64_t end)
{
    const int words = job->rows->order - 1;
    const uint32_t *prefix = lm_ngram_row(job->rows, i);
    const uint64_t at = job->missing[part]++;
    if (job->added) {
        uint32_t *row = lm_ngram_row(job->added, at);
        copy_row(row, prefix, (size_t)words);
        lm_ngram_row_set(job->added, row, MISSING, 1);
    }
    while (i < end && compare_words(lm_ngram_row(job->rows, i), prefix, words) == 0) i++;
    return i;
}

static void join_part(void *context, size_t part)
{
    joining *job = context;
    lm_ngram_counts *c = job->counts;
    const uint64_t words = c->vocab->size, prefixes = part_begin(job->prefixes, part + 1, words);
    const uint64_t end = part_begin(job->rows, part + 1, words);
    uint64_t i = part_begin(job->rows, part, words);
    for (uint64_t j = part_begin(job->prefixes, part, words); j < prefixes; j++) {
        while (i < end && compare_prefix(job, j, lm_ngram_row(job->rows, i)) > 0)
            i = miss(job, part, i, end);
        c->first[job->rows->order - 1][j] = (uint32_t)i;
        for (; i < end && compare_prefix(job, j, lm_ngram_row(job->rows, i)) == 0; i++)
            set_columns(job, i);
    }
    while (i < end) i = miss(job, part, i, end);
    lm_breathe(job->run);
}

/* Makes room for more rows. */
static lm_status extend(lm_ngram_rows *t, uint64_t more, lm_ngram_counts *c, const lm_run *run,
                        lm_err *e)
{
    const lm_ngram_rows old = *t;
    if (more > UINT32_MAX - 1 - old.count)
        return lm_fail(e, LM_EFORMAT, "too many %d-grams, with those that were missing", old.order);
    LM_TRY(lm_ngram_rows_new(t, old.order, old.count + more, c, run, e));
    memcpy(t->cell, old.cell, (size_t)old.count * old.width * sizeof *old.cell);
    lm_tables_drop(&c->tables, old.cell);
    return LM_OK;
}

/* New children of the prefixes, and new columns. */
static lm_status new_columns(const lm_ngram_rows *t, uint64_t prefixes, lm_ngram_counts *c,
                             const lm_run *run, lm_err *e)
{
    const int k = t->order;
    lm_tables_drop(&c->tables, c->first[k - 1]);
    c->first[k - 1] = lm_tables_new(&c->tables, prefixes + 1, sizeof **c->first, run, e);
    if (!c->first[k - 1]) return e->status;
    c->first[k - 1][prefixes] = (uint32_t)t->count;
    c->size[k] = t->count;
    if (c->word[k]) return LM_OK;
    c->word[k] = lm_tables_new(&c->tables, t->count, sizeof **c->word, run, e);
    c->prob[k] = lm_tables_new(&c->tables, t->count, sizeof **c->prob, run, e);
    if (k < c->order) c->bow[k] = lm_tables_new(&c->tables, t->count, sizeof **c->bow, run, e);
    return c->word[k] && c->prob[k] && (k == c->order || c->bow[k]) ? LM_OK : e->status;
}

static void drop_columns(lm_ngram_counts *c, int k)
{
    lm_tables_drop(&c->tables, c->word[k]);
    lm_tables_drop(&c->tables, c->suffix[k]);
    lm_tables_drop(&c->tables, c->prob[k]);
    lm_tables_drop(&c->tables, c->bow[k]);
    c->word[k] = c->suffix[k] = NULL;
    c->prob[k] = c->bow[k] = NULL;
}

/* Adds the prefixes that were counted. */
static lm_status add_prefixes(joining *job, lm_ngram_rows *prefixes, uint64_t more, lm_err *e)
{
    uint64_t second[PARTS];
    lm_ngram_rows before = *prefixes;
    LM_TRY(extend(prefixes, more, job->counts, job->run, e));
    before.cell = prefixes->cell;
    job->prefixes = &before;
    job->added = prefixes;
    lm_parallel_for(lm_run_pool(job->run), PARTS, join_part, job);
    return lm_ngram_rows_sort(prefixes, job->counts, second, job->run, e);
}

/* Finds the children of all prefixes; if some prefixes are missing, once more with them. */
static lm_status join_order(lm_ngram_rows *rows, int k, lm_ngram_counts *c, const lm_run *run,
                            lm_err *e)
{
    joining job = {&rows[k], k > 2 ? &rows[k - 1] : NULL, c, .run = run};
    uint64_t count = job.prefixes ? job.prefixes->count : c->size[1], missing = 0;
    LM_TRY(new_columns(&rows[k], count, c, run, e));
    lm_parallel_for(lm_run_pool(run), PARTS, join_part, &job);
    for (size_t part = 0; part < PARTS; part++) {
        const uint64_t here = job.missing[part];
        job.missing[part] = count + missing;
        missing += here;
    }
    if (missing == 0) return LM_OK;
    LM_TRY(add_prefixes(&job, &rows[k - 1], missing, e));
    return join_order(rows, k, c, run, e);
}

/* ---- suffixes ---- */

/* Keeps one of equal rows, all but one of which were added. */
static void drop_repeated(lm_ngram_rows *t)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < t->count; i++) {
        const uint32_t *row = lm_ngram_row(t, i);
        if (kept && compare_words(lm_ngram_row(t, kept - 1), row, t->order) == 0) continue;
        copy_row(lm_ngram_row(t, kept++), row, t->width);
    }
    t->count = kept;
}

/* Adds the suffixes of order k that are missing to the rows of order k - 1. */
static lm_status add_suffixes(lm_ngram_rows *rows, int k, lm_ngram_counts *c, const lm_run *run,
                              lm_err *e)
{
    uint64_t missing = 0, second[PARTS];
    lm_ngram_rows *t = &rows[k - 1];
    for (uint64_t i = 0; i < c->size[k]; i++) missing += c->suffix[k][i] == LM_NO_WORD;
    if (missing == 0) return LM_OK;
    uint64_t at = t->count;
    LM_TRY(extend(t, missing, c, run, e));
    for (uint64_t i = 0; i < c->size[k]; i++) {
        if (c->suffix[k][i] != LM_NO_WORD) continue;
        uint32_t *row = lm_ngram_row(t, at++);
        copy_row(row, lm_ngram_row(&rows[k], i) + 1, (size_t)k - 1);
        lm_ngram_row_set(t, row, MISSING, 1);
    }
    LM_TRY(lm_ngram_rows_sort(t, c, second, run, e));
    drop_repeated(t);
    return LM_OK;
}

/* ---- values ---- */

typedef struct {
    lm_ngram_counts *counts;
    int order;
    const lm_run *run;
} backing;

/* What was added gets p(w|h) = bow(h) p(w|h'). */
static void back_off_chunk(void *context, size_t chunk)
{
    const backing *job = context;
    const lm_ngram_counts *c = job->counts;
    const int k = job->order;
    const uint32_t *suffix = lm_ngram_suffixes(c, k);
    const uint64_t parents = c->size[k - 1], until = ((uint64_t)chunk + 1) * CHUNK;
    for (uint64_t parent = (uint64_t)chunk * CHUNK; parent < until && parent < parents; parent++)
        for (uint64_t i = c->first[k - 1][parent]; i < c->first[k - 1][parent + 1]; i++) {
            if (c->prob[k][i] >= 0) continue;
            const float p = c->bow[k - 1][parent] * c->prob[k - 1][suffix[i]];
            c->prob[k][i] = p < 1 ? p : 1;
        }
    lm_breathe(job->run);
}

lm_status lm_ngram_rows_join(lm_ngram_rows rows[LM_NGRAM_ORDER_MAX + 1], lm_ngram_counts *c,
                             const lm_run *run, lm_err *e)
{
    for (bool complete = false; !complete;) {
        for (int k = 2; k <= c->order; k++) drop_columns(c, k);
        for (int k = c->order; k >= 2; k--) LM_TRY(join_order(rows, k, c, run, e));
        LM_TRY(lm_ngram_link_suffixes(c, run, e));
        complete = c->closed;
        for (int k = 3; k <= c->order && !complete; k++) LM_TRY(add_suffixes(rows, k, c, run, e));
    }
    for (int k = 2; k <= c->order; k++) {
        lm_tables_drop(&c->tables, rows[k].cell);
        rows[k].cell = NULL;
    }
    for (int k = 2; k <= c->order; k++) {
        backing job = {c, k, run};
        lm_parallel_for(lm_run_pool(run), chunks_of(c->size[k - 1]), back_off_chunk, &job);
    }
    return LM_OK;
}
