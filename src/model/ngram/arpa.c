/* arpa.c - writing n-gram models as ARPA text.
 *
 * The table of an order is cut into pieces, whose text is made in parallel in buffers of a fixed
 * size, and written in order while that of the next ones is made.  The tables of a large file were
 * not looked through: they may hold anything. */
#include "lm/arpa.h"
#include <float.h>
#include <string.h>
#include "lm/decimal.h"
#include "lm/log10.h"
#include "lm/memory.h"
#include "lm/tables.h"
#include "trie.h"

enum {
    PIECE = 1 << 12,    /* slots */
    TEXT_MAX = 1 << 18, /* bytes of text made at once */
    PREFIX_MAX = 1024,
    BLOCK = 16, /* bytes are copied in blocks: there is room for one more after them */
    WIDTH = 16, /* pieces made at once */
    AHEAD = 16
};

bool lm_arpa_begins(const unsigned char *bytes, size_t length)
{
    static const char first[] = "\\data\\";
    size_t i = 0;
    while (i < length && strchr(" \t\r\n", bytes[i]) && bytes[i]) i++;
    return length - i >= sizeof first - 1 && memcmp(bytes + i, first, sizeof first - 1) == 0;
}

static lm_status check_writable(const lm_ngram *m, lm_err *e)
{
    if (m->smooth == LM_NGRAM_ADDK)
        return lm_fail(e, LM_EUSAGE,
                       "an add-k model has no ARPA form: it gives every unseen word "
                       "a share of its own, where ARPA backs off");
    if (lm_vocab_find(m->lang.vocab, lm_slice_of("<s>")) != LM_NO_WORD ||
        lm_vocab_find(m->lang.vocab, lm_slice_of("</s>")) != LM_NO_WORD)
        return lm_fail(e, LM_EUSAGE, "a model with <s> or </s> as words has no ARPA form");
    return LM_OK;
}

/* ---- spellings ---- */

/* How a word is written; most fit here. */
typedef struct {
    char text[BLOCK - 1];
    uint8_t length; /* LONG: it stands elsewhere */
} cell;
enum { LONG = BLOCK };

typedef struct {
    lm_str text;
    size_t *start; /* (size + 1) by rank */
    cell *cell;    /* (size) by rank */
} spellings;

static lm_status spell_words(const lm_ngram *m, spellings *words, lm_err *e)
{
    const uint32_t size = m->lang.vocab->size;
    words->start = lm_new((size_t)size + 1, sizeof *words->start, e);
    words->cell = lm_new(size, sizeof *words->cell, e);
    if (!words->start || !words->cell) return e->status;
    for (uint32_t rank = 0; rank < size; rank++) {
        cell *c = &words->cell[rank];
        const size_t start = words->text.length;
        LM_TRY(lm_lang_add_word(&m->lang, lm_ngram_word(m, 1, rank), &words->text, e));
        const size_t length = words->text.length - start;
        words->start[rank + 1] = words->text.length;
        c->length = length < LONG ? (uint8_t)length : LONG;
        if (c->length < LONG && length) memcpy(c->text, words->text.text + start, length);
    }
    return LM_OK;
}

static lm_slice spelling(const spellings *words, uint32_t rank)
{
    const size_t start = words->start[rank];
    return (lm_slice){words->text.text + start, words->start[rank + 1] - start};
}

/* ---- pieces ---- */

typedef struct {
    uint64_t slot, end; /* what is to be made of the table; order 1: of the ids */
    uint64_t rows;      /* n-grams so far */
    uint64_t path[LM_NGRAM_ORDER_MAX + 1];     /* [j]: the slot of the prefix of j words */
    uint64_t children_end[LM_NGRAM_ORDER_MAX]; /* [j]: the slot after its children */
    size_t prefix_end[LM_NGRAM_ORDER_MAX];     /* [j]: its text, each word and a blank */
    char prefix[PREFIX_MAX + BLOCK];
    size_t length;
    char text[TEXT_MAX + 2 * BLOCK];
} piece;

typedef struct {
    const lm_ngram *model;
    const spellings *words;
    lm_log10_table logs;
    int order;
    uint64_t slots, first; /* of the order; where the pieces being made begin */
    uint64_t rows;
    size_t width;  /* pieces made at once */
    piece *making; /* (width) */
    piece *made;   /* (width) those before, being written */
    lm_out *out;
    const lm_run *run;
    lm_err *e; /* of writing */
} writing;

/* The rank of the last word of what is in a slot. */
static uint32_t rank_at(const writing *job, int k, uint64_t slot)
{
    const lm_ngram *m = job->model;
    const uint32_t rank = k > 1 ? lm_ngram_word(m, k, slot) : (uint32_t)slot;
    return rank < m->count[1] ? rank : 0;
}

/* The cell of the last word of what is in a slot, or in the last one. */
static const cell *cell_at(const writing *job, int k, uint64_t slot)
{
    const uint64_t last = job->model->slots[k] - 1;
    return &job->words->cell[rank_at(job, k, slot < last ? slot : last)];
}

/* Copies whole blocks.  Returns where the text ends. */
static char *copy(char *to, const char *from, size_t length)
{
    memcpy(to, from, BLOCK);
    for (size_t i = BLOCK; i < length; i += BLOCK) memcpy(to + i, from + i, BLOCK);
    return to + length;
}

static char *copy_word(const spellings *words, uint32_t rank, char *to)
{
    const cell *c = &words->cell[rank];
    if (c->length < LONG) {
        memcpy(to, c, BLOCK);
        return to + c->length;
    }
    const lm_slice word = spelling(words, rank);
    memcpy(to, word.text, word.length);
    return to + word.length;
}

static size_t word_length(const spellings *words, uint32_t rank)
{
    const cell *c = &words->cell[rank];
    return c->length < LONG ? c->length : spelling(words, rank).length;
}

/* Writes the prefixes of `from` words and more; one that is too long has no end. */
static void spell_prefix(const writing *job, piece *p, int from)
{
    for (int j = from; j < job->order; j++) {
        const uint32_t rank = rank_at(job, j, p->path[j]);
        const size_t start = p->prefix_end[j - 1];
        p->prefix_end[j] = SIZE_MAX;
        if (start == SIZE_MAX || word_length(job->words, rank) >= PREFIX_MAX - start) continue;
        char *end = copy_word(job->words, rank, p->prefix + start);
        *end++ = ' ';
        p->prefix_end[j] = (size_t)(end - p->prefix);
    }
}

/* Moves the path on to the parents of the slot. */
static void follow(const writing *job, piece *p)
{
    const lm_ngram *m = job->model;
    int moved = job->order;
    p->path[job->order] = p->slot;
    for (int j = job->order - 1; j >= 1; j--) {
        const uint64_t before = p->path[j];
        while (p->children_end[j] <= p->path[j + 1] && p->path[j] + 1 < m->slots[j]) {
            p->children_end[j] = lm_ngram_end(m, j, ++p->path[j]);
            LM_PREFETCH(cell_at(job, j, p->path[j] + AHEAD));
        }
        if (p->path[j] == before) break;
        moved = j;
    }
    spell_prefix(job, p, moved);
}

/* The path to the first slot: a parent is the first node whose children end after its child. */
static void begin_path(const writing *job, piece *p)
{
    const lm_ngram *m = job->model;
    p->path[job->order] = p->slot;
    for (int j = job->order - 1; j >= 1; j--) {
        uint64_t low = 0, high = m->slots[j] ? m->slots[j] - 1 : 0;
        while (low < high) {
            const uint64_t middle = low + (high - low) / 2;
            if (lm_ngram_end(m, j, middle) <= p->path[j + 1])
                low = middle + 1;
            else
                high = middle;
        }
        p->path[j] = low;
        p->children_end[j] = m->slots[j] ? lm_ngram_end(m, j, low) : 0;
    }
    p->prefix_end[0] = 0;
    spell_prefix(job, p, 1);
}

/* The numbers of an n-gram as they are written, in units of 1e-7. */
typedef struct {
    int64_t prob, bow;
} numbers;

/* log10 to 7 decimals: reading it back gives the value to 1e-7. */
static int64_t log_of(const writing *job, float p)
{
    const int64_t never = -99 * (int64_t)LM_DECIMAL_SCALE;
    return p > 0 ? lm_log10_units(&job->logs, p < FLT_MAX ? p : FLT_MAX) : never;
}

static numbers numbers_at(const writing *job, uint64_t slot)
{
    const lm_ngram *m = job->model;
    const int k = job->order;
    const lm_ngram_entry entry = lm_ngram_at(m, k, slot);
    const bool is_bos = k == 1 && lm_ngram_word(m, 1, slot) == m->lang.vocab->bos;
    return (numbers){is_bos ? 0 : log_of(job, entry.prob),
                     k < m->lang.order ? log_of(job, entry.bow) : 0};
}

/* Makes the text of the slots until the piece ends or the buffer is full. */
static void make_text(const writing *job, piece *p)
{
    const lm_ngram *m = job->model;
    const spellings *words = job->words;
    const int k = job->order;
    for (p->length = 0; p->slot < p->end; p->slot++) {
        const uint64_t slot = k > 1 ? p->slot : m->rank[p->slot];
        if (k > 1) LM_PREFETCH(cell_at(job, k, p->slot + AHEAD));
        if (lm_ngram_word(m, k, slot) == LM_NO_WORD) continue;
        if (k > 1) follow(job, p);
        const uint32_t rank = rank_at(job, k, slot);
        const size_t prefix = p->prefix_end[k - 1], room = TEXT_MAX - p->length;
        if (prefix > room || word_length(words, rank) + 4 * LM_DECIMAL_MAX > room - prefix) return;
        const numbers logs = numbers_at(job, slot);
        char *at = p->text + p->length;
        at += lm_decimal_write(logs.prob, at);
        *at++ = '\t';
        at = copy_word(words, rank, copy(at, p->prefix, prefix));
        if (k < m->lang.order) {
            *at++ = '\t';
            at += lm_decimal_write(logs.bow, at);
        }
        *at++ = '\n';
        p->length = (size_t)(at - p->text);
        p->rows++;
    }
}

/* ---- writing them ---- */

/* The n-gram at the piece's slot, whatever its length. */
static lm_status write_row(const writing *job, piece *p)
{
    const lm_ngram *m = job->model;
    const int k = job->order;
    const uint64_t slot = k > 1 ? p->slot : m->rank[p->slot];
    const numbers logs = numbers_at(job, slot);
    char text[LM_DECIMAL_MAX];
    LM_TRY(lm_out_write(job->out, text, lm_decimal_write(logs.prob, text), job->e));
    for (int j = 1; j <= k; j++) {
        const lm_slice word = spelling(job->words, rank_at(job, j, j < k ? p->path[j] : slot));
        LM_TRY(lm_out_text(job->out, j == 1 ? "\t" : " ", job->e));
        LM_TRY(lm_out_write(job->out, word.text, word.length, job->e));
    }
    if (k < m->lang.order) {
        LM_TRY(lm_out_text(job->out, "\t", job->e));
        LM_TRY(lm_out_write(job->out, text, lm_decimal_write(logs.bow, text), job->e));
    }
    p->rows++;
    p->slot++;
    return lm_out_text(job->out, "\n", job->e);
}

static lm_status write_pieces(writing *job)
{
    for (size_t i = 0; i < job->width; i++) {
        piece *p = &job->made[i];
        LM_TRY(lm_out_write(job->out, p->text, p->length, job->e));
        while (p->slot < p->end) { /* the text was too long for the buffer */
            LM_TRY(write_row(job, p));
            make_text(job, p);
            LM_TRY(lm_out_write(job->out, p->text, p->length, job->e));
        }
        job->rows += p->rows;
        p->length = 0;
        p->rows = 0;
    }
    return LM_OK;
}

/* One thread writes what was made while the others make more. */
static void write_or_make(void *context, size_t i)
{
    writing *job = context;
    if (i == 0) {
        if (!job->e->status) (void)write_pieces(job); /* what fails is in *e */
        return;
    }
    piece *p = &job->making[i - 1];
    const uint64_t begin = job->first + (i - 1) * PIECE, end = begin + PIECE;
    p->slot = begin < job->slots ? begin : job->slots;
    p->end = end < job->slots ? end : job->slots;
    if (p->slot < p->end) begin_path(job, p);
    make_text(job, p);
    lm_breathe(job->run);
}

static lm_status write_section(writing *job, int k, lm_err *e)
{
    const uint64_t count = job->model->count[k];
    job->order = k;
    job->rows = 0;
    job->slots = job->model->slots[k];
    LM_TRY(lm_out_printf(job->out, e, "\n\\%d-grams:\n", k));
    /* Once more than there are pieces: the last ones are written then. */
    for (job->first = 0; job->first < job->slots + job->width * PIECE;
         job->first += job->width * PIECE) {
        lm_parallel_for(lm_run_pool(job->run), job->width + 1, write_or_make, job);
        if (e->status) return e->status;
        if (lm_stopped(job->run)) return lm_fail(e, LM_ESTOPPED, "stopped while writing");
        piece *made = job->making;
        job->making = job->made;
        job->made = made;
    }
    if (job->rows != count)
        return lm_fail(e, LM_EFORMAT, "the tables hold %llu n-grams of order %d, not %llu",
                       (unsigned long long)job->rows, k, (unsigned long long)count);
    return LM_OK;
}

static lm_status write_sections(writing *job, lm_err *e)
{
    const lm_ngram *m = job->model;
    LM_TRY(lm_out_text(job->out, "\\data\\\n", e));
    for (int k = 1; k <= m->lang.order; k++)
        LM_TRY(lm_out_printf(job->out, e, "ngram %d=%llu\n", k, (unsigned long long)m->count[k]));
    for (int k = 1; k <= m->lang.order; k++) LM_TRY(write_section(job, k, e));
    return lm_out_text(job->out, "\n\\end\\\n", e);
}

lm_status lm_arpa_write(const lm_ngram *m, lm_out *out, const lm_run *run, lm_err *e)
{
    spellings words = {0};
    writing job = {.model = m, .words = &words, .out = out, .run = run, .e = e};
    LM_TRY(check_writable(m, e));
    job.width = WIDTH;
    lm_log10_fill(&job.logs);
    lm_status s = spell_words(m, &words, e);
    piece *pieces = s ? NULL : lm_new(2 * job.width, sizeof *pieces, e);
    job.making = pieces;
    job.made = pieces + job.width;
    if (!s) s = pieces ? write_sections(&job, e) : e->status;
    lm_free(pieces);
    lm_str_free(&words.text);
    lm_free(words.start);
    lm_free(words.cell);
    return s;
}
