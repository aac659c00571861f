/* grams.c - n-grams in any order become sorted tables, in memory or through runs on disk.
 *
 * In sorted order the n-grams of every length come out sorted too, equal ones side by side, as a
 * walk through the trie: a gram shares its first `common` words with the one before it and opens
 * new nodes for the others.  A run is a sequence of grams, each as
 *     1 byte common << 4 | words | the words after the common ones, 4 bytes each | count, 7 bits
 * a byte, the lowest first.  Part i of all runs stands in one temporary file, run after run. */
#include "grams.h"
#include <string.h>
#include "gram_sort.h"
#include "lm/memory.h"
#include "lm/os.h"
#include "lm/temp.h"

enum {
    BREATH = 1 << 14, /* grams between two calls of lm_breathe */
    PARTS_MAX = 128,  /* each may have two files open */
    PART_SHARE = 16,  /* of the run's memory: the buffers of these files */
    PART_BYTES = 1 << 17,
    MERGE_SHARE = 4, /* and those of runs that are merged */
    MERGE_ROOM = 1 << 28,
    ROOM_LEAST = 1 << 12,
    ROOM_MOST = 1 << 18
};

struct lm_grams {
    lm_ngram_counts *counts;
    size_t parts;
    uint32_t *part_word;                           /* (parts + 1) */
    uint64_t (*part_size)[LM_NGRAM_ORDER_MAX + 2]; /* (parts) nodes of each order */
    lm_err *part_error;                            /* (parts) what went wrong there */
    lm_temp **spill;                               /* (parts) the runs; NULL: none yet */
    uint64_t *run_end;                             /* (runs, parts) where a run ends in its spill */
    size_t runs, run_capacity;
    lm_gram_input *inputs;
    size_t input_count, input_capacity;
    lm_temp **merged; /* (parts) */
    bool filled, exact;
};

/* ---- parts ---- */

/* Cuts the words into ranges of about the same mass. */
static void cut_parts(lm_grams *g, const uint64_t *mass)
{
    const uint32_t words = g->counts->vocab->size;
    uint64_t total = 0, placed = 0, start = 0;
    size_t part = 0;
    for (uint32_t w = 0; w < words; w++) total += mass[w];
    const uint64_t wanted = total / g->parts + 1;
    for (uint32_t w = 0; w < words; w++) {
        if (placed - start >= wanted && part + 1 < g->parts) {
            g->part_word[++part] = w;
            start = placed;
        }
        placed += mass[w];
    }
    while (part < g->parts) g->part_word[++part] = words;
}

/* Several for each thread, which evens out the work. */
static size_t part_count(const lm_run *run)
{
    const size_t threads = lm_pool_threads(lm_run_pool(run));
    size_t parts = threads == 1 ? 1 : threads < PARTS_MAX / 8 ? 8 * threads : PARTS_MAX;
    if (run && run->memory && run->memory / PART_SHARE / PART_BYTES < parts)
        parts = (size_t)(run->memory / PART_SHARE / PART_BYTES);
    return parts ? parts : 1;
}

lm_status lm_grams_new(lm_grams **out, lm_ngram_counts *counts, const uint64_t *mass,
                       const lm_run *run, lm_err *e)
{
    *out = NULL;
    lm_grams *g = lm_new(1, sizeof *g, e);
    if (!g) return e->status;
    g->counts = counts;
    g->parts = part_count(run);
    g->part_word = lm_new(g->parts + 1, sizeof *g->part_word, e);
    g->part_size = lm_new(g->parts, sizeof *g->part_size, e);
    g->part_error = lm_new(g->parts, sizeof *g->part_error, e);
    if (!g->part_word || !g->part_size || !g->part_error) {
        lm_grams_free(g);
        return e->status;
    }
    cut_parts(g, mass);
    *out = g;
    return LM_OK;
}

static void close_temps(lm_temp **temps, size_t count)
{
    for (size_t i = 0; temps && i < count; i++) lm_temp_close(temps[i]);
    lm_free(temps);
}

void lm_grams_exact(lm_grams *g)
{
    g->exact = true;
}

void lm_grams_free(lm_grams *g)
{
    if (!g) return;
    close_temps(g->spill, g->parts);
    close_temps(g->merged, g->parts);
    lm_free(g->part_word);
    lm_free(g->part_size);
    lm_free(g->part_error);
    lm_free(g->run_end);
    lm_free(g->inputs);
    lm_free(g);
}

static lm_status open_temps(lm_temp ***temps, size_t count, const lm_run *run, lm_err *e)
{
    *temps = lm_new(count, sizeof **temps, e);
    if (!*temps) return e->status;
    for (size_t i = 0; i < count; i++) LM_TRY(lm_temp_open(&(*temps)[i], lm_run_tmpdir(run), e));
    return LM_OK;
}

/* Does something for every part, in parallel; the first part that fails, if any, is reported. */
static lm_status for_parts(lm_grams *g, void (*body)(void *context, size_t part), void *context,
                           const lm_run *run, lm_err *e)
{
    lm_parallel_for(lm_run_pool(run), g->parts, body, context);
    for (size_t part = 0; part < g->parts; part++)
        if (g->part_error[part].status)
            return lm_fail(e, g->part_error[part].status, "%s", g->part_error[part].message);
    return lm_stopped(run) ? lm_fail(e, LM_ESTOPPED, "stopped while counting") : LM_OK;
}

/* ---- grams in files ---- */

static int words_in_common(const lm_gram *a, const lm_gram *b)
{
    return lm_gram_common(a->word, b->word, a->length < b->length ? a->length : b->length);
}

typedef struct {
    lm_temp *temp;
    lm_gram before; /* length 0: none yet */
} gram_writer;

static lm_status write_gram(gram_writer *w, const lm_gram *gram, lm_err *e)
{
    unsigned char bytes[1 + sizeof gram->word + 10];
    const int common = words_in_common(&w->before, gram);
    size_t length = 0;
    bytes[length++] = (unsigned char)(common << 4 | gram->length);
    const size_t fresh = (size_t)(gram->length - common) * sizeof *gram->word;
    memcpy(bytes + length, gram->word + common, fresh);
    length += fresh;
    uint64_t count = gram->count;
    for (; count >= 128; count >>= 7) bytes[length++] = (unsigned char)(count | 128);
    bytes[length++] = (unsigned char)count;
    w->before = *gram;
    return lm_temp_write(w->temp, bytes, length, e);
}

/* Reads what a gram_writer wrote between two places of a file. */
typedef struct {
    lm_temp *temp;
    uint64_t at, end; /* of what is not yet in the buffer */
    unsigned char *buffer;
    size_t room, used, have;
} gram_reader;

enum { GRAM_BYTES_MAX = 1 + 4 * LM_NGRAM_ORDER_MAX + 10 };

static lm_status refill(gram_reader *r, lm_err *e)
{
    const size_t kept = r->have - r->used;
    memmove(r->buffer, r->buffer + r->used, kept);
    size_t more = r->room - kept;
    if (more > r->end - r->at) more = (size_t)(r->end - r->at);
    LM_TRY(lm_temp_read(r->temp, r->at, r->buffer + kept, more, e));
    r->at += more;
    r->used = 0;
    r->have = kept + more;
    return LM_OK;
}

/* `gram` is the one before; becomes the next, of length 0 at the end. */
static lm_status read_gram(gram_reader *r, lm_gram *gram, int *common, lm_err *e)
{
    if (r->have - r->used < GRAM_BYTES_MAX && r->at < r->end) LM_TRY(refill(r, e));
    if (r->used == r->have) {
        gram->length = 0;
        return LM_OK;
    }
    const unsigned char *p = r->buffer + r->used;
    *common = *p >> 4;
    gram->length = *p++ & 15;
    const size_t fresh = (size_t)(gram->length - *common) * sizeof *gram->word;
    memcpy(gram->word + *common, p, fresh);
    p += fresh;
    gram->count = 0;
    for (int shift = 0;; shift += 7) {
        gram->count |= (uint64_t)(*p & 127) << shift;
        if (!(*p++ & 128)) break;
    }
    r->used = (size_t)(p - r->buffer);
    return LM_OK;
}

/* ---- filling the tables ---- */

typedef struct {
    lm_ngram_counts *counts;
    uint64_t at[LM_NGRAM_ORDER_MAX + 2]; /* next free node of each order */
    uint32_t next_word;                  /* the first one whose children are not known yet */
    bool overflow, exact;
} filling;

static filling begin_part(const lm_grams *g, size_t part)
{
    filling f = {.counts = g->counts, .next_word = g->part_word[part], .exact = g->exact};
    for (size_t earlier = 0; earlier < part; earlier++)
        for (int k = 2; k <= g->counts->order; k++) f.at[k] += g->part_size[earlier][k];
    return f;
}

static void add_count(filling *f, uint32_t *count, uint64_t more)
{
    f->overflow |= more >= UINT32_MAX - *count;
    *count += (uint32_t)more;
}

static void fill_gram(filling *f, int common, const uint32_t *word, int words, uint64_t count)
{
    lm_ngram_counts *c = f->counts;
    if (common == 0 && c->order > 1)
        while (f->next_word <= word[0]) c->first[1][f->next_word++] = (uint32_t)f->at[2];
    for (int k = common < 1 ? 2 : common + 1; k <= words; k++) {
        c->word[k][f->at[k]] = word[k - 1];
        if (k < c->order) c->first[k][f->at[k]] = (uint32_t)f->at[k + 1];
        f->at[k]++;
    }
    for (int k = f->exact ? words : 1; k <= words; k++)
        add_count(f, k == 1 ? &c->count[1][word[0]] : &c->count[k][f->at[k] - 1], count);
}

static void end_part(filling *f, const lm_grams *g, size_t part)
{
    if (f->counts->order > 1)
        while (f->next_word < g->part_word[part + 1])
            f->counts->first[1][f->next_word++] = (uint32_t)f->at[2];
    if (f->overflow)
        (void)lm_fail(&g->part_error[part], LM_EFORMAT, "an n-gram occurs more than %u times",
                      UINT32_MAX - 1);
}

static lm_status new_tables(lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    for (int k = 1; k <= c->order; k++) {
        if (c->size[k] >= UINT32_MAX)
            return lm_fail(e, LM_EFORMAT, "%llu n-grams of order %d; at most %u fit",
                           (unsigned long long)c->size[k], k, UINT32_MAX - 1);
        const bool has_first = k < c->order;
        c->count[k] = lm_tables_new(&c->tables, c->size[k], sizeof **c->count, run, e);
        if (k > 1) c->word[k] = lm_tables_new(&c->tables, c->size[k], sizeof **c->word, run, e);
        if (has_first)
            c->first[k] = lm_tables_new(&c->tables, c->size[k] + 1, sizeof **c->first, run, e);
        if (!c->count[k] || (k > 1 && !c->word[k]) || (has_first && !c->first[k])) return e->status;
    }
    return LM_OK;
}

/* Fills the tables, part by part, once the sizes of all parts are known. */
static lm_status fill_tables(lm_grams *g, void (*fill_part)(void *context, size_t part),
                             void *context, const lm_run *run, lm_err *e)
{
    lm_ngram_counts *c = g->counts;
    c->size[1] = c->vocab->size;
    for (size_t part = 0; part < g->parts; part++)
        for (int k = 2; k <= c->order; k++) c->size[k] += g->part_size[part][k];
    LM_TRY(new_tables(c, run, e));
    LM_TRY(for_parts(g, fill_part, context, run, e));
    for (int k = 1; k < c->order; k++) c->first[k][c->size[k]] = (uint32_t)c->size[k + 1];
    c->border[1] = c->bos;
    for (int k = 2; k <= c->order; k++) c->border[k] = c->first[k - 1][c->border[k - 1]];
    g->filled = true;
    return LM_OK;
}

/* ---- one batch, in memory ---- */

typedef struct {
    lm_grams *grams;
    lm_gram_sort sort;
    const lm_run *run;
} batch_job;

static void measure_sorted(void *context, size_t part)
{
    const batch_job *job = context;
    const lm_gram_sort *s = &job->sort;
    uint64_t *size = job->grams->part_size[part];
    for (size_t i = s->start[part]; i < s->start[part + 1]; i++)
        for (int k = (s->shape[i] >> 4) + 1; k <= (s->shape[i] & 15); k++) size[k]++;
}

static void fill_sorted(void *context, size_t part)
{
    enum { AHEAD = 16 };
    const batch_job *job = context;
    const lm_gram_sort *s = &job->sort;
    filling f = begin_part(job->grams, part);
    for (size_t i = s->start[part]; i < s->start[part + 1]; i++) {
        if (i + AHEAD < s->start[part + 1]) LM_PREFETCH(lm_gram_sorted(s, i + AHEAD));
        const uint64_t count = s->batch.count ? s->batch.count[s->item[i].value] : 1;
        fill_gram(&f, s->shape[i] >> 4, lm_gram_sorted(s, i), s->shape[i] & 15, count);
    }
    end_part(&f, job->grams, part);
}

/* ---- merging ---- */

/* One sequence of sorted grams: part of a run, or of an input. */
typedef struct {
    lm_gram gram; /* the next one */
    gram_reader reader;
    lm_gram_source source;
    const lm_gram_input *input; /* NULL: a run */
} cursor;

typedef struct {
    cursor *cursor; /* (all) */
    size_t all;
    cursor **heap; /* (count) those that have grams left, the smallest first */
    size_t count;
    uint32_t end_word; /* of the part */
} merger;

static bool comes_before(const lm_gram *a, const lm_gram *b)
{
    const int n = words_in_common(a, b);
    if (n == a->length || n == b->length) return a->length < b->length;
    return a->word[n] < b->word[n];
}

static bool is_same(const lm_gram *a, const lm_gram *b)
{
    return a->length == b->length && words_in_common(a, b) == a->length;
}

static lm_status advance(merger *m, cursor *c, lm_err *e)
{
    int common;
    if (!c->input) return read_gram(&c->reader, &c->gram, &common, e);
    LM_TRY(c->source.next(&c->source, &c->gram, e));
    if (c->gram.length && c->gram.word[0] >= m->end_word) c->gram.length = 0;
    return LM_OK;
}

static void sift_down(merger *m, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t below = 2 * at + 1; below <= 2 * at + 2 && below < m->count; below++)
            if (comes_before(&m->heap[below]->gram, &m->heap[least]->gram)) least = below;
        if (least == at) return;
        cursor *moved = m->heap[at];
        m->heap[at] = m->heap[least];
        m->heap[least] = moved;
        at = least;
    }
}

/* The smallest gram of all sequences, its counts added up; length 0 at the end. */
static lm_status next_merged(merger *m, lm_gram *gram, lm_err *e)
{
    gram->length = 0;
    while (m->count) {
        cursor *top = m->heap[0];
        if (gram->length && !is_same(&top->gram, gram)) return LM_OK;
        if (gram->length)
            gram->count += top->gram.count;
        else
            *gram = top->gram;
        LM_TRY(advance(m, top, e));
        if (top->gram.length == 0) m->heap[0] = m->heap[--m->count];
        sift_down(m, 0);
    }
    return LM_OK;
}

static lm_status open_run(const lm_grams *g, size_t part, size_t r, cursor *c, size_t room,
                          lm_err *e)
{
    const uint64_t at = r ? g->run_end[(r - 1) * g->parts + part] : 0;
    const uint64_t end = g->run_end[r * g->parts + part];
    if (end - at < room) room = (size_t)(end - at);
    c->reader = (gram_reader){.temp = g->spill[part],
                              .at = at,
                              .end = end,
                              .buffer = lm_resize(NULL, room, 1, e),
                              .room = room};
    return c->reader.buffer ? LM_OK : e->status;
}

static lm_status open_input(const lm_grams *g, size_t part, const lm_gram_input *input, cursor *c,
                            lm_err *e)
{
    LM_TRY(input->open(input->context, &c->source, e));
    c->input = input;
    return c->source.seek(&c->source, g->part_word[part], e);
}

/* Bytes for the buffers of one part, of which as many are merged at once as there are threads. */
static uint64_t merge_room(const lm_grams *g, const lm_run *run)
{
    const size_t threads = lm_pool_threads(lm_run_pool(run));
    const uint64_t memory = run && run->memory ? run->memory / MERGE_SHARE : MERGE_ROOM;
    return memory / (threads < g->parts ? threads : g->parts);
}

static size_t buffer_room(const lm_grams *g, const lm_run *run)
{
    const uint64_t each = merge_room(g, run) / (g->runs ? g->runs : 1);
    return each > ROOM_MOST ? ROOM_MOST : each < ROOM_LEAST ? ROOM_LEAST : (size_t)each;
}

static lm_status open_cursors(merger *m, const lm_grams *g, size_t inputs, size_t part,
                              const lm_run *run, lm_err *e)
{
    m->all = g->runs + inputs;
    m->end_word = g->part_word[part + 1];
    m->cursor = lm_new(m->all, sizeof *m->cursor, e);
    m->heap = lm_new(m->all, sizeof *m->heap, e);
    if (!m->cursor || !m->heap) return e->status;
    for (size_t i = 0; i < m->all; i++) {
        cursor *c = &m->cursor[i];
        LM_TRY(i < g->runs ? open_run(g, part, i, c, buffer_room(g, run), e)
                           : open_input(g, part, &g->inputs[i - g->runs], c, e));
        LM_TRY(advance(m, c, e));
        if (c->gram.length) m->heap[m->count++] = c;
    }
    for (size_t i = m->count / 2; i-- > 0;) sift_down(m, i);
    return LM_OK;
}

static void close_cursors(merger *m)
{
    for (size_t i = 0; m->cursor && i < m->all; i++) {
        lm_free(m->cursor[i].reader.buffer);
        if (m->cursor[i].input) m->cursor[i].input->close(&m->cursor[i].source);
    }
    lm_free(m->cursor);
    lm_free(m->heap);
}

typedef struct {
    lm_grams *grams;
    size_t inputs; /* that are merged too */
    const lm_run *run;
} merge_job;

static lm_status merge(const merge_job *job, merger *m, size_t part, lm_err *e)
{
    gram_writer writer = {.temp = job->grams->merged[part]};
    uint64_t *size = job->grams->part_size[part];
    lm_gram gram = {0};
    memset(size, 0, sizeof *job->grams->part_size);
    LM_TRY(open_cursors(m, job->grams, job->inputs, part, job->run, e));
    for (uint64_t n = 0;; n++) {
        LM_TRY(next_merged(m, &gram, e));
        if (gram.length == 0) break;
        for (int k = words_in_common(&writer.before, &gram) + 1; k <= gram.length; k++) size[k]++;
        LM_TRY(write_gram(&writer, &gram, e));
        if (n % BREATH == 0) lm_breathe(job->run);
        if (n % BREATH == 0 && lm_stopped(job->run)) return LM_OK; /* for_parts says so */
    }
    return lm_temp_flush(writer.temp, e);
}

static void merge_part(void *context, size_t part)
{
    const merge_job *job = context;
    merger m = {0};
    (void)merge(job, &m, part, &job->grams->part_error[part]);
    close_cursors(&m);
}

/* All runs, and so many inputs, become the one run of the files `merged`. */
static lm_status merge_runs(lm_grams *g, size_t inputs, const lm_run *run, lm_err *e)
{
    merge_job job = {g, inputs, run};
    lm_progress(run, "merging", (double)(g->runs + inputs), 0, "runs");
    LM_TRY(open_temps(&g->merged, g->parts, run, e));
    LM_TRY(for_parts(g, merge_part, &job, run, e));
    close_temps(g->spill, g->parts);
    g->spill = NULL;
    g->runs = 0;
    return LM_OK;
}

/* ---- batches as runs ---- */

static void spill_part(void *context, size_t part)
{
    const batch_job *job = context;
    const lm_gram_sort *s = &job->sort;
    lm_err *e = &job->grams->part_error[part];
    gram_writer writer = {.temp = job->grams->spill[part]};
    lm_gram gram = {0};
    lm_status status = LM_OK;
    for (size_t i = s->start[part]; !status && i < s->start[part + 1]; i++) {
        const int common = s->shape[i] >> 4, words = s->shape[i] & 15;
        const uint64_t count = s->batch.count ? s->batch.count[s->item[i].value] : 1;
        if (common == words && gram.length == words) { /* the same once more */
            gram.count += count;
            continue;
        }
        if (gram.length) status = write_gram(&writer, &gram, e);
        gram.length = words;
        gram.count = count;
        memcpy(gram.word, lm_gram_sorted(s, i), (size_t)words * sizeof *gram.word);
    }
    if (!status && gram.length) status = write_gram(&writer, &gram, e);
    if (!status) status = lm_temp_flush(writer.temp, e);
    (void)status; /* it is in *e */
}

/* What the files hold by now, and did not before, is a run. */
static lm_status end_run(lm_grams *g, lm_err *e)
{
    LM_TRY(
        lm_reserve(&g->run_end, &g->run_capacity, (g->runs + 1) * g->parts, sizeof *g->run_end, e));
    for (size_t part = 0; part < g->parts; part++)
        g->run_end[g->runs * g->parts + part] = lm_temp_length(g->spill[part]);
    g->runs++;
    return LM_OK;
}

static lm_status spill(batch_job *job, lm_err *e)
{
    lm_grams *g = job->grams;
    if (g->runs > 1 && merge_room(g, job->run) / (g->runs + 1) < ROOM_LEAST) {
        LM_TRY(merge_runs(g, 0, job->run, e));
        g->spill = g->merged;
        g->merged = NULL;
        LM_TRY(end_run(g, e));
    }
    if (!g->spill) LM_TRY(open_temps(&g->spill, g->parts, job->run, e));
    LM_TRY(for_parts(g, spill_part, job, job->run, e));
    return end_run(g, e);
}

lm_status lm_grams_add(lm_grams *g, const lm_gram_batch *batch, bool last, const lm_run *run,
                       lm_err *e)
{
    batch_job job = {.grams = g,
                     .sort = {.batch = *batch,
                              .bos = g->counts->bos,
                              .order = g->counts->order,
                              .parts = g->parts,
                              .part_word = g->part_word},
                     .run = run};
    const bool alone = last && g->runs == 0 && g->input_count == 0;
    lm_status s = lm_gram_sort_batch(&job.sort, run, e);
    if (!s && !alone) s = spill(&job, e);
    if (!s && alone) {
        lm_parallel_for(lm_run_pool(run), g->parts, measure_sorted, &job);
        s = fill_tables(g, fill_sorted, &job, run, e);
    }
    lm_gram_sort_free(&job.sort);
    return s;
}

size_t lm_grams_room(uint64_t most, uint64_t bytes, const lm_run *run)
{
    const uint64_t each = LM_GRAM_BYTES + bytes;
    if (!run || !run->memory) return (size_t)most;
    /* While a batch is held, the runs before it may be merged. */
    const uint64_t kept = run->memory / 8 + run->memory / MERGE_SHARE;
    const uint64_t limit = run->memory - kept, used = lm_os_resident();
    uint64_t room = used < limit ? limit - used : 0;
    if (room < run->memory / 8) room = run->memory / 8;
    return most < room / each + 1 ? (size_t)most : (size_t)(room / each + 1);
}

lm_status lm_grams_add_input(lm_grams *g, const lm_gram_input *input, lm_err *e)
{
    LM_TRY(lm_reserve(&g->inputs, &g->input_capacity, g->input_count + 1, sizeof *g->inputs, e));
    g->inputs[g->input_count++] = *input;
    return LM_OK;
}

static void fill_merged(void *context, size_t part)
{
    const merge_job *job = context;
    lm_err *e = &job->grams->part_error[part];
    lm_temp *temp = job->grams->merged[part];
    filling f = begin_part(job->grams, part);
    gram_reader reader = {.temp = temp, .end = lm_temp_length(temp), .room = 1 << 16};
    reader.buffer = lm_resize(NULL, reader.room, 1, e);
    lm_gram gram = {0};
    int common = 0;
    for (uint64_t n = 0; reader.buffer; n++) {
        if (read_gram(&reader, &gram, &common, e) || gram.length == 0) break;
        fill_gram(&f, common, gram.word, gram.length, gram.count);
        if (n % BREATH == 0) lm_breathe(job->run);
    }
    lm_free(reader.buffer);
    end_part(&f, job->grams, part);
}

lm_status lm_grams_finish(lm_grams *g, const lm_run *run, lm_err *e)
{
    merge_job job = {.grams = g, .run = run};
    if (g->filled) return LM_OK;
    LM_TRY(merge_runs(g, g->input_count, run, e));
    return fill_tables(g, fill_merged, &job, run, e);
}
