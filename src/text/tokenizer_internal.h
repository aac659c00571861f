/* tokenizer_internal.h - what encoding needs of a tokenizer, beside its pieces. */
#ifndef LM_TOKENIZER_INTERNAL_H
#define LM_TOKENIZER_INTERNAL_H
#include "lm/tokenizer.h"

/* Two neighbours, and what they become. */
typedef struct {
    uint32_t left, right; /* left LM_NO_WORD: a free slot */
    uint32_t rank, piece;
} lm_merge_slot;

struct lm_tokenizer_own {
    lm_ckpt *ckpt; /* that the vocabulary views; NULL: none, or someone else's */
    size_t merge_capacity, special_capacity;
    lm_merge_slot *slots;     /* open addressing by the pair, linear probing */
    size_t slot_count;        /* a power of two, at least twice the merges */
    uint64_t *is_special;     /* a bit for each id */
    uint32_t byte_piece[256]; /* BYTE_BPE, BYTE */
    /* BYTE_BPE: bit a * 256 + b: byte b follows byte a in some piece.  Elsewhere a text can be cut
     * between them: no merge goes over such a place. */
    uint64_t follows[256 * 256 / 64];
    size_t longest_piece; /* bytes */
};

static inline bool lm_tokenizer_follows(const lm_tokenizer *t, unsigned char a, unsigned char b)
{
    return t->own->follows[a * 4 + b / 64] >> b % 64 & 1;
}

#define LM_WORD_END    "</w>" /* BPE: ends a piece that ends a word */
#define LM_WORD_INSIDE "##"   /* WORDPIECE: begins one that does not begin a word */

#endif
