/* ngram_file.c - n-gram models in checkpoints.
 *
 * lm.config: {"order":3,"smooth":"mkn","unit":"word","vocab":9,"unk":0,"eos":1,"bos":8,
 *             "marks_as_words":false,"ngrams":[9,20,31],"discounts":[[..],[..],[..]]}
 * Marks the model has not are null; "backoff":true if backed off where either form exists; ABS,
 * KN, MKN have "discounts", ADDK and ADDK_BACKOFF "k".  Tables of order k:
 * "k.word" (k >= 2), "k.first" (k < order), "k.suffix" (k >= 3), "k.prob", "k.bow" (k < order). */
#include <float.h>
#include <stdio.h>
#include <string.h>
#include "counts.h"
#include "lm/json.h"

/* ---- the tables, walked by saving and loading alike ---- */

typedef struct {
    const char *name;
    lm_dtype dtype;
    uint64_t count;
    void *slot; /* address of the model's pointer to it */
} table;

enum { TABLES_PER_ORDER = 5 };

/* The tables of order k; returns how many. */
static int tables_of(lm_ngram *m, int k, table out[TABLES_PER_ORDER])
{
    const uint64_t n = m->count[k];
    int tables = 0;
    out[tables++] = (table){"prob", LM_F32, n, &m->prob[k]};
    if (k >= 2) out[tables++] = (table){"word", LM_U32, n, &m->word[k]};
    if (k >= 3) out[tables++] = (table){"suffix", LM_U32, n, &m->suffix[k]};
    if (k < m->lang.order) {
        out[tables++] = (table){"bow", LM_F32, n, &m->bow[k]};
        out[tables++] = (table){"first", LM_U32, n + 1, &m->first[k]};
    }
    return tables;
}

/* ---- saving ---- */

static lm_status add_mark(lm_str *out, const char *name, uint32_t id, lm_err *e)
{
    if (id == LM_NO_WORD) return lm_str_addf(out, e, ",\"%s\":null", name);
    return lm_str_addf(out, e, ",\"%s\":%u", name, id);
}

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

static lm_status add_config(const lm_ngram *m, lm_str *out, lm_err *e)
{
    const lm_vocab *vocab = m->lang.vocab;
    LM_TRY(lm_str_addf(out, e, "{\"order\":%d,\"smooth\":\"%s\",\"unit\":\"%s\",\"vocab\":%u",
                       m->lang.order, lm_ngram_smooth_name(m->smooth), lm_unit_name(m->lang.unit),
                       vocab->size));
    if (m->backoff) LM_TRY(lm_str_addf(out, e, ",\"backoff\":true"));
    LM_TRY(add_mark(out, "unk", vocab->unk, e));
    LM_TRY(add_mark(out, "eos", vocab->eos, e));
    LM_TRY(add_mark(out, "bos", vocab->bos, e));
    LM_TRY(lm_str_addf(out, e, ",\"marks_as_words\":%s,\"ngrams\":[",
                       m->lang.marks_as_words ? "true" : "false"));
    for (int k = 1; k <= m->lang.order; k++)
        LM_TRY(lm_str_addf(out, e, "%s%llu", k > 1 ? "," : "", (unsigned long long)m->count[k]));
    LM_TRY(lm_str_addf(out, e, "]"));
    if (lm_ngram_discount_count(m->smooth)) LM_TRY(add_discounts(m, out, e));
    if (m->smooth == LM_NGRAM_ADDK || m->smooth == LM_NGRAM_ADDK_BACKOFF) {
        LM_TRY(lm_str_addf(out, e, ",\"k\":"));
        LM_TRY(lm_str_add_real(out, m->k, e));
    }
    return lm_str_addf(out, e, "}");
}

lm_status lm_ngram_save(const lm_ngram *model, lm_ckpt_writer *writer, lm_err *e)
{
    lm_str config = {0};
    lm_ngram m = *model; /* for tables_of, which can also fill a model */
    lm_status s = add_config(model, &config, e);
    if (!s) s = lm_ckpt_set_meta(writer, "lm.config", (lm_slice){config.text, config.length}, e);
    lm_str_free(&config);
    if (!s) s = lm_vocab_save(model->lang.vocab, writer, e);
    if (!s) s = lm_spell_save(&model->lang.spell, writer, e);
    for (int k = 1; !s && k <= m.lang.order; k++) {
        table tables[TABLES_PER_ORDER];
        const int n = tables_of(&m, k, tables);
        for (int i = 0; !s && i < n; i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "%d.%s", k, tables[i].name);
            const void *data;
            memcpy(&data, tables[i].slot, sizeof data);
            s = lm_ckpt_add_table(writer, name, tables[i].dtype, tables[i].count, data, e);
        }
    }
    return s;
}

/* ---- loading: the configuration ---- */

typedef struct {
    uint64_t vocab;
    uint32_t unk, bos, eos;
    int orders; /* entries of "ngrams" */
} shape;

static lm_status read_choice(lm_json *j, const char *const *names, int count, int *out, lm_err *e)
{
    lm_slice raw;
    LM_TRY(lm_json_raw_string(j, &raw, e));
    for (*out = 0; *out < count; (*out)++)
        if (lm_json_is(raw, names[*out])) return LM_OK;
    return lm_json_fail(j, e, "unknown value \"%.*s\"", (int)raw.length, raw.text);
}

static lm_status read_smooth(lm_json *j, lm_ngram *m, lm_err *e)
{
    const char *names[LM_NGRAM_ARPA + 1];
    int choice = 0;
    for (int i = 0; i <= LM_NGRAM_ARPA; i++) names[i] = lm_ngram_smooth_name((lm_ngram_smooth)i);
    LM_TRY(read_choice(j, names, LM_NGRAM_ARPA + 1, &choice, e));
    m->smooth = (lm_ngram_smooth)choice;
    return LM_OK;
}

static lm_status read_unit(lm_json *j, lm_ngram *m, lm_err *e)
{
    const char *names[] = {lm_unit_name(LM_UNIT_WORD), lm_unit_name(LM_UNIT_CHAR),
                           lm_unit_name(LM_UNIT_BYTE)};
    int choice = 0;
    LM_TRY(read_choice(j, names, 3, &choice, e));
    m->lang.unit = (lm_unit)choice;
    return LM_OK;
}

static lm_status read_mark(lm_json *j, uint32_t *id, lm_err *e)
{
    lm_json_type type;
    uint64_t value = LM_NO_WORD;
    LM_TRY(lm_json_peek(j, &type, e));
    if (type == LM_JSON_NULL)
        LM_TRY(lm_json_skip(j, NULL, e));
    else
        LM_TRY(lm_json_u64(j, &value, e));
    if (value > LM_NO_WORD) return lm_json_fail(j, e, "a mark's id is too large");
    *id = (uint32_t)value;
    return LM_OK;
}

static lm_status read_ngrams(lm_json *j, lm_ngram *m, shape *found, lm_err *e)
{
    LM_TRY(lm_json_array(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        if (++found->orders > LM_NGRAM_ORDER_MAX) return lm_json_fail(j, e, "too many orders");
        LM_TRY(lm_json_u64(j, &m->count[found->orders], e));
    }
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

static lm_status read_member(lm_json *j, lm_slice key, lm_ngram *m, shape *found, lm_err *e)
{
    int64_t order;
    if (lm_json_is(key, "order")) {
        LM_TRY(lm_json_int(j, &order, e));
        if (order < 1 || order > LM_NGRAM_ORDER_MAX)
            return lm_json_fail(j, e, "the order is not 1 to %d", LM_NGRAM_ORDER_MAX);
        m->lang.order = (int)order;
        return LM_OK;
    }
    if (lm_json_is(key, "smooth")) return read_smooth(j, m, e);
    if (lm_json_is(key, "backoff")) return lm_json_bool(j, &m->backoff, e);
    if (lm_json_is(key, "unit")) return read_unit(j, m, e);
    if (lm_json_is(key, "vocab")) return lm_json_u64(j, &found->vocab, e);
    if (lm_json_is(key, "unk")) return read_mark(j, &found->unk, e);
    if (lm_json_is(key, "bos")) return read_mark(j, &found->bos, e);
    if (lm_json_is(key, "eos")) return read_mark(j, &found->eos, e);
    if (lm_json_is(key, "marks_as_words")) return lm_json_bool(j, &m->lang.marks_as_words, e);
    if (lm_json_is(key, "ngrams")) return read_ngrams(j, m, found, e);
    if (lm_json_is(key, "discounts")) return read_discounts(j, m, e);
    if (lm_json_is(key, "k")) return lm_json_real(j, &m->k, e);
    return lm_json_skip(j, NULL, e);
}

static lm_status read_config(lm_json *j, lm_ngram *m, shape *found, lm_err *e)
{
    lm_slice key;
    LM_TRY(lm_json_object(j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) break;
        LM_TRY(read_member(j, key, m, found, e));
    }
    return lm_json_end(j, e);
}

/* ---- loading: the tables ---- */

/* What the walk through the trie relies on: an order's table is empty only if all higher ones
 * are, and indices fit 32 bits. */
static lm_status check_sizes(const lm_ngram *m, const shape *found, const char *path, lm_err *e)
{
    if (m->lang.order == 0 || found->orders != m->lang.order)
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: order %d, but %d sizes in \"ngrams\"", path,
                       m->lang.order, found->orders);
    if (found->vocab != m->count[1] || found->vocab == 0 || found->vocab >= LM_NO_WORD - 1)
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: a vocabulary of %llu, but %llu unigrams",
                       path, (unsigned long long)found->vocab, (unsigned long long)m->count[1]);
    for (int k = 2; k <= m->lang.order; k++)
        if (m->count[k] >= UINT32_MAX || (m->count[k] && !m->count[k - 1]))
            return lm_fail(e, LM_EFORMAT, "%s: lm.config: %llu n-grams of order %d", path,
                           (unsigned long long)m->count[k], k);
    return LM_OK;
}

/* Children must follow each other and words and suffixes be in range. */
lm_status lm_ngram_check_tables(const lm_ngram *m, const char *path, lm_err *e)
{
    for (int k = 1; k <= m->lang.order; k++) {
        for (uint64_t i = 0; i < m->count[k]; i++) {
            const bool word = k == 1 || m->word[k][i] < m->count[1];
            const bool suffix = k <= 2 || m->suffix[k][i] < m->count[k - 1];
            const bool first = k == m->lang.order || m->first[k][i] <= m->first[k][i + 1];
            const bool prob = m->prob[k][i] >= 0 && m->prob[k][i] <= 1.0f;
            const bool bow = k == m->lang.order || (m->bow[k][i] >= 0 && m->bow[k][i] <= FLT_MAX);
            if (!word || !suffix || !first || !prob || !bow)
                return lm_fail(e, LM_EFORMAT, "%s: tensor '%d.%s': entry %llu is out of range",
                               path, k,
                               !word     ? "word"
                               : !suffix ? "suffix"
                               : !first  ? "first"
                               : !prob   ? "prob"
                                         : "bow",
                               (unsigned long long)i);
        }
        if (k < m->lang.order && m->first[k][m->count[k]] != m->count[k + 1])
            return lm_fail(e, LM_EFORMAT, "%s: tensor '%d.first': its end is not %llu", path, k,
                           (unsigned long long)m->count[k + 1]);
    }
    return LM_OK;
}

static lm_status view_tables(lm_ngram *m, const lm_ckpt *ckpt, lm_err *e)
{
    uint64_t bytes = 0;
    for (int k = 1; k <= m->lang.order; k++) {
        table tables[TABLES_PER_ORDER];
        const int n = tables_of(m, k, tables);
        for (int i = 0; i < n; i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "%d.%s", k, tables[i].name);
            const void *data;
            LM_TRY(lm_ckpt_table(ckpt, name, tables[i].dtype, tables[i].count, &data, e));
            memcpy(tables[i].slot, &data, sizeof data);
            bytes += tables[i].count * lm_dtype_size(tables[i].dtype);
        }
    }
    return bytes > 64 << 20 ? LM_OK : lm_ngram_check_tables(m, lm_ckpt_path(ckpt), e);
}

static lm_status load(lm_ngram *m, const lm_ckpt *ckpt, lm_err *e)
{
    lm_json j;
    shape found = {.unk = LM_NO_WORD, .bos = LM_NO_WORD, .eos = LM_NO_WORD};
    const char *config = lm_ckpt_meta(ckpt, "lm.config"), *path = lm_ckpt_path(ckpt);
    if (!config) return lm_fail(e, LM_EFORMAT, "%s: lm.config is missing", path);
    lm_str name = {0};
    lm_status s = lm_str_addf(&name, e, "%s: lm.config", path);
    if (!s) {
        lm_json_open(&j, lm_slice_of(config), name.text, 0);
        s = read_config(&j, m, &found, e);
    }
    lm_str_free(&name);
    if (!s) s = check_sizes(m, &found, path, e);
    if (!s)
        s = lm_vocab_load(&m->lang.vocab, ckpt, (uint32_t)found.vocab, found.unk, found.bos,
                          found.eos, e);
    if (!s) s = lm_spell_load(&m->lang.spell, ckpt, e);
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
