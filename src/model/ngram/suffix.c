/* suffix.c - linking every n-gram to its suffix.
 *
 * The children of a node g are also children of its suffix.  Both lists are sorted, and ranks are
 * spread evenly in them, so a child of g is looked for where its rank says, from there in steps
 * that double.  Parents are taken some at a time, and what they need is asked for before. */
#include <stdatomic.h>
#include "counts.h"
#include "lm/os.h"

enum { BATCH = 16 };

typedef struct {
    lm_ngram_counts *counts;
    int order;           /* of the nodes that get their suffix */
    atomic_bool lacking; /* some have none */
} linking;

/* The children of a parent's suffix: where they stand in the table of order - 1. */
typedef struct {
    uint64_t begin, end;
} range;

/* The place of the first word in begin .. end-1 that is not less than `word`; `guess` is about
 * there. */
static uint64_t seek(const uint32_t *words, uint64_t begin, uint64_t end, uint64_t guess,
                     uint32_t word)
{
    uint64_t step = 1;
    if (words[guess] < word) {
        for (begin = guess + 1; begin + step < end && words[begin + step] < word; step *= 2)
            begin += step + 1;
        if (begin + step < end) end = begin + step;
    } else {
        for (end = guess; end >= begin + step && words[end - step] >= word; step *= 2) end -= step;
        if (end >= begin + step) begin = end - step + 1;
    }
    while (begin < end) {
        const uint64_t middle = begin + (end - begin) / 2;
        if (words[middle] < word)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

/* Where `word` should be among begin .. end-1, whose words are `least` or more. */
static uint64_t guess_place(const lm_ngram_counts *c, range r, uint32_t least, uint32_t word)
{
    return r.begin + (r.end - r.begin) * (word - least) / (c->size[1] - least);
}

static range children_of_suffix(const linking *job, uint64_t parent)
{
    const lm_ngram_counts *c = job->counts;
    const int k = job->order;
    const uint32_t shorter = lm_ngram_suffixes(c, k - 1)[parent];
    if (shorter == LM_NO_WORD) return (range){0, 0};
    return (range){c->first[k - 2][shorter], c->first[k - 2][shorter + 1]};
}

static void ask_for_suffix(const linking *job, uint64_t parent)
{
    const lm_ngram_counts *c = job->counts;
    const int k = job->order;
    const uint32_t shorter = lm_ngram_suffixes(c, k - 1)[parent];
    if (shorter != LM_NO_WORD) LM_PREFETCH(&c->first[k - 2][shorter]);
}

static void ask_for_first_child(const linking *job, uint64_t parent, range r)
{
    const lm_ngram_counts *c = job->counts;
    const int k = job->order;
    const uint64_t child = c->first[k - 1][parent];
    if (child == c->first[k - 1][parent + 1] || r.begin == r.end) return;
    LM_PREFETCH(&c->word[k - 1][guess_place(c, r, 0, c->word[k][child])]);
}

/* Are all suffixes there? */
static bool link_children(const linking *job, uint64_t parent, range r)
{
    lm_ngram_counts *c = job->counts;
    const int k = job->order;
    const uint32_t *below = c->word[k - 1];
    uint32_t least = 0;
    bool all = true;
    for (uint64_t i = c->first[k - 1][parent]; i < c->first[k - 1][parent + 1]; i++) {
        const uint32_t word = c->word[k][i];
        if (r.begin < r.end)
            r.begin = seek(below, r.begin, r.end, guess_place(c, r, least, word), word);
        const bool found = r.begin < r.end && below[r.begin] == word;
        c->suffix[k][i] = found ? (uint32_t)r.begin : LM_NO_WORD;
        all = all && found;
        least = word;
    }
    return all;
}

static void link_range(void *context, uint64_t at, uint64_t end)
{
    linking *job = context;
    bool all = true;
    for (uint64_t n; at < end; at += n) {
        range r[BATCH];
        n = end - at < BATCH ? end - at : BATCH;
        for (uint64_t i = 0; i < n; i++) ask_for_suffix(job, at + i);
        for (uint64_t i = 0; i < n; i++) {
            r[i] = children_of_suffix(job, at + i);
            ask_for_first_child(job, at + i, r[i]);
        }
        for (uint64_t i = 0; i < n; i++) all = link_children(job, at + i, r[i]) && all;
    }
    if (!all) atomic_store(&job->lacking, true);
}

lm_status lm_ngram_link_suffixes(lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    c->closed = true;
    for (int k = 3; k <= c->order; k++) {
        linking job = {.counts = c, .order = k};
        c->suffix[k] = lm_tables_new(&c->tables, c->size[k], sizeof **c->suffix, run, e);
        if (!c->suffix[k]) return e->status;
        lm_ngram_for_contexts(c, k - 1, link_range, &job, run);
        if (atomic_load(&job.lacking)) c->closed = false;
    }
    return LM_OK;
}
