/* words.c - choosing the words of a model: those of a list, frequent ones, the most frequent. */
#include "lm/words.h"
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
        if (choice->closed || choice->bare || !lm_slice_is(lm_vocab_word(found, i), "<unk>"))
            all[n++] = (candidate){lm_vocab_word(found, i), count[i], i};
    for (uint32_t i = 0; choice->list && i < choice->list->size; i++) {
        const lm_slice word = lm_vocab_word(choice->list, i);
        if (!lm_slice_is(word, "<unk>") && lm_vocab_find(found, word) == LM_NO_WORD)
            all[n++] = (candidate){word, 0, LM_NO_WORD};
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
    if (!choice->closed && !choice->bare)
        LM_TRY(lm_vocab_add_mark(vocab, "<unk>", &vocab->unk, e));
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
