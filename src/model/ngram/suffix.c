/* suffix.c - linking every n-gram to its suffix. */
#include "counts.h"

enum { CHUNK = 1 << 14 };

typedef struct {
    lm_ngram_counts *counts;
    int order; /* of the nodes that get their suffix */
    const lm_run *run;
} linking;

/* The children of a node g are also children of its suffix: both lists are sorted, so each
 * search begins where the last one ended, with steps that double. */
static void link_children(const linking *job, uint64_t parent)
{
    lm_ngram_counts *c = job->counts;
    const int k = job->order;
    const uint32_t *below = c->word[k - 1];
    const uint32_t shorter = k == 3 ? c->word[2][parent] : c->suffix[k - 1][parent];
    const bool known = shorter != LM_NO_WORD;
    uint64_t low = known ? c->first[k - 2][shorter] : 0;
    const uint64_t end = known ? c->first[k - 2][shorter + 1] : 0;
    for (uint64_t i = c->first[k - 1][parent]; i < c->first[k - 1][parent + 1]; i++) {
        const uint32_t word = c->word[k][i];
        uint64_t step = 1, high = low;
        while (high < end && below[high] < word) {
            low = high + 1;
            high += step;
            step *= 2;
        }
        if (high > end) high = end;
        while (low < high) {
            const uint64_t middle = low + (high - low) / 2;
            if (below[middle] < word)
                low = middle + 1;
            else
                high = middle;
        }
        c->suffix[k][i] = low < end && below[low] == word ? (uint32_t)low : LM_NO_WORD;
    }
}

static void link_chunk(void *context, size_t chunk)
{
    const linking *job = context;
    const uint64_t parents = job->counts->size[job->order - 1];
    const uint64_t begin = (uint64_t)chunk * CHUNK;
    const uint64_t end = begin + CHUNK < parents ? begin + CHUNK : parents;
    for (uint64_t parent = begin; parent < end; parent++) link_children(job, parent);
    lm_breathe(job->run);
}

lm_status lm_ngram_link_suffixes(lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    for (int k = 3; k <= c->order; k++) {
        linking job = {c, k, run};
        c->suffix[k] = lm_tables_new(&c->tables, c->size[k], sizeof **c->suffix, run, e);
        if (!c->suffix[k]) return e->status;
        lm_parallel_for(lm_run_pool(run), (size_t)((c->size[k - 1] + CHUNK - 1) / CHUNK),
                        link_chunk, &job);
    }
    return LM_OK;
}
