/* w2v_text.c - the text word vectors are made of, and the words that have some. */
#include "lm/memory.h"
#include "lm/w2v_train.h"

lm_status lm_w2v_text_read(lm_w2v_text *text, lm_text *reader, const lm_run *run, lm_err *e)
{
    *text = (lm_w2v_text){.unit = lm_text_unit(reader),
                          .marks_as_words = lm_text_marks_as_words(reader)};
    LM_TRY(lm_tokens_read(&text->tokens, reader, false, run, e));
    text->found = text->tokens.vocab;
    text->times = text->tokens.count;
    if (text->tokens.vocab->size) return LM_OK;
    lm_w2v_text_free(text);
    return lm_fail(e, LM_EFORMAT, "%s: no text", lm_text_place(reader));
}

lm_status lm_w2v_pairs_read(lm_w2v_text *text, lm_slice bytes, const char *name, lm_err *e)
{
    *text = (lm_w2v_text){.marks_as_words = true};
    LM_TRY(lm_pairs_read(&text->pairs, bytes, name, 0, true, e));
    text->found = text->pairs.found;
    text->times = text->pairs.times;
    return LM_OK;
}

void lm_w2v_text_free(lm_w2v_text *text)
{
    lm_pairs_free(&text->pairs);
    lm_tokens_free(&text->tokens);
    lm_free(text->map);
    lm_free(text->count);
    *text = (lm_w2v_text){0};
}

/* ---- the words of the model ---- */

/* Words of a model to go on from are there too, as often as it has read them. */
static lm_status add_words_of(lm_w2v_text *text, const lm_w2v *old, lm_err *e)
{
    const lm_vocab *words = old->lang.vocab;
    const size_t most = (size_t)text->found->size + words->size;
    uint64_t *times = lm_resize(text->times, most, sizeof *times, e);
    if (!times) return e->status;
    text->times = times;
    if (text->pairs.count)
        text->pairs.times = times;
    else
        text->tokens.count = times;
    for (uint32_t w = 0; w < words->size; w++) {
        const uint32_t size = text->found->size;
        uint32_t id;
        LM_TRY(lm_vocab_add(text->found, lm_vocab_word(words, w), &id, e));
        times[id] = (id == size ? 0 : times[id]) + old->count[w];
    }
    return LM_OK;
}

/* Those of the list, in its order. */
static lm_status take_list(lm_vocab *vocab, uint32_t *map, const lm_vocab *found,
                           const lm_vocab *list, lm_err *e)
{
    uint32_t id;
    for (uint32_t i = 0; i < list->size; i++)
        LM_TRY(lm_vocab_add(vocab, lm_vocab_word(list, i), &id, e));
    for (uint32_t i = 0; i < found->size; i++)
        map[i] = lm_vocab_find(vocab, lm_vocab_word(found, i));
    return LM_OK;
}

/* Every word of a pair must be one of the model's. */
static lm_status check_pairs(const lm_w2v_text *text, const char *name, lm_err *e)
{
    for (uint32_t i = 0; text->pairs.count && i < text->found->size; i++) {
        const lm_slice word = lm_vocab_word(text->found, i);
        if (text->map[i] == LM_NO_WORD)
            return lm_fail(e, LM_EFORMAT, "%s: '%.*s' is not among the words of the model", name,
                           (int)(word.length < 100 ? word.length : 100), word.text);
    }
    return LM_OK;
}

static lm_status choose(lm_w2v_text *text, const lm_word_choice *choice, lm_vocab *vocab, lm_err *e)
{
    text->map = lm_new(text->found->size, sizeof *text->map, e);
    if (!text->map) return e->status;
    LM_TRY(choice->list && choice->closed
               ? take_list(vocab, text->map, text->found, choice->list, e)
               : lm_words_choose(vocab, text->map, text->found, text->times, choice, e));
    text->count = lm_new(vocab->size, sizeof *text->count, e);
    if (!text->count) return e->status;
    for (uint32_t i = 0; i < text->found->size; i++)
        if (text->map[i] != LM_NO_WORD) text->count[text->map[i]] += text->times[i];
    for (uint32_t w = 0; w < vocab->size; w++) {
        text->count[w] = lm_words_count(choice, lm_vocab_word(vocab, w), text->count[w]);
        text->total += text->count[w];
    }
    return LM_OK;
}

lm_status lm_w2v_of_text(lm_w2v **model, lm_w2v_text *text, const char *name,
                         const lm_w2v_shape *shape, const lm_word_choice *choice, const lm_w2v *old,
                         lm_err *e)
{
    lm_vocab *vocab;
    *model = NULL;
    if (old) LM_TRY(add_words_of(text, old, e));
    LM_TRY(lm_vocab_new(&vocab, e));
    lm_status s = choose(text, choice, vocab, e);
    if (!s && text->total == 0)
        s = lm_fail(e, LM_EFORMAT,
                    "%s: no word is read often enough (--min-count), or is in --vocab", name);
    if (!s) s = check_pairs(text, name, e);
    if (s) {
        lm_vocab_free(vocab);
        return s;
    }
    LM_TRY(lm_w2v_new(model, shape, vocab, text->count, e));
    (*model)->lang.unit = text->unit;
    (*model)->lang.marks_as_words = text->marks_as_words;
    return LM_OK;
}
