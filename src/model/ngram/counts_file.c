/* counts_file.c - n-gram counts in checkpoints of kind "ngram-counts".
 *
 * lm.config: {"order":3,"unit":"word","marks":true,"marks_as_words":false,"vocab":9,"eos":2,
 *             "bos":8,"ngrams":[9,20,31],"inputs":[[..],..]}
 * The words of the vocabulary stand in the order of the tables (rank.c).  Tables of order k, all
 * U32: "k.count"; k >= 2 "k.word", the rank of the last word; k < order "k.first", where the
 * children of each n-gram begin in order k+1, and one more. */
#include "counts_file.h"
#include <stdio.h>
#include <string.h>
#include "config.h"
#include "lm/memory.h"
#include "lm/ngram_counts.h"
#include "lm/version.h"

/* ---- saving ---- */

static lm_status add_config(const void *counts, lm_str *out, lm_err *e)
{
    const lm_ngram_counts *c = counts;
    LM_TRY(lm_str_addf(out, e,
                       "{\"order\":%d,\"unit\":\"%s\",\"marks\":%s,\"marks_as_words\":%s,"
                       "\"vocab\":%u",
                       c->order, lm_unit_name(c->unit), c->marks ? "true" : "false",
                       c->marks_as_words ? "true" : "false", c->vocab->size));
    LM_TRY(lm_config_add_mark(out, "eos", c->eos, e));
    LM_TRY(lm_config_add_mark(out, "bos", c->bos, e));
    LM_TRY(lm_str_addf(out, e, ",\"ngrams\":"));
    LM_TRY(lm_config_add_sizes(out, c->size, c->order, e));
    LM_TRY(lm_str_addf(out, e, ",\"inputs\":"));
    LM_TRY(lm_inputs_write(&c->inputs, out, e));
    return lm_str_addf(out, e, "}");
}

/* What one run over all the text would have left, whatever programs these counts came from. */
static lm_status add_history(const void *counts, lm_str *out, lm_err *e)
{
    const lm_ngram_counts *c = counts;
    LM_TRY(lm_str_addf(out, e, "ngram-count %s order=%d unit=%s%s%s", LM_VERSION, c->order,
                       lm_unit_name(c->unit), c->marks ? "" : " no-marks=1",
                       c->marks_as_words ? " marks-as-words=1" : ""));
    return lm_inputs_history(&c->inputs, out, e);
}

static lm_status add_table(lm_ckpt_writer *writer, int k, const char *name, const uint32_t *data,
                           uint64_t count, lm_err *e)
{
    char full[32];
    (void)snprintf(full, sizeof full, "%d.%s", k, name);
    return lm_ckpt_add_table(writer, full, LM_U32, count, data, e);
}

static lm_status add_all(const lm_ngram_counts *c, lm_ckpt_writer *writer, lm_err *e)
{
    LM_TRY(lm_ckpt_write_meta(writer, "lm.config", add_config, c, e));
    LM_TRY(lm_ckpt_write_meta(writer, "lm.history", add_history, c, e));
    LM_TRY(lm_vocab_save(c->ranked, writer, e));
    for (int k = 1; k <= c->order; k++) {
        LM_TRY(add_table(writer, k, "count", c->count[k], c->size[k], e));
        if (k > 1) LM_TRY(add_table(writer, k, "word", c->word[k], c->size[k], e));
        if (k < c->order) LM_TRY(add_table(writer, k, "first", c->first[k], c->size[k] + 1, e));
    }
    return LM_OK;
}

lm_status lm_ngram_counts_write(const lm_ngram_counts *c, lm_out *out, const lm_run *run, lm_err *e)
{
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, "ngram-counts", e));
    lm_status s = add_all(c, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, run, e);
    lm_ckpt_writer_free(writer);
    return s;
}

/* ---- opening ---- */

typedef struct {
    lm_counts_file *file; /* what is read goes there, but for these: */
    uint64_t vocab;
    uint32_t eos, bos;
    int orders;
} shape;

static lm_status read_member(void *context, lm_json *j, lm_slice key, lm_err *e)
{
    shape *found = context;
    lm_counts_file *f = found->file;
    if (lm_json_is(key, "order")) return lm_config_order(j, &f->order, e);
    if (lm_json_is(key, "unit")) return lm_config_unit(j, &f->unit, e);
    if (lm_json_is(key, "marks")) return lm_json_bool(j, &f->marks, e);
    if (lm_json_is(key, "marks_as_words")) return lm_json_bool(j, &f->marks_as_words, e);
    if (lm_json_is(key, "vocab")) return lm_json_u64(j, &found->vocab, e);
    if (lm_json_is(key, "eos")) return lm_config_mark(j, &found->eos, e);
    if (lm_json_is(key, "bos")) return lm_config_mark(j, &found->bos, e);
    if (lm_json_is(key, "ngrams")) return lm_config_sizes(j, f->size, &found->orders, e);
    if (lm_json_is(key, "inputs")) return lm_inputs_read(&f->inputs, j, e);
    return lm_json_skip(j, NULL, e);
}

/* <s> is the last word, and </s> is there with the marks. */
static lm_status check_shape(const lm_counts_file *f, const shape *found, lm_err *e)
{
    const char *path = lm_ckpt_path(f->ckpt);
    if (f->order == 0 || found->orders != f->order || found->vocab != f->size[1] ||
        found->vocab == 0 || found->vocab >= LM_NO_WORD - 1 || found->bos != found->vocab - 1 ||
        f->marks != (found->eos != LM_NO_WORD) || (f->marks && found->eos >= found->bos))
        return lm_fail(e, LM_EFORMAT, "%s: lm.config: order, sizes and marks do not go together",
                       path);
    for (int k = 2; k <= f->order; k++)
        if (f->size[k] >= UINT32_MAX)
            return lm_fail(e, LM_EFORMAT, "%s: lm.config: %llu n-grams of order %d", path,
                           (unsigned long long)f->size[k], k);
    return LM_OK;
}

static lm_status view_table(const lm_counts_file *f, int k, const char *name, uint64_t count,
                            const uint32_t **slot, lm_err *e)
{
    char full[32];
    const void *data;
    (void)snprintf(full, sizeof full, "%d.%s", k, name);
    LM_TRY(lm_ckpt_table(f->ckpt, full, LM_U32, count, &data, e));
    *slot = data;
    return LM_OK;
}

static lm_status view_tables(lm_counts_file *f, lm_err *e)
{
    for (int k = 1; k <= f->order; k++) {
        LM_TRY(view_table(f, k, "count", f->size[k], &f->count[k], e));
        if (k > 1) LM_TRY(view_table(f, k, "word", f->size[k], &f->word[k], e));
        if (k < f->order) LM_TRY(view_table(f, k, "first", f->size[k] + 1, &f->first[k], e));
    }
    return LM_OK;
}

static lm_status open_file(lm_counts_file *f, const char *path, bool verify, lm_err *e)
{
    shape found = {.file = f, .eos = LM_NO_WORD, .bos = LM_NO_WORD};
    LM_TRY(lm_ckpt_open(&f->ckpt, path, LM_CKPT_CHECK_HEADER, e));
    if (verify) LM_TRY(lm_ckpt_verify(f->ckpt, e));
    if (strcmp(lm_ckpt_kind(f->ckpt), "ngram-counts") != 0)
        return lm_fail(e, LM_EFORMAT, "%s: not a count file (kind '%s')", path,
                       lm_ckpt_kind(f->ckpt));
    lm_status s = lm_ckpt_config(f->ckpt, read_member, &found, e);
    if (!s) s = check_shape(f, &found, e);
    if (!s)
        s = lm_vocab_load(&f->vocab, f->ckpt, (uint32_t)found.vocab, LM_NO_WORD, found.bos,
                          found.eos, e);
    if (!s) s = view_tables(f, e);
    return s;
}

lm_status lm_counts_file_open(lm_counts_file *f, const char *path, bool verify, lm_err *e)
{
    *f = (lm_counts_file){0};
    const lm_status s = open_file(f, path, verify, e);
    if (s) lm_counts_file_close(f);
    return s;
}

void lm_counts_file_close(lm_counts_file *f)
{
    lm_vocab_free(f->vocab);
    lm_inputs_free(&f->inputs);
    lm_ckpt_close(f->ckpt);
    *f = (lm_counts_file){0};
}

/* ---- walking ---- */

lm_counts_walk lm_counts_walk_from(const lm_counts_file *file, int order, const uint32_t *map,
                                   uint32_t first_rank)
{
    return (lm_counts_walk){.file = file, .order = order, .map = map, .next_first = first_rank};
}

/* The next node in the order of the tables; false at the end. */
static bool step(lm_counts_walk *w)
{
    const lm_counts_file *f = w->file;
    if (w->depth > 0 && w->depth < w->order) { /* down to the first child, if there is one */
        const int k = w->depth;
        const uint64_t begin = f->first[k][w->at[k]], end = f->first[k][w->at[k] + 1];
        if (begin < end && end <= f->size[k + 1]) {
            w->depth++;
            w->at[k + 1] = begin;
            w->end[k + 1] = end;
            return true;
        }
    }
    for (; w->depth > 1; w->depth--)
        if (++w->at[w->depth] < w->end[w->depth]) return true;
    if (w->next_first >= f->size[1]) return false;
    w->depth = 1;
    w->at[1] = w->next_first++;
    return true;
}

static lm_status fail_at(const lm_counts_walk *w, const char *what, lm_err *e)
{
    return lm_fail(e, LM_EFORMAT, "%s: %d-gram %llu: %s", lm_ckpt_path(w->file->ckpt), w->depth,
                   (unsigned long long)w->at[w->depth], what);
}

/* How often the node's words stand where no longer n-gram of the walk begins with them. */
static lm_status own_count(const lm_counts_walk *w, uint64_t *own, lm_err *e)
{
    const lm_counts_file *f = w->file;
    const int k = w->depth;
    const uint64_t i = w->at[k];
    uint64_t longer = 0;
    if (k < w->order) {
        if (f->first[k][i] > f->first[k][i + 1] || f->first[k][i + 1] > f->size[k + 1])
            return fail_at(w, "its children leave the table", e);
        for (uint64_t child = f->first[k][i]; child < f->first[k][i + 1]; child++)
            longer += f->count[k + 1][child];
    }
    if (longer > f->count[k][i]) return fail_at(w, "it occurs less often than longer ones", e);
    *own = f->count[k][i] - longer;
    return LM_OK;
}

static lm_status check_word(const lm_counts_walk *w, lm_err *e)
{
    const lm_counts_file *f = w->file;
    const int k = w->depth;
    if (k == 1) return LM_OK;
    if (f->word[k][w->at[k]] >= f->size[1]) return fail_at(w, "no such word", e);
    const bool is_first = w->at[k] == f->first[k - 1][w->at[k - 1]];
    if (!is_first && f->word[k][w->at[k] - 1] >= f->word[k][w->at[k]])
        return fail_at(w, "the words are not in order", e);
    return LM_OK;
}

lm_status lm_counts_walk_next(lm_counts_walk *w, lm_gram *gram, lm_err *e)
{
    for (gram->length = 0; step(w);) {
        const int k = w->depth;
        const uint32_t word = k == 1 ? (uint32_t)w->at[1] : w->file->word[k][w->at[k]];
        LM_TRY(check_word(w, e));
        LM_TRY(own_count(w, &gram->count, e));
        gram->word[k - 1] = w->map[word];
        if (gram->count == 0) continue;
        gram->length = k;
        return LM_OK;
    }
    return LM_OK;
}
