/* gpt_reader.h - a GPT that reads tokens of several sequences in one pass, and tells what follows.
 *
 *     LM_TRY(lm_gpt_reader_new(&r, gpt, B, run, e));
 *     fill r.room.ids, r.caches and r.lengths
 *     lm_gpt_reader_read(&r, sequences); */
#ifndef GPT_READER_H
#define GPT_READER_H
#include "lm/gpt.h"
#include "lm/run.h"

enum { LM_READ_AT_ONCE = 512 /* tokens in one pass: enough to be worth the weights */ };

typedef struct {
    const lm_gpt *gpt;
    lm_compute *on;
    lm_gpt_room room;     /* of LM_READ_AT_ONCE + B tokens */
    lm_kv_cache **caches; /* (B): of the sequences of a pass, */
    size_t *lengths;      /* (B): and how many of the tokens are of each */
    lm_real *logits;      /* (B,V): of what follows them */
} lm_gpt_reader;

/* At most B sequences in a pass.  On failure, too, it is to be freed. */
LM_MUST_USE lm_status lm_gpt_reader_new(lm_gpt_reader *r, const lm_gpt *gpt, size_t B,
                                        const lm_run *run, lm_err *e);
void lm_gpt_reader_free(lm_gpt_reader *r);

void lm_gpt_reader_read(lm_gpt_reader *r, size_t sequences);

/* Reads a sequence alone and from its beginning, however long; `cache` has room for it. */
void lm_gpt_reader_read_all(lm_gpt_reader *r, lm_kv_cache *cache, const uint32_t *ids,
                            size_t count);

#endif
