/* gguf.c - writes the container of models that llama.cpp reads. */
#include "lm/gguf.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "lm/half.h"
#include "lm/memory.h"

enum {
    VERSION = 3,
    ALIGN = 32,                   /* of the data section and each tensor in it, in bytes */
    NAME_MOST = 63,               /* bytes of a tensor's name */
    Q8_BYTES = 2 + LM_GGUF_BLOCK, /* of a block: its scale and numbers */
    STRIP = 16,                   /* rows made at once: of a transposed matrix, a cache line */
    U32 = 4,
    I32 = 5,
    F32 = 6,
    BOOL = 7,
    TEXT = 8,
    ARRAY = 9 /* types of settings */
};

struct lm_gguf {
    lm_str settings;
    uint64_t setting_count;
    uint64_t expected; /* values that are still to be added to the array */
    lm_gguf_tensor *tensors;
    size_t count, capacity;
};

lm_status lm_gguf_new(lm_gguf **g, lm_err *e)
{
    *g = lm_new(1, sizeof **g, e);
    return *g ? LM_OK : e->status;
}

void lm_gguf_free(lm_gguf *g)
{
    if (!g) return;
    lm_str_free(&g->settings);
    lm_free(g->tensors);
    lm_free(g);
}

/* ---- settings ---- */

/* Adds the `bytes` lowest bytes of a number, the lowest first. */
static lm_status add_number(lm_str *to, uint64_t value, int bytes, lm_err *e)
{
    char text[8];
    for (int i = 0; i < bytes; i++) text[i] = (char)(value >> 8 * i);
    return lm_str_add(to, text, (size_t)bytes, e);
}

static lm_status add_text(lm_str *to, lm_slice text, lm_err *e)
{
    LM_TRY(add_number(to, text.length, 8, e));
    return lm_str_add(to, text.text, text.length, e);
}

static lm_status add_float(lm_str *to, float value, lm_err *e)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return add_number(to, bits, 4, e);
}

static lm_status begin(lm_gguf *g, const char *key, uint32_t type, lm_err *e)
{
    assert(g->expected == 0);
    g->setting_count++;
    LM_TRY(add_text(&g->settings, lm_slice_of(key), e));
    return add_number(&g->settings, type, 4, e);
}

lm_status lm_gguf_set_u32(lm_gguf *g, const char *key, uint32_t value, lm_err *e)
{
    LM_TRY(begin(g, key, U32, e));
    return add_number(&g->settings, value, 4, e);
}

lm_status lm_gguf_set_f32(lm_gguf *g, const char *key, float value, lm_err *e)
{
    LM_TRY(begin(g, key, F32, e));
    return add_float(&g->settings, value, e);
}

lm_status lm_gguf_set_bool(lm_gguf *g, const char *key, bool value, lm_err *e)
{
    LM_TRY(begin(g, key, BOOL, e));
    return add_number(&g->settings, value, 1, e);
}

lm_status lm_gguf_set_text(lm_gguf *g, const char *key, lm_slice value, lm_err *e)
{
    LM_TRY(begin(g, key, TEXT, e));
    return add_text(&g->settings, value, e);
}

static lm_status begin_array(lm_gguf *g, const char *key, uint32_t type, uint64_t count, lm_err *e)
{
    LM_TRY(begin(g, key, ARRAY, e));
    g->expected = count;
    LM_TRY(add_number(&g->settings, type, 4, e));
    return add_number(&g->settings, count, 8, e);
}

lm_status lm_gguf_set_texts(lm_gguf *g, const char *key, uint64_t count, lm_err *e)
{
    return begin_array(g, key, TEXT, count, e);
}

lm_status lm_gguf_set_numbers(lm_gguf *g, const char *key, uint64_t count, lm_err *e)
{
    return begin_array(g, key, I32, count, e);
}

lm_status lm_gguf_add_text(lm_gguf *g, lm_slice value, lm_err *e)
{
    assert(g->expected > 0);
    g->expected--;
    return add_text(&g->settings, value, e);
}

lm_status lm_gguf_add_number(lm_gguf *g, int32_t value, lm_err *e)
{
    assert(g->expected > 0);
    g->expected--;
    return add_number(&g->settings, (uint32_t)value, 4, e);
}

/* ---- tensors ---- */

static uint64_t padding(uint64_t bytes)
{
    return (ALIGN - bytes % ALIGN) % ALIGN;
}

static uint64_t row_bytes(const lm_gguf_tensor *t)
{
    return t->type == LM_GGUF_F32   ? 4 * t->columns
           : t->type == LM_GGUF_F16 ? 2 * t->columns
                                    : t->columns / LM_GGUF_BLOCK * Q8_BYTES;
}

lm_status lm_gguf_add_tensor(lm_gguf *g, const lm_gguf_tensor *t, lm_err *e)
{
    assert(strlen(t->name) <= NAME_MOST && (t->dims == 2 || (t->dims == 1 && t->rows == 1)));
    assert(t->type != LM_GGUF_Q8_0 || t->columns % LM_GGUF_BLOCK == 0);
    LM_TRY(lm_reserve(&g->tensors, &g->capacity, g->count + 1, sizeof *t, e));
    g->tensors[g->count++] = *t;
    return LM_OK;
}

static lm_status add_tensor(lm_str *header, const lm_gguf_tensor *t, uint64_t *at, lm_err *e)
{
    LM_TRY(add_text(header, lm_slice_of(t->name), e));
    LM_TRY(add_number(header, (uint64_t)t->dims, 4, e));
    LM_TRY(add_number(header, t->columns, 8, e));
    if (t->dims == 2) LM_TRY(add_number(header, t->rows, 8, e));
    LM_TRY(add_number(header, t->type, 4, e));
    LM_TRY(add_number(header, *at, 8, e));
    const uint64_t bytes = t->rows * row_bytes(t);
    *at += bytes + padding(bytes);
    return LM_OK;
}

/* ---- numbers ---- */

static lm_status put_f16(const lm_gguf_tensor *t, unsigned char *to, float value, lm_err *e)
{
    const uint16_t half = lm_half_to_f16(value);
    to[0] = (unsigned char)half;
    to[1] = (unsigned char)(half >> 8);
    if ((half & 0x7c00) != 0x7c00) return LM_OK;
    return lm_fail(e, LM_EUSAGE,
                   "tensor '%s': %g is beyond the largest f16, 65504: it has no "
                   "form of this type",
                   t->name, (double)value);
}

static lm_status put_block(const lm_gguf_tensor *t, unsigned char *to, const float *x, lm_err *e)
{
    float most = 0;
    for (int i = 0; i < LM_GGUF_BLOCK; i++) most = fmaxf(most, fabsf(x[i]));
    const float scale = most / 127;
    /* Of a denormal scale the inverse may be infinite; such a block is as good as zero. */
    const float inverse = scale > 0 && isfinite(1 / scale) ? 1 / scale : 0;
    for (int i = 0; i < LM_GGUF_BLOCK; i++) to[2 + i] = (unsigned char)(int)roundf(x[i] * inverse);
    return put_f16(t, to, scale, e);
}

/* One row of x (columns). */
static lm_status put_row(const lm_gguf_tensor *t, unsigned char *to, const float *x, lm_err *e)
{
    if (t->type == LM_GGUF_F32) {
        memcpy(to, x, (size_t)t->columns * sizeof *x);
    } else if (t->type == LM_GGUF_F16) {
        for (size_t i = 0; i < t->columns; i++) LM_TRY(put_f16(t, to + 2 * i, x[i], e));
    } else {
        for (size_t i = 0; i < t->columns / LM_GGUF_BLOCK; i++)
            LM_TRY(put_block(t, to + i * Q8_BYTES, x + i * LM_GGUF_BLOCK, e));
    }
    return LM_OK;
}

/* x (rows, columns): the rows of a tensor from row `first` on. */
static void gather(const lm_gguf_tensor *t, size_t first, size_t rows, float *x)
{
    const size_t columns = (size_t)t->columns, all = (size_t)t->rows;
    if (t->transposed) {
        for (size_t c = 0; c < columns; c++)
            for (size_t r = 0; r < rows; r++)
                x[r * columns + c] = (float)t->data[c * all + first + r];
    } else {
        const lm_real *from = t->data + first * columns;
        for (size_t i = 0; i < rows * columns; i++) x[i] = (float)from[i];
    }
}

/* `row`, `x`: room for the bytes of one row, and for STRIP rows. */
static lm_status write_rows(const lm_gguf_tensor *t, float *x, unsigned char *row, lm_out *out,
                            lm_err *e)
{
    static const char zeros[ALIGN];
    const size_t bytes = (size_t)row_bytes(t);
    for (size_t first = 0; first < t->rows; first += STRIP) {
        const size_t rows = t->rows - first < STRIP ? (size_t)t->rows - first : STRIP;
        gather(t, first, rows, x);
        for (size_t r = 0; r < rows; r++) {
            LM_TRY(put_row(t, row, x + r * t->columns, e));
            LM_TRY(lm_out_write(out, row, bytes, e));
        }
    }
    return lm_out_write(out, zeros, (size_t)padding(t->rows * bytes), e);
}

static lm_status write_tensor(const lm_gguf_tensor *t, lm_out *out, lm_err *e)
{
    float *x = lm_new((size_t)t->columns * STRIP, sizeof *x, e);
    unsigned char *row = x ? lm_new((size_t)row_bytes(t), 1, e) : NULL;
    const lm_status s = row ? write_rows(t, x, row, out, e) : e->status;
    lm_free(row);
    lm_free(x);
    return s;
}

/* ---- the file ---- */

static lm_status make_header(const lm_gguf *g, lm_str *header, lm_err *e)
{
    static const char zeros[ALIGN];
    uint64_t at = 0;
    LM_TRY(lm_str_addf(header, e, "GGUF"));
    LM_TRY(add_number(header, VERSION, 4, e));
    LM_TRY(add_number(header, g->count, 8, e));
    LM_TRY(add_number(header, g->setting_count, 8, e));
    if (g->settings.text) LM_TRY(lm_str_add(header, g->settings.text, g->settings.length, e));
    for (size_t i = 0; i < g->count; i++) LM_TRY(add_tensor(header, &g->tensors[i], &at, e));
    return lm_str_add(header, zeros, (size_t)padding(header->length), e);
}

lm_status lm_gguf_write(const lm_gguf *g, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_str header = {0};
    assert(g->expected == 0);
    lm_status s = make_header(g, &header, e);
    if (!s) s = lm_out_write(out, header.text, header.length, e);
    for (size_t i = 0; !s && i < g->count; i++) {
        s = write_tensor(&g->tensors[i], out, e);
        lm_progress(run, "writing", (double)i, (double)g->count, "tensors");
    }
    lm_progress(run, NULL, 0, 0, NULL);
    lm_str_free(&header);
    return s;
}
