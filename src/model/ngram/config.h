/* config.h - parts of lm.config that n-gram models and count files share. */
#ifndef LM_NGRAM_CONFIG_H
#define LM_NGRAM_CONFIG_H
#include "../lang_config.h"
#include "lm/json.h"
#include "lm/ngram.h"

/* Adds [sizes[1],sizes[2],..]. */
LM_MUST_USE lm_status lm_config_add_sizes(lm_str *out, const uint64_t *sizes, int orders,
                                          lm_err *e);

LM_MUST_USE lm_status lm_config_sizes(lm_json *j, uint64_t *sizes, int *orders, lm_err *e);
LM_MUST_USE lm_status lm_config_order(lm_json *j, int *order, lm_err *e);
#endif
