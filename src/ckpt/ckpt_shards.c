/* ckpt_shards.c - a checkpoint in several files, with an index that tells what is where:
 *
 * {"metadata": {...}, "weight_map": {"NAME": "model-00001-of-00002.safetensors", ...}} */
#include "lm/ckpt_shards.h"
#include <string.h>
#include "ckpt_internal.h"
#include "lm/sort.h"

#define SUFFIX ".safetensors"

/* A tensor, and the file that it is in. */
typedef struct {
    const char *tensor, *file;
} place;

typedef struct {
    lm_ckpt *whole; /* whose arena holds the names */
    const char *spare;
    place *item;
    size_t count, capacity;
} places;

/* ---- the index ---- */

/* The index may come from anyone: it must not make us open what is not part of the model. */
static bool is_file_beside(const char *name)
{
    return lm_slice_ends(lm_slice_of(name), SUFFIX) && !strchr(name, '/');
}

static lm_status read_places(places *p, lm_json *j, lm_err *e)
{
    lm_slice name, file;
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        place new = {0};
        LM_TRY(lm_json_member(j, &more, &name, e));
        if (!more) return LM_OK;
        LM_TRY(lm_ckpt_copy_name(p->whole, j, name, &new.tensor, e));
        LM_TRY(lm_json_raw_string(j, &file, e));
        LM_TRY(lm_ckpt_copy_name(p->whole, j, file, &new.file, e));
        if (!is_file_beside(new.file))
            return lm_json_fail(
                j, e, "tensor '%s': '%s' is not the name of a " SUFFIX " file without a folder",
                new.tensor, new.file);
        LM_TRY(lm_reserve(&p->item, &p->capacity, p->count + 1, sizeof new, e));
        p->item[p->count++] = new;
    }
}

static lm_status read_index(places *p, lm_err *e)
{
    const lm_ckpt *c = p->whole;
    lm_json j;
    lm_slice key;
    bool map = false;
    lm_json_open(&j, (lm_slice){c->length ? (const char *)c->bytes : "", c->length}, c->name, 0);
    LM_TRY(lm_json_object(&j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(&j, &more, &key, e));
        if (!more) break;
        if (!lm_json_is(key, "weight_map")) {
            LM_TRY(lm_json_skip(&j, NULL, e));
            continue;
        }
        if (map) return lm_json_fail(&j, e, "weight_map is repeated");
        map = true;
        LM_TRY(read_places(p, &j, e));
    }
    LM_TRY(lm_json_end(&j, e));
    return map ? LM_OK : lm_json_fail(&j, e, "weight_map is missing");
}

/* ---- the files ---- */

/* Those of a file together. */
static int compare_places(const void *context, const void *a, const void *b)
{
    (void)context;
    const place *x = a, *y = b;
    const int order = strcmp(x->file, y->file);
    return order ? order : strcmp(x->tensor, y->tensor);
}

/* The places from `first` on that are in the same file. */
static size_t count_same(const places *p, size_t first)
{
    size_t end = first + 1;
    while (end < p->count && strcmp(p->item[first].file, p->item[end].file) == 0) end++;
    return end - first;
}

static lm_status new_shards(const places *p, lm_err *e)
{
    lm_ckpt *c = p->whole;
    size_t files = 0;
    for (size_t i = 0; i < p->count; i += count_same(p, i)) files++;
    if (files > LM_CKPT_SHARDS_MAX)
        return lm_fail(e, LM_EFORMAT, "%s: the tensors are in %zu files, at most %d are allowed",
                       c->name, files, LM_CKPT_SHARDS_MAX);
    c->shard = lm_new(files, sizeof *c->shard, e);
    return c->shard ? LM_OK : e->status;
}

static lm_status open_shard(lm_ckpt *c, const place *first, lm_err *e)
{
    lm_str path = {0};
    const char *slash = strrchr(c->name, '/');
    const size_t folder = slash ? (size_t)(slash + 1 - c->name) : 0;
    lm_status s = lm_str_addf(&path, e, "%.*s%s", (int)folder, c->name, first->file);
    if (!s && !lm_is_regular(path.text))
        s = lm_fail(e, LM_EFORMAT, "%s: tensor '%s' is in %s, which is missing", c->name,
                    first->tensor, first->file);
    if (!s) s = lm_ckpt_open(&c->shard[c->shards], path.text, LM_CKPT_CHECK_ALL, e);
    if (!s) c->shards++;
    lm_str_free(&path);
    return s;
}

static lm_status view_shard(const places *p, const lm_ckpt *shard, size_t first, size_t count,
                            lm_err *e)
{
    lm_ckpt *c = p->whole;
    for (const place *at = p->item + first; count--; at++) {
        const lm_tensor *tensor = lm_ckpt_find(shard, at->tensor);
        if (!tensor && p->spare && strcmp(at->tensor, p->spare) == 0) continue;
        if (!tensor)
            return lm_fail(e, LM_EFORMAT, "%s: tensor '%s' is missing in %s", c->name, at->tensor,
                           at->file);
        LM_TRY(lm_reserve(&c->entries, &c->capacity, c->count + 1, sizeof *c->entries, e));
        c->entries[c->count++] = (lm_ckpt_entry){.tensor = *tensor};
    }
    return LM_OK;
}

/* A tensor of a file that the index does not tell of, or tells to be in another file. */
static lm_status check_shard(const lm_ckpt *c, const lm_ckpt *shard, lm_err *e)
{
    for (size_t i = 0; i < shard->count; i++) {
        const char *name = shard->entries[i].tensor.name;
        const lm_tensor *own = lm_ckpt_find(c, name);
        if (!own || own->name != name)
            return lm_fail(e, LM_EFORMAT, "%s: weight_map does not tell of tensor '%s' in %s",
                           c->name, name, shard->name);
    }
    return LM_OK;
}

static lm_status view_shards(places *p, lm_err *e)
{
    lm_ckpt *c = p->whole;
    LM_TRY(lm_sort(p->item, p->count, sizeof *p->item, compare_places, NULL, e));
    LM_TRY(new_shards(p, e));
    for (size_t i = 0, same; i < p->count; i += same) {
        same = count_same(p, i);
        LM_TRY(open_shard(c, &p->item[i], e));
        LM_TRY(view_shard(p, c->shard[c->shards - 1], i, same, e));
    }
    LM_TRY(lm_ckpt_index(c, e));
    for (size_t i = 0; i < c->shards; i++) LM_TRY(check_shard(c, c->shard[i], e));
    return LM_OK;
}

/* ---- opening ---- */

static lm_status open_all(places *p, const char *index, lm_err *e)
{
    lm_ckpt *c = p->whole;
    c->label = c->name = lm_arena_copy(&c->arena, index, strlen(index), e);
    if (!c->name) return e->status;
    LM_TRY(lm_map_open(&c->map, index, e));
    c->bytes = c->map.bytes;
    c->length = c->map.length;
    LM_TRY(read_index(p, e));
    return view_shards(p, e);
}

lm_status lm_ckpt_open_shards(lm_ckpt **ckpt, const char *index, const char *spare, lm_err *e)
{
    places p = {.spare = spare};
    *ckpt = NULL;
    p.whole = lm_new(1, sizeof *p.whole, e);
    if (!p.whole) return e->status;
    const lm_status s = open_all(&p, index, e);
    lm_free(p.item);
    if (s)
        lm_ckpt_close(p.whole);
    else
        *ckpt = p.whole;
    return s;
}
