/* pack.c - from the tables of estimating to those of a model.
 *
 * The children of a node become a block of slots.  A block of more than a few has some slots more
 * than children, and a child of rank r stands r/|V| of the way through the block or, where that is
 * taken, close by: lm_ngram_find finds it where it looks first, or a few slots on. */
#include "counts.h"
#include "lm/memory.h"
#include "trie.h"

enum {
    CHUNK = 1 << 12, /* nodes */
    BREATH = 1 << 14 /* children between two calls of lm_breathe: a node may have very many */
};

typedef struct {
    const lm_ngram_counts *counts;
    int order;                               /* of the parents */
    uint32_t *start[LM_NGRAM_ORDER_MAX + 1]; /* (size[k] + 1) first slot of a node's block */
    uint64_t *chunk_slots;                   /* (chunks) */
    lm_ngram_node *node;                     /* the table of order + 1, or */
    lm_ngram_leaf *leaf;
    const lm_run *run;
} packing;

/* ---- blocks ---- */

static uint64_t block_size(uint64_t children)
{
    return children <= LM_NGRAM_FEW ? children : children + children / LM_NGRAM_GAP;
}

/* A block while children are put into it, by ascending rank. */
typedef struct {
    uint64_t begin, end, free; /* its slots; the first that is free */
    uint64_t left;             /* children still to come */
    uint64_t words;
} block;

/* The slot of the next child: the one it wants, or a later one if that is taken, or an earlier
 * one if those to come would not find room. */
static uint64_t next_slot(block *b, uint32_t rank)
{
    uint64_t slot = lm_ngram_slot(b->begin, b->end - b->begin, lm_ngram_scale(rank, b->words));
    if (slot < b->free) slot = b->free;
    if (slot > b->end - b->left) slot = b->end - b->left;
    b->free = slot + 1;
    b->left--;
    return slot;
}

/* ---- where the blocks begin ---- */

static uint64_t chunk_end(const packing *job, size_t chunk)
{
    const uint64_t size = job->counts->size[job->order], end = ((uint64_t)chunk + 1) * CHUNK;
    return end < size ? end : size;
}

/* Starts relative to the chunk's own; its slots. */
static void measure_chunk(void *context, size_t chunk)
{
    const packing *job = context;
    const lm_ngram_counts *c = job->counts;
    const int k = job->order;
    uint64_t slots = 0;
    for (uint64_t i = (uint64_t)chunk * CHUNK; i < chunk_end(job, chunk); i++) {
        job->start[k][i] = (uint32_t)slots;
        slots += block_size(c->first[k][i + 1] - c->first[k][i]);
    }
    job->chunk_slots[chunk] = slots;
    lm_breathe(job->run);
}

static void shift_chunk(void *context, size_t chunk)
{
    const packing *job = context;
    for (uint64_t i = (uint64_t)chunk * CHUNK; i < chunk_end(job, chunk); i++)
        job->start[job->order][i] += (uint32_t)job->chunk_slots[chunk];
    lm_breathe(job->run);
}

/* Sets start[k] and slots[k + 1]. */
static lm_status start_blocks(packing *job, lm_ngram *m, int k, lm_tables *tables, lm_err *e)
{
    const uint64_t size = job->counts->size[k];
    const size_t chunks = (size_t)((size + CHUNK - 1) / CHUNK);
    job->order = k;
    job->start[k] = lm_tables_new(tables, size + 1, sizeof **job->start, job->run, e);
    job->chunk_slots = lm_new(chunks + 1, sizeof *job->chunk_slots, e);
    if (!job->start[k] || !job->chunk_slots) return e->status;
    lm_parallel_for(lm_run_pool(job->run), chunks, measure_chunk, job);
    uint64_t slots = 0;
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        const uint64_t here = job->chunk_slots[chunk];
        job->chunk_slots[chunk] = slots;
        slots += here;
    }
    if (slots >= UINT32_MAX)
        return lm_fail(e, LM_EFORMAT, "%llu n-grams of order %d are too many",
                       (unsigned long long)job->counts->size[k + 1], k + 1);
    lm_parallel_for(lm_run_pool(job->run), chunks, shift_chunk, job);
    job->start[k][size] = (uint32_t)slots;
    m->slots[k + 1] = slots;
    lm_free(job->chunk_slots);
    job->chunk_slots = NULL;
    return LM_OK;
}

/* ---- writing the tables ---- */

static void set_slot(const packing *job, int k, uint64_t slot, uint32_t word, uint64_t i)
{
    const lm_ngram_counts *c = job->counts;
    const bool used = word != LM_NO_WORD;
    const float prob = used ? c->prob[k][i] : 0;
    if (job->leaf)
        job->leaf[slot] = (lm_ngram_leaf){word, prob};
    else
        job->node[slot] = (lm_ngram_node){word, job->start[k][i], prob, used ? c->bow[k][i] : 0};
}

/* The blocks of a chunk of parents.  What follows a node tells where its children end, so an
 * unused slot begins where the next node does. */
static void write_chunk(void *context, size_t chunk)
{
    const packing *job = context;
    const lm_ngram_counts *c = job->counts;
    const int k = job->order;
    for (uint64_t i = (uint64_t)chunk * CHUNK; i < chunk_end(job, chunk); i++) {
        const uint32_t from = c->first[k][i], until = c->first[k][i + 1];
        const uint64_t begin = job->start[k][i], end = job->start[k][i + 1];
        uint64_t free = begin;
        block b = {begin, end, begin, until - from, c->size[1]};
        for (uint32_t child = from; child < until; child++) {
            const uint64_t slot = next_slot(&b, c->word[k + 1][child]);
            while (free < slot) set_slot(job, k + 1, free++, LM_NO_WORD, child);
            set_slot(job, k + 1, free++, c->word[k + 1][child], child);
            if (child % BREATH == 0) lm_breathe(job->run);
        }
        while (free < end) set_slot(job, k + 1, free++, LM_NO_WORD, until);
    }
    lm_breathe(job->run);
}

static void write_unigrams(const packing *job)
{
    const lm_ngram_counts *c = job->counts;
    for (uint64_t rank = 0; rank < c->size[1]; rank++) set_slot(job, 1, rank, c->id[rank], rank);
}

static void drop_columns(lm_ngram_counts *c, int k)
{
    lm_tables_drop(&c->tables, c->word[k]);
    lm_tables_drop(&c->tables, c->prob[k]);
    lm_tables_drop(&c->tables, c->bow[k]);
    c->word[k] = NULL;
    c->prob[k] = c->bow[k] = NULL;
}

static lm_status write_order(packing *job, lm_ngram *m, int k, lm_tables *tables, lm_err *e)
{
    const lm_ngram_counts *c = job->counts;
    const uint64_t slots = m->slots[k];
    job->node = NULL;
    job->leaf = NULL;
    if (k == c->order) {
        m->leaf = job->leaf = lm_tables_new(tables, slots, sizeof *job->leaf, job->run, e);
        if (!job->leaf) return e->status;
    } else {
        m->node[k] = job->node = lm_tables_new(tables, slots + 1, sizeof *job->node, job->run, e);
        if (!job->node) return e->status;
        job->node[slots].first = (uint32_t)m->slots[k + 1];
    }
    m->count[k] = c->size[k];
    job->order = k - 1;
    if (k == 1)
        write_unigrams(job);
    else
        lm_parallel_for(lm_run_pool(job->run), (size_t)((c->size[k - 1] + CHUNK - 1) / CHUNK),
                        write_chunk, job);
    return LM_OK;
}

static lm_status pack(packing *job, lm_ngram *m, lm_ngram_counts *c, lm_err *e)
{
    for (int k = 1; k <= c->order; k++) {
        lm_tables_drop(&c->tables, c->count[k]);
        lm_tables_drop(&c->tables, c->suffix[k]);
        c->count[k] = c->suffix[k] = NULL;
    }
    m->slots[1] = c->size[1];
    for (int k = 1; k < c->order; k++) LM_TRY(start_blocks(job, m, k, &c->tables, e));
    for (int k = c->order; k >= 1; k--) {
        LM_TRY(write_order(job, m, k, &c->tables, e));
        drop_columns(c, k);
        lm_tables_drop(&c->tables, job->start[k]);
    }
    for (int k = 1; k < c->order; k++) {
        lm_tables_drop(&c->tables, c->first[k]);
        c->first[k] = NULL;
    }
    lm_tables_drop(&c->tables, c->id);
    c->id = NULL;
    return LM_OK;
}

/* ---- */

lm_status lm_ngram_pack(lm_ngram *m, lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    packing job = {.counts = c, .run = run};
    const lm_status s = pack(&job, m, c, e);
    lm_free(job.chunk_slots);
    if (s) return s;
    m->rank = c->rank;
    m->lang.vocab = c->vocab;
    m->lang.order = c->order;
    m->tables = c->tables;
    c->vocab = NULL;
    c->tables = (lm_tables){0};
    lm_spell_train(&m->lang.spell, m->lang.vocab);
    return LM_OK;
}
