/* gram_sort.c - sorting one batch of grams in memory.
 *
 * A key holds as many words as fit 63 bits.  The grams of a part are sorted by their first key,
 * then every run of equal keys by the next one, and so on: most runs are short.  What is touched
 * at random is asked for some grams ahead. */
#include "gram_sort.h"
#include "lm/memory.h"
#include "lm/os.h"

enum { INSERTION_MAX = 24, AHEAD = 16 };

/* Words of the gram that begins at p. */
static int words_at(const lm_gram_sort *s, size_t p)
{
    int n = 1;
    while (n < s->order && p + (size_t)n < s->batch.length &&
           s->batch.id[p + (size_t)n] != s->bos && s->batch.id[p + (size_t)n] != LM_NO_WORD)
        n++;
    return n;
}

/* Words from, from+1, .. of the gram number i as a number that sorts as they do. */
static uint64_t key_of(const lm_gram_sort *s, size_t i, int from)
{
    uint64_t key = 0;
    const size_t p = i * s->batch.step;
    const int until = from + s->per_key < s->order ? from + s->per_key : s->order;
    const int words = words_at(s, p);
    for (int j = from; j < until; j++)
        key = key << s->bits | (j < words ? s->batch.id[p + (size_t)j] + (uint64_t)1 : 0);
    return key;
}

static void ask_for(const lm_gram_sort *s, const lm_keyed *item)
{
    LM_PREFETCH(s->batch.id + item->value * s->batch.step);
}

static void sort_small(lm_keyed *item, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const lm_keyed moving = item[i];
        size_t j = i;
        for (; j > 0 && item[j - 1].key > moving.key; j--) item[j] = item[j - 1];
        item[j] = moving;
    }
}

/* Items are sorted by their first `depth` words; sorts each run of equal ones by the next. */
static void sort_deeper(const lm_gram_sort *s, lm_keyed *item, lm_keyed *spare, size_t count,
                        int depth)
{
    const uint64_t last_word = ((uint64_t)1 << s->bits) - 1;
    for (size_t begin = 0, end; begin < count; begin = end) {
        const uint64_t key = item[begin].key;
        for (end = begin + 1; end < count && item[end].key == key;) end++;
        const size_t run = end - begin;
        if (run == 1 || (key & last_word) == 0) continue; /* nothing follows */
        for (size_t i = begin; i < end; i++) {
            if (i + AHEAD < count) ask_for(s, &item[i + AHEAD]);
            item[i].key = key_of(s, (size_t)item[i].value, depth);
        }
        if (run <= INSERTION_MAX)
            sort_small(item + begin, run);
        else
            lm_sort_keyed(item + begin, spare + begin, run, s->bits * s->per_key);
        if (depth + s->per_key < s->order)
            sort_deeper(s, item + begin, spare + begin, run, depth + s->per_key);
    }
}

/* Notes, for every gram of the part, what it shares with the one before and how long it is. */
static void measure_part(const lm_gram_sort *s, size_t part)
{
    int before = 0;
    for (size_t i = s->start[part]; i < s->start[part + 1]; i++) {
        if (i + AHEAD < s->start[part + 1]) ask_for(s, &s->item[i + AHEAD]);
        const int words = words_at(s, (size_t)s->item[i].value * s->batch.step);
        const int least = words < before ? words : before;
        const int common =
            before ? lm_gram_common(lm_gram_sorted(s, i), lm_gram_sorted(s, i - 1), least) : 0;
        s->shape[i] = (uint8_t)(common << 4 | words);
        before = words;
    }
}

/* Items with their first keys. */
static void sort_keyed(const lm_gram_sort *s, lm_keyed *item, lm_keyed *spare, size_t count)
{
    lm_sort_keyed(item, spare, count, s->bits * s->per_key);
    if (s->per_key < s->order) sort_deeper(s, item, spare, count, s->per_key);
}

void lm_gram_sort_items(const lm_gram_sort *s, lm_keyed *item, lm_keyed *spare, size_t count)
{
    for (size_t i = 0; i < count; i++) item[i].key = key_of(s, (size_t)item[i].value, 0);
    sort_keyed(s, item, spare, count);
}

static void sort_part(void *context, size_t part)
{
    const lm_gram_sort *s = context;
    const size_t start = s->start[part], count = s->start[part + 1] - start;
    sort_keyed(s, s->item + start, s->spare + start, count);
    measure_part(s, part);
}

/* ---- placing: every gram, with its first key, goes into its part ---- */

typedef struct {
    const lm_gram_sort *sort;
    const uint16_t *part_of; /* a first word */
    size_t chunks;
    size_t *at; /* (chunks, parts): grams of the part in the chunk, then where they go */
} placing;

static size_t chunk_begin(const placing *job, size_t chunk)
{
    return job->sort->batch.starts / job->chunks * chunk;
}

static size_t chunk_end(const placing *job, size_t chunk)
{
    return chunk + 1 < job->chunks ? chunk_begin(job, chunk + 1) : job->sort->batch.starts;
}

static void count_chunk(void *context, size_t chunk)
{
    const placing *job = context;
    const lm_gram_batch *b = &job->sort->batch;
    size_t *at = job->at + chunk * job->sort->parts;
    for (size_t i = chunk_begin(job, chunk); i < chunk_end(job, chunk); i++)
        at[job->part_of[b->id[i * b->step]]]++;
}

static void place_chunk(void *context, size_t chunk)
{
    const placing *job = context;
    const lm_gram_sort *s = job->sort;
    size_t *at = job->at + chunk * s->parts;
    for (size_t i = chunk_begin(job, chunk); i < chunk_end(job, chunk); i++)
        s->item[at[job->part_of[s->batch.id[i * s->batch.step]]]++] =
            (lm_keyed){key_of(s, i, 0), i};
}

static void place(lm_gram_sort *s, placing *job, const lm_run *run)
{
    size_t placed = 0;
    lm_parallel_for(lm_run_pool(run), job->chunks, count_chunk, job);
    for (size_t part = 0; part < s->parts; part++) {
        s->start[part] = placed;
        for (size_t chunk = 0; chunk < job->chunks; chunk++) {
            size_t *at = &job->at[chunk * s->parts + part];
            const size_t count = *at;
            *at = placed;
            placed += count;
        }
    }
    s->start[s->parts] = placed;
    lm_parallel_for(lm_run_pool(run), job->chunks, place_chunk, job);
}

static lm_status place_grams(lm_gram_sort *s, const lm_run *run, lm_err *e)
{
    const uint32_t words = s->part_word[s->parts];
    const size_t chunks = lm_pool_threads(lm_run_pool(run));
    uint16_t *part_of = lm_new(words, sizeof *part_of, e);
    placing job = {s, part_of, chunks, lm_new(chunks * s->parts, sizeof *job.at, e)};
    const lm_status status = part_of && job.at ? LM_OK : e->status;
    if (!status) {
        for (size_t part = 0; part < s->parts; part++)
            for (uint32_t w = s->part_word[part]; w < s->part_word[part + 1]; w++)
                part_of[w] = (uint16_t)part;
        place(s, &job, run);
    }
    lm_free(part_of);
    lm_free(job.at);
    return status;
}

/* ---- */

static void *large(size_t count, size_t size, lm_err *e)
{
    void *block = lm_resize(NULL, count, size, e);
    if (block) lm_os_huge(block, count * size);
    return block;
}

void lm_gram_sort_keys(lm_gram_sort *s, uint32_t words)
{
    for (s->bits = 1; (uint64_t)words >> s->bits;) s->bits++;
    s->per_key = 63 / s->bits < s->order ? 63 / s->bits : s->order;
}

lm_status lm_gram_sort_batch(lm_gram_sort *s, const lm_run *run, lm_err *e)
{
    lm_gram_sort_keys(s, s->part_word[s->parts]);
    s->item = large(s->batch.starts, sizeof *s->item, e);
    s->spare = large(s->batch.starts, sizeof *s->spare, e);
    s->shape = large(s->batch.starts, sizeof *s->shape, e);
    s->start = lm_new(s->parts + 1, sizeof *s->start, e);
    if (!s->item || !s->spare || !s->shape || !s->start) return e->status;
    LM_TRY(place_grams(s, run, e));
    lm_parallel_for(lm_run_pool(run), s->parts, sort_part, s);
    lm_free(s->spare);
    s->spare = NULL;
    return LM_OK;
}

void lm_gram_sort_free(lm_gram_sort *s)
{
    lm_free(s->item);
    lm_free(s->spare);
    lm_free(s->shape);
    lm_free(s->start);
    s->item = s->spare = NULL;
    s->shape = NULL;
    s->start = NULL;
}
