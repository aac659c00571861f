/* nnlm_text.c - the examples of an NNLM: running text, or pairs of context and word. */
#include <string.h>
#include "lm/memory.h"
#include "lm/nnlm_train.h"
#include "lm/pairs.h"

/* ---- running text ---- */

lm_status lm_nnlm_text_read(lm_nnlm_text *text, lm_text *reader, const lm_run *run, lm_err *e)
{
    *text = (lm_nnlm_text){.unit = lm_text_unit(reader),
                           .marks_as_words = lm_text_marks_as_words(reader)};
    LM_TRY(lm_tokens_read(&text->tokens, reader, true, run, e));
    text->count = text->tokens.length - text->tokens.lines;
    text->found = text->tokens.vocab;
    text->times = text->tokens.count;
    text->ends = text->tokens.lines;
    if (text->found->size) return LM_OK;
    lm_nnlm_text_free(text);
    return lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(reader));
}

/* ---- pairs ---- */

lm_status lm_nnlm_pairs_read(lm_nnlm_text *text, lm_slice bytes, const char *name, int order,
                             lm_err *e)
{
    lm_pairs pairs;
    const size_t width = (size_t)order - 1;
    *text = (lm_nnlm_text){0};
    LM_TRY(lm_pairs_read(&pairs, bytes, name, width, false, e));
    *text = (lm_nnlm_text){.count = pairs.count,
                           .width = width,
                           .target = pairs.target,
                           .context = pairs.context,
                           .found = pairs.found,
                           .times = pairs.times,
                           .ends = pairs.ends,
                           .begins = pairs.begins};
    lm_free(pairs.begin); /* every one has `width` words */
    return LM_OK;
}

/* ---- */

/* Words found and their counts are those of the tokens, where there are some. */
static void free_words(lm_nnlm_text *text)
{
    if (text->width) {
        lm_vocab_free(text->found);
        lm_free(text->times);
    }
    lm_tokens_free(&text->tokens);
    text->found = NULL;
    text->times = NULL;
}

void lm_nnlm_text_free(lm_nnlm_text *text)
{
    free_words(text);
    lm_free(text->target);
    lm_free(text->context);
    lm_free(text->word_count);
    *text = (lm_nnlm_text){0};
}

/* ---- the words of the model ---- */

/* Those of the list in its order. */
static lm_status take_list(lm_vocab *vocab, const lm_vocab *list, lm_err *e)
{
    for (uint32_t i = 0; i < list->size; i++) {
        uint32_t id;
        const lm_slice word = lm_vocab_word(list, i);
        if (lm_slice_is(word, "</s>"))
            LM_TRY(lm_vocab_add_mark(vocab, "</s>", &vocab->eos, e));
        else
            LM_TRY(lm_vocab_add(vocab, word, &id, e));
    }
    return LM_OK;
}

static void count_words(uint64_t *count, const lm_vocab *vocab, const lm_nnlm_text *text)
{
    for (uint32_t i = 0; i < text->found->size; i++) {
        uint32_t id = lm_vocab_find(vocab, lm_vocab_word(text->found, i));
        if (id == LM_NO_WORD) id = vocab->unk;
        if (id != LM_NO_WORD) count[id] += text->times[i];
    }
    if (vocab->eos != LM_NO_WORD) count[vocab->eos] = text->ends;
    const uint32_t begin = lm_vocab_find(vocab, lm_slice_of("<s>"));
    if (begin != LM_NO_WORD) count[begin] += text->begins;
}

static lm_status choose(const lm_nnlm_text *text, const lm_word_choice *choice, lm_vocab *vocab,
                        lm_err *e)
{
    if (choice->closed && choice->list) return take_list(vocab, choice->list, e);
    uint32_t *map = lm_new(text->found->size, sizeof *map, e);
    if (!map) return e->status;
    const lm_status s = lm_words_choose(vocab, map, text->found, text->times, choice, e);
    lm_free(map);
    return s;
}

static lm_status choose_words(lm_nnlm_text *text, const lm_word_choice *choice, lm_vocab *vocab,
                              lm_err *e)
{
    LM_TRY(choose(text, choice, vocab, e));
    text->word_count = lm_new(vocab->size, sizeof *text->word_count, e);
    if (!text->word_count) return e->status;
    count_words(text->word_count, vocab, text);
    return LM_OK;
}

/* ---- from words to ids ---- */

typedef struct {
    const lm_vocab *vocab;
    const char *name;
    uint32_t *map; /* of the words found */
    uint32_t bos, eos;
} translation;

static lm_status map_words(translation *t, const lm_vocab *found, lm_err *e)
{
    for (uint32_t i = 0; i < found->size; i++) {
        const lm_slice word = lm_vocab_word(found, i);
        t->map[i] = lm_vocab_find(t->vocab, word);
        if (t->map[i] == LM_NO_WORD) t->map[i] = t->vocab->unk;
        if (t->map[i] == LM_NO_WORD)
            return lm_fail(e, LM_EFORMAT, "%s: '%.*s' is not in the vocabulary, which has no <unk>",
                           t->name, (int)(word.length < 100 ? word.length : 100), word.text);
    }
    return LM_OK;
}

static lm_status no_mark(const translation *t, const char *mark, lm_err *e)
{
    return lm_fail(e, LM_EFORMAT, "%s: %s is needed, but not in the vocabulary", t->name, mark);
}

/* Ids in place, in order, without the marks that begin lines. */
static lm_status translate_tokens(lm_nnlm_text *text, const translation *t, const lm_run *run,
                                  lm_err *e)
{
    enum { PIECE = 1 << 16 };
    const lm_tokens_map map = {t->map, LM_TOKEN_BOS, t->eos};
    uint32_t piece[PIECE];
    uint64_t count = 0;
    if (t->eos == LM_NO_WORD) return no_mark(t, "</s>", e);
    text->target = lm_resize(NULL, (size_t)text->count, sizeof *text->target, e);
    if (!text->target) return e->status;
    for (uint64_t from = 0; from < text->tokens.length; from += PIECE) {
        const uint64_t left = text->tokens.length - from;
        const size_t n = left < PIECE ? (size_t)left : PIECE;
        LM_TRY(lm_tokens_take(&text->tokens, from, n, &map, piece, run, e));
        for (size_t i = 0; i < n; i++)
            if (piece[i] != LM_TOKEN_BOS) text->target[count++] = piece[i];
    }
    return LM_OK;
}

static lm_status translate_word(const translation *t, uint32_t *id, lm_err *e)
{
    *id = *id == LM_TOKEN_BOS ? t->bos : *id == LM_TOKEN_EOS ? t->eos : t->map[*id];
    return *id == LM_NO_WORD ? no_mark(t, "<s> or </s>", e) : LM_OK;
}

static lm_status translate_pairs(lm_nnlm_text *text, const translation *t, lm_err *e)
{
    for (uint64_t i = 0; i < text->count; i++) {
        LM_TRY(translate_word(t, &text->target[i], e));
        if (!lm_vocab_is_output(t->vocab, text->target[i]))
            return lm_fail(e, LM_EFORMAT, "%s:%llu: <s> is never predicted", t->name,
                           (unsigned long long)i + 1);
    }
    for (uint64_t i = 0; i < text->count * text->width; i++)
        LM_TRY(translate_word(t, &text->context[i], e));
    return LM_OK;
}

lm_status lm_nnlm_text_translate(lm_nnlm_text *text, const lm_vocab *vocab, const char *name,
                                 const lm_run *run, lm_err *e)
{
    translation t = {.vocab = vocab, .name = name, .bos = vocab->bos, .eos = vocab->eos};
    if (t.bos == LM_NO_WORD) t.bos = lm_vocab_find(vocab, lm_slice_of("<s>"));
    t.map = lm_new(text->found->size, sizeof *t.map, e);
    if (!t.map) return e->status;
    lm_status s = map_words(&t, text->found, e);
    if (!s) s = text->width ? translate_pairs(text, &t, e) : translate_tokens(text, &t, run, e);
    lm_free(t.map);
    free_words(text);
    return s;
}

lm_status lm_nnlm_of_text(lm_nnlm **model, lm_nnlm_text *text, const char *name,
                          const lm_nnlm_shape *shape, const lm_word_choice *choice,
                          const lm_run *run, lm_err *e)
{
    lm_vocab *vocab;
    *model = NULL;
    LM_TRY(lm_vocab_new(&vocab, e));
    lm_status s = choose_words(text, choice, vocab, e);
    if (!s) s = lm_nnlm_text_translate(text, vocab, name, run, e);
    if (s) {
        lm_vocab_free(vocab);
        return s;
    }
    LM_TRY(lm_nnlm_new(model, shape, vocab, text->word_count, e));
    (*model)->lang.unit = text->unit;
    (*model)->lang.marks_as_words = text->marks_as_words;
    return LM_OK;
}

void lm_nnlm_context(const lm_nnlm_text *text, uint64_t i, uint32_t eos, uint32_t start,
                     size_t words, uint32_t *context)
{
    if (text->context) {
        memcpy(context, text->context + i * words, words * sizeof *context);
        return;
    }
    size_t k = words;
    for (; k > 0 && i > 0 && text->target[i - 1] != eos; k--, i--)
        context[k - 1] = text->target[i - 1];
    while (k > 0) context[--k] = start;
}
