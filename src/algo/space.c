/* space.c - the word vectors of a model, of whatever kind has some. */
#include "lm/space.h"
#include <math.h>
#include <string.h>
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/nnlm.h"
#include "lm/vector.h"
#include "lm/w2v.h"

enum { CHUNK = 1024 }; /* rows made at a time */

struct lm_space_own {
    lm_ckpt *ckpt;
    lm_w2v *w2v;          /* of one kind, */
    lm_nnlm *nnlm;        /* or the other */
    const lm_real *embed; /* (V,D) */
    lm_params *room;      /* of the rows of unit length */
};

/* ---- opening ---- */

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* "WORDS NUMBERS" and the end of the line: the beginning of word2vec's files. */
static bool begins_word2vec(const lm_map *file)
{
    size_t at = 0, digits = 0;
    for (int part = 0; part < 2; part++) {
        for (digits = 0; at < file->length && is_digit(file->bytes[at]); at++) digits++;
        if (digits == 0 || at == file->length) return false;
        if (part == 0 && file->bytes[at++] != ' ') return false;
    }
    while (at < file->length && (file->bytes[at] == ' ' || file->bytes[at] == '\r')) at++;
    return at < file->length && file->bytes[at] == '\n';
}

/* A likely mistake, and a checkpoint's reader could only say that it is none. */
static lm_status refuse_word2vec(const char *path, lm_err *e)
{
    lm_map file;
    if (strcmp(path, "-") == 0) return LM_OK;
    LM_TRY(lm_map_open(&file, path, e));
    const bool vectors = begins_word2vec(&file);
    lm_map_close(&file);
    if (!vectors) return LM_OK;
    return lm_fail(e, LM_EFORMAT,
                   "%s: vectors as word2vec writes them; make a model of them by ckpt-convert "
                   "-o MODEL",
                   path);
}

static lm_status load(lm_space *space, lm_err *e)
{
    struct lm_space_own *own = space->own;
    const char *kind = lm_ckpt_kind(own->ckpt);
    if (strcmp(kind, lm_w2v_lang.kind) == 0) {
        LM_TRY(lm_w2v_load(&own->w2v, own->ckpt, e));
        space->lang = &own->w2v->lang;
        space->dim = (size_t)own->w2v->shape.dim;
        own->embed = own->w2v->weights.embed;
        return LM_OK;
    }
    if (strcmp(kind, lm_nnlm_lang.kind) == 0) {
        LM_TRY(lm_nnlm_load(&own->nnlm, own->ckpt, e));
        space->lang = &own->nnlm->lang;
        space->dim = (size_t)own->nnlm->shape.dim;
        own->embed = own->nnlm->weights.embed;
        return LM_OK;
    }
    return lm_fail(e, LM_EFORMAT,
                   "%s: a model of kind '%s', which has no word vectors; w2v and "
                   "nnlm have",
                   lm_ckpt_path(own->ckpt), kind);
}

static lm_status list_words(lm_space *space, lm_err *e)
{
    const lm_vocab *v = space->lang->vocab;
    space->id = lm_new(v->size, sizeof *space->id, e);
    if (!space->id) return e->status;
    for (uint32_t id = 0; id < v->size; id++)
        if (id != v->unk && id != v->bos && id != v->eos) space->id[space->count++] = id;
    return LM_OK;
}

static lm_status open_space(lm_space *space, const char *path, lm_err *e)
{
    space->own = lm_new(1, sizeof *space->own, e);
    if (!space->own) return e->status;
    LM_TRY(lm_ckpt_open(&space->own->ckpt, path, LM_CKPT_CHECK_SMALL, e));
    LM_TRY(load(space, e));
    space->stride = (space->dim + LM_PARAM_STEP - 1) / LM_PARAM_STEP * LM_PARAM_STEP;
    return list_words(space, e);
}

lm_status lm_space_open(lm_space **out, const char *path, lm_err *e)
{
    *out = NULL;
    LM_TRY(refuse_word2vec(path, e));
    lm_space *space = lm_new(1, sizeof *space, e);
    if (!space) return e->status;
    const lm_status s = open_space(space, path, e);
    if (s)
        lm_space_close(space);
    else
        *out = space;
    return s;
}

void lm_space_close(lm_space *space)
{
    if (!space) return;
    if (space->own) {
        lm_w2v_free(space->own->w2v);
        lm_nnlm_free(space->own->nnlm);
        lm_ckpt_close(space->own->ckpt);
        lm_params_free(space->own->room);
        lm_free(space->own);
    }
    lm_block_free(space->unit);
    lm_free(space->id);
    lm_free(space);
}

lm_status lm_space_history(const lm_space *space, lm_str *out, lm_err *e)
{
    return lm_ckpt_history(space->own->ckpt, out, e);
}

/* ---- words ---- */

static uint32_t row_of(const lm_space *space, uint32_t id)
{
    size_t low = 0, high = space->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (space->id[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < space->count && space->id[low] == id ? (uint32_t)low : LM_NO_ROW;
}

/* As it stands in the vocabulary; `room` is what it may point into.  Escapes that are none are of
 * no word. */
static lm_status spelling(const lm_space *space, lm_slice *word, lm_str *room, lm_err *e)
{
    lm_err bad = {0};
    if (space->lang->unit == LM_UNIT_WORD) return LM_OK;
    const lm_status s = lm_str_add_unescaped(room, *word, &bad);
    if (s == LM_ENOMEM) return lm_fail(e, s, "%s", bad.message);
    if (!s) *word = (lm_slice){room->text, room->length};
    return LM_OK;
}

uint32_t lm_space_find(const lm_space *space, lm_slice word)
{
    lm_err e = {0};
    lm_str room = {0};
    const bool spelt = spelling(space, &word, &room, &e) == LM_OK;
    const uint32_t id = spelt ? lm_vocab_find(space->lang->vocab, word) : LM_NO_WORD;
    lm_str_free(&room);
    return id == LM_NO_WORD ? LM_NO_ROW : row_of(space, id);
}

lm_status lm_space_add_word(const lm_space *space, uint32_t row, lm_str *out, lm_err *e)
{
    return lm_lang_add_word(space->lang, space->id[row], out, e);
}

int lm_space_order(const void *context, uint32_t a, uint32_t b)
{
    const lm_space *space = context;
    const lm_vocab *v = space->lang->vocab;
    return lm_slice_compare(lm_vocab_word(v, space->id[a]), lm_vocab_word(v, space->id[b]));
}

size_t lm_space_first(const lm_space *space, uint64_t n)
{
    size_t count = space->count;
    while (n && count && space->id[count - 1] >= n) count--;
    return count;
}

lm_nearest_table lm_space_table(const lm_space *space, size_t count)
{
    return (lm_nearest_table){.rows = space->unit,
                              .count = count,
                              .dim = space->dim,
                              .stride = space->stride,
                              .order = lm_space_order,
                              .context = space};
}

/* ---- vectors ---- */

lm_status lm_space_token_vector(const lm_space *space, lm_slice word, lm_real *x, bool *found,
                                lm_err *e)
{
    const struct lm_space_own *own = space->own;
    const lm_vocab *v = space->lang->vocab;
    const uint32_t id = lm_vocab_find(v, word);
    const bool mark = id != LM_NO_WORD && id == v->unk; /* the only one that is ever found */
    *found = id != LM_NO_WORD && !mark;
    if (own->w2v && own->w2v->weights.subwords && !mark)
        return lm_w2v_vector(own->w2v, word, x, found, e);
    if (*found)
        memcpy(x, own->embed + id * space->dim, space->dim * sizeof *x);
    else
        memset(x, 0, space->dim * sizeof *x);
    return LM_OK;
}

lm_status lm_space_vector(const lm_space *space, lm_slice word, lm_real *x, bool *found, lm_err *e)
{
    lm_str room = {0};
    lm_status s = spelling(space, &word, &room, e);
    if (!s) s = lm_space_token_vector(space, word, x, found, e);
    lm_str_free(&room);
    return s;
}

/* In double, whose range holds the squares of all floats. */
void lm_space_unit(lm_real *x, size_t n)
{
    const double length = sqrt(lm_vec_square_sum(x, n));
    if (!(length > 0)) return;
    for (size_t i = 0; i < n; i++) x[i] = (lm_real)((double)x[i] / length);
}

typedef struct {
    lm_space *space;
    lm_err *e; /* of each chunk */
} making;

static void make_chunk(void *context, size_t chunk)
{
    making *m = context;
    const lm_space *space = m->space;
    const struct lm_space_own *own = space->own;
    const size_t end = space->count - chunk * CHUNK < CHUNK ? space->count : (chunk + 1) * CHUNK;
    for (size_t row = chunk * CHUNK; row < end && !m->e[chunk].status; row++) {
        lm_real *x = space->unit + row * space->stride;
        bool found;
        const uint32_t id = space->id[row];
        if (own->w2v && own->w2v->weights.subwords) {
            const lm_slice word = lm_vocab_word(space->lang->vocab, id);
            if (lm_w2v_vector(own->w2v, word, x, &found, &m->e[chunk])) break;
        } else {
            memcpy(x, own->embed + id * space->dim, space->dim * sizeof *x);
        }
        lm_space_unit(x, space->dim);
    }
}

static lm_status make_rows(lm_space *space, lm_pool *pool, lm_err *e)
{
    const size_t chunks = (space->count + CHUNK - 1) / CHUNK;
    making m = {space, lm_new(chunks, sizeof *m.e, e)};
    lm_status s = LM_OK;
    if (!m.e) return e->status;
    lm_parallel_for(pool, chunks, make_chunk, &m);
    for (size_t i = 0; !s && i < chunks; i++)
        if (m.e[i].status) s = lm_fail(e, m.e[i].status, "%s", m.e[i].message);
    lm_free(m.e);
    return s;
}

lm_status lm_space_rows(lm_space *space, lm_pool *pool, lm_err *e)
{
    const lm_param row = {.name = "rows", .dims = 2, .shape = {space->count, space->stride}};
    if (space->unit) return LM_OK;
    if (!space->own->room) LM_TRY(lm_params_new(&space->own->room, &row, 1, e));
    LM_TRY(lm_params_block(space->own->room, &space->unit, e));
    const lm_status s = make_rows(space, pool, e);
    if (!s) return LM_OK;
    lm_block_free(space->unit);
    space->unit = NULL;
    return s;
}
