/* tokens.c - a text as one sequence of word numbers, in memory or in a temporary file.
 *
 * Blocks of text are cut by several threads, each with a small vocabulary of its own; in the
 * order of the text their words are then entered into the one of all. */
#include "lm/tokens.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/pipeline.h"
#include "lm/words.h"

enum {
    SPILL_SHARE = 8,  /* of the run's memory: what tokens may take before they go to a file */
    BLOCK_SHARE = 64, /* and the text of all blocks: a block takes several times as much */
    BLOCK_LEAST = 1 << 13,
    CHUNK = 1 << 16
};

/* A block and its tokens, numbered within the block. */
typedef struct {
    lm_text_block text;
    lm_vocab *vocab;
    uint32_t *id, *count; /* tokens; of each word here */
    size_t length, id_capacity, count_capacity;
    uint64_t lines;
    lm_text_cursor cursor;
} block;

typedef struct {
    lm_tokens *tokens;
    lm_text *text;
    bool marks;
    size_t block_size;
    const lm_run *run;
} reading;

/* ---- keeping tokens ---- */

static lm_status spill(lm_tokens *t, const lm_run *run, lm_err *e)
{
    if (!t->temp) LM_TRY(lm_temp_open(&t->temp, lm_run_tmpdir(run), e));
    LM_TRY(lm_temp_write(t->temp, t->id, t->held * sizeof *t->id, e));
    t->held = 0;
    return LM_OK;
}

/* Room for so many more tokens in memory. */
static lm_status make_room(lm_tokens *t, size_t count, const lm_run *run, lm_err *e)
{
    const uint64_t most = run && run->memory ? run->memory / SPILL_SHARE : UINT64_MAX;
    if ((t->held + count) * sizeof *t->id > most) LM_TRY(spill(t, run, e));
    return lm_reserve(&t->id, &t->capacity, t->held + count, sizeof *t->id, e);
}

/* Enters the words of a part and their counts, and sets the map. */
static lm_status enter_words(lm_tokens *t, const lm_tokens_part *part, lm_err *e)
{
    const uint32_t words = part->words->size;
    LM_TRY(lm_reserve(&t->map, &t->map_capacity, words, sizeof *t->map, e));
    for (uint32_t w = 0; w < words; w++) {
        const uint32_t size = t->vocab->size;
        LM_TRY(lm_vocab_add(t->vocab, lm_vocab_word(part->words, w), &t->map[w], e));
        LM_TRY(lm_reserve(&t->count, &t->count_capacity, (size_t)size + 1, sizeof *t->count, e));
        if (t->map[w] == size) t->count[size] = 0;
        t->count[t->map[w]] += part->count[w];
    }
    return LM_OK;
}

lm_status lm_tokens_add_part(lm_tokens *t, const lm_tokens_part *part, const lm_run *run, lm_err *e)
{
    LM_TRY(enter_words(t, part, e));
    LM_TRY(lm_words_check_memory(t->vocab, run, e));
    LM_TRY(make_room(t, part->length, run, e));
    for (size_t i = 0; i < part->length; i++)
        t->id[t->held + i] = part->id[i] < LM_TOKEN_EOS ? t->map[part->id[i]] : part->id[i];
    t->held += part->length;
    t->length += part->length;
    t->lines += part->lines;
    return LM_OK;
}

/* ---- in any thread: a block into tokens ---- */

static lm_status put(block *b, uint32_t id, lm_err *e)
{
    if (b->length == b->id_capacity)
        LM_TRY(lm_reserve(&b->id, &b->id_capacity, b->length + 1, sizeof *b->id, e));
    b->id[b->length++] = id;
    return LM_OK;
}

static lm_status put_word(block *b, lm_slice word, lm_err *e)
{
    uint32_t id;
    const uint32_t size = b->vocab->size;
    LM_TRY(lm_vocab_add(b->vocab, word, &id, e));
    if (id == size) {
        LM_TRY(lm_reserve(&b->count, &b->count_capacity, (size_t)size + 1, sizeof *b->count, e));
        b->count[id] = 0;
    }
    b->count[id]++;
    return put(b, id, e);
}

static lm_status cut_block(void *context, void *item, lm_err *e)
{
    const reading *job = context;
    block *b = item;
    bool in_line = !b->text.begins_line;
    lm_slice token;
    lm_vocab_clear(b->vocab);
    b->length = 0;
    b->lines = 0;
    b->cursor = lm_text_cut(&b->text);
    for (lm_text_event event;;) {
        LM_TRY(lm_text_cursor_next(&b->cursor, &event, &token, e));
        if (event == LM_TEXT_END) return LM_OK;
        if (!in_line && (event == LM_TOKEN || job->marks)) {
            LM_TRY(put(b, LM_TOKEN_BOS, e));
            b->lines++;
        }
        in_line = event == LM_TOKEN;
        if (event == LM_TOKEN)
            LM_TRY(put_word(b, token, e));
        else if (job->marks)
            LM_TRY(put(b, LM_TOKEN_EOS, e));
    }
}

/* ---- one at a time: taking blocks, and keeping their tokens ---- */

static lm_status take_block(void *context, void *item, bool *more, lm_err *e)
{
    const reading *job = context;
    block *b = item;
    if (lm_stopped(job->run)) return lm_fail(e, LM_ESTOPPED, "stopped while reading");
    if (!b->vocab) LM_TRY(lm_vocab_new(&b->vocab, e));
    return lm_text_next_block(job->text, job->block_size, &b->text, more, e);
}

static lm_status keep_tokens(void *context, void *item, lm_err *e)
{
    const reading *job = context;
    const block *b = item;
    const lm_tokens_part part = {b->vocab, b->count, b->id, b->length, b->lines};
    LM_TRY(lm_tokens_add_part(job->tokens, &part, job->run, e));
    lm_text_add_invalid(job->text, &b->cursor);
    lm_progress(job->run, "reading", 1e-6 * (double)lm_text_bytes(job->text), 0, "MB");
    return LM_OK;
}

/* How many blocks go around, and their size. */
static size_t block_count(const lm_run *run, size_t *size)
{
    const size_t wanted = lm_pipeline_items(lm_run_pool(run));
    *size = LM_TEXT_BLOCK;
    if (!run || !run->memory) return wanted;
    const uint64_t room = run->memory / BLOCK_SHARE;
    if (room / wanted < BLOCK_LEAST) {
        *size = BLOCK_LEAST;
        return room / BLOCK_LEAST ? (size_t)(room / BLOCK_LEAST) : 1;
    }
    if (room / wanted < LM_TEXT_BLOCK) *size = (size_t)(room / wanted);
    return wanted;
}

static lm_status read_blocks(reading *job, lm_err *e)
{
    static const lm_pipeline steps = {take_block, cut_block, keep_tokens};
    lm_pool *pool = lm_run_pool(job->run);
    const size_t count = block_count(job->run, &job->block_size);
    block *blocks = lm_new(count, sizeof *blocks, e);
    if (!blocks) return e->status;
    const lm_status s = lm_pipeline_run(&steps, job, blocks, count, sizeof *blocks, pool, e);
    for (size_t i = 0; i < count; i++) {
        lm_text_block_free(&blocks[i].text);
        lm_vocab_free(blocks[i].vocab);
        lm_free(blocks[i].id);
        lm_free(blocks[i].count);
    }
    lm_free(blocks);
    return s;
}

lm_status lm_tokens_read(lm_tokens *t, lm_text *text, bool marks, const lm_run *run, lm_err *e)
{
    *t = (lm_tokens){0};
    reading job = {.tokens = t, .text = text, .marks = marks, .run = run};
    lm_status s = lm_vocab_new(&t->vocab, e);
    if (!s) s = read_blocks(&job, e);
    if (!s && lm_text_invalid(text))
        lm_warn(run, "%llu bytes of the text are not UTF-8; each was taken as a character",
                (unsigned long long)lm_text_invalid(text));
    if (!s) s = lm_tokens_end(t, e);
    if (s) lm_tokens_free(t);
    return s;
}

void lm_tokens_free(lm_tokens *t)
{
    lm_vocab_free(t->vocab);
    lm_free(t->count);
    lm_free(t->id);
    lm_free(t->map);
    lm_temp_close(t->temp);
    *t = (lm_tokens){0};
}

/* ---- made of ids ---- */

lm_status lm_tokens_begin(lm_tokens *t, lm_vocab *vocab, lm_err *e)
{
    *t = (lm_tokens){.vocab = vocab};
    t->count = lm_new(vocab->size, sizeof *t->count, e);
    if (!t->count) return e->status;
    t->count_capacity = vocab->size;
    return LM_OK;
}

lm_status lm_tokens_add(lm_tokens *t, const uint32_t *ids, size_t count, const lm_run *run,
                        lm_err *e)
{
    LM_TRY(make_room(t, count, run, e));
    for (size_t i = 0; i < count; i++) {
        t->id[t->held + i] = ids[i];
        if (ids[i] < LM_TOKEN_EOS)
            t->count[ids[i]]++;
        else
            t->lines += ids[i] == LM_TOKEN_BOS;
    }
    t->held += count;
    t->length += count;
    return LM_OK;
}

lm_status lm_tokens_end(lm_tokens *t, lm_err *e)
{
    return t->temp ? lm_temp_flush(t->temp, e) : LM_OK;
}

/* ---- renumbering ---- */

typedef struct {
    const lm_tokens_map *map;
    uint32_t *id;
    size_t count;
} renumbering;

static void renumber_chunk(void *context, size_t chunk)
{
    const renumbering *job = context;
    const lm_tokens_map *m = job->map;
    const size_t begin = chunk * CHUNK;
    const size_t end = job->count - begin < CHUNK ? job->count : begin + CHUNK;
    for (size_t i = begin; i < end; i++) {
        const uint32_t id = job->id[i];
        job->id[i] = id == LM_TOKEN_BOS ? m->bos : id == LM_TOKEN_EOS ? m->eos : m->map[id];
    }
}

lm_status lm_tokens_take(lm_tokens *t, uint64_t from, size_t count, const lm_tokens_map *map,
                         uint32_t *ids, const lm_run *run, lm_err *e)
{
    const uint64_t in_file = t->length - t->held;
    size_t read = 0;
    if (from < in_file) {
        read = in_file - from < count ? (size_t)(in_file - from) : count;
        LM_TRY(lm_temp_read(t->temp, from * sizeof *ids, ids, read * sizeof *ids, e));
    }
    if (read < count)
        memcpy(ids + read, t->id + (from + read - in_file), (count - read) * sizeof *ids);
    if (!map) return LM_OK;
    renumbering job = {map, ids, count};
    lm_parallel_for(lm_run_pool(run), (count + CHUNK - 1) / CHUNK, renumber_chunk, &job);
    return LM_OK;
}
