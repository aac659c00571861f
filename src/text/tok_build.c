/* tok_build.c - a tokenizer of the pieces and merges that another program's files have. */
#include "lm/memory.h"
#include "tok_private.h"

void lm_tok_build_free(lm_tok_build *b)
{
    lm_str_free(&b->spelling);
    lm_free(b->merge);
    b->merge = NULL;
}

lm_status lm_tok_build_merge(lm_tok_build *b, lm_slice left, lm_slice right, uint64_t place,
                             lm_err *e)
{
    const lm_vocab *spellings = b->pieces->spellings;
    const uint32_t pair[2] = {lm_vocab_find(spellings, left), lm_vocab_find(spellings, right)};
    for (int k = 0; k < 2; k++)
        if (pair[k] == LM_NO_WORD)
            return lm_tok_fail(b->name, b->lines, place, e,
                               "the %s piece of the merge is not in the vocabulary",
                               k ? "second" : "first");
    b->spelling.length = 0;
    LM_TRY(lm_str_add(&b->spelling, left.text, left.length, e));
    LM_TRY(lm_str_add(&b->spelling, right.text, right.length, e));
    const uint32_t made =
        lm_vocab_find(spellings, (lm_slice){b->spelling.text, b->spelling.length});
    if (made == LM_NO_WORD)
        return lm_tok_fail(b->name, b->lines, place, e,
                           "what the merge makes is not in the vocabulary");
    b->pieces->flags[made] |= LM_TOK_MADE;
    LM_TRY(lm_reserve(&b->merge, &b->capacity, b->merges + 1, sizeof *b->merge, e));
    b->merge[b->merges][0] = pair[0];
    b->merge[b->merges++][1] = pair[1];
    return LM_OK;
}

/* Adds the piece that is number `at` in the file, whose id is the next one. */
static lm_status add_piece(lm_tok_build *b, lm_tokenizer *t, uint32_t at, lm_err *e)
{
    const lm_tok_pieces *p = b->pieces;
    lm_slice spelling = lm_vocab_word(p->spellings, at);
    const bool special = p->flags[at] & LM_TOK_SPECIAL;
    bool all = true;
    uint32_t id;
    if (spelling.length == 0)
        return lm_tok_fail(p->name, p->lines, p->place[at], e, "a piece without a letter");
    if (b->letters && !special) {
        b->spelling.length = 0;
        LM_TRY(lm_tok_add_bytes(&b->spelling, spelling, &all, e));
        spelling = (lm_slice){b->spelling.text, b->spelling.length};
    }
    if (!all)
        return lm_tok_fail(p->name, p->lines, p->place[at], e,
                           "a piece with characters that do not stand for bytes");
    const uint32_t size = t->vocab->size;
    LM_TRY(lm_vocab_add(t->vocab, spelling, &id, e));
    if (id < size)
        return lm_tok_fail(p->name, p->lines, p->place[at], e,
                           "a special token spelled as piece %u is", id);
    return special ? lm_tokenizer_add_special(t, id, e) : LM_OK;
}

static lm_status add_all(lm_tok_build *b, lm_tokenizer *t, const char *unknown, lm_err *e)
{
    const lm_tok_pieces *p = b->pieces;
    uint32_t *order = NULL;
    lm_status s = lm_tok_pieces_order(p, &order, e);
    for (uint32_t id = 0; !s && id < p->spellings->size; id++) s = add_piece(b, t, order[id], e);
    lm_free(order);
    for (size_t i = 0; !s && i < b->merges; i++)
        s = lm_tokenizer_add_merge(t, p->id[b->merge[i][0]], p->id[b->merge[i][1]], e);
    if (!s && unknown) {
        t->vocab->unk = lm_vocab_find(t->vocab, lm_slice_of(unknown));
        if (t->vocab->unk == LM_NO_WORD)
            return lm_fail(e, LM_EFORMAT, "%s: there is no token for the unknown, %s", p->name,
                           unknown);
    }
    return s;
}

static lm_status copy_pieces(lm_tokenizer *to, const lm_tokenizer *from, lm_err *e)
{
    uint32_t id;
    for (uint32_t i = 0; i < from->vocab->size; i++)
        LM_TRY(lm_vocab_add(to->vocab, lm_vocab_word(from->vocab, i), &id, e));
    for (size_t i = 0; i < from->specials; i++)
        LM_TRY(lm_tokenizer_add_special(to, from->special[i], e));
    return lm_tokenizer_settle(to, "a tokenizer of bytes", e);
}

lm_status lm_tok_of_bytes(lm_tokenizer **copy, const lm_tokenizer *bytes, lm_err *e)
{
    LM_TRY(lm_tokenizer_new(copy, LM_TOK_BYTE_BPE, e));
    const lm_status s = copy_pieces(*copy, bytes, e);
    if (!s) return LM_OK;
    lm_tokenizer_free(*copy);
    *copy = NULL;
    return s;
}

lm_status lm_tok_build_end(lm_tok_build *b, lm_tok_kind kind, const char *unknown, lm_tokenizer **t,
                           lm_err *e)
{
    LM_TRY(lm_tokenizer_new(t, kind, e));
    return add_all(b, *t, unknown, e);
}
