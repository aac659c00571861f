/* alphabet.c - the characters of pieces, those that become tokens, and their ids. */
#include "alphabet.h"
#include "lm/memory.h"
#include "lm/sort.h"
#include "lm/utf8.h"

enum { BYTES_FROM = 0x110000 };

lm_status lm_alphabet_new(lm_alphabet *a, lm_err *e)
{
    a->count = lm_new(2 * LM_CHARACTERS, sizeof *a->count, e);
    a->id = lm_new(2 * LM_CHARACTERS, sizeof *a->id, e);
    if (a->count && a->id) return LM_OK;
    lm_alphabet_free(a);
    return e->status;
}

void lm_alphabet_free(lm_alphabet *a)
{
    lm_free(a->count);
    lm_free(a->id);
    *a = (lm_alphabet){0};
}

size_t lm_alphabet_read(const char *text, size_t n, uint32_t *character)
{
    const size_t length = lm_utf8_read(text, n, character);
    if (length == 1 && *character == LM_REPLACEMENT) *character = BYTES_FROM + (unsigned char)*text;
    return length;
}

size_t lm_alphabet_spell(uint32_t character, char out[4])
{
    if (character < BYTES_FROM) return lm_utf8_write(character, out);
    out[0] = (char)(character - BYTES_FROM);
    return 1;
}

/* By descending count; the sort leaves equal ones in the order of characters. */
static int compare(const void *context, const void *x, const void *y)
{
    const lm_keyed *a = x, *b = y;
    (void)context;
    return (a->key < b->key) - (a->key > b->key);
}

lm_status lm_alphabet_choose(lm_alphabet *a, uint64_t most, uint64_t min_count, lm_err *e)
{
    size_t count = 0, n = 0;
    for (size_t i = 0; i < 2 * LM_CHARACTERS; i++) {
        if (a->count[i] < min_count && a->count[i]) a->count[i] = 0;
        count += a->count[i] > 0;
    }
    if (count <= most) return LM_OK;
    lm_keyed *all = lm_resize(NULL, count, sizeof *all, e);
    if (!all) return e->status;
    for (size_t i = 0; i < 2 * LM_CHARACTERS; i++)
        if (a->count[i]) all[n++] = (lm_keyed){a->count[i], i};
    const lm_status s = lm_sort(all, count, sizeof *all, compare, NULL, e);
    for (size_t i = (size_t)most; !s && i < count; i++) a->count[all[i].value] = 0;
    lm_free(all);
    return s;
}
