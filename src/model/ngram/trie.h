/* trie.h - reading the tables of a model, in their plain form or, where there is m->packed, in the
 * compact one; nothing else has to know which.  A checkpoint is not trusted: whatever its tables
 * hold, no index leaves them. */
#ifndef LM_NGRAM_TRIE_H
#define LM_NGRAM_TRIE_H
#include <float.h>
#include "lm/ngram.h"
#include "lm/os.h"
#include "packed.h"

/* What can be a probability, and a back-off weight. */
static inline bool lm_ngram_is_prob(float p)
{
    return p >= 0 && p <= 1;
}
static inline bool lm_ngram_is_bow(float bow)
{
    return bow >= 0 && bow <= FLT_MAX;
}

/* What the model says of one n-gram. */
typedef struct {
    float prob, bow;     /* bow: 1 at the highest order */
    uint32_t begin, end; /* the slots of its children */
} lm_ngram_entry;

/* The rank of the last word of what is in a slot of order k; LM_NO_WORD: the slot is unused. */
static inline uint32_t lm_ngram_word(const lm_ngram *m, int k, uint64_t slot)
{
    if (m->packed && k > 1) return lm_packed_word(m->packed, k, slot);
    return k < m->lang.order ? m->node[k][slot].word : m->leaf[slot].word;
}

static inline float lm_ngram_prob(const lm_ngram *m, int k, uint64_t slot)
{
    if (m->packed && k > 1) return lm_packed_prob(m->packed, k, slot);
    return k < m->lang.order ? m->node[k][slot].prob : m->leaf[slot].prob;
}

static inline lm_ngram_entry lm_ngram_at(const lm_ngram *m, int k, uint64_t slot)
{
    if (k == m->lang.order) return (lm_ngram_entry){lm_ngram_prob(m, k, slot), 1, 0, 0};
    if (m->packed && k > 1) {
        const lm_packed_table *table = &m->packed->table[k];
        lm_ngram_entry entry = {lm_packed_prob(m->packed, k, slot),
                                lm_packed_bow(m->packed, k, slot), 0, 0};
        lm_packed_children(table, slot, m->slots[k], m->slots[k + 1], &entry.begin, &entry.end);
        return entry;
    }
    const lm_ngram_node *node = &m->node[k][slot];
    const uint64_t most = m->slots[k + 1];
    const uint32_t end = node[1].first < most ? node[1].first : (uint32_t)most;
    return (lm_ngram_entry){node->prob, node->bow, node->first < end ? node->first : end, end};
}

/* The slot after the last child of what is in a slot of order k < order. */
static inline uint64_t lm_ngram_end(const lm_ngram *m, int k, uint64_t slot)
{
    return lm_ngram_at(m, k, slot).end;
}

/* ---- where the children of a node are ---- */

enum {
    LM_NGRAM_FEW = 4, /* blocks up to this size have no unused slots */
    LM_NGRAM_GAP = 4  /* larger ones have one for so many children */
};

/* A rank as a 32-bit fraction of the vocabulary. */
static inline uint64_t lm_ngram_scale(uint32_t rank, uint64_t words)
{
    return ((uint64_t)rank << 32) / words;
}

/* The slot that a child wants in a block of `size` slots. */
static inline uint64_t lm_ngram_slot(uint64_t begin, uint64_t size, uint64_t scaled)
{
    return size <= LM_NGRAM_FEW ? begin : begin + (size * scaled >> 32);
}

#define LM_NGRAM_NONE UINT64_MAX

/* Asks for the place where lm_ngram_find will look first. */
static inline void lm_ngram_ask(const lm_ngram *m, int k, uint64_t begin, uint64_t end,
                                uint64_t scaled)
{
    const uint64_t slot = lm_ngram_slot(begin, end - begin, scaled);
    if (m->packed)
        lm_packed_ask(m->packed, k, slot);
    else if (k < m->lang.order)
        LM_PREFETCH(&m->node[k][slot]);
    else
        LM_PREFETCH(&m->leaf[slot]);
}

/* Asks in two steps for what tells where the children of an n-gram are.  In the plain form that is
 * part of it. */
static inline void lm_ngram_ask_samples(const lm_ngram *m, int k, uint64_t slot)
{
    if (m->packed && k < m->lang.order)
        LM_PREFETCH(&m->packed->table[k].samples[slot / LM_PACKED_SAMPLE]);
}
static inline void lm_ngram_ask_marks(const lm_ngram *m, int k, uint64_t slot)
{
    const lm_packed_table *t = &m->packed->table[k];
    const uint64_t sample = slot / LM_PACKED_SAMPLE;
    LM_PREFETCH((const char *)t->marks + (t->samples[sample] + sample * LM_PACKED_SAMPLE) / 8);
}

/* The same as lm_ngram_find, from a slot that has another word: for children whose ranks, by chance
 * or by intent, crowd so that they stand far from the slots they want. */
uint64_t lm_ngram_find_far(const lm_ngram *m, int k, uint64_t begin, uint64_t end, uint64_t slot,
                           uint32_t rank);

enum { LM_NGRAM_NEAR = 8 }; /* slots that are looked at one by one */

/* The child of rank `rank` among the slots begin .. end-1 of order k >= 2.  Ranks ascend.  In
 * the plain form a child stands in the slot it wants or further on, all slots between being taken;
 * at the end of the block it may have had to stand before it. */
static inline uint64_t lm_ngram_find(const lm_ngram *m, int k, uint64_t begin, uint64_t end,
                                     uint32_t rank, uint64_t scaled)
{
    uint64_t slot = m->packed ? lm_packed_near(m->packed, k, begin, end, rank, scaled)
                              : lm_ngram_slot(begin, end - begin, scaled);
    if (slot >= end) return LM_NGRAM_NONE;
    uint32_t there = lm_ngram_word(m, k, slot);
    if (there > rank) {
        const uint64_t near = slot - begin > LM_NGRAM_NEAR ? slot - LM_NGRAM_NEAR : begin;
        if (there == LM_NO_WORD) return LM_NGRAM_NONE;
        while (there > rank && there != LM_NO_WORD && slot > near)
            there = lm_ngram_word(m, k, --slot);
        if (there > rank && there != LM_NO_WORD && slot > begin)
            return lm_ngram_find_far(m, k, begin, end, slot, rank);
    } else {
        const uint64_t near = end - slot > LM_NGRAM_NEAR ? slot + LM_NGRAM_NEAR : end;
        while (there < rank && ++slot < near) there = lm_ngram_word(m, k, slot);
        if (there < rank && slot < end) return lm_ngram_find_far(m, k, begin, end, slot - 1, rank);
    }
    return there == rank ? slot : LM_NGRAM_NONE;
}
#endif
