/* ckpt.c - fuzzes the checkpoint parser.
 *
 * Every input is parsed three times.  First as it is: sums verified, so that most mutants of a
 * checkpoint end there.  Then with LM_CKPT_CHECK_NONE, which leaves out nothing but the sums, so
 * that the rest of the reader is reached; what passes has every byte read.  Then, if it has
 * lm.crc32c, with its digits recomputed here, which must make it pass with all sums verified. */
#include "../../src/ckpt/ckpt_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/compare.h"
#include "lm/crc.h"
#include "lm/info.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

static lm_ckpt *parse(const uint8_t *bytes, size_t length, int check)
{
    lm_ckpt *c;
    lm_err e = {0};
    const lm_status s = lm_ckpt_parse(&c, bytes, length, "fuzz", check, &e);
    demand(s == e.status && (s == LM_OK) == (c != NULL) && (s == LM_OK || s == LM_EFORMAT));
    demand((s == LM_OK) == (e.message[0] == '\0'));
    return c;
}

/* Reads all that the interface offers. */
static void read_all(const lm_ckpt *c)
{
    lm_str text = {0};
    lm_err e = {0};
    const char *key;
    demand(lm_info_tree(&text, c, &e) == LM_OK);
    for (size_t i = 0; i < lm_ckpt_count(c); i++) {
        const lm_tensor *tensor = lm_ckpt_tensor(c, i);
        const uint64_t count = tensor->bytes / lm_dtype_size(tensor->dtype);
        const void *data;
        demand(lm_ckpt_find(c, tensor->name) == tensor);
        const lm_difference same = lm_compare(tensor->dtype, tensor->data, tensor->data, count, 0);
        demand(same.differing == 0);
        if (tensor->dims == 1)
            demand(lm_ckpt_table(c, tensor->name, tensor->dtype, count, &data, &e) == LM_OK);
    }
    for (size_t i = 0; lm_ckpt_meta_at(c, i, &key); i++) {
        demand(lm_info_text(&text, lm_ckpt_meta(c, key), &e) == LM_OK);
        (void)!lm_info_json(&text, lm_ckpt_meta(c, key), "metadata", &(lm_err){0});
    }
    lm_str_free(&text);
    for (size_t i = 0; i < 2; i++) {
        lm_ckpt *part;
        e = (lm_err){0};
        const lm_status s = lm_ckpt_part(&part, c, i, &e);
        demand(s == LM_EFORMAT || (s == LM_OK && part->count <= c->count));
        if (!s) read_all(part);
        lm_ckpt_close(part);
    }
}

/* Puts a sum in the place of its 8 digits. */
static void put(uint8_t *digits, uint32_t sum)
{
    char text[LM_CKPT_SUM_DIGITS + 1];
    (void)snprintf(text, sizeof text, "%08x", (unsigned)sum);
    memcpy(digits, text, LM_CKPT_SUM_DIGITS);
}

static void check_repaired(const lm_ckpt *c)
{
    uint8_t *copy = malloc(c->length);
    demand(copy != NULL);
    memcpy(copy, c->bytes, c->length);
    uint8_t *digits = copy + ((const uint8_t *)c->sums.text - c->bytes);
    memset(digits, '0', c->sums.length);
    put(digits, lm_crc32c(0, copy, c->data_at));
    for (size_t i = 0; i < c->count; i++)
        put(digits + (i + 1) * LM_CKPT_SUM_DIGITS,
            lm_crc32c(0, c->entries[i].tensor.data, (size_t)c->entries[i].tensor.bytes));
    lm_ckpt *repaired = parse(copy, c->length, LM_CKPT_CHECK_ALL);
    demand(repaired != NULL);
    lm_ckpt_close(repaired);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    lm_ckpt_close(parse(bytes, length, LM_CKPT_CHECK_ALL));
    lm_ckpt *c = parse(bytes, length, LM_CKPT_CHECK_NONE);
    if (!c) return 0;
    read_all(c);
    if (c->ours) check_repaired(c);
    lm_ckpt_close(c);
    return 0;
}
