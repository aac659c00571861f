/* bigrams.c - how often which word follows which in a text. */
#include "bigrams.h"
#include "lm/memory.h"

enum {
    CHUNK = 1 << 16,
    LISTS_SHARE = 4, /* of the run's memory: all lists that are in memory at a time */
    SEEN_SHARE = 8   /* and what counts them */
};

/* The words low .. high - 1, whose lists are in memory at the same time. */
typedef struct {
    uint32_t low, high;
    uint64_t total; /* how often they occur */
    lm_bigrams pairs;
} range;

typedef struct {
    const lm_bigram_counting *how;
    const lm_run *run;
    range *ranges;
    size_t range_count, range_capacity;
    size_t workers;
    lm_err *errors; /* (workers) */
} counting;

/* What one worker needs. */
typedef struct {
    uint32_t *seen;  /* (words) how often the one at hand is followed by it; 0 between lists */
    uint32_t *chunk; /* (CHUNK) tokens */
    uint32_t *next;  /* (total of the range) the lists, one behind the other */
    uint32_t *end;   /* (words of the range) where each ends */
} desk;

lm_status lm_bigrams_add(lm_bigrams *p, lm_bigram pair, lm_err *e)
{
    if (p->count == p->capacity)
        LM_TRY(lm_reserve(&p->item, &p->capacity, p->count + 1, sizeof *p->item, e));
    p->item[p->count++] = pair;
    return LM_OK;
}

void lm_bigrams_free(lm_bigrams *p)
{
    lm_free(p->item);
    *p = (lm_bigrams){0};
}

/* ---- a range, in any thread ---- */

/* Empty lists, each with room for as many words as the word is frequent. */
static lm_status begin_lists(desk *d, const range *r, const lm_tokens *tokens, lm_err *e)
{
    d->next = lm_resize(NULL, (size_t)r->total + 1, sizeof *d->next, e);
    d->end = lm_resize(NULL, r->high - r->low, sizeof *d->end, e);
    if (!d->next || !d->end) return e->status;
    uint32_t begin = 0;
    for (uint32_t w = r->low; w < r->high; begin += (uint32_t)tokens->count[w++])
        d->end[w - r->low] = begin;
    return LM_OK;
}

/* Puts the words of a chunk into the lists of those before them; *before is LM_TOKEN_EOS where
 * there is none. */
static void gather_chunk(desk *d, const range *r, const lm_bigram_counting *how, size_t length,
                         uint32_t *before)
{
    const uint32_t words = r->high - r->low;
    uint32_t a = *before;
    for (size_t i = 0; i < length; i++) {
        const uint32_t b = d->chunk[i];
        if (b >= LM_TOKEN_EOS) {
            if (how->within_lines) a = LM_TOKEN_EOS;
            continue;
        }
        if (how->kind[b] & LM_BIGRAM_NONE) {
            a = LM_TOKEN_EOS;
            continue;
        }
        if (a - r->low < words) d->next[d->end[a - r->low]++] = b;
        a = b;
    }
    *before = a;
}

static lm_status gather(desk *d, const range *r, const counting *job, lm_err *e)
{
    lm_tokens *tokens = job->how->tokens;
    uint32_t before = LM_TOKEN_EOS;
    for (uint64_t from = 0; from < tokens->length; from += CHUNK) {
        const uint64_t left = tokens->length - from;
        const size_t length = left < CHUNK ? (size_t)left : CHUNK;
        if (lm_stopped(job->run)) return lm_fail(e, LM_ESTOPPED, "stopped while counting pairs");
        if (job->ranges == r)
            lm_progress(job->run, "counting pairs", 1e-6 * (double)from,
                        1e-6 * (double)tokens->length, "M words");
        LM_TRY(lm_tokens_take(tokens, from, length, NULL, d->chunk, job->run, e));
        gather_chunk(d, r, job->how, length, &before);
    }
    return LM_OK;
}

/* The number of the first kept pair with a word from `a` on. */
static size_t first_kept(const lm_bigram_counting *how, uint32_t a)
{
    size_t low = 0, high = how->kept;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (how->keep[middle].a < a)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds the pairs of `a`, those to be kept first, whose list is next[0 .. length), and moves *kept
 * behind those of a. */
static lm_status count_list(desk *d, uint32_t *next, size_t length, uint32_t a,
                            const lm_bigram_counting *how, size_t *kept, lm_bigrams *pairs,
                            lm_err *e)
{
    size_t different = 0;
    for (size_t i = 0; i < length; i++)
        if (d->seen[next[i]]++ == 0) next[different++] = next[i];
    for (; *kept < how->kept && how->keep[*kept].a == a; ++*kept) {
        const uint32_t b = how->keep[*kept].b, count = d->seen[b];
        d->seen[b] = 0;
        if (count) LM_TRY(lm_bigrams_add(pairs, (lm_bigram){a, b, count, 0, true}, e));
    }
    for (size_t i = 0; i < different; i++) {
        const uint32_t b = next[i], count = d->seen[b];
        const bool keep = (how->kind[a] | how->kind[b]) & LM_BIGRAM_KEEP;
        d->seen[b] = 0;
        if (count && (keep || count >= how->min_count))
            LM_TRY(lm_bigrams_add(pairs, (lm_bigram){a, b, count, 0, keep}, e));
    }
    return LM_OK;
}

static lm_status count_range(desk *d, range *r, const counting *job, lm_err *e)
{
    const lm_bigram_counting *how = job->how;
    LM_TRY(begin_lists(d, r, how->tokens, e));
    LM_TRY(gather(d, r, job, e));
    size_t kept = first_kept(how, r->low);
    uint32_t *next = d->next;
    for (uint32_t w = r->low; w < r->high; next += how->tokens->count[w++]) {
        const size_t length = (size_t)(d->next + d->end[w - r->low] - next);
        LM_TRY(count_list(d, next, length, w, how, &kept, &r->pairs, e));
    }
    return LM_OK;
}

static void end_lists(desk *d)
{
    lm_free(d->next);
    lm_free(d->end);
    d->next = d->end = NULL;
}

/* Worker i of W does the ranges i, i + W, i + 2W, ... */
static void work(void *context, size_t i)
{
    const counting *job = context;
    lm_err *e = &job->errors[i];
    desk d = {0};
    d.seen = lm_new(job->how->tokens->vocab->size, sizeof *d.seen, e);
    d.chunk = lm_resize(NULL, CHUNK, sizeof *d.chunk, e);
    lm_status s = d.seen && d.chunk ? LM_OK : e->status;
    for (size_t r = i; !s && r < job->range_count; r += job->workers) {
        s = count_range(&d, &job->ranges[r], job, e);
        end_lists(&d);
    }
    lm_free(d.seen);
    lm_free(d.chunk);
}

/* ---- all of them ---- */

/* As many as there are threads, and work and memory for them. */
static size_t worker_count(const lm_tokens *tokens, const lm_run *run)
{
    size_t threads = lm_pool_threads(lm_run_pool(run));
    if (threads > tokens->length / CHUNK + 1) threads = (size_t)(tokens->length / CHUNK) + 1;
    if (!run || !run->memory) return threads;
    const uint64_t each = (uint64_t)tokens->vocab->size * sizeof(uint32_t) + 1;
    const uint64_t room = run->memory / SEEN_SHARE / each;
    return room == 0 ? 1 : room < threads ? (size_t)room : threads;
}

/* Splits the words into ranges of about the same number of tokens: one for each worker if they
 * fit the memory. */
static lm_status split(counting *job, lm_err *e)
{
    const lm_tokens *tokens = job->how->tokens;
    uint64_t most = tokens->length / job->workers + 1;
    if (job->run && job->run->memory) {
        const uint64_t room = job->run->memory / LISTS_SHARE / sizeof(uint32_t) / job->workers;
        if (most > room) most = room;
    }
    if (most > UINT32_MAX) most = UINT32_MAX;
    for (uint32_t w = 0; w < tokens->vocab->size; w++) {
        const uint64_t count = tokens->count[w];
        if (count > UINT32_MAX)
            return lm_fail(e, LM_EFORMAT, "a word occurs %llu times, more than the largest, %u",
                           (unsigned long long)count, UINT32_MAX);
        if (job->range_count == 0 || job->ranges[job->range_count - 1].total + count > most) {
            LM_TRY(lm_reserve(&job->ranges, &job->range_capacity, job->range_count + 1,
                              sizeof *job->ranges, e));
            job->ranges[job->range_count++] = (range){.low = w};
        }
        job->ranges[job->range_count - 1].high = w + 1;
        job->ranges[job->range_count - 1].total += count;
    }
    return LM_OK;
}

static lm_status collect(lm_bigrams *pairs, const counting *job, lm_err *e)
{
    for (size_t i = 0; i < job->workers; i++)
        if (job->errors[i].status) {
            *e = job->errors[i];
            return e->status;
        }
    for (size_t r = 0; r < job->range_count; r++) {
        for (size_t i = 0; i < job->ranges[r].pairs.count; i++)
            LM_TRY(lm_bigrams_add(pairs, job->ranges[r].pairs.item[i], e));
        lm_bigrams_free(&job->ranges[r].pairs);
    }
    return LM_OK;
}

lm_status lm_bigrams_count(lm_bigrams *pairs, const lm_bigram_counting *how, const lm_run *run,
                           lm_err *e)
{
    counting job = {.how = how, .run = run, .workers = worker_count(how->tokens, run)};
    job.errors = lm_new(job.workers, sizeof *job.errors, e);
    if (!job.errors) return e->status;
    lm_status s = split(&job, e);
    if (!s) {
        lm_parallel_for(lm_run_pool(run), job.workers, work, &job);
        s = collect(pairs, &job, e);
    }
    for (size_t r = 0; r < job.range_count; r++) lm_bigrams_free(&job.ranges[r].pairs);
    lm_free(job.ranges);
    lm_free(job.errors);
    return s;
}
