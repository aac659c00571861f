/* config.c - parts of lm.config that models and count files share. */
#include "config.h"

lm_status lm_config_add_mark(lm_str *out, const char *name, uint32_t id, lm_err *e)
{
    if (id == LM_NO_WORD) return lm_str_addf(out, e, ",\"%s\":null", name);
    return lm_str_addf(out, e, ",\"%s\":%u", name, id);
}

lm_status lm_config_add_sizes(lm_str *out, const uint64_t *sizes, int orders, lm_err *e)
{
    for (int k = 1; k <= orders; k++)
        LM_TRY(lm_str_addf(out, e, "%s%llu", k > 1 ? "," : "[", (unsigned long long)sizes[k]));
    return lm_str_addf(out, e, "]");
}

lm_status lm_config_choice(lm_json *j, const char *const *names, int count, int *out, lm_err *e)
{
    lm_slice raw;
    LM_TRY(lm_json_raw_string(j, &raw, e));
    for (*out = 0; *out < count; (*out)++)
        if (lm_json_is(raw, names[*out])) return LM_OK;
    return lm_json_fail(j, e, "unknown value \"%.*s\"", (int)raw.length, raw.text);
}

lm_status lm_config_unit(lm_json *j, lm_unit *unit, lm_err *e)
{
    const char *names[] = {lm_unit_name(LM_UNIT_WORD), lm_unit_name(LM_UNIT_CHAR),
                           lm_unit_name(LM_UNIT_BYTE)};
    int choice = 0;
    LM_TRY(lm_config_choice(j, names, 3, &choice, e));
    *unit = (lm_unit)choice;
    return LM_OK;
}

lm_status lm_config_mark(lm_json *j, uint32_t *id, lm_err *e)
{
    lm_json_type type;
    uint64_t value = LM_NO_WORD;
    LM_TRY(lm_json_peek(j, &type, e));
    if (type == LM_JSON_NULL)
        LM_TRY(lm_json_skip(j, NULL, e));
    else
        LM_TRY(lm_json_u64(j, &value, e));
    if (value > LM_NO_WORD) return lm_json_fail(j, e, "a mark's id is too large");
    *id = (uint32_t)value;
    return LM_OK;
}

lm_status lm_config_sizes(lm_json *j, uint64_t *sizes, int *orders, lm_err *e)
{
    LM_TRY(lm_json_array(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        if (++*orders > LM_NGRAM_ORDER_MAX) return lm_json_fail(j, e, "too many orders");
        LM_TRY(lm_json_u64(j, &sizes[*orders], e));
    }
}

lm_status lm_config_order(lm_json *j, int *order, lm_err *e)
{
    int64_t value;
    LM_TRY(lm_json_int(j, &value, e));
    if (value < 1 || value > LM_NGRAM_ORDER_MAX)
        return lm_json_fail(j, e, "the order is not 1 to %d", LM_NGRAM_ORDER_MAX);
    *order = (int)value;
    return LM_OK;
}
