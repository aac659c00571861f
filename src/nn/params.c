/* params.c - the table of a model's parameters and the blocks that hold them. */
#include "lm/params.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include "lm/memory.h"
#include "lm/os.h"
#include "slices.h"

enum {
    ALIGN = 64,       /* bytes */
    LARGE = 4 << 20,  /* bytes from which huge pages are asked for */
    LEAD = ALIGN * 2, /* bytes a block takes beyond its elements */
};

/* Elements of a row; false if they do not fit. */
static bool count_of(const lm_param *row, size_t *count)
{
    uint64_t product = 1;
    assert(row->dims >= 0 && row->dims <= LM_PARAM_DIMS);
    for (int d = 0; d < row->dims; d++)
        if (!lm_mul_u64(product, row->shape[d], &product)) return false;
    *count = (size_t)product;
    return product <= PTRDIFF_MAX / sizeof(lm_real) - LEAD;
}

/* Places the rows one after the other, each at a multiple of LM_PARAM_STEP. */
static bool lay_out(lm_params *params)
{
    const size_t most = PTRDIFF_MAX / sizeof(lm_real) - LEAD;
    for (size_t i = 0; i < params->count; i++) {
        lm_param *row = &params->item[i];
        if (!count_of(row, &row->count)) return false;
        row->at = params->size;
        const size_t room = (row->count + LM_PARAM_STEP - 1) / LM_PARAM_STEP * LM_PARAM_STEP;
        if (room > most - params->size) return false;
        params->size += room;
        params->total += row->count;
    }
    return true;
}

lm_status lm_params_new(lm_params **out, const lm_param *rows, size_t count, lm_err *e)
{
    lm_params *params = lm_new(1, sizeof *params, e);
    if (!params) return LM_ENOMEM;
    params->item = lm_new(count, sizeof *rows, e);
    if (!params->item) {
        lm_params_free(params);
        return LM_ENOMEM;
    }
    if (count) memcpy(params->item, rows, count * sizeof *rows);
    params->count = count;
    if (!lay_out(params)) {
        lm_params_free(params);
        return lm_fail(e, LM_EUSAGE, "the parameters do not fit the address space");
    }
    *out = params;
    return LM_OK;
}

void lm_params_free(lm_params *params)
{
    if (!params) return;
    lm_free(params->item);
    lm_free(params);
}

/* ---- blocks: in the bytes before its elements, what the heap gave ---- */

lm_status lm_params_block(const lm_params *params, lm_real **block, lm_err *e)
{
    const size_t bytes = params->size * sizeof(lm_real);
    unsigned char *const given = lm_resize(NULL, bytes + LEAD, 1, e);
    if (!given) return LM_ENOMEM;
    unsigned char *const start = given + LEAD - (uintptr_t)given % ALIGN;
    /* Before the first touch, which makes the pages. */
    if (bytes >= LARGE) lm_os_huge(start, bytes);
    memset(start, 0, bytes);
    memcpy(start - sizeof given, &given, sizeof given);
    *block = (lm_real *)(void *)start;
    return LM_OK;
}

void lm_block_free(lm_real *block)
{
    unsigned char *given;
    if (!block) return;
    memcpy(&given, (unsigned char *)block - sizeof given, sizeof given);
    lm_free(given);
}

void lm_block_clear(const lm_compute *on, lm_real *block, size_t n)
{
    lm_nn_clear(on, block, n);
}

void lm_params_bind(const lm_params *params, const lm_real *block, void *fields)
{
    lm_params_bind_rows(params, 0, params->count, block, fields);
}

void lm_params_bind_rows(const lm_params *params, size_t first, size_t end, const lm_real *part,
                         void *fields)
{
    const lm_param *item = params->item;
    for (size_t i = first; i < end; i++) {
        const lm_real *const place = part + (item[i].at - item[first].at);
        memcpy((unsigned char *)fields + item[i].field, &place, sizeof place);
    }
}

size_t lm_params_at(const lm_params *params, size_t row)
{
    return row < params->count ? params->item[row].at : params->size;
}
