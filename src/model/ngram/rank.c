/* rank.c - the order of words in the tables: by a hash of their spellings, <s> last. */
#include <string.h>
#include "counts.h"
#include "lm/memory.h"
#include "lm/sort.h"

/* FNV-1a, then mixed so that the high bits depend on all of them (the last steps of
 * MurmurHash3).  It is part of the format of count files and models. */
static uint64_t hash(lm_slice word)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < word.length; i++) h = (h ^ (unsigned char)word.text[i]) * 0x100000001b3u;
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

static int by_spelling(const void *context, const void *a, const void *b)
{
    const lm_vocab *v = context;
    const lm_keyed *x = a, *y = b;
    return lm_slice_compare(lm_vocab_word(v, (uint32_t)x->value),
                            lm_vocab_word(v, (uint32_t)y->value));
}

/* The ids but that of <s> in order; equal hashes by spelling, equal spellings (a mark and a word)
 * by id. */
static lm_status order_ids(const lm_vocab *v, lm_keyed *order, lm_keyed *spare, lm_err *e)
{
    size_t count = 0;
    for (uint32_t id = 0; id < v->size; id++)
        if (id != v->bos) order[count++] = (lm_keyed){hash(lm_vocab_word(v, id)), id};
    lm_sort_keyed(order, spare, count, 64);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && order[end].key == order[begin].key;) end++;
        if (end - begin > 1)
            LM_TRY(lm_sort(order + begin, end - begin, sizeof *order, by_spelling, v, e));
    }
    if (v->bos != LM_NO_WORD) order[count] = (lm_keyed){0, v->bos};
    return LM_OK;
}

static uint32_t rank_of(const lm_ngram_counts *c, uint32_t id)
{
    return id == LM_NO_WORD ? LM_NO_WORD : c->rank[id];
}

static lm_status new_ranks(lm_ngram_counts *c, uint32_t words, const lm_run *run, lm_err *e)
{
    c->rank = lm_tables_new(&c->tables, words, sizeof *c->rank, run, e);
    c->id = lm_tables_new(&c->tables, words, sizeof *c->id, run, e);
    return c->rank && c->id ? LM_OK : e->status;
}

static void rank_marks(lm_ngram_counts *c, const lm_vocab *v)
{
    c->bos = rank_of(c, v->bos);
    c->unk = rank_of(c, v->unk);
    c->eos = rank_of(c, v->eos);
}

lm_status lm_ngram_rank_words(lm_ngram_counts *c, const lm_run *run, lm_err *e)
{
    const lm_vocab *v = c->vocab;
    LM_TRY(new_ranks(c, v->size, run, e));
    lm_keyed *order = lm_resize(NULL, v->size, sizeof *order, e);
    lm_keyed *spare = lm_resize(NULL, v->size, sizeof *spare, e);
    lm_status s = order && spare ? LM_OK : e->status;
    if (!s) s = order_ids(v, order, spare, e);
    for (uint32_t rank = 0; !s && rank < v->size; rank++) {
        c->id[rank] = (uint32_t)order[rank].value;
        c->rank[c->id[rank]] = rank;
    }
    lm_free(order);
    lm_free(spare);
    if (!s) rank_marks(c, v);
    return s;
}

lm_status lm_ngram_copy_ranks(lm_ngram_counts *c, const lm_ngram *m, const lm_run *run, lm_err *e)
{
    const lm_vocab *v = m->lang.vocab;
    LM_TRY(new_ranks(c, v->size, run, e));
    for (uint32_t id = 0; id < v->size; id++) {
        c->rank[id] = m->rank[id];
        c->id[m->rank[id]] = id;
    }
    rank_marks(c, v);
    return LM_OK;
}
