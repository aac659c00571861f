/* config.c - parts of lm.config that n-gram models and count files share. */
#include "config.h"

lm_status lm_config_add_sizes(lm_str *out, const uint64_t *sizes, int orders, lm_err *e)
{
    for (int k = 1; k <= orders; k++)
        LM_TRY(lm_str_addf(out, e, "%s%llu", k > 1 ? "," : "[", (unsigned long long)sizes[k]));
    return lm_str_addf(out, e, "]");
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
