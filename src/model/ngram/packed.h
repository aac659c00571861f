/* packed.h - the compact form of a model's tables, as made by lm_ngram_quantize.
 *
 * Order 1 stays a table of nodes.  N-gram i of an order k >= 2 is record i of its table: from the
 * lowest bit, the rank of its last word, the code of its probability and, below the highest order,
 * that of its back-off weight; a code is a place in a codebook.  Record follows record without a
 * gap, and there are no unused slots.
 *
 * Where children are is told by marks: for every n-gram of an order, in their order, a 0 for each
 * of its children and then a 1.  samples[i] is the first child of n-gram 64 i, so that at most the
 * marks of 64 n-grams have to be looked through. */
#ifndef LM_NGRAM_PACKED_H
#define LM_NGRAM_PACKED_H
#include <string.h>
#include "lm/ngram.h"
#include "lm/os.h"

enum { LM_PACKED_SAMPLE = 64 };

typedef struct {
    const uint64_t *records; /* count[k] times `width` bits, and a word so that reading one of
                              * eight bytes that begins in a record stays in the table */
    const uint64_t *marks;   /* k < order: count[k] + count[k+1] bits, and a word */
    const uint32_t *samples; /* k < order: one for 64 n-grams */
    const float *probs;      /* (1 << bits) the codebooks */
    const float *bows;       /* k < order */
    unsigned width;
} lm_packed_table;

struct lm_ngram_packed {
    unsigned bits;      /* of a code */
    unsigned word_bits; /* of a rank */
    uint64_t spacing;   /* 2^64 / |V|: how far apart ranks are in all of 64 bits */
    lm_packed_table table[LM_NGRAM_ORDER_MAX + 1];
};

/* What follows from the order, the vocabulary and the bits of a code. */
void lm_packed_init(struct lm_ngram_packed *packed, int order, uint64_t words, unsigned bits);

/* Elements of the tables. */
static inline uint64_t lm_packed_record_words(const lm_packed_table *t, uint64_t count)
{
    return (count * t->width + 63) / 64 + 1;
}
static inline uint64_t lm_packed_mark_words(uint64_t count, uint64_t children)
{
    return (count + children + 63) / 64 + 1;
}
static inline uint64_t lm_packed_samples(uint64_t count)
{
    return (count + LM_PACKED_SAMPLE - 1) / LM_PACKED_SAMPLE;
}

/* Are the words, marks and samples of order k what they should be? */
bool lm_packed_is_sound(const lm_ngram *model, int k);

/* ---- records ---- */

/* Up to 57 bits from bit `at` on. */
static inline uint64_t lm_packed_bits(const uint64_t *words, uint64_t at, unsigned bits)
{
    uint64_t x;
    memcpy(&x, (const char *)words + at / 8, sizeof x);
    return x >> at % 8 & (((uint64_t)1 << bits) - 1);
}

static inline uint32_t lm_packed_word(const struct lm_ngram_packed *p, int k, uint64_t i)
{
    const lm_packed_table *t = &p->table[k];
    return (uint32_t)lm_packed_bits(t->records, i * t->width, p->word_bits);
}

static inline float lm_packed_prob(const struct lm_ngram_packed *p, int k, uint64_t i)
{
    const lm_packed_table *t = &p->table[k];
    return t->probs[lm_packed_bits(t->records, i * t->width + p->word_bits, p->bits)];
}

static inline float lm_packed_bow(const struct lm_ngram_packed *p, int k, uint64_t i)
{
    const lm_packed_table *t = &p->table[k];
    return t->bows[lm_packed_bits(t->records, i * t->width + p->word_bits + p->bits, p->bits)];
}

/* ---- marks ---- */

#define LM_PACKED_ONES  0x0101010101010101U /* 1 in every byte */
#define LM_PACKED_HIGHS 0x8080808080808080U /* the highest bit of every byte */

/* The ones in byte 0, in bytes 0 and 1, in bytes 0 to 2, ... */
static inline uint64_t lm_packed_sums(uint64_t x)
{
    x -= (x >> 1) & 0x5555555555555555U;
    x = (x & 0x3333333333333333U) + ((x >> 2) & 0x3333333333333333U);
    return ((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fU) * LM_PACKED_ONES;
}

/* How many bytes of `sums`, which ascend, are at most n; all are below 128. */
static inline unsigned lm_packed_at_most(uint64_t sums, unsigned n)
{
    const uint64_t reached = ((n * LM_PACKED_ONES | LM_PACKED_HIGHS) - sums) & LM_PACKED_HIGHS;
    return (unsigned)((reached >> 7) * LM_PACKED_ONES >> 56);
}

/* The place of one number n, from 0, of a word that has more than n; `sums` are the word's. */
static inline unsigned lm_packed_select(uint64_t word, uint64_t sums, unsigned n)
{
    const unsigned shift = 8 * lm_packed_at_most(sums, n);
    n -= (unsigned)(sums << 8 >> shift & 0xff);
    const uint64_t byte = word >> shift & 0xff;
    /* Byte i is 0x80 if bit i of the byte is 1, else 0. */
    const uint64_t spread =
        ((byte * LM_PACKED_ONES & 0x8040201008040201U) + ~LM_PACKED_HIGHS) & LM_PACKED_HIGHS;
    return shift + lm_packed_at_most((spread >> 7) * LM_PACKED_ONES, n);
}

/* The place after `count` more ones, from bit `at` <= end on; `end` if there are fewer. */
static inline uint64_t lm_packed_skip(const uint64_t *marks, uint64_t at, uint64_t end,
                                      unsigned count)
{
    uint64_t i = at / 64, word = marks[i] & ~(uint64_t)0 << at % 64;
    if (count == 0) return at;
    for (;;) {
        const uint64_t sums = lm_packed_sums(word);
        const unsigned ones = (unsigned)(sums >> 56);
        if (ones >= count) {
            const uint64_t place = i * 64 + lm_packed_select(word, sums, count - 1) + 1;
            return place < end ? place : end;
        }
        count -= ones;
        do
            if (++i * 64 >= end) return end;
        while ((word = marks[i]) == 0);
    }
}

/* The children of n-gram i of order k, which has `count` n-grams with `children` in all.  Whatever
 * the tables hold, *begin <= *end <= children. */
static inline void lm_packed_children(const lm_packed_table *t, uint64_t i, uint64_t count,
                                      uint64_t children, uint32_t *begin, uint32_t *end)
{
    const uint64_t sample = i / LM_PACKED_SAMPLE;
    uint64_t from = t->samples[sample];
    if (from > children) from = children;
    from = lm_packed_skip(t->marks, from + sample * LM_PACKED_SAMPLE, count + children,
                          i % LM_PACKED_SAMPLE);
    uint64_t until = lm_packed_skip(t->marks, from, count + children, 1) - 1;
    from -= i;
    until -= i;
    *end = (uint32_t)(until < children ? until : children);
    *begin = from < *end ? (uint32_t)from : *end;
}

/* ---- finding ---- */

enum { LM_PACKED_CLOSE = 4, LM_PACKED_LEAPS = 3 };

static inline void lm_packed_ask(const struct lm_ngram_packed *p, int k, uint64_t i)
{
    const lm_packed_table *t = &p->table[k];
    LM_PREFETCH((const char *)t->records + i * t->width / 8);
}

/* A record close to the one among begin .. end-1 that has this rank; `end` if there are none.
 * Ranks are spread evenly over those of the vocabulary, so that from how much the rank of a record
 * differs follows how far away the one wanted is. */
static inline uint64_t lm_packed_near(const struct lm_ngram_packed *p, int k, uint64_t begin,
                                      uint64_t end, uint32_t rank, uint64_t scaled)
{
    if (begin >= end) return end;
    const uint64_t density = (end - begin) * p->spacing >> 32; /* records to a rank, times 2^32 */
    uint64_t at = begin + ((end - begin) * scaled >> 32);
    if (at >= end) at = end - 1;
    for (int leaps = 0; leaps < LM_PACKED_LEAPS; leaps++) {
        const uint32_t there = lm_packed_word(p, k, at);
        const bool on = there < rank;
        const uint64_t leap = (on ? rank - there : there - rank) * density >> 32;
        if (leap <= LM_PACKED_CLOSE) break;
        if (on)
            at = leap < end - at ? at + leap : end - 1;
        else
            at = leap < at - begin ? at - leap : begin;
    }
    return at;
}
#endif
