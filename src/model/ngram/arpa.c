/* arpa.c - writing n-gram models as ARPA text. */
#include "lm/arpa.h"
#include <float.h>
#include <string.h>
#include "lm/decimal.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "trie.h"

bool lm_arpa_begins(const unsigned char *bytes, size_t length)
{
    static const char first[] = "\\data\\";
    size_t i = 0;
    while (i < length && strchr(" \t\r\n", bytes[i]) && bytes[i]) i++;
    return length - i >= sizeof first - 1 && memcmp(bytes + i, first, sizeof first - 1) == 0;
}

static lm_status check_writable(const lm_ngram *m, lm_err *e)
{
    if (m->smooth == LM_NGRAM_ADDK)
        return lm_fail(e, LM_EUSAGE,
                       "an add-k model has no ARPA form: it gives every unseen word "
                       "a share of its own, where ARPA backs off");
    if (lm_vocab_find(m->lang.vocab, lm_slice_of("<s>")) != LM_NO_WORD ||
        lm_vocab_find(m->lang.vocab, lm_slice_of("</s>")) != LM_NO_WORD)
        return lm_fail(e, LM_EUSAGE, "a model with <s> or </s> as words has no ARPA form");
    return LM_OK;
}

/* log10 to 7 decimals: reading it back gives the value to 1e-7.  The tables of a large model
 * were not looked through: p may be anything. */
static lm_status write_log(double p, lm_out *out, lm_err *e)
{
    char text[LM_DECIMAL_MAX];
    if (!(p > 0)) return lm_out_text(out, "-99", e);
    if (p > (double)FLT_MAX) p = (double)FLT_MAX;
    return lm_out_write(out, text, lm_decimal_write(lm_log10(p), text), e);
}

/* The spellings of all words, as they are written. */
typedef struct {
    lm_str text;
    size_t *start; /* (size + 1) */
} spellings;

static lm_status spell_words(const lm_ngram *m, spellings *words, lm_err *e)
{
    const uint32_t size = m->lang.vocab->size;
    words->start = lm_new((size_t)size + 1, sizeof *words->start, e);
    if (!words->start) return e->status;
    for (uint32_t id = 0; id < size; id++) {
        LM_TRY(lm_lang_add_word(&m->lang, id, &words->text, e));
        words->start[id + 1] = words->text.length;
    }
    return LM_OK;
}

static lm_status write_word(const spellings *words, uint32_t id, char before, lm_out *out,
                            lm_err *e)
{
    LM_TRY(lm_out_write(out, &before, 1, e));
    return lm_out_write(out, words->text.text + words->start[id],
                        words->start[id + 1] - words->start[id], e);
}

/* The n-grams of order k in the order of the table.  path[j]: the prefix of j words; end[j]: the
 * slot after its last child. */
static lm_status write_section(const lm_ngram *m, int k, const spellings *words, lm_out *out,
                               lm_err *e)
{
    uint64_t path[LM_NGRAM_ORDER_MAX + 1] = {0}, end[LM_NGRAM_ORDER_MAX + 1];
    for (int j = 1; j < k && m->slots[k]; j++) end[j] = lm_ngram_end(m, j, 0);
    LM_TRY(lm_out_printf(out, e, "\n\\%d-grams:\n", k));
    for (uint64_t i = 0; i < m->slots[k]; i++) {
        if (lm_ngram_word(m, k, i) == LM_NO_WORD) continue;
        path[k] = i;
        for (int j = k - 1; j >= 1; j--)
            while (end[j] <= path[j + 1] && path[j] + 1 < m->slots[j])
                end[j] = lm_ngram_end(m, j, ++path[j]);
        const lm_ngram_entry entry = lm_ngram_at(m, k, i);
        const bool is_bos = k == 1 && lm_ngram_word(m, 1, i) == m->lang.vocab->bos;
        LM_TRY(write_log(is_bos ? 1 : (double)entry.prob, out, e));
        for (int j = 1; j <= k; j++) {
            const uint32_t rank = j == 1 ? (uint32_t)path[1] : lm_ngram_word(m, j, path[j]);
            LM_TRY(write_word(words, lm_ngram_word(m, 1, rank < m->count[1] ? rank : 0),
                              j == 1 ? '\t' : ' ', out, e));
        }
        if (k < m->lang.order) {
            LM_TRY(lm_out_text(out, "\t", e));
            LM_TRY(write_log((double)entry.bow, out, e));
        }
        LM_TRY(lm_out_text(out, "\n", e));
    }
    return LM_OK;
}

static lm_status write_sections(const lm_ngram *m, const spellings *words, lm_out *out, lm_err *e)
{
    LM_TRY(lm_out_text(out, "\\data\\\n", e));
    for (int k = 1; k <= m->lang.order; k++)
        LM_TRY(lm_out_printf(out, e, "ngram %d=%llu\n", k, (unsigned long long)m->count[k]));
    for (int k = 1; k <= m->lang.order; k++) LM_TRY(write_section(m, k, words, out, e));
    return lm_out_text(out, "\n\\end\\\n", e);
}

lm_status lm_arpa_write(const lm_ngram *m, lm_out *out, lm_err *e)
{
    spellings words = {0};
    LM_TRY(check_writable(m, e));
    lm_status s = spell_words(m, &words, e);
    if (!s) s = write_sections(m, &words, out, e);
    lm_str_free(&words.text);
    lm_free(words.start);
    return s;
}
