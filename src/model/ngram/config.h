/* config.h - parts of lm.config that models and count files share. */
#ifndef LM_NGRAM_CONFIG_H
#define LM_NGRAM_CONFIG_H
#include "lm/json.h"
#include "lm/ngram.h"

/* Adds ,"name":id, or null for LM_NO_WORD. */
LM_MUST_USE lm_status lm_config_add_mark(lm_str *out, const char *name, uint32_t id, lm_err *e);
/* Adds [sizes[1],sizes[2],..]. */
LM_MUST_USE lm_status lm_config_add_sizes(lm_str *out, const uint64_t *sizes, int orders,
                                          lm_err *e);

LM_MUST_USE lm_status lm_config_choice(lm_json *j, const char *const *names, int count, int *out,
                                       lm_err *e);
LM_MUST_USE lm_status lm_config_unit(lm_json *j, lm_unit *unit, lm_err *e);
LM_MUST_USE lm_status lm_config_mark(lm_json *j, uint32_t *id, lm_err *e);
LM_MUST_USE lm_status lm_config_sizes(lm_json *j, uint64_t *sizes, int *orders, lm_err *e);
LM_MUST_USE lm_status lm_config_order(lm_json *j, int *order, lm_err *e);
#endif
