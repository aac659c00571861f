/* tok_ranks.c - merges from the ranks of pieces alone, which is what tiktoken keeps. */
#include <string.h>
#include "lm/memory.h"
#include "tok_private.h"

enum { PIECE_MAX = 1024 }; /* bytes; longer ones take time without end */

static const uint32_t NONE = UINT32_MAX;

typedef struct {
    const lm_tokenizer *t;
    lm_tok_ranks *found;
    lm_vocab *pairs; /* the bytes of found->merge[i], by i */
    uint32_t *made;  /* what they become */
    size_t capacity;
    unsigned char *special; /* (vocabulary) */
    uint32_t of_byte[256];
    size_t parts;             /* of the piece at hand: */
    uint32_t part[PIECE_MAX]; /* (parts) */
    uint32_t rank[PIECE_MAX]; /* (parts - 1) of the merge with the next one, or NONE */
} ranker;

static uint32_t rank_of(const ranker *r, uint32_t left, uint32_t right)
{
    const uint32_t pair[2] = {left, right};
    return lm_vocab_find(r->pairs, (lm_slice){(const char *)pair, sizeof pair});
}

/* Merges part i with the next one. */
static void merge_at(ranker *r, size_t i)
{
    const size_t after = r->parts - i - 2;
    r->part[i] = r->made[r->rank[i]];
    memmove(r->part + i + 1, r->part + i + 2, after * sizeof *r->part);
    if (after) memmove(r->rank + i, r->rank + i + 1, after * sizeof *r->rank);
    r->parts--;
    if (i) r->rank[i - 1] = rank_of(r, r->part[i - 1], r->part[i]);
    if (i + 1 < r->parts) r->rank[i] = rank_of(r, r->part[i], r->part[i + 1]);
}

/* The parts that the merges so far make of a piece. */
static void encode(ranker *r, lm_slice piece)
{
    r->parts = piece.length;
    for (size_t i = 0; i < r->parts; i++) r->part[i] = r->of_byte[(unsigned char)piece.text[i]];
    for (size_t i = 0; i + 1 < r->parts; i++) r->rank[i] = rank_of(r, r->part[i], r->part[i + 1]);
    while (r->parts > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < r->parts; i++)
            if (r->rank[i] < r->rank[best]) best = i;
        if (r->rank[best] == NONE) break;
        merge_at(r, best);
    }
}

static lm_status keep(ranker *r, uint32_t id, lm_err *e)
{
    lm_tok_ranks *f = r->found;
    uint32_t at;
    LM_TRY(lm_reserve(&f->merge, &f->capacity, f->count + 1, sizeof *f->merge, e));
    LM_TRY(lm_reserve(&r->made, &r->capacity, f->count + 1, sizeof *r->made, e));
    LM_TRY(lm_vocab_add(r->pairs, (lm_slice){(const char *)r->part, sizeof *f->merge}, &at, e));
    memcpy(f->merge[f->count], r->part, sizeof *f->merge);
    r->made[f->count++] = id;
    return LM_OK;
}

static lm_status find_all(ranker *r, lm_err *e)
{
    const lm_vocab *v = r->t->vocab;
    for (uint32_t id = 0; id < v->size; id++) {
        const lm_slice piece = lm_vocab_word(v, id);
        if (r->special[id] || piece.length == 1) continue;
        r->parts = piece.length; /* of one that is too long, or empty */
        if (piece.length <= PIECE_MAX) encode(r, piece);
        if (r->parts != 2) {
            r->found->failed = id;
            r->found->parts = (uint32_t)r->parts;
            return LM_OK;
        }
        LM_TRY(keep(r, id, e));
    }
    return LM_OK;
}

/* A byte that is no piece is found by lm_tokenizer_settle; here it is a part of its own. */
static lm_status find(ranker *r, lm_err *e)
{
    LM_TRY(lm_vocab_new(&r->pairs, e));
    r->special = lm_tok_specials(r->t, e);
    if (!r->special) return e->status;
    for (int b = 0; b < 256; b++) {
        const char byte = (char)b;
        r->of_byte[b] = lm_vocab_find(r->t->vocab, (lm_slice){&byte, 1});
    }
    return find_all(r, e);
}

lm_status lm_tok_ranks_of(lm_tok_ranks *found, const lm_tokenizer *t, lm_err *e)
{
    *found = (lm_tok_ranks){.failed = LM_NO_WORD};
    ranker *r = lm_new(1, sizeof *r, e);
    if (!r) return e->status;
    r->t = t;
    r->found = found;
    const lm_status s = find(r, e);
    lm_vocab_free(r->pairs);
    lm_free(r->made);
    lm_free(r->special);
    lm_free(r);
    return s;
}

void lm_tok_ranks_free(lm_tok_ranks *ranks)
{
    lm_free(ranks->merge);
    *ranks = (lm_tok_ranks){0};
}
