/* prep_text.c - a text made ready: as it comes, or with rare words replaced once all is read.
 *
 * Blocks of it are worked on by several threads.  What becomes of a word is found once for every
 * different word of a block. */
#include <string.h>
#include "lm/memory.h"
#include "lm/pipeline.h"
#include "lm/prep.h"
#include "lm/tokens.h"

enum { CHUNK = 1 << 14 };

/* Words, and how often. */
typedef struct {
    lm_vocab *words;
    uint32_t *count; /* (words) */
    size_t capacity;
} local;

/* A block of text. */
typedef struct {
    lm_text_block text;
    local read, made;
    lm_prep_desk desk;
    uint32_t *list; /* what a word read becomes, as words made, */
    size_t *end;    /* (read) and where that of each ends in it */
    uint32_t *id;   /* of words made, LM_TOKEN_EOS where a line ends */
    size_t listed, list_capacity, end_capacity, length, id_capacity;
    uint64_t lines;
    char *bytes; /* the same written, if it is at once */
    size_t size, size_capacity;
} stretch;

/* Different words of all, and how often. */
typedef struct {
    lm_vocab *words;
    uint64_t *count;
    size_t capacity;
    uint64_t tokens;
} tally;

typedef struct {
    const lm_prep *prep;
    lm_text *text;
    const lm_run *run;
    bool at_once;      /* the lines at hand make a block */
    tally read, made;  /* words NULL: not counted */
    lm_tokens *tokens; /* where the text is kept; or else */
    lm_out *out;       /* where it is written */
    bool in_line;      /* the line being written has words */
} job;

/* ---- in any thread: a block of words ---- */

static lm_status count_word(local *l, lm_slice word, uint32_t *id, lm_err *e)
{
    const uint32_t size = l->words->size;
    LM_TRY(lm_vocab_add(l->words, word, id, e));
    if (*id < size) return LM_OK;
    LM_TRY(lm_reserve(&l->count, &l->capacity, (size_t)size + 1, sizeof *l->count, e));
    l->count[size] = 0;
    return LM_OK;
}

static lm_status list_made(void *context, lm_slice word, lm_err *e)
{
    stretch *s = context;
    LM_TRY(lm_reserve(&s->list, &s->list_capacity, s->listed + 1, sizeof *s->list, e));
    LM_TRY(count_word(&s->made, word, &s->list[s->listed], e));
    s->listed++;
    return LM_OK;
}

/* A word that the block had not before. */
static lm_status make_words(const lm_prep *prep, stretch *s, uint32_t id, lm_slice word, lm_err *e)
{
    const lm_word_sink sink = {list_made, s};
    LM_TRY(lm_reserve(&s->end, &s->end_capacity, (size_t)id + 1, sizeof *s->end, e));
    LM_TRY(lm_prep_word(prep, &s->desk, word, &sink, e));
    s->end[id] = s->listed;
    return LM_OK;
}

static lm_status add_ids(stretch *s, const uint32_t *ids, size_t count, lm_err *e)
{
    LM_TRY(lm_reserve(&s->id, &s->id_capacity, s->length + count, sizeof *s->id, e));
    for (size_t i = 0; i < count; i++) s->id[s->length++] = ids[i];
    return LM_OK;
}

static lm_status add_word(const lm_prep *prep, stretch *s, lm_slice word, lm_err *e)
{
    uint32_t id;
    const uint32_t size = s->read.words->size;
    LM_TRY(count_word(&s->read, word, &id, e));
    if (id == size) LM_TRY(make_words(prep, s, id, word, e));
    s->read.count[id]++;
    const size_t from = id ? s->end[id - 1] : 0;
    return add_ids(s, s->list + from, s->end[id] - from, e);
}

static lm_status cut_block(const lm_prep *prep, stretch *s, lm_err *e)
{
    static const uint32_t line_end = LM_TOKEN_EOS;
    lm_text_cursor cursor = lm_text_cut(&s->text);
    lm_slice word;
    for (lm_text_event event;;) {
        LM_TRY(lm_text_cursor_next(&cursor, &event, &word, e));
        if (event == LM_TEXT_END) break;
        if (event == LM_TOKEN) LM_TRY(add_word(prep, s, word, e));
        if (event == LM_LINE_END) LM_TRY(add_ids(s, &line_end, 1, e));
        s->lines += event == LM_LINE_END;
    }
    for (uint32_t w = 0; w < s->read.words->size; w++)
        for (size_t i = w ? s->end[w - 1] : 0; i < s->end[w]; i++)
            s->made.count[s->list[i]] += s->read.count[w];
    return LM_OK;
}

/* ---- bytes of words ---- */

static lm_status write_word(stretch *s, bool blank, lm_slice word, lm_err *e)
{
    LM_TRY(lm_reserve(&s->bytes, &s->size_capacity, s->size + word.length + 1, 1, e));
    if (blank) s->bytes[s->size++] = ' ';
    memcpy(s->bytes + s->size, word.text, word.length);
    s->size += word.length;
    return LM_OK;
}

/* Words with a blank between them; `in_line`: one stands before the first. */
static lm_status write_ids(stretch *s, const lm_vocab *words, lm_slice unk, bool in_line, lm_err *e)
{
    s->size = 0;
    for (size_t i = 0; i < s->length; i++) {
        const uint32_t id = s->id[i];
        if (id == LM_TOKEN_EOS)
            LM_TRY(write_word(s, false, lm_slice_of("\n"), e));
        else
            LM_TRY(write_word(s, in_line, id == words->unk ? unk : lm_vocab_word(words, id), e));
        in_line = id != LM_TOKEN_EOS;
    }
    return LM_OK;
}

/* ---- the steps ---- */

static lm_status take(void *context, void *item, bool *more, lm_err *e)
{
    const job *j = context;
    stretch *s = item;
    if (lm_stopped(j->run)) return lm_fail(e, LM_ESTOPPED, "stopped while reading");
    if (!s->read.words) LM_TRY(lm_vocab_new(&s->read.words, e));
    if (!s->made.words) LM_TRY(lm_vocab_new(&s->made.words, e));
    return lm_text_next_block(j->text, j->at_once ? 0 : LM_TEXT_BLOCK, &s->text, more, e);
}

static lm_status work(void *context, void *item, lm_err *e)
{
    const job *j = context;
    stretch *s = item;
    lm_vocab_clear(s->read.words);
    lm_vocab_clear(s->made.words);
    s->listed = s->length = 0;
    s->lines = 0;
    LM_TRY(cut_block(j->prep, s, e));
    return j->tokens ? LM_OK : write_ids(s, s->made.words, (lm_slice){NULL, 0}, false, e);
}

static lm_status add_counts(tally *t, const local *l, const lm_run *run, lm_err *e)
{
    if (!t->words) return LM_OK;
    for (uint32_t w = 0; w < l->words->size; w++) {
        const uint32_t size = t->words->size;
        uint32_t id;
        LM_TRY(lm_vocab_add(t->words, lm_vocab_word(l->words, w), &id, e));
        LM_TRY(lm_reserve(&t->count, &t->capacity, (size_t)size + 1, sizeof *t->count, e));
        if (id == size) t->count[id] = 0;
        t->count[id] += l->count[w];
        t->tokens += l->count[w];
    }
    return lm_words_check_memory(t->words, run, e);
}

static lm_status pass_on(job *j, const stretch *s, lm_err *e)
{
    const bool goes_on = s->length && s->id[0] != LM_TOKEN_EOS;
    if (j->in_line && goes_on) LM_TRY(lm_out_text(j->out, " ", e));
    if (s->length) j->in_line = s->id[s->length - 1] != LM_TOKEN_EOS;
    return lm_out_write(j->out, s->bytes, s->size, e);
}

static lm_status finish(void *context, void *item, lm_err *e)
{
    job *j = context;
    stretch *s = item;
    const lm_tokens_part part = {s->made.words, s->made.count, s->id, s->length, s->lines};
    LM_TRY(add_counts(&j->read, &s->read, j->run, e));
    LM_TRY(add_counts(&j->made, &s->made, j->run, e));
    lm_progress(j->run, "reading", 1e-6 * (double)lm_text_bytes(j->text), 0, "MB");
    return j->tokens ? lm_tokens_add_part(j->tokens, &part, j->run, e) : pass_on(j, s, e);
}

static void free_stretch(stretch *s)
{
    lm_text_block_free(&s->text);
    lm_vocab_free(s->read.words);
    lm_vocab_free(s->made.words);
    lm_free(s->read.count);
    lm_free(s->made.count);
    lm_prep_desk_free(&s->desk);
    lm_free(s->list);
    lm_free(s->end);
    lm_free(s->id);
    lm_free(s->bytes);
}

/* `pool` NULL: in this thread, a block written before the next is read. */
static lm_status do_blocks(job *j, lm_pool *pool, lm_err *e)
{
    static const lm_pipeline steps = {take, work, finish};
    const size_t count = pool ? lm_pipeline_items(pool) : 1;
    stretch *items = lm_new(count, sizeof *items, e);
    if (!items) return e->status;
    const lm_status s = lm_pipeline_run(&steps, j, items, count, sizeof *items, pool, e);
    for (size_t i = 0; i < count; i++) free_stretch(&items[i]);
    lm_free(items);
    lm_progress(j->run, NULL, 0, 0, NULL); /* what follows begins a line of its own */
    return s;
}

/* ---- all of it ---- */

static void free_tally(tally *t)
{
    lm_vocab_free(t->words);
    lm_free(t->count);
}

/* Without a choice all words are known. */
static lm_prep_count count_of(const tally *t)
{
    const uint32_t unk = lm_vocab_find(t->words, lm_slice_of("<unk>"));
    const bool some = unk != LM_NO_WORD;
    return (lm_prep_count){t->tokens, t->words->size - some,
                           t->tokens - (some ? t->count[unk] : 0)};
}

lm_status lm_prep_stream(const lm_prep *prep, lm_text *text, lm_out *out, lm_prep_counts *counts,
                         const lm_run *run, lm_err *e)
{
    const bool waits = lm_text_waits(text);
    job j = {.prep = prep, .text = text, .run = run, .at_once = waits, .out = out};
    lm_status s = LM_OK;
    if (counts) s = lm_vocab_new(&j.read.words, e);
    if (!s && counts) s = lm_vocab_new(&j.made.words, e);
    if (!s) s = do_blocks(&j, waits ? NULL : lm_run_pool(run), e);
    if (!s && counts) *counts = (lm_prep_counts){count_of(&j.read), count_of(&j.made)};
    free_tally(&j.read);
    free_tally(&j.made);
    return s;
}

/* ---- with rare words replaced ---- */

/* The words that are chosen of those found, and the numbers of all in it. */
typedef struct {
    lm_vocab *words;
    uint32_t *map;
} chosen;

static void free_chosen(chosen *c)
{
    lm_vocab_free(c->words);
    lm_free(c->map);
}

static lm_status choose(chosen *c, const lm_vocab *found, const uint64_t *count,
                        const lm_word_choice *choice, lm_prep_count *counts, lm_err *e)
{
    lm_word_choice how = *choice;
    how.no_marks = true;
    LM_TRY(lm_vocab_new(&c->words, e));
    c->map = lm_new(found->size, sizeof *c->map, e);
    if (!c->map) return e->status;
    LM_TRY(lm_words_choose(c->words, c->map, found, count, &how, e));
    *counts = (lm_prep_count){0};
    for (uint32_t w = 0; w < found->size; w++) {
        const bool known = c->map[w] != c->words->unk;
        counts->tokens += count[w];
        counts->types += known;
        counts->known += known ? count[w] : 0;
    }
    return LM_OK;
}

/* Before: all types, not only those that would be chosen. */
static lm_status count_before(const tally *t, const lm_word_choice *choice, lm_prep_count *counts,
                              lm_err *e)
{
    chosen c = {0};
    const lm_status s = choose(&c, t->words, t->count, choice, counts, e);
    counts->types = count_of(t).types;
    free_chosen(&c);
    return s;
}

static lm_status write_tokens(lm_tokens *tokens, const chosen *c, lm_slice unk, lm_out *out,
                              const lm_run *run, lm_err *e)
{
    const lm_tokens_map map = {c->map, LM_TOKEN_BOS, LM_TOKEN_EOS};
    stretch s = {0};
    bool in_line = false;
    lm_status status = lm_reserve(&s.id, &s.id_capacity, CHUNK, sizeof *s.id, e);
    for (uint64_t at = 0; !status && at < tokens->length; at += s.length) {
        s.length = tokens->length - at < CHUNK ? (size_t)(tokens->length - at) : CHUNK;
        if (lm_stopped(run)) status = lm_fail(e, LM_ESTOPPED, "stopped while writing");
        if (!status) status = lm_tokens_take(tokens, at, s.length, &map, s.id, run, e);
        if (!status) status = write_ids(&s, c->words, unk, in_line, e);
        if (!status) status = lm_out_write(out, s.bytes, s.size, e);
        if (!status) in_line = s.id[s.length - 1] != LM_TOKEN_EOS;
    }
    free_stretch(&s);
    return status;
}

/* The text is read: chooses the words and writes it. */
static lm_status write_limited(lm_tokens *tokens, const tally *read, const lm_word_choice *choice,
                               lm_slice unk, lm_out *out, lm_prep_counts *counts, const lm_run *run,
                               lm_err *e)
{
    chosen c = {0};
    lm_prep_counts found = {{0}, {0}};
    lm_status s = lm_tokens_end(tokens, e);
    if (!s) s = choose(&c, tokens->vocab, tokens->count, choice, &found.after, e);
    if (!s && counts) s = count_before(read, choice, &found.before, e);
    if (!s) s = write_tokens(tokens, &c, unk, out, run, e);
    if (!s && counts) *counts = found;
    free_chosen(&c);
    return s;
}

lm_status lm_prep_limit(const lm_prep *prep, const lm_word_choice *choice, lm_slice unk,
                        lm_text *text, lm_out *out, lm_prep_counts *counts, const lm_run *run,
                        lm_err *e)
{
    lm_tokens tokens = {0};
    job j = {.prep = prep, .text = text, .run = run, .tokens = &tokens};
    lm_vocab *words;
    LM_TRY(lm_vocab_new(&words, e));
    lm_status s = lm_tokens_begin(&tokens, words, e);
    if (!s && counts) s = lm_vocab_new(&j.read.words, e);
    if (!s) s = do_blocks(&j, lm_run_pool(run), e);
    if (!s) s = write_limited(&tokens, &j.read, choice, unk, out, counts, run, e);
    free_tally(&j.read);
    lm_tokens_free(&tokens);
    return s;
}
