/* unpack.c - from the tables of a model to those it was made of. */
#include "counts.h"
#include "lm/memory.h"
#include "trie.h"

enum { BREATH = 1 << 14 };

static lm_status new_columns(lm_ngram_counts *c, int k, const lm_run *run, lm_err *e)
{
    const uint64_t size = c->size[k];
    c->prob[k] = lm_tables_new(&c->tables, size, sizeof **c->prob, run, e);
    if (!c->prob[k]) return e->status;
    if (k > 1) {
        c->word[k] = lm_tables_new(&c->tables, size, sizeof **c->word, run, e);
        if (!c->word[k]) return e->status;
    }
    if (k == c->order) return LM_OK;
    c->first[k] = lm_tables_new(&c->tables, size + 1, sizeof **c->first, run, e);
    c->bow[k] = lm_tables_new(&c->tables, size, sizeof **c->bow, run, e);
    return c->first[k] && c->bow[k] ? LM_OK : e->status;
}

/* The children of the node in a slot of order k; false unless their words ascend. */
static bool count_children(const lm_ngram *m, int k, const lm_ngram_entry *node, uint64_t *children)
{
    uint64_t next = 0; /* the least rank that may come */
    for (uint64_t slot = node->begin; slot < node->end; slot++) {
        const uint32_t word = lm_ngram_word(m, k + 1, slot);
        if (word == LM_NO_WORD) continue;
        if (word < next || word >= m->count[1]) return false;
        next = (uint64_t)word + 1;
        ++*children;
    }
    return true;
}

static lm_status unpack_order(lm_ngram_counts *c, const lm_ngram *m, int k, const char *path,
                              const lm_run *run, lm_err *e)
{
    uint64_t i = 0, children = 0;
    uint32_t next = 0; /* the slot where the next children begin: each slot is read once */
    bool good = true;
    LM_TRY(new_columns(c, k, run, e));
    for (uint64_t slot = 0; good && slot < m->slots[k]; slot++) {
        const uint32_t word = lm_ngram_word(m, k, slot);
        if (slot % BREATH == 0) lm_breathe(run);
        if (word == LM_NO_WORD) continue;
        const lm_ngram_entry entry = lm_ngram_at(m, k, slot);
        good = i < c->size[k] && lm_ngram_is_prob(entry.prob) && lm_ngram_is_bow(entry.bow);
        if (!good) break;
        c->prob[k][i] = entry.prob;
        if (k > 1) c->word[k][i] = word;
        if (k < c->order) {
            c->first[k][i] = (uint32_t)children;
            c->bow[k][i] = entry.bow;
            good = entry.begin == next && count_children(m, k, &entry, &children);
            next = entry.end;
        }
        i++;
    }
    if (k < c->order) c->first[k][c->size[k]] = (uint32_t)children;
    if (good && i == c->size[k] && (k == c->order || children == m->count[k + 1])) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: its tables of order %d do not hold together", path, k);
}

static lm_status unpack(lm_ngram_counts *c, const lm_ngram *m, const char *path, const lm_run *run,
                        lm_err *e)
{
    LM_TRY(lm_ngram_copy_ranks(c, m, run, e));
    for (int k = 1; k <= c->order; k++) {
        c->size[k] = m->count[k];
        LM_TRY(unpack_order(c, m, k, path, run, e));
    }
    c->border[1] = lm_vocab_outputs(m->lang.vocab);
    for (int k = 2; k <= c->order; k++) c->border[k] = c->first[k - 1][c->border[k - 1]];
    return LM_OK;
}

lm_status lm_ngram_unpack(lm_ngram_counts *c, const lm_ngram *m, const char *path,
                          const lm_run *run, lm_err *e)
{
    *c = (lm_ngram_counts){.order = m->lang.order, .marks = m->lang.vocab->bos != LM_NO_WORD};
    const lm_status s = unpack(c, m, path, run, e);
    if (s) lm_ngram_counts_drop(c);
    return s;
}
