/* ckpt_part.c - checkpoints within a checkpoint: part i is what is named "i.NAME". */
#include "ckpt_internal.h"
#include <string.h>

/* NAME if `name` is "i.NAME" with the prefix "i.", else NULL. */
static const char *name_in_part(const char *name, const lm_str *prefix)
{
    if (strncmp(name, prefix->text, prefix->length) != 0) return NULL;
    return name[prefix->length] ? name + prefix->length : NULL;
}

/* ---- reading ---- */

static lm_status name_part(lm_ckpt *part, const lm_ckpt *whole, size_t i, lm_err *e)
{
    lm_str name = {0};
    lm_status s = lm_str_addf(&name, e, whole->depth ? "%s.%zu" : "%s: part %zu", whole->name, i);
    if (!s && !(part->name = lm_arena_copy(&part->arena, name.text, name.length, e))) s = e->status;
    part->label = part->name;
    lm_str_free(&name);
    return s;
}

static lm_status view_tensors(lm_ckpt *part, const lm_ckpt *whole, const lm_str *prefix, lm_err *e)
{
    for (size_t k = 0; k < whole->count; k++) {
        lm_ckpt_entry entry = whole->entries[k];
        entry.tensor.name = name_in_part(entry.tensor.name, prefix);
        if (!entry.tensor.name) continue;
        LM_TRY(lm_reserve(&part->entries, &part->capacity, part->count + 1, sizeof entry, e));
        part->entries[part->count++] = entry;
    }
    return LM_OK;
}

static lm_status view_metadata(lm_ckpt *part, const lm_ckpt *whole, const lm_str *prefix, lm_err *e)
{
    for (size_t k = 0; k < whole->pair_count; k++) {
        lm_ckpt_pair pair = whole->pairs[k];
        pair.key = name_in_part(pair.key, prefix);
        if (!pair.key) continue;
        LM_TRY(
            lm_reserve(&part->pairs, &part->pair_capacity, part->pair_count + 1, sizeof pair, e));
        part->pairs[part->pair_count++] = pair;
    }
    return LM_OK;
}

static lm_status view(lm_ckpt *part, const lm_ckpt *whole, size_t i, lm_err *e)
{
    lm_str prefix = {0};
    part->bytes = whole->bytes;
    part->length = whole->length;
    part->data_at = whole->data_at;
    part->depth = whole->depth + 1;
    LM_TRY(name_part(part, whole, i, e));
    if (part->depth > LM_CKPT_PARTS_DEEP)
        return lm_fail(e, LM_EFORMAT, "%s: more than %d parts deep", part->name,
                       LM_CKPT_PARTS_DEEP);
    lm_status s = lm_str_addf(&prefix, e, "%zu.", i);
    if (!s) s = view_tensors(part, whole, &prefix, e);
    if (!s) s = view_metadata(part, whole, &prefix, e);
    lm_str_free(&prefix);
    if (!s) s = lm_ckpt_index(part, e);
    return s ? s : lm_ckpt_check_version(part, e);
}

lm_status lm_ckpt_part(lm_ckpt **part, const lm_ckpt *ckpt, size_t i, lm_err *e)
{
    *part = NULL;
    lm_ckpt *p = lm_new(1, sizeof *p, e);
    if (!p) return e->status;
    const lm_status s = view(p, ckpt, i, e);
    if (s)
        lm_ckpt_close(p);
    else
        *part = p;
    return s;
}

/* ---- writing ---- */

static lm_status add_tensor(lm_ckpt_writer *writer, const lm_tensor *tensor, lm_str *name,
                            size_t prefix, lm_err *e)
{
    lm_tensor renamed = *tensor;
    name->length = prefix;
    LM_TRY(lm_str_addf(name, e, "%s", tensor->name));
    renamed.name = name->text;
    return lm_ckpt_add(writer, &renamed, e);
}

/* What the writer sets is the file's, not the part's: format and sums. */
static lm_status add_pair(lm_ckpt_writer *writer, const lm_ckpt_pair *pair, lm_str *name,
                          size_t prefix, lm_err *e)
{
    if (strcmp(pair->key, "format") == 0 || strcmp(pair->key, "lm.crc32c") == 0) return LM_OK;
    name->length = prefix;
    LM_TRY(lm_str_addf(name, e, "%s", pair->key));
    return lm_ckpt_set_meta(writer, name->text, lm_slice_of(pair->value), e);
}

lm_status lm_ckpt_add_part(lm_ckpt_writer *writer, size_t i, const lm_ckpt *part, lm_err *e)
{
    lm_str name = {0};
    lm_status s = lm_str_addf(&name, e, "%zu.", i);
    const size_t prefix = name.length;
    for (size_t k = 0; !s && k < part->count; k++)
        s = add_tensor(writer, &part->entries[k].tensor, &name, prefix, e);
    for (size_t k = 0; !s && k < part->pair_count; k++)
        s = add_pair(writer, &part->pairs[k], &name, prefix, e);
    lm_str_free(&name);
    return s;
}
