/* piece_counts.c - how often which piece is in a text.
 *
 * Several threads count a passage each, in a vocabulary of its own that stays in the cache; what
 * they found is then added up. */
#include "piece_counts.h"
#include "lm/memory.h"
#include "lm/pipeline.h"
#include "lm/split.h"

typedef struct {
    lm_passage passage;
    lm_split split;
    lm_piece_counts found;
    uint64_t single[256]; /* counts of pieces of one byte, which are many */
} item;

typedef struct {
    lm_piece_counts *counts;
    lm_passages *passages;
    lm_text *text;
    const lm_run *run;
} counting;

void lm_piece_counts_free(lm_piece_counts *c)
{
    lm_vocab_free(c->pieces);
    lm_free(c->count);
    *c = (lm_piece_counts){0};
}

static lm_status add(lm_piece_counts *c, lm_slice piece, uint64_t count, lm_err *e)
{
    uint32_t id;
    const uint32_t size = c->pieces->size;
    LM_TRY(lm_vocab_add(c->pieces, piece, &id, e));
    if (id == size) {
        LM_TRY(lm_reserve(&c->count, &c->capacity, (size_t)size + 1, sizeof *c->count, e));
        c->count[id] = 0;
    }
    c->count[id] += count;
    return LM_OK;
}

/* Estimated for the worst moment, when the sequences and pairs of merges.h are made of them. */
static lm_status check_memory(const lm_piece_counts *c, const lm_run *run, lm_err *e)
{
    enum { BYTES_PER_PIECE = 160, BYTES_PER_BYTE = 32 };
    const uint64_t pieces = c->pieces->size, bytes = c->pieces->offsets[pieces];
    const uint64_t need = pieces * BYTES_PER_PIECE + bytes * BYTES_PER_BYTE;
    if (!run || !run->memory || need <= run->memory / 4 * 3) return LM_OK;
    return lm_fail(e, LM_EUSAGE,
                   "--memory: %llu MB are too little for the %llu different pieces read so far; "
                   "give at least %llu MB",
                   (unsigned long long)(run->memory >> 20), (unsigned long long)pieces,
                   (unsigned long long)((need * 2 >> 20) + 1));
}

/* ---- steps of the pipeline ---- */

static lm_status take_passage(void *context, void *of, bool *more, lm_err *e)
{
    const counting *job = context;
    item *i = of;
    if (lm_stopped(job->run)) return lm_fail(e, LM_ESTOPPED, "stopped while reading");
    if (!i->found.pieces) LM_TRY(lm_vocab_new(&i->found.pieces, e));
    return lm_passages_next(job->passages, &i->passage, more, e);
}

static lm_status count_stretch(item *i, lm_slice text, lm_err *e)
{
    lm_slice piece;
    lm_split_text(&i->split, text);
    for (bool more;;) {
        LM_TRY(lm_split_next(&i->split, &piece, &more, e));
        if (!more) return LM_OK;
        if (piece.length == 1)
            i->single[(unsigned char)*piece.text]++;
        else
            LM_TRY(add(&i->found, piece, 1, e));
    }
}

static lm_status count_passage(void *context, void *of, lm_err *e)
{
    item *i = of;
    (void)context;
    for (lm_stretch stretch; lm_passage_next(&i->passage, &stretch);)
        LM_TRY(count_stretch(i, stretch.text, e));
    return LM_OK;
}

static lm_status add_up(void *context, void *of, lm_err *e)
{
    const counting *job = context;
    item *i = of;
    const lm_vocab *pieces = i->found.pieces;
    for (uint32_t p = 0; p < pieces->size; p++)
        LM_TRY(add(job->counts, lm_vocab_word(pieces, p), i->found.count[p], e));
    lm_vocab_clear(i->found.pieces);
    for (int b = 0; b < 256; b++) {
        const char byte = (char)b;
        if (i->single[b]) LM_TRY(add(job->counts, (lm_slice){&byte, 1}, i->single[b], e));
        i->single[b] = 0;
    }
    LM_TRY(check_memory(job->counts, job->run, e));
    lm_progress(job->run, "reading", 1e-6 * (double)lm_text_bytes(job->text), 0, "MB");
    return LM_OK;
}

/* As many as keep the threads at work, and may be in memory at a time. */
static size_t item_count(const lm_run *run)
{
    enum { ITEM_BYTES = 4 << 20, SHARE = 4 }; /* a passage and its pieces; of the run's memory */
    const size_t wanted = lm_pipeline_items(lm_run_pool(run));
    const uint64_t room = run && run->memory ? run->memory / SHARE / ITEM_BYTES : wanted;
    return room == 0 ? 1 : room < wanted ? (size_t)room : wanted;
}

static lm_status count_all(counting *job, lm_tok_kind kind, bool lower, lm_err *e)
{
    static const lm_pipeline steps = {take_passage, count_passage, add_up};
    lm_pool *pool = lm_run_pool(job->run);
    const size_t count = item_count(job->run);
    item *items = lm_new(count, sizeof *items, e);
    if (!items) return e->status;
    for (size_t i = 0; i < count; i++) lm_split_open(&items[i].split, kind, lower);
    const lm_status s = lm_pipeline_run(&steps, job, items, count, sizeof *items, pool, e);
    for (size_t i = 0; i < count; i++) {
        lm_passage_free(&items[i].passage);
        lm_split_close(&items[i].split);
        lm_piece_counts_free(&items[i].found);
    }
    lm_free(items);
    return s;
}

lm_status lm_piece_counts_read(lm_piece_counts *counts, lm_text *text, lm_tok_kind kind, bool lower,
                               lm_passage_unit unit, const lm_run *run, lm_err *e)
{
    counting job = {.counts = counts, .text = text, .run = run};
    *counts = (lm_piece_counts){0};
    LM_TRY(lm_passages_new(&job.passages, text, unit, e));
    lm_status s = lm_vocab_new(&counts->pieces, e);
    if (!s) s = count_all(&job, kind, lower, e);
    lm_passages_free(job.passages);
    if (s) lm_piece_counts_free(counts);
    return s;
}
