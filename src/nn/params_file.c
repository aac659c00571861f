/* params_file.c - parameters as tensors of a checkpoint. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "lm/half.h"
#include "lm/params.h"
#include "lm/str.h"

lm_status lm_params_save(const lm_params *params, const lm_real *block, const char *prefix,
                         lm_ckpt_writer *writer, lm_err *e)
{
    lm_str name = {0};
    lm_status s = LM_OK;
    for (size_t i = 0; i < params->count && s == LM_OK; i++) {
        const lm_param *row = &params->item[i];
        lm_tensor tensor = {.dtype = LM_REAL_DTYPE,
                            .dims = row->dims,
                            .bytes = row->count * sizeof *block,
                            .data = block + row->at};
        memcpy(tensor.shape, row->shape, sizeof row->shape);
        name.length = 0;
        s = lm_str_addf(&name, e, "%s%s", prefix, row->name);
        tensor.name = name.text;
        if (s == LM_OK) s = lm_ckpt_add(writer, &tensor, e);
    }
    lm_str_free(&name);
    return s;
}

/* ---- reading ---- */

#define WIDEN(type, value)                                                                         \
    for (size_t i = 0; i < n; i++) {                                                               \
        const type read = ((const type *)tensor->data)[i];                                         \
        x[i] = (lm_real)(value);                                                                   \
    }

static bool is_real(lm_dtype dtype)
{
    return dtype == LM_F64 || dtype == LM_F32 || dtype == LM_F16 || dtype == LM_BF16;
}

static void convert(lm_real *x, const lm_tensor *tensor, size_t n)
{
    switch (tensor->dtype) {
    case LM_F64:
        WIDEN(double, read) break;
    case LM_F32:
        WIDEN(float, read) break;
    case LM_F16:
        WIDEN(uint16_t, lm_half_from_f16(read)) break;
    default:
        WIDEN(uint16_t, lm_half_from_bf16(read)) break;
    }
}

static bool same_shape(const lm_param *row, const lm_tensor *tensor)
{
    if (row->dims != tensor->dims) return false;
    for (int d = 0; d < row->dims; d++)
        if (row->shape[d] != tensor->shape[d]) return false;
    return true;
}

/* Adds "[2,3]". */
static lm_status add_shape(lm_str *s, int dims, const uint64_t *shape, lm_err *e)
{
    LM_TRY(lm_str_add(s, "[", 1, e));
    for (int d = 0; d < dims; d++) LM_TRY(lm_str_addf(s, e, "%s%" PRIu64, d ? "," : "", shape[d]));
    return lm_str_add(s, "]", 1, e);
}

static lm_status mismatch(const char *file, const lm_param *row, const lm_tensor *tensor, lm_err *e)
{
    lm_str found = {0}, expected = {0};
    lm_status s = add_shape(&found, tensor->dims, tensor->shape, e);
    if (s == LM_OK) s = add_shape(&expected, row->dims, row->shape, e);
    if (s == LM_OK)
        s = lm_fail(e, LM_EFORMAT,
                    "%s: tensor '%s': found %s %s, expected F32, F64, F16 or BF16 %s", file,
                    tensor->name, lm_dtype_name(tensor->dtype), found.text, expected.text);
    lm_str_free(&found);
    lm_str_free(&expected);
    return s;
}

static bool is_finite(const lm_real *x, size_t n)
{
    bool finite = true;
    for (size_t i = 0; i < n; i++) finite = finite && isfinite(x[i]);
    return finite;
}

/* The tensor of a parameter, found fit for it. */
static lm_status find(const lm_tensor **tensor, const lm_param *row, const char *prefix,
                      const lm_ckpt *ckpt, lm_err *e)
{
    lm_str name = {0};
    lm_status s = lm_str_addf(&name, e, "%s%s", prefix, row->name);
    if (s == LM_OK) *tensor = lm_ckpt_find(ckpt, name.text);
    if (s == LM_OK && !*tensor)
        s = lm_fail(e, LM_EFORMAT, "%s: tensor '%s' is missing", lm_ckpt_path(ckpt), name.text);
    if (s == LM_OK && (!same_shape(row, *tensor) || !is_real((*tensor)->dtype)))
        s = mismatch(lm_ckpt_path(ckpt), row, *tensor, e);
    lm_str_free(&name);
    return s;
}

lm_status lm_params_expect(const lm_params *params, const char *prefix, const lm_ckpt *ckpt,
                           lm_err *e)
{
    const lm_tensor *tensor;
    for (size_t i = 0; i < params->count; i++)
        LM_TRY(find(&tensor, &params->item[i], prefix, ckpt, e));
    return LM_OK;
}

lm_status lm_params_load(const lm_params *params, lm_real *block, const char *prefix,
                         const lm_ckpt *ckpt, lm_err *e)
{
    const lm_tensor *tensor;
    for (size_t i = 0; i < params->count; i++) {
        LM_TRY(find(&tensor, &params->item[i], prefix, ckpt, e));
        convert(block + params->item[i].at, tensor, params->item[i].count);
        if (!is_finite(block + params->item[i].at, params->item[i].count))
            return lm_fail(e, LM_EFORMAT, "%s: tensor '%s': holds a NaN or an infinity",
                           lm_ckpt_path(ckpt), tensor->name);
    }
    return LM_OK;
}
