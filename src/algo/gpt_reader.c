/* gpt_reader.c - a GPT that reads. */
#include "gpt_reader.h"
#include <string.h>
#include "lm/memory.h"

lm_status lm_gpt_reader_new(lm_gpt_reader *r, const lm_gpt *gpt, size_t B, const lm_run *run,
                            lm_err *e)
{
    const size_t V = (size_t)gpt->shape.vocab, N = LM_READ_AT_ONCE + B;
    *r = (lm_gpt_reader){.gpt = gpt};
    LM_TRY(lm_compute_new(&r->on, lm_run_pool(run), false, e));
    LM_TRY(lm_gpt_room_new(&r->room, gpt, N, B, LM_INFERENCE, lm_run_pool(run), e));
    r->caches = lm_new(B, sizeof *r->caches, e);
    r->lengths = lm_new(B, sizeof *r->lengths, e);
    r->logits = lm_resize(NULL, B, V * sizeof *r->logits, e);
    return r->caches && r->lengths && r->logits ? LM_OK : e->status;
}

void lm_gpt_reader_free(lm_gpt_reader *r)
{
    lm_free(r->caches);
    lm_free(r->lengths);
    lm_free(r->logits);
    lm_gpt_room_free(&r->room);
    lm_compute_free(r->on);
}

void lm_gpt_reader_read(lm_gpt_reader *r, size_t sequences)
{
    lm_gpt_next(r->on, r->gpt, &r->gpt->weights, &r->room, r->caches, r->lengths, sequences,
                r->logits);
}

void lm_gpt_reader_read_all(lm_gpt_reader *r, lm_kv_cache *cache, const uint32_t *ids, size_t count)
{
    r->caches[0] = cache;
    cache->length = 0;
    for (size_t at = 0; at < count; at += r->lengths[0]) {
        r->lengths[0] = count - at < LM_READ_AT_ONCE ? count - at : LM_READ_AT_ONCE;
        memcpy(r->room.ids, ids + at, r->lengths[0] * sizeof *ids);
        lm_gpt_reader_read(r, 1);
    }
}
