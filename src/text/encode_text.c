/* encode_text.c - whole texts to ids. */
#include "lm/encode_text.h"
#include <pthread.h>
#include <string.h>
#include "lm/memory.h"
#include "lm/pipeline.h"
#include "lm/split.h"

enum { DIGITS_MAX = 10 };

/* Encoders remember what they met, so that the one used last is the best: a stack of them. */
typedef struct {
    pthread_mutex_t lock;
    lm_encoder **idle; /* (room) */
    size_t count;
} encoders;

typedef struct {
    const lm_tokenizer *t;
    const lm_encoding *how;
    lm_passages *passages;
    encoders *encoders;
    lm_out *out; /* NULL: ids are given to take */
    lm_status (*take)(void *context, const uint32_t *ids, size_t count, lm_err *e);
    void *context;
    lm_encoded *done;
    bool in_line; /* ids of a document that goes on were written */
} encoding;

/* A passage, and its ids. */
typedef struct {
    lm_passage passage;
    lm_ids ids;
    lm_str out;
    bool continues;     /* its first document does, from the passage before; */
    size_t first;       /* and has so many bytes in `out` */
    bool open;          /* its last one goes on into the next passage; */
    size_t last;        /* and has so many bytes in `out` */
    uint64_t documents; /* that end in it */
    uint64_t count;     /* ids */
} item;

/* ---- encoders ---- */

static lm_status borrow(const encoding *job, lm_encoder **encoder, lm_err *e)
{
    encoders *all = job->encoders;
    pthread_mutex_lock(&all->lock);
    *encoder = all->count ? all->idle[--all->count] : NULL;
    pthread_mutex_unlock(&all->lock);
    return *encoder ? LM_OK : lm_encoder_new(encoder, job->t, job->how->special, e);
}

static void give_back(encoders *all, lm_encoder *encoder)
{
    pthread_mutex_lock(&all->lock);
    all->idle[all->count++] = encoder;
    pthread_mutex_unlock(&all->lock);
}

static void free_encoders(encoders *all)
{
    while (all->count) lm_encoder_free(all->idle[--all->count]);
    lm_free(all->idle);
    pthread_mutex_destroy(&all->lock);
}

/* ---- ids as text or bytes ---- */

static size_t write_number(uint32_t id, char *out)
{
    char digits[DIGITS_MAX];
    size_t n = 0;
    do digits[n++] = (char)('0' + id % 10);
    while (id /= 10);
    for (size_t i = 0; i < n; i++) out[i] = digits[n - 1 - i];
    return n;
}

/* Makes room for `more` bytes and returns where they go. */
static char *room(lm_str *out, size_t more, lm_err *e)
{
    if (lm_reserve(&out->text, &out->capacity, out->length + more, 1, e)) return NULL;
    return out->text + out->length;
}

static lm_status add_numbers(lm_str *out, const lm_ids *ids, lm_err *e)
{
    char *at = room(out, ids->count * (DIGITS_MAX + 1), e);
    if (!at) return e->status;
    for (size_t i = 0; i < ids->count; i++) {
        if (i) *at++ = ' ';
        at += write_number(ids->id[i], at);
    }
    out->length = (size_t)(at - out->text);
    return LM_OK;
}

static lm_status add_pieces(lm_str *out, const lm_tokenizer *t, const lm_ids *ids, lm_err *e)
{
    for (size_t i = 0; i < ids->count; i++) {
        if (i) LM_TRY(lm_str_add(out, " ", 1, e));
        LM_TRY(lm_str_add_escaped(out, lm_vocab_word(t->vocab, ids->id[i]), e));
    }
    return LM_OK;
}

static lm_status add_binary(lm_str *out, const lm_ids *ids, size_t width, lm_err *e)
{
    char *at = room(out, ids->count * width, e);
    if (!at) return e->status;
    for (size_t i = 0; i < ids->count; i++)
        for (size_t b = 0; b < width; b++) *at++ = (char)(ids->id[i] >> 8 * b & 0xff);
    out->length += ids->count * width;
    return LM_OK;
}

static bool is_binary(const lm_encoding *how)
{
    return how->form == LM_IDS_U16 || how->form == LM_IDS_U32;
}

static lm_status add_ids(const encoding *job, item *it, lm_err *e)
{
    switch (job->how->form) {
    case LM_IDS_TEXT:
        return add_numbers(&it->out, &it->ids, e);
    case LM_IDS_PIECES:
        return add_pieces(&it->out, job->t, &it->ids, e);
    case LM_IDS_U16:
        return add_binary(&it->out, &it->ids, 2, e);
    case LM_IDS_U32:
        break;
    }
    return add_binary(&it->out, &it->ids, 4, e);
}

/* ---- the steps of the pipeline ---- */

static lm_status take_passage(void *context, void *it, bool *more, lm_err *e)
{
    const encoding *job = context;
    return lm_passages_next(job->passages, &((item *)it)->passage, more, e);
}

/* Puts the place of a stretch before the message of a failure. */
static lm_status fail_at(const lm_passage *passage, const lm_stretch *stretch, const lm_err *why,
                         lm_err *e)
{
    uint64_t line = passage->line;
    for (const char *p = passage->bytes.text; p < stretch->text.text; p++) line += *p == '\n';
    if (why->status != LM_EFORMAT) return lm_fail(e, why->status, "%s", why->message);
    return lm_fail(e, LM_EFORMAT, "%.300s:%llu: %s", passage->name, (unsigned long long)line,
                   why->message);
}

static lm_status encode_stretch(const encoding *job, lm_encoder *encoder, item *it,
                                const lm_stretch *stretch, lm_err *e)
{
    lm_err why = {0};
    it->ids.count = 0;
    if (lm_encode(encoder, stretch->text, &it->ids, &why))
        return fail_at(&it->passage, stretch, &why, e);
    if (stretch->ends && job->how->end != LM_NO_WORD)
        LM_TRY(lm_ids_add(&it->ids, &job->how->end, 1, e));
    it->count += it->ids.count;
    const size_t before = it->out.length;
    LM_TRY(add_ids(job, it, e));
    it->last = it->out.length - before;
    it->open = !stretch->ends;
    if (!stretch->begins) {
        it->continues = true;
        it->first = it->last;
    }
    if (it->open) return LM_OK;
    it->documents++;
    return is_binary(job->how) ? LM_OK : lm_str_add(&it->out, "\n", 1, e);
}

static lm_status encode_passage(void *context, void *which, lm_err *e)
{
    const encoding *job = context;
    item *it = which;
    lm_encoder *encoder;
    lm_stretch stretch;
    lm_status s = LM_OK;
    it->out.length = it->first = it->last = 0;
    it->documents = it->count = 0;
    it->continues = it->open = false;
    LM_TRY(borrow(job, &encoder, e));
    while (!s && lm_passage_next(&it->passage, &stretch))
        s = encode_stretch(job, encoder, it, &stretch, e);
    give_back(job->encoders, encoder);
    return s;
}

static lm_status write_passage(void *context, void *which, lm_err *e)
{
    encoding *job = context;
    const item *it = which;
    job->done->documents += it->documents;
    job->done->ids += it->count;
    if (!job->out) /* numbers of 32 bits */
        return job->take(job->context, (const uint32_t *)(const void *)it->out.text,
                         (size_t)it->count, e);
    const bool alone = it->continues && it->open && it->documents == 0;
    if (it->continues && it->first && job->in_line && !is_binary(job->how))
        LM_TRY(lm_out_text(job->out, " ", e));
    job->in_line = it->open && (it->last || (alone && job->in_line));
    return lm_out_write(job->out, it->out.text, it->out.length, e);
}

/* ---- all of it ---- */

static lm_status encode_all(encoding *job, lm_pool *pool, lm_err *e)
{
    static const lm_pipeline steps = {take_passage, encode_passage, write_passage};
    const size_t count = lm_pipeline_items(pool);
    encoders all = {.lock = PTHREAD_MUTEX_INITIALIZER};
    item *items = lm_new(count, sizeof *items, e);
    all.idle = lm_new(count, sizeof(lm_encoder *), e);
    job->encoders = &all;
    lm_status s = items && all.idle ? LM_OK : e->status;
    if (!s) s = lm_pipeline_answer(&steps, job, items, count, sizeof *items, pool, e);
    for (size_t i = 0; items && i < count; i++) {
        lm_passage_free(&items[i].passage);
        lm_ids_free(&items[i].ids);
        lm_str_free(&items[i].out);
    }
    lm_free(items);
    free_encoders(&all);
    return s;
}

/* Could a passage end within a special token? */
static bool may_cut_special(const lm_tokenizer *t)
{
    for (size_t i = 0; i < t->specials; i++)
        if (lm_split_place(lm_vocab_word(t->vocab, t->special[i]))) return true;
    return false;
}

static lm_status encode_text(encoding *job, lm_text *text, const lm_run *run, lm_err *e)
{
    *job->done = (lm_encoded){0};
    LM_TRY(lm_passages_new(&job->passages, text, job->how->unit, e));
    if (job->how->special && may_cut_special(job->t)) lm_passages_keep_whole(job->passages);
    const lm_status s = encode_all(job, lm_run_pool(run), e);
    lm_passages_free(job->passages);
    job->done->bytes = lm_text_bytes(text);
    return s;
}

lm_status lm_encode_text(const lm_tokenizer *t, lm_text *text, const lm_encoding *how, lm_out *out,
                         lm_encoded *done, const lm_run *run, lm_err *e)
{
    encoding job = {.t = t, .how = how, .out = out, .done = done};
    if (how->form == LM_IDS_U16 && t->vocab->size > UINT16_MAX + 1)
        return lm_fail(e, LM_EUSAGE, "a vocabulary of %u does not fit numbers of 16 bits",
                       t->vocab->size);
    return encode_text(&job, text, run, e);
}

lm_status lm_encode_ids(const lm_tokenizer *t, lm_text *text, const lm_encoding *how,
                        lm_status (*take)(void *context, const uint32_t *ids, size_t count,
                                          lm_err *e),
                        void *context, lm_encoded *done, const lm_run *run, lm_err *e)
{
    lm_encoding numbers = *how;
    numbers.form = LM_IDS_U32;
    encoding job = {.t = t, .how = &numbers, .take = take, .context = context, .done = done};
    return encode_text(&job, text, run, e);
}
