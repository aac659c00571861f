/* words.c - choosing the words of a model: those of a list, frequent ones, the most frequent. */
#include "lm/words.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/sort.h"

typedef struct {
    lm_slice word;
    uint64_t count;
    uint32_t found; /* its id among the words found; LM_NO_WORD: only in the list */
} candidate;

/* By descending count, ties in byte order. */
static int compare(const void *context, const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    (void)context;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return lm_slice_compare(x->word, y->word);
}

/* The words found, then those of the list that were not; <unk> is no word if it is a mark. */
static size_t list_candidates(candidate *all, const lm_vocab *found, const uint64_t *count,
                              const lm_word_choice *choice)
{
    size_t n = 0;
    for (uint32_t i = 0; i < found->size; i++)
        if (choice->closed || choice->bare || !lm_slice_is(lm_vocab_word(found, i), "<unk>")) {
            const lm_slice word = lm_vocab_word(found, i);
            all[n++] = (candidate){word, lm_words_count(choice, word, count[i]), i};
        }
    for (uint32_t i = 0; choice->list && i < choice->list->size; i++) {
        const lm_slice word = lm_vocab_word(choice->list, i);
        if (!lm_slice_is(word, "<unk>") && lm_vocab_find(found, word) == LM_NO_WORD)
            all[n++] = (candidate){word, lm_words_count(choice, word, 0), LM_NO_WORD};
    }
    return n;
}

static bool is_wanted(const candidate *c, uint64_t before, const lm_word_choice *o)
{
    return (!o->list || lm_vocab_find(o->list, c->word) != LM_NO_WORD) &&
           c->count >= o->min_count && (!o->vocab_size || before < o->vocab_size);
}

static lm_status add_words(lm_vocab *vocab, uint32_t *map, const candidate *all, size_t count,
                           const lm_word_choice *choice, lm_err *e)
{
    uint64_t chosen = 0;
    uint32_t id;
    for (size_t i = 0; i < count; i++) {
        if (!is_wanted(&all[i], chosen, choice)) continue;
        LM_TRY(lm_vocab_add(vocab, all[i].word, &id, e));
        if (all[i].found != LM_NO_WORD) map[all[i].found] = id;
        chosen++;
    }
    return LM_OK;
}

lm_status lm_words_choose(lm_vocab *vocab, uint32_t *map, const lm_vocab *found,
                          const uint64_t *count, const lm_word_choice *choice, lm_err *e)
{
    if (!choice->closed && !choice->bare) LM_TRY(lm_vocab_add_mark(vocab, "<unk>", &vocab->unk, e));
    if (!choice->no_marks && !choice->bare)
        LM_TRY(lm_vocab_add_mark(vocab, "</s>", &vocab->eos, e));
    for (uint32_t i = 0; i < found->size; i++) map[i] = vocab->unk;
    const size_t listed = choice->list ? choice->list->size : 0;
    candidate *all = lm_new(found->size + listed, sizeof *all, e);
    if (!all) return e->status;
    const size_t n = list_candidates(all, found, count, choice);
    lm_status s = lm_sort(all, n, sizeof *all, compare, NULL, e);
    if (!s) s = add_words(vocab, map, all, n, choice, e);
    lm_free(all);
    return s || choice->bare ? s : lm_vocab_add_mark(vocab, "<s>", &vocab->bos, e);
}

/* ---- lists with counts ---- */

uint64_t lm_words_count(const lm_word_choice *choice, lm_slice word, uint64_t read)
{
    if (!choice->list_count) return read;
    const uint32_t id = lm_vocab_find(choice->list, word);
    return id == LM_NO_WORD ? 0 : choice->list_count[id];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Takes what stands before the next blank, and the blanks. */
static lm_slice take_field(lm_slice *line)
{
    size_t end = 0, next;
    while (end < line->length && !is_blank(line->text[end])) end++;
    for (next = end; next < line->length && is_blank(line->text[next]);) next++;
    const lm_slice field = {line->text, end};
    *line = (lm_slice){line->text + next, line->length - next};
    return field;
}

typedef struct {
    lm_word_choice *choice;
    const char *name;
    uint64_t line;
    size_t capacity;
    bool some, counted; /* words were read; with counts */
} list_reader;

static lm_status fail_line(const list_reader *r, lm_err *e)
{
    return lm_fail(e, LM_EFORMAT, "%s:%llu: expected a word%s", r->name,
                   (unsigned long long)r->line,
                   r->some && !r->counted ? " alone, as in the lines before" : " and its count");
}

static lm_status add_counted(list_reader *r, lm_slice word, lm_slice count, lm_err *e)
{
    lm_word_choice *c = r->choice;
    const uint32_t size = c->list->size;
    int64_t n = 0;
    uint32_t id;
    const bool counted = count.length > 0;
    if ((counted && !(lm_parse_int(count, &n) && n >= 0)) || (r->some && counted != r->counted))
        return fail_line(r, e);
    r->some = true;
    r->counted = counted;
    LM_TRY(lm_vocab_add(c->list, word, &id, e));
    LM_TRY(lm_reserve(&c->list_count, &r->capacity, (size_t)size + 1, sizeof *c->list_count, e));
    if (id == size) c->list_count[id] = (uint64_t)n;
    return LM_OK;
}

lm_status lm_words_read_counted(lm_word_choice *choice, lm_slice bytes, const char *name, lm_err *e)
{
    list_reader r = {.choice = choice, .name = name};
    LM_TRY(lm_vocab_new(&choice->list, e));
    while (bytes.length) {
        const char *end = memchr(bytes.text, '\n', bytes.length);
        const size_t length = end ? (size_t)(end - bytes.text) : bytes.length;
        lm_slice line = {bytes.text, length};
        if (length && is_blank(line.text[0])) (void)take_field(&line);
        const lm_slice word = take_field(&line), count = take_field(&line);
        r.line++;
        if (line.length) return fail_line(&r, e);
        if (word.length) LM_TRY(add_counted(&r, word, count, e));
        bytes.text += length + (end != NULL);
        bytes.length -= length + (end != NULL);
    }
    if (r.counted) return LM_OK;
    lm_free(choice->list_count);
    choice->list_count = NULL;
    return LM_OK;
}

lm_status lm_words_check_memory(const lm_vocab *found, const lm_run *run, lm_err *e)
{
    enum { BYTES_PER_WORD = 160 }; /* and its spelling twice: what vocabularies and ranks take */
    const uint64_t words = found->size, bytes = found->offsets[words];
    const uint64_t need = words * BYTES_PER_WORD + 2 * bytes;
    if (!run || !run->memory || need <= run->memory / 4 * 3) return LM_OK;
    return lm_fail(e, LM_EUSAGE,
                   "--memory: %llu MB are too little for the %llu different words read so far; "
                   "give at least %llu MB",
                   (unsigned long long)(run->memory >> 20), (unsigned long long)words,
                   (unsigned long long)((need * 2 >> 20) + 1));
}
