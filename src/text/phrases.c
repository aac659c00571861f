/* phrases.c - finding words that occur together more often than chance. */
#include <string.h>
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/utf8.h"
#include "phrases_internal.h"

/* ---- what every word is ---- */

/* Those that end words in a text of words, NUL among them, and the ideographic space. */
static bool is_blank(lm_slice c)
{
    return (c.length == 1 && strchr(" \t\r", *c.text)) || lm_slice_is(c, "\xE3\x80\x80");
}

size_t lm_phrase_free_of(lm_slice joiner, const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && !memchr(joiner.text, text[n], joiner.length)) n++;
    return n;
}

bool lm_phrase_is_composed(lm_slice joiner, lm_slice word)
{
    if (joiner.length) return lm_phrase_free_of(joiner, word.text, word.length) < word.length;
    return lm_utf8_length(word.text, word.length) != (int)word.length;
}

lm_status lm_phrases_set_kinds(lm_phrases *p, lm_err *e)
{
    const lm_vocab *v = p->tokens.vocab;
    LM_TRY(lm_reserve(&p->kind, &p->kind_capacity, v->size, sizeof *p->kind, e));
    p->words = 0;
    p->composed = false;
    for (uint32_t w = 0; w < v->size; w++) {
        const lm_slice word = lm_vocab_word(v, w);
        p->kind[w] = 0;
        if (p->chars && is_blank(word))
            p->kind[w] = LM_BIGRAM_NONE | LM_PHRASE_BLANK;
        else if (lm_slice_is(word, "<unk>"))
            p->kind[w] = LM_BIGRAM_NONE;
        else if (lm_phrase_is_composed(p->joiner, word))
            p->kind[w] = LM_BIGRAM_KEEP;
        if (!(p->kind[w] & LM_PHRASE_BLANK)) p->words += p->tokens.count[w];
        if (p->kind[w] & LM_BIGRAM_KEEP) p->composed = true;
    }
    return LM_OK;
}

lm_status lm_phrases_spell(lm_phrases *p, uint32_t a, uint32_t b, lm_slice *spelling, lm_err *e)
{
    const lm_slice first = lm_vocab_word(p->tokens.vocab, a);
    const lm_slice second = lm_vocab_word(p->tokens.vocab, b);
    p->spelling.length = 0;
    LM_TRY(lm_str_add(&p->spelling, first.text, first.length, e));
    LM_TRY(lm_str_add(&p->spelling, p->joiner.text, p->joiner.length, e));
    LM_TRY(lm_str_add(&p->spelling, second.text, second.length, e));
    *spelling = (lm_slice){p->spelling.text, p->spelling.length};
    return LM_OK;
}

/* ---- reading ---- */

static lm_status check_options(const lm_phrases_options *o, lm_err *e)
{
    enum { JOINER_MAX = 64 };
    const lm_slice joiner = lm_slice_of(o->joiner);
    if (joiner.length > JOINER_MAX)
        return lm_fail(e, LM_EUSAGE, "the joiner has %zu bytes, more than %d", joiner.length,
                       JOINER_MAX);
    for (size_t i = 0; i < joiner.length; i++)
        if ((unsigned char)joiner.text[i] <= ' ')
            return lm_fail(e, LM_EUSAGE, "the joiner has a blank or a control character");
    return LM_OK;
}

lm_status lm_phrases_read(lm_phrases **phrases, lm_text *text, const lm_phrases_options *o,
                          const lm_run *run, lm_err *e)
{
    *phrases = NULL;
    LM_TRY(check_options(o, e));
    lm_phrases *p = lm_new(1, sizeof *p, e);
    if (!p) return e->status;
    p->options = o;
    p->joiner = lm_slice_of(o->joiner);
    p->chars = lm_text_unit(text) == LM_UNIT_CHAR;
    lm_status s = lm_tokens_read(&p->tokens, text, true, run, e);
    if (!s) s = lm_phrases_set_kinds(p, e);
    if (s)
        lm_phrases_free(p);
    else
        *phrases = p;
    return s;
}

void lm_phrases_free(lm_phrases *p)
{
    if (!p) return;
    lm_tokens_free(&p->tokens);
    lm_free(p->kind);
    lm_free(p->found);
    lm_str_free(&p->spelling);
    lm_free(p);
}

/* ---- scores ---- */

/* In float, in the order of word2phrase.c: a score on the edge must fall on the same side. */
static double score_word2phrase(uint64_t ab, uint64_t a, uint64_t b, uint64_t min, uint64_t words)
{
    const float score = (float)(ab - min) / (float)a / (float)b * (float)words;
    return (double)score;
}

/* n(ab) < N, so that its logarithm is not 0: two words make one pair. */
static double score_npmi(uint64_t ab, uint64_t a, uint64_t b, uint64_t words)
{
    const double n = (double)words;
    const double p_a = (double)a / n, p_b = (double)b / n, p_ab = (double)ab / n;
    return lm_log(p_ab / (p_a * p_b)) / -lm_log(p_ab);
}

/* Keeps the pairs above the threshold. */
static lm_status choose(lm_phrases *p, const lm_bigrams *pairs, const lm_phrase_sums *sums,
                        double threshold, lm_err *e)
{
    const uint64_t min = p->options->min_count, n = p->words;
    const uint64_t *words = sums->word ? sums->word : p->tokens.count;
    const bool npmi = p->options->score == LM_PHRASE_NPMI;
    if (!npmi) threshold = (double)(float)threshold;
    for (size_t i = 0; i < pairs->count; i++) {
        const lm_bigram *pair = &pairs->item[i];
        const uint64_t ab = pair->kept ? sums->pair[pair->group] : pair->count;
        const uint64_t a = words[pair->a], b = words[pair->b];
        if (ab < min || a < min || b < min) continue;
        const double score = npmi ? score_npmi(ab, a, b, n) : score_word2phrase(ab, a, b, min, n);
        if (!(score > threshold)) continue;
        LM_TRY(lm_reserve(&p->found, &p->found_capacity, p->found_count + 1, sizeof *p->found, e));
        p->found[p->found_count++] = (lm_phrase){pair->a, pair->b, LM_NO_WORD, score, ab};
    }
    return LM_OK;
}

static lm_status find_pairs(lm_phrases *p, lm_bigrams *kept, lm_bigrams *pairs,
                            lm_phrase_sums *sums, double threshold, const lm_run *run, lm_err *e)
{
    if (p->composed) LM_TRY(lm_phrases_split_words(p, kept, e));
    const lm_bigram_counting how = {
        .tokens = &p->tokens,
        .kind = p->kind,
        .min_count = p->options->min_count,
        .keep = kept->item,
        .kept = kept->count,
        .within_lines = p->options->within_lines,
    };
    LM_TRY(lm_bigrams_count(pairs, &how, run, e));
    if (p->composed) LM_TRY(lm_phrases_add_up(p, pairs, sums, e));
    return choose(p, pairs, sums, threshold, e);
}

lm_status lm_phrases_find(lm_phrases *p, double threshold, const lm_run *run, lm_err *e)
{
    lm_bigrams kept = {0}, pairs = {0};
    lm_phrase_sums sums = {0};
    p->found_count = 0;
    const lm_status s = find_pairs(p, &kept, &pairs, &sums, threshold, run, e);
    lm_bigrams_free(&kept);
    lm_bigrams_free(&pairs);
    lm_phrase_sums_free(&sums);
    return s;
}

uint64_t lm_phrases_found(const lm_phrases *p)
{
    return p->found_count;
}

uint64_t lm_phrases_words(const lm_phrases *p)
{
    return p->words;
}
