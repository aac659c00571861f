/* decode.c - from ids to text. */
#include <string.h>
#include "lm/encode.h"
#include "tokenizer_internal.h"

static bool starts_with(lm_slice text, const char *prefix)
{
    const size_t n = strlen(prefix);
    return text.length >= n && memcmp(text.text, prefix, n) == 0;
}

/* Adds a piece that is joined to those before by a blank, or by nothing. */
static lm_status add_piece(lm_decoder *d, const lm_tokenizer *t, uint32_t id, lm_str *text,
                           lm_err *e)
{
    lm_slice piece = lm_vocab_word(t->vocab, id);
    const bool special = lm_tokenizer_is_special(t, id);
    bool blank = d->begun; /* between words */
    if (t->kind == LM_TOK_BPE && !special) blank = d->blank;
    if (t->kind == LM_TOK_WORDPIECE && !special && starts_with(piece, LM_WORD_INSIDE)) {
        blank = false;
        piece.text += strlen(LM_WORD_INSIDE);
        piece.length -= strlen(LM_WORD_INSIDE);
    }
    d->begun = d->blank = true;
    if (t->kind == LM_TOK_BPE && !special) {
        d->blank = lm_slice_ends(piece, LM_WORD_END);
        if (d->blank) piece.length -= strlen(LM_WORD_END);
    }
    if (blank) LM_TRY(lm_str_add(text, " ", 1, e));
    return lm_str_add(text, piece.text, piece.length, e);
}

lm_status lm_decode(lm_decoder *d, const lm_tokenizer *t, const uint32_t *ids, size_t count,
                    lm_str *text, lm_err *e)
{
    const bool joined =
        t->kind == LM_TOK_BPE || t->kind == LM_TOK_WORDPIECE || t->kind == LM_TOK_WORD;
    for (size_t i = 0; i < count; i++) {
        if (ids[i] >= t->vocab->size)
            return lm_fail(e, LM_EFORMAT, "token %u is outside the vocabulary of %u", ids[i],
                           t->vocab->size);
        const lm_slice piece = lm_vocab_word(t->vocab, ids[i]);
        LM_TRY(joined ? add_piece(d, t, ids[i], text, e)
                      : lm_str_add(text, piece.text, piece.length, e));
    }
    return LM_OK;
}
