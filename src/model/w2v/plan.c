/* plan.c - what a round of training does, decided before any number of a vector is looked at. */
#include "plan.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "lm/random.h"
#include "lm/scalar.h"
#include "w2v_private.h"

/* What stands in the text between lines. */
#define LINE_BREAK LM_TOKEN_EOS

enum {
    CENTRES_MOST = LM_W2V_ROUND / LM_W2V_BLOCKS + 1,
    CHANCES = 4 * LM_RANDOM_SOME,
    LOW_KEYS = 1 << 12
};

/* ---- tables: from rows to slots ---- */

/* `stamp` is of the round and the block that last had the key; what it says is void if the round is
 * another. */
struct lm_w2v_entry {
    uint32_t key, stamp, slot;
};

static lm_status new_table(lm_w2v_table *table, size_t keys, lm_arena *arena, lm_err *e)
{
    size_t size = 64;
    while (size < 2 * keys) size *= 2;
    table->mask = (uint32_t)(size - 1);
    table->entry = lm_arena_new(arena, LOW_KEYS + size, sizeof *table->entry, e);
    return e->status;
}

/* Forgets all; stamps of this round are now .. now + LM_W2V_BLOCKS - 1. */
static void clear_table(lm_w2v_table *table)
{
    if (!table->entry) return;
    table->now += LM_W2V_BLOCKS;
    if (table->now < UINT32_MAX - LM_W2V_BLOCKS) return;
    memset(table->entry, 0, (LOW_KEYS + table->mask + (size_t)1) * sizeof *table->entry);
    table->now = LM_W2V_BLOCKS;
}

/* The entry of a key, or the free one where it belongs.  The most frequent words, which are the
 * lowest keys, have places of their own, close together. */
static struct lm_w2v_entry *find(const lm_w2v_table *table, uint32_t key)
{
    if (key < LOW_KEYS) return &table->entry[key];
    for (uint32_t i = key * 2654435769u >> 7;; i++) {
        struct lm_w2v_entry *entry = &table->entry[LOW_KEYS + (i & table->mask)];
        if (entry->stamp < table->now || entry->key == key) return entry;
    }
}

/* Has block `b` the key already? */
static bool has(const lm_w2v_table *table, const struct lm_w2v_entry *entry, size_t b)
{
    return entry->stamp == table->now + (uint32_t)b;
}

static void enter(const lm_w2v_table *table, struct lm_w2v_entry *entry, uint32_t key, size_t b,
                  size_t slot)
{
    *entry = (struct lm_w2v_entry){key, table->now + (uint32_t)b, (uint32_t)slot};
}

/* The slot of a row in block b, which takes so many more steps; a new one is linked with that of
 * the last block that had the row. */
static uint32_t slot_of(lm_w2v_round *round, size_t b, bool output, uint32_t row, uint32_t steps)
{
    lm_w2v_block *block = round->block;
    const lm_w2v_table *table = output ? &round->outputs : &round->inputs;
    lm_w2v_slots *slots = output ? &block[b].outputs : &block[b].inputs;
    struct lm_w2v_entry *entry = find(table, row);
    if (has(table, entry, b)) {
        slots->steps[entry->slot] += steps;
        return entry->slot;
    }
    const uint32_t slot = (uint32_t)slots->count++;
    assert(slot < slots->most);
    slots->row[slot] = row;
    slots->steps[slot] = steps;
    slots->next[slot] = LM_W2V_NO_SLOT;
    slots->first[slot] = entry->stamp < table->now;
    if (!slots->first[slot]) {
        const size_t before = entry->stamp - table->now;
        lm_w2v_slots *other = output ? &block[before].outputs : &block[before].inputs;
        other->next[entry->slot] = (uint32_t)b << LM_W2V_BLOCK_SHIFT | slot;
    }
    enter(table, entry, row, b, slot);
    return slot;
}

/* ---- the planner ---- */

/* Word2vec's subsampling: sqrt(t/f) + t/f of words of frequency f (word2vec.c; the paper has
 * another formula). */
static void set_keep(lm_w2v_planner *p)
{
    const lm_w2v *m = p->model;
    for (uint32_t w = 0; w < m->lang.vocab->size; w++) {
        const double f = (double)m->count[w] / (double)p->text->total, t = p->how->sample;
        const double chance = t > 0 && f > 0 ? sqrt(t / f) + t / f : 1;
        p->keep[w] = chance < 1 ? (uint32_t)(chance * 0x1p32) : UINT32_MAX;
    }
}

static lm_status new_noise(lm_w2v_planner *p, lm_err *e)
{
    const lm_w2v *m = p->model;
    const uint32_t V = m->lang.vocab->size;
    double *weight = lm_new(V, sizeof *weight, e);
    if (!weight) return e->status;
    for (uint32_t w = 0; w < V; w++)
        weight[w] = m->count[w] ? lm_pow((double)m->count[w], m->shape.noise_power) : 0;
    const lm_status s = lm_alias_new(&p->noise, weight, V, e);
    lm_free(weight);
    return s;
}

/* Subwords of all words; their rows are numbered after those of the words. */
static lm_status list_grams(lm_w2v_planner *p, lm_w2v_grams *grams, lm_err *e)
{
    const lm_w2v *m = p->model;
    const uint32_t V = m->lang.vocab->size;
    size_t capacity = 0, count = 0;
    p->gram_begin = lm_new((size_t)V + 1, sizeof *p->gram_begin, e);
    if (!p->gram_begin) return e->status;
    for (uint32_t w = 0; w < V; w++) {
        LM_TRY(lm_w2v_grams_of(&m->shape, lm_vocab_word(m->lang.vocab, w), grams, e));
        LM_TRY(lm_reserve(&p->gram, &capacity, count + grams->count, sizeof *p->gram, e));
        for (size_t i = 0; i < grams->count; i++) p->gram[count++] = V + grams->bucket[i];
        p->gram_begin[w + 1] = count;
        if (grams->count > p->most_grams) p->most_grams = grams->count;
    }
    return LM_OK;
}

static lm_status new_planner(lm_w2v_planner *p, lm_err *e)
{
    const lm_w2v *m = p->model;
    lm_w2v_grams grams = {0};
    p->most_words = CENTRES_MOST + 2 * (size_t)m->shape.window;
    p->keep = lm_new(m->lang.vocab->size, sizeof *p->keep, e);
    if (!p->keep) return e->status;
    set_keep(p);
    if (m->shape.loss == LM_W2V_NEGATIVE) LM_TRY(new_noise(p, e));
    if (m->shape.loss == LM_W2V_HIERARCHY)
        LM_TRY(lm_w2v_huffman_new(&p->huffman, m->count, m->lang.vocab->size, e));
    if (m->shape.max_n == 0) return LM_OK;
    const lm_status s = list_grams(p, &grams, e);
    lm_w2v_grams_free(&grams);
    return s;
}

lm_status lm_w2v_planner_new(lm_w2v_planner *p, const lm_w2v *model, lm_w2v_text *text,
                             const lm_w2v_training *how, lm_err *e)
{
    *p = (lm_w2v_planner){.model = model, .text = text, .how = how};
    const lm_status s = new_planner(p, e);
    if (s) lm_w2v_planner_free(p);
    return s;
}

void lm_w2v_planner_free(lm_w2v_planner *p)
{
    lm_free(p->keep);
    lm_alias_free(p->noise);
    lm_w2v_huffman_free(&p->huffman);
    lm_free(p->gram_begin);
    lm_free(p->gram);
    *p = (lm_w2v_planner){0};
}

/* ---- room ---- */

static void *numbers(lm_arena *arena, size_t count, lm_err *e)
{
    return lm_arena_new(arena, count, sizeof(uint32_t), e);
}

static lm_status new_slots(lm_w2v_slots *slots, size_t most, lm_arena *arena, lm_err *e)
{
    slots->most = most;
    slots->row = numbers(arena, most, e);
    slots->steps = numbers(arena, most, e);
    slots->next = numbers(arena, most, e);
    slots->first = lm_arena_new(arena, most, sizeof *slots->first, e);
    return e->status;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Rows of the tables that `words` words, of which `centres` are predicted, touch at most. */
static size_t most_inputs(const lm_w2v_planner *p, size_t words)
{
    const size_t rows =
        p->model->lang.vocab->size + (p->model->shape.max_n ? (size_t)p->model->shape.buckets : 0);
    return smaller(words * (1 + p->most_grams), rows);
}

static size_t most_outputs(const lm_w2v_planner *p, size_t centres, size_t blocks)
{
    const size_t noise = LM_W2V_NOISE_GROUPS * (size_t)p->how->noise;
    const size_t rows = p->model->lang.vocab->size;
    if (p->model->shape.loss == LM_W2V_HIERARCHY)
        return smaller(centres * p->huffman.longest, rows);
    return smaller(centres + blocks * noise, rows);
}

size_t lm_w2v_most_inputs(const lm_w2v_planner *p)
{
    return most_inputs(p, p->most_words);
}

size_t lm_w2v_most_outputs(const lm_w2v_planner *p)
{
    return most_outputs(p, CENTRES_MOST, 1);
}

static lm_status new_block(lm_w2v_block *block, const lm_w2v_planner *p, lm_arena *arena, lm_err *e)
{
    block->word = numbers(arena, p->most_words, e);
    block->left = lm_arena_new(arena, CENTRES_MOST, 1, e);
    block->right = lm_arena_new(arena, CENTRES_MOST, 1, e);
    block->target = numbers(arena, CENTRES_MOST, e);
    block->noise = numbers(arena, LM_W2V_NOISE_GROUPS * (size_t)p->how->noise, e);
    if (p->gram) {
        block->begin = numbers(arena, p->most_words + 1, e);
        block->rows = numbers(arena, p->most_words * (1 + p->most_grams), e);
    }
    if (p->huffman.longest)
        block->path = numbers(arena, CENTRES_MOST * (2 * p->huffman.longest + 1), e);
    LM_TRY(e->status);
    LM_TRY(new_slots(&block->inputs, lm_w2v_most_inputs(p), arena, e));
    return new_slots(&block->outputs, lm_w2v_most_outputs(p), arena, e);
}

lm_status lm_w2v_round_new(lm_w2v_round *round, const lm_w2v_planner *p, lm_arena *arena, lm_err *e)
{
    round->text = numbers(arena, LM_W2V_ROUND, e);
    round->kept = numbers(arena, LM_W2V_ROUND, e);
    round->before = lm_arena_new(arena, LM_W2V_ROUND, 1, e);
    round->after = lm_arena_new(arena, LM_W2V_ROUND, 1, e);
    round->chance = numbers(arena, LM_W2V_ROUND + CHANCES, e);
    LM_TRY(e->status);
    for (size_t b = 0; b < LM_W2V_BLOCKS; b++) LM_TRY(new_block(&round->block[b], p, arena, e));
    LM_TRY(new_table(&round->inputs, most_inputs(p, LM_W2V_ROUND), arena, e));
    LM_TRY(new_table(&round->outputs, most_outputs(p, LM_W2V_ROUND, LM_W2V_BLOCKS), arena, e));
    if (p->gram) LM_TRY(new_table(&round->words, LM_W2V_ROUND, arena, e));
    return p->huffman.longest ? new_table(&round->paths, LM_W2V_ROUND, arena, e) : LM_OK;
}

/* ---- the words of a round ---- */

/* Random numbers for `count` tokens. */
static void draw(lm_w2v_round *round, const lm_w2v_planner *p, lm_random_purpose purpose,
                 uint32_t serial, size_t count)
{
    for (size_t i = 0; i < count; i += CHANCES)
        lm_random_some(round->chance + i, p->how->seed, purpose, serial, i / 4);
}

/* Of the words from..to of one line: how many there are before and after each, up to `window`. */
static void end_line(lm_w2v_round *round, size_t from, size_t to, size_t window)
{
    for (size_t i = from; i < to; i++) {
        round->before[i] = (uint8_t)smaller(i - from, window);
        round->after[i] = (uint8_t)smaller(to - 1 - i, window);
    }
}

/* Reads the round's tokens and keeps some.  Returns how many. */
static size_t choose_words(const lm_w2v_planner *p, lm_w2v_round *round, uint64_t number,
                           uint32_t serial)
{
    const lm_tokens_map map = {p->text->map, LINE_BREAK, LINE_BREAK};
    const uint64_t from = number * LM_W2V_ROUND, left = p->text->tokens.length - from;
    const size_t count = left < LM_W2V_ROUND ? (size_t)left : LM_W2V_ROUND;
    const size_t window = (size_t)p->model->shape.window;
    size_t kept = 0, line = 0;
    if (lm_tokens_take(&p->text->tokens, from, count, &map, round->text, NULL, &round->error))
        return 0;
    draw(round, p, LM_RANDOM_KEEP, serial, count);
    for (size_t i = 0; i < count; i++) {
        const uint32_t word = round->text[i];
        if (word == LINE_BREAK) {
            end_line(round, line, kept, window);
            line = kept;
        } else if (word != LM_NO_WORD) {
            round->kept[kept] = word;
            kept += round->chance[i] <= p->keep[word];
        }
    }
    end_line(round, line, kept, window);
    return kept;
}

/* ---- the slots of a block ---- */

/* With subwords: the rows of the word, once in a block. */
static uint32_t list_rows(const lm_w2v_planner *p, lm_w2v_round *round, size_t b, uint32_t word,
                          uint32_t steps)
{
    lm_w2v_block *block = &round->block[b];
    struct lm_w2v_entry *entry = find(&round->words, word);
    if (!has(&round->words, entry, b)) {
        const size_t place = block->words++;
        uint32_t end = block->begin[place];
        block->rows[end++] = slot_of(round, b, false, word, 0);
        for (size_t i = p->gram_begin[word]; i < p->gram_begin[word + 1]; i++)
            block->rows[end++] = slot_of(round, b, false, p->gram[i], 0);
        block->begin[place + 1] = end;
        enter(&round->words, entry, word, b, place);
    }
    for (uint32_t i = block->begin[entry->slot]; i < block->begin[entry->slot + 1]; i++)
        block->inputs.steps[block->rows[i]] += steps;
    return entry->slot;
}

static uint32_t input_of(const lm_w2v_planner *p, lm_w2v_round *round, size_t b, uint32_t word,
                         uint32_t steps)
{
    return p->gram ? list_rows(p, round, b, word, steps) : slot_of(round, b, false, word, steps);
}

/* The path of a word in the tree, once in a block. */
static uint32_t path_of(const lm_w2v_planner *p, lm_w2v_round *round, size_t b, uint32_t word)
{
    lm_w2v_block *block = &round->block[b];
    struct lm_w2v_entry *entry = find(&round->paths, word);
    const size_t begin = p->huffman.begin[word], end = p->huffman.begin[word + 1];
    const uint32_t length = (uint32_t)(end - begin);
    if (!has(&round->paths, entry, b)) {
        uint32_t *path = block->path + block->path_length;
        *path++ = length;
        for (size_t i = begin; i < end; i++) *path++ = p->huffman.turn[i];
        for (size_t i = begin; i < end; i++)
            *path++ = slot_of(round, b, true, p->huffman.node[i], 0);
        enter(&round->paths, entry, word, b, block->path_length);
        block->path_length += 2 * length + 1;
    }
    const uint32_t *nodes = block->path + entry->slot + 1 + length;
    for (uint32_t i = 0; i < length; i++) block->outputs.steps[nodes[i]]++;
    return entry->slot;
}

static void draw_noise(const lm_w2v_planner *p, lm_w2v_round *round, size_t b, uint32_t serial)
{
    lm_w2v_block *block = &round->block[b];
    const size_t words = LM_W2V_NOISE_GROUPS * (size_t)p->how->noise;
    const uint32_t steps = (uint32_t)(block->centres / LM_W2V_NOISE_GROUPS + 1);
    for (size_t i = 0; i < words; i++) {
        const lm_random_block chance =
            lm_random_at(p->how->seed, LM_RANDOM_NOISE, serial, b * words + i);
        block->noise[i] = slot_of(round, b, true, lm_alias_draw(p->noise, chance), steps);
    }
}

/* The window of word i: `before` and `after` of it, cut to 1 .. window. */
static void choose_window(const lm_w2v_planner *p, const lm_w2v_round *round, lm_w2v_block *block,
                          size_t i, size_t centre)
{
    const uint64_t window = p->model->shape.window;
    const size_t reach =
        p->how->fixed_window ? (size_t)window : 1 + (size_t)(round->chance[i] * window >> 32);
    block->left[centre] = (uint8_t)smaller(round->before[i], reach);
    block->right[centre] = (uint8_t)smaller(round->after[i], reach);
}

/* Block b has the words begin..end-1 of the `kept` ones as centres. */
static void plan_block(const lm_w2v_planner *p, lm_w2v_round *round, size_t b, size_t begin,
                       size_t end, size_t kept, uint32_t serial)
{
    const size_t window = (size_t)p->model->shape.window;
    const bool hierarchy = p->huffman.longest > 0;
    const bool once = p->model->shape.mode == LM_W2V_CBOW && !p->how->undivided;
    const size_t from = begin < window ? 0 : begin - window;
    const size_t to = kept - end < window ? kept : end + window;
    lm_w2v_block *block = &round->block[b];
    block->centres = end - begin;
    block->inputs.count = block->outputs.count = block->words = block->path_length = 0;
    if (begin == end) return;
    for (size_t i = from; i < to; i++) {
        uint32_t steps = 1; /* about as many as the word has neighbours */
        if (i >= begin && i < end) {
            choose_window(p, round, block, i, i - begin);
            if (!once) steps = (uint32_t)block->left[i - begin] + block->right[i - begin];
            block->target[i - begin] = hierarchy ? path_of(p, round, b, round->kept[i])
                                                 : slot_of(round, b, true, round->kept[i], 1);
        }
        block->word[window + i - begin] = input_of(p, round, b, round->kept[i], steps);
    }
    if (p->noise) draw_noise(p, round, b, serial);
}

void lm_w2v_plan(const lm_w2v_planner *p, lm_w2v_round *round, uint64_t number, uint32_t serial)
{
    const size_t kept = choose_words(p, round, number, serial);
    clear_table(&round->words);
    clear_table(&round->inputs);
    clear_table(&round->outputs);
    clear_table(&round->paths);
    draw(round, p, LM_RANDOM_WINDOW, serial, kept);
    for (size_t b = 0; b < LM_W2V_BLOCKS; b++)
        plan_block(p, round, b, kept * b / LM_W2V_BLOCKS, kept * (b + 1) / LM_W2V_BLOCKS, kept,
                   serial);
}
