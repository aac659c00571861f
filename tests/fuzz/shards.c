/* shards.c - fuzzes the reader of an index of shards: whatever it says, what is opened are the two
 * files beside it, and what is accepted has just their tensors. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lm/ckpt_shards.h"

#define INDEX "fuzz.index.json"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

static void write_bytes(const char *path, const void *bytes, size_t length)
{
    lm_err e = {0};
    lm_out *out;
    (void)unlink(path); /* a file that is new, and one that is live, is not synced */
    demand(lm_out_open_live(&out, path, 0, &e) == LM_OK);
    demand(lm_out_close(out, lm_out_write(out, bytes, length, &e), &e) == LM_OK);
}

/* Of two tensors, each a byte. */
static void write_shard(const char *path, const char *a, const char *b)
{
    lm_err e = {0};
    lm_out *out;
    lm_ckpt_writer *w;
    const lm_tensor one = {a, LM_U8, 1, {1}, 1, a}, two = {b, LM_U8, 1, {1}, 1, b};
    demand(lm_ckpt_writer_new(&w, NULL, &e) == LM_OK);
    demand(lm_ckpt_add(w, &one, &e) == LM_OK && lm_ckpt_add(w, &two, &e) == LM_OK);
    demand(lm_out_open(&out, path, &e) == LM_OK);
    demand(lm_out_close(out, lm_ckpt_write(w, out, NULL, &e), &e) == LM_OK);
    lm_ckpt_writer_free(w);
}

static void read_all(const lm_ckpt *c)
{
    demand(lm_ckpt_count(c) <= 4 && lm_ckpt_count(c) % 2 == 0);
    for (size_t i = 0; i < lm_ckpt_count(c); i++) {
        const lm_tensor *t = lm_ckpt_tensor(c, i);
        demand(strlen(t->name) == 1 && strchr("abcd", *t->name) != NULL);
        demand(*(const char *)t->data == *t->name);
        demand(lm_ckpt_find(c, t->name) == t);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static bool begun;
    lm_err e = {0};
    lm_ckpt *c;
    if (!begun) write_shard("1.safetensors", "a", "b");
    if (!begun) write_shard("2.safetensors", "c", "d");
    begun = true;
    write_bytes(INDEX, bytes, length);
    const lm_status s = lm_ckpt_open_shards(&c, INDEX, "lm_head.weight", &e);
    demand(s == e.status && (s == LM_OK) == (c != NULL) && (s == LM_OK || s == LM_EFORMAT));
    demand((s == LM_OK) == (e.message[0] == '\0'));
    if (c) read_all(c);
    lm_ckpt_close(c);
    return 0;
}
