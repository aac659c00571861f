/* ckpt_write.c - writes checkpoints: the same contents give the same bytes. */
#include "ckpt_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "lm/crc.h"
#include "lm/json.h"
#include "lm/sort.h"
#include "lm/tables.h"
#include "lm/utf8.h"

/* A tensor to be written; of its bytes, the first `given` are at its data, then come zeros. */
typedef struct {
    lm_tensor tensor;
    uint64_t given;
} item;

struct lm_ckpt_writer {
    item *items;
    size_t count, capacity;
    lm_ckpt_pair *pairs;
    size_t pair_count, pair_capacity;
    lm_arena arena; /* names and metadata */
};

enum { PIECE = 1 << 20 }; /* bytes summed or written at once */

static const unsigned char zeros[LM_CKPT_ALIGN];

static uint64_t padding(uint64_t bytes)
{
    return (LM_CKPT_ALIGN - bytes % LM_CKPT_ALIGN) % LM_CKPT_ALIGN;
}

/* ---- metadata ---- */

static bool is_text(lm_slice text)
{
    for (size_t at = 0; at < text.length;) {
        const int length = lm_utf8_length(text.text + at, text.length - at);
        if (length < 1 || text.text[at] == '\0') return false;
        at += (size_t)length;
    }
    return true;
}

static lm_ckpt_pair *find_pair(const lm_ckpt_writer *w, const char *key)
{
    for (size_t i = 0; i < w->pair_count; i++)
        if (strcmp(w->pairs[i].key, key) == 0) return &w->pairs[i];
    return NULL;
}

static lm_status set_pair(lm_ckpt_writer *w, const char *key, lm_slice value, lm_err *e)
{
    if (!lm_ckpt_name_ok(lm_slice_of(key)))
        return lm_fail(e, LM_EFORMAT, "metadata key '%s': not a name", key);
    if (!is_text(value))
        return lm_fail(e, LM_EFORMAT, "metadata '%s': not UTF-8, or a NUL in it", key);
    const char *text = lm_arena_copy(&w->arena, value.text, value.length, e);
    if (!text) return e->status;
    lm_ckpt_pair *pair = find_pair(w, key);
    if (pair) {
        pair->value = text;
        return LM_OK;
    }
    const char *copy = lm_arena_copy(&w->arena, key, strlen(key), e);
    if (!copy) return e->status;
    LM_TRY(lm_reserve(&w->pairs, &w->pair_capacity, w->pair_count + 1, sizeof *w->pairs, e));
    w->pairs[w->pair_count++] = (lm_ckpt_pair){copy, text};
    return LM_OK;
}

lm_status lm_ckpt_set_meta(lm_ckpt_writer *writer, const char *key, lm_slice value, lm_err *e)
{
    static const char *const fixed[] = {"format", "lm.kind", "lm.version", "lm.crc32c"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(key, fixed[i]) == 0)
            return lm_fail(e, LM_EFORMAT, "metadata key '%s': set by the writer", key);
    return set_pair(writer, key, value, e);
}

lm_status lm_ckpt_write_meta(lm_ckpt_writer *writer, const char *key,
                             lm_status (*add)(const void *of, lm_str *out, lm_err *e),
                             const void *of, lm_err *e)
{
    lm_str text = {0};
    lm_status s = add(of, &text, e);
    if (!s) s = lm_ckpt_set_meta(writer, key, (lm_slice){text.text, text.length}, e);
    lm_str_free(&text);
    return s;
}

static lm_status set_fixed(lm_ckpt_writer *w, const char *kind, lm_err *e)
{
    char version[16];
    (void)snprintf(version, sizeof version, "%d", LM_CKPT_VERSION);
    if (!kind) return set_pair(w, "format", lm_slice_of("pt"), e);
    if (!lm_ckpt_name_ok(lm_slice_of(kind)))
        return lm_fail(e, LM_EFORMAT, "kind '%s': not a name", kind);
    LM_TRY(set_pair(w, "format", lm_slice_of("pt"), e));
    LM_TRY(set_pair(w, "lm.kind", lm_slice_of(kind), e));
    LM_TRY(set_pair(w, "lm.version", lm_slice_of(version), e));
    return set_pair(w, "lm.crc32c", lm_slice_of(""), e);
}

lm_status lm_ckpt_writer_new(lm_ckpt_writer **writer, const char *kind, lm_err *e)
{
    *writer = NULL;
    lm_ckpt_writer *w = lm_new(1, sizeof *w, e);
    if (!w) return e->status;
    const lm_status s = set_fixed(w, kind, e);
    if (s)
        lm_ckpt_writer_free(w);
    else
        *writer = w;
    return s;
}

void lm_ckpt_writer_free(lm_ckpt_writer *writer)
{
    if (!writer) return;
    lm_free(writer->items);
    lm_free(writer->pairs);
    lm_arena_free(&writer->arena);
    lm_free(writer);
}

/* ---- tensors ---- */

static lm_status check_name(const lm_ckpt_writer *w, const char *name, lm_err *e)
{
    if (!lm_ckpt_name_ok(lm_slice_of(name)))
        return lm_fail(e, LM_EFORMAT, "tensor '%s': not a name", name);
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->items[i].tensor.name, name) == 0)
            return lm_fail(e, LM_EFORMAT, "tensor '%s' is repeated", name);
    return LM_OK;
}

static lm_status add_item(lm_ckpt_writer *w, const lm_tensor *tensor, uint64_t given, lm_err *e)
{
    item new = {*tensor, given};
    LM_TRY(check_name(w, tensor->name, e));
    new.tensor.name = lm_arena_copy(&w->arena, tensor->name, strlen(tensor->name), e);
    if (!new.tensor.name) return e->status;
    LM_TRY(lm_reserve(&w->items, &w->capacity, w->count + 1, sizeof new, e));
    w->items[w->count++] = new;
    return LM_OK;
}

lm_status lm_ckpt_add(lm_ckpt_writer *writer, const lm_tensor *tensor, lm_err *e)
{
    lm_tensor sized = *tensor;
    if (tensor->dims < 0 || tensor->dims > LM_DIMS_MAX)
        return lm_fail(e, LM_EFORMAT, "tensor '%s': %d dimensions, at most %d are allowed",
                       tensor->name, tensor->dims, LM_DIMS_MAX);
    if (!lm_ckpt_size(tensor, &sized.bytes) || sized.bytes > SIZE_MAX)
        return lm_fail(e, LM_EFORMAT, "tensor '%s': its shape is too large", tensor->name);
    return add_item(writer, &sized, sized.bytes, e);
}

lm_status lm_ckpt_add_table(lm_ckpt_writer *writer, const char *name, lm_dtype dtype,
                            uint64_t count, const void *data, lm_err *e)
{
    lm_tensor table = {.name = name, .dtype = dtype, .dims = 1, .shape = {count}, .data = data};
    uint64_t given;
    if (!lm_ckpt_size(&table, &given) || !lm_add_u64(given, padding(given), &table.bytes) ||
        table.bytes > SIZE_MAX)
        return lm_fail(e, LM_EFORMAT, "tensor '%s': %" PRIu64 " elements are too many", name,
                       count);
    table.shape[0] = table.bytes / lm_dtype_size(dtype);
    return add_item(writer, &table, given, e);
}

/* ---- the header ---- */

static int compare_keys(const void *context, const void *a, const void *b)
{
    (void)context;
    const lm_ckpt_pair *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static int compare_items(const void *context, const void *a, const void *b)
{
    (void)context;
    const lm_tensor *x = &((const item *)a)->tensor, *y = &((const item *)b)->tensor;
    const size_t x_size = lm_dtype_size(x->dtype), y_size = lm_dtype_size(y->dtype);
    if (x_size != y_size) return x_size > y_size ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Adds __metadata__; *sums_at is the place of the value of lm.crc32c, all '0' for now, or stays. */
static lm_status add_metadata(const lm_ckpt_writer *w, lm_str *header, size_t *sums_at, lm_err *e)
{
    LM_TRY(lm_str_addf(header, e, "\"__metadata__\":{"));
    for (size_t i = 0; i < w->pair_count; i++) {
        const lm_ckpt_pair *pair = &w->pairs[i];
        if (i > 0) LM_TRY(lm_str_addf(header, e, ","));
        LM_TRY(lm_json_add_string(header, lm_slice_of(pair->key), e));
        LM_TRY(lm_str_addf(header, e, ":"));
        if (strcmp(pair->key, "lm.crc32c") != 0) {
            LM_TRY(lm_json_add_string(header, lm_slice_of(pair->value), e));
            continue;
        }
        LM_TRY(lm_str_addf(header, e, "\""));
        *sums_at = header->length;
        for (size_t k = 0; k <= w->count; k++) LM_TRY(lm_str_addf(header, e, "00000000"));
        LM_TRY(lm_str_addf(header, e, "\""));
    }
    return lm_str_addf(header, e, "}");
}

static lm_status add_tensor(lm_str *header, const lm_tensor *tensor, uint64_t *offset, lm_err *e)
{
    const uint64_t begin = *offset;
    if (!lm_add_u64(begin, tensor->bytes, offset))
        return lm_fail(e, LM_EFORMAT, "tensor '%s': the file grows too large", tensor->name);
    LM_TRY(lm_str_addf(header, e, ","));
    LM_TRY(lm_json_add_string(header, lm_slice_of(tensor->name), e));
    LM_TRY(lm_str_addf(header, e, ":{\"dtype\":\"%s\",\"shape\":[", lm_dtype_name(tensor->dtype)));
    for (int i = 0; i < tensor->dims; i++)
        LM_TRY(lm_str_addf(header, e, "%s%" PRIu64, i ? "," : "", tensor->shape[i]));
    return lm_str_addf(header, e, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", begin, *offset);
}

/* The whole header, its 8 length bytes included, sums still '0'. */
static lm_status make_header(const lm_ckpt_writer *w, lm_str *header, size_t *sums_at, lm_err *e)
{
    char length_bytes[LM_CKPT_LENGTH_BYTES] = {0};
    uint64_t offset = 0;
    LM_TRY(lm_str_add(header, length_bytes, sizeof length_bytes, e));
    LM_TRY(lm_str_addf(header, e, "{"));
    LM_TRY(add_metadata(w, header, sums_at, e));
    for (size_t i = 0; i < w->count; i++)
        LM_TRY(add_tensor(header, &w->items[i].tensor, &offset, e));
    LM_TRY(lm_str_addf(header, e, "}"));
    LM_TRY(lm_str_addf(header, e, "%*s", (int)padding(header->length), ""));
    const uint64_t length = header->length - sizeof length_bytes;
    if (length > LM_CKPT_HEADER_MAX)
        return lm_fail(e, LM_EFORMAT, "header: %" PRIu64 " bytes long, at most %d are allowed",
                       length, LM_CKPT_HEADER_MAX);
    for (int i = 0; i < LM_CKPT_LENGTH_BYTES; i++) header->text[i] = (char)(length >> 8 * i);
    return LM_OK;
}

/* ---- sums ---- */

static void put_sum(char *digits, uint32_t sum)
{
    for (int i = LM_CKPT_SUM_DIGITS - 1; i >= 0; i--, sum >>= 4)
        digits[i] = "0123456789abcdef"[sum & 15];
}

/* Pieces of a tensor: large ones may be mapped files, whose memory is given back in between. */
static size_t piece_at(const item *it, uint64_t at)
{
    return it->given - at < PIECE ? (size_t)(it->given - at) : PIECE;
}

static uint32_t item_sum(const item *it, const lm_run *run)
{
    const unsigned char *data = it->tensor.data;
    uint32_t sum = 0;
    for (uint64_t at = 0; at < it->given; at += PIECE) {
        sum = lm_crc32c(sum, data + at, piece_at(it, at));
        lm_breathe(run);
    }
    return lm_crc32c(sum, zeros, (size_t)(it->tensor.bytes - it->given));
}

static void put_sums(const lm_ckpt_writer *w, lm_str *header, size_t sums_at, const lm_run *run)
{
    if (sums_at == 0) return; /* there are none */
    const uint32_t header_sum = lm_crc32c(0, header->text, header->length);
    char *digits = header->text + sums_at;
    put_sum(digits, header_sum);
    for (size_t i = 0; i < w->count; i++)
        put_sum(digits + LM_CKPT_SUM_DIGITS * (i + 1), item_sum(&w->items[i], run));
}

/* ---- the file ---- */

static lm_status write_item(const item *it, lm_out *out, const lm_run *run, lm_err *e)
{
    const unsigned char *data = it->tensor.data;
    for (uint64_t at = 0; at < it->given; at += PIECE) {
        LM_TRY(lm_out_write(out, data + at, piece_at(it, at), e));
        lm_breathe(run);
    }
    return lm_out_write(out, zeros, (size_t)(it->tensor.bytes - it->given), e);
}

static lm_status write_file(lm_ckpt_writer *w, lm_str *header, lm_out *out, const lm_run *run,
                            lm_err *e)
{
    size_t sums_at = 0;
    LM_TRY(lm_sort(w->pairs, w->pair_count, sizeof *w->pairs, compare_keys, NULL, e));
    LM_TRY(lm_sort(w->items, w->count, sizeof *w->items, compare_items, NULL, e));
    LM_TRY(make_header(w, header, &sums_at, e));
    put_sums(w, header, sums_at, run);
    LM_TRY(lm_out_write(out, header->text, header->length, e));
    for (size_t i = 0; i < w->count; i++) LM_TRY(write_item(&w->items[i], out, run, e));
    return LM_OK;
}

lm_status lm_ckpt_write(lm_ckpt_writer *writer, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_str header = {0};
    const lm_status s = write_file(writer, &header, out, run, e);
    lm_str_free(&header);
    return s;
}
