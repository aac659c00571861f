/* tokens.c - a text as one sequence of word numbers, in memory or in a temporary file. */
#include "tokens.h"
#include <string.h>
#include "lm/memory.h"

/* The part of the run's memory that tokens may take before they go to a file. */
enum { MEMORY_SHARE = 8, SPILL_LEAST = 1 << 14 };

static lm_status spill(lm_tokens *t, const lm_run *run, lm_err *e)
{
    if (!t->temp) LM_TRY(lm_temp_open(&t->temp, lm_run_tmpdir(run), e));
    LM_TRY(lm_temp_write(t->temp, t->id, t->held * sizeof *t->id, e));
    t->held = 0;
    return LM_OK;
}

static lm_status put(lm_tokens *t, uint32_t id, const lm_run *run, lm_err *e)
{
    if (t->held == t->capacity) {
        const uint64_t most = run && run->memory ? run->memory / MEMORY_SHARE / sizeof *t->id : 0;
        if (most && t->held >= SPILL_LEAST && 2 * t->held > most) LM_TRY(spill(t, run, e));
        LM_TRY(lm_reserve(&t->id, &t->capacity, t->held + 1, sizeof *t->id, e));
    }
    t->id[t->held++] = id;
    t->length++;
    return LM_OK;
}

static lm_status put_word(lm_tokens *t, lm_slice word, const lm_run *run, lm_err *e)
{
    uint32_t id;
    const uint32_t size = t->vocab->size;
    LM_TRY(lm_vocab_add(t->vocab, word, &id, e));
    if (id == size) {
        LM_TRY(lm_reserve(&t->count, &t->count_capacity, (size_t)size + 1, sizeof *t->count, e));
        t->count[id] = 0;
    }
    t->count[id]++;
    return put(t, id, run, e);
}

static lm_status read_tokens(lm_tokens *t, lm_text *text, bool marks, const lm_run *run, lm_err *e)
{
    bool in_line = false;
    lm_slice token;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &token, e));
        if (event == LM_TEXT_END) break;
        if (!in_line && (event == LM_TOKEN || marks)) {
            LM_TRY(put(t, LM_TOKEN_BOS, run, e));
            t->lines++;
        }
        in_line = event == LM_TOKEN;
        if (event == LM_TOKEN) {
            LM_TRY(put_word(t, token, run, e));
        } else {
            if (marks) LM_TRY(put(t, LM_TOKEN_EOS, run, e));
            if (lm_stopped(run)) return lm_fail(e, LM_ESTOPPED, "stopped while reading");
            lm_progress(run, "reading", 1e-6 * (double)lm_text_bytes(text), 0, "MB");
        }
    }
    if (t->length == 0) return lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(text));
    if (lm_text_invalid(text))
        lm_warn(run, "%llu bytes of the text are not UTF-8; each was taken as a character",
                (unsigned long long)lm_text_invalid(text));
    return t->temp ? lm_temp_flush(t->temp, e) : LM_OK;
}

lm_status lm_tokens_read(lm_tokens *t, lm_text *text, bool marks, const lm_run *run, lm_err *e)
{
    *t = (lm_tokens){0};
    lm_status s = lm_vocab_new(&t->vocab, e);
    if (!s) s = read_tokens(t, text, marks, run, e);
    if (s) lm_tokens_free(t);
    return s;
}

void lm_tokens_free(lm_tokens *t)
{
    lm_vocab_free(t->vocab);
    lm_free(t->count);
    lm_free(t->id);
    lm_temp_close(t->temp);
    *t = (lm_tokens){0};
}

lm_status lm_tokens_take(lm_tokens *t, uint64_t from, size_t count, const lm_tokens_map *map,
                         uint32_t *ids, lm_err *e)
{
    const uint64_t in_file = t->length - t->held;
    size_t read = 0;
    if (from < in_file) {
        read = in_file - from < count ? (size_t)(in_file - from) : count;
        LM_TRY(lm_temp_read(t->temp, from * sizeof *ids, ids, read * sizeof *ids, e));
    }
    if (read < count)
        memcpy(ids + read, t->id + (from + read - in_file), (count - read) * sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = ids[i] == LM_TOKEN_BOS   ? map->bos
                 : ids[i] == LM_TOKEN_EOS ? map->eos
                                          : map->map[ids[i]];
    return LM_OK;
}
