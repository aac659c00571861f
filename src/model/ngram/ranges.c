/* ranges.c - going through the n-grams of an order, in parallel.
 *
 * What is done for an n-gram often needs its suffix, which may stand anywhere in its table.  That
 * is well while the tables are in memory.  Those in files would be read over and over.  So there
 * the n-grams are taken by ranges of their second words: the suffixes of such a window are
 * neighbours, few enough for the memory.  A window has a stretch of every first word's n-grams. */
#include "counts.h"
#include "lm/memory.h"

enum {
    RANGE = 1 << 12,
    WORDS = 1 << 8,       /* first words that are taken together */
    WINDOW_SHARE = 8,     /* of the memory: what the suffixes of a window may take */
    BYTES_PER_SUFFIX = 16 /* what is looked at of each, about */
};

/* ---- in the order of the table ---- */

typedef struct {
    uint64_t size;
    void (*body)(void *job, uint64_t h, uint64_t end);
    void *job;
    const lm_run *run;
} ranges;

static void do_range(void *context, size_t i)
{
    const ranges *r = context;
    const uint64_t begin = (uint64_t)i * RANGE, end = begin + RANGE;
    r->body(r->job, begin, end < r->size ? end : r->size);
    lm_breathe(r->run);
}

void lm_ngram_for_ranges(uint64_t size, void (*body)(void *job, uint64_t h, uint64_t end),
                         void *job, const lm_run *run)
{
    ranges r = {size, body, job, run};
    lm_parallel_for(lm_run_pool(run), (size_t)((size + RANGE - 1) / RANGE), do_range, &r);
}

/* ---- by windows ---- */

typedef struct {
    const lm_ngram_counts *c;
    int order;
    uint64_t targets; /* suffixes in a window, about */
    void (*body)(void *job, uint64_t h, uint64_t end);
    void *job;
    const lm_run *run;
    uint32_t begin, end; /* the second words of the window that is worked on */
} windows;

/* Where the n-grams of `order` begin that begin with the n-gram `node` of order `from`. */
static uint64_t descend(const lm_ngram_counts *c, int from, int order, uint64_t node)
{
    for (; from < order; from++) node = c->first[from][node];
    return node;
}

/* The first of the n-grams from .. until-1 of order 2 whose last word is `word` or more. */
static uint64_t seek(const lm_ngram_counts *c, uint64_t from, uint64_t until, uint32_t word)
{
    while (from < until) {
        const uint64_t middle = from + (until - from) / 2;
        if (c->word[2][middle] < word)
            from = middle + 1;
        else
            until = middle;
    }
    return from;
}

static void do_word(const windows *w, uint32_t begin, uint32_t end, uint64_t first_word)
{
    const lm_ngram_counts *c = w->c;
    const uint64_t from = c->first[1][first_word], until = c->first[1][first_word + 1];
    if (from == until) return;
    const uint64_t low = begin ? seek(c, from, until, begin) : from;
    const uint64_t high = end < c->size[1] ? seek(c, low, until, end) : until;
    if (low < high) w->body(w->job, descend(c, 2, w->order, low), descend(c, 2, w->order, high));
}

/* The second word after those whose n-grams, of the order of the suffixes, are `targets`. */
static uint32_t window_end(const windows *w, uint32_t begin)
{
    const lm_ngram_counts *c = w->c;
    const uint64_t wanted = descend(c, 1, w->order - 1, begin) + w->targets;
    uint64_t low = (uint64_t)begin + 1, high = c->size[1];
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (descend(c, 1, w->order - 1, middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void do_words(void *context, size_t i)
{
    const windows *w = context;
    const uint64_t begin = (uint64_t)i * WORDS, end = begin + WORDS;
    for (uint64_t word = begin; word < end && word < w->c->size[1]; word++) {
        do_word(w, w->begin, w->end, word);
        if (word % 16 == 0) lm_breathe(w->run);
    }
}

void lm_ngram_for_contexts(const lm_ngram_counts *c, int order,
                           void (*body)(void *job, uint64_t h, uint64_t end), void *job,
                           const lm_run *run)
{
    windows w = {.c = c, .order = order, .body = body, .job = job, .run = run};
    if (order == 1 || !lm_tables_mapped(&c->tables)) {
        lm_ngram_for_ranges(c->size[order], body, job, run);
        return;
    }
    w.targets = run->memory / WINDOW_SHARE / BYTES_PER_SUFFIX;
    for (; w.begin < c->size[1]; w.begin = w.end) {
        w.end = window_end(&w, w.begin);
        lm_parallel_for(lm_run_pool(run), (size_t)((c->size[1] + WORDS - 1) / WORDS), do_words, &w);
    }
}

/* ---- without two at the same suffix ---- */

typedef struct {
    windows all;
    uint32_t *begin; /* (count + 1) second words */
    size_t count;
} apart;

static void do_window(void *context, size_t i)
{
    const apart *a = context;
    for (uint64_t word = 0; word < a->all.c->size[1]; word++) {
        do_word(&a->all, a->begin[i], a->begin[i + 1], word);
        if (word % WORDS == 0) lm_breathe(a->all.run);
    }
}

static lm_status cut_windows(apart *a, lm_err *e)
{
    size_t capacity = 0;
    for (uint32_t begin = 0;; begin = window_end(&a->all, begin)) {
        LM_TRY(lm_reserve(&a->begin, &capacity, a->count + 1, sizeof *a->begin, e));
        a->begin[a->count] = begin;
        if (begin >= a->all.c->size[1]) return LM_OK;
        a->count++;
    }
}

lm_status lm_ngram_for_suffixes(const lm_ngram_counts *c, int order,
                                void (*body)(void *job, uint64_t g, uint64_t end), void *job,
                                const lm_run *run, lm_err *e)
{
    const size_t threads = lm_pool_threads(lm_run_pool(run));
    const bool mapped = lm_tables_mapped(&c->tables);
    if (threads == 1 && !mapped) {
        body(job, 0, c->size[order]);
        return LM_OK;
    }
    apart a = {.all = {.c = c, .order = order, .body = body, .job = job, .run = run}};
    a.all.targets = c->size[order - 1] / threads + 1;
    if (mapped && a.all.targets > run->memory / WINDOW_SHARE / BYTES_PER_SUFFIX / threads)
        a.all.targets = run->memory / WINDOW_SHARE / BYTES_PER_SUFFIX / threads + 1;
    const lm_status s = cut_windows(&a, e);
    if (!s) lm_parallel_for(lm_run_pool(run), a.count, do_window, &a);
    lm_free(a.begin);
    return s;
}
