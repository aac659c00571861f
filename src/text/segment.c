/* segment.c - Chinese words, by maximum probability under a unigram model. */
#include "lm/segment.h"
#include "lm/lines.h"
#include "lm/memory.h"
#include "lm/scalar.h"
#include "lm/unicode.h"
#include "lm/utf8.h"

#define NO_WORD UINT32_MAX /* no cost: log2(total / count) is at most 64 */
enum { ROOT = 0, SCALE = 1 << 24 };

/* An edge of the trie, from a node by a character; open addressing, linear probing. */
typedef struct {
    uint64_t key;  /* node << 32 | character; 0: free */
    uint32_t node; /* where it leads */
} edge;

struct lm_segment {
    edge *edges;
    size_t edge_slots; /* a power of two, more than twice the edges */
    uint64_t *count;   /* (nodes) of the word that ends there, then... */
    uint32_t *cost;    /* (nodes) ...log2(total / count) * SCALE; NO_WORD: none ends */
    size_t nodes, count_capacity;
    uint64_t total;
    uint32_t unknown; /* the cost of a character that is no word */
};

bool lm_segment_is_han(uint32_t code)
{
    enum { REPETITION = 0x3005, ZERO = 0x3007, PLANE_2 = 0x20000, PLANE_4 = 0x40000 };
    return lm_unicode_is_ideograph(code) || code == REPETITION || code == ZERO ||
           (code >= PLANE_2 && code < PLANE_4);
}

/* ---- the trie ---- */

/* The edge, or the free slot where it would stand. */
static edge *find_edge(const lm_segment *s, uint32_t node, uint32_t code)
{
    const uint64_t key = (uint64_t)node << 32 | code;
    const uint64_t hash = key * 0xbb67ae8584caa73bu;
    size_t i = (size_t)(hash >> 32) & (s->edge_slots - 1);
    while (s->edges[i].key != 0 && s->edges[i].key != key) i = (i + 1) & (s->edge_slots - 1);
    return &s->edges[i];
}

static lm_status grow_edges(lm_segment *s, lm_err *e)
{
    lm_segment larger = {.edge_slots = s->edge_slots ? 2 * s->edge_slots : 1 << 12};
    larger.edges = lm_new(larger.edge_slots, sizeof *larger.edges, e);
    if (!larger.edges) return e->status;
    for (size_t i = 0; i < s->edge_slots; i++) {
        const uint64_t key = s->edges[i].key;
        if (key) *find_edge(&larger, (uint32_t)(key >> 32), (uint32_t)key) = s->edges[i];
    }
    lm_free(s->edges);
    s->edges = larger.edges;
    s->edge_slots = larger.edge_slots;
    return LM_OK;
}

static lm_status add_node(lm_segment *s, lm_err *e)
{
    if (s->nodes > UINT32_MAX - 1) return lm_fail(e, LM_EFORMAT, "the dictionary is too large");
    LM_TRY(lm_reserve(&s->count, &s->count_capacity, s->nodes + 1, sizeof *s->count, e));
    s->count[s->nodes++] = 0;
    if (2 * s->nodes > s->edge_slots) LM_TRY(grow_edges(s, e));
    return LM_OK;
}

static lm_status add_word(lm_segment *s, lm_slice word, uint64_t count, lm_err *e)
{
    uint32_t node = ROOT, code;
    for (size_t at = 0; at < word.length;) {
        at += lm_utf8_read(word.text + at, word.length - at, &code);
        edge *next = find_edge(s, node, code);
        if (next->key == 0) {
            const uint32_t made = (uint32_t)s->nodes;
            LM_TRY(add_node(s, e));
            *find_edge(s, node, code) = (edge){(uint64_t)node << 32 | code, made};
            node = made;
        } else {
            node = next->node;
        }
    }
    s->count[node] += count;
    return LM_OK;
}

/* ---- reading ---- */

/* How many characters a word has if all are Han; else 0. */
static size_t han_length(lm_slice word)
{
    size_t length = 0;
    uint32_t code;
    for (size_t at = 0; at < word.length; length++) {
        at += lm_utf8_read(word.text + at, word.length - at, &code);
        if (!lm_segment_is_han(code)) return 0;
    }
    return length;
}

static lm_status read_line(lm_segment *s, const lm_line *line, lm_err *e)
{
    int64_t count;
    if (line->count < 2 || !lm_parse_int(line->word[1], &count) || count < 0)
        return lm_line_fail(line, e, "expected a word and how often it occurs");
    if (!lm_add_u64(s->total, (uint64_t)count, &s->total))
        return lm_line_fail(line, e, "the sum of all counts is above 2^64");
    const size_t length = han_length(line->word[0]);
    if (length > LM_SEGMENT_LONGEST)
        return lm_line_fail(line, e, "a word of more than %d characters", LM_SEGMENT_LONGEST);
    return length && count ? add_word(s, line->word[0], (uint64_t)count, e) : LM_OK;
}

static lm_status read_lines(lm_segment *s, lm_lines *lines, lm_err *e)
{
    lm_line line;
    for (bool more;;) {
        LM_TRY(lm_lines_next(lines, &line, &more, e));
        if (!more) return LM_OK;
        if (line.count) LM_TRY(read_line(s, &line, e));
    }
}

static uint32_t cost_of(uint64_t count, uint64_t total)
{
    const double bits = lm_log2((double)total) - lm_log2((double)count);
    return (uint32_t)(bits * SCALE + 0.5);
}

static lm_status set_costs(lm_segment *s, const char *name, lm_err *e)
{
    if (s->total == 0) return lm_fail(e, LM_EFORMAT, "%s: no words", name);
    s->cost = lm_new(s->nodes, sizeof *s->cost, e);
    if (!s->cost) return e->status;
    for (size_t i = 0; i < s->nodes; i++)
        s->cost[i] = s->count[i] ? cost_of(s->count[i], s->total) : NO_WORD;
    s->unknown = cost_of(1, s->total);
    lm_free(s->count);
    s->count = NULL;
    return LM_OK;
}

static lm_status read_dictionary(lm_segment *s, lm_text *text, const char *name, lm_err *e)
{
    lm_lines *lines;
    LM_TRY(add_node(s, e));
    LM_TRY(lm_lines_new(&lines, text, e));
    lm_status status = read_lines(s, lines, e);
    lm_lines_free(lines);
    return status ? status : set_costs(s, name, e);
}

lm_status lm_segment_read(lm_segment **segment, lm_slice bytes, const char *name, lm_err *e)
{
    lm_text *text;
    *segment = NULL;
    LM_TRY(lm_text_memory(&text, bytes, name, LM_UNIT_WORD, true, e));
    lm_segment *s = lm_new(1, sizeof *s, e);
    const lm_status status = s ? read_dictionary(s, text, name, e) : e->status;
    lm_text_close(text);
    if (status)
        lm_segment_free(s);
    else
        *segment = s;
    return status;
}

void lm_segment_free(lm_segment *s)
{
    if (!s) return;
    lm_free(s->edges);
    lm_free(s->count);
    lm_free(s->cost);
    lm_free(s);
}

/* ---- cutting ---- */

/* A character, and the best cut of what begins with it. */
struct lm_segment_place {
    uint64_t cost;
    uint32_t code, length; /* length: characters of the first word */
};

void lm_segment_desk_free(lm_segment_desk *desk)
{
    lm_free(desk->place);
    *desk = (lm_segment_desk){0};
}

/* The first word at place[i], of those up to place[end], when the places after it are known. */
static void choose_word(const lm_segment *s, struct lm_segment_place *place, size_t i, size_t end)
{
    struct lm_segment_place *here = &place[i];
    uint32_t node = ROOT;
    here->cost = s->unknown + place[i + 1].cost;
    here->length = 1;
    for (size_t to = i; to < end; to++) {
        const edge *next = find_edge(s, node, place[to].code);
        if (next->key == 0) return;
        node = next->node;
        if (s->cost[node] == NO_WORD) continue;
        const uint64_t cost = s->cost[node] + place[to + 1].cost;
        if (to > i && cost > here->cost) continue;
        here->cost = cost;
        here->length = (uint32_t)(to + 1 - i);
    }
}

lm_status lm_segment_cut(const lm_segment *s, lm_segment_desk *desk, lm_slice text,
                         const lm_word_sink *sink, lm_err *e)
{
    size_t count = 0;
    LM_TRY(lm_reserve(&desk->place, &desk->capacity, text.length + 1, sizeof *desk->place, e));
    struct lm_segment_place *place = desk->place;
    for (size_t at = 0; at < text.length; count++)
        at += lm_utf8_read(text.text + at, text.length - at, &place[count].code);
    place[count].cost = 0;
    for (size_t i = count; i-- > 0;) choose_word(s, place, i, count);
    for (size_t i = 0, at = 0; i < count;) {
        const size_t start = at, end = i + place[i].length;
        for (; i < end; i++) at += place[i].code < 0x10000 ? 3 : 4;
        LM_TRY(sink->put(sink->context, (lm_slice){text.text + start, at - start}, e));
    }
    return LM_OK;
}
