/* ngram_file.c - n-gram models in checkpoints.
 *
 * lm.config: {"order":3,"smooth":"mkn","unit":"word","vocab":9,"unk":0,"eos":1,"bos":8,
 *             "marks_as_words":false,"ngrams":[9,20,31],
 *             "slots":[9,21,31],"discounts":[[..],[..],[..]]}
 * Marks the model has not are null; "backoff":true if backed off where either form exists;
 * "quantize":8 in the compact form with codes of 8 bits; ABS, KN, MKN have "discounts", ADDK and
 * ADDK_BACKOFF "k".  Tables: "rank" of each id, U32.
 *
 * Plain, all U32: of order k < order "k.nodes", a row of four for each slot and one more (word,
 * first, and the bits of the floats prob and bow), of the highest order "k.leaves", rows of two
 * (word, prob); lm/ngram.h says what they mean.
 *
 * Compact: of order 1 the same; of order k >= 2 "k.records", U64, "k.probs", F32, and below the
 * highest order "k.marks", U64, "k.samples", U32, "k.bows", F32; packed.h says what they mean. */
#include <stdio.h>
#include <string.h>
#include "config.h"
#include "lm/json.h"
#include "lm/memory.h"
#include "lm/quantize.h"
#include "trie.h"

/* ---- the tables, walked by saving and loading alike ---- */

enum { TABLES_MAX = 2 + 5 * (LM_NGRAM_ORDER_MAX - 1) };

typedef struct {
    char name[32];
    lm_dtype dtype;
    uint64_t count;
    void *slot; /* address of the model's pointer to it */
} table;

typedef struct {
    int count;
    table list[TABLES_MAX];
} table_list;

static void list_table(table_list *out, int k, const char *name, lm_dtype dtype, uint64_t count,
                       void *slot)
{
    table *t = &out->list[out->count++];
    *t = (table){"", dtype, count, slot};
    (void)snprintf(t->name, sizeof t->name, "%d.%s", k, name);
}

static void list_packed(lm_ngram *m, int k, table_list *out)
{
    lm_packed_table *t = &m->packed->table[k];
    const uint64_t count = m->count[k], codes = (uint64_t)1 << m->packed->bits;
    list_table(out, k, "records", LM_U64, lm_packed_record_words(t, count), &t->records);
    list_table(out, k, "probs", LM_F32, codes, &t->probs);
    if (k == m->lang.order) return;
    list_table(out, k, "marks", LM_U64, lm_packed_mark_words(count, m->count[k + 1]), &t->marks);
    list_table(out, k, "samples", LM_U32, lm_packed_samples(count), &t->samples);
    list_table(out, k, "bows", LM_F32, codes, &t->bows);
}

/* The tables of a model. */
static void list_tables(lm_ngram *m, table_list *out)
{
    out->count = 1;
    out->list[0] = (table){"rank", LM_U32, m->count[1], &m->rank};
    for (int k = 1; k <= m->lang.order; k++) {
        if (m->packed && k > 1)
            list_packed(m, k, out);
        else if (k < m->lang.order)
            list_table(out, k, "nodes", LM_U32, 4 * (m->slots[k] + 1), &m->node[k]);
        else
            list_table(out, k, "leaves", LM_U32, 2 * m->slots[k], &m->leaf);
    }
}

/* ---- saving ---- */

static lm_status add_discounts(const lm_ngram *m, lm_str *out, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, ",\"discounts\":["));
    for (int k = 1; k <= m->lang.order; k++)
        for (int j = 0; j < 3; j++) {
            LM_TRY(lm_str_addf(out, e, j ? "," : k > 1 ? ",[" : "["));
            LM_TRY(lm_str_add_real(out, m->discount[k][j], e));
            if (j == 2) LM_TRY(lm_str_addf(out, e, "]"));
        }
    return lm_str_addf(out, e, "]");
}

static lm_status add_config(const void *model, lm_str *out, lm_err *e)
{
    const lm_ngram *m = model;
    LM_TRY(lm_str_addf(out, e, "{\"order\":%d,\"smooth\":\"%s\"", m->lang.order,
                       lm_ngram_smooth_name(m->smooth)));
    LM_TRY(lm_lang_config_add(&m->lang, out, e));
    if (m->backoff) LM_TRY(lm_str_addf(out, e, ",\"backoff\":true"));
    LM_TRY(lm_str_addf(out, e, ",\"ngrams\":"));
    LM_TRY(lm_config_add_sizes(out, m->count, m->lang.order, e));
    LM_TRY(lm_str_addf(out, e, ",\"slots\":"));
    LM_TRY(lm_config_add_sizes(out, m->slots, m->lang.order, e));
    if (m->packed) LM_TRY(lm_str_addf(out, e, ",\"quantize\":%u", m->packed->bits));
    if (lm_ngram_discount_count(m->smooth)) LM_TRY(add_discounts(m, out, e));
    if (lm_ngram_is_addk(m->smooth)) {
        LM_TRY(lm_str_addf(out, e, ",\"k\":"));
        LM_TRY(lm_str_add_real(out, m->k, e));
    }
    return lm_str_addf(out, e, "}");
}

lm_status lm_ngram_save(const lm_ngram *model, lm_ckpt_writer *writer, lm_err *e)
{
    lm_ngram m = *model; /* for list_tables, by which a model can also be filled */
    lm_status s = lm_ckpt_write_meta(writer, "lm.config", add_config, model, e);
    if (!s) s = lm_lang_save(&model->lang, writer, e);
    table_list tables;
    list_tables(&m, &tables);
    for (int i = 0; !s && i < tables.count; i++) {
        const table *t = &tables.list[i];
        const void *data;
        memcpy(&data, t->slot, sizeof data);
        s = lm_ckpt_add_table(writer, t->name, t->dtype, t->count, data, e);
    }
    return s;
}

/* ---- loading: the configuration ---- */

typedef struct {
    lm_ngram *model; /* what is read goes there, but for these: */
    lm_lang_config words;
    int orders, slot_orders; /* entries of "ngrams" and "slots" */
    uint64_t bits;           /* "quantize"; 0: the plain form */
} shape;

static lm_status read_smooth(lm_json *j, lm_ngram *m, lm_err *e)
{
    const char *names[LM_NGRAM_ARPA + 1];
    int choice = 0;
    for (int i = 0; i <= LM_NGRAM_ARPA; i++) names[i] = lm_ngram_smooth_name((lm_ngram_smooth)i);
    LM_TRY(lm_config_choice(j, names, LM_NGRAM_ARPA + 1, &choice, e));
    m->smooth = (lm_ngram_smooth)choice;
    return LM_OK;
}

static lm_status read_bits(lm_json *j, uint64_t *bits, lm_err *e)
{
    LM_TRY(lm_json_u64(j, bits, e));
    if (*bits < LM_QUANTIZE_BITS_MIN || *bits > LM_QUANTIZE_BITS_MAX)
        return lm_json_fail(j, e, "\"quantize\" is not %d to %d", LM_QUANTIZE_BITS_MIN,
                            LM_QUANTIZE_BITS_MAX);
    return LM_OK;
}

static lm_status read_discounts(lm_json *j, lm_ngram *m, lm_err *e)
{
    bool more;
    LM_TRY(lm_json_array(j, e));
    for (int k = 1; k <= LM_NGRAM_ORDER_MAX + 1; k++) {
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        if (k > LM_NGRAM_ORDER_MAX) break;
        LM_TRY(lm_json_array(j, e));
        for (int i = 0; i < 4; i++) {
            LM_TRY(lm_json_element(j, &more, e));
            if (more != (i < 3)) return lm_json_fail(j, e, "an order has three discounts");
            if (more) LM_TRY(lm_json_real(j, &m->discount[k][i], e));
        }
    }
    return lm_json_fail(j, e, "too many orders");
}

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    shape *found = context;
    lm_ngram *m = found->model;
    if (lm_json_is(key, "order")) return lm_config_order(j, &m->lang.order, e);
    if (lm_json_is(key, "smooth")) return read_smooth(j, m, e);
    if (lm_json_is(key, "backoff")) return lm_json_bool(j, &m->backoff, e);
    if (lm_json_is(key, "ngrams")) return lm_config_sizes(j, m->count, &found->orders, e);
    if (lm_json_is(key, "slots")) return lm_config_sizes(j, m->slots, &found->slot_orders, e);
    if (lm_json_is(key, "quantize")) return read_bits(j, &found->bits, e);
    if (lm_json_is(key, "discounts")) return read_discounts(j, m, e);
    if (lm_json_is(key, "k")) return lm_json_real(j, &m->k, e);
    return lm_lang_config_member(&found->words, j, key, e);
}

/* ---- loading: the tables ---- */

/* Bytes of tables up to which all that is in them is checked here.  Larger ones are only mapped,
 * and not read before they are used; trie.h then keeps within them. */
static const uint64_t checked_at_once = (uint64_t)64 << 20;

/* Sizes must go together, and indices fit 32 bits. */
static lm_status check_sizes(const lm_ngram *m, const shape *found, const char *path, lm_err *e)
{
    if (m->lang.order == 0 || found->orders != m->lang.order || found->slot_orders != m->lang.order)
        return lm_fail(e, LM_EFORMAT,
                       "%s: lm.config: order %d, but %d sizes in \"ngrams\" and %d in \"slots\"",
                       path, m->lang.order, found->orders, found->slot_orders);
    if (found->words.vocab != m->count[1] || found->words.vocab != m->slots[1] ||
        found->words.vocab == 0 || found->words.vocab >= LM_NO_WORD - 1)
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: a vocabulary of %llu, but %llu unigrams",
                       path, (unsigned long long)found->words.vocab,
                       (unsigned long long)m->count[1]);
    for (int k = 2; k <= m->lang.order; k++)
        if (m->slots[k] >= UINT32_MAX || m->count[k] > m->slots[k] ||
            (found->bits && m->count[k] < m->slots[k]))
            return lm_fail(e, LM_EFORMAT, "%s: lm.config: %llu n-grams of order %d in %llu slots",
                           path, (unsigned long long)m->count[k], k,
                           (unsigned long long)m->slots[k]);
    return LM_OK;
}

static lm_status out_of_range(int k, const char *name, uint64_t i, const char *path, lm_err *e)
{
    return lm_fail(e, LM_EFORMAT, "%s: tensor '%d.%s': row %llu is out of range", path, k, name,
                   (unsigned long long)i);
}

/* Ranks and ids must belong together. */
static lm_status check_ranks(const lm_ngram *m, const char *path, lm_err *e)
{
    for (uint32_t id = 0; id < m->count[1]; id++)
        if (m->rank[id] >= m->count[1] || lm_ngram_word(m, 1, m->rank[id]) != id)
            return lm_fail(e, LM_EFORMAT, "%s: tensor 'rank': rank %u of word %u is out of range",
                           path, m->rank[id], id);
    return LM_OK;
}

/* A rank, or that of an unused slot. */
static bool is_word(const lm_ngram *m, uint32_t word)
{
    return word < m->count[1] || word == LM_NO_WORD;
}

/* Children must follow each other and words be in range. */
static lm_status check_nodes(const lm_ngram *m, int k, const char *path, lm_err *e)
{
    for (uint64_t i = 0; i < m->slots[k]; i++) {
        const lm_ngram_node *node = &m->node[k][i];
        if (!is_word(m, node->word) || node->first > node[1].first ||
            !lm_ngram_is_prob(node->prob) || !lm_ngram_is_bow(node->bow))
            return out_of_range(k, "nodes", i, path, e);
    }
    if (m->node[k][0].first != 0 || m->node[k][m->slots[k]].first != m->slots[k + 1])
        return out_of_range(k, "nodes", m->slots[k], path, e);
    return LM_OK;
}

static lm_status check_leaves(const lm_ngram *m, const char *path, lm_err *e)
{
    const int order = m->lang.order;
    for (uint64_t i = 0; i < m->slots[order]; i++)
        if (!is_word(m, m->leaf[i].word) || !lm_ngram_is_prob(m->leaf[i].prob))
            return out_of_range(order, "leaves", i, path, e);
    return LM_OK;
}

static lm_status check_packed(const lm_ngram *m, int k, const char *path, lm_err *e)
{
    if (lm_packed_is_sound(m, k)) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "%s: the tables of order %d do not go together", path, k);
}

static lm_status check_trie(const lm_ngram *m, const char *path, lm_err *e)
{
    for (int k = 1; k <= m->lang.order; k++)
        LM_TRY(m->packed && k > 1  ? check_packed(m, k, path, e)
               : k < m->lang.order ? check_nodes(m, k, path, e)
                                   : check_leaves(m, path, e));
    return LM_OK;
}

/* All that a code can stand for. */
static lm_status check_codebooks(const lm_ngram *m, const char *path, lm_err *e)
{
    for (int k = 2; k <= m->lang.order; k++) {
        const lm_packed_table *t = &m->packed->table[k];
        for (uint64_t i = 0; i < (uint64_t)1 << m->packed->bits; i++) {
            if (!lm_ngram_is_prob(t->probs[i])) return out_of_range(k, "probs", i, path, e);
            if (k < m->lang.order && !lm_ngram_is_bow(t->bows[i]))
                return out_of_range(k, "bows", i, path, e);
        }
    }
    return LM_OK;
}

static lm_status view_tables(lm_ngram *m, const lm_ckpt *ckpt, lm_err *e)
{
    uint64_t bytes = 0;
    table_list tables;
    list_tables(m, &tables);
    const char *path = lm_ckpt_path(ckpt);
    for (int i = 0; i < tables.count; i++) {
        const table *t = &tables.list[i];
        const void *data;
        LM_TRY(lm_ckpt_table(ckpt, t->name, t->dtype, t->count, &data, e));
        memcpy(t->slot, &data, sizeof data);
        bytes += t->count * lm_dtype_size(t->dtype);
    }
    LM_TRY(check_ranks(m, path, e));
    if (m->packed) LM_TRY(check_codebooks(m, path, e));
    return bytes > checked_at_once ? LM_OK : check_trie(m, path, e);
}

/* A model in the compact form has room for its tables before they are viewed. */
static lm_status expect_packed(lm_ngram *m, uint64_t bits, lm_err *e)
{
    if (!bits) return LM_OK;
    m->packed = lm_new(1, sizeof *m->packed, e);
    if (!m->packed) return e->status;
    lm_packed_init(m->packed, m->lang.order, m->count[1], (unsigned)bits);
    return LM_OK;
}

static lm_status load(lm_ngram *m, const lm_ckpt *ckpt, lm_err *e)
{
    shape found = {.model = m, .words = LM_LANG_CONFIG_EMPTY};
    lm_status s = lm_ckpt_config(ckpt, read_member, &found, e);
    if (!s) s = check_sizes(m, &found, lm_ckpt_path(ckpt), e);
    if (!s) s = lm_lang_load(&m->lang, &found.words, ckpt, e);
    if (!s) s = expect_packed(m, found.bits, e);
    if (!s) s = view_tables(m, ckpt, e);
    return s;
}

lm_status lm_ngram_load(lm_ngram **out, const lm_ckpt *ckpt, lm_err *e)
{
    *out = NULL;
    lm_ngram *m = lm_new(1, sizeof *m, e);
    if (!m) return e->status;
    m->lang.type = &lm_ngram_lang;
    const lm_status s = load(m, ckpt, e);
    if (s)
        lm_ngram_free(m);
    else
        *out = m;
    return s;
}
