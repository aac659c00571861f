/* ngram_counts.c - n-gram counts: of a text, in files, added up. */
#include "lm/ngram_counts.h"
#include <string.h>
#include "counts_file.h"
#include "lm/memory.h"

enum {
    BREATH = 1 << 14, /* grams between two calls of lm_breathe */
    BATCH = 1 << 22   /* grams that are sorted at once, at most */
};

/* ---- making counts that can be saved ---- */

/* The vocabulary once more, in the order of the tables. */
static lm_status rank_vocab(lm_ngram_counts *c, lm_err *e)
{
    const lm_vocab *v = c->vocab;
    LM_TRY(lm_vocab_new(&c->ranked, e));
    for (uint32_t rank = 0; rank < v->size; rank++) {
        uint32_t id;
        if (rank == c->eos)
            LM_TRY(lm_vocab_add_mark(c->ranked, "</s>", &c->ranked->eos, e));
        else if (rank == c->bos)
            LM_TRY(lm_vocab_add_mark(c->ranked, "<s>", &c->ranked->bos, e));
        else
            LM_TRY(lm_vocab_add(c->ranked, lm_vocab_word(v, c->id[rank]), &id, e));
    }
    return LM_OK;
}

/* Every word is a word of its own, <unk> too. */
static lm_ngram_options counting(int order, bool no_marks)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = order;
    o.choice.closed = true;
    o.choice.no_marks = no_marks;
    return o;
}

static lm_status finish(lm_ngram_counts **counts, lm_ngram_counts *made, lm_status s, lm_err *e)
{
    if (!s) s = lm_inputs_settle(&made->inputs, e);
    if (!s) s = rank_vocab(made, e);
    if (s)
        lm_ngram_counts_free(made);
    else
        *counts = made;
    return s;
}

lm_status lm_ngram_counts_of_text(lm_ngram_counts **counts, lm_text *text, int order, bool no_marks,
                                  const lm_run *run, lm_err *e)
{
    const lm_ngram_options o = counting(order, no_marks);
    *counts = NULL;
    lm_ngram_counts *c = lm_new(1, sizeof *c, e);
    if (!c) return e->status;
    lm_status s = lm_ngram_count_text(c, text, &o, run, e);
    if (!s) s = lm_text_inputs(text, &c->inputs, e);
    return finish(counts, c, s, e);
}

void lm_ngram_counts_free(lm_ngram_counts *c)
{
    if (!c) return;
    lm_ngram_counts_drop(c);
    lm_free(c);
}

/* ---- recognising ---- */

/* Is it the name of a checkpoint? */
static lm_status is_checkpoint(const char *path, bool *is, lm_err *e)
{
    lm_in in;
    char begin[LM_CKPT_BEGINNING];
    size_t got = 0;
    *is = false;
    if (!lm_is_regular(path)) return LM_OK;
    LM_TRY(lm_in_open(&in, path, e));
    const lm_status s = lm_in_fill(&in, begin, sizeof begin, &got, e);
    lm_in_close(&in);
    *is = !s && lm_ckpt_begins(begin, got);
    return s;
}

/* Opens a count file; what else it may be is said better than by a reader of checkpoints. */
static lm_status open_counts(lm_counts_file *f, const char *path, lm_err *e)
{
    bool is;
    LM_TRY(is_checkpoint(path, &is, e));
    return is || !lm_is_regular(path) ? lm_counts_file_open(f, path, true, e)
                                      : lm_fail(e, LM_EFORMAT, "%s: not a count file", path);
}

/* ---- count files ---- */

typedef struct {
    lm_counts_file file;
    int order;     /* to which its grams are cut */
    uint32_t *map; /* (its vocabulary) rank in the sum */
} summand;

typedef struct {
    summand *summand; /* (count) */
    size_t count;
    lm_vocab *vocab; /* all their words, as they were met */
    uint64_t *total; /* (vocabulary) */
    size_t capacity;
    uint64_t lines;
    uint32_t *map; /* (vocabulary) rank in the sum */
} sum;

static void close_sum(sum *s)
{
    for (size_t i = 0; s->summand && i < s->count; i++) {
        lm_counts_file_close(&s->summand[i].file);
        lm_free(s->summand[i].map);
    }
    lm_free(s->summand);
    lm_vocab_free(s->vocab);
    lm_free(s->total);
    lm_free(s->map);
}

static lm_status check_alike(const lm_counts_file *a, const lm_counts_file *b, lm_err *e)
{
    const char *differs = a->order != b->order                     ? "order"
                          : a->unit != b->unit                     ? "unit"
                          : a->marks != b->marks                   ? "use of <s> and </s>"
                          : a->marks_as_words != b->marks_as_words ? "reading of <s> and </s>"
                                                                   : NULL;
    if (!differs) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "%s and %s: counts of a different %s cannot be added up",
                   lm_ckpt_path(a->ckpt), lm_ckpt_path(b->ckpt), differs);
}

/* Enters the words of a file; its map has their numbers for now. */
static lm_status enter_words(sum *s, summand *it, lm_err *e)
{
    const lm_counts_file *f = &it->file;
    it->map = lm_new(f->vocab->size, sizeof *it->map, e);
    if (!it->map) return e->status;
    for (uint32_t rank = 0; rank < f->vocab->size; rank++) {
        uint32_t *number = &it->map[rank];
        if (rank == f->vocab->eos || rank == f->vocab->bos) continue;
        const uint32_t size = s->vocab->size;
        LM_TRY(lm_vocab_add(s->vocab, lm_vocab_word(f->vocab, rank), number, e));
        LM_TRY(lm_reserve(&s->total, &s->capacity, (size_t)size + 1, sizeof *s->total, e));
        if (*number == size) s->total[size] = 0;
        s->total[*number] += f->count[1][rank];
    }
    s->lines += f->count[1][f->vocab->bos];
    return LM_OK;
}

static lm_status open_sum(sum *s, char *const *paths, size_t count, const lm_run *run, lm_err *e)
{
    LM_TRY(lm_vocab_new(&s->vocab, e));
    s->count = count;
    s->summand = lm_new(count, sizeof *s->summand, e);
    if (!s->summand) return e->status;
    for (size_t i = 0; i < count; i++) {
        summand *it = &s->summand[i];
        LM_TRY(open_counts(&it->file, paths[i], e));
        LM_TRY(check_alike(&s->summand[0].file, &it->file, e));
        LM_TRY(enter_words(s, it, e));
        LM_TRY(lm_words_check_memory(s->vocab, run, e));
        lm_breathe(run);
    }
    return LM_OK;
}

/* The maps of the files to the ranks of the sum.  True: they keep the order of the words, as they
 * do unless words became <unk>. */
static bool map_ranks(const sum *s, const lm_ngram_counts *c)
{
    bool ordered = true;
    for (size_t i = 0; i < s->count; i++) {
        const lm_vocab *v = s->summand[i].file.vocab;
        uint32_t *map = s->summand[i].map;
        for (uint32_t rank = 0; rank < v->size; rank++) {
            map[rank] = rank == v->bos ? c->bos : rank == v->eos ? c->eos : s->map[map[rank]];
            if (rank && map[rank] <= map[rank - 1]) ordered = false;
        }
    }
    return ordered;
}

/* ---- a file as an input of the merge ---- */

static lm_status next_gram(lm_gram_source *source, lm_gram *gram, lm_err *e)
{
    return lm_counts_walk_next(source->context, gram, e);
}

/* To the first word whose rank in the sum is `from` or more. */
static lm_status seek(lm_gram_source *source, uint32_t from, lm_err *e)
{
    lm_counts_walk *w = source->context;
    uint32_t low = 0, high = w->file->vocab->size;
    (void)e;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (w->map[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    *w = lm_counts_walk_from(w->file, w->order, w->map, low);
    return LM_OK;
}

static lm_status open_source(void *context, lm_gram_source *source, lm_err *e)
{
    const summand *it = context;
    lm_counts_walk *walk = lm_new(1, sizeof *walk, e);
    if (!walk) return e->status;
    *walk = lm_counts_walk_from(&it->file, it->order, it->map, 0);
    *source = (lm_gram_source){walk, seek, next_gram};
    return LM_OK;
}

static void close_source(lm_gram_source *source)
{
    lm_free(source->context);
}

static lm_status add_inputs(const sum *s, lm_grams *grams, lm_err *e)
{
    for (size_t i = 0; i < s->count; i++) {
        const lm_gram_input input = {&s->summand[i], open_source, close_source};
        LM_TRY(lm_grams_add_input(grams, &input, e));
    }
    return LM_OK;
}

/* ---- grams that are no longer in order ---- */

typedef struct {
    lm_grams *grams;
    int order;
    uint32_t *id, *count; /* (room, order), (room) */
    size_t used, room;
    const lm_run *run;
} collector;

static lm_status flush(collector *to, lm_err *e)
{
    const size_t width = (size_t)to->order;
    const lm_gram_batch batch = {to->id, to->used * width, to->used, width, to->count};
    lm_breathe_out(to->run);
    const lm_status s = to->used ? lm_grams_add(to->grams, &batch, false, to->run, e) : LM_OK;
    to->used = 0;
    return s;
}

static lm_status collect(collector *to, const lm_gram *gram, lm_err *e)
{
    for (uint64_t left = gram->count; left;) {
        const uint32_t part = left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
        uint32_t *id = to->id + to->used * (size_t)to->order;
        for (int i = 0; i < to->order; i++) id[i] = i < gram->length ? gram->word[i] : LM_NO_WORD;
        to->count[to->used++] = part;
        left -= part;
        if (to->used == to->room) LM_TRY(flush(to, e));
    }
    return LM_OK;
}

static lm_status collect_all(const sum *s, collector *to, lm_err *e)
{
    for (size_t i = 0; i < s->count; i++) {
        const summand *it = &s->summand[i];
        lm_counts_walk walk = lm_counts_walk_from(&it->file, it->order, it->map, 0);
        lm_gram gram = {0};
        for (uint64_t n = 0;; n++) {
            LM_TRY(lm_counts_walk_next(&walk, &gram, e));
            if (gram.length == 0) break;
            LM_TRY(collect(to, &gram, e));
            if (n % BREATH == 0) lm_breathe(to->run);
        }
    }
    return flush(to, e);
}

static lm_status open_collector(collector *to, lm_err *e)
{
    to->room = lm_grams_room(BATCH, sizeof *to->id * ((uint64_t)to->order + 1), to->run);
    to->id = lm_resize(NULL, to->room * (size_t)to->order, sizeof *to->id, e);
    to->count = lm_resize(NULL, to->room, sizeof *to->count, e);
    return to->id && to->count ? LM_OK : e->status;
}

static void close_collector(collector *to)
{
    lm_free(to->id);
    lm_free(to->count);
}

static lm_status sort_again(const sum *s, lm_grams *grams, int order, const lm_run *run, lm_err *e)
{
    collector to = {.grams = grams, .order = order, .run = run};
    lm_status status = open_collector(&to, e);
    if (!status) status = collect_all(s, &to, e);
    close_collector(&to);
    return status;
}

/* ---- adding up ---- */

/* Likely mistakes: a sum among its summands; a shard that was forgotten, unless what is counted is
 * to be added up further. */
static lm_status settle_inputs(lm_inputs *inputs, bool all, const lm_run *run, lm_err *e)
{
    LM_TRY(lm_inputs_sort(inputs, e));
    const lm_input *odd = lm_inputs_repeated(inputs);
    uint64_t repeated = odd ? odd->total : 0;
    LM_TRY(lm_inputs_settle(inputs, e));
    odd = lm_inputs_repeated(inputs);
    if (odd) repeated = odd->total;
    if (repeated)
        lm_warn(run, "text of %llu bytes is counted more than once", (unsigned long long)repeated);
    odd = all ? lm_inputs_partial(inputs) : NULL;
    if (odd)
        lm_warn(run, "of a text of %llu bytes not all shards are counted",
                (unsigned long long)odd->total);
    return LM_OK;
}

static lm_status take_inputs(const sum *s, lm_inputs *inputs, lm_err *e)
{
    for (size_t i = 0; i < s->count; i++) {
        const lm_inputs *more = &s->summand[i].file.inputs;
        for (size_t j = 0; j < more->count; j++) LM_TRY(lm_inputs_add(inputs, &more->item[j], e));
    }
    return LM_OK;
}

static lm_status add_up(sum *s, lm_ngram_counts *c, const lm_ngram_options *options,
                        const lm_run *run, lm_err *e)
{
    const lm_counts_file *first = &s->summand[0].file;
    const lm_ngram_found found = {s->vocab, s->total, s->lines};
    lm_grams *grams;
    c->order = options->order;
    c->marks = first->marks;
    c->unit = first->unit;
    c->marks_as_words = first->marks_as_words;
    for (size_t i = 0; i < s->count; i++) s->summand[i].order = c->order;
    s->map = lm_new(s->vocab->size, sizeof *s->map, e);
    if (!s->map) return e->status;
    lm_status status = lm_ngram_choose(c, &found, options, s->map, &grams, run, e);
    lm_vocab_free(s->vocab); /* its words are in the chosen one */
    lm_free(s->total);
    s->vocab = NULL;
    s->total = NULL;
    if (!status)
        status = map_ranks(s, c) ? add_inputs(s, grams, e) : sort_again(s, grams, c->order, run, e);
    if (!status) status = lm_grams_finish(grams, run, e);
    lm_grams_free(grams);
    return status;
}

static lm_status count_files(lm_ngram_counts *c, char *const *paths, size_t count,
                             const lm_ngram_options *options, const lm_run *run, lm_err *e)
{
    sum s = {0};
    lm_ngram_options o = *options;
    lm_status status = open_sum(&s, paths, count, run, e);
    if (!status) {
        const lm_counts_file *first = &s.summand[0].file;
        if (o.order == 0) o.order = first->order;
        o.choice.no_marks = !first->marks;
        if (o.order > first->order)
            status = lm_fail(e, LM_EUSAGE, "%s: holds n-grams up to order %d, not %d",
                             lm_ckpt_path(first->ckpt), first->order, o.order);
    }
    if (!status) status = take_inputs(&s, &c->inputs, e);
    if (!status) status = settle_inputs(&c->inputs, options->order > 0, run, e);
    if (!status) status = add_up(&s, c, &o, run, e);
    close_sum(&s);
    return status;
}

lm_status lm_ngram_count_files(lm_ngram_counts *c, char *const *paths, size_t count,
                               const lm_ngram_options *options, const lm_run *run, lm_err *e)
{
    *c = (lm_ngram_counts){0};
    const lm_status s = count_files(c, paths, count, options, run, e);
    if (s) lm_ngram_counts_drop(c);
    return s;
}

lm_status lm_ngram_counts_of_files(lm_ngram_counts **counts, char *const *paths, size_t count,
                                   const lm_run *run, lm_err *e)
{
    const lm_ngram_options o = counting(0, false); /* the order and marks of the files */
    *counts = NULL;
    lm_ngram_counts *c = lm_new(1, sizeof *c, e);
    if (!c) return e->status;
    return finish(counts, c, lm_ngram_count_files(c, paths, count, &o, run, e), e);
}

lm_status lm_ngram_counts_of_tsv(lm_ngram_counts **counts, char *const *paths, size_t count,
                                 int order, lm_unit unit, bool no_marks, const lm_run *run,
                                 lm_err *e)
{
    const lm_ngram_options o = counting(order, no_marks);
    *counts = NULL;
    lm_ngram_counts *c = lm_new(1, sizeof *c, e);
    if (!c) return e->status;
    return finish(counts, c, lm_ngram_count_tsv(c, paths, count, &o, unit, run, e), e);
}

/* ---- how files were counted ---- */

/* How the counts of a file were made. */
static lm_status look_into(const char *path, lm_ngram_counting *how, lm_err *e)
{
    lm_counts_file f;
    LM_TRY(lm_counts_file_open(&f, path, false, e));
    *how = (lm_ngram_counting){f.order, f.unit, !f.marks, f.marks_as_words};
    lm_counts_file_close(&f);
    return LM_OK;
}

lm_status lm_ngram_are_counts(char *const *paths, size_t count, bool *are, lm_ngram_counting *how,
                              lm_err *e)
{
    *are = false;
    for (size_t i = 0; i < count; i++) {
        bool is;
        LM_TRY(is_checkpoint(paths[i], &is, e));
        if (i && is != *are)
            return lm_fail(e, LM_EUSAGE, "%s and %s: counts and text cannot be read together",
                           paths[i - 1], paths[i]);
        *are = is;
    }
    return *are ? look_into(paths[0], how, e) : LM_OK;
}
