/* generate_text.c - the text of a completion, token by token. */
#include <math.h>
#include <string.h>
#include "generate_internal.h"
#include "lm/gpt_train.h"
#include "lm/memory.h"
#include "lm/utf8.h"
#include "lm/vector.h"

lm_status lm_writer_new(lm_writer *w, const lm_gpt *gpt, const lm_generation *how, lm_err *e)
{
    const lm_tokenizer *t = gpt->tokenizer;
    if (!t) return lm_fail(e, LM_EFORMAT, "the model has no tokenizer");
    *w = (lm_writer){.tokenizer = t,
                     .end = lm_tokenizer_special(t, LM_END_OF_TEXT),
                     .unknown = t->vocab->unk,
                     .tokens = t->vocab->size,
                     .how = how};
    for (size_t i = 0; i < how->stops; i++) {
        const size_t n = strlen(how->stop[i]);
        if (n > w->longest_stop) w->longest_stop = n;
    }
    return LM_OK;
}

lm_status lm_writer_mask(const lm_writer *w, lm_real *logits, lm_err *e)
{
    if (w->unknown < w->tokens) logits[w->unknown] = (lm_real)-HUGE_VAL;
    const double max = (double)lm_vec_max(logits, w->tokens);
    if (max > -HUGE_VAL && max < HUGE_VAL) return LM_OK;
    return lm_fail(e, LM_EFORMAT, "the model's logits are no numbers");
}

void lm_note_full(const lm_run *run, const lm_gpt *gpt, const lm_completion *c)
{
    lm_note(run, "prompt %llu, sample %llu: ends after %zu tokens, as the context of %llu is full",
            (unsigned long long)c->prompt + 1, (unsigned long long)c->sample + 1, c->ids.count,
            (unsigned long long)gpt->shape.context);
}

/* ---- stop texts and whole characters ---- */

/* The first place from `from` on where a stop text is; the text's length: there is none. */
static size_t find_stop(const lm_writer *w, lm_slice text, size_t from)
{
    size_t first = text.length;
    for (size_t i = 0; i < w->how->stops; i++) {
        const char *stop = w->how->stop[i];
        const size_t n = strlen(stop);
        for (size_t at = from; at + n <= text.length && at < first; at++)
            if (memcmp(text.text + at, stop, n) == 0) first = at;
    }
    return first;
}

/* Does a stop text begin at `at`, as far as there is text? */
static bool may_stop(const lm_writer *w, lm_slice text, size_t at)
{
    const size_t n = text.length - at;
    for (size_t i = 0; i < w->how->stops; i++)
        if (n < strlen(w->how->stop[i]) && memcmp(text.text + at, w->how->stop[i], n) == 0)
            return true;
    return false;
}

/* How much of the text, from its safe part on, stands whatever comes. */
static size_t safe_length(const lm_writer *w, lm_slice text, size_t safe)
{
    size_t at = safe;
    if (w->longest_stop && text.length - safe >= w->longest_stop)
        at = text.length - w->longest_stop + 1;
    while (w->longest_stop && at < text.length && !may_stop(w, text, at)) at++;
    if (!w->longest_stop) at = text.length;
    while (safe < at) {
        const int n = lm_utf8_length(text.text + safe, at - safe);
        if (n < 0) break; /* its rest is still to come, or may belong to a stop text */
        safe += n > 0 ? (size_t)n : 1;
    }
    return safe;
}

/* ---- completions ---- */

lm_status lm_written_begin(lm_written *w, const lm_writer *writer, lm_err *e)
{
    lm_str before = {0};
    if (w->c.start.count == 0) {
        if (writer->end == LM_NO_WORD)
            return lm_fail(e, LM_EFORMAT,
                           "prompt %llu is empty, and the tokenizer has no " LM_END_OF_TEXT
                           " to begin with",
                           (unsigned long long)w->c.prompt + 1);
        return lm_ids_add(&w->c.start, &writer->end, 1, e);
    }
    const lm_status s =
        lm_decode(&w->decoder, writer->tokenizer, w->c.start.id, w->c.start.count, &before, e);
    lm_str_free(&before);
    return s;
}

void lm_written_end(lm_written *w, lm_ending ending)
{
    w->c.ending = ending;
    w->c.safe = w->c.text.length;
}

lm_status lm_written_add(lm_written *w, const lm_writer *writer, uint32_t id, double lp, lm_err *e)
{
    lm_completion *c = &w->c;
    const size_t before = c->text.length, back = writer->longest_stop;
    LM_TRY(lm_reserve(&c->lp, &c->lps, c->ids.count + 1, sizeof *c->lp, e));
    c->lp[c->ids.count] = lp;
    LM_TRY(lm_ids_add(&c->ids, &id, 1, e));
    if (id == writer->end) {
        lm_written_end(w, LM_BY_TOKEN);
        return LM_OK;
    }
    LM_TRY(lm_decode(&w->decoder, writer->tokenizer, &id, 1, &c->text, e));
    const lm_slice text = {c->text.text, c->text.length};
    const size_t stop = find_stop(writer, text, before > back ? before - back : 0);
    if (stop < text.length) {
        c->text.length = stop;
        lm_written_end(w, LM_BY_STOP);
    } else if (c->ids.count >= writer->how->longest) {
        lm_written_end(w, LM_BY_LENGTH);
    } else {
        c->safe = safe_length(writer, text, c->safe);
    }
    return LM_OK;
}

lm_status lm_written_copy(lm_written *to, const lm_written *from, lm_err *e)
{
    *to = *from;
    to->c.start = to->c.ids = (lm_ids){0};
    to->c.text = (lm_str){0};
    to->c.lp = NULL;
    to->c.lps = 0;
    lm_status s = lm_ids_add(&to->c.start, from->c.start.id, from->c.start.count, e);
    if (!s) s = lm_ids_add(&to->c.ids, from->c.ids.id, from->c.ids.count, e);
    if (!s && from->c.text.length)
        s = lm_str_add(&to->c.text, from->c.text.text, from->c.text.length, e);
    if (!s) s = lm_reserve(&to->c.lp, &to->c.lps, from->c.ids.count, sizeof *to->c.lp, e);
    if (!s && from->c.ids.count) memcpy(to->c.lp, from->c.lp, from->c.ids.count * sizeof *to->c.lp);
    if (s) lm_written_free(to);
    return s;
}

void lm_written_free(lm_written *w)
{
    lm_ids_free(&w->c.start);
    lm_ids_free(&w->c.ids);
    lm_str_free(&w->c.text);
    lm_free(w->c.lp);
    *w = (lm_written){0};
}
