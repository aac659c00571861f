/* phrases_sums.c - how often a spelling occurs in a text, as a word or as one pair or another. */
#include <string.h>
#include "lm/crc.h"
#include "lm/memory.h"
#include "lm/sort.h"
#include "lm/utf8.h"
#include "phrases_internal.h"

/* ---- words that are spelled like pairs ---- */

/* The pair of words that are not composed and would be spelled like this one; false if there is
 * none. */
static bool split_word(const lm_phrases *p, lm_slice word, lm_bigram *pair)
{
    const lm_vocab *v = p->tokens.vocab;
    const size_t joiner = p->joiner.length;
    const int character = joiner ? 0 : lm_utf8_length(word.text, word.length);
    if (character < 0) return false;
    const size_t first =
        joiner ? lm_phrase_free_of(p->joiner, word.text, word.length) : (size_t)character;
    if (first == 0 || first + joiner >= word.length ||
        memcmp(word.text + first, p->joiner.text, joiner) != 0)
        return false;
    const lm_slice rest = {word.text + first + joiner, word.length - first - joiner};
    if (lm_phrase_is_composed(p->joiner, rest)) return false;
    *pair = (lm_bigram){.a = lm_vocab_find(v, (lm_slice){word.text, first}),
                        .b = lm_vocab_find(v, rest)};
    return pair->a != LM_NO_WORD && pair->b != LM_NO_WORD;
}

static int compare_pairs(const void *context, const void *x, const void *y)
{
    const lm_bigram *a = x, *b = y;
    (void)context;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return a->b == b->b ? 0 : a->b < b->b ? -1 : 1;
}

lm_status lm_phrases_split_words(const lm_phrases *p, lm_bigrams *pairs, lm_err *e)
{
    lm_bigram pair;
    for (uint32_t w = 0; w < p->tokens.vocab->size; w++)
        if (p->kind[w] & LM_BIGRAM_KEEP && split_word(p, lm_vocab_word(p->tokens.vocab, w), &pair))
            LM_TRY(lm_bigrams_add(pairs, pair, e));
    if (pairs->count == 0) return LM_OK;
    return lm_sort(pairs->item, pairs->count, sizeof *pairs->item, compare_pairs, NULL, e);
}

/* ---- leaving out what is too rare ----
 *
 * Most pairs with a composed word are, and would fill the memory.  Counts are added up by a hash of
 * the spelling first: they are at least those of the spelling. */

typedef struct {
    uint32_t *count; /* (mask + 1) */
    uint32_t mask;
} sketch;

static void count_hash(sketch *k, uint32_t hash, uint64_t count)
{
    uint32_t *sum = &k->count[hash & k->mask];
    *sum = count < UINT32_MAX - *sum ? *sum + (uint32_t)count : UINT32_MAX;
}

/* Sets the groups of the kept pairs to hashes of their spellings. */
static void hash_pairs(const lm_phrases *p, lm_bigrams *pairs)
{
    uint32_t a = LM_NO_WORD, begin = 0;
    for (size_t i = 0; i < pairs->count; i++) {
        lm_bigram *pair = &pairs->item[i];
        if (!pair->kept) continue;
        if (pair->a != a) {
            const lm_slice first = lm_vocab_word(p->tokens.vocab, pair->a);
            begin =
                lm_crc32c(lm_crc32c(0, first.text, first.length), p->joiner.text, p->joiner.length);
            a = pair->a;
        }
        const lm_slice second = lm_vocab_word(p->tokens.vocab, pair->b);
        pair->group = lm_crc32c(begin, second.text, second.length);
    }
}

static void fill_sketch(const lm_phrases *p, const lm_bigrams *pairs, sketch *k)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (pairs->item[i].kept) count_hash(k, pairs->item[i].group, pairs->item[i].count);
    for (uint32_t w = 0; w < p->tokens.vocab->size; w++) {
        const lm_slice word = lm_vocab_word(p->tokens.vocab, w);
        if (p->kind[w] & LM_BIGRAM_KEEP)
            count_hash(k, lm_crc32c(0, word.text, word.length), p->tokens.count[w]);
    }
}

static lm_status leave_out_rare(const lm_phrases *p, lm_bigrams *pairs, lm_err *e)
{
    sketch k = {.mask = 1023};
    size_t left = 0;
    while (k.mask < pairs->count && k.mask < UINT32_MAX) k.mask = 2 * k.mask + 1;
    k.count = lm_new((size_t)k.mask + 1, sizeof *k.count, e);
    if (!k.count) return e->status;
    hash_pairs(p, pairs);
    fill_sketch(p, pairs, &k);
    for (size_t i = 0; i < pairs->count; i++) {
        const lm_bigram pair = pairs->item[i];
        const uint32_t sum = k.count[pair.group & k.mask];
        if (!pair.kept || sum >= p->options->min_count || sum == UINT32_MAX)
            pairs->item[left++] = pair;
    }
    pairs->count = left;
    lm_free(k.count);
    return LM_OK;
}

/* ---- adding up ---- */

static lm_status add_pairs(lm_phrases *p, lm_bigrams *pairs, lm_phrase_sums *sums, lm_err *e)
{
    lm_slice spelling;
    for (size_t i = 0; i < pairs->count; i++) {
        lm_bigram *pair = &pairs->item[i];
        const uint32_t size = sums->spellings->size;
        if (!pair->kept) continue;
        LM_TRY(lm_phrases_spell(p, pair->a, pair->b, &spelling, e));
        LM_TRY(lm_vocab_add(sums->spellings, spelling, &pair->group, e));
        LM_TRY(
            lm_reserve(&sums->pair, &sums->pair_capacity, (size_t)size + 1, sizeof *sums->pair, e));
        if (pair->group == size) sums->pair[size] = 0;
        sums->pair[pair->group] += pair->count;
    }
    return LM_OK;
}

static lm_status add_words(const lm_phrases *p, lm_phrase_sums *sums, lm_err *e)
{
    const lm_vocab *v = p->tokens.vocab;
    sums->word = lm_new(v->size, sizeof *sums->word, e);
    if (!sums->word) return e->status;
    for (uint32_t w = 0; w < v->size; w++) {
        sums->word[w] = p->tokens.count[w];
        if (!(p->kind[w] & LM_BIGRAM_KEEP)) continue;
        const uint32_t same = lm_vocab_find(sums->spellings, lm_vocab_word(v, w));
        if (same == LM_NO_WORD) continue;
        sums->pair[same] += sums->word[w];
        sums->word[w] = sums->pair[same];
    }
    return LM_OK;
}

lm_status lm_phrases_add_up(lm_phrases *p, lm_bigrams *pairs, lm_phrase_sums *sums, lm_err *e)
{
    LM_TRY(leave_out_rare(p, pairs, e));
    LM_TRY(lm_vocab_new(&sums->spellings, e));
    LM_TRY(add_pairs(p, pairs, sums, e));
    return add_words(p, sums, e);
}

void lm_phrase_sums_free(lm_phrase_sums *sums)
{
    lm_vocab_free(sums->spellings);
    lm_free(sums->pair);
    lm_free(sums->word);
}
