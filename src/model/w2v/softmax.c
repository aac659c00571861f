/* softmax.c - a step of training by full softmax. */
#include "softmax.h"
#include <math.h>
#include <string.h>
#include "lm/cross_entropy.h"
#include "lm/memory.h"
#include "lm/random.h"
#include "lm/vector.h"

/* ---- room ---- */

/* The ids of a running text; words that have no vectors are gone, so that others move together. */
static lm_status read_ids(lm_w2v_softmax *s, lm_w2v_text *text, uint64_t *count, lm_err *e)
{
    enum { PIECE = 1 << 16 };
    uint32_t piece[PIECE];
    const lm_tokens_map map = {text->map, LM_TOKEN_EOS, LM_TOKEN_EOS};
    const uint64_t length = text->tokens.length;
    s->ids = lm_arena_new(&s->arena, (size_t)length + 1, sizeof *s->ids, e);
    if (!s->ids) return e->status;
    for (uint64_t from = 0; from < length; from += PIECE) {
        const size_t n = length - from < PIECE ? (size_t)(length - from) : PIECE;
        LM_TRY(lm_tokens_take(&text->tokens, from, n, &map, piece, NULL, e));
        for (size_t i = 0; i < n; i++)
            if (piece[i] != LM_NO_WORD)
                s->ids[(*count)++] = piece[i] == LM_TOKEN_EOS ? LM_NO_WORD : piece[i];
    }
    return LM_OK;
}

static size_t widest_pair(const lm_pairs *pairs)
{
    size_t most = 0;
    for (uint64_t i = 0; i < pairs->count; i++) {
        const size_t width = (size_t)(pairs->begin[i + 1] - pairs->begin[i]);
        if (width > most) most = width;
    }
    return most;
}

static lm_status new_room(lm_w2v_softmax *s, size_t batch, lm_err *e)
{
    const size_t D = (size_t)s->model->shape.dim, V = s->model->lang.vocab->size;
    size_t words;
    if (!lm_mul_size(batch, s->most, &words)) words = SIZE_MAX / sizeof(uint64_t);
    const size_t rows = s->model->shape.mode == LM_W2V_CBOW ? batch : words;
    s->begin = lm_arena_new(&s->arena, rows + 1, sizeof *s->begin, e);
    s->word = lm_arena_new(&s->arena, words, sizeof *s->word, e);
    s->target = lm_arena_new(&s->arena, rows, sizeof *s->target, e);
    s->losses = lm_arena_new(&s->arena, rows, sizeof *s->losses, e);
    LM_TRY(e->status);
    s->h = lm_arena_new(&s->arena, rows * D, sizeof *s->h, e);
    s->d_h = lm_arena_new(&s->arena, rows * D, sizeof *s->d_h, e);
    s->room = lm_arena_new(&s->arena, lm_cross_entropy_room(rows, V, true), sizeof *s->room, e);
    return e->status;
}

lm_status lm_w2v_softmax_new(lm_w2v_softmax *s, const lm_w2v *model, lm_w2v_text *text,
                             const lm_w2v_training *how, size_t batch, lm_err *e)
{
    *s = (lm_w2v_softmax){.model = model, .text = text, .how = how};
    uint64_t count = text->pairs.count;
    lm_status status = LM_OK;
    s->most = count ? widest_pair(&text->pairs) : 2 * (size_t)model->shape.window;
    if (!count) status = read_ids(s, text, &count, e);
    s->examples = count;
    s->epoch_steps = (count + batch - 1) / batch;
    if (!status) status = new_room(s, batch, e);
    if (status) lm_w2v_softmax_free(s);
    return status;
}

void lm_w2v_softmax_free(lm_w2v_softmax *s)
{
    lm_arena_free(&s->arena);
    *s = (lm_w2v_softmax){0};
}

/* ---- the words an example is predicted from ---- */

/* A chance for a token in the epoch of this step. */
static uint32_t chance(const lm_w2v_softmax *s, lm_random_purpose purpose, uint64_t step,
                       uint64_t i)
{
    const uint32_t epoch = (uint32_t)(step / s->epoch_steps);
    return lm_random_at(s->how->seed, purpose, epoch, i).word[0];
}

static bool is_kept(const lm_w2v_softmax *s, uint64_t step, uint64_t i)
{
    const double f = (double)s->model->count[s->ids[i]] / (double)s->text->total;
    const double t = s->how->sample;
    return t == 0 || chance(s, LM_RANDOM_KEEP, step, i) < (sqrt(t / f) + t / f) * 0x1p32;
}

/* The nearest words on one side that are kept, up to `reach`; returns how many. */
static size_t look(const lm_w2v_softmax *s, uint64_t step, uint64_t i, int way, size_t reach,
                   uint32_t *word)
{
    size_t n = 0;
    while (n < reach && (way > 0 ? i + 1 < s->examples : i > 0)) {
        i = way > 0 ? i + 1 : i - 1;
        if (s->ids[i] == LM_NO_WORD) break;
        if (is_kept(s, step, i)) word[n++] = s->ids[i];
    }
    return n;
}

/* The words of example i and what they predict; returns how many words, 0: it is none. */
static size_t words_of(const lm_w2v_softmax *s, uint64_t step, uint64_t i, uint32_t *word,
                       uint32_t *target)
{
    const lm_pairs *pairs = &s->text->pairs;
    if (!s->ids) {
        const size_t n = (size_t)(pairs->begin[i + 1] - pairs->begin[i]);
        for (size_t k = 0; k < n; k++) word[k] = s->text->map[pairs->context[pairs->begin[i] + k]];
        *target = s->text->map[pairs->target[i]];
        return n;
    }
    *target = s->ids[i];
    if (*target == LM_NO_WORD || !is_kept(s, step, i)) return 0;
    const uint64_t window = s->model->shape.window;
    const size_t reach = s->how->fixed_window
                             ? (size_t)window
                             : 1 + (size_t)(chance(s, LM_RANDOM_WINDOW, step, i) * window >> 32);
    const size_t left = look(s, step, i, -1, reach, word);
    return left + look(s, step, i, 1, reach, word + left);
}

/* A row for the example, or one for each of its words. */
static void add_example(lm_w2v_softmax *s, uint64_t step, uint64_t i)
{
    const size_t first = s->begin[s->rows];
    uint32_t target = 0;
    const size_t n = words_of(s, step, i, s->word + first, &target);
    const bool together = s->model->shape.mode == LM_W2V_CBOW;
    for (size_t k = 0; k < (together ? n > 0 : n); k++) {
        s->target[s->rows] = target;
        s->begin[++s->rows] = first + (together ? n : k + 1);
    }
}

static void gather(lm_w2v_softmax *s, const uint64_t *examples, size_t count, uint64_t step)
{
    s->rows = 0;
    for (size_t i = 0; i < count; i++) add_example(s, step, examples[i]);
}

/* ---- forward and backward ---- */

/* What a row is of the sum of its words. */
static lm_real mean(const lm_w2v_softmax *s, size_t row)
{
    return s->model->shape.sum ? 1 : 1 / (lm_real)(s->begin[row + 1] - s->begin[row]);
}

static void forward(const lm_w2v_softmax *s, const lm_w2v_weights *w)
{
    const size_t D = (size_t)s->model->shape.dim;
    memset(s->h, 0, s->rows * D * sizeof *s->h);
    for (size_t row = 0; row < s->rows; row++) {
        lm_real *h = s->h + row * D;
        for (size_t i = s->begin[row]; i < s->begin[row + 1]; i++)
            lm_vec_axpy(h, 1, w->embed + s->word[i] * D, D);
        lm_vec_scale(h, mean(s, row), h, D);
    }
}

static void backward(const lm_w2v_softmax *s, const lm_w2v_weights *d)
{
    const size_t D = (size_t)s->model->shape.dim;
    for (size_t row = 0; row < s->rows; row++)
        for (size_t i = s->begin[row]; i < s->begin[row + 1]; i++)
            lm_vec_axpy(d->embed + s->word[i] * D, s->how->undivided ? 1 : mean(s, row),
                        s->d_h + row * D, D);
}

double lm_w2v_softmax_both(const lm_compute *on, lm_w2v_softmax *s, const lm_w2v_weights *w,
                           const lm_w2v_weights *d, const lm_batch *batch, double scale,
                           double *events)
{
    const size_t D = (size_t)s->model->shape.dim;
    gather(s, batch->ids, batch->count, batch->step);
    *events += (double)s->rows;
    if (s->rows == 0) return 0;
    forward(s, w);
    memset(s->d_h, 0, s->rows * D * sizeof *s->d_h);
    const lm_logits logits = {.N = s->rows,
                              .V = s->model->lang.vocab->size,
                              .term[0] = {.in = s->h,
                                          .weight = w->output,
                                          .width = D,
                                          .d_in = s->d_h,
                                          .d_weight = d->output},
                              .bias = w->bias,
                              .d_bias = d->bias};
    const double sum = lm_cross_entropy_both(on, s->losses, &logits, s->target,
                                             (lm_real)(scale / (double)s->rows), NULL, s->room);
    backward(s, d);
    return sum;
}
