/* quantize.c - from the plain form of a model's tables to the compact one (packed.h). */
#include "lm/quantize.h"
#include "codebook.h"
#include "lm/memory.h"
#include "trie.h"

enum { CHUNK = 1 << 13 };

/* A stretch of bits that one chunk writes.  Its first word may hold bits of the chunk before as
 * well: what it has of that one goes to its edge, which is put in place when all are done. */
typedef struct {
    uint64_t word, bits;
} edge;

typedef struct {
    uint64_t *words;
    uint64_t at; /* the next bit */
    edge *first;
} bit_writer;

typedef struct {
    const lm_ngram *model; /* in the plain form */
    const lm_run *run;
    uint64_t *before[LM_NGRAM_ORDER_MAX + 1]; /* (chunks + 1) n-grams in the slots before */
    edge *edges;                              /* (chunks) */
    struct lm_ngram_packed packed;            /* what becomes of it */
    int order;                                /* at work on */
    lm_tally prob, bow;
    lm_err failed[2]; /* making their codebooks */
    /* The tables that are being filled. */
    uint64_t *records, *marks;
    uint32_t *samples;
    lm_ngram_node *unigrams;
    float *probs, *bows;
} packing;

/* ---- writing bits ---- */

static bit_writer write_at(uint64_t *words, uint64_t at, edge *first)
{
    *first = (edge){at / 64, 0};
    return (bit_writer){words, at, first};
}

static void put_word(bit_writer *w, uint64_t word, uint64_t bits)
{
    if (word == w->first->word)
        w->first->bits |= bits;
    else
        w->words[word] |= bits;
}

static void put(bit_writer *w, uint64_t value, unsigned bits)
{
    const unsigned shift = w->at % 64;
    put_word(w, w->at / 64, value << shift);
    if (shift + bits > 64) put_word(w, w->at / 64 + 1, value >> (64 - shift));
    w->at += bits;
}

static void close_edges(const packing *p, uint64_t *words, size_t chunks)
{
    for (size_t i = 0; i < chunks; i++) words[p->edges[i].word] |= p->edges[i].bits;
}

/* ---- going over slots ---- */

static size_t chunks_of(const packing *p, int k)
{
    return (size_t)((p->model->slots[k] + CHUNK - 1) / CHUNK);
}

static uint64_t chunk_end(const packing *p, int k, size_t chunk)
{
    const uint64_t size = p->model->slots[k], end = ((uint64_t)chunk + 1) * CHUNK;
    return end < size ? end : size;
}

static uint64_t count_used(const packing *p, int k, uint64_t slot, uint64_t end)
{
    uint64_t used = 0;
    for (; slot < end; slot++) used += lm_ngram_word(p->model, k, slot) != LM_NO_WORD;
    return used;
}

/* How many n-grams stand before a slot: the number of the one in it. */
static uint64_t number_of(const packing *p, int k, uint64_t slot)
{
    const uint64_t chunk = slot / CHUNK;
    return p->before[k][chunk] + count_used(p, k, chunk * CHUNK, slot);
}

/* The tables may be those of a large file, which were not looked through when it was loaded. */
static bool is_sound(const lm_ngram *m, int k, uint64_t slot)
{
    const uint32_t word = lm_ngram_word(m, k, slot);
    if (word >= m->count[1] && word != LM_NO_WORD) return false;
    if (!lm_ngram_is_prob(lm_ngram_prob(m, k, slot))) return false;
    if (k == m->lang.order) return true;
    const lm_ngram_node *node = &m->node[k][slot];
    return node->first <= node[1].first && node[1].first <= m->slots[k + 1] &&
           (word != LM_NO_WORD || node->first == node[1].first) && (slot > 0 || node->first == 0) &&
           lm_ngram_is_bow(node->bow);
}

static void measure_chunk(void *context, size_t chunk)
{
    const packing *p = context;
    const int k = p->order;
    const uint64_t begin = (uint64_t)chunk * CHUNK, end = chunk_end(p, k, chunk);
    uint64_t sound = begin;
    while (sound < end && is_sound(p->model, k, sound)) sound++;
    p->before[k][chunk] = sound < end ? UINT64_MAX : count_used(p, k, begin, end);
    lm_breathe(p->run);
}

/* Sets before[k]. */
static lm_status measure(packing *p, int k, lm_err *e)
{
    const lm_ngram *m = p->model;
    const size_t chunks = chunks_of(p, k);
    p->order = k;
    p->before[k] = lm_new(chunks + 1, sizeof **p->before, e);
    if (!p->before[k]) return e->status;
    lm_parallel_for(lm_run_pool(p->run), chunks, measure_chunk, p);
    uint64_t sum = 0;
    bool sound = k == m->lang.order || m->node[k][m->slots[k]].first == m->slots[k + 1];
    for (size_t i = 0; i < chunks; i++) {
        const uint64_t here = p->before[k][i];
        sound = sound && here != UINT64_MAX;
        p->before[k][i] = sum;
        sum += here;
    }
    p->before[k][chunks] = sum;
    if (!sound || sum != m->count[k])
        return lm_fail(e, LM_EFORMAT, "the table of order %d is damaged", k);
    return LM_OK;
}

/* ---- codebooks ---- */

/* Probabilities or back-off weights. */
static void tally(void *context, size_t column)
{
    packing *p = context;
    const lm_ngram *m = p->model;
    const int k = p->order;
    lm_tally *t = column == 0 ? &p->prob : &p->bow;
    for (uint64_t i = 0; i < m->slots[k]; i++) {
        if (i % CHUNK == 0) lm_breathe(p->run);
        if (lm_ngram_word(m, k, i) == LM_NO_WORD) continue;
        lm_tally_add(t, column == 0 ? lm_ngram_prob(m, k, i) : m->node[k][i].bow);
    }
    (void)!lm_tally_finish(t, p->packed.bits, column == 0 ? p->probs : p->bows, &p->failed[column]);
}

/* Makes the codebooks of the order. */
static lm_status make_codebooks(packing *p, lm_tables *tables, lm_err *e)
{
    lm_packed_table *table = &p->packed.table[p->order];
    const bool has_bow = p->order < p->model->lang.order;
    const uint64_t size = (uint64_t)1 << p->packed.bits;
    table->probs = p->probs = lm_tables_new(tables, size, sizeof *p->probs, p->run, e);
    if (!p->probs) return e->status;
    LM_TRY(lm_tally_new(&p->prob, tables, p->run, e));
    if (has_bow) {
        table->bows = p->bows = lm_tables_new(tables, size, sizeof *p->bows, p->run, e);
        if (!p->bows) return e->status;
        LM_TRY(lm_tally_new(&p->bow, tables, p->run, e));
    }
    lm_parallel_for(lm_run_pool(p->run), has_bow ? 2 : 1, tally, p);
    for (int i = 0; i < 2; i++)
        if (p->failed[i].status) return lm_fail(e, p->failed[i].status, "%s", p->failed[i].message);
    return LM_OK;
}

/* ---- records and marks ---- */

static void pack_chunk(void *context, size_t chunk)
{
    const packing *p = context;
    const lm_ngram *m = p->model;
    const int k = p->order;
    const unsigned width = p->packed.table[k].width, bits = p->packed.bits;
    bit_writer w = write_at(p->records, p->before[k][chunk] * width, &p->edges[chunk]);
    for (uint64_t i = (uint64_t)chunk * CHUNK; i < chunk_end(p, k, chunk); i++) {
        const uint32_t word = lm_ngram_word(m, k, i);
        if (word == LM_NO_WORD) continue;
        uint64_t codes = lm_tally_code(&p->prob, lm_ngram_prob(m, k, i));
        if (k < m->lang.order) codes |= (uint64_t)lm_tally_code(&p->bow, m->node[k][i].bow) << bits;
        put(&w, word | codes << p->packed.word_bits, width);
    }
    lm_breathe(p->run);
}

static lm_status pack_records(packing *p, int k, lm_tables *tables, lm_err *e)
{
    lm_packed_table *table = &p->packed.table[k];
    const uint64_t words = lm_packed_record_words(table, p->model->count[k]);
    p->order = k;
    LM_TRY(make_codebooks(p, tables, e));
    table->records = p->records = lm_tables_new(tables, words, sizeof *p->records, p->run, e);
    if (!p->records) return e->status;
    lm_parallel_for(lm_run_pool(p->run), chunks_of(p, k), pack_chunk, p);
    close_edges(p, p->records, chunks_of(p, k));
    lm_tally_drop(&p->prob, tables);
    if (k < p->model->lang.order) lm_tally_drop(&p->bow, tables);
    return LM_OK;
}

static void mark_chunk(void *context, size_t chunk)
{
    const packing *p = context;
    const int k = p->order;
    uint64_t slot = (uint64_t)chunk * CHUNK, i = p->before[k][chunk];
    uint64_t child = number_of(p, k + 1, p->model->node[k][slot].first);
    bit_writer w = write_at(p->marks, i + child, &p->edges[chunk]);
    for (; slot < chunk_end(p, k, chunk); slot++) {
        const lm_ngram_node *node = &p->model->node[k][slot];
        if (node->word == LM_NO_WORD) continue;
        if (i % LM_PACKED_SAMPLE == 0) p->samples[i / LM_PACKED_SAMPLE] = (uint32_t)child;
        const uint64_t children = count_used(p, k + 1, node->first, node[1].first);
        child += children;
        w.at += children;
        put(&w, 1, 1);
        i++;
    }
    lm_breathe(p->run);
}

static lm_status make_marks(packing *p, int k, lm_tables *tables, lm_err *e)
{
    const lm_ngram *m = p->model;
    lm_packed_table *table = &p->packed.table[k];
    const uint64_t words = lm_packed_mark_words(m->count[k], m->count[k + 1]);
    const uint64_t samples = lm_packed_samples(m->count[k]);
    p->order = k;
    table->marks = p->marks = lm_tables_new(tables, words, sizeof *p->marks, p->run, e);
    table->samples = p->samples = lm_tables_new(tables, samples, sizeof *p->samples, p->run, e);
    if (!p->marks || !p->samples) return e->status;
    lm_parallel_for(lm_run_pool(p->run), chunks_of(p, k), mark_chunk, p);
    close_edges(p, p->marks, chunks_of(p, k));
    return LM_OK;
}

/* Unigrams stay as they are, but for where their children begin. */
static void copy_chunk(void *context, size_t chunk)
{
    const packing *p = context;
    const lm_ngram_node *from = p->model->node[1];
    uint64_t i = (uint64_t)chunk * CHUNK;
    uint64_t child = number_of(p, 2, from[i].first);
    for (; i < chunk_end(p, 1, chunk); i++) {
        p->unigrams[i] = from[i];
        p->unigrams[i].first = (uint32_t)child;
        child += count_used(p, 2, from[i].first, from[i + 1].first);
    }
    lm_breathe(p->run);
}

static lm_status copy_unigrams(packing *p, lm_tables *tables, lm_err *e)
{
    const lm_ngram *m = p->model;
    const uint64_t count = m->count[1];
    p->unigrams = lm_tables_new(tables, count + 1, sizeof *p->unigrams, p->run, e);
    if (!p->unigrams) return e->status;
    lm_parallel_for(lm_run_pool(p->run), chunks_of(p, 1), copy_chunk, p);
    p->unigrams[count].first = (uint32_t)m->count[2];
    return LM_OK;
}

/* ---- all of it ---- */

static lm_status pack_order(packing *p, lm_ngram *m, int k, lm_err *e)
{
    lm_free(p->edges);
    p->edges = lm_new(chunks_of(p, k), sizeof *p->edges, e);
    if (!p->edges) return e->status;
    if (k == 1) return copy_unigrams(p, &m->tables, e);
    if (k < m->lang.order) LM_TRY(make_marks(p, k, &m->tables, e));
    return pack_records(p, k, &m->tables, e);
}

static lm_status pack(packing *p, lm_ngram *m, lm_err *e)
{
    const int order = m->lang.order;
    for (int k = 1; k <= order; k++) LM_TRY(measure(p, k, e));
    for (int k = 1; k <= order && order > 1; k++) {
        LM_TRY(pack_order(p, m, k, e));
        lm_tables_drop(&m->tables, k < order ? (const void *)m->node[k] : m->leaf);
        if (k < order) m->node[k] = NULL;
    }
    return LM_OK;
}

lm_status lm_ngram_quantize(lm_ngram *m, int bits, const lm_run *run, lm_err *e)
{
    packing p = {.model = m, .run = run};
    if (bits < LM_QUANTIZE_BITS_MIN || bits > LM_QUANTIZE_BITS_MAX)
        return lm_fail(e, LM_EUSAGE, "%d bits: not %d to %d", bits, LM_QUANTIZE_BITS_MIN,
                       LM_QUANTIZE_BITS_MAX);
    if (m->packed)
        return lm_fail(e, LM_EUSAGE, "the model is quantized already, to %u bits", m->packed->bits);
    lm_packed_init(&p.packed, m->lang.order, m->count[1], (unsigned)bits);
    struct lm_ngram_packed *packed = lm_new(1, sizeof *packed, e);
    lm_status s = packed ? LM_OK : e->status;
    if (!s) s = pack(&p, m, e);
    for (int k = 1; k <= m->lang.order; k++) lm_free(p.before[k]);
    lm_free(p.edges);
    if (s) {
        lm_free(packed);
        return s;
    }
    *packed = p.packed;
    m->packed = packed;
    if (m->lang.order > 1) {
        m->node[1] = p.unigrams;
        m->leaf = NULL;
    }
    for (int k = 1; k <= m->lang.order; k++) m->slots[k] = m->count[k];
    return LM_OK;
}
