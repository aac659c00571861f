/* gpt_open.c - opens a GPT, whoever made it. */
#include "lm/gpt_open.h"
#include <string.h>
#include "gpt_private.h"
#include "lm/ckpt_shards.h"
#include "lm/compare.h"
#include "lm/crc.h"
#include "lm/file.h"
#include "lm/folder.h"
#include "lm/program.h"
#include "lm/tok_open.h"

#define CONFIG  "config.json"
#define WEIGHTS "model.safetensors"
#define SHARDS  "model.safetensors.index.json"
#define PICKLE  "pytorch_model.bin"
#define HEAD    "lm_head.weight"
#define PREFIX  "transformer." /* that GPT2LMHeadModel's names have, and GPT2Model's have not */

/* ---- the files of another maker ---- */

/* A model under way: the folder's name ends in a slash, or is empty. */
typedef struct {
    lm_gpt_opened *opened;
    const char *path; /* as it was given */
    lm_str folder, file;
    lm_ckpt *weights;
    const lm_run *run;
} reading;

/* Sets r->file to a name in the folder. */
static lm_status name_file(reading *r, const char *name, lm_err *e)
{
    r->file.length = 0;
    return lm_str_addf(&r->file, e, "%s%s", r->folder.text, name);
}

static lm_status is_there(reading *r, const char *name, bool *there, lm_err *e)
{
    LM_TRY(name_file(r, name, e));
    *there = lm_is_regular(r->file.text);
    return LM_OK;
}

static lm_status set_folder(reading *r, lm_err *e)
{
    const char *slash = strrchr(r->path, '/');
    const bool folder = lm_is_folder(r->path);
    const size_t length = folder ? strlen(r->path) : slash ? (size_t)(slash - r->path) : 0;
    LM_TRY(lm_str_addf(&r->folder, e, "%.*s%s", (int)length, r->path, folder || slash ? "/" : ""));
    return LM_OK;
}

/* ---- what is missing ---- */

static lm_status refuse_weights(reading *r, lm_err *e)
{
    bool pickle;
    LM_TRY(is_there(r, PICKLE, &pickle, e));
    if (!pickle) return LM_OK;
    return lm_fail(e, LM_EFORMAT,
                   "%s: the weights are a Python pickle (" PICKLE "); expected " WEIGHTS
                   ", as save_pretrained of transformers writes",
                   r->path);
}

static lm_status add_missing(lm_str *list, const char *name, lm_err *e)
{
    return lm_str_addf(list, e, "%s%s", list->length ? ", " : "", name);
}

static lm_status list_missing(reading *r, lm_str *list, lm_err *e)
{
    bool config, weights = true, tokenizer;
    LM_TRY(is_there(r, CONFIG, &config, e));
    if (!r->weights) LM_TRY(is_there(r, WEIGHTS, &weights, e));
    if (!weights) LM_TRY(is_there(r, SHARDS, &weights, e));
    LM_TRY(lm_tok_files_there(r->folder.text, &tokenizer, e));
    if (config && !weights) LM_TRY(refuse_weights(r, e));
    if (!config) LM_TRY(add_missing(list, CONFIG, e));
    if (!weights) LM_TRY(add_missing(list, WEIGHTS, e));
    return tokenizer ? LM_OK
                     : add_missing(list, "tokenizer.json (or vocab.json and merges.txt)", e);
}

static lm_status expect_files(reading *r, lm_err *e)
{
    lm_str list = {0};
    lm_status s = list_missing(r, &list, e);
    if (!s && list.length)
        s = lm_fail(e, LM_EFORMAT, "%s: a model of another maker without %s %s", r->path, list.text,
                    r->weights ? "beside it" : "in its folder");
    lm_str_free(&list);
    return s;
}

lm_status lm_gpt_there(const char *path, bool *there, lm_err *e)
{
    static const char *const weights[] = {WEIGHTS, SHARDS, PICKLE};
    reading r = {.path = path};
    *there = false;
    if (!lm_is_folder(path)) return LM_OK;
    bool config = false;
    lm_status s = set_folder(&r, e);
    if (!s) s = is_there(&r, CONFIG, &config, e);
    for (size_t i = 0; !s && config && !*there && i < sizeof weights / sizeof *weights; i++)
        s = is_there(&r, weights[i], there, e);
    lm_str_free(&r.folder);
    lm_str_free(&r.file);
    return s;
}

/* ---- the weights ---- */

/* The output's weights, where they are told apart from the table of tokens, must be that. */
static lm_status check_head(const reading *r, const lm_tensor *table, bool tied, lm_err *e)
{
    const lm_tensor *head = lm_ckpt_find(r->weights, HEAD);
    if (!head && tied) return LM_OK;
    const char *name = lm_ckpt_path(r->weights);
    if (!head)
        return lm_fail(e, LM_EFORMAT,
                       "%s: tensor '" HEAD "' is missing, and tie_word_embeddings is false", name);
    const bool alike = head->dtype == table->dtype && head->dims == table->dims &&
                       memcmp(head->shape, table->shape, sizeof head->shape) == 0;
    const uint64_t count = head->bytes / lm_dtype_size(head->dtype);
    if (alike && lm_compare(head->dtype, head->data, table->data, count, 0).differing == 0)
        return LM_OK;
    return lm_fail(e, LM_EFORMAT,
                   "%s: tensor '" HEAD "' is not the same as '%s': a model with weights of "
                   "its own for the output cannot be computed here",
                   name, table->name);
}

static bool is_known(const lm_gpt *g, const char *name)
{
    if (strcmp(name, HEAD) == 0) return true;
    const lm_slice text = lm_slice_of(name);
    if (lm_slice_ends(text, ".attn.bias") || lm_slice_ends(text, ".attn.masked_bias")) return true;
    for (size_t i = 0; i < g->params->count; i++)
        if (strcmp(g->params->item[i].name, name) == 0) return true;
    return false;
}

/* Other heads may be there, to be left out; what else a layer has, or more layers than config.json
 * tells of, would make another model of it. */
static lm_status check_others(const reading *r, const char *prefix, lm_err *e)
{
    const char *first = NULL;
    size_t others = 0;
    for (size_t i = 0; i < lm_ckpt_count(r->weights); i++) {
        const char *whole = lm_ckpt_tensor(r->weights, i)->name;
        const bool has = strncmp(whole, prefix, strlen(prefix)) == 0;
        const char *name = has ? whole + strlen(prefix) : whole;
        if (is_known(r->opened->gpt, name)) continue;
        if (strncmp(name, "h.", 2) == 0)
            return lm_fail(e, LM_EFORMAT,
                           "%s: tensor '%s': a model as " CONFIG " describes it has none",
                           lm_ckpt_path(r->weights), whole);
        if (others++ == 0) first = whole;
    }
    if (others)
        lm_warn(r->run, "%s: tensors that such a model does not have, left out: %zu, as '%s'",
                lm_ckpt_path(r->weights), others, first);
    return LM_OK;
}

static lm_status load_weights(reading *r, bool tied, lm_err *e)
{
    lm_gpt *g = r->opened->gpt;
    r->file.length = 0;
    LM_TRY(lm_str_addf(&r->file, e, PREFIX "%s", g->params->item[0].name));
    const char *prefix = lm_ckpt_find(r->weights, r->file.text) ? PREFIX : "";
    const lm_tensor *table =
        lm_ckpt_find(r->weights, r->file.text + (*prefix ? 0 : strlen(PREFIX)));
    LM_TRY(lm_gpt_load_values(g, prefix, r->weights, e));
    LM_TRY(check_head(r, table, tied, e));
    return check_others(r, prefix, e);
}

/* ---- the rest ---- */

static lm_status read_config(reading *r, lm_gpt_hf_config *config, lm_err *e)
{
    lm_map map;
    LM_TRY(name_file(r, CONFIG, e));
    LM_TRY(lm_map_open(&map, r->file.text, e));
    const lm_slice text = {map.bytes ? (const char *)map.bytes : "", map.length};
    lm_status s = lm_gpt_hf_read_config(config, text, r->file.text, e);
    if (!s)
        s = lm_history_input(&r->opened->history, text.length, lm_crc32c(0, text.text, text.length),
                             e);
    lm_map_close(&map);
    return s;
}

static lm_status read_tokenizer(reading *r, lm_tokenizer **t, lm_err *e)
{
    lm_tok_files files = {0};
    const char *name = r->folder.length ? r->folder.text : ".";
    lm_status s = lm_tok_files_folder(&files, r->folder.text, name, LM_TOK_FORMAT_NONE, e);
    if (!s) s = lm_tok_read(t, &files.source, r->run, e);
    if (!s) s = lm_tok_files_history(&files, &r->opened->history, e);
    lm_tok_files_close(&files);
    return s;
}

/* Those who make safetensors of pickles leave out a head that is the table of tokens, and keep the
 * index as it was. */
static lm_status open_folder(reading *r, lm_err *e)
{
    bool whole;
    LM_TRY(is_there(r, WEIGHTS, &whole, e));
    if (whole) return lm_ckpt_open(&r->weights, r->file.text, LM_CKPT_CHECK_ALL, e);
    LM_TRY(name_file(r, SHARDS, e));
    return lm_ckpt_open_shards(&r->weights, r->file.text, HEAD, e);
}

static lm_status open_weights(reading *r, lm_err *e)
{
    if (!r->weights) LM_TRY(open_folder(r, e));
    return lm_ckpt_history(r->weights, &r->opened->history, e);
}

static lm_status read_others(reading *r, lm_err *e)
{
    lm_gpt_hf_config config;
    lm_tokenizer *t = NULL;
    lm_err why = {0};
    LM_TRY(expect_files(r, e));
    LM_TRY(read_config(r, &config, e));
    LM_TRY(open_weights(r, e));
    lm_status s = read_tokenizer(r, &t, e);
    if (s) {
        lm_tokenizer_free(t);
        return s;
    }
    s = lm_gpt_new(&r->opened->gpt, &config.shape, t, &why);
    if (s)
        return lm_fail(e, s == LM_EUSAGE ? LM_EFORMAT : s, "%s" CONFIG ": %s", r->folder.text,
                       why.message);
    return load_weights(r, config.tied, e);
}

/* ---- opening ---- */

static lm_status open_others(reading *r, lm_err *e)
{
    if (strcmp(r->path, "-") == 0)
        return lm_fail(e, LM_EFORMAT,
                       "standard input: a model of another maker, whose " CONFIG
                       " and tokenizer lie beside it: give the file's name, or the folder's");
    LM_TRY(set_folder(r, e));
    if (!r->weights && !lm_is_folder(r->path))
        LM_TRY(lm_ckpt_open(&r->weights, r->path, LM_CKPT_CHECK_ALL, e));
    return read_others(r, e);
}

static lm_status open_any(reading *r, lm_err *e)
{
    lm_gpt_opened *o = r->opened;
    if (lm_is_folder(r->path)) return open_others(r, e);
    LM_TRY(lm_ckpt_open(&r->weights, r->path, LM_CKPT_CHECK_ALL, e));
    if (*lm_ckpt_kind(r->weights) == '\0') return open_others(r, e);
    o->ckpt = r->weights;
    r->weights = NULL;
    LM_TRY(lm_gpt_load(&o->gpt, o->ckpt, e));
    return lm_ckpt_history(o->ckpt, &o->history, e);
}

static lm_status open_with(lm_gpt_opened *opened, const char *path, const lm_run *run,
                           lm_status (*how)(reading *r, lm_err *e), lm_err *e)
{
    reading r = {.opened = opened, .path = path, .run = run};
    *opened = (lm_gpt_opened){0};
    const lm_status s = how(&r, e);
    lm_ckpt_close(r.weights);
    lm_str_free(&r.folder);
    lm_str_free(&r.file);
    if (s) lm_gpt_close(opened);
    return s;
}

lm_status lm_gpt_open(lm_gpt_opened *opened, const char *path, const lm_run *run, lm_err *e)
{
    return open_with(opened, path, run, open_any, e);
}

lm_status lm_gpt_open_others(lm_gpt_opened *opened, const char *path, const lm_run *run, lm_err *e)
{
    return open_with(opened, path, run, open_others, e);
}

void lm_gpt_close(lm_gpt_opened *opened)
{
    lm_gpt_free(opened->gpt);
    lm_ckpt_close(opened->ckpt);
    lm_str_free(&opened->history);
    *opened = (lm_gpt_opened){0};
}
