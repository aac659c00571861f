/* ckpt.c - reads checkpoints: safetensors with checksums.  Nothing in the file is trusted. */
#include "ckpt_internal.h"
#include <inttypes.h>
#include <string.h>
#include "lm/crc.h"
#include "lm/json.h"
#include "lm/os.h"
#include "lm/program.h"
#include "lm/sort.h"
#include "lm/utf8.h"

static const uint64_t small_tensor = (uint64_t)64 << 20; /* LM_CKPT_CHECK_SMALL, in bytes */

/* ---- element types ---- */

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [LM_F64] = {"F64", 8},  [LM_I64] = {"I64", 8}, [LM_U64] = {"U64", 8}, [LM_F32] = {"F32", 4},
    [LM_I32] = {"I32", 4},  [LM_U32] = {"U32", 4}, [LM_F16] = {"F16", 2}, [LM_BF16] = {"BF16", 2},
    [LM_I16] = {"I16", 2},  [LM_U16] = {"U16", 2}, [LM_I8] = {"I8", 1},   [LM_U8] = {"U8", 1},
    [LM_BOOL] = {"BOOL", 1}};

enum { DTYPES = sizeof dtypes / sizeof *dtypes };

const char *lm_dtype_name(lm_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t lm_dtype_size(lm_dtype dtype)
{
    return dtypes[dtype].size;
}

/* ---- rules that the reader and the writer share ---- */

bool lm_ckpt_name_ok(lm_slice text)
{
    for (size_t at = 0; at < text.length;) {
        const unsigned char byte = (unsigned char)text.text[at];
        const int length = lm_utf8_length(text.text + at, text.length - at);
        if (length < 1 || byte < ' ' || byte == 0x7f) return false;
        at += (size_t)length;
    }
    return text.length > 0 && !lm_slice_is(text, "__metadata__");
}

bool lm_ckpt_size(const lm_tensor *tensor, uint64_t *bytes)
{
    *bytes = lm_dtype_size(tensor->dtype);
    for (int i = 0; i < tensor->dims; i++)
        if (!lm_mul_u64(*bytes, tensor->shape[i], bytes)) return false;
    return true;
}

/* ---- the header's place ---- */

bool lm_ckpt_begins(const void *bytes, size_t length)
{
    const unsigned char *p = bytes;
    uint64_t header = 0;
    if (length < LM_CKPT_BEGINNING || p[8] != '{') return false;
    for (int i = 7; i >= 0; i--) header = header << 8 | p[i];
    return header >= 2 && header <= LM_CKPT_HEADER_MAX;
}

static lm_status find_header(lm_ckpt *c, lm_slice *header, lm_err *e)
{
    uint64_t length = 0;
    if (c->length < LM_CKPT_LENGTH_BYTES)
        return lm_fail(e, LM_EFORMAT, "%s: expected its length in 8 bytes, the file has %zu",
                       c->label, c->length);
    for (int i = LM_CKPT_LENGTH_BYTES - 1; i >= 0; i--) length = length << 8 | c->bytes[i];
    if (length > LM_CKPT_HEADER_MAX)
        return lm_fail(e, LM_EFORMAT,
                       "%s: %" PRIu64 " bytes long, at most %d are allowed; is it a checkpoint?",
                       c->label, length, LM_CKPT_HEADER_MAX);
    if (length > c->length - LM_CKPT_LENGTH_BYTES)
        return lm_fail(e, LM_EFORMAT, "%s: ends at byte %" PRIu64 ", the file at byte %zu",
                       c->label, length + LM_CKPT_LENGTH_BYTES, c->length);
    c->data_at = LM_CKPT_LENGTH_BYTES + (size_t)length;
    *header = (lm_slice){(const char *)c->bytes + LM_CKPT_LENGTH_BYTES, (size_t)length};
    return LM_OK;
}

static lm_status check_utf8(const lm_ckpt *c, lm_slice header, lm_err *e)
{
    for (size_t at = 0; at < header.length;) {
        const int length = lm_utf8_length(header.text + at, header.length - at);
        if (length < 1)
            return lm_fail(e, LM_EFORMAT, "%s: byte %zu: not UTF-8", c->label,
                           LM_CKPT_LENGTH_BYTES + at);
        at += (size_t)length;
    }
    return LM_OK;
}

/* ---- the header's JSON: {"__metadata__": {...}, "name": {tensor}, ...} ---- */

/* A copy of a raw JSON string, decoded; NULs are refused, since texts end at them. */
static lm_status copy_text(lm_ckpt *c, const lm_json *j, lm_slice raw, const char **text,
                           size_t *length, lm_err *e)
{
    lm_str decoded = {0};
    lm_status s = lm_json_decode(raw, &decoded, e);
    if (!s && memchr(decoded.text, '\0', decoded.length))
        s = lm_json_fail(j, e, "a NUL in '%.*s'", (int)raw.length, raw.text);
    if (!s && !(*text = lm_arena_copy(&c->arena, decoded.text, decoded.length, e))) s = e->status;
    if (!s) *length = decoded.length;
    lm_str_free(&decoded);
    return s;
}

lm_status lm_ckpt_copy_name(lm_ckpt *c, const lm_json *j, lm_slice raw, const char **name,
                            lm_err *e)
{
    size_t length = 0;
    LM_TRY(copy_text(c, j, raw, name, &length, e));
    if (lm_ckpt_name_ok((lm_slice){*name, length})) return LM_OK;
    return lm_json_fail(j, e, "'%.*s' is not a name", (int)raw.length, raw.text);
}

static lm_status parse_metadata(lm_ckpt *c, lm_json *j, lm_err *e)
{
    lm_slice raw_key, raw;
    size_t length;
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        lm_ckpt_pair pair = {0};
        LM_TRY(lm_json_member(j, &more, &raw_key, e));
        if (!more) return LM_OK;
        LM_TRY(lm_ckpt_copy_name(c, j, raw_key, &pair.key, e));
        LM_TRY(lm_json_raw_string(j, &raw, e));
        LM_TRY(copy_text(c, j, raw, &pair.value, &length, e));
        if (strncmp(pair.key, "lm.", 3) == 0) c->ours = true;
        if (strcmp(pair.key, "lm.crc32c") == 0) c->sums = raw;
        LM_TRY(lm_reserve(&c->pairs, &c->pair_capacity, c->pair_count + 1, sizeof pair, e));
        c->pairs[c->pair_count++] = pair;
    }
}

static lm_status parse_dtype(lm_json *j, lm_dtype *dtype, lm_err *e)
{
    lm_slice raw;
    LM_TRY(lm_json_raw_string(j, &raw, e));
    for (int i = 0; i < DTYPES; i++)
        if (lm_json_is(raw, dtypes[i].name)) {
            *dtype = (lm_dtype)i;
            return LM_OK;
        }
    return lm_json_fail(j, e, "unknown dtype '%.*s'", (int)raw.length, raw.text);
}

static lm_status parse_shape(lm_json *j, lm_tensor *tensor, lm_err *e)
{
    LM_TRY(lm_json_array(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        if (tensor->dims == LM_DIMS_MAX)
            return lm_json_fail(j, e, "more than %d dimensions", LM_DIMS_MAX);
        LM_TRY(lm_json_u64(j, &tensor->shape[tensor->dims++], e));
    }
}

static lm_status parse_offsets(lm_json *j, lm_ckpt_entry *entry, lm_err *e)
{
    bool begin, end, more = true;
    LM_TRY(lm_json_array(j, e));
    LM_TRY(lm_json_element(j, &begin, e));
    if (begin) LM_TRY(lm_json_u64(j, &entry->begin, e));
    if (begin) LM_TRY(lm_json_element(j, &end, e));
    if (begin && end) LM_TRY(lm_json_u64(j, &entry->end, e));
    if (begin && end) LM_TRY(lm_json_element(j, &more, e));
    return more ? lm_json_fail(j, e, "data_offsets: expected two numbers") : LM_OK;
}

enum { DTYPE = 1, SHAPE = 2, OFFSETS = 4 };

static lm_status parse_field(lm_json *j, lm_slice key, lm_ckpt_entry *entry, unsigned *seen,
                             lm_err *e)
{
    const unsigned field = lm_json_is(key, "dtype")          ? DTYPE
                           : lm_json_is(key, "shape")        ? SHAPE
                           : lm_json_is(key, "data_offsets") ? OFFSETS
                                                             : 0;
    if (!field || (*seen & field))
        return lm_json_fail(j, e, "key '%.*s' is %s", (int)key.length, key.text,
                            field ? "repeated" : "unknown");
    *seen |= field;
    if (field == DTYPE) return parse_dtype(j, &entry->tensor.dtype, e);
    if (field == SHAPE) return parse_shape(j, &entry->tensor, e);
    return parse_offsets(j, entry, e);
}

static lm_status parse_fields(lm_json *j, lm_ckpt_entry *entry, lm_err *e)
{
    lm_slice key;
    unsigned seen = 0;
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) break;
        LM_TRY(parse_field(j, key, entry, &seen, e));
    }
    if (seen != (DTYPE | SHAPE | OFFSETS))
        return lm_json_fail(j, e, "expected dtype, shape and data_offsets");
    return LM_OK;
}

static lm_status parse_tensor(lm_ckpt *c, lm_json *j, lm_slice raw_name, lm_err *e)
{
    lm_ckpt_entry entry = {0};
    lm_tensor *tensor = &entry.tensor;
    LM_TRY(lm_ckpt_copy_name(c, j, raw_name, &tensor->name, e));
    LM_TRY(parse_fields(j, &entry, e));
    if (!lm_ckpt_size(tensor, &tensor->bytes))
        return lm_fail(e, LM_EFORMAT, "%s: tensor '%s': its shape is too large", c->name,
                       tensor->name);
    if (entry.begin > entry.end || entry.end - entry.begin != tensor->bytes)
        return lm_fail(e, LM_EFORMAT,
                       "%s: tensor '%s': dtype and shape take %" PRIu64
                       " bytes, data_offsets are %" PRIu64 " and %" PRIu64,
                       c->name, tensor->name, tensor->bytes, entry.begin, entry.end);
    LM_TRY(lm_reserve(&c->entries, &c->capacity, c->count + 1, sizeof entry, e));
    c->entries[c->count++] = entry;
    return LM_OK;
}

/* Other JSON white space after the header is not in the format: padding is spaces. */
static lm_status parse_padding(const lm_json *end, lm_err *e)
{
    lm_json j = *end;
    while (j.at < j.end && *j.at == ' ') j.at++;
    return j.at == j.end ? LM_OK : lm_json_fail(&j, e, "expected only spaces after the header");
}

static lm_status parse_header(lm_ckpt *c, lm_slice header, lm_err *e)
{
    lm_json j;
    lm_slice key;
    bool metadata = false;
    lm_json_open(&j, header, c->label, LM_CKPT_LENGTH_BYTES);
    if (header.length == 0 || header.text[0] != '{') return lm_json_fail(&j, e, "expected '{'");
    LM_TRY(lm_json_object(&j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(&j, &more, &key, e));
        if (!more) return parse_padding(&j, e);
        if (!lm_json_is(key, "__metadata__")) {
            LM_TRY(parse_tensor(c, &j, key, e));
            continue;
        }
        if (metadata) return lm_json_fail(&j, e, "__metadata__ is repeated");
        metadata = true;
        LM_TRY(parse_metadata(c, &j, e));
    }
}

/* ---- names ---- */

static int compare_pairs(const void *context, const void *a, const void *b)
{
    (void)context;
    const lm_ckpt_pair *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static lm_status index_keys(lm_ckpt *c, lm_err *e)
{
    c->by_key = lm_new(c->pair_count, sizeof *c->by_key, e);
    if (!c->by_key) return e->status;
    if (c->pair_count) memcpy(c->by_key, c->pairs, c->pair_count * sizeof *c->by_key);
    LM_TRY(lm_sort(c->by_key, c->pair_count, sizeof *c->by_key, compare_pairs, NULL, e));
    for (size_t i = 1; i < c->pair_count; i++)
        if (strcmp(c->by_key[i - 1].key, c->by_key[i].key) == 0)
            return lm_fail(e, LM_EFORMAT, "%s: metadata key '%s' is repeated", c->label,
                           c->by_key[i].key);
    return LM_OK;
}

static int compare_names(const void *context, const void *a, const void *b)
{
    (void)context;
    const lm_ckpt_entry *const *x = a, *const *y = b;
    return strcmp((*x)->tensor.name, (*y)->tensor.name);
}

static lm_status index_names(lm_ckpt *c, lm_err *e)
{
    c->by_name = lm_new(c->count, sizeof *c->by_name, e);
    if (!c->by_name) return e->status;
    for (size_t i = 0; i < c->count; i++) c->by_name[i] = &c->entries[i];
    LM_TRY(lm_sort(c->by_name, c->count, sizeof *c->by_name, compare_names, NULL, e));
    for (size_t i = 1; i < c->count; i++)
        if (compare_names(NULL, &c->by_name[i - 1], &c->by_name[i]) == 0)
            return lm_fail(e, LM_EFORMAT, "%s: tensor '%s' is repeated", c->label,
                           c->by_name[i]->tensor.name);
    return LM_OK;
}

lm_status lm_ckpt_index(lm_ckpt *c, lm_err *e)
{
    LM_TRY(index_keys(c, e));
    return index_names(c, e);
}

/* ---- the data section ---- */

/* By place; among those that begin together, the empty ones come first, in header order. */
static int compare_places(const void *context, const void *a, const void *b)
{
    (void)context;
    const lm_ckpt_entry *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* The tensors must tile the data section: no gap, no overlap, to the end of the file. */
static lm_status check_tiling(lm_ckpt *c, lm_err *e)
{
    const uint64_t section = c->length - c->data_at;
    uint64_t at = 0;
    LM_TRY(lm_sort(c->entries, c->count, sizeof *c->entries, compare_places, NULL, e));
    for (size_t i = 0; i < c->count; i++) {
        const lm_ckpt_entry *entry = &c->entries[i];
        if (entry->begin != at)
            return lm_fail(e, LM_EFORMAT,
                           "%s: tensor '%s': data begins at offset %" PRIu64 ", expected %" PRIu64,
                           c->name, entry->tensor.name, entry->begin, at);
        if (entry->end > section)
            return lm_fail(e, LM_EFORMAT,
                           "%s: tensor '%s': data ends at offset %" PRIu64 ", the file at %" PRIu64,
                           c->name, entry->tensor.name, entry->end, section);
        at = entry->end;
    }
    if (at == section) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: its tensors end at offset %" PRIu64 ", the file at %" PRIu64,
                   c->label, at, section);
}

/* Points each tensor at its data, or at a copy where the file has it unaligned. */
static lm_status place_data(lm_ckpt *c, lm_err *e)
{
    for (size_t i = 0; i < c->count; i++) {
        lm_tensor *tensor = &c->entries[i].tensor;
        const size_t bytes = (size_t)tensor->bytes; /* fits: it is within the file */
        tensor->data = c->bytes + c->data_at + c->entries[i].begin;
        if (bytes == 0 || (uintptr_t)tensor->data % lm_dtype_size(tensor->dtype) == 0) continue;
        void *copy = lm_arena_new(&c->arena, bytes, 1, e);
        if (!copy) return e->status;
        tensor->data = memcpy(copy, tensor->data, bytes);
    }
    return LM_OK;
}

/* ---- version and sums ---- */

lm_status lm_ckpt_check_version(const lm_ckpt *c, lm_err *e)
{
    const char *kind = lm_ckpt_meta(c, "lm.kind"), *text = lm_ckpt_meta(c, "lm.version");
    int64_t version = 0;
    if (!kind || !lm_ckpt_name_ok(lm_slice_of(kind)))
        return lm_fail(e, LM_EFORMAT, "%s: lm.kind is missing or not a name", c->label);
    if (!text || !lm_parse_int(lm_slice_of(text), &version) || version < 1)
        return lm_fail(e, LM_EFORMAT, "%s: lm.version is missing or not a number from 1", c->label);
    if (version > LM_CKPT_VERSION)
        return lm_fail(e, LM_EFORMAT, "%s: lm.version is %" PRId64 ", this program reads up to %d",
                       c->label, version, LM_CKPT_VERSION);
    return LM_OK;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static lm_status check_digits(const lm_ckpt *c, lm_err *e)
{
    const size_t expected = LM_CKPT_SUM_DIGITS * (c->count + 1);
    bool well_formed = c->sums.text && c->sums.length == expected;
    for (size_t i = 0; well_formed && i < expected; i++)
        well_formed = digit_value(c->sums.text[i]) >= 0;
    if (well_formed) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: lm.crc32c is not %zu hexadecimal digits", c->label,
                   expected);
}

/* The i-th sum that lm.crc32c states: the header's, then one per tensor. */
static uint32_t stated_sum(const lm_ckpt *c, size_t i)
{
    const char *digits = c->sums.text + LM_CKPT_SUM_DIGITS * i;
    uint32_t sum = 0;
    for (int k = 0; k < LM_CKPT_SUM_DIGITS; k++) sum = sum << 4 | (uint32_t)digit_value(digits[k]);
    return sum;
}

/* The header's sum is taken with all digits of lm.crc32c as '0'. */
static uint32_t header_sum(const lm_ckpt *c)
{
    static const char zeros[] = "00000000";
    const size_t digits_at = (size_t)(c->sums.text - (const char *)c->bytes);
    const size_t rest_at = digits_at + c->sums.length;
    uint32_t sum = lm_crc32c(0, c->bytes, digits_at);
    for (size_t i = 0; i < c->sums.length; i += LM_CKPT_SUM_DIGITS)
        sum = lm_crc32c(sum, zeros, LM_CKPT_SUM_DIGITS);
    return lm_crc32c(sum, c->bytes + rest_at, c->data_at - rest_at);
}

/* Pages of a file are given back as they are read: mapped, they count as memory. */
static uint32_t tensor_sum(const lm_ckpt *c, const lm_tensor *tensor)
{
    enum { PIECE = 1 << 20 };
    const unsigned char *data = tensor->data;
    const size_t bytes = (size_t)tensor->bytes;
    if (!c->map.mapped) return lm_crc32c(0, data, bytes);
    uint32_t sum = 0;
    for (size_t at = 0; at < bytes; at += PIECE) {
        const size_t piece = bytes - at < PIECE ? bytes - at : PIECE;
        sum = lm_crc32c(sum, data + at, piece);
        lm_os_release(data + at, piece);
    }
    return sum;
}

static lm_status check_sums(const lm_ckpt *c, uint64_t limit, lm_err *e)
{
    if (header_sum(c) != stated_sum(c, 0))
        return lm_fail(e, LM_EFORMAT, "%s: checksum mismatch (bytes 0 to %zu)", c->label,
                       c->data_at);
    for (size_t i = 0; i < c->count; i++) {
        const lm_ckpt_entry *entry = &c->entries[i];
        const lm_tensor *tensor = &entry->tensor;
        if (tensor->bytes > limit) continue;
        if (tensor_sum(c, tensor) != stated_sum(c, i + 1))
            return lm_fail(e, LM_EFORMAT,
                           "%s: tensor '%s': checksum mismatch (bytes %" PRIu64 " to %" PRIu64 ")",
                           c->name, tensor->name, c->data_at + entry->begin,
                           c->data_at + entry->end);
    }
    return LM_OK;
}

/* A file with any lm.* key must state its version and its sums. */
static lm_status check_ours(const lm_ckpt *c, int check, lm_err *e)
{
    if (!c->ours) return LM_OK;
    LM_TRY(lm_ckpt_check_version(c, e));
    LM_TRY(check_digits(c, e));
    if (check == LM_CKPT_CHECK_NONE) return LM_OK;
    const uint64_t limit = check == LM_CKPT_CHECK_ALL      ? UINT64_MAX
                           : check == LM_CKPT_CHECK_HEADER ? 0
                                                           : small_tensor;
    return check_sums(c, limit, e);
}

lm_status lm_ckpt_verify(const lm_ckpt *c, lm_err *e)
{
    return c->ours ? check_sums(c, UINT64_MAX, e) : LM_OK;
}

lm_status lm_ckpt_history(const lm_ckpt *c, lm_str *out, lm_err *e)
{
    LM_TRY(lm_history_input(out, c->length, lm_crc32c(0, c->bytes, c->length), e));
    for (size_t i = 0; i < c->shards; i++) LM_TRY(lm_ckpt_history(c->shard[i], out, e));
    return LM_OK;
}

/* ---- opening and closing ---- */

static lm_status parse_file(lm_ckpt *c, const char *name, int check, lm_err *e)
{
    lm_str label = {0};
    lm_slice header = {0};
    lm_status s = lm_str_addf(&label, e, "%s: header", name);
    if (!s && (!(c->name = lm_arena_copy(&c->arena, name, strlen(name), e)) ||
               !(c->label = lm_arena_copy(&c->arena, label.text, label.length, e))))
        s = e->status;
    lm_str_free(&label);
    LM_TRY(s);
    LM_TRY(find_header(c, &header, e));
    LM_TRY(check_utf8(c, header, e));
    LM_TRY(parse_header(c, header, e));
    LM_TRY(check_tiling(c, e));
    LM_TRY(lm_ckpt_index(c, e));
    LM_TRY(place_data(c, e));
    return check_ours(c, check, e);
}

lm_status lm_ckpt_parse(lm_ckpt **ckpt, const unsigned char *bytes, size_t length, const char *name,
                        int check, lm_err *e)
{
    *ckpt = NULL;
    lm_ckpt *c = lm_new(1, sizeof *c, e);
    if (!c) return e->status;
    c->bytes = bytes;
    c->length = length;
    const lm_status s = parse_file(c, name, check, e);
    if (s)
        lm_ckpt_close(c);
    else
        *ckpt = c;
    return s;
}

lm_status lm_ckpt_open(lm_ckpt **ckpt, const char *path, int check, lm_err *e)
{
    lm_map map;
    *ckpt = NULL;
    LM_TRY(lm_map_open(&map, path, e));
    /* What was read, not mapped, is in memory already: summing it costs no input. */
    if (!map.mapped) check = LM_CKPT_CHECK_ALL;
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    const lm_status s = lm_ckpt_parse(ckpt, map.bytes, map.length, name, check, e);
    if (s)
        lm_map_close(&map);
    else
        (*ckpt)->map = map;
    return s;
}

void lm_ckpt_close(lm_ckpt *ckpt)
{
    if (!ckpt) return;
    if (ckpt->map.bytes) lm_map_close(&ckpt->map);
    for (size_t i = 0; i < ckpt->shards; i++) lm_ckpt_close(ckpt->shard[i]);
    lm_free(ckpt->shard);
    lm_free(ckpt->entries);
    lm_free(ckpt->by_name);
    lm_free(ckpt->pairs);
    lm_free(ckpt->by_key);
    lm_arena_free(&ckpt->arena);
    lm_free(ckpt);
}

/* ---- what is in it ---- */

const char *lm_ckpt_path(const lm_ckpt *ckpt)
{
    return ckpt->name;
}

size_t lm_ckpt_count(const lm_ckpt *ckpt)
{
    return ckpt->count;
}

const lm_tensor *lm_ckpt_tensor(const lm_ckpt *ckpt, size_t i)
{
    return &ckpt->entries[i].tensor;
}

const lm_tensor *lm_ckpt_find(const lm_ckpt *ckpt, const char *name)
{
    size_t low = 0, high = ckpt->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const lm_tensor *tensor = &ckpt->by_name[middle]->tensor;
        const int order = strcmp(name, tensor->name);
        if (order == 0) return tensor;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *lm_ckpt_meta(const lm_ckpt *ckpt, const char *key)
{
    size_t low = 0, high = ckpt->pair_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(key, ckpt->by_key[middle].key);
        if (order == 0) return ckpt->by_key[middle].value;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *lm_ckpt_meta_at(const lm_ckpt *ckpt, size_t i, const char **key)
{
    *key = i < ckpt->pair_count ? ckpt->pairs[i].key : NULL;
    return *key ? ckpt->pairs[i].value : NULL;
}

const char *lm_ckpt_kind(const lm_ckpt *ckpt)
{
    const char *kind = lm_ckpt_meta(ckpt, "lm.kind");
    return kind ? kind : "";
}

static lm_status read_members(lm_json *j,
                              lm_status (*member)(void *context, lm_json *j, lm_slice key,
                                                  lm_err *e),
                              void *context, lm_err *e)
{
    lm_slice key;
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) return lm_json_end(j, e);
        LM_TRY(member(context, j, key, e));
    }
}

lm_status lm_ckpt_config(const lm_ckpt *ckpt,
                         lm_status (*member)(void *context, lm_json *j, lm_slice key, lm_err *e),
                         void *context, lm_err *e)
{
    lm_json j;
    lm_str name = {0};
    const char *config = lm_ckpt_meta(ckpt, "lm.config");
    if (!config) return lm_fail(e, LM_EFORMAT, "%s: lm.config is missing", ckpt->name);
    lm_status s = lm_str_addf(&name, e, "%s: lm.config", ckpt->name);
    if (!s) {
        lm_json_open(&j, lm_slice_of(config), name.text, 0);
        s = read_members(&j, member, context, e);
    }
    lm_str_free(&name);
    return s;
}

lm_status lm_ckpt_refuse_config(const lm_ckpt *ckpt, const lm_err *why, lm_err *e)
{
    return lm_fail(e, why->status == LM_EUSAGE ? LM_EFORMAT : why->status, "%s: lm.config: %s",
                   ckpt->name, why->message);
}

/* ---- tables ---- */

static bool is_table(const lm_tensor *tensor, lm_dtype dtype, uint64_t count)
{
    if (tensor->dtype != dtype || tensor->dims != 1 || tensor->shape[0] < count) return false;
    const uint64_t extra = (tensor->shape[0] - count) * lm_dtype_size(dtype);
    if (extra >= LM_CKPT_ALIGN) return false;
    const unsigned char *end = (const unsigned char *)tensor->data + tensor->bytes;
    for (uint64_t i = 1; i <= extra; i++)
        if (*(end - i)) return false;
    return true;
}

lm_status lm_ckpt_table(const lm_ckpt *ckpt, const char *name, lm_dtype dtype, uint64_t count,
                        const void **data, lm_err *e)
{
    const lm_tensor *tensor = lm_ckpt_find(ckpt, name);
    if (!tensor) return lm_fail(e, LM_EFORMAT, "%s: tensor '%s' is missing", ckpt->name, name);
    if (!is_table(tensor, dtype, count))
        return lm_fail(e, LM_EFORMAT,
                       "%s: tensor '%s': expected %" PRIu64 " x %s in one dimension and up to "
                       "63 bytes of zeros, found %" PRIu64 " bytes of %s in %d dimensions",
                       ckpt->name, name, count, lm_dtype_name(dtype), tensor->bytes,
                       lm_dtype_name(tensor->dtype), tensor->dims);
    *data = tensor->data;
    return LM_OK;
}
