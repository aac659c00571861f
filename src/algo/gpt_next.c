/* gpt_next.c - the most probable next tokens of a context. */
#include "lm/gpt_next.h"
#include "lm/encode.h"
#include "lm/gpt_train.h"
#include "lm/passages.h"
#include "lm/sample.h"
#include "lm/vector.h"

typedef struct {
    const lm_gpt *gpt;
    const lm_run *run;
    lm_compute *on;
    lm_gpt_room room;
    lm_encoder *encoder;
    lm_ids ids;
    lm_str spelling;
    lm_real *logits;        /* (V) */
    double *p;              /* (V) */
    uint32_t *order, *rank; /* (V): tokens; each one's own number */
    uint32_t top;
    uint64_t answered;
} next_tokens;

static lm_status begin(next_tokens *n, lm_err *e)
{
    const size_t V = (size_t)n->gpt->shape.vocab, T = (size_t)n->gpt->shape.context;
    LM_TRY(lm_compute_new(&n->on, lm_run_pool(n->run), false, e));
    LM_TRY(lm_gpt_room_new(&n->room, n->gpt, T, 1, LM_INFERENCE, lm_run_pool(n->run), e));
    LM_TRY(lm_encoder_new(&n->encoder, n->gpt->tokenizer, false, e));
    n->logits = lm_new(V, sizeof *n->logits, e);
    n->p = lm_new(V, sizeof *n->p, e);
    n->order = lm_new(V, sizeof *n->order, e);
    n->rank = lm_new(V, sizeof *n->rank, e);
    for (uint32_t i = 0; n->rank && i < V; i++) n->rank[i] = i;
    return n->logits && n->p && n->order && n->rank ? LM_OK : e->status;
}

static void end(next_tokens *n)
{
    lm_gpt_room_free(&n->room);
    lm_compute_free(n->on);
    lm_encoder_free(n->encoder);
    lm_ids_free(&n->ids);
    lm_str_free(&n->spelling);
    lm_free(n->logits);
    lm_free(n->p);
    lm_free(n->order);
    lm_free(n->rank);
}

/* p (V) after the ids. */
static lm_status predict(next_tokens *n, lm_err *e)
{
    const size_t T = (size_t)n->gpt->shape.context, V = (size_t)n->gpt->shape.vocab;
    const size_t skipped = n->ids.count > T ? n->ids.count - T : 0, length = n->ids.count - skipped;
    lm_kv_cache cache, *const caches[] = {&cache};
    if (skipped)
        lm_note(n->run, "context %llu: of its %zu tokens the last %zu are looked at",
                (unsigned long long)n->answered + 1, n->ids.count, T);
    LM_TRY(lm_kv_cache_new(&cache, &n->gpt->transformer, length, e));
    for (size_t i = 0; i < length; i++) n->room.ids[i] = n->ids.id[skipped + i];
    lm_gpt_next(n->on, n->gpt, &n->gpt->weights, &n->room, caches, &length, 1, n->logits);
    lm_kv_cache_free(&cache);
    lm_vec_softmax(n->logits, n->logits, V);
    for (size_t i = 0; i < V; i++) n->p[i] = (double)n->logits[i];
    return LM_OK;
}

static lm_status show(next_tokens *n, lm_out *out, lm_err *e)
{
    const lm_vocab *v = n->gpt->tokenizer->vocab;
    const uint32_t count = n->top < v->size ? n->top : v->size;
    LM_TRY(lm_rank_words(n->p, v->size, n->rank, count, n->order, e));
    if (n->answered++) LM_TRY(lm_out_text(out, "\n", e));
    for (uint32_t i = 0; i < count; i++) {
        n->spelling.length = 0;
        LM_TRY(lm_str_add_escaped(&n->spelling, lm_vocab_word(v, n->order[i]), e));
        LM_TRY(lm_str_addf(&n->spelling, e, "\t%.7g\n", n->p[n->order[i]]));
        LM_TRY(lm_out_write(out, n->spelling.text, n->spelling.length, e));
    }
    return LM_OK;
}

static lm_status answer(next_tokens *n, const lm_passage *passage, lm_slice line, lm_out *out,
                        lm_err *e)
{
    const uint32_t begins = lm_tokenizer_special(n->gpt->tokenizer, LM_END_OF_TEXT);
    n->ids.count = 0;
    LM_TRY(lm_reserve(&n->ids.id, &n->ids.capacity, 1, sizeof *n->ids.id, e));
    if (begins != LM_NO_WORD) n->ids.id[n->ids.count++] = begins;
    LM_TRY(lm_encode(n->encoder, line, &n->ids, e));
    if (n->ids.count == 0)
        return lm_fail(e, LM_EFORMAT, "%s: context %llu is empty, and there is no %s to begin with",
                       passage->name, (unsigned long long)n->answered + 1, LM_END_OF_TEXT);
    LM_TRY(predict(n, e));
    return show(n, out, e);
}

/* A line that is longer than a passage comes in parts, which are put together. */
static lm_status answer_all(next_tokens *n, lm_passages *passages, lm_out *out, lm_err *e)
{
    lm_passage passage = {0};
    lm_stretch stretch;
    lm_str line = {0};
    lm_status s = LM_OK;
    for (bool more = true; !s && more;) {
        s = lm_passages_next(passages, &passage, &more, e);
        while (!s && more && lm_passage_next(&passage, &stretch)) {
            s = lm_str_add(&line, stretch.text.text, stretch.text.length, e);
            if (s || !stretch.ends) continue;
            if (line.length && line.text[line.length - 1] == '\r') line.length--;
            s = answer(n, &passage, (lm_slice){line.text, line.length}, out, e);
            line.length = 0;
        }
    }
    lm_passage_free(&passage);
    lm_str_free(&line);
    return s;
}

lm_status lm_gpt_next_tokens(const lm_gpt *gpt, lm_text *text, uint32_t top, lm_out *out,
                             const lm_run *run, lm_err *e)
{
    next_tokens n = {.gpt = gpt, .run = run, .top = top};
    lm_passages *passages = NULL;
    if (!gpt->tokenizer)
        return lm_fail(e, LM_EFORMAT, "the model has no tokenizer, so it cannot read text");
    lm_status s = begin(&n, e);
    if (!s) s = lm_passages_new(&passages, text, LM_BY_LINE, e);
    if (!s) s = answer_all(&n, passages, out, e);
    lm_passages_free(passages);
    end(&n);
    return s;
}
