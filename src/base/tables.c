/* tables.c - large tables on the heap or in mapped temporary files. */
#include "lm/tables.h"
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include "lm/memory.h"
#include "lm/os.h"
#include "lm/temp.h"

enum { ALIGN = 64, PIECE = 1 << 21, MARGIN = 4 << 20 };

struct lm_table {
    struct lm_table *older;
    void *bytes;
    size_t length;
    bool mapped;
    void *block; /* on the heap: what is freed */
};

/* ---- what lm_breathe gives back: every mapping of the process ---- */

typedef struct {
    const void *bytes;
    size_t length;
} span;

static pthread_mutex_t spans_lock = PTHREAD_MUTEX_INITIALIZER;
static span *spans;
static size_t span_count, span_capacity;

void lm_breathe_note(const void *bytes, size_t length)
{
    lm_err ignored = {0};
    pthread_mutex_lock(&spans_lock);
    if (lm_reserve(&spans, &span_capacity, span_count + 1, sizeof *spans, &ignored) == LM_OK)
        spans[span_count++] = (span){bytes, length};
    pthread_mutex_unlock(&spans_lock);
}

void lm_breathe_forget(const void *bytes)
{
    pthread_mutex_lock(&spans_lock);
    for (size_t i = 0; i < span_count; i++)
        if (spans[i].bytes == bytes) spans[i--] = spans[--span_count];
    if (span_count == 0) { /* nothing is held when all work is done */
        lm_free(spans);
        spans = NULL;
        span_capacity = 0;
    }
    pthread_mutex_unlock(&spans_lock);
}

/* What may be taken before the next look at it: an eighth of the memory, or MARGIN of little. */
static uint64_t breathing_room(uint64_t memory)
{
    const uint64_t share = memory / 8;
    return share > MARGIN ? share : memory / 2 < MARGIN ? memory / 2 : MARGIN;
}

void lm_breathe(const lm_run *run)
{
    if (run && run->memory && lm_os_resident() >= run->memory - breathing_room(run->memory))
        lm_breathe_out(run);
}

void lm_breathe_out(const lm_run *run)
{
    if (!run || !run->memory) return;
    pthread_mutex_lock(&spans_lock);
    for (size_t i = 0; i < span_count; i++) lm_os_release(spans[i].bytes, spans[i].length);
    pthread_mutex_unlock(&spans_lock);
}

/* ---- tables ---- */

/* Fresh memory costs time where it is touched first: all threads do that. */
static void clear_piece(void *context, size_t i)
{
    const struct lm_table *t = context;
    const size_t begin = i * PIECE;
    memset((char *)t->bytes + begin, 0, t->length - begin < PIECE ? t->length - begin : PIECE);
}

static bool new_on_heap(struct lm_table *t, size_t length, const lm_run *run, lm_err *e)
{
    size_t room;
    if (!lm_add_size(length, ALIGN, &room)) room = SIZE_MAX;
    t->block = lm_resize(NULL, room, 1, e);
    if (!t->block) return false;
    lm_os_huge(t->block, room);
    t->bytes = (char *)t->block + (ALIGN - (uintptr_t)t->block % ALIGN);
    lm_parallel_for(lm_run_pool(run), (length + PIECE - 1) / PIECE, clear_piece, t);
    return true;
}

static bool new_in_file(struct lm_table *t, const lm_run *run, lm_err *e)
{
    if (lm_temp_map(lm_run_tmpdir(run), t->length, &t->bytes, e) != LM_OK) return false;
    t->mapped = true;
    lm_breathe_note(t->bytes, t->length);
    return true;
}

/* Half of the memory is for tables on the heap, if nothing else is there; the rest for what is
 * mapped or read. */
static bool fits_heap(const lm_tables *tables, size_t length, const lm_run *run)
{
    if (!run || !run->memory) return true;
    const uint64_t half = run->memory / 2, most = run->memory - run->memory / 8;
    if (length > half || tables->heap > half - length) return false;
    return lm_os_resident() <= most - length;
}

void *lm_tables_new(lm_tables *tables, uint64_t count, size_t size, const lm_run *run, lm_err *e)
{
    size_t length;
    if (count > SIZE_MAX || !lm_mul_size((size_t)count, size, &length)) {
        lm_fail(e, LM_ENOMEM, "out of memory: %llu x %zu bytes", (unsigned long long)count, size);
        return NULL;
    }
    struct lm_table *t = lm_new(1, sizeof *t, e);
    if (!t) return NULL;
    t->length = length ? length : 1;
    const bool fits = fits_heap(tables, length, run);
    if (!(fits ? new_on_heap(t, t->length, run, e) : new_in_file(t, run, e))) {
        lm_free(t);
        return NULL;
    }
    if (fits) tables->heap += t->length;
    t->older = tables->list;
    tables->list = t;
    return t->bytes;
}

static void free_table(lm_tables *tables, struct lm_table *t)
{
    if (t->mapped) {
        lm_breathe_forget(t->bytes);
        (void)munmap(t->bytes, t->length);
    } else {
        tables->heap -= t->length;
        lm_free(t->block);
    }
    lm_free(t);
}

void lm_tables_drop(lm_tables *tables, const void *table)
{
    for (struct lm_table **at = &tables->list; *at; at = &(*at)->older) {
        struct lm_table *t = *at;
        if (t->bytes != table) continue;
        *at = t->older;
        free_table(tables, t);
        return;
    }
}

void lm_tables_free(lm_tables *tables)
{
    while (tables->list) {
        struct lm_table *t = tables->list;
        tables->list = t->older;
        free_table(tables, t);
    }
    *tables = (lm_tables){0};
}

bool lm_tables_mapped(const lm_tables *tables)
{
    const struct lm_table *t = tables->list;
    while (t && !t->mapped) t = t->older;
    return t != NULL;
}
