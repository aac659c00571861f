/* gpt_config.c - fuzzes the reader of Hugging Face's config.json: what it accepts is a shape that a
 * model can be made of, or is refused for; written again, it is read as the same. */
#include <stdlib.h>
#include <string.h>
#include "../../src/model/gpt/gpt_private.h"
#include "lm/gpt_train.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

static bool read_config(lm_gpt_hf_config *config, lm_slice text)
{
    lm_err e = {0};
    const lm_status s = lm_gpt_hf_read_config(config, text, "fuzz", &e);
    demand(s == e.status && (s == LM_OK || s == LM_EFORMAT));
    demand((s == LM_OK) == (e.message[0] == '\0'));
    return s == LM_OK;
}

static void write_and_read(const lm_gpt *g)
{
    lm_err e = {0};
    lm_str text = {0};
    lm_gpt_hf_config again;
    demand(lm_gpt_hf_add_config(g, &text, &e) == LM_OK);
    demand(read_config(&again, (lm_slice){text.text, text.length}));
    const lm_gpt_shape *a = &g->shape, *b = &again.shape;
    demand(a->layers == b->layers && a->heads == b->heads && a->width == b->width);
    demand(a->context == b->context && a->vocab == b->vocab && a->eps == b->eps);
    demand(a->post_norm == b->post_norm && again.tied);
    lm_str_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    lm_gpt_hf_config config;
    lm_tokenizer *t;
    lm_gpt *g;
    lm_err e = {0};
    if (!read_config(&config, (lm_slice){(const char *)bytes, length})) return 0;
    demand(lm_tokenizer_of_bytes(&t, LM_END_OF_TEXT, &e) == LM_OK);
    const lm_status s = lm_gpt_new(&g, &config.shape, t, &e);
    demand(s == LM_OK || s == LM_EUSAGE);
    if (!s) write_and_read(g);
    lm_gpt_free(g);
    return 0;
}
