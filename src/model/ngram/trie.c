/* trie.c - finding a child that stands far from the slot it wants. */
#include "trie.h"

/* `slot` has a smaller word, and so have all slots from there to the child. */
static uint64_t find_after(const lm_ngram *m, int k, uint64_t slot, uint64_t end, uint32_t rank)
{
    uint64_t step = 1, high = end;
    for (; end - slot > step && lm_ngram_word(m, k, slot + step) < rank; step *= 2) slot += step;
    if (end - slot > step) high = slot + step;
    for (slot++; slot < high;) {
        const uint64_t middle = slot + (high - slot) / 2;
        if (lm_ngram_word(m, k, middle) < rank)
            slot = middle + 1;
        else
            high = middle;
    }
    return slot < end && lm_ngram_word(m, k, slot) == rank ? slot : LM_NGRAM_NONE;
}

static bool is_past(const lm_ngram *m, int k, uint64_t slot, uint32_t rank)
{
    const uint32_t there = lm_ngram_word(m, k, slot);
    return there > rank && there != LM_NO_WORD;
}

/* `slot` has a greater word, and so have all slots from the child to there. */
static uint64_t find_before(const lm_ngram *m, int k, uint64_t begin, uint64_t slot, uint32_t rank)
{
    uint64_t step = 1, low = begin;
    for (; slot - begin > step && is_past(m, k, slot - step, rank); step *= 2) slot -= step;
    if (slot - begin > step) low = slot - step;
    while (low < slot) {
        const uint64_t middle = low + (slot - low) / 2;
        if (is_past(m, k, middle, rank))
            slot = middle;
        else
            low = middle + 1;
    }
    return slot > begin && lm_ngram_word(m, k, slot - 1) == rank ? slot - 1 : LM_NGRAM_NONE;
}

uint64_t lm_ngram_find_far(const lm_ngram *m, int k, uint64_t begin, uint64_t end, uint64_t slot,
                           uint32_t rank)
{
    return lm_ngram_word(m, k, slot) < rank ? find_after(m, k, slot, end, rank)
                                            : find_before(m, k, begin, slot, rank);
}
