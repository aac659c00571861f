/* tok_pieces.c - a vocabulary of another program, as it is read. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "lm/memory.h"
#include "tok_private.h"

lm_status lm_tok_fail(const char *name, bool lines, uint64_t place, lm_err *e, const char *format,
                      ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return lm_fail(e, LM_EFORMAT, "%s:%s%llu: %s", name, lines ? "" : " byte ",
                   (unsigned long long)place, what);
}

bool lm_tok_line(lm_slice *rest, lm_slice *line)
{
    if (rest->length == 0) return false;
    const char *end = memchr(rest->text, '\n', rest->length);
    const size_t length = end ? (size_t)(end - rest->text) : rest->length;
    const bool cr = end && length && rest->text[length - 1] == '\r';
    *line = (lm_slice){rest->text, length - cr};
    rest->text += length + (end != NULL);
    rest->length -= length + (end != NULL);
    return true;
}

lm_status lm_tok_pieces_new(lm_tok_pieces *p, const char *name, bool lines, lm_err *e)
{
    *p = (lm_tok_pieces){.name = name, .lines = lines};
    return lm_vocab_new(&p->spellings, e);
}

void lm_tok_pieces_free(lm_tok_pieces *p)
{
    lm_vocab_free(p->spellings);
    lm_free(p->id);
    lm_free(p->place);
    lm_free(p->flags);
    *p = (lm_tok_pieces){0};
}

lm_status lm_tok_pieces_add(lm_tok_pieces *p, lm_slice spelling, uint64_t id, uint64_t place,
                            lm_err *e)
{
    const uint32_t size = p->spellings->size;
    const size_t need = (size_t)size + 1;
    uint32_t at;
    if (id >= LM_NO_WORD)
        return lm_tok_fail(p->name, p->lines, place, e, "the id is too large: %llu",
                           (unsigned long long)id);
    LM_TRY(lm_reserve(&p->id, &p->ids, need, sizeof *p->id, e));
    LM_TRY(lm_reserve(&p->place, &p->places, need, sizeof *p->place, e));
    LM_TRY(lm_reserve(&p->flags, &p->flagged, need, sizeof *p->flags, e));
    LM_TRY(lm_vocab_add(p->spellings, spelling, &at, e));
    if (at < size) return lm_tok_fail(p->name, p->lines, place, e, "a piece that came before");
    p->id[at] = (uint32_t)id;
    p->place[at] = place;
    p->flags[at] = 0;
    return LM_OK;
}

static lm_status add_members(lm_tok_pieces *p, lm_json *j, lm_str *spelling, lm_err *e)
{
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        lm_slice key;
        uint64_t id;
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) return LM_OK;
        spelling->length = 0;
        LM_TRY(lm_json_decode(key, spelling, e));
        LM_TRY(lm_json_u64(j, &id, e));
        LM_TRY(lm_tok_pieces_add(p, (lm_slice){spelling->text, spelling->length}, id,
                                 j->offset + (uint64_t)(key.text - j->start), e));
    }
}

lm_status lm_tok_pieces_json(lm_tok_pieces *p, lm_json *j, lm_err *e)
{
    lm_str spelling = {0};
    const lm_status s = add_members(p, j, &spelling, e);
    lm_str_free(&spelling);
    return s;
}

lm_status lm_tok_pieces_order(const lm_tok_pieces *p, uint32_t **order, lm_err *e)
{
    const uint32_t size = p->spellings->size;
    uint32_t *at = *order = lm_new(size, sizeof *at, e);
    if (!at) return e->status;
    for (uint32_t i = 0; i < size; i++) at[i] = LM_NO_WORD;
    for (uint32_t i = 0; i < size; i++) {
        const uint32_t id = p->id[i];
        if (id >= size)
            return lm_tok_fail(p->name, p->lines, p->place[i], e,
                               "id %u, but with %u pieces ids are 0 to %u, each once", id, size,
                               size - 1);
        if (at[id] != LM_NO_WORD)
            return lm_tok_fail(p->name, p->lines, p->place[i], e, "id %u came before", id);
        at[id] = i;
    }
    return LM_OK;
}

unsigned char *lm_tok_specials(const lm_tokenizer *t, lm_err *e)
{
    unsigned char *special = lm_new(t->vocab->size, 1, e);
    for (size_t i = 0; special && i < t->specials; i++)
        if (t->special[i] < t->vocab->size) special[t->special[i]] = 1;
    return special;
}
