/* merges.c - pairs of neighbours in sequences of symbols: counted, and merged into one symbol. */
#include "merges.h"
#include <string.h>
#include "lm/memory.h"
#include "pair_queue.h"

/* Sequences stand one behind the other in cells, with a SEAM before, between and after them.  A
 * symbol that was merged of n has n cells: itself in the first, INNER and n in the last, so that
 * both of its neighbours can be found from it. */
#define SEAM  UINT32_MAX
#define INNER 0x80000000u

/* What is known of a symbol. */
typedef struct {
    uint32_t cells;
    uint32_t as_left, as_right; /* LIKELIHOOD: lists of the pairs that have it */
    uint64_t times;             /* LIKELIHOOD: how often it occurs */
} symbol_facts;

/* A list, in no order, of the cells where one pair begins. */
typedef struct {
    uint32_t before, after;
} link;

struct lm_merges {
    lm_tok_score score;
    uint64_t min_count;
    uint32_t *cell;    /* (cells) */
    uint32_t *owner;   /* (cells) the sequence of each */
    link *link;        /* (cells) of the pair that begins there */
    uint64_t *weight;  /* (sequences) */
    size_t used, room; /* cells */
    size_t sequences, weight_capacity;
    symbol_facts *symbol; /* (symbols) */
    size_t symbols, symbol_capacity;
    lm_pair_queue pairs;
};

/* ---- the sequences ---- */

lm_status lm_merges_new(lm_merges **merges, uint64_t cells, lm_tok_score score, uint64_t min_count,
                        lm_err *e)
{
    *merges = NULL;
    if (cells >= INNER - 1)
        return lm_fail(e, LM_EFORMAT,
                       "the different pieces of the text have %llu symbols, more "
                       "than %u",
                       (unsigned long long)cells, INNER - 2);
    lm_merges *m = lm_new(1, sizeof *m, e);
    if (!m) return e->status;
    m->score = score;
    m->min_count = min_count;
    m->room = (size_t)cells + 1;
    m->used = 1;
    m->cell = lm_resize(NULL, m->room, sizeof *m->cell, e);
    m->owner = lm_resize(NULL, m->room, sizeof *m->owner, e);
    m->link = lm_resize(NULL, m->room, sizeof *m->link, e);
    lm_status s = m->cell && m->owner && m->link ? LM_OK : e->status;
    if (!s) s = lm_pair_queue_new(&m->pairs, e);
    if (s) {
        lm_merges_free(m);
        return s;
    }
    m->cell[0] = SEAM;
    *merges = m;
    return LM_OK;
}

void lm_merges_free(lm_merges *m)
{
    if (!m) return;
    lm_free(m->cell);
    lm_free(m->owner);
    lm_free(m->link);
    lm_free(m->weight);
    lm_free(m->symbol);
    lm_pair_queue_free(&m->pairs);
    lm_free(m);
}

static lm_status know_symbol(lm_merges *m, uint32_t symbol, lm_err *e)
{
    if (symbol < m->symbols) return LM_OK;
    LM_TRY(lm_reserve(&m->symbol, &m->symbol_capacity, (size_t)symbol + 1, sizeof *m->symbol, e));
    while (m->symbols <= symbol)
        m->symbol[m->symbols++] = (symbol_facts){1, LM_NO_PLACE, LM_NO_PLACE, 0};
    return LM_OK;
}

lm_status lm_merges_add(lm_merges *m, const uint32_t *symbols, size_t length, uint64_t weight,
                        lm_err *e)
{
    for (size_t i = 0; i < length; i++) {
        LM_TRY(know_symbol(m, symbols[i], e));
        m->symbol[symbols[i]].times += weight;
    }
    if (length < 2) return LM_OK; /* it has no pairs */
    LM_TRY(lm_reserve(&m->weight, &m->weight_capacity, m->sequences + 1, sizeof *m->weight, e));
    for (size_t i = 0; i < length; i++) {
        m->cell[m->used] = symbols[i];
        m->owner[m->used++] = (uint32_t)m->sequences;
    }
    m->cell[m->used++] = SEAM;
    m->weight[m->sequences++] = weight;
    return LM_OK;
}

/* ---- the pairs ---- */

/* Enters a new pair in the lists of its symbols. */
static void list_pair(lm_merges *m, uint32_t number)
{
    lm_symbol_pair *p = &m->pairs.pair[number];
    p->next_left = m->symbol[p->left].as_left;
    m->symbol[p->left].as_left = number;
    p->next_right = m->symbol[p->right].as_right;
    m->symbol[p->right].as_right = number;
}

static lm_status add_place(lm_merges *m, uint32_t place, uint32_t left, uint32_t right, lm_err *e)
{
    const size_t known = m->pairs.count;
    uint32_t number;
    LM_TRY(lm_pair_add(&m->pairs, left, right, &number, e));
    if (number == known && m->score == LM_TOK_LIKELIHOOD) list_pair(m, number);
    lm_symbol_pair *p = &m->pairs.pair[number];
    p->count += m->weight[m->owner[place]];
    m->link[place] = (link){LM_NO_PLACE, p->first};
    if (p->first != LM_NO_PLACE) m->link[p->first].before = place;
    p->first = place;
    return LM_OK;
}

static void drop_place(lm_merges *m, uint32_t place, uint32_t left, uint32_t right)
{
    lm_symbol_pair *p = &m->pairs.pair[lm_pair_find(&m->pairs, left, right)];
    const link l = m->link[place];
    p->count -= m->weight[m->owner[place]];
    if (l.before == LM_NO_PLACE)
        p->first = l.after;
    else
        m->link[l.before].after = l.after;
    if (l.after != LM_NO_PLACE) m->link[l.after].before = l.before;
}

/* Larger is better; 0: it is too rare.  Positive doubles compare as their bits do. */
static uint64_t key_of(const lm_merges *m, const lm_symbol_pair *p)
{
    if (p->count < m->min_count) return 0;
    if (m->score == LM_TOK_COUNT) return p->count;
    const double times = (double)m->symbol[p->left].times * (double)m->symbol[p->right].times;
    const double score = (double)p->count / times;
    uint64_t key;
    memcpy(&key, &score, sizeof key);
    return key;
}

/* Queues a pair whose key may have risen; one that fell is found out when it is the first. */
static lm_status queue_pair(lm_merges *m, uint32_t number, lm_err *e)
{
    const uint64_t key = key_of(m, &m->pairs.pair[number]);
    return key ? lm_pair_raise(&m->pairs, number, key, e) : LM_OK;
}

static lm_status queue_from(lm_merges *m, size_t number, lm_err *e)
{
    for (; number < m->pairs.count; number++) LM_TRY(queue_pair(m, (uint32_t)number, e));
    return LM_OK;
}

lm_status lm_merges_begin(lm_merges *m, lm_err *e)
{
    for (uint32_t i = 1; i + 1 < m->used; i++)
        if (m->cell[i] != SEAM && m->cell[i + 1] != SEAM)
            LM_TRY(add_place(m, i, m->cell[i], m->cell[i + 1], e));
    return queue_from(m, 0, e);
}

bool lm_merges_best(lm_merges *m, uint32_t pair[2])
{
    for (const lm_queued *top; (top = lm_pair_top(&m->pairs));) {
        const lm_symbol_pair *p = &m->pairs.pair[top->pair];
        const uint64_t key = key_of(m, p);
        if (key && key < top->key) {
            lm_pair_lower_top(&m->pairs, key);
            continue;
        }
        lm_pair_take_top(&m->pairs);
        pair[0] = p->left;
        pair[1] = p->right;
        if (key) return true; /* else it has become too rare */
    }
    return false;
}

/* ---- merging ---- */

/* The cell where the symbol before this one begins, that of a SEAM if there is none. */
static uint32_t before(const lm_merges *m, uint32_t place)
{
    const uint32_t last = m->cell[place - 1];
    return last != SEAM && last & INNER ? place - (last & ~INNER) : place - 1;
}

static lm_status merge_at(lm_merges *m, uint32_t place, const uint32_t pair[2], uint32_t symbol,
                          lm_err *e)
{
    const uint32_t a = pair[0], b = pair[1];
    const uint32_t middle = place + m->symbol[a].cells, end = middle + m->symbol[b].cells;
    const uint32_t begin = before(m, place);
    const uint32_t left = m->cell[begin], right = m->cell[end];
    const uint64_t weight = m->weight[m->owner[place]];
    drop_place(m, place, a, b);
    if (left != SEAM) drop_place(m, begin, left, a);
    if (right != SEAM) drop_place(m, middle, b, right);
    m->cell[place] = symbol;
    m->cell[end - 1] = INNER | (end - place);
    m->symbol[a].times -= weight;
    m->symbol[b].times -= weight;
    m->symbol[symbol].times += weight;
    if (left != SEAM) LM_TRY(add_place(m, begin, left, symbol, e));
    return right != SEAM ? add_place(m, place, symbol, right, e) : LM_OK;
}

/* Merges a run "aaaa", which the place is in, from its left. */
static lm_status merge_run(lm_merges *m, uint32_t place, const uint32_t pair[2], uint32_t symbol,
                           lm_err *e)
{
    const uint32_t a = pair[0], step = m->symbol[a].cells;
    for (uint32_t left; m->cell[left = before(m, place)] == a;) place = left;
    for (; m->cell[place] == a && m->cell[place + step] == a; place += 2 * step)
        LM_TRY(merge_at(m, place, pair, symbol, e));
    return LM_OK;
}

/* The scores of pairs with a symbol that has become rarer have risen. */
static lm_status queue_pairs_of(lm_merges *m, uint32_t symbol, lm_err *e)
{
    uint32_t *list = &m->symbol[symbol].as_left;
    while (*list != LM_NO_PLACE) {
        lm_symbol_pair *p = &m->pairs.pair[*list];
        LM_TRY(queue_pair(m, *list, e));
        if (p->count < m->min_count) /* for good: it leaves the list */
            *list = p->next_left;
        else
            list = &p->next_left;
    }
    list = &m->symbol[symbol].as_right;
    while (*list != LM_NO_PLACE) {
        lm_symbol_pair *p = &m->pairs.pair[*list];
        LM_TRY(queue_pair(m, *list, e));
        if (p->count < m->min_count)
            *list = p->next_right;
        else
            list = &p->next_right;
    }
    return LM_OK;
}

lm_status lm_merges_apply(lm_merges *m, const uint32_t pair[2], uint32_t symbol, lm_err *e)
{
    const size_t known = m->pairs.count;
    const uint32_t number = lm_pair_find(&m->pairs, pair[0], pair[1]);
    LM_TRY(know_symbol(m, symbol, e));
    m->symbol[symbol].cells = m->symbol[pair[0]].cells + m->symbol[pair[1]].cells;
    for (uint32_t place; (place = m->pairs.pair[number].first) != LM_NO_PLACE;)
        LM_TRY(pair[0] == pair[1] ? merge_run(m, place, pair, symbol, e)
                                  : merge_at(m, place, pair, symbol, e));
    if (m->score == LM_TOK_LIKELIHOOD) {
        LM_TRY(queue_pairs_of(m, pair[0], e));
        LM_TRY(queue_pairs_of(m, pair[1], e));
    }
    return queue_from(m, known, e);
}
