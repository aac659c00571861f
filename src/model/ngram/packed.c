/* packed.c - the compact form of a model's tables: its sizes, and whether a file keeps to it. */
#include "packed.h"

void lm_packed_init(struct lm_ngram_packed *p, int order, uint64_t words, unsigned bits)
{
    *p = (struct lm_ngram_packed){.bits = bits, .word_bits = 1, .spacing = UINT64_MAX / words};
    while ((words - 1) >> p->word_bits) p->word_bits++;
    for (int k = 2; k <= order; k++) p->table[k].width = p->word_bits + (k < order ? 2 : 1) * bits;
}

/* Every n-gram has its mark, and the last one the last. */
static bool marks_are_sound(const lm_packed_table *t, uint64_t count, uint64_t children)
{
    const uint64_t end = count + children;
    uint64_t at = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (i % LM_PACKED_SAMPLE == 0 && t->samples[i / LM_PACKED_SAMPLE] != at - i) return false;
        const uint64_t after = lm_packed_skip(t->marks, at, end, 1);
        if (after == at) return false;
        at = after;
    }
    return at == end && (end == 0 || t->marks[(end - 1) / 64] >> (end - 1) % 64 & 1);
}

bool lm_packed_is_sound(const lm_ngram *m, int k)
{
    for (uint64_t i = 0; i < m->count[k]; i++)
        if (lm_packed_word(m->packed, k, i) >= m->count[1]) return false;
    return k == m->lang.order ||
           marks_are_sound(&m->packed->table[k], m->count[k], m->count[k + 1]);
}
